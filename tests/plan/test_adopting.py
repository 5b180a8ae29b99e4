"""Lists that people made and a segment takes: found by their name once, by their id from then on, never changed, never deleted."""

import pytest

from franca.adapter import Address, Limits, Rate, ResourceKind
from franca.errors import FrancaError
from franca.plan import apply, dump_plans, load_plans, make_plan
from franca.render import render_plan
from plan.fake import Esp, FakeAdapter, FakeConnection, Fault, Killed, segment, store, wanted

VIP = Address(ResourceKind.LIST, "vip")
ADOPT = {"adopt": {"shop": True}}


def desired(root, esp, *segments):
    return wanted(root, FakeAdapter(esp=esp), *(segments or [segment("vip", name="VIPs", **ADOPT)]))


def planned(root, esp, *segments):
    return make_plan(desired(root, esp, *segments), FakeConnection(esp).read(), store(root).load())


def steps(plan) -> list[str]:
    return [f"{change.action} {change.address}" for change in plan.changes]


def applied(root, esp, *segments) -> None:
    plan = planned(root, esp, *segments)
    esp.calls.clear()
    apply(plan, desired(root, esp, *segments), FakeConnection(esp), store(root), allow=[each.word for each in plan.unsafe])


def theirs(esp: Esp, name: str = "VIPs") -> str:
    return esp.add(ResourceKind.LIST, name, {"folder": "theirs"})


@pytest.fixture
def esp() -> Esp:
    return Esp()


def test_a_list_of_the_segments_name_is_adopted_and_left_as_it_is(tmp_path, esp):
    """The plan names it; apply notes its id and writes nothing to it; a second plan is empty, and stays so whatever people call it."""
    key = theirs(esp)
    before = esp.objects[key]
    plan = planned(tmp_path, esp)
    assert steps(plan) == ["create folder/shop", "adopt list/vip"]
    assert (plan.changes[1].name, plan.changes[1].id, plan.changes[1].reason[:19]) == ("VIPs", key, "it is there already")
    applied(tmp_path, esp)
    assert esp.writes == ["create folder/shop"]
    assert (esp.objects[key], store(tmp_path).load().entries[VIP].id) == (before, key)
    assert steps(planned(tmp_path, esp)) == []
    esp.rename(key, "Very important people")
    assert steps(planned(tmp_path, esp, segment("vip", name="Best customers", **ADOPT))) == []


def test_what_is_not_there_is_made_and_marked(tmp_path, esp):
    """Nothing is called so, or only with another project's mark: the list is ours, as without the wish."""
    theirs(esp, "vips")
    theirs(esp, "VIPs [franca:other]")
    assert steps(planned(tmp_path, esp))[:2] == ["create folder/shop", "create list/vip"]
    applied(tmp_path, esp)
    assert "VIPs [franca:vip]" in {remote.name for remote in esp.objects.values()}
    theirs(esp)
    assert steps(planned(tmp_path, esp)) == []


def test_several_of_one_name_are_refused_with_their_ids(tmp_path, esp):
    """Nothing tells which is meant."""
    ids = [theirs(esp), theirs(esp)]
    with pytest.raises(
        FrancaError, match=f"segment 'vip' adopts the list 'VIPs', and 2 are called so: {ids[0]}, {ids[1]}; rename all but one"
    ):
        planned(tmp_path, esp)


def test_one_list_is_not_adopted_twice(tmp_path, esp):
    """It is the first segment's by its id, also once that has another name and a second has the old one."""
    theirs(esp)
    applied(tmp_path, esp)
    both = [segment("vip", name="Best customers", **ADOPT), segment("other", name="VIPs", **ADOPT)]
    assert steps(planned(tmp_path, esp, *both)) == ["create list/other"]


