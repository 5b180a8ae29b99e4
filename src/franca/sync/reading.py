"""How long it takes to read what is compared, before it is begun."""

from __future__ import annotations

from collections.abc import Iterator

from franca.adapter import ResourceKind
from franca.adapter.paging import pages
from franca.plan import Desired
from franca.plan.budget import pace
from franca.sync.reasons import Crowd


def reading_time(desired: Desired, audience: Crowd, *, counts: bool) -> float | None:
    """Return the seconds that an ESP's rates ask for while `reconcile` reads, as far as sizes here tell; None where it names no rate.

    Args:
        desired: of the destination.
        audience: an evaluation.
        counts: the ESP's own counts are asked for, too.
    """
    return pace(_calls(desired, audience, counts=counts), desired.adapter.limits)


def _calls(desired: Desired, audience: Crowd, *, counts: bool) -> Iterator[str]:
    limits, sizes = desired.adapter.limits, audience.sizes()
    compared = {address: segment for segment, address in (*desired.members.items(), *desired.counted.items())}
    for address, segment in compared.items():
        theirs = desired.resources[address].theirs
        if counts or theirs:
            yield from limits.calls.get(("count", address.kind), ())
        if not theirs:
            yield from _pages(desired, address.kind, sizes[segment])
    if desired.markers or desired.computed:
        yield from _pages(desired, ResourceKind.FIELD, len(audience.universe()))


def _pages(desired: Desired, kind: ResourceKind, rows: int) -> Iterator[str]:
    limits = desired.adapter.limits
    for _ in range(pages(rows, limits.pages.get(kind, rows + 2))):
        yield from limits.calls.get(("list", kind), ())
