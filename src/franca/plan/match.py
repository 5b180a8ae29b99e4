"""Which remote resource is which of ours: by id, by ownership mark, by the mark before a rename."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from franca.adapter import Address, Remote, Resource, ResourceKind, Snapshot, key_of, owned_name
from franca.errors import FrancaError, did_you_mean
from franca.plan.desired import Desired
from franca.plan.state import State


@dataclass(frozen=True, kw_only=True)
class Matching:
    """What is there of what should be, and what is ours and should not be there any more.

    Attributes:
        found: our address → the remote resource.
        renamed: new address → old address.
        stale: owned and not desired.
        forgotten: named by our state, without a mark of ours, and not desired any more: it is not ours to delete.
    """

    found: Mapping[Address, Remote]
    renamed: Mapping[Address, Address]
    stale: Mapping[Address, Remote]
    forgotten: Mapping[Address, Remote]

    @property
    def owned(self) -> int:
        """How many resources at the destination are ours."""
        return len(self.found) + len(self.stale)


def match(desired: Desired, snapshot: Snapshot, state: State) -> Matching:
    """Match desired with remote resources. What carries no mark, is in no state and is named nowhere is never looked at.

    Raises:
        FrancaError: two objects may be the same resource, or what people made is not there.
    """
    marked = snapshot.owned()
    by_id = {(remote.kind, remote.id): remote for remote in snapshot.remotes}
    ours = [address for address, resource in desired.resources.items() if not resource.theirs]
    found = {address: _theirs(resource, snapshot, desired) for address, resource in desired.resources.items() if resource.theirs}
    found |= {address: remote for address in ours if (remote := _same(address, marked, by_id, state))}
    renamed: dict[Address, Address] = {}
    for address in desired.resources.keys() - found.keys():
        old = Address(address.kind, desired.renames.get(address.key, address.key))
        before = None if old in desired.resources else _same(old, marked, by_id, state)
        if before is not None and _renamable(before, old):
            found[address], renamed[address] = before, old
    taken = {(remote.kind, remote.id) for address, remote in found.items() if not desired.resources[address].theirs}
    wished = [resource for resource in desired.resources.values() if resource.adopt and resource.address not in found]
    found |= {each.address: remote for each in wished if (remote := _adoptable(each, snapshot, desired, taken))}
    taken |= {(remote.kind, remote.id) for remote in found.values()}
    known = {address: remote for address, entry in state.entries.items() if (remote := by_id.get((address.kind, entry.id)))}
    return Matching(
        found=dict(sorted(found.items())),
        renamed=renamed,
        stale={address: remote for address, remote in sorted(marked.items()) if (remote.kind, remote.id) not in taken},
        forgotten={
            address: remote for address, remote in sorted(known.items()) if remote.key is None and (remote.kind, remote.id) not in taken
        },
    )


def _theirs(resource: Resource, snapshot: Snapshot, desired: Desired) -> Remote:
    """Return the one object of a resource's name that people made."""
    named = _named(resource, snapshot)
    if len(named) == 1:
        return named[0]
    place, what = desired.site.destination.name, f"the {resource.kind} {resource.title!r}"
    known = {each.name for each in snapshot.remotes if each.kind is resource.kind and each.key is None}
    found = f"{len(named)} are called so" if named else "nothing is called so"
    raise FrancaError(
        f"{place}: segment {resource.segment!r} is {what} there, and {found}",
        remedy="rename all but one of them at the ESP" if named else did_you_mean(resource.title, known),
    )


def _adoptable(resource: Resource, snapshot: Snapshot, desired: Desired, taken: Collection[tuple[ResourceKind, str]]) -> Remote | None:
    """Return what people made under the name of a resource that takes it; None when nothing is called so."""
    named = [each for each in _named(resource, snapshot) if (each.kind, each.id) not in taken]
    if len(named) > 1:
        place, ids = desired.site.destination.name, ", ".join(each.id for each in named)
        what = f"{place}: segment {resource.segment!r} adopts the {resource.kind} {resource.title!r}, and {len(named)} are called so: {ids}"
        position = desired.site.project.segments[resource.segment].position
        raise FrancaError(what, remedy="rename all but one of them at the ESP", position=position)
    return named[0] if named else None


def _named(resource: Resource, snapshot: Snapshot) -> list[Remote]:
    """Return what people made and called by a resource's title."""
    return [each for each in snapshot.remotes if (each.kind, each.name, each.key) == (resource.kind, resource.title, None)]


def _same(
    address: Address, marked: Mapping[Address, Remote], by_id: Mapping[tuple[ResourceKind, str], Remote], state: State
) -> Remote | None:
    entry = state.entries.get(address)
    known = by_id.get((address.kind, entry.id)) if entry else None
    mark = marked.get(address)
    if known is None or (known.key is not None and known.key != address.key):
        return mark  # nothing of that id, or an id that somebody gave to another of our resources: marks decide
    if mark is not None and mark.id != known.id:
        what = f"{address}: the state names the object {known.id}, and the object {mark.id} carries its mark"
        raise FrancaError(what, remedy="rename or delete one of them by hand")
    return known


def _renamable(remote: Remote, old: Address) -> bool:
    """Whether the mark is in the name, so that an update can change it; an attribute's own name cannot be changed at Brevo."""
    return remote.key is None or key_of(remote.name) == old.key


def same_name(remote: Remote, resource: Resource) -> bool:
    """Whether *remote* is called as it should be. A mark that is not in the name (FRANCA_VIP, a folder) leaves nothing to compare."""
    if remote.key == resource.key and key_of(remote.name) is None:
        return True
    return remote.name == owned_name(resource.title, resource.key)
