"""What was pushed, counted by the ESP, is what the evaluator selects: random trees, the whole way over HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from equivalence.places import PLACES, Place
from equivalence.shares import PROPERTY
from equivalence.trial import Batch, Outcome, batch, opened, sampled
from franca.definitions import Realisation
from franca.plan import Decision

Record = Callable[[str, object], None]

BATCHES, TREES = 3, 60
LISTS, MARKERS = 8, 4
"""How many trees of a batch that are not native go through sync, as lists (or tags) and as markers."""
NATIVE = {"klaviyo": 0.60, "mailchimp": 0.20, "brevo": 0.0}
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

    def __str__(self) -> str:
        shares = ", ".join(f"{self.share(kept):.0%} {kept}" for kept in (*map(str, Realisation), "refused"))
        compared = ", ".join(f"{number} {kept}" for kept, number in sorted(self.compared.items()))
        return f"{self.place.name}: {self.trees} trees: {shares}; compared: {compared}; different: {len(self.wrong)}"


def run(name: str, batches: int, start: int, root: Path) -> Tally:
    """Compare *batches* of trees, each over people of its own."""
    tally = Tally(PLACES[name])
    for number in range(start, start + batches):
        found = batch(PLACES[name], TREES, 10 * number, root / str(number), turn=number)
        decisions = found.chosen()
        with opened(found, root / f"{number} at {name}", sampled(decisions, LISTS, MARKERS)) as account:
            tally.add(found, iter(decisions.values()), account.outcomes())
    return tally


def check(tally: Tally, record: Record) -> None:
    """Record the shares; fail when anything differs."""
    record(PROPERTY, str(tally))
    assert not tally.wrong, f"{tally}\n" + "\n".join(tally.wrong[:5])
    assert tally.share("native") >= NATIVE[tally.place.name]
    assert tally.telling > 0.5 * tally.trees, "most trees must have members and others"


@pytest.mark.parametrize("name", PLACES)
def test_the_esp_counts_whom_the_evaluator_selects(name: str, tmp_path: Path, record_property: Record) -> None:
    """Random trees over mapped facts: native ones, lists and markers hold in each ESP the people whom the evaluator selects."""
    check(run(name, BATCHES, 0, tmp_path), record_property)


@pytest.mark.slow
@pytest.mark.parametrize("name", PLACES)
def test_the_esp_counts_whom_the_evaluator_selects_ten_times_as_often(name: str, tmp_path: Path, record_property: Record) -> None:
    """The same for ten times as many trees, other ones."""
    check(run(name, 10 * BATCHES, BATCHES, tmp_path), record_property)
