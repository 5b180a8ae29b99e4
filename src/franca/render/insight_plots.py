"""The plots of an insight: sizes, the overlap, and how each segment comes about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from franca.render.insight_svg import ACCENT, INK, MUTED, PAGE, STRONG, svg
from franca.render.insight_tables import Condition

if TYPE_CHECKING:  # loading it loads Ibis, which plans do not need
    from franca.audience.insight import Insight

WIDTH, STEP = 520, 26
CELL = 34
MOST = 40
"""Segments that a heat map can hold and be read."""
_LETTERS = 60
"""Of a label; the table beside the plot has all of it."""


def sizes(insight: Insight) -> str:
    """Return a bar for each segment, those who may be mailed in it, and a tick where it was at the last preview."""
    import altair as alt

    before = {key: change.before for key, change in insight.since.changes.items()} if insight.since else {}
    rows = [
        {"segment": key, "members": size, "mailable": (insight.mailable or {}).get(key), "before": before.get(key)}
        for key, size in insight.sizes.items()
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(y=_labels("segment", list(insight.sizes)))
    layers = [base.mark_bar(color=ACCENT, opacity=0.35).encode(x=_numbers("members", "members"))]
    if insight.mailable is not None:
        layers.append(base.mark_bar(color=ACCENT).encode(x="mailable:Q"))
    if before:
        layers.append(base.mark_tick(color=STRONG, thickness=3, size=STEP - 6).encode(x="before:Q"))
    told = ", ".join(f"{row['segment']} {row['members']:,}" for row in rows)
    return svg(alt.layer(*layers).properties(width=WIDTH, height=STEP * len(rows)), f"Members of each segment: {told}.")


def overlap(insight: Insight) -> str:
    """Return a heat map: the share of a row's members who are in a column; empty without any overlap."""
    import altair as alt

    chosen = overlapping(insight)
    if not chosen:
        return ""
    cells = [cell for pair in insight.pairs if {pair.first, pair.second} <= chosen for cell in _cells(pair)]
    order = [key for key in insight.segments if key in chosen]
    x = alt.X("in:N", sort=order, title=None, axis=alt.Axis(orient="top", labelAngle=-60, labelLimit=160, ticks=False, domain=False))
    scale = alt.Scale(domain=[0, 1], range=[0.05, 1])
    heat = alt.Chart(alt.Data(values=cells)).encode(x=x, y=_labels("of", order))
    layers = [heat.mark_rect(color=ACCENT).encode(opacity=alt.Opacity("share:Q", scale=scale, legend=None))]
    if len(order) <= MOST // 2:
        ink = alt.condition("datum.share > 0.55", alt.value(PAGE), alt.value(INK))
        layers.append(heat.mark_text(fontSize=10).encode(text=alt.Text("share:Q", format=".0%"), color=ink))
    told = ", ".join(f"{cell['share']:.0%} of {cell['of']} are in {cell['in']}" for cell in cells[:10])
    side = CELL * len(order)
    return svg(alt.layer(*layers).properties(width=side, height=side), f"The share of a row's members who are in a column: {told}.")


def overlapping(insight: Insight) -> set[str]:
    """Return the segments of the heat map: those that overlap most, as many as it holds."""
    found: dict[str, None] = {}
    for pair in insight.pairs:
        new = {pair.first, pair.second} - found.keys()
        if len(found) + len(new) <= MOST:
            found.update(dict.fromkeys(sorted(new)))
    return set(found)


def _cells(pair: Any) -> tuple[dict[str, Any], ...]:
    return (
        {"of": pair.first, "in": pair.second, "share": pair.first_in_second},
        {"of": pair.second, "in": pair.first, "share": pair.second_in_first},
    )


def funnel(insight: Insight, lines: list[Condition]) -> str:
    """Return two bars for each condition: how many it reaches alone, and in it how many are left (or reached) so far."""
    import altair as alt

    labels = [_label(number, line) for number, line in enumerate(lines)]
    rows = [
        {"label": label, "alone": line.reach.alone, "after": line.reach.after if line.depth else line.reach.alone}
        for label, line in zip(labels, lines, strict=True)
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(y=_labels("label", labels))
    everybody = alt.Scale(domain=[0, insight.summary.profiles])
    layers = (
        base.mark_bar(color=MUTED, opacity=0.3).encode(x=_numbers("alone", "profiles", everybody)),
        base.mark_bar(color=ACCENT, height=STEP // 3).encode(x="after:Q"),
    )
    told = "; ".join(f"{line.label}: {line.reach.alone:,} alone" + _so_far(line) for line in lines)
    return svg(alt.layer(*layers).properties(width=WIDTH - 100, height=STEP * len(rows)), told)


def _so_far(line: Condition) -> str:
    return "" if line.reach.after is None else f", {line.reach.after:,} so far"


def _label(number: int, line: Condition) -> str:
    """Return a label that no other line has; spaces of no width tell equal ones apart."""
    text = line.label if len(line.label) <= _LETTERS else f"{line.label[: _LETTERS - 1]}…"
    return "\u2003" * line.depth + text + "\u200b" * number


def _labels(field: str, order: list[str]) -> Any:
    import altair as alt

    axis = alt.Axis(labelLimit=420, ticks=False, domain=False, labelPadding=8)
    return alt.Y(f"{field}:N", sort=order, title=None, axis=axis)


def _numbers(field: str, title: str, scale: Any = None) -> Any:
    import altair as alt

    axis = alt.Axis(format=",d", tickCount=4, tickMinStep=1)
    return alt.X(f"{field}:Q", title=title, axis=axis, **({"scale": scale} if scale is not None else {}))
