"""An event's window → the one timeframe filter of a metric condition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from franca.adapter import Finding
from franca.definitions import TimeTest
from franca_klaviyo.parts import Filter, refuse
from franca_klaviyo.windows import Ahead, Beyond, Day, Fixed, Span, Time, Within, day_windows, spans


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
    findings = frozenset(finding for test in window for finding in day_windows(test, at))
    return replace(_joint(found), findings=findings)


def _joint(found: list[Span]) -> Timeframe:
    if not found:
        return ALLTIME
    kinds = {Within if isinstance(span, Beyond) else type(span) for span in found}
    if len(kinds) > 1:
        raise refuse("combined-windows", "Klaviyo counts events in one window, and this one is both relative and absolute")
    return _JOINT[kinds.pop()](found)


S = TypeVar("S", Fixed, Within, Beyond, Day)


def _of(found: list[Span], kind: type[S]) -> list[S]:
    return [span for span in found if isinstance(span, kind)]


def _fixed(found: list[Span]) -> Timeframe:
    fixed = _of(found, Fixed)
    lows = [span.low for span in fixed if span.low is not None]
    highs = [span.high for span in fixed if span.high is not None]
    joint = Fixed(low=max(lows, default=None), high=min(highs, default=None))
    return NEVER if joint.empty else Timeframe(filter=joint.inside()[0])


def _relative(found: list[Span]) -> Timeframe:
    within, beyond = _of(found, Within), _of(found, Beyond)
    older, newer = min((span.length for span in within), default=None), max((span.length for span in beyond), default=None)
    if older is None or newer is None:
        tightest = Beyond(length=newer or 0) if older is None else Within(length=older)
        return Timeframe(filter=tightest.inside()[0])
    # Which of its ends "between" includes matters to events within a second of them alone (language.md section 6).
    between = {"type": "date", "operator": "between", "unit": "hour", "start": newer, "end": older}
    return NEVER if older <= newer else Timeframe(filter=between)


def _days(found: list[Span]) -> Timeframe:
    days = _of(found, Day)
    return Timeframe(filter=days[0].inside()[0]) if len(set(days)) == 1 else NEVER


_JOINT: Mapping[type[Span], Callable[[list[Span]], Timeframe]] = {Fixed: _fixed, Within: _relative, Day: _days}
