"""Ours against theirs, on a small ESP: every reason, and that what is said of a difference adds up to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from franca.adapter import Address, Limits, Rate, ResourceKind
from franca.adapter.standing import Standing
from franca.definitions import Native
from franca.errors import FrancaError
from franca.render import render_reconciled
from franca.sync import Ledger, Reason, Reconciled, reading_time, reconcile, sync
from plan.fake import Esp, FakeAdapter, FakeConnection, as_members, segment, store, wanted
from sync.test_sync import KEY, People, World, emails


@dataclass
class Crowd(People):
    """People by hand, with profiles that no email tells apart: segments → how many without an email; emails of several."""

    nameless: dict[frozenset[str], int] = field(default_factory=dict)
    shared: dict[str, frozenset[str]] = field(default_factory=dict)

    def ambiguous(self):
        return frozenset(self.shared)

    def sizes(self):
        twins = [segments for segments in self.shared.values() for _ in range(2)]
        alone = [segments for segments, number in self.nameless.items() for _ in range(number)]
        return {key: len(inside) + sum(key in segments for segments in (*twins, *alone)) for key, inside in self.of.items()}

    def people(self, _attributes, asked):
        for email in self.universe():
            yield SimpleNamespace(email=email, segments={key for key in asked if email in self.of[key]})
        for email, segments in self.shared.items():
            yield from (SimpleNamespace(email=email, segments=segments) for _ in range(2))
        for segments, number in self.nameless.items():
            yield from (SimpleNamespace(email=None, segments=segments) for _ in range(number))


@dataclass
class Told(FakeConnection):
    """An ESP that tells standings, and counts as it likes.

    Attributes:
        standing: email → what the ESP says of somebody whom it holds; mailable otherwise.
        more: how many more it counts than it lists.
    """

    standing: dict[str, Standing] = field(default_factory=dict)
    more: int = 0

    def standings(self, asked):
        held = self.known(asked)
        return {email: self.standing.get(email, Standing.MAILABLE) for email in held}

    def count(self, remote, resource):
        return len(self.esp.members.get(remote.id, ())) + self.more


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv(KEY, "the key of the hashes")


def shop(root, **more) -> World:
    """Return an account with a list `a`, a marker of `b`, and a native segment `n`."""
    adapter = FakeAdapter(esp=Esp(), findings=as_members("a"))
    segments = [segment("a"), segment("b", realise={"shop": "marker"}), segment("n", **more)]
    made = World(wanted(root, adapter, *segments, ledger_key=f"env:{KEY}"), adapter.esp, root)
    made.esp.people(*emails("ann", "bob", "cyd", "dan", "eve"))
    made.apply()
    return made


def inside(world: World, kind: str, key: str, *names: str) -> None:
    """Let the ESP hold these."""
    (found,) = [id_ for id_, remote in world.esp.objects.items() if (remote.kind, remote.key) == (kind, key)]
    world.esp.members[found] = emails(*names)


def synced(world: World, people: Crowd) -> None:
    """Sync."""
    ledger = Ledger.open(world.desired.site.project, store(world.root))
    sync(world.desired, people, Told(world.esp), store(world.root), ledger, allow={"sync:list/a", "sync:field/b"})


def compared(world: World, people: Crowd, *, earlier=None, counts=False, **told) -> dict[str, object]:
    """Return what is said of each resource, after looking that it adds up."""
    world.esp.calls.clear()
    ledger = Ledger.open(world.desired.site.project, store(world.root))
    found = reconcile(world.desired, people, Told(world.esp, **told), store(world.root), ledger, earlier=earlier, counts=counts)
    for row in found.segments:
        if row.ours is not None:
            assert row.theirs == row.ours - sum(row.missing.values()) + sum(row.extra.values()) + (row.uncounted or 0)
            assert (row.uncounted is None) == (not counts and row.address.kind != ResourceKind.FIELD)
    assert not world.esp.writes
    return {str(row.address): row for row in found.segments} | {"all": found}


def of(a=(), b=(), n=(), others=()) -> Crowd:
    """Return who is in which segment."""
    return Crowd({"a": emails(*a), "b": emails(*b), "n": emails(*n)}, emails(*others))


def test_the_same_people_are_no_difference(tmp_path):
    """In a list, a field, the segment on it and a native one; asked is once for everything, and for nobody's standing."""
    world, people = shop(tmp_path), of(a=("ann",), b=("bob",), n=("cyd",))
    synced(world, people)
    inside(world, "segment", "b", "bob")
    inside(world, "segment", "n", "cyd")
    found = compared(world, people)
    assert not found["all"].differs
    assert world.esp.calls == ["read", "members", "values", "members", "members"]
    assert render_reconciled([found["all"]]) == (
        "shop (fake, account acc-1): all 4 the same\n"
        "  list/a     a: 1 here, 1 there\n  field/b    b: 1 here, 1 there\n"
        "  segment/b  b: 1 here, 1 there\n  segment/n  n: 1 here, 1 there\n"
        "  there: those whom the ESP lists with an email; with --counts its own counts are compared, too"
    )


