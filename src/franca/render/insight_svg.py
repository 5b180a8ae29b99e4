"""Plots as inline SVG: drawn once by Altair, in colours that the page replaces by those of its light or dark theme."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from franca.errors import FrancaError

INK, MUTED, LINE, ACCENT, STRONG, PAGE = (f"#0{number}0{number}0{number}" for number in range(1, 7))
COLOURS: Mapping[str, str] = {
    INK: "--ink",
    MUTED: "--muted",
    LINE: "--line",
    ACCENT: "--accent",
    STRONG: "--strong",
    PAGE: "--page",
}
"""Colour in the SVG → the page's variable in place of it. Nothing else has one of these colours."""


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


_CONFIG: Mapping[str, Any] = {
    "background": "transparent",
    "font": "sans-serif",
    "padding": 6,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": MUTED,
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
}


def svg(chart: Any, description: str) -> str:
    """Return a chart as an SVG that stands in a page; *description* is what a screen reader says in place of it.

    A page has a chart for each segment: validating them, and copying them to add the configuration, would take half of their time.
    """
    import vl_convert

    spec = {**chart.to_dict(validate=False), "config": _CONFIG}
    return _alone(vl_convert.vegalite_to_svg(spec), description)


def _alone(found: str, description: str) -> str:
    """Return an SVG that is one picture to a screen reader, shrinks with the page, and names no address."""
    width = re.search(r'width="(\d+)"', found)
    size = f'style="max-width:{width[1]}px;width:100%;height:auto" ' if width else ""
    quiet = re.sub(r' (aria-[a-z]+|role|xmlns(?::\w+)?)="[^"]*"', "", found)
    return re.sub(r' (?:width|height)="\d+"', "", quiet, count=2).replace(
        "<svg ", f'<svg role="img" aria-label="{escape(description)}" {size}', 1
    )
