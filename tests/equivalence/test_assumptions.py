"""With an assumption flipped in the sandbox, whatever does not name it keeps its members; something that names it does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from equivalence.leaning import ALONE, LEANING
from equivalence.places import PLACES
from equivalence.shares import PROPERTY
from equivalence.trial import Batch, Wishes, batch, opened, sampled
from franca.sandbox import Clock
from schema import AS_OF

Record = Callable[[str, object], None]

TREES = 40
LISTS, MARKERS = 6, 3


@dataclass
class Seen:
    """Per assumption: how many trees lean on it, how many of those differ without it; and who differs without leaning."""

    leaning: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def flip(self, found: Batch, root: Path, wishes: Wishes) -> None:
        """Compare the batch in one account for each assumption of the sandbox, flipped from the start."""
        for assumption in found.place.sandbox(Clock(AS_OF)).assumptions:
            with opened(found, root / assumption, wishes, assumption) as account:
                outcomes = account.outcomes()
            leaning = [each for each in outcomes if assumption in each.assumptions]
            self.leaning[assumption] += len(leaning)
            self.broken[assumption] += sum(bool(each.wrong) for each in leaning)
            self.wrong += [f"without {assumption}: {each.wrong}" for each in outcomes if each.wrong and each not in leaning]

    def __str__(self) -> str:
        leaned = {identity: number for identity, number in self.leaning.items() if number}
        shown = [f"{identity.partition('.')[2]} {number} ({self.broken[identity]} differ)" for identity, number in leaned.items()]
        return f"lean on {', '.join(shown)}"


def run(name: str, batches: int, start: int, root: Path) -> Seen:
    """Flip every assumption under *batches* of random trees and under the trees that were made to lean."""
    place, seen = PLACES[name], Seen()
    for number in range(start, start + batches):
        found = batch(place, TREES, 10 * number + 5, root / str(number), *LEANING[name], turn=number + 1)
        seen.flip(found, root / f"{number} at {name}", sampled(found.chosen(), LISTS, MARKERS))
    for number, tree in enumerate(ALONE.get(name, ())):
        seen.flip(batch(place, 0, start, root / f"alone {number}", tree), root / f"alone {number} at {name}", {})
    return seen


def check(name: str, seen: Seen, record: Record) -> None:
    """Record what leans on what; fail when something else differs, or when an assumption is idle."""
    record(PROPERTY, f"{name}: with each assumption flipped: {seen}; of the others different: {len(seen.wrong)}")
    assert not seen.wrong, "\n".join(seen.wrong[:5])
    declared = {identity for identity, each in PLACES[name].adapter.assumptions.items() if not each.templates}
    assert {identity for identity, number in seen.leaning.items() if number} == declared
    assert not [identity for identity in declared if not seen.broken[identity]], "idle: whatever leans on it is the same without it"


@pytest.mark.parametrize("name", PLACES)
def test_an_assumption_matters_to_those_who_name_it_and_to_nobody_else(name: str, tmp_path: Path, record_property: Record) -> None:
    """Flipped one by one, each assumption of the sandbox changes trees that lean on it, and no other."""
    check(name, run(name, 1, 0, tmp_path), record_property)


@pytest.mark.slow
@pytest.mark.parametrize("name", PLACES)
def test_assumptions_matter_to_nobody_else_among_ten_times_as_many(name: str, tmp_path: Path, record_property: Record) -> None:
    """The same for ten times as many trees, other ones."""
    check(name, run(name, 10, 1, tmp_path), record_property)
