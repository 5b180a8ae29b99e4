"""Campaign drafts of revision 2026-10-15: a campaign with audiences, messages and their variations (SDK 25's models).

Scheduling and sending are not emulated: their paths do not exist here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_klaviyo.sandbox import checks
from franca_klaviyo.sandbox.errors import invalid, not_found
from franca_klaviyo.sandbox.query import chosen, page, sorting
from franca_klaviyo.sandbox.templates import Shelf
from franca_klaviyo.sandbox.times import iso
from franca_klaviyo.sandbox.world import World, attributes_of, document, linkage, nothing, ok, resource

CAMPAIGNS, AUDIENCES, MESSAGES, VARIATIONS = (
    "/api/campaigns",
    "/api/campaign-audiences",
    "/api/campaign-messages",
    "/api/campaign-variations",
)
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
_MESSAGE = {
    "audience_temporary_id": checks.text,
    "name": checks.text_or_null,
    "is_add_utm": checks.boolean,
    "throttling_type": checks.text_or_null,
    "variations": checks.array,
}
_DETAILS = {
    "channel": checks.one_of("email"),
    "template_id": checks.text,
    "subject": checks.text,
    "preview_text": checks.text,
    "from_email": checks.text,
    "from_label": checks.text,
    "reply_to_email": checks.text,
}


@dataclass(kw_only=True)
class Thing:
    """A campaign, audience, message or variation; *above* is the id of what it belongs to."""

    kind: str
    id: str
    definition: dict[str, Any]
    created: float
    updated: float
    above: str = ""


@dataclass
class Campaigns:
    """The routes."""

    world: World
    shelf: Shelf
    held: dict[str, Thing] = field(default_factory=dict)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("GET", CAMPAIGNS, self._list, "get_campaigns"),
            Route("POST", CAMPAIGNS, self._create, "create_campaign"),
            Route("GET", f"{CAMPAIGNS}/{{id}}", self._get, "get_campaign"),
            Route("PATCH", f"{CAMPAIGNS}/{{id}}", self._update, "update_campaign"),
            Route("DELETE", f"{CAMPAIGNS}/{{id}}", self._delete, "delete_campaign"),
            Route("PATCH", f"{AUDIENCES}/{{id}}", self._update_audience, "update_campaign_audience"),
            Route("GET", f"{MESSAGES}/{{id}}/campaign-variations", self._variations, "get_variations_for_campaign_message"),
            Route("PATCH", f"{VARIATIONS}/{{id}}", self._update_variation, "update_campaign_variation"),
        ]

    # -- reading

    def _list(self, call: Call) -> Reply:
        wanted = chosen(call, "include", INCLUDES)
        by, descending = sorting(call, ("created_at", "id", "updated_at", "name"), "created_at")
        key = {"created_at": "created", "updated_at": "updated"}.get(by, "id")
        held = {each.id: each for each in self.held.values() if each.kind == "campaign"}
        shown = page(call, [(getattr(each, key), each.id) for each in held.values()], size=PAGE, maximum=PAGE, descending=descending)
        body = {"data": [self._campaign(call, held[identity]) for identity in shown.ids], "links": shown.links}
        return ok({**body, "included": self._included(call, shown.ids, wanted)} if wanted else body)

    def _get(self, call: Call) -> Reply:
        wanted, found = chosen(call, "include", INCLUDES), self._find("campaign", call.params["id"])
        return ok(document(call, self._campaign(call, found), self._included(call, [found.id], wanted) if wanted else None))

    def _variations(self, call: Call) -> Reply:
        message = self._find("campaign-message", call.params["id"])
        return ok({"data": [self._shown(call, each) for each in self._of("campaign-variation", message.id)], "links": {"self": call.path}})

    def _included(self, call: Call, campaigns: list[str], wanted: list[str]) -> list[dict[str, Any]]:
        return [self._shown(call, each) for name in wanted for identity in campaigns for each in self._of(name.removesuffix("s"), identity)]

    # -- writing

    def _create(self, call: Call) -> Reply:
        wanted = attributes_of(call, "campaign", {"definition": checks.object_}, {"audiences": checks.array, "messages": checks.array})
        checks.shape(wanted["definition"], "/data/attributes/definition", {"name": checks.text}, _CAMPAIGN)
        campaign = self._put("campaign", {"builder": "wizard", **wanted["definition"]})
        audiences: dict[str, str] = {}
        for place, each in enumerate(wanted.get("audiences") or ()):
            pointer = f"/data/attributes/audiences/{place}"
            checks.shape(each, pointer, {"temporary_id": checks.text}, _AUDIENCE)
            definition = {
                "name": each.get("name"),
                "included": self._groups(each.get("included"), pointer),
                "excluded": each.get("excluded") or [],
            }
            audiences[each["temporary_id"]] = self._put("campaign-audience", definition, campaign.id).id
        for place, each in enumerate(wanted.get("messages") or ()):
            self._message(each, f"/data/attributes/messages/{place}", campaign.id, audiences)
        return ok(document(call, self._campaign(call, campaign)), 201)

    def _message(self, given: Any, pointer: str, campaign: str, audiences: Mapping[str, str]) -> None:
        checks.shape(given, pointer, {"audience_temporary_id": checks.one_of(*audiences)}, _MESSAGE)
        message = self._put("campaign-message", {"name": given.get("name"), "status": "draft"}, campaign)
        variations = given.get("variations") or [{"definition": {"name": "Variation A", "details": {"channel": "email"}}}]
        for number, each in enumerate(variations):
            checks.shape(each, f"{pointer}/variations/{number}", {"definition": checks.object_})
            self._put("campaign-variation", self._details({}, each["definition"], f"{pointer}/variations/{number}/definition"), message.id)

    def _update(self, call: Call) -> Reply:
        found = self._find("campaign", call.params["id"])
        wanted = attributes_of(call, "campaign", {"definition": checks.object_}, identity=found.id)
        checks.shape(wanted["definition"], "/data/attributes/definition", {}, _CAMPAIGN)
        self._change(found, {**found.definition, **wanted["definition"]})
        return ok(document(call, self._campaign(call, found)))

    def _update_audience(self, call: Call) -> Reply:
        found = self._find("campaign-audience", call.params["id"])
        wanted = attributes_of(call, "campaign-audience", {"definition": checks.object_}, identity=found.id)
        checks.shape(wanted["definition"], "/data/attributes/definition", {}, _AUDIENCE)
        changed = {**found.definition, **wanted["definition"]}
        self._change(found, {**changed, "included": self._groups(changed["included"], "/data/attributes/definition")})
        return ok(document(call, self._shown(call, found)))

    def _update_variation(self, call: Call) -> Reply:
        found = self._find("campaign-variation", call.params["id"])
        wanted = attributes_of(call, "campaign-variation", {"definition": checks.object_}, identity=found.id)
        self._change(found, self._details(found.definition, wanted["definition"], "/data/attributes/definition"))
        return ok(document(call, self._shown(call, found)))

    def _delete(self, call: Call) -> Reply:
        found = self._find("campaign", call.params["id"])
        gone = {found.id, *(each.id for each in self.held.values() if each.above == found.id)}
        gone |= {each.id for each in self.held.values() if each.above in gone}
        self.held = {identity: each for identity, each in self.held.items() if identity not in gone}
        return nothing()

    def _details(self, before: Mapping[str, Any], given: Any, pointer: str) -> dict[str, Any]:
        """Return a variation's definition; naming a template clones it, so that its later edits change nothing here (documented)."""
        checks.shape(given, pointer, {}, {"name": checks.text_or_null, "details": checks.object_})
        details = given.get("details") or {}
        checks.shape(details, f"{pointer}/details", {}, _DETAILS)
        changed = {**(before.get("details") or {}), **details}
        if details.get("template_id"):
            source = self.shelf.find(details["template_id"])
            changed["template_id"] = self.shelf.put(source.name, source.html, source.text, clone=True).id
        return {"name": given.get("name") or before.get("name"), "details": changed}

    # -- helpers

    def _groups(self, ids: Any, pointer: str) -> list[str]:
        known = {row["id"] for table in ("segments", "lists") for row in self.world.store.all(f"select id from {table}")}  # noqa: S608
        for identity in ids or ():
            if identity not in known:
                raise invalid(f"Audience {identity} does not exist.", f"{pointer}/included")
        return list(ids or ())

    def _put(self, kind: str, definition: dict[str, Any], above: str = "") -> Thing:
        now = self.world.now()
        made = Thing(kind=kind, id=self.world.store.ids.short(), definition=definition, created=now, updated=now, above=above)
        self.held[made.id] = made
        return made

    def _change(self, found: Thing, definition: dict[str, Any]) -> None:
        found.definition, found.updated = definition, self.world.now()

    def _find(self, kind: str, identity: str) -> Thing:
        found = self.held.get(identity)
        if found is None or found.kind != kind:
            raise not_found(kind, identity)
        return found

    def _of(self, kind: str, above: str) -> list[Thing]:
        return [each for each in self.held.values() if each.kind == kind and each.above == above]

    def _campaign(self, call: Call, found: Thing) -> dict[str, Any]:
        attributes = {"definition": found.definition, "created_at": iso(found.created), "updated_at": iso(found.updated)}
        related = {
            name: {"data": linkage(name.removesuffix("s"), [e.id for e in self._of(name.removesuffix("s"), found.id)])} for name in INCLUDES
        }
        return {**resource(call, "campaign", CAMPAIGNS, found.id, attributes), "relationships": related}

    def _shown(self, call: Call, found: Thing) -> dict[str, Any]:
        attributes = {"definition": found.definition, "created": iso(found.created), "updated": iso(found.updated)}
        return resource(call, found.kind, f"/api/{found.kind}s", found.id, attributes)
