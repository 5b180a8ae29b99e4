"""Right files made wrong: nodes replaced, removed, repeated, moved, renamed, wrapped, aliased; then letters and bytes changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from franca.language.source import plain, read_text
from language.nasty import PLACES

ROOT = Path(__file__).parents[2]


@dataclass(eq=False)
class Part:
    """A value of a file: a scalar as it is written, or children; those of a mapping have keys, which may be the same."""

    text: str = ""
    keys: list[str] | None = None
    children: list[Part] | None = field(default=None)


def part(value: Any) -> Part:
    """Return what is written for data."""
    if isinstance(value, dict):
        return Part(keys=[json.dumps(key, ensure_ascii=False) for key in value], children=[part(child) for child in value.values()])
    if isinstance(value, list):
        return Part(children=[part(child) for child in value])
    return Part(json.dumps(value, ensure_ascii=False) if isinstance(value, (str, bool)) else "null" if value is None else str(value))


def written(found: Part) -> str:
    """Return the YAML."""
    if found.children is None:
        return found.text
    if found.keys is None:
        return f"{found.text}[{', '.join(map(written, found.children))}]"
    return f"{found.text}{{{', '.join(f'{key}: {written(child)}' for key, child in zip(found.keys, found.children, strict=True))}}}"


def parents(found: Part) -> Iterator[Part]:
    """Yield all that has children."""
    if found.children:
        yield found
        for child in found.children:
            yield from parents(child)


def right_files(kind: str) -> list[str]:
    """Return files of a kind that are right: of these tests, of the demonstration and of the examples."""
    pattern = {"project": "franca.yaml", "segments": "segments/*.yaml", "campaign": "campaigns/*.yaml"}.get(kind)
    folders = (ROOT / "src/franca/demo/project", ROOT / "src/franca/cli/starter", *sorted((ROOT / "examples").iterdir()))
    found = [path for folder in folders for path in sorted(folder.glob(pattern))] if pattern else []
    return [PLACES[kind][1], *(path.read_text(encoding="utf-8") for path in found)]


def trees_of(text: str) -> tuple[str, str, str]:
    """Return what of a file stands before its YAML, the YAML, and what stands behind it: a template's is between dashes."""
    before, dashes, after = text.partition("---\n")
    if before or not dashes:
        return "", text, ""
    front, dashes_after, body = after.partition("---\n")
    return dashes, front, dashes_after + body


SCALARS = (
    *("null", "~", "true", "false", "yes", '""', '" "', "0", "-1", "1", "3", "1e5", "1e39", "1e40", "1e-50", "-0.0", ".5", "5.", "007"),
    *(
        ".inf",
        "-.inf",
        ".nan",
        "0x1F",
        "0o17",
        "1_000",
        "12:30:45",
        "9" * 40,
        "9" * 41,
        "1." + "3" * 37,
        "=",
        "<<",
        "*",
        "&",
        "!",
        "|",
        ">",
    ),
    *("2026-01-31", "0000-01-01", "0001-01-01", "9999-12-31", "2026-02-30", "2026-01-31T09:00:00Z", "9999-12-31T23:59:59-14:00"),
    *("2026-W01-1", "20260131", "30 days", "0 days", "999999 years", "1 month", "5 minutes", "10%", "100.5%", "0%", "25 km", "0 mi"),
    *("today", "monday", "month", "subscribed", "order", "visit", "vip", "people", "email", "klaviyo", "total", "sku", "age", "UTC"),
    *('"\\0"', '"\\uFFFF"', '"e\\u0301"', '"\\u202E"', "🎉", "'''", "[]", "{}", "[[]]", "[{}]", "{a: 1}", "{attribute: age, gt: 1}"),
    *("'(a+)+$'", r"'(\pL{1,100}){1,100}'", "'['", "'a{1001}'", "!!str x", "!x y", "*a", "*b", "'" + "x" * 5_000 + "'"),
)
WORDS = tuple(
    sorted(
        set(re.findall(r"[a-z_]{2,}", " ".join(text for _, text in PLACES.values())))
        | {"native", "ignore_case", "contains", "not_followed_by", "tile"}
    )
)
ODD = (
    "\t",
    "\r",
    "\n",
    "\r\n",
    "\0",
    "\a",
    "\x85",
    "\xa0",
    "\u2028",
    "\ufeff",
    "\u202e",
    "é",
    "🎉",
    "-",
    "- ",
    ":",
    ": ",
    "?",
    "? ",
    "#",
    " #",
)
MARKS = ("{", "}", "[", "]", ",", "&a ", "*a", "!", "|", ">", "'", '"', "%", "%TAG", "@", "`", "---\n", "...\n", "<<: *a", "\\", "  ")

