"""What Klaviyo makes of a stored template: its `template-render` takes no profile, so that a profile's own values are sent along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from franca.definitions import Part
from franca_klaviyo.client import Client, L, Operation, S
from franca_klaviyo.content import BARE, LOCATION

READ_PROFILE = Operation("read a profile", "Profiles", "get_profile", L)
RENDER_TEMPLATE = Operation("render a template", "Templates", "render_template", S)


def rendered(client: Client, template: str, profile: str) -> dict[Part, str]:
    """Return the HTML and the plain text of a template for a profile; a subject belongs to messages, which nothing renders."""
    held = client.call(READ_PROFILE, profile)["data"]["attributes"]
    attributes = {"context": context(held)}
    answer = client.call(RENDER_TEMPLATE, {"data": {"type": "template", "id": template, "attributes": attributes}})
    shown = answer["data"]["attributes"]
    return {Part.HTML: shown.get("html") or "", Part.TEXT: shown.get("text") or ""}


def context(profile: Mapping[str, Any]) -> dict[str, Any]:
    """Return the names that templates find a profile under: bare ones, and `person` (help article 4408802648731)."""
    location, properties = profile.get("location") or {}, profile.get("properties") or {}
    own = {key: value for key, value in profile.items() if key not in ("location", "properties")}
    places = {theirs: location[ours] for ours, theirs in LOCATION.items() if location.get(ours) is not None}
    return {**{name: own.get(name) for name in sorted(BARE)}, "person": {**own, **places, **properties}}
