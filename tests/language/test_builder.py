"""The Python builder makes the nodes that the YAML loader makes, and refuses half-built things in words."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

import franca
from franca import all_of, any_of, attribute, consent, event, everyone, mailable, none_of, prop, sample
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
    (lambda: attribute("a") == attribute("b"), "cannot compare with attribute"),
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
