"""Plots as inline SVG: drawn once, in colours that the page replaces by those of its light or dark theme."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from franca.errors import FrancaError
from franca_personalization.report.records import Analysis, Compared, Range, SegmentRow
from franca_personalization.report.tables import together

INK, MUTED, LINE, ACCENT, SHRUNK = "#010101", "#020202", "#030303", "#040404", "#050505"
COLOURS: Mapping[str, str] = {INK: "--ink", MUTED: "--muted", LINE: "--line", ACCENT: "--accent", SHRUNK: "--shrunk"}
"""Colour in the SVG → the page's variable in place of it. Nothing else has one of these colours."""

WIDTH, STEP = 360, 32

Row = dict[str, Any]


def available() -> None:
    """Insist on what draws plots.

    Raises:
        FrancaError: it is not installed, with the line to type.
    """
    try:
        import altair as alt
        import vl_convert
    except ImportError as error:
        raise FrancaError(f"plots need {error.name}", remedy='pip install "franca[plots]"') from None
    del alt, vl_convert


def theme() -> str:
    """Return the rules of CSS that put the page's colours in place of the SVG's."""
    return "".join(
        f'svg [{paint}="{colour}"]{{{paint}:var({variable})}}' for colour, variable in COLOURS.items() for paint in ("fill", "stroke")
    )


# -- what is drawn


def differences(analysis: Analysis) -> str:
    """Return the variants' lifts with their intervals, all segments together and one by one; empty when there is none."""
    rows = [
        *_lifts(together(analysis), analysis.comparisons),
        *(row for each in analysis.segments for row in _lifts(each.key, each.comparisons)),
    ]
    return _intervals(rows, "lift with its interval; the ring is the shrunk lift", "+.0%", zero=True) if rows else ""


def segment_rates(rows: Sequence[SegmentRow], what: str) -> str:
    """Return the segments' rates with their intervals; empty when fewer than two are known."""
    found = [_row(row.key, row.rate, None) for row in rows if row.rate]
    return _intervals(found, what, ".1%", zero=False) if len(found) > 1 else ""


def trends(rows: Sequence[SegmentRow], what: str) -> str:
    """Return the segments' rates over campaigns; empty when none was kept."""
    points = [
        {"segment": row.key, "campaign": point.campaign, "order": order, "rate": point.rate}
        for row in rows
        if row.trend
        for order, point in enumerate(row.trend.points)
    ]
    return _lines(points, what) if points else ""


def _lifts(place: str, found: Sequence[Compared]) -> list[Row]:
    return [_row(f"{each.arm}, {place}", each.lift, each.shrunk) for each in found if each.lift]


def _row(label: str, found: Range, shrunk: float | None) -> Row:
    return {"label": label, "estimate": found.estimate, "low": found.low, "high": found.high, "shrunk": shrunk}


# -- how


def _intervals(rows: Sequence[Row], title: str, form: str, *, zero: bool) -> str:
    import altair as alt

    known = [row for row in rows if row["low"] is not None and row["high"] is not None]
    order = [row["label"] for row in rows]
    y = alt.Y("label:N", sort=order, title=None, axis=alt.Axis(labelLimit=260, ticks=False, domain=False, labelPadding=12))
    x = alt.X(
        "low:Q",
        title=title,
        axis=alt.Axis(format=form, tickCount=5, labelOverlap="greedy", labelSeparation=8),
        scale=alt.Scale(zero=False, padding=12),
    )
    bars = alt.Chart(alt.Data(values=known)).mark_rule(strokeWidth=2.5, strokeCap="round", color=ACCENT).encode(y=y, x=x, x2="high:Q")
    dots = alt.Chart(alt.Data(values=list(rows))).mark_circle(size=75, opacity=1, color=ACCENT).encode(y=y, x="estimate:Q")
    layers = [bars, dots]
    if any(row["shrunk"] is not None for row in rows):
        layers.append(alt.Chart(alt.Data(values=list(rows))).mark_point(size=75, strokeWidth=2, color=SHRUNK).encode(y=y, x="shrunk:Q"))
    if zero:
        layers.insert(0, alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(strokeDash=[4, 3], color=MUTED).encode(x="zero:Q"))
    return _svg(alt.layer(*layers).properties(width=WIDTH, height=STEP * len(rows)), title)


def _lines(points: Sequence[Row], title: str) -> str:
    import altair as alt

    campaigns = [point["campaign"] for point in sorted(points, key=lambda point: point["order"])]
    x = alt.X("campaign:N", sort=list(dict.fromkeys(campaigns)), title=None, axis=alt.Axis(labelAngle=0, labelLimit=120))
    y = alt.Y("rate:Q", title=title, axis=alt.Axis(format=".1%", tickCount=5), scale=alt.Scale(zero=False, nice=True))
    base = alt.Chart(alt.Data(values=list(points))).encode(x=x, y=y, detail="segment:N")
    last = max(point["order"] for point in points)
    names = base.transform_filter(f"datum.order === {last}").mark_text(align="left", dx=9, color=INK).encode(text="segment:N")
    layers = base.mark_line(color=ACCENT, strokeWidth=2), base.mark_circle(color=ACCENT, size=60, opacity=1), names
    return _svg(alt.layer(*layers).properties(width=WIDTH, height=220), title)


def _svg(chart: Any, title: str) -> str:
    import vl_convert

    styled = (
        chart.configure(background="transparent", font="sans-serif", padding=6)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK,
            titleColor=MUTED,
            gridColor=LINE,
            domainColor=LINE,
            tickColor=LINE,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
        )
    )
    svg: str = vl_convert.vegalite_to_svg(styled.to_dict())
    return _alone(svg, title)


def _alone(svg: str, title: str) -> str:
    """Return an SVG that is one picture to a screen reader, and shrinks with the page."""
    width = re.search(r'width="(\d+)"', svg)
    size = f'style="max-width:{width[1]}px;width:100%;height:auto" ' if width else ""
    quiet = re.sub(r' (aria-[a-z]+|role)="[^"]*"', "", svg)
    return re.sub(r' (?:width|height)="\d+"', "", quiet, count=2).replace(
        "<svg ", f'<svg role="img" aria-label="{escape(title)}" {size}', 1
    )
