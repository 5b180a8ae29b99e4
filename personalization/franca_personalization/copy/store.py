"""Files of copy: written whole or not at all; approval bound to the text."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

from franca.definitions import Approval, Copy, Project, Wording
from franca.errors import FrancaError, did_you_mean
from franca.language.copies import SLOT, copy_digest, dump_copy, unapproved
from franca_personalization.copy.brief import copy_path


def save(root: Path, copy: Copy) -> Path:
    """Write a file of copy and return its path; it appears when it is complete."""
    path = copy_path(root, copy.brief, copy.segment, copy.language)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(dump_copy(copy))
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    return path


def chosen(project: Project, brief: str, segments: Sequence[str] = (), languages: Sequence[str] = ()) -> list[Copy]:
    """Return the files of copy of a brief, some or all of its segments and languages.

    Raises:
        FrancaError: there are none.
    """
    if brief not in project.copies:
        raise FrancaError(f"there is no copy of {brief!r}", remedy=did_you_mean(brief, project.copies))
    found = [each for each in project.copies[brief] if _wanted(each.segment, segments) and _wanted(each.language, languages)]
    if not found:
        known = ", ".join(f"{each.segment}.{each.language}" for each in project.copies[brief])
        raise FrancaError(f"there is no such copy of {brief!r}", remedy=f"there is {known}" if known else "its folder is empty")
    return found


def _wanted(value: str, wanted: Sequence[str]) -> bool:
    return not wanted or value in wanted


def approved(copy: Copy, by: str, on: date) -> Copy:
    """Return the copy with the approval of its present text.

    Raises:
        FrancaError: nobody is named.
    """
    if not by.strip():
        raise FrancaError("nobody is named as the one who read the copy", remedy="give --by NAME")
    return replace(copy, approval=Approval(by=by.strip(), at=on.isoformat(), digest=copy_digest(copy)))


def state(copy: Copy) -> str:
    """Return how a file stands: approved, stale or draft."""
    if copy.approval is None:
        return "draft"
    return "stale" if unapproved(copy) else "approved"


def filled(copy: Copy, text: str) -> str:
    """Return a text as somebody without any of the attributes reads it: facts and defaults in place of slots."""

    def shown(name: str) -> str:
        slot = copy.slots.get(name)
        return (slot.text or slot.default) if slot else f"[[{name}]]"

    return SLOT.sub(lambda found: shown(found[1]), text)


def texts(wording: Wording) -> Iterator[tuple[str, str]]:
    """Yield field and text; a paragraph's field is `body[1]`."""
    for name, text in wording.texts.items():
        if isinstance(text, str):
            yield name, text
        else:
            yield from ((f"{name}[{number}]", each) for number, each in enumerate(text))
