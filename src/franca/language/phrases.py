"""Words for constants and tests, for the English sentence: tables only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from franca.definitions import Ago, Constant, From, Kind, Last, Next, OnDay, Op, TimeTest, To, ValueTest

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


# ── tests on a value ─────────────────────────────────────────────────────────

_VALUES: Mapping[Op, tuple[str, str]] = {
    Op.IS: ("is {}", "is not {}"),
    Op.IN: ("is {}", "is not {}"),
    Op.GT: ("is above {}", "is not above {}"),
    Op.GTE: ("is at least {}", "is not at least {}"),
    Op.LT: ("is below {}", "is not below {}"),
    Op.LTE: ("is at most {}", "is not at most {}"),
    Op.CONTAINS: ("contains {}", "does not contain {}"),
    Op.STARTS_WITH: ("starts with {}", "does not start with {}"),
    Op.ENDS_WITH: ("ends with {}", "does not end with {}"),
    Op.HAS_ANY: ("include {}", "do not include {}"),
}
_DAYS: Mapping[Op, tuple[str, str]] = {
    Op.GT: ("is after {}", "is not after {}"),
    Op.GTE: ("is {} or later", "is not {} or later"),
    Op.LT: ("is before {}", "is not before {}"),
    Op.LTE: ("is {} or earlier", "is not {} or earlier"),
}
_FLAGS = {Op.IS_SET: ("is known", "is unknown"), Op.IS_EMPTY: ("is empty", "is not empty")}
_NEGATIONS = {Op.IS_NOT: Op.IS, Op.NOT_IN: Op.IN}


def value_phrase(test: ValueTest, kind: Kind | None, *, denied: bool = False) -> str:
    """Return the verb phrase of a test, or of its negation, which holds of a missing value too."""
    if test.op in _FLAGS:
        return _FLAGS[test.op][denied == bool(test.operand)]
    op = _NEGATIONS.get(test.op, test.op)
    negative = denied is not (test.op in _NEGATIONS)
    day = kind in {Kind.DATE, Kind.DATETIME} or any(isinstance(operand, date) for operand in test.operands)
    words = [constant(operand, day=day) for operand in test.operands]
    if op is Op.BETWEEN:
        low, high = words
        text = f"is not from {low} to below {high}" if negative else f"is at least {low} and below {high}"
    else:
        forms = _DAYS[op] if day and op in _DAYS else _VALUES[op]
        text = forms[negative].format(listed(words, "or"))
    return f"is unknown or {text}" if negative else text


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


def compared(test: ValueTest, places: int | None = None) -> str:
    """Return a comparison of an amount: "at least 1,000.00"."""
    words = [constant(operand, places=places) for operand in test.operands]
    if test.op is Op.BETWEEN:
        return f"at least {words[0]} and less than {words[1]}"
    return _COMPARED[test.op].format(listed(words, "or"))


def times(test: ValueTest) -> str:
    """Return a comparison of a count: "at least 5 times"."""
    if test.operand == 1 and test.op is not Op.LT:
        return _COMPARED[test.op].format("once")
    return f"{compared(test)} times".replace("less than", "fewer than")


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
}
