"""An event's window → the one timeframe filter of a metric condition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from franca.adapter import Finding
from franca.definitions import TimeTest
from franca_klaviyo.parts import Context, Filter, refuse
from franca_klaviyo.windows import Ahead, Beyond, Fixed, Span, Time, Within, spans


@dataclass(frozen=True, kw_only=True)
class Timeframe:
    """The timeframe filter of a metric condition; None: no event can lie in it."""

    filter: Filter | None
    findings: frozenset[Finding] = frozenset()


ALLTIME = Timeframe(filter={"type": "date", "operator": "alltime"})
NEVER = Timeframe(filter=None)


def timeframe(window: tuple[TimeTest, ...], at: Time) -> Timeframe:
    """Return the one timeframe that all tests of a window leave.

    Raises:
        RefusedError: one timeframe filter cannot say it.
    """
    found = [span for test in window for span in spans(test, at)]
    if any(isinstance(span, Ahead) for span in found):  # events after T do not exist (language.md section 4)
        return NEVER
    fixed, within, beyond = _of(found, Fixed), _of(found, Within), _of(found, Beyond)
    if fixed and (within or beyond):
        raise refuse("combined-windows", "Klaviyo counts events in one window, and this one is both relative and absolute")
    if fixed:
        return _fixed(fixed)
    if within and beyond:
        return _between(min(_lengths(within)), max(_lengths(beyond)), at.context)
    if not found:
        return ALLTIME
    tightest = Within(length=min(_lengths(within))) if within else Beyond(length=max(_lengths(beyond)))
    return Timeframe(filter=tightest.inside()[0])


S = TypeVar("S", Fixed, Within, Beyond)


def _of(found: list[Span], kind: type[S]) -> list[S]:
    return [span for span in found if isinstance(span, kind)]


def _lengths(found: Iterable[Within | Beyond]) -> list[int]:
    return [span.length for span in found]


def _fixed(found: list[Fixed]) -> Timeframe:
    lows = [span.low for span in found if span.low is not None]
    highs = [span.high for span in found if span.high is not None]
    joint = Fixed(low=max(lows, default=None), high=min(highs, default=None))
    return NEVER if joint.empty else Timeframe(filter=joint.inside()[0])


def _between(older: int, newer: int, context: Context) -> Timeframe:
    if older <= newer:
        return NEVER
    what = "which ends of a window between two times ago Klaviyo includes is documented for days only"
    findings = context.approximate(Finding(id="between-windows", what=what))
    between = {"type": "date", "operator": "between", "start": newer, "end": older, "unit": "hour"}
    return Timeframe(filter=between, findings=findings)
