"""The evaluator and the naive interpreter agree on random trees over random tables, in both file formats."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import whole_leaves
from evaluator import naive
from evaluator.agreement import INSTANTS, SHOPS, TREES, Answers, Batch, Comparison, batch, shares, telling
from files import Write, write_csv, write_parquet
from franca.audience import evaluate
from franca.definitions import (
    All,
    Anniversary,
    AtLeast,
    AttributeRef,
    AttributeTest,
    Average,
    CalendarTest,
    ConsentTest,
    Distinct,
    EventTest,
    Everyone,
    InstantTest,
    LengthTest,
    MemberOf,
    Near,
    Node,
    Not,
    Op,
    PickedEvent,
    Places,
    Predicate,
    Previous,
    Project,
    PropertyRef,
    PropertyTest,
    Rank,
    Ratio,
    Regular,
    Sequence,
    SinceAttribute,
    SinceLatest,
    Sum,
    This,
    Tile,
    ValueTest,
    Without,
)
from leaves import attribute_leaves, event_leaves, full_tables, other_leaves
from schema import AS_OF, make_project

FORMATS = {"csv": write_csv, "parquet": write_parquet}
VARIANTS = tuple(product(FORMATS, INSTANTS, (False, True)))
ZONES = (*["Europe/Berlin"] * 3, "Asia/Beirut", "Australia/Lord_Howe", "America/St_Johns")
"""The project's zone in each batch of one variant: midnights that the clock skips, changes by half an hour, half hours from UTC."""
FEW = 6
"""Trees where the fast tests have few."""


def reported(one: Batch, write: Write, folder: Path) -> str:
    """Write a batch's tables, compare, and return what went wrong."""
    (folder / "data").mkdir(parents=True)
    write(one.tables, folder / "data")
    return Comparison(one, folder).report()


@pytest.mark.parametrize(("name", "start"), [("csv", 1), ("parquet", 2)])
def test_the_evaluator_agrees_with_the_naive_interpreter(name: str, start: int, tmp_path: Path) -> None:
    """Both find the same members for a hundred random pairs of a tree and a shop, per file format."""
    one = batch(start, on_edges=start == 1, trees=7)
    assert not (found := reported(one, FORMATS[name], tmp_path)), found
    assert len(one.trees) * SHOPS >= 100


@pytest.mark.slow
@pytest.mark.parametrize(("name", "as_of", "on_edges"), VARIANTS)
def test_the_evaluator_agrees_on_twenty_thousand(name: str, as_of: datetime, on_edges: bool, tmp_path: Path) -> None:
    """The same for 20,736 pairs, at twelve combinations of a format, an instant, and cells on the edges of windows or off them."""
    first = 1_000 + 100 * VARIANTS.index((name, as_of, on_edges))
    several = [batch(first + number, as_of, on_edges=on_edges, timezone=zone) for number, zone in enumerate(ZONES)]
    reports = [reported(one, FORMATS[name], tmp_path / str(number)) for number, one in enumerate(several)]
    assert not any(reports), "\n\n".join(filter(None, reports))
    assert sum(len(one.trees) for one in several) * SHOPS >= 20_000 // 12


@pytest.mark.parametrize("name", FORMATS)
def test_all_answers_of_an_evaluation_say_the_same(name: str, tmp_path: Path) -> None:
    """Sizes, members, the written file, emails, the universe and the ambiguous emails: each is what the naive interpreter says."""
    few = batch(3, INSTANTS[2], on_edges=True, trees=FEW, shops=2)
    project = few.project(few.trees, tmp_path)
    (tmp_path / "data").mkdir()
    FORMATS[name](few.tables, tmp_path / "data")
    expected = naive.members(project, few.tables, few.as_of)
    with evaluate(project, as_of=few.as_of) as evaluation:
        assert evaluation.sizes() == {key: len(keys) for key, keys in expected.items()}
        assert {key: evaluation.members(key) for key in expected} == {key: sorted(keys) for key, keys in expected.items()}
        assert evaluation.emails() == naive.emails(project, few.tables, few.as_of)
        assert (set(evaluation.universe()), set(evaluation.ambiguous())) == naive.universe(project, few.tables, few.as_of)
        assert evaluation.write(tmp_path / "members.parquet") == sum(map(len, expected.values()))
    written = [(row["segment"], row["profile"]) for row in pq.read_table(tmp_path / "members.parquet").to_pylist()]
    assert written == sorted((key, profile) for key, profiles in expected.items() for profile in profiles)


def core_leaves(as_of: datetime) -> tuple[Predicate, ...]:
    return (*attribute_leaves(as_of), *event_leaves(as_of), *other_leaves())


def sweep(leaves: tuple[Predicate, ...], one: Batch, write: Write, folder: Path) -> str:
    """Compare leaves over one set of tables, some at a time; return what went wrong."""
    (folder / "data").mkdir()
    write(one.tables, folder / "data")
    chunks = (leaves[start : start + 2 * TREES] for start in range(0, len(leaves), 2 * TREES))
    reports = (Comparison(dataclasses.replace(one, trees=chunk), folder).report() for chunk in chunks)
    return "\n\n".join(filter(None, reports))


