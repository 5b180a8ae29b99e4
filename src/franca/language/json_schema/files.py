"""Files of a project as JSON Schema."""

from __future__ import annotations

from franca.definitions import Kind, Metric, Status
from franca.language.content import AUDIENCE_KEYS, CAMPAIGN_KEYS, EXPERIMENT_KEYS
from franca.language.destination import DESTINATION_KEYS, FIELD_KEYS, METRIC_KEYS
from franca.language.environments import ENVIRONMENT_KEYS
from franca.language.json_schema.parts import (
    FLAG,
    INTEGER,
    KEY,
    PERCENT,
    TEXT,
    Schema,
    mapping,
    named,
    one_or_listed,
    only,
    ref,
)
from franca.language.json_schema.predicates import predicate_definitions
from franca.language.project import POLICY_KEYS, PROJECT_KEYS, SEGMENT_KEYS, WISHES
from franca.language.schema import (
    ATTRIBUTE_KEYS,
    CONSENT_KEYS,
    DATA_KEYS,
    EVENT_KEYS,
    LOCATION_KEYS,
    MEMBERSHIPS_KEYS,
    PROFILE_KEYS,
    PROPERTY_KEYS,
)

DRAFT = "https://json-schema.org/draft/2020-12/schema"

# ── segments ─────────────────────────────────────────────────────────────────

_SEGMENT = {
    "name": TEXT,
    "description": TEXT,
    "where": ref("predicate"),
    "group": TEXT,
    "priority": INTEGER,
    "realise": named({"enum": list(WISHES)}),
    "accept": named(named(TEXT)),
    "adopt": named(FLAG),
    "previously": TEXT,
}


def segments_schema() -> Schema:
    """Return the schema of `segments/*.yaml`."""
    segments = named(mapping("segments", only(SEGMENT_KEYS, _SEGMENT), ["name", "where"]), KEY)
    return {
        "$schema": DRAFT,
        "title": "Segments of a Franca project",
        **mapping("file", {"segments": segments}, ["segments"]),
        "$defs": predicate_definitions(),
    }


# ── the project ──────────────────────────────────────────────────────────────

_TYPE: Schema = {
    "anyOf": [{"enum": [kind.value for kind in Kind]}, {"type": "string", "pattern": r"^decimal\([0-9]{1,2}\)$"}],
}
_COLUMN = {"type": _TYPE, "column": TEXT, "zone": TEXT, "protected": FLAG, "required": FLAG}
_CONSENT = {
    "status": TEXT,
    "values": named(one_or_listed(TEXT), {"enum": [status.value for status in Status]}),
    "at": TEXT,
    "zone": TEXT,
    "suppressed": TEXT,
}
_LOCATION = {"latitude": TEXT, "longitude": TEXT}
_PROFILE = {
    "table": TEXT,
    "key": TEXT,
    "attributes": named(mapping("attributes", only(ATTRIBUTE_KEYS, _COLUMN), ["type"])),
    "consent": named(mapping("consent", only(CONSENT_KEYS, _CONSENT), ["status", "values"])),
    "location": mapping("location", only(LOCATION_KEYS, _LOCATION), LOCATION_KEYS),
}
_EVENT = {
    "table": TEXT,
    "profile": TEXT,
    "at": TEXT,
    "zone": TEXT,
    "id": TEXT,
    "unique": FLAG,
    "where": ref("columns"),
    "properties": named(mapping("properties", only(PROPERTY_KEYS, _COLUMN), ["type"])),
}
_MEMBERSHIPS = {"table": TEXT, "profile": TEXT, "name": TEXT}
_DATA = {
    "connect": TEXT,
    "profile": mapping("profile", only(PROFILE_KEYS, _PROFILE), ["table", "key"]),
    "events": named(mapping("events", only(EVENT_KEYS, _EVENT), ["table", "profile", "at"])),
    "memberships": mapping("memberships", only(MEMBERSHIPS_KEYS, _MEMBERSHIPS), MEMBERSHIPS_KEYS),
}
_FIELD = {"field": TEXT, "values": named(TEXT), "plain": FLAG}
_METRIC = {"metric": TEXT, "integration": TEXT, "value": TEXT, "properties": named(TEXT)}
_DESTINATION = {
    "adapter": TEXT,
    "attributes": named({"anyOf": [TEXT, mapping("fields", only(FIELD_KEYS, _FIELD), ["field"])]}),
    "events": named({"anyOf": [TEXT, mapping("metrics", only(METRIC_KEYS, _METRIC), ["metric"])]}),
    "markers": one_or_listed(TEXT),
}
_DESTINATIONS = mapping("destinations", only(DESTINATION_KEYS, _DESTINATION)) | {"additionalProperties": True}  # the adapter's own
_ENVIRONMENT = {
    "state": TEXT,
    "data": mapping("environments.data", {"connect": TEXT}, ["connect"]),
    "destinations": named(_DESTINATIONS),
}
_POLICIES = {"minimum_size": INTEGER, "maximum_change": PERCENT, "maximum_overlap": PERCENT, "email_cap": ref("predicate")}
_PROJECT = {
    "project": KEY,
    "timezone": TEXT,
    "locale": TEXT,
    "state": TEXT,
    "ledger_key": TEXT,
    "data": mapping("data", only(DATA_KEYS, _DATA), ["connect", "profile"]),
    "destinations": named(_DESTINATIONS | {"required": ["adapter"]}),
    "environments": named(mapping("environments", only(ENVIRONMENT_KEYS, _ENVIRONMENT)), KEY),
    "policies": mapping("policies", only(POLICY_KEYS, _POLICIES)),
}


def project_schema() -> Schema:
    """Return the schema of `franca.yaml`."""
    return {
        "$schema": DRAFT,
        "title": "A Franca project",
        **mapping("file", only(PROJECT_KEYS, _PROJECT), ["project", "timezone", "data"]),
        "$defs": predicate_definitions(),
    }


# ── campaigns ────────────────────────────────────────────────────────────────

_AUDIENCE = {"include": one_or_listed(TEXT), "exclude": one_or_listed(TEXT), "exclusively": TEXT}
_EXPERIMENT = {
    "metric": {"enum": [metric.value for metric in Metric]},
    **dict.fromkeys(("share", "baseline", "effect", "power", "alpha"), PERCENT),
    "wait": {"type": "string", "pattern": "^[0-9]+ hours?$", "examples": ["24 hours"]},
    "looks": {**INTEGER, "minimum": 1},
}
_CAMPAIGN = {
    "name": TEXT,
    "template": TEXT,
    "audience": mapping("audience", only(AUDIENCE_KEYS, _AUDIENCE), ["include"]),
    "send_from": TEXT,
    "destinations": one_or_listed(TEXT),
    "variants": TEXT,
    "experiment": mapping("experiment", only(EXPERIMENT_KEYS, _EXPERIMENT)),
}


def campaign_schema() -> Schema:
    """Return the schema of `campaigns/*.yaml`."""
    return {
        "$schema": DRAFT,
        "title": "A campaign of a Franca project",
        **mapping("campaign", only(CAMPAIGN_KEYS, _CAMPAIGN), ["template", "audience", "send_from"]),
        "dependentRequired": {"experiment": ["variants"]},
    }
