"""`briefs/KEY.yaml` → a brief, and what its slots are in a language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date

from franca.definitions import CONTROL, Copy, InSegment, Predicate, Project, Slot, Texts, Wording
from franca.errors import FrancaError, Problem, ProblemsError, did_you_mean
from franca.language.copies import COPY_FOLDER, SLOT, WHOLE, read_copy
from franca.language.predicates import load_predicate, predicate
from franca.language.reader import Fields, Reader
from franca.language.source import Item
from franca.logic import nodes
from franca_personalization.copy.records import Angle, Brief, Emoji, Fact, Field, ProfileSlot

T = TypeVar("T")
BRIEFS_FOLDER = "briefs"
MAXIMUM_VARIANTS = 7
_KEYS = """
name goal tone facts links profile allow names words require languages segments
describe write variants angles emoji control lexicons
"""
_KEY = re.compile(r"[A-Za-z0-9_]+")
_NAME = re.compile(r"[a-z][a-z0-9_]*$")
_LINK = re.compile(r"https://[A-Za-z0-9.-]+(?:[:/?#][^\s\"'<>{}|\\]*)?$")


def load_brief(project: Project, key: str) -> Brief:
    """Return a brief of a checked project.

    Raises:
        FrancaError: there is none of that name.
        ProblemsError: all that is wrong with it.
    """
    check_key(key)
    folder = project.root / BRIEFS_FOLDER
    path = folder / f"{key}.yaml"
    if not path.is_file():
        known = [each.stem for each in folder.glob("*.yaml")]
        raise FrancaError(f"there is no {BRIEFS_FOLDER}/{key}.yaml", remedy=did_you_mean(key, known))
    reader = Reader()
    found: list[Brief] = []
    with reader.guard():
        found.append(_brief(reader, key, reader.file(path, f"{BRIEFS_FOLDER}/{key}.yaml"), project.zone))
    reader.finish()
    if problems := list(_problems(project, found[0])):
        raise ProblemsError(problems)
    brief = found[0]
    return replace(brief, facts={name: _dated(fact, brief.languages) for name, fact in brief.facts.items()})


def check_key(key: str) -> None:
    """Refuse what names no brief: a path would lead out of the project's folders.

    Raises:
        FrancaError: it is not of letters, digits and underscores.
    """
    if not _KEY.fullmatch(key):
        remedy = f"give the name of its file in {BRIEFS_FOLDER}/ without .yaml: letters, digits and underscores"
        raise FrancaError(f"{key!r} is no key of a brief", remedy=remedy)


def _brief(reader: Reader, key: str, item: Item, zone: ZoneInfo) -> Brief:
    fields = reader.fields(item, f"the brief {key!r}", _KEYS.split())
    words = fields.get("words")
    of_brand = reader.fields(words, "words", ["use", "avoid"]) if words else None
    usual = Brief(key=key, name="", goal="")
    variants, emoji = fields.get("variants"), fields.get("emoji")
    return Brief(
        key=key,
        name=fields.text("name", key),
        goal=fields.text("goal"),
        tone=fields.text("tone", ""),
        facts=reader.named(fields.get("facts"), "facts", partial(_fact, reader, zone)),
        links=reader.named(fields.get("links"), "links", partial(_link, reader)),
        profile=reader.named(fields.get("profile"), "profile", partial(_profile, reader)),
        allowed=_texts(reader, fields, "allow"),
        names=_texts(reader, fields, "names"),
        use=_texts(reader, of_brand, "use") if of_brand else (),
        avoid=_texts(reader, of_brand, "avoid") if of_brand else (),
        required=_texts(reader, fields, "require"),
        languages=_once(reader, fields, "languages", _texts) or usual.languages,
        segments=_once(reader, fields, "segments", _texts),
        describe=reader.named(fields.get("describe"), "describe", lambda _, each: predicate(reader, each)),
        write=_once(reader, fields, "write", partial(_words, words=Field)) or usual.write,
        variants=reader.integer(variants, "variants") if variants else usual.variants,
        angles=_once(reader, fields, "angles", partial(_words, words=Angle)) or usual.angles,
        emoji=reader.word(emoji, Emoji, "emoji") if emoji else usual.emoji,
        controls=reader.named(fields.need("control"), "control", partial(_control, reader)),
        lexicons=reader.named(fields.get("lexicons"), "lexicons", lambda _, each: reader.text(each, "lexicons")),
        position=item.position,
    )


def _texts(reader: Reader, fields: Fields, name: str) -> tuple[str, ...]:
    item = fields.get(name)
    return tuple(reader.text(each, name) for each in reader.several(item, name)) if item else ()


def _once(reader: Reader, fields: Fields, name: str, read: Callable[[Reader, Fields, str], tuple[T, ...]]) -> tuple[T, ...]:
    """Read a list, none of whose values may be there twice: each of them is a file, a field or an arm of its own."""
    found = read(reader, fields, name)
    item = fields.get(name)
    for number, each in enumerate(reader.several(item, name) if item else ()):
        if found[number] in found[:number]:
            reader.note(each.position, f"{name}: {each.value!r} is there twice", "each is written once")
    return found


def _words(reader: Reader, fields: Fields, name: str, words: type[T]) -> tuple[T, ...]:
    item = fields.get(name)
    return tuple(reader.word(each, words, name) for each in reader.several(item, name)) if item else ()  # type: ignore[type-var]


def _by_language(reader: Reader, item: Item, what: str) -> Mapping[str, str]:
    """Return language → text; one text is for all languages."""
    if isinstance(item.value, str):
        return {"": item.value}
    return reader.named(item, what, lambda name, each: reader.text(each, f"{what}: {name}"))


def _fact(reader: Reader, zone: ZoneInfo, name: str, item: Item) -> Fact:
    _name(reader, name, item)
    if isinstance(item.value, str):
        return Fact(name=name, texts={"": item.value}, about=name.replace("_", " "), position=item.position)
    fields = reader.fields(item, f"the fact {name!r}", ["text", "about", "ends"])
    text, ends = fields.get("text"), fields.get("ends")
    if (text is None) == (ends is None):
        reader.fail(item.position, f"the fact {name!r} has either a text or, for a deadline, ends")
    return Fact(
        name=name,
        texts=_by_language(reader, text, name) if text else {},
        about=fields.text("about", name.replace("_", " ")),
        ends=_instant(reader, ends, zone) if ends else None,
        position=item.position,
    )


def _instant(reader: Reader, item: Item, zone: ZoneInfo) -> datetime:
    try:
        found = datetime.fromisoformat(reader.text(item, "ends"))
    except ValueError:
        reader.fail(item.position, "ends is an instant", "write 2026-04-05T23:59; without an offset it is in the project's zone")
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _link(reader: Reader, name: str, item: Item) -> str:
    _name(reader, name, item)
    text = reader.text(item, f"the link {name!r}")
    if not _LINK.match(text):
        reader.fail(item.position, f"the link {name!r} is not an https address", "begin with https://")
    return text


def _profile(reader: Reader, name: str, item: Item) -> ProfileSlot:
    _name(reader, name, item)
    fields = reader.fields(item, f"the slot {name!r}", ["attribute", "default"])
    defaults = _by_language(reader, fields.need("default"), "default")
    return ProfileSlot(name=name, attribute=fields.text("attribute", name), defaults=defaults, position=item.position)


def _name(reader: Reader, name: str, item: Item) -> None:
    if not _NAME.match(name):
        reader.fail(item.position, f"{name!r} is not a slot's name", "lower-case letters, digits and underscores")


def _control(reader: Reader, language: str, item: Item) -> Texts:
    def text(name: str, each: Item) -> str | tuple[str, ...]:
        what = f"control: {language}: {name}"
        if name != Field.BODY and isinstance(each.value, tuple):
            reader.fail(each.position, f"{what} is one text, not a list", "only body is a list, of paragraphs")
        if name != Field.BODY:
            return reader.text(each, what)
        if not isinstance(each.value, tuple):
            reader.fail(each.position, f"{what} is a list", "write its paragraphs one below the other, each after a dash")
        return tuple(reader.text(one, what) for one in reader.sequence(each, what))

    return reader.named(item, f"control: {language}", text)


# -- what is wrong with it


def _problems(project: Project, brief: Brief) -> Iterator[Problem]:
    yield from _segment_problems(project, brief)
    for slot in brief.profile.values():
        yield from _attribute_problems(project, slot)
    if not 1 <= brief.variants <= MAXIMUM_VARIANTS:
        what = f"variants is from 1 to {MAXIMUM_VARIANTS}: each more makes every arm smaller"
        yield Problem(what=what, position=brief.position)
    if len(usable_angles(brief)) < brief.variants:
        what = "there are fewer angles than variants, and those of one test all differ; urgency needs a deadline"
        yield Problem(what=what, position=brief.position)
    for language in brief.languages:
        yield from _language_problems(brief, language)
    for name in set(brief.required) - brief.facts.keys() - brief.profile.keys():
        yield Problem(what=f"require: there is no slot {name!r}", remedy=did_you_mean(name, brief.facts), position=brief.position)
    for double in sorted(brief.facts.keys() & brief.profile.keys()):
        yield Problem(what=f"{double!r} is a fact and a profile's slot", remedy="rename one", position=brief.profile[double].position)


def _segment_problems(project: Project, brief: Brief) -> Iterator[Problem]:
    for key in brief.segments:
        if key not in project.segments:
            known = did_you_mean(key, project.segments)
            yield Problem(what=f"there is no segment {key!r}", remedy=known, position=brief.position)
    for leaf in chain.from_iterable(map(nodes, brief.describe.values())):
        if isinstance(leaf, InSegment) and leaf.key not in project.segments:
            known = did_you_mean(leaf.key, project.segments)
            yield Problem(what=f"describe: there is no segment {leaf.key!r}", remedy=known, position=leaf.position)


def _attribute_problems(project: Project, slot: ProfileSlot) -> Iterator[Problem]:
    attributes = project.data.profile.attributes
    if slot.attribute not in attributes:
        what = f"the slot {slot.name!r}: there is no attribute {slot.attribute!r}"
        yield Problem(what=what, remedy=did_you_mean(slot.attribute, attributes), position=slot.position)
    elif attributes[slot.attribute].protected:
        remedy = "it may select people, and may never enter a text"
        yield Problem(what=f"the slot {slot.name!r}: the attribute is protected", remedy=remedy, position=slot.position)


def _language_problems(brief: Brief, language: str) -> Iterator[Problem]:
    try:
        Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        yield Problem(what=f"{language!r} is no language", remedy="write en, de, pt-BR", position=brief.position)
        return
    control = brief.controls.get(language, {})
    for field in brief.write:
        if not control.get(field):
            what = f"control: {language}: there is no {field}: what people wrote is an arm of every test"
            yield Problem(what=what, remedy="write it; slots as [[name]]", position=brief.position)
    for name, slot in slots(brief, language).items():
        deadline = name in brief.facts and brief.facts[name].ends
        if not slot.text and not slot.default and not deadline:
            yield Problem(what=f"the slot {name!r} has no text in {language}", position=slot.position)
    for text in _all(control):
        for name in SLOT.findall(text):
            if name not in slots(brief, language):
                what = f"control: {language}: there is no slot [[{name}]]"
                yield Problem(what=what, remedy=did_you_mean(name, slots(brief, language)), position=brief.position)


def _all(texts: Texts) -> Iterator[str]:
    for text in texts.values():
        yield from (text,) if isinstance(text, str) else text


# -- slots


def slots(brief: Brief, language: str) -> dict[str, Slot]:
    """Return what every slot stands for in a language: facts, `link:NAME`, and a person's attributes."""
    facts = {name: Slot(text=_in_language(fact.texts, language), position=fact.position) for name, fact in brief.facts.items()}
    links = {f"link:{name}": Slot(text=address) for name, address in brief.links.items()}
    people = {
        name: Slot(profile=slot.attribute, default=_in_language(slot.defaults, language), position=slot.position)
        for name, slot in brief.profile.items()
    }
    return {**facts, **links, **people}