def test_the_evaluator_agrees_on_some_tests_of_every_value(tmp_path: Path) -> None:
    """Every sixtieth operator, constant, window and measure, over every cell of the pools, the edges among them."""
    leaves = core_leaves(AS_OF)[::60]
    assert not (found := sweep(leaves, Batch((), full_tables(AS_OF), AS_OF), write_csv, tmp_path)), found


def test_the_evaluator_agrees_on_some_of_the_whole_language(tmp_path: Path) -> None:
    """Every seven hundredth leaf of the whole language."""
    leaves = tuple(dict.fromkeys(whole_leaves.whole_leaves()))[::700]
    assert not (found := sweep(leaves, batch(4, on_edges=True, trees=1), write_parquet, tmp_path)), found


@pytest.mark.slow
@pytest.mark.parametrize(("name", "as_of"), [*zip(("csv", "parquet", "csv"), INSTANTS, strict=True)])
def test_the_evaluator_agrees_on_every_test_of_every_value(name: str, as_of: datetime, tmp_path: Path) -> None:
    """Every operator with every constant, every window, every measure of the core; as of instants in the gap and near midnight."""
    assert not (found := sweep(core_leaves(as_of), Batch((), full_tables(as_of), as_of), FORMATS[name], tmp_path)), found


@pytest.mark.slow
@pytest.mark.parametrize(("name", "part"), [("csv", 0), ("parquet", 3)])
def test_the_evaluator_agrees_on_leaves_of_the_whole_language(name: str, part: int, tmp_path: Path) -> None:
    """A quarter of some ten thousand leaves: every part of the language with everything that it may be about."""
    leaves = tuple(dict.fromkeys(whole_leaves.whole_leaves()))[part::8]
    assert not (found := sweep(leaves, batch(5 + part, on_edges=True, trees=1), FORMATS[name], tmp_path)), found


def nodes(thing: Any) -> Iterator[Node]:
    """Yield every node in a tree."""
    if isinstance(thing, tuple):
        for part in thing:
            yield from nodes(part)
    if isinstance(thing, Node):
        yield thing
        yield from nodes(tuple(getattr(thing, field.name) for field in dataclasses.fields(thing) if field.name != "position"))


def test_random_trees_use_the_whole_language_and_tell_people_apart() -> None:
    """Every operator and kind of node occurs; for three in five trees some profiles are members and some are not."""
    one = batch(10, trees=540, shops=1)
    used = [node for tree in one.trees for node in nodes(tree)]
    kinds = Counter(type(node) for node in used)
    assert {node.op for node in used if isinstance(node, ValueTest)} == set(Op)
    assert any(node.ignore_case for node in used if isinstance(node, ValueTest))
    assert {SinceAttribute, SinceLatest, This, Previous, Anniversary, InstantTest, CalendarTest, PropertyTest, LengthTest} <= kinds.keys()
    assert {AttributeRef, PropertyRef, Sum, Average, Distinct, PickedEvent, Sequence, Without, Regular, Ratio, Rank} <= kinds.keys()
    assert {Places, Tile, AtLeast, MemberOf, Near, ConsentTest} <= kinds.keys()
    assert any(isinstance(node, EventTest) and node.per for node in used)
    found = telling(shares(one))
    print(f"\nOf random trees: {found}")  # noqa: T201 - shares are asked for
    assert found["some"] > 0.6


def test_a_wrong_answer_is_reported_as_its_smallest_part(tmp_path: Path) -> None:
    """An evaluator for which missing passes no negative test is found out, and the report is that one test."""
    wrong = AttributeTest(attribute="points", tests=(ValueTest(op=Op.IS_NOT, operand=5),))
    set_too = dataclasses.replace(wrong, tests=(*wrong.tests, ValueTest(op=Op.IS_SET, operand=True)))
    few = batch(3, INSTANTS[2], on_edges=True, trees=FEW, shops=2)
    assert any(row["points"] is None and row["customer_id"] for row in few.tables["customers"])
    larger = Not(of=All(of=(wrong, Everyone())))

    def broken(project: Project, as_of: datetime) -> Answers:
        return naive.members(_replaced(project, wrong, set_too), few.tables, as_of)

    report = Comparison(dataclasses.replace(few, trees=(*few.trees, larger)), tmp_path, broken).report()
    assert repr(wrong) in report.splitlines()
    assert "evaluator: False, naive: True" in report
    assert Comparison(few, tmp_path, lambda project, as_of: naive.members(project, few.tables, as_of)).report() == ""


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


def test_each_pair_of_a_tree_and_a_shop_is_one_of_its_own() -> None:
    """Shops that share tables share no profile and no event: without ranks, the answers are those of each shop alone."""
    from strategies import ANYTHING, Extra, drawn, make_tables, predicates
    from whole_shop import merged

    choice = dataclasses.replace(ANYTHING, extras=ANYTHING.extras - {Extra.RANK})
    trees = [tree for tree in drawn(predicates(2, choice), 60, 7) if "Sample" not in repr(tree) and "email" not in repr(tree)]
    project = make_project({f"s{number}": tree for number, tree in enumerate(trees)})
    several = [make_tables(number) for number in range(3)]
    together = naive.members(project, merged(several), AS_OF)
    for number, shop in enumerate(several):
        alone = naive.members(project, shop, AS_OF)
        assert {key: {f"{number}:{one}" for one in keys} for key, keys in alone.items()} == {
            key: {one for one in keys if one.startswith(f"{number}:")} for key, keys in together.items()
        }
