"""Words for constants, tests and times, for the English sentence: tables and what fills them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from franca.definitions import (
    Ago,
    AttributeRef,
    CalendarPart,
    Constant,
    DataType,
    From,
    Kind,
    Last,
    LengthTest,
    Next,
    OnDay,
    Op,
    Period,
    Previous,
    PropertyRef,
    ReferenceTest,
    This,
    TimeTest,
    To,
    ValueTest,
)

OPPOSITE = {
    Op.GTE: Op.LT,
    Op.LT: Op.GTE,
    Op.GT: Op.LTE,
    Op.LTE: Op.GT,
    Op.IS: Op.IS_NOT,
    Op.IS_NOT: Op.IS,
    Op.IN: Op.NOT_IN,
    Op.NOT_IN: Op.IN,
}
"""The test of a number that is never missing which holds when this one does not."""


def label(name: str) -> str:
    """Return a name as words."""
    return name.replace("_", " ")


def quoted(text: str) -> str:
    """Return a text in typographic quotes."""
    return f"“{text}”"


def listed(words: Sequence[str], word: str) -> str:
    """Return "a, b or c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {word} {words[-1]}"


def number(value: Decimal) -> str:
    """Return a number with no more digits than it needs."""
    return f"{value.normalize():f}"


def constant(value: Constant, *, day: bool = False, places: int | None = None) -> str:
    """Return a constant; *day*: a text that is a date or an instant; *places*: of an amount."""
    if isinstance(value, str):
        return value if day else quoted(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return moment(value)
    if places is not None and Decimal(str(value)) == round(Decimal(str(value)), places):
        return f"{Decimal(str(value)):,.{places}f}"
    return f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"


def moment(at: date | datetime) -> str:
    """Return a day, or an instant to the minute (to the second where it has seconds)."""
    if not isinstance(at, datetime):
        return at.isoformat()
    text = at.replace(tzinfo=None).isoformat(" ", "seconds" if at.second else "minutes")
    return text if at.tzinfo is None else f"{text} UTC" if at.utcoffset() == UTC.utcoffset(None) else f"{text}{at:%z}"


# ── what is tested ───────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Manner:
    """How a value is spoken of.

    Attributes:
        places: decimal places of an amount.
        day: whether it is a time, so that more is later.
        plural: "tags are …", "points are …".
        show: a constant in words of its own.
    """

    places: int | None = None
    day: bool = False
    plural: bool = False
    show: Callable[[Constant], str] | None = None

    def words(self, constants: Iterable[Constant]) -> list[str]:
        """Return constants as they are written in a sentence."""
        return [self.show(each) if self.show else constant(each, day=self.day, places=self.places) for each in constants]


_NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER})


def manner(name: str, declared: DataType | None) -> Manner:
    """Return how a value of this name and type is spoken of; None is a type that is not known."""
    if declared is None:
        return Manner()
    several = name.endswith("s") and not name.endswith(("ss", "us", "is", "sms"))
    return Manner(
        places=declared.scale if declared.kind is Kind.DECIMAL else None,
        day=declared.kind in (Kind.DATE, Kind.DATETIME),
        plural=several and (declared.kind in _NUMBERS or declared.kind is Kind.LIST),
    )


_MONTHS = "January February March April May June July August September October November December".split()

CALENDAR: Mapping[CalendarPart, tuple[str, Manner]] = {
    CalendarPart.HOUR: ("its hour of the day", Manner()),
    CalendarPart.WEEKDAY: ("its weekday", Manner(show=lambda value: str(value).capitalize())),
    CalendarPart.DAY: ("its day of the month", Manner()),
    CalendarPart.MONTH: ("its month", Manner(show=lambda value: _MONTHS[int(str(value)) - 1])),
}
"""Parts of an event's instant, and how their values are named."""


# ── tests on a value ─────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Said:
    """A verb phrase; *missing*: it also holds of a missing value, which the sentence has to tell."""

    text: str
    missing: bool = False


def told(said: Iterable[Said], missing: str = "is unknown") -> str:
    """Return verb phrases that hold together; one that implies a value makes the others those of a known value."""
    parts = list(said)
    text = " and ".join(part.text for part in parts)
    if not all(part.missing for part in parts):
        return text
    return f"{missing}{',' if len(parts) > 1 else ''} or {text}"


_VALUES: Mapping[Op, tuple[str, str]] = {
    Op.IS: ("{be} {}", "{be} not {}"),
    Op.GT: ("{be} above {}", "{be} not above {}"),
    Op.GTE: ("{be} at least {}", "{be} not at least {}"),
    Op.LT: ("{be} below {}", "{be} not below {}"),
    Op.LTE: ("{be} at most {}", "{be} not at most {}"),
    Op.CONTAINS: ("contains {}", "does not contain {}"),
    Op.STARTS_WITH: ("starts with {}", "does not start with {}"),
    Op.ENDS_WITH: ("ends with {}", "does not end with {}"),
    Op.MATCHES: ("matches the pattern {}", "does not match the pattern {}"),
    Op.HAS_ANY: ("include {}", "do not include {}"),
    Op.HAS_ALL: ("include {}", "do not include all of {}"),
}
_DAYS: Mapping[Op, tuple[str, str]] = {
    Op.GT: ("is after {}", "is not after {}"),
    Op.GTE: ("is {} or later", "is not {} or later"),
    Op.LT: ("is before {}", "is not before {}"),
    Op.LTE: ("is {} or earlier", "is not {} or earlier"),
}
_SAME = ("{be} the same as {}", "{be} not the same as {}")
_FLAGS = {Op.IS_SET: ("{be} known", "{be} unknown"), Op.IS_EMPTY: ("{be} empty or unknown", "{be} not empty")}
_NEGATIONS = {Op.IS_NOT: Op.IS, Op.NOT_IN: Op.IN, Op.HAS_NONE: Op.HAS_ANY}
ELEMENTS = frozenset({Op.HAS_ANY, Op.HAS_ALL, Op.HAS_NONE})
"""Operators on the elements of a list."""


