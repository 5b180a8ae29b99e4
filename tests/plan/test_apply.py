"""Plan and apply against a small ESP: the second plan is empty, whatever happens in between."""

import os

import pytest

from franca.adapter import Address, ResourceKind, TerminalError, TransientError, UnansweredError
from franca.definitions import Segment
from franca.errors import FrancaError
from franca.plan import Action, Desired, Journal, PartlyAppliedError, Plan, Result, apply, make_plan
from franca.render.changes import summary
from plan.fake import Esp, FakeAdapter, FakeConnection, Fault, Killed, as_markers, as_members, lost, segment, store, wanted


def planned(desired: Desired, connection: FakeConnection, root) -> Plan:
    return make_plan(desired, connection.read(), store(root).load())


def applied(desired: Desired, connection: FakeConnection, root, allow=()):
    return apply(planned(desired, connection, root), desired, connection, store(root), allow=allow)


def steps(plan: Plan) -> list[str]:
    return [f"{change.action} {change.address}" for change in plan.changes]


@pytest.fixture
def no_fsync(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _handle: None)  # a killed process is not a loss of power; hundreds of syncs are slow


@pytest.fixture
def adapter() -> FakeAdapter:
    return FakeAdapter(findings={**as_members("lapsed"), **as_markers("fans")})


SEGMENTS = (
    segment("fans"),
    segment("lapsed"),
    segment("vip", group="lifecycle", priority=1),
    segment("rest", group="lifecycle", priority=2),
)


def world(tmp_path, adapter: FakeAdapter, *segments: Segment, **more) -> tuple[Desired, FakeConnection]:
    return wanted(tmp_path, adapter, *(segments or SEGMENTS), **more), FakeConnection(adapter.esp)


def test_everything_is_made_in_the_order_of_need_and_a_second_plan_is_empty(tmp_path, adapter):
    """Folders and fields come before what refers to them; afterwards nothing is left to do, and the state knows every id."""
    desired, connection = world(tmp_path, adapter, markers=("lifecycle",))
    plan = planned(desired, connection, tmp_path)
    assert steps(plan) == [
        "create folder/shop",
        "create field/fans",
        "create field/lifecycle",
        "create list/lapsed",
        "create segment/fans",
        "create segment/lifecycle.rest",
        "create segment/lifecycle.vip",
        "create segment/rest",
        "create segment/vip",
    ]
    done = apply(plan, desired, connection, store(tmp_path))
    assert done.count(Result.APPLIED) == 9
    assert planned(desired, connection, tmp_path).changes == ()
    assert {entry.id for entry in store(tmp_path).load().entries.values()} == adapter.esp.objects.keys()
    assert Journal(store(tmp_path).journal).unfinished() == ()


def test_references_to_what_the_plan_makes_become_ids(tmp_path, adapter):
    """A plan shows them as symbols; the ESP is given the ids."""
    desired, connection = world(tmp_path, adapter)
    by_address = {str(change.address): change for change in planned(desired, connection, tmp_path).changes}
    assert by_address["list/lapsed"].after == {"folder": {"$ref": ["folder", "shop", ""]}}
    assert by_address["segment/vip"].after["metric"] == "m1"
    applied(desired, connection, tmp_path)
    held = adapter.esp.holding()
    assert held["The lapsed [franca:lapsed]"][0] == {"folder": "Franca [franca:shop]"}


def test_a_rename_keeps_the_id(tmp_path, adapter):
    """`previously` is an update of the same object, in the state and without it."""
    first, connection = world(tmp_path, adapter, segment("old", name="Gold"))
    applied(first, connection, tmp_path)
    before = set(adapter.esp.objects)
    second, _ = world(tmp_path, adapter, segment("new", name="Gold", previously="old"))
    plan = planned(second, connection, tmp_path)
    assert [(change.action, change.reason) for change in plan.changes] == [(Action.UPDATE, "renamed from segment/old")]
    assert (plan.changes[0].named, plan.changes[0].name) == ("Gold [franca:old]", "Gold [franca:new]")
    store(tmp_path).state.unlink()
    applied(second, connection, tmp_path)
    assert set(adapter.esp.objects) == before
    assert planned(second, connection, tmp_path).changes == ()


def test_a_rename_reaches_the_segments_of_a_groups_marker(tmp_path, adapter):
    """The native segment on a marker's value is renamed with the segment that the value stands for."""
    first, connection = world(tmp_path, adapter, segment("old", group="g", priority=1), markers=("g",))
    applied(first, connection, tmp_path)
    second, _ = world(tmp_path, adapter, segment("new", group="g", priority=1, previously="old"), markers=("g",))
    assert sorted(steps(planned(second, connection, tmp_path))) == ["update segment/g.new", "update segment/new"]


