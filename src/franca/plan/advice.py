"""What optional layers have to say of a plan: that the text of a draft no longer follows from what it was written from, say.

A layer offers a function under the entry-point group `franca.advice`: (site, now) → problems, told with the plan, part of no fingerprint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from importlib.metadata import entry_points

from franca.adapter import Site
from franca.errors import Problem

GROUP = "franca.advice"

Advice = Callable[[Site, datetime], Iterable[Problem]]


def advice(site: Site, now: datetime) -> Iterator[Problem]:
    """Yield what every installed layer says of a destination at *now*."""
    for point in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        told: Advice = point.load()
        yield from told(site, now)
