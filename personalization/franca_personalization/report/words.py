"""What is shown, in plain language. No winner is named without its interval and the shrunk estimate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from franca.definitions import Metric
from franca_personalization.experiments import (
    Interval,
    Mismatch,
    NoDifference,
    NotEnoughData,
    Undecided,
    Verdict,
    Winner,
    Withheld,
)
from franca_personalization.report.records import Analysis, Answer, DestinationReport, Outcome, Range, Standing

DID: Mapping[Metric, str] = {Metric.CLICKS: "clicked", Metric.ORDERS: "ordered"}
"""What people did; also the name of the count."""

MEASURE: Mapping[Metric, str] = {Metric.CLICKS: "unique clicks per delivered email", Metric.ORDERS: "buyers per delivered email"}

# -- numbers


def percent(rate: float | None) -> str:
    """Return a rate; a dash for what is not known."""
    return "-" if rate is None else f"{100 * rate:.2f}%"


def lift(value: float | None) -> str:
    """Return a relative lift with its sign; a bound of None is none."""
    if value is None:
        return "any"
    return f"{100 * value:+.0f}%" if abs(value) >= 0.095 else f"{100 * value:+.1f}%"


def points(value: float | None) -> str:
    """Return a difference of rates in percentage points, with its sign."""
    if value is None:
        return "any"
    return f"{100 * value:+.2f}" if abs(value) >= 0.0001 or not value else f"{100 * value:+.3f}"


def level(found: Range) -> str:
    """Return the level of an interval."""
    return f"{100 * found.level:.3g}%"


def between(found: Range, shown: Callable[[float | None], str]) -> str:
    """Return the bounds of an interval."""
    return f"{shown(found.low)} to {shown(found.high)}"


def named(names: Iterable[str]) -> str:
    """Return names as people list them."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def ranged(interval: Interval) -> Range:
    """Return an interval with what JSON can say: a bound that is infinite is none."""
    low, high = (None if abs(bound) == float("inf") else bound for bound in (interval.low, interval.high))
    return Range(estimate=interval.estimate, low=low, high=high, level=interval.level)


