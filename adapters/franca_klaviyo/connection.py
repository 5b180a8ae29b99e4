"""An open account."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from franca.adapter import Contact, Content, Remote, Resource, ResourceKind, Results, Site, Snapshot, Waiter, Written
from franca.adapter.erasing import Erased
from franca.adapter.jobs import OnJob, Rows, unheard
from franca.adapter.opening import address, api_key
from franca.adapter.reading import values_of
from franca.adapter.standing import Standing
from franca.definitions import Part
from franca_klaviyo import erasure, members, people, previews
from franca_klaviyo.client import HOST, Client
from franca_klaviyo.names import field_title
from franca_klaviyo.resources import Resources
from franca_klaviyo.results import Reports


def connect(site: Site, waiter: Waiter) -> KlaviyoConnection:
    """Open the account of a destination.

    Raises:
        FrancaError: a missing key, a key or an address that cannot be one, or a missing extra.
    """
    client = Client(api_key(site), address(site, HOST), waiter)
    resources = Resources(client, site.project)
    return KlaviyoConnection(client, resources, Reports(client, resources, site.destination))


class KlaviyoConnection:
    """What Franca may do to an account; see `franca.adapter.Connection`."""

    def __init__(self, client: Client, resources: Resources, reports: Reports) -> None:
        self.policy = client.policy
        self.on_job: OnJob = unheard
        self._client, self._resources, self._reports = client, resources, reports

    def read(self) -> Snapshot:
        """Read segments, lists, marker fields and the names of metrics."""
        return self._resources.read()

    def create(self, resource: Resource, body: Mapping[str, Any]) -> str:
        """Make a segment or list, tagged; return its id."""
        return self._resources.create(resource, body)

    def update(self, remote: Remote, resource: Resource, body: Mapping[str, Any]) -> None:
        """Change what differs."""
        self._resources.update(remote, resource, body)

    def delete(self, remote: Remote) -> None:
        """Delete a segment or list."""
        self._resources.delete(remote)

    def count(self, remote: Remote, resource: Resource) -> int:  # noqa: ARG002 - Klaviyo counts in one way only
        """Return Klaviyo's own count of a segment or list; of a field, how many profiles have a value."""
        if remote.kind is ResourceKind.FIELD:
            return sum(1 for _ in values_of(self, remote))
        return self._resources.count(remote)

    def contacts(self) -> Iterator[Contact]:
        """Yield every profile that has an email."""
        return (contact for contact, _ in self.field_values(()))

    def known(self, emails: Collection[str]) -> dict[str, Contact]:
        """Return those of *emails* that have a profile."""
        return people.known(self._client, emails)

    def standings(self, emails: Collection[str]) -> dict[str, Standing]:
        """Return whether those of *emails* that are there are mailed (`franca.adapter.standing`)."""
        return people.standings(self._client, emails)

    def members(self, remote: Remote, resource: Resource) -> Iterator[Contact]:  # noqa: ARG002 - as above
        """Yield the members of a list or segment, once Klaviyo has finished processing."""
        self._resources.await_processed(remote)
        return members.members(self._client, remote)

    def write_members(self, remote: Remote, add: Sequence[Contact], remove: Sequence[Contact]) -> Iterator[Written]:
        """Put profiles into a list and take them out."""
        return members.write_members(self._client, remote, add, remove)

    def write_field(self, remote: Remote, values: Sequence[tuple[Contact, str]]) -> Iterator[Written]:
        """Write a marker's values."""
        return members.write_field(self._client, remote, values, self.on_job)

    def resume_field(self, remote: Remote, job: str, rows: Rows) -> Written:  # noqa: ARG002 - a job knows its field
        """Wait for an import of an earlier run (`franca.adapter.jobs`)."""
        return members.finish(self._client, job, rows)

    def under_way(self) -> Sequence[str]:
        """Return the imports that are not over yet, whoever started them (`franca.adapter.jobs`)."""
        return members.under_way(self._client)

    def clear_field(self, field: Resource, contacts: Sequence[Contact]) -> None:
        """Take a custom property away from profiles (`franca.adapter.probing`)."""
        members.clear_field(self._client, field_title(field.key), contacts)

    def field_values(self, fields: Sequence[Remote]) -> Iterator[tuple[Contact, Mapping[str, str]]]:
        """Yield every profile that has an email, with its values of custom properties."""
        return people.field_values(self._client, [field.id for field in fields])

    def erase(self, email: str) -> Erased:
        """Have a contact deleted for good (`franca.adapter.erasing`)."""
        return erasure.erase(self._client, email)

    def contents(self) -> Iterator[Content]:
        """Yield the account's emails that are not ours."""
        return self._resources.emails.contents()

    def results(self, remote: Remote) -> Results | None:
        """Return what Klaviyo counted of a campaign; None while it was not sent to the end."""
        return self._reports.results(remote)

    def rendered_there(self, template: Remote, contact: Contact) -> Mapping[Part, str]:
        """Return what Klaviyo makes of a template for a profile (`franca.adapter.previews`)."""
        return previews.rendered(self._client, template.id, contact.id)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
