"""What people made and a project took in: as it is until its definition changes; by name, and never written."""

from dataclasses import replace

import pytest

from franca.adapter import Address, ResourceKind
from franca.errors import FrancaError
from franca.plan import State, Store, apply, make_plan
from franca.plan.adoption import adopted
from plan.fake import Esp, FakeAdapter, FakeConnection, segment, wanted

VIP = Address(ResourceKind.SEGMENT, "vip")


def opened(tmp_path, esp, *segments):
    """Return what is wanted, the connection, and the state's store."""
    desired = wanted(tmp_path, FakeAdapter(esp=esp), *segments)
    return desired, FakeConnection(esp), Store.of(desired.site.project, desired.site.destination.name)


def took_in(tmp_path, esp, store, desired, connection) -> None:
    """Adopt the one object that is there as the segment vip."""
    (remote,) = connection.read().remotes
    store.save(State(account=esp.account).put(VIP, adopted(desired.resources[VIP], remote)))


def test_an_adopted_object_keeps_its_name_and_its_form(tmp_path):
    """It carries no mark and is written in another way than we would write it: nothing is to do, and an apply leaves it so."""
    esp = Esp()
    esp.add(ResourceKind.SEGMENT, "VIPs", {"written": "otherwise"})
    desired, connection, store = opened(tmp_path, esp, segment("vip"))
    assert [change.action for change in make_plan(desired, connection.read(), store.load()).changes] == ["create"]
    took_in(tmp_path, esp, store, desired, connection)
    plan = make_plan(desired, connection.read(), store.load())
    assert plan.changes == ()
    apply(plan, desired, connection, store)
    assert store.load().entries[VIP].adopted
    assert esp.writes == []
    assert make_plan(desired, connection.read(), store.load()).changes == ()


@pytest.mark.parametrize("changed", ["definition", "object", "name"])
def test_a_change_on_either_side_makes_it_an_object_of_ours(tmp_path, changed):
    """When the definition or the object is another one than at the import, it is updated in place and gets the mark; nothing is made."""
    esp = Esp()
    esp.add(ResourceKind.SEGMENT, "VIPs", {"written": "otherwise"})
    desired, connection, store = opened(tmp_path, esp, segment("vip"))
    took_in(tmp_path, esp, store, desired, connection)
    ((key, remote),) = esp.objects.items()
    if changed == "object":
        esp.objects[key] = replace(remote, body={"edited": "by hand"})
    elif changed == "name":
        esp.rename(key, "VIPs of old")
    else:
        desired.resources[VIP] = replace(desired.resources[VIP], body={"another": "definition"})
    (change,) = make_plan(desired, connection.read(), store.load()).changes
    assert (change.action, change.id, change.name) == ("update", key, f"{desired.resources[VIP].title} [franca:vip]")


def test_what_leaves_the_files_stays_there_and_is_forgotten_in_a_line(tmp_path):
    """It carries no mark: no plan deletes it, and one says so; an apply forgets it, and another import would find it again."""
    esp = Esp()
    key = esp.add(ResourceKind.SEGMENT, "VIPs", {"written": "otherwise"})
    desired, connection, store = opened(tmp_path, esp, segment("vip"))
    took_in(tmp_path, esp, store, desired, connection)
    desired, connection, store = opened(tmp_path, esp)
    plan = make_plan(desired, connection.read(), store.load())
    (change,) = plan.changes
    assert (change.action, change.address, change.id, change.name, plan.unsafe) == ("forget", VIP, key, "VIPs", ())
    assert change.reason == "not in the definitions any more; it carries no mark of ours, so it stays there as it is, with whom it holds"
    apply(plan, desired, connection, store)
    assert (esp.writes, store.load().entries) == ([], {})
    assert make_plan(desired, connection.read(), store.load()).changes == ()


def test_what_was_marked_since_is_deleted_by_its_word(tmp_path):
    """A changed definition made it an object of ours, as all that Franca keeps."""
    esp = Esp()
    key = esp.add(ResourceKind.SEGMENT, "VIPs", {"written": "otherwise"})
    desired, connection, store = opened(tmp_path, esp, segment("vip"))
    took_in(tmp_path, esp, store, desired, connection)
    esp.rename(key, "VIPs [franca:vip]")
    desired, connection, store = opened(tmp_path, esp)
    plan = make_plan(desired, connection.read(), store.load())
    assert [(change.action, change.id) for change in plan.changes] == [("delete", key)]
    assert [each.word for each in plan.unsafe] == ["delete:segment/vip"]


def test_what_is_known_by_name_must_be_there_and_is_not_touched(tmp_path):
    """Somebody's own object is found by its name alone; missing or ambiguous, it is an error that says so, and never made."""
    esp = Esp()
    desired, connection, store = opened(tmp_path, esp, segment("vip"))
    desired.resources[VIP] = replace(desired.resources[VIP], title="High value", theirs=True)
    with pytest.raises(FrancaError, match="nothing is called so"):
        make_plan(desired, connection.read(), store.load())
    esp.add(ResourceKind.SEGMENT, "High value [franca:other]", {})
    esp.add(ResourceKind.SEGMENT, "High value", {"any": "thing"})
    plan = make_plan(desired, connection.read(), store.load())
    assert VIP not in {change.address for change in plan.changes}
    esp.add(ResourceKind.SEGMENT, "High value", {})
    with pytest.raises(FrancaError, match="2 are called so"):
        make_plan(desired, connection.read(), store.load())
