"""What an adapter makes at its emulator: read back, kept, never twice, never more than was asked for."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from franca.adapter.capabilities import Capability, Level
from franca.adapter.erasing import Erased, Erasing
from franca.adapter.jobs import Resuming
from franca.adapter.protocol import Site
from franca.adapter.resources import Remote, key_of
from franca.adapter.standing import Standing, Telling
from franca.adapter.testing.definitions import GERMAN, segment
from franca.adapter.testing.demand import Check, demand
from franca.adapter.testing.rules import Sent
from franca.adapter.testing.story import (
    GERMANS,
    PEOPLE,
    STRANGER,
    UNSUBSCRIBED,
    applied,
    counted,
    desired_at,
    planned,
    read,
    seeds,
    synced,
    whole,
)
from franca.adapter.testing.subject import KEY_FILE, Account, StoppedError, Subject, opened
from franca.errors import FrancaError
from franca.sandbox import Fault

WRITES = "^(POST|PUT|PATCH) "
ROUNDS = 30
"""More than anybody needs to make a handful of things, each answer lost once."""
STOPS = 3
"""How often the story is stopped on its way, evenly spread over its calls."""


# -- checks


def reads_back_what_it_makes(subject: Subject) -> None:
    """A segment of each realisation and a group's marker: a second plan and a second sync are empty; the ESP counts whom we count."""
    with opened(subject, *(subject.contact(email, values) for email, values in PEOPLE.items())) as account:
        site = whole(account)
        demand(applied(account, site).changes, "nothing was planned")
        left = [f"{change.action} {change.address}: {change.reason}" for change in planned(account, site).changes]
        demand(not left, f"a second plan is not empty: {left}")
        demand(synced(account, site, GERMANS).written > 0, "the first sync wrote nothing")
        demand(synced(account, site, GERMANS).written == 0, "a second sync writes again")
        _counts_as_we_do(account, site)


def makes_nobody_and_changes_no_consent(subject: Subject) -> None:
    """A stranger in every segment, and somebody who unsubscribed: the same people with the same consents, and no request that could."""
    with opened(subject, *seeds(subject)) as account:
        before = dict(subject.people(account.host.emulator))
        demand(set(before) == set(PEOPLE), f"`people` reads {sorted(before)} from an emulator with {sorted(PEOPLE)}")
        site = whole(account)
        applied(account, site)
        told = synced(account, site, GERMANS | {STRANGER})
        silent = [str(each.address) for each in told.resources if each.unknown != 1]
        demand(not silent, f"sync does not report the one whom the ESP does not hold: {silent}")
        demand(dict(subject.people(account.host.emulator)) == before, "somebody was made or deleted, or a consent changed")
        sent = [Sent(method=each.call.method, path=each.call.path, body=each.call.body) for each in account.host.exchanges]
        found = [f"{each.method} {each.path}: {line}" for each in sent for line in subject.rules.violations(each)]
        demand(not found, f"forbidden requests: {found}")
        demand(len(sent) == len(account.calls), f"{len(sent)} requests went out, and {len(account.calls)} calls through the policy")


def deletes_only_what_is_ours(subject: Subject) -> None:
    """Everything of ours goes when nothing is wanted any more; what people made by hand stays as it was, to the letter."""
    with opened(subject, *seeds(subject)) as account:
        site, nothing = whole(account), account.site()
        foreign = _foreign(account, site)
        demand(not subject.by_hand or foreign, "what `by_hand` makes is not read, or is taken for ours")
        applied(account, site)
        demand(_foreign(account, site) == foreign, "making ours changed what people made")
        applied(account, nothing)
        left = sorted(map(str, read(account, nothing).owned()))
        demand(not left, f"ours, not wanted, and still there: {left}")
        kept = _foreign(account, nothing)
        gone = [each.name for each in foreign if each not in kept]
        demand(not gone, f"made by hand, and gone or changed: {gone}")


