"""The order of changes: what others need first, deletes last."""

from __future__ import annotations

import graphlib
import heapq
from collections.abc import Collection, Mapping

from franca.adapter import ORDER, Address
from franca.errors import FrancaError


def makes(needs: Mapping[Address, Collection[Address]]) -> list[Address]:
    """Return what is made or changed, by dependency; of what could be next, folders come before fields, and so on, then by key.

    Args:
        needs: address → those that must exist before it.

    Raises:
        FrancaError: resources need each other in a circle.
    """
    graph = graphlib.TopologicalSorter({address: [need for need in before if need in needs] for address, before in needs.items()})
    try:
        graph.prepare()
    except graphlib.CycleError as error:
        raise FrancaError(f"resources need each other: {' → '.join(map(str, error.args[1]))}") from error
    return _by_kind(graph)


def _by_kind(graph: graphlib.TopologicalSorter[Address]) -> list[Address]:
    ready: list[tuple[int, str, Address]] = []
    done: list[Address] = []
    while graph.is_active():
        for address in graph.get_ready():
            heapq.heappush(ready, (ORDER[address.kind], address.key, address))
        *_, address = heapq.heappop(ready)
        graph.done(address)
        done.append(address)
    return done


def deletes(stale: Collection[Address]) -> list[Address]:
    """Return what is deleted, the other way round: segments before the fields that they read."""
    return sorted(stale, key=lambda address: (-ORDER[address.kind], address.key))
