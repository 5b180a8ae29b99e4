"""What the Klaviyo sandbox takes segment conditions to mean, on a handful of profiles, through the official SDK."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from klaviyo_kit import NOW, groups, identifiers, pages, prop, sandbox, segment

A, B, C, D, E = "abcde"
EVERYONE = "abcde"
# a and b are set, c is empty text, d has another type, e has nothing at all
SEED: dict[str, Any] = {
    "contacts": [
        {
            "email": "a@x.de",
            "created_at": "2026-03-29T23:59:59+00:00",
            "fields": {
                "first_name": "Ann",
                "location['country']": "Germany",
                "plan": "pro",
                "age": 30,
                "vip": True,
                "tags": ["red", "blue"],
                "due": "2026-03-30",
                "at": "2026-03-30T12:37:11+00:00",
                "born": "1990-03-31",
            },
            "consent": {"status": "subscribed", "suppressed": False, "at": "2026-03-01T00:00:00+00:00"},
            "channels": {"sms": {"status": "subscribed", "at": "2026-03-01T00:00:00+00:00"}},
        },
        {
            "email": "b@x.de",
            "created_at": "2026-03-30T00:00:00+00:00",
            "fields": {"plan": "Pro max", "age": 40.5, "vip": "no", "tags": [], "due": "2026-03-27", "at": "2026-03-30T11:37:11Z"},
            "consent": {"status": "subscribed", "suppressed": True, "at": "2026-02-01T00:00:00+00:00"},
            "channels": {"sms": {"status": "subscribed", "at": "2026-02-01T00:00:00+00:00"}},
        },
        {
            "email": "c@x.de",
            "created_at": "2026-01-01T00:00:00+00:00",
            "fields": {"plan": "", "age": 0, "vip": False, "tags": ["RED"], "due": "2026-03-26", "born": "2000-02-29"},
            "consent": {"status": "unsubscribed", "suppressed": False},
            "channels": {"sms": {"status": "unsubscribed"}},
        },
        {"email": "d@x.de", "created_at": "2025-01-01T00:00:00+00:00", "fields": {"plan": 5, "age": "30", "vip": "maybe", "tags": "red"}},
        {
            "email": "e@x.de",
            "created_at": "2024-01-01T00:00:00+00:00",
            "consent": {"status": "never", "suppressed": False},
            "channels": {"push": {"status": "subscribed"}},
        },
    ],
    "metrics": [{"name": "Never Seen"}],
    "events": [],
}


def _order(who: str, ago: timedelta, value: Any, **properties: Any) -> dict[str, Any]:
    at = NOW - ago
    event = {"email": f"{who}@x.de", "metric": "Placed Order", "integration": "Shopify", "at": at.isoformat()}
    return {**event, "id": f"{who}{at}{value}", "value": value, "properties": properties}


SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
SEED["events"] = [
    _order(A, SECOND, "0.10", brand="acme", items=["shoe", "hat"], qty=2, gift=True),
    _order(A, 2 * DAY, "0.20", brand="Acme", items=["hat"], qty=1),
    _order(B, 3 * DAY, 100, items=[], qty=5, nested={"brand": "acme"}),
    _order(B, 3 * DAY - SECOND, 50, brand="acme"),
    _order(C, 400 * DAY, -5, brand=""),
    _order(D, 12 * HOUR, None, brand=7),
    _order(E, -HOUR, 1000, brand="acme"),  # an hour ahead of the present
]


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[Any, Any, Any]]:
    with sandbox(limited=False) as (client, running, emulator):
        emulator.seed(SEED)
        yield client, running, emulator


def members(world: Any, definition: Any) -> str:
    """Return the letters of a definition's members, as Klaviyo counts them."""
    client, running, _ = world
    made = client.Segments.create_segment(segment(definition))["data"]["id"]
    running.host.clock.advance(2)
    found = pages(client.Segments.get_profiles_for_segment, made, fields_profile=["email"], page_size=2)
    client.Segments.delete_segment(made)
    return "".join(sorted(each["attributes"]["email"][0] for each in found))


def custom(name: str, kind: str, operator: str, **more: Any) -> Any:
    return prop(f"properties['{name}']", kind, operator, **more)


def metric(world: Any, name: str = "Placed Order") -> str:
    return next(each["id"] for each in world[0].Metrics.get_metrics()["data"] if each["attributes"]["name"] == name)