def test_profiles_that_nobody_can_push_are_counted_where_they_belong(tmp_path):
    """Without an email, or with one that several share: a reason in their own segments alone."""
    world, people = shop(tmp_path), of()
    people.nameless = {frozenset({"a", "b"}): 2}
    people.shared = {"twin@example.com": frozenset({"b"})}
    inside(world, "segment", "n", "ann")
    found = compared(world, people)
    assert found["list/a"].missing == {Reason.WITHOUT_EMAIL: 2}
    assert found["field/b"].missing == {Reason.AMBIGUOUS_EMAIL: 2, Reason.WITHOUT_EMAIL: 2}
    assert found["segment/n"].missing == {}


def test_who_is_missing_from_a_native_segment(tmp_path):
    """Unknown there, in no segment there, suppressed there, here since less than an hour, and other facts."""
    world, people = shop(tmp_path), of(n=("nobody", "ann", "bob", "cyd", "dan"))
    standing = {"ann@example.com": Standing.OUTSIDE, "bob@example.com": Standing.SUPPRESSED}
    found = compared(world, people, standing=standing, earlier=lambda: {"n": emails("dan")})
    assert found["segment/n"].missing == dict.fromkeys([Reason.FACTS, Reason.LAG, Reason.OUTSIDE, Reason.SUPPRESSED, Reason.UNKNOWN], 1)
    assert compared(world, people)["segment/n"].missing[Reason.FACTS] == 4


def test_who_is_in_a_native_segment_there_alone(tmp_path):
    """Nobody of ours, an email of several, out here since less than an hour, and other facts."""
    world, people = shop(tmp_path), of(others=("ann", "bob"))
    people.shared = {"cyd@example.com": frozenset()}
    inside(world, "segment", "n", "ann", "bob", "cyd", "dan")
    found = compared(world, people, earlier=lambda: {"n": emails("ann")})
    assert found["segment/n"].extra == dict.fromkeys([Reason.AMBIGUOUS_EMAIL, Reason.FACTS, Reason.LAG, Reason.NOT_OURS], 1)


def test_a_segment_on_a_field_lags_where_the_field_is_right(tmp_path):
    """Written, and not in the segment: the ESP is at work; otherwise the field's own reason holds."""
    world, people = shop(tmp_path), of(b=("ann", "bob"))
    synced(world, people)
    inside(world, "segment", "b", "bob", "cyd")
    later = of(b=("ann", "bob", "dan"), others=("cyd",))
    row = compared(world, later)["segment/b"]
    assert (row.missing, row.extra) == ({Reason.LAG: 1, Reason.WAITING: 1}, {Reason.LAG: 1})
    row = compared(world, people, standing={"ann@example.com": Standing.SUPPRESSED})["segment/b"]
    assert row.missing == {Reason.SUPPRESSED: 1}


def test_the_esps_count_and_its_list_may_differ(tmp_path):
    """More are counted than listed: people without an email there, or work under way. A count that was not asked for is no 0."""
    world, people = shop(tmp_path), of(n=("ann",))
    inside(world, "segment", "n", "ann")
    found = compared(world, people, more=2, counts=True)
    row = found["segment/n"]
    assert (row.theirs, row.uncounted, row.differs) == (3, 2, True)
    assert "2 more are counted there than listed with an email" in render_reconciled([found["all"]])
    assert "--counts" not in render_reconciled([found["all"]])
    row = compared(world, people, more=2)["segment/n"]
    assert (row.theirs, row.uncounted, row.differs) == (1, None, False)


