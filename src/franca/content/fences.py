"""Jinja's sandbox, which also keeps what is run for some people apart from what is run for all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jinja2.sandbox import SandboxedEnvironment, modifies_known_mutable
from jinja2.utils import Cycler, Joiner

from franca.content.symbols import refuse, solid
from franca.content.tokens import Token

_KEEPING = frozenset({"format", "join", "append", "extend", "insert"})
"""Methods of texts and lists that keep a person's value whole."""


@dataclass
class Fork:
    """An `if` under way: a person's condition, or which branch it is."""

    decided: bool | None = None


@dataclass
class Run:
    """What one rendering keeps; a loop over a person's list has the number of its token."""

    tokens: list[Token] = field(default_factory=list)
    forks: list[Fork] = field(default_factory=list)
    loops: list[int | None] = field(default_factory=list)


class Fenced(SandboxedEnvironment):
    """Both branches of a person's `if` are run, and a loop over a person's list is run once: what changes there would change for all."""

    underway = Run()
    solid = staticmethod(solid)

    @property
    def divided(self) -> bool:
        """Whether what is run now is for some people, or for one item that stands for all."""
        return any(fork.decided is None for fork in self.underway.forks) or any(each is not None for each in self.underway.loops)

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805, PYI063 - Jinja's signature
        """Call what a template names. A text's and a list's own methods see no person's value; joiner and cycler see nobody at all."""
        owner = getattr(__obj, "__self__", __obj)
        if isinstance(owner, (Joiner, Cycler)) and __self.divided:
            refuse("joiner and cycler count what is only there for some people", "write each case out")
        if isinstance(owner, (str, dict, list, tuple)) and __obj.__name__ not in _KEEPING:
            for each in (*args, *kwargs.values()):
                solid(each)
        return super().call(__context, __obj, *args, **kwargs)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Refuse, beside what Jinja's sandbox does, to change a list or dict for some people."""
        return super().is_safe_attribute(obj, attr, value) and not (self.divided and modifies_known_mutable(obj, attr))
