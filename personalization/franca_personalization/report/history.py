"""Sums of campaigns that were reported before, kept in the project's state folder: what trends are made of. Nobody's data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from franca.definitions import Project
from franca.plan.files import write_whole
from franca_personalization.report.records import Counts, read_json

FOLDER = "reports"


@dataclass(frozen=True, kw_only=True)
class Sums:
    """One campaign at one destination: when it was sent, and its counts by segment, all arms together."""

    sent_at: str
    segments: Mapping[str, Counts]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One campaign, by destination."""

    campaign: str
    brief: str
    destinations: Mapping[str, Sums] = field(default_factory=dict)
    version: Literal[1] = 1


_KEPT: TypeAdapter[Kept] = TypeAdapter(Kept)


def keep(project: Project, kept: Kept) -> Path:
    """Write a campaign's sums, and return where; destinations that this report did not tell of stay as they were.

    Raises:
        FrancaError: the folder cannot be written, or holds something else.
    """
    path = folder(project) / f"{kept.campaign}.json"
    before = _read(path).destinations if path.exists() else {}
    whole = Kept(campaign=kept.campaign, brief=kept.brief, destinations={**before, **kept.destinations})
    write_whole(path, json.dumps(_KEPT.dump_python(whole, mode="json"), indent=1, sort_keys=True))
    return path


def history(project: Project) -> tuple[Kept, ...]:
    """Return what was kept of all campaigns, by key.

    Raises:
        FrancaError: a file is not one of ours.
    """
    return tuple(_read(path) for path in sorted(folder(project).glob("*.json")))


def folder(project: Project) -> Path:
    """Return where sums are kept."""
    return project.local / FOLDER


def _read(path: Path) -> Kept:
    return read_json(path, _KEPT.validate_json, "a kept report", "delete it: only trends need it")
