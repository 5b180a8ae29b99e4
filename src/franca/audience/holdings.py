"""All that a shop's data says of its people and their events, row by row: what its integrations would have told an ESP.

For sandboxes alone: nothing of it may reach output, logs or state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ibis import ir

from franca.audience.engine import Engine, opened
from franca.audience.events import Events
from franca.audience.membership import EMAIL, Membership
from franca.audience.moments import AsOf
from franca.audience.stream import batches
from franca.audience.tables import Tables, key_text
from franca.definitions import Project
from franca.errors import FrancaError


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One profile with an email.

    Attributes:
        values: every attribute that is not missing.
        status: of consent for email, in the shop's own word; None when it has none.
        at: of the consent.
        suppressed: None when the schema does not say.
    """

    key: str
    email: str = field(repr=False)
    values: Mapping[str, Any] = field(repr=False)
    status: str | None
    at: datetime | None
    suppressed: bool | None


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """One event, after the source's filter and one per id."""

    key: str
    at: datetime
    id: str | None
    values: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Holdings:
    """The data of one project, opened."""

    project: Project
    as_of: AsOf
    engine: Engine

    def people(self) -> Iterator[Holding]:
        """Yield the profiles that have an email, in no order."""
        names = tuple(self.project.data.profile.attributes)
        if EMAIL not in names:
            raise FrancaError(
                f"the profiles have no attribute {EMAIL!r}, by which ESPs know people",
                remedy="declare it under data.profile.attributes",
                position=self.project.data.profile.position,
            )
        membership = Membership(replace(self.project, segments={}), self.as_of, self.engine, names)
        frame = membership.profiles
        consent = {what: frame.column((what, EMAIL)) for what in ("status", "consent_at", "suppressed") if (what, EMAIL) in frame.names}
        values = {f"v{number}": frame.column(("attribute", name)) for number, name in enumerate(names)}
        email = membership.email(frame)
        table = frame.table.select(key=key_text(frame.column("key")), email=email, **consent, **values).filter(email.notnull())
        for row in self._rows(table):
            found = {name: _plain(row[f"v{number}"]) for number, name in enumerate(names)}
            yield Holding(
                key=row["key"],
                email=row["email"],
                values={name: value for name, value in found.items() if value is not None},
                status=row.get("status"),
                at=_plain(row.get("consent_at")),
                suppressed=row.get("suppressed"),
            )

    def events(self, name: str, properties: tuple[str, ...]) -> Iterator[Occurrence]:
        """Yield the events of one kind with some of their properties, in no order."""
        source, tables = self.project.data.events[name], Tables(self.engine)
        functions = Membership(self.project, self.as_of, self.engine).functions
        events = Events(source, (), properties, source.id is not None, self.project, self.as_of, functions)
        events.ask(tables)
        table = events.table(tables)
        for row in self._rows(table.mutate(profile=key_text(table["profile"]))):
            values = {each: _plain(row[f"n{number}"]) for number, each in enumerate(properties)}
            known = {each: value for each, value in values.items() if value is not None}
            yield Occurrence(key=row["profile"], at=_plain(row["at"]), id=row.get("id"), values=known)

    def _rows(self, table: ir.Table) -> Iterator[dict[str, Any]]:
        errors: tuple[type[Exception], ...] = (OSError, *self.engine.errors)
        try:
            for batch in batches(self.engine.connection, table):
                yield from batch.to_pylist()
        except errors as error:
            raise self.engine.explain(error) from None


@contextmanager
def held(project: Project, *, as_of: datetime) -> Iterator[Holdings]:
    """Open the data of a checked project, as it is at *as_of*.

    Raises:
        FrancaError: it cannot be opened; later, that it holds what its declaration does not allow.
    """
    with opened(project) as engine:
        yield Holdings(project, AsOf(as_of.astimezone(UTC), project.zone), engine)


def _plain(value: Any) -> Any:
    """Return instants with their zone, which inside the evaluator are naive in UTC, and decimals as the numbers that JSON has."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return float(value) if isinstance(value, Decimal) else value
