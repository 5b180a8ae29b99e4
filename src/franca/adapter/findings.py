"""What cannot be said at an ESP, and what is believed about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from franca.definitions import Position, Realisation


class Severity(StrEnum):
    """Errors refuse a realisation unless accepted; warnings are shown."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True, order=True)
class Finding:
    """One thing that a realisation cannot express, and what happens in its place.

    Attributes:
        id: short and stable ("month-windows"); `accept:` names it.
        what: the fact, naming the ESP.
        fallback: what happens otherwise.
    """

    id: str
    what: str
    fallback: str = "kept as members by sync"
    severity: Severity = Severity.ERROR
    position: Position | None = None


@dataclass(frozen=True, kw_only=True, order=True)
class Assumption:
    """A behaviour that no vendor document states and that a compilation leans on.

    Attributes:
        id: "ESP.name", or "facts:DESTINATION.NAME" for the claim that an ESP holds the same facts as our table.
        statement: what is believed.
        reason: why.
        consequence: what goes wrong if it is false.
        templates: whether templates lean on it; segments lean on the others.
        measured: the day on which `franca probe` saw that it holds at the account; empty for what is only believed.
    """

    id: str
    statement: str
    reason: str = ""
    consequence: str = ""
    templates: bool = False
    measured: str = ""


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """What one realisation of one segment costs: exact when there are no findings of severity error."""

    realisation: Realisation
    findings: tuple[Finding, ...] = ()
    assumptions: tuple[Assumption, ...] = ()

    def open(self, accepted: frozenset[str] = frozenset()) -> tuple[Finding, ...]:
        """Return the findings that refuse this realisation, given what the user accepted."""
        return tuple(f for f in self.findings if f.severity is Severity.ERROR and f.id not in accepted)


def facts(destination: str, name: str) -> Assumption:
    """Return the claim that *destination* holds the same facts as our attribute or event *name*."""
    return Assumption(
        id=f"facts:{destination}.{name}",
        statement=f"{destination} holds the same {name} as our table, after its filter, one event per id",
        reason=f"the mapping under destinations.{destination}",
        consequence="members differ where the facts differ",
    )
