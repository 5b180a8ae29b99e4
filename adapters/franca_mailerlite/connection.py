"""An open account at MailerLite."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from franca.adapter import (
    Contact,
    Content,
    Remote,
    Resource,
    ResourceKind,
    Results,
    Site,
    Snapshot,
    TerminalError,
    Waiter,
    Written,
)
from franca.adapter.erasing import Erased
from franca.adapter.opening import address, api_key, names_segments
from franca.adapter.standing import Standing
from franca_mailerlite.client import Client
from franca_mailerlite.constructs import WHY
from franca_mailerlite.content import REMEDY
from franca_mailerlite.people import People, held
from franca_mailerlite.resources import Resources
from franca_mailerlite.settings import SETTINGS
from franca_mailerlite.writing import Writing


class MailerLiteConnection:
    """See `franca.adapter.Connection`."""

    def __init__(self, client: Client, resources: Resources) -> None:
        self.policy = client.policy
        self._client, self._resources = client, resources
        self._people = People(client)
        self._writing = Writing(client, self._people)

    def read(self) -> Snapshot:
        """Read the groups and fields of the account, and the segments when the project names one."""
        remotes = self._resources.read()
        return Snapshot(account=self._client.account, remotes=remotes)

    def create(self, resource: Resource, body: Mapping[str, Any]) -> str:
        """Make *resource*; return MailerLite's id.

        Raises:
            UnknownOutcomeError: sent, and no answer came.
        """
        return self._resources.create(resource, body)

    def update(self, remote: Remote, resource: Resource, body: Mapping[str, Any]) -> None:  # noqa: ARG002 - the protocol's signature
        """Rename a group; a field cannot change."""
        self._resources.update(remote, resource)

    def delete(self, remote: Remote) -> None:
        """Delete a group or a field; the people stay."""
        self._resources.delete(remote)

    def count(self, remote: Remote, resource: Resource) -> int:
        """Return how many members MailerLite has, by reading them."""
        return sum(1 for _ in self.members(remote, resource))

    def contacts(self) -> Iterator[Contact]:
        """Yield everybody, whatever their status."""
        return (contact for contact, _ in self._people.everybody())

    def known(self, emails: Collection[str]) -> dict[str, Contact]:
        """Return those of *emails* that MailerLite holds."""
        return self._people.known(emails)

    def standings(self, emails: Collection[str]) -> dict[str, Standing]:
        """Return whether those of *emails* that are there are mailed (`franca.adapter.standing`)."""
        return self._people.standings(emails)

    def erase(self, email: str) -> Erased:
        """Have somebody forgotten (`franca.adapter.erasing`)."""
        return self._people.erase(email)

    def members(self, remote: Remote, resource: Resource) -> Iterator[Contact]:  # noqa: ARG002 - the protocol's signature
        """Yield the members of a group, or of a segment that people made."""
        return self._people.members_of_segment(remote.id) if remote.kind is ResourceKind.SEGMENT else self._people.members(remote.id)

    def write_members(self, remote: Remote, add: Sequence[Contact], remove: Sequence[Contact]) -> Iterator[Written]:
        """Add to a group and take from it, 50 people a call."""
        return self._writing.members(remote.id, add, remove)

    def write_field(self, remote: Remote, values: Sequence[tuple[Contact, str]]) -> Iterator[Written]:
        """Write a field's values, 50 people a call."""
        return self._writing.values(str(remote.body["key"]), values)

    def field_values(self, fields: Sequence[Remote]) -> Iterator[tuple[Contact, Mapping[str, str]]]:
        """Yield everybody with their values of fields."""
        for contact, row in self._people.everybody():
            found = {field.id: held(row, str(field.body["key"])) for field in fields}
            yield contact, {identity: value for identity, value in found.items() if value is not None}

    def contents(self) -> Iterator[Content]:
        """Refuse: what MailerLite shows of a campaign's HTML is its own.

        Raises:
            TerminalError: always.
        """
        raise TerminalError(f"MailerLite: emails cannot be imported: {WHY}", remedy="leave --content out")

    def results(self, remote: Remote) -> Results | None:
        """Refuse: no campaign there is ours.

        Raises:
            TerminalError: always.
        """
        raise TerminalError(f"MailerLite: {remote.name!r} is no campaign of ours: {WHY}", remedy=REMEDY)

    def close(self) -> None:
        """Do nothing: the SDK keeps no connection open."""


def connect(site: Site, waiter: Waiter) -> MailerLiteConnection:
    """Open the account of a destination.

    Raises:
        FrancaError: a missing key, a key or an address that cannot be one, or a missing extra.
    """
    client = Client(address(site, SETTINGS["url"].default), api_key(site), waiter)
    return MailerLiteConnection(client, Resources(client, segments=names_segments(site)))
