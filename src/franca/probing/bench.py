"""Probe objects at an account: made with our mark, deleted by it. Whatever a killed probe left is found by the mark, too."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from franca.adapter import ORDER, Address, Connection, Contact, Remote, Resource, Snapshot, Written, owned_name
from franca.adapter.probing import CONTACTS, PREFIX, Clearing, Probe
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

    @contextmanager
    def filled(self, probe: Probe, contacts: Sequence[Contact]) -> Iterator[None]:
        """Give contacts a probe's values in turn, and take them away when the block ends: they are not those of the next probe."""
        if probe.field is None:
            yield
            return
        values = [(each, probe.values[place % len(probe.values)]) for place, each in enumerate(contacts)]
        with self.holding(probe.field) as (field,):
            try:
                for written in self.connection.write_field(field, [(each, value) for each, value in values if value is not None]):
                    insist_on_taken(written)
                yield
            finally:
                self._cleared(probe.field, contacts)

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
        """Delete every probe object that a reading found, and the values that outlive them; return how many objects there were."""
        left = sorted((each for each in snapshot.remotes if (each.key or "").startswith(PREFIX)), key=lambda each: -ORDER[each.kind])
        for group in (each for each in left if each.key == CONTACTS):
            members = list(self.connection.members(group, Resource(kind=group.kind, key=CONTACTS, title="", counted="all")))
            for each in self.fields:
                self._cleared(each, members)
        for remote in left:
            self.connection.delete(remote)
        return len(left)

    def _cleared(self, field: Resource, contacts: Sequence[Contact]) -> None:
        """Take values away where deleting the field does not."""
        if contacts and isinstance(self.connection, Clearing):
            self.connection.clear_field(field, contacts)


def insist_on_taken(written: Written) -> None:
    """Refuse to go on when the ESP did not take all that was written.

    Raises:
        FrancaError: it did not; the reason is the ESP's, without the contact.
    """
    if written.rejected:
        reasons = ", ".join(sorted({reason for _, reason in written.rejected}))
        what = f"the ESP rejected {len(written.rejected)} of the probe contacts: {reasons}"
        raise FrancaError(what, remedy="name other contacts; what was made is deleted")
