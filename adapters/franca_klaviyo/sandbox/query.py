"""The query side of Klaviyo's JSON:API: filters, sorting, pages, sparse fields."""

from __future__ import annotations

import base64
import binascii
import heapq
import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from franca.sandbox import Call
from franca_klaviyo.sandbox.errors import bad_parameter

Allowed = Mapping[str, Iterable[str]]

_CLAUSE = re.compile(r"\s*(?P<op>[a-z-]+)\(\s*(?P<field>[A-Za-z_.]+)\s*,\s*")
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'')
_BARE = re.compile(r"[^\s,()\[\]\"']+")
_LISTS = ("any", "contains-any")


@dataclass(frozen=True)
class Clause:
    """One test of a filter; the clauses of a filter are ANDed."""

    operator: str
    field: str
    value: Any

    def holds(self, found: Any) -> bool:
        """Return whether the value *found* in a resource passes."""
        return found is not None and _OPERATORS[self.operator](found, self.value)


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": lambda found, value: bool(found == value),
    **dict.fromkeys(_LISTS, lambda found, value: found in value),
    "contains": lambda found, value: value in found,
    "starts-with": lambda found, value: found.startswith(value),
    "ends-with": lambda found, value: found.endswith(value),
    "greater-than": lambda found, value: bool(found > value),
    "greater-or-equal": lambda found, value: bool(found >= value),
    "less-than": lambda found, value: bool(found < value),
    "less-or-equal": lambda found, value: bool(found <= value),
}


def parse_filter(call: Call, allowed: Allowed) -> list[Clause]:
    """Return the clauses of the call's filter; unknown fields, operators and unquoted text are refused (documented, reported)."""
    return clauses_of(call.arg("filter") or "", allowed)


def clauses_of(text: str, allowed: Allowed) -> list[Clause]:
    """Return the clauses of a filter, in a query or a body."""
    text = text[4:-1] if text.startswith("and(") and text.endswith(")") else text
    clauses, at = [], 0
    while at < len(text):
        clause, at = _clause(text, at, allowed)
        clauses.append(clause)
        at = _skip(text, at, ",") if at < len(text) else at
    return clauses


def _clause(text: str, at: int, allowed: Allowed) -> tuple[Clause, int]:
    head = _CLAUSE.match(text, at)
    if head is None:
        raise bad_parameter(f"Invalid filter provided: {text[at:]!r}", "filter")
    operator, name = head["op"], head["field"]
    if operator not in allowed.get(name, ()):
        raise bad_parameter(f"Invalid filter provided: {name} does not support {operator}", "filter")
    value, at = _list(text, head.end()) if operator in _LISTS else _value(text, head.end())
    return Clause(operator, name, value), _skip(text, at, ")")


def _list(text: str, at: int) -> tuple[set[Any], int]:
    at, values = _skip(text, at, "["), set()
    while True:
        value, at = _value(text, at)
        values.add(value)
        if text[at : at + 1] != ",":
            return values, _skip(text, at, "]")
        at = _skip(text, at, ",")


def _value(text: str, at: int) -> tuple[Any, int]:
    quoted = _TEXT.match(text, at)
    if quoted:
        return re.sub(r"\\(.)", r"\1", quoted[1] if quoted[1] is not None else quoted[2]), quoted.end()
    bare = _BARE.match(text, at)
    if bare is None:
        raise bad_parameter(f"Invalid filter provided: {text[at:]!r}", "filter")
    return _bare(bare[0]), bare.end()


def _bare(word: str) -> Any:
    if word in ("true", "false"):
        return word == "true"
    try:
        return datetime.fromisoformat(word).timestamp()
    except ValueError:
        raise bad_parameter(f"Invalid filter provided: text must be quoted, got {word}", "filter") from None


def _skip(text: str, at: int, mark: str) -> int:
    if text[at : at + 1] != mark:
        raise bad_parameter(f"Invalid filter provided: expected {mark!r} at {text[at:]!r}", "filter")
    at += 1
    while text[at : at + 1] == " ":
        at += 1
    return at


# -- pages

