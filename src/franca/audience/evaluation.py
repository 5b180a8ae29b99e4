"""Evaluating a project: who is in which segment, at an instant, on the shop's data."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc
from ibis import ir

from franca.audience.engine import Engine, opened
from franca.audience.membership import EMAIL, Membership
from franca.audience.moments import AsOf
from franca.audience.stream import batches, whole
from franca.audience.writing import write_members
from franca.definitions import Mailable, Native, Project
from franca.errors import FrancaError, Problem
from franca.progress import Progress, silent

_PAST = timedelta(minutes=5)
"""An as-of instant this far back is no longer now."""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Numbers about all profiles.

    Attributes:
        profiles: rows with a key.
        without_key: rows that are no profiles.
        without_email: profiles outside every destination's universe because they have no email.
        ambiguous_emails: emails that several profiles share.
        mailable: profiles that may be mailed; None when the schema has no consent for email.
    """

    profiles: int
    without_key: int
    without_email: int
    ambiguous_emails: int
    mailable: int | None


@dataclass(frozen=True, kw_only=True)
class Individual:
    """One profile: its key, its email as destinations compare it, attributes by name, and the segments it is in."""

    profile: str
    email: str | None = field(repr=False)
    values: Mapping[str, Any] = field(repr=False)
    segments: frozenset[str]


@contextmanager
def evaluate(project: Project, *, as_of: datetime, progress: Progress | None = None, now: datetime | None = None) -> Iterator[Evaluation]:
    """Open the data of a checked project; nothing is computed until it is asked for.

    Args:
        project: as `franca.language.check` returns it.
        as_of: the instant that counts as now, with a zone.
        progress: hears what is done, and how far it came.
        now: the present, by default the clock's; an earlier *as_of* is warned about.

    Raises:
        FrancaError: the data cannot be opened; later, that it lacks a column, or holds what its declaration does not allow.
    """
    if as_of.tzinfo is None:
        raise ValueError("as_of needs a zone")
    with opened(project) as engine:
        membership = Membership(evaluable(project), AsOf(as_of.astimezone(UTC), project.zone), engine)
        yield Evaluation(membership, progress or silent, now or datetime.now(UTC), tuple(_native(project)))


def _native(project: Project) -> Iterator[Problem]:
    for segment in project.segments.values():
        if isinstance(segment.where, Native):
            what = f"segment {segment.key!r} is not evaluated: an ESP alone knows who is in it (native)"
            yield Problem(what=what, position=segment.position, warning=True)


def evaluable(project: Project) -> Project:
    """Return the project without the segments whose members an ESP alone knows."""
    known = {key: segment for key, segment in project.segments.items() if not isinstance(segment.where, Native)}
    return project if len(known) == len(project.segments) else replace(project, segments=known)


