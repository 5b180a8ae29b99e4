"""`franca experiment allocate`: shares of the next batch of an always-on send, from reports or from counts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from franca.errors import FrancaError, did_you_mean
from franca.render.markdown import escape
from franca.render.text import printable
from franca_personalization.experiments import Allocation, Arm, Stratum, allocate
from franca_personalization.experiments.numerics import round_shares
from franca_personalization.experiments.ratio import mismatch
from franca_personalization.report.records import DestinationReport, Part, Report, read_report
from franca_personalization.report.render import grid, markdown_table
from franca_personalization.report.strata import comparable, final, instant, strata
from franca_personalization.report.tables import Table
from franca_personalization.report.words import DID, percent

_ARM = re.compile(r"([a-z][a-z0-9_]*)=(\d{1,12})/(\d{1,12})")


@dataclass(frozen=True, kw_only=True)
class Batches:
    """What the arms did so far, oldest first.

    Attributes:
        left_out: what could not be compared, with the reason.
        several: whether several strata are of one time.
    """

    strata: tuple[Stratum, ...]
    left_out: tuple[str, ...] = ()
    several: bool = False


@dataclass(frozen=True, kw_only=True)
class Next:
    """The next batch.

    Attributes:
        percent: whole percents that sum to 100: how the ESP is to split those who are not in the even part.
        even: the percentage that is split evenly, whatever was learnt.
        batches: how many the shares are made of.
    """

    allocation: Allocation
    percent: tuple[int, ...]
    even: int
    recipients: int | None
    batches: int
    left_out: tuple[str, ...]


def from_counts(batches: Sequence[str]) -> Batches:
    """Return batches written as `control=20/1000,a=31/1000`: successes of delivered.

    Raises:
        FrancaError: one is not written so, or says what cannot be.
    """
    return Batches(strata=tuple(_batch(number, text) for number, text in enumerate(batches, start=1)))


def _batch(number: int, text: str) -> Stratum:
    arms = [_ARM.fullmatch(part.strip()) for part in text.split(",")]
    if not all(arms):
        raise FrancaError(f"--batch: {text!r} is no batch", remedy="write control=20/1000,a=31/1000: those who clicked, of those delivered")
    return Stratum(
        key=f"batch {number}",
        arms=tuple(Arm(key=arm[1], sent=int(arm[3]), delivered=int(arm[3]), successes=int(arm[2])) for arm in arms if arm),
    )


def from_reports(paths: Sequence[Path], destination: str = "") -> Batches:
    """Return the batches of reports (JSON), by destination and segment, in the order of the files.

    Raises:
        FrancaError: a file is no report, has no such destination, or nothing in any of them can be compared.
    """
    found: list[Stratum] = []
    left_out: list[str] = []
    for path in paths:
        report = read_report(path)
        for each in _chosen(report, destination, path):
            place, (made, why) = f"{report.campaign}, {each.name}", _learnt(each.parts, report)
            found += [Stratum(key=f"{place}: {one.key}", arms=one.arms) for one in made]
            left_out += [f"{place}: {reason}" for reason in why]
    if not found:
        raise FrancaError(
            "nothing in these reports can be compared", remedy="; ".join(left_out) or "name reports of campaigns with variants"
        )
    return Batches(strata=tuple(found), left_out=tuple(left_out), several=len(found) > len(paths))


def _learnt(parts: Sequence[Part], report: Report) -> tuple[list[Stratum], list[str]]:
    """Return the segments of one destination that shares may be made of, and why the others are left out.

    Early clicks are of those who read at once, and arms that were not sent to as planned differ in whom they reached.
    """
    fit, now = comparable(parts, report.registered.metric), instant(report.as_of)
    made = strata(fit.segments, DID[report.registered.metric])
    if made and (wrong := mismatch(made, [1.0] * len(fit.arms))):
        return [], [*fit.left_out, f"its arms were not sent to as planned (p = {wrong.p:.1g}): find out why"]
    reasons = {one.key: _why_not(one, now is not None and final(fit.segments[one.key], now)) for one in made}
    return [one for one in made if not reasons[one.key]], [*fit.left_out, *(f"{key}: {why}" for key, why in reasons.items() if why)]


def _why_not(stratum: Stratum, closed: bool) -> str:
    if not closed:
        return "its click window had not closed when the report was made: make it anew"
    return "" if all(arm.delivered for arm in stratum.arms) else "an arm reached nobody"


def _chosen(report: Report, destination: str, path: Path) -> list[DestinationReport]:
    names = [each.name for each in report.destinations]
    if destination and destination not in names:
        raise FrancaError(f"{path} has no destination {destination!r}", remedy=did_you_mean(destination, names))
    return [each for each in report.destinations if not destination or each.name == destination]


def next_batch(batches: Batches, *, recipients: int | None = None, floor: float = 0.1, even: float = 0.1, decay: float = 1.0) -> Next:
    """Return the shares of the next batch.

    Raises:
        FrancaError: batches with different arms, an arm that nothing was delivered to, or shares that are none.
    """
    if decay != 1 and batches.several:
        what = "--decay weighs batches by their age, and a report of several segments or destinations is several at once"
        raise FrancaError(what, remedy="leave it out, or give reports of one segment and one --destination")
    found = allocate(batches.strata, recipients or 0, floor=floor, even=even, decay=decay)
    return Next(
        allocation=found,
        percent=round_shares([share.share for share in found.shares], 100),
        even=round(100 * even),
        recipients=recipients,
        batches=len(batches.strata),
        left_out=batches.left_out,
    )


# -- shown


def render_next(found: Next, form: str = "text") -> str:
    """Return the next batch as "text", "json" or "markdown"."""
    return _FORMS[form](found)


def _table(found: Next) -> Table:
    rows = tuple(
        (
            each.key,
            f"{share}%",
            *((f"{each.recipients:,}", f"{each.even:,}") if found.recipients is not None else ()),
            percent(each.rate),
            f"{each.chance.best:.1%}",
        )
        for each, share in zip(found.allocation.shares, found.percent, strict=True)
    )
    people = ("recipients", "of the even part") if found.recipients is not None else ()
    return Table(title="Next batch", head=("arm", "share", *people, "rate so far", "probability best"), rows=rows)


def _lines(found: Next) -> Iterator[str]:
    batches = "1 batch" if found.batches == 1 else f"{found.batches} batches"
    yield (
        f"From {batches}, compared within each. Split {found.even}% of the next one evenly, whatever was learnt: only of these may a plain "
        "test be made. Split the rest by share."
    )
    if found.allocation.settled:
        yield f"Settled: going on costs more than it can find; send {found.allocation.settled} to everybody."
    yield from (f"Left out: {each}." for each in found.left_out)


def _text(found: Next) -> str:
    return "\n".join(map(printable, (*_lines(found), *grid(_table(found)))))


def _markdown(found: Next) -> str:
    return "\n".join((*(f"- {escape(line)}" for line in _lines(found)), "", *markdown_table(_table(found))))


def _json(found: Next) -> str:
    return json.dumps(_NEXT.dump_python(found, mode="json"), indent=2, ensure_ascii=False)


_NEXT: TypeAdapter[Next] = TypeAdapter(Next)
_FORMS: Mapping[str, Callable[[Next], str]] = {"text": _text, "json": _json, "markdown": _markdown}
