"""Brief and aggregates → files of copy for people to review: ask, check, ask again, write what is good and say what is missing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from string import ascii_lowercase
from typing import Any

from franca.definitions import Copy, Project, Texts, Wording
from franca.language.copies import copy_digest
from franca_personalization.copy.aggregates import Aggregate
from franca_personalization.copy.brief import cells, control, copy_path, read_existing, slots
from franca_personalization.copy.guardrails import RULES, check, read_lexicon
from franca_personalization.copy.prompt import CANARY, VERSION, again, question
from franca_personalization.copy.records import Brief, Severity, Violation
from franca_personalization.copy.store import save, state
from franca_personalization.model import Asked, Failed, Job

Judge = Callable[[Copy], Sequence[Violation]]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One file to write: a segment (or `all`) in a language; *existing* is what stands there, *kept* why it stays as it is."""

    segment: str
    language: str
    existing: Copy | None = None
    kept: str = ""

    @property
    def key(self) -> str:
        """SEGMENT.LANGUAGE."""
        return f"{self.segment}.{self.language}"


@dataclass(frozen=True, kw_only=True)
class Written:
    """What came of one cell.

    Attributes:
        path: None when there was not one good variant.
        missing: place of the variant → the rules that every attempt broke.
        changed: false when the file says the same already.
        failure: why the asking ended early; empty when the model had its say.
    """

    cell: Cell
    path: Path | None = None
    missing: Failed
    changed: bool = False
    failure: str = ""


def plan_cells(project: Project, brief: Brief, *, overwrite: bool = False) -> list[Cell]:
    """Return every cell of a brief; a file that a person changed or approved is kept, unless *overwrite*."""
    found = []
    for segment, language in cells(brief):
        existing = read_existing(copy_path(project.root, brief.key, segment, language), project.root)
        kept = "" if overwrite or existing is None else _kept(existing, brief)
        found.append(Cell(segment=segment, language=language, existing=existing, kept=kept))
    return found


def _kept(existing: Copy, brief: Brief) -> str:
    other = "" if existing.provenance.get("brief") == brief_digest(brief) else "; the brief has changed since: --overwrite writes it anew"
    if state(existing) == "approved":
        return f"it is approved{other}"
    if existing.provenance.get("text") != copy_digest(existing):
        return f"a person has changed it{other}"
    return ""


def brief_digest(brief: Brief) -> str:
    """Return the identity of a brief, wherever it stands."""
    return hashlib.sha256(repr(brief).encode()).hexdigest()


def judge(project: Project, brief: Brief | None) -> Judge:
    """Return what holds copy against every guardrail: with the brief's facts and lexicons, and what people had in their inbox before.

    Raises:
        FrancaError: a lexicon cannot be read.
    """
    lexicons = {language: read_lexicon(project.root / path) for language, path in (brief.lexicons if brief else {}).items()}
    recent = recent_subjects(project, brief) if brief else []
    return lambda copy: check(copy, brief, recent=recent, lexicon=lexicons.get(copy.language), canary=CANARY)


def jobs(brief: Brief, wanted: Sequence[Cell], told: Mapping[str, Aggregate], judging: Judge) -> list[Job]:
    """Return what the model is asked for each cell that is not kept, with what judges its answers."""
    return [_job(brief, cell, told[cell.segment], judging) for cell in wanted if not cell.kept]


def _job(brief: Brief, cell: Cell, aggregate: Aggregate, judging: Judge) -> Job:
    asked = question(brief, aggregate, cell.language)
    meanings = {name: rule.meaning for name, rule in RULES.items()}
    return Job(
        key=cell.key,
        request=asked,
        check=lambda data: failed(brief, cell, data, judging),
        again=lambda broken: again(asked, broken, meanings),
        merge=merged,
    )


