"""How what Mailchimp does not document is measured: a merge field of our own, filled for the probe contacts, and a segment on it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from franca.adapter import Ref, Resource, ResourceKind
from franca.adapter.probing import CONTACTS, PREFIX, Probe, Probes
from franca_mailchimp.assumptions import (
    ACCENTS_DISTINCT,
    ASSUMPTIONS,
    CASE_SENSITIVE,
    LESS_SKIPS_BLANK,
    NOT_MATCHES_BLANK,
    NUMERIC,
    WILDCARDS_LITERAL,
    ZERO_IS_NO_BLANK,
)
from franca_mailchimp.names import marker_tag
from franca_mailchimp.segments import ALL

_TEMPLATES = "templates lean on it, and the API renders none: only an email that is sent shows it"


def probes() -> Probes:
    """Return the probes; the same at every account. One contact's value is inside whatever the answer, so that silence is none."""
    contacts = Resource(kind=ResourceKind.TAG, key=CONTACTS, title="Franca probe", counted=ALL)
    found = (
        _probe(NOT_MATCHES_BLANK.id, "text", ("other", None), ("not", "probe"), holds={0, 1}, fails={0}),
        _probe(LESS_SKIPS_BLANK.id, "number", ("1", None), ("less", "2"), holds={0}, fails={0, 1}),
        _probe(ZERO_IS_NO_BLANK.id, "number", ("1", "0"), ("blank_not", ""), holds={0, 1}, fails={0}),
        _probe(CASE_SENSITIVE.id, "text", ("probe", "PROBE"), ("is", "probe"), holds={0}, fails={0, 1}),
        _probe(ACCENTS_DISTINCT.id, "text", ("probe", "prob\u00e9"), ("is", "probe"), holds={0}, fails={0, 1}),
        _probe(WILDCARDS_LITERAL.id, "text", ("a%b_c", "axxbxc"), ("contains", "a%b_c"), holds={0}, fails={0, 1}),
        _probe(NUMERIC.id, "number", ("9", "10"), ("greater", "8"), holds={0, 1}, fails={0}),
    )
    unmeasured = {key: _TEMPLATES for key, each in ASSUMPTIONS.items() if each.templates}
    return Probes(contacts=contacts, probes=found, unmeasured=unmeasured)


def _probe(
    assumption: str, type_: str, values: tuple[str | None, ...], test: tuple[str, str], *, holds: Collection[int], fails: Collection[int]
) -> Probe:
    key = f"{PREFIX}{assumption.removeprefix('mailchimp.')}".replace("-", "_")
    tag = marker_tag(key)
    field = {"tag": tag, "type": type_, "public": False, "required": False, "default_value": ""}
    op, value = test
    tested = {"field": tag, "condition_type": "TextMerge", "op": op, **({"value": value} if value else {})}
    return Probe(
        assumption=assumption,
        field=Resource(kind=ResourceKind.FIELD, key=key, title="Franca probe", body=field),
        values=values,
        segment=Resource(kind=ResourceKind.SEGMENT, key=key, title="Franca probe", body=_of_contacts(tested), counted=ALL),
        holds=frozenset(holds),
        fails=frozenset(fails),
    )


def _of_contacts(tested: dict[str, Any]) -> dict[str, Any]:
    """Return a test, asked of the probe contacts alone."""
    tagged = {"field": "static_segment", "condition_type": "StaticSegment", "op": "static_is", "value": Ref("tag", CONTACTS)}
    return {"match": "all", "conditions": [tagged, tested]}