_YEAR = re.compile(r"[,\s]*(?:'de'\s*)?y+(?:年|년|\s*'г'\.?)?\s*")
"""The year in CLDR's patterns of a full date, with what belongs to it."""


def _dated(fact: Fact, languages: tuple[str, ...]) -> Fact:
    """Return a deadline with its day as each language writes it ("Sunday, April 5", "Sonntag, 5. April"); other facts as they are."""
    return replace(fact, texts={each: _day(fact.ends, each) for each in languages}) if fact.ends else fact


def _day(at: datetime, language: str) -> str:
    locale = Locale.parse(language.replace("-", "_"))
    pattern = _YEAR.sub(lambda found: " " if found.start() and found.end() < len(found.string) else "", locale.date_formats["full"].pattern)
    return str(format_date(at.date(), pattern, locale=locale))


def _in_language(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get(language.partition("-")[0]) or texts.get("", "")


def usable_angles(brief: Brief) -> tuple[Angle, ...]:
    """Return the angles of a brief, urgency only where there is a deadline."""
    return tuple(angle for angle in brief.angles if angle is not Angle.URGENCY or brief.ends)


def control(brief: Brief, language: str) -> Wording:
    """Return what people wrote, as the first arm."""
    return Wording(key=CONTROL, texts=brief.controls[language], position=brief.position)


# -- copy of a brief


def copy_path(root: Path, brief: str, segment: str, language: str) -> Path:
    """Return where a file of copy stands; *segment* is a key, or `all`."""
    return root / COPY_FOLDER / brief / f"{segment}.{language}.yaml"


def read_existing(path: Path, root: Path) -> Copy | None:
    """Return a file of copy, None when there is none.

    Raises:
        ProblemsError: all that is wrong with it.
    """
    if not path.is_file():
        return None
    reader = Reader()
    found: list[Copy] = []
    with reader.guard():
        found.append(read_copy(reader, path, path.relative_to(root).as_posix()))
    reader.finish()
    return found[0]


def cells(brief: Brief) -> list[tuple[str, str]]:
    """Return every (segment, language) that copy is written for; the segment is `all` when the brief names none."""
    return [(segment, language) for segment in brief.segments or (WHOLE,) for language in brief.languages]


def described(brief: Brief, project: Project) -> Mapping[str, Predicate]:
    """Return what the model may be told of segments; by default how lately people did each thing that the shop records."""
    if brief.describe:
        return brief.describe
    return {
        f"{event.replace('_', ' ')} in the last {days} days": load_predicate(f"{{event: {event}, last: {days} days}}")
        for event in project.data.events
        for days in (30, 90, 365)
    }
