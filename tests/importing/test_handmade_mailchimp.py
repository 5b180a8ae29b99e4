"""What people make at Mailchimp, imported, means there and here the same: random conditions, counted by the sandbox and evaluated."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

import strategies
from adapters.mailchimp.kit import Account, account, seed
from evaluator import naive
from franca.adapter import Remote, Resource, ResourceKind, Site
from franca.adapter.importing import NotRepresentableError
from franca.definitions import Segment
from franca.language import check
from franca_mailchimp.decompile import MailchimpDecompiler
from franca_mailchimp.segments import ALL

BATCH = 60
TEXTS = ("is", "not", "contains", "notcontain", "starts", "ends", "blank", "blank_not")
NUMBERS = ("is", "not", "greater", "less", "blank", "blank_not")


@dataclass(frozen=True)
class Hand:
    """Somebody who makes segments at random."""

    chance: random.Random

    def pick(self, options: Sequence[Any]) -> Any:
        return self.chance.choice(options)

    def options(self) -> dict[str, Any]:
        """Make one to four conditions, often two on one field."""
        found = [self._condition() for _ in range(self.pick((1, 1, 2, 3)))]
        guard = {**found[0], "op": self.pick(("blank", "blank_not"))}
        guard.pop("value", None)
        return {"match": self.pick(("any", "all")), "conditions": [*found, *([guard] if self.chance.random() < 0.4 else [])]}

    def _condition(self) -> dict[str, Any]:
        tag, kind, ops, values = self.pick(
            (
                ("COUNTRY", "TextMerge", TEXTS, ("DE", "D", "FR", "T")),
                ("GENDER", "TextMerge", TEXTS, ("f", "m")),
                ("POINTS", "TextMerge", NUMBERS, ("0", "5", "-3", "10")),
                ("CREDIT", "TextMerge", NUMBERS, ("0", "19.99", "50")),
                ("BORN", "DateMerge", NUMBERS, ("02/28/2025", "03/01/2024", "12/31/2024")),
                ("VIP", "TextMerge", ("is", "not", "blank"), ("Yes", "No")),
            )
        )
        op = self.pick(ops)
        return {"field": tag, "condition_type": kind, "op": op, **({} if op.startswith("blank") else {"value": self.pick(values)})}


def compare(number: int) -> Counter[str]:
    """Make a batch of segments by hand, import them, and compare members; return how many were in our language."""
    tables = strategies.drawn(strategies.tables(profiles=20, orders=2, views=2), 3, number)[2]
    hand = Hand(random.Random(number))
    with account() as found:
        found.make_fields()
        found.sandbox.seed(seed(found.site.project, tables, strategies.AS_OF))
        made = [found.connection.create(_resource(at), hand.options()) for at in range(BATCH)]
        return _compared(found, made, tables)


def _resource(number: int) -> Resource:
    return Resource(kind=ResourceKind.SEGMENT, key=f"s{number}", title="Made by hand", counted=ALL)


def _compared(found: Account, made: list[str], tables: strategies.Tables) -> Counter[str]:
    snapshot, site = found.connection.read(), found.site
    remotes = {each.id: each for each in snapshot.remotes if each.kind is ResourceKind.SEGMENT}
    segments, seen = dict[str, Segment](), Counter[str]()
    for identity in made:
        try:
            where = MailchimpDecompiler(Site(project=site.project, destination=site.destination), snapshot).segment(remotes[identity]).where
        except NotRepresentableError as error:
            seen[error.what] += 1
        else:
            segments[identity] = Segment(key=identity, name=identity, where=where)
    project = check(replace(site.project, segments=segments))
    universe = {contact.email for contact in found.connection.contacts()}
    expected = naive.emails(project, tables, strategies.AS_OF)
    for identity, segment in project.segments.items():
        remote = Remote(kind=ResourceKind.SEGMENT, id=identity, name="x")
        members = {contact.email for contact in found.connection.members(remote, _resource(0))}
        assert members == expected[identity] & universe, f"{segment.where}\n{remotes[identity].body}"
        seen["in our language"] += 1
        seen["telling"] += bool(members)
    return seen


def check_batches(number: int) -> None:
    """Compare *number* batches; most conditions are in our language, and most of those have members."""
    seen: Counter[str] = Counter()
    for at in range(number):
        seen += compare(at)
    assert seen["in our language"] > 0.4 * number * BATCH, seen
    assert seen["telling"] > 0.4 * seen["in our language"], seen


def test_handmade_segments_mean_the_same_when_imported() -> None:
    """The sandbox, which knows Mailchimp's documents and not our compiler, counts whom the imported definition selects."""
    check_batches(1)


@pytest.mark.slow
def test_many_handmade_segments_mean_the_same_when_imported() -> None:
    """Many more of them."""
    check_batches(15)
