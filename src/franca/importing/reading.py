"""An account → segments: in our language where that is exact, by their names elsewhere, with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from franca.adapter import Adapter, Connection, Remote, ResourceKind, Site, Snapshot, key_of
from franca.adapter.importing import Decompiled, Decompiler, Decompiling, Foreign, NotRepresentableError, names_somebody
from franca.definitions import SKIP, Native, NativeKind, Project, Realisation, Segment
from franca.errors import ProblemsError
from franca.importing.keys import key_for
from franca.importing.records import Import, Imported, LeftOut, Suggestion
from franca.language import check
from franca.language.copies import WHOLE
from franca.logic import fingerprint
from franca.plan import Measured, State, decide

KINDS: Mapping[ResourceKind, NativeKind] = {ResourceKind(kind): kind for kind in NativeKind}
NOT_SEGMENTS = {
    NativeKind.LIST: "people are put into a list, no conditions decide",
    NativeKind.TAG: "people are given a tag, no conditions decide",
}

CONSENT = "accepted at the import"
"""The reason in an imported segment's `accept`."""


def with_foreign(connection: Connection) -> Snapshot:
    """Return all that the account holds, also what no plan of this project reads."""
    snapshot = connection.read()
    known = {(each.kind, each.id) for each in snapshot.remotes}
    more = connection.foreign() if isinstance(connection, Foreign) else ()
    return replace(snapshot, remotes=(*snapshot.remotes, *(each for each in more if (each.kind, each.id) not in known)))


def read_account(
    site: Site, adapter: Adapter, snapshot: Snapshot, *, state: State, written: Project, accepted: Collection[str] = ()
) -> Import:
    """Return what the account holds that the project does not know.

    Args:
        site: the checked project and the destination.
        adapter: of the destination.
        snapshot: from `with_foreign`.
        state: what we made or adopted there.
        written: the project as it is written, whose keys are taken.
        accepted: ids of findings that the user consents to.
    """
    decompiler = adapter.decompiler(site, snapshot, accepted) if isinstance(adapter, Decompiling) else None
    ours = frozenset(address.key for address in (*snapshot.owned(), *state.entries))
    taken = {*written.segments, *ours, WHOLE}
    reader = _Reader(site=site, adapter=adapter, decompiler=decompiler, written=written, ours=ours, taken=taken, measured=state.measured)
    theirs = [each for each in snapshot.remotes if each.kind in KINDS and each.key is None]
    reader.named = Counter((each.kind, each.name) for each in theirs)
    ids = {(address.kind, entry.id) for address, entry in state.entries.items()}
    found = [reader.read(each) for each in sorted(theirs, key=_order) if (each.kind, each.id) not in ids]
    return Import(
        destination=site.destination.name,
        imported=tuple(each for each in found if isinstance(each, Imported)),
        left_out=tuple(each for each in found if isinstance(each, LeftOut)),
        unmapped=tuple(_suggestions(site, decompiler)) if decompiler else (),
        known=sum(each is None for each in found) + sum((each.kind, each.id) in ids for each in theirs),
    )


def _suggestions(site: Site, decompiler: Decompiler) -> Iterator[Suggestion]:
    """Yield the fields without a mapping, but those whose names name somebody."""
    free = {name.lower(): name for name in site.project.data.profile.attributes if name not in site.destination.attributes}
    for each in sorted(decompiler.unmapped()):
        if not names_somebody(each.field) and not names_somebody(each.title):
            alike = (free.get(key_for(words, "", ())) for words in (each.title, each.field))
            yield Suggestion(field=each, attribute=next(filter(None, alike), ""))


def _order(remote: Remote) -> tuple[int, str, str]:
    return list(KINDS).index(remote.kind), remote.name, remote.id


