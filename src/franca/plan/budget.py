"""What a plan costs at the ESP: calls, the time that its rates ask for, and the share of an hour's or a day's calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from franca.adapter import LONGEST_WAIT, Limits, Window
from franca.plan.records import Action, Budget, Cap, Change, Processing

_PROCESSED = frozenset({Action.CREATE, Action.UPDATE})
_NOTED = frozenset({Action.ADOPT, Action.FORGET})


Spent = Callable[[str, float], int]
"""Returns how many calls of a cap we made within so many seconds."""

BEFORE, AFTER = 2, 1
"""Readings of an apply around its changes: for the plan, to see that it holds, and to read back."""


def unspent(_cap: str, _seconds: float) -> int:
    """Know of no call."""
    return 0


def budget(changes: Sequence[Change], limits: Limits, esp: str, used: Spent = unspent) -> Budget:
    """Return what *changes* cost, made one after another.

    Reading, before and after, and waiting for the ESP's own work come on top; what reading takes of the caps that changes use is in these.

    Args:
        changes: of a plan, in its order.
        limits: what the adapter declares.
        esp: its name, for people.
        used: what is gone already of an hour's or a day's calls.
    """
    counted = [calls for change in changes if (calls := _calls(change, limits)) is not None]
    spent = Counter(name for calls in counted for name in calls)
    clock, first = _Clock(limits, used, _reading(limits, BEFORE)), 0
    for change in changes:
        if not clock.pass_by(_calls(change, limits) or ()):
            break
        first += 1
    timed = any(limits.rates[name].windows for name in spent)
    return Budget(
        esp=esp,
        calls=spent.total(),
        seconds=clock.now if timed else None,
        caps=tuple(sorted(_caps(spent, limits, used))),
        first=first if first < len(changes) else None,
        processing=tuple(_processing(changes, limits)),
        uncounted=len(changes) - len(counted),
    )


def pace(calls: Iterable[str], limits: Limits) -> float | None:
    """Return the seconds that short windows ask for while *calls* are made one after another; None where the ESP names none.

    Args:
        calls: by their rates' names.
        limits: what the adapter declares.
    """
    clock, timed = _Clock(limits, unspent), False
    for name in calls:
        clock.call(name)
        timed = timed or bool(limits.rates[name].windows)
    return clock.now if timed else None


def _calls(change: Change, limits: Limits) -> Sequence[str] | None:
    """Return the calls of a change, None where they depend on more than its kind."""
    return () if change.action in _NOTED else limits.calls.get((change.action.value, change.address.kind))


def _caps(spent: Mapping[str, int], limits: Limits, used: Spent) -> Iterator[Cap]:
    reading = _reading(limits, BEFORE + AFTER)
    for name, calls in spent.items():
        for limit, seconds in limits.rates[name].windows:
            if _ends(seconds):
                yield Cap(what=name, calls=calls + reading[name], limit=limit, seconds=round(seconds), used=used(name, seconds))


def _reading(limits: Limits, times: int) -> Counter[str]:
    return Counter(limits.opening + times * limits.reading)


def _processing(changes: Sequence[Change], limits: Limits) -> Iterator[Processing]:
    for kind, at_once in limits.at_once.items():
        number = sum(change.address.kind is kind and change.action in _PROCESSED for change in changes)
        if number:
            yield Processing(kind=kind, number=number, at_once=at_once)


def _ends(seconds: float) -> bool:
    """Whether a window is an hour or a day: apply waits for short ones, and ends where a long one is used up."""
    return seconds > LONGEST_WAIT


@dataclass
class _Clock:
    """Time as the transport's policy lets it pass: a call waits for its short windows, and there is none beyond a long one."""

    limits: Limits
    used: Spent
    _spent: Counter[str] = field(default_factory=Counter)
    now: float = 0.0
    _short: dict[str, list[Window]] = field(default_factory=dict)

    def pass_by(self, calls: Sequence[str]) -> bool:
        """Make *calls*; False when a long window has no more, and then none is made."""
        wanted = Counter(calls)
        if any(self._spent[name] + number > self._most(name) for name, number in wanted.items()):
            return False
        for name in calls:
            self.call(name)
        return True

    def _most(self, name: str) -> float:
        long = ((limit, seconds) for limit, seconds in self.limits.rates[name].windows if _ends(seconds))
        return min((limit - self.used(name, seconds) for limit, seconds in long), default=float("inf"))

    def call(self, name: str) -> None:
        """Wait for the short windows of one call, and make it."""
        if name not in self._short:
            self._short[name] = [Window(limit, seconds) for limit, seconds in self.limits.rates[name].windows if not _ends(seconds)]
        windows = self._short[name]
        self.now += max((window.wait(self.now) for window in windows), default=0.0)
        for window in windows:
            window.note(self.now)
        self._spent[name] += 1
