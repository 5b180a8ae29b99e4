"""Desired against remote: the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from franca.adapter import Address, Remote, Resource, Snapshot, digest, fingerprint, owned_name, symbolic
from franca.errors import FrancaError, Problem
from franca.plan import order
from franca.plan.adoption import as_adopted, untouched
from franca.plan.begun import begun
from franca.plan.budget import Spent, budget, unspent
from franca.plan.desired import Desired
from franca.plan.guard import unsafe
from franca.plan.match import Matching, match, same_name
from franca.plan.records import Action, Budget, Cap, Change, Plan
from franca.plan.resolve import Resolver, edges
from franca.plan.state import State

DRIFTED = "somebody changed it at the destination"


def make_plan(desired: Desired, snapshot: Snapshot, state: State, used: Spent = unspent) -> Plan:
    """Return what must change at the destination; nothing is written.

    Args:
        desired: of the destination.
        snapshot: what is there.
        state: what we made there.
        used: what is gone already of an hour's or a day's calls (`franca.plan.caps`).

    Raises:
        FrancaError: the state belongs to another account, a reference names nothing or several things, or two objects are one resource.
    """
    destination = desired.site.destination.name
    check_account(state, snapshot, destination)
    matching = match(desired, snapshot, state)
    changes = tuple(_changes(desired, snapshot, state, matching))
    ours = (address for address in matching.found if not desired.resources[address].theirs)
    kinds = [address.kind for address in (*ours, *matching.stale)]
    maximum = desired.site.project.policies.maximum_change
    spent = budget(changes, desired.adapter.limits, desired.adapter.title, used)
    return Plan(
        destination=destination,
        adapter=desired.adapter.name,
        account=snapshot.account,
        definitions=desired.definitions,
        remote=_remote_digest(matching),
        changes=changes,
        decisions=tuple(desired.decisions.values()),
        assumptions=desired.assumptions,
        unsafe=tuple(sorted((*begun(desired, matching, changes), *unsafe(changes, kinds, destination, maximum)))),
        warnings=tuple(str(replace(problem, warning=False)) for problem in (*desired.warnings, *_capped(desired, changes, spent))),
        budget=spent,
    )


def check_account(state: State, snapshot: Snapshot, destination: str) -> None:
    """Refuse a key that opens another account than the one that the state describes.

    Raises:
        FrancaError: it does.
    """
    if state.account and state.account != snapshot.account:
        raise FrancaError(
            f"{destination}: the key opens the account {snapshot.account}, and the state describes {state.account}",
            remedy="use the key of that account, or give the other account a destination of its own",
        )


def matched(desired: Desired, matching: Matching, snapshot: Snapshot) -> Resolver:
    """Return the resolver for one reading: what is there has an id, what is not is planned."""
    ids = {address: remote.id for address, remote in matching.found.items()}
    planned = frozenset(desired.resources.keys() - ids.keys())
    return Resolver(destination=desired.site.destination.name, ids=ids, planned=planned, names=snapshot.names)


def _changes(desired: Desired, snapshot: Snapshot, state: State, matching: Matching) -> Iterator[Change]:
    resolve = matched(desired, matching, snapshot)
    for address in order.makes({address: edges(resource) for address, resource in desired.resources.items()}):
        resource, remote = desired.resources[address], matching.found.get(address)
        body = resolve.body(resource)
        if remote is None:
            yield _create(resource, body, gone=_gone(address, desired, state))
        elif remote.settled or resource.theirs or as_adopted(resource, remote, state.entries.get(address)):
            continue  # a campaign that somebody sent is no draft any more; what people made stays as it is
        elif untouched(resource, remote):
            yield from _adopt(resource, remote, state, matching.renamed.get(address))
        elif not (same_name(remote, resource) and symbolic(remote.body) == body):
            yield _update(resource, body, remote, _why(resource, state, matching.renamed.get(address), resolve.planned))
    for address in order.deletes([address for address, remote in matching.stale.items() if not remote.settled]):
        yield _delete(address, matching.stale[address])
    yield from (_forget(address, remote) for address, remote in matching.forgotten.items() if not remote.settled)


def _gone(address: Address, desired: Desired, state: State) -> bool:
    """Whether it was there. What is made without a call (a property that is there while a segment reads it) was perhaps never."""
    return address in state.entries and desired.adapter.limits.calls.get((Action.CREATE.value, address.kind)) != ()


def _create(resource: Resource, body: Mapping[str, Any], *, gone: bool) -> Change:
    return Change(
        action=Action.CREATE,
        address=resource.address,
        name=owned_name(resource.title, resource.key),
        reason="somebody deleted it at the destination" if gone else "new",
        segment=resource.segment,
        after=body,
        drift=gone,
    )


def _update(resource: Resource, body: Mapping[str, Any], remote: Remote, reason: str) -> Change:
    name = remote.name if same_name(remote, resource) else owned_name(resource.title, resource.key)
    return Change(
        action=Action.UPDATE,
        address=resource.address,
        name=name,
        reason=reason,
        segment=resource.segment,
        named=remote.name if remote.name != name else None,
        before=symbolic(remote.body),
        after=body,
        id=remote.id,
        drift=reason == DRIFTED,
    )


def _delete(address: Address, remote: Remote) -> Change:
    reason = "not in the definitions any more"
    return Change(action=Action.DELETE, address=address, name=remote.name, reason=reason, before=symbolic(remote.body), id=remote.id)


def _adopt(resource: Resource, remote: Remote, state: State, renamed: Address | None) -> Iterator[Change]:
    """Yield that what people made is taken, unless the state has it already."""
    entry = state.entries.get(resource.address)
    if entry is None or entry.id != remote.id:
        reason = f"renamed from {renamed}" if renamed else "it is there already: sync fills it, and whom others put in stays"
        segment = resource.segment
        yield Change(action=Action.ADOPT, address=resource.address, name=remote.name, reason=reason, segment=segment, id=remote.id)


def _forget(address: Address, remote: Remote) -> Change:
    reason = "not in the definitions any more; it carries no mark of ours, so it stays there as it is, with whom it holds"
    return Change(action=Action.FORGET, address=address, name=remote.name, reason=reason, id=remote.id)


def _why(resource: Resource, state: State, renamed: Address | None, planned: frozenset[Address]) -> str:
    if renamed is not None:
        return f"renamed from {renamed}"
    entry = state.entries.get(resource.address)
    if entry is None:
        return "differs from the definition; the state does not know it"
    if entry.fingerprint != fingerprint(resource):
        return "the definition changed"
    return "what it names is made again" if edges(resource) & planned else DRIFTED


def _remote_digest(matching: Matching) -> str:
    """What is ours there. Versions take no part: a sync of members touches them."""
    owned = {**matching.found, **matching.stale, **matching.forgotten}
    return digest({str(address): [remote.id, remote.name, symbolic(remote.body)] for address, remote in owned.items()})


def _taken(cap: Cap) -> str:
    return f", {cap.used} used within the last one" if cap.used else ""


def _capped(desired: Desired, changes: tuple[Change, ...], spent: Budget) -> tuple[Problem, ...]:
    if spent.first is None:
        return ()
    over = ", ".join(f"{cap.limit} {cap.per} ({cap.what}{_taken(cap)})" for cap in spent.caps if cap.calls > cap.left)
    what = f"{desired.site.destination.name}: {len(changes)} changes are to be made, and {spent.esp} allows {over}"
    remedy = f"apply makes the first {spent.first} and ends with exit code 4 and the time to go on"
    return (Problem(what=what, remedy=remedy, position=desired.site.destination.position, warning=True),)
