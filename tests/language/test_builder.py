"""The Python builder makes the nodes that the YAML loader makes, and refuses half-built things in words."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

import franca
from franca import (
    all_of,
    any_of,
    at_least,
    attribute,
    consent,
    event,
    everyone,
    first,
    hour,
    latest,
    mailable,
    near,
    none_of,
    prop,
    rank,
    regular,
    sample,
    sequence,
    together,
    when,
    without,
)
from franca.definitions import All, AttributeTest, Not, Op, PropertyTest, ValueTest
from franca.errors import FrancaError
from franca.language import load_predicate

PAIRS = [
    ('attribute("country") == "DE"', "{attribute: country, is: DE}"),
    ('attribute("country") != "DE"', "{attribute: country, is_not: DE}"),
    ('attribute("age") < 5', "{attribute: age, lt: 5}"),
    ('attribute("age") <= 5', "{attribute: age, lte: 5}"),
    ('attribute("age") > 5', "{attribute: age, gt: 5}"),
    ('5 <= attribute("age")', "{attribute: age, gte: 5}"),
    ('attribute("credit") >= 10.10', "{attribute: credit, gte: 10.10}"),
    ('attribute("vip") == True', "{attribute: vip, is: true}"),
    ('attribute("born") == date(2000, 2, 29)', "{attribute: born, is: 2000-02-29}"),
    ('attribute("seen") > datetime(2026, 1, 1, 9, tzinfo=UTC)', "{attribute: seen, gt: '2026-01-01T09:00:00+00:00'}"),
    ('attribute("country").in_(["DE", "AT"])', "{attribute: country, in: [DE, AT]}"),
    ('attribute("country").not_in(["DE"])', "{attribute: country, not_in: [DE]}"),
    ('attribute("age").between(18, 65)', "{attribute: age, between: [18, 65]}"),
    ('attribute("name").contains("x")', "{attribute: name, contains: x}"),
    ('attribute("name").starts_with("x", "y")', "{attribute: name, starts_with: [x, y]}"),
    ('attribute("name").ends_with("x")', "{attribute: name, ends_with: x}"),
    ('attribute("name").is_set()', "{attribute: name, is_set: true}"),
    ('attribute("name").is_set(False)', "{attribute: name, is_set: false}"),
    ('attribute("name").is_empty()', "{attribute: name, is_empty: true}"),
    ('attribute("tags").has_any(["vip", "new"])', "{attribute: tags, has_any: [vip, new]}"),
    ('attribute("seen").last("1 day")', "{attribute: seen, last: 1 days}"),
    ('attribute("seen").next("2 weeks")', "{attribute: seen, next: 2 weeks}"),
    ('attribute("seen").ago("7 days", "3 days")', "{attribute: seen, ago: [7 days, 3 days]}"),
    ('attribute("seen").ago_at_least("7 days")', "{attribute: seen, ago: {at_least: 7 days}}"),
    ('attribute("seen").from_("2026-01-01")', "{attribute: seen, from: 2026-01-01}"),
    ('attribute("seen").to("2026-01-01T09:00:00Z")', "{attribute: seen, to: '2026-01-01T09:00:00Z'}"),
    ('attribute("seen").day("today")', "{attribute: seen, day: today}"),
    ('attribute("seen").day(date(2026, 1, 5))', "{attribute: seen, day: 2026-01-05}"),
    ('attribute("seen").since(attribute("created"))', "{attribute: seen, since: {attribute: created}}"),
    ('event("order").exists()', "{event: order}"),
    ('event("order").never()', "{event: order, count: 0}"),
    (
        'event("order").where(prop("sku") == "X").last("30 days").count() >= 5',
        "{event: order, where: {property: sku, is: X}, last: 30 days, count: {gte: 5}}",
    ),
    (
        'event("order").where(prop("sku") == "X", prop("q") > 1).exists()',
        "{event: order, where: [{property: sku, is: X}, {property: q, gt: 1}]}",
    ),
    ('event("order").sum("total") >= 1000', "{event: order, sum: {of: total, gte: 1000}}"),
    ('event("order").count() == 3', "{event: order, count: 3}"),
    ('event("order").count().between(2, 5)', "{event: order, count: {between: [2, 5]}}"),
    ('event("order").between_dates("2026-01-01", "2026-02-01").exists()', "{event: order, from: 2026-01-01, to: 2026-02-01}"),
    (
        'event("view").since(event("order").where(prop("sku") == "X")).exists()',
        "{event: view, since: {latest: order, where: {property: sku, is: X}}}",
    ),
    ('any_of(segment("vip"), mailable("email"))', "any: [{segment: vip}, {mailable: email}]"),
    ('all_of(segment("vip"), mailable("email"))', "[{segment: vip}, {mailable: email}]"),
    ('none_of(segment("vip"), mailable("email"))', "none: [{segment: vip}, {mailable: email}]"),
    ('~segment("vip")', "not: {segment: vip}"),
    ('segment("a") & segment("b") & segment("c")', "[{segment: a}, {segment: b}, {segment: c}]"),
    ('segment("a") | segment("b") | segment("c")', "any: [{segment: a}, {segment: b}, {segment: c}]"),
    ('consent("email").status("subscribed")', "{consent: email, status: subscribed}"),
    ('consent("email").last("30 days").status("pending", "never")', "{consent: email, status: [pending, never], at: {last: 30 days}}"),
    ('sample(10, salt="holdout")', "{sample: {percent: 10, salt: holdout}}"),
    ('sample(2.5, salt="x")', "{sample: {percent: 2.5, salt: x}}"),
    ("everyone()", "{everyone: true}"),
    # other values
    ('attribute("gap") > attribute("usual") * 2', "{attribute: gap, gt: {attribute: usual, times: 2}}"),
    ('2.5 * attribute("usual") < attribute("gap")', "{attribute: gap, gt: {attribute: usual, times: 2.5}}"),
    ('attribute("a") != attribute("b")', "{attribute: a, is_not: {attribute: b}}"),
    (
        'event("item").where(prop("price") < prop("list_price") * 0.5).exists()',
        "{event: item, where: {property: price, lt: {property: list_price, times: 0.5}}}",
    ),
    ('event("item").where(attribute("size") == prop("size")).exists()', "{event: item, where: {property: size, is: {attribute: size}}}"),
    ('event("order").count() >= attribute("goal")', "{event: order, count: {gte: {attribute: goal}}}"),
    ('attribute("goal") * 2 <= event("order").sum("total")', "{event: order, sum: {of: total, gte: {attribute: goal, times: 2}}}"),
    # texts and lists
    ('attribute("name").ignoring_case().contains("x", "y")', "{attribute: name, contains: [x, y], ignore_case: true}"),
    ('attribute("name").ignoring_case() != "x"', "{attribute: name, is_not: x, ignore_case: true}"),
    ('attribute("tags").ignoring_case().has_none(["x"])', "{attribute: tags, has_none: [x], ignore_case: true}"),
    ('attribute("name").matches("^A.*n$")', "{attribute: name, matches: ^A.*n$}"),
    ('attribute("tags").has_all(["vip", "new"])', "{attribute: tags, has_all: [vip, new]}"),
    ('attribute("tags").length() >= 2', "{attribute: tags, length: {gte: 2}}"),
    ('event("item").where(prop("tags").length().in_([1, 2])).exists()', "{event: item, where: {property: tags, length: {in: [1, 2]}}}"),
    # times
    ('attribute("seen").this("month")', "{attribute: seen, this: month}"),
    ('event("order").previous("week").exists()', "{event: order, previous: week}"),
    ('attribute("born").anniversary(when().next("7 days"))', "{attribute: born, anniversary: {next: 7 days}}"),
    (
        'attribute("born").anniversary(when().this("month"), when().next("7 days"))',
        "{attribute: born, anniversary: {this: month, next: 7 days}}",
    ),
    ('event("view").since(latest("order", "booking")).exists()', "{event: view, since: {latest: [order, booking]}}"),
    (
        'event("order").where(when().last("3 days"), hour().between(18, 24), weekday().in_(["saturday"])).exists()',
        "{event: order, where: [{time: at, last: 3 days}, {time: hour, between: [18, 24]}, {time: weekday, in: [saturday]}]}",
    ),
    (
        'event("order").where(day_of_month() == 1, month() <= 6).exists()',
        "{event: order, where: [{time: day, is: 1}, {time: month, lte: 6}]}",
    ),
    # measures
    ('event("order", "booking").exists()', "{event: [order, booking]}"),
    ('event("order").average("total") >= 50.5', "{event: order, avg: {of: total, gte: 50.5}}"),
    ('event("order").minimum("total") > 5', "{event: order, min: {of: total, gt: 5}}"),
    ('event("order").maximum("total").is_set()', "{event: order, max: {of: total, is_set: true}}"),
    ('event("item").distinct("sku") >= 3', "{event: item, distinct: {of: sku, gte: 3}}"),
    ('event("order").days_since_last() > 30', "{event: order, days_since_last: {gt: 30}}"),
    ('event("order").days_since_first() <= 2.5', "{event: order, days_since_first: {lte: 2.5}}"),
    ('event("item").per("sku").count() >= 3', "{event: item, per: sku, count: {gte: 3}}"),
    (
        'together(event("item").per("sku").count() >= 3, event("item").per("sku").sum("price") >= 100)',
        "{event: item, per: sku, count: {gte: 3}, sum: {of: price, gte: 100}}",
    ),
    (
        'event("order").sum("total") / event("order").count() >= 50',
        "{measure: {event: order, sum: total}, divided_by: {event: order}, gte: 50}",
    ),
    (
        'event("a").last("30 days").days_since_last() / event("b").where(prop("p") == 1).distinct("q") < attribute("x")',
        (
            "{measure: {event: a, last: 30 days, days_since_last: true}, divided_by: {event: b, where: {property: p, is: 1}, distinct: q}, "
            "lt: {attribute: x}}"
        ),
    ),
    ('(event("a").count() / event("b").count()).is_set(False)', "{measure: {event: a}, divided_by: {event: b}, is_set: false}"),
    ('rank(event("order").last("365 days").sum("total")).top("10%")', "{rank: {event: order, sum: total, last: 365 days}, top: 10%}"),
    ('rank(attribute("score")).bottom(500)', "{rank: {attribute: score}, bottom: 500}"),
    ('rank(event("order").count()).tile(of=3, among=[2, 3])', "{rank: {event: order}, tile: {of: 3, in: [2, 3]}}"),
    # patterns
    ('latest("cart").exists()', "{latest: cart}"),
    (
        'first("order", "booking").last("30 days").having(prop("total") >= 100).exists()',
        "{first: [order, booking], last: 30 days, having: {property: total, gte: 100}}",
    ),
    (
        (
            'latest("cart").where(prop("p") == 1).last("7 days").having(prop("q") == 2, when().day("today"))'
            '.not_followed_by("order", within="3 days").exists()'
        ),
        (
            "{latest: cart, where: {property: p, is: 1}, last: 7 days, having: [{property: q, is: 2}, {time: at, day: today}], "
            "not_followed_by: {event: order, within: 3 days}}"
        ),
    ),
    (
        'latest("a").followed_by(event("b", "c").where(prop("p") == 1)).exists()',
        "{latest: a, followed_by: {event: [b, c], where: {property: p, is: 1}}}",
    ),
    ('sequence("view", "cart")', "{sequence: [view, cart]}"),
    (
        (
            'sequence(event("view").where(prop("p") == 1), step("cart", within="1 hour"), without("order", within="3 days"), '
            'without(event("a", "b"), within="1 day", still_open=True), starting=when().last("30 days"))'
        ),
        (
            "{sequence: [{event: view, where: {property: p, is: 1}}, {event: cart, within: 1 hour}, {without: order, within: 3 days}, "
            "{without: [a, b], within: 1 day, open: true}], starting: {last: 30 days}}"
        ),
    ),
    ('regular("order", every="month", at_least=4, of_last=6)', "{regular: order, every: month, at_least: 4, of_last: 6}"),
    # the rest
    ('at_least(2, segment("a"), segment("b"), everyone())', "{at_least: {count: 2, of: [{segment: a}, {segment: b}, {everyone: true}]}}"),
    ('member_of("VIPs")', "{member_of: VIPs}"),
    ('native({"klaviyo": {"segment": "By hand"}, "brevo": {"list": "x"}})', "{native: {klaviyo: {segment: By hand}, brevo: {list: x}}}"),
    ('near(52.52, 13, within="25 km")', "{near: {latitude: 52.52, longitude: 13, within: 25 km}}"),
    ('near(52, -13.5, within="2.5 mi")', "{near: {latitude: 52, longitude: -13.5, within: 2.5 mi}}"),
]
NAMES = {name: getattr(franca, name) for name in franca.__all__} | {"date": date, "datetime": datetime, "UTC": UTC}


@pytest.mark.parametrize(("python", "yaml"), PAIRS, ids=[python for python, _ in PAIRS])
def test_python_and_yaml_make_equal_nodes(python, yaml):
    """Both front ends make one tree."""
    assert eval(python, dict(NAMES)) == load_predicate(yaml)  # the text is above


def test_numbers_with_a_point_keep_what_was_written():
    """10.1 is the decimal 10.1, not the binary fraction next to it; integers and booleans stay."""
    for given, kept in ((10.1, Decimal("10.1")), (3, 3), (True, True), (Decimal("1.50"), Decimal("1.50"))):
        operand = (attribute("a") == given).tests[0].operand
        assert (operand, type(operand)) == (kept, type(kept))


def test_where_adds_up():
    """A second where narrows the first."""
    both = event("order").where(prop("a") == "x").where(prop("b") == "y").exists().where
    assert both == All(of=tuple(PropertyTest(property=p, tests=(ValueTest(op=Op.IS, operand=o),)) for p, o in (("a", "x"), ("b", "y"))))


def test_builders_are_values():
    """Narrowing makes a new builder; the one before stays as it was."""
    orders = event("order")
    recent = orders.last("30 days")
    assert orders.exists().window == ()
    assert len(recent.exists().window) == 1


REFUSED = [
    (lambda: bool(event("order")), r"say how many: .exists\(\)"),
    (lambda: event("order") >= 5, r"say how many: .*\.count\(\) >= 5"),
    (lambda: event("order") == 5, r'event\("order"\) is not a predicate yet'),
    (lambda: event("order") & mailable("email"), "not a predicate yet"),
    (lambda: mailable("email") & event("order"), "not a predicate yet; say how many"),
    (lambda: mailable("email") | attribute("vip"), r'attribute\("vip"\) is not a predicate yet; test it'),
    (lambda: ~event("order").count(), "compare it with a number"),
    (lambda: not event("order").count(), "compare it with a number"),
    (lambda: any_of(event("order"), mailable("email")), "any_of takes predicates, not event"),
    (none_of, "none_of takes at least one predicate"),
    (lambda: event("order").where(prop("sku")), r'where takes predicates, not prop\("sku"\); test it'),
    (lambda: attribute("a") == None, r"use .is_set\(False\)"),  # noqa: E711 - that is the mistake
    (lambda: attribute("a").ignoring_case() == attribute("b"), "cannot be tested with another value"),
    (lambda: attribute("a") == attribute("b").ignoring_case(), "leave .ignoring_case out"),
    (lambda: event("a").where(prop("p") == attribute("b").ignoring_case() * 2), "leave .ignoring_case out"),
    (lambda: attribute("a").ignoring_case().length() > 2, "leave .ignoring_case out"),
    (lambda: rank(attribute("a").ignoring_case()), "leave .ignoring_case out"),
    (lambda: event("a").since(attribute("b").ignoring_case()), "leave .ignoring_case out"),
    (lambda: attribute("a").ignoring_case() > "b", "cannot be tested with gt; case is ignored by contains"),
    (lambda: attribute("a") == attribute("b").length(), r'is cannot compare with attribute\("b"\).length\(\)'),
    (lambda: attribute("tags").length() >= attribute("b"), "gte cannot compare with attribute"),
    (lambda: attribute("a") * 2 > 5, "it stands on the right side"),
    (lambda: attribute("a") > prop("p") * 2, r'gt cannot compare with prop\("p"\) \* 2'),
    (lambda: attribute("a") * True, "a factor is a number"),
    (lambda: attribute("a") * float("nan"), "a factor: nan is no number"),
    (lambda: attribute("a") > float("inf"), "gt: inf is no number"),
    (lambda: event("a").count() > prop("p"), r'gt cannot compare with prop\("p"\)'),
    (lambda: event("a").count() > event("b").count(), "divide one by the other"),
    (lambda: event("a").count() / 5, "divided by another measure"),
    (lambda: event("a") / event("b").count(), "say how many"),
    (lambda: event("a").per("p").count() / event("b").count() > 1, "leave .per out"),
    (lambda: event("a").per("p").never(), "ask without .per"),
    (lambda: (event("a").count() / event("b").count()) & mailable("email"), "compare it with a number"),
    (lambda: together(event("a").count() > 1, event("b").count() > 1), "tests on the same events"),
    (lambda: together(mailable("email")), "tests on the same events"),
    (event, r'event takes names of events: event\("order"\)'),
    (lambda: latest("cart") & mailable("email"), r"end with .exists\(\)"),
    (lambda: any_of(first("order").having(prop("total") > 5)), r'any_of takes predicates, not first\("order"\); end with'),
    (lambda: latest("cart").followed_by("a").followed_by("b"), "has .followed_by already"),
    (lambda: latest("cart").followed_by(event("order").last("3 days")), "followed_by takes no window"),
    (lambda: event("a").since(latest("b").last("3 days")), "takes the latest event, with .where and nothing else"),
    (lambda: event("a").since(first("b")), "takes the latest event"),
    (sequence, "at least one step"),
    (lambda: sequence(without("a", within="3 days")), "begins with an event"),
    (lambda: sequence("a", starting=when()), r"starting takes times such as when\(\).last"),
    (lambda: sequence("a", 5), "step takes the name of an event"),
    (lambda: attribute("born").anniversary(), "at least one time"),
    (lambda: attribute("born").anniversary("next week"), "anniversary takes times"),
    (lambda: event("a").where(hour()), r"not hour\(\); compare it"),
    (lambda: event("a").where(when()), r"not when\(\); say when"),
    (lambda: rank(event("order")), r'rank takes a measure .* not event\("order"\); say how many'),
    (lambda: rank(attribute("a") * 2), "an attribute itself"),
    (lambda: rank(attribute("a")) & mailable("email"), r"say which: .top"),
    (lambda: at_least(mailable("email"), mailable("email")), "takes a number, then predicates"),
    (lambda: 1 < attribute("a") < 5, "use &"),
    (lambda: (attribute("a") == 1) and (attribute("b") == 2), "use &, | and ~"),
    (lambda: attribute("a").in_("DE"), "takes a list"),
    (lambda: attribute("a").in_([]), "at least one value"),
    (lambda: event("order").last("3 days").last("5 days"), "two windows of one kind"),
    (lambda: attribute("a").since("order"), "since takes"),
    (lambda: event("a").since(event("b").last("3 days")), "takes no window"),
    (lambda: consent("email").status(), "asks nothing"),
    (lambda: mailable("email") & consent("email"), r"end with .status\("),
]


@pytest.mark.parametrize(("half_built", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_half_built_things_say_what_was_meant(half_built, said):
    """Using something unfinished as a predicate is a TypeError that tells what to write."""
    with pytest.raises(TypeError, match=said.replace("|", r"\|") if "use &" in said else said):
        half_built()


MISTAKES = [
    (lambda: attribute("a").last("30 dais"), 'did you mean "days"'),
    (lambda: attribute("a").last("soon"), "a whole number and a unit"),
    (lambda: attribute("a").from_("tomorrow"), "is not a date or an instant"),
    (lambda: attribute("a").day("2026-01-01T09:00:00"), "is not a day"),
    (lambda: attribute("a").ago("3 days", "7 days"), "write the longer first"),
    (lambda: consent("email").status("subscribd"), 'did you mean "subscribed"'),
    (lambda: sample(101, salt="x"), "from 0 to 100"),
    (lambda: attribute("a").this("mont"), 'did you mean "month"'),
    (lambda: attribute("a").ago("1 month", "1 year"), "write the longer first"),
    (lambda: regular("order", every="months", at_least=1, of_last=2), 'did you mean "month"'),
    (lambda: near(52, 13, within="25 kms"), 'did you mean "km"'),
    (lambda: near(52, 13, within="far"), "a number and km or mi"),
    (lambda: rank(attribute("a")).top("ten percent"), r'write .top\("10%"\) or .top\(500\)'),
    (lambda: at_least(3, mailable("email"), mailable("sms")), "at_least 3 of 2"),
]


@pytest.mark.parametrize(("mistake", "said"), MISTAKES, ids=[said for _, said in MISTAKES])
def test_wrong_words_are_errors_for_people(mistake, said):
    """A word that the language does not have is one line with a remedy."""
    with pytest.raises(FrancaError, match=said):
        mistake()


def test_importing_franca_loads_nothing_heavy():
    """`import franca` and building a predicate import no engine, no SDK, no command line."""
    program = (
        "import sys, franca\n"
        "assert not any(name.startswith('franca.') for name in sys.modules), 'import franca is lazy'\n"
        "franca.event('order').last('3 days').count() >= 2\n"
        "heavy = {'ibis', 'duckdb', 'pydantic', 'typer', 'rich', 'mailchimp_marketing', 'klaviyo_api', 'sib_api_v3_sdk'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_public_names_exist_and_others_do_not():
    """Every name of franca.__all__ can be used; an unknown one is an AttributeError."""
    assert all(getattr(franca, name) is not None for name in franca.__all__)
    with pytest.raises(AttributeError, match="no attribute 'evnt'"):
        _ = franca.evnt


def test_the_example_of_the_documentation():
    """The segment of the first page is three conditions."""
    win_back = franca.Segment(
        key="win_back",
        name="Win back 180-365",
        where=event("order").last("365 days").exists() & event("order").last("180 days").never() & mailable("email"),
    )
    assert isinstance(win_back.where, All)
    assert len(win_back.where.of) == 3
    assert isinstance(~(attribute("a") == "x"), Not)
    assert isinstance(attribute("a") == "x", AttributeTest)
    assert all_of(everyone()) == All(of=(everyone(),))
