"""One apply on its way, change by change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from franca.adapter import (
    Address,
    Connection,
    DestinationError,
    Remote,
    Resource,
    Snapshot,
    TransientError,
    UnansweredError,
    UnknownOutcomeError,
    fingerprint,
    symbolic,
)
from franca.errors import FrancaError
from franca.plan.adoption import as_adopted
from franca.plan.desired import Desired
from franca.plan.errors import PartlyAppliedError
from franca.plan.journal import Journal
from franca.plan.match import Matching, match
from franca.plan.outcomes import Applied, Outcome, Result
from franca.plan.plan import matched
from franca.plan.records import Action, Change, Plan
from franca.plan.resolve import Resolver
from franca.plan.state import Entry, State, Store
from franca.progress import Progress

T = TypeVar("T")

_OPEN = (UnknownOutcomeError, UnansweredError)
"""Failures after which a write may be done all the same."""


def begin(plan: Plan, desired: Desired, connection: Connection, store: Store, *, snapshot: Snapshot, state: State) -> Run:
    """Take into the state what is there, and note what an earlier, interrupted apply had made."""
    matching, journal = match(desired, snapshot, state), Journal(store.journal)
    made = {intent.address for intent in journal.unfinished() if intent.action == Action.CREATE}
    settled = _settled(plan, desired, snapshot, matching, state)
    if settled != state:
        store.save(settled)
    journal.clear()
    return Run(
        plan=plan,
        desired=desired,
        connection=connection,
        store=store,
        journal=journal,
        state=settled,
        remotes={**matching.found, **matching.stale},
        resolver=matched(desired, matching, snapshot),
        found=tuple(sorted(made & matching.found.keys())),
    )


def _settled(plan: Plan, desired: Desired, snapshot: Snapshot, matching: Matching, state: State) -> State:
    """Drop entries of what is gone; add those of what is there and as it should be."""
    there, pending = {(remote.kind, remote.id) for remote in snapshot.remotes}, {change.address for change in plan.changes}
    kept = {address: entry for address, entry in state.entries.items() if (address.kind, entry.id) in there}
    settled = replace(state, account=plan.account, entries=kept)
    for address, remote in matching.found.items():
        resource = desired.resources[address]
        if address not in pending and not (resource.theirs or as_adopted(resource, remote, state.entries.get(address))):
            settled = settled.put(address, _entry(resource, remote.id))
    return settled


def _entry(resource: Resource, id_: str) -> Entry:
    return Entry(id=id_, fingerprint=fingerprint(resource), title=resource.title)


@dataclass(kw_only=True)
class Run:
    """One apply; the state on disk is never behind by more than the change in hand, and that one is in the journal.

    Attributes:
        remotes: what is updated and deleted.
        found: resources that an interrupted apply had made.
    """

    plan: Plan
    desired: Desired
    connection: Connection
    store: Store
    journal: Journal
    state: State
    remotes: Mapping[Address, Remote]
    resolver: Resolver
    found: tuple[Address, ...]

    def all(self, progress: Progress) -> tuple[Outcome, ...]:
        """Make every change; stop at the first that fails.

        Raises:
            PartlyAppliedError: some were made, or one of them may have been, or a cap of the ESP's leaves the rest for later.
            DestinationError: the first one was refused already.
        """
        outcomes: list[Outcome] = []
        for number, change in enumerate(self.plan.changes, 1):
            try:
                self._journalled(change)
            except DestinationError as error:
                raise self._stopped(error, outcomes, change) from error
            outcomes.append(Outcome(change=change, result=Result.APPLIED))
            progress(f"{change.action} {change.address}", number, len(self.plan.changes))
        return tuple(outcomes)

    def _journalled(self, change: Change) -> None:
        number = self.journal.begin(change.action, change.address, self.plan.fingerprint)
        try:
            _DO[change.action](self, change)
        except _OPEN:
            raise  # the intent stays open: the next apply looks what came of it
        except DestinationError:
            self.journal.end(number, Result.FAILED)
            raise
        self.journal.end(number, Result.APPLIED)

    def create(self, change: Change) -> None:
        """Make a resource, once."""
        resource = self.desired.resources[change.address]
        self._put(change, self._made(resource))

    def update(self, change: Change) -> None:
        """Make a resource as it should be; where the ESP had to make another one, that is ours from now on."""
        resource, remote = self.desired.resources[change.address], self.remotes[change.address]
        body = self.resolver.body(resource)
        self._put(change, _insist(lambda: self.connection.update(remote, resource, body)) or remote.id)

    def delete(self, change: Change) -> None:
        """Delete a resource."""
        remote = self.remotes[change.address]
        _insist(lambda: self.connection.delete(remote))
        self._keep(self.state.drop(change.address))

    def adopt(self, change: Change) -> None:
        """Note what is there as ours to fill; nothing is asked of the ESP."""
        self._put(change, self.remotes[change.address].id)

    def forget(self, change: Change) -> None:
        """Let go of what carries no mark of ours."""
        self._keep(self.state.drop(change.address))

    def _made(self, resource: Resource) -> str:
        """Return the id. Without an answer: look for the mark, and try once more only if it is not there."""
        body = self.resolver.body(resource)
        try:
            return self.connection.create(resource, body)
        except UnknownOutcomeError as unanswered:
            made = self._look(resource, body, unanswered)
            return made if made is not None else self._made_after_all(resource, body)

    def _made_after_all(self, resource: Resource, body: Mapping[str, object]) -> str:
        try:
            return self.connection.create(resource, body)
        except UnknownOutcomeError as unanswered:
            made = self._look(resource, body, unanswered)
            if made is None:
                raise
            return made

    def _look(self, resource: Resource, body: Mapping[str, object], unanswered: UnknownOutcomeError) -> str | None:
        """Return the id of what was made in spite of *unanswered*, finished: making may be several calls, and only some were done."""
        try:
            found = self.connection.read().owned().get(resource.address)
            return None if found is None else self._finished(found, resource, body)
        except DestinationError as error:
            raise unanswered from error  # still unknown, or half made

    def _finished(self, found: Remote, resource: Resource, body: Mapping[str, object]) -> str:
        if symbolic(found.body) == body:
            return found.id
        return _insist(lambda: self.connection.update(found, resource, body)) or found.id

    def _put(self, change: Change, id_: str) -> None:
        self.resolver = replace(self.resolver, ids={**self.resolver.ids, change.address: id_})
        self._keep(self.state.put(change.address, _entry(self.desired.resources[change.address], id_)))

    def _keep(self, state: State) -> None:
        self.state = state
        self.store.save(state)

    def _stopped(self, error: DestinationError, done: Sequence[Outcome], change: Change) -> FrancaError:
        result = Result.UNKNOWN if isinstance(error, _OPEN) else Result.FAILED
        later = error.retry_after if isinstance(error, TransientError) else None
        if not done and result is Result.FAILED and later is None:
            return error
        rest = self.plan.changes[len(done) + 1 :]
        skipped = [Outcome(change=c, result=Result.SKIPPED) for c in rest]
        outcomes = (*done, Outcome(change=change, result=result, note=str(error)), *skipped)
        return PartlyAppliedError(
            f"{self.plan.destination}: stopped at {change.action} {change.address}, with {len(done)} of {len(self.plan.changes)} changes "
            f"made: {error.problem.what}",
            remedy=_remedy(error, self.journal.name),
            report=Applied(plan=self.plan, outcomes=outcomes, found=self.found),
            retry_after=later,
        )


def _remedy(error: DestinationError, journal: str) -> str:
    again = f"then run `franca apply` again: it goes on from there (the place is in {journal})"
    return f"{error.problem.remedy}; {again}" if error.problem.remedy else again.removeprefix("then ")


def _insist(write: Callable[[], T]) -> T:
    """Repeat a write that got no answer: making equal and deleting may be done twice."""
    try:
        return write()
    except UnknownOutcomeError:
        return write()


_DO: Mapping[Action, Callable[[Run, Change], None]] = {
    Action.CREATE: Run.create,
    Action.UPDATE: Run.update,
    Action.DELETE: Run.delete,
    Action.ADOPT: Run.adopt,
    Action.FORGET: Run.forget,
}
