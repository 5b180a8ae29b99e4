"""MJML → HTML, and CSS into style attributes: by libraries, with every placeholder coming out exactly once and in its branch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import zip_longest
from typing import Any

from franca.content.mail.contexts import PLACE
from franca.content.mail.structure import moved, whole
from franca.errors import FrancaError

_ENDING = (
    "mj-text",
    "mj-button",
    "mj-table",
    "mj-raw",
    "mj-title",
    "mj-preview",
    "mj-style",
    "mj-accordion-text",
    "mj-accordion-title",
    "mj-navbar-link",
)
"""MJML's elements whose inside is HTML: a comment stays as it is there; elsewhere MJML would drop it."""

_MARK = re.compile(rf"<(/?)({'|'.join(_ENDING)})\b[^>]*?(/?)>|<!--franca:[0-9]+-->", re.IGNORECASE)
_LABEL = re.compile(r' aria-label="[^"]*FRANCAx[0-9]+x[^"]*"')


class Lost(Exception):  # noqa: N818 - told with its place by the caller
    """A placeholder did not come out as it went in; *number* is the first such."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"placeholder {number} was lost")


def to_html(source: str, *, mjml: bool) -> str:
    """Return a whole HTML document with its CSS inlined; style sheets with media queries stay too.

    Raises:
        FrancaError: the MJML is not valid.
        Lost: a placeholder stands where it cannot stay.
    """
    made = _mjml(source) if mjml else source
    _insist(_branches(source), _branches(made))
    compiled = whole(made)
    inlined = str(_inliner().inline(compiled))
    _insist(_places(made), _places(inlined))
    if (torn := moved(compiled, inlined)) is not None:
        raise Lost(torn)
    return inlined


def _places(text: str) -> list[list[int]]:
    """Return the placeholders in order."""
    return [[int(place[1] or place[2])] for place in PLACE.finditer(text)]


def _branches(text: str) -> list[list[int]]:
    """Return the placeholders of blocks in order, each after those of the values before it: MJML lets attributes change places."""
    found: list[list[int]] = [[]]
    for place in PLACE.finditer(text):
        if place[1]:
            found[-1].append(int(place[1]))
        else:
            found += [[int(place[2])], []]
    return [sorted(each) for each in found]


def _insist(before: list[list[int]], after: list[list[int]]) -> None:
    if before == after:
        return
    pairs: Iterator[tuple[list[int], list[int]]] = zip_longest(before, after, fillvalue=[])
    one, other = next(pair for pair in pairs if pair[0] != pair[1])
    kept = [number for each in after for number in each]
    raise Lost(next((number for number in one if number not in kept), min([*one, *other])))


@cache
def _inliner() -> Any:
    import css_inline

    # Nothing is loaded: a style sheet by address would make the result depend on the network.
    return css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)


def inlined(html: str, css: str) -> str:
    """Return a document with more rules put into its style attributes, as a client would apply them."""
    import css_inline

    return str(css_inline.CSSInliner(keep_style_tags=False, load_remote_stylesheets=False, extra_css=css).inline(html))


def _mjml(source: str) -> str:
    import mrml

    if re.search(r"<mj-include\b", source):
        raise FrancaError("mj-include is not read", remedy='use {% include "…" %}: it keeps the places of mistakes')
    try:
        made = mrml.to_html(_wrapped(source))
    except OSError as error:
        raise FrancaError(f"this is not MJML: {error}", remedy="every element must be closed, and stand where MJML allows it") from None
    # mrml repeats the title as a label of the body; a value in it would come out twice.
    return _LABEL.sub("", str(made.content), count=1)


def _wrapped(source: str) -> str:
    """Return MJML with every block's placeholder that stands between elements in an mj-raw of its own."""
    depth, end = 0, 0
    found: list[str] = []
    for mark in _MARK.finditer(source):
        found.append(source[end : mark.start()])
        end = mark.end()
        if mark[2] is None:
            found.append(mark[0] if depth else f"<mj-raw>{mark[0]}</mj-raw>")
            continue
        found.append(mark[0])
        if not mark[3]:
            depth += -1 if mark[1] else 1
    return "".join(found) + source[end:]
