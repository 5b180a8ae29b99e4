"""Two versions of a project: which segments are the same, which are not shown to be, and what to count to know more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from franca.definitions import (
    All,
    Attribute,
    AttributeRef,
    AttributeTest,
    ConsentTest,
    EventMeasure,
    EventSource,
    EventTest,
    Follow,
    Mailable,
    MemberOf,
    Near,
    Node,
    Not,
    PickedEvent,
    Predicate,
    Project,
    Property,
    Regular,
    Segment,
    SinceAttribute,
    SinceLatest,
    Step,
    Without,
    names_of,
)
from franca.errors import ProblemsError
from franca.language.check import check
from franca.logic.inside import nodes
from franca.logic.normal import fingerprint


class Verdict(StrEnum):
    """What is known of a segment in two versions of a project (language.md section 4, item 9)."""

    ADDED = "added"
    REMOVED = "removed"
    SAME = "same"
    DIFFERENT = "different members now"
    UNPROVEN = "not shown to be the same"


@dataclass(frozen=True, kw_only=True)
class Version:
    """A project as written and checked; *label* names it in messages."""

    label: str
    written: Project
    checked: Project


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Members on the data of the new version, by the definitions of both; who enters and who leaves. None: there is no such definition."""

    before: int | None
    after: int | None
    entered: int = 0
    left: int = 0


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One segment in two versions.

    Attributes:
        key: in the new version; of a removed segment in the old one.
        previously: its key in the old version, when that was another.
        before, after: the checked definitions.
        redeclared: facts that it leans on and that the two versions declare differently (columns, filters, zones).
        settings: what else differs, by name: name, group, accept, …
        counts: None when nothing was counted; *uncounted* says why where the old definition does not fit the new data.
    """

    key: str
    verdict: Verdict
    previously: str | None = None
    before: Segment | None = None
    after: Segment | None = None
    redeclared: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    counts: Counts | None = None
    uncounted: str = ""

    @property
    def changed(self) -> bool:
        """Whether anything differs."""
        return self.verdict is not Verdict.SAME or self.previously is not None or bool(self.settings)


def compare(old: Version, new: Version) -> tuple[Comparison, ...]:
    """Return every segment of the two versions, those of the new one first; nothing is counted yet."""
    renamed = {key: segment.previously for key, segment in new.written.segments.items() if _is_renamed(segment, old, new)}
    gone = [key for key in old.written.segments if key not in new.written.segments and key not in renamed.values()]
    kept = (_compared(old, new, renamed.get(key) or key, key) for key in new.written.segments)
    removed = (Comparison(key=key, verdict=Verdict.REMOVED, before=old.checked.segments[key]) for key in gone)
    return (*kept, *removed)


def _is_renamed(segment: Segment, old: Version, new: Version) -> bool:
    return segment.key not in old.written.segments and segment.previously in old.written.segments.keys() - new.written.segments.keys()


def _compared(old: Version, new: Version, old_key: str, key: str) -> Comparison:
    after = new.checked.segments[key]
    if old_key not in old.written.segments:
        return Comparison(key=key, verdict=Verdict.ADDED, after=after)
    before = old.checked.segments[old_key]
    redeclared = tuple(_redeclared(before, old.checked, new.checked))
    same = not redeclared and fingerprint(before.where) == fingerprint(after.where)
    return Comparison(
        key=key,
        verdict=Verdict.SAME if same else Verdict.UNPROVEN,
        previously=None if old_key == key else old_key,
        before=before,
        after=after,
        redeclared=redeclared,
        settings=tuple(name for name in _SETTINGS if getattr(before, name) != getattr(after, name)),
    )


_SETTINGS = ("name", "description", "group", "priority", "realise", "accept", "adopt")


# -- declared facts


def _redeclared(segment: Segment, old: Project, new: Project) -> Iterator[str]:
    """Yield the facts that a definition leans on and that are declared differently."""
    used = tuple(nodes(segment.where))
    if (old.data.profile.table, old.data.profile.key) != (new.data.profile.table, new.data.profile.key):
        yield "the table of profiles"
    if old.timezone != new.timezone:
        yield "the time zone"
    yield from _other_columns(used, old, new)
    yield from _other_sources(used, old, new)


def _other_columns(used: Sequence[Node], old: Project, new: Project) -> Iterator[str]:
    before, after = old.data.profile, new.data.profile
    for name in sorted(set(_attributes(used))):
        if _column(before.attributes[name]) != _column(after.attributes.get(name)):
            yield f"attribute {name!r}"
    for channel in sorted({node.channel for node in used if isinstance(node, (ConsentTest, Mailable))}):
        if before.consent[channel] != after.consent.get(channel):
            yield f"consent to {channel!r}"
    if before.location != after.location and any(isinstance(node, Near) for node in used):
        yield "the location"


def _other_sources(used: Sequence[Node], old: Project, new: Project) -> Iterator[str]:
    for name in sorted(set(_events(used))):
        if _source(old.data.events[name]) != _source(new.data.events.get(name)):
            yield f"event {name!r}"
    if old.data.memberships != new.data.memberships and any(isinstance(node, MemberOf) for node in used):
        yield "the memberships"


def _attributes(used: Iterable[Node]) -> Iterator[str]:
    return (node.attribute for node in used if isinstance(node, (AttributeTest, AttributeRef, SinceAttribute)))


def _events(used: Iterable[Node]) -> Iterator[str]:
    kinds = (EventTest, EventMeasure, SinceLatest, PickedEvent, Follow, Step, Without, Regular)
    return (name for node in used if isinstance(node, kinds) for name in names_of(node.event))


def _column(item: Attribute | Property | None) -> object:
    return None if item is None else (item.type, item.column, item.zone)


def _source(event: EventSource | None) -> object:
    return None if event is None else (replace(event, properties={}), {name: _column(item) for name, item in event.properties.items()})


# -- counting


@dataclass(frozen=True, kw_only=True)
class Question:
    """A project whose segments' sizes answer how many are in, enter and leave; *unfit* old definitions are not among them."""

    project: Project
    unfit: Mapping[str, str]


