"""Ours against theirs: whom an ESP counts in each segment, whom the evaluation does, and why they differ. Nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property

from franca.adapter import ABSENT, Address, Connection, Marker, Remote, Resource, ResourceKind
from franca.errors import FrancaError
from franca.plan import Desired, Store, check_account
from franca.plan.match import match
from franca.progress import Progress, silent
from franca.sync.account import Everybody
from franca.sync.delta import Emails, Target, members, winners
from franca.sync.ledger import Ledger
from franca.sync.reasons import Crowd, Kept, Known, Native, OnField, Values, Why, standings
from franca.sync.reconciled import Compared, Reason, Reconciled
from franca.sync.texts import texts


def reconcile(
    desired: Desired,
    audience: Crowd,
    connection: Connection,
    store: Store,
    ledger: Ledger,
    *,
    counts: bool = False,
    earlier: Callable[[], Emails] | None = None,
    progress: Progress = silent,
) -> Reconciled:
    """Compare every segment with whom the ESP has in it.

    Args:
        desired: of the destination, applied.
        audience: an evaluation.
        connection: to the account; it is read only.
        store: its state holds the ids.
        ledger: whom sync wrote; it is read only.
        counts: ask the ESP for its own count of each segment, too: a listing has all members (documented), those without an email apart.
        earlier: returns who was in which segment an hour ago: who came or went since may be on the way at the ESP.
        progress: hears of every segment that was read.

    Raises:
        FrancaError: something is not applied yet, or the key opens another account.
    """
    snapshot, state = connection.read(), store.load()
    check_account(state, snapshot, desired.site.destination.name)
    there = _There(desired=desired, connection=connection, found=match(desired, snapshot, state).found, counts=counts)
    sides = _Sides(desired=desired, here=_Here(audience), there=there, ledger=ledger)
    pairs = list(sides.read(progress))
    told = standings(connection, sorted(set().union(*(pair.missing for pair in pairs))))
    known = Known(audience=audience, earlier=earlier, standings=told)
    return Reconciled(
        destination=desired.site.destination.name,
        adapter=desired.adapter.name,
        account=snapshot.account,
        segments=tuple(pair.compared(known) for pair in pairs),
    )


# -- both sides


@dataclass(frozen=True)
class _Here:
    """The evaluation."""

    audience: Crowd

    @cached_property
    def emails(self) -> Emails:
        return self.audience.emails()

    def outside(self, belongs: Callable[[AbstractSet[str]], bool]) -> Counter[Reason]:
        """Count the profiles that can be pushed nowhere, of those whose segments say that they *belong*."""
        found = Counter[Reason]()
        for (segments, reason), number in self._outside.items():
            found[reason] += number if belongs(segments) else 0
        return +found

    @cached_property
    def _outside(self) -> Counter[tuple[frozenset[str], Reason]]:
        found, sizes = Counter[tuple[frozenset[str], Reason]](), self.audience.sizes()
        if all(len(inside) == sizes[segment] for segment, inside in self.emails.items()):
            return found
        universe = self.audience.universe()
        for each in self.audience.people((), tuple(self.emails)):
            if each.email is None or each.email not in universe:
                reason = Reason.WITHOUT_EMAIL if each.email is None else Reason.AMBIGUOUS_EMAIL
                found[frozenset(each.segments), reason] += 1
        return found


@dataclass(frozen=True, kw_only=True)
class _There:
    """The account."""

    desired: Desired
    connection: Connection
    found: Mapping[Address, Remote]
    counts: bool

    @cached_property
    def everybody(self) -> Everybody:
        """All contacts, with the fields that sync keeps."""
        fields = (*self.desired.markers.values(), *self.desired.computed.values())
        return Everybody.read(self.connection, [self.remote(self.desired.resources[address]) for address in fields])

    def remote(self, resource: Resource) -> Remote:
        if resource.address not in self.found:
            name = self.desired.site.destination.name
            raise FrancaError(f"{name}: {resource.address} does not exist there", remedy="run `franca apply` first")
        return self.found[resource.address]

    def members(self, resource: Resource) -> Values:
        return {contact.email: "" for contact in self.connection.members(self.remote(resource), resource)}

    def values(self, resource: Resource, wanted: Values) -> Values:
        # somebody's text may look like no value, as that of default("-") does
        found = self.everybody.values[self.remote(resource).id]
        return {email: value for email, value in found.items() if value != ABSENT or wanted.get(email) == ABSENT}

    def count(self, resource: Resource) -> int:
        return self.connection.count(self.remote(resource), resource)


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """One segment on both sides.

    Attributes:
        outside: who is in it here and cannot be pushed.
        wanted, there: email → value.
        counted: by the ESP; None when it was not asked.
        why: None when nothing is known here of whom it means.
    """

    resource: Resource
    segment: str
    counted: int | None
    outside: Mapping[Reason, int] = field(default_factory=dict)
    wanted: Values = field(default_factory=dict)
    there: Values = field(default_factory=dict)
    why: Why | None = None

    @property
    def missing(self) -> set[str]:
        """Those in it here alone."""
        return {email for email, value in self.wanted.items() if self.there.get(email) != value}

    @property
    def surplus(self) -> set[str]:
        """Those in it there alone."""
        return {email for email, value in self.there.items() if self.wanted.get(email) != value}

    def compared(self, known: Known) -> Compared:
        """Return the counts."""
        why, address = self.why, self.resource.address
        theirs = len(self.there) if self.counted is None else self.counted
        if why is None:
            return Compared(address=address, segment=self.segment, ours=None, theirs=theirs)
        missing = Counter(self.outside) + Counter(why.missing(email, known) for email in self.missing)
        return Compared(
            address=address,
            segment=self.segment,
            ours=len(self.wanted) + sum(self.outside.values()),
            theirs=theirs,
            missing=dict(sorted(missing.items())),
            extra=dict(sorted(Counter(why.surplus(email, known) for email in self.surplus).items())),
            uncounted=None if self.counted is None else theirs - len(self.there),
        )


@dataclass(frozen=True, kw_only=True)
class _Sides:
    """Here and there, segment by segment."""

    desired: Desired
    here: _Here
    there: _There
    ledger: Ledger

    def read(self, progress: Progress) -> Iterator[_Pair]:
        """Yield all pairs, and tell of each."""
        for number, pair in enumerate(self.pairs(), 1):
            progress(f"read {pair.resource.address}", number, len(self.desired.resources))
            yield pair

    def pairs(self) -> Iterator[_Pair]:
        """Yield what sync keeps, then what the ESP works out itself, then the texts that templates read."""
        resources, done = self.desired.resources, set[Address]()
        for segment, address in self.desired.members.items():
            done.add(address)
            yield self._members(resources[address], segment)
        for marker, address in self.desired.markers.items():
            for pair in self._marker(resources[address], marker):
                done.add(pair.resource.address)
                yield pair
        for segment, address in self.desired.counted.items():
            if address not in done:
                yield self._native(resources[address], segment)
        for computed, wanted in texts(self.desired, self.here.audience).items():
            yield self._text(resources[self.desired.computed[computed]], computed.key, wanted)

    def _members(self, resource: Resource, segment: str) -> _Pair:
        wanted, held = members(self.here.emails, segment), self.there.members(resource)
        return self._listed(resource, segment, held, self._kept(resource, wanted, held))

    def _native(self, resource: Resource, segment: str) -> _Pair:
        if resource.theirs:
            return _Pair(resource=resource, segment=segment, counted=self.there.count(resource))
        return self._listed(resource, segment, self.there.members(resource), Native(segment=segment))

    def _listed(self, resource: Resource, segment: str, held: Values, why: Why) -> _Pair:
        return _Pair(
            resource=resource,
            segment=segment,
            counted=self._counted(resource),
            outside=self.here.outside(lambda segments: segment in segments),
            wanted=members(self.here.emails, segment),
            there=held,
            why=why,
        )

    def _marker(self, resource: Resource, marker: Marker) -> Iterator[_Pair]:
        """Yield, for each value of a marker, the field and the segment on it where the ESP has one."""
        wanted = winners(self.here.emails, marker)
        held = self.there.values(resource, wanted)
        kept = self._kept(resource, wanted, held)
        for choice in marker.choices:
            on_field = self._on_field(resource, marker, choice.segment, kept)
            yield on_field
            on_it = self.desired.resources.get(Address(ResourceKind.SEGMENT, choice.key))
            if on_it is not None:
                chosen, why = dict.fromkeys(on_field.wanted, ""), OnField(field=kept, value=choice.segment)
                inside, counted = self.there.members(on_it), self._counted(on_it)
                yield replace(on_field, resource=on_it, wanted=chosen, there=inside, counted=counted, why=why)

    def _on_field(self, resource: Resource, marker: Marker, value: str, kept: Kept) -> _Pair:
        inside = _having(kept.there, value)
        return _Pair(
            resource=resource,
            segment=value,
            counted=len(inside),
            outside=self.here.outside(lambda segments: value == _winner(marker, segments)),
            wanted=_having(kept.wanted, value),
            there=inside,
            why=kept,
        )

    def _text(self, resource: Resource, key: str, wanted: Values) -> _Pair:
        held = self.there.values(resource, wanted)
        why = self._kept(resource, wanted, held)
        return _Pair(resource=resource, segment=key, counted=len(held), wanted=wanted, there=held, why=why)

    def _counted(self, resource: Resource) -> int | None:
        return self.there.count(resource) if self.there.counts else None

    def _kept(self, resource: Resource, wanted: Values, held: Values) -> Kept:
        target = Target(resource=resource, segment="", id=self.there.remote(resource).id, wanted=wanted)
        return Kept(ledger=self.ledger, entry=target.entry, wanted=wanted, there=held, adopted=target.adopted)


def _having(values: Values, value: str) -> Values:
    return {email: each for email, each in values.items() if each == value}


def _winner(marker: Marker, segments: AbstractSet[str]) -> str | None:
    return next((choice.segment for choice in marker.choices if choice.segment in segments), None)
