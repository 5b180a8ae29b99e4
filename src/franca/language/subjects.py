"""One mapping, one subject: what a predicate may be about, and the combinators that every place has (language.md section 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from franca.definitions import All, AnyOf, AtLeast, Everyone, NoneOf, Not, Predicate
from franca.errors import did_you_mean
from franca.language.reader import Fields, Reader
from franca.language.source import Entry, Item

ReadPredicate = Callable[[Reader, Item], Predicate]


@dataclass(frozen=True)
class Subject:
    """What a predicate may be about.

    Attributes:
        what: the mapping's name in messages.
        read: makes the predicate of the mapping.
        keys: what may stand beside the subject's own key.
    """

    what: str
    read: Callable[[Reader, Fields], Predicate]
    keys: tuple[str, ...] = ()


Subjects = Mapping[str, Subject]


def read_predicate(reader: Reader, item: Item, subjects: Subjects) -> Predicate:
    """Return the predicate of a mapping about one of *subjects*; a list means all of them."""
    if isinstance(item.value, tuple):
        parts = reader.collect(reader.sequence(item, "a list of predicates"), partial(read_predicate, reader, subjects=subjects))
        return parts[0] if len(parts) == 1 else All(of=parts, position=item.position)
    name = _subject(reader, item, reader.mapping(item, "a predicate"), subjects)
    return subjects[name].read(reader, reader.fields(item, subjects[name].what, (name, *subjects[name].keys)))


def _subject(reader: Reader, item: Item, entries: Mapping[str, Entry], subjects: Subjects) -> str:
    """Return the one subject; `at_least` beside `regular` is a key of it, not another one."""
    words = [name for name in entries if name in subjects]
    found = [name for name in words if not any(name in subjects[other].keys for other in words)]
    if len(found) == 1:
        return found[0]
    if found:
        reader.fail(item.position, f"a predicate has one subject, this has {' and '.join(found)}", "make it a list of several predicates")
    unknown = next(iter(entries), "")
    remedy = did_you_mean(unknown, subjects) if entries else f"known: {', '.join(sorted(subjects))}"
    reader.fail(entries[unknown].key if entries else item.position, f"a predicate has no subject {unknown!r}", remedy)


# -- combinators


def combinators(read: ReadPredicate) -> dict[str, Subject]:
    """Return the subjects that are made of other predicates, which *read* reads."""
    return {
        "all": Subject("'all'", partial(_several, All, "all", read)),
        "any": Subject("'any'", partial(_several, AnyOf, "any", read)),
        "none": Subject("'none'", partial(_several, NoneOf, "none", read)),
        "not": Subject("'not'", partial(_not, read)),
        "at_least": Subject("'at_least'", partial(_at_least, read)),
    }


def _several(kind: type[All | AnyOf | NoneOf], name: str, read: ReadPredicate, reader: Reader, fields: Fields) -> Predicate:
    parts = reader.collect(reader.sequence(fields.need(name), name), partial(read, reader))
    return kind(of=parts, position=fields.position)


def _not(read: ReadPredicate, reader: Reader, fields: Fields) -> Predicate:
    return Not(of=read(reader, fields.need("not")), position=fields.position)


def everyone(reader: Reader, fields: Fields) -> Predicate:
    """Return the predicate that always holds."""
    if not reader.flag(fields.need("everyone"), "everyone"):
        reader.fail(fields.position, "everyone: false is nobody", "remove it, or write not: {everyone: true}")
    return Everyone(position=fields.position)


AT_LEAST_KEYS = ("count", "of")


def _at_least(read: ReadPredicate, reader: Reader, fields: Fields) -> Predicate:
    inner = reader.fields(fields.need("at_least"), "at_least", AT_LEAST_KEYS)
    written = reader.sequence(inner.need("of"), "of")
    count = reader.integer(inner.need("count"), "count")
    return AtLeast(count=count, of=reader.collect(written, partial(read, reader)), position=fields.position)
