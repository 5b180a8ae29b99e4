"""The meaning of the segment language a second time: plain Python, one profile at a time, as literal as language.md.

It shares nothing with `franca.audience` but the nodes. It reads a checked project and tables of Python values:
`{table: [{column: value}]}`, None for missing. Slow on purpose; the tests compare the evaluator with it.
"""

from __future__ import annotations

import calendar
import hashlib
import math
import operator
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from franca.definitions import (
    MONTHS,
    Ago,
    All,
    AnyOf,
    AttributeTest,
    ConsentSource,
    ConsentTest,
    Count,
    DataType,
    Duration,
    EventSource,
    EventTest,
    Everyone,
    From,
    Kind,
    Last,
    Mailable,
    NamedDay,
    Next,
    NoneOf,
    Not,
    OnDay,
    Op,
    Predicate,
    Project,
    PropertyTest,
    Sample,
    SinceAttribute,
    SinceLatest,
    Status,
    Sum,
    TimeTest,
    To,
    Unit,
    ValueTest,
)

Row = dict[str, Any]
Tables = Mapping[str, list[Row]]


@dataclass(frozen=True)
class Event:
    """Something that a profile did: the row and what the project says about its table."""

    source: EventSource
    row: Row
    at: datetime

    def value(self, name: str) -> Any:
        """A declared property by its type, any other column as text."""
        declared = self.source.properties.get(name)
        return clean(self.row[declared.column], declared.type, declared.zone) if declared else as_text(self.row[name])


@dataclass(frozen=True)
class Person:
    """A profile with all that happened to it up to *now*, the as-of instant."""

    project: Project
    row: Row
    events: Mapping[str, list[Event]]
    now: datetime

    @property
    def key(self) -> str:
        return str(self.row[self.project.data.profile.key])

    @property
    def zone(self) -> ZoneInfo:
        return self.project.zone

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def value(self, name: str) -> Any:
        attribute = self.project.data.profile.attributes[name]
        cleaned = clean(self.row[attribute.column], attribute.type, attribute.zone)
        return normal_email(cleaned) if name == "email" else cleaned

    def kind(self, name: str) -> Kind:
        return self.project.data.profile.attributes[name].type.kind

    def consent(self, channel: str) -> ConsentSource:
        return self.project.data.profile.consent[channel]


class UnmappedStatusError(Exception):
    """A consent status that the schema does not map."""


def members(project: Project, tables: Tables, as_of: datetime) -> dict[str, set[str]]:
    """Return the keys of each segment's members."""
    everybody = people(project, tables, as_of)
    return {key: {person.key for person in everybody if holds(segment.where, person)} for key, segment in project.segments.items()}


def emails(project: Project, tables: Tables, as_of: datetime) -> dict[str, set[str]]:
    """Return the emails of each segment's members inside the universe."""
    inside, _ = universe(project, tables, as_of)
    reachable = {person.key: person.value("email") for person in people(project, tables, as_of) if person.value("email") in inside}
    return {key: {reachable[one] for one in keys & reachable.keys()} for key, keys in members(project, tables, as_of).items()}


def universe(project: Project, tables: Tables, as_of: datetime) -> tuple[set[str], set[str]]:
    """Return the emails that one profile has, and those that several have (section 6); a blank one is none."""
    found = Counter(person.value("email") for person in people(project, tables, as_of) if person.value("email"))
    return {email for email, times in found.items() if times == 1}, {email for email, times in found.items() if times > 1}


def people(project: Project, tables: Tables, as_of: datetime) -> list[Person]:
    """Return the profiles: rows without a key are none."""
    source = project.data.profile
    happened = {name: events_of(event, tables[event.table], as_of) for name, event in project.data.events.items()}
    rows = [row for row in tables[source.table] if row[source.key] is not None]
    return [Person(project, row, _own(happened, project, str(row[source.key])), as_of) for row in rows]


def _own(happened: Mapping[str, list[Event]], project: Project, key: str) -> dict[str, list[Event]]:
    sources = project.data.events
    return {name: [event for event in events if str(event.row[sources[name].profile]) == key] for name, events in happened.items()}


def events_of(source: EventSource, rows: Iterable[Row], as_of: datetime) -> list[Event]:
    """Return the events of a table: the source's filter first, then one event per id, the earliest; none after T."""
    complete = [row for row in rows if row[source.profile] is not None and row[source.at] is not None]
    events = [Event(source, row, instant(row[source.at], ZoneInfo(source.zone))) for row in complete]
    kept = [event for event in events if source.where is None or holds(source.where, event)]
    return [event for event in _one_per_id(kept) if event.at <= as_of]


def _one_per_id(events: list[Event]) -> list[Event]:
    kept: list[Event] = []
    seen = set()
    for event in sorted(events, key=lambda event: event.at):
        identity = event.row[event.source.id] if event.source.id else None
        if identity is None or identity not in seen:
            kept.append(event)
        seen.add(identity)
    return kept


# Values


