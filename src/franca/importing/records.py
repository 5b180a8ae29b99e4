"""What an import found. Records only; nothing of it names a person."""

from __future__ import annotations

from dataclasses import dataclass

from franca.adapter import Remote
from franca.adapter.importing import Unmapped
from franca.definitions import Native, Segment


@dataclass(frozen=True, kw_only=True)
class Imported:
    """One object of the account as a segment of the project.

    Attributes:
        why: why it is kept by its name, not in our language; empty otherwise.
        beside: why it stays at the destination beside what Franca keeps there, although its meaning is known; empty otherwise.
        assumptions: ids of what the translation leans on.
        approximated: what is not exact, by the id of the consent.
        written: whether the project has it already, and only the state has to learn of it.
    """

    segment: Segment
    remote: Remote
    why: str = ""
    beside: str = ""
    assumptions: tuple[str, ...] = ()
    approximated: tuple[tuple[str, str], ...] = ()
    written: bool = False

    @property
    def is_native(self) -> bool:
        """Whether it is kept by its name."""
        return isinstance(self.segment.where, Native)


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """An object that is not imported, and why."""

    remote: Remote
    why: str


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A field without a mapping, and the attribute of the project that has its name and no mapping yet; empty when none has."""

    field: Unmapped
    attribute: str = ""


@dataclass(frozen=True, kw_only=True)
class Import:
    """What an account holds that the project does not know.

    Attributes:
        imported: by key.
        known: how many objects the project has already.
    """

    destination: str
    imported: tuple[Imported, ...]
    left_out: tuple[LeftOut, ...]
    unmapped: tuple[Suggestion, ...]
    known: int = 0
