"""Running many requests: concurrently, within a budget, from the cache where it can, and never losing what was answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from franca.errors import FrancaError
from franca.progress import Progress, silent
from franca_personalization.model.ask import MAX_REASKS, Again, Asked, Attempt, Check, Merge, ask, newest
from franca_personalization.model.budget import Budget, Estimate, MeteredModel, Spent, estimate
from franca_personalization.model.cache import Cache, CachedModel, cache_key
from franca_personalization.model.cost import Prices
from franca_personalization.model.records import Failed, Failure, Model, Request
from franca_personalization.model.settings import ModelSettings

Log = Callable[[Mapping[str, Any]], None]


def all_good(_data: Any) -> Failed:
    """Find nothing wrong."""
    return {}


@dataclass(frozen=True, kw_only=True)
class Job:
    """One request with what judges its answer (see `ask`); *key* names it in the outcomes."""

    key: str
    request: Request
    check: Check = all_good
    again: Again | None = None
    merge: Merge = newest


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """What came of a run.

    Attributes:
        asked: key of the job → what came of it, in the order of the jobs; none is missing.
        stopped: why the run ended before all was asked; None when it did not.
        warnings: lines for the user.
    """

    asked: Mapping[str, Asked]
    spent: Spent
    stopped: Failure | None = None
    warnings: tuple[str, ...] = ()

    @property
    def missing(self) -> list[str]:
        """Return the keys of the jobs without an answer that breaks no rule."""
        return [key for key, asked in self.asked.items() if not asked.good]


@dataclass
class _Run:
    """What the jobs of a run share."""

    settings: ModelSettings
    prices: Prices
    log: Log | None
    max_reasks: int
    stored: int = 0
    warnings: list[str] = field(default_factory=list)

    async def job(self, model: Model, job: Job) -> Asked:
        again = job.again or (lambda _failed: job.request)
        return await ask(model, job.request, job.check, again, merge=job.merge, max_reasks=self.max_reasks, heard=self._hear)

    def _hear(self, attempt: Attempt) -> None:
        self.stored += bool(attempt.answer and attempt.answer.stored)
        if attempt.called and self.log:
            self.log(entry(attempt, self.settings, self.prices))


def entry(attempt: Attempt, settings: ModelSettings, prices: Prices) -> dict[str, Any]:
    """Return all that may be logged of a call: neither the prompt nor the answer; the kind of a failure is as a rule, `model.refused`."""
    told, parts = attempt.failure or attempt.answer, attempt.request.parts
    model = (told.model if told else "") or settings.model
    cost = prices.cost(attempt.usage, model, settings.model) if attempt.usage else None
    rules = [f"model.{attempt.failure.name}"] if attempt.failure else sorted({rule for rules in attempt.failed.values() for rule in rules})
    return {
        "prompt_version": parts.prompt_version if parts else "",
        "cache_key": cache_key(settings, attempt.request),
        "model": model,
        "usage": asdict(attempt.usage) if attempt.usage else None,
        "cost": "unknown" if cost is None else str(cost),
        "request_id": told.request_id if told else "",
        "rule_ids": rules,
    }


def forecast(jobs: Iterable[Job], settings: ModelSettings, *, prices: Prices | None = None, cache: Cache | None = None) -> Estimate:
    """Return what the first attempts of *jobs* can use at most; those in the cache use nothing."""
    requests = [job.request for job in jobs]
    return estimate([one for one in requests if not cache or not _kept(cache, settings, one)], settings, prices or Prices())


def _kept(cache: Cache, settings: ModelSettings, request: Request) -> bool:
    key = cache_key(settings, request)
    return bool(key) and cache.get(key, request) is not None


async def run(
    jobs: Sequence[Job],
    model: Model,
    settings: ModelSettings,
    *,
    budget: Budget | None = None,
    prices: Prices | None = None,
    cache: Cache | None = None,
    progress: Progress = silent,
    log: Log | None = None,
    max_reasks: int = MAX_REASKS,
    clock: Callable[[], float] = time.monotonic,
) -> Outcomes:
    """Return what came of all *jobs*, also when the run stops early; every usable answer is in the cache as soon as it is there.

    Args:
        jobs: what to ask; their keys all differ.
        model: who answers.
        settings: of that model: concurrency, token cap, and what the cache's keys and the prices go by.
        budget: checked before every call, re-asks included, against the most that it can use.
        prices: per model; a cost without them is unknown.
        cache: None keeps nothing.
        progress: hears of every finished job.
        log: hears of every call, as one line of JSON would say it (see `entry`).
        max_reasks: further attempts of one job.
        clock: seconds, for the budget of time.

    Raises:
        FrancaError: nothing can be called at all: no SDK, no key, no price for a limited cost, a cache that cannot be written;
            or two jobs have one key.
    """
    table = prices or Prices()
    metered = MeteredModel(model, settings, budget or Budget(), table, clock)
    shared = _Run(settings, table, log, max_reasks)
    asking: Model = metered
    if cache:
        asking = CachedModel(metered, settings, replace(cache, warn=shared.warnings.append))
    asked = await _all(jobs, lambda job: shared.job(asking, job), progress)
    spent = replace(metered.spent, stored=shared.stored)
    return Outcomes(asked=asked, spent=spent, stopped=metered.stopped, warnings=tuple(dict.fromkeys(shared.warnings)))


async def _all(jobs: Sequence[Job], work: Callable[[Job], Any], progress: Progress) -> dict[str, Asked]:
    """Return the outcomes in the order of the jobs. An error that is no outcome ends all of them, and is raised as it is."""
    if len({job.key for job in jobs}) < len(jobs):
        raise FrancaError("two requests for copy have the same name", remedy="name each after its campaign, segment and language")
    found: dict[str, Asked] = {}

    async def one(job: Job) -> None:
        found[job.key] = await work(job)
        progress("copy", len(found), len(jobs))

    tasks = [asyncio.create_task(one(job)) for job in jobs]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return {job.key: found[job.key] for job in jobs}