# -- answers


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an answer is about."""

    metric: Metric
    effect: float
    final: bool
    sequential: bool
    arms: tuple[str, ...]


def answer(verdict: Verdict, asked: Asked) -> Answer:
    """Return a verdict in words and numbers."""
    return _ANSWERS[type(verdict)](verdict, asked)


def _winner(found: Winner, asked: Asked) -> Answer:
    what = f"{found.arm} wins over {found.beaten}" + ("" if found.beaten == asked.arms[0] else ", the best of the variants")
    rivals = (
        f" {named(found.rivals)} did better than {found.beaten} too, and nothing is shown of who is best of these." if found.rivals else ""
    )
    return _better(Outcome.WINNER, found, f"{what}: {_by_how_much(found, asked)}{rivals}")


def _better(outcome: Outcome, found: Winner, text: str, harmed: str = "") -> Answer:
    return Answer(
        outcome=outcome,
        text=text,
        arm=found.arm,
        beaten=found.beaten,
        difference=ranged(found.difference),
        lift=ranged(found.lift) if found.lift else None,
        shrunk=found.shrunk,
        rivals=found.rivals,
        harmed=harmed,
    )


def _by_how_much(found: Winner, asked: Asked) -> str:
    difference = ranged(found.difference)
    relative = ranged(found.lift) if found.lift else None
    by_lift = f", a lift of {lift(relative.estimate)} ({between(relative, lift)})" if relative else ""
    return (
        f"{points(difference.estimate)} points of {MEASURE[asked.metric]} "
        f"({level(difference)} interval {between(difference, points)}){by_lift}. "
        f"Expect {lift(found.shrunk)} when it is used again: that is the shrunk estimate, since results that stand out are too high "
        "on average."
    )


def _withheld(found: Withheld, asked: Asked) -> Answer:
    winner = found.winner
    text = f"{winner.arm} is not chosen, since {found.metric} are worse than with {winner.beaten}. It has {_by_how_much(winner, asked)}"
    return _better(Outcome.WITHHELD, winner, text, found.metric)


def _no_difference(found: NoDifference, asked: Asked) -> Answer:
    text = f"No difference that matters: every variant's lift is within {found.margin:.0%} of {asked.arms[0]}, all of its interval."
    return Answer(outcome=Outcome.NO_DIFFERENCE, text=text)


def _undecided(found: Undecided, asked: Asked) -> Answer:
    text = (
        f"Undecided: enough was delivered to find a lift of {asked.effect:.0%}, and neither a difference nor its absence is shown. "
        f"A new test of {found.needed:,} delivered emails per arm would show the absence of a difference, if there is none."
    )
    return Answer(outcome=Outcome.UNDECIDED, text=text, needed=found.needed)


def _not_enough(found: NotEnoughData, asked: Asked) -> Answer:
    if not found.more:
        text = f"Not enough data yet: enough is sent, and some of those who will have {DID[asked.metric]} have not yet."
    elif asked.final and not asked.sequential:
        text = (
            f"Not enough data, {found.more:,} more needed: a lift of {asked.effect:.0%} takes {found.needed:,} delivered emails per arm. "
            "They are for a new test: to extend this one until it shows something is to peek."
        )
    else:
        text = (
            f"Not enough data, {found.more:,} more delivered emails needed over all arms: a lift of {asked.effect:.0%} takes "
            f"{found.needed:,} per arm."
        )
    return Answer(outcome=Outcome.NOT_ENOUGH_DATA, text=text, needed=found.needed, more=found.more)


def _mismatch(found: Mismatch, asked: Asked) -> Answer:
    place = f" in {found.segment}" if found.segment else ""
    sent = ", ".join(f"{arm} {count:,}" for arm, count in zip(asked.arms, found.sent, strict=True))
    expected = ", ".join(f"{count:,.0f}" for count in found.expected)
    text = (
        f"Nothing can be trusted: the arms{place} were not sent to as planned ({sent} instead of {expected}; "
        f"p = {found.p:.1g}). Find out why before looking at any result."
    )
    return Answer(outcome=Outcome.MISMATCH, text=text)


_ANSWERS: Mapping[type, Callable[[Any, Asked], Answer]] = {
    Winner: _winner,
    Withheld: _withheld,
    NoDifference: _no_difference,
    Undecided: _undecided,
    NotEnoughData: _not_enough,
    Mismatch: _mismatch,
}

# -- the whole


def concluded(analysis: Analysis) -> str:
    """Return the conclusion of an analysis."""
    said = [analysis.answer.text]
    if analysis.reworded:
        said.append("An arm is an angle here, worded anew for each segment: this is of the angle, and not of one text.")
    if not analysis.final:
        said.append("The click window is still open: what is shown already holds however often anybody looks, and more may come.")
    elif analysis.sequential:
        said.append("This holds however often anybody looked.")
    differing = [each.arm for each in analysis.alike if each.p is not None and each.p < analysis.alpha]
    if differing:
        said.append(f"Segments answer differently to {named(differing)}: look at each of them.")
    if analysis.left_out:
        said.append(f"Left out: {'; '.join(analysis.left_out)}.")
    return " ".join(said)


def nothing(left_out: Sequence[str]) -> str:
    """Return why nothing is concluded at a destination."""
    return f"Nothing is decided here. {'; '.join(left_out)}."


def whole(destinations: Sequence[DestinationReport], overall: Analysis | None) -> str:
    """Return the conclusion over all destinations."""
    if overall:
        names = sorted({label.partition(":")[0] for label in overall.pooled})
        return f"{named(names)} together, compared segment by segment within each: {concluded(overall)}"
    analysed = [each for each in destinations if each.analysis]
    if len(analysed) == 1:
        others = [each.name for each in destinations if not each.analysis]
        rest = f" Nothing is decided at {named(others)}." if others else ""
        return f"{analysed[0].name}: {analysed[0].conclusion}{rest}"
    if analysed:
        return "Destinations tested different arms and are not pooled; each stands on its own: " + " ".join(
            f"{each.name}: {each.conclusion}" for each in analysed
        )
    parts = [part for each in destinations for part in each.parts]
    if parts and all(part.standing in {Standing.WAITING, Standing.MISSING} for part in parts):
        return "Nothing was sent yet, and so nothing can be told."
    return "Nothing can be decided. " + " ".join(f"{each.name}: {each.error or each.conclusion}" for each in destinations)
