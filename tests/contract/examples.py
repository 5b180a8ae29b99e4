"""How the suite uses each installed adapter: a destination that maps what the ESP can hold, and its words for consent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from contract.consent import RULES
from contract.corpus import corpus
from equivalence.places import PLACES
from franca.adapter.testing import Subject
from franca.definitions import EventMapping, FieldMapping
from schema import make_project


def _same(*names: str, change: Callable[[str], str] = str) -> dict[str, FieldMapping]:
    return {name: FieldMapping(field=change(name)) for name in names}


PRINTED = ("first_name", "city", "country", "points", "spent", "member", "birthday", "seen", "tags")


def _printed(**fields: str) -> dict[str, FieldMapping]:
    return {name: FieldMapping(field=field, plain=True) for name, field in fields.items()}


FLAT = ("country", "points", "credit", "score", "birthday")
_ORDER = {"order": EventMapping(metric="Placed Order", value="total", properties={"total": "Total", "quantity": "Quantity"})}

USES: Mapping[str, Mapping[str, Any]] = {
    "klaviyo": {
        "attributes": _same("first_name", "last_seen", *FLAT),
        "events": _ORDER,
        "template_attributes": _printed(
            **{name: f"properties['{name}']" for name in PRINTED} | {"first_name": "first_name", "city": "location['city']"}
        ),
        "world": {"metrics": [{"name": "Placed Order", "integration": None}]},
        "project": make_project({}, timezone="UTC"),  # where Klaviyo's days begin, so that more can be said there
        "by_hand": (("POST", "/api/lists", {"data": {"type": "list", "attributes": {"name": "By hand"}}}),),
        "sdk": ("klaviyo_api", "openapi_client"),
    },
    "mailchimp": {
        "settings": {"audience": "Customers"},
        "attributes": {**_same(*FLAT, change=str.upper), "first_name": FieldMapping(field="FNAME")},
        "events": _ORDER,
        "template_attributes": _printed(first_name="FNAME", city="CITY", country="COUNTRY", points="POINTS"),
        "by_hand": (("POST", "/3.0/lists/a1b2c3d4e5/segments", {"name": "By hand", "static_segment": []}),),
        "sdk": ("mailchimp_marketing",),
    },
    "brevo": {
        "attributes": _same("first_name", *FLAT, change=str.upper),
        "events": _ORDER,
        "template_attributes": _printed(**{name: name.upper() for name in PRINTED if name != "tags"} | {"first_name": "FIRSTNAME"}),
        "by_hand": (
            ("POST", "/v3/contacts/folders", {"name": "By hand"}),
            ("POST", "/v3/contacts/lists", {"name": "By hand [franca:vip]", "folderId": 1}),
            ("POST", "/v3/contacts/lists", {"name": "By hand", "folderId": 1}),
            ("POST", "/v3/contacts/attributes/normal/BY_HAND", {"type": "text"}),
        ),
        "sdk": ("sib_api_v3_sdk",),
    },
    "mailerlite": {
        "attributes": _same("first_name", *FLAT),
        "by_hand": (("POST", "/api/groups", {"name": "By hand"}), ("POST", "/api/fields", {"name": "By hand", "type": "text"})),
        "sdk": ("mailerlite",),
    },
}
"""By adapter; an installed one that is missing fails the suite."""


def subject(name: str) -> Subject:
    """Return how the suite uses one adapter: over the schema of all tests, with every kind of definition."""
    uses = {"project": make_project({}), **USES[name]}
    return Subject(name=name, people=PLACES[name].consents, rules=RULES[name], definitions=corpus(), **uses)
