"""What a report says: records only, and the JSON that they are.

What an ESP does not tell is None, and never 0. Rates are fractions of delivered emails.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from franca.definitions import Metric
from franca.errors import FrancaError

T = TypeVar("T")

# -- what was counted


class Standing(StrEnum):
    """How one part of a campaign stands."""

    TOLD = "told"
    WAITING = "not sent yet"
    MISSING = "missing"
    UNTOLD = "not told"
    UNCLEAR = "unclear"


@dataclass(frozen=True, kw_only=True)
class Counts:
    """People, not events; *revenue* is in the destination's currency. None is what the ESP does not tell."""

    sent: int
    delivered: int
    clicked: int
    ordered: int | None = None
    revenue: Decimal | None = None
    unsubscribed: int | None = None
    complained: int | None = None
    opened: int | None = None

    def of(self, metric: Metric) -> int | None:
        """Return how many did what the experiment is decided on."""
        return self.clicked if metric is Metric.CLICKS else self.ordered


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Fractions of delivered emails, and revenue for each of them; all None when nothing was delivered."""

    clicked: float | None = None
    ordered: float | None = None
    revenue: float | None = None
    unsubscribed: float | None = None
    complained: float | None = None
    opened: float | None = None


def rates(counts: Counts) -> Rates:
    """Return what the counts are of those delivered."""
    if not counts.delivered:
        return Rates()
    told = {name: getattr(counts, name) for name in Rates.__dataclass_fields__}
    return Rates(**{name: float(value) / counts.delivered for name, value in told.items() if value is not None})


def added(parts: Iterable[Counts]) -> Counts:
    """Return the sum; what one of them is not told of is not told of all."""
    found = list(parts)
    columns = {name: [getattr(each, name) for each in found] for name in Counts.__dataclass_fields__}
    sums: dict[str, Any] = {name: None if None in values else sum(values) for name, values in columns.items()}
    return Counts(**sums)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One arm in one segment at one destination.

    Attributes:
        campaign: its key there, `spring.vip` or, where Franca splits the audience, `spring.vip.a`.
        segment: its key, or `all` for the whole audience.
        arm: the variant's key; empty for an email without variants.
        angle: what the arm was written to say, as its definition tells it.
        copy: the file of copy that words it, as `vip.en`; empty for an email without variants.
        note: why there are no counts, or what is to be known of them.
        subject: as it was sent.
        blended: why the arms cannot be compared.
        estimated: what of the counts is derived, and how.
    """

    campaign: str
    segment: str
    arm: str
    standing: Standing
    note: str = ""
    subject: str = ""
    sent_at: str = ""
    counts: Counts | None = None
    rates: Rates | None = None
    blended: str = ""
    estimated: str = ""
    angle: str = ""
    copy: str = ""


# -- what it shows


@dataclass(frozen=True, kw_only=True)
class Range:
    """An estimate with its interval; a bound of None is none: nothing is known on that side."""

    estimate: float
    low: float | None
    high: float | None
    level: float


class Outcome(StrEnum):
    """What is concluded for one audience."""

    WINNER = "winner"
    WITHHELD = "withheld"
    NO_DIFFERENCE = "no difference"
    UNDECIDED = "undecided"
    NOT_ENOUGH_DATA = "not enough data"
    MISMATCH = "sample ratio mismatch"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The conclusion for one audience, in words and in numbers.

    Attributes:
        arm: the better one, of a winner or one that is withheld; *beaten* is what it was better than.
        difference: of the rates, *arm* less *beaten*; *lift* is the relative one.
        shrunk: the relative lift to expect when *arm* is used again.
        rivals: other variants that are better than the control too.
        harmed: what became worse, of one that is withheld.
        needed: delivered emails per arm that would answer.
        more: of them, missing over all arms.
    """

    outcome: Outcome
    text: str
    arm: str = ""
    beaten: str = ""
    difference: Range | None = None
    lift: Range | None = None
    shrunk: float | None = None
    rivals: tuple[str, ...] = ()
    harmed: str = ""
    needed: int | None = None
    more: int | None = None


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A variant against the control: their rates over the same mix of segments, and what is shown of their difference.

    Attributes:
        shrunk: the relative lift to expect.
        adjusted: the p-value after Holm's procedure over all that were judged together.
        finding: better, worse, no difference or open.
    """

    arm: str
    control: float
    variant: float
    difference: Range
    lift: Range | None
    shrunk: float
    p: float
    adjusted: float
    method: str
    finding: str


@dataclass(frozen=True, kw_only=True)
class Odds:
    """Of one arm: its rate, the probability that it is best, and what choosing it gives away on average, in the unit of the rate."""

    arm: str
    rate: float
    best: float
    loss: float


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """Whether the arms were sent to as many as planned.

    Attributes:
        checked: whether all numbers sent are counted; if not, *why* tells what is derived.
        p: of numbers like these without a fault; alarm is below 0.001.
    """

    checked: bool
    why: str
    sent: tuple[int, ...]
    expected: tuple[float, ...]
    p: float


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Whether a variant does harm: *difference* is to the control, *margin* what would still be borne, *over* what was pooled."""

    metric: str
    arm: str
    difference: Range | None
    margin: float
    harm: str
    over: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SegmentAnswer:
    """One segment on its own; its findings survive Holm's procedure over all segments and variants."""

    key: str
    answer: Answer
    comparisons: tuple[Compared, ...]


