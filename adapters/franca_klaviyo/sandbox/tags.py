"""Tags, and which segments and lists carry them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_klaviyo.sandbox import checks
from franca_klaviyo.sandbox.errors import ProblemError, invalid
from franca_klaviyo.sandbox.query import page, parse_filter, sorting, sparse
from franca_klaviyo.sandbox.world import World, attributes_of, document, identifiers, linkage, nothing, ok, resource

PATH = "/api/tags"
MOST_TAGS = 500  # documented: unique tags of an account
MOST_LINKS = 1000  # guess: not documented for tags
PAGE = 50
FILTERS: Mapping[str, Iterable[str]] = {"name": ("equals", "contains", "starts-with", "ends-with")}


class Tags:
    """Tags of one account, all in its default tag group."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._store = world.store
        self._group = str(uuid.uuid5(uuid.NAMESPACE_URL, world.account.id))

    def routes(self) -> list[Route]:
        """Return the routes."""
        one = f"{PATH}/{{id}}"
        plain = [
            Route("GET", PATH, self._list, "get_tags"),
            Route("POST", PATH, self._create, "create_tag"),
            Route("GET", one, self._get, "get_tag"),
            Route("DELETE", one, self._delete, "delete_tag"),
        ]
        return plain + [route for kind in ("segment", "list") for route in self._links(kind)]

    def _links(self, kind: str) -> list[Route]:
        path = f"{PATH}/{{id}}/relationships/{kind}s"

        def bound(handler: Callable[[Call, str], Reply]) -> Callable[[Call], Reply]:
            return lambda call: handler(call, kind)

        return [
            Route("GET", path, bound(self._linked), f"get_{kind}_ids_for_tag"),
            Route("POST", path, bound(self._tag), f"tag_{kind}s"),
            Route("DELETE", path, bound(self._untag), f"remove_tag_from_{kind}s"),
            Route("GET", f"/api/{kind}s/{{id}}/tags", bound(self._of), f"get_tags_for_{kind}"),
            Route("GET", f"/api/{kind}s/{{id}}/relationships/tags", bound(self._ids_of), f"get_tag_ids_for_{kind}"),
        ]

    # -- the tags

    def _list(self, call: Call) -> Reply:
        clauses = parse_filter(call, FILTERS)
        by, descending = sorting(call, ("id", "name"), "id")
        rows = [row for row in self._store.all("select * from tags") if all(clause.holds(row[clause.field]) for clause in clauses)]
        shown = page(call, [(row[by], row["id"]) for row in rows], size=PAGE, maximum=PAGE, descending=descending)
        found = {row["id"]: row for row in rows}
        return ok({"data": [self._shown(call, found[identity]) for identity in shown.ids], "links": shown.links})

    def _create(self, call: Call) -> Reply:
        name = attributes_of(call, "tag", {"name": checks.filled})["name"]
        # Guess: "unique tags" (documented) means that names are, and this is how a second one is refused.
        if self._store.one("select 1 from tags where name = ?", name):
            raise ProblemError(409, "conflict", "Conflict.", f"A tag with the name {name} already exists.", pointer="/data/attributes/name")
        if len(self._store.all("select 1 from tags")) >= MOST_TAGS:
            raise invalid(f"An account cannot have more than {MOST_TAGS} unique tags.")
        identity = self._store.ids.tag()
        self._store.insert("tags", {"id": identity, "name": name})
        return ok(document(call, self._shown(call, self._world.find("tags", identity))), 201)

    def _get(self, call: Call) -> Reply:
        return ok(document(call, self._shown(call, self._world.find("tags", call.params["id"]))))

    def _delete(self, call: Call) -> Reply:
        identity = self._world.find("tags", call.params["id"])["id"]
        self._store.run("delete from tag_links where tag = ?", [(identity,)])
        self._store.run("delete from tags where id = ?", [(identity,)])
        return nothing()

    def _shown(self, call: Call, row: Any) -> dict[str, Any]:
        shown = resource(call, "tag", PATH, row["id"], sparse(call, "tag", {"name": row["name"]}))
        return {**shown, "relationships": {"tag-group": {"data": {"type": "tag-group", "id": self._group}}}}

    # -- what carries them

    def _linked(self, call: Call, kind: str) -> Reply:
        tag = self._world.find("tags", call.params["id"])
        rows = self._store.all("select target from tag_links where tag = ? and kind = ? order by target", tag["id"], kind)
        return ok(document(call, linkage(kind, [row["target"] for row in rows])))

    def _tag(self, call: Call, kind: str) -> Reply:
        tag = self._world.find("tags", call.params["id"])
        targets = [self._world.find(f"{kind}s", identity)["id"] for identity in identifiers(call, kind, MOST_LINKS)]
        self._store.run("insert or ignore into tag_links values (?, ?, ?)", [(tag["id"], kind, target) for target in targets])
        return nothing()

    def _untag(self, call: Call, kind: str) -> Reply:
        tag = self._world.find("tags", call.params["id"])
        links = [(tag["id"], kind, identity) for identity in identifiers(call, kind, MOST_LINKS)]
        self._store.run("delete from tag_links where tag = ? and kind = ? and target = ?", links)
        return nothing()

    def _of(self, call: Call, kind: str) -> Reply:
        identity = self._world.find(f"{kind}s", call.params["id"])["id"]
        return ok(document(call, self.included(call, kind, [identity])))

    def _ids_of(self, call: Call, kind: str) -> Reply:
        identity = self._world.find(f"{kind}s", call.params["id"])["id"]
        return ok(document(call, linkage("tag", self.ids_of(kind, identity))))

    # -- for segments and lists

    def ids_of(self, kind: str, identity: str) -> list[str]:
        """Return the ids of the tags on one segment or list."""
        rows = self._store.all("select tag from tag_links where kind = ? and target = ? order by tag", kind, identity)
        return [row["tag"] for row in rows]

    def relationship(self, call: Call, kind: str, shown: dict[str, Any]) -> dict[str, Any]:
        """Return the resource with its tags when the call includes them (documented: `include=tags`)."""
        if "tags" not in (call.arg("include") or "").split(","):
            return shown
        return {**shown, "relationships": {"tags": {"data": linkage("tag", self.ids_of(kind, shown["id"]))}}}

    def included(self, call: Call, kind: str, identities: Sequence[str]) -> list[dict[str, Any]]:
        """Return the tags on these resources, each once."""
        ids = dict.fromkeys(tag for identity in identities for tag in self.ids_of(kind, identity))
        return [self._shown(call, self._world.find("tags", tag)) for tag in ids]

    def forget(self, kind: str, identity: str) -> None:
        """Drop the links of a deleted segment or list."""
        self._store.run("delete from tag_links where kind = ? and target = ?", [(kind, identity)])
