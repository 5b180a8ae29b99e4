"""What of one destination maps to another: exactly, with another realisation, not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from franca.adapter import Site, adapter
from franca.definitions import Project, Realisation
from franca.plan import Decision, Store, decide


class Becomes(StrEnum):
    """How a segment of one destination exists at another."""

    EXACTLY = "exactly"
    OTHERWISE = "otherwise"
    NOT = "not"


@dataclass(frozen=True, kw_only=True)
class Parity:
    """A project's segments at two destinations.

    Attributes:
        segments: key → what it is at the first, and what it becomes at the second; those that the first cannot have are left out.
        attributes: mapped at the first and not at the second; *events* likewise.
    """

    source: str
    target: str
    segments: Mapping[str, tuple[Decision, Decision]]
    attributes: tuple[str, ...]
    events: tuple[str, ...]

    def of(self, becomes: Becomes) -> tuple[Decision, ...]:
        """Return what those segments are at the second destination that map so."""
        return tuple(there for _, there in self.segments.values() if verdict(there) is becomes)


def compare(project: Project, source: str, target: str) -> Parity:
    """Compare two destinations of a checked project. No network, no keys."""
    here, there = (Site(project=project, destination=project.destinations[name]) for name in (source, target))
    found = {key: (_decided(key, here), _decided(key, there)) for key in sorted(project.segments)}
    return Parity(
        source=source,
        target=target,
        segments={key: pair for key, pair in found.items() if not pair[0].refused},
        attributes=tuple(sorted(here.destination.attributes.keys() - there.destination.attributes.keys())),
        events=tuple(sorted(here.destination.events.keys() - there.destination.events.keys())),
    )


def _decided(key: str, site: Site) -> Decision:
    measured = Store.of(site.project, site.destination.name).measured_here()
    return decide(site.project.segments[key], site, adapter(site.destination.adapter), measured)[0]


def verdict(there: Decision) -> Becomes:
    """Return how a segment maps, by what it becomes."""
    if there.realisation is None:
        return Becomes.NOT
    return Becomes.EXACTLY if there.realisation is Realisation.NATIVE else Becomes.OTHERWISE