def test_a_segment_that_leaves_the_files_leaves_the_list(tmp_path, esp):
    """The plan says in one line that it stays; apply forgets it; no word is needed, since nothing is deleted."""
    key = theirs(esp)
    applied(tmp_path, esp)
    plan = planned(tmp_path, esp, segment("other"))
    assert "forget list/vip" in steps(plan)
    assert "it carries no mark of ours, so it stays there as it is" in plan.changes[-1].reason
    assert [each.word for each in plan.unsafe] == ["delete:folder/shop"]
    assert "= list/vip  'VIPs': not in the definitions any more" in render_plan([plan])
    assert load_plans(dump_plans([plan])) == (plan,)
    applied(tmp_path, esp, segment("other"))
    assert key in esp.objects
    assert VIP not in store(tmp_path).load().entries
    assert steps(planned(tmp_path, esp, segment("other"))) == []


def test_a_renamed_segment_keeps_the_list(tmp_path, esp):
    """`previously` is followed in the state; the object hears nothing of it."""
    key = theirs(esp)
    applied(tmp_path, esp)
    renamed = segment("best", name="VIPs", previously="vip", **ADOPT)
    (change,) = planned(tmp_path, esp, renamed).changes
    assert (change.action, str(change.address), change.reason) == ("adopt", "list/best", "renamed from list/vip")
    applied(tmp_path, esp, renamed)
    assert esp.writes == []
    assert {address: entry.id for address, entry in store(tmp_path).load().entries.items() if address.kind == "list"} == {
        Address(ResourceKind.LIST, "best"): key
    }
    assert steps(planned(tmp_path, esp, renamed)) == []


def test_without_the_wish_it_becomes_ours_before_the_eyes_of_the_user(tmp_path, esp):
    """The plan shows the name that it gets; it is no drift."""
    key = theirs(esp)
    applied(tmp_path, esp)
    (change,) = planned(tmp_path, esp, segment("vip", name="VIPs", realise={"shop": "members"})).changes
    assert (change.action, change.id, change.named, change.name) == ("update", key, "VIPs", "VIPs [franca:vip]")
    assert (change.reason, change.drift) == ("the definition changed", False)


def test_what_people_delete_is_made_anew(tmp_path, esp):
    """Then it is ours."""
    key = theirs(esp)
    applied(tmp_path, esp)
    del esp.objects[key]
    (change,) = planned(tmp_path, esp).changes
    assert (change.action, change.drift, change.name) == ("create", True, "VIPs [franca:vip]")


def test_a_lost_state_is_found_again_by_the_name(tmp_path, esp):
    """The list carries no mark, so the plan says once more that it is adopted."""
    theirs(esp)
    applied(tmp_path, esp)
    store(tmp_path).state.unlink()
    assert steps(planned(tmp_path, esp)) == ["adopt list/vip"]


def test_a_killed_adoption_is_done_by_the_next_apply(tmp_path, esp):
    """Nothing is asked of the ESP, so nothing can be half done."""
    theirs(esp)
    esp.faults = [Fault(at=2, error=Killed)]
    with pytest.raises(Killed):
        applied(tmp_path, esp)
    esp.faults = []
    applied(tmp_path, esp)
    assert steps(planned(tmp_path, esp)) == []


def test_adopting_costs_no_call(tmp_path, esp):
    """The budget counts what is asked of the ESP alone."""
    theirs(esp)
    calls = {("create", ResourceKind.FOLDER): ("folders",)}
    adapter = FakeAdapter(esp=esp, limits=Limits(rates={"folders": Rate(((1, 1.0),))}, calls=calls))
    found = wanted(tmp_path, adapter, segment("vip", name="VIPs", **ADOPT))
    spent = make_plan(found, FakeConnection(esp).read(), store(tmp_path).load()).budget
    assert (spent.calls, spent.uncounted, spent.first) == (1, 0, None)


def test_a_decision_says_that_it_may_hold_more(tmp_path, esp):
    """`franca explain` and the plan show it; adopting is a wish for members, also where native would be exact."""
    decision = desired(tmp_path, esp).decisions["vip"]
    assert (decision.realisation, decision.kept_as) == ("members", "list")
    assert decision.why == "adopts the list 'VIPs' if it is there, which may hold more than the segment"
