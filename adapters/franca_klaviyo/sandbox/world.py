"""What the routes of one account share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from franca.sandbox import Call, Clock, Reply
from franca_klaviyo.sandbox import checks
from franca_klaviyo.sandbox.checks import Check, shape
from franca_klaviyo.sandbox.conditions import Counting
from franca_klaviyo.sandbox.errors import MEDIA_TYPE, ProblemError, invalid, not_found
from franca_klaviyo.sandbox.store import Row, Store


@dataclass(frozen=True, kw_only=True)
class Account:
    """The account that the key opens.

    Attributes:
        id: also the public API key and the seed of every id in the account.
    """

    id: str = "SaNd01"
    name: str = "Franca Sandbox"
    timezone: str = "UTC"
    currency: str = "EUR"


@dataclass(frozen=True, kw_only=True)
class World:
    """One account, its clock, and how long its asynchronous work usually takes (seconds of the clock's ticks)."""

    clock: Clock
    store: Store
    counting: Counting
    account: Account
    usual_processing_seconds: float
    usual_import_seconds: float

    @property
    def processing_seconds(self) -> float:
        """How long a segment is processed, at the clock's pace."""
        return self.usual_processing_seconds * self.clock.slow

    @property
    def import_seconds(self) -> float:
        """How long a bulk import takes, at the clock's pace."""
        return self.usual_import_seconds * self.clock.slow

    def now(self) -> float:
        """Return the present in seconds."""
        return self.clock.now().timestamp()

    def find(self, table: str, identity: str) -> Row:
        """Return the row of *table* with this id.

        Raises:
            ProblemError: 404.
        """
        row = self.store.one(f"select * from {table} where id = ?", identity)  # noqa: S608 - a name of our schema
        if row is None:
            raise not_found(table.removesuffix("s"), identity)
        return row


def ok(body: Any, status: int = 200) -> Reply:
    """Return an answer with a JSON:API body."""
    return Reply(status=status, body=body, media_type=MEDIA_TYPE)


def nothing() -> Reply:
    """Return 204."""
    return Reply(status=204)


def link(call: Call, path: str) -> str:
    """Return the URL of a path of this API, as Klaviyo writes links."""
    return f"https://{call.headers.get('host', 'a.klaviyo.com')}{path}"


def document(call: Call, data: Any, included: Sequence[Any] | None = None) -> dict[str, Any]:
    """Return the body around one resource."""
    body = {"data": data, "links": {"self": link(call, call.path)}}
    return body if included is None else {**body, "included": list(included)}


def resource(call: Call, kind: str, path: str, identity: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return one resource object."""
    return {"type": kind, "id": identity, "attributes": dict(attributes), "links": {"self": link(call, f"{path}/{identity}")}}


def attributes_of(
    call: Call, kind: str, required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *, identity: str | None = None
) -> dict[str, Any]:
    """Return the attributes in a write's body; *identity* is the id that the body of an update must repeat (documented)."""
    body = body_of(call)
    shape(body, "", {"data": checks.object_})
    data = body["data"]
    ids = {"id": checks.one_of(identity)} if identity is not None else {}
    shape(data, "/data", {"type": checks.one_of(kind), "attributes": checks.object_, **ids}, {"relationships": checks.object_})
    shape(data["attributes"], "/data/attributes", required, optional)
    attributes: dict[str, Any] = data["attributes"]
    return attributes


def body_of(call: Call) -> Any:
    """Return the body.

    Raises:
        ProblemError: 400 without JSON, 415 for another media type (reported; application/json is taken too).
    """
    media_type = call.headers.get("content-type", "").partition(";")[0].strip()
    if media_type not in (MEDIA_TYPE, "application/json"):
        raise ProblemError(415, "unsupported_media_type", "Unsupported media type.", f'Unsupported media type "{media_type}" in request.')
    if call.body is None:
        raise invalid("The body is not valid JSON.", "/")
    return call.body


def identifiers(call: Call, kind: str, most: int) -> list[str]:
    """Return the ids of a relationship's body `{"data": [{"type", "id"}]}`."""
    body = body_of(call)
    shape(body, "", {"data": checks.array})
    found = checks.items(body["data"], "/data", most=most)
    for place, each in enumerate(found):
        shape(each, f"/data/{place}", {"type": checks.one_of(kind), "id": checks.text})
    return [each["id"] for each in found]


def linkage(kind: str, ids: Iterable[str]) -> list[dict[str, str]]:
    """Return resource identifiers."""
    return [{"type": kind, "id": identity} for identity in ids]
