"""The tables of a report: the same cells in text, Markdown and HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from franca_personalization.report.records import (
    Analysis,
    Compared,
    Counts,
    DestinationReport,
    Guard,
    Part,
    Range,
    SegmentRow,
    Trend,
    added,
)
from franca_personalization.report.strata import by_segment
from franca_personalization.report.words import between, level, lift, percent, points

UNTOLD = "not told"
OPENS = "opened*"
OPENS_NOTE = "* opens measure mail clients, which open by themselves, as much as people: nothing is decided on them."


@dataclass(frozen=True, kw_only=True)
class Table:
    """Cells with a head; the first *words* columns are words, the others numbers."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1


def tables(found: DestinationReport) -> Iterator[Table]:
    """Yield the tables of a destination; empty ones are left out."""
    made = [_counts(found), *(analysis_tables(found.analysis) if found.analysis else ()), _segments(found)]
    yield from (table for table in made if table.rows)


def analysis_tables(analysis: Analysis) -> Iterator[Table]:
    """Yield the tables of an analysis."""
    made = [
        _comparisons(f"Variants against the control: {together(analysis)}", analysis.comparisons),
        _odds(analysis),
        _guardrails(analysis.guardrails),
        _each(analysis),
    ]
    yield from (table for table in made if table.rows)


def together(analysis: Analysis) -> str:
    """Return what all of it together is called: the only segment by its name."""
    return "all segments" if len(analysis.pooled) > 1 else analysis.pooled[0]


# -- counts

_COLUMNS: Mapping[str, str] = {
    "ordered": "ordered",
    "revenue": "revenue {currency}",
    "unsubscribed": "unsubscribed",
    "complained": "complained",
    "opened": OPENS,
}


def _counts(found: DestinationReport) -> Table:
    told = [name for name in _COLUMNS if any(part.counts and getattr(part.counts, name) is not None for part in found.parts)]
    rows = [_part(part, told) for part in found.parts]
    if len(by_segment(found.parts)) > 1:
        rows += [("all", arm, *_cells(counts, told)) for arm, counts in _by_arm(found.parts).items()]
    head = ("segment", "arm", "sent", "delivered", "clicked", *(_COLUMNS[name].format(currency=found.currency).strip() for name in told))
    return Table(title="Counts", head=head, rows=tuple(rows), words=2)


def _part(part: Part, told: Sequence[str]) -> tuple[str, ...]:
    cells = _cells(part.counts, told) if part.counts else [str(part.standing), *[""] * (2 + len(told))]
    return (part.segment, part.arm or "-", *cells)


def _by_arm(parts: Sequence[Part]) -> dict[str, Counts]:
    arms = dict.fromkeys(part.arm for part in parts)
    told = {arm: [part.counts for part in parts if part.arm == arm and part.counts] for arm in arms}
    return {arm or "-": added(counts) for arm, counts in told.items() if counts}


def _cells(counts: Counts, told: Sequence[str]) -> list[str]:
    shown = [f"{counts.sent:,}", f"{counts.delivered:,}", _people(counts.clicked, counts)]
    return [*shown, *(_money(counts) if name == "revenue" else _people(getattr(counts, name), counts) for name in told)]


def _people(count: int | None, counts: Counts) -> str:
    if count is None:
        return UNTOLD
    return f"{count:,} ({percent(count / counts.delivered)})" if counts.delivered else f"{count:,}"


def _money(counts: Counts) -> str:
    if counts.revenue is None:
        return UNTOLD
    each = f" ({counts.revenue / counts.delivered:,.3f})" if counts.delivered else ""
    return f"{counts.revenue:,.2f}{each}"


# -- comparisons

_COMPARED = ("variant", "control rate", "its rate", "difference", "interval", "lift", "interval", "shrunk lift", "p", "finding")


def _comparisons(title: str, found: Sequence[Compared]) -> Table:
    return Table(title=title, head=_COMPARED, rows=tuple((each.arm, *_compared(each)) for each in found))


def _each(analysis: Analysis) -> Table:
    rows = tuple((f"{each.key}: {one.arm}", *_compared(one)) for each in analysis.segments for one in each.comparisons)
    return Table(title="Each segment on its own", head=("segment: variant", *_COMPARED[1:]), rows=rows)


def _compared(each: Compared) -> tuple[str, ...]:
    return (
        percent(each.control),
        percent(each.variant),
        points(each.difference.estimate),
        _interval(each.difference, points),
        lift(each.lift.estimate) if each.lift else "-",
        between(each.lift, lift) if each.lift else "-",
        lift(each.shrunk),
        f"{each.adjusted:.3g}" if each.adjusted >= 0.0001 else "<0.0001",
        each.finding,
    )


def _interval(found: Range, shown: Callable[[float | None], str]) -> str:
    return f"{between(found, shown)} ({level(found)})"


def _odds(analysis: Analysis) -> Table:
    rows = tuple((each.arm, percent(each.rate), f"{each.best:.1%}", f"{100 * each.loss:.3f}") for each in analysis.odds)
    head = ("arm", "rate", "probability best", "points given away by choosing it")
    return Table(title="Probabilities: no rule to stop by", head=head, rows=rows)


def _guardrails(found: Sequence[Guard]) -> Table:
    rows = tuple(
        (
            each.metric,
            each.arm,
            _interval(each.difference, points) if each.difference else "-",
            f"{100 * each.margin:.2f}",
            each.harm,
        )
        for each in found
    )
    head = ("must not rise", "arm", "difference to the control", "borne", "finding")
    return Table(title="Guardrails", head=head, rows=rows, words=2)


# -- segments


def _segments(found: DestinationReport) -> Table:
    told, trending = [row for row in found.segments if row.rate], any(row.trend for row in found.segments)
    if len(told) < 2 and not trending:  # described ones are among the counts
        return Table(title="", head=(), rows=())
    head = ("segment", "rate", "interval", "all others", "against them", *(("earlier campaigns", "change", "trend") if trending else ()))
    rows = tuple((*_segment(row), *(_trend(row.trend) if trending else ())) for row in told)
    return Table(title="Segments, all arms together", head=head, rows=rows)


def _segment(row: SegmentRow) -> tuple[str, ...]:
    interval = between(row.rate, percent) if row.rate else "-"
    return row.key, percent(row.rate.estimate if row.rate else None), interval, percent(row.others), str(row.level or "-")


def _trend(found: Trend | None) -> tuple[str, ...]:
    if found is None:
        return "none kept", "", ""
    past = " → ".join(percent(point.rate) for point in found.points[:-1])
    return past, f"{points(found.change.estimate)} ({between(found.change, points)})", str(found.level)
