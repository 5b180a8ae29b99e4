"""A/B tests of campaigns: two subjects, and what a campaign's body may say of them (documented: createEmailCampaign)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from franca_brevo.sandbox.errors import RefusedError, invalid, missing
from franca_brevo.sandbox.reading import flag_in, text_in

FIELDS = ("subjectA", "subjectB", "splitRule", "winnerCriteria", "winnerDelay")
HALVES = 50  # documented: the test groups are everybody, and the winner's fields are ignored
LONGEST = 168  # documented: hours
CRITERIA = ("open", "click")  # documented


def ab_test(body: Mapping[str, Any], *, best_time: bool) -> dict[str, Any]:
    """Return what a body sets of a test: all of it when `abTesting` is true; else the fields are not considered (documented).

    Args:
        body: of the call.
        best_time: whether the campaign is sent at the best time, with which a test does not go (documented).
    """
    if not flag_in(body, "abTesting", default=False):
        return {"abTesting": False} if "abTesting" in body else {}
    if best_time:
        raise invalid("abTesting can be set to true only if sendAtBestTime is false")
    subjects = {name: text_in(body, name, name) for name in ("subjectA", "subjectB")}
    if subjects["subjectA"] == subjects["subjectB"]:
        raise invalid("subjectA and subjectB should have unique value")  # documented rule; the words are a guess
    return {"abTesting": True, **subjects, **_split(body)}


def _split(body: Mapping[str, Any]) -> dict[str, Any]:
    if "splitRule" not in body:
        if "recipients" in body:  # documented: mandatory then
            raise missing("splitRule")
        return {}
    rule = _number(body, "splitRule", HALVES)
    if rule == HALVES:
        return {"splitRule": rule}
    criterion = text_in(body, "winnerCriteria", "winnerCriteria")
    if criterion not in CRITERIA:
        raise invalid("winnerCriteria should be either open or click")
    return {"splitRule": rule, "winnerCriteria": criterion, "winnerDelay": _number(body, "winnerDelay", LONGEST)}


def _number(body: Mapping[str, Any], key: str, most: int) -> int:
    value = body.get(key)
    if value is None:
        raise missing(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid(f"{key} should be an integer")
    if not 1 <= value <= most:
        raise RefusedError(400, "out_of_range", f"{key} should be between 1 and {most}")
    return value


def as_read(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a campaign's body as it is read back: one subject, or the fields of a test, never both (documented)."""
    hidden = ("subject",) if body.get("abTesting") else FIELDS
    return {"abTesting": False, **{key: value for key, value in body.items() if key not in hidden}}
