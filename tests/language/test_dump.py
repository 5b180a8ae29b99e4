"""What is dumped loads as the same node: predicates, segments, files."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import strategies
from evaluator import naive
from franca import Segment, any_of, attribute, event, mailable, prop, sample
from franca.definitions import (
    Anniversary,
    AttributeTest,
    ConsentTest,
    Count,
    Duration,
    EventTest,
    Everyone,
    Last,
    Node,
    Op,
    Position,
    Predicate,
    Project,
    Realisation,
    Sequence,
    Status,
    Step,
    Sum,
    Unit,
    ValueTest,
)
from franca.errors import FrancaError
from franca.language import check, load, load_predicate
from franca.language.dump import dump, dump_segment, dump_text, dump_yaml
from franca.language.dump.tests import fits, repeated

FAST = settings(max_examples=80, deadline=None, derandomize=True, database=None)
LONG = settings(FAST, max_examples=1500)
TREES = strategies.predicates(3, strategies.ANYTHING)
TABLES = strategies.make_tables(0)


def checked(**predicates: Predicate) -> Project:
    return check(strategies.make_project(predicates))


def nodes(value: object) -> Iterator[Node]:
    """A node and all that it holds."""
    if isinstance(value, Node):
        yield value
        for each in dataclasses.fields(value):
            yield from nodes(getattr(value, each.name))
    if isinstance(value, tuple):
        for part in value:
            yield from nodes(part)


def in_one_mapping(node: Node) -> bool:
    """Whether no key would stand twice, so that the node comes back as it is."""
    groups = [getattr(node, name, ()) for name in ("tests", "window", "at", "starting")]
    return all(fits(group) for group in groups if isinstance(group, tuple)) and not repeated(map(type, getattr(node, "measures", ())))


def comes_back(node: Predicate) -> None:
    """A tree comes back as itself, or, where YAML says it in several mappings, with the same members."""
    try:
        text = dump_text(node)
    except FrancaError as error:
        if "two tests of one kind" not in str(error):
            raise
        reject()
    loaded = load_predicate(text)
    assert load_predicate(json.dumps(dump(node))) == loaded
    assert load_predicate(dump_text(loaded)) == loaded
    project = checked(node=node, loaded=loaded)
    if all(map(in_one_mapping, nodes(node))):
        assert project.segments["loaded"].where == node
    else:
        members = naive.members(project, TABLES, strategies.AS_OF)
        assert members["loaded"] == members["node"]


@FAST
@given(TREES)
def test_a_dumped_tree_loads_as_itself(node):
    """load(dump(node)) == node over the whole language, through YAML and through JSON."""
    comes_back(node)


@pytest.mark.slow
@LONG
@given(TREES)
def test_many_dumped_trees_load_as_themselves(node):
    """The same for many more."""
    comes_back(node)


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [
        "yes",
        "no",
        "null",
        "~",
        "true",
        "5",
        "1.0",
        "2026-01-01",
        "=",
        "<<",
        "a: b",
        "- x",
        "[x",
        "{",
        "#",
        "'",
        '"',
        "é\n",
        " x ",
        "\x85",
        "a\u2028b",
        "\ufeff",
        "0x1F",
    ]
)


@FAST
@given(WORDS, st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**15), max_value=10**15))
def test_every_text_and_number_survives(word, number):
    """Texts that look like something else stay texts; numbers keep their digits."""
    node = any_of(attribute("a") == word, attribute("b").in_([word, word + "x"]), attribute("n") >= number)
    loaded = load_predicate(dump_text(node))
    assert loaded == node
    written = loaded.of[2].tests[0].operand
    assert not isinstance(written, Decimal) or str(written) == str(number)


DUMPED = [
    (event("order").last("365 days").count() >= 5, {"event": "order", "count": {"gte": 5}, "last": "365 days"}),
    (event("order").never(), {"event": "order", "count": 0}),
    (event("order").sum("total") >= 10.5, {"event": "order", "sum": {"of": "total", "gte": 10.5}}),
    (mailable("email"), {"mailable": "email"}),
    (sample(10, salt="holdout"), {"sample": {"percent": 10, "salt": "holdout"}}),
    (attribute("a").contains("x"), {"attribute": "a", "contains": "x"}),
    (attribute("a").in_(["x"]), {"attribute": "a", "in": ["x"]}),
    (attribute("a").ago_at_least("7 days"), {"attribute": "a", "ago": {"at_least": "7 days"}}),
    (attribute("a").last("1 day"), {"attribute": "a", "last": "1 day"}),
    (
        event("view").since(event("order").where(prop("p") == 1, prop("q") == 2)).exists(),
        {"event": "view", "since": {"latest": "order", "where": [{"property": "p", "is": 1}, {"property": "q", "is": 2}]}},
    ),
    (ConsentTest(channel="email", statuses=(Status.NEVER,)), {"consent": "email", "status": "never"}),
]


@pytest.mark.parametrize(("node", "data"), DUMPED, ids=[str(data) for _, data in DUMPED])
def test_the_shape_is_the_one_of_the_documentation(node, data):
    """Predicates are written as the language's documentation writes them."""
    assert dump(node) == data


