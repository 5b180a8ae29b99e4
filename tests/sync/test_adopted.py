"""A list that people made and a segment fills: whom others put in stays, whatever happens; whom sync put in goes with the segment."""

import os
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from franca.adapter import ResourceKind
from franca.definitions import Policies
from franca.errors import FrancaError
from franca.plan import UnsafeError
from franca.render import render_reconciled
from franca.render.done import render_synced
from franca.sync import Ledger, Reason, reconcile
from plan.fake import Esp, FakeAdapter, FakeConnection, Fault, Killed, segment, store, wanted
from sync.test_reconcile_counts import Crowd
from sync.test_sync import KEY, People, World, emails, held

ALL = ("ann", "bob", "cyd", "dan", "eve", "fay")
WORD = ("sync:list/a",)


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv(KEY, "the key of the hashes")


class Shared(World):
    """An account with the list VIPs, which people made and the segment `a` adopts."""

    @property
    def there(self) -> set[str]:
        (found,) = [id_ for id_, remote in self.esp.objects.items() if remote.name.startswith("VIPs")]
        return self.esp.members.setdefault(found, set())


def shop(root, *others: str, adopt=True, esp=None, maximum="1") -> Shared:
    """Return it with *others* whom people put into the list."""
    if esp is None:
        esp = Esp()
        esp.people(*sorted(emails(*ALL)))
        esp.members[esp.add(ResourceKind.LIST, "VIPs", {"folder": "theirs"})] = emails(*others)
    one = segment("a", name="VIPs", **({"adopt": {"shop": True}} if adopt else {"realise": {"shop": "members"}}))
    more = {"ledger_key": f"env:{KEY}", "policies": Policies(maximum_change=Decimal(maximum))}
    made = Shared(wanted(root, FakeAdapter(esp=esp), one, **more), esp, root)
    made.apply()
    return made


def members(*names: str) -> People:
    return People({"a": emails(*names)}, others=emails(*ALL) - emails(*names))


def test_whom_others_put_in_stays_and_is_counted(tmp_path):
    """The first sync reads: it puts in who is not there, and takes nobody out, in the segment or not."""
    there = shop(tmp_path, "ann", "bob")
    done = there.sync(members("bob", "cyd"))
    assert there.there == emails("ann", "bob", "cyd")
    found = held(done, "list/a")
    assert (found.added, found.removed, found.foreign, found.staying, found.unchanged, found.read) == (1, 0, 0, 1, 1, True)
    assert "list/a: 2 wanted; 1 added, 1 staying that others put in, 1 unchanged" in render_synced(done)


def test_whom_sync_put_in_goes_and_others_stay(tmp_path):
    """Who was there before stays when they leave the segment, though they were wanted in between."""
    there = shop(tmp_path, "ann", "bob")
    there.sync(members("bob", "cyd"))
    done = there.sync(members())
    assert there.there == emails("ann", "bob")
    assert (held(done, "list/a").removed, held(done, "list/a").read) == (1, False)
    assert there.sync(members(), full=True).written == 0
    assert there.there == emails("ann", "bob")


def test_a_second_sync_makes_no_call_and_a_removal_reads_nobody(tmp_path):
    """The ledger tells ours from theirs; the list is read when somebody comes, whom others may have put in meanwhile."""
    there = shop(tmp_path, "ann", "bob")
    there.sync(members("bob", "cyd", "dan"))
    there.sync(members("bob", "cyd", "dan"))
    assert there.esp.calls == []
    there.sync(members("bob", "cyd"))
    assert there.esp.calls == ["known 1", "read", "remove list 1"]
    there.sync(members("bob", "cyd", "eve"))
    assert there.esp.calls == ["read", "members", "known 1", "add list 1"]


def test_who_was_put_in_by_others_before_sync_came_to_it_is_theirs(tmp_path):
    """The ESP takes somebody twice without a word: only a reading tells."""
    there = shop(tmp_path)
    there.sync(members("bob"))
    there.there.update(emails("cyd"))
    assert there.sync(members("bob", "cyd")).written == 0
    there.sync(members())
    assert there.there == emails("cyd")


def test_without_its_ledger_everybody_is_theirs(tmp_path):
    """Nothing tells whom sync put in, so nobody is taken out."""
    there = shop(tmp_path, "ann")
    there.sync(members("bob"))
    store(tmp_path).ledger.unlink()
    there.sync(members("cyd"))
    assert there.there == emails("ann", "bob", "cyd")


