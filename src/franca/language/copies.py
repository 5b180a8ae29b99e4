"""`copy/BRIEF/SEGMENT.LANGUAGE.yaml` → variants, and back; and what their texts are in the template language."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from franca.definitions import CONTROL, Approval, Copy, Position, Slot, Source, Texts, Variant, Wording
from franca.errors import Problem, did_you_mean
from franca.language.reader import Fields, Reader
from franca.language.source import Item

COPY_FOLDER = "copy"
WHOLE = "all"
"""In place of a segment: the copy is for the whole audience of a campaign."""

SLOT = re.compile(r"\[\[([A-Za-z0-9_:]+)\]\]")
_NAME = re.compile(r"([A-Za-z0-9_]+)\.([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*)")
_FIELD = re.compile(r"[a-z][a-z0-9_]*")
_TAGS = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}|\*\||\|\*|\[\[|\]\]")
_OWN = ("subject", "preview_text")
_KEYS = ["variants", "slots", "approved", "provenance"]


def read_copies(reader: Reader, folder: Path) -> dict[str, tuple[Copy, ...]]:
    """Return brief → its copy files; names of segments are resolved when a campaign uses them."""
    found: dict[str, tuple[Copy, ...]] = {}
    for below in sorted(path for path in (folder / COPY_FOLDER).glob("*") if path.is_dir()):
        files: list[Copy] = []
        for path in sorted(below.glob("*.y*ml")):
            with reader.guard():
                shown = f"{COPY_FOLDER}/{below.name}/{path.name}"
                if path.suffix != ".yaml":
                    reader.fail(Position(shown), "a file of copy ends in .yaml", f"rename it to {path.stem}.yaml")
                files.append(read_copy(reader, path, shown))
        found[below.name] = tuple(files)
    return found


def read_copy(reader: Reader, path: Path, shown: str) -> Copy:
    """Return one file of copy; *shown* is its name in messages."""
    named = _NAME.fullmatch(path.stem)
    if named is None:
        reader.fail(Position(shown), "the name of a file of copy is SEGMENT.LANGUAGE.yaml", "for example vip.en.yaml, or all.de.yaml")
    item = reader.file(path, shown)
    fields = reader.fields(item, "a file of copy", _KEYS)
    wordings = reader.named(fields.need("variants"), "variants", lambda key, each: _wording(reader, key, each))
    if CONTROL not in wordings:
        remedy = f"write one under the key {CONTROL}: every variant is compared with it"
        reader.fail(fields.position, "there is no text that people wrote", remedy)
    return Copy(
        brief=path.parent.name,
        segment=named[1],
        language=named[2],
        wordings=(wordings.pop(CONTROL), *wordings.values()),
        slots=reader.named(fields.get("slots"), "slots", lambda _, each: _slot(reader, each)),
        approval=_approval(reader, fields),
        provenance=reader.named(fields.get("provenance"), "provenance", lambda _, each: str(each.value)),
        position=item.position,
    )


def _wording(reader: Reader, key: str, item: Item) -> Wording:
    if not _FIELD.fullmatch(key):
        reader.fail(item.position, f"the variant {key!r}: a key is a lower-case letter, then letters, digits and underscores")
    entries = dict(reader.mapping(item, f"variant {key!r}"))
    angle = entries.pop("angle", None)
    texts = {name: _text(reader, name, entry.item) for name, entry in entries.items()}
    if not texts:
        reader.fail(item.position, f"the variant {key!r} is empty", "write at least a subject")
    return Wording(
        key=key,
        texts=texts,
        angle=reader.text(angle.item, "angle") if angle else "",
        places={name: entry.item.position for name, entry in entries.items()},
        position=item.position,
    )


def _text(reader: Reader, name: str, item: Item) -> str | tuple[str, ...]:
    if not _FIELD.fullmatch(name):
        reader.fail(item.position, f"{name!r} is not a name", "lower-case letters, digits and underscores")
    if isinstance(item.value, tuple):
        return tuple(reader.text(each, name) for each in reader.sequence(item, name))
    return reader.text(item, name)


def _slot(reader: Reader, item: Item) -> Slot:
    if isinstance(item.value, str):
        return Slot(text=item.value, position=item.position)
    fields = reader.fields(item, "a slot", ["profile", "default"])
    return Slot(profile=fields.text("profile"), default=fields.text("default"), position=item.position)


def _approval(reader: Reader, fields: Fields) -> Approval | None:
    item = fields.get("approved")
    if item is None:
        return None
    found = reader.fields(item, "approved", ["by", "at", "text"])
    return Approval(by=found.text("by"), at=found.text("at"), digest=found.text("text"), position=item.position)


# -- what is approved


def copy_digest(copy: Copy) -> str:
    """Return the identity of what an approver reads: every text, what every slot stands for, and whom it is for."""
    return hashlib.sha256(json.dumps(_shown(copy), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _shown(copy: Copy) -> dict[str, Any]:
    slots = {name: _plain_slot(slot) for name, slot in copy.slots.items()}
    return {
        "for": [copy.brief, copy.segment, copy.language],
        "slots": slots,
        "variants": {each.key: _plain_texts(each.texts) for each in copy.wordings},
    }


def _plain_slot(slot: Slot) -> str | dict[str, str]:
    return {"profile": slot.profile, "default": slot.default} if slot.profile else slot.text


def _plain_texts(texts: Texts) -> dict[str, str | list[str]]:
    return {name: text if isinstance(text, str) else list(text) for name, text in texts.items()}


def unapproved(copy: Copy) -> Problem | None:
    """Return why a file of copy may not be used, if so: nobody approved it, or it was changed since."""
    remedy = "read it with `franca copy review`, then `franca copy approve`"
    what = f"the copy of {copy.brief!r} for {copy.segment!r} ({copy.language})"
    if copy.approval is None:
        return Problem(what=f"{what} is not approved", remedy=remedy, position=copy.position)
    if copy.approval.digest != copy_digest(copy):
        return Problem(what=f"{what} was changed after {copy.approval.by} approved it", remedy=remedy, position=copy.approval.position)
    return None


def dump_copy(copy: Copy) -> str:
    """Return the file's text; reading it gives an equal record."""
    approval = copy.approval
    approved = {"by": approval.by, "at": approval.at, "text": approval.digest} if approval else None
    shown = {"slots": _shown(copy)["slots"], "variants": {each.key: _dumped(each) for each in copy.wordings}}
    whole = {**shown, "provenance": dict(copy.provenance), "approved": approved}
    yaml, out = YAML(pure=True), io.StringIO()
    yaml.width, yaml.allow_unicode = 1_000, True
    yaml.dump({key: value for key, value in whole.items() if value}, out)
    return out.getvalue()