@dataclass(kw_only=True)
class _Reader:
    site: Site
    adapter: Adapter
    decompiler: Decompiler | None
    written: Project
    ours: frozenset[str]
    taken: set[str]
    measured: Mapping[str, Measured]
    named: Counter[tuple[ResourceKind, str]] = field(default_factory=Counter)

    def read(self, remote: Remote) -> Imported | LeftOut | None:
        """Return what becomes of an object; None when the project names it already."""
        kind = KINDS[remote.kind]
        if any(self._is_named(each, remote, kind) for each in self.written.segments.values()):
            return None
        if why := _unfit(remote):
            return LeftOut(remote=remote, why=why)
        try:
            return self._in_our_language(remote, kind)
        except NotRepresentableError as error:
            why = f"{error.what}; --accept {error.finding} takes it all the same" if error.finding else error.what
        return self._by_name(remote, kind, why)

    def _is_named(self, segment: Segment, remote: Remote, kind: NativeKind) -> bool:
        """Whether a segment is that object: kept by its name, or about to adopt it."""
        destination = self.site.destination.name
        if isinstance(segment.where, Native):
            return segment.where.at(destination) == (kind, remote.name)
        adopts = segment.adopt.get(destination, False) and remote.kind is self.adapter.members_kind
        return adopts and segment.name == remote.name

    def _in_our_language(self, remote: Remote, kind: NativeKind) -> Imported:
        """Return a segment by its meaning.

        Raises:
            NotRepresentableError: there is no exact equal.
        """
        if kind in NOT_SEGMENTS:
            raise NotRepresentableError(NOT_SEGMENTS[kind])
        if self.decompiler is None:
            raise NotRepresentableError(f"the API of {self.adapter.title} does not show the conditions of segments")
        found = _decompiled(self.decompiler, remote)
        segment = self._checked(Segment(key="imported", name=remote.name, where=found.where))
        made = Imported(
            segment=replace(segment, where=found.where),
            remote=remote,
            assumptions=tuple(sorted(each.id for each in found.assumptions)),
            approximated=found.approximated,
        )
        again = self._again(segment)
        if again is not None:
            return replace(made, segment=again, written=True)
        made = self._beside(made, segment)
        return replace(made, segment=replace(made.segment, key=self._key(remote)))

    def _checked(self, segment: Segment) -> Segment:
        alone = replace(self.site.project, segments={segment.key: segment}, templates={}, campaigns={}, copies={})
        try:
            return check(alone).segments[segment.key]
        except ProblemsError as error:
            raise NotRepresentableError(f"our language refuses it: {error.problems[0].what}") from error

    def _again(self, segment: Segment) -> Segment | None:
        """Return the segment of the project that has this name and this meaning, and no object of its own there."""
        meaning = fingerprint(segment.where)
        same = (each for each in self.site.project.segments.values() if each.name == segment.name and each.key not in self.ours)
        return next((each for each in same if not isinstance(each.where, Native) and fingerprint(each.where) == meaning), None)

    def _beside(self, made: Imported, segment: Segment) -> Imported:
        """Return it as it stays what it is: with what was consented to; skipped at its destination when it would become something else."""
        decision, _ = decide(segment, self.site, self.adapter, self.measured)
        if decision.realisation is Realisation.NATIVE:
            return made
        consented = {finding for finding, _ in made.approximated} & {finding.id for finding in decision.findings}
        accept = {self.site.destination.name: dict.fromkeys(sorted(consented), CONSENT)}
        again, _ = decide(replace(segment, accept=accept), self.site, self.adapter, self.measured)
        if again.realisation is Realisation.NATIVE:
            return replace(made, segment=replace(made.segment, accept=accept))
        why = "; ".join(dict.fromkeys(finding.what for finding in decision.findings)) or decision.why
        return replace(made, segment=replace(made.segment, realise={self.site.destination.name: SKIP}), beside=why)

    def _by_name(self, remote: Remote, kind: NativeKind, why: str) -> Imported | LeftOut:
        why = "its conditions name somebody by their email" if names_somebody(why) else why
        number = self.named[remote.kind, remote.name]
        if number > 1:
            return LeftOut(remote=remote, why=f"{why}; and it cannot be kept by its name: {number} are called so, rename all but one there")
        where = Native(objects=((self.site.destination.name, kind, remote.name),))
        return Imported(segment=Segment(key=self._key(remote), name=remote.name, where=where), remote=remote, why=why)

    def _key(self, remote: Remote) -> str:
        key = key_for(remote.name, str(remote.kind), self.taken)
        self.taken.add(key)
        return key


def _decompiled(decompiler: Decompiler, remote: Remote) -> Decompiled:
    """Return what a segment says.

    Raises:
        NotRepresentableError: there is no exact equal, or the ESP shows something that its documents do not know.
    """
    try:
        return decompiler.segment(remote)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise NotRepresentableError("its conditions have a form that the vendor's documents do not know") from error


def _unfit(remote: Remote) -> str:
    if not remote.name.strip():
        return "it has no name"
    if names_somebody(remote.name):
        return "its name holds an email, which does not belong into a file: rename it there"
    return "another project of Franca keeps it" if key_of(remote.name) is not None else ""
