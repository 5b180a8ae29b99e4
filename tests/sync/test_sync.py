"""Sync against a small ESP: the fewest calls, no contact made, nothing lost."""

import os
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from franca.adapter import TransientError
from franca.definitions import Policies
from franca.errors import FrancaError
from franca.plan import Desired, PartlyAppliedError, UnsafeError, apply, dump_plans, make_plan
from franca.sync import Held, Ledger, Synced, sync
from plan.fake import Esp, FakeAdapter, FakeConnection, Fault, Killed, as_members, segment, store, wanted

KEY = "FRANCA_TEST_LEDGER_KEY"


@dataclass
class People:
    """An evaluation by hand: who is in which segment; `others` are in none."""

    of: dict[str, set[str]]
    others: set[str] = field(default_factory=set)

    def emails(self):
        return {key: frozenset(emails) for key, emails in self.of.items()}

    def universe(self):
        return frozenset(self.others.union(*self.of.values()))

    def summary(self):
        return SimpleNamespace(without_email=3, ambiguous_emails=2)


@dataclass
class World:
    desired: Desired
    esp: Esp
    root: object

    def apply(self) -> None:
        connection = FakeConnection(self.esp)
        apply(make_plan(self.desired, connection.read(), store(self.root).load()), self.desired, connection, store(self.root))
        self.esp.calls.clear()

    def sync(self, people: People, **more) -> Synced:
        self.esp.calls.clear()
        ledger = Ledger.open(self.desired.site.project, store(self.root))
        return sync(self.desired, people, FakeConnection(self.esp), store(self.root), ledger, **more)

    def members(self, key: str) -> set[str]:
        (found,) = [id_ for id_, remote in self.esp.objects.items() if remote.kind == "list" and remote.key == key]
        return self.esp.members.get(found, set())

    def values(self) -> dict[str, str]:
        (found,) = [id_ for id_, remote in self.esp.objects.items() if remote.kind == "field"]
        return self.esp.values.get(found, {})


@pytest.fixture
def no_fsync(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _handle: None)  # a killed process is not a loss of power; hundreds of syncs are slow


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv(KEY, "the key of the hashes")


def world(root, *, esp=None, ledger_key=f"env:{KEY}", maximum="1", markers=("g",)) -> World:
    adapter = FakeAdapter(esp=esp or Esp(), findings=as_members("a", "b"))
    segments = [segment("a", group="g", priority=1), segment("b", group="g", priority=2)]
    more = {"ledger_key": ledger_key, "policies": Policies(maximum_change=Decimal(maximum))}
    made = World(wanted(root, adapter, *segments, markers=markers, **more), adapter.esp, root)
    made.apply()
    return made


def emails(*names: str) -> set[str]:
    return {f"{name}@example.com" for name in names}


def held(synced: Synced, address: str) -> Held:
    (found,) = [held for held in synced.resources if str(held.address) == address]
    return found


def test_members_and_markers_are_written_and_counted(tmp_path):
    """Everybody whom the destination holds is put in; the marker is the first segment; the unknown are counted, not made."""
    shop = world(tmp_path)
    shop.esp.people(*emails("ann", "bob", "cyd"))
    done = shop.sync(People({"a": emails("ann", "eve"), "b": emails("ann", "bob", "cyd")}))
    assert (shop.members("a"), shop.members("b")) == (emails("ann"), emails("ann", "bob", "cyd"))
    assert shop.values() == {"ann@example.com": "a", "bob@example.com": "b", "cyd@example.com": "b"}
    assert set(shop.esp.contacts) == emails("ann", "bob", "cyd")
    assert held(done, "list/a") == Held(address=shop.desired.members["a"], segment="a", wanted=2, added=1, unknown=1, read=True)
    assert held(done, "field/g").added == 3
    assert (done.without_email, done.ambiguous) == (3, 2)


