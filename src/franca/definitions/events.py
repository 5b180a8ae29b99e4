"""What a profile did: tests on events, and measures made of them (language.md section 3). Records only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from franca.definitions.predicates import Predicate
from franca.definitions.values import (
    AttributeRef,
    CalendarPart,
    Duration,
    LengthTest,
    Node,
    Period,
    ReferenceTest,
    TimeTest,
    ValueTest,
)

EventNames = str | tuple[str, ...]
"""One kind of event; or several, of which any counts: their rows are put together after each kind's own filter and deduplication."""


def names_of(event: EventNames) -> tuple[str, ...]:
    """Return the kinds of events as a tuple."""
    return (event,) if isinstance(event, str) else event


# ── about one event, inside `where` and `having` ─────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyTest(Predicate):
    """Every test holds for the event's property."""

    property: str
    tests: tuple[ValueTest | ReferenceTest | LengthTest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstantTest(Predicate):
    """Every test holds for the event's instant (`time: at`)."""

    tests: tuple[TimeTest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarTest(Predicate):
    """Every test holds for a part of the event's instant in the project's zone (`time: hour`)."""

    part: CalendarPart
    tests: tuple[ValueTest, ...]


# ── windows that begin with something of the profile ─────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class SinceAttribute(TimeTest):
    """(the attribute's instant, T]; false when it is missing."""

    attribute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SinceLatest(TimeTest):
    """(the instant of the latest such event, T]; false when there is none."""

    event: EventNames
    where: Predicate | None = None


# ── measures ─────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Node):
    """A number made of the events that count; *tests* hold for it (in measure position there are none)."""

    tests: tuple[ValueTest | ReferenceTest, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Measure):
    """How many events; 0 when there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfProperty(Measure):
    """A measure of the events' property *of*; events without it are ignored."""

    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum(OfProperty):
    """The sum of a numeric property; 0 over no events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Average(OfProperty):
    """The mean of a numeric property; missing over no values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum(OfProperty):
    """The smallest number, day or instant; missing over no values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maximum(OfProperty):
    """The largest number, day or instant; missing over no values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distinct(OfProperty):
    """How many different values; of a list, how many different elements; 0 over none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysSinceLast(Measure):
    """Days of 24 hours, with fractions, from the latest event to T; missing over no events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysSinceFirst(Measure):
    """Days of 24 hours, with fractions, from the first event to T; missing over no events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMeasure(Node):
    """A measure in measure position: of the events within every test of *window* for which *where* holds."""

    event: EventNames
    measure: Measure
    where: Predicate | None = None
    window: tuple[TimeTest, ...] = ()


# ── tests on events ──────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTest(Predicate):
    """What the profile did: the events within every test of *window* for which *where* holds; all *measures* hold for them.

    No measure means at least one event.

    Attributes:
        per: one value of this property, among those that occur on these events (elements, of a list), must satisfy all measures.
    """

    event: EventNames
    where: Predicate | None = None
    window: tuple[TimeTest, ...] = ()
    measures: tuple[Measure, ...] = ()
    per: str | None = None


class Pick(StrEnum):
    """Which of the candidates is the event."""

    LATEST = "latest"
    FIRST = "first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow(Node):
    """An event strictly later than another one, at most *within* later."""

    event: EventNames
    where: Predicate | None = None
    within: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PickedEvent(Predicate):
    """The latest or first of the events that *where* and *window* admit passes *having*, and what follows it is as said.

    Of events at one instant it is the one with the smallest id as text (an event without an id comes after those with one); where none
    has an id, any of them that passes *having*. No candidate: false.
    """

    pick: Pick
    event: EventNames
    where: Predicate | None = None
    window: tuple[TimeTest, ...] = ()
    having: Predicate | None = None
    followed_by: Follow | None = None
    not_followed_by: Follow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Node):
    """An event strictly later than that of the step before, at most *within* later."""

    event: EventNames
    where: Predicate | None = None
    within: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Without(Node):
    """No such event in (t, t + within], t being the instant of the step before; T ≥ t + within, unless *still_open* is allowed."""

    event: EventNames
    within: Duration
    where: Predicate | None = None
    still_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence(Predicate):
    """Some choice of events fits the steps; *starting* tests the instant of the first step, which is a `Step`."""

    steps: tuple[Step | Without, ...]
    starting: tuple[TimeTest, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Regular(Predicate):
    """Such events in at least *at_least* of the last *of_last* calendar periods; the running one counts."""

    event: EventNames
    every: Period
    at_least: int
    of_last: int
    where: Predicate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio(Predicate):
    """Every test holds for *measure* divided by *divided_by*; a division by zero is missing."""

    measure: EventMeasure
    divided_by: EventMeasure
    tests: tuple[ValueTest | ReferenceTest, ...]


class End(StrEnum):
    """An end of an order."""

    TOP = "top"
    BOTTOM = "bottom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places(Node):
    """The first places from one end: *count* of them, or *percent* of all, rounded up. One of the two is set."""

    end: End
    count: int | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile(Node):
    """The parts numbered *among* of *of* equal parts, as SQL's ntile; 1 is the lowest."""

    of: int
    among: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank(Predicate):
    """A place among the profiles for which *of* is not missing (an event measure: at least one event counted); ties by key text, ascending.

    A mean is ordered by its double.
    """

    of: EventMeasure | AttributeRef
    place: Places | Tile
