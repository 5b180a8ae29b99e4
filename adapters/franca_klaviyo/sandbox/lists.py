"""Lists: named sets of profiles, written by id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_klaviyo.sandbox import checks
from franca_klaviyo.sandbox.errors import ProblemError
from franca_klaviyo.sandbox.people import People
from franca_klaviyo.sandbox.query import chosen, page, parse_filter, sorting, sparse
from franca_klaviyo.sandbox.store import Row
from franca_klaviyo.sandbox.tags import Tags
from franca_klaviyo.sandbox.times import iso
from franca_klaviyo.sandbox.world import World, attributes_of, document, identifiers, nothing, ok, resource

PATH = "/api/lists"
PAGE = 10  # documented
MOST_MEMBERS = 1000  # documented: profiles per call
OPT_IN = checks.one_of("single_opt_in", "double_opt_in")
FILTERS: Mapping[str, Iterable[str]] = {
    **dict.fromkeys(("name", "id"), ("any", "equals")),
    **dict.fromkeys(("created", "updated"), ("greater-than",)),
}


class Lists:
    """The lists of one account."""

    def __init__(self, world: World, tags: Tags, people: People) -> None:
        self._world, self._tags, self._people = world, tags, people
        self._store = world.store

    def routes(self) -> list[Route]:
        """Return the routes."""
        one, ids = f"{PATH}/{{id}}", f"{PATH}/{{id}}/relationships/profiles"
        return [
            Route("GET", PATH, self._list, "get_lists"),
            Route("POST", PATH, self._create, "create_list"),
            Route("GET", one, self._get, "get_list"),
            Route("PATCH", one, self._update, "update_list"),
            Route("DELETE", one, self._delete, "delete_list"),
            Route("GET", f"{one}/profiles", self._profiles, "get_profiles_for_list"),
            Route("GET", ids, self._profile_ids, "get_profile_ids_for_list"),
            Route("POST", ids, self._add, "add_profiles_to_list"),
            Route("DELETE", ids, self._remove, "remove_profiles_from_list"),
        ]

    # -- the lists

    def _list(self, call: Call) -> Reply:
        chosen(call, "include", ("tags",))
        clauses = parse_filter(call, FILTERS)
        by, descending = sorting(call, ("created", "id", "name", "updated"), "created")
        rows = {row["id"]: row for row in self._store.all("select * from lists") if all(c.holds(row[c.field]) for c in clauses)}
        shown = page(call, [(row[by], row["id"]) for row in rows.values()], size=PAGE, maximum=PAGE, descending=descending)
        body = {"data": [self._shown(call, rows[identity]) for identity in shown.ids], "links": shown.links}
        return ok({**body, "included": self._tags.included(call, "list", shown.ids)} if call.arg("include") else body)

    def _get(self, call: Call) -> Reply:
        included = chosen(call, "include", ("tags",))
        counted = chosen(call, "additional-fields[list]", ("profile_count",))
        row = self._world.find("lists", call.params["id"])
        extra = {"profile_count": len(self._members(row))} if counted else {}
        tags = self._tags.included(call, "list", [row["id"]]) if included else None
        return ok(document(call, self._shown(call, row, extra), tags))

    def _create(self, call: Call) -> Reply:
        wanted = attributes_of(call, "list", {"name": checks.filled}, {"opt_in_process": OPT_IN})
        identity, now = self._store.ids.short(), self._world.now()
        # Guess: without a choice the account's default is double opt-in (documented as the default of new accounts).
        process = wanted.get("opt_in_process") or "double_opt_in"
        self._store.insert("lists", {"id": identity, "name": wanted["name"], "opt_in_process": process, "created": now, "updated": now})
        return ok(document(call, self._shown(call, self._world.find("lists", identity))), 201)

    def _update(self, call: Call) -> Reply:
        row = self._world.find("lists", call.params["id"])
        wanted = attributes_of(call, "list", {}, {"name": checks.filled, "opt_in_process": OPT_IN}, identity=row["id"])
        changes = {name: value for name, value in wanted.items() if value is not None}
        self._store.update("lists", row["id"], {**changes, "updated": self._world.now()})
        return ok(document(call, self._shown(call, self._world.find("lists", row["id"]))))

    def _delete(self, call: Call) -> Reply:
        row = self._world.find("lists", call.params["id"])
        self._store.remove_members(row["row"], self._members(row))
        self._store.run("delete from lists where id = ?", [(row["id"],)])
        self._tags.forget("list", row["id"])
        return nothing()

    def _shown(self, call: Call, row: Row, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
        attributes = {
            "name": row["name"],
            "created": iso(row["created"]),
            "updated": iso(row["updated"]),
            "opt_in_process": row["opt_in_process"],
            **(extra or {}),
        }
        return self._tags.relationship(call, "list", resource(call, "list", PATH, row["id"], sparse(call, "list", attributes)))

    # -- members

    def _members(self, row: Row) -> dict[int, float]:
        return self._store.members(row["row"])

    def _profiles(self, call: Call) -> Reply:
        return self._people.member_page(call, self._members(self._world.find("lists", call.params["id"])))

    def _profile_ids(self, call: Call) -> Reply:
        return self._people.member_ids_page(call, self._members(self._world.find("lists", call.params["id"])))

    def _add(self, call: Call) -> Reply:
        row = self._world.find("lists", call.params["id"])
        self._store.add_members(row["row"], self._rows(call), self._world.now())
        return nothing()

    def _remove(self, call: Call) -> Reply:
        row = self._world.find("lists", call.params["id"])
        self._store.remove_members(row["row"], self._rows(call))
        return nothing()

    def _rows(self, call: Call) -> list[int]:
        rows = self._store.profile_rows()
        ids = identifiers(call, "profile", MOST_MEMBERS)
        unknown = [identity for identity in ids if identity not in rows]
        if unknown:  # guess: one unknown id refuses the whole call, and with this status
            raise ProblemError(404, "not_found", "Not found.", f"Profiles do not exist: {', '.join(unknown[:10])}.", pointer="/data")
        return [rows[identity] for identity in ids]