def test_a_lost_state_is_rebuilt_from_the_marks(tmp_path, adapter):
    """Without the state file the plan is empty all the same, and apply writes the same state again."""
    desired, connection = world(tmp_path, adapter)
    applied(desired, connection, tmp_path)
    before = store(tmp_path).state.read_text()
    store(tmp_path).state.unlink()
    assert planned(desired, connection, tmp_path).changes == ()
    applied(desired, connection, tmp_path)
    assert store(tmp_path).state.read_text() == before


def test_what_is_not_ours_is_never_looked_at(tmp_path, adapter):
    """An object without a mark and not in the state is in no plan, whatever it is called."""
    esp = adapter.esp
    for kind in ("segment", "list"):
        esp.add(kind, "The vip", {"where": "theirs"})
    desired, connection = world(tmp_path, adapter, segment("vip"))
    applied(desired, connection, tmp_path)
    none, _ = world(tmp_path, adapter, segment("other"))
    assert steps(planned(none, connection, tmp_path)) == ["create segment/other", "delete segment/vip"]


def test_a_mark_removed_by_hand_is_restored_while_wanted_and_respected_afterwards(tmp_path, adapter):
    """The state still knows the object: it is named again; but once it is not wanted, an object without our mark is let go of."""
    desired, connection = world(tmp_path, adapter, segment("vip"))
    applied(desired, connection, tmp_path)
    (made,) = adapter.esp.objects
    adapter.esp.rename(made, "Mine now")
    (change,) = planned(desired, connection, tmp_path).changes
    assert (change.named, change.name, change.reason) == ("Mine now", "The vip [franca:vip]", "somebody changed it at the destination")
    gone, _ = world(tmp_path, adapter, segment("other"))
    assert steps(planned(gone, connection, tmp_path)) == ["create segment/other", "forget segment/vip"]


def test_a_reason_tells_drift_from_a_new_definition(tmp_path, adapter):
    """The state's fingerprint decides which it was."""
    desired, connection = world(tmp_path, adapter, segment("vip"))
    applied(desired, connection, tmp_path)
    (made,) = adapter.esp.objects
    renamed, _ = world(tmp_path, adapter, segment("vip", name="Gold"))
    assert planned(renamed, connection, tmp_path).changes[0].reason == "the definition changed"
    adapter.esp.rename(made, "Silver [franca:vip]")
    assert planned(desired, connection, tmp_path).changes[0].reason == "somebody changed it at the destination"
    store(tmp_path).state.unlink()
    assert planned(desired, connection, tmp_path).changes[0].reason == "differs from the definition; the state does not know it"


def test_what_was_done_by_hand_is_told_apart_from_what_we_want(tmp_path, adapter):
    """Renamed and deleted by hand is drift, and the summary counts it; a new definition and what follows from a deletion are not."""
    desired, connection = world(tmp_path, adapter, segment("lapsed"), segment("vip"))
    applied(desired, connection, tmp_path)
    assert not any(change.drift for change in planned(desired, connection, tmp_path).changes)
    made = {str(address): entry.id for address, entry in store(tmp_path).load().entries.items()}
    adapter.esp.rename(made["segment/vip"], "Silver [franca:vip]")
    del adapter.esp.objects[made["folder/shop"]]
    later, _ = world(tmp_path, adapter, segment("lapsed"), segment("vip"), segment("wide"))
    plan = planned(later, connection, tmp_path)
    assert {str(change.address): (change.reason, change.drift) for change in plan.changes} == {
        "folder/shop": ("somebody deleted it at the destination", True),
        "list/lapsed": ("what it names is made again", False),
        "segment/vip": ("somebody changed it at the destination", True),
        "segment/wide": ("new", False),
    }
    assert summary(plan) == "2 to create, 2 to update; 2 changed by hand there"
    applied(later, connection, tmp_path)
    assert planned(later, connection, tmp_path).changes == ()


def test_two_objects_with_one_mark_are_an_error(tmp_path, adapter):
    """Nobody can say which one is ours: a copy by hand, or the state's object and another one with its mark."""
    desired, connection = world(tmp_path, adapter, segment("vip"))
    applied(desired, connection, tmp_path)
    (made,) = adapter.esp.objects
    adapter.esp.add("segment", "Copy [franca:vip]", {})
    with pytest.raises(FrancaError, match="carry the mark of segment/vip"):
        planned(desired, connection, tmp_path)
    adapter.esp.rename(made, "Mine now")
    with pytest.raises(FrancaError, match=f"the state names the object {made}"):
        planned(desired, connection, tmp_path)


