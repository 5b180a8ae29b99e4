"""What the YAML of every later node says is what the nodes say; mistakes in their shape are told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from franca.definitions import (
    Anniversary,
    AtLeast,
    AttributeRef,
    AttributeTest,
    Average,
    CalendarPart,
    CalendarTest,
    Count,
    DaysSinceFirst,
    DaysSinceLast,
    Distance,
    Distinct,
    Duration,
    End,
    EventMeasure,
    EventTest,
    Everyone,
    Follow,
    InstantTest,
    Last,
    LengthTest,
    LengthUnit,
    Maximum,
    MemberOf,
    Minimum,
    Near,
    Next,
    Op,
    Period,
    Pick,
    PickedEvent,
    Places,
    Previous,
    PropertyRef,
    PropertyTest,
    Rank,
    Ratio,
    ReferenceTest,
    Regular,
    Sequence,
    SinceLatest,
    Step,
    Sum,
    This,
    Tile,
    Unit,
    ValueTest,
    Without,
)
from franca.errors import ProblemsError
from franca.language import load_predicate

DAYS, HOUR = Duration(3, Unit.DAYS), Duration(1, Unit.HOURS)


def is_(operand, op=Op.IS, **more):
    return ValueTest(op=op, operand=operand, **more)


def attribute(*tests):
    return AttributeTest(attribute="a", tests=tests)


def event(**more):
    return EventTest(event="e", **more)


def where(*tests):
    return PropertyTest(property="p", tests=tests)


ORDERS = EventMeasure(event="e", measure=Count())
FIVE = (is_(5, Op.GTE),)

FORMS = [
    ("{at_least: {count: 1, of: [{everyone: true}, {member_of: x}]}}", AtLeast(count=1, of=(Everyone(), MemberOf(name="x")))),
    ("{member_of: VIPs}", MemberOf(name="VIPs")),
    (
        "{near: {latitude: 52.5, longitude: -13, within: 25 km}}",
        Near(latitude=Decimal("52.5"), longitude=Decimal(-13), within=Distance(Decimal(25))),
    ),
    (
        "{near: {latitude: 0, longitude: 0, within: 2.5 mi}}",
        Near(latitude=Decimal(0), longitude=Decimal(0), within=Distance(Decimal("2.5"), LengthUnit.MILES)),
    ),
    # tests on a value
    ("{attribute: a, matches: ^x}", attribute(is_("^x", Op.MATCHES))),
    ("{attribute: a, has_all: [x, y], has_none: z}", attribute(is_(("x", "y"), Op.HAS_ALL), is_(("z",), Op.HAS_NONE))),
    ("{attribute: a, length: {gte: 2, lt: 5}}", attribute(LengthTest(tests=(is_(2, Op.GTE), is_(5, Op.LT))))),
    (
        "{attribute: a, ignore_case: true, is: x, gt: y}",
        attribute(is_("x", ignore_case=True), is_("y", Op.GT)),
    ),
    ("{attribute: a, is: x, ignore_case: false}", attribute(is_("x"))),
    (
        "{attribute: a, last: 3 days, is_set: true, next: 1 hour}",
        attribute(Last(duration=DAYS), is_(True, Op.IS_SET), Next(duration=HOUR)),
    ),
    (
        "{attribute: a, gt: {attribute: b, times: 2.5}, is_not: {attribute: c}}",
        attribute(
            ReferenceTest(op=Op.GT, reference=AttributeRef(attribute="b", times=Decimal("2.5"))),
            ReferenceTest(op=Op.IS_NOT, reference=AttributeRef(attribute="c")),
        ),
    ),
    (
        "{event: e, where: {property: p, lt: {property: q, times: 2}, gt: {attribute: a}}}",
        event(
            where=where(
                ReferenceTest(op=Op.LT, reference=PropertyRef(property="q", times=Decimal(2))),
                ReferenceTest(op=Op.GT, reference=AttributeRef(attribute="a")),
            )
        ),
    ),
    # tests on time
    ("{attribute: a, this: month, previous: week}", attribute(This(period=Period.MONTH), Previous(period=Period.WEEK))),
    (
        "{attribute: a, anniversary: {next: 3 days, this: year}}",
        attribute(Anniversary(tests=(Next(duration=DAYS), This(period=Period.YEAR)))),
    ),
    ("{event: e, since: {latest: [f, g]}}", event(window=(SinceLatest(event=("f", "g")),))),
    ("{event: e, where: {time: at, last: 3 days}}", event(where=InstantTest(tests=(Last(duration=DAYS),)))),
    (
        "{event: e, where: {time: hour, between: [18, 24]}}",
        event(where=CalendarTest(part=CalendarPart.HOUR, tests=(is_((18, 24), Op.BETWEEN),))),
    ),
    (
        "{event: e, where: {at_least: {count: 1, of: [{time: weekday, in: [monday]}]}}}",
        event(where=AtLeast(count=1, of=(CalendarTest(part=CalendarPart.WEEKDAY, tests=(is_(("monday",), Op.IN),)),))),
    ),
    # measures
    ("{event: [e, f]}", EventTest(event=("e", "f"))),
    ("{event: [e]}", event()),
    (
        "{event: e, count: {gte: {attribute: a}}, per: p}",
        event(measures=(Count(tests=(ReferenceTest(op=Op.GTE, reference=AttributeRef(attribute="a")),)),), per="p"),
    ),
    (
        "{event: e, avg: {of: p, gte: 5}, min: {of: p, gte: 5}, max: {of: p, is_set: false}, distinct: {of: p, gte: 5}}",
        event(
            measures=(
                Average(of="p", tests=FIVE),
                Minimum(of="p", tests=FIVE),
                Maximum(of="p", tests=(is_(False, Op.IS_SET),)),
                Distinct(of="p", tests=FIVE),
            )
        ),
    ),
    (
        "{event: e, days_since_last: {gte: 5}, days_since_first: {lt: 2.5}}",
        event(measures=(DaysSinceLast(tests=FIVE), DaysSinceFirst(tests=(is_(Decimal("2.5"), Op.LT),)))),
    ),
    ("{event: e, sum: {of: p, gte: 5}, count: 2}", event(measures=(Sum(of="p", tests=FIVE), Count(tests=(is_(2),))))),
    (
        "{measure: {event: e, sum: p, last: 3 days}, divided_by: {event: e, where: {property: p, is: x}}, gte: 5}",
        Ratio(
            measure=EventMeasure(event="e", measure=Sum(of="p"), window=(Last(duration=DAYS),)),
            divided_by=EventMeasure(event="e", measure=Count(), where=where(is_("x"))),
            tests=FIVE,
        ),
    ),
    (
        "{measure: {event: [e, f], days_since_first: true}, divided_by: {event: e, count: true}, gte: 5}",
        Ratio(measure=EventMeasure(event=("e", "f"), measure=DaysSinceFirst()), divided_by=ORDERS, tests=FIVE),
    ),
    ("{rank: {event: e}, top: 10%}", Rank(of=ORDERS, place=Places(end=End.TOP, percent=Decimal(10)))),
    ("{rank: {attribute: a}, bottom: 500}", Rank(of=AttributeRef(attribute="a"), place=Places(end=End.BOTTOM, count=500))),
    ("{rank: {event: e}, tile: {of: 3, in: [2, 3]}}", Rank(of=ORDERS, place=Tile(of=3, among=(2, 3)))),
    ("{rank: {event: e}, tile: {of: 3, in: 3}}", Rank(of=ORDERS, place=Tile(of=3, among=(3,)))),
    # the latest, the first, sequences, regularity
    ("{latest: e}", PickedEvent(pick=Pick.LATEST, event="e")),
    (
        (
            "{first: [e, f], where: {property: p, is: x}, last: 3 days, having: [{property: p, is: y}], followed_by: [g, h], "
            "not_followed_by: {event: i, where: {property: p, is: z}, within: 1 hour}}"
        ),
        PickedEvent(
            pick=Pick.FIRST,
            event=("e", "f"),
            where=where(is_("x")),
            window=(Last(duration=DAYS),),
            having=where(is_("y")),
            followed_by=Follow(event=("g", "h")),
            not_followed_by=Follow(event="i", where=where(is_("z")), within=HOUR),
        ),
    ),
    (
        (
            "{sequence: [e, [f, g], {event: h, where: {property: p, is: x}, within: 1 hour}, {without: i, within: 3 days, open: true}, "
            "{without: [j, k], where: {property: p, is: y}, within: 3 days}], starting: {last: 3 days}}"
        ),
        Sequence(
            steps=(
                Step(event="e"),
                Step(event=("f", "g")),
                Step(event="h", where=where(is_("x")), within=HOUR),
                Without(event="i", within=DAYS, still_open=True),
                Without(event=("j", "k"), where=where(is_("y")), within=DAYS),
            ),
            starting=(Last(duration=DAYS),),
        ),
    ),
    (
        "{regular: e, every: month, at_least: 4, of_last: 6, where: {property: p, is: x}}",
        Regular(event="e", every=Period.MONTH, at_least=4, of_last=6, where=where(is_("x"))),
    ),
]


@pytest.mark.parametrize(("text", "node"), FORMS, ids=[text for text, _ in FORMS])
def test_yaml_makes_these_nodes(text, node):
    """One form of language.md section 3 each."""
    assert load_predicate(text) == node


def test_nodes_inside_know_their_place():
    """Messages of the check point at the test, the step or the measure that is wrong."""
    found = load_predicate("sequence:\n  - a\n  - {event: b, where: {property: p, is: {property: q}}}\n")
    assert str(found.steps[1].position) == "<text>:3:5"
    assert str(found.steps[1].where.tests[0].reference.position) == "<text>:3:41"


MISTAKES = [
    ("{native: {}}", "1:1: native names at least one destination; write native: {klaviyo: {segment: its name there}}"),
    ("{event: a, latest: b}", "a predicate has one subject, this has event and latest; make it a list of several predicates"),
    ("{at_least: {of: [{everyone: true}]}}", "1:12: at_least needs 'count'"),
    ("{at_least: 2}", "at_least is a mapping of keys and values"),
    ("{member_of: 5}", "'member_of': member_of is a text; put it in quotes"),
    # values
    ("{attribute: a, is: {attribute: b, property: c}}", "is compares with one other value; write {attribute: NAME}"),
    ("{attribute: a, is: {times: 2}}", "is compares with one other value"),
    ("{attribute: a, is: {atribute: b}}", "is has no key 'atribute'; did you mean \"attribute\"?"),
    ("{attribute: a, is: {property: b}}", "there is no property to compare with here; is takes {attribute: NAME} in this place"),
    ("{attribute: a, gt: {attribute: b, times: x}}", "times is a number; write it without quotes"),
    ("{attribute: a, in: [{attribute: b}]}", "in takes constants only; other values stand in is, is_not, gt, gte, lt, lte"),
    ("{attribute: a, contains: {attribute: b}}", "contains takes constants only"),
    ("{attribute: a, gt: 5, ignore_case: true}", "1:36: ignore_case changes none of these tests; it is for is, is_not, in"),
    ("{attribute: a, is: {attribute: b}, ignore_case: true}", "ignore_case changes none of these tests"),
    ("{attribute: a, is: x, ignore_case: 1}", "ignore_case is true or false"),
    ("{attribute: a, ignore_case: true}", "attribute 'a' is not tested for anything"),
    ("{attribute: a, length: 2}", "length takes tests on a number; write length: {gte: 2}"),
    ("{attribute: a, length: {contains: x}}", "length has no key 'contains'"),
    ("{attribute: a, length: {gt: {attribute: b}}}", "gt takes constants only"),
    ("{attribute: a, length: {}}", "length is not tested for anything"),
    # times
    ("{attribute: a, this: mont}", "this: there is no 'mont'; did you mean \"month\"?"),
    ("{attribute: a, anniversary: 7 days}", "anniversary is a mapping of keys and values"),
    ("{attribute: a, anniversary: {}}", "anniversary has no time test; known: last, next, ago"),
    ("{attribute: a, anniversary: {is: 5}}", "anniversary has no key 'is'"),
    ("{event: a, since: {attribute: b, latest: c}}", "since an attribute takes nothing else"),
    ("{event: a, since: {}}", "since needs 'attribute' or 'latest'; write since: {latest: EVENT}"),
    ("{attribute: a, ago: [1 month, 1 year]}", "ago: 1 month is not longer than 1 year, so nothing lies between them"),
    (
        "{event: a, where: {attribute: b, is: c}}",
        "a predicate has no subject 'attribute'; known: all, any, at_least, none, not, property, time",
    ),
    ("{event: a, where: {time: at}}", "the time is not tested for anything; add a test such as last: 30 days"),
    ("{event: a, where: {time: hour}}", "the hour is not tested for anything"),
    ("{event: a, where: {time: at, gte: 5}}", "1:30: time: at is an instant, which takes no 'gte'; known: last"),
    ("{event: a, where: {time: hour, last: 3 days}}", "time: hour is no instant, which takes no 'last'; known: is"),
    ("{event: a, where: {time: houre, is: 3}}", "time: there is no 'houre'; did you mean \"hour\"?"),
    ("{event: a, where: {time: hour, gt: {property: p}}}", "gt takes constants only"),
    # events
    ("{event: []}", "event is empty; a list here has at least one item"),
    ("{event: a, sum: total}", "sum is a mapping with tests; write sum: {of: total, gte: …}"),
    ("{event: a, days_since_last: 3}", "days_since_last is a mapping with tests; write days_since_last: {gte: …}"),
    ("{event: a, count: many}", "count is a whole number"),
    ("{event: a, avg: {gte: 3}}", "avg needs 'of'"),
    ("{event: a, avg: {of: p}}", "avg is not tested for anything"),
    ("{event: a, count: {of: p, gte: 3}}", "count has no key 'of'"),
    ("{event: a, count: {contains: x}}", "count has no key 'contains'"),
    ("{event: a, sum: {of: p, gt: {property: q}}}", "there is no property to compare with here; gt takes {attribute: NAME} in this place"),
    ("{measure: {event: a}, gte: 5}", "a ratio needs 'divided_by'"),
    ("{measure: {event: a}, divided_by: {event: b}}", "the ratio is not tested for anything"),
    ("{measure: {event: a, sum: {of: p, gt: 5}}, divided_by: {event: b}, gt: 5}", "here sum is a value without tests; write sum: PROPERTY"),
    ("{measure: {event: a, count: 5}, divided_by: {event: b}, gt: 5}", "here count is a value without tests; write count: true"),
    (
        "{measure: {event: a, count: true, sum: p}, divided_by: {event: b}, gt: 5}",
        "this is one measure, not count and sum; keep one of them",
    ),
    ("{measure: {event: a, per: p}, divided_by: {event: b}, gt: 5}", "measure has no key 'per'"),
    ("{measure: {attribute: a, event: c}, divided_by: {event: b}, gt: 5}", "measure has no key 'attribute'"),
    ("{measure: {evnt: c}, divided_by: {event: b}, gt: 5}", "measure has no key 'evnt'; did you mean \"event\"?"),
    ("{rank: {event: a}}", "a rank has one place; write top: 10%"),
    ("{rank: {event: a}, top: 5, bottom: 5}", "a rank has one place"),
    ("{rank: {event: a}, top: ten}", "top is a share such as 30%"),
    ("{rank: {event: a}, top: ²%}", "top is a share such as 30%"),
    ("{rank: {event: a}, top: 2.5}", "top is a number of people or a share; write top: 500 or top: 10%"),
    ("{rank: {attribute: a, times: 2}, top: 5}", "rank has no key 'times'"),
    ("{rank: {event: a}, tile: {of: 3}}", "tile needs 'in'"),
    ("{latest: a, count: 3}", "a test on the latest event has no key 'count'"),
    ("{latest: a, followed_by: {within: 3 days}}", "followed_by needs 'event'"),
    ("{sequence: a}", "sequence is a list"),
    ("{sequence: [a, {without: b}]}", "a step without an event needs 'within'"),
    ("{sequence: [a, {event: b, open: true}]}", "a step has no key 'open'"),
    ("{sequence: [a], starting: 3 days}", "starting is a mapping of keys and values"),
    ("{regular: a, every: month, at_least: 4}", "a test on regularity needs 'of_last'"),
    ("{regular: a, every: months, at_least: 1, of_last: 2}", "every: there is no 'months'; did you mean \"month\"?"),
    # places
    ("{near: {latitude: 1, longitude: 2}}", "near needs 'within'"),
    ("{near: {latitude: '1', longitude: 2, within: 1 km}}", "latitude is a number; write it without quotes"),
    ("{near: {latitude: 1, longitude: 2, within: 25}}", "within is a text; put it in quotes"),
    ("{near: {latitude: 1, longitude: 2, within: 25km}}", 'within: a distance is a number and km or mi, such as "25 km"'),
    ("{near: {latitude: 1, longitude: 2, within: 25 kms}}", "within: there is no unit 'kms': did you mean \"km\"?"),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES, ids=[text for text, _ in MISTAKES])
def test_a_mistake_in_a_shape_is_one_line_with_place_and_remedy(text, message):
    """One wrong word, one line."""
    with pytest.raises(ProblemsError) as caught:
        load_predicate(text)
    assert len(caught.value.problems) == 1
    assert message in str(caught.value.problems[0])
