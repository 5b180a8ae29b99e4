"""Files of copy: written whole or not at all; approval bound to the text."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.util import load_yaml_guess_indent

from franca.definitions import Approval, Copy, Project, Wording
from franca.errors import FrancaError, did_you_mean
from franca.language.copies import SLOT, copy_digest, dump_copy, unapproved
from franca.language.source import plain, read_text
from franca.plan.files import write_whole
from franca_personalization.copy.brief import BRIEFS_FOLDER, check_key, copy_path


def save(root: Path, copy: Copy) -> Path:
    """Write a file of copy and return its path; it appears when it is complete.

    Raises:
        FrancaError: the folder cannot be written.
    """
    path = copy_path(root, copy.brief, copy.segment, copy.language)
    write_whole(path, dump_copy(copy))
    return path


def sign(root: Path, copy: Copy) -> Path:
    """Write the approval of a file of copy into it and return its path; what else people wrote there stays, comments too.

    Raises:
        FrancaError: the folder cannot be written.
    """
    path = root / copy.position.file if copy.position else copy_path(root, copy.brief, copy.segment, copy.language)
    write_whole(path, _signed(path.read_text(encoding="utf-8-sig"), copy) if path.is_file() else dump_copy(copy))
    return path


def _signed(text: str, copy: Copy) -> str:
    """Return a file's text with the approval of *copy*; all of it written anew where the text would come to mean anything else."""
    approval = copy.approval
    entry = {"by": approval.by, "at": approval.at, "text": approval.digest} if approval else {}
    try:
        made = _with_entry(text, entry)
        same = plain(read_text(made, "")) == {**plain(read_text(text, "")), "approved": entry}
    except (YAMLError, FrancaError, ValueError):  # ruamel reads days and tags as such, and refuses those that are none
        same = False
    return made if same else dump_copy(copy)


def _with_entry(text: str, entry: Mapping[str, str]) -> str:
    yaml, out = YAML(pure=True), io.StringIO()
    yaml.preserve_quotes, yaml.width = True, 10_000
    tree, indent, offset = load_yaml_guess_indent(text, yaml=yaml)
    if indent:
        yaml.map_indent, yaml.sequence_indent, yaml.sequence_dash_offset = indent, indent, offset
    if tree.get("approved"):
        tree["approved"].update(entry)
    else:
        tree["approved"] = dict(entry)
    yaml.dump(tree, out)
    return out.getvalue()


def chosen(project: Project, brief: str, segments: Sequence[str] = (), languages: Sequence[str] = ()) -> list[Copy]:
    """Return the files of copy of a brief, some or all of its segments and languages.

    Raises:
        FrancaError: there are none.
    """
    check_key(brief)
    briefs = {path.stem for path in (project.root / BRIEFS_FOLDER).glob("*.yaml")}
    if not project.copies.get(brief) and brief in briefs:
        raise FrancaError(f"there is no copy of {brief!r} yet", remedy=f"write it with `franca copy generate {brief}`")
    if not project.copies.get(brief):
        raise FrancaError(f"there is no copy of {brief!r}", remedy=did_you_mean(brief, briefs | project.copies.keys() - {brief}))
    found = [each for each in project.copies[brief] if _wanted(each.segment, segments) and _wanted(each.language, languages)]
    if not found:
        known = ", ".join(f"{each.segment}.{each.language}" for each in project.copies[brief])
        raise FrancaError(f"there is no such copy of {brief!r}", remedy=f"there is {known}")
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
