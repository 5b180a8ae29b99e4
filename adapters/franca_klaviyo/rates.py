"""What changes cost at Klaviyo: their calls, and how often each may be made (contract: x-klaviyo-ratelimit of every operation).

Drafts take more calls the more arms they have, and are not counted. Nor is what comes once for a project: finding its tag, or making it.
"""

from __future__ import annotations

from collections.abc import Mapping

from franca.adapter import Rate, ResourceKind
from franca.adapter.capabilities import Work
from franca_klaviyo.client import DAY, MINUTE, SECOND, XS, L, M, S, Tier
from franca_klaviyo.people import PAGE

_SEGMENTS = "https://developers.klaviyo.com/en/reference/segments_api_overview"
_LIMITS = "https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling"

_SEGMENT_WRITES, _LIST_WRITES = Tier(1, 15, 100), Tier(10, 150, 150)

AT_ONCE: Mapping[ResourceKind, int] = {ResourceKind.SEGMENT: 5}
"""Segments processed at a time (segments_api_overview)."""


def _rate(tier: Tier, source: str = _LIMITS) -> Rate:
    day = () if tier.daily is None else ((tier.daily, DAY),)
    return Rate(((tier.burst, SECOND), (tier.steady, MINUTE), *day), source)


RATES: Mapping[str, Rate] = {
    "create segment": _rate(_SEGMENT_WRITES, _SEGMENTS),
    "update segment": _rate(_SEGMENT_WRITES, _SEGMENTS),
    "delete segment": _rate(S),
    "tag segment": _rate(S),
    "create list": _rate(_LIST_WRITES),
    "update list": _rate(M),
    "delete list": _rate(M),
    "tag list": _rate(S),
    "create template": _rate(L),
    "update template": _rate(L),
    "delete template": _rate(L),
    "read segment": _rate(L),
    "count segment": _rate(XS),
    "count list": _rate(XS),
    "read segment members": _rate(L),
    "read list members": _rate(L),
    "read profiles": _rate(L),
}

CALLS: Mapping[Work, tuple[str, ...]] = {
    ("create", ResourceKind.SEGMENT): ("create segment", "tag segment"),
    ("update", ResourceKind.SEGMENT): ("update segment", "tag segment"),
    ("delete", ResourceKind.SEGMENT): ("delete segment",),
    ("create", ResourceKind.LIST): ("create list", "tag list"),
    ("update", ResourceKind.LIST): ("update list", "tag list"),
    ("delete", ResourceKind.LIST): ("delete list",),
    ("create", ResourceKind.TEMPLATE): ("create template",),
    ("update", ResourceKind.TEMPLATE): ("update template",),
    ("delete", ResourceKind.TEMPLATE): ("delete template",),
    # A custom property is there when somebody writes it: making, changing and dropping a field is no call.
    ("create", ResourceKind.FIELD): (),
    ("update", ResourceKind.FIELD): (),
    ("delete", ResourceKind.FIELD): (),
    ("count", ResourceKind.SEGMENT): ("read segment", "count segment"),  # first it is looked whether it is being processed
    ("count", ResourceKind.LIST): ("count list",),
    ("list", ResourceKind.SEGMENT): ("read segment members",),
    ("list", ResourceKind.LIST): ("read list members",),
    ("list", ResourceKind.FIELD): ("read profiles",),
}

PAGES: Mapping[ResourceKind, int] = dict.fromkeys((ResourceKind.SEGMENT, ResourceKind.LIST, ResourceKind.FIELD), PAGE)
