"""What a model may be told of a segment: how large it roughly is, and of which words of the brief it is true for which share of it.

Nothing of a row can get in: a trait is one of the brief's own words and a share in steps of 5 %; whoever is in a cell is only counted.
Each cell and its rest hold at least `MINIMUM` people; since a cell counts people, none of them weighs more than one in fifty.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import combinations

from franca.audience import evaluate
from franca.audience.walk import attributes
from franca.definitions import All, AnyOf, Everyone, InSegment, Not, Predicate, Project, Segment
from franca.errors import Problem, ProblemsError
from franca.language import check
from franca.language.copies import WHOLE
from franca.logic import nodes
from franca.progress import Progress
from franca_personalization.copy.brief import described
from franca_personalization.copy.records import Brief

MINIMUM = 50
"""People in any group that is told of (Google's Ads Data Hub asks the same)."""
FLOOR = 20
"""No caller may ask for less."""
STEP = 5
"""Percent that shares are rounded to."""


class Size(StrEnum):
    """Roughly how many people a segment has."""

    SMALL = "under 1,000"
    MIDDLE = "1,000 to 10,000"
    LARGE = "over 10,000"


@dataclass(frozen=True, kw_only=True)
class Trait:
    """Words of the brief, and for how many percent of a segment they are true, in steps of 5."""

    words: str
    share: int

    def __post_init__(self) -> None:
        if self.share not in range(0, 101, STEP):
            raise ValueError(f"a share is told in steps of {STEP} percent, not as {self.share}")


@dataclass(frozen=True, kw_only=True)
class Aggregate:
    """A segment without its name: its number in the brief, its size, and its traits.

    *size* is None where too few people are in it, or where what is protected decides who is.
    """

    number: int
    size: Size | None = None
    traits: tuple[Trait, ...] = ()


def aggregates(
    project: Project, brief: Brief, *, as_of: datetime, progress: Progress | None = None, minimum: int = MINIMUM
) -> dict[str, Aggregate]:
    """Return segment (or `all`) → what may be told of it.

    Args:
        project: as loaded, not yet checked.
        brief: its segments, and the words to describe them by.
        as_of: the instant that counts as now.
        progress: hears what is done.
        minimum: people in any group that is told of.

    Raises:
        ValueError: *minimum* is below `FLOOR`.
        ProblemsError: the brief's words are no predicates of the project, or lean on a protected attribute.
        FrancaError: the data cannot be read.
    """
    if minimum < FLOOR:
        raise ValueError(f"groups of fewer than {FLOOR} people are never told of")
    cells = _Cells(project, brief)
    with evaluate(cells.project, as_of=as_of, progress=progress) as evaluation:
        sizes = evaluation.sizes()
    close = _close_pairs(cells, sizes, minimum)
    hidden = _hidden(cells, close, as_of, minimum) if close else frozenset()
    return {
        key: Aggregate(number=number) if key in hidden else _aggregate(cells, sizes, key, number, minimum)
        for number, key in enumerate(cells.segments, start=1)
    }


def protected(project: Project, brief: Brief) -> dict[str, str]:
    """Return segment → a protected attribute that it leans on; those without one are left out.

    Args:
        project: as loaded, not yet checked.
        brief: its segments.

    Raises:
        ProblemsError: all that is wrong with the project's segments.
    """
    checked = check(_bare(project))
    leaning = {key: _protected(checked, checked.segments[key].where) for key in brief.segments}
    return {key: names[0] for key, names in leaning.items() if names}


def _protected(checked: Project, where: Predicate) -> list[str]:
    declared = checked.data.profile.attributes
    return [name for name in attributes(nodes(where)) if declared[name].protected]


def _bare(project: Project) -> Project:
    """Return the project without its content: nothing of it is needed."""
    return replace(project, templates={}, campaigns={}, copies={})


class _Cells:
    """The project with a segment for each cell; its counts are all that leaves the data."""

    def __init__(self, project: Project, brief: Brief) -> None:
        self.segments = brief.segments or (WHOLE,)
        self.protected = protected(project, brief)
        self.words = described(brief, project)
        self._brief = brief
        traits = {self.trait(number): predicate for number, predicate in enumerate(self.words.values())}
        wheres: dict[str, Predicate] = {self.whole(key): self.where(key) for key in self.segments}
        for key in self.segments:
            for trait, predicate in traits.items():
                wheres[f"{self.whole(key)}.{trait}"] = All(of=(self.where(key), predicate))
        self.project = self.with_segments(project, {**traits, **wheres})
        self._refuse_protected(traits)

    def trait(self, number: int) -> str:
        return f"trait.{number}"

    def whole(self, key: str) -> str:
        return f"cell.{self.segments.index(key)}"

    def where(self, key: str) -> Predicate:
        return Everyone() if key == WHOLE else InSegment(key=key, position=self._brief.position)

    def with_segments(self, project: Project, wheres: Mapping[str, Predicate]) -> Project:
        """Return the checked project with these segments alone."""
        made = {key: Segment(key=key, name=key, where=where) for key, where in wheres.items()}
        self._bare = check(replace(_bare(project), segments={**project.segments, **made}))
        return replace(self._bare, segments={key: self._bare.segments[key] for key in made})

    def pairs(self, close: Collection[tuple[str, str]]) -> Project:
        """Return the project with the people who are in just one of two segments, for each pair."""
        wheres = {f"{self.whole(a)}.{self.whole(b)}": _either(self._where(a), self._where(b)) for a, b in close}
        return replace(self._bare, segments={key: Segment(key=key, name=key, where=where) for key, where in wheres.items()})

    def _where(self, key: str) -> Predicate:
        return self._bare.segments[self.whole(key)].where

    def _refuse_protected(self, traits: Collection[str]) -> None:
        problems = []
        for words, trait in zip(self.words, traits, strict=True):
            for name in _protected(self._bare, self._bare.segments[trait].where):
                what = f"describe: {words!r} leans on the protected attribute {name!r}"
                remedy = "it may select people, and may never enter a prompt"
                problems.append(Problem(what=what, remedy=remedy, position=self._brief.position))
        if problems:
            raise ProblemsError(problems)


def _either(a: Predicate, b: Predicate) -> Predicate:
    return AnyOf(of=(All(of=(a, Not(of=b))), All(of=(b, Not(of=a)))))


def _aggregate(cells: _Cells, sizes: Mapping[str, int], key: str, number: int, minimum: int) -> Aggregate:
    whole = sizes[cells.whole(key)]
    if whole < minimum or key in cells.protected:
        return Aggregate(number=number)
    return Aggregate(number=number, size=_size(whole), traits=tuple(_traits(cells, sizes, key, minimum)))


def _traits(cells: _Cells, sizes: Mapping[str, int], key: str, minimum: int) -> Iterator[Trait]:
    whole = sizes[cells.whole(key)]
    for number, words in enumerate(cells.words):
        inside = sizes[f"{cells.whole(key)}.{cells.trait(number)}"]
        rest = whole - inside
        if inside >= minimum and (rest == 0 or rest >= minimum):
            yield Trait(words=words, share=STEP * ((200 * inside + STEP * whole) // (2 * STEP * whole)))


def _size(people: int) -> Size:
    return Size.SMALL if people < 1_000 else Size.MIDDLE if people <= 10_000 else Size.LARGE


def _close_pairs(cells: _Cells, sizes: Mapping[str, int], minimum: int) -> list[tuple[str, str]]:
    """Return the pairs of described segments that may differ by fewer than *minimum* people: their sizes do."""
    told = [key for key in cells.segments if key not in cells.protected]
    return [
        (a, b)
        for a, b in combinations(told, 2)
        if min(sizes[cells.whole(a)], sizes[cells.whole(b)]) >= minimum and abs(sizes[cells.whole(a)] - sizes[cells.whole(b)]) < minimum
    ]


def _hidden(cells: _Cells, close: Collection[tuple[str, str]], as_of: datetime, minimum: int) -> frozenset[str]:
    """Return the later ones of segments that differ by fewer than *minimum* people: the difference would tell of those few."""
    with evaluate(cells.pairs(close), as_of=as_of) as evaluation:
        sizes = evaluation.sizes()
    return frozenset(b for a, b in close if 0 < sizes[f"{cells.whole(a)}.{cells.whole(b)}"] < minimum)