def test_two_tests_of_one_kind_become_all_of_two():
    """A mapping holds a key once."""
    tests = tuple(ValueTest(op=Op.IS_NOT, operand=word) for word in ("x", "y"))
    data = dump(AttributeTest(attribute="a", tests=tests))
    assert data == {"all": [{"attribute": "a", "is_not": "x"}, {"attribute": "a", "is_not": "y"}]}
    sums = tuple(Sum(of=of, tests=(ValueTest(op=Op.GT, operand=1),)) for of in ("a", "b"))
    assert [part["sum"]["of"] for part in dump(EventTest(event="e", measures=sums))["all"]] == ["a", "b"]
    counts = (Count(tests=(ValueTest(op=Op.IS_NOT, operand=1), ValueTest(op=Op.IS_NOT, operand=2))),)
    assert [part["count"] for part in dump(EventTest(event="e", measures=counts))["all"]] == [{"is_not": 1}, {"is_not": 2}]
    at = tuple(Last(duration=Duration(days, Unit.DAYS)) for days in (3, 5))
    assert len(dump(ConsentTest(channel="email", statuses=(Status.PENDING,), at=at))["all"]) == 3


def test_a_second_window_of_one_kind_is_said_inside_where():
    """A mapping holds `last` once; the other test is on the instant of the same events."""
    window = tuple(Last(duration=Duration(days, Unit.DAYS)) for days in (3, 5))
    data = dump(EventTest(event="e", window=window))
    assert data == {"event": "e", "where": {"time": "at", "last": "5 days"}, "last": "3 days"}
    begun = dump(Sequence(steps=(Step(event="e"),), starting=window))
    assert begun == {"sequence": [{"event": "e", "where": {"time": "at", "last": "5 days"}}], "starting": {"last": "3 days"}}


UNSAYABLE = [
    (Anniversary(tests=tuple(Last(duration=Duration(days, Unit.DAYS)) for days in (3, 5))), "an anniversary with two tests of one kind"),
    (ValueTest(op=Op.GT, operand=5, ignore_case=True), "gt that ignores case"),
]


@pytest.mark.parametrize(("test", "said"), UNSAYABLE, ids=[said for _, said in UNSAYABLE])
def test_what_yaml_cannot_say_is_refused(test, said):
    """Nothing is dropped silently."""
    with pytest.raises(FrancaError, match=rf"a\.py:3:1: {said}"):
        dump(AttributeTest(attribute="a", tests=(dataclasses.replace(test, position=Position("a.py", 3, 1)),)))


def test_a_half_built_predicate_is_told_what_it_lacks():
    """A record takes anything; writing it does not."""
    with pytest.raises(TypeError, match=r'event\("order"\) is not a predicate; say how many'):
        dump_segment(Segment(key="a", name="A", where=event("order")))


def test_a_number_too_long_for_a_float_is_never_rounded():
    """JSON refuses it, YAML writes it in full."""
    node = attribute("a") == Decimal("0.12345678901234567890123")
    with pytest.raises(TypeError):
        json.dumps(dump(node))
    assert load_predicate(dump_text(node)) == node


FILE = """\
segments:
  vip:
    name: VIP customers
    description: Ordered five times in a year, or spent a thousand ever.
    where:
      any:
        - {event: order, count: {gte: 5}, last: 365 days}
        - {event: order, sum: {of: total, gte: 1000.00}}
  win_back:
    name: Win back 180-365
    where:
      - {event: order, last: 365 days}
      - {event: order, count: 0, last: 180 days}
      - {mailable: email}
    group: lifecycle
    priority: 10
    realise: {brevo: members}
    accept: {klaviyo: {day-windows: 'weekly: a day does not matter'}}
    adopt: {brevo: true}
    previously: old_key
"""
VIP = Segment(
    key="vip",
    name="VIP customers",
    description="Ordered five times in a year, or spent a thousand ever.",
    where=(event("order").last("365 days").count() >= 5) | (event("order").sum("total") >= Decimal("1000.00")),
)
WIN_BACK = Segment(
    key="win_back",
    name="Win back 180-365",
    where=event("order").last("365 days").exists() & event("order").last("180 days").never() & mailable("email"),
    group="lifecycle",
    priority=10,
    realise={"brevo": Realisation.MEMBERS},
    accept={"klaviyo": {"day-windows": "weekly: a day does not matter"}},
    adopt={"brevo": True},
    previously="old_key",
)


def test_a_file_of_segments_reads_like_one_written_by_hand():
    """Lists of predicates stand one below the other, each leaf on one line, numbers with their digits."""
    assert dump_yaml([VIP, WIN_BACK]) == FILE


def test_a_file_of_segments_loads_as_the_segments(tmp_path):
    """What dump_yaml writes, the loader reads."""
    project = "project: acme\ntimezone: Europe/Berlin\ndata: {connect: data, profile: {table: customers, key: id, attributes: {}}}\n"
    (tmp_path / "franca.yaml").write_text(project, encoding="utf-8")
    (tmp_path / "segments").mkdir()
    (tmp_path / "segments" / "all.yaml").write_text(dump_yaml([VIP, WIN_BACK]), encoding="utf-8")
    assert dict(load(tmp_path).segments) == {"vip": VIP, "win_back": WIN_BACK}


def test_a_segment_without_extras_is_dumped_without_them():
    """Defaults are left out."""
    assert dump_segment(Segment(key="all", name="All", where=Everyone())) == {"name": "All", "where": {"everyone": True}}


@pytest.mark.parametrize("text", ["?0", ":x", "a:?b", "0:]", "-?", "a: b", "#x", "@x", "{x", "null", "1e5", "\u2028"])
def test_texts_that_look_like_yaml_come_back(text):
    """Where a text must be in quotes, they are there: our reader is another one than the writer."""
    comes_back(AttributeTest(attribute="country", tests=(ValueTest(op=Op.IN, operand=(text, "x")),)))