Change = Callable[[st.DrawFn, Part, int], None]


def _replace(draw: st.DrawFn, at: Part, place: int) -> None:
    at.children[place] = Part(draw(st.sampled_from(SCALARS)))


def _remove(draw: st.DrawFn, at: Part, place: int) -> None:
    for found in (at.keys, at.children):
        if found is not None:
            del found[place]


def _repeat(draw: st.DrawFn, at: Part, place: int) -> None:
    times = draw(st.sampled_from((1, 2, 40)))
    for found in (at.keys, at.children):
        if found is not None:
            found[place:place] = [found[place]] * times


def _rename(draw: st.DrawFn, at: Part, place: int) -> None:
    if at.keys is None:
        at.keys = [draw(st.sampled_from(WORDS)) for _ in at.children]
    else:
        at.keys[place] = draw(st.sampled_from(WORDS))


def _wrap(draw: st.DrawFn, at: Part, place: int) -> None:
    word = draw(st.sampled_from(("", *WORDS)))
    for _ in range(draw(st.sampled_from((1, 1, 2, 70)))):
        at.children[place] = Part(keys=[word] if word else None, children=[at.children[place]])


def _name(draw: st.DrawFn, at: Part, place: int) -> None:
    name = draw(st.sampled_from("ab"))
    if at.children[place].text[:1] not in "&*":
        at.children[place].text = f"&{name} {at.children[place].text}"


def _loosen(draw: st.DrawFn, at: Part, place: int) -> None:
    """Make a mapping a list of its values."""
    at.keys = None


CHANGES: tuple[Change, ...] = (_replace, _replace, _replace, _remove, _repeat, _rename, _rename, _wrap, _name, _loosen)


@st.composite
def trees(draw: st.DrawFn, kind: str) -> str:
    """Return the text of a file of *kind* with one to four nodes that are not right."""
    before, text, after = trees_of(draw(st.sampled_from(right_files(kind))))
    whole = part(plain(read_text(text, kind)))
    for _ in range(draw(st.integers(1, 4))):
        known = list(parents(whole))
        at = draw(st.sampled_from(known))
        place = draw(st.integers(0, len(at.children) - 1))
        if draw(st.integers(0, 4)):
            draw(st.sampled_from(CHANGES))(draw, at, place)
        else:
            other = draw(st.sampled_from(known))
            at.children[place] = part_copy(other.children[draw(st.integers(0, len(other.children) - 1))])
        if not whole.children:
            break
    return before + written(whole) + "\n" + after


def part_copy(found: Part) -> Part:
    """Return a copy, so that nothing holds itself."""
    return Part(found.text, found.keys and list(found.keys), found.children and [part_copy(child) for child in found.children])


ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp1252")


@st.composite
def files(draw: st.DrawFn, kind: str) -> bytes:
    """Return a file of *kind* as people and broken editors leave it: a right text, or one of `trees`, with letters put in or cut out."""
    text = draw(st.one_of(st.sampled_from(right_files(kind)), trees(kind)))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(text)))
        until = min(len(text), place + draw(st.sampled_from((0, 0, 1, 3, 30))))
        text = text[:place] + draw(st.sampled_from((*ODD, *MARKS, *SCALARS))) * draw(st.sampled_from((1, 1, 2, 80))) + text[until:]
    if draw(st.booleans()):
        text = text.replace("\n", draw(st.sampled_from(("\r\n", "\r", "\n\n", "\n\t"))))
    return text.encode(draw(st.sampled_from(ENCODINGS)), errors="replace")
