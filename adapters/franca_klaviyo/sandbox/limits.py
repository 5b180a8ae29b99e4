"""Klaviyo's rate windows (documented: x-klaviyo-ratelimit of every operation; fixed windows of 1 s, 1 min and, for some, 1 day)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from franca.sandbox import Call

SECOND, MINUTE, DAY = 1, 60, 86_400


@dataclass(frozen=True, kw_only=True)
class Tier:
    """Calls allowed per second, minute and day (None: no daily cap)."""

    burst: int
    steady: int
    daily: int | None = None

    def windows(self) -> list[tuple[int, int]]:
        """Return (length in seconds, calls allowed), shortest first."""
        capped = [] if self.daily is None else [(DAY, self.daily)]
        return [(SECOND, self.burst), (MINUTE, self.steady), *capped]


XS, S = Tier(burst=1, steady=15), Tier(burst=3, steady=60)
M, L = Tier(burst=10, steady=150), Tier(burst=75, steady=750)

# Operations that are not in the table are of tier L (documented for all of them).
TIERS: Mapping[str, Tier] = {
    "get_accounts": XS,
    "get_account": XS,
    "create_segment": Tier(burst=1, steady=15, daily=100),
    "update_segment": Tier(burst=1, steady=15, daily=100),
    "delete_segment": S,
    "get_metrics": M,
    "get_metric": M,
    "create_list": Tier(burst=10, steady=150, daily=150),
    "update_list": M,
    "delete_list": M,
    "add_profiles_to_list": M,
    "remove_profiles_from_list": M,
    "bulk_import_profiles": M,
    "render_template": S,
    "get_campaigns": M,
    "get_campaign": M,
    "create_campaign": M,
    "update_campaign": M,
    "delete_campaign": M,
    "update_campaign_audience": M,
    "get_variations_for_campaign_message": M,
    "update_campaign_message": M,
    "create_campaign_variation": M,
    "update_campaign_variation": M,
    "delete_campaign_variation": M,
    "query_campaign_values": Tier(burst=1, steady=2, daily=225),
    "get_bulk_import_profiles_job": M,
    "get_bulk_import_profiles_jobs": M,
    "request_profile_deletion": S,
    "get_errors_for_bulk_import_profiles_job": M,
}


def tier_of(operation: str, call: Call) -> tuple[str, Tier]:
    """Return the bucket and the tier of one call; `profile_count` lowers the tier of a single read (documented)."""
    if operation in ("get_segment", "get_list") and any(name.startswith("additional-fields") for name, _ in call.query):
        return f"{operation}+profile_count", XS
    if "tag" in operation:
        return operation, S
    return operation, TIERS.get(operation, L)


class Windows:
    """How much of each fixed window is used; *ticks* are seconds that only grow."""

    def __init__(self, ticks: Callable[[], float]) -> None:
        self._ticks = ticks
        self._used: dict[tuple[str, int], tuple[int, int]] = {}

    def take(self, bucket: str, tier: Tier) -> int | None:
        """Count one call; return the seconds to wait, in whole seconds, when a window is full (guess: a refused call does not count)."""
        full = [self._left(length) for length, allowed in tier.windows() if self._count(bucket, length) >= allowed]
        if full:
            return max(full)
        for length, _ in tier.windows():
            self._used[bucket, length] = (self._window(length), self._count(bucket, length) + 1)
        return None

    def headers(self, bucket: str, tier: Tier) -> dict[str, str]:
        """Return the RateLimit headers of an admitted call (documented: their names; guess: the form of Limit)."""
        spelled = ", ".join(f"{allowed};w={length}" for length, allowed in tier.windows())
        return {
            "RateLimit-Limit": f"{tier.steady}, {spelled}",
            "RateLimit-Remaining": str(max(tier.steady - self._count(bucket, MINUTE), 0)),
            "RateLimit-Reset": str(self._left(MINUTE)),
        }

    def _window(self, length: int) -> int:
        return int(self._ticks() // length)

    def _count(self, bucket: str, length: int) -> int:
        window, used = self._used.get((bucket, length), (-1, 0))
        return used if window == self._window(length) else 0

    def _left(self, length: int) -> int:
        return max(1, math.ceil((self._window(length) + 1) * length - self._ticks()))
