"""Keeping members and markers equal to the segments. Never creates a contact, never touches consent."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from franca.adapter import Connection, DestinationError
from franca.errors import FrancaError
from franca.plan import Desired, PartlyAppliedError, Store, counted, refuse
from franca.progress import Progress, silent
from franca.sync.account import Account, targets
from franca.sync.adopted import beside_others
from franca.sync.delta import Audience, Delta, Target, from_ledger, from_reading
from franca.sync.ledger import Ledger
from franca.sync.report import Synced
from franca.sync.writing import Writing, await_work


def sync(
    desired: Desired,
    audience: Audience,
    connection: Connection,
    store: Store,
    ledger: Ledger,
    *,
    full: bool = False,
    allow: Collection[str] = (),
    progress: Progress = silent,
) -> Synced:
    """Write what changed since the last sync.

    Args:
        desired: of the destination, applied.
        audience: an evaluation.
        connection: to the account.
        store: its state holds the ids.
        ledger: who was written before; it knows every batch as soon as that is written.
        full: compare with what the ESP holds, not with the ledger.
        allow: the words that were given for what is unsafe.
        progress: hears of every batch, in rows.

    Raises:
        UnsafeError: a word is missing; nothing was written.
        PartlyAppliedError: stopped on the way; another sync goes on from there.
        FrancaError: something is not applied yet, another run is at it, or the first write failed already.
    """
    with store.locked(), counted(store, connection.policy):
        ledger.load()  # another run may have written meanwhile
        account = Account(desired=desired, audience=audience, connection=connection, state=store.load())
        return _synced(account, ledger, full=full, allow=allow, progress=progress)


def _synced(account: Account, ledger: Ledger, *, full: bool, allow: Collection[str], progress: Progress) -> Synced:
    wanted = list(targets(account))
    _await(wanted, account, ledger)
    deltas = [_delta(target, account, ledger, full=full) for target in wanted]
    writings = _known(deltas, account)
    _guard(account.desired, writings, ledger, allow)
    ledger.begin({delta.target.entry: delta.read for delta in deltas if delta.read is not None})
    try:
        _write(writings, account, ledger, progress)
    except DestinationError as error:
        raise _stopped(error, _report(account, writings)) from error
    ledger.finish(target.entry for target in wanted)
    return _report(account, writings)


def _await(wanted: Iterable[Target], account: Account, ledger: Ledger) -> None:
    """Wait for the work that a stopped run left at the ESP."""
    stopped = [target for target in wanted if target.marks and ledger.stopped(target.entry)]
    await_work(account.connection, ledger, {target.entry: account.remote(target.resource) for target in stopped})


def _delta(target: Target, account: Account, ledger: Ledger, *, full: bool) -> Delta:
    held, universe = ledger.held(target.entry), account.audience.universe
    if target.adopted:
        return beside_others(target, account, ledger, full=full)
    if held is None or full:
        known = None if held is None else held.keys()
        return from_reading(target, account.read(target), universe, known, ledger)
    return from_ledger(target, held, ledger, universe, lambda: account.around(target, len(held)))


def _known(deltas: Iterable[Delta], account: Account) -> list[Writing]:
    """Ask once, for all resources together, whom the destination holds."""
    known = account.known(sorted(set().union(*(delta.unasked for delta in deltas))))
    return [Writing.of(delta, known) for delta in deltas]


def _guard(desired: Desired, writings: Iterable[Writing], ledger: Ledger, allow: Collection[str]) -> None:
    maximum = desired.site.project.policies.maximum_change
    reasons = [reason for writing in writings for reason in writing.unsafe(maximum, first=_first(writing.delta, ledger))]
    refuse(desired.site.destination.name, reasons, allow)


def _first(delta: Delta, ledger: Ledger) -> bool:
    """Whether a first sync is going on: begun, perhaps interrupted, and never ended."""
    return ledger.complete(delta.target.entry) is False


def _write(writings: Iterable[Writing], account: Account, ledger: Ledger, progress: Progress) -> None:
    done, total = 0, sum(writing.rows for writing in writings)
    for writing in writings:
        writing.forget(ledger)
        if not writing.rows:
            entry = writing.delta.target.entry
            ledger.note(entry, {}, (), over=ledger.jobs(entry))
            continue
        remote = account.remote(writing.delta.target.resource)
        for rows in writing.write(account.connection, remote, ledger):
            done += rows
            progress(f"sync {writing.delta.target.resource.address}", done, total)


def _stopped(error: DestinationError, synced: Synced) -> FrancaError:
    if not synced.written:
        return error
    return PartlyAppliedError(
        f"{synced.destination}: stopped after {synced.written} rows: {error.problem.what}",
        remedy="; ".join(filter(None, [error.problem.remedy, "run `franca sync` again: it goes on from there"])),
        report=synced,
    )


def _report(account: Account, writings: Iterable[Writing]) -> Synced:
    outside = account.audience.summary()
    return Synced(
        destination=account.name,
        resources=tuple(writing.held() for writing in writings),
        without_email=outside.without_email,
        ambiguous=outside.ambiguous_emails,
    )
