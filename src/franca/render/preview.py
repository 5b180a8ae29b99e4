"""Sizes of segments → text, JSON, Markdown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from franca.definitions import Project

if TYPE_CHECKING:  # loading it loads Ibis, which plans do not need
    from franca.audience import Summary


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """What a preview shows: members per segment of a checked project at an instant."""

    project: Project
    as_of: datetime
    summary: Summary
    sizes: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class _Row:
    segment: str
    name: str
    members: int
    share: float | None
    share_of_mailable: float | None


def render_preview(preview: Sizes, form: str = "text") -> str:
    """Return the preview as "text", "json" or "markdown"."""
    return _FORMS[form](preview)


def _rows(preview: Sizes) -> Iterator[_Row]:
    for key, size in preview.sizes.items():
        yield _Row(
            segment=key,
            name=preview.project.segments[key].name,
            members=size,
            share=_share(size, preview.summary.profiles),
            share_of_mailable=_share(size, preview.summary.mailable),
        )


def _share(part: int, whole: int | None) -> float | None:
    return part / whole if whole else None


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _notes(preview: Sizes) -> Iterator[str]:
    summary, minimum = preview.summary, preview.project.policies.minimum_size
    mailable = "" if summary.mailable is None else f", {summary.mailable:,} may be mailed"
    yield f"{summary.profiles:,} profiles as of {preview.as_of.isoformat()}{mailable}"
    if summary.without_email or summary.ambiguous_emails:
        outside = f"{summary.without_email:,} without an email, {summary.ambiguous_emails:,} emails of several profiles"
        yield f"outside every destination: {outside}"
    for key, size in preview.sizes.items():
        if size < minimum:
            yield f"warning: {key} has {size:,} members, fewer than minimum_size {minimum:,}"


_HEAD = ("segment", "name", "members", "of all", "of mailable")


def _cells(preview: Sizes) -> list[tuple[str, ...]]:
    return [(row.segment, row.name, f"{row.members:,}", _percent(row.share), _percent(row.share_of_mailable)) for row in _rows(preview)]


def _text(preview: Sizes) -> str:
    table = [_HEAD, *_cells(preview)]
    widths = [max(len(row[column]) for row in table) for column in range(len(_HEAD))]
    lines = [
        "  ".join(cell.ljust(w) if n < 2 else cell.rjust(w) for n, (cell, w) in enumerate(zip(row, widths, strict=True))) for row in table
    ]
    return "\n".join([*(line.rstrip() for line in lines), *_notes(preview)])


def _json(preview: Sizes) -> str:
    summary = preview.summary
    return json.dumps(
        {
            "as_of": preview.as_of.isoformat(),
            "profiles": summary.profiles,
            "mailable": summary.mailable,
            "without_email": summary.without_email,
            "ambiguous_emails": summary.ambiguous_emails,
            "segments": [vars(row) for row in _rows(preview)],
        },
        ensure_ascii=False,
        indent=2,
    )


def _markdown(preview: Sizes) -> str:
    from franca.render.markdown import escape

    table = [_HEAD, ("---", "---", "---:", "---:", "---:"), *([escape(cell) for cell in row] for row in _cells(preview))]
    return "\n".join([*(f"| {' | '.join(row)} |" for row in table), "", *(f"- {escape(note)}" for note in _notes(preview))])


_FORMS: Mapping[str, Callable[[Sizes], str]] = {"text": _text, "json": _json, "markdown": _markdown}
