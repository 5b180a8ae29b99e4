"""The evaluator against the naive interpreter: batches of random trees over random tables, and what is said where they differ."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import count, islice
from pathlib import Path

from hypothesis.strategies import SearchStrategy

from evaluator import naive
from evaluator.smaller import smallest
from franca.audience import evaluate
from franca.definitions import Predicate, Project
from franca.errors import ProblemsError
from franca.language.check import check
from schema import AS_OF, make_project
from strategies import ANYTHING, Tables, drawn, make_tables, predicates
from whole_shop import merged

INSTANTS = (
    AS_OF,
    datetime(2026, 4, 29, 0, 30, tzinfo=UTC),  # 02:30 in Berlin: a month ago that is in the gap
    datetime(2026, 3, 29, 22, 30, tzinfo=UTC),  # already tomorrow in Berlin, half an hour old; today had 23 hours
)
SHOPS = 16
"""Sets of tables that one tree is evaluated over at once (see `whole_shop.merged`)."""
TREES = 18
"""Trees of one batch: the segments of one project."""
SIMPLE = 5
"""The first ones that Hypothesis draws are as simple as can be."""
Answers = dict[str, set[str]]


@dataclass(frozen=True)
class Batch:
    """Trees, the tables that they are evaluated over, and when."""

    trees: tuple[Predicate, ...]
    tables: Tables
    as_of: datetime
    timezone: str = "Europe/Berlin"

    def project(self, trees: tuple[Predicate, ...], root: Path = Path()) -> Project:
        """Return a project with these segments."""
        return make_project({f"s{number}": tree for number, tree in enumerate(trees)}, root=root, timezone=self.timezone)


@cache
def batch(
    start: int,
    as_of: datetime = AS_OF,
    *,
    on_edges: bool = False,
    trees: int = TREES,
    shops: int = SHOPS,
    timezone: str = "Europe/Berlin",
) -> Batch:
    """Return different trees over the whole language and several shops in one, the same for one *start* at every run."""
    choice = dataclasses.replace(ANYTHING, as_of=as_of, on_edges=on_edges)
    found: dict[Predicate, None] = {}
    for depth, share in enumerate((0.3, 0.6, 0.9, 1.0)):
        others = (tree for tree in different(predicates(depth, choice), start + depth) if tree not in found)
        found.update(dict.fromkeys(islice(others, round(share * trees) - len(found))))
    tables = merged([make_tables(start * SHOPS + number, as_of, on_edges=on_edges) for number in range(shops)])
    return Batch(tuple(found), tables, as_of, timezone)


def different(strategy: SearchStrategy[Predicate], start: int) -> Iterator[Predicate]:
    """Yield different trees without end."""
    seen: set[Predicate] = set()
    for seed in count(start * 1_000):
        for tree in drawn(strategy, TREES, seed)[SIMPLE:]:
            if tree not in seen:
                seen.add(tree)
                yield tree


def evaluated(project: Project, as_of: datetime) -> Answers:
    """Ask the evaluator for all members in one query: its public answers make one for each segment, which random tests cannot afford."""
    with evaluate(project, as_of=as_of) as evaluation:
        found = evaluation._engine.connection.to_pyarrow(evaluation._table(keep=True)).to_pylist()
        columns = evaluation._membership.columns
    return {key: {row["profile"] for row in found if row[column]} for key, column in columns.items()}


@dataclass(frozen=True)
class Comparison:
    """One batch on disk, and who evaluates it."""

    batch: Batch
    root: Path
    evaluator: Callable[[Project, datetime], Answers] = evaluated

    def differences(self, trees: tuple[Predicate, ...]) -> list[tuple[Predicate, set[str], set[str]]]:
        """Return the trees with two answers: the evaluator's and the naive one."""
        project = self.batch.project(trees, self.root)
        assert repr(check(project)) == repr(project), "the strategies make what checking makes"
        found = self.evaluator(project, self.batch.as_of)
        expected = naive.members(project, self.batch.tables, self.batch.as_of)
        return [(tree, found[key], expected[key]) for key, tree in zip(project.segments, trees, strict=True) if found[key] != expected[key]]

    def report(self) -> str:
        """Return the smallest part of a wrong tree that is wrong too, with the rows of one profile; empty when all agree."""
        wrong = [tree for tree, _, _ in self.differences(self.batch.trees)]
        if not wrong:
            return ""
        least = smallest(min(wrong, key=lambda tree: len(repr(tree))), self.wrong)
        ((tree, found, expected),) = self.differences((least,))
        person = min(found ^ expected)
        rows = [f"  {name}: {row}" for name, several in self.batch.tables.items() for row in several if person in row.values()]
        verdicts = f"evaluator: {person in found}, naive: {person in expected}"
        return "\n".join(
            [f"{len(wrong)} trees differ at {self.batch.as_of}; the smallest part:", repr(tree), f"{person!r}: {verdicts}", *rows]
        )

    def wrong(self, candidates: list[Predicate]) -> list[Predicate]:
        """Return those with two answers, of the candidates that a project may have."""
        allowed = [tree for tree in candidates if self.allowed(tree)]
        chunks = (tuple(allowed[start : start + TREES]) for start in range(0, len(allowed), TREES))
        return next((found for chunk in chunks if (found := [tree for tree, _, _ in self.differences(chunk)])), [])

    def allowed(self, tree: Predicate) -> bool:
        """Return whether checking leaves a tree as it is."""
        project = self.batch.project((tree,))
        try:
            return repr(check(project)) == repr(project)
        except ProblemsError:
            return False


def shares(of: Batch) -> list[float]:
    """Return the share of the profiles that each tree selects."""
    project = of.project(of.trees)
    profiles = len(naive.people(project, of.tables, of.as_of))
    return [len(keys) / profiles for keys in naive.members(project, of.tables, of.as_of).values()]


def telling(found: list[float]) -> dict[str, float]:
    """Return how many of the trees select nobody, some, and everybody."""
    kinds = ["nobody" if share == 0 else "everybody" if share == 1 else "some" for share in found]
    return {kind: round(kinds.count(kind) / len(kinds), 3) for kind in ("nobody", "some", "everybody")}
