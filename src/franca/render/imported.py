"""What an import found → text, JSON, Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from franca.importing import Import, Imported, Suggestion
from franca.render.markdown import escape
from franca.render.text import printable


def render_import(found: Import, path: Path | None, form: str) -> str:
    """Return what was imported, what was not and why, and what could be mapped; *path* is the file that was written."""
    if form == "json":
        return json.dumps(_data(found, path), indent=2, ensure_ascii=False)
    return "\n".join(_markdown(found, path) if form == "markdown" else _text(found, path))


def _data(found: Import, path: Path | None) -> dict[str, object]:
    return {
        "destination": found.destination,
        "file": str(path) if path else None,
        "segments": [_segment(each) for each in found.imported],
        "left_out": [{"kind": str(each.remote.kind), "name": each.remote.name, "why": each.why} for each in found.left_out],
        "unmapped": [_suggestion(each) for each in found.unmapped],
        "known": found.known,
    }


def _suggestion(each: Suggestion) -> dict[str, object]:
    found = each.field
    return {
        "field": found.field,
        "title": found.title,
        "type": str(found.kind) if found.kind else None,
        "attribute": each.attribute or None,
    }


def _segment(each: Imported) -> dict[str, object]:
    return {
        "key": each.segment.key,
        "name": each.remote.name,
        "kind": str(each.remote.kind),
        "native": each.is_native,
        "why": each.why,
        "beside": each.beside,
        "assumptions": list(each.assumptions),
        "approximated": dict(each.approximated),
        "written": not each.written,
    }


def _text(found: Import, path: Path | None) -> Iterator[str]:
    ours, native = _split(found)
    new = [each for each in found.imported if not each.written]
    yield printable(
        f"{found.destination}: {len(new)} imported: {len(ours)} in our language, {len(native)} by name; {found.known} known already"
    )
    if path:
        yield f"wrote {path}"
    for each in found.imported:
        yield printable(f"  {each.segment.key}: {each.remote.kind} {each.remote.name!r}: {_becomes(each)}")
    for left in found.left_out:
        yield printable(f"  left out: {left.remote.kind} {left.remote.name!r}: {left.why}")
    if found.unmapped:
        yield "fields that no attribute is mapped to; where your data hold them too, write under attributes of the destination:"
        yield from (printable(f"  {_line(each)}") for each in found.unmapped)


def _line(each: Suggestion) -> str:
    """Return a line of a mapping; without an attribute of that name its place is left open."""
    kind = f", {each.field.kind}" if each.field.kind else ""
    return f"{each.attribute or 'ATTRIBUTE'}: {{field: {json.dumps(each.field.field, ensure_ascii=False)}}}  # {each.field.title}{kind}"


def _split(found: Import) -> tuple[list[Imported], list[Imported]]:
    new = [each for each in found.imported if not each.written]
    return [each for each in new if not each.is_native], [each for each in new if each.is_native]


def _becomes(each: Imported) -> str:
    if each.written:
        return "in the project already; the state knows it again"
    if each.is_native:
        return f"native, because {each.why}"
    about = [f"stays beside, because {each.beside}" if each.beside else "", *(f"not exact: {what}" for _, what in each.approximated)]
    leaning = f"leans on {', '.join(each.assumptions)}" if each.assumptions else ""
    return "; ".join(filter(None, ["in our language", *about, leaning]))


def _markdown(found: Import, path: Path | None) -> Iterator[str]:
    ours, native = _split(found)
    yield f"### Imported from {escape(found.destination)}"
    yield ""
    yield f"{len(ours)} segments in our language, {len(native)} by name, {found.known} known already" + (f"; `{path}`" if path else "")
    if found.imported or found.left_out:
        yield ""
        yield "| key | there | becomes |"
        yield "|---|---|---|"
    for each in found.imported:
        yield f"| `{each.segment.key}` | {each.remote.kind} {escape(each.remote.name)} | {escape(_becomes(each))} |"
    for left in found.left_out:
        yield f"| | {left.remote.kind} {escape(left.remote.name)} | left out: {escape(left.why)} |"
    if found.unmapped:
        yield ""
        yield "Fields without a mapping: " + ", ".join(
            f"{escape(each.field.field)} ({escape(each.field.title)})" for each in found.unmapped
        )