def test_a_second_sync_makes_no_call_at_all(tmp_path):
    """Nothing to write, everybody known: the ledger answers alone."""
    shop = world(tmp_path)
    shop.esp.people(*emails("ann", "bob"))
    people = People({"a": emails("ann"), "b": emails("bob")})
    shop.sync(people)
    before = store(tmp_path).ledger.read_text()
    done = shop.sync(people)
    assert shop.esp.calls == []
    assert held(done, "list/a").unchanged == 1
    assert store(tmp_path).ledger.read_text() == before


def test_somebody_unknown_is_asked_for_again_and_found_later(tmp_path):
    """One question for all resources together; once the shop's integration has brought the contact, sync writes it."""
    shop = world(tmp_path)
    people = People({"a": emails("ann"), "b": emails("ann")})
    shop.sync(people)
    shop.sync(people)
    assert shop.esp.calls == ["known 1"]
    shop.esp.people(*emails("ann"))
    assert shop.sync(people).written == 3


def test_a_delta_takes_the_fewest_calls(tmp_path):
    """One comes, one goes, one wins another value: one look, one read, and a batch for each write."""
    shop = world(tmp_path)
    shop.esp.people(*emails("ann", "bob", "cyd", "dan"))
    shop.sync(People({"a": emails("ann", "bob"), "b": emails("cyd")}))
    done = shop.sync(People({"a": emails("bob", "cyd"), "b": emails("cyd")}, others=emails("ann")))
    assert shop.esp.calls == ["known 2", "read", "add list 1", "remove list 1", "write field 2"]
    assert shop.members("a") == emails("bob", "cyd")
    assert shop.values() == {"ann@example.com": "-", "bob@example.com": "a", "cyd@example.com": "a"}
    assert (held(done, "field/g").added, held(done, "field/g").removed) == (1, 1)


def test_somebody_who_left_our_data_altogether_is_found_by_reading(tmp_path):
    """The ledger has a hash that nobody in the data has: the members are read, and the one with that hash goes."""
    shop = world(tmp_path)
    shop.esp.people(*emails("ann", "bob"))
    shop.sync(People({"a": emails("ann", "bob"), "b": set()}))
    shop.sync(People({"a": emails("ann"), "b": set()}))
    assert (shop.members("a"), shop.values()["bob@example.com"]) == (emails("ann"), "-")
    shop.sync(People({"a": emails("ann"), "b": set()}))
    assert shop.esp.calls == []


def test_a_first_sync_reads_everybody_once(tmp_path):
    """A marker and the question whom the destination holds share one reading of all contacts."""
    shop = world(tmp_path)
    shop.esp.people(*emails("ann", "bob"))
    shop.sync(People({"a": emails("ann", "eve"), "b": emails("bob")}))
    assert [call for call in shop.esp.calls if call.split()[0] not in ("add", "write")] == ["read", "members", "members", "values"]


def test_a_marker_that_lost_somebody_reads_everybody_for_the_lists_too(tmp_path):
    """One reading finds whoever left our data in the field and, beyond so many rows, in the lists; another asks nobody by name."""
    shop = world(tmp_path)
    shop.esp.people(*emails("ann", "bob", "cyd", "dan"))
    shop.sync(People({"a": emails("ann", "bob"), "b": emails("bob", "cyd")}))
    shop.sync(People({"a": emails("ann"), "b": emails("cyd", "dan")}))
    assert shop.esp.calls[:3] == ["read", "members", "values"]
    assert [call.split()[0] for call in shop.esp.calls[3:]] == ["remove", "add", "remove", "write"]
    assert (shop.members("a"), shop.members("b")) == (emails("ann"), emails("cyd", "dan"))
    assert shop.values() == {"ann@example.com": "a", "bob@example.com": "-", "cyd@example.com": "b", "dan@example.com": "b"}


