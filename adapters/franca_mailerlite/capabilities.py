"""What MailerLite can do through its API, declared."""

from __future__ import annotations

from decimal import Decimal

from franca.adapter import YES, Capabilities, Capability, Level, Limits, Support, Testing
from franca_mailerlite.rates import CALLS, PAGES, RATES

_SEGMENTS = "https://developers.mailerlite.com/docs/segments.html"
_PEOPLE = "https://developers.mailerlite.com/docs/subscribers.html"
_GROUPS = "https://developers.mailerlite.com/docs/groups.html"

NO_API = Support(Level.NO, "the API lists, renames and deletes segments; they are made by hand, and their rules cannot be read", _SEGMENTS)

CAPABILITIES: Capabilities = {
    Capability.ANY_OF_ALL: NO_API,
    Capability.ATTRIBUTE_NUMBER: NO_API,
    Capability.ATTRIBUTE_TEXT: NO_API,
    Capability.ATTRIBUTE_TIME: NO_API,
    Capability.COUNT_MEMBERS: Support(Level.PARTIAL, "members are read and counted, status by status; the counters may lag", _GROUPS),
    Capability.ERASURE: Support(Level.PARTIAL, "asked for: the person is gone at once, and the data within 30 days", _PEOPLE),
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

BATCH = 50
"""Calls that one batch holds (documented). Members go one by one, and so do values: nothing else adds nobody new."""

LIMITS = Limits(members_batch=BATCH, fields_batch=BATCH, rates=RATES, calls=CALLS, pages=PAGES)

TESTING = Testing(
    parts=frozenset(),
    arms=1,
    counts=frozenset(),
    metrics=frozenset(),
    shares=(Decimal(0), Decimal(1)),
    source="https://developers.mailerlite.com/docs/campaigns.html",
)
"""None: no drafts are made (`content.py` says why)."""
