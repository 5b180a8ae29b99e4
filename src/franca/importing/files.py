"""Imported segments → the text of a file, with the reasons as comments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from franca.definitions import Segment
from franca.errors import FrancaError
from franca.importing.records import Imported
from franca.language.dump import dump_segment, dump_yaml
from franca.language.project import read_segments
from franca.language.reader import Reader
from franca.language.source import read_text

HEAD = """\
# Imported from {destination}: what people made there. It stays there as it is until its definition here changes.
# What has no exact equal in our language is native: kept by its name, with the reason above it (docs/import.md).
"""


def file_text(imported: Sequence[Imported], destination: str) -> str:
    """Return the text of a file of segments, which reads back as them.

    Raises:
        FrancaError: it does not; a mistake of ours.
    """
    parts = [HEAD.format(destination=destination), "segments:\n"]
    for each in imported:
        parts += [f"  # {_one_line(why)}\n" for why in _reasons(each)]
        parts.append(dump_yaml([each.segment]).removeprefix("segments:\n"))
    text = "".join(parts)
    found = _read(text)
    for each in imported:
        if dump_segment(found[each.segment.key]) != dump_segment(each.segment):
            raise FrancaError(f"the segment {each.remote.name!r} is not read back as it was written: please report it")
    return text


def _reasons(each: Imported) -> Iterator[str]:
    if each.why:
        yield f"native, because {each.why}"
    if each.beside:
        yield f"skipped where it comes from, where it stays as it is: {each.beside}"
    for finding, what in each.approximated:
        yield f"not exact, accepted at the import ({finding}): {what}"
    if each.assumptions:
        yield f"leans on {', '.join(each.assumptions)}"


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _read(text: str) -> dict[str, Segment]:
    reader = Reader()
    found = read_segments(reader, read_text(text, "segments"))
    reader.finish()
    return found
