"""Probe objects at an account: made with our mark, deleted by it. Whatever a killed probe left is found by the mark, too."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from franca.adapter import ORDER, Address, Connection, Contact, Remote, Resource, Snapshot, Written, owned_name
from franca.adapter.probing import CONTACTS, PREFIX, Clearing
from franca.errors import FrancaError
from franca.plan.resolve import Resolver


@dataclass(kw_only=True)
class Bench:
    """What is there for the moment.

    Attributes:
        destination: its name, for messages.
        fields: those that probes write, whose values may outlive them.
        snapshot: what the account holds.
        ids: the probe objects that exist.
    """

    destination: str
    connection: Connection
    fields: Collection[Resource]
    snapshot: Snapshot
    ids: dict[Address, str] = field(default_factory=dict)

    @contextmanager
    def holding(self, *resources: Resource) -> Iterator[tuple[Remote, ...]]:
        """Make resources, and delete them when the block ends."""
        with ExitStack() as stack:
            made = []
            for resource in resources:
                remote = self._made(resource)
                stack.callback(self._deleted, remote)
                made.append(remote)
            yield tuple(made)

    def _made(self, resource: Resource) -> Remote:
        resolver = Resolver(destination=self.destination, ids=self.ids, planned=frozenset(), names=self.snapshot.names)
        body = resolver.body(resource)
        id_ = self.connection.create(resource, body)
        self.ids[resource.address] = id_
        name = owned_name(resource.title, resource.key)
        return Remote(kind=resource.kind, id=id_, name=name, body=body, key=resource.key)

    def _deleted(self, remote: Remote) -> None:
        self.connection.delete(remote)
        self.ids.pop(Address(remote.kind, str(remote.key)), None)

    def swept(self, snapshot: Snapshot) -> int:
        """Delete every probe object that a reading found; return how many there were."""
        left = sorted((each for each in snapshot.remotes if (each.key or "").startswith(PREFIX)), key=lambda each: -ORDER[each.kind])
        for remote in left:
            if remote.key == CONTACTS:
                self.cleared(self.connection.members(remote, Resource(kind=remote.kind, key=CONTACTS, title="", counted="all")))
        for remote in left:
            self.connection.delete(remote)
        return len(left)

    def cleared(self, contacts: Iterator[Contact] | Collection[Contact]) -> None:
        """Take the values of the probe fields away from *contacts*, where deleting a field does not do it."""
        people = list(contacts)
        if people and isinstance(self.connection, Clearing):
            for each in self.fields:
                self.connection.clear_field(each, people)


def insist_on_taken(written: Written) -> None:
    """Refuse to go on when the ESP did not take all that was written.

    Raises:
        FrancaError: it did not; the reason is the ESP's, without the contact.
    """
    if written.rejected:
        reasons = ", ".join(sorted({reason for _, reason in written.rejected}))
        what = f"the ESP rejected {len(written.rejected)} of the probe contacts: {reasons}"
        raise FrancaError(what, remedy="name other contacts; what was made is deleted")
