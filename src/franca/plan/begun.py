"""Tests of which something was sent already: whatever else of them changed now could reach somebody a second time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from franca.adapter import Address, Remote, ResourceKind
from franca.definitions import Campaign
from franca.errors import FrancaError
from franca.plan.desired import Desired
from franca.plan.errors import Unsafe
from franca.plan.match import Matching
from franca.plan.records import Change
from franca.plan.state import State


def begun(desired: Desired, matching: Matching, changes: Sequence[Change]) -> Iterator[Unsafe]:
    """Yield the tests that have begun at the destination and would change: an arm more or less moves people from one arm to another."""
    there: Mapping[Address, Remote] = {**matching.found, **matching.stale}
    for test in _tests(desired):
        sent = sorted(address.key for address, remote in there.items() if remote.settled and _of(test, address))
        changed = sorted({change.address.key for change in changes if _of(test, change.address)})
        if sent and changed:
            what = f"{', '.join(sent)} was sent already, and {', '.join(changed)} would change: people could get two arms of one test"
            yield Unsafe(word=f"test:{test}", what=what)


def insist_on_applied(desired: Desired, state: State) -> None:
    """Refuse to fill the audiences of a split test whose arms are others than those that were applied.

    Raises:
        FrancaError: apply comes first: it looks whether something was sent already.
    """
    wanted = {Address(ResourceKind.CAMPAIGN, each.key) for each in _campaigns(desired)}
    for test in _tests(desired):
        arms, known = {each for each in wanted if _of(test, each)}, {each for each in state.entries if _of(test, each)}
        if known and known != arms:
            what = f"{desired.site.destination.name}: the arms of {test} are not those that were applied"
            raise FrancaError(what, remedy="run `franca plan` and `franca apply` first")


def _campaigns(desired: Desired) -> Iterator[Campaign]:
    name = desired.site.destination.name
    yield from (
        each for each in desired.site.project.campaigns.values() if each.arms and (each.destinations is None or name in each.destinations)
    )


def _tests(desired: Desired) -> list[str]:
    return sorted({each.key.removesuffix(f".{each.arm}") if each.arm else each.key for each in _campaigns(desired)})


def _of(test: str, address: Address) -> bool:
    """Whether a campaign is a test, or one arm of it where Franca splits the audience."""
    return address.kind is ResourceKind.CAMPAIGN and test in (address.key, address.key.rpartition(".")[0])