def orders(
    world: Any, operator: str, value: Any, *, measurement: str = "count", time: Any = None, filters: Any = None, name: str = ""
) -> Any:
    return {
        "type": "profile-metric",
        "metric_id": metric(world, name or "Placed Order"),
        "measurement": measurement,
        "measurement_filter": {"type": "numeric", "operator": operator, "value": value},
        "timeframe_filter": {"type": "date", **(time or {"operator": "alltime"})},
        "metric_filters": filters,
    }


PROPERTIES = [
    (prop("first_name", "string", "equals", value="Ann"), "a"),
    (prop("location['country']", "string", "equals", value="Germany"), "a"),
    (prop("location['country']", "string", "not-equals", value="France"), "a"),
    (prop("email", "string", "in", value=["a@x.de", "c@x.de"]), "ac"),
    (prop("email", "string", "not-in", value=["a@x.de", "c@x.de"]), "bde"),
    (prop("created", "date", "in-the-last", unit="day", quantity=1), "ab"),
    (prop("created", "date", "before", date="2026-01-01"), "de"),
    (custom("plan", "string", "equals", value="pro"), "a"),
    (custom("plan", "string", "equals", value=""), "c"),
    (custom("plan", "string", "equals", value=None), ""),
    (custom("plan", "string", "not-equals", value="pro"), "bc"),
    (custom("plan", "string", "contains", value="Pro"), "b"),
    (custom("plan", "string", "not-contains", value="Pro"), "ac"),
    (custom("plan", "string", "starts-with", value="pr"), "a"),
    (custom("plan", "string", "not-starts-with", value="pr"), "bc"),
    (custom("plan", "string", "ends-with", value="max"), "b"),
    (custom("plan", "string", "not-ends-with", value="max"), "ac"),
    (custom("plan", "string", "regex", value="^[Pp]ro"), "ab"),
    (custom("plan", "string", "nregex", value="^[Pp]ro"), "c"),
    (custom("plan", "existence", "is-set"), "abcd"),
    (custom("plan", "existence", "not-set"), "e"),
    (custom("plan", "numeric", "equals", value=5), "d"),
    (custom("age", "numeric", "greater-than", value=30), "b"),
    (custom("age", "numeric", "greater-than-or-equal", value=30), "ab"),
    (custom("age", "numeric", "less-than", value=30), "c"),
    (custom("age", "numeric", "less-than-or-equal", value=30.0), "ac"),
    (custom("age", "numeric", "equals", value=40.5), "b"),
    (custom("age", "numeric", "not-equals", value=30), "bc"),
    (custom("vip", "boolean", "equals", value=True), "a"),
    (custom("vip", "boolean", "equals", value=False), "bc"),
    (custom("vip", "numeric", "equals", value=1), ""),
    (custom("tags", "list", "contains", value="red"), "a"),
    (custom("tags", "list", "not-contains", value="red"), "bc"),
    (custom("tags", "list", "length-equals", value=0), "b"),
    (custom("tags", "list", "length-greater-than", value=1), "a"),
    (custom("tags", "list", "length-less-than-or-equal", value=1), "bc"),
    (custom("tags", "string", "equals", value="red"), "d"),
]
DATES = [
    (custom("due", "date", "in-the-last", unit="day", quantity=3), "ab"),
    (custom("due", "date", "in-the-last", unit="day", quantity=4), "abc"),
    (custom("due", "date", "at-least", unit="day", quantity=3), "c"),
    (custom("due", "date", "in-the-last", unit="hour", quantity=12), ""),
    (custom("due", "date", "in-the-last", unit="hour", quantity=13), "a"),
    (custom("due", "date", "between", start=3, end=4, unit="day"), "bc"),
    (custom("due", "date", "in-the-last", unit="week", quantity=1), "abc"),
    (custom("due", "date", "after", date="2026-03-26"), "ab"),
    (custom("due", "date", "before", date="2026-03-27"), "c"),
    (custom("due", "date", "between-static", start="2026-03-26", end="2026-03-27"), "bc"),
    (custom("at", "date", "in-the-last", unit="hour", quantity=1), "a"),
    (custom("at", "date", "at-least", unit="hour", quantity=1), "b"),
    (custom("at", "date", "between", start=1, end=2, unit="hour"), "b"),
    (custom("at", "date", "after", date="2026-03-30T11:37:11Z"), "a"),
    (custom("at", "date", "before", date="2026-03-30T12:37:11Z"), "b"),
    (custom("at", "date", "between-static", start="2026-03-30T11:37:11Z", end="2026-03-30T12:37:11Z"), "ab"),
    (custom("at", "date", "in-the-next", unit="day", quantity=1), "ab"),
    (custom("at", "date", "in-the-next", unit="hour", quantity=1), ""),
    (custom("born", "date", "anniversary-next", unit="day", quantity=1), "a"),
    (custom("born", "date", "anniversary-next", unit="day", quantity=335), "ac"),
    (custom("born", "date", "anniversary-next", unit="day", quantity=334), "a"),
    (custom("born", "date", "anniversary-last", unit="day", quantity=30), "c"),
    (custom("born", "date", "anniversary-last", unit="day", quantity=29), ""),
    (custom("born", "date", "anniversary"), ""),
    (custom("due", "date", "anniversary"), "a"),
    (custom("born", "date", "anniversary-month"), "a"),
    (custom("born", "date", "calendar-month", value=2), "c"),
    (custom("plan", "date", "after", date="1990-01-01"), ""),
]


