"""A/B tests as settings of a campaign: what is accepted, and what is shown. Documented in the API's description unless labelled."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from franca_mailchimp.sandbox.context import Context, require
from franca_mailchimp.sandbox.problems import FieldError, invalid, refused
from franca_mailchimp.sandbox.records import Campaign, Combination

TYPE, CHILD = "variate", "variate-child"
CRITERIA = ("opens", "clicks", "manual", "total_revenue")
LISTS = ("subject_lines", "send_times", "from_names", "reply_to_addresses")
KINDS: Mapping[str, type] = {"winner_criteria": str, "wait_time": int, "test_size": int, **dict.fromkeys(LISTS, list)}
_AT = "variate_settings"
_UNSET: Mapping[str, Any] = {"wait_time": 60, "test_size": 100, **dict.fromkeys(LISTS, ())}  # guess: what counts when nothing is said

Settings = Mapping[str, Any]


def chosen(context: Context, given: Mapping[str, Any], before: Settings | None = None, contents: int = 1) -> Settings:
    """Return the settings of a test with so many *contents*; what a change does not name stays (guess).

    Raises:
        Problem: they break a documented rule, or the plan's limit.
    """
    settings = given.get(_AT) or {}
    if not settings and before is not None:
        return before
    require(settings, KINDS, ("winner_criteria",), f"{_AT}.")
    after = {**_UNSET, **(before or {}), **{key: value for key, value in settings.items() if key in KINDS and value is not None}}
    if wrong := [*_errors(after)]:
        raise invalid(*wrong)
    if after["send_times"]:
        after["test_size"] = 100
    check_plan(context, after, contents)
    return after


def _errors(after: Settings) -> Iterator[FieldError]:
    """Yield what is wrong; the words are guesses."""
    if after["winner_criteria"] not in CRITERIA:
        yield FieldError(f"{_AT}.winner_criteria", "Value must be one of: " + ", ".join(CRITERIA))
    if after["wait_time"] <= 0 or after["wait_time"] % 60:
        yield FieldError(f"{_AT}.wait_time", "The wait time must be greater than 0 and in whole hours, specified in minutes.")
    if not 10 <= after["test_size"] <= 100:
        yield FieldError(f"{_AT}.test_size", "This value should be between 10 and 100.")
    if len(after["from_names"]) != len(after["reply_to_addresses"]):
        yield FieldError(f"{_AT}.from_names", "The number of from_names must match the number of reply_to_addresses.")
    for key in LISTS:
        if not all(isinstance(each, str) for each in after[key]):
            yield FieldError(f"{_AT}.{key}", "Schema describes string, another type found instead")


def check_plan(context: Context, settings: Settings, contents: int) -> None:
    """Raise unless the plan has such tests: one variable in up to three variations, or (Multivariate) three in up to eight combinations.

    The numbers are documented (mailchimp.com/help/about-ab-tests, mailchimp.com/help/about-multivariate-campaigns); status and words are
    guesses.
    """
    counts = [len(each) for each in _choices(settings, contents)]
    most, combined = (3, 8) if context.account.multivariate else (1, 3)
    if sum(count > 1 for count in counts) > most or prod(counts) > combined:
        raise refused(f"Your plan tests up to {most} variable(s) in up to {combined} combinations.")


def check_contents(context: Context, campaign: Campaign, contents: Sequence[Any]) -> None:
    """Raise unless a test can have these contents: each with a label, one unless content is what is tested."""
    for place, each in enumerate(contents):
        if not isinstance(each, Mapping):
            raise refused("Schema describes object, another type found instead")
        require(each, {"content_label": str, "html": str, "plain_text": str}, ("content_label", "html"), f"variate_contents.item:{place}.")
    if not contents:  # guess
        raise invalid(FieldError("variate_contents", "This value should not be blank."))
    check_plan(context, campaign.body[_AT], len(contents))


def combinations(campaign: Campaign) -> list[Combination]:
    """Return a test's arms in order: every subject with every sender, time and content."""
    contents = campaign.content.get("variate_contents") or [{}]
    found = product(*_choices(campaign.body[_AT], len(contents)))
    return [
        Combination(id=_hash(campaign, f"combination {number}"), subject=subject, sender=sender, time=time, content=content)
        for number, (subject, sender, time, content) in enumerate(found)
    ]


def child_id(campaign: Campaign, name: str) -> str:
    """Return the id of one of the hidden campaigns that a test is sent as."""
    return _hash(campaign, f"child {name}")


def subject(campaign: Campaign, combination: Combination) -> str:
    """Return the subject that an arm is sent with."""
    lines = campaign.body[_AT]["subject_lines"] or [campaign.body["settings"]["subject_line"]]
    return str(lines[combination.subject])


def shown(campaign: Campaign) -> dict[str, Any]:
    """Return `variate_settings` as they are read back: indices in combinations, and after sending their recipients and the winner."""
    settings, sent = campaign.body[_AT], campaign.sent
    winner = sent.winner if sent else None
    return {
        "winning_combination_id": combinations(campaign)[winner.combination].id if winner else "",
        "winning_campaign_id": winner.id if winner else "",
        **{key: list(value) if key in LISTS else value for key, value in settings.items()},
        "contents": [each["content_label"] for each in campaign.content.get("variate_contents") or ()],
        "combinations": [_shown(campaign, number, each) for number, each in enumerate(combinations(campaign))],
    }


def _shown(campaign: Campaign, number: int, combination: Combination) -> dict[str, Any]:
    # reported for sent tests: the recipients of the test, without those who are sent the winner; before it is sent 0 (guess)
    recipients = campaign.sent.arms[number].recipients if campaign.sent else 0
    return {
        "id": combination.id,
        "subject_line": combination.subject,
        "send_time": combination.time,
        "from_name": combination.sender,
        "reply_to": combination.sender,
        "content_description": combination.content,
        "recipients": recipients,
    }


def _choices(settings: Settings, contents: int) -> list[range]:
    return [range(max(1, len(settings[key]))) for key in ("subject_lines", "from_names", "send_times")] + [range(contents)]


def _hash(campaign: Campaign, name: str) -> str:
    return hashlib.md5(f"{campaign.id} {name}".encode()).hexdigest()[:10]  # noqa: S324 - an id that looks like Mailchimp's
