"""Every edge that evaluators get wrong, each with the members that a person works out (tests/evaluator/edges_of_*.py)."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pyarrow as pa
import pytest

from evaluator import edges_of_events, edges_of_time, edges_of_values, naive
from evaluator.edges import SCHEMA, Topic
from evaluator.kit import members, shop
from franca.definitions import Project
from franca.errors import FrancaError

TOPICS: tuple[Topic, ...] = (*edges_of_time.TOPICS, *edges_of_values.TOPICS, *edges_of_events.TOPICS)
ASKED = [(number, edge) for number, topic in enumerate(TOPICS) for edge in topic.asked]


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
    """One project for each shop, with all that is asked of it."""

    @cache
    def project(number: int) -> Project:
        topic = TOPICS[number]
        segments = {f"s{at}": where for at, (where, _) in enumerate(topic.asked.values())}
        return shop(tmp_path_factory.mktemp("edges"), topic.files(), segments, schema=SCHEMA, timezone=topic.timezone)

    return project


@pytest.fixture(scope="module")
def found(projects):
    """All that is asked of one shop is answered at once."""

    @cache
    def answer(number: int) -> dict[str, str]:
        return dict(zip(TOPICS[number].asked, members(projects(number), TOPICS[number].as_of).values(), strict=True))

    return answer


@pytest.mark.parametrize(("number", "edge"), ASKED, ids=[edge for _, edge in ASKED])
def test_at_an_edge(number, edge, found):
    """What the name says: the members are exactly these."""
    where, expected = TOPICS[number].asked[edge]
    assert found(number)[edge] == expected, where


@pytest.mark.parametrize("number", range(len(TOPICS)))
def test_the_naive_interpreter_knows_every_edge(number, projects):
    """It is no oracle where it errs: what a person works out is what it says, too."""
    topic = TOPICS[number]
    answers = naive.members(projects(number), topic.tables(), topic.as_of)
    assert {edge: " ".join(sorted(keys)) for edge, keys in zip(topic.asked, answers.values(), strict=True)} == {
        edge: expected for edge, (_, expected) in topic.asked.items()
    }


def test_a_segment_that_refers_to_itself_is_refused(tmp_path):
    """Directly or through others: the circle is named, nothing is evaluated."""
    circle = {"a": "{segment: b}", "b": "{not: {segment: c}}", "c": "{any: [{everyone: true}, {segment: a}]}"}
    with pytest.raises(FrancaError, match=r"a.*b.*c.*a"):
        shop(tmp_path, TOPICS[0].files(), circle, schema=SCHEMA)


def test_instants_with_and_without_a_zone_are_put_together(tmp_path):
    """Parquet that says UTC and Parquet that says nothing meet in one sequence, and in one count."""
    moment = datetime(2026, 3, 1)  # noqa: DTZ001 - naive on purpose: the column says nothing of a zone
    told = [datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)]
    files: dict[str, str | pa.Table] = {
        **Topic(asked={}, customers={"a": {}, "b": {}}).files(),
        "orders.parquet": _happened(pa.array([moment] * 2, pa.timestamp("us")), "number", "state"),
        "visits.parquet": _happened(pa.array(told, pa.timestamp("us", "UTC"))),
    }
    del files["orders.csv"], files["visits.csv"]
    asked = {"quiet": "{sequence: [order, {without: visit, within: 3 days}]}", "both": "{event: [order, visit], count: 2}"}
    assert members(shop(tmp_path, files, asked, schema=SCHEMA)) == {"quiet": "b", "both": "a b"}


def _happened(at: pa.Array, *missing: str) -> pa.Table:
    return pa.table({"customer": ["a", "b"], "at": at, **{name: pa.array([None, None], pa.string()) for name in missing}})


def test_a_filter_of_a_source_takes_every_test_on_a_value(tmp_path):
    """Folded case, patterns, lengths, other properties, k of n: before rows with one id become one event."""
    filters = """[{property: state, not_in: [CANCELLED], ignore_case: true}, {property: total, gte: {property: pieces, times: 2}},
          {at_least: {count: 1, of: [{property: country, matches: "^[A-Z]{2}$"}, {property: kinds, length: {gte: 2}}]}}]"""
    schema = SCHEMA.replace("{property: state, is_not: cancelled}", filters)
    assert schema != SCHEMA
    rows = (
        ("a 2026-01-01", {"number": "1", "state": "Cancelled", "total": "9.00", "pieces": "1", "country": "DE"}),
        ("a 2026-01-02", {"number": "1", "total": "4.00", "pieces": "2", "country": "DE"}),
        ("b 2026-01-01", {"number": "2", "total": "3.99", "pieces": "2", "country": "DE"}),
        ("c 2026-01-01", {"number": "3", "total": "4.00", "pieces": "2", "country": "de", "kinds": '["x", null, "y"]'}),
        ("d 2026-01-01", {"number": "4", "total": "4.00", "country": "DE"}),
        ("e 2026-01-01", {"number": "5", "total": "4.00", "pieces": "1", "country": "de", "kinds": '["x", null]'}),
    )
    topic = Topic(asked={}, orders=rows)
    project = shop(tmp_path, topic.files(), {"it": "{event: order}"}, schema=schema)
    assert members(project) == {"it": "a c"}
    assert naive.members(project, topic.tables(), topic.as_of) == {"it": {"a", "c"}}


def test_a_shop_in_which_nothing_happened(tmp_path):
    """No rows at all: nobody is anybody, and nothing fails."""
    asked = {edge: where for topic in TOPICS for edge, (where, _) in topic.asked.items()}
    segments = {f"s{at}": where for at, where in enumerate([*asked.values()][::9])}
    assert set(members(shop(tmp_path, Topic(asked={}).files(), segments, schema=SCHEMA)).values()) == {""}
