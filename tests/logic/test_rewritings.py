"""Different words for one condition have one normal form, and the naive interpreter agrees that they are one condition."""

from __future__ import annotations

import time

import pytest

from franca.definitions import All, AnyOf, AtLeast, AttributeTest, EventTest, Not, Op, ValueTest
from franca.logic import FALSE, TRUE, TooLarge, conjunctive, disjunctive, fingerprint, implies, negated, nnf, normal_form, simplify
from logic.crowd import members, written

NEVER_PROPERTY = "{all: [{property: sku, is: DE}, {property: sku, is: FR}]}"

SAME = [
    # values
    ("{attribute: tags, has_all: [vip, new]}", "{all: [{attribute: tags, has_any: [new]}, {attribute: tags, has_any: [vip]}]}"),
    ("{attribute: tags, has_none: [vip, new]}", "{none: [{attribute: tags, has_any: [new]}, {attribute: tags, has_any: [vip]}]}"),
    ("{attribute: tags, length: {gte: 2, lt: 5}}", "{attribute: tags, length: {between: [2, 5]}}"),
    ("{attribute: tags, length: {gte: 2, lte: 2}}", "{attribute: tags, length: {is: 2}}"),
    ("{attribute: tags, length: {gte: 0}}", "{attribute: tags, is_set: true}"),
    ("{attribute: tags, length: {is_not: 1}}", "{all: [{attribute: tags, is_set: true}, {not: {attribute: tags, length: {is: 1}}}]}"),
    ("{attribute: tags, length: {in: [1, 2]}}", "{any: [{attribute: tags, length: {is: 2}}, {attribute: tags, length: {is: 1}}]}"),
    ("{attribute: first_name, is: ANNA, ignore_case: true}", "{attribute: first_name, in: [anna, Anna], ignore_case: true}"),
    ("{attribute: first_name, contains: STRASSE, ignore_case: true}", "{attribute: first_name, contains: straße, ignore_case: true}"),
    ("{any: [{attribute: first_name, is: Anna}, {attribute: first_name, is: Anna, ignore_case: true}]}",
     "{attribute: first_name, is: anna, ignore_case: true}"),
    ("{attribute: credit, gt: {attribute: minimum_spend}}", "{attribute: minimum_spend, lt: {attribute: credit}}"),
    ("{attribute: credit, is_not: {attribute: minimum_spend}}", "{not: {attribute: minimum_spend, is: {attribute: credit}}}"),
    ("{any: [{attribute: credit, gt: {attribute: minimum_spend}}, {attribute: credit, gte: {attribute: minimum_spend}}]}",
     "{attribute: credit, gte: {attribute: minimum_spend}}"),
    ("{all: [{attribute: credit, gt: {attribute: minimum_spend}}, {attribute: minimum_spend, is_set: true}]}",
     "{attribute: credit, gt: {attribute: minimum_spend}}"),
    # times
    ("{attribute: created_at, this: day}", "{attribute: created_at, day: today}"),
    ("{attribute: created_at, previous: day}", "{attribute: created_at, day: yesterday}"),
    ("{all: [{attribute: created_at, this: month}, {attribute: created_at, this: year}]}", "{attribute: created_at, this: month}"),
    ("{attribute: birthday, anniversary: {last: 1 week}}", "{attribute: birthday, anniversary: {last: 7 days}}"),
    # events
    ("{event: [view, order]}", "{any: [{event: order}, {event: view}]}"),
    ("{event: [order, view], count: 0}", "{none: [{event: view}, {event: order}]}"),
    ("{event: order, max: {of: total, gte: 50}}", "{event: order, where: {property: total, gte: 50}}"),
    ("{event: order, min: {of: total, lt: 10}, last: 90 days}", "{event: order, where: {property: total, lt: 10}, last: 90 days}"),
    ("{event: order, max: {of: quantity, lte: 5}}", "{event: order, max: {of: quantity, lt: 6}}"),
    ("{event: order, min: {of: due, is_set: true}}", "{event: order, max: {of: due, is_set: true}}"),
    ("{event: order, days_since_last: {lt: 30}}", "{event: order, last: 30 days}"),
    ("{event: order, days_since_last: {gte: 30}}", "{all: [{event: order}, {event: order, last: 30 days, count: 0}]}"),
    ("{event: order, days_since_first: {gte: 30}}", "{event: order, ago: {at_least: 30 days}}"),
    ("{event: order, days_since_last: {lt: 1.5}}", "{event: order, last: 36 hours}"),
    ("{event: order, days_since_first: {is_set: true}}", "{event: order}"),
    ("{not: {event: order, distinct: {of: sku, gte: 2}}}", "{event: order, distinct: {of: sku, lte: 1}}"),
    ("{event: order, distinct: {of: sku, not_in: [1, 2]}}",
     "{all: [{event: order, distinct: {of: sku, is_not: 2}}, {event: order, distinct: {of: sku, is_not: 1}}]}"),
    ("{event: order, avg: {of: total, gte: 20.00}}", "{event: order, avg: {of: total, gte: 20}}"),
    ("{event: order, per: sku, count: {gte: 1}, sum: {of: total, gt: 5}}", "{event: order, per: sku, sum: {of: total, gt: 5}}"),
    ("{all: [{event: order, per: sku}, {event: order}]}", "{event: order, per: sku}"),
    ("{all: [{latest: order, having: {property: sku, is: DE}}, {event: order}]}", "{latest: order, having: {property: sku, is: DE}}"),
    ("{event: order, per: sku, count: {between: [2, 5]}}", "{event: order, per: sku, count: {lte: 4, gt: 1}}"),
    ("{event: order, per: sku, sum: {of: quantity, not_in: [3]}}", "{event: order, per: sku, sum: {of: quantity, is_not: 3}}"),
    ("{event: order, per: sku, days_since_first: {is_set: true}}", "{event: order, per: sku}"),
    ("{event: order, where: {time: at, last: 30 days}}", "{event: order, last: 30 days}"),
    ("{event: order, where: [{property: sku, is: DE}, {time: at, this: month}]}",
     "{event: order, where: {property: sku, is: DE}, this: month}"),
    ("{event: order, where: {any: [{time: hour, lt: 9}, {time: hour, gte: 17}]}}",
     "{event: order, where: {not: {time: hour, between: [9, 17]}}}"),
    ("{event: order, where: [{time: weekday, in: [saturday, sunday]}, {time: weekday, is_not: sunday}]}",
     "{event: order, where: {time: weekday, is: saturday}}"),
    ("{event: order, where: {time: month, gte: 1}}", "{event: order}"),
    # what events do together
    ("{latest: order, where: {property: sku, is: DE}}", "{event: order, where: {property: sku, is: DE}}"),
    ("{first: order, last: 30 days}", "{event: order, last: 30 days}"),
    ("{latest: [view, order], having: {property: quantity, gt: 4}}", "{latest: [order, view], having: {property: quantity, gte: 5}}"),
    (f"{{latest: cart, having: {{property: quantity, gte: 1}}, not_followed_by: {{event: order, where: {NEVER_PROPERTY}}}}}",
     "{latest: cart, having: {property: quantity, gte: 1}}"),
    ("{sequence: [order], starting: {last: 30 days}}", "{event: order, last: 30 days}"),
    ("{all: [{sequence: [view, order]}, {event: order}]}", "{sequence: [view, order]}"),
    ("{sequence: [cart, {without: order, within: 1 day}, {without: view, within: 3 days}]}",
     "{sequence: [cart, {without: view, within: 72 hours}, {without: order, within: 24 hours}]}"),
    (f"{{sequence: [order, {{without: view, within: 3 days, open: true, where: {NEVER_PROPERTY.replace('sku', 'page')}}}]}}",
     "{event: order}"),
    ("{regular: order, every: month, at_least: 1, of_last: 1}", "{event: order, this: month}"),
    ("{regular: order, every: week, at_least: 2, of_last: 2}", "{all: [{event: order, this: week}, {event: order, previous: week}]}"),
    ("{all: [{regular: order, every: month, at_least: 3, of_last: 4}, {regular: order, every: month, at_least: 2, of_last: 6}]}",
     "{regular: order, every: month, at_least: 3, of_last: 4}"),
    ("{measure: {event: order, sum: total}, divided_by: {event: order}, is_not: 20}",
     "{not: {measure: {event: order, sum: total}, divided_by: {event: order}, is: 20.0}}"),
    ("{rank: {event: order, sum: total}, top: 100%}", "{event: order}"),
    ("{any: [{rank: {event: order, sum: total}, top: 10%}, {rank: {event: order, sum: total}, top: 25%}]}",
     "{rank: {event: order, sum: total}, top: 25%}"),
    ("{rank: {attribute: points}, tile: {of: 3, in: [3, 2, 3]}}", "{rank: {attribute: points}, tile: {of: 3, in: [2, 3]}}"),
    ("{near: {latitude: 52.5, longitude: 13.4, within: 100 mi}}", "{near: {latitude: 52.50, longitude: 13.4, within: 160.9344 km}}"),
    ("{all: [{member_of: club}, {member_of: club}]}", "{member_of: club}"),
    # k of n
    ("{at_least: {count: 1, of: [{event: order}, {event: view}]}}", "{any: [{event: view}, {event: order}]}"),
    ("{at_least: {count: 2, of: [{event: order}, {event: view}]}}", "{all: [{event: view}, {event: order}]}"),
    ("{not: {at_least: {count: 2, of: [{event: order}, {event: view}, {event: cart}]}}}",
     "{at_least: {count: 2, of: [{event: order, count: 0}, {event: view, count: 0}, {event: cart, count: 0}]}}"),
    ("{at_least: {count: 2, of: [{event: order}, {event: order}, {event: cart}]}}", "{event: order}"),
    ("{at_least: {count: 3, of: [{event: order}, {everyone: true}, {event: cart}, {not: {everyone: true}}]}}",
     "{all: [{event: order}, {event: cart}]}"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_condition_has_one_normal_form(one: str, other: str) -> None:
    """Two ways to write a condition have one fingerprint, and the same members."""
    first, second = written(one), written(other)
    assert members(first) == members(second)
    assert normal_form(first) == normal_form(second)
    assert fingerprint(first) == fingerprint(second)


DIFFERENT = [
    ("{attribute: first_name, is: Anna}", "{attribute: first_name, is: Anna, ignore_case: true}"),
    ("{attribute: first_name, matches: '^A'}", "{attribute: first_name, matches: '^A', ignore_case: true}"),
    ("{attribute: points, gt: {attribute: credit}}", "{attribute: credit, lte: {attribute: points}}"),
    ("{attribute: points, gt: {attribute: credit}}", "{attribute: points, gt: {attribute: credit, times: 2}}"),
    ("{attribute: tags, length: {is: 0}}", "{attribute: tags, is_empty: true}"),
    ("{event: order, avg: {of: quantity, gt: 4}}", "{event: order, avg: {of: quantity, gte: 5}}"),
    ("{event: order, avg: {of: quantity, between: [5, 6]}}", "{event: order, avg: {of: quantity, is: 5}}"),
    ("{not: {event: order, avg: {of: total, gte: 20}}}", "{event: order, avg: {of: total, lt: 20}}"),
    ("{event: order, days_since_last: {lte: 30}}", "{event: order, days_since_last: {lt: 30}}"),
    ("{event: order, max: {of: due, is_set: true}}", "{event: order, where: {property: due, is_set: true}}"),
    ("{event: order, per: sku, count: {gte: 2}, sum: {of: total, gte: 50}}",
     "{all: [{event: order, per: sku, count: {gte: 2}}, {event: order, per: sku, sum: {of: total, gte: 50}}]}"),
    ("{event: [order, view], count: {gte: 2}}", "{any: [{event: order, count: {gte: 2}}, {event: view, count: {gte: 2}}]}"),
    ("{event: order, this: week}", "{event: order, this: month}"),
    ("{attribute: birthday, this: month}", "{attribute: birthday, anniversary: {this: month}}"),
    ("{latest: order, having: {property: sku, is: DE}}", "{latest: order, where: {property: sku, is: DE}}"),
    ("{latest: cart, having: {property: quantity, gte: 1}}", "{first: cart, having: {property: quantity, gte: 1}}"),
    ("{sequence: [view, order]}", "{sequence: [order, view]}"),
    (f"{{sequence: [order, {{without: order, within: 300 days, where: {NEVER_PROPERTY}}}]}}", "{event: order}"),  # that time must be over
    ("{sequence: [view, {event: order, within: 1 month}]}", "{sequence: [view, {event: order, within: 30 days}]}"),
    ("{regular: order, every: month, at_least: 2, of_last: 3}", "{regular: order, every: month, at_least: 2, of_last: 4}"),
    ("{rank: {event: order, sum: total}, top: 10}", "{rank: {event: order, sum: total}, top: 10%}"),
    ("{at_least: {count: 2, of: [{event: order}, {event: view}, {event: cart}]}}", "{any: [{event: order}, {event: view}, {event: cart}]}"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_conditions_have_other_normal_forms(one: str, other: str) -> None:
    """What looks alike and is not the same is not called the same, and each keeps its members."""
    first, second = written(one), written(other)
    assert fingerprint(first) != fingerprint(second)
    assert [members(normal_form(each)) for each in (first, second)] == [members(each) for each in (first, second)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{attribute: tags, length: {lt: 0}}", FALSE),
        ("{event: order, distinct: {of: sku, gte: 0}}", TRUE),
        ("{event: order, count: {is_set: true}}", TRUE),
        ("{event: order, per: sku, count: {lt: 1}}", FALSE),
        ("{event: order, per: sku, distinct: {of: quantity, lt: 0}}", FALSE),
        ("{event: order, per: sku, days_since_last: {is_set: false}}", FALSE),
        ("{event: order, per: sku, sum: {of: total, is_set: false}}", FALSE),
        (f"{{event: order, per: sku, where: {NEVER_PROPERTY}}}", FALSE),
        (f"{{event: order, avg: {{of: total, lt: 5}}, where: {NEVER_PROPERTY}}}", FALSE),
        (f"{{event: order, distinct: {{of: sku, lt: 5}}, where: {NEVER_PROPERTY}}}", TRUE),
        ("{event: order, days_since_last: {lt: 0}}", FALSE),
        (f"{{latest: order, where: {NEVER_PROPERTY}, having: {{property: sku, is: DE}}}}", FALSE),
        (f"{{latest: order, having: {NEVER_PROPERTY}}}", FALSE),
        (f"{{first: order, followed_by: {{event: order, where: {NEVER_PROPERTY}}}}}", FALSE),
        (f"{{sequence: [view, {{event: order, where: {NEVER_PROPERTY}}}]}}", FALSE),
        (f"{{regular: order, every: month, at_least: 3, of_last: 4, where: {NEVER_PROPERTY}}}", FALSE),
        (f"{{measure: {{event: view}}, divided_by: {{event: order, where: {NEVER_PROPERTY}}}, gte: 0}}", FALSE),
        (f"{{rank: {{event: order, where: {NEVER_PROPERTY}}}, top: 10}}", FALSE),
        ("{event: order, where: {all: [{time: hour, lt: 9}, {time: hour, gte: 17}]}}", FALSE),
        ("{all: [{event: order, count: 0}, {rank: {event: order, sum: total}, top: 10%}]}", FALSE),
        ("{all: [{event: view, count: 0}, {sequence: [order, view]}]}", FALSE),
        ("{any: [{event: order, count: 0}, {event: [view, order]}]}", TRUE),
        ("{all: [{attribute: credit, gt: {attribute: points}}, {attribute: credit, lte: {attribute: points}}]}", FALSE),
        ("{all: [{attribute: first_name, is: ANNA}, {attribute: first_name, is: bob, ignore_case: true}]}", FALSE),
    ],
)
def test_constants_are_recognised(text: str, expected: object) -> None:
    """What no profile or every profile meets has a constant normal form."""
    predicate = written(text)
    assert normal_form(predicate) == expected
    assert set(members(predicate)) == {expected == TRUE}


def test_a_largest_value_or_none_is_two_tests_on_events() -> None:
    """max < x is some event below x and none from x on: the latter alone would hold for those without events."""
    form = nnf(written("{event: order, max: {of: total, lt: 50}}"))
    assert [leaf.measures[0].tests[0].op for leaf in form.of if isinstance(leaf, EventTest)] == [Op.GTE, Op.IS]


def test_a_recency_stays_a_number_where_no_window_says_it() -> None:
    """ "More than 30 days" excludes the edge that (T - 30 days, T] excludes, too; parts of a minute are no window."""
    for text in ("{gt: 30}", "{lte: 30}", "{is: 30}", "{lt: 0.0001}", "{lt: 1000000}"):
        form = nnf(written(f"{{event: order, days_since_last: {text}}}"))
        assert isinstance(form, EventTest)
        assert type(form.measures[0]).__name__ == "DaysSinceLast"


def test_implication_sees_what_happened() -> None:
    """Whoever has a place, a rhythm, a picked event or a mean has such an event; not the other way round."""
    some = nnf(written("{event: order}"))
    for text in (
        "{rank: {event: order, sum: total}, top: 10%}",
        "{regular: order, every: month, at_least: 3, of_last: 6}",
        "{latest: order, having: {property: sku, is: DE}}",
        "{event: order, avg: {of: total, lt: 5}}",
        "{event: order, per: sku, count: {gte: 2}}",
        "{measure: {event: view}, divided_by: {event: order}, lt: 5}",
    ):
        leaf = nnf(written(text))
        assert implies(leaf, some)
        assert not implies(some, leaf)


# -- thresholds


def choice_of(count: int, of: int) -> AtLeast:
    parts = tuple(AttributeTest(attribute=f"a{number}", tests=(ValueTest(op=Op.IS, operand="x"),)) for number in range(of))
    return AtLeast(count=count, of=parts)


@pytest.mark.parametrize(("count", "of"), [(2, 3), (2, 4), (3, 5), (2, 8), (7, 8)])
def test_small_thresholds_are_written_out(count: int, of: int) -> None:
    """Few alternatives are a junction that every ESP may have."""
    assert not isinstance(nnf(choice_of(count, of)), AtLeast)


def test_a_long_threshold_stays_one_node() -> None:
    """Ten of twenty has 184,756 alternatives: it is one node, its negation is eleven of twenty negations, and no clauses are made of it."""
    long = choice_of(10, 20)
    assert normal_form(long) == AtLeast(count=10, of=normal_form(long).of)
    assert negated(nnf(long)) == AtLeast(count=11, of=tuple(Not(of=part) for part in long.of))
    assert isinstance(conjunctive(long), TooLarge)
    assert isinstance(disjunctive(long), TooLarge)
    assert fingerprint(AtLeast(count=10, of=long.of[::-1])) == fingerprint(long)


def test_the_budget_writes_out_what_fits() -> None:
    """Two of nine is one node in the normal form, and 36 clauses where clauses are asked for."""
    middle = choice_of(4, 9)
    assert isinstance(simplify(middle), AtLeast)
    assert len(disjunctive(middle)) == 126
    assert isinstance(disjunctive(middle, budget=125), TooLarge)


def test_large_definitions_take_seconds_at_most() -> None:
    """A thousand conditions side by side, and thresholds inside thresholds, come to an end soon."""
    begun = time.process_time()
    wide = written("{any: [" + ", ".join(f"{{attribute: points, is: {number}}}" for number in range(400)) + "]}")
    assert isinstance(normal_form(wide), AttributeTest)
    nested = choice_of(3, 6)
    for _ in range(3):
        nested = AtLeast(count=3, of=(nested, *choice_of(3, 6).of[1:]))
    assert isinstance(normal_form(nested), (All, AnyOf, AtLeast))
    assert time.process_time() - begun < 20