class Evaluation:
    """Memberships of all segments of a project; answers are computed when first asked for, and kept."""

    def __init__(self, membership: Membership, progress: Progress, now: datetime, left_out: tuple[Problem, ...] = ()) -> None:
        self._membership = membership
        self._project = membership.project
        self._engine: Engine = membership.engine
        self._progress = progress
        self._now = now
        self._left_out = left_out
        self._kept: ir.Table | None = None
        self._sizes: dict[str, int] | None = None

    # -- answers

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What the reader of the numbers should know."""
        found = list(self._left_out)
        if self._checked["without_key"]:
            source = self._project.data.profile
            what = f"table {source.table!r}: {self._checked['without_key']:,} rows have no {source.key!r} and are not profiles"
            found.append(Problem(what=what, position=source.position, warning=True))
        if self._now - self._membership.as_of.instant > _PAST:
            found.append(Problem(what="the as-of instant is past: attributes and consent are as they are now", warning=True))
        return tuple(found)

    def sizes(self) -> dict[str, int]:
        """Return how many members each segment has, in one query."""
        if self._sizes is None:
            table, columns = self._table(keep=False), self._membership.columns
            self._tell(2, "counting")
            counts = {column: table[column].sum() for column in columns.values()}  # a filter per count takes DuckDB four times as long
            row = self._row(table.aggregate(**counts)) if counts else {}
            self._sizes = {key: row[column] or 0 for key, column in columns.items()}
        return dict(self._sizes)

    def summary(self) -> Summary:
        """Return numbers about all profiles, in one query."""
        profiles, known = self._membership.profiles, EMAIL in self._project.data.profile.consent
        mailable = profiles.holds(Mailable(channel=EMAIL)) if known else ibis.literal(False)
        people = profiles.table.select(email=self._membership.email(profiles), mailable=mailable)
        emails = people.group_by("email").aggregate(holders=people.count(), mailable=people.mailable.sum())
        row = self._row(
            emails.aggregate(
                without_email=emails.holders.sum(where=emails.email.isnull()),
                ambiguous=(emails.email.notnull() & (emails.holders > 1)).sum(),
                mailable=emails.mailable.sum(),
            )
        )
        return Summary(
            profiles=self._checked["profiles"],
            without_key=self._checked["without_key"],
            without_email=row["without_email"] or 0,
            ambiguous_emails=row["ambiguous"] or 0,
            mailable=(row["mailable"] or 0) if known else None,
        )

    @property
    def as_of(self) -> datetime:
        """The instant that counts as now, in UTC."""
        return self._membership.as_of.instant

    def stream(self) -> Iterator[pa.RecordBatch]:
        """Yield all profiles, some at a time, in no order: `profile` (the key as text), and for each segment, by its key, whether it is in.

        Nothing is kept, so that any number of profiles passes through the memory of one batch; while it runs, nothing else may be asked.
        """
        table, columns = self._table(keep=False), self._membership.columns
        self._tell(1, "evaluating")
        with self._told():
            for batch in batches(self._engine.connection, table.select("profile", *columns.values())):
                yield batch.rename_columns(["profile", *columns])
        self._tell(3, "evaluated")

    def members(self, key: str) -> list[str]:
        """Return the profile keys of the members of segment *key*, sorted by code point."""
        table = self._table(keep=True)
        found = self._arrow(table.filter(table[self._membership.columns[key]]).select("profile"))
        return sorted(found["profile"].to_pylist())

    def write(self, path: Path) -> int:
        """Write a Parquet file of segment and profile (text), sorted by both; return the number of rows.

        The file appears when it is complete.
        """
        with self._told():
            connection, own = self._engine.connection, self._engine.own
            return write_members(connection, self._table(keep=True), self._membership.columns, path, self._progress, own=own)

    def emails(self) -> dict[str, frozenset[str]]:
        """Return, per segment, the emails of members in the universe."""
        table = self._table(keep=True)
        found = self._arrow(self._universe.join(table, "email").select("email", *self._membership.columns.values()))
        return {key: frozenset(pc.filter(found["email"], found[column]).to_pylist()) for key, column in self._membership.columns.items()}

    def people(self, attributes: Collection[str], segments: Collection[str]) -> Iterator[Individual]:
        """Yield every profile with some of its attributes, and which of some segments it is in, by the key's text.

        For content alone: nothing of it may reach output, logs or state.
        """
        names = tuple(dict.fromkeys(attributes))
        columns = {key: self._membership.columns[key] for key in segments}
        with self._told():
            values = replace(self._membership, shown=names).values()
        table = self._table(keep=True).select("profile", "email", *columns.values())
        found = self._arrow(table.join(values, "profile").order_by("profile"))
        for batch in found.to_batches(max_chunksize=10_000):
            for row in batch.to_pylist():
                inside = frozenset(key for key, column in columns.items() if row[column])
                shown = {name: _aware(row[f"v{number}"]) for number, name in enumerate(names)}
                yield Individual(profile=row["profile"], email=row["email"], values=shown, segments=inside)

    def universe(self) -> frozenset[str]:
        """Return the emails that exactly one profile has, trimmed and lower-cased."""
        return frozenset(self._arrow(self._universe)["email"].to_pylist())

    def ambiguous(self) -> frozenset[str]:
        """Return the emails that several profiles have."""
        shared = self._emails.filter(self._emails.holders > 1).select("email")
        return frozenset(self._arrow(shared)["email"].to_pylist())

    # -- work

    @cached_property
    def _emails(self) -> ir.Table:
        """Emails, with the number of profiles that have each."""
        if not self._membership.has_email:
            raise FrancaError(
                f"the profiles have no attribute {EMAIL!r}, by which destinations know people",
                remedy="declare it under data.profile.attributes",
                position=self._project.data.profile.position,
            )
        table = self._kept if self._kept is not None else self._plain_emails()
        return table.filter(table.email.notnull()).group_by("email").aggregate(holders=ibis._.count())

    def _plain_emails(self) -> ir.Table:
        profiles = self._membership.profiles
        return profiles.table.select(email=self._membership.email(profiles))

    @property
    def _universe(self) -> ir.Table:
        return self._emails.filter(self._emails.holders == 1).select("email")

    def _table(self, *, keep: bool) -> ir.Table:
        """Return the memberships; with *keep*, in a database of ours, they are computed once and stay."""
        if self._kept is not None:
            return self._kept
        self._tell(0, "reading")
        with self._told():
            expression = self._membership.expression
        _ = self._checked
        if not (keep and self._engine.own):
            return expression
        self._tell(1, "evaluating")
        with self._told():
            self._kept = self._engine.connection.create_table(ibis.util.gen_name("members"), expression, temp=True)
        return self._kept

    @cached_property
    def _checked(self) -> dict[str, int]:
        """Numbers of rows, after checking what no declaration can: that keys are unique, and that every consent status is known."""
        with self._told():
            rows = self._membership.rows
        key, source = rows.column("key"), self._project.data.profile
        unknown = {
            what[1]: rows.column(what).notnull() & ~rows.column(what).isin(_words(self._project, what[1])) & key.notnull()
            for what in rows.names
            if what[0] == "status"
        }
        numbers = {f"unknown{number}": flag.sum() for number, flag in enumerate(unknown.values())}
        row = self._row(rows.table.aggregate(all=rows.table.count(), profiles=key.count(), keys=key.nunique(), **numbers))
        if row["keys"] < row["profiles"]:
            raise FrancaError(
                f"table {source.table!r}: {row['profiles'] - row['keys']:,} rows repeat a {source.key!r}",
                remedy="one row per profile: choose among them in the data",
                position=source.position,
            )
        for number, channel in enumerate(unknown):
            if row[f"unknown{number}"]:
                raise _unknown_status(self._project, channel, row[f"unknown{number}"])
        return {"profiles": row["profiles"], "without_key": row["all"] - row["profiles"]}

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn errors of the engine into one line without any of the data."""
        errors: tuple[type[Exception], ...] = (OSError, *self._engine.errors)
        try:
            yield
        except FrancaError:
            raise
        except errors as error:
            raise self._engine.explain(error) from None

    def _arrow(self, expression: ir.Table) -> pa.Table:
        with self._told():
            return whole(self._engine.connection, expression)

    def _row(self, expression: ir.Table) -> dict[str, Any]:
        row: dict[str, Any] = self._arrow(expression).to_pylist()[0]
        return row

    def _tell(self, done: int, what: str) -> None:
        self._progress(what, done, 3)


def _aware(value: Any) -> Any:
    """Return instants with their zone: inside the evaluator they are naive in UTC."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def _words(project: Project, channel: str) -> tuple[str, ...]:
    return tuple(word for words in project.data.profile.consent[channel].values.values() for word in words)


def _unknown_status(project: Project, channel: str, rows: int) -> FrancaError:
    source = project.data.profile.consent[channel]
    return FrancaError(
        f"table {project.data.profile.table!r}: column {source.status!r} has, in {rows:,} rows, a value that is no known consent status",
        remedy=f"name every value it takes under consent.{channel}.values",
        position=source.position,
    )
