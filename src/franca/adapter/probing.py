"""Named assumptions, measured: what `franca probe` makes at an account for a moment, and whom it then expects in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from franca.adapter.protocol import Contact, Site
from franca.adapter.resources import Resource

PREFIX = "franca.probe."
"""Begins the key of every probe object; no segment's key has a dot, and a marker's choice has one: nothing else's begins so."""
CONTACTS = f"{PREFIX}contacts"
"""The key of the tag or list that holds the probe contacts: every probe's segment asks for it, so that nobody else is in one."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """How one assumption is measured.

    The contacts get *values* in turn: a number in *holds* and *fails* is a place there, and stands for all who got that value.

    Attributes:
        assumption: its id.
        segment: what tells; its body may hold `Ref`s to the contacts' tag or list, and to what the account has.
        holds: whom of them the segment has when the assumption holds.
        fails: whom it has when it does not.
        values: what is written; None leaves the field blank.
        field: an owned field for the values.
        mute: a segment whose members tell nothing; they get their values last.
        needs: what contacts must be like to tell, for the message when the named ones are not.
    """

    assumption: str
    segment: Resource
    holds: frozenset[int]
    fails: frozenset[int]
    values: tuple[str | None, ...]
    field: Resource | None = None
    mute: Resource | None = None
    needs: str = ""


@dataclass(frozen=True, kw_only=True)
class Probes:
    """What an adapter can measure, and what it cannot.

    Attributes:
        contacts: the tag or list of the probe contacts; None when nothing is measured.
        probes: one for each assumption that can be measured now.
        unmeasured: assumption → why it cannot be.
    """

    contacts: Resource | None
    probes: tuple[Probe, ...]
    unmeasured: Mapping[str, str]


@runtime_checkable
class Probing(Protocol):
    """An adapter that can measure what it assumes. Pure, as all of it but `connect`."""

    def probes(self, site: Site, now: datetime) -> Probes:
        """Return the probes of this moment; every assumption of the adapter is in one of the two."""
        ...


@runtime_checkable
class Clearing(Protocol):
    """A connection whose ESP keeps a field's values when the field is deleted."""

    def clear_field(self, field: Resource, contacts: Sequence[Contact]) -> None:
        """Take the field's values away from *contacts*.

        Raises:
            DestinationError: the ESP refuses, or is not reached.
        """
        ...