def test_a_state_of_another_account_is_an_error(tmp_path, adapter):
    """A wrong key must not make everything again in somebody else's account."""
    desired, connection = world(tmp_path, adapter, segment("vip"))
    applied(desired, connection, tmp_path)
    with pytest.raises(FrancaError, match="opens the account acc-2, and the state describes acc-1"):
        planned(desired, FakeConnection(Esp(account="acc-2")), tmp_path)


def test_an_apply_of_an_outdated_plan_is_refused(tmp_path, adapter):
    """What was looked at is what is done: a definition or an account that changed since makes apply refuse, and nothing is written."""
    desired, connection = world(tmp_path, adapter, segment("vip"))
    plan = planned(desired, connection, tmp_path)
    other, _ = world(tmp_path, adapter, segment("vip", name="Gold"))
    with pytest.raises(FrancaError, match="out of date: the definitions changed since"):
        apply(plan, other, connection, store(tmp_path))
    adapter.esp.add("segment", "Old [franca:old]", {})
    with pytest.raises(FrancaError, match="out of date: the destination changed since"):
        apply(plan, desired, connection, store(tmp_path))
    with pytest.raises(FrancaError, match="out of date: it is of another account"):
        apply(plan, desired, FakeConnection(Esp(account="acc-2")), store(tmp_path))
    assert adapter.esp.writes == []


def test_a_create_without_an_answer_is_looked_up_before_it_is_tried_again(tmp_path, adapter):
    """Done at the ESP: taken, not made twice. Not done: made now."""
    for after in (True, False):
        esp = Esp()
        adapter.esp = esp
        root = tmp_path / str(after)
        desired, connection = world(root, adapter, segment("vip"))
        esp.faults = [Fault(3, lost, after=after)]
        applied(desired, connection, root)
        assert [call for call in esp.calls if "create" in call] == ["create segment/vip"] * (1 if after else 2)
        assert len(esp.objects) == 1
        assert planned(desired, connection, root).changes == ()


def test_an_outcome_that_stays_unknown_stops_and_the_next_apply_finds_out(tmp_path, adapter):
    """Twice no answer and no trace: partly applied, the intent stays open; later the object is there after all and is taken."""
    desired, connection = world(tmp_path, adapter, segment("vip"), segment("wide"))
    adapter.esp.faults = [Fault(3, lost), Fault(5, lost)]
    with pytest.raises(PartlyAppliedError, match=r"stopped at create segment/vip, with 0 of 2 .*journal") as caught:
        applied(desired, connection, tmp_path)
    assert [outcome.result for outcome in caught.value.report.outcomes] == [Result.UNKNOWN, Result.SKIPPED]
    assert caught.value.exit_code == 4
    adapter.esp.add("segment", "The vip [franca:vip]", {"where": "late", "metric": "m1"})
    done = applied(desired, connection, tmp_path)
    assert [str(address) for address in done.found] == ["segment/vip"]
    assert len(adapter.esp.objects) == 2


def test_an_update_without_an_answer_is_repeated(tmp_path, adapter):
    """Making equal may be done twice."""
    first, connection = world(tmp_path, adapter, segment("vip"))
    applied(first, connection, tmp_path)
    second, _ = world(tmp_path, adapter, segment("vip", name="Gold"))
    adapter.esp.faults = [Fault(len(adapter.esp.calls) + 3, lost)]
    applied(second, connection, tmp_path)
    assert list(adapter.esp.holding()) == ["Gold [franca:vip]"]


@pytest.mark.parametrize("error", [TerminalError, TransientError])
def test_a_refusal_stops_and_running_again_goes_on(tmp_path, adapter, error):
    """The rest is skipped, not tried; the first change that fails is that error itself; a second run makes what is missing."""
    desired, connection = world(tmp_path, adapter)
    adapter.esp.faults = [Fault(3, lambda: error("Fake: create folder: no"))]
    with pytest.raises(error):
        applied(desired, connection, tmp_path)
    adapter.esp.faults = [Fault(len(adapter.esp.calls) + 5, lambda: error("Fake: create list: no"))]
    with pytest.raises(PartlyAppliedError, match="with 2 of 6 changes made: Fake: create list: no") as caught:
        applied(desired, connection, tmp_path)
    results = [outcome.result for outcome in caught.value.report.outcomes]
    assert results == [Result.APPLIED] * 2 + [Result.FAILED] + [Result.SKIPPED] * 3
    adapter.esp.faults = []
    applied(desired, connection, tmp_path)
    assert planned(desired, connection, tmp_path).changes == ()