def clean(raw: Any, kind: DataType, zone: str) -> Any:
    """Return what a cell says: text after NFC, instants in UTC, lists without nulls; None stays None."""
    cleaner = _CLEAN.get(kind.kind)
    return raw if raw is None or cleaner is None else cleaner(raw, zone)


_CLEAN: dict[Kind, Callable[[Any, str], Any]] = {
    Kind.TEXT: lambda raw, _: nfc(raw),
    Kind.LIST: lambda raw, _: [nfc(element) for element in raw if element is not None],
    Kind.DATETIME: lambda raw, zone: instant(raw, ZoneInfo(zone)),
}


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def normal_email(text: str | None) -> str | None:
    return None if text is None else nfc(text.strip().lower())


def as_text(raw: Any) -> str | None:
    """Return an undeclared column's value as text; only texts and integers have one obvious text."""
    if raw is not None and type(raw) not in {str, int}:
        raise TypeError(f"an undeclared column holds {raw!r}")
    return None if raw is None else nfc(str(raw))


def passes(test: ValueTest, value: Any) -> bool:
    """One test on one value. On a missing value only the negative tests and those about being missing can be true."""
    if test.op in _OF_ANYTHING:
        return _OF_ANYTHING[test.op](value, test)
    return value is not None and _OF_A_VALUE[test.op](value, test)


_OF_ANYTHING: dict[Op, Callable[[Any, ValueTest], bool]] = {
    Op.IS_NOT: lambda value, test: not (value is not None and value == test.operand),
    Op.NOT_IN: lambda value, test: not (value is not None and value in test.operands),
    Op.IS_SET: lambda value, test: (value is not None) == test.operand,
    Op.IS_EMPTY: lambda value, test: _empty(value) == test.operand,
}
_OF_A_VALUE: dict[Op, Callable[[Any, ValueTest], bool]] = {
    Op.IS: lambda value, test: value == test.operand,
    Op.IN: lambda value, test: value in test.operands,
    Op.GT: lambda value, test: operator.gt(value, test.operand),
    Op.GTE: lambda value, test: operator.ge(value, test.operand),
    Op.LT: lambda value, test: operator.lt(value, test.operand),
    Op.LTE: lambda value, test: operator.le(value, test.operand),
    Op.BETWEEN: lambda value, test: test.operands[0] <= value < test.operands[1],
    Op.CONTAINS: lambda value, test: any(part in value for part in test.operands),
    Op.STARTS_WITH: lambda value, test: any(value.startswith(part) for part in test.operands),
    Op.ENDS_WITH: lambda value, test: any(value.endswith(part) for part in test.operands),
    Op.HAS_ANY: lambda value, test: any(element in test.operands for element in value),
}


def _empty(value: Any) -> bool:
    """Return whether a text is missing, empty or only white space, or a list is missing or without an element that is not null."""
    return value is None or (not value.strip() if isinstance(value, str) else isinstance(value, list) and not value)


# Time


def instant(at: date | datetime, zone: tzinfo) -> datetime:
    """Return the instant in UTC: a date is its midnight, a naive datetime is meant, in *zone*; in a gap or a fold as `fold=0` has it."""
    local = at if isinstance(at, datetime) else datetime.combine(at, time())
    aware = local if local.tzinfo else local.replace(tzinfo=zone, fold=0)
    return aware.astimezone(UTC)


def step(at: datetime, duration: Duration, sign: int, zone: ZoneInfo) -> datetime:
    """Return *at* plus (sign 1) or minus (sign -1) the duration: an exact length, or a wall-clock step in *zone*."""
    if duration.seconds is not None:
        return at + sign * timedelta(seconds=duration.seconds)
    wall = at.astimezone(zone).replace(tzinfo=None)
    return instant(datetime.combine(_months(wall.date(), duration, sign), wall.time()), zone)


def step_day(day: date, duration: Duration, sign: int) -> date:
    """Return the day a duration later or earlier; hours and minutes have no meaning on days."""
    exact = {Unit.DAYS: 1, Unit.WEEKS: 7}
    return day + timedelta(days=sign * exact[duration.unit] * duration.amount) if duration.unit in exact else _months(day, duration, sign)