Key = tuple[Any, str]


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of keys (sort value, id), and the links around it."""

    keys: list[Key]
    links: dict[str, str | None]

    @property
    def ids(self) -> list[str]:
        """Return the ids, in order."""
        return [identity for _, identity in self.keys]


class Sorted(list[Key]):
    """Keys in order: a long listing that is read page by page need not be put in order for each."""


def page(call: Call, keys: Iterable[Key], *, size: int, maximum: int, descending: bool = False) -> Page:
    """Cut the page that the call asks for; *size* is the default; beyond *maximum* is refused (documented)."""
    wanted = _size(call, size, maximum)
    found = _cut(keys, _cursor(call), wanted + 1, descending=descending)
    more, shown = len(found) > wanted, found[:wanted]
    following = _link(call, _encode(shown[-1])) if more else None
    return Page(keys=shown, links={"self": _link(call, call.arg("page[cursor]")), "next": following, "prev": None})


def _cut(keys: Iterable[Key], start: Key | None, number: int, *, descending: bool) -> list[Key]:
    """Return the *number* keys that follow *start*."""
    if isinstance(keys, Sorted) and not descending:
        begin = 0 if start is None else bisect_right(keys, start)
        return list(keys[begin : begin + number])
    rest = keys if start is None else [key for key in keys if (key < start if descending else key > start)]
    return (heapq.nlargest if descending else heapq.nsmallest)(number, rest)


def _size(call: Call, default: int, maximum: int) -> int:
    text = call.arg("page[size]")
    if text is None:
        return default
    if not text.isdigit() or not 1 <= int(text) <= maximum:
        raise bad_parameter(f"Page size must be an integer between 1 and {maximum}.", "page[size]")
    return int(text)


def _encode(key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(["next", *key]).encode()).decode()


def _cursor(call: Call) -> Key | None:
    # Measured: the SDK sends a leading "=" when it is given a whole links.next.
    text = (call.arg("page[cursor]") or "").removeprefix("=")
    if not text:
        return None
    try:
        mark, value, identity = json.loads(base64.urlsafe_b64decode(text))
    except (ValueError, binascii.Error):
        mark, value, identity = "", None, ""
    if mark != "next":
        raise bad_parameter("Invalid page cursor.", "page[cursor]")
    return value, identity


def _link(call: Call, cursor: str | None) -> str:
    query = [(name, value) for name, value in call.query if name != "page[cursor]"]
    query += [("page[cursor]", cursor)] if cursor else []
    # Measured: the SDK cuts a cursor only out of https links, which is what Klaviyo sends.
    return f"https://{call.headers.get('host', 'a.klaviyo.com')}{call.path}" + (f"?{urlencode(query)}" if query else "")


def sorting(call: Call, allowed: Sequence[str], default: str) -> tuple[str, bool]:
    """Return the field to sort by and whether it descends."""
    text = call.arg("sort") or default
    if text.removeprefix("-") not in allowed:
        raise bad_parameter(f"Invalid sort provided: {text}", "sort")
    return text.removeprefix("-"), text.startswith("-")


# -- shapes of answers


def names(call: Call, parameter: str) -> list[str] | None:
    """Return the comma-separated names of a parameter; None when it is absent."""
    text = call.arg(parameter)
    return None if text is None else [name for name in text.split(",") if name]


def chosen(call: Call, parameter: str, allowed: Sequence[str]) -> list[str]:
    """Return the names of `include` or `additional-fields[...]`; others than *allowed* are refused (documented)."""
    wanted = names(call, parameter) or []
    strange = [name for name in wanted if name not in allowed]
    if strange:
        raise bad_parameter(f"Invalid {parameter} provided: {', '.join(strange)}", parameter)
    return wanted


def sparse(call: Call, kind: str, attributes: dict[str, Any]) -> dict[str, Any]:
    """Keep the attributes that `fields[kind]` names; `a.b` keeps b inside a."""
    wanted = names(call, f"fields[{kind}]")
    if wanted is None:
        return attributes
    kept: dict[str, Any] = {}
    for name in wanted:
        _copy(attributes, kept, name.split("."))
    return kept


def _copy(source: Mapping[str, Any], target: dict[str, Any], path: Sequence[str]) -> None:
    head, *rest = path
    if head not in source:
        return
    if not rest or not isinstance(source[head], Mapping):
        target[head] = source[head]
        return
    inner = target.get(head)
    target[head] = inner = inner if isinstance(inner, dict) else {}
    _copy(source[head], inner, rest)