def test_somebody_who_left_the_destination_is_forgotten(tmp_path):
    """Nothing is written about a contact that is not there any more, and the ledger drops it."""
    shop = world(tmp_path, markers=())
    shop.esp.people(*emails("ann", "bob"))
    shop.sync(People({"a": emails("ann", "bob"), "b": set()}))
    del shop.esp.contacts["bob@example.com"]
    shop.members("a").discard("bob@example.com")
    people = People({"a": emails("ann"), "b": set()}, others=emails("bob"))
    assert shop.sync(people).written == 0
    shop.sync(people)
    assert shop.esp.calls == []


def test_full_removes_foreign_members_and_counts_them(tmp_path):
    """An owned resource is made equal to its segment; the ledger alone does not notice what others put in."""
    shop = world(tmp_path)
    shop.esp.people(*emails("ann", "bob", "mia"))
    people = People({"a": emails("ann"), "b": set()}, others=emails("bob", "mia"))
    shop.sync(people)
    shop.members("a").update(emails("mia"))
    assert shop.sync(people).written == 0
    done = held(shop.sync(people, full=True), "list/a")
    assert (done.removed, done.foreign, done.unchanged, done.read) == (1, 1, 1, True)
    assert shop.members("a") == emails("ann")


def test_without_a_ledger_key_every_sync_is_full_and_keeps_no_hashes(tmp_path):
    """It reads what is there; a second one writes nothing; no hash is stored."""
    shop = world(tmp_path, ledger_key=None)
    shop.esp.people(*emails("ann", "bob"))
    people = People({"a": emails("ann"), "b": emails("bob")})
    shop.sync(people)
    assert shop.sync(people).written == 0
    assert shop.esp.writes == []
    assert sorted(call for call in shop.esp.calls) == ["members", "members", "read", "values"]
    assert "members" not in store(tmp_path).ledger.read_text()


def test_another_ledger_key_is_noticed(tmp_path, monkeypatch):
    """Hashes under another key say nothing: that sync is a full one, the next a small one."""
    shop = world(tmp_path)
    shop.esp.people(*emails("ann", "bob"))
    people = People({"a": emails("ann"), "b": emails("bob")})
    shop.sync(people)
    monkeypatch.setenv(KEY, "another key")
    assert shop.sync(people).written == 0
    assert shop.esp.calls == ["read", "members", "members", "values"]
    shop.sync(people)
    assert shop.esp.calls == []


def test_emptying_and_large_changes_need_a_word(tmp_path):
    """More than the maximum of the members before, and always when nobody would be left; not on a first sync."""
    shop = world(tmp_path, maximum="0.30", markers=())
    shop.esp.people(*emails(*"abcdefghij"))
    shop.sync(People({"a": emails(*"abcdefghij"), "b": emails("a")}))
    rest = emails(*"abcdefghij")
    shop.sync(People({"a": emails(*"abcdefg"), "b": emails("a")}, others=rest))
    with pytest.raises(UnsafeError, match=r"3 of 7 members of list/a would change \(43%, over 30%\).*--allow sync:list/a") as caught:
        shop.sync(People({"a": emails(*"abcd"), "b": emails("a")}, others=rest))
    assert caught.value.exit_code == 3
    with pytest.raises(UnsafeError, match=r"all 1 members of list/b would be removed"):
        shop.sync(People({"a": emails(*"abcdefg"), "b": set()}, others=rest))
    assert shop.esp.writes == []
    shop.sync(People({"a": emails(*"abcd"), "b": set()}, others=rest), allow={"sync:list/a", "sync:list/b"})
    assert (shop.members("a"), shop.members("b")) == (emails(*"abcd"), set())


def test_a_lost_ledger_does_not_switch_the_guard_off(tmp_path):
    """Without the file it is not a first sync as long as somebody is in."""
    shop = world(tmp_path, maximum="0.30", markers=())
    shop.esp.people(*emails(*"abcdefghij"))
    shop.sync(People({"a": emails(*"abcdefghij"), "b": set()}))
    store(tmp_path).ledger.unlink()
    with pytest.raises(UnsafeError, match="9 of 10 members"):
        shop.sync(People({"a": emails("a"), "b": set()}, others=emails(*"abcdefghij")))