def fills_what_people_made(subject: Subject) -> None:
    """A list of `by_hand` is adopted: whom others put in stays, whom sync put in goes; it is not renamed, changed or deleted."""
    with opened(subject, *seeds(subject)) as account:
        found = _foreign(account, account.site())
        lists = [each for each in found if each.kind is subject.adapter.members_kind and key_of(each.name) is None]
        if not lists:
            return
        adopted = replace(segment(GERMAN, "adopted", adopt={subject.name: True}), name=lists[0].name)
        site, others = _keyed(account.site(adopted)), {min(GERMANS), max(PEOPLE)}
        with account.connected(site) as connection:
            put_in = list(connection.known(others).values())
            demand(list(connection.write_members(lists[0], put_in, [])), "nobody could be put in by hand")
        made = [str(change.address) for change in applied(account, site).changes if change.action == "create"]
        demand(f"{lists[0].kind}/adopted" not in made, "it makes a list beside the one of that name")
        synced(account, site, GERMANS)
        demand(
            _inside(account, site) == GERMANS | others, f"ours and others' are to be in it, and it holds {sorted(_inside(account, site))}"
        )
        synced(account, site, frozenset(), allow=[f"sync:{lists[0].kind}/adopted"])
        demand(_inside(account, site) == others, f"only others' are to be in it, and it holds {sorted(_inside(account, site))}")
        applied(account, _keyed(account.site()))
        kept = [(each.id, each.name, each.body) for each in _foreign(account, account.site())]
        demand((lists[0].id, lists[0].name, lists[0].body) in kept, "it was changed, or is gone")


def _keyed(site: Site) -> Site:
    """Return the project with a key for its ledgers: any text is one."""
    return replace(site, project=replace(site.project, ledger_key=f"file:{KEY_FILE}"))


def _inside(account: Account, site: Site) -> set[str]:
    """Return whom the ESP says to be in the one resource that holds members."""
    desired, store = desired_at(account, site)
    (address,) = desired.members.values()
    with account.connected(site) as connection:
        remote = next(
            each for each in connection.read().remotes if each.id == store.load().entries[address].id and each.kind is address.kind
        )
        return {contact.email for contact in connection.members(remote, desired.resources[address])}


def _foreign(account: Account, site: Site) -> list[Remote]:
    return sorted((each for each in read(account, site).remotes if each.key is None), key=lambda each: (each.kind, each.id))


def makes_nothing_twice(subject: Subject) -> None:
    """Every write's answer is lost once, while things are made: run again until nothing is left, nothing is there twice."""
    with opened(subject, *seeds(subject)) as account:
        site = whole(account)
        for _ in range(ROUNDS):
            if not planned(account, site).changes:
                break
            account.host.faults.add(Fault(kind="reset-after", match=WRITES))
            with suppress(FrancaError):  # whether an apply that looks itself ends well, or says to run again, is its own affair
                applied(account, site)
            account.host.faults.clear()
        demand(any(each.fault for each in account.host.exchanges), "no answer was lost: the fault met no write")
        left = [str(change.address) for change in planned(account, site).changes]  # raises when two things carry one mark
        demand(not left, f"after {ROUNDS} rounds there is still to do: {left}")


def ends_right_after_a_stop(subject: Subject) -> None:
    """The process ends before some call, of apply or of sync: run again, and all is as if it had never stopped."""
    calls = _told_twice(subject, stop=None)
    for number in range(1, STOPS + 1):
        stop = calls * number // (STOPS + 1)
        demand(_told_twice(subject, stop) == stop, "a run made fewer calls than another one of the same things")


