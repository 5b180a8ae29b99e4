"""What changes cost at MailerLite: every call counts, 120 a minute for one account (documented); a batch counts as one (unverified)."""

from __future__ import annotations

from collections.abc import Mapping

from franca.adapter import Rate, ResourceKind
from franca.adapter.capabilities import Work

CALLS_A_MINUTE = 120
PAGE = 50
"""Rows of one page; what is the most is documented of segments alone."""

_LIMITS = "https://developers.mailerlite.com/getting-started"
EVERY = "every call"

RATES: Mapping[str, Rate] = {EVERY: Rate(((CALLS_A_MINUTE, 60.0),), _LIMITS)}

CALLS: Mapping[Work, tuple[str, ...]] = {
    **{(work, kind): (EVERY,) for work in ("create", "update", "delete") for kind in (ResourceKind.LIST, ResourceKind.FIELD)},
    **{("list", kind): (EVERY,) for kind in (ResourceKind.LIST, ResourceKind.FIELD)},
}

PAGES: Mapping[ResourceKind, int] = dict.fromkeys((ResourceKind.LIST, ResourceKind.FIELD), PAGE)
