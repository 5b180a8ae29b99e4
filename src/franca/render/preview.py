"""An insight into segments → text, JSON, Markdown. Pure functions; the page of HTML is `insight_page`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from franca.render.insight_tables import KINDS, PAIRS, Table, clause, funnel, groups, heading, overlap, share, sizes
from franca.render.markdown import escape
from franca.render.text import printable

if TYPE_CHECKING:  # loading it loads Ibis, which plans do not need
    from franca.audience.changes import Change
    from franca.audience.insight import Insight
    from franca.audience.overlap import Pair
    from franca.audience.reach import Reach

VERSION = 1
"""Of the JSON form, whose schema is preview.schema.json beside this file."""

_WARNINGS = 40
_LEAST, _FIRST = 8, 24
"""Characters that words keep where a table is wider than the terminal: keys, in the first column, are what one types."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a preview shows.

    Attributes:
        notes: what else is to be known of the run.
        pairs: so many of the pairs that share somebody are shown; JSON has all of them.
        width: columns of the terminal; None: as many as it needs.
    """

    insight: Insight
    notes: Sequence[str] = ()
    pairs: int = PAIRS
    width: int | None = None


def render_preview(preview: Preview, form: str = "text") -> str:
    """Return the preview as "text", "json" or "markdown"."""
    return _FORMS[form](preview)


def warnings(insight: Insight) -> Iterator[str]:
    """Yield the warnings, as many as can be read."""
    from franca.audience.remarks import remarks

    found = remarks(insight)
    yield from (f"warning: {remark.text}" for remark in found[:_WARNINGS])
    if rest := found[_WARNINGS:]:
        yield f"warning: {len(rest):,} more: --format json has them all"


def _lines(preview: Preview) -> Iterator[str]:
    yield from heading(preview.insight)
    yield from preview.notes


def _tables(preview: Preview) -> Iterator[Table]:
    """Yield the tables but that of the sizes."""
    insight = preview.insight
    yield from (found for key in insight.segments if (found := funnel(insight, key)))
    yield from groups(insight)
    if found := overlap(insight, preview.pairs):
        yield found


# -- text


def _text(preview: Preview) -> str:
    return "\n".join(line.rstrip() for line in map(printable, _text_lines(preview)))


def _text_lines(preview: Preview) -> Iterator[str]:
    yield from _lines(preview)
    yield from ("", *grid(sizes(preview.insight), preview.width))
    for table in _tables(preview):
        yield from ("", table.title, *grid(table, preview.width))
    if found := list(warnings(preview.insight)):
        yield from ("", *found)
    for key, members in preview.insight.members.items():
        yield from ("", f"{key}: {len(members):,} of {preview.insight.sizes[key]:,} members", *(f"  {member}" for member in members))


def grid(table: Table, width: int | None = None) -> Iterator[str]:
    """Yield a table as lines of text; words are cut where it would be wider than *width*."""
    rows = [table.head, *table.rows]
    widths = _narrowed([max(len(row[column]) for row in rows) for column in range(len(table.head))], table.words, width)
    if width and table.spare is not None and _wide(widths) > width:
        yield from grid(table.without(table.spare), width)
        return
    for row in rows:
        cells = [_cut(cell, w).ljust(w) if n < table.words else cell.rjust(w) for n, (cell, w) in enumerate(zip(row, widths, strict=True))]
        yield "  ".join(cells)


def _narrowed(widths: list[int], words: int, most: int | None) -> list[int]:
    """Return widths of columns that together fit, as far as words can be cut: always the widest first."""
    floors = [min(width, _LEAST if column else _FIRST) for column, width in enumerate(widths[:words])]
    while most and _wide(widths) > most and (wide := [column for column in range(words) if widths[column] > floors[column]]):
        widths[max(wide, key=lambda column: widths[column])] -= 1
    return widths


def _wide(widths: Sequence[int]) -> int:
    return sum(widths) + 2 * (len(widths) - 1)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


# -- Markdown


def _markdown(preview: Preview) -> str:
    return "\n".join(_markdown_lines(preview))


def _markdown_lines(preview: Preview) -> Iterator[str]:
    yield from _markdown_table(sizes(preview.insight))
    yield ""
    yield from (f"- {escape(line)}" for line in (*_lines(preview), *warnings(preview.insight)))
    for table in _tables(preview):
        yield from ("", f"**{escape(table.title)}**", "", *_markdown_table(table))


def _markdown_table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(map(escape, table.head))} |"
    yield f"|{''.join(' --- |' if column < table.words else ' ---: |' for column in range(len(table.head)))}"
    yield from (f"| {' | '.join(map(_cell, row))} |" for row in table.rows)


def _cell(text: str) -> str:
    """Return a cell; the spaces of an indent stay."""
    inner = text.lstrip(" ")
    return "&nbsp;" * (len(text) - len(inner)) + escape(inner)


# -- JSON


def _json(preview: Preview) -> str:
    return json.dumps(document(preview), ensure_ascii=False, indent=2)


def document(preview: Preview) -> dict[str, Any]:
    """Return the preview as JSON-able data, by preview.schema.json."""
    from franca.audience.remarks import remarks

    insight = preview.insight
    return {
        "version": VERSION,
        "as_of": insight.as_of.isoformat(),
        "profiles": insight.summary.profiles,
        "mailable": insight.summary.mailable,
        "without_email": insight.summary.without_email,
        "ambiguous_emails": insight.summary.ambiguous_emails,
        "since": {"as_of": insight.since.as_of, "unknown": insight.since.unknown} if insight.since else None,
        "segments": [_segment(insight, key) for key in insight.segments],
        "groups": {name: [vars(each) for each in shares] for name, shares in insight.groups.items()},
        "overlap": [_pair(each) for each in insight.pairs],
        "warnings": [{"about": str(each.about), "segments": list(each.segments), "text": each.text} for each in remarks(insight)],
        "notes": list(preview.notes),
    }


def _segment(insight: Insight, key: str) -> dict[str, Any]:
    size, mailable = insight.sizes[key], insight.mailable[key] if insight.mailable is not None else None
    change = insight.since.changes.get(key) if insight.since else None
    return {
        "segment": key,
        "name": insight.project.segments[key].name,
        "members": size,
        "share": share(size, insight.summary.profiles),
        "mailable": mailable,
        "share_of_mailable": None if mailable is None else share(mailable, insight.summary.mailable),
        "change": _change(change, size) if change else None,
        "reach": _reach(insight.reaches[key], insight),
    }


def _change(change: Change, size: int) -> dict[str, Any]:
    return {
        "before": change.before,
        "change": size - change.before,
        "entered": change.entered,
        "left": change.left,
        "redefined": change.redefined,
    }


def _reach(reach: Reach, insight: Insight) -> dict[str, Any]:
    position = reach.predicate.position
    return {
        "condition": clause(reach.predicate, insight.project),
        "kind": KINDS[type(reach.predicate)] if reach.parts else "condition",
        "position": str(position) if position else None,
        "alone": reach.alone,
        "after": reach.after,
        "parts": [_reach(part, insight) for part in reach.parts],
    }


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "first": pair.first,
        "second": pair.second,
        "both": pair.both,
        "jaccard": pair.jaccard,
        "first_in_second": pair.first_in_second,
        "second_in_first": pair.second_in_first,
    }


_FORMS: Mapping[str, Callable[[Preview], str]] = {"text": _text, "json": _json, "markdown": _markdown}
