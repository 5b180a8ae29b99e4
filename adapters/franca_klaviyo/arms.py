"""What a draft becomes at Klaviyo: one message with a variation for each arm, and the templates that belong to the draft alone. Pure."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import replace

from franca.adapter import COMPUTED, Draft, Email, Resource, draft_resource, template_resource
from franca.definitions import Campaign, Destination, Metric, Part
from franca.errors import FrancaError

PLAIN = "A"
"""The name of the only variation of a campaign that is no test."""

ORDER = "order"
"""The event whose metric counts orders, as in `events: {order: …}` of a destination."""

COMPUTED_FIELD = re.compile(rf"\bfranca_({COMPUTED}[a-z0-9_]+)")
"""A computed field exists nowhere by itself at Klaviyo: it is there when a template of ours names it."""


def with_fields(email: Email) -> Email:
    """Return the template with a comment that names the fields which its subject alone reads: the subject is no part of a template."""
    html = email.parts.get(Part.HTML, "")
    others = "".join(text for part, text in email.parts.items() if part is not Part.HTML)
    names = sorted({found[0] for found in COMPUTED_FIELD.finditer(others)} - {found[0] for found in COMPUTED_FIELD.finditer(html)})
    if not names or not html:
        return email
    parts = {**email.parts, Part.HTML: f"{html}{{% comment %}}{' '.join(names)}{{% endcomment %}}"}
    return replace(email, parts=parts)


def compiled(draft: Draft, title: str, destination: Destination) -> tuple[Resource, ...]:
    """Return the draft's resource and its own templates; the payload is variation → key of its template.

    Variations are named so that sorting them gives the order of the arms ("A control", "B warm"): in which order Klaviyo returns them is
    not documented. Arms may have one subject, since reports tell variations apart by themselves; arms with the same HTML share a template.

    Raises:
        FrancaError: the email is plain text, or the experiment decides on orders and no metric counts them.
    """
    _insist_on_orders(draft.campaign, destination)
    draft = replace(draft, email=with_fields(draft.email), arms=tuple(replace(each, email=with_fields(each.email)) for each in draft.arms))
    made = draft_resource(draft, title)
    letters = zip(string.ascii_uppercase, draft.arms, strict=False)
    variations = {f"{letter} {arm.key}": arm.email for letter, arm in letters} or {PLAIN: draft.email}
    templates, payload = _templates(variations, title)
    if not draft.arms:
        return (*(templates if draft.campaign.arms else ()), replace(made, payload=payload))
    arms = [{"name": name, **content} for name, content in zip(variations, made.body["arms"], strict=True)]
    return (*templates, replace(made, body={**made.body, "arms": arms}, payload=payload))


def _insist_on_orders(campaign: Campaign, destination: Destination) -> None:
    """A report needs the metric of orders (contract: `conversion_metric_id`): better to say so before anything is sent.

    Raises:
        FrancaError: the destination does not map them.
    """
    if campaign.arms and campaign.experiment.metric is Metric.ORDERS and ORDER not in destination.events:
        raise FrancaError(
            f"campaign {campaign.key!r} decides on orders, and {destination.name} does not say which metric counts them",
            remedy=f"map destinations.{destination.name}.events.{ORDER}, or decide on clicks",
            position=campaign.experiment.position or campaign.position,
        )


def _templates(variations: Mapping[str, Email], title: str) -> tuple[tuple[Resource, ...], dict[str, str]]:
    found: dict[tuple[str, str], Resource] = {}
    payload: dict[str, str] = {}
    for name, email in variations.items():
        resource = template_resource(email, title)
        payload[name] = found.setdefault((resource.payload["html"], resource.payload["text"]), resource).key
    return tuple(found.values()), payload
