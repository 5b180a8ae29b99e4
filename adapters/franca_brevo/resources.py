"""Folders, lists and attributes: read, made, changed, deleted. Segments: read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from franca.adapter import Remote, Resource, ResourceKind, TerminalError, key_of, owned_name
from franca_brevo.client import Client, Row
from franca_brevo.emails import Emails
from franca_brevo.names import attribute_key, attribute_name
from franca_brevo.segments import FIELD_BODY

PAGE = 50
"""Folders or lists of one page (documented)."""

ATTRIBUTE = "/contacts/attributes/{category}/{name}"


class Resources:
    """What we manage in one account: one folder, the lists in it, attributes called FRANCA_….

    Args:
        client: the account.
        folder: the name of our folder.
        wanted: whether the project needs it; if not, it is nobody's, and no plan can delete it.
        emails: whether the project has templates or campaigns; without any, none are read.
        segments: whether the project names segments that people made; without any, none are read.
    """

    def __init__(self, client: Client, folder: str, *, wanted: bool, emails: bool, segments: bool) -> None:
        self._client, self._name, self._wanted = client, folder, wanted
        self.emails, self._has_emails, self._has_segments = Emails(client), emails, segments
        self._create: Mapping[ResourceKind, Callable[[Resource, Mapping[str, Any]], str]] = {
            ResourceKind.FOLDER: self._create_folder,
            ResourceKind.FIELD: self._create_field,
            ResourceKind.LIST: self._create_list,
            ResourceKind.TEMPLATE: self.emails.create,
            ResourceKind.CAMPAIGN: self.emails.create,
        }
        self._update: Mapping[ResourceKind, Callable[[Remote, Resource, Mapping[str, Any]], None]] = {
            ResourceKind.FOLDER: self._update_folder,
            ResourceKind.FIELD: self._update_field,
            ResourceKind.LIST: self._update_list,
            ResourceKind.TEMPLATE: self.emails.update,
            ResourceKind.CAMPAIGN: self.emails.update,
        }
        self._delete: Mapping[ResourceKind, Callable[[Remote], None]] = {
            ResourceKind.FOLDER: self._delete_folder,
            ResourceKind.FIELD: self._delete_field,
            ResourceKind.LIST: self._delete_list,
            ResourceKind.TEMPLATE: self.emails.delete,
            ResourceKind.CAMPAIGN: self.emails.delete,
        }

    def read(self) -> tuple[Remote, ...]:
        """Return all folders, lists and attributes, ours or not.

        Raises:
            TerminalError: several folders have our folder's name.
        """
        folders = tuple(self._folders())
        emails = tuple(self.emails.read()) if self._has_emails else ()
        lists = self._lists({folder.id for folder in folders if folder.name == self._name})
        return (*emails, *folders, *lists, *self._fields(), *(self.segments() if self._has_segments else ()))

    def create(self, resource: Resource, body: Mapping[str, Any]) -> str:
        """Make *resource*; return its id."""
        return self._create[resource.kind](resource, body)

    def update(self, remote: Remote, resource: Resource, body: Mapping[str, Any]) -> None:
        """Make *remote* equal to *resource*."""
        self._update[resource.kind](remote, resource, body)

    def delete(self, remote: Remote) -> None:
        """Delete *remote*."""
        self._delete[remote.kind](remote)

    # -- folders

    def _folders(self) -> Iterator[Remote]:
        rows = [row for page in self._client.pages("read folders", "/contacts/folders", "folders", PAGE) for row in page.rows]
        if sum(row["name"] == self._name for row in rows) > 1:
            raise TerminalError(f"Brevo: several folders are called {self._name!r}", remedy="rename all but one by hand")
        for row in rows:
            key = self._name if self._wanted and row["name"] == self._name else None
            yield Remote(kind=ResourceKind.FOLDER, id=str(row["id"]), name=row["name"], key=key)

    def _create_folder(self, resource: Resource, _body: Mapping[str, Any]) -> str:
        return self._made("create the folder", "/contacts/folders", {"name": resource.title})

    def _update_folder(self, remote: Remote, resource: Resource, _body: Mapping[str, Any]) -> None:
        self._change("rename the folder", f"/contacts/folders/{remote.id}", {"name": resource.title})

    def _delete_folder(self, _remote: Remote) -> None:
        # Brevo would delete all lists in it, also those of others, and cannot undo it (sheet 1.4).
        raise TerminalError("Brevo: a folder is never deleted by Franca", remedy="delete it by hand, when it is empty")

    # -- lists

    def _lists(self, ours: set[str]) -> Iterator[Remote]:
        """Yield all lists. Only a mark in our folder makes one ours: another project may keep its own in this account."""
        for page in self._client.pages("read lists", "/contacts/lists", "lists", PAGE):
            for row in page.rows:
                folder = str(row.get("folderId", ""))
                key = key_of(row["name"]) if folder in ours else None
                yield Remote(kind=ResourceKind.LIST, id=str(row["id"]), name=row["name"], body={"folder": folder}, key=key)

    def _create_list(self, resource: Resource, body: Mapping[str, Any]) -> str:
        name = owned_name(resource.title, resource.key)
        return self._made("create a list", "/contacts/lists", {"name": name, "folderId": int(body["folder"])})

    def _update_list(self, remote: Remote, resource: Resource, body: Mapping[str, Any]) -> None:
        # One of both at a time (sheet 1.4). The folder first: a mark means nothing outside of it.
        path, name = f"/contacts/lists/{remote.id}", owned_name(resource.title, resource.key)
        if remote.body.get("folder") != body["folder"]:
            self._change("move a list", path, {"folderId": int(body["folder"])})
        if remote.name != name:
            self._change("rename a list", path, {"name": name})

    def _delete_list(self, remote: Remote) -> None:
        self._client.drop("delete a list", f"/contacts/lists/{remote.id}")

    # -- attributes

    def _fields(self) -> Iterator[Remote]:
        for row in self._client.get("read attributes", "/contacts/attributes").get("attributes") or ():
            name, body = row["name"], {"category": row["category"], "type": row.get("type", "")}
            key = attribute_key(name) if body == FIELD_BODY else None
            yield Remote(kind=ResourceKind.FIELD, id=name, name=name, body=body, key=key)

    def _create_field(self, resource: Resource, body: Mapping[str, Any]) -> str:
        name = attribute_name(resource.key)
        names = {"category": str(body["category"]), "name": name}
        try:
            self._client.call("create an attribute", "POST", ATTRIBUTE, safe=False, names=names, body={"type": body["type"]})
        except TerminalError as error:
            if "must be unique" not in str(error):  # the words are reported (sheet 1.5); the code says nothing
                raise
            what = f"Brevo: there is an attribute {name} that is not a text"
            raise TerminalError(what, remedy="delete it by hand, or rename the marker", operation=error.operation, status=400) from None
        return name

    def _update_field(self, remote: Remote, _resource: Resource, _body: Mapping[str, Any]) -> None:
        # Neither name nor type can be changed (sheet 1.5).
        raise TerminalError(f"Brevo: the attribute {remote.name} cannot be changed", remedy="delete it by hand, and apply again")

    def _delete_field(self, remote: Remote) -> None:
        names = {"category": str(remote.body.get("category") or FIELD_BODY["category"]), "name": remote.id}
        self._client.drop("delete an attribute", ATTRIBUTE, names=names)

    # -- segments

    def segments(self) -> Iterator[Remote]:
        """Yield the segments that people made. Names are all that the API tells; whatever they are called, none is ours (sheet 1.1)."""
        for page in self._client.pages("read segments", "/contacts/segments", "segments", PAGE):
            for row in page.rows:
                version = row.get("updatedAt") or ""
                yield Remote(kind=ResourceKind.SEGMENT, id=str(row["id"]), name=row["segmentName"], version=version)

    # -- calls

    def _made(self, operation: str, path: str, body: Mapping[str, Any]) -> str:
        made: Row = self._client.call(operation, "POST", path, safe=False, body=body, needs=("id",))
        return str(made["id"])

    def _change(self, operation: str, path: str, body: Mapping[str, Any]) -> None:
        self._client.call(operation, "PUT", path, safe=True, body=body)
