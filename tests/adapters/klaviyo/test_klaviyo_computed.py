"""What Klaviyo computes of a profile (its region, a distance, predictions) is reached by an attribute's mapping."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

import strategies
from adapters.klaviyo.kit import COMPUTED, account, seed, site
from adapters.klaviyo.short import Json, a, assert_compiles, assert_refused, at, between, d, numeric, text
from evaluator import naive
from franca.adapter import Remote
from franca.definitions import FieldMapping, Last, Not, Op, Predicate, Realisation
from franca_klaviyo.adapter import ADAPTER
from franca_klaviyo.attributes import property_name
from franca_klaviyo.parts import RefusedError
from franca_klaviyo.segments import native

MAPPED: dict[str, Any] = {"attributes": COMPUTED}


def predicted(dimension: str, found: Json, **more: str) -> Json:
    return {"type": "profile-predictive-analytics", "dimension": dimension, **more, "filter": found}


def region(inside: bool) -> Json:
    return {"type": "profile-region", "in_region": inside, "region": "european_union"}


DISTANCE = {"type": "profile-postal-code-distance", "country_code": "USA", "postal_code": "10001", "unit": "miles"}
EMAIL = {"measurement": "priority", "predicted_channel": "email"}
PUSH = {"measurement": "rank", "predicted_channel": "push"}


@pytest.mark.parametrize(
    ("where", "group"),
    [
        (a("vip", Op.IS, True), (region(True),)),
        (a("vip", Op.IS, False), (region(False),)),
        (a("vip", Op.IN, (True, False)), (region(True), region(False))),
        (a("score", Op.LT, 25.0), ({**DISTANCE, "filter": numeric("less-than", 25)},)),
        (a("credit", Op.GTE, Decimal("9.50")), (predicted("total_clv", numeric("greater-than-or-equal", 9.5)),)),
        (a("points", Op.IS, 1), (predicted("channel_affinity", numeric("equals", 1), **EMAIL),)),
        (a("first_name", Op.IN, ("high", "low")), tuple(predicted("channel_affinity", text("equals", w), **PUSH) for w in ("high", "low"))),
        (a("gender", Op.IS, "f"), (predicted("predicted_gender", text("equals", "likely_female")),)),
        (
            a("birthday", Op.IS, date(2026, 4, 1)),
            (predicted("expected_date_of_next_purchase", between("2026-04-01T00:00:00Z", "2026-04-01T23:59:59Z")),),
        ),
    ],
)
def test_computed_fields(where: Predicate, group: tuple[Json, ...]) -> None:
    """A mapping names the region, the place, the dimension, or the channel and what is measured of it."""
    assert_compiles(where, group, **MAPPED)


@pytest.mark.parametrize(
    ("where", "identity"),
    [
        (Not(of=a("vip", Op.IS, True)), "unset-computed"),
        (Not(of=a("credit", Op.GTE, Decimal(5))), "unset-computed"),
        (a("vip", Op.IS_SET, True), "no-such-test"),
        (a("score", Op.GTE, 25.0), "no-such-test"),
        (a("first_name", Op.IS, "Anna"), "no-such-test"),
        (a("first_name", Op.STARTS_WITH, ("h",)), "no-such-test"),
        (a("points", Op.GTE, 1), "no-such-test"),
        (at("birthday", Last(duration=d("7 days"))), "day-windows"),
    ],
)
def test_refusals(where: Predicate, identity: str) -> None:
    """Nothing tells whether there is a value, so that negations are refused; other tests and other words too."""
    assert_refused(where, identity, **MAPPED)


def test_what_is_not_at_klaviyo() -> None:
    """Regions, places and dimensions that Klaviyo does not have are refused, as are attributes of another type."""
    for field in ("region['mars']", "distance['10001']", "predicted['happiness']", "affinity['fax rank']", "predicted['total_clv']"):
        assert_refused(a("first_name", Op.IS, "high"), "no-such-test", attributes={"first_name": FieldMapping(field=field)})


def test_nothing_else_reads_them() -> None:
    """A computed field is no property: templates refuse it, and a rendered profile goes without."""
    with pytest.raises(RefusedError, match="segments alone"):
        property_name("region['european_union']")
    shown = ADAPTER.dialect(site(**MAPPED)).person({"vip": True, "gender": "f"}, {})
    assert shown == {"location": {}, "properties": {}}


def test_random_tests_on_computed_fields_have_the_same_members() -> None:
    """Of random tests on computed fields some are native, and their members in the sandbox are those of the naive interpreter."""
    choice = strategies.Choice(attributes=tuple(COMPUTED))
    trees = enumerate(strategies.drawn(strategies.combined(strategies.attribute_tests(choice), 1), 160))
    where = dict([(f"s{number}", tree) for number, tree in trees if native(tree, site(**MAPPED)).definition][:60])
    assert len(where) > 20
    tables = strategies.drawn(strategies.tables(profiles=30), 3, 5)[2]
    with account(where, limited=False, processing_seconds=0.0, attributes=COMPUTED) as found:
        found.host.emulator.seed(seed(found.site.project, tables, strategies.AS_OF, COMPUTED))
        expected = naive.emails(found.site.project, tables, strategies.AS_OF)
        for key, segment in found.site.project.segments.items():
            (resource,) = ADAPTER.compile(segment, Realisation.NATIVE, found.site)
            remote = Remote(kind=resource.kind, id=found.connection.create(resource, found.resolver()(resource)), name=key)
            assert {contact.email for contact in found.connection.members(remote, resource)} == expected[key], where[key]
        assert len({frozenset(expected[key]) for key in where}) > 10
