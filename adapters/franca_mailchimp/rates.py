"""What changes cost at Mailchimp: their calls. No number of calls in a time is documented; ten may be open at once, and we make one."""

from __future__ import annotations

from collections.abc import Mapping

from franca.adapter import Rate, ResourceKind
from franca.adapter.capabilities import Work

_FUNDAMENTALS = "https://mailchimp.com/developer/marketing/docs/fundamentals/"

RATES: Mapping[str, Rate] = {"call": Rate((), _FUNDAMENTALS)}

_ONE = (ResourceKind.SEGMENT, ResourceKind.TAG, ResourceKind.FIELD, ResourceKind.TEMPLATE)

CALLS: Mapping[Work, tuple[str, ...]] = {
    **{(action, kind): ("call",) for action in ("create", "update", "delete") for kind in _ONE},
    ("delete", ResourceKind.CAMPAIGN): ("call",),
}
"""A draft is made and read back in as many calls as it has contents, and is not counted; deleting one is a call."""
