"""Campaign drafts of revision 2026-10-15: a campaign with its audiences; messages are in `messages` (SDK 25's models).

Scheduling and sending have no paths here; what a send would have come to is in `sends`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_klaviyo.sandbox import checks
from franca_klaviyo.sandbox.errors import ProblemError, invalid
from franca_klaviyo.sandbox.messages import Messages
from franca_klaviyo.sandbox.query import chosen, page, sorting
from franca_klaviyo.sandbox.things import AUDIENCE, CAMPAIGN, Thing, Things, shown
from franca_klaviyo.sandbox.times import iso
from franca_klaviyo.sandbox.world import World, attributes_of, document, linkage, nothing, ok, resource

CAMPAIGNS, AUDIENCES = "/api/campaigns", "/api/campaign-audiences"
PAGE = 100
INCLUDES = ("campaign-audiences", "campaign-messages")
_CAMPAIGN = {
    "name": checks.text_or_null,
    "builder": checks.one_of("canvas", "wizard"),
    "description": checks.text_or_null,
    "archived": checks.boolean,
    "color": checks.text_or_null,
    "send_settings": checks.object_,
}
_AUDIENCE = {"name": checks.text_or_null, "included": checks.texts, "excluded": checks.texts}


@dataclass
class Campaigns:
    """The routes."""

    world: World
    things: Things
    messages: Messages

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("GET", CAMPAIGNS, self._list, "get_campaigns"),
            Route("POST", CAMPAIGNS, self._create, "create_campaign"),
            Route("GET", f"{CAMPAIGNS}/{{id}}", self._get, "get_campaign"),
            Route("PATCH", f"{CAMPAIGNS}/{{id}}", self._update, "update_campaign"),
            Route("DELETE", f"{CAMPAIGNS}/{{id}}", self._delete, "delete_campaign"),
            Route("PATCH", f"{AUDIENCES}/{{id}}", self._update_audience, "update_campaign_audience"),
        ]

    # -- reading

    def _list(self, call: Call) -> Reply:
        wanted = chosen(call, "include", INCLUDES)
        by, descending = sorting(call, ("created_at", "id", "updated_at", "name"), "created_at")
        key = {"created_at": "created", "updated_at": "updated"}.get(by, "id")
        held = {each.id: each for each in self.things.of(CAMPAIGN, "")}
        found = page(call, [(getattr(each, key), each.id) for each in held.values()], size=PAGE, maximum=PAGE, descending=descending)
        body = {"data": [self._campaign(call, held[identity]) for identity in found.ids], "links": found.links}
        return ok({**body, "included": self._included(call, found.ids, wanted)} if wanted else body)

    def _get(self, call: Call) -> Reply:
        wanted, found = chosen(call, "include", INCLUDES), self.things.find(CAMPAIGN, call.params["id"])
        return ok(document(call, self._campaign(call, found), self._included(call, [found.id], wanted) if wanted else None))

    def _included(self, call: Call, campaigns: list[str], wanted: list[str]) -> list[dict[str, Any]]:
        return [shown(call, each) for name in wanted for identity in campaigns for each in self.things.of(name.removesuffix("s"), identity)]

    # -- writing

    def _create(self, call: Call) -> Reply:
        wanted = attributes_of(call, "campaign", {"definition": checks.object_}, {"audiences": checks.array, "messages": checks.array})
        checks.shape(wanted["definition"], "/data/attributes/definition", {"name": checks.text}, _CAMPAIGN)
        campaign = self.things.put(CAMPAIGN, {"builder": "wizard", **wanted["definition"]})
        try:
            self._fill(campaign, wanted)
        except ProblemError:
            self.things.remove(campaign)  # guess: all of it or nothing
            raise
        return ok(document(call, self._campaign(call, campaign)), 201)

    def _fill(self, campaign: Thing, wanted: Mapping[str, Any]) -> None:
        audiences: dict[str, str] = {}
        for place, each in enumerate(wanted.get("audiences") or ()):
            pointer = f"/data/attributes/audiences/{place}"
            checks.shape(each, pointer, {"temporary_id": checks.text}, _AUDIENCE)
            included, excluded = (self._groups(each.get(name), pointer) for name in ("included", "excluded"))
            definition = {"name": each.get("name"), "included": included, "excluded": excluded}
            audiences[each["temporary_id"]] = self.things.put(AUDIENCE, definition, campaign.id).id
        for place, each in enumerate(wanted.get("messages") or ()):
            self.messages.add(each, f"/data/attributes/messages/{place}", campaign.id, audiences)

    def _update(self, call: Call) -> Reply:
        found = self.things.find(CAMPAIGN, call.params["id"])
        wanted = attributes_of(call, "campaign", {"definition": checks.object_}, identity=found.id)
        checks.shape(wanted["definition"], "/data/attributes/definition", {}, _CAMPAIGN)
        self.things.change(found, {**found.definition, **wanted["definition"]})
        return ok(document(call, self._campaign(call, found)))

    def _update_audience(self, call: Call) -> Reply:
        found = self.things.find(AUDIENCE, call.params["id"])
        wanted = attributes_of(call, "campaign-audience", {"definition": checks.object_}, identity=found.id)
        checks.shape(wanted["definition"], "/data/attributes/definition", {}, _AUDIENCE)
        changed = {**found.definition, **wanted["definition"]}
        self.things.change(found, {**changed, "included": self._groups(changed["included"], "/data/attributes/definition")})
        return ok(document(call, shown(call, found)))

    def _delete(self, call: Call) -> Reply:
        self.things.remove(self.things.find(CAMPAIGN, call.params["id"]))
        return nothing()

    # -- helpers

    def _groups(self, ids: Any, pointer: str) -> list[str]:
        known = {row["id"] for table in ("segments", "lists") for row in self.world.store.all(f"select id from {table}")}  # noqa: S608
        for identity in ids or ():
            if identity not in known:
                raise invalid(f"Audience {identity} does not exist.", f"{pointer}/included")
        return list(ids or ())

    def _campaign(self, call: Call, found: Thing) -> dict[str, Any]:
        attributes = {"definition": found.definition, "created_at": iso(found.created), "updated_at": iso(found.updated)}
        related = {
            name: {"data": linkage(name.removesuffix("s"), [e.id for e in self.things.of(name.removesuffix("s"), found.id)])}
            for name in INCLUDES
        }
        return {**resource(call, "campaign", CAMPAIGNS, found.id, attributes), "relationships": related}
