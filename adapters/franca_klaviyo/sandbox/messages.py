"""Messages of campaigns and their variations: what is sent, and how several variations are tested (SDK 25's models)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_klaviyo.sandbox import checks
from franca_klaviyo.sandbox.errors import invalid
from franca_klaviyo.sandbox.templates import Shelf
from franca_klaviyo.sandbox.things import MESSAGE, VARIATION, Thing, Things, shown
from franca_klaviyo.sandbox.world import attributes_of, body_of, document, nothing, ok

MESSAGES, VARIATIONS = "/api/campaign-messages", "/api/campaign-variations"
MOST = 8  # documented: KHC 115005228148 (an older page says 7); guess: what is refused beyond it
WINNERS = ("opens_unique", "clicks_unique", "placed_orders_unique")
_INLINE = {
    "audience_temporary_id": checks.text,
    "name": checks.text_or_null,
    "is_add_utm": checks.boolean,
    "throttling_type": checks.text_or_null,
    "variations": checks.array,
}
_MESSAGE = {
    "name": checks.text_or_null,
    "status": checks.one_of("draft"),  # guess: other statuses come from scheduling alone
    "tracking_options": checks.object_,
    "send_options": checks.object_,
    "ab_test": checks.object_,
}
_TEST = {
    "winner_metric": checks.one_of(*WINNERS),
    "winner_percentage": checks.one_of(*range(100)),  # guess: with 100 there would be no test
    "winner_wait_hours": checks.natural,
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


class Messages:
    """The routes."""

    def __init__(self, things: Things, shelf: Shelf) -> None:
        self._things, self._shelf = things, shelf

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("PATCH", f"{MESSAGES}/{{id}}", self._update, "update_campaign_message"),
            Route("GET", f"{MESSAGES}/{{id}}/campaign-variations", self._variations, "get_variations_for_campaign_message"),
            Route("POST", VARIATIONS, self._create_variation, "create_campaign_variation"),
            Route("PATCH", f"{VARIATIONS}/{{id}}", self._update_variation, "update_campaign_variation"),
            Route("DELETE", f"{VARIATIONS}/{{id}}", self._delete_variation, "delete_campaign_variation"),
        ]

    # -- messages

    def add(self, given: Any, pointer: str, campaign: str, audiences: Mapping[str, str]) -> None:
        """Make a message inside the creation of a campaign; `ab_test` has no place there (documented: SDK 25, MessageInlineCreate)."""
        checks.shape(given, pointer, {"audience_temporary_id": checks.one_of(*audiences)}, _INLINE)
        definition = {"name": given.get("name"), "status": "draft", "ab_test": None}
        message = self._things.put(MESSAGE, definition, campaign, audiences[given["audience_temporary_id"]])
        variations = given.get("variations") or [{"definition": {"name": "Variation A", "details": {"channel": "email"}}}]
        for number, each in enumerate(checks.items(variations, f"{pointer}/variations", most=MOST)):
            at = f"{pointer}/variations/{number}"
            checks.shape(each, at, {"definition": checks.object_})
            self._things.put(VARIATION, self._details({}, each["definition"], f"{at}/definition"), message.id)

    def _update(self, call: Call) -> Reply:
        found = self._things.draft(call.params["id"])
        wanted = attributes_of(call, MESSAGE, {}, {"definition": checks.object_}, identity=found.id).get("definition") or {}
        checks.shape(wanted, "/data/attributes/definition", {}, _MESSAGE)
        checks.shape(wanted.get("ab_test") or {}, "/data/attributes/definition/ab_test", {}, _TEST)
        # Guess: what is not named stays, inside ab_test too.
        test = {**(found.definition["ab_test"] or {}), **(wanted.get("ab_test") or {})} or None
        self._things.change(found, {**found.definition, **wanted, "ab_test": test})
        return ok(document(call, shown(call, found)))

    # -- variations

    def _variations(self, call: Call) -> Reply:
        message = self._things.find(MESSAGE, call.params["id"])
        return ok({"data": [shown(call, each) for each in self._things.of(VARIATION, message.id)], "links": {"self": call.path}})

    def _create_variation(self, call: Call) -> Reply:
        wanted = attributes_of(call, VARIATION, {"definition": checks.object_})
        message = self._things.draft(_message_of(call))
        checks.items([*self._things.of(VARIATION, message.id), wanted], "/data", most=MOST)
        made = self._things.put(VARIATION, self._details({}, wanted["definition"], "/data/attributes/definition"), message.id)
        return ok(document(call, shown(call, made)), 201)

    def _update_variation(self, call: Call) -> Reply:
        found = self._changeable(call)
        wanted = attributes_of(call, VARIATION, {"definition": checks.object_}, identity=found.id)
        self._things.change(found, self._details(found.definition, wanted["definition"], "/data/attributes/definition"))
        return ok(document(call, shown(call, found)))

    def _delete_variation(self, call: Call) -> Reply:
        found = self._changeable(call)
        if len(self._things.of(VARIATION, found.above)) == 1:
            raise invalid("A message has at least one variation.", "/data/id")  # guess
        self._things.remove(found)
        return nothing()

    def _changeable(self, call: Call) -> Thing:
        found = self._things.find(VARIATION, call.params["id"])
        self._things.draft(found.above)
        return found

    def _details(self, before: Mapping[str, Any], given: Any, pointer: str) -> dict[str, Any]:
        """Return a variation's definition; naming a template clones it, so that its later edits change nothing here (documented)."""
        checks.shape(given, pointer, {}, {"name": checks.text_or_null, "details": checks.object_})
        details = given.get("details") or {}
        checks.shape(details, f"{pointer}/details", {}, _DETAILS)
        changed = {**(before.get("details") or {}), **details}
        if details.get("template_id"):
            source = self._shelf.find(details["template_id"])
            changed["template_id"] = self._shelf.put(source.name, source.html, source.text, clone=True).id
        return {"name": given.get("name") or before.get("name"), "details": changed}


def _message_of(call: Call) -> str:
    """Return the message that a new variation belongs to."""
    related = body_of(call)["data"].get("relationships") or {}
    checks.shape(related, "/data/relationships", {MESSAGE: checks.object_})
    checks.shape(related[MESSAGE], f"/data/relationships/{MESSAGE}", {"data": checks.object_})
    at = f"/data/relationships/{MESSAGE}/data"
    checks.shape(related[MESSAGE]["data"], at, {"type": checks.one_of(MESSAGE), "id": checks.text})
    identity: str = related[MESSAGE]["data"]["id"]
    return identity
