"""A report → text, JSON, Markdown. Pure functions; the page of HTML is `page`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from franca.render.markdown import escape
from franca.render.text import printable
from franca_personalization.report.records import Analysis, DestinationReport, Ratio, Registered, Report, dump_report
from franca_personalization.report.tables import OPENS, OPENS_NOTE, Table, analysis_tables, tables
from franca_personalization.report.words import MEASURE


def render_report(report: Report, form: str = "text") -> str:
    """Return a report as "text", "json" or "markdown"."""
    return _FORMS[form](report)


def heading(report: Report) -> str:
    """Return which campaign it is, what was tested, and as of when."""
    return f"{report.campaign}: {subtitle(report)}"


def subtitle(report: Report) -> str:
    """Return what was tested, and as of when."""
    return f"variants of the brief {report.brief}, as of {report.as_of}" if report.brief else f"as of {report.as_of}"


def rules(found: Registered) -> str:
    """Return how the experiment was registered."""
    looks = "one look at the end" if found.looks == 1 else f"{found.looks} looks"
    part = f"; {found.share:.0%} of the audience take part" if found.share < 1 else ""
    return (
        f"Judged as its definition registers it: decided on {MEASURE[found.metric]}; a lift of {found.effect:.0%} over a rate of "
        f"{found.baseline:.2%} is worth finding with a power of {found.power:.0%}; at most {100 * found.alpha:.3g}% of tests err; "
        f"{looks}{part}."
    )


def ratio_line(ratio: Ratio) -> str:
    """Return what the sample-ratio check says."""
    shown = f"p = {ratio.p:.2g}"
    if ratio.p < 0.001:
        return f"Sample ratio: the arms were not sent to as planned ({shown})."
    if not ratio.checked:
        return f"Sample ratio: as planned ({shown}), as far as it can be checked: not everything is counted (see the notes)."
    return f"Sample ratio: the arms were sent to as planned ({shown})."


def remarks(found: DestinationReport) -> Iterator[str]:
    """Yield what is to be known of a destination beside its tables."""
    if found.analysis:
        yield from analysis_remarks(found.analysis)
    if found.untold:
        yield f"Not told by {found.title}: {', '.join(found.untold)}."
    for blended in dict.fromkeys(part.blended for part in found.parts if part.blended):
        yield f"Not to be compared: {blended}."
    yield from (f"Note: {note}." for note in found.notes)
    yield from (f"Suggestion: {row.suggestion}." for row in found.segments if row.suggestion)


def analysis_remarks(analysis: Analysis) -> Iterator[str]:
    """Yield what is to be known of an analysis beside its tables."""
    yield ratio_line(analysis.ratio)
    yield (
        f"Pooled over {', '.join(analysis.pooled)}, each compared within itself. All comparisons together err in at most "
        f"{100 * analysis.alpha:.3g}% of tests: p is after Holm's procedure, and intervals are at the level that it judged by."
    )
    if analysis.untold:
        yield f"Guardrails that cannot be told of: {', '.join(analysis.untold)}."


def suggestions(report: Report) -> list[str]:
    """Return what is suggested of segments that hold the same people."""
    return [f"Suggestion: {each.suggestion}." for each in report.duplicates or ()]


def has_opens(found: Sequence[Table]) -> bool:
    """Tell whether a table shows opens, which need a warning."""
    return any(OPENS in table.head for table in found)


# -- text


def _text(report: Report) -> str:
    return "\n".join(line.rstrip() for line in map(printable, _lines(report)))


def _lines(report: Report) -> Iterator[str]:
    yield from (heading(report), rules(report.registered), "", report.conclusion)
    for found in report.destinations:
        yield from ("", f"== {found.name} ({found.title})", found.error or found.conclusion)
        made = list(tables(found))
        yield from (line for table in made for line in grid(table))
        yield from (OPENS_NOTE, "") if has_opens(made) else ("",)
        yield from remarks(found)
    if report.overall:
        yield from ("", "== all destinations together")
        yield from (line for table in analysis_tables(report.overall) for line in grid(table))
        yield from ("", *analysis_remarks(report.overall))
    yield from suggestions(report)


def grid(table: Table) -> Iterator[str]:
    """Yield a table as lines of text."""
    yield from ("", f"-- {table.title}")
    grid = [table.head, *table.rows]
    widths = [max(len(row[column]) for row in grid) for column in range(len(table.head))]
    for row in grid:
        cells = [cell.ljust(w) if n < table.words else cell.rjust(w) for n, (cell, w) in enumerate(zip(row, widths, strict=True))]
        yield "  ".join(cells)


# -- Markdown


def _markdown(report: Report) -> str:
    return "\n".join(_markdown_lines(report))


def _markdown_lines(report: Report) -> Iterator[str]:
    yield from (f"## {escape(heading(report))}", "", escape(rules(report.registered)), "", f"**{escape(report.conclusion)}**", "")
    for found in report.destinations:
        yield from (f"### {escape(found.name)} ({escape(found.title)})", "", escape(found.error or found.conclusion), "")
        made = list(tables(found))
        yield from (line for table in made for line in markdown_table(table))
        yield from (escape(OPENS_NOTE), "") if has_opens(made) else ()
        yield from (*(f"- {escape(remark)}" for remark in remarks(found)), "")
    if report.overall:
        yield from ("### All destinations together", "")
        yield from (line for table in analysis_tables(report.overall) for line in markdown_table(table))
        yield from (*(f"- {escape(remark)}" for remark in analysis_remarks(report.overall)), "")
    yield from (f"- {escape(suggestion)}" for suggestion in suggestions(report))


def markdown_table(table: Table) -> Iterator[str]:
    """Yield a table as lines of Markdown."""
    yield from (f"**{escape(table.title)}**", "", f"| {' | '.join(map(escape, table.head))} |")
    yield f"|{''.join(' --- |' if column < table.words else ' ---: |' for column in range(len(table.head)))}"
    yield from (f"| {' | '.join(map(escape, row))} |" for row in table.rows)
    yield ""


_FORMS: Mapping[str, Callable[[Report], str]] = {"text": _text, "json": dump_report, "markdown": _markdown}
