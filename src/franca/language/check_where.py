"""Predicates about one event (inside `where`, `having` and a source's filter), and time tests, which may hold such a predicate."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from franca.definitions import (
    COMPARISONS,
    WEEKDAYS,
    Ago,
    Anniversary,
    CalendarPart,
    CalendarTest,
    DataType,
    From,
    InstantTest,
    Kind,
    Last,
    NamedDay,
    Next,
    OnDay,
    Op,
    Predicate,
    Previous,
    PropertyTest,
    SinceAttribute,
    SinceLatest,
    This,
    TimeTest,
    To,
    ValueTest,
)
from franca.errors import did_you_mean
from franca.language.check_scope import COMBINATORS, Scope
from franca.language.check_values import Subject, checked_tests
from franca.language.times import FIRST_YEAR, LAST_YEAR, nothing_between, possible
from franca.language.types import check_time_test

DATE, DATETIME = DataType(Kind.DATE), DataType(Kind.DATETIME)
INSTANT = "the event's instant"


# ── about one event ──────────────────────────────────────────────────────────


def checked_where(scope: Scope, node: Predicate) -> Predicate:
    """Return a predicate about the event that *scope* speaks of, with its constants typed; what is wrong is noted."""
    if combine := COMBINATORS.get(type(node)):
        return combine(partial(checked_where, scope), scope, node)
    if check := _WHERE.get(type(node)):
        return check(scope, node)
    scope.note(node, "inside where and having, a predicate is about one event: its properties and its time", "move it out of there")
    return node


def _property(scope: Scope, node: PropertyTest) -> Predicate:
    declared = scope.property(node, node.property)
    if declared is None:
        return node
    subject = Subject(what=f"property {node.property!r}", type=declared)
    return dataclasses.replace(node, tests=checked_tests(scope, node.tests, subject))


def _instant(scope: Scope, node: InstantTest) -> Predicate:
    _not_in_source(scope, node)
    return dataclasses.replace(node, tests=checked_times(scope, node.tests, INSTANT, DATETIME))


def _not_in_source(scope: Scope, node: Predicate) -> None:
    if scope.source:
        scope.note(node, "the filter of a source is about its columns, not about time", "put the time into the segment's own where")


_RANGES = {CalendarPart.HOUR: range(24), CalendarPart.DAY: range(1, 32), CalendarPart.MONTH: range(1, 13)}
_EQUALITIES = frozenset({Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN})
_PARTS = {
    **{part: (DataType(Kind.INTEGER), COMPARISONS | {Op.IN, Op.NOT_IN, Op.BETWEEN}) for part in _RANGES},
    CalendarPart.WEEKDAY: (DataType(Kind.TEXT), _EQUALITIES),
}


def _calendar(scope: Scope, node: CalendarTest) -> Predicate:
    _not_in_source(scope, node)
    declared, takes = _PARTS[node.part]
    tests = checked_tests(scope, node.tests, Subject(what=f"the {node.part}", type=declared, takes=takes))
    for test in tests:
        _possible(scope, node.part, test)
    return dataclasses.replace(node, tests=tests)


def _possible(scope: Scope, part: CalendarPart, test: ValueTest) -> None:
    """Note values that no hour, weekday, day or month has; the end of `between` may be the one after the last."""
    known = _RANGES.get(part)
    for number, operand in enumerate(test.operands):
        if known is None and operand not in WEEKDAYS:
            scope.note(test, f"there is no weekday {operand!r}", did_you_mean(str(operand), WEEKDAYS))
        elif known and isinstance(operand, int) and operand not in known and (test.op, number, operand) != (Op.BETWEEN, 1, known.stop):
            scope.note(test, f"there is no {part} {operand}", f"it is a number from {known.start} to {known.stop - 1}")


_WHERE: Mapping[type[Predicate], Callable[[Scope, Any], Predicate]] = {
    PropertyTest: _property,
    InstantTest: _instant,
    CalendarTest: _calendar,
}


# ── time tests ───────────────────────────────────────────────────────────────


def checked_times(scope: Scope, tests: Sequence[TimeTest], what: str, declared: DataType) -> tuple[TimeTest, ...]:
    """Return the tests on a value of this type with all that they name resolved; what is wrong is noted."""
    _order(scope, tests)
    return tuple(_time(scope, test, what, declared) for test in tests)


def _time(scope: Scope, test: TimeTest, what: str, declared: DataType) -> TimeTest:
    if problem := check_time_test(test, what, declared):
        scope.problems.append(problem)
    return _TIMES[type(test)](scope, test)


def _as_is(_: Scope, test: TimeTest) -> TimeTest:
    return test


def _moment(scope: Scope, test: From | To) -> TimeTest:
    _year(scope, test, test.at)
    return test


def _on_day(scope: Scope, test: OnDay) -> TimeTest:
    if not isinstance(test.day, NamedDay):
        _year(scope, test, test.day)
    return test


def _year(scope: Scope, test: TimeTest, moment: date) -> None:
    if not possible(moment):
        scope.note(test, f"{moment} cannot be reckoned with", f"years are from {FIRST_YEAR} to {LAST_YEAR}")


def _length(scope: Scope, test: Last | Next) -> TimeTest:
    if test.duration.amount == 0:
        scope.note(test, f"{test.duration} is no time at all", "write a longer time, or day: today")
    return test


def _ago(scope: Scope, test: Ago) -> TimeTest:
    if test.newer and (wrong := nothing_between(test.older, test.newer)):
        scope.note(test, wrong, "write the longer first")
    return test


def _order(scope: Scope, tests: Sequence[TimeTest]) -> None:
    starts = [(test, _at(test.at, scope.zone)) for test in tests if isinstance(test, From) and possible(test.at)]
    for end in (test for test in tests if isinstance(test, To) and possible(test.at)):
        for start, at in starts:
            if at >= _at(end.at, scope.zone):
                scope.note(end, f"from {start.at} to {end.at} holds no time at all", "the end lies after the beginning")


def _at(moment: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _since_attribute(scope: Scope, test: SinceAttribute) -> TimeTest:
    _alone(scope, test)
    declared = scope.attribute(test, test.attribute)
    if declared and declared.kind not in (Kind.DATE, Kind.DATETIME):
        scope.note(test, f"since: attribute {test.attribute!r} is not a time but {declared}")
    return test


def _since_latest(scope: Scope, test: SinceLatest) -> TimeTest:
    _alone(scope, test)
    inner = scope.about(test, test.event)
    if inner is None or test.where is None:
        return test
    return dataclasses.replace(test, where=checked_where(dataclasses.replace(inner, since=True), test.where))


def _alone(scope: Scope, test: TimeTest) -> None:
    if scope.since:
        what = "inside a since: no other since: may stand: a window inside a window may not depend on data"
        scope.note(test, what, "use a window that is counted from the present, or from a date")


def _anniversary(scope: Scope, test: Anniversary) -> TimeTest:
    for inner in test.tests:
        if isinstance(inner, (SinceAttribute, SinceLatest)):
            scope.note(inner, "an anniversary has no year, so that it is not since anything of a profile", "use last, next or dates")
        elif isinstance(inner, Anniversary):
            scope.note(inner, "an anniversary of an anniversary is that anniversary", "leave the inner one out")
    return dataclasses.replace(test, tests=checked_times(scope, test.tests, "an anniversary", DATE))


_TIMES: Mapping[type[TimeTest], Callable[[Scope, Any], TimeTest]] = {
    **dict.fromkeys([This, Previous], _as_is),
    **dict.fromkeys([From, To], _moment),
    OnDay: _on_day,
    **dict.fromkeys([Last, Next], _length),
    Ago: _ago,
    SinceAttribute: _since_attribute,
    SinceLatest: _since_latest,
    Anniversary: _anniversary,
}