@pytest.mark.parametrize(
    ("condition", "expected"), [*PROPERTIES, *DATES], ids=lambda value: str(value.get("filter")) if isinstance(value, dict) else ""
)
def test_property_conditions(world: Any, condition: Any, expected: str) -> None:
    """A property condition holds for exactly these profiles: case-sensitive, typed, never without the property."""
    assert expected == members(world, groups([condition]))


def test_groups_are_anded_and_their_conditions_ored(world: Any) -> None:
    """(pro or age > 40) and not-set first name: an asymmetric definition tells AND-of-ORs from OR-of-ANDs."""
    either = [custom("plan", "string", "equals", value="pro"), custom("age", "numeric", "greater-than", value=40)]
    assert members(world, groups(either, [prop("first_name", "existence", "not-set")])) == "b"


def _filter(name: str, kind: str, operator: str, **more: Any) -> list[Any]:
    return [{"property": name, "filter": {"type": kind, "operator": operator, **more}}]


def _last(unit: str, quantity: int) -> dict[str, Any]:
    return {"operator": "in-the-last", "unit": unit, "quantity": quantity}


METRICS: list[tuple[dict[str, Any], str]] = [
    ({"operator": "greater-than", "value": 0}, "abcd"),  # e's order lies ahead
    ({"operator": "equals", "value": 0}, "e"),
    ({"operator": "equals", "value": 2}, "ab"),
    ({"operator": "less-than-or-equal", "value": 1}, "cde"),
    ({"operator": "not-equals", "value": 2}, "cde"),
    ({"operator": "less-than", "value": 1, "name": "Never Seen"}, EVERYONE),
    ({"operator": "greater-than", "value": 0, "time": _last("hour", 72)}, "abd"),
    ({"operator": "equals", "value": 1, "time": _last("hour", 72)}, "bd"),
    ({"operator": "equals", "value": 2, "time": _last("day", 3)}, "ab"),
    ({"operator": "equals", "value": 0, "time": _last("week", 1)}, "ce"),
    ({"operator": "greater-than", "value": 0, "time": {"operator": "at-least", "unit": "hour", "quantity": 72}}, "bc"),
    ({"operator": "equals", "value": 1, "time": {"operator": "at-least", "unit": "hour", "quantity": 72}}, "bc"),
    ({"operator": "greater-than", "value": 0, "time": {"operator": "between", "unit": "hour", "start": 1, "end": 48}}, "d"),
    ({"operator": "greater-than", "value": 0, "time": {"operator": "between", "unit": "day", "start": 1, "end": 2}}, "a"),
    ({"operator": "greater-than", "value": 0, "time": {"operator": "after", "date": "2026-03-28T12:37:11Z"}}, "ad"),
    ({"operator": "greater-than", "value": 0, "time": {"operator": "before", "date": "2026-03-27T12:37:11Z"}}, "c"),
    (
        {
            "operator": "greater-than",
            "value": 0,
            "time": {"operator": "between-static", "start": "2026-03-27T12:37:11Z", "end": "2026-03-28T12:37:11Z"},
        },
        "ab",
    ),
    ({"operator": "greater-than", "value": 0, "time": {"operator": "anniversary-last", "unit": "day", "quantity": 40}}, "abcd"),
    ({"operator": "greater-than", "value": 0, "time": {"operator": "anniversary-last", "unit": "day", "quantity": 1}}, "ad"),
    ({"operator": "equals", "value": 0.3, "measurement": "sum"}, "a"),  # exact: 0.10 + 0.20
    ({"operator": "greater-than-or-equal", "value": 150, "measurement": "sum"}, "b"),
    ({"operator": "equals", "value": 0, "measurement": "sum"}, "de"),
    ({"operator": "less-than", "value": 1, "measurement": "sum"}, "acde"),
    ({"operator": "equals", "value": 1, "filters": _filter("brand", "string", "equals", value="acme")}, "ab"),
    ({"operator": "greater-than", "value": 0, "filters": _filter("brand", "string", "not-equals", value="acme")}, "ac"),
    ({"operator": "greater-than", "value": 0, "filters": _filter("brand", "existence", "not-set")}, "b"),
    ({"operator": "greater-than", "value": 0, "filters": _filter("brand", "string", "in", value=["", "Acme"])}, "ac"),
    ({"operator": "greater-than", "value": 0, "filters": _filter("qty", "numeric", "greater-than", value=1)}, "ab"),
    ({"operator": "greater-than", "value": 0, "filters": _filter("gift", "boolean", "equals", value=True)}, "a"),
    ({"operator": "greater-than", "value": 0, "filters": _filter("items", "list", "contains-any", value=["shoe", "x"])}, "a"),
    ({"operator": "greater-than", "value": 1, "filters": _filter("items", "list", "contains-any", value=["hat"])}, "a"),
    ({"operator": "greater-than", "value": 0, "filters": _filter("items", "list", "contains-all", value=["hat", "shoe"])}, "a"),
    ({"operator": "greater-than", "value": 0, "filters": _filter("items", "list", "not-contains-any", value=["hat"])}, "b"),
    ({"operator": "greater-than", "value": 0, "filters": _filter("items", "list", "not-contains-all", value=["hat", "shoe"])}, "ab"),
    ({"operator": "greater-than", "value": 0, "filters": _filter("items", "list", "contains-substring", value="sho")}, "a"),
    ({"operator": "greater-than", "value": 0, "filters": _filter("items", "list", "not-contains-substring", value="sho")}, "ab"),
    ({"operator": "greater-than", "value": 0, "filters": _filter("items", "list", "length-equals", value=0)}, "b"),
    ({"operator": "greater-than", "value": 0, "filters": _filter("nested", "existence", "is-set")}, ""),  # objects cannot be segmented on
    (
        {
            "operator": "greater-than",
            "value": 0,
            "filters": _filter("brand", "string", "equals", value="acme") + _filter("qty", "numeric", "equals", value=1),
        },
        "",  # a has both, but on two orders
    ),
]


