"""The Brevo adapter end to end: folders, lists and attributes are made, read back, changed and deleted over HTTP."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.brevo.brevo_kit import OWN, Shop
from franca.adapter import Address, Remote, ResourceKind, TerminalError
from franca.definitions import Realisation
from franca.plan import apply, desire, make_plan
from franca.plan.state import State, Store
from franca_brevo.adapter import ADAPTER
from franca_brevo.sandbox.emulator import ACCOUNT


def test_what_is_made_is_read_back_equal(shop: Shop) -> None:
    """Bodies read are the bodies compiled, references resolved, so that a second plan is empty."""
    resources = (
        *ADAPTER.compile(shop.site.project.segments["vip"], Realisation.MEMBERS, shop.site),
        *ADAPTER.compile_marker(OWN, shop.site),
    )
    owned = shop.make(resources)
    assert set(owned) == {"folder/Franca", "list/vip", "list/franca.markers", "field/vip"}
    for resource in resources:
        assert dict(owned[str(resource.address)].body) == shop.resolved(resource)
    assert [owned[each].name for each in sorted(owned)] == [
        "FRANCA_VIP",
        "Franca",
        "Marker imports, not for sending [franca:franca.markers]",
        "Segment vip [franca:vip]",
    ]
    assert shop.connection.read().account == ACCOUNT


def test_an_applied_plan_leaves_nothing_to_do_and_lost_state_is_rebuilt(shop: Shop, tmp_path: Path) -> None:
    """desire, plan, apply: the second plan is empty, also without the state."""
    site = replace(shop.site, project=replace(shop.site.project, root=tmp_path))
    desired, store = desire(site, ADAPTER), Store.of(site.project, "brevo")
    plan = make_plan(desired, shop.connection.read(), store.load())
    apply(plan, desired, shop.connection, store)
    assert make_plan(desired, shop.connection.read(), store.load()).changes == ()
    assert make_plan(desired, shop.connection.read(), State()).changes == ()


def test_another_folder_setting_moves_our_lists_and_leaves_the_old_folder(shop: Shop, tmp_path: Path) -> None:
    """The state knows the lists by id; the new folder is made, the old one stays, and the plan says that it is let go of."""
    site = replace(shop.site, project=replace(shop.site.project, root=tmp_path))
    store = Store.of(site.project, "brevo")
    apply(make_plan(desire(site, ADAPTER), shop.connection.read(), store.load()), desire(site, ADAPTER), shop.connection, store)
    destination = replace(site.destination, settings={**site.destination.settings, "folder": "Other"})
    moved, shop.crowded = replace(site, destination=destination), True
    connection = ADAPTER.connect(moved, shop.connection.policy.waiter)
    plan = make_plan(desire(moved, ADAPTER), connection.read(), store.load())
    changes = [f"{each.action} {each.address}" for each in plan.changes]
    assert changes == ["create folder/Other", "update list/vip", "forget folder/Franca"]
    apply(plan, desire(moved, ADAPTER), connection, store)
    assert {row["name"] for row in shop.rows("SELECT name FROM folders")} == {"Franca", "Other"}
    connection.close()


def test_a_list_is_renamed_and_moved_back_one_thing_a_request(shop: Shop) -> None:
    """Brevo takes either name or folder; what is right already is not sent."""
    _, resource = ADAPTER.compile(shop.site.project.segments["vip"], Realisation.MEMBERS, shop.site)
    made = shop.members_list()
    other = shop.folder("elsewhere")
    shop.connection.update(made, replace(resource, title="VIP"), shop.resolved(resource))
    assert shop.owned()["list/vip"].name == "VIP [franca:vip]"
    shop.connection._client.call("by hand", "PUT", f"/contacts/lists/{made.id}", safe=True, body={"folderId": other})
    drifted = next(remote for remote in shop.connection.read().remotes if (remote.kind, remote.id) == (ResourceKind.LIST, made.id))
    assert (drifted.key, drifted.body) == (None, {"folder": str(other)})
    shop.connection.update(drifted, resource, shop.resolved(resource))
    assert shop.owned()["list/vip"] == made
    assert [exchange.call.body for exchange in shop.calls("updateList")] == [
        {"name": "VIP [franca:vip]"},
        {"folderId": other},
        {"folderId": int(made.body["folder"])},
        {"name": "Segment vip [franca:vip]"},
    ]


def test_deleting_leaves_contacts_and_a_missing_object_is_fine(shop: Shop) -> None:
    """A list and an attribute go, people stay; twice is once."""
    (anna,) = shop.seed(["anna@example.com"])
    made, field = shop.members_list(), shop.field()
    list(shop.connection.write_members(made, [anna], []))
    for remote in (made, made, field, field):
        shop.connection.delete(remote)
    assert set(shop.owned()) == {"folder/Franca", "list/franca.markers"}
    assert len(shop.rows("SELECT 1 FROM contacts")) == 1


def test_a_folder_is_never_deleted(shop: Shop) -> None:
    """Brevo would delete all its lists: the adapter refuses, and sends nothing."""
    shop.members_list()
    with pytest.raises(TerminalError, match="never deleted"):
        shop.connection.delete(shop.owned()["folder/Franca"])
    assert shop.calls("deleteFolder") == []


def test_only_marks_in_our_folder_make_a_list_ours(shop: Shop) -> None:
    """Another project's lists in the same account, foreign lists in our folder and foreign attributes are nobody's here."""
    ours = shop.members_list().body["folder"]
    other = shop.folder("Franca of another project")
    shop.list_in(other, "VIP [franca:vip]")
    shop.list_in(ours, "made by hand")
    shop.connection._client.call("by hand", "POST", "/contacts/attributes/normal/FRANCA_AGE", safe=False, body={"type": "float"})
    assert set(shop.owned()) == {"folder/Franca", "list/vip"}
    assert len(shop.connection.read().remotes) == 2 + 3 + 3


def test_two_lists_with_one_mark_are_an_error_and_so_are_two_folders(shop: Shop) -> None:
    """Brevo accepts equal names: what is ambiguous is refused, never guessed."""
    made = shop.members_list()
    twin = shop.list_in(made.body["folder"], made.name)
    with pytest.raises(Exception, match=f"two objects at the destination carry the mark of list/vip: {made.id} and {twin}"):
        shop.owned()
    shop.folder("Franca")
    with pytest.raises(TerminalError, match="several folders are called 'Franca'"):
        shop.connection.read()


def test_a_folder_that_nothing_is_to_be_in_is_not_ours(shop: Shop) -> None:
    """With every segment skipped, no plan can want to delete the folder."""
    shop.members_list()
    project = shop.site.project
    skipped = {"vip": replace(project.segments["vip"], realise={"brevo": "skip"})}
    connection = ADAPTER.connect(replace(shop.site, project=replace(project, segments=skipped)), shop.connection.policy.waiter)
    assert set(connection.read().owned()) == {Address(ResourceKind.LIST, "vip")}
    connection.close()


def test_an_attribute_of_another_type_stands_in_the_way_in_words(shop: Shop) -> None:
    """A type cannot be changed: "must be unique" becomes what it means, and nothing is overwritten."""
    shop.connection._client.call("by hand", "POST", "/contacts/attributes/normal/FRANCA_VIP", safe=False, body={"type": "boolean"})
    with pytest.raises(TerminalError, match="FRANCA_VIP that is not a text; delete it by hand"):
        shop.field()
    remote = Remote(kind=ResourceKind.FIELD, id="FRANCA_VIP", name="FRANCA_VIP", body={"category": "normal", "type": "boolean"})
    *_, field = ADAPTER.compile_marker(OWN, shop.site)
    with pytest.raises(TerminalError, match="cannot be changed"):
        shop.connection.update(remote, field, field.body)


@pytest.mark.parametrize("number", [49, 50, 51])
def test_all_pages_of_lists_are_read(shop: Shop, number: int) -> None:
    """Pages hold 50: none is missed at the edge, and none is asked for in vain."""
    folder = shop.folder("Franca")
    for each in range(number):
        shop.list_in(folder, f"s{each} [franca:s{each}]")
    assert len(shop.connection.read().owned()) == number + 1
    assert len(shop.calls("getLists")) == (1 if number <= 50 else 2)


def test_the_account_is_asked_for_once(shop: Shop) -> None:
    """/account shares 100 calls an hour: a connection that reads often asks once."""
    for _ in range(5):
        shop.connection.read()
    assert len(shop.calls("getAccount")) == 1