def test_what_is_made_for_want_of_a_list_is_filled_the_same_way(tmp_path):
    """The wish decides, not who made it: what people put in later stays."""
    esp = Esp()
    esp.people(*sorted(emails(*ALL)))
    there = shop(tmp_path, esp=esp)
    there.sync(members("bob", "cyd"))
    there.there.update(emails("ann"))
    there.sync(members("bob"), full=True)
    assert there.there == emails("ann", "bob")


def test_without_the_wish_it_is_made_equal_to_the_segment(tmp_path):
    """The plan has renamed it by then; --full takes the others out, and counts them."""
    there = shop(tmp_path, "ann", "bob")
    there.sync(members("bob", "cyd"))
    ours = shop(tmp_path, adopt=False, esp=there.esp)
    assert [remote.name for remote in ours.esp.objects.values() if remote.kind == "list"] == ["VIPs [franca:a]"]
    ours.sync(members("bob", "cyd"))
    found = held(ours.sync(members("bob", "cyd"), full=True), "list/a")
    assert (ours.there, found.removed, found.foreign) == (emails("bob", "cyd"), 1, 1)


def test_the_guard_looks_at_the_segments_people(tmp_path):
    """Others do not make a small change of one that takes all of ours out; the word is asked for as for any list."""
    there = shop(tmp_path, "ann", "bob", "cyd", maximum="0.30")
    there.sync(members("dan", "eve"))
    with pytest.raises(UnsafeError, match="all 2 whom sync put into list/a would be removed"):
        there.sync(members())
    assert there.there == emails("ann", "bob", "cyd", "dan", "eve")


def test_reconcile_names_those_who_are_not_ours(tmp_path):
    """They are a difference, and the reason says that they stay; who was there and is wanted is none."""
    there = shop(tmp_path, "ann", "bob", "cyd")
    people = Crowd({"a": emails("bob", "dan", "eve")}, others=emails(*ALL) - emails("bob", "dan", "eve"))
    there.sync(people)
    there.there.difference_update(emails("bob", "eve"))
    ledger = Ledger.open(there.desired.site.project, store(tmp_path))
    found = reconcile(there.desired, people, FakeConnection(there.esp), store(tmp_path), ledger)
    (compared,) = found.segments
    assert compared.extra == {Reason.ADOPTED: 2}
    assert compared.missing == {Reason.TAKEN_OUT: 2}
    assert "there alone: 2 are not ours: it is adopted, and whom others put in stays" in render_reconciled([found])


def test_reconcile_without_a_ledger_promises_nothing_that_sync_does_not_do(tmp_path):
    """After its loss sync takes nobody out, so all who are not wanted stay."""
    there = shop(tmp_path, "ann")
    people = Crowd({"a": emails("bob")}, others=emails(*ALL) - emails("bob"))
    there.sync(people)
    store(tmp_path).ledger.unlink()
    ledger = Ledger.open(there.desired.site.project, store(tmp_path))
    nobody = Crowd({"a": set()}, others=emails(*ALL))
    (compared,) = reconcile(there.desired, nobody, FakeConnection(there.esp), store(tmp_path), ledger).segments
    assert compared.extra == {Reason.ADOPTED: 2}


def test_before_it_is_applied_nothing_is_put_in(tmp_path):
    """A sync writes into what the state names, never into what merely has the name."""
    there = shop(tmp_path, "ann")
    store(tmp_path).state.unlink()
    with pytest.raises(FrancaError, match="list/a does not exist there yet; run `franca apply` first"):
        there.sync(members("bob"))
    assert there.there == emails("ann")


names = st.sets(st.sampled_from(ALL))
steps = st.tuples(names, names, st.booleans(), st.none() | st.tuples(st.integers(1, 8), st.booleans()))


@settings(max_examples=150, deadline=None)
@given(names, st.lists(steps, min_size=1, max_size=6))
def test_after_any_history_the_list_holds_theirs_and_the_segment(tmp_path_factory, before, history):
    """Random crowds, others at work between two syncs, kills at any call: nobody of theirs is ever out, nobody of ours stays too long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY, "k")
        patch.setattr(os, "fsync", lambda _handle: None)
        there = shop(tmp_path_factory.mktemp("shop"), *before)
        theirs = emails(*before)
        for people, by_hand, full, kill in history:
            theirs |= emails(*by_hand) - there.there
            there.there.update(emails(*by_hand))
            there.esp.faults = [Fault(at=kill[0], error=Killed, after=kill[1])] if kill else []
            try:
                there.sync(members(*people), full=full, allow=WORD)
            except Killed:
                assert theirs <= there.there
                there.esp.faults = []
                there.sync(members(*people), full=full, allow=WORD)
            assert there.there == theirs | emails(*people)
