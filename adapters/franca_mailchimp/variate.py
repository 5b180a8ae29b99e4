"""A/B tests: campaigns of type `variate` whose arms differ in the subject line alone (sheet section 4.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from franca.adapter import Arm, Draft
from franca.definitions import Metric, Part, Position
from franca.errors import FrancaError

REGULAR, VARIATE = "regular", "variate"
SUBJECT = "subject_line"
CONTENT_LABEL = "Content"
"""Every content has a label; a test of subject lines has one content (documented)."""

_CRITERIA: Mapping[str, str] = {Metric.CLICKS: "clicks"}
_METRICS = {criterion: str(metric) for metric, criterion in _CRITERIA.items()}
_MINUTES, _EVERYBODY = 60, 100
_TITLE = re.compile(r"<title\b[^>]*>.*?</title\s*>", re.IGNORECASE | re.DOTALL)
_OWN_TITLE = "<title>*|MC:SUBJECT|*</title>"


# -- compiling


def testable(draft: Draft) -> Draft:
    """Return a draft whose arms have one HTML and one plain text: Mailchimp has no second one in a test of subject lines.

    A title that repeats the subject becomes a tag that does (reported: newspack-newsletters); no mail client shows it.

    Raises:
        FrancaError: two arms have one subject, or the subject stands in what all arms share.
    """
    if Part.HTML not in draft.email.parts:
        return draft  # plain text: refused as everywhere
    _tell_apart(draft)
    htmls = [arm.email.parts[Part.HTML] for arm in draft.arms]
    html = htmls[0] if len(set(htmls)) == 1 else _shared(draft, [_TITLE.sub(_OWN_TITLE, each) for each in htmls])
    text = _shared(draft, [arm.email.parts[Part.TEXT] for arm in draft.arms])
    arms = tuple(replace(arm, email=replace(arm.email, parts={**arm.email.parts, Part.HTML: html, Part.TEXT: text})) for arm in draft.arms)
    return replace(draft, email=arms[0].email, arms=arms)


def _tell_apart(draft: Draft) -> None:
    seen: dict[str, Arm] = {}
    for arm in draft.arms:
        other = seen.setdefault(same_subject(arm.email.parts[Part.SUBJECT]), arm)
        if other is not arm:
            what = f"the arms {other.key!r} and {arm.key!r} have the same subject, by which alone Mailchimp tells arms apart"
            raise FrancaError(
                f"campaign {draft.campaign.key!r}: {what}", remedy="write another subject for one of them", position=_subject_of(arm)
            )


def _subject_of(arm: Arm) -> Position | None:
    return arm.email.template.subject.position or arm.email.template.position


def _shared(draft: Draft, texts: Sequence[str]) -> str:
    if len(set(texts)) > 1:
        what = f"campaign {draft.campaign.key!r}: Mailchimp tests subject lines alone, and the body of the email is another one in each arm"
        remedy = "take {{ subject }} out of the body (in <title> it may stay)"
        raise FrancaError(what, remedy=remedy, position=draft.email.template.position)
    return texts[0]


def same_subject(text: str) -> str:
    """Return what two subjects that Mailchimp may not tell apart have in common: white space is trimmed somewhere (a guess)."""
    return " ".join(text.split())


# -- as Mailchimp has it


def is_test(body: Mapping[str, Any]) -> bool:
    """Return whether a draft's body is that of a test."""
    return "arms" in body


def control(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the content of a draft, or of the first arm of a test: subject, preview text, digest of the HTML."""
    found: Mapping[str, Any] = body["arms"][0] if is_test(body) else body
    return found


def replaced(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Return whether only another campaign can be *after*: no PATCH has a `type` (spec), and none is sent that ends other variables."""
    return is_test(before) != is_test(after) or before.get("variables") != after.get("variables")


def settings(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `variate_settings` of a test. They need a criterion and a time even when nobody is left to be sent the winner."""
    test = body["test"]
    return {
        "subject_lines": [arm["subject"] for arm in body["arms"]],
        "winner_criteria": _CRITERIA[test["metric"] or Metric.CLICKS],
        "wait_time": (test["wait_hours"] or 1) * _MINUTES,  # whole hours, in minutes, more than 0 (documented)
        "test_size": test["share"],
    }


def read(row: Mapping[str, Any], digests: Sequence[str]) -> dict[str, Any]:
    """Return what a campaign of type variate tests, in the form of `draft_resource`; *digests* are of its contents, in order."""
    found, plain = row.get("variate_settings") or {}, row.get("settings") or {}
    preview, html = plain.get("preview_text") or "", digests[0] if digests else ""
    arms = [{"subject": subject, "preview_text": preview, "html": html} for subject in subjects(row)]
    return {"arms": arms, "test": _test(found), "variables": sorted(_variables(found, len(digests)))}


def subjects(row: Mapping[str, Any]) -> list[str]:
    """Return the subject lines of a campaign, one for each arm; those of a test stand elsewhere than that of others."""
    found, plain = row.get("variate_settings") or {}, row.get("settings") or {}
    return found.get("subject_lines") or [plain.get("subject_line") or ""]


def _test(found: Mapping[str, Any]) -> dict[str, Any]:
    share = int(found.get("test_size") or _EVERYBODY)
    if share == _EVERYBODY:
        return {"share": share, "metric": "", "wait_hours": 0}
    criterion = str(found.get("winner_criteria"))
    return {"share": share, "metric": _METRICS.get(criterion, criterion), "wait_hours": int(found.get("wait_time") or 0) // _MINUTES}


def _variables(found: Mapping[str, Any], contents: int) -> Iterator[str]:
    """Yield what a campaign tests: of what there are several."""
    counts = {SUBJECT: "subject_lines", "from_name": "from_names", "send_time": "send_times", "content": "contents"}
    for variable, key in counts.items():
        if max(len(found.get(key) or ()), contents if variable == "content" else 0) > 1:
            yield variable
