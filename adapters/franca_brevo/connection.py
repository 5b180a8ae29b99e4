"""An open account at Brevo."""

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
from franca.adapter.jobs import OnJob, Rows, unheard
from franca.adapter.opening import address, api_key, names_segments
from franca.adapter.standing import Standing
from franca.definitions import Part
from franca_brevo import erasure, previews
from franca_brevo.client import Client
from franca_brevo.imports import Imports, held
from franca_brevo.members import Members
from franca_brevo.names import LANDING
from franca_brevo.people import People
from franca_brevo.resources import Resources
from franca_brevo.results import Reports
from franca_brevo.segments import needs_folder
from franca_brevo.settings import SETTINGS, folder_of


class BrevoConnection:
    """See `franca.adapter.Connection`."""

    def __init__(self, client: Client, resources: Resources) -> None:
        self.policy = client.policy
        self._client, self._resources = client, resources
        self._people = People(client)
        self._members = Members(client, self._people)
        self._imports = Imports(client, self._people)
        self.on_job: OnJob = unheard
        self._reports = Reports(client)
        self._account = self._landing = ""

    def read(self) -> Snapshot:
        """Read the folders, lists and attributes of the account.

        Raises:
            TerminalError: several folders have our folder's name.
        """
        # Asked once: /account shares 100 calls an hour with much else (sheet 5).
        self._account = self._account or str(
            self._client.get("read the account", "/account", needs=("organization_id",))["organization_id"]
        )
        return Snapshot(account=self._account, remotes=self._read())

    def create(self, resource: Resource, body: Mapping[str, Any]) -> str:
        """Make *resource*; return Brevo's id, of an attribute its name.

        Raises:
            UnknownOutcomeError: sent, and no answer came.
        """
        return self._resources.create(resource, body)

    def update(self, remote: Remote, resource: Resource, body: Mapping[str, Any]) -> None:
        """Make *remote* equal to *resource*: name and folder of a list, the name of the folder; an attribute cannot change."""
        self._resources.update(remote, resource, body)

    def delete(self, remote: Remote) -> None:
        """Delete a list or an attribute; the contacts stay. A folder is never deleted."""
        self._resources.delete(remote)

    def count(self, remote: Remote, resource: Resource) -> int:  # noqa: ARG002 - the protocol's signature
        """Return Brevo's count of the members of a list or of a segment that people made, blocklisted ones included."""
        return self._people.count_of_segment(remote.id) if remote.kind is ResourceKind.SEGMENT else self._people.count(remote.id)

    def contacts(self) -> Iterator[Contact]:
        """Yield everybody who has an email, whatever their consent."""
        return (contact for contact, _ in self._people.everybody())

    def known(self, emails: Collection[str]) -> dict[str, Contact]:
        """Return those of *emails* that Brevo holds."""
        return self._people.known(emails)

    def standings(self, emails: Collection[str]) -> dict[str, Standing]:
        """Return whether those of *emails* that are there are mailed (`franca.adapter.standing`)."""
        return self._people.standings(emails)

    def members(self, remote: Remote, resource: Resource) -> Iterator[Contact]:  # noqa: ARG002 - the protocol's signature
        """Yield the members of a list, or of a segment that people made."""
        return self._people.members_of_segment(remote.id) if remote.kind is ResourceKind.SEGMENT else self._people.members(remote.id)

    def write_members(self, remote: Remote, add: Sequence[Contact], remove: Sequence[Contact]) -> Iterator[Written]:
        """Add to a list and take from it, 150 contacts a call."""
        return self._members.write(remote.id, add, remove)

    def write_field(self, remote: Remote, values: Sequence[tuple[Contact, str]]) -> Iterator[Written]:
        """Import an attribute's values; the contacts must be those of `known` or `contacts`.

        Raises:
            TerminalError: the technical list is missing.
        """
        if values:
            yield from self._imports.write(self._landing_list(), remote.id, values, self.on_job)

    def resume_field(self, remote: Remote, job: str, rows: Rows) -> Written:
        """Wait for an import of an earlier run (`franca.adapter.jobs`)."""
        return self._imports.finish(job, remote.id, rows)

    def under_way(self) -> Sequence[str]:
        """Return the imports that are not over yet, whoever started them (`franca.adapter.jobs`)."""
        return self._imports.under_way()

    def field_values(self, fields: Sequence[Remote]) -> Iterator[tuple[Contact, Mapping[str, str]]]:
        """Yield everybody who has an email, with their values of attributes."""
        for contact, row in self._people.everybody():
            found = {field.id: held(row, field.id) for field in fields}
            yield contact, {name: value for name, value in found.items() if value is not None}

    def foreign(self) -> Iterator[Remote]:
        """Yield the segments that people made (`franca.adapter.importing`)."""
        return self._resources.segments()

    def erase(self, email: str) -> Erased:
        """Have a contact deleted for good (`franca.adapter.erasing`)."""
        return erasure.erase(self._client, self._people, email)

    def contents(self) -> Iterator[Content]:
        """Yield the account's emails that are not ours."""
        return self._resources.emails.contents()

    def results(self, remote: Remote) -> Results | None:
        """Return what Brevo counted for a campaign; None while it was not sent to all, and when it has no statistics of it any more."""
        return self._reports.of(remote.id)

    def rendered_there(self, template: Remote, contact: Contact) -> Mapping[Part, str]:
        """Return what Brevo makes of a template for a contact (`franca.adapter.previews`)."""
        return previews.rendered(self._client, template.id, contact.email)

    def close(self) -> None:
        """Give connections back."""
        self._client.close()

    def _read(self) -> tuple[Remote, ...]:
        remotes = self._resources.read()
        self._landing = next((remote.id for remote in remotes if (remote.kind, remote.key) == (ResourceKind.LIST, LANDING)), "")
        return remotes

    def _landing_list(self) -> str:
        """Return the id of the technical list, that every import of ours names."""
        if not self._landing:
            self._read()
        if not self._landing:
            raise TerminalError("Brevo: the technical list of marker imports is missing", remedy="run franca apply first")
        return self._landing


def connect(site: Site, waiter: Waiter) -> BrevoConnection:
    """Open the account of a destination.

    Raises:
        FrancaError: a missing key, a key or an address that cannot be one, or a missing extra.
    """
    client = Client(address(site, SETTINGS["url"].default), api_key(site), waiter)
    emails = bool(site.project.templates or site.project.campaigns)
    made = Resources(client, folder_of(site), wanted=needs_folder(site), emails=emails, segments=names_segments(site))
    return BrevoConnection(client, made)
