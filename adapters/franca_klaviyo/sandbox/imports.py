"""Bulk import of profiles: an asynchronous upsert."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_klaviyo.sandbox import checks
from franca_klaviyo.sandbox.checks import Check, shape
from franca_klaviyo.sandbox.errors import invalid, not_interpreted
from franca_klaviyo.sandbox.query import page, parse_filter
from franca_klaviyo.sandbox.store import Row
from franca_klaviyo.sandbox.times import iso
from franca_klaviyo.sandbox.world import World, attributes_of, body_of, document, ok, resource

PATH = "/api/profile-bulk-import-jobs"
MOST_PROFILES = 10_000  # documented
MOST_BYTES = 5_000_000  # documented: 5 MB
MOST_PROFILE_BYTES = 100_000  # documented: 100 KB
EXPIRES_SECONDS = 7 * 86_400  # guess
IDENTIFIERS = ("email", "phone_number", "external_id")

_PLACE = dict.fromkeys(("address1", "address2", "city", "country", "region", "zip", "timezone", "ip"), checks.text_or_null)
_NAMES = ("first_name", "last_name", "organization", "locale", "title", "image")


def _location(value: Any, pointer: str) -> None:
    shape(value, pointer, {}, {**_PLACE, "latitude": _coordinate, "longitude": _coordinate})


def _coordinate(value: Any, pointer: str) -> None:
    (checks.text if isinstance(value, str) else checks.number)(value, pointer)


# Strict as reported: an attribute that is not here (`subscriptions`, say) is "not a valid field".
ATTRIBUTES: Mapping[str, Check] = {
    **dict.fromkeys((*IDENTIFIERS, "_kx", *_NAMES), checks.text_or_null),
    "location": _location,
    "properties": checks.object_,
}


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One profile that was not imported."""

    detail: str
    pointer: str
    payload: Mapping[str, Any]


