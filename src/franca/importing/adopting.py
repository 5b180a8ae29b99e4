"""Imported segments → the state: what is there is ours from now on, as it is."""

from __future__ import annotations

from collections.abc import Collection

from franca.adapter import Address, ResourceKind, Snapshot
from franca.importing.records import Imported
from franca.plan import Change, Desired, Store, check_account, make_plan
from franca.plan.adoption import adopted


def adopt(imported: Collection[Imported], desired: Desired, snapshot: Snapshot, store: Store) -> tuple[Change, ...]:
    """Note the ids of imported segments in the state; return what a plan would still change about them, which should be nothing.

    Args:
        imported: what was imported.
        desired: of the project that has them.
        snapshot: as it was read for the import.
        store: of the destination.

    Raises:
        FrancaError: the state belongs to another account, or another run is at it.
    """
    destination = desired.site.destination.name
    with store.locked():
        state = store.load()
        check_account(state, snapshot, destination)
        state = type(state)(account=snapshot.account, entries=state.entries)
        for each in imported:
            address = Address(ResourceKind.SEGMENT, each.segment.key)
            if not each.is_native and address in desired.resources:
                state = state.put(address, adopted(desired.resources[address], each.remote))
        store.save(state)
    keys = {each.segment.key for each in imported}
    return tuple(change for change in make_plan(desired, snapshot, state).changes if change.segment in keys)