def _months(day: date, duration: Duration, sign: int) -> date:
    """Clamped to the month's end."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + sign * MONTHS[duration.unit] * duration.amount, 12)
    return date(year, month0 + 1, min(day.day, calendar.monthrange(year, month0 + 1)[1]))


def named_day(day: NamedDay | date, today: date) -> date:
    if not isinstance(day, NamedDay):
        return day
    return today + timedelta(days={NamedDay.YESTERDAY: -1, NamedDay.TODAY: 0, NamedDay.TOMORROW: 1}[day])


def at_passes(test: TimeTest, at: datetime | None, person: Person) -> bool:
    """A time test on an instant."""
    return at is not None and _OF_AN_INSTANT[type(test)](test, at, person)


def day_passes(test: TimeTest, day: date | None, person: Person) -> bool:
    """A time test on a `date`."""
    return day is not None and _OF_A_DAY[type(test)](test, day, person)


def _ago(test: Ago, at: datetime, person: Person) -> bool:
    older = step(person.now, test.older, -1, person.zone)
    return at <= older if test.newer is None else older < at <= step(person.now, test.newer, -1, person.zone)


def _on_day(test: OnDay, at: datetime, person: Person) -> bool:
    day = named_day(test.day, person.today)
    return instant(day, person.zone) <= at < instant(day + timedelta(days=1), person.zone)


def _since_attribute(test: SinceAttribute, at: datetime, person: Person) -> bool:
    value = person.value(test.attribute)
    return value is not None and instant(value, person.zone) < at <= person.now


def _since_latest(test: SinceLatest, at: datetime, person: Person) -> bool:
    candidates = [event.at for event in person.events[test.event] if test.where is None or holds(test.where, event)]
    return bool(candidates) and max(candidates) < at <= person.now


_OF_AN_INSTANT: dict[type[TimeTest], Callable[[Any, datetime, Person], bool]] = {
    Last: lambda test, at, person: step(person.now, test.duration, -1, person.zone) < at <= person.now,
    Next: lambda test, at, person: person.now < at <= step(person.now, test.duration, 1, person.zone),
    Ago: _ago,
    From: lambda test, at, person: instant(test.at, person.zone) <= at,
    To: lambda test, at, person: at < instant(test.at, person.zone),
    OnDay: _on_day,
    SinceAttribute: _since_attribute,
    SinceLatest: _since_latest,
}


def _day_ago(test: Ago, day: date, person: Person) -> bool:
    older = step_day(person.today, test.older, -1)
    return day <= older if test.newer is None else older < day <= step_day(person.today, test.newer, -1)


_OF_A_DAY: dict[type[TimeTest], Callable[[Any, date, Person], bool]] = {
    Last: lambda test, day, person: step_day(person.today, test.duration, -1) < day <= person.today,
    Next: lambda test, day, person: person.today < day <= step_day(person.today, test.duration, 1),
    Ago: _day_ago,
    From: lambda test, day, _: test.at <= day,
    To: lambda test, day, _: day < test.at,
    OnDay: lambda test, day, person: day == named_day(test.day, person.today),
}


# Predicates


def holds(node: Predicate, subject: Any) -> bool:
    """Return whether *node* is true of a person, or inside `where` of an event."""
    return _MEANING[type(node)](node, subject)


def _attribute(node: AttributeTest, person: Person) -> bool:
    value = person.value(node.attribute)
    on_time = day_passes if person.kind(node.attribute) is Kind.DATE else at_passes
    return all(passes(test, value) if isinstance(test, ValueTest) else on_time(test, value, person) for test in node.tests)


def _did(node: EventTest, person: Person) -> bool:
    events = [event for event in person.events[node.event] if node.where is None or holds(node.where, event)]
    within = [event for event in events if all(at_passes(test, event.at, person) for test in node.window)]
    if not node.measures:
        return bool(within)
    return all(passes(test, _MEASURE[type(measure)](measure, within)) for measure in node.measures for test in measure.tests)


_MEASURE: dict[type, Callable[[Any, list[Event]], Any]] = {
    Count: lambda _, events: len(events),
    Sum: lambda measure, events: sum(event.value(measure.of) for event in events if event.value(measure.of) is not None),
}


def _status(source: ConsentSource, row: Row) -> Status:
    word = row[source.status]
    if word is None:
        return Status.NEVER
    for status, words in source.values.items():
        if word in words:
            return status
    raise UnmappedStatusError(source.status)


def _consent(node: ConsentTest, person: Person) -> bool:
    source = person.consent(node.channel)
    if node.statuses and _status(source, person.row) not in node.statuses:
        return False
    raw = person.row[source.at] if source.at else None
    at = None if raw is None else instant(raw, ZoneInfo(source.zone))
    return all(at_passes(test, at, person) for test in node.at)


def _mailable(node: Mailable, person: Person) -> bool:
    source = person.consent(node.channel)
    suppressed = person.row[source.suppressed] if source.suppressed else None
    return _status(source, person.row) is Status.SUBSCRIBED and suppressed is not True


def _sample(node: Sample, person: Person) -> bool:
    bound = math.ceil(Fraction(node.percent) / 100 * 2**32)
    return node.percent == 100 or hashlib.sha256(f"{node.salt}:{person.key}".encode()).hexdigest()[:8] < f"{bound:08x}"


_MEANING: dict[type[Predicate], Callable[[Any, Any], bool]] = {
    All: lambda node, subject: all(holds(part, subject) for part in node.of),
    AnyOf: lambda node, subject: any(holds(part, subject) for part in node.of),
    NoneOf: lambda node, subject: not any(holds(part, subject) for part in node.of),
    Not: lambda node, subject: not holds(node.of, subject),
    Everyone: lambda node, subject: True,
    AttributeTest: _attribute,
    PropertyTest: lambda node, event: all(passes(test, event.value(node.property)) for test in node.tests),
    EventTest: _did,
    ConsentTest: _consent,
    Mailable: _mailable,
    Sample: _sample,
}
