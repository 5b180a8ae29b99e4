"""Every test on every kind of value, over tables in which every cell of the pools occurs: what random trees meet too rarely."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from franca.definitions import (
    AttributeTest,
    ConsentTest,
    Constant,
    Count,
    EventTest,
    Everyone,
    Kind,
    Mailable,
    Op,
    Predicate,
    PropertyTest,
    Sample,
    SinceAttribute,
    SinceLatest,
    Status,
    Sum,
    TimeTest,
    ValueTest,
)
from schema import AS_OF, ATTRIBUTES, DAY_TESTS, EVENTS, INSTANT_TESTS, STATUSES, TAKES, pool
from strategies import Tables

ONE_OPERAND = frozenset({Op.IS, Op.IS_NOT, Op.GT, Op.GTE, Op.LT, Op.LTE})
FLAGS = frozenset({Op.IS_SET, Op.IS_EMPTY})
SINCE: tuple[TimeTest, ...] = (
    SinceAttribute(attribute="birthday"),
    SinceAttribute(attribute="created_at"),
    *(SinceLatest(event=event) for event in EVENTS),
    SinceLatest(event="order", where=PropertyTest(property="gift", tests=(ValueTest(op=Op.IS, operand=True),))),
)


def tests_on(kind: Kind, constants: tuple[Constant, ...]) -> Iterator[ValueTest]:
    """Yield every operator of a type with every constant, and with two neighbours where several are taken."""
    for op in TAKES[kind]:
        if op in FLAGS:
            yield from (ValueTest(op=op, operand=flag) for flag in (True, False))
        elif op in ONE_OPERAND:
            yield from (ValueTest(op=op, operand=constant) for constant in constants)
        elif op is Op.BETWEEN:
            yield from (ValueTest(op=op, operand=(low, high)) for low, high in pairwise(sorted(set(constants), key=_itself)))
        else:
            yield from (ValueTest(op=op, operand=several) for several in ((constants[0],), *pairwise(constants)) if "" not in several)


def _itself(constant: Any) -> Any:
    return constant


def attribute_leaves(as_of: datetime = AS_OF) -> Iterator[Predicate]:
    """Yield every test on every attribute."""
    for name, attribute in ATTRIBUTES.items():
        kind = attribute.type.kind
        tests: list[ValueTest | TimeTest] = [*tests_on(kind, pool(name, as_of, attribute.zone, on_edges=True).constants)]
        tests += {Kind.DATE: DAY_TESTS, Kind.DATETIME: (*INSTANT_TESTS, *SINCE)}.get(kind, ())
        yield from (AttributeTest(attribute=name, tests=(test,)) for test in tests)


def event_leaves(as_of: datetime = AS_OF) -> Iterator[Predicate]:
    """Yield every window, every test on every property, and every measure, for every event."""
    for event, source in EVENTS.items():
        yield from (EventTest(event=event, window=(test,)) for test in (*INSTANT_TESTS, *SINCE))
        yield from (EventTest(event=event, measures=(Count(tests=(test,)),)) for test in _comparing(tests_on(Kind.INTEGER, (0, 1, 2, 3))))
        for name, item in source.properties.items():
            tests = [*tests_on(item.type.kind, pool(name, as_of, item.zone, on_edges=True).constants)]
            yield from (EventTest(event=event, where=PropertyTest(property=name, tests=(test,))) for test in tests)
            if item.type.kind in {Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER}:
                yield from (EventTest(event=event, measures=(Sum(of=name, tests=(test,)),)) for test in _comparing(tests))


def _comparing(tests: Iterable[ValueTest]) -> Iterator[ValueTest]:
    """Leave out whether a count or a sum is missing: it never is."""
    return (test for test in tests if test.op not in FLAGS)


def other_leaves() -> Iterator[Predicate]:
    """Yield every status and every window on its instant, `mailable`, everyone, and shares."""
    yield from (Mailable(channel="email"), Everyone())
    yield from (
        Sample(percent=Decimal(percent), salt=salt) for percent in ("0.5", "10", "33.3", "99.99", "100") for salt in ("holdout", "ü")
    )
    yield from (ConsentTest(channel="email", statuses=(status,)) for status in Status)
    yield from (ConsentTest(channel="email", at=(test,)) for test in (*INSTANT_TESTS, *SINCE))


def full_tables(as_of: datetime = AS_OF, *, on_edges: bool = True) -> Tables:
    """Return tables in which every cell of every pool occurs, with one to three orders and views for most profiles.

    The profile's own cells and those of its orders move past each other, so that windows since an attribute differ.
    """
    length = len(pool("created_at", as_of, on_edges=on_edges).cells)
    customers = [{"customer_id": f"c{at}", **_profile(at, as_of, on_edges=on_edges)} for at in range(length)]
    orders = [_order(at, length, as_of, on_edges=on_edges) for at in range(2 * length)]
    views = [_view(at, length, as_of, on_edges=on_edges) for at in range(2 * length)]
    return {"customers": customers, "orders": orders, "views": views}


def _cell(name: str, at: int, as_of: datetime, zone: str, *, on_edges: bool) -> Any:
    cells = pool(name, as_of, zone, on_edges=on_edges).cells
    return cells[at % len(cells)]


def _profile(at: int, as_of: datetime, *, on_edges: bool) -> Mapping[str, Any]:
    cells = {item.column: _cell(name, at, as_of, item.zone, on_edges=on_edges) for name, item in ATTRIBUTES.items()}
    consent = {"email_status": STATUSES[at % len(STATUSES)], "email_suppressed": (None, False, True)[at % 3]}
    return {**cells, **consent, "email_status_at": _cell("email_status_at", at, as_of, "UTC", on_edges=on_edges)}


def _order(at: int, length: int, as_of: datetime, *, on_edges: bool) -> dict[str, Any]:
    """The second half has every seventh order of the first again, at another instant: that row or the other is the event."""
    again = at >= length and at % 7 == 0
    cells = {
        item.column: _cell(name, at + at // 40, as_of, item.zone, on_edges=on_edges) for name, item in EVENTS["order"].properties.items()
    }
    return {
        "order_id": None if at % 11 == 0 else f"o{at - length if again else at}",
        "customer_id": None if at % 13 == 12 else f"c{at if at < length else (at * 5) % length}",
        "ordered_at": _cell("ordered_at", at if at < length else at * 3, as_of, "UTC", on_edges=on_edges),
        "status": "cancelled" if at % 6 == 5 else ("paid", "", None)[at % 3],
        **cells,
    }


def _view(at: int, length: int, as_of: datetime, *, on_edges: bool) -> dict[str, Any]:
    cells = {
        item.column: _cell(name, at + at // 40, as_of, item.zone, on_edges=on_edges) for name, item in EVENTS["view"].properties.items()
    }
    return {
        "visitor": f"c{at if at < length else (at * 7) % length}",
        "viewed_at": _cell("viewed_at", at if at < length else at * 5, as_of, "Europe/Berlin", on_edges=on_edges),
        "internal": (0, 0, 11, 0, None, 1)[at % 6],
        **cells,
    }