def question(comparisons: Iterable[Comparison], new: Version) -> Question:
    """Return what to count for every comparison that is not settled, on the data of *new* and by its declarations."""
    open_ = [each for each in comparisons if each.verdict is not Verdict.SAME]
    old, unfit = _fitted({each.key: each.before for each in open_ if each.before}, new)
    asked: dict[str, Predicate] = {}
    for each in open_:
        before, after = old.get(each.key), each.after.where if each.after else None
        if each.key not in unfit:
            asked.update(_asked(each.key, before, after))
    segments = {key: Segment(key=key, name=key, where=where) for key, where in asked.items()}
    return Question(project=replace(new.checked, segments=segments, campaigns={}), unfit=unfit)


def _asked(key: str, before: Predicate | None, after: Predicate | None) -> Iterator[tuple[str, Predicate]]:
    if before is not None:
        yield f"{key} before", before
    if after is not None:
        yield f"{key} after", after
    if before is not None and after is not None:
        yield f"{key} entered", All(of=(after, Not(of=before)))
        yield f"{key} left", All(of=(before, Not(of=after)))


def _fitted(definitions: Mapping[str, Segment], new: Version) -> tuple[dict[str, Predicate], dict[str, str]]:
    """Return old definitions checked by the new declarations, and why others do not fit them."""
    fitted: dict[str, Predicate] = {}
    unfit: dict[str, str] = {}
    bare = replace(new.written, segments={}, campaigns={}, templates={}, copies={}, destinations={})
    for key, old in definitions.items():
        alone = Segment(key=old.key, name=old.name, where=old.where, position=old.position)
        try:
            fitted[key] = check(replace(bare, segments={old.key: alone})).segments[old.key].where
        except ProblemsError as error:
            unfit[key] = "; ".join(problem.what for problem in error.problems)
    return fitted, unfit


def counted(comparisons: Iterable[Comparison], asked: Question, sizes: Mapping[str, int]) -> tuple[Comparison, ...]:
    """Return the comparisons with what was counted: other members now, or only other conditions."""
    return tuple(each if each.verdict is Verdict.SAME else _with_counts(each, asked, sizes) for each in comparisons)


def _with_counts(each: Comparison, asked: Question, sizes: Mapping[str, int]) -> Comparison:
    if each.key in asked.unfit:
        return replace(each, uncounted=asked.unfit[each.key])
    found = {name: sizes.get(f"{each.key} {name}") for name in ("before", "after", "entered", "left")}
    counts = Counts(before=found["before"], after=found["after"], entered=found["entered"] or 0, left=found["left"] or 0)
    other = each.verdict is Verdict.UNPROVEN and bool(counts.entered or counts.left)
    return replace(each, counts=counts, verdict=Verdict.DIFFERENT if other else each.verdict)
