"""What hangs together in a campaign: campaigns, audiences, messages, variations (SDK 25's models of revision 2026-10-15)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from franca.sandbox import Call
from franca_klaviyo.sandbox.errors import invalid, not_found
from franca_klaviyo.sandbox.times import iso
from franca_klaviyo.sandbox.world import World, resource

CAMPAIGN, AUDIENCE, MESSAGE, VARIATION = "campaign", "campaign-audience", "campaign-message", "campaign-variation"


@dataclass(kw_only=True)
class Thing:
    """A campaign, audience, message or variation; *above* is the id of what it belongs to, *audience* that of a message's audience."""

    kind: str
    id: str
    definition: dict[str, Any]
    created: float
    updated: float
    above: str = ""
    audience: str = ""


@dataclass
class Things:
    """All of one account, in the order of their creation."""

    world: World
    held: dict[str, Thing] = field(default_factory=dict)

    def put(self, kind: str, definition: dict[str, Any], above: str = "", audience: str = "") -> Thing:
        """Keep a new thing."""
        now, identity = self.world.now(), self.world.store.ids.short()
        made = Thing(kind=kind, id=identity, definition=definition, created=now, updated=now, above=above, audience=audience)
        self.held[made.id] = made
        return made

    def change(self, found: Thing, definition: dict[str, Any]) -> None:
        """Give a thing another definition."""
        found.definition, found.updated = definition, self.world.now()

    def find(self, kind: str, identity: str) -> Thing:
        """Return a thing of a kind.

        Raises:
            ProblemError: 404.
        """
        found = self.held.get(identity)
        if found is None or found.kind != kind:
            raise not_found(kind, identity)
        return found

    def of(self, kind: str, above: str) -> list[Thing]:
        """Return what belongs to a thing."""
        return [each for each in self.held.values() if each.kind == kind and each.above == above]

    def remove(self, found: Thing) -> None:
        """Forget a thing and what belongs to it."""
        gone = {found.id, *(each.id for each in self.held.values() if each.above == found.id)}
        gone |= {each.id for each in self.held.values() if each.above in gone}
        self.held = {identity: each for identity, each in self.held.items() if identity not in gone}

    def draft(self, identity: str) -> Thing:
        """Return a message that may still be changed.

        Raises:
            ProblemError: 404, or it was sent (guess: refused with 400).
        """
        message = self.find(MESSAGE, identity)
        if message.definition["status"] != "draft":
            raise invalid(f"A message whose status is {message.definition['status']} cannot be changed.", "/data/id")
        return message


def shown(call: Call, found: Thing) -> dict[str, Any]:
    """Return the resource object of an audience, message or variation."""
    attributes = {"definition": found.definition, "created": iso(found.created), "updated": iso(found.updated)}
    return resource(call, found.kind, f"/api/{found.kind}s", found.id, attributes)
