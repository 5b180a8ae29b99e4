"""What was written on the command line → numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from franca.cli.common import instant
from franca.definitions import Experiment
from franca.errors import FrancaError
from franca.language import check, load
from franca.language.copies import WHOLE
from franca.progress import Progress
from franca_personalization.experiments import Design
from franca_personalization.report.sizing import Known, Wanted, counted, known

_SHARE = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(%?)")
_LIST = re.compile(r"(?:([A-Za-z0-9_.]+)=)?(\d{1,12})")


@dataclass(frozen=True, kw_only=True)
class Given:
    """The options of `franca experiment size`; None where one was not given."""

    baseline: str | None = None
    effect: str | None = None
    power: str | None = None
    alpha: str | None = None
    arms: int | None = None
    looks: int | None = None
    lists: tuple[str, ...] = ()
    weekly: float | None = None


def share(option: str, text: str) -> float:
    """Return a share written as 2% or 0.02.

    Raises:
        FrancaError: it is none.
    """
    found = _SHARE.fullmatch(text.strip())
    if found is None:
        raise FrancaError(f"{option}: {text!r} is no share", remedy="write 2% or 0.02")
    return float(found[1]) / 100 if found[2] else float(found[1])


def lists(texts: Sequence[str]) -> dict[str, int]:
    """Return segment → emails, from `vip=12000`, or `12000` for everybody.

    Raises:
        FrancaError: one is not written so, or a name stands twice.
    """
    found: dict[str, int] = {}
    for text in texts:
        match = _LIST.fullmatch(text.strip())
        if match is None or (match[1] or WHOLE) in found:
            raise FrancaError(
                f"--list: {text!r} is {'no list' if match is None else 'a second one'}", remedy="write vip=12000, each name once"
            )
        found[match[1] or WHOLE] = int(match[2])
    return found


def wanted(
    given: Given, campaign: str | None, folder: Path, as_of: str | None, *, with_data: bool, progress: Progress
) -> tuple[Wanted, list[str]]:
    """Return what is asked for, and notes: what the campaign says, with the options in place of it.

    Raises:
        FrancaError: an option or the campaign says what cannot be.
    """
    usual = Experiment()
    design = Design(baseline=float(usual.baseline), effect=float(usual.effect), alpha=float(usual.alpha), power=float(usual.power))
    if campaign is None:
        return Wanted(design=_with(design, given), recipients=lists(given.lists), weekly=given.weekly), []
    project = check(load(folder))
    found: Known = known(project, campaign)
    recipients, notes = counted(project, found.campaigns, instant(as_of, project), progress) if with_data else ({}, [])
    return (
        Wanted(
            design=_with(found.design, given),
            metric=found.metric,
            recipients={**recipients, **lists(given.lists)},
            share=found.share,
            weekly=given.weekly,
        ),
        notes,
    )


def _with(design: Design, given: Given) -> Design:
    texts = {name: getattr(given, name) for name in ("baseline", "effect", "power", "alpha")}
    shares: dict[str, Any] = {name: share(f"--{name}", text) for name, text in texts.items() if text is not None}
    numbers = {name: getattr(given, name) for name in ("arms", "looks") if getattr(given, name) is not None}
    return replace(design, **shares, **numbers)