@dataclass(frozen=True, kw_only=True)
class Alike:
    """Whether segments answer alike to one variant: a small *p* says that they do not; None is not testable."""

    arm: str
    p: float | None


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """What the counts show, decided as the experiment was registered.

    Attributes:
        pooled: the segments that are in it, each a stratum.
        left_out: the others, with the reason.
        alpha: the error rate that all of its comparisons share.
        final: whether the click window has closed for everybody.
        sequential: whether it holds however often anybody looks.
        untold: guardrail metrics that are not told.
        reworded: whether its arms are worded anew for some of the segments, so that what they share is an angle.
    """

    pooled: tuple[str, ...]
    left_out: tuple[str, ...]
    arms: tuple[str, ...]
    alpha: float
    final: bool
    sequential: bool
    ratio: Ratio
    answer: Answer
    comparisons: tuple[Compared, ...]
    odds: tuple[Odds, ...]
    segments: tuple[SegmentAnswer, ...]
    alike: tuple[Alike, ...]
    guardrails: tuple[Guard, ...]
    untold: tuple[str, ...]
    reworded: bool = False


# -- segments


class Level(StrEnum):
    """A segment against all others there, or a campaign against those before it."""

    BELOW = "below"
    ABOVE = "above"
    OPEN = "open"


@dataclass(frozen=True, kw_only=True)
class Point:
    """One campaign's result in one segment."""

    campaign: str
    sent_at: str
    delivered: int
    rate: float


@dataclass(frozen=True, kw_only=True)
class Trend:
    """A segment over campaigns, the oldest first and this one last.

    Attributes:
        change: of the rate, this campaign less all earlier ones together; campaigns differ in what they say, too.
        level: whether this one is above or below them, after Holm's procedure over segments.
    """

    points: tuple[Point, ...]
    change: Range
    level: Level


@dataclass(frozen=True, kw_only=True)
class SegmentRow:
    """How a segment did, all arms together.

    Attributes:
        rate: of the metric, with its interval; None when it is not told, or when the segment is described only.
        others: the rate of all other segments there together; None when it was not compared with them.
        against: this rate less theirs, at the level of Holm's procedure.
        level: against the others, after Holm's procedure over segments; None when it was not judged.
    """

    key: str
    counts: Counts
    rates: Rates
    rate: Range | None = None
    others: float | None = None
    against: Range | None = None
    level: Level | None = None
    trend: Trend | None = None
    suggestion: str = ""


@dataclass(frozen=True, kw_only=True)
class Duplicate:
    """Two segments that hold nearly the same people; *share* is of those in either who are in both."""

    first: str
    second: str
    share: float
    suggestion: str


# -- the report


@dataclass(frozen=True, kw_only=True)
class Registered:
    """The experiment as it was fixed before anything was sent; *share* is of the audience that takes part."""

    metric: Metric
    baseline: float
    effect: float
    alpha: float
    power: float
    looks: int
    share: float


@dataclass(frozen=True, kw_only=True)
class DestinationReport:
    """One destination.

    Attributes:
        error: why it could not be read; everything else is empty then.
        analysis: None when nothing can be compared; *conclusion* tells why.
        untold: counts that the ESP does not tell of any part.
        notes: what the reader should know.
    """

    name: str
    title: str
    currency: str = ""
    error: str = ""
    parts: tuple[Part, ...] = ()
    segments: tuple[SegmentRow, ...] = ()
    analysis: Analysis | None = None
    conclusion: str = ""
    untold: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Report:
    """A campaign's results: aggregates only, nobody's data.

    Attributes:
        brief: whose variants were tested; empty when the email has none.
        overall: over all destinations that can be pooled; None when fewer than two can.
        conclusion: the whole in words.
        duplicates: None when nobody asked for them.
    """

    campaign: str
    brief: str
    as_of: str
    registered: Registered
    destinations: tuple[DestinationReport, ...]
    overall: Analysis | None
    conclusion: str
    duplicates: tuple[Duplicate, ...] | None = None
    version: Literal[1] = 1


_REPORT: TypeAdapter[Report] = TypeAdapter(Report)


def report_schema() -> dict[str, Any]:
    """Return the JSON Schema of `dump_report`; `report.schema.json` beside this file holds it."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_closed(_REPORT.json_schema(mode="serialization"))}


def _closed(schema: Any) -> Any:
    """Return a schema in which every object has its own properties, all of them, and no others."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items() if key != "default"}
    if "properties" in schema:
        closed |= {"additionalProperties": False, "required": list(schema["properties"])}
    return closed


def dump_report(report: Report) -> str:
    """Return a report as JSON."""
    return json.dumps(_REPORT.dump_python(report, mode="json"), indent=2, ensure_ascii=False)


def read_report(path: Path) -> Report:
    """Return the report in a file.

    Raises:
        FrancaError: it cannot be read, or is no report of this version.
    """
    return read_json(path, _REPORT.validate_json, "a report", "make it with `franca report CAMPAIGN --format json`")


def read_json(path: Path, validate: Callable[[bytes], T], what: str, remedy: str) -> T:
    """Return what *validate* makes of a file.

    Raises:
        FrancaError: it cannot be read, or is not *what*.
    """
    try:
        return validate(path.read_bytes())
    except OSError as error:
        raise FrancaError(f"{path} cannot be read ({error.strerror})", remedy=remedy) from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the document"
        raise FrancaError(f"{path} is not {what}: {where}: {first['msg']}", remedy=remedy) from None
