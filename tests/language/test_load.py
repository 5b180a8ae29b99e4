"""What the YAML says is what the nodes say."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from franca.definitions import (
    Ago,
    All,
    AnyOf,
    AttributeTest,
    ConsentTest,
    Count,
    Duration,
    EventTest,
    Everyone,
    From,
    InSegment,
    Last,
    Location,
    Mailable,
    Memberships,
    NamedDay,
    Next,
    NoneOf,
    Not,
    OnDay,
    Op,
    Policies,
    PropertyRef,
    PropertyTest,
    ReferenceTest,
    Sample,
    SinceAttribute,
    SinceLatest,
    Status,
    Sum,
    To,
    Unit,
    ValueTest,
)
from franca.errors import ProblemsError
from franca.language import check, load, load_predicate
from language.conftest import PROJECT

DAYS = Unit.DAYS


def is_(operand, op=Op.IS):
    return ValueTest(op=op, operand=operand)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("{everyone: true}", Everyone()),
        ("[{everyone: true}, {segment: a}]", All(of=(Everyone(), InSegment(key="a")))),
        ("[{everyone: true}]", Everyone()),
        ("{any: [{segment: a}, {segment: b}]}", AnyOf(of=(InSegment(key="a"), InSegment(key="b")))),
        ("{none: [{segment: a}]}", NoneOf(of=(InSegment(key="a"),))),
        ("{not: {segment: a}}", Not(of=InSegment(key="a"))),
        ("{attribute: a, gte: 5, lt: 9.50}", AttributeTest(attribute="a", tests=(is_(5, Op.GTE), is_(Decimal("9.50"), Op.LT)))),
        ("{attribute: a, in: [x, y]}", AttributeTest(attribute="a", tests=(is_(("x", "y"), Op.IN),))),
        ("{attribute: a, contains: x}", AttributeTest(attribute="a", tests=(is_(("x",), Op.CONTAINS),))),
        ("{attribute: a, is_set: false}", AttributeTest(attribute="a", tests=(is_(False, Op.IS_SET),))),
        ("{attribute: a, is: 2026-01-31}", AttributeTest(attribute="a", tests=(is_("2026-01-31"),))),
        ("{attribute: a, is: yes}", AttributeTest(attribute="a", tests=(is_("yes"),))),
        ("{attribute: a, next: 1 week}", AttributeTest(attribute="a", tests=(Next(duration=Duration(1, Unit.WEEKS)),))),
        ("{event: e}", EventTest(event="e")),
        ("{event: e, count: 0}", EventTest(event="e", measures=(Count(tests=(is_(0),)),))),
        ("{event: e, sum: {of: t, gt: 3}}", EventTest(event="e", measures=(Sum(of="t", tests=(is_(3, Op.GT),)),))),
        ("{event: e, where: {property: p, is: x}}", EventTest(event="e", where=PropertyTest(property="p", tests=(is_("x"),)))),
        ("{event: e, ago: [7 days, 3 days]}", EventTest(event="e", window=(Ago(older=Duration(7, DAYS), newer=Duration(3, DAYS)),))),
        ("{event: e, ago: {at_least: 7 days}}", EventTest(event="e", window=(Ago(older=Duration(7, DAYS)),))),
        (
            "{event: e, from: 2026-01-01, to: 2026-02-01T10:00:00Z}",
            EventTest(event="e", window=(From(at=date(2026, 1, 1)), To(at=datetime(2026, 2, 1, 10, tzinfo=UTC)))),
        ),
        ("{event: e, day: yesterday}", EventTest(event="e", window=(OnDay(day=NamedDay.YESTERDAY),))),
        ("{event: e, day: 2026-01-01}", EventTest(event="e", window=(OnDay(day=date(2026, 1, 1)),))),
        ("{event: e, since: {attribute: a}}", EventTest(event="e", window=(SinceAttribute(attribute="a"),))),
        (
            "{event: e, since: {latest: c, where: {property: p, is: x}}}",
            EventTest(event="e", window=(SinceLatest(event="c", where=PropertyTest(property="p", tests=(is_("x"),))),)),
        ),
        ("{mailable: email}", Mailable(channel="email")),
        (
            "{consent: email, status: [never, pending], at: {last: 3 days}}",
            ConsentTest(channel="email", statuses=(Status.NEVER, Status.PENDING), at=(Last(duration=Duration(3, DAYS)),)),
        ),
        ("{sample: {percent: 12.5, salt: x}}", Sample(percent=Decimal("12.5"), salt="x")),
    ],
)
def test_yaml_makes_these_nodes(text, node):
    """One form of language.md section 3 each; `yes` stays a text."""
    assert load_predicate(text) == node


def test_nodes_know_their_place_and_are_equal_without_it():
    """The position travels along and takes no part in equality or hash."""
    first, second = load_predicate("{segment: a}"), load_predicate("\n\n  {segment: a}")
    assert (str(first.position), str(second.position)) == ("<text>:1:1", "<text>:3:3")
    assert first == second
    assert hash(first) == hash(second)


def test_checking_inlines_segments_and_types_constants(tmp_path):
    """A checked project has no references left, and every constant has its subject's type."""
    segments = """\
segments:
  a: {name: A, where: {any: [{attribute: spent, gte: 5}, {attribute: score, gte: 5}, {attribute: seen_at, gte: 2026-07-01}]}}
  b: {name: B, where: {not: {segment: a}}}
  c: {name: C, where: {attribute: email, is: " Anna@Shop.TEST "}}
  d: {name: D, where: {attribute: born, between: [2000-01-01, 2001-01-01]}}
"""
    (tmp_path / "segments").mkdir()
    (tmp_path / "franca.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "segments" / "a.yaml").write_text(segments, encoding="utf-8")
    found = {key: segment.where for key, segment in check(load(tmp_path)).segments.items()}
    spent, score, seen = (test.tests[0].operand for test in found["a"].of)
    assert (spent, type(spent)) == (Decimal(5), Decimal)
    assert (score, type(score)) == (5.0, float)
    assert seen == datetime(2026, 6, 30, 22, tzinfo=UTC)  # midnight in Berlin
    assert found["b"] == Not(of=found["a"])
    assert found["c"].tests[0].operand == "anna@shop.test"
    assert found["d"].tests[0].operand == (date(2000, 1, 1), date(2001, 1, 1))


def test_places_memberships_and_the_cap_on_emails_are_read(tmp_path):
    """The parts of a project that predicates lean on."""
    text = PROJECT.replace(
        "  events:\n", "    location: {latitude: lat, longitude: lon}\n  memberships: {table: m, profile: p, name: n}\n  events:\n"
    )
    text += (
        "policies: {minimum_size: 5, maximum_change: 12.5%, email_cap: [{event: order, count: {lt: 3}, last: 7 days}, {member_of: x}]}\n"
    )
    (tmp_path / "franca.yaml").write_text(text, encoding="utf-8")
    project = load(tmp_path)
    assert project.data.profile.location == Location(latitude="lat", longitude="lon")
    assert project.data.memberships == Memberships(table="m", profile="p", name="n")
    assert project.policies.email_cap == load_predicate("[{event: order, count: {lt: 3}, last: 7 days}, {member_of: x}]")
    assert (project.policies.minimum_size, project.policies.maximum_change) == (5, Decimal("0.125"))
    assert Policies().email_cap is None


def test_the_filter_of_a_source_compares_columns(tmp_path):
    """Before there are events, there is neither a profile nor a time to speak of."""
    filtered = "where: [{property: total, gt: {property: credit}}, {property: state, is_not: x}]"
    text = PROJECT.replace("where: {property: state, is_not: cancelled}", filtered)
    (tmp_path / "franca.yaml").write_text(text, encoding="utf-8")
    test = load(tmp_path).data.events["order"].where.of[0].tests[0]
    assert test == ReferenceTest(op=Op.GT, reference=PropertyRef(property="credit"))
    (tmp_path / "franca.yaml").write_text(text.replace("{property: credit}", "{attribute: spent}"), encoding="utf-8")
    with pytest.raises(ProblemsError, match=r"there is no attribute to compare with here; gt takes \{property: NAME\} in this place"):
        load(tmp_path)
    (tmp_path / "franca.yaml").write_text(text.replace("{property: state, is_not: x}", "{time: at, last: 3 days}"), encoding="utf-8")
    with pytest.raises(ProblemsError, match="a predicate has no subject 'time'"):
        load(tmp_path)


def test_a_predicate_is_no_boolean():
    """`if p` and `p and q` would be wrong silently, so they are errors."""
    with pytest.raises(TypeError, match=r"use &, \| and ~"):
        bool(Everyone())


def test_nodes_are_frozen():
    """A definition does not change after it was made."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Everyone().position = None
