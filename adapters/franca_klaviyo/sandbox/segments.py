"""Segments: definitions that Klaviyo counts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_klaviyo.sandbox import checks
from franca_klaviyo.sandbox.errors import ProblemError, invalid
from franca_klaviyo.sandbox.grammar import Known, check_definition, normal_form
from franca_klaviyo.sandbox.people import People
from franca_klaviyo.sandbox.query import chosen, page, parse_filter, sorting, sparse
from franca_klaviyo.sandbox.store import Row
from franca_klaviyo.sandbox.tags import Tags
from franca_klaviyo.sandbox.times import iso
from franca_klaviyo.sandbox.world import World, attributes_of, document, nothing, ok, resource

PATH = "/api/segments"
PAGE = 10  # documented: "maximum of 10 results per page"
AT_ONCE = 5  # documented: segments processed at a time
FILTERS: Mapping[str, Iterable[str]] = {
    "name": ("any", "equals"),
    "id": ("any", "equals"),
    "created": ("greater-than",),
    "updated": ("greater-than",),
    "is_active": ("any", "equals"),
    "is_starred": ("equals",),
}


class Segments:
    """The segments of one account."""

    def __init__(self, world: World, tags: Tags, people: People) -> None:
        self._world, self._tags, self._people = world, tags, people
        self._store = world.store
        self._kept: tuple[Any, dict[int, float]] = (None, {})

    def routes(self) -> list[Route]:
        """Return the routes."""
        one = f"{PATH}/{{id}}"
        return [
            Route("GET", PATH, self._list, "get_segments"),
            Route("POST", PATH, self._create, "create_segment"),
            Route("GET", one, self._get, "get_segment"),
            Route("PATCH", one, self._update, "update_segment"),
            Route("DELETE", one, self._delete, "delete_segment"),
            Route("GET", f"{one}/profiles", self._profiles, "get_profiles_for_segment"),
            Route("GET", f"{one}/relationships/profiles", self._profile_ids, "get_profile_ids_for_segment"),
        ]

    # -- reading

    def _list(self, call: Call) -> Reply:
        chosen(call, "include", ("tags",))
        chosen(call, "additional-fields[segment]", ())  # reported: the list refuses profile_count
        clauses = parse_filter(call, FILTERS)
        by, descending = sorting(call, ("created", "id", "name", "updated"), "created")
        rows = {row["id"]: row for row in self._store.all("select * from segments") if all(c.holds(row[c.field]) for c in clauses)}
        shown = page(call, [(row[by], row["id"]) for row in rows.values()], size=PAGE, maximum=PAGE, descending=descending)
        body = {"data": [self._shown(call, rows[identity]) for identity in shown.ids], "links": shown.links}
        return ok({**body, "included": self._tags.included(call, "segment", shown.ids)} if call.arg("include") else body)

    def _get(self, call: Call) -> Reply:
        included = chosen(call, "include", ("tags",))
        counted = chosen(call, "additional-fields[segment]", ("profile_count",))
        row = self._world.find("segments", call.params["id"])
        extra = {"profile_count": len(self._members(row))} if counted else {}
        tags = self._tags.included(call, "segment", [row["id"]]) if included else None
        return ok(document(call, self._shown(call, row, extra), tags))

    def _shown(self, call: Call, row: Row, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
        attributes = {
            "name": row["name"],
            "definition": json.loads(row["definition"]),
            "created": iso(row["created"]),
            "updated": iso(row["updated"]),
            "is_active": bool(row["is_active"]),
            "is_processing": self._processing(row),
            "is_starred": bool(row["is_starred"]),
            **(extra or {}),
        }
        shown = resource(call, "segment", PATH, row["id"], sparse(call, "segment", attributes))
        return self._tags.relationship(call, "segment", shown)

    # -- writing

    def _create(self, call: Call) -> Reply:
        required = {"name": checks.filled, "definition": checks.object_}
        wanted = attributes_of(call, "segment", required, {"is_starred": checks.boolean})
        check_definition(wanted["definition"], self._known())
        self._room()
        identity, now = self._store.ids.short(), self._world.now()
        fields = {"name": wanted["name"], "is_starred": bool(wanted.get("is_starred")), "is_active": True}
        processed = self._processed(wanted["definition"])
        self._store.insert("segments", {"id": identity, **fields, **processed, "created": now, "updated": now})
        return ok(document(call, self._shown(call, self._world.find("segments", identity))), 201)

    def _update(self, call: Call) -> Reply:
        row = self._world.find("segments", call.params["id"])
        known = {"name": checks.filled, "definition": checks.object_, "is_starred": checks.boolean, "is_active": checks.boolean}
        wanted = attributes_of(call, "segment", {}, known, identity=row["id"])
        if wanted.get("is_active") is False and len(wanted) > 1:  # documented
            raise invalid("is_active: false must be the only attribute in the request body.", "/data/attributes/is_active")
        changes: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None and name != "definition"}
        if wanted.get("definition") is not None:
            check_definition(wanted["definition"], self._known())
            self._room(row["id"])  # guess: an update waits for a place like a create
            changes |= self._processed(wanted["definition"])
        self._store.update("segments", row["id"], {**changes, "updated": self._world.now()})
        return ok(document(call, self._shown(call, self._world.find("segments", row["id"]))))

    def _delete(self, call: Call) -> Reply:
        identity = self._world.find("segments", call.params["id"])["id"]
        self._store.run("delete from segments where id = ?", [(identity,)])
        self._tags.forget("segment", identity)
        return nothing()

    def _known(self) -> Known:
        metrics = {row["id"] for row in self._store.all("select id from metrics")}
        return Known(metrics=metrics, lists={row["id"] for row in self._store.all("select id from lists")})

    # -- processing: asynchronous, members are partial until it ends (documented)

    def _processed(self, definition: Mapping[str, Any]) -> dict[str, Any]:
        normal = json.dumps(normal_form(definition), ensure_ascii=False)
        return {"definition": normal, "ready_at": self._world.clock.ticks() + self._world.processing_seconds}

    def _processing(self, row: Row) -> bool:
        return bool(row["ready_at"] > self._world.clock.ticks())

    def _room(self, besides: str = "") -> None:
        busy = self._store.all("select 1 from segments where ready_at > ? and id != ?", self._world.clock.ticks(), besides)
        if len(busy) >= AT_ONCE:  # reported: 400 and this text, so a 4xx that may be tried again
            raise ProblemError(400, "invalid", "Invalid input.", f"You have reached the segment processing limit ({AT_ONCE}).")

    def _members(self, row: Row) -> list[int]:
        """Return the members' rows; while the segment is processed, only as many as the time gone by (guess: in order of creation)."""
        rows = sorted(self._world.counting.members(json.loads(row["definition"]), self._world.now()))
        if not self._processing(row):
            return rows
        left = (row["ready_at"] - self._world.clock.ticks()) / self._world.processing_seconds
        return rows[: int(len(rows) * (1 - left))]

    def _profiles(self, call: Call) -> Reply:
        return self._people.member_page(call, self._joined(call))

    def _profile_ids(self, call: Call) -> Reply:
        return self._people.member_ids_page(call, self._joined(call))

    def _joined(self, call: Call) -> dict[int, float]:
        row = self._world.find("segments", call.params["id"])
        # Kept, since a segment is read page by page, while nothing changes that it counts over.
        token = (row["id"], row["definition"], row["updated"], self._world.counting.token(self._world.now()))
        if self._processing(row) or token != self._kept[0]:
            # Guess: members count as joined when the definition was written; when somebody entered is not tracked here.
            self._kept = (None if self._processing(row) else token, dict.fromkeys(self._members(row), row["updated"]))
        return self._kept[1]
