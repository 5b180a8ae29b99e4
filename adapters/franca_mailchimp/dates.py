"""Days of signup, of change and of the last purchase → conditions on dates, for who accepts that their edges may lie a day off.

`Date` compares with a day (`value: date`, the day in `extra`; sheet section 1.4). What it compares is an instant, and no document says in
which zone its day is cut, nor whether `greater` begins after that day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from franca.adapter import Finding
from franca.definitions import Attribute, DataType, FieldMapping, From, Kind, OnDay, Op, TimeTest, To, ValueTest
from franca_mailchimp.options import Condition
from franca_mailchimp.parts import Part, Presence, refuse
from franca_mailchimp.values import compared

DATES = ("timestamp_opt", "info_changed", "ecomm_date")
"""Words of a mapping: the opt-in, the last change, and the last purchase."""

EDGES = Finding(
    id="day-edges",
    what="in which zone Mailchimp cuts days, and whether `greater` begins after the day, is not documented: an edge may lie a day off",
)
DAY = DataType(Kind.DATE)
_FLAGS = (Op.IS_SET, Op.IS_EMPTY)
_OF_TIME: Mapping[type[TimeTest], Op] = {From: Op.GTE, To: Op.LT, OnDay: Op.IS}


def dated(mapping: FieldMapping, of: Attribute, test: ValueTest | TimeTest, *, positive: bool) -> Part:
    """Compile a test on a day or an instant that Mailchimp keeps itself.

    Raises:
        RefusedError: it is about the present, or about hours.
    """
    if of.type.kind not in (Kind.DATE, Kind.DATETIME):
        raise refuse("other-type", f"{mapping.field} at Mailchimp is a date, and the attribute {of.name!r} is {of.type}")
    presence = Presence(blank=_condition(mapping.field, "blank"), blank_not=_condition(mapping.field, "blank_not"))
    if isinstance(test, ValueTest) and test.op in _FLAGS:
        there = (test.op is Op.IS_SET) is positive
        condition = _condition(mapping.field, "blank_not" if there else "blank")
        return Part(tag=mapping.field, conditions=(condition,), presence=presence, blank=not there)
    comparison = compared(DAY, _on_days(of, test), positive=positive)
    return Part(
        tag=mapping.field,
        conditions=tuple(_condition(mapping.field, op, day) for op, day in comparison.pairs),
        presence=presence,
        any=comparison.any,
        blank=not positive,
        soft=any(op == "less" for op, _ in comparison.pairs),
        doubts=frozenset([EDGES]),
    )


def _condition(field: str, op: str, day: date | None = None) -> Condition:
    head = {"field": field, "condition_type": "Date", "op": op}
    return head if day is None else {**head, "value": "date", "extra": day.isoformat()}


def _on_days(of: Attribute, test: ValueTest | TimeTest) -> ValueTest:
    """Return the test as one on fixed days."""
    if isinstance(test, ValueTest):
        if of.type.kind is Kind.DATETIME:
            raise refuse("no-instants", "Mailchimp compares this with days, not with instants")
        return test
    day = (test.at if isinstance(test, From | To) else test.day) if isinstance(test, From | To | OnDay) else None
    if not isinstance(day, date) or isinstance(day, datetime):
        # `within` takes days, in a form that is documented nowhere (sheet section 1.4)
        raise refuse("relative-dates", "Mailchimp compares dates with fixed days only; how it writes a number of days is not documented")
    return ValueTest(op=_OF_TIME[type(test)], operand=day, position=test.position)
