"""Imported segments → the state: what is there is ours from now on, as it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from franca.adapter import Address, ResourceKind, Snapshot
from franca.errors import FrancaError
from franca.importing.records import Imported
from franca.plan import Desired, Store, check_account
from franca.plan.adoption import adopted


def adopt(imported: Collection[Imported], desired: Desired, snapshot: Snapshot, store: Store) -> None:
    """Note in the state which objects the imported segments are, so that a plan has nothing to do about them.

    Args:
        imported: what was imported.
        desired: of the project that has them.
        snapshot: as it was read for the import.
        store: of the destination.

    Raises:
        FrancaError: the state belongs to another account, another run is at it, or a segment would become something else there.
    """
    with store.locked():
        state = store.load()
        check_account(state, snapshot, desired.site.destination.name)
        state = replace(state, account=snapshot.account)
        for each in imported:
            address = Address(ResourceKind.SEGMENT, each.segment.key)
            if each.is_native or each.beside:
                continue
            if address in desired.resources:
                state = state.put(address, adopted(desired.resources[address], each.remote))
            elif not each.written:
                raise FrancaError(f"the segment {each.segment.key!r} was imported and would become something else there: please report it")
        store.save(state)
