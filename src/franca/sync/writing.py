"""Writing one resource's delta, batch by batch."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from franca.adapter import ABSENT, Connection, Contact, Remote, Written
from franca.adapter.jobs import LostJobError, Resuming, Rows
from franca.plan import Unsafe
from franca.sync.delta import Delta
from franca.sync.ledger import Ledger
from franca.sync.report import Held

_EMAIL = re.compile(r"[^\s@<>\"',;:()]+@[^\s@<>\"',;:()]+")


@dataclass(kw_only=True)
class Writing:
    """One resource on its way.

    Attributes:
        put: those who come, with their value.
        take: those who go.
        known: the contacts of all of them, by email.
    """

    delta: Delta
    put: dict[Contact, str]
    take: list[Contact]
    added: int = 0
    removed: int = 0
    rejected: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, delta: Delta, known: Mapping[str, Contact]) -> Writing:
        """Leave out those whom the destination does not hold."""
        contacts = {**known, **delta.contacts}
        put = {contacts[email]: value for email, value in sorted(delta.put.items()) if email in contacts}
        return cls(delta=delta, put=put, take=[contacts[email] for email in sorted(delta.take) if email in contacts])

    @property
    def rows(self) -> int:
        """How many rows are to be written."""
        return len(self.put) + len(self.take)

    def unsafe(self, maximum: Decimal, *, first: bool) -> Iterator[Unsafe]:
        """Yield what needs a word: emptying, always; a change of more than *maximum* of the members before, but on a first sync."""
        before, address = self.delta.before, self.delta.target.resource.address
        coming = sum(contact.email in self.delta.new for contact in self.put)
        if before and len(self.take) == before and not coming:
            whom = f"{before} whom sync put into {address}" if self.delta.target.adopted else f"{before} members of {address}"
            yield Unsafe(word=f"sync:{address}", what=f"all {whom} would be removed")
        elif before and not first and Decimal(self.rows) / before > maximum:
            share, limit = round(100 * self.rows / before), round(100 * maximum)
            yield Unsafe(
                word=f"sync:{address}", what=f"{self.rows} of {before} members of {address} would change ({share}%, over {limit}%)"
            )

    def write(self, connection: Connection, remote: Remote, ledger: Ledger) -> Iterator[int]:
        """Write all batches; the ledger knows each before the next begins. Yield how many rows each had."""
        entry = self.delta.target.entry
        values = {contact.email: value for contact, value in self.put.items()}
        unanswered = connection.policy.unanswered
        ledger.sending(entry, [contact.email for contact in (*self.put, *self.take)])
        if isinstance(connection, Resuming):
            connection.on_job = lambda job, rows: ledger.sent(entry, job, {contact.email: value for contact, value in rows})
        for written in self._batches(connection, remote, ledger):
            self._count(written, values)
            put = {email: values[email] for email in written.added if email in values}
            take = {*written.removed, *(email for email in written.added if email not in values)}
            out = map(ledger.hash, sorted(take)) if ledger.key is not None else ()
            ledger.note(entry, put, out, over=ledger.jobs(entry))
            yield len(written.added) + len(written.removed) + len(written.rejected)
        if connection.policy.unanswered == unanswered:  # or a job was perhaps given twice, and its first id is lost
            ledger.settled(entry)

    def held(self) -> Held:
        """Return the counts."""
        target, unknown = self.delta.target, len(self.delta.put) - len(self.put)
        return Held(
            address=target.resource.address,
            segment=target.segment,
            wanted=len(target.wanted),
            added=self.added,
            removed=self.removed,
            unchanged=len(target.wanted) - len(self.delta.put),
            unknown=unknown,
            foreign=self.delta.foreign,
            staying=self.delta.staying,
            rejected=dict(sorted(self.rejected.items())),
            read=self.delta.read is not None,
        )

    def forget(self, ledger: Ledger) -> None:
        """Drop from the ledger whom the destination itself does not hold any more."""
        held = {contact.email for contact in self.take}
        gone = [*self.delta.vanished, *(ledger.hash(email) for email in self.delta.take - held)]
        if gone:
            ledger.note(self.delta.target.entry, {}, sorted(gone))

    def _batches(self, connection: Connection, remote: Remote, ledger: Ledger) -> Iterator[Written]:
        if not self.delta.target.marks:
            yield from connection.write_members(remote, list(self.put), self.take)
            return
        rows = [*self.put.items(), *((contact, ABSENT) for contact in self.take)]
        entry = self.delta.target.entry
        for job, sent in ledger.jobs(entry).items():
            mine = [(contact, value) for contact, value in rows if sent.get(ledger.hash(contact.email)) == value] if sent else []
            written = resumed(connection, remote, job, mine) if mine else None
            if written is not None:
                yield written
                told = frozenset(mine)
                rows = [row for row in rows if row not in told]
        ledger.note(entry, {}, (), over=ledger.jobs(entry))
        yield from connection.write_field(remote, rows)

    def _count(self, written: Written, values: Mapping[str, str]) -> None:
        coming = sum(email in values for email in written.added)
        self.added += coming
        self.removed += len(written.removed) + len(written.added) - coming
        self.rejected.update(without_people(reason) for _, reason in written.rejected)


def resumed(connection: Connection, remote: Remote, job: str, rows: Rows) -> Written | None:
    """Wait for work of an earlier run; None when nothing tells what came of it, so that its rows are written again."""
    if not isinstance(connection, Resuming):
        return None
    try:
        return connection.resume_field(remote, job, rows)
    except LostJobError:
        return None


def await_work(connection: Connection, ledger: Ledger, remotes: Mapping[str, Remote]) -> None:
    """Wait for all that runs which were stopped left at the ESP, also for that whose id they did not come to note.

    What is read before it is over is not what stays; and it would undo what is written meanwhile.

    Args:
        connection: to the account.
        ledger: it says what is under way.
        remotes: by entry, the fields of which `Ledger.stopped` is true.
    """
    if not remotes or not isinstance(connection, Resuming):
        return
    under_way = connection.under_way()
    jobs = {job: remote for entry, remote in remotes.items() for job in (*ledger.jobs(entry), *under_way)}
    for job, remote in jobs.items():
        resumed(connection, remote, job, ())
    for entry in remotes:
        ledger.settled(entry)


def without_people(text: str) -> str:
    """Return an ESP's words without emails."""
    return _EMAIL.sub("***", text)
