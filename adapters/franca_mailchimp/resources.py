"""Saved segments, static segments (tags) and merge fields: what is there, and making it what it should be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from franca.adapter import Remote, Resource, ResourceKind, Snapshot, TerminalError, key_of, owned_name
from franca_mailchimp import options
from franca_mailchimp.audience import Audience
from franca_mailchimp.client import Operation
from franca_mailchimp.emails import Emails
from franca_mailchimp.kept import INTERESTS

READ_FIELDS = Operation("read merge fields", "lists", "get_list_merge_fields")
READ_SEGMENTS = Operation("read segments", "lists", "list_segments")
READ_CATEGORIES = Operation("read interest categories", "lists", "get_list_interest_categories")
READ_GROUPS = Operation("read interest groups", "lists", "list_interest_category_interests")
CREATE_SEGMENT = Operation("create segment", "lists", "create_segment", safe=False)
UPDATE_SEGMENT = Operation("update segment", "lists", "update_segment")
DELETE_SEGMENT = Operation("delete segment", "lists", "delete_segment", answers=False)
CREATE_FIELD = Operation("create merge field", "lists", "add_list_merge_field", safe=False)
UPDATE_FIELD = Operation("update merge field", "lists", "update_list_merge_field")
DELETE_FIELD = Operation("delete merge field", "lists", "delete_list_merge_field", answers=False)

EMAILS = frozenset({ResourceKind.TEMPLATE, ResourceKind.CAMPAIGN})
KINDS = {"saved": ResourceKind.SEGMENT, "static": ResourceKind.TAG}
"""Types of segments that we manage; "fuzzy" ones have no conditions and are not ours."""
_FIELD_KEYS = ("tag", "type", "public", "required", "default_value")
_SEGMENT_KEYS = ("id", "name", "type", "updated_at", "options")


Name = tuple[str, str, str]


class Resources:
    """The objects of one audience."""

    def __init__(self, audience: Audience, *, emails: bool, categories: frozenset[str]) -> None:
        self._audience, self._client, self._categories = audience, audience.client, categories
        self.emails, self._has_emails = Emails(audience), emails

    def read(self) -> Snapshot:
        """Read everything that a plan compares or names."""
        account, listed = self._audience.account, self._audience.id
        fields = list(self._client.rows(READ_FIELDS, "merge_fields", listed, fields=("merge_id", "name", *_FIELD_KEYS)))
        segments = self._client.rows(READ_SEGMENTS, "segments", listed, fields=_SEGMENT_KEYS)
        found = [_segment(segment) for segment in segments if segment["type"] in KINDS]
        names = _by_name([*_fields(fields), *_tags(found), *self._read_interests()])
        return Snapshot(account=account, remotes=(*map(_field, fields), *found, *self._read_emails()), names=names)

    def _read_emails(self) -> Iterator[Remote]:
        """Yield templates and drafts; a project without any asks for none."""
        if self._has_emails:
            yield from self.emails.read()

    def _read_interests(self) -> Iterator[tuple[Name, str]]:
        """Yield what names the mapped interest categories and their groups; a project that maps none asks for none."""
        if not self._categories:
            return
        for category in self._client.rows(READ_CATEGORIES, "categories", self._audience.id, fields=("id", "title")):
            yield (options.CATEGORY, category["title"], ""), f"interests-{category['id']}"
            if category["title"] in self._categories:
                groups = self._client.rows(READ_GROUPS, "interests", self._audience.id, category["id"], fields=("id", "name"))
                yield from (((options.GROUP, group["name"], category["title"]), str(group["id"])) for group in groups)

    def foreign(self) -> Iterator[Remote]:
        """Yield the interest categories as fields, named as a mapping names them."""
        for category in self._client.rows(READ_CATEGORIES, "categories", self._audience.id, fields=("id", "title")):
            body = {"tag": f"{INTERESTS}{category['title']}", "type": "interests"}
            yield Remote(kind=ResourceKind.FIELD, id=f"interests-{category['id']}", name=category["title"], body=body)

    def create(self, resource: Resource, body: Mapping[str, Any]) -> str:
        """Make a resource; return its id."""
        if resource.kind in EMAILS:
            return self.emails.create(resource, body)
        operation = CREATE_FIELD if resource.kind is ResourceKind.FIELD else CREATE_SEGMENT
        made = self._client.call(operation, self._audience.id, _CREATION[resource.kind](_name(resource), body))
        return str(made["merge_id"] if resource.kind is ResourceKind.FIELD else made["id"])

    def update(self, remote: Remote, resource: Resource, body: Mapping[str, Any]) -> str:
        """Make *remote* as it should be; return its id, which is another one where a draft had to be made anew.

        Raises:
            DestinationError: it is a merge field of another type, which is read-only.
        """
        if resource.kind in EMAILS:
            return self.emails.update(remote, resource, body)
        if resource.kind is ResourceKind.FIELD:
            _same_type(remote, body)
        operation = UPDATE_FIELD if resource.kind is ResourceKind.FIELD else UPDATE_SEGMENT
        self._client.call(operation, self._audience.id, remote.id, _CHANGE[resource.kind](_name(resource), body))
        return remote.id

    def delete(self, remote: Remote) -> None:
        """Delete a resource; one that is gone already is fine."""
        if remote.kind in EMAILS:
            self.emails.delete(remote)
            return
        operation = DELETE_FIELD if remote.kind is ResourceKind.FIELD else DELETE_SEGMENT
        try:
            self._client.call(operation, self._audience.id, remote.id)
        except TerminalError as error:
            if error.status != 404:
                raise


Payload = Callable[[str, Mapping[str, Any]], dict[str, Any]]

_CREATION: Mapping[ResourceKind, Payload] = {
    ResourceKind.FIELD: lambda name, body: {"name": name, **body},
    ResourceKind.TAG: lambda name, _body: {"name": name, "static_segment": []},
    ResourceKind.SEGMENT: lambda name, body: {"name": name, "options": options.sent(body)},
}
_CHANGE: Mapping[ResourceKind, Payload] = {
    ResourceKind.FIELD: lambda name, body: {"name": name, **{key: value for key, value in body.items() if key != "type"}},
    ResourceKind.TAG: lambda name, _body: {"name": name},  # `static_segment` in a PATCH would replace the members
    ResourceKind.SEGMENT: lambda name, body: {"name": name, "options": options.sent(body)},
}


def _name(resource: Resource) -> str:
    return owned_name(resource.title, resource.key)


def _same_type(remote: Remote, body: Mapping[str, Any]) -> None:
    if remote.body.get("type") != body.get("type"):
        what = f"Mailchimp: the merge field {remote.name!r} is of type {remote.body.get('type')}, which cannot be changed"
        raise TerminalError(what, remedy="delete it by hand, and apply again", operation=UPDATE_FIELD.words)


def _field(field: Mapping[str, Any]) -> Remote:
    body = {key: field.get(key) for key in _FIELD_KEYS}
    body |= {"public": bool(body["public"]), "required": bool(body["required"]), "default_value": body["default_value"] or ""}
    return Remote(kind=ResourceKind.FIELD, id=str(field["merge_id"]), name=field["name"], body=body, key=key_of(field["name"]))


def _segment(segment: Mapping[str, Any]) -> Remote:
    kind = KINDS[segment["type"]]
    body = options.read(segment.get("options")) if kind is ResourceKind.SEGMENT else {}
    name = segment["name"]
    return Remote(kind=kind, id=str(segment["id"]), name=name, body=body, key=key_of(name), version=segment.get("updated_at") or "")


def _fields(fields: list[Mapping[str, Any]]) -> Iterator[tuple[Name, str]]:
    """Yield what references may name: a merge field as what it can stand for, and the type of its conditions."""
    for field in fields:
        tag, stands_for = field["tag"], options.CONDITION_TYPES.get(field["type"], {})
        for meaning, condition_type in stands_for.items():
            yield (options.FIELD, tag, meaning), tag
            yield (options.CONDITION_TYPE, tag, meaning), condition_type
        if not stands_for:  # for the message: it is there, and of a type that no attribute has
            yield (options.FIELD, tag, field["type"]), tag


def _tags(segments: list[Remote]) -> Iterator[tuple[Name, str]]:
    """Yield the tags: conditions name the id of the static segment, not the tag's name (sheet, trap 3)."""
    return (((options.STATIC_SEGMENT, each.name, ""), each.id) for each in segments if each.kind is ResourceKind.TAG)


def _by_name(found: Iterable[tuple[Name, str]]) -> dict[Name, tuple[str, ...]]:
    names: dict[Name, tuple[str, ...]] = {}
    for name, identity in found:
        names[name] = (*names.get(name, ()), identity)
    return names
