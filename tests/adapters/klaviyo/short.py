"""Short ways to write predicates and Klaviyo's conditions, and what a compilation is held against."""

from __future__ import annotations

from typing import Any

from adapters.klaviyo.kit import site
from franca.adapter import Ref
from franca.definitions import (
    AttributeTest,
    Count,
    Duration,
    EventTest,
    Op,
    Predicate,
    PropertyTest,
    Sum,
    TimeTest,
    Unit,
    ValueTest,
)
from franca_klaviyo.definition import canonical
from franca_klaviyo.segments import native

Json = dict[str, Any]

ORDERED, VIEWED = Ref("metric", "Placed Order", "Shopify"), Ref("metric", "Viewed Page", "")
ALLTIME = {"type": "date", "operator": "alltime"}
SET, UNSET = {"type": "existence", "operator": "is-set"}, {"type": "existence", "operator": "not-set"}
END = "9999-12-31T23:59:59Z"
FUTURE = (
    {"type": "date", "operator": "in-the-next", "unit": "hour", "quantity": 700_800},
    {"type": "date", "operator": "between-static", "start": "2100-01-01T00:00:00Z", "end": END},
)


# -- a short way to write predicates


def a(name: str, op: Op, operand: Any) -> AttributeTest:
    return AttributeTest(attribute=name, tests=(ValueTest(op=op, operand=operand),))


def at(name: str, test: TimeTest) -> AttributeTest:
    return AttributeTest(attribute=name, tests=(test,))


def p(name: str, op: Op, operand: Any) -> PropertyTest:
    return PropertyTest(property=name, tests=(ValueTest(op=op, operand=operand),))


def e(*window: TimeTest, event: str = "order", where: Predicate | None = None, count: tuple[Op, Any] | None = None) -> EventTest:
    measures = () if count is None else (Count(tests=(ValueTest(op=count[0], operand=count[1]),)),)
    return EventTest(event=event, where=where, window=window, measures=measures)


def total(op: Op, operand: Any, of: str = "total", where: Predicate | None = None) -> EventTest:
    return EventTest(event="order", where=where, measures=(Sum(of=of, tests=(ValueTest(op=op, operand=operand),)),))


def d(text: str) -> Duration:
    amount, unit = text.split()
    return Duration(int(amount), Unit(unit))


# -- a short way to write conditions


def prop(name: str, *filters: Json) -> tuple[Json, ...]:
    return tuple({"type": "profile-property", "property": name, "filter": each} for each in filters)


def text(operator: str, value: Any) -> Json:
    return {"type": "string", "operator": operator, "value": value}


def numeric(operator: str, value: Any) -> Json:
    return {"type": "numeric", "operator": operator, "value": value}


def hours(operator: str, quantity: int) -> Json:
    return {"type": "date", "operator": operator, "unit": "hour", "quantity": quantity}


def between(start: str, end: str = END) -> Json:
    return {"type": "date", "operator": "between-static", "start": start, "end": end}


def before(instant: str) -> Json:
    return {"type": "date", "operator": "before", "date": instant}


def metric(measured: Json, frame: Json = ALLTIME, *filters: Json, ref: Ref = ORDERED, measurement: str = "count") -> Json:
    found = {
        "type": "profile-metric",
        "metric_id": ref,
        "measurement": measurement,
        "measurement_filter": measured,
        "timeframe_filter": frame,
    }
    return {**found, **({"metric_filters": list(filters)} if filters else {})}


def on(name: str, found: Json) -> Json:
    return {"property": name, "filter": found}


def consent(receives: bool, subscription: str, field: str = "", test: Json = SET, channel: str = "email") -> Json:
    filters = {"filters": [{"field": field, "filter": test}]} if field else {}
    status = {"channel": channel, "can_receive_marketing": receives, "consent_status": {"subscription": subscription, **filters}}
    return {"type": "profile-marketing-consent", "consent": status}


def assert_compiles(where: Predicate, *groups: tuple[Json, ...], **changes: Any) -> None:
    """Assert that *where* becomes these groups, in whatever order."""
    found = native(where, site(**changes))
    assert not found.findings
    assert found.definition == canonical(groups)


def assert_refused(where: Predicate, *identities: str, **changes: Any) -> None:
    found = native(where, site(**changes))
    assert [finding.id for finding in found.findings] == list(identities)
    assert found.definition is None
    assert all(finding.what.strip() and finding.fallback for finding in found.findings)


NAME, COUNTRY, POINTS, CREDIT, VIP, TAGS = (
    *("first_name", "location['country']"),
    *(f"properties['{name}']" for name in ("points", "credit", "vip", "tags")),
)
BIRTHDAY, CREATED, SEEN = "properties['birthday']", "properties['Registered At']", "properties['Last Seen']"
ANNA = text("equals", "Anna")


MANY, SOME, NEVER = numeric("greater-than-or-equal", 5), numeric("greater-than-or-equal", 1), numeric("equals", 0)
