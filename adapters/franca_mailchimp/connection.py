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
from franca_mailchimp import erasure, markers, members, people, results
from franca_mailchimp.audience import Audience
from franca_mailchimp.client import Client, host
from franca_mailchimp.kept import INTERESTS
from franca_mailchimp.resources import Resources


def connect(site: Site, waiter: Waiter) -> MailchimpConnection:
    """Open the audience of a destination; nothing is called yet.

    Raises:
        FrancaError: a missing key, one without a data centre, a key or an address that cannot be one, or a missing extra.
    """
    settings, key = site.destination.settings, api_key(site)
    client = Client(key, host(key, address(site), f"destinations.{site.destination.name}.api_key"), waiter)
    emails = bool(site.project.templates or site.project.campaigns)
    fields = {mapping.field for mapping in site.destination.attributes.values() if mapping.field.startswith(INTERESTS)}
    categories = frozenset(field.removeprefix(INTERESTS) for field in fields)
    return MailchimpConnection(Audience(client, str(settings.get("audience", ""))), emails=emails, categories=categories)


class MailchimpConnection:
    """What Franca may do to an audience; see `franca.adapter.Connection`."""

    def __init__(self, audience: Audience, *, emails: bool, categories: frozenset[str]) -> None:
        self.policy = audience.client.policy
        self.on_job: OnJob = unheard
        self._audience, self._resources = audience, Resources(audience, emails=emails, categories=categories)

    def read(self) -> Snapshot:
        """Read segments, tags and merge fields."""
        return self._resources.read()

    def create(self, resource: Resource, body: Mapping[str, Any]) -> str:
        """Make a segment, tag or merge field; return its id."""
        return self._resources.create(resource, body)

    def update(self, remote: Remote, resource: Resource, body: Mapping[str, Any]) -> str:
        """Make *remote* equal to *resource*; return its id."""
        return self._resources.update(remote, resource, body)

    def delete(self, remote: Remote) -> None:
        """Delete a segment, tag or merge field."""
        self._resources.delete(remote)

    def count(self, remote: Remote, resource: Resource) -> int:
        """Return Mailchimp's own count of a segment or tag; of a field, how many contacts have a value."""
        if remote.kind is ResourceKind.FIELD:
            return sum(1 for _ in values_of(self, remote))
        return people.count(self._audience, remote, resource)

    def contacts(self) -> Iterator[Contact]:
        """Yield everybody whom segments can hold: not the pending, who are in none whatever the call includes (guess)."""
        return (contact for contact, _ in self.field_values(()))

    def known(self, emails: Collection[str]) -> dict[str, Contact]:
        """Return those of *emails* that are there."""
        return people.known(self._audience, emails)

    def standings(self, emails: Collection[str]) -> dict[str, Standing]:
        """Return whether those of *emails* that are there are mailed (`franca.adapter.standing`)."""
        return people.standings(self._audience, emails)

    def members(self, remote: Remote, resource: Resource) -> Iterator[Contact]:
        """Yield the members of a segment or tag."""
        return people.members(self._audience, remote, resource)

    def write_members(self, remote: Remote, add: Sequence[Contact], remove: Sequence[Contact]) -> Iterator[Written]:
        """Put contacts into a tag and take them out."""
        return members.write_members(self._audience, remote, add, remove)

    def write_field(self, remote: Remote, values: Sequence[tuple[Contact, str]]) -> Iterator[Written]:
        """Write a marker's values."""
        return markers.write_field(self._audience, remote, values, self.on_job)

    def resume_field(self, remote: Remote, job: str, rows: Rows) -> Written:  # noqa: ARG002 - a batch knows its field
        """Wait for a batch of an earlier run (`franca.adapter.jobs`)."""
        return markers.finish(self._audience.client, job, rows)

    def under_way(self) -> Sequence[str]:
        """Return the batches that are not over yet, whoever started them (`franca.adapter.jobs`)."""
        return markers.under_way(self._audience.client)

    def field_values(self, fields: Sequence[Remote]) -> Iterator[tuple[Contact, Mapping[str, str]]]:
        """Yield everybody whom segments can hold, with their values of merge fields."""
        return people.field_values(self._audience, {field.id: str(field.body["tag"]) for field in fields})

    def foreign(self) -> Iterator[Remote]:
        """Yield the interest categories, which no plan reads unless they are mapped (`franca.adapter.importing`)."""
        return self._resources.foreign()

    def erase(self, email: str) -> Erased:
        """Have a contact deleted for good (`franca.adapter.erasing`)."""
        return erasure.erase(self._audience, email)

    def contents(self) -> Iterator[Content]:
        """Yield the account's emails that are not ours."""
        return self._resources.emails.contents()

    def results(self, remote: Remote) -> Results | None:
        """Return what Mailchimp counted for a campaign; None while it is not sent."""
        return results.results(self._audience.client, remote)

    def close(self) -> None:
        """Close the connections."""
        self._audience.client.close()