class Imports:
    """The import jobs of one account."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._store = world.store

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("GET", PATH, self._list, "get_bulk_import_profiles_jobs"),
            Route("POST", PATH, self._create, "bulk_import_profiles"),
            Route("GET", f"{PATH}/{{id}}", self._get, "get_bulk_import_profiles_job"),
            Route("GET", f"{PATH}/{{id}}/import-errors", self._errors, "get_errors_for_bulk_import_profiles_job"),
        ]

    # -- the jobs

    def _create(self, call: Call) -> Reply:
        if len(call.raw) > MOST_BYTES:
            raise invalid(f"The payload exceeds {MOST_BYTES} bytes.")
        profiles = attributes_of(call, "profile-bulk-import-job", {"profiles": checks.object_})["profiles"]
        shape(profiles, "/data/attributes/profiles", {"data": checks.array})
        data = checks.items(profiles["data"], "/data/attributes/profiles/data", least=1, most=MOST_PROFILES)
        for place, each in enumerate(data):
            _check_profile(each, f"/data/attributes/profiles/data/{place}")
        identity = self._queue(data, self._lists(call))
        return ok(document(call, self._shown(call, self._world.find("jobs", identity))), 202)

    def _queue(self, data: Sequence[Any], lists: Sequence[str]) -> str:
        identity, due = self._store.ids.long(), self._world.clock.ticks() + self._world.import_seconds
        fields = {"id": identity, "body": json.dumps({"profiles": data, "lists": lists}), "created": self._world.now(), "due": due}
        self._store.insert("jobs", {**fields, "done": False, "total": len(data), "completed": 0, "errors": "[]"})
        return identity

    def _lists(self, call: Call) -> list[str]:
        relationships = body_of(call)["data"].get("relationships") or {}
        shape(relationships, "/data/relationships", {}, {"lists": checks.object_})
        found = (relationships.get("lists") or {}).get("data") or []
        for place, each in enumerate(found):
            shape(each, f"/data/relationships/lists/data/{place}", {"type": checks.one_of("list"), "id": checks.text})
        return [self._world.find("lists", each["id"])["id"] for each in found]

    def _list(self, call: Call) -> Reply:
        clauses = parse_filter(call, {"status": ("any", "equals")})  # documented
        found = {row["id"]: (row["row"], self._shown(call, row)) for row in self._store.all("select * from jobs")}
        keys = [(at, each) for each, (at, job) in found.items() if all(clause.holds(job["attributes"]["status"]) for clause in clauses)]
        shown = page(call, keys, size=20, maximum=100)
        return ok({"data": [found[identity][1] for identity in shown.ids], "links": shown.links})

    def _get(self, call: Call) -> Reply:
        return ok(document(call, self._shown(call, self._world.find("jobs", call.params["id"]))))

    def _errors(self, call: Call) -> Reply:
        row = self._world.find("jobs", call.params["id"])
        errors = {f"{row['id']}-{place:05}": error for place, error in enumerate(json.loads(row["errors"]))}
        shown = page(call, [(0, identity) for identity in errors], size=20, maximum=100)
        path = f"{PATH}/{row['id']}/import-errors"
        return ok({"data": [resource(call, "import-error", path, i, errors[i]) for i in shown.ids], "links": shown.links})

    def _shown(self, call: Call, row: Row) -> dict[str, Any]:
        started = self._world.clock.ticks() >= row["due"] - self._world.import_seconds / 2
        attributes = {
            "status": "complete" if row["done"] else "processing" if started else "queued",
            "created_at": iso(row["created"]),
            "started_at": iso(row["created"]) if started else None,
            "completed_at": iso(row["completed_at"]),
            "expires_at": iso(row["created"] + EXPIRES_SECONDS),
            "total_count": row["total"],
            "completed_count": row["completed"],
            "failed_count": len(json.loads(row["errors"])),
        }
        return resource(call, "profile-bulk-import-job", PATH, row["id"], attributes)

    # -- the work

    def settle(self) -> None:
        """Do the jobs that are due; called before every request, since nothing runs in the background."""
        for row in self._store.all("select * from jobs where done = 0 and due <= ? order by row", self._world.clock.ticks()):
            self._do(row)

    def _do(self, row: Row) -> None:
        body = json.loads(row["body"])
        outcomes = [self._upsert(p, f"/data/attributes/profiles/data/{place}") for place, p in enumerate(body["profiles"])]
        failures = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
        done = [outcome for outcome in outcomes if isinstance(outcome, int)]
        for identity in body["lists"]:
            found = self._store.one("select row from lists where id = ?", identity)
            if found is not None:  # a list that was deleted since takes nobody
                self._store.add_members(found["row"], done, self._world.now())
        counts = {"done": True, "completed": len(done), "completed_at": self._world.now()}
        self._store.update("jobs", row["id"], {**counts, "errors": json.dumps([_error(failure) for failure in failures])})

    def _upsert(self, profile: Mapping[str, Any], pointer: str) -> int | Failure:
        attributes = dict(profile["attributes"])
        properties = attributes.pop("properties", None) or {}
        if attributes.get("email") and "@" not in attributes["email"]:
            return Failure(detail="Invalid email address.", pointer=f"{pointer}/attributes/email", payload=profile)
        row = self._row(profile.get("id"), attributes)
        if row is None:
            return Failure(detail=f"Profile {profile['id']} does not exist.", pointer=f"{pointer}/id", payload=profile)
        email = attributes.pop("email", None)
        if email is not None:
            self._store.run("update or ignore profiles set email = ? where row = ?", [(email, row)])
        unset = ((profile.get("meta") or {}).get("patch_properties") or {}).get("unset") or []
        cleared = dict.fromkeys([unset] if isinstance(unset, str) else unset)
        self._store.write_profile(row, attributes, {**properties, **cleared}, self._world.now())
        return row

    def _row(self, identity: str | None, attributes: Mapping[str, Any]) -> int | None:
        """Return the profile that is meant, made when nobody is; None when the id is unknown (reported: such a job lists an error)."""
        if identity:
            found = self._store.one("select row from profiles where id = ?", identity)
            return None if found is None else int(found["row"])
        for name in (name for name in IDENTIFIERS if attributes.get(name)):
            where = "email = ?" if name == "email" else f"json_extract(attributes, '$.{name}') = ?"
            found = self._store.one(f"select row from profiles where {where}", attributes[name])  # noqa: S608 - names of IDENTIFIERS
            if found is not None:
                return int(found["row"])
        return self._store.add_profile(attributes.get("email"), self._world.now())


def _check_profile(profile: Any, pointer: str) -> None:
    shape(profile, pointer, {"type": checks.one_of("profile"), "attributes": checks.object_}, {"id": checks.text, "meta": checks.object_})
    attributes = profile["attributes"]
    shape(attributes, f"{pointer}/attributes", {}, ATTRIBUTES)
    if not profile.get("id") and not any(attributes.get(name) for name in IDENTIFIERS):
        raise invalid("At least one identifier is required: email, phone_number or external_id.", pointer)
    if len(json.dumps(profile, ensure_ascii=False).encode()) > MOST_PROFILE_BYTES:
        raise invalid(f"The profile exceeds {MOST_PROFILE_BYTES} bytes.", pointer)
    _check_meta(profile.get("meta") or {}, f"{pointer}/meta")


def _check_meta(meta: Any, pointer: str) -> None:
    shape(meta, pointer, {}, {"patch_properties": checks.object_, "patch_identifiers": checks.object_})
    if meta.get("patch_identifiers"):
        raise not_interpreted("patch_identifiers", f"{pointer}/patch_identifiers")
    patch = meta.get("patch_properties") or {}
    shape(patch, f"{pointer}/patch_properties", {}, {"append": checks.object_, "unappend": checks.object_, "unset": _unset})
    if patch.get("append") or patch.get("unappend"):
        raise not_interpreted("append and unappend", f"{pointer}/patch_properties")


def _unset(value: Any, pointer: str) -> None:
    (checks.text if isinstance(value, str) else checks.texts)(value, pointer)


def _error(failure: Failure) -> dict[str, Any]:
    source = {"pointer": failure.pointer}
    return {"code": "invalid", "title": "Invalid input.", "detail": failure.detail, "source": source, "original_payload": failure.payload}