def _dumped(wording: Wording) -> dict[str, Any]:
    return {**({"angle": wording.angle} if wording.angle else {}), **_plain_texts(wording.texts)}


# -- in the template language


def front_copy(reader: Reader, item: Item | None) -> dict[str, Source | tuple[Source, ...]]:
    """Return a template's own copy, from its front matter: texts in which `{{ … }}` is the template language's."""

    def text(each: Item) -> Source:
        parts = _cut(reader.text(each, "copy"))
        return Source(
            text="".join(part if number % 2 else literal(part) for number, part in enumerate(parts) if part), position=each.position
        )

    def one(name: str, each: Item) -> Source | tuple[Source, ...]:
        if not _FIELD.fullmatch(name) or name in _OWN:
            reader.fail(
                each.position, f"copy: {name!r} is not a name", "lower-case letters, digits and underscores; subjects stand beside copy"
            )
        return tuple(map(text, reader.sequence(each, name))) if isinstance(each.value, tuple) else text(each)

    return reader.named(item, "copy", one)


def _cut(text: str) -> list[str]:
    """Return what is outside of `{{ … }}` and what is inside, in turns."""
    parts, start = [], 0
    while (opened := text.find("{{", start)) >= 0 and (closed := text.find("}}", opened + 2)) >= 0:
        parts += [text[start:opened], text[opened : closed + 2]]
        start = closed + 2
    return [*parts, text[start:]]


def variants(copy: Copy) -> tuple[Variant, ...]:
    """Return the arms; `copy_problems` finds nothing wrong with them."""
    return tuple(_variant(copy, each) for each in copy.wordings)


def _variant(copy: Copy, wording: Wording) -> Variant:
    made = {name: _source(copy, wording, name, text) for name, text in wording.texts.items()}
    own = {name: source for name, source in made.items() if name in _OWN and isinstance(source, Source)}
    blocks = {name: source for name, source in made.items() if name not in _OWN}
    return Variant(key=wording.key, copy=blocks, position=wording.position, **own)


def _source(copy: Copy, wording: Wording, name: str, text: str | tuple[str, ...]) -> Source | tuple[Source, ...]:
    if isinstance(text, tuple):
        return tuple(Source(text=_expression(each, copy.slots), position=wording.places.get(name)) for each in text)
    return Source(text=_expression(text, copy.slots), position=wording.places.get(name))


def _expression(text: str, slots: Mapping[str, Slot]) -> str:
    """Return a text with slots as a template: every constant a literal, so that nothing in it can be a tag or markup."""
    parts = SLOT.split(text)
    return "".join(_filled(slots[part]) if number % 2 else literal(part) for number, part in enumerate(parts) if part)


def _filled(slot: Slot) -> str:
    return f"{{{{ profile.{slot.profile} | default({_quoted(slot.default)}) }}}}" if slot.profile else literal(slot.text)


def literal(text: str) -> str:
    """Return a constant of the template language that prints *text*, escaped where it stands."""
    return f"{{{{ {_quoted(text)} }}}}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def copy_problems(copy: Copy, attributes: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what keeps a file of copy from being a template: unknown slots, unknown attributes, tags of any ESP's language."""
    for name, slot in copy.slots.items():
        if slot.profile and slot.profile not in attributes:
            what = f"the slot {name!r}: there is no attribute {slot.profile!r}"
            yield Problem(what=what, remedy=did_you_mean(slot.profile, attributes), position=slot.position)
        yield from _tag_problems(f"the slot {name!r}", slot.text + slot.default, slot.position)
    for wording in copy.wordings:
        for name, text in wording.texts.items():
            yield from _text_problems(copy, wording, name, (text,) if isinstance(text, str) else text)


def _text_problems(copy: Copy, wording: Wording, name: str, texts: tuple[str, ...]) -> Iterator[Problem]:
    at, what = wording.places.get(name, wording.position), f"the {name} of {wording.key!r}"
    if name in _OWN and wording.texts[name] != texts[0]:
        yield Problem(what=f"{what} is one text, not a list", position=at)
    for text in texts:
        for slot in SLOT.findall(text):
            if slot not in copy.slots:
                yield Problem(what=f"{what}: there is no slot [[{slot}]]", remedy=did_you_mean(slot, copy.slots), position=at)
        yield from _tag_problems(what, SLOT.sub("", text), at)


def _tag_problems(what: str, text: str, at: Position | None) -> Iterator[Problem]:
    found = _TAGS.search(text)
    if found:
        remedy = "copy is text with slots as [[name]]; tags belong in the template"
        yield Problem(what=f"{what} holds {found[0]!r}, a tag's beginning or end", remedy=remedy, position=at)
