"""What `franca probe` measured at an account, weighed where a realisation leans on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from franca.adapter import Assessment, Assumption, Finding
from franca.definitions import Realisation


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Whether an assumption holds at an account, and the day (UTC) on which that was seen."""

    holds: bool
    at: date


def weighed(found: Mapping[Realisation, Assessment], measured: Mapping[str, Measured]) -> dict[Realisation, Assessment]:
    """Return assessments as an account's answers leave them.

    What holds is marked as measured. What does not hold stands in the way of a native realisation; others go on leaning on it.
    """
    return {realisation: _weighed(each, measured) for realisation, each in found.items()}


def _weighed(found: Assessment, measured: Mapping[str, Measured]) -> Assessment:
    wrong = [each for each in found.assumptions if each.id in measured and not measured[each.id].holds]
    if found.realisation is not Realisation.NATIVE:
        wrong = []
    leaned = tuple(_marked(each, measured.get(each.id)) for each in found.assumptions if each not in wrong)
    against = tuple(_against(each, measured[each.id].at) for each in wrong)
    return replace(found, findings=(*found.findings, *against), assumptions=leaned)


def _marked(assumption: Assumption, found: Measured | None) -> Assumption:
    return replace(assumption, measured=found.at.isoformat()) if found and found.holds else assumption


def _against(assumption: Assumption, at: date) -> Finding:
    what = f"it leans on this: {assumption.statement}; measured on {at}: it does not hold in this account"
    return Finding(id=assumption.id.rpartition(".")[2], what=what)