RATES = {"count": Rate(((15, 60.0),)), "list": Rate(((100, 60.0),)), "read": Rate(((1, 10.0),))}
CALLS = {
    **{("count", kind): ("count",) for kind in (ResourceKind.LIST, ResourceKind.SEGMENT)},
    **{("list", kind): ("list",) for kind in (ResourceKind.LIST, ResourceKind.SEGMENT)},
    ("list", ResourceKind.FIELD): ("read",),
}


def test_how_long_it_takes_to_read_is_told_before(tmp_path):
    """Pages of each list and segment by its size here, everybody once for all fields, and a count of each when that is asked for."""
    world = shop(tmp_path)
    limits = Limits(rates=RATES, calls=CALLS, pages={ResourceKind.LIST: 2, ResourceKind.SEGMENT: 1_000, ResourceKind.FIELD: 2})
    desired = replace(world.desired, adapter=replace(world.desired.adapter, limits=limits))
    people = of(
        a=map(str, range(202)), n=("ann",)
    )  # 101 pages and one more, of a hundred a minute; everybody is 102 pages, one in 10 seconds
    assert reading_time(desired, people, counts=False) == pytest.approx(60.0 + 101 * 10)
    few = of(a=("ann",))  # 3 pages, and everybody in one
    assert reading_time(desired, few, counts=False) == 0.0
    assert reading_time(replace(desired, adapter=replace(desired.adapter, limits=Limits())), few, counts=True) is None
    many = replace(desired, counted={f"n{each}": Address(ResourceKind.SEGMENT, f"n{each}") for each in range(16)}, members={}, markers={})
    many = replace(many, resources={address: SimpleNamespace(theirs=False) for address in many.counted.values()})
    crowd = Crowd({f"n{each}": frozenset() for each in range(16)})
    assert (reading_time(many, crowd, counts=True), reading_time(many, crowd, counts=False)) == (60.0, 0.0)


def test_of_what_people_made_only_the_count_is_shown(tmp_path):
    """Nothing here knows whom a native segment means: that is no difference."""
    world = shop(tmp_path)
    world.esp.objects["theirs"] = SimpleNamespace(kind=ResourceKind.SEGMENT, id="theirs", name="Their own", key=None)
    native = Native(objects=(("shop", "segment", "Their own"),))
    adapter = FakeAdapter(esp=world.esp, findings=as_members("a"))
    desired = wanted(tmp_path, adapter, segment("t", where=native), ledger_key=f"env:{KEY}")
    world.esp.members["theirs"] = emails("ann")
    ledger = Ledger.open(desired.site.project, store(tmp_path))
    found = reconcile(desired, Crowd({}), Told(world.esp), store(tmp_path), ledger)
    assert [(row.ours, row.theirs, row.differs) for row in found.segments] == [(None, 1, False)]
    assert "1 there; the ESP alone knows whom it means" in render_reconciled([found])


def test_what_was_never_applied_is_an_error_that_says_so(tmp_path):
    """Nothing is compared with nothing."""
    world = shop(tmp_path)
    world.esp.objects.clear()
    with pytest.raises(FrancaError, match="does not exist there; run `franca apply` first"):
        compared(world, of())


names = st.sets(st.sampled_from(["ann", "bob", "cyd", "dan", "nobody"]))
crowds = st.builds(of, names, names, names, names)


@settings(max_examples=60, deadline=None)
@given(crowds, crowds, names, names, st.booleans())
def test_reasons_add_up_whatever_happened(tmp_path_factory, before, after, listed, native, keyed):
    """Any sync, any change of the data, anything done by hand: each difference has its reasons, and no more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY, "k")
        patch.setattr("os.fsync", lambda _handle: None)
        world = shop(tmp_path_factory.mktemp("shop"))
        synced(world, before)
        inside(world, "list", "a", *listed - {"nobody"})
        inside(world, "segment", "n", *native - {"nobody"})
        if not keyed:
            patch.setenv(KEY, "another")
        found = compared(world, after)
        assert found["list/a"].differs is (emails(*listed - {"nobody"}) != after.of["a"])


def test_the_words_say_what_the_numbers_are():
    """Every reason has its words, on the side or sides on which it can be."""
    from franca.render.reconcile import _HERE, _THERE

    assert _HERE.keys() | _THERE.keys() == set(Reason)
    assert Reconciled(destination="x", adapter="y", account="z", segments=()).differs is False
