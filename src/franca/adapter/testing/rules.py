"""What no adapter may ever send: a consent or subscription status, a new person, a message."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Place = str
"""Where in a body something stands: `$.data[0].status`."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One request as it went out; batches carry several."""

    method: str
    path: str
    body: Any = None


@dataclass(frozen=True, kw_only=True)
class Rules:
    """One ESP's words for what is forbidden, from its documents.

    Attributes:
        keys: those that change whether somebody may be written to, wherever in a body they stand.
        calls: methods, path (regular expressions, matched as a whole), and what such a call does.
        inside: the requests that a request carries in its body.
        reads: whether the part of a body at a place only asks for consent, as the condition of a segment does.
    """

    keys: frozenset[str]
    calls: tuple[tuple[str, str, str], ...]
    inside: Callable[[Sent], Iterator[Sent]] = lambda _sent: iter(())
    reads: Callable[[Sent, Place, Any], bool] = lambda _sent, _place, _value: False

    def violations(self, sent: Sent) -> list[str]:
        """Return what in a request, and in those inside it, could change consent, make somebody or send."""
        found = [line for each in self.inside(sent) for line in self.violations(each)]
        calls = [why for methods, path, why in self.calls if re.fullmatch(methods, sent.method) and re.fullmatch(path, sent.path)]
        return [*calls, *(f"{place}: a key of consent" for place in self._places(sent, sent.body, "$")), *found]

    def _places(self, sent: Sent, value: Any, at: Place) -> Iterator[Place]:
        if isinstance(value, list):
            for number, item in enumerate(value):
                yield from self._places(sent, item, f"{at}[{number}]")
        elif isinstance(value, dict) and not self.reads(sent, at, value):
            for key, item in value.items():
                if key in self.keys:
                    yield f"{at}.{key}"
                yield from self._places(sent, item, f"{at}.{key}")
