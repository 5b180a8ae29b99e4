"""How a segment is kept at a destination, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from franca.adapter import Assumption
from franca.definitions import Realisation
from franca.plan import Decision
from franca.render.text import printable

_KEPT: Mapping[Realisation, str] = {
    Realisation.NATIVE: "native",
    Realisation.MEMBERS: "kept as a {kept_as}, refreshed by sync",
    Realisation.MARKER: "kept as a marker field, refreshed by sync",
}


def render_decision(decision: Decision, destination: str) -> str:
    """Return what a segment becomes at a destination: the realisation first, then why, what is in the way, and what it leans on."""
    return "\n".join(map(printable, _lines(decision, destination)))


def _lines(decision: Decision, destination: str) -> Iterator[str]:
    yield (
        f"{destination}: {decision.why}"
        if decision.realisation is None
        else f"{destination}: {_KEPT[decision.realisation].format(kept_as=decision.kept_as)} ({decision.why})"
    )
    yield from (f"  {finding}: {about}" for finding, about in dict.fromkeys(findings(decision)))
    for assumption in decision.assumptions:
        otherwise = f"; otherwise {assumption.consequence}" if assumption.consequence and not assumption.measured else ""
        yield f"  {leaning(assumption)}{otherwise}"


def leaning(assumption: Assumption) -> str:
    """Return what is believed, or was measured at the account."""
    how = f"measured on {assumption.measured} to hold:" if assumption.measured else "leans on"
    return f"{how} {assumption.id}: {assumption.statement}"


def realisation(decision: Decision) -> str:
    """Return what a segment becomes, in one word."""
    if decision.realisation is None:
        return "refused" if decision.refused else "skipped"
    return str(decision.realisation)


def findings(decision: Decision) -> Iterator[tuple[str, str]]:
    """Yield each finding's id, and what it says with what happens: that it is accepted, or the fallback."""
    for finding in decision.findings:
        reason = decision.accepted.get(finding.id)
        yield finding.id, f"{finding.what}; " + (f"accepted: {reason}" if reason is not None else finding.fallback)