@pytest.mark.parametrize(("condition", "expected"), METRICS, ids=lambda value: str(value) if isinstance(value, dict) else "")
def test_metric_conditions(world: Any, condition: dict[str, Any], expected: str) -> None:
    """A metric condition counts or sums the events of its timeframe that pass all filters; nobody's events count as 0."""
    assert expected == members(world, groups([orders(world, **condition)]))


def _consent(can_receive: bool, subscription: str, filters: Any = None, channel: str = "email") -> dict[str, Any]:
    # Where the contract has no filters, null is one too many.
    status = {"subscription": subscription, **({"filters": filters} if filters or channel == "email" else {})}
    consent = {"channel": channel, "can_receive_marketing": can_receive, "consent_status": status}
    return {"type": "profile-marketing-consent", "consent": consent}


_RECENT = {"type": "date", "operator": "after", "date": "2026-02-15"}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (_consent(True, "any"), "ade"),
        (_consent(True, "subscribed"), "a"),
        (_consent(True, "never_subscribed"), "de"),
        (_consent(True, "subscribed", [{"field": "status_date", "filter": _RECENT}]), "a"),
        (_consent(True, "subscribed", [{"field": "status_date", "filter": {**_RECENT, "date": "2026-03-15"}}]), ""),
        (_consent(False, "any"), "bc"),
        (_consent(False, "unsubscribed"), "c"),
        (_consent(False, "subscribed", [{"field": "manual_suppression_date", "filter": {"type": "existence", "operator": "is-set"}}]), "b"),
        (_consent(False, "any", [{"field": "bounce_date", "filter": {"type": "existence", "operator": "is-set"}}]), ""),
        (_consent(True, "subscribed", channel="sms"), "ab"),
        (_consent(True, "subscribed", [{"field": "status_date", "filter": _RECENT}], channel="sms"), "a"),
        (_consent(False, "any", channel="sms"), "cde"),
        (_consent(False, "unsubscribed", channel="sms"), "c"),
        (_consent(False, "never_subscribed", channel="sms"), "de"),
        (_consent(True, "any", channel="push"), "e"),
        (_consent(False, "any", channel="push"), "abcd"),
    ],
)
def test_consent_conditions(world: Any, condition: Any, expected: str) -> None:
    """Who can receive is not suppressed and not unsubscribed; subscribed and suppressed is not mailable."""
    assert expected == members(world, groups([condition]))


