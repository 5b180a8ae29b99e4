"""What Brevo can do through its API, declared."""

from __future__ import annotations

from decimal import Decimal

from franca.adapter import YES, Capabilities, Capability, Level, Limits, Support, Testing
from franca.definitions import Metric, Part
from franca_brevo.client import REST
from franca_brevo.rates import CALLS, PAGES, RATES

_SEGMENTS = "https://developers.brevo.com/reference/get-segments"
_LISTS = "https://developers.brevo.com/reference/get-contacts-from-list"

NO_API = Support(Level.NO, "the API reads the names of segments and nothing else; segments are made by hand", _SEGMENTS)

CAPABILITIES: Capabilities = {
    Capability.ANY_OF_ALL: NO_API,
    Capability.ATTRIBUTE_NUMBER: NO_API,
    Capability.ATTRIBUTE_TEXT: NO_API,
    Capability.ATTRIBUTE_TIME: NO_API,
    Capability.COUNT_MEMBERS: Support(Level.PARTIAL, "members of lists, blocklisted ones included; segments have no count", _LISTS),
    Capability.ERASURE: YES,
    Capability.EVENT_COUNT: NO_API,
    Capability.EVENT_SUM: NO_API,
    Capability.MAILABLE: NO_API,
    Capability.MARKER_FIELD: YES,
    Capability.MARKER_SEGMENT: NO_API,
    Capability.MEMBERS: YES,
    Capability.NATIVE_SEGMENT: NO_API,
    Capability.NESTED: NO_API,
    Capability.RELATIVE_WINDOW: NO_API,
}

MEMBERS_BATCH = 150
"""Contacts of one call that adds to or takes from a list (documented)."""

IMPORT_BYTES = 8_000_000
"""The body of one import: 10 MB are the limit, about 8 MB are recommended (documented)."""

IMPORT_ROWS = 100_000
"""Rows of one import; no limit is documented, ours lets an interrupted sync note how far it came."""

LIMITS = Limits(
    members_batch=MEMBERS_BATCH,
    fields_batch=IMPORT_ROWS,
    rates=RATES,
    calls=CALLS,
    opening=(REST,),  # the account
    reading=(REST, REST),  # templates and campaigns, a page of each at least; lists, folders and attributes have enough
    pages=PAGES,
    fields=200,  # contact attributes of one account (reported: help.brevo.com, a digest of 2026-09-25)
)

TESTING = Testing(
    parts=frozenset({Part.SUBJECT}),
    arms=2,
    counts=frozenset({Metric.CLICKS}),
    metrics=frozenset({Metric.CLICKS}),  # and opens, by which nothing is decided here; no orders (documented)
    # splitRule is 1 to 50 (documented) and taken for the percentage of each of the two groups (assumption brevo.split-rule-per-version).
    shares=(Decimal("0.02"), Decimal("0.98")),
    source="https://developers.brevo.com/reference/create-email-campaign",
)
