"""The evaluator and the naive interpreter agree on random trees over random tables, in both file formats."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from evaluator import naive
from files import Write, write_csv, write_parquet
from franca.audience import evaluate
from franca.definitions import (
    Ago,
    All,
    AnyOf,
    AttributeTest,
    ConsentTest,
    EventTest,
    Everyone,
    From,
    Last,
    Next,
    Node,
    NoneOf,
    Not,
    OnDay,
    Op,
    Predicate,
    Project,
    PropertyTest,
    SinceAttribute,
    SinceLatest,
    Sum,
    To,
    ValueTest,
)
from franca.language.check import check
from leaves import attribute_leaves, event_leaves, full_tables, other_leaves
from schema import AS_OF, make_project
from strategies import Choice, Tables, drawn, predicates, tables

TREES = 44
"""Trees of one batch: the segments of one project."""
ROUNDS, FEW = 4, 2
CHUNK = 150
INSTANTS = (
    AS_OF,
    datetime(2026, 4, 29, 0, 30, tzinfo=UTC),  # 02:30 in Berlin: a month ago that is in the gap
    datetime(2026, 3, 29, 22, 30, tzinfo=UTC),  # already tomorrow in Berlin, half an hour old; today had 23 hours
)
FORMATS = {"csv": write_csv, "parquet": write_parquet}
Answers = dict[str, set[str]]


@dataclass(frozen=True)
class Batch:
    """Trees, the tables that they are evaluated over, and when."""

    trees: tuple[Predicate, ...]
    tables: Tables
    as_of: datetime


@cache
def batches(rounds: int, start: int) -> tuple[Batch, ...]:
    """Return *rounds* batches for each as-of instant, with cells a second from the edges and on them; the same at every run."""
    found = []
    variants = ((as_of, on_edges) for as_of in INSTANTS for on_edges in (False, True))
    for seed, (as_of, on_edges) in enumerate(variants, start):
        choice = Choice(as_of=as_of, on_edges=on_edges)
        trees = drawn(predicates(3, choice), rounds * TREES // 2, seed) + drawn(predicates(1, choice), rounds * TREES // 2, seed)
        data = drawn(tables(as_of, on_edges=on_edges), rounds + 2, seed)[2:]  # the first ones are as simple as can be
        found += [Batch(tuple(trees[number::rounds]), one, as_of) for number, one in enumerate(data)]
    return tuple(found)


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
        project = make_project({f"s{number}": tree for number, tree in enumerate(trees)}, root=self.root)
        assert repr(check(project)) == repr(project), "the strategies make what checking makes"
        found = self.evaluator(project, self.batch.as_of)
        expected = naive.members(project, self.batch.tables, self.batch.as_of)
        return [(tree, found[key], expected[key]) for key, tree in zip(project.segments, trees, strict=True) if found[key] != expected[key]]

    def report(self) -> str:
        """Return the smallest part of a wrong tree that is wrong too, with the rows of one profile; empty when all agree."""
        wrong = [tree for tree, _, _ in self.differences(self.batch.trees)]
        if not wrong:
            return ""
        closure = tuple(dict.fromkeys(part for tree in wrong for part in parts(tree)))
        tree, found, expected = min(self.differences(closure), key=lambda difference: len(repr(difference[0])))
        person = min(found ^ expected)
        rows = [f"  {name}: {row}" for name, several in self.batch.tables.items() for row in several if person in row.values()]
        verdicts = f"evaluator: {person in found}, naive: {person in expected}"
        return "\n".join(
            [f"{len(wrong)} trees differ at {self.batch.as_of}; the smallest part:", repr(tree), f"{person!r}: {verdicts}", *rows]
        )


def parts(tree: Predicate) -> Iterator[Predicate]:
    """Yield a tree, its parts, and its parts with one test, window, filter or measure less."""
    yield tree
    for part in _SMALLER.get(type(tree), _no_parts)(tree):
        yield from parts(part)


def _no_parts(_: Predicate) -> tuple[Predicate, ...]:
    return ()


def _attribute(node: AttributeTest) -> Iterator[Predicate]:
    return (dataclasses.replace(node, tests=(test,)) for test in node.tests if len(node.tests) > 1)


def _event(node: EventTest) -> Iterator[Predicate]:
    if node.where is not None:
        yield dataclasses.replace(node, where=None)
        yield from (dataclasses.replace(node, where=part) for part in _children(node.where))
    for name in ("window", "measures"):
        several = getattr(node, name)
        yield from (dataclasses.replace(node, **{name: several[:at] + several[at + 1 :]}) for at in range(len(several)))


def _children(node: Predicate) -> tuple[Predicate, ...]:
    inner = getattr(node, "of", ())
    return inner if isinstance(inner, tuple) else (inner,)


_SMALLER: dict[type[Predicate], Callable[[Any], Any]] = {
    **dict.fromkeys((All, AnyOf, NoneOf, Not), _children),
    AttributeTest: _attribute,
    EventTest: _event,
    ConsentTest: lambda node: [dataclasses.replace(node, at=())] if node.at and node.statuses else [],
}


def compare(write: Write, folder: Path, rounds: int, start: int) -> tuple[int, list[str]]:
    """Compare every batch; return the number of examples, pairs of a tree and tables that differ, and what went wrong."""
    examples, reports = 0, []
    for number, batch in enumerate(batches(rounds, start)):
        root = folder / str(number)
        (root / "data").mkdir(parents=True)
        write(batch.tables, root / "data")
        examples += len(set(batch.trees))
        reports.append(Comparison(batch, root).report())
    return examples, [report for report in reports if report]


def sweep(write: Write, folder: Path, as_of: datetime) -> list[str]:
    """Compare every leaf over the full tables, some hundred segments at a time; return what went wrong."""
    leaves = (*attribute_leaves(as_of), *event_leaves(as_of), *other_leaves())
    data = full_tables(as_of)
    (folder / "data").mkdir()
    write(data, folder / "data")
    chunks = (leaves[start : start + CHUNK] for start in range(0, len(leaves), CHUNK))
    return [report for chunk in chunks if (report := Comparison(Batch(chunk, data, as_of), folder).report())]


@pytest.mark.parametrize(("name", "start"), [("csv", 0), ("parquet", 100)])
def test_the_evaluator_agrees_with_the_naive_interpreter(name: str, start: int, tmp_path: Path) -> None:
    """Both find the same members for a thousand random pairs of a tree and tables, per file format."""
    examples, reports = compare(FORMATS[name], tmp_path, rounds=ROUNDS, start=start)
    assert not reports, "\n\n".join(reports)
    assert examples >= 1_000


@pytest.mark.parametrize("name", FORMATS)
def test_all_answers_of_an_evaluation_say_the_same(name: str, tmp_path: Path) -> None:
    """Sizes, members, the written file, emails, the universe and the ambiguous emails: each is what the naive interpreter says."""
    batch = batches(FEW, 0)[-1]
    project = make_project({f"s{number}": tree for number, tree in enumerate(batch.trees[::4])}, root=tmp_path)
    (tmp_path / "data").mkdir()
    FORMATS[name](batch.tables, tmp_path / "data")
    expected = naive.members(project, batch.tables, batch.as_of)
    with evaluate(project, as_of=batch.as_of) as evaluation:
        assert evaluation.sizes() == {key: len(keys) for key, keys in expected.items()}
        assert {key: evaluation.members(key) for key in expected} == {key: sorted(keys) for key, keys in expected.items()}
        assert evaluation.emails() == naive.emails(project, batch.tables, batch.as_of)
        assert (set(evaluation.universe()), set(evaluation.ambiguous())) == naive.universe(project, batch.tables, batch.as_of)
        assert evaluation.write(tmp_path / "members.parquet") == sum(map(len, expected.values()))
    written = [(row["segment"], row["profile"]) for row in pq.read_table(tmp_path / "members.parquet").to_pylist()]
    assert written == sorted((key, profile) for key, profiles in expected.items() for profile in profiles)


def test_the_evaluator_agrees_on_every_test_of_every_value(tmp_path: Path) -> None:
    """Every operator with every constant, every window, every measure, over every cell of the pools, the edges among them."""
    assert not "\n\n".join(sweep(write_csv, tmp_path, AS_OF))


@pytest.mark.slow
@pytest.mark.parametrize("as_of", INSTANTS)
@pytest.mark.parametrize("name", FORMATS)
def test_the_evaluator_agrees_on_every_test_in_every_format_at_every_instant(name: str, as_of: datetime, tmp_path: Path) -> None:
    """The same for Parquet, and as of instants in the gap and near midnight."""
    assert not "\n\n".join(sweep(FORMATS[name], tmp_path, as_of))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "start"), [("csv", 200), ("parquet", 300)])
def test_the_evaluator_agrees_on_ten_times_as_many(name: str, start: int, tmp_path: Path) -> None:
    """The same for ten thousand pairs per file format, other ones."""
    examples, reports = compare(FORMATS[name], tmp_path, rounds=10 * ROUNDS, start=start)
    assert not reports, "\n\n".join(reports)
    assert examples >= 10_000


def nodes(thing: Any) -> Iterator[Node]:
    """Yield every node in a tree."""
    if isinstance(thing, tuple):
        for part in thing:
            yield from nodes(part)
    if isinstance(thing, Node):
        yield thing
        yield from nodes(tuple(getattr(thing, field.name) for field in dataclasses.fields(thing) if field.name != "position"))


def test_random_trees_use_the_whole_language_and_tell_people_apart() -> None:
    """Every operator, time test and kind of node occurs; for two in five trees some profiles are members and some are not."""
    used = [node for batch in batches(FEW, 0) for node in nodes(batch.trees)]
    kinds = {type(node) for node in used}
    assert {node.op for node in used if isinstance(node, ValueTest)} == set(Op)
    assert {Last, Next, Ago, From, To, OnDay, SinceAttribute, SinceLatest, Sum, PropertyTest, ConsentTest} <= kinds
    telling = [0 < share < 1 for batch in batches(FEW, 0) for share in _shares(batch)]
    assert sum(telling) / len(telling) > 0.4


def _shares(batch: Batch) -> Iterator[float]:
    profiles = len([row for row in batch.tables["customers"] if row["customer_id"] is not None])
    project = make_project({f"s{number}": tree for number, tree in enumerate(batch.trees)})
    return (len(keys) / profiles for keys in naive.members(project, batch.tables, batch.as_of).values())


def test_a_wrong_answer_is_reported_as_its_smallest_part(tmp_path: Path) -> None:
    """An evaluator for which missing passes no negative test is found out, and the report is that one test."""
    wrong = AttributeTest(attribute="points", tests=(ValueTest(op=Op.IS_NOT, operand=5),))
    set_too = dataclasses.replace(wrong, tests=(*wrong.tests, ValueTest(op=Op.IS_SET, operand=True)))
    batch = next(
        batch for batch in batches(FEW, 0) if any(row["points"] is None and row["customer_id"] for row in batch.tables["customers"])
    )
    larger = Not(of=All(of=(wrong, Everyone())))

    def broken(project: Project, as_of: datetime) -> Answers:
        return naive.members(_replaced(project, wrong, set_too), batch.tables, as_of)

    report = Comparison(dataclasses.replace(batch, trees=(*batch.trees, larger)), tmp_path, broken).report()
    assert repr(wrong) in report.splitlines()
    assert "evaluator: False, naive: True" in report
    assert Comparison(batch, tmp_path, lambda project, as_of: naive.members(project, batch.tables, as_of)).report() == ""


def _replaced(project: Project, old: Node, new: Node) -> Project:
    def swap(thing: Any) -> Any:
        if thing == old:
            return new
        if isinstance(thing, tuple):
            return tuple(map(swap, thing))
        if not isinstance(thing, Predicate):
            return thing
        return dataclasses.replace(thing, **{field.name: swap(getattr(thing, field.name)) for field in dataclasses.fields(thing)})

    return make_project({key: swap(segment.where) for key, segment in project.segments.items()})
