"""A report → one page of HTML that opens offline: plots are inline, nothing is loaded from anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from html import escape

from franca.render.page import page
from franca_personalization.report.plots import available, differences, segment_rates, theme, trends
from franca_personalization.report.records import Analysis, DestinationReport, Outcome, Report
from franca_personalization.report.render import analysis_remarks, has_opens, remarks, rules, subtitle, suggestions
from franca_personalization.report.tables import OPENS_NOTE, Table, analysis_tables, tables
from franca_personalization.report.words import MEASURE

_STYLE = """
:root{--shrunk:#b4540a}@media(prefers-color-scheme:dark){:root{--shrunk:#f0a860}}
h3{margin:1.6rem 0 .4rem;font-size:15px}.quiet{color:var(--muted);font-size:13.5px}
.answer{background:var(--soft);border-left:4px solid var(--muted);border-radius:6px;padding:.8rem 1rem;margin:1rem 0}
.answer.good,.answer.bad{color:inherit;font-weight:400}
.answer.good{border-color:var(--good)}.answer.bad{border-color:var(--bad)}.answer b{display:block;margin-bottom:.2rem}
.wide{overflow-x:auto}table{font-size:13.5px;white-space:nowrap}td,th{padding:.3rem .7rem}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}th{color:var(--muted);font-weight:600}
.plots{columns:2 440px;column-gap:2.5rem;margin:1.2rem 0}
figure{margin:0 0 1.2rem;break-inside:avoid}figcaption{font-weight:600;font-size:14px;margin-bottom:.4rem}li{margin:.2rem 0}
"""

_COLOUR = {Outcome.WINNER: "good", Outcome.NO_DIFFERENCE: "good", Outcome.MISMATCH: "bad", Outcome.WITHHELD: "bad"}


def render_page(report: Report) -> str:
    """Return the page.

    Raises:
        FrancaError: what draws plots is not installed.
    """
    available()
    destinations = map(partial(_destination, MEASURE[report.registered.metric]), report.destinations)
    body = "".join((_head(report), *destinations, _overall(report)))
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return page(f"{report.campaign} · report", body, style=f"{_STYLE}{theme()}", policy=policy)


def _head(report: Report) -> str:
    outcome = report.overall.answer.outcome if report.overall else _only(report)
    said = "".join(f"<li>{escape(each)}</li>" for each in suggestions(report))
    return (
        f"<h1>{escape(report.campaign)}</h1><div class=quiet>{escape(subtitle(report))}</div>"
        f"{_answer(outcome, report.conclusion)}<p class=quiet>{escape(rules(report.registered))}</p>" + (f"<ul>{said}</ul>" if said else "")
    )


def _only(report: Report) -> Outcome | None:
    found = [each.analysis.answer.outcome for each in report.destinations if each.analysis]
    return found[0] if len(found) == 1 else None


def _answer(outcome: Outcome | None, text: str) -> str:
    colour = _COLOUR.get(outcome, "") if outcome else ""
    title = f"<b>{escape(str(outcome).capitalize())}</b>" if outcome else ""
    return f'<div class="answer {colour}">{title}{escape(text)}</div>'


def _destination(measure: str, found: DestinationReport) -> str:
    outcome = found.analysis.answer.outcome if found.analysis else None
    shown = list(tables(found))
    warning = f"<p class=quiet>{escape(OPENS_NOTE)}</p>" if has_opens(shown) else ""
    return (
        f"<h2>{escape(found.name)} <span class=quiet>{escape(found.title)}</span></h2>{_answer(outcome, found.error or found.conclusion)}"
        f"<div class=plots>{''.join(_figures(found, measure))}</div>" + "".join(map(_table, shown)) + warning + _list(remarks(found))
    )


def _figures(found: DestinationReport, measure: str) -> Iterator[str]:
    plots = {
        "Variants against the control": differences(found.analysis) if found.analysis else "",
        "Segments, all arms together": segment_rates(found.segments, measure),
        "Segments over campaigns": trends(found.segments, measure),
    }
    yield from (_figure(title, plot) for title, plot in plots.items() if plot)


def _figure(title: str, plot: str) -> str:
    return f"<figure><figcaption>{escape(title)}</figcaption>{plot}</figure>"


def _overall(report: Report) -> str:
    found: Analysis | None = report.overall
    if found is None:
        return ""
    plot = differences(found)
    figure = f"<div class=plots>{_figure('Variants against the control', plot)}</div>" if plot else ""
    return f"<h2>All destinations together</h2>{figure}{''.join(map(_table, analysis_tables(found)))}{_list(analysis_remarks(found))}"


def _list(lines: Iterator[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _table(table: Table) -> str:
    head = "".join(f"<th{_number(column, table)}>{escape(cell)}</th>" for column, cell in enumerate(table.head))
    rows = "".join(
        f"<tr>{''.join(f'<td{_number(column, table)}>{escape(cell)}</td>' for column, cell in enumerate(row))}</tr>" for row in table.rows
    )
    return f"<h3>{escape(table.title)}</h3><div class=wide><table><tr>{head}</tr>{rows}</table></div>"


def _number(column: int, table: Table) -> str:
    return "" if column < table.words else " class=n"