def test_rejections_are_counted_by_reason_without_people(tmp_path):
    """The ESP's words are kept, emails in them are not; the others are written."""
    shop = world(tmp_path, markers=())
    shop.esp.people(*emails("ann", "bob"))
    shop.esp.rejects = {"bob@example.com": "bob@example.com is in compliance state"}
    done = held(shop.sync(People({"a": emails("ann", "bob"), "b": set()})), "list/a")
    assert (done.added, done.rejected) == (1, {"*** is in compliance state": 1})


def test_before_apply_sync_says_what_to_do(tmp_path):
    """No id in the state: nothing is read or written."""
    shop = world(tmp_path)
    store(tmp_path).state.unlink()
    with pytest.raises(FrancaError, match="list/a does not exist there yet; run `franca apply` first"):
        shop.sync(People({"a": set(), "b": set()}))
    assert shop.esp.calls == []


def test_a_resource_deleted_at_the_destination_is_an_error(tmp_path):
    """Sync does not make resources."""
    shop = world(tmp_path, markers=())
    shop.esp.people(*emails("ann"))
    del shop.esp.objects[next(key for key in shop.esp.objects if key.startswith("list"))]
    with pytest.raises(FrancaError, match="is not there any more; run `franca apply`"):
        shop.sync(People({"a": emails("ann"), "b": set()}))


def test_the_key_of_another_account_writes_nothing(tmp_path):
    """The account is compared before the first write."""
    shop = world(tmp_path)
    shop.esp.people(*emails("ann"))
    shop.esp.account = "acc-2"
    with pytest.raises(FrancaError, match="opens the account acc-2"):
        shop.sync(People({"a": emails("ann"), "b": set()}))
    assert shop.esp.writes == []


def test_a_failure_on_the_way_is_partly_applied_and_the_next_sync_goes_on(tmp_path):
    """Exit code 4 with the counts until then; the second run writes only the rest."""
    shop = world(tmp_path, markers=())
    people = People({"a": emails(*"abcd"), "b": set()})
    shop.esp.people(*emails(*"abcd"))
    shop.esp.calls.clear()
    shop.esp.faults = [Fault(6, lambda: TransientError("Fake: add: 503", remedy="try again later"))]
    with pytest.raises(PartlyAppliedError, match="stopped after 2 rows: Fake: add: 503; try again later") as caught:
        shop.sync(people)
    assert caught.value.report.written == 2
    shop.esp.faults = []
    assert shop.sync(people).written == 2
    assert shop.esp.calls == ["known 2", "read", "add list 2"]


def test_a_failure_before_anything_was_written_is_that_error(tmp_path):
    """Nothing is partly applied then."""
    shop = world(tmp_path, markers=())
    shop.esp.people(*emails("a"))
    shop.esp.faults = [Fault(5, lambda: TransientError("Fake: add: 503"))]
    with pytest.raises(TransientError):
        shop.sync(People({"a": emails("a"), "b": set()}))


BEFORE = People({"a": emails("ann", "bob", "cyd"), "b": emails("dan", "eve", "gil")})
AFTER = People({"a": emails("bob", "dan", "eve"), "b": emails("ann", "fay", "hal")}, others=emails("cyd"))


