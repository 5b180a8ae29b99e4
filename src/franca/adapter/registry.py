"""Finding adapters: entry points, loaded when first named."""

from __future__ import annotations

import functools
from importlib.metadata import EntryPoint, entry_points

from franca.adapter.protocol import PROTOCOL, Adapter
from franca.errors import FrancaError, did_you_mean

GROUP = "franca.adapters"


@functools.cache
def installed() -> dict[str, EntryPoint]:
    """Return the entry points of all installed adapters by name.

    Raises:
        FrancaError: two distributions offer one name.
    """
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        if point.name in found and found[point.name].value != point.value:
            raise FrancaError(f"two installed packages offer the adapter {point.name!r}: {found[point.name].value} and {point.value}")
        found[point.name] = point
    return found


def adapter(name: str) -> Adapter:
    """Return the adapter *name*.

    Raises:
        FrancaError: there is none of that name, or it speaks another version of the protocol.
    """
    points = installed()
    if name not in points:
        raise FrancaError(f"there is no adapter {name!r}", remedy=did_you_mean(name, points))
    found: Adapter = points[name].load()
    if found.protocol != PROTOCOL:
        raise FrancaError(f"the adapter {name!r} speaks protocol {found.protocol}, this Franca {PROTOCOL}", remedy="upgrade both")
    return found
