"""What tokens cost, by a price table of the user's own: prices change, and a wrong zero is worse than "unknown"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from franca.errors import FrancaError, did_you_mean
from franca_personalization.model.records import Usage

MILLION = 1_000_000
_FIELDS = ("input", "output", "cached", "cache_write")


@dataclass(frozen=True, kw_only=True)
class Price:
    """Prices per million tokens.

    Attributes:
        above: holds for prompts of more input tokens than this; the whole call is priced so.
        cached, cache_write: of those parts of the input; None is the price of input.
    """

    input: Decimal
    output: Decimal
    cached: Decimal | None = None
    cache_write: Decimal | None = None
    above: int = 0

    def of(self, usage: Usage) -> Decimal:
        """Return what a call costs; cached tokens are inside the input and reasoning tokens inside the output, never on top."""
        plain = max(usage.input - usage.cached - usage.cache_write, 0)
        cached = self.input if self.cached is None else self.cached
        written = self.input if self.cache_write is None else self.cache_write
        return (plain * self.input + usage.cached * cached + usage.cache_write * written + usage.output * self.output) / MILLION

    def at_most(self, usage: Usage) -> Decimal:
        """Return what a call can cost, however much of its input is cached or written to a cache."""
        dearest = max(price for price in (self.input, self.cached, self.cache_write) if price is not None)
        return (usage.input * dearest + usage.output * self.output) / MILLION


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Model → its prices, one for each tier of prompt size, in *currency*."""

    models: Mapping[str, tuple[Price, ...]] = field(default_factory=dict)
    currency: str = "USD"

    @classmethod
    def parse(cls, data: Any, currency: str = "USD") -> Prices:
        """Return the prices in `{MODEL: {input, output, cached?, cache_write?, tiers?: [{above, input, output, …}]}}`.

        Raises:
            FrancaError: it is no mapping; a price is missing, unknown, or no number.
        """
        if not isinstance(data, Mapping):
            raise FrancaError("prices are no mapping of models", remedy="write MODEL: {input: …, output: …}, per million tokens")
        return cls(models={model: _tiers(model, given) for model, given in data.items()}, currency=currency)

    def price(self, usage: Usage, *models: str) -> Price | None:
        """Return the price that a prompt of this size has for the first of *models* that is in the table."""
        tiers = next((self.models[model] for model in models if model in self.models), ())
        return max((tier for tier in tiers if usage.input > tier.above or not tier.above), key=lambda tier: tier.above, default=None)

    def cost(self, usage: Usage, *models: str) -> Decimal | None:
        """Return what a call costs; None when no price of *models* (the one that answered, then the one asked for) is known."""
        price = self.price(usage, *models)
        return price.of(usage) if price else None


def _tiers(model: str, given: Any) -> tuple[Price, ...]:
    if not isinstance(given, Mapping):
        raise _wrong(model, "it has no prices", "give input and output, per million tokens")
    tiers = given.get("tiers", ())
    if not isinstance(tiers, list | tuple) or not all(isinstance(tier, Mapping) and "above" in tier for tier in tiers):
        raise _wrong(
            model,
            "tiers is no list of prices that say above which prompt size they hold",
            "write tiers: [{above: 272000, input: …, output: …}]",
        )
    base = {name: value for name, value in given.items() if name != "tiers"}
    return tuple(_price(model, tier) for tier in (base, *tiers))


def _price(model: str, given: Mapping[str, Any]) -> Price:
    known = (*_FIELDS, "above")
    if unknown := next((name for name in given if name not in known), None):
        raise _wrong(model, f"{unknown} is no price", did_you_mean(str(unknown), known))
    if missing := next((name for name in ("input", "output") if name not in given), None):
        raise _wrong(model, f"{missing} is missing", "give input and output, per million tokens")
    numbers = {name: _number(model, name, given[name]) for name in _FIELDS if name in given}
    return Price(above=int(_number(model, "above", given.get("above", 0))), **numbers)


def _number(model: str, name: str, value: Any) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or number < 0:
        raise _wrong(model, f"{name} is {value!r}", "give a number of at least 0")
    return number


def _wrong(model: str, what: str, remedy: str) -> FrancaError:
    return FrancaError(f"price of {model}: {what}", remedy=remedy)