def test_list_conditions(world: Any) -> None:
    """Membership of a list, its negation, and its date of joining."""
    client, _, _ = world
    profiles = {each["attributes"]["email"][0]: each["id"] for each in pages(client.Profiles.get_profiles, fields_profile=["email"])}
    made = client.Lists.create_list({"data": {"type": "list", "attributes": {"name": "L"}}})["data"]["id"]
    client.Lists.add_profiles_to_list(made, identifiers("profile", [profiles["a"], profiles["e"]]))
    member = {"type": "profile-group-membership", "is_member": True, "group_ids": [made]}
    late = {**member, "timeframe_filter": {"type": "date", "operator": "at-least", "unit": "hour", "quantity": 1}}
    assert members(world, groups([member])) == "ae"
    assert members(world, groups([{**member, "is_member": False}])) == "bcd"
    assert members(world, groups([late])) == ""


def _flipped(world: Any, assumption: str, condition: Any) -> str:
    world[2].assumptions[assumption] = False
    try:
        return members(world, groups([condition]))
    finally:
        world[2].assumptions[assumption] = True


def test_every_assumption_changes_a_count(world: Any) -> None:
    """Each named assumption, flipped, gives another answer to a condition that leans on it."""
    ago = {"operator": "at-least", "unit": "hour", "quantity": 72}
    between = {"operator": "between", "unit": "hour", "start": 60, "end": 71}
    leap = custom("born", "date", "anniversary-last", unit="day", quantity=29)
    dropped = orders(world, "greater-than", 0, filters=_filter("brand", "string", "not-equals", value="acme"))
    young = custom("age", "numeric", "less-than", value=30)
    by_id = {
        "klaviyo.hours-roll": (orders(world, "equals", 2, time=_last("hour", 72)), "a", "ab"),
        "klaviyo.at-least-rolls": (orders(world, "greater-than", 0, time=ago), "bc", "c"),
        "klaviyo.between-rolls": (orders(world, "greater-than", 0, time=between), "", "ab"),
        "klaviyo.leap-days-in-february": (leap, "", "c"),
        "klaviyo.zero-events-count-zero": (orders(world, "less-than", 1), "e", ""),
        "klaviyo.zero-events-sum-zero": (orders(world, "less-than", 1, measurement="sum"), "acde", "acd"),
        "klaviyo.decimal-sums": (orders(world, "equals", 0.3, measurement="sum"), "a", ""),
        "klaviyo.unset-is-no-number": (young, "c", "ce"),
        "klaviyo.unset-is-no-date": (custom("born", "date", "before", date="1900-01-01"), "", "bde"),
        "klaviyo.empty-text-is-a-value": (custom("plan", "string", "not-equals", value="pro"), "bc", "b"),
        "klaviyo.filter-unset-drops": (dropped, "ac", "abc"),
    }
    assert by_id.keys() == world[2].assumptions.keys() - {"klaviyo.emails-lower-case"}  # of look-ups, not of conditions
    for assumption, (condition, held, flipped) in by_id.items():
        assert held == members(world, groups([condition])), assumption
        assert flipped == _flipped(world, assumption, condition), assumption


def test_windows_follow_the_clock(world: Any) -> None:
    """Setting the clock moves windows and lets later events be; waiting for ticks moves neither."""
    recent = groups([orders(world, "greater-than", 0, time=_last("hour", 2))])
    clock = world[1].host.clock
    clock.advance(7200)
    assert members(world, recent) == "a"
    clock.set(NOW + HOUR)
    try:
        assert members(world, recent) == "ae"
    finally:
        clock.set(NOW)