def failed(brief: Brief, cell: Cell, data: Mapping[str, Any], judging: Judge) -> Failed:
    """Return which of the wanted variants break which rules; one that is not there breaks `structure.missing`."""
    found: dict[int, set[str]] = {number: {"structure.missing"} for number in range(len(data["variants"]), brief.variants)}
    copy = _copy(brief, cell, dict(enumerate(data["variants"][: brief.variants])))
    places = {wording.key: number for number, wording in enumerate(copy.wordings[1:])}
    for violation in judging(copy):
        if violation.severity is Severity.ERROR and violation.variant in places:
            found.setdefault(places[violation.variant], set()).add(violation.rule)
    return {number: tuple(sorted(rules)) for number, rules in sorted(found.items())}


def merged(before: Mapping[str, Any], now: Mapping[str, Any], broken: Failed) -> dict[str, Any]:
    """Return the variants before, with new ones in place of those that broke rules."""
    kept, new = list(before["variants"]), iter(now["variants"])
    for place in sorted(broken):
        each = next(new, None)
        if each is None:
            break
        if place < len(kept):
            kept[place] = each
        else:
            kept.append(each)
    return {"variants": kept}


def write(project: Project, brief: Brief, cell: Cell, asked: Asked, *, on: date, judging: Judge) -> Written:
    """Write the good variants of one answer beside the control; a file that says the same already stays as it is."""
    failure = str(asked.failure.detail) if asked.failure else ""
    if asked.data is None:
        return Written(cell=cell, missing=dict.fromkeys(range(brief.variants), ()), failure=failure)
    missing = asked.failed
    good = {place: each for place, each in enumerate(asked.data["variants"][: brief.variants]) if place not in missing}
    if not good:
        return Written(cell=cell, missing=missing, failure=failure)
    copy = _copy(brief, cell, good)
    if cell.existing and copy_digest(cell.existing) == copy_digest(copy):
        path = copy_path(project.root, brief.key, cell.segment, cell.language)
        return Written(cell=cell, path=path, missing=missing, failure=failure)
    path = save(project.root, replace(copy, provenance=_provenance(brief, copy, asked, on, judging(copy))))
    return Written(cell=cell, path=path, missing=missing, changed=True, failure=failure)


def _copy(brief: Brief, cell: Cell, variants: Mapping[int, Mapping[str, Any]]) -> Copy:
    """Return a file of copy. A variant has the letter of its place, also where others are missing: it is one angle in all segments."""
    human = control(brief, cell.language)
    made = tuple(_wording(human.texts, ascii_lowercase[place], each) for place, each in sorted(variants.items()))
    return Copy(brief=brief.key, segment=cell.segment, language=cell.language, wordings=(human, *made), slots=slots(brief, cell.language))


def _wording(human: Texts, key: str, variant: Mapping[str, Any]) -> Wording:
    """Return a variant: what the model wrote, and what the control has beside it."""
    written = {name: tuple(text) if isinstance(text, list) else text for name, text in variant.items() if name != "angle"}
    return Wording(key=key, texts={**human, **written}, angle=variant.get("angle", ""))


def _provenance(brief: Brief, copy: Copy, asked: Asked, on: date, violations: Sequence[Violation]) -> dict[str, str]:
    answer = next(attempt.answer for attempt in reversed(asked.attempts) if attempt.answer)
    warnings = sorted({each.rule for each in violations if each.severity is Severity.WARNING})
    return {
        "model": answer.model,
        "prompt": VERSION,
        "brief": brief_digest(brief),
        "date": on.isoformat(),
        "text": copy_digest(copy),
        "attempts": str(len(asked.attempts)),
        "warnings": ", ".join(warnings) or "none",
    }


def recent_subjects(project: Project, brief: Brief) -> list[str]:
    """Return the subjects of other briefs' approved copy: what people have had in their inbox."""
    others = (copy for key, files in project.copies.items() if key != brief.key for copy in files if state(copy) == "approved")
    return [str(wording.texts["subject"]) for copy in others for wording in copy.wordings if wording.texts.get("subject")]
