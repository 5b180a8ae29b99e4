"""Two versions of a project's segments → text, JSON, Markdown. Pure functions; counts, never people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from franca.definitions import Segment
from franca.language.english import sentence
from franca.logic.comparison import Comparison, Counts, Verdict, Version
from franca.render.markdown import escape
from franca.render.text import printable

VERSION = 1
"""Of the JSON form."""


@dataclass(frozen=True, kw_only=True)
class Diff:
    """What is shown: the two versions, their segments, and whether members were counted."""

    old: Version
    new: Version
    comparisons: Sequence[Comparison]
    counted: bool

    @property
    def changed(self) -> list[Comparison]:
        """The segments of which something differs."""
        return [each for each in self.comparisons if each.changed]


def render_diff(diff: Diff, form: str = "text") -> str:
    """Return the comparison as "text", "json" or "markdown"."""
    return _FORMS[form](diff)


# -- words


def _said(each: Comparison) -> str:
    """Return the verdict, with what was counted."""
    verdict = _VERDICTS[each.verdict](each.counts)
    renamed = f"renamed from {each.previously}; " if each.previously else ""
    return renamed + verdict


def _size(before: bool) -> Callable[[Counts | None], str]:
    def said(counts: Counts | None) -> str:
        size = None if counts is None else counts.before if before else counts.after
        word = "removed" if before else "added"
        return word if size is None else f"{word}; {_people(size)} now"

    return said


def _moved(counts: Counts | None) -> str:
    if counts is None:
        return Verdict.DIFFERENT.value
    return f"different members now: {counts.entered:,} enter, {counts.left:,} leave ({counts.before or 0:,} → {counts.after or 0:,})"


def _unproven(counts: Counts | None) -> str:
    what = "not shown to be the same"
    return what if counts is None else f"{what}, with the same {_people(counts.after or 0)} now"


def _people(number: int) -> str:
    return f"{number:,} {'member' if number == 1 else 'members'}"


_VERDICTS: Mapping[Verdict, Callable[[Counts | None], str]] = {
    Verdict.ADDED: _size(before=False),
    Verdict.REMOVED: _size(before=True),
    Verdict.SAME: lambda _: "same",
    Verdict.DIFFERENT: _moved,
    Verdict.UNPROVEN: _unproven,
}


def _details(each: Comparison, diff: Diff) -> Iterator[tuple[str, str]]:
    """Yield what else is to be known of a segment: a label and a text."""
    if each.verdict is not Verdict.SAME:
        if each.before:
            yield "before", _english(each.previously or each.key, diff.old, each.before)
        if each.after:
            yield "after", _english(each.key, diff.new, each.after)
    if each.redeclared:
        counted = "; both definitions were counted by the new declarations" if each.counts else ""
        yield "declared differently", ", ".join(each.redeclared) + counted
    if each.settings:
        yield "also changed", ", ".join(each.settings)
    if each.uncounted:
        yield "not counted", f"the old definition does not fit the new declarations: {each.uncounted}"


def _english(key: str, version: Version, segment: Segment) -> str:
    """Say a definition as written, where other segments still have their names."""
    written = version.written.segments.get(key, segment)
    return sentence(written.where, version.written)


def _summary(diff: Diff) -> str:
    same = len(diff.comparisons) - len(diff.changed)
    told = "1 segment is the same" if same == 1 else f"{same:,} segments are the same"
    return told if diff.counted else f"{told}; members were not counted (--no-data)"


# -- forms


def _text(diff: Diff) -> str:
    return "\n".join(map(printable, _lines(diff)))


def _lines(diff: Diff) -> Iterator[str]:
    yield f"{diff.old.label} → {diff.new.label}"
    for each in diff.changed:
        yield f"{each.key}: {_said(each)}"
        yield from (f"  {label}: {text}" for label, text in _details(each, diff))
    yield _summary(diff)


def _markdown(diff: Diff) -> str:
    return "\n".join(_markdown_lines(diff))


def _markdown_lines(diff: Diff) -> Iterator[str]:
    yield f"**Segments: {escape(diff.old.label)} → {escape(diff.new.label)}**"
    if diff.changed:
        yield from ("", "| segment | what | before | after | enter | leave |", "| --- | --- | ---: | ---: | ---: | ---: |")
        yield from (f"| {escape(each.key)} | {escape(_word(each))} | {' | '.join(_numbers(each))} |" for each in diff.changed)
    for each in diff.changed:
        if found := list(_details(each, diff)):
            yield from ("", f"**{escape(each.key)}**", "")
            yield from (f"- {label}: {escape(text)}" for label, text in found)
    yield from ("", escape(_summary(diff)))


def _word(each: Comparison) -> str:
    return (f"renamed from {each.previously}; " if each.previously else "") + each.verdict.value


def _numbers(each: Comparison) -> list[str]:
    counts = each.counts
    if counts is None:
        return [""] * 4
    both = counts.before is not None and counts.after is not None
    found = (counts.before, counts.after, counts.entered if both else None, counts.left if both else None)
    return ["" if number is None else f"{number:,}" for number in found]


def _json(diff: Diff) -> str:
    return json.dumps(document(diff), indent=2, ensure_ascii=False)


def document(diff: Diff) -> dict[str, Any]:
    """Return the comparison as JSON-able data."""
    return {
        "version": VERSION,
        "old": diff.old.label,
        "new": diff.new.label,
        "counted": diff.counted,
        "segments": [_segment(each, diff) for each in diff.comparisons],
    }


def _segment(each: Comparison, diff: Diff) -> dict[str, Any]:
    return {
        "segment": each.key,
        "previously": each.previously,
        "verdict": each.verdict.value,
        "counts": vars(each.counts) if each.counts else None,
        "before": _english(each.previously or each.key, diff.old, each.before) if each.before else None,
        "after": _english(each.key, diff.new, each.after) if each.after else None,
        "redeclared": list(each.redeclared),
        "settings": list(each.settings),
        "uncounted": each.uncounted or None,
    }


_FORMS: Mapping[str, Callable[[Diff], str]] = {"text": _text, "json": _json, "markdown": _markdown}