def test_an_update_that_stays_without_an_answer_is_unknown_not_refused(tmp_path, adapter):
    """It may be done: exit code 4 and an open intent, although it is the first change; the next apply looks."""
    first, connection = world(tmp_path, adapter, segment("vip"))
    applied(first, connection, tmp_path)
    second, _ = world(tmp_path, adapter, segment("vip", name="Gold"))
    adapter.esp.faults = [Fault(len(adapter.esp.calls) + 3, lambda: UnansweredError("Fake: update: no answer"), after=True)]
    with pytest.raises(PartlyAppliedError, match="stopped at update segment/vip, with 0 of 1") as caught:
        applied(second, connection, tmp_path)
    assert [outcome.result for outcome in caught.value.report.outcomes] == [Result.UNKNOWN]
    assert [str(intent.address) for intent in Journal(store(tmp_path).journal).unfinished()] == ["segment/vip"]
    assert applied(second, connection, tmp_path).outcomes == ()


def test_a_cap_ends_an_apply_with_the_time_to_go_on(tmp_path, adapter):
    """Exit code 4 at whichever change it is: the rest of the plan is for later, and the error holds the seconds."""
    for number, made in ((3, 0), (5, 2)):
        adapter.esp = Esp()
        root = tmp_path / str(number)
        desired, connection = world(root, adapter)
        adapter.esp.faults = [Fault(number, lambda: TransientError("Fake: the day's calls are used up", retry_after=4000.0))]
        with pytest.raises(PartlyAppliedError, match=f"with {made} of 6 changes made") as caught:
            applied(desired, connection, root)
        assert (caught.value.exit_code, caught.value.retry_after) == (4, 4000.0)
        applied(desired, connection, root)
        assert planned(desired, connection, root).changes == ()


def test_a_resource_that_was_made_anew_is_known_by_its_new_id(tmp_path, adapter):
    """An ESP that cannot change an object in place makes another one: the state and later references have the new id."""
    first, connection = world(tmp_path, adapter, segment("lapsed"))
    applied(first, connection, tmp_path)
    connection.remakes = {ResourceKind.LIST}
    second, _ = world(tmp_path, adapter, segment("lapsed", name="Gone"))
    applied(second, connection, tmp_path)
    (there,) = [remote for remote in adapter.esp.objects.values() if remote.kind is ResourceKind.LIST]
    assert store(tmp_path).load().entries[Address(ResourceKind.LIST, "lapsed")].id == there.id == "list-3"
    assert planned(second, connection, tmp_path).changes == ()


def test_an_esp_that_keeps_something_else_is_an_error_that_says_what(tmp_path, adapter):
    """Read back, the body differs from what was given."""
    adapter.esp.alter = lambda body: {**body, "where": "half of it"}
    desired, connection = world(tmp_path, adapter, segment("vip"))
    with pytest.raises(PartlyAppliedError, match=r"update segment/vip \(where\)"):
        applied(desired, connection, tmp_path)


def changed(adapter: FakeAdapter, root) -> tuple[Desired, FakeConnection]:
    """A world with something of everything: a rename, a delete, a new list, a changed body."""
    first, connection = world(root, adapter, segment("old"), segment("gone"), segment("fans"))
    applied(first, connection, root)
    second = wanted(root, adapter, segment("new", previously="old"), segment("fans", name="Fans"), segment("lapsed"))
    return second, connection


def test_a_kill_at_any_call_of_an_apply_is_made_good_by_the_next(tmp_path, adapter, no_fsync):
    """At every call, before and after its effect: running again ends as an undisturbed run, without duplicates."""

    def fresh(name):
        adapter.esp = Esp()
        return changed(adapter, tmp_path / name)

    allow = {"delete:segment/gone", "changes:shop"}
    desired, connection = fresh("calm")
    start = len(adapter.esp.calls)
    applied(desired, connection, tmp_path / "calm", allow)
    calls, calm = len(adapter.esp.calls) - start, adapter.esp.holding()
    calm_state = store(tmp_path / "calm").state.read_text()
    assert calls == 8
    for number in range(1, calls + 1):
        for after in (False, True):
            name = f"{number}{after}"
            desired, connection = fresh(name)
            adapter.esp.faults = [Fault(len(adapter.esp.calls) + number, Killed, after=after)]
            with pytest.raises(Killed):
                applied(desired, connection, tmp_path / name, allow)
            adapter.esp.faults = []
            applied(desired, connection, tmp_path / name, allow)
            assert adapter.esp.holding() == calm, (number, after)
            assert len(adapter.esp.objects) == len(calm)
            assert store(tmp_path / name).state.read_text() == calm_state, (number, after)
            assert planned(desired, connection, tmp_path / name).changes == ()
