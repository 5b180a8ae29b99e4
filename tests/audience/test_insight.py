"""An insight into real evaluations: all of it agrees with the members that the evaluation itself names."""

from __future__ import annotations

from functools import partial

import duckdb
import ibis
import pytest

from audience.test_counting import as_sets
from evaluator import naive
from evaluator.kit import AS_OF, shop
from files import write_parquet
from franca.audience import evaluate
from franca.audience.changes import Memory, Recorder
from franca.audience.insight import Insight, look, run_of
from franca.audience.reach import with_parts
from franca.audience.remarks import About, remarks
from franca.audience.stream import ROWS, batches
from franca.definitions import Everyone, InSegment, Predicate
from schema import AS_OF as T
from schema import make_project
from strategies import ANYTHING, CORE, drawn, predicates, whole_tables

CUSTOMERS = """\
id,email,points,gold,status,status_at,suppressed
1,a@x.example,5,true,SUB,,
2,b@x.example,20,true,SUB,,
3,c@x.example,30,false,,,
4,d@x.example,40,,UNSUB,,
5,e@x.example,50,true,SUB,,
6,f@x.example,60,false,SUB,,
"""
SEGMENTS = {
    "gold": "{attribute: gold, is: true}",
    "rich": "[{attribute: points, gte: 20}, {any: [{attribute: gold, is: true}, {mailable: email}]}]",
    "nobody": "{attribute: points, gte: 100}",
    "all": "{everyone: true}",
    "mail": "{mailable: email}",
    "same": "[{mailable: email}, {attribute: points, gte: 0}]",
}


def looked(project, *keys, show=0, memory=None, as_of=AS_OF) -> Insight:
    """Look into some segments, and remember them where there is a memory."""
    parts = with_parts(project, keys or list(project.segments))
    with evaluate(parts.evaluated, as_of=as_of, now=as_of) as evaluation:
        if memory is None:
            return look(evaluation, parts, show=show)
        with Recorder(memory, parts.segments) as recorder:
            found = look(evaluation, parts, recorder=recorder, show=show)
            recorder.keep(run_of(found, memory))
            return found


@pytest.fixture
def project(tmp_path):
    return shop(tmp_path, {"customers.csv": CUSTOMERS}, SEGMENTS)


def test_an_insight_tells_of_all_segments(project):
    """Sizes, those who may be mailed, the reach of conditions, pairs: counted by hand."""
    found = looked(project)
    assert found.sizes == {"gold": 3, "rich": 3, "nobody": 0, "all": 6, "mail": 4, "same": 4}
    assert found.mailable == {"gold": 3, "rich": 3, "nobody": 0, "all": 4, "mail": 4, "same": 4}
    assert (found.summary.profiles, found.summary.mailable, found.since, found.members) == (6, 4, None, {})
    rich = found.reaches["rich"]
    assert [(part.alone, part.after) for part in rich.parts] == [(5, 5), (4, 3)]
    assert [(part.alone, part.after) for part in rich.parts[1].parts] == [(3, 3), (4, 4)]
    shared = {(pair.first, pair.second): pair.both for pair in found.pairs}
    assert shared["gold", "rich"] == 2
    assert ("rich", "nobody") not in shared


def test_remarks_are_on_empty_small_equal_and_contained_segments(project):
    """What contains everybody contains nobody worth telling; equal segments are not told as contained, too."""
    found = remarks(looked(project))
    assert [(remark.about, set(remark.segments)) for remark in found] == [
        (About.EMPTY, {"nobody"}),
        (About.DUPLICATE, {"mail", "same"}),
        (About.CONTAINED, {"gold", "mail", "same"}),
        (About.CONTAINED, {"rich", "mail", "same"}),
    ]
    assert [remark.text for remark in found][:2] == ["nobody has no members", "mail and same are the same people (maximum_overlap 80%)"]
    assert [remark.segments[0] for remark in found][2:] == ["gold", "rich"]


def test_members_are_the_smallest_keys(project):
    """As many as were asked for, by code point."""
    assert looked(project, "gold", "nobody", show=2).members == {"gold": ["1", "2"], "nobody": []}


def test_two_runs_are_compared(tmp_path):
    """Who entered and left, between two states of the data."""
    memory = Memory(tmp_path / "state" / "preview.parquet", b"key")
    before = looked(shop(tmp_path, {"customers.csv": CUSTOMERS}, SEGMENTS), memory=memory)
    assert before.since is None
    changed = CUSTOMERS.replace("1,a@x.example,5,true", "1,a@x.example,5,false").replace("3,c@x.example,30,false", "3,c@x.example,30,true")
    after = looked(shop(tmp_path, {"customers.csv": changed}, {**SEGMENTS, "nobody": "{attribute: points, gte: 60}"}), memory=memory)
    moved = {key: (change.before, change.entered, change.left, change.redefined) for key, change in after.since.changes.items()}
    assert moved["gold"] == (3, 1, 1, False)
    assert moved["nobody"] == (0, 1, 0, True)
    assert moved["all"] == (6, 0, 0, False)
    assert after.since.as_of == AS_OF.isoformat()


@pytest.fixture
def table():
    """Return a table of a few more rows than a batch holds."""
    connection = ibis.duckdb.connect()
    connection.raw_sql(f"CREATE TABLE t AS SELECT i AS n, (i * 10000000000000)::BIGINT AS large FROM range({ROWS + 10}) r(i)")
    yield connection.table("t")
    connection.disconnect()


def test_batches_are_streamed(table):
    """No more rows at a time than a batch holds, and all of them."""
    assert [batch.num_rows for batch in batches(table.get_backend(), table)] == [ROWS, 10]


def test_an_error_within_a_stream_is_that_of_the_engine(table):
    """A number that becomes too large is what it is anywhere else: the engine knows what to say of it."""
    with pytest.raises(duckdb.OutOfRangeException):
        list(batches(table.get_backend(), table.select(n=table.large * 1000)))


TREES = 10


def test_random_trees_agree_with_sets(tmp_path):
    """Sizes, conditions and pairs of a few random segments are what the naive interpreter says."""
    against_naive(tmp_path, 1, 5, drawn(predicates(2, CORE), 8, 5))


@pytest.mark.slow
def test_many_random_trees_agree_with_sets(tmp_path):
    """The same, of the whole language, over other tables."""
    against_naive(tmp_path, 3, 1000, drawn(predicates(3, ANYTHING), 3 * TREES, 1000))


def against_naive(tmp_path, rounds: int, seed: int, trees: list[Predicate]) -> None:
    """Insist that the insight into random trees is what the naive interpreter's sets say."""
    for number, data in enumerate(drawn(whole_tables(T), rounds + 2, seed)[2:]):
        (root := tmp_path / str(number) / "data").mkdir(parents=True)
        write_parquet(data, root)
        project = make_project({f"s{each}": tree for each, tree in enumerate(trees[number::rounds])}, root=root.parent)
        parts = with_parts(project, list(project.segments))
        answers = naive.members(parts.evaluated, data, T)
        everyone = frozenset(naive.members(make_project({"x": Everyone()}), data, T)["x"])
        found = looked(project, as_of=T)
        assert found.sizes == {key: len(answers[key]) for key in project.segments}
        named = {node: answers[key] for node, key in parts.names.items()}
        for reach in found.reaches.values():
            as_sets(reach, partial(_of, answers, named), everyone)
        for pair in found.pairs:
            assert pair.both == len(answers[pair.first] & answers[pair.second])


def _of(answers, named, node):
    return answers[node.key] if isinstance(node, InSegment) else named[node]
