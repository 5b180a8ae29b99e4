"""A destination while it is synced or compared: ids from our state, and what the ESP holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from franca.adapter import Address, Connection, Contact, Remote, Resource, Snapshot
from franca.errors import FrancaError
from franca.plan import Desired, State, check_account, insist_on_applied
from franca.sync.delta import Audience, Target, members, winners
from franca.sync.texts import texts


@dataclass(kw_only=True)
class Account:
    """The destination, read only when something must be read or written."""

    desired: Desired
    connection: Connection
    state: State
    snapshot: Snapshot | None = field(default=None)

    @property
    def name(self) -> str:
        """The destination's."""
        return self.desired.site.destination.name

    def id(self, address: Address) -> str:
        """Return the ESP's id of a resource.

        Raises:
            FrancaError: it was not applied.
        """
        entry = self.state.entries.get(address)
        if entry is None:
            raise FrancaError(f"{self.name}: {address} does not exist there yet", remedy="run `franca apply` first")
        return entry.id

    def remote(self, resource: Resource) -> Remote:
        """Return a resource as it is.

        Raises:
            FrancaError: it was not applied, or is gone, or the key opens another account.
        """
        if self.snapshot is None:
            self.snapshot = self.connection.read()
            check_account(self.state, self.snapshot, self.name)
        wanted = (resource.kind, self.id(resource.address))
        for remote in self.snapshot.remotes:
            if (remote.kind, remote.id) == wanted:
                return remote
        raise FrancaError(f"{self.name}: {resource.address} is not there any more", remedy="run `franca apply`: it makes it again")

    def read(self, target: Target) -> Iterator[tuple[Contact, str]]:
        """Yield whom the ESP holds in it, with a marker's value (the empty string for members)."""
        remote = self.remote(target.resource)
        if target.marks:
            yield from self.connection.field_values(remote)
        else:
            yield from ((contact, "") for contact in self.connection.members(remote, target.resource))


def targets(desired: Desired, audience: Audience, account: Account) -> Iterator[Target]:
    """Yield what sync keeps: members, markers, and the texts that templates read.

    Raises:
        FrancaError: it was not applied.
    """
    insist_on_applied(desired, account.state)
    emails = audience.emails()
    for segment, address in desired.members.items():
        wanted = members(emails, segment)
        yield Target(resource=desired.resources[address], segment=segment, id=account.id(address), wanted=wanted)
    for marker, address in desired.markers.items():
        wanted = winners(emails, marker)
        yield Target(resource=desired.resources[address], segment=marker.key, id=account.id(address), wanted=wanted)
    for computed, wanted in texts(desired, audience).items():
        address = desired.computed[computed]
        yield Target(resource=desired.resources[address], segment=computed.key, id=account.id(address), wanted=wanted)
