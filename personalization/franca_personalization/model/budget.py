"""What a run may spend, what it has spent, and the gate that every call passes."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from franca.errors import FrancaError
from franca_personalization.model.cost import Prices
from franca_personalization.model.records import Answer, Failure, Kind, Model, ModelError, Request, Usage
from franca_personalization.model.settings import ModelSettings

BYTES_PER_TOKEN = 3
"""Fewer than the usual 4 of English, German and JSON, so that estimates are too high rather than too low; no vocabulary is downloaded."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Limits of a run; None is none.

    Attributes:
        tokens: in and out together.
        cost: in the currency of the price table, which must know the model.
        seconds: from the start; calls under way then are given up.
    """

    tokens: int | None = None
    cost: Decimal | None = None
    seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What a run cost, failed attempts included.

    Attributes:
        calls: requests to the model; the SDK's own retries are not counted.
        stored: answers that came from the cache.
        cost: None when a price is unknown.
        unreported: calls that may have been billed though the server did not say what they used.
        unpriced: models without a price.
    """

    calls: int = 0
    stored: int = 0
    usage: Usage = field(default_factory=Usage)
    cost: Decimal | None = Decimal(0)
    currency: str = "USD"
    unreported: int = 0
    unpriced: tuple[str, ...] = ()
    seconds: float = 0.0

    def __str__(self) -> str:
        used = self.usage
        tokens = f"{used.input:,} tokens in ({used.cached:,} cached), {used.output:,} out ({used.reasoning:,} reasoning)"
        return f"{_count(self.calls, 'call')}, {self.stored:,} from the cache; {tokens}; cost {self.price}; {self.seconds:.1f} s"

    @property
    def price(self) -> str:
        """Return the cost in words: a sum, at least a sum, or unknown."""
        if self.cost is None:
            return f"unknown (no price for {', '.join(self.unpriced)})"
        amount = f"{self.cost:.4f} {self.currency}"
        return f"at least {amount} ({_count(self.unreported, 'call')} without usage)" if self.unreported else amount


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What calls can use at most, as far as can be told before; *cost* is None when the price is unknown."""

    calls: int = 0
    usage: Usage = field(default_factory=Usage)
    cost: Decimal | None = Decimal(0)

    @property
    def tokens(self) -> int:
        """Return tokens in and out."""
        return self.usage.input + self.usage.output


def estimate(requests: Iterable[Request], settings: ModelSettings, prices: Prices) -> Estimate:
    """Return what *requests* can use if each is called once and every answer is as long as it may be."""
    found = [_one(request, settings, prices) for request in requests]
    costs = [each.cost for each in found]
    return Estimate(
        calls=len(found),
        usage=sum((each.usage for each in found), Usage()),
        cost=None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0)),
    )


def _one(request: Request, settings: ModelSettings, prices: Prices) -> Estimate:
    size = sum(len(text.encode()) for text in (request.system, request.user, str(request.schema)))
    usage = Usage(input=math.ceil(size / BYTES_PER_TOKEN), output=settings.max_output_tokens)
    price = prices.price(usage, settings.model)
    return Estimate(calls=1, usage=usage, cost=price.at_most(usage) if price else None)


class MeteredModel:
    """A `Model` that lets a call pass when the budget still covers it, a few at a time, and counts what it used.

    A call that the budget covers only if those under way use less than they may waits for them. Once a call fails in a way that all
    further ones would, or the budget is used up, nothing more is called.
    """

    def __init__(self, model: Model, settings: ModelSettings, budget: Budget, prices: Prices, clock: Callable[[], float]) -> None:
        """Take the limits.

        Raises:
            FrancaError: the cost is limited and the model has no price.
        """
        if budget.cost is not None and settings.model not in prices.models:
            raise FrancaError(f"the cost is limited, and {settings.model} has no price", remedy="add its price, or limit tokens instead")
        self._model, self._settings, self._budget, self._prices, self._clock = model, settings, budget, prices, clock
        self._start = clock()
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._settled = asyncio.Condition()
        self._under_way: dict[asyncio.Task[object] | None, Estimate] = {}
        self._charged = Estimate()
        self._spent = Spent(currency=prices.currency)
        self.stopped: Failure | None = None

    @property
    def spent(self) -> Spent:
        """Return what was used so far."""
        return replace(self._spent, seconds=self._clock() - self._start)

    async def complete(self, request: Request) -> Answer:
        """Return the model's answer.

        Raises:
            ModelError: there is none, the budget does not cover it, or the run was stopped.
        """
        async with self._slots:
            need = await self._admit(request)
            failure: Failure | None = None
            answer: Answer | None = None
            try:
                answer = await self._timed(request)
            except ModelError as error:
                failure = error.failure
                raise
            finally:
                await self._settle(need, answer or failure)
            return answer

    async def _admit(self, request: Request) -> Estimate:
        need = _one(request, self._settings, self._prices)
        async with self._settled:
            while not self.stopped and (short := self._short(need)):
                if not self._under_way or short == "time":
                    self.stopped = Failure(kind=Kind.BUDGET, detail=f"the budget of {short} is used up")
                    raise ModelError(self.stopped)
                await self._settled.wait()
            if self.stopped:
                raise ModelError(Failure(kind=Kind.STOPPED, detail=f"not called, since the run was stopped ({self.stopped.name})"))
            self._under_way[asyncio.current_task()] = need
        return need

    def _short(self, need: Estimate) -> str:
        """Return what would not be enough for one more call; empty when all is."""
        limit, held = self._budget, list(self._under_way.values())
        cost = sum(((each.cost or Decimal(0)) for each in (self._charged, *held, need)), Decimal(0))
        tokens = self._charged.tokens + need.tokens + sum(each.tokens for each in held)
        if limit.seconds is not None and self._clock() - self._start >= limit.seconds:
            return "time"
        if limit.tokens is not None and tokens > limit.tokens:
            return "tokens"
        return "cost" if limit.cost is not None and cost > limit.cost else ""

    async def _timed(self, request: Request) -> Answer:
        if self._budget.seconds is None:
            return await self._model.complete(request)
        left = self._budget.seconds - (self._clock() - self._start)
        try:
            async with asyncio.timeout(left) as limit:
                return await self._model.complete(request)
        except TimeoutError:
            if not limit.expired():
                raise
        self.stopped = Failure(kind=Kind.BUDGET, detail="the budget of time is used up")
        raise ModelError(replace(self.stopped, kind=Kind.TIMEOUT, detail="given up, since the budget of time is used up"))

    async def _settle(self, need: Estimate, told: Answer | Failure | None) -> None:
        """Replace what a call may use by what it did; a call that ended without a word is charged in full."""
        del self._under_way[asyncio.current_task()]
        self._charge(need, told)
        if isinstance(told, Failure) and told.ends_run and not self.stopped:
            self.stopped = told
        async with self._settled:
            self._settled.notify_all()

    def _charge(self, need: Estimate, told: Answer | Failure | None) -> None:
        if isinstance(told, Failure) and told.kind is Kind.OFFLINE:
            return
        free = isinstance(told, Failure) and told.unbilled
        usage = Usage() if free else told.usage if told else None
        model = (told.model if told else "") or self._settings.model
        cost = self._prices.cost(usage, model, self._settings.model) if usage else None
        self._charged = Estimate(
            calls=self._charged.calls + 1,
            usage=self._charged.usage + (need.usage if usage is None else usage),
            cost=(self._charged.cost or Decimal(0)) + (Decimal(0) if free else need.cost or Decimal(0) if cost is None else cost),
        )
        self._count(usage, cost, model, free=free)

    def _count(self, usage: Usage | None, cost: Decimal | None, model: str, *, free: bool) -> None:
        was = self._spent
        priced = free or usage is None or cost is not None
        self._spent = replace(
            was,
            calls=was.calls + 1,
            usage=was.usage + (usage or Usage()),
            cost=was.cost + (cost or Decimal(0)) if priced and was.cost is not None else None,
            unreported=was.unreported + (usage is None),
            unpriced=was.unpriced if priced or model in was.unpriced else (*was.unpriced, model),
        )
