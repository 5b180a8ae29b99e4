"""Segments, lists, tags and metrics: what is there, and making it what it should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from franca.adapter import Remote, Resource, ResourceKind, Snapshot, key_of, owned_name
from franca.adapter.errors import DestinationError, TerminalError, UnknownOutcomeError
from franca.definitions import Project
from franca_klaviyo import definition
from franca_klaviyo.client import XS, Client, L, M, Operation, S, Tier
from franca_klaviyo.emails import Emails
from franca_klaviyo.members import wait_until
from franca_klaviyo.names import TAG_PREFIX, field_title, marker_of, tag_name
from franca_klaviyo.people import quoted

EMAILS = frozenset({ResourceKind.TEMPLATE, ResourceKind.CAMPAIGN})
AT_ONCE = 5
"""Segments processed at a time (segments_api_overview); one more is refused."""
PAGE = 10

READ_ACCOUNT = Operation("read account", "Accounts", "get_accounts", XS)
READ_METRICS = Operation("read metrics", "Metrics", "get_metrics", M)
READ_TAGS = Operation("read tags", "Tags", "get_tags", S)
READ_SEGMENTS = Operation("read segments", "Segments", "get_segments", L)
READ_LISTS = Operation("read lists", "Lists", "get_lists", L)
READ_SEGMENT = Operation("read segment", "Segments", "get_segment", L)
CREATE_TAG = Operation("create tag", "Tags", "create_tag", S, safe=False)
COUNT = {
    ResourceKind.SEGMENT: (Operation("count segment", "Segments", "get_segment", XS), "additional_fields_segment"),
    ResourceKind.LIST: (Operation("count list", "Lists", "get_list", XS), "additional_fields_list"),
}
_WRITES = Tier(1, 15, 100)
CREATE = {
    ResourceKind.SEGMENT: Operation("create segment", "Segments", "create_segment", _WRITES, safe=False),
    ResourceKind.LIST: Operation("create list", "Lists", "create_list", Tier(10, 150, 150), safe=False),
}
UPDATE = {
    ResourceKind.SEGMENT: Operation("update segment", "Segments", "update_segment", _WRITES),
    ResourceKind.LIST: Operation("update list", "Lists", "update_list", M),
}
DELETE = {
    ResourceKind.SEGMENT: Operation("delete segment", "Segments", "delete_segment", S, answers=False),
    ResourceKind.LIST: Operation("delete list", "Lists", "delete_list", M, answers=False),
}
TAG = {
    ResourceKind.SEGMENT: Operation("tag segment", "Tags", "tag_segments", S, answers=False),
    ResourceKind.LIST: Operation("tag list", "Tags", "tag_lists", S, answers=False),
}


class Resources:
    """The objects of one account, as one project sees them."""

    def __init__(self, client: Client, project: Project) -> None:
        self._client = client
        self._tag = tag_name(project)
        self._tag_id: str | None = None
        self.emails, self._has_emails = Emails(client), bool(project.templates or project.campaigns)
        self._processing: set[str] = set()
        self._account: Mapping[str, Any] = {}
        self._metrics: Mapping[str, tuple[str, str]] | None = None

    # -- reading

    def read(self) -> Snapshot:
        """Read everything that a plan compares or names."""
        account, metrics = self._read_account(), self._read_metrics()
        remotes = [*self._segments(metrics), *self._lists()]
        emails = tuple(self.emails.read()) if self._has_emails else ()
        fields = (*_fields(remotes), *map(_field, sorted(self.emails.fields)))
        return Snapshot(account=account["id"], remotes=(*fields, *remotes, *emails), names=_names(metrics))

    def account(self) -> Mapping[str, Any]:
        """Return the account's attributes, as they were last read."""
        found: Mapping[str, Any] = (self._account or self._read_account())["attributes"]
        return found

    def metrics(self) -> dict[tuple[str, str, str], tuple[str, ...]]:
        """Return what references to metrics may name, as it was last read."""
        return _names(self._read_metrics() if self._metrics is None else self._metrics)

    def _read_account(self) -> Mapping[str, Any]:
        self._account = self._client.call(READ_ACCOUNT)["data"][0]
        return self._account

    def _read_metrics(self) -> Mapping[str, tuple[str, str]]:
        self._metrics = {metric["id"]: _metric(metric) for page in self._client.pages(READ_METRICS) for metric in page["data"]}
        return self._metrics

    def _segments(self, metrics: Mapping[str, tuple[str, str]]) -> Iterator[Remote]:
        for found, tags in self._tagged(READ_SEGMENTS):
            shown = found["attributes"]
            body = {
                "definition": definition.read(shown["definition"] or {}, lambda identity: metrics.get(identity, ("", identity))),
                "active": bool(shown["is_active"]),
                "tag": self._tag if self._tag in tags else "",
            }
            yield self._remote(ResourceKind.SEGMENT, found, tags, body)

    def _lists(self) -> Iterator[Remote]:
        for found, tags in self._tagged(READ_LISTS):
            yield self._remote(ResourceKind.LIST, found, tags, {"tag": self._tag if self._tag in tags else ""})

    def _tagged(self, operation: Operation) -> Iterator[tuple[Mapping[str, Any], set[str]]]:
        """Yield each object with the names of its tags."""
        for page in self._client.pages(operation, page_size=PAGE, include=["tags"]):
            names = {tag["id"]: tag["attributes"]["name"] for tag in page.get("included") or () if tag["type"] == "tag"}
            for found in page["data"]:
                links = ((found.get("relationships") or {}).get("tags") or {}).get("data") or ()
                yield found, {names[link["id"]] for link in links if link["id"] in names}

    def _remote(self, kind: ResourceKind, found: Mapping[str, Any], tags: set[str], body: Mapping[str, Any]) -> Remote:
        name = found["attributes"]["name"]
        # Whatever carries the tag of another project is that project's, even if its key is one of ours.
        foreign = any(tag.startswith(TAG_PREFIX) for tag in tags) and self._tag not in tags
        key = None if foreign else key_of(name)
        return Remote(kind=kind, id=found["id"], name=name, body=body, key=key, version=found["attributes"].get("updated") or "")

    # -- writing

    def create(self, resource: Resource, body: Mapping[str, Any]) -> str:
        """Make a segment or list and tag it; a field is made by being written.

        Raises:
            UnknownOutcomeError: made or not, or made and not tagged: who looks finds it, and an update tags it.
        """
        if resource.kind is ResourceKind.FIELD:
            return field_title(resource.key)
        if resource.kind in EMAILS:
            return self.emails.create(resource, body)
        tag = self._tag_identity()  # first: were it to fail, nothing would be half made
        attributes = {"name": owned_name(resource.title, resource.key)}
        if resource.kind is ResourceKind.SEGMENT:
            attributes["definition"] = body["definition"]
            self._await_room()
        made = self._client.call(CREATE[resource.kind], {"data": {"type": str(resource.kind), "attributes": attributes}})
        identity = str(made["data"]["id"])
        if resource.kind is ResourceKind.SEGMENT:
            self._processing.add(identity)
        self._link_made(tag, resource.kind, identity)
        return identity

    def update(self, remote: Remote, resource: Resource, body: Mapping[str, Any]) -> None:
        """Change what differs, and only that: 100 updates a day are counted."""
        if resource.kind is ResourceKind.FIELD:
            return
        if resource.kind in EMAILS:
            self.emails.update(remote, resource, body)
            return
        name = owned_name(resource.title, resource.key)
        changes: dict[str, Any] = {} if name == remote.name else {"name": name}
        if body.get("definition") != remote.body.get("definition"):
            changes["definition"] = body["definition"]
            self._await_room()
        if body.get("active") != remote.body.get("active"):
            changes["is_active"] = body["active"]
        if changes:
            data = {"type": str(remote.kind), "id": remote.id, "attributes": changes}
            self._client.call(UPDATE[remote.kind], remote.id, {"data": data})
        if "definition" in changes:
            self._processing.add(remote.id)
        if body["tag"] != remote.body.get("tag"):
            self._link(self._tag_identity(), remote.kind, remote.id)

    def delete(self, remote: Remote) -> None:
        """Delete a segment or list; a missing one is fine. Klaviyo cannot delete a custom property."""
        if remote.kind is ResourceKind.FIELD:
            return
        if remote.kind in EMAILS:
            self.emails.delete(remote)
            return
        try:
            self._client.call(DELETE[remote.kind], remote.id)
        except TerminalError as error:
            if error.status != 404:
                raise
        self._processing.discard(remote.id)

    # -- processing

    def count(self, remote: Remote) -> int:
        """Return Klaviyo's own count, once it has finished."""
        self.await_processed(remote)
        operation, option = COUNT[remote.kind]
        return int(self._client.call(operation, remote.id, **{option: ["profile_count"]})["data"]["attributes"]["profile_count"])

    def await_processed(self, remote: Remote) -> None:
        """Wait until a segment's members are complete."""
        if remote.kind is ResourceKind.SEGMENT:
            wait_until(self._client, "the segment", lambda: not self._is_processing(remote.id))

    def _await_room(self) -> None:
        """Wait until fewer than five of the segments written here are being processed."""

        def room() -> bool:
            if len(self._processing) < AT_ONCE:
                return True
            self._processing = {each for each in self._processing if self._is_processing(each)}
            return len(self._processing) < AT_ONCE

        wait_until(self._client, "a segment", room)

    def _is_processing(self, identity: str) -> bool:
        shown = self._client.call(READ_SEGMENT, identity, fields_segment=["is_processing"])
        return bool(shown["data"]["attributes"]["is_processing"])

    # -- tags

    def _tag_identity(self) -> str:
        if self._tag_id is None:
            found = self._client.call(READ_TAGS, filter=f"equals(name,{quoted(self._tag)})")["data"]
            tag = found[0] if found else self._client.call(CREATE_TAG, {"data": {"type": "tag", "attributes": {"name": self._tag}}})["data"]
            self._tag_id = str(tag["id"])
        return self._tag_id

    def _link_made(self, tag: str, kind: ResourceKind, identity: str) -> None:
        try:
            self._link(tag, kind, identity)
        except DestinationError as error:
            problem = error.problem
            raise UnknownOutcomeError(
                problem.what, remedy=problem.remedy, operation=error.operation, status=error.status, request_id=error.request_id
            ) from error

    def _link(self, tag: str, kind: ResourceKind, identity: str) -> None:
        self._client.call(TAG[kind], tag, {"data": [{"type": str(kind), "id": identity}]})


def _metric(metric: Mapping[str, Any]) -> tuple[str, str]:
    shown = metric["attributes"]
    return shown["name"], str((shown.get("integration") or {}).get("name") or "")


def _names(metrics: Mapping[str, tuple[str, str]]) -> dict[tuple[str, str, str], tuple[str, ...]]:
    """Return what references may name: a metric by its name, and by its name with its integration."""
    found: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for identity, (name, integration) in sorted(metrics.items()):
        for qualifier in dict.fromkeys(("", integration)):
            address = ("metric", name, qualifier)
            found[address] = (*found.get(address, ()), identity)
    return found


def _fields(remotes: list[Remote]) -> Iterator[Remote]:
    """Yield the marker fields in use: a custom property exists nowhere by itself, it is there when a segment of ours reads it."""
    properties = {
        condition.get("property") or ""
        for remote in remotes
        if remote.kind is ResourceKind.SEGMENT and remote.key
        for group in definition.groups_of(remote.body["definition"])
        for condition in group
    }
    yield from map(_field, sorted(filter(None, map(marker_of, properties))))


def _field(key: str) -> Remote:
    return Remote(kind=ResourceKind.FIELD, id=field_title(key), name=field_title(key), key=key)
