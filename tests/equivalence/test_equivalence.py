"""What was pushed, counted by the ESP, is what the evaluator selects: random trees, the whole way over HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from equivalence.places import PLACES, Place
from equivalence.shares import TALLY
from equivalence.trial import Batch, Outcome, batch, opened, sampled
from franca.plan import Decision

Record = Callable[[str, object], None]

BATCHES, TREES = 3, 60
LISTS, MARKERS = 8, 4
"""How many trees of a batch that are not native go through sync, as lists (or tags) and as markers."""
BLOCKS, IN_BLOCK, MANY = 10, 5, 102
"""The slow tier compares BLOCKS · IN_BLOCK · MANY = 5,100 trees for each ESP; a block alone is run again by its number.

Larger batches are cheaper by the tree, and Klaviyo makes 100 segments a day: the batch's natives and its markers' stay below.
"""
NATIVE = {"klaviyo": 0.60, "mailchimp": 0.20, "brevo": 0.0, "mailerlite": 0.0}
"""The least share of trees over mapped facts that must be native."""


@dataclass
class Tally:
    """What a run has seen: how trees are kept, how many were compared, how many tell people apart."""

    place: Place
    chosen: Counter[str] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)
    telling: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, found: Batch, decisions: Iterator[Decision], outcomes: list[Outcome]) -> None:
        self.chosen.update("refused" if each.realisation is None else str(each.realisation) for each in decisions)
        self.compared.update({(each.key, each.kept): str(each.kept) for each in outcomes}.values())
        sizes = [len(members) for members in found.answer.members.values()]
        self.telling += sum(0 < size < len(found.answer.everybody) for size in sizes)
        self.wrong += [each.wrong for each in outcomes if each.wrong]

    @property
    def trees(self) -> int:
        return self.chosen.total()

    def share(self, kept: str) -> float:
        return self.chosen[kept] / self.trees

    def counts(self) -> dict[str, dict[str, int]]:
        """What is recorded, and added up over all runs of one ESP."""
        return {"trees": dict(self.chosen), "compared": dict(self.compared), "different": {"trees": len(self.wrong)}}


def run(name: str, batches: int, start: int, root: Path, trees: int = TREES, lists: int = LISTS) -> Tally:
    """Compare *batches* of trees, each over people of its own; of those that are not native so many as *lists*."""
    tally = Tally(PLACES[name])
    for number in range(start, start + batches):
        found = batch(PLACES[name], trees, 10 * number, root / str(number), turn=number)
        decisions = found.chosen()
        with opened(found, root / f"{number} at {name}", sampled(decisions, lists, MARKERS)) as account:
            tally.add(found, iter(decisions.values()), account.outcomes())
    return tally


def check(tally: Tally, record: Record) -> None:
    """Record the shares; fail when anything differs."""
    record(TALLY, {tally.place.name: tally.counts()})
    assert not tally.wrong, f"{tally.counts()}\n" + "\n".join(tally.wrong[:5])
    assert tally.share("native") >= NATIVE[tally.place.name]
    assert tally.telling > 0.5 * tally.trees, "most trees must have members and others"


@pytest.mark.parametrize("name", PLACES)
def test_the_esp_counts_whom_the_evaluator_selects(name: str, tmp_path: Path, record_property: Record) -> None:
    """Random trees over mapped facts: native ones, lists and markers hold in each ESP the people whom the evaluator selects."""
    check(run(name, BATCHES, 0, tmp_path), record_property)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(BLOCKS))
@pytest.mark.parametrize("name", PLACES)
def test_the_esp_counts_whom_the_evaluator_selects_in_thousands(name: str, block: int, tmp_path: Path, record_property: Record) -> None:
    """The same for thousands of other trees, every one of which is compared: what is not native is a list or a marker."""
    check(run(name, IN_BLOCK, BATCHES + block * IN_BLOCK, tmp_path, MANY, MANY), record_property)
