"""Types of values, tests on them, and tests on time. Records only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from franca.definitions.position import Position


class Kind(StrEnum):
    """The types of language.md section 1."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class DataType:
    """A kind; *scale* is the number of decimal places and counts for decimals only."""

    kind: Kind
    scale: int = 2

    def __str__(self) -> str:
        return f"decimal({self.scale})" if self.kind is Kind.DECIMAL and self.scale != 2 else str(self.kind)


TEXT = DataType(Kind.TEXT)

Constant = str | bool | int | Decimal | float | date | datetime
"""A value written in a definition. Loaded numbers with a point are `Decimal`; checking turns constants into their attribute's type."""


class Op(StrEnum):
    """Tests on a value (language.md section 3)."""

    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    NOT_IN = "not_in"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    BETWEEN = "between"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    IS_SET = "is_set"
    IS_EMPTY = "is_empty"
    MATCHES = "matches"
    HAS_ANY = "has_any"
    HAS_ALL = "has_all"
    HAS_NONE = "has_none"


MANY = frozenset({Op.IN, Op.NOT_IN, Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH, Op.HAS_ANY, Op.HAS_ALL, Op.HAS_NONE, Op.BETWEEN})
"""Operators whose operand is a tuple (for `between`: the two bounds)."""

COMPARISONS = frozenset({Op.IS, Op.IS_NOT, Op.GT, Op.GTE, Op.LT, Op.LTE})
"""Operators whose right side may be another attribute or property."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What every node shares: its place in the source, which takes no part in equality, hash or dump."""

    position: Position | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueTest(Node):
    """`op: operand`; the operand is a tuple for the operators of `MANY`, a boolean for `is_set` and `is_empty`.

    Attributes:
        ignore_case: texts (elements of lists) are compared after Unicode case folding; a pattern of `matches` ignores case as RE2 does.
    """

    op: Op
    operand: Constant | tuple[Constant, ...]
    ignore_case: bool = False

    @property
    def operands(self) -> tuple[Constant, ...]:
        """The operand as a tuple."""
        return self.operand if isinstance(self.operand, tuple) else (self.operand,)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeRef(Node):
    """The profile's attribute as a value; a number *times* a factor."""

    attribute: str
    times: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyRef(Node):
    """The event's property as a value, inside `where` and `having`; a number *times* a factor."""

    property: str
    times: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceTest(Node):
    """`op` (one of `COMPARISONS`) with another value; false when either is missing, so that `is_not` is true then.

    Numbers of all kinds compare with each other; where one is a `number` (floating), both are compared as doubles.
    """

    op: Op
    reference: AttributeRef | PropertyRef


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthTest(Node):
    """Every test holds for the number of elements of a list, nulls not counted; false when the list is missing."""

    tests: tuple[ValueTest, ...]


class Unit(StrEnum):
    """Units of duration: the first four are exact lengths, the others wall-clock steps in the project's zone."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    QUARTERS = "quarters"
    YEARS = "years"


SECONDS = {Unit.MINUTES: 60, Unit.HOURS: 3600, Unit.DAYS: 86400, Unit.WEEKS: 604800}
"""Seconds of the units that are exact lengths."""

MONTHS = {Unit.MONTHS: 1, Unit.QUARTERS: 3, Unit.YEARS: 12}
"""Months of the wall-clock units."""


@dataclass(frozen=True, slots=True)
class Duration:
    """*amount* of *unit*, never negative."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount} {self.unit.value[:-1] if self.amount == 1 else self.unit.value}"

    @property
    def seconds(self) -> int | None:
        """The exact length; None for wall-clock units."""
        return self.amount * SECONDS[self.unit] if self.unit in SECONDS else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeTest(Node):
    """A test on an instant (or on a day, for `date` values); T is the as-of instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Last(TimeTest):
    """(T - N, T]; on a date: the N days ending today."""

    duration: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Next(TimeTest):
    """(T, T + N]; on a date: the N days after today."""

    duration: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Ago(TimeTest):
    """(T - older, T - newer]; *newer* None is `at_least`: (-∞, T - older]."""

    older: Duration
    newer: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class From(TimeTest):
    """[at, ∞); a date is its midnight, a naive datetime is meant, in the project's zone."""

    at: date | datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class To(TimeTest):
    """(-∞, at)."""

    at: date | datetime


class NamedDay(StrEnum):
    """Days relative to the as-of instant, in the project's zone."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    TOMORROW = "tomorrow"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDay(TimeTest):
    """Within one calendar day of the project's zone."""

    day: NamedDay | date


class Period(StrEnum):
    """Units of the calendar, in the project's zone; weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class This(TimeTest):
    """Within the whole calendar *period* that T lies in."""

    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous(TimeTest):
    """Within the whole calendar *period* before the one that T lies in."""

    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Anniversary(TimeTest):
    """Some anniversary of the day passes every one of *tests*, which are as on a `date`; the year is ignored.

    An instant counts as its day in the project's zone; February 29 falls on February 28 in common years.
    """

    tests: tuple[TimeTest, ...]


class CalendarPart(StrEnum):
    """Parts of an instant in the project's zone: 0-23; lower-case English names; 1-31; 1-12."""

    HOUR = "hour"
    WEEKDAY = "weekday"
    DAY = "day"
    MONTH = "month"


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class LengthUnit(StrEnum):
    """Units of distance."""

    KILOMETRES = "km"
    MILES = "mi"


@dataclass(frozen=True, slots=True)
class Distance:
    """*amount* of *unit*; a mile is 1.609344 km."""

    amount: Decimal
    unit: LengthUnit = LengthUnit.KILOMETRES

    def __str__(self) -> str:
        return f"{self.amount.normalize():f} {self.unit.value}"

    @property
    def kilometres(self) -> Decimal:
        """The length in kilometres."""
        return self.amount if self.unit is LengthUnit.KILOMETRES else self.amount * Decimal("1.609344")
