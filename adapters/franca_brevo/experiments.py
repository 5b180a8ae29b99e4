"""A/B tests: two subjects of one email, all that Brevo's API can test (sheet 4.2). Compiled, written and read; nothing here calls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from franca.adapter import SPLIT, Draft, Resource, draft_resource
from franca.definitions import Metric, Part
from franca.errors import FrancaError

HALVES = 50
"""The largest `splitRule`: the two groups are everybody, and no winner is chosen (documented)."""

CRITERIA: Mapping[str, str] = {str(Metric.CLICKS): "click"}

_METRICS = {criterion: metric for metric, criterion in CRITERIA.items()}
_TITLE = re.compile(r"<title\b[^>]*>.*?</title>", re.IGNORECASE | re.DOTALL)


# -- compiled


def test_resource(draft: Draft, title: str) -> Resource:
    """Return the draft of a test. Both arms have the control's HTML, as they have at Brevo.

    Raises:
        FrancaError: the arms are not two subjects of one email, or their groups are no whole percentages.
    """
    made = draft_resource(draft, title)
    _insist_on_one_email(draft)
    _insist_on_two_subjects(draft)
    _insist_on_whole_groups(draft)
    arms = [{**arm, "html": made.body["arms"][0]["html"]} for arm in made.body["arms"]]
    return replace(made, body={**made.body, "arms": arms})


def _insist_on_one_email(draft: Draft) -> None:
    """Refuse arms whose HTML differs. Its title may: templates print the subject there, and mail clients show it nowhere."""
    if len({_TITLE.sub("", arm.email.parts[Part.HTML]) for arm in draft.arms}) > 1:
        raise _refusal(
            draft,
            "the template prints the subject in its HTML, which at Brevo is one for both arms",
            f"take the subject out of the template's body, or let Franca split the audience: tests: {SPLIT} at the destination",
        )


def _insist_on_two_subjects(draft: Draft) -> None:
    """Refuse equal subjects (documented: they must be unique); white space tells nobody two of them apart."""
    if len({" ".join(arm.email.parts[Part.SUBJECT].split()) for arm in draft.arms}) < len(draft.arms):
        raise _refusal(draft, "two arms have one subject, and Brevo could not tell them apart", "give each variant a subject of its own")


def _insist_on_whole_groups(draft: Draft) -> None:
    percent = draft.campaign.experiment.share * 100
    if percent % 2:
        near = max(2, int(percent / 2) * 2)
        what = f"{percent.normalize():f} % of the audience are no two groups of whole percentages, and Brevo takes no others"
        raise _refusal(draft, what, f"share: {near}%, or any other even number")


def _refusal(draft: Draft, what: str, remedy: str) -> FrancaError:
    campaign = draft.campaign
    return FrancaError(f"campaign {campaign.key!r}: {what}", remedy=remedy, position=campaign.experiment.position or campaign.position)


# -- written and read


def written(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a request that say what is sent with which subject."""
    if "arms" not in body:
        return {"subject": body["subject"]}
    (one, other), test = body["arms"], body["test"]
    # With everybody in the test Brevo ignores the winner's fields (documented).
    winner = {"winnerCriteria": CRITERIA[test["metric"]], "winnerDelay": test["wait_hours"]} if test["metric"] else {}
    return {"abTesting": True, "subjectA": one["subject"], "subjectB": other["subject"], "splitRule": test["share"] // 2, **winner}


def read_back(row: Mapping[str, Any], content: Mapping[str, str]) -> dict[str, Any]:
    """Return the part of a body that `written` writes; *content* is what both arms, or the plain draft, hold besides."""
    if not row.get("abTesting"):
        return {"subject": row.get("subject") or "", **content}
    arms = [{"subject": row.get(name) or "", **content} for name in ("subjectA", "subjectB")]
    group = group_of(row)
    # Whatever the winner's fields hold when there is no rest means nothing (documented: ignored).
    rest = {"metric": _metric(row), "wait_hours": row.get("winnerDelay") or 0} if group < HALVES else {"metric": "", "wait_hours": 0}
    return {"arms": arms, "test": {"share": 2 * group, **rest}}


def group_of(row: Mapping[str, Any]) -> int:
    """Return the size of each version's group in percent of the audience (assumption `brevo.split-rule-per-version`)."""
    return int(row.get("splitRule") or 0)


def _metric(row: Mapping[str, Any]) -> str:
    criterion = str(row.get("winnerCriteria") or "").lower()
    return _METRICS.get(criterion, criterion)
