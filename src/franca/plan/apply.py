"""Making a destination as planned: journalled, resumable, read back."""

from __future__ import annotations

from collections.abc import Collection

from franca.adapter import Connection, DestinationError
from franca.errors import FrancaError
from franca.plan.caps import counted
from franca.plan.desired import Desired
from franca.plan.errors import PartlyAppliedError, refuse
from franca.plan.outcomes import Applied
from franca.plan.plan import make_plan
from franca.plan.records import Change, Plan
from franca.plan.run import begin
from franca.plan.state import Store
from franca.progress import Progress, silent


def apply(
    plan: Plan,
    desired: Desired,
    connection: Connection,
    store: Store,
    *,
    allow: Collection[str] = (),
    progress: Progress = silent,
) -> Applied:
    """Do what *plan* says, read back, and show that nothing is left to do.

    Args:
        plan: from `make_plan`, just now or loaded from a file: it is made again and must be the same.
        desired: from which it was made.
        connection: to the account.
        store: where state and journal are.
        allow: the words that were given for what is unsafe.
        progress: hears of every change.

    Raises:
        UnsafeError: a word is missing; nothing was written.
        PartlyAppliedError: stopped on the way, or the destination is not as planned afterwards.
        FrancaError: the plan is out of date, another run is at it, or the first change failed already.
    """
    refuse(plan.destination, plan.unsafe, allow)
    with store.locked(), counted(store, connection.policy):
        return _applied(plan, desired, connection, store, progress)


def _applied(plan: Plan, desired: Desired, connection: Connection, store: Store, progress: Progress) -> Applied:
    snapshot, state = connection.read(), store.load()
    same_plan(plan, make_plan(desired, snapshot, state))
    run = begin(plan, desired, connection, store, snapshot=snapshot, state=state)
    outcomes = run.all(progress)
    applied = Applied(plan=plan, outcomes=outcomes, found=run.found)
    if plan.changes:
        _verify(applied, desired, connection, store)
    return applied


def same_plan(plan: Plan, fresh: Plan) -> None:
    """Refuse a plan that is not what would be planned now.

    Raises:
        FrancaError: it is out of date.
    """
    if plan.fingerprint != fresh.fingerprint:
        what = f"{plan.destination}: the plan is out of date: {_difference(plan, fresh)}"
        raise FrancaError(what, remedy="run `franca plan` again and look at it")


def _difference(plan: Plan, fresh: Plan) -> str:
    parts = {
        "it is of another destination": (plan.destination, plan.adapter) != (fresh.destination, fresh.adapter),
        "it is of another account": plan.account != fresh.account,
        "the definitions changed since": plan.definitions != fresh.definitions,
        "the destination changed since": plan.remote != fresh.remote,
    }
    return ", ".join(what for what, differs in parts.items() if differs) or "its changes differ"


def _verify(applied: Applied, desired: Desired, connection: Connection, store: Store) -> None:
    left = _left(applied, desired, connection, store)
    if left:
        what = "; ".join(f"{change.action} {change.address} ({_parts(change)})" for change in left)
        raise PartlyAppliedError(
            f"{applied.plan.destination}: everything was applied, and read back it still differs: {what}",
            remedy="the ESP keeps something else than it was given; please report it with the output of `franca plan --format json`",
            report=applied,
        )


def _left(applied: Applied, desired: Desired, connection: Connection, store: Store) -> tuple[Change, ...]:
    try:
        return make_plan(desired, connection.read(), store.load()).changes
    except DestinationError as error:
        made = len(applied.outcomes)
        raise PartlyAppliedError(
            f"{applied.plan.destination}: all {made} changes were made, and could not be read back: {error.problem.what}",
            remedy="; ".join(filter(None, [error.problem.remedy, "then run `franca apply` again: it looks what is left"])),
            report=applied,
        ) from error


def _parts(change: Change) -> str:
    before, after = change.before or {}, change.after or {}
    differing = [key for key in sorted({*before, *after}) if before.get(key) != after.get(key)]
    return ", ".join([*(["name"] if change.named else []), *differing]) or "missing"
