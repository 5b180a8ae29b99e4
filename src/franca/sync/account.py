"""A destination while it is synced or compared: ids from our state, and what the ESP holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from franca.adapter import Address, Connection, Contact, Remote, Resource, Snapshot
from franca.errors import FrancaError
from franca.plan import Desired, State, check_account, insist_on_applied
from franca.sync.delta import Audience, Target, members, winners
from franca.sync.texts import texts


@dataclass(frozen=True)
class Everybody:
    """One reading of all contacts.

    Attributes:
        contacts: by email.
        values: field's id → email → value.
    """

    contacts: Mapping[str, Contact]
    values: Mapping[str, Mapping[str, str]]

    @classmethod
    def read(cls, connection: Connection, fields: Collection[Remote]) -> Everybody:
        """Read everybody with what they have in *fields*."""
        contacts: dict[str, Contact] = {}
        values: dict[str, dict[str, str]] = {each.id: {} for each in fields}
        for contact, found in connection.field_values(list(fields)):
            contacts[contact.email] = contact
            for identity, value in found.items():
                values[identity][contact.email] = value
        return cls(contacts, values)


@dataclass(kw_only=True)
class Account:
    """The destination, read only when something must be read or written, and everybody at most once."""

    desired: Desired
    audience: Audience
    connection: Connection
    state: State
    snapshot: Snapshot | None = field(default=None)
    _rows: int = 0

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
        if target.marks:
            yield from ((self.everybody.contacts[email], value) for email, value in self.everybody.values[target.id].items())
        else:
            yield from ((contact, "") for contact in self._members(target))

    def around(self, target: Target, held: int) -> Iterable[Contact]:
        """Return contacts among whom are all that a resource of *held* people holds: its members, until everybody is less to read."""
        self._rows += 0 if self._has_everybody else held
        if target.marks or self._has_everybody or self._rows > len(self.audience.universe()):
            return self.everybody.contacts.values()
        return self._members(target)

    def known(self, emails: Collection[str]) -> Mapping[str, Contact]:
        """Return those of *emails* whom the ESP holds."""
        if self._has_everybody:
            return {email: self.everybody.contacts[email] for email in emails if email in self.everybody.contacts}
        return self.connection.known(emails) if emails else {}

    @cached_property
    def everybody(self) -> Everybody:
        """All contacts, with the fields that sync keeps."""
        fields = (*self.desired.markers.values(), *self.desired.computed.values())
        return Everybody.read(self.connection, [self.remote(self.desired.resources[address]) for address in fields])

    @property
    def _has_everybody(self) -> bool:
        return "everybody" in vars(self)

    def _members(self, target: Target) -> Iterator[Contact]:
        return self.connection.members(self.remote(target.resource), target.resource)


def targets(account: Account) -> Iterator[Target]:
    """Yield what sync keeps: members, markers, and the texts that templates read.

    Raises:
        FrancaError: it was not applied.
    """
    desired, audience = account.desired, account.audience
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
