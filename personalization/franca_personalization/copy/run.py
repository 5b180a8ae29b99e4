"""What `franca copy` does: everything behind its options."""

from __future__ import annotations

import asyncio
import json
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from franca.definitions import Project
from franca.errors import FrancaError, Problem, did_you_mean
from franca.language.copies import COPY_FOLDER
from franca.language.source import plain, read_file
from franca.progress import Progress
from franca_personalization.copy.aggregates import Aggregate, aggregates, protected
from franca_personalization.copy.brief import check_key, load_brief
from franca_personalization.copy.generate import Cell, Judge, Written, jobs, judge, plan_cells, write
from franca_personalization.copy.records import Brief
from franca_personalization.copy.review import Reviewed
from franca_personalization.copy.store import chosen
from franca_personalization.model import Budget, Cache, Job, ModelSettings, OpenAIModel, Outcomes, Prices, Spent, Wire, forecast, run
from franca_personalization.model.settings import OPENAI

CACHE_FOLDER = "copy-cache"
LOG_FILE = "copy-log.jsonl"


@dataclass(frozen=True)
class Limits:
    """What a run may spend, and what tokens cost."""

    budget: Budget
    prices: Prices


def limits(tokens: int | None, cost: str, seconds: float | None, prices: Path | None) -> Limits:
    """Return the limits written on the command line.

    Raises:
        FrancaError: an amount or a time limits nothing, or the prices cannot be read.
    """
    written = plain(read_file(prices, prices.name)) if prices else None
    table = Prices() if written is None else Prices.parse(written)
    if seconds is not None and not (math.isfinite(seconds) and seconds >= 0):
        raise FrancaError(f"--max-seconds: {seconds} is no time", remedy="write 600")
    return Limits(Budget(tokens=tokens, cost=_amount(cost) if cost else None, seconds=seconds), table)


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise FrancaError(f"--max-cost: {text!r} is no amount", remedy="write 2.50")
    return amount


def settings(model: str, base_url: str = "", *, api_key: str = "", wire: str = "", **others: Any) -> ModelSettings:
    """Return which model is asked, and how.

    Raises:
        FrancaError: none is named, or a value is wrong.
    """
    if not model:
        raise FrancaError(
            "no model is named",
            remedy="give --model NAME (or FRANCA_MODEL), and --base-url for a server other than OpenAI's; --dry-run needs neither",
        )
    if wire and wire not in set(Wire):
        raise FrancaError(f"--wire: there is no {wire!r}", remedy=did_you_mean(wire, Wire))
    return ModelSettings(model=model, base_url=base_url or OPENAI, api_key=api_key or None, wire=Wire(wire) if wire else None, **others)


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What is asked for: a brief, and which of its segments and languages."""

    project: Project
    brief: str
    segments: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    overwrite: bool = False
    on: date

    @cached_property
    def loaded(self) -> Brief:
        """The brief."""
        return load_brief(self.project, self.brief)

    @cached_property
    def cells(self) -> list[Cell]:
        """The files that are wanted.

        Raises:
            FrancaError: the brief has none of that name.
        """
        every = plan_cells(self.project, self.loaded, overwrite=self.overwrite)
        for what, named, known in (
            ("segment", self.segments, {each.segment for each in every}),
            ("language", self.languages, {each.language for each in every}),
        ):
            for name in named:
                if name not in known:
                    raise FrancaError(f"the brief {self.brief!r} has no {what} {name!r}", remedy=did_you_mean(name, known))
        return [
            each
            for each in every
            if each.segment in (self.segments or (each.segment,)) and each.language in (self.languages or (each.language,))
        ]

    @cached_property
    def warnings(self) -> list[str]:
        """The segments of which nothing is told, and why, as lines for the user."""
        asked = {cell.segment for cell in self.cells if not cell.kept}
        found = protected(self.project, self.loaded) if asked else {}
        return [_untold(key, attribute, self.loaded) for key, attribute in found.items() if key in asked]

    def told(self, now: datetime, progress: Progress | None = None) -> dict[str, Aggregate]:
        """Return what the model may be told of each segment; the data is not read when nothing is asked."""
        if all(cell.kept for cell in self.cells):
            return {}
        return aggregates(self.project, self.loaded, as_of=now, progress=progress)

    @cached_property
    def judging(self) -> Judge:
        """What holds copy against the guardrails."""
        return judge(self.project, self.loaded)

    def dry_run(self, now: datetime) -> str:
        """Return the exact requests, as text."""
        wanted = jobs(self.loaded, self.cells, self.told(now), self.judging)
        shown = [
            f"=== {job.key}\n--- system\n{job.request.system}\n--- user\n{job.request.user}\n--- schema\n{_json(job.request.schema)}"
            for job in wanted
        ]
        kept = [f"=== {cell.key}: nothing is asked: {cell.kept}" for cell in self.cells if cell.kept]
        return "\n".join([*shown, *kept])


def _untold(segment: str, attribute: str, brief: Brief) -> str:
    what = f"nothing is told of the segment {segment!r}, which leans on the protected attribute {attribute!r}"
    return str(Problem(what=what, remedy="the model knows it by its number alone", position=brief.position, warning=True))


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a run did."""

    written: tuple[Written, ...]
    kept: tuple[Cell, ...]
    outcomes: Outcomes
    estimate: str

    @property
    def complete(self) -> bool:
        """Whether every variant that was wanted is there."""
        return not any(each.missing for each in self.written)

    @property
    def warnings(self) -> list[str]:
        """What the user should know beside the result."""
        stopped = self.outcomes.stopped
        said = [f"stopped early: {stopped.detail}; {stopped.remedy}"] if stopped else []
        return [*self.outcomes.warnings, *said]

    def shown(self, form: str) -> str:
        """Return the result as "text", "json" or "markdown"."""
        return _json(self._plain()) if form == "json" else "\n".join(self._lines())

    def _lines(self) -> list[str]:
        kept = [f"{cell.key}: kept, since {cell.kept}" for cell in self.kept]
        return [*kept, *map(_line, self.written), f"expected at most {self.estimate}; used {self.outcomes.spent}"]

    def _plain(self) -> dict[str, Any]:
        return {
            "files": [_plain(each) for each in self.written],
            "kept": {cell.key: cell.kept for cell in self.kept},
            "spent": str(self.outcomes.spent),
            "calls": self.outcomes.spent.calls,
            "complete": self.complete,
        }


