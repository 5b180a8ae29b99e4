"""Windows of events by their sides: what lies outside of one, and one as windows with a single end. There are no events after now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from franca.definitions import Ago, From, Last, NamedDay, OnDay, TimeTest, To
from franca_klaviyo.windows import DAY

Windows = tuple[TimeTest, ...]


def outside(test: TimeTest) -> Windows:
    """Return windows of which an event lies in exactly one where it does not lie in *test*; none where that has no form."""
    return _found(_OUTSIDE, test)


def ends(test: TimeTest) -> Windows:
    """Return windows with one end each, which together are *test*; none where that has no form."""
    return _found(_ENDS, test)


def is_late(end: TimeTest) -> bool:
    """Return whether a window with one end reaches from an instant to now, not from the beginning to an instant."""
    return isinstance(end, (Last, From))


def _found(table: Mapping[type[TimeTest], Callable[[Any], Windows]], test: TimeTest) -> Windows:
    make = table.get(type(test))
    return () if make is None or (isinstance(test, OnDay) and isinstance(test.day, NamedDay)) else make(test)


_OUTSIDE: Mapping[type[TimeTest], Callable[[Any], Windows]] = {
    Last: lambda test: (Ago(older=test.duration),),
    Ago: lambda test: (Last(duration=test.older),) if test.newer is None else (Ago(older=test.older), Last(duration=test.newer)),
    From: lambda test: (To(at=test.at),),
    To: lambda test: (From(at=test.at),),
    OnDay: lambda test: (To(at=test.day), From(at=test.day + DAY)),
}
_ENDS: Mapping[type[TimeTest], Callable[[Any], Windows]] = {
    Last: lambda test: (test,),
    Ago: lambda test: (test,) if test.newer is None else (Last(duration=test.older), Ago(older=test.newer)),
    From: lambda test: (test,),
    To: lambda test: (test,),
    OnDay: lambda test: (From(at=test.day), To(at=test.day + DAY)),
}
