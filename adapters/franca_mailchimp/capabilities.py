"""What Mailchimp can do for a segment, and the numbers that it sets."""

from __future__ import annotations

from decimal import Decimal

from franca.adapter import YES, Capabilities, Capability, Level, Limits, Support, Testing
from franca.definitions import Metric, Part
from franca_mailchimp.rates import CALLS, RATES
from franca_mailchimp.segments import CONDITIONS

_SEGMENTS = "https://mailchimp.com/developer/marketing/api/list-segments/"
_FLAT = Support(Level.NO, "a segment is one flat list of conditions, of which all or any must hold", _SEGMENTS)
_NO_EVENTS = Support(Level.NO, "there are no conditions on events", _SEGMENTS)
_ERASURE = "https://mailchimp.com/developer/marketing/api/list-members/"

CAPABILITIES: Capabilities = {
    Capability.ANY_OF_ALL: _FLAT,
    Capability.ATTRIBUTE_TEXT: Support(Level.PARTIAL, "not by order, not blank, not the email (compared in lower case)", _SEGMENTS),
    Capability.ATTRIBUTE_NUMBER: YES,
    Capability.ATTRIBUTE_TIME: Support(Level.PARTIAL, "days against fixed days; no instants, nothing relative to today", _SEGMENTS),
    Capability.COUNT_MEMBERS: YES,
    Capability.ERASURE: Support(
        Level.PARTIAL, "in the audience of the destination; the address can never be imported there again", _ERASURE
    ),
    Capability.EVENT_COUNT: _NO_EVENTS,
    Capability.EVENT_SUM: _NO_EVENTS,
    Capability.MAILABLE: Support(Level.PARTIAL, "as one of `all` at the top: active subscribers are counted", _SEGMENTS),
    Capability.MARKER_FIELD: YES,
    Capability.MARKER_SEGMENT: YES,
    Capability.MEMBERS: YES,
    Capability.NATIVE_SEGMENT: YES,
    Capability.NESTED: _FLAT,
    Capability.RELATIVE_WINDOW: Support(Level.NO, "date fields are compared with fixed days only", _SEGMENTS),
}

MEMBERS_BATCH = 500
"""Addresses to add, and as many to remove, of one call on a static segment (sheet section 1.1)."""
FIELDS_BATCH = 1_000
"""Operations of one batch (sheet section 5.2)."""
FIELDS = 30
"""Merge fields of an audience with the defaults (reported; 80 on Premium; sheet section 2)."""

LIMITS = Limits(conditions=CONDITIONS, members_batch=MEMBERS_BATCH, fields_batch=FIELDS_BATCH, fields=FIELDS, rates=RATES, calls=CALLS)

TESTING = Testing(
    parts=frozenset({Part.SUBJECT}),
    arms=3,
    counts=frozenset({Metric.CLICKS}),  # orders are counted, not people who ordered
    metrics=frozenset({Metric.CLICKS}),
    shares=(Decimal("0.1"), Decimal(1)),
    source="https://mailchimp.com/help/about-ab-tests/",
)
"""One variable with up to three variations (documented there, and in section 4.2 of the sheet; more need Multivariate, which is Premium).

The preview text is none of the variables; content is one, and with the subject it would be two. The size of the test, from 10 to 100
percent, and the criteria are those of the API's description: total revenue is another thing than the number of people who ordered, and
opens decide nothing here.
"""