def _line(each: Written) -> str:
    how = "nothing was written" if each.path is None else "written" if each.changed else "unchanged"
    rules = sorted({rule for broken in each.missing.values() for rule in broken})
    number = len(each.missing)
    lacking = f"; {number} variant{' is' if number == 1 else 's are'} missing" if number else ""
    lacking += f": every attempt broke {', '.join(rules)}" if rules else ""
    return f"{each.cell.key}: {how}{lacking}" + (f" ({each.failure})" if each.failure else "")


def _plain(each: Written) -> dict[str, Any]:
    return {
        "cell": each.cell.key,
        "file": str(each.path) if each.path else None,
        "changed": each.changed,
        "missing": {str(place): list(rules) for place, rules in each.missing.items()},
        "failure": each.failure,
    }


def work(asking: Asking, chosen_model: ModelSettings, allowed: Limits, *, now: datetime, progress: Progress) -> Result:
    """Ask, check, ask again, and write the files.

    Raises:
        FrancaError: nothing can be asked at all.
    """
    brief, project = asking.loaded, asking.project
    cache = Cache(project.local / CACHE_FOLDER)
    if not all(cell.kept for cell in asking.cells):
        _check_writable(project.root, cache.folder, project.root / COPY_FOLDER / brief.key)
    wanted = jobs(brief, asking.cells, asking.told(now, progress), asking.judging)
    ahead = forecast(wanted, chosen_model, prices=allowed.prices, cache=cache)
    outcomes = (
        asyncio.run(_asked(wanted, project.root, chosen_model, allowed, cache, progress=progress))
        if wanted
        else Outcomes(asked={}, spent=Spent())
    )
    cells = {cell.key: cell for cell in asking.cells}
    written = [write(project, brief, cells[key], asked, on=asking.on, judging=asking.judging) for key, asked in outcomes.asked.items()]
    estimate = f"{ahead.calls} calls and {ahead.tokens:,} tokens"
    return Result(written=tuple(written), kept=tuple(cell for cell in asking.cells if cell.kept), outcomes=outcomes, estimate=estimate)


def _check_writable(root: Path, *folders: Path) -> None:
    """Refuse folders that answers could not be written to: else they would be paid for and lost."""
    for folder in folders:
        there = next(each for each in (folder, *folder.parents) if each.exists())
        shown = there.relative_to(root).as_posix() if there.is_relative_to(root) else there.name
        if not there.is_dir():
            raise FrancaError(f"{shown} is not a folder", remedy="move that file away; nothing was asked")
        if not os.access(there, os.W_OK | os.X_OK):
            raise FrancaError(f"{shown} cannot be written", remedy="check the folder's permissions; nothing was asked")


def _log(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a", encoding="utf-8")
    except OSError as error:
        raise FrancaError(f"{path.name} cannot be written ({error.strerror})", remedy=f"check the folder {path.parent.name}") from None


async def _asked(
    wanted: Sequence[Job], root: Path, chosen_model: ModelSettings, allowed: Limits, cache: Cache, *, progress: Progress
) -> Outcomes:
    with _log(cache.folder.parent / LOG_FILE) as log:
        async with OpenAIModel(chosen_model, root=root) as model:
            return await run(
                wanted,
                model,
                chosen_model,
                budget=allowed.budget,
                prices=allowed.prices,
                cache=cache,
                progress=progress,
                log=lambda entry: print(json.dumps(entry), file=log, flush=True),
            )


def reviewed(project: Project, brief: str, segments: Sequence[str], languages: Sequence[str]) -> list[Reviewed]:
    """Return files of copy with what the guardrails say; the brief is held against them where there is one.

    Raises:
        FrancaError: there is no such copy, or its brief is wrong.
    """
    check_key(brief)
    has_brief = (project.root / "briefs" / f"{brief}.yaml").is_file()
    loaded = load_brief(project, brief) if has_brief else None
    judging = judge(project, loaded)
    return [Reviewed(copy=each, violations=tuple(judging(each))) for each in chosen(project, brief, segments, languages)]


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