def value_said(test: ValueTest, how: Manner, *, denied: bool = False) -> Said:
    """Return the verb phrase of a test, or of its negation, which holds of a missing value too."""
    be = "are" if how.plural or test.op in ELEMENTS else "is"
    if test.op in _FLAGS:
        return Said(_FLAGS[test.op][denied == bool(test.operand)].format(be=be))
    op = _NEGATIONS.get(test.op, test.op)
    negative = denied is not (test.op in _NEGATIONS)
    text = _compared(Op.IS if op is Op.IN else op, test.operands, how, be, negative=negative)
    return Said(f"{text} (ignoring case)" if test.ignore_case else text, missing=negative)


def _compared(op: Op, operands: Sequence[Constant], how: Manner, be: str, *, negative: bool) -> str:
    day = how.day or any(isinstance(operand, date) for operand in operands)
    words = how.words(operands) if how.day == day else Manner(day=True).words(operands)
    if op is Op.BETWEEN:
        low, high = words
        return f"{be} not from {low} to below {high}" if negative else f"{be} at least {low} and below {high}"
    if op is Op.HAS_ALL and len(words) == 1:
        op = Op.HAS_ANY
    forms = _DAYS[op] if day and op in _DAYS else _VALUES[op]
    return forms[negative].format(listed(words, "and" if op is Op.HAS_ALL else "or"), be=be)


def reference_said(test: ReferenceTest, how: Manner, *, denied: bool = False) -> Said:
    """Return the verb phrase of a comparison with another value; where it holds of missing ones, it says so."""
    negative = denied is not (test.op is Op.IS_NOT)
    op = Op.IS if test.op is Op.IS_NOT else test.op
    forms = _SAME if op is Op.IS else _DAYS[op] if how.day else _VALUES[op]
    text = forms[negative].format(reference(test.reference), be="are" if how.plural else "is")
    return Said(f"{text} (or either is unknown)" if negative else text)


def reference(of: AttributeRef | PropertyRef) -> str:
    """Return another value as a noun: "2 times their average gap"."""
    name = f"their {label(of.attribute)}" if isinstance(of, AttributeRef) else f"the event's {label(of.property)}"
    return name if of.times == 1 else f"{number(of.times)} times {name}"


def length_said(test: LengthTest, *, denied: bool = False) -> Said:
    """Return the verb phrase of a test on how many elements a list has."""
    counted = " and ".join(map(counted_as, test.tests))
    entries = "entry" if all(each.operand == 1 for each in test.tests) else "entries"
    return Said(f"{'do not have' if denied else 'have'} {counted} {entries}", missing=denied)


# ── tests on a measure ───────────────────────────────────────────────────────

_COMPARED: Mapping[Op, str] = {
    Op.IS: "exactly {}",
    Op.IS_NOT: "not exactly {}",
    Op.IN: "exactly {}",
    Op.NOT_IN: "not exactly {}",
    Op.GT: "more than {}",
    Op.GTE: "at least {}",
    Op.LT: "less than {}",
    Op.LTE: "at most {}",
}
COUNTED = frozenset({*_COMPARED, Op.BETWEEN})
"""The operators that read well after a verb: "ordered at least 5 times"."""


def compared(test: ValueTest, places: int | None = None) -> str:
    """Return a comparison of an amount: "at least 1,000.00"."""
    words = [constant(operand, places=places) for operand in test.operands]
    if test.op is Op.BETWEEN:
        return f"at least {words[0]} and less than {words[1]}"
    return _COMPARED[test.op].format(listed(words, "or"))


def counted_as(test: ValueTest) -> str:
    """Return a comparison of a number of things: "fewer than 3"."""
    return compared(test).replace("less than", "fewer than")


def days_ago(test: ValueTest, *, denied: bool = False) -> Said:
    """Return what is said of an age in days: "was at least 30 days ago"."""
    positive = _NEGATIONS.get(test.op, test.op)
    negative = denied is not (test.op in _NEGATIONS)
    text = compared(replace(test, op=positive))
    return Said(f"was {'not ' if negative else ''}{text} {'day' if test.operand == 1 else 'days'} ago", missing=negative)


def times(test: ValueTest) -> str:
    """Return a comparison of a count: "at least 5 times"."""
    if test.operand == 1 and test.op is not Op.LT:
        return _COMPARED[test.op].format("once")
    return f"{counted_as(test)} times"


# ── times ────────────────────────────────────────────────────────────────────


def timed(test: TimeTest) -> str:
    """Return a time test that depends on nothing but the present."""
    return _TIMES[type(test)](test)


def _ago(test: Ago) -> str:
    return f"at least {test.older} ago" if test.newer is None else f"between {test.older} and {test.newer} ago"


def _day(test: OnDay) -> str:
    return f"on {test.day.isoformat()}" if isinstance(test.day, date) else str(test.day)


_TIMES: Mapping[type[TimeTest], Callable[[Any], str]] = {
    Last: lambda test: f"in the last {test.duration}",
    Next: lambda test: f"in the next {test.duration}",
    Ago: _ago,
    From: lambda test: f"on or after {moment(test.at)}",
    To: lambda test: f"before {moment(test.at)}",
    OnDay: _day,
    This: lambda test: "today" if test.period is Period.DAY else f"in the current calendar {test.period}",
    Previous: lambda test: "yesterday" if test.period is Period.DAY else f"in the previous calendar {test.period}",
}
