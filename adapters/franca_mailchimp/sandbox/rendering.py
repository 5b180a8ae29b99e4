"""Mailchimp's merge tags, as its documentation describes them (sheet section 3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

from franca_mailchimp.sandbox.compare import Assumptions

_TAG = re.compile(r"\*\|([^\n]*?)\|\*")
_TEST = re.compile(r"\s*(!=|>=|<=|=|>|<)\s*")
_CONDITIONS = re.compile(r"(IF|IFNOT|ELSEIF|ELSE|END|INTERESTED)\b", re.IGNORECASE)


class RenderError(ValueError):
    """The content cannot be rendered here."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What Mailchimp fills in by itself; *types* are those of merge fields, text by default."""

    unsubscribe: str = "https://esp.example/unsubscribe"
    preferences: str = "https://esp.example/preferences"
    view: str = "https://esp.example/view"
    company: str = "Example Ltd"
    address: str = "Example Ltd, 1 Example Street, Berlin"
    subject: str = ""
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    types: Mapping[str, str] = field(default_factory=dict)


_BUILT_IN: Mapping[str, Callable[[Surroundings], str]] = {  # reported (sheet 3.2)
    "UNSUB": lambda around: around.unsubscribe,
    "UPDATE_PROFILE": lambda around: around.preferences,
    "ARCHIVE": lambda around: around.view,
    "LIST:COMPANY": lambda around: around.company,
    "LIST:ADDRESS": lambda around: around.address,
    "LIST:ADDRESSLINE": lambda around: around.address,
    "HTML:LIST_ADDRESS_HTML": lambda around: around.address,
    "CURRENT_YEAR": lambda around: str(around.now.year),
    "MC:SUBJECT": lambda around: around.subject,
}


def render(
    source: str,
    person: Mapping[str, str],
    holds: Assumptions,
    *,
    markup: bool = True,
    conditions: bool = True,
    around: Surroundings | None = None,
) -> str:
    """Return what Mailchimp makes of a text for a contact: merge tag → value, blank when absent.

    Args:
        source: HTML, plain text, subject or preview text.
        person: the contact's merge fields.
        holds: undocumented behaviours, by name.
        markup: whether it is HTML, which matters only where values are believed to be escaped.
        conditions: False in subjects and preview texts, where conditions stay as they are.
        around: what Mailchimp fills in.

    Raises:
        RenderError: a block of interest groups, which this sandbox does not render.
    """
    return _Rendering(person, holds, around or Surroundings(), markup=markup, conditions=conditions).text(source)


@dataclass
class _Block:
    """An IF under way: whether its present branch shows, and whether any branch did."""

    shows: bool
    done: bool


class _Rendering:
    def __init__(self, person: Mapping[str, str], holds: Assumptions, around: Surroundings, *, markup: bool, conditions: bool) -> None:
        self._person, self._holds, self._around = person, holds, around
        self._markup, self._conditions = markup, conditions
        self._open: list[_Block] = []

    def text(self, source: str) -> str:
        """Walk the tags once: what a value brings in is not looked at again (while `mailchimp.values-printed-once` holds)."""
        found: list[str] = []
        end = 0
        for tag in _TAG.finditer(source):
            self._put(found, source[end : tag.start()])
            end = tag.end()
            if _CONDITIONS.match(tag[1]) and self._conditions:
                self._condition(tag[1])
            else:
                self._put(found, self._value(tag[0], tag[1]))
        self._put(found, source[end:])  # reported: an IF that is never closed swallows the rest
        made = "".join(found)
        once = self._holds.get("mailchimp.values-printed-once", True) or made == source
        return made if once else _Rendering(self._person, self._holds, self._around, markup=False, conditions=self._conditions).text(made)

    def _put(self, found: list[str], text: str) -> None:
        if all(block.shows for block in self._open):
            found.append(text)

    # -- conditions (documented: mailchimp.com/help/use-conditional-merge-tag-blocks)

    def _condition(self, tag: str) -> None:
        word, _, test = tag.partition(":")
        if word in ("IF", "IFNOT"):
            held = self._test(test) is (word == "IF")
            self._open.append(_Block(held, held))
        elif word == "INTERESTED" or test == "INTERESTED":
            raise RenderError("blocks of interest groups are not rendered by this sandbox")
        elif not self._open:
            return
        elif word == "END":
            self._open.pop()
        else:  # the first true branch wins
            block = self._open[-1]
            block.shows = not block.done and (word == "ELSE" or self._test(test))
            block.done = block.done or block.shows

    def _test(self, test: str) -> bool:
        parts = _TEST.split(test, maxsplit=1)
        if len(parts) == 1:
            value = self._person.get(test, "")
            return value != "" and (value != "0" or self._holds.get("mailchimp.if-zero-true", True))
        tag, op, wanted = parts
        value = self._person.get(tag, "")
        if value == "":  # documented for "=" (Transactional): a missing value makes it false; undocumented for the rest
            return op == "!=" and self._holds.get("mailchimp.if-not-equal-blank", True)
        if op in ("=", "!="):  # documented: case, and spaces within the value, count
            return (value == wanted) is (op == "=")
        return _ordered(value, op, wanted, numeric=self._around.types.get(tag) == "number")

    # -- values

    def _value(self, whole: str, tag: str) -> str:
        if tag in _BUILT_IN:
            return _BUILT_IN[tag](self._around)
        word, _, name = tag.partition(":")
        filtered = _FILTERS.get(word) if name in self._person else None
        if filtered:
            return filtered(self._person[name])
        if re.fullmatch(r"[A-Z][A-Z0-9_]*", tag):
            value = self._person.get(tag, "")
            return value if self._holds.get("mailchimp.values-raw", True) or not self._markup else escape(value)
        return whole  # guess: a tag that Mailchimp does not know stays as it is


_FILTERS: Mapping[str, Callable[[str], str]] = {  # UPPER, TITLE, URL: reported; LOWER: guess
    "UPPER": str.upper,
    "LOWER": str.lower,
    "TITLE": str.title,
    "URL": lambda value: quote(value, safe=""),
}


def _ordered(value: str, op: str, wanted: str, *, numeric: bool) -> bool:
    """Compare; texts compare "inconsistently" (reported), here by their characters."""
    left: float | str
    right: float | str
    left, right = value, wanted
    if numeric:
        try:
            left, right = float(value), float(wanted)
        except ValueError:
            return False
    return {">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right}[op]  # type: ignore[operator]
