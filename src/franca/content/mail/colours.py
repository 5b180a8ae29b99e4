"""Colours of an email's text and of what is behind it, as far as inline styles tell, by day and in dark mode."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

UNKNOWN = ""
"""A colour that is given in a way that is not read here, or as a picture: nothing can be said of it."""

_DECLARATION = re.compile(r"([\w-]+)\s*:\s*([^;]+)")
_HEX = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
_RGB = re.compile(r"rgba?\(\s*([0-9]{1,3})[\s,]+([0-9]{1,3})[\s,]+([0-9]{1,3})\s*\)")
_KEPT = frozenset({"inherit", "initial", "transparent", "currentcolor", "none", "unset"})
_NAMED = {"white": "#ffffff", "black": "#000000", "red": "#ff0000", "gray": "#808080", "grey": "#808080", "silver": "#c0c0c0"}
_DARK = re.compile(r"@media[^{]*prefers-color-scheme\s*:\s*dark[^{]*\{", re.IGNORECASE)
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style\s*>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """What a client shows where an email says nothing."""

    text: str
    background: str
    link: str


DAY = Scheme(text="#000000", background="#ffffff", link="#0000ee")
NIGHT = Scheme(text="#ffffff", background="#121212", link="#9e9eff")
"""As Chromium shows a page whose color-scheme allows dark (measured)."""


def declarations(style: str) -> Mapping[str, str]:
    """Return the declarations of a style attribute, by their names in small letters."""
    return {name.lower(): value.strip() for name, value in _DECLARATION.findall(style)}


def background(style: str) -> str | None:
    """Return what a style attribute gives as background: the last declaration, unless one before it is important."""
    given = [
        (name.lower(), value.strip()) for name, value in _DECLARATION.findall(style) if name.lower() in ("background", "background-color")
    ]
    ordered = sorted(given, key=lambda each: "!important" in each[1])
    return ordered[-1][1] if ordered else None


def colour(text: str | None, otherwise: str) -> str:
    """Return a colour as #rrggbb, *otherwise* when none is given, `UNKNOWN` when it cannot be told."""
    word = (text or "").lower().replace("!important", "").strip()
    if not word or word in _KEPT:
        return otherwise
    if "url(" in word or "gradient(" in word:
        return UNKNOWN
    if found := _RGB.search(word):
        return "#" + "".join(f"{min(int(part), 255):02x}" for part in found.groups())
    named = _HEX.search(_NAMED.get(word, word))
    if not named:
        return UNKNOWN
    return "#" + ("".join(digit * 2 for digit in named[1]) if len(named[1]) == 3 else named[1]).lower()


def dark_rules(html: str) -> str:
    """Return the rules that a document has for dark mode, without the condition around them."""
    css = "\n".join(_STYLE.findall(html))
    return "\n".join(_block(css, found.end()) for found in _DARK.finditer(css))


def _block(css: str, begin: int) -> str:
    depth = 1
    for place in range(begin, len(css)):
        depth += {"{": 1, "}": -1}.get(css[place], 0)
        if not depth:
            return css[begin:place]
    return ""


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2), from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
