"""Groups and fields: read, made, changed, deleted. Segments: read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from franca.adapter import Remote, Resource, ResourceKind, TerminalError, key_of, owned_name
from franca_mailerlite.client import Client
from franca_mailerlite.names import field_key, marker_key

Body = Mapping[str, Any]


class Resources:
    """What we manage in one account: groups whose name ends in our mark, fields whose key begins with `franca_`.

    Args:
        client: the account.
        segments: whether the project names segments that people made; without any, none are read.
    """

    def __init__(self, client: Client, *, segments: bool) -> None:
        self._client, self._has_segments = client, segments
        self._create: Mapping[ResourceKind, Callable[[Resource, Body], str]] = {
            ResourceKind.LIST: self._create_group,
            ResourceKind.FIELD: self._create_field,
        }
        self._update: Mapping[ResourceKind, Callable[[Remote, Resource], None]] = {
            ResourceKind.LIST: self._update_group,
            ResourceKind.FIELD: self._update_field,
        }
        self._paths: Mapping[ResourceKind, str] = {ResourceKind.LIST: "/groups", ResourceKind.FIELD: "/fields"}

    def read(self) -> tuple[Remote, ...]:
        """Return all groups and fields, ours or not."""
        return (*self._groups(), *self._fields(), *(self._segments() if self._has_segments else ()))

    def create(self, resource: Resource, body: Body) -> str:
        """Make *resource*; return its id."""
        return self._create[resource.kind](resource, body)

    def update(self, remote: Remote, resource: Resource) -> None:
        """Make *remote* equal to *resource*."""
        self._update[resource.kind](remote, resource)

    def delete(self, remote: Remote) -> None:
        """Delete *remote*; the people stay."""
        self._client.drop(f"delete a {remote.kind}", f"{self._paths[remote.kind]}/{remote.id}")

    # -- groups

    def _groups(self) -> Iterator[Remote]:
        for row in self._client.numbered("read groups", "/groups"):
            yield Remote(kind=ResourceKind.LIST, id=str(row["id"]), name=row["name"], key=key_of(row["name"]))

    def _create_group(self, resource: Resource, _body: Body) -> str:
        name = owned_name(resource.title, resource.key)
        return str(self._client.data("create a group", "POST", "/groups", {"name": name})["id"])

    def _update_group(self, remote: Remote, resource: Resource) -> None:
        body = {"name": owned_name(resource.title, resource.key)}
        self._client.call("rename a group", "PUT", f"/groups/{remote.id}", safe=True, body=body)

    # -- fields

    def _fields(self) -> Iterator[Remote]:
        for row in self._client.numbered("read fields", "/fields"):
            body = {"key": row["key"], "type": row["type"]}
            key = marker_key(row["key"]) if row["type"] == "text" else None
            yield Remote(kind=ResourceKind.FIELD, id=str(row["id"]), name=row["name"], body=body, key=key)

    def _create_field(self, resource: Resource, body: Body) -> str:
        """Make a field. Its key cannot be chosen: it is made from the name, and a field with any other is of no use.

        Raises:
            TerminalError: MailerLite gave it another key; it was deleted again.
        """
        made = self._client.data("create a field", "POST", "/fields", {"name": field_key(resource.key), "type": body["type"]})
        if made.get("key") != body["key"]:
            self._client.drop("delete a field", f"/fields/{made['id']}")
            what = (
                f"MailerLite: the field of {resource.key!r} was given the key {made.get('key')!r} and not {body['key']!r}; it was removed"
            )
            raise TerminalError(what, remedy="rename the marker, or delete the field that has the key", operation="create a field")
        return str(made["id"])

    def _update_field(self, remote: Remote, _resource: Resource) -> None:
        # Only the name can be changed, and it says nothing (seen).
        raise TerminalError(f"MailerLite: the field {remote.name} cannot be changed", remedy="delete it by hand, and apply again")

    # -- segments

    def _segments(self) -> Iterator[Remote]:
        """Yield the segments that people made; whatever they are called, none is ours."""
        for row in self._client.numbered("read segments", "/segments"):
            yield Remote(kind=ResourceKind.SEGMENT, id=str(row["id"]), name=row["name"])