def _told_twice(subject: Subject, stop: int | None) -> int:
    """Apply and sync, stopped before a call of that number; then again; then look. Return how many calls the first time made."""
    with opened(subject, *seeds(subject)) as account:
        site, account.stop = whole(account), stop
        with suppress(StoppedError):
            applied(account, site)
            synced(account, site, GERMANS)
        calls = len(account.calls)
        applied(account, site)
        synced(account, site, GERMANS)
        at = "undisturbed" if stop is None else f"stopped before call {stop + 1}"
        left = [str(change.address) for change in planned(account, site).changes]
        demand(not left, f"{at}, and run again: still to do: {left}")
        demand(synced(account, site, GERMANS).written == 0, f"{at}, and run again: a further sync writes")
        _counts_as_we_do(account, site, f"{at}, and run again: ")
        return calls


def _counts_as_we_do(account: Account, site: Site, at: str = "") -> None:
    counts = counted(account, site)
    wrong = {key: count for key, count in counts.items() if count != len(GERMANS)}
    demand(not wrong, f"{at}the ESP counts {wrong}, and we {len(GERMANS)}")
    demand("members" in counts, f"{at}nothing counts the members")


def knows_its_jobs(subject: Subject) -> None:
    """Where values go as jobs that outlive a process: they can be asked for, each, and all under way; after a sync none is."""
    with opened(subject, *seeds(subject)) as account:
        site = whole(account)
        applied(account, site)
        synced(account, site, GERMANS)
        with account.connected(site) as connection:
            if hasattr(connection, "on_job"):
                demand(isinstance(connection, Resuming), "it tells of jobs, and lacks what franca.adapter.jobs asks for besides")
            if isinstance(connection, Resuming):
                demand(not connection.under_way(), "a sync came to its end, and jobs are under way")


# -- people


def erases_whom_it_is_asked_to(subject: Subject) -> None:
    """Declared NO: no connection can. Else one person goes, for good or later, and nobody else; a stranger is nobody."""
    level, (gone, *others) = subject.adapter.capabilities[Capability.ERASURE].level, sorted(PEOPLE)
    with opened(subject, *seeds(subject)) as account, account.connected(whole(account)) as connection:
        before = dict(subject.people(account.host.emulator))
        demand(isinstance(connection, Erasing) is (level is not Level.NO), f"erasure is declared {level}, and the connection differs")
        if not isinstance(connection, Erasing):
            return
        nobody, outcome = connection.erase(STRANGER), connection.erase(gone)
        after = dict(subject.people(account.host.emulator))
        demand(nobody is Erased.NOBODY, f"of a stranger it says {nobody!r}")
        demand(outcome is not Erased.NOBODY, "of somebody whom the ESP holds it says that it does not")
        demand(outcome is Erased.ASKED or gone not in after, "it says that it erased somebody who is still there")
        wrong = [email for email in others if after.get(email) != before[email]]
        demand(not wrong, f"erasing one changed others: {wrong}")


def tells_who_is_mailed(subject: Subject) -> None:
    """Where a connection can be asked: who unsubscribed is not mailable, who subscribed is, and a stranger is not held."""
    with opened(subject, *seeds(subject)) as account, account.connected(whole(account)) as connection:
        if not isinstance(connection, Telling):
            return
        before = dict(subject.people(account.host.emulator))
        told = connection.standings([*PEOPLE, STRANGER])
        mailed = sorted(email for email, standing in told.items() if standing is Standing.MAILABLE)
        demand(set(told) == set(PEOPLE), f"it tells of {sorted(told)}, and holds {sorted(PEOPLE)}")
        demand(mailed == sorted(set(PEOPLE) - {UNSUBSCRIBED}), f"it calls mailable {mailed}; {UNSUBSCRIBED} unsubscribed")
        demand(dict(subject.people(account.host.emulator)) == before, "asking changed something")


MAKING: tuple[Check, ...] = (
    reads_back_what_it_makes,
    makes_nobody_and_changes_no_consent,
    deletes_only_what_is_ours,
    fills_what_people_made,
    makes_nothing_twice,
    ends_right_after_a_stop,
    knows_its_jobs,
    erases_whom_it_is_asked_to,
    tells_who_is_mailed,
)