@pytest.mark.parametrize("key", [f"env:{KEY}", None])
@pytest.mark.parametrize("full", [False, True])
def test_a_kill_at_any_call_of_a_sync_is_made_good_by_the_next(tmp_path, key, full, no_fsync):
    """In a first sync and in a later one, at every call, before and after its effect: the next ends as an undisturbed one."""

    def fresh(name, *, later):
        shop = world(tmp_path / name, ledger_key=key, maximum="9")
        shop.esp.people(*emails("ann", "bob", "cyd", "dan", "eve", "fay", "gil"))
        if later:
            shop.sync(BEFORE)
        shop.esp.calls.clear()
        return shop

    for later in (False, True):
        people = AFTER if later else BEFORE
        calm = fresh(f"calm{later}", later=later)
        calm.sync(people, full=full)
        calls = len(calm.esp.calls)
        assert calls > 8
        for number in range(1, calls + 1):
            for after in (False, True):
                shop = fresh(f"{later}{number}{after}", later=later)
                shop.esp.faults = [Fault(number, Killed, after=after)]
                with pytest.raises(Killed):
                    shop.sync(people, full=full)
                shop.esp.faults = []
                shop.sync(people, full=full)
                assert shop.esp.holding() == calm.esp.holding(), (later, number, after)
                assert _ledger(shop) == _ledger(calm), (later, number, after)


def _ledger(shop: World) -> dict:
    ledger = Ledger.open(shop.desired.site.project, store(shop.root))
    return {entry: (dict(ledger.held(entry) or {}), ledger.complete(entry)) for entry in ledger._holdings}


def test_no_person_and_no_secret_is_in_any_file_or_error(tmp_path, monkeypatch):
    """A canary in every email and in the ledger's key: state, journal, ledger, its log, plan, report and errors hold neither."""
    monkeypatch.setenv(KEY, "canary-key")
    shop = world(tmp_path, markers=("g",))
    people = People({"a": emails("canary1", "canary2", "canary3"), "b": emails("canary4")})
    shop.esp.people(*emails("canary1", "canary2", "canary3"))
    shop.esp.rejects = {"canary2@example.com": "canary2@example.com: refused"}
    shop.esp.faults = [Fault(7, lambda: TransientError("Fake: add members: 503"))]
    with pytest.raises(PartlyAppliedError) as caught:
        shop.sync(people)
    files = [path for path in (tmp_path / ".franca").iterdir() if path.is_file()]
    assert {path.name for path in files} == {"shop.json", "shop.lock", "shop.journal.jsonl", "shop.ledger.json", "shop.ledger.log.jsonl"}
    plan = make_plan(shop.desired, FakeConnection(shop.esp).read(), store(tmp_path).load())
    shop.esp.faults = []
    seen = [*(path.read_text() for path in files), str(caught.value), repr(caught.value.report), dump_plans([plan])]
    seen += [repr(shop.sync(people)), repr(Ledger.open(shop.desired.site.project, store(tmp_path)))]
    assert not [text for text in seen if "canary" in text or "@example" in text]


names = st.sampled_from("abcdef")
crowds = st.builds(lambda a, b, o: People({"a": emails(*a), "b": emails(*b)}, emails(*o)), st.sets(names), st.sets(names), st.sets(names))


@settings(max_examples=30, deadline=None)
@given(st.lists(crowds, min_size=1, max_size=5), st.sets(names), st.booleans(), st.booleans())
def test_after_any_history_members_and_values_are_the_segments(tmp_path_factory, history, known, full, keyed):
    """Random crowds, one sync each: always what a fresh account would hold, and a repeated sync writes nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY, "k")
        patch.setattr(os, "fsync", lambda _handle: None)
        shop = world(tmp_path_factory.mktemp("shop"), ledger_key=f"env:{KEY}" if keyed else None)
        shop.esp.people(*sorted(emails(*known)))
        for people in history:
            allow = {"sync:list/a", "sync:list/b", "sync:field/g"}
            shop.sync(people, full=full, allow=allow)
            there = emails(*known)
            assert (shop.members("a"), shop.members("b")) == (people.of["a"] & there, people.of["b"] & there)
            values = {email: value for email, value in shop.values().items() if value != "-"}
            assert values == {email: "a" if email in people.of["a"] else "b" for email in (people.of["a"] | people.of["b"]) & there}
            assert shop.sync(people, full=full).written == 0
            assert shop.esp.writes == []
