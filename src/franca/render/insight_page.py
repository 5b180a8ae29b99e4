"""A preview → one page of HTML that opens offline: plots are inline, nothing is loaded from anywhere."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from franca.language.english import sentence
from franca.render import insight_plots as plots
from franca.render import insight_tables as tables
from franca.render.insight_svg import available, theme
from franca.render.insight_tables import Table
from franca.render.page import page
from franca.render.preview import Preview, warnings

if TYPE_CHECKING:  # loading it loads Ibis, which plans do not need
    from franca.audience.insight import Insight

__all__ = ["available", "render_page"]

PAIRS = 25
"""Pairs in the table beside the heat map, where nobody asks for more."""

_ALL = "all-segments"
"""The place of all segments together: no key of a segment has a hyphen."""

_STYLE = """
:root{--strong:#b4540a}@media(prefers-color-scheme:dark){:root{--strong:#f0a860}}
h3{margin:1.6rem 0 .4rem;font-size:16px}.quiet{color:var(--muted);font-size:13.5px}
.wide{overflow-x:auto}table{font-size:13.5px;white-space:nowrap}td,th{padding:.3rem .7rem}
caption{text-align:left;font-weight:600;padding:.4rem 0}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}thead th{color:var(--muted);font-weight:600}tbody th{font-weight:400}
figure{margin:0 0 1.2rem}figcaption{font-size:13.5px;color:var(--muted);margin-bottom:.4rem}
nav{display:flex;flex-wrap:wrap;gap:.3rem .8rem;margin:.6rem 0}a{color:var(--accent)}
.warnings{background:var(--soft);border-left:4px solid var(--strong);border-radius:6px;padding:.6rem 1rem .6rem 2rem;margin:1rem 0}
.each:has(section:target) section:not(:target){display:none}
@media print{.each:has(section:target) section:not(:target){display:block}}
"""


def render_page(preview: Preview) -> str:
    """Return the page.

    Raises:
        FrancaError: what draws plots is not installed.
    """
    available()
    insight = preview.insight
    body = "".join((_head(preview), _sizes(insight), _groups(insight), _overlap(insight, preview.pairs), _funnels(insight)))
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return page(f"{insight.project.name} · preview", f"<main>{body}</main>", style=f"{_STYLE}{theme()}", policy=policy)


def _head(preview: Preview) -> str:
    lines = "".join(f"<div class=quiet>{escape(line)}</div>" for line in (*tables.heading(preview.insight), *preview.notes))
    found = "".join(f"<li>{escape(line.removeprefix('warning: '))}</li>" for line in warnings(preview.insight))
    warned = f'<h2>Warnings</h2><ul class="warnings">{found}</ul>' if found else ""
    return f"<h1>{escape(preview.insight.project.name)}: segments</h1>{lines}{warned}"


def _sizes(insight: Insight) -> str:
    dark = "; strong: those who may be mailed" if insight.mailable is not None else ""
    tick = "; the tick: members at the last preview" if insight.since and insight.since.changes else ""
    plot = _figure(f"Members{dark}{tick}", plots.sizes(insight)) if insight.segments else ""
    return f"<h2>Sizes</h2>{plot}{_table(tables.sizes(insight), linked=bool(insight.segments))}"


def _groups(insight: Insight) -> str:
    found = "".join(map(_table, tables.groups(insight)))
    return f"<h2>Groups</h2>{found}" if found else ""


def _overlap(insight: Insight, most: int) -> str:
    table = tables.overlap(insight, max(most, PAIRS))
    if table is None:
        return ""
    shown, every = plots.overlapping(insight), {key for pair in insight.pairs for key in (pair.first, pair.second)}
    caption = "The share of a row's members who are in the column"
    left_out = f"; the {len(shown)} segments that overlap most" if len(shown) < len(every) else ""
    return f"<h2>Overlap</h2>{_figure(caption + left_out, plots.overlap(insight))}{_table(table)}"


def _funnels(insight: Insight) -> str:
    links = "".join(f'<a href="#{escape(key)}">{escape(key)}</a>' for key in insight.segments)
    sections = "".join(_funnel(insight, key) for key in insight.segments)
    return (
        f'<h2 id="{_ALL}">How segments come about</h2>'
        "<p class=quiet>Pale: whom a condition reaches alone. Strong: who is left of “all of” and “none of”, or reached by “any of”, as "
        "the conditions are taken in their order.</p>"
        f'<nav aria-label="Segments"><a href="#{_ALL}">all</a>{links}</nav><div class=each>{sections}</div>'
    )


def _funnel(insight: Insight, key: str) -> str:
    segment, lines, table = insight.project.segments[key], tables.conditions(insight, key), tables.funnel(insight, key)
    told = f"{sentence(segment.where, insight.project).removesuffix('.')}: {insight.sizes[key]:,} members"
    drawn = _figure("", plots.funnel(insight, lines)) + _table(table) if table else ""
    name = f" <span class=quiet>{escape(segment.name)}</span>"
    return f'<section id="{escape(key)}"><h3>{escape(key)}{name}</h3><p>{escape(told)}</p>{drawn}</section>'


# -- pieces


def _figure(caption: str, plot: str) -> str:
    told = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f"<figure>{told}<div class=wide>{plot}</div></figure>"


def _table(table: Table, *, linked: bool = False) -> str:
    head = "".join(f'<th scope="col"{_number(column, table)}>{escape(cell)}</th>' for column, cell in enumerate(table.head))
    rows = "".join(f"<tr>{''.join(_cell(column, cell, table, linked) for column, cell in enumerate(row))}</tr>" for row in table.rows)
    return (
        f"<div class=wide><table><caption>{escape(table.title)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cell(column: int, cell: str, table: Table, linked: bool) -> str:
    inner = cell.lstrip(" ")
    text = "&emsp;" * ((len(cell) - len(inner)) // 2) + escape(inner)
    if column == 0:
        link = f'<a href="#{escape(cell)}">{text}</a>' if linked else text
        return f'<th scope="row">{link}</th>'
    return f"<td{_number(column, table)}>{text}</td>"


def _number(column: int, table: Table) -> str:
    return "" if column < table.words else " class=n"
