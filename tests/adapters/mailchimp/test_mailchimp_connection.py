"""The adapter against the sandbox over HTTP: what is written is read back, in the fewest calls, and nobody's consent is touched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from math import ceil
from typing import Any

import pytest

from adapters.mailchimp.kit import AUDIENCE, Account, a, account, segment
from franca.adapter import ABSENT, Contact, Marker, Ref, Remote, Resource, ResourceKind, TerminalError, Written
from franca.adapter.protocol import Choice
from franca.adapter.reading import values_of
from franca.definitions import All, AnyOf, Mailable, Op, Predicate, Realisation
from franca.sandbox import Fault
from franca_mailchimp.adapter import ADAPTER
from franca_mailchimp.sandbox import Account as Settings
from franca_mailchimp.sandbox import Audience
from franca_mailchimp.sandbox.records import Member
from sandbox.mailchimp_kit import LIST

GERMANS: Predicate = a("country", Op.IS, "DE")
MARKER = Marker(
    key="tier",
    title="Tier",
    choices=(
        Choice(segment="vip", key="tier.vip", title="VIP, exclusively"),
        Choice(segment="rest", key="tier.rest", title="Rest, exclusively"),
    ),
)
CONSENT_KEYS = {"status", "status_if_new", "email_type", "marketing_permissions", "unsubscribe_reason", "email_address"}


@pytest.fixture
def found() -> Iterator[Account]:
    with account() as one:
        one.make_fields()
        yield one


def natively(found: Account, where: Predicate, **changes: Any) -> Resource:
    (resource,) = ADAPTER.compile(segment(where, **changes), Realisation.NATIVE, found.site)
    return resource


def tag(found: Account) -> Resource:
    (resource,) = ADAPTER.compile(segment(GERMANS), Realisation.MEMBERS, found.site)
    return resource


def marker(found: Account) -> Resource:
    return ADAPTER.compile_marker(MARKER, found.site)[0]


def everybody(written: Iterator[Written]) -> tuple[list[int], Written]:
    """Return the rows of each batch, and all batches as one."""
    batches = list(written)
    sizes = [len(one.added) + len(one.removed) + len(one.rejected) for one in batches]
    added, removed, rejected = ([each for one in batches for each in getattr(one, part)] for part in ("added", "removed", "rejected"))
    return sizes, Written(added=tuple(added), removed=tuple(removed), rejected=tuple(rejected))


def statuses(found: Account) -> dict[str, Any]:
    """Return all that a contact is there, without its tags and marker."""
    members: list[Member] = list(found.sandbox._context.store.members(LIST).values())
    return {each.email: (each.status, each.opted, each.language, each.vip) for each in members}


# -- resources


@pytest.mark.parametrize("echoed", [True, False])
def test_a_native_segment_is_read_back_as_it_was_made(found: Account, echoed: bool) -> None:
    """What is read equals what was compiled, name and mark included, in whatever spelling Mailchimp shows it."""
    found.sandbox.assumptions["mailchimp.conditions-echoed"] = echoed
    where = AnyOf(of=(a("points", Op.GTE, 5), a("credit", Op.LT, Decimal("9.50")), a("vip", Op.IS_NOT, True)))
    resource = natively(found, where)
    remote = found.make(resource)
    assert remote.body == found.resolver()(resource)
    assert (remote.kind, remote.key, remote.name) == (ResourceKind.SEGMENT, "vip", "VIP customers [franca:vip]")


def test_a_segment_is_updated_in_place_and_deleted_once_or_twice(found: Account) -> None:
    """An update keeps the id; deleting what is gone already is fine."""
    first = found.make(natively(found, GERMANS))
    changed = natively(found, a("points", Op.GT, 5), name="Very important")
    found.connection.update(first, changed, found.resolver()(changed))
    after = found.remote(first.id)
    assert (after.name, after.body) == ("Very important [franca:vip]", found.resolver()(changed))
    found.connection.delete(after)
    found.connection.delete(after)
    assert [remote for remote in found.connection.read().remotes if remote.key] == []


def test_renaming_a_tag_keeps_its_members(found: Account) -> None:
    """An update of a tag never sends `static_segment`, which would replace the members."""
    contacts = found.seed(3)
    remote = found.make(tag(found))
    list(found.connection.write_members(remote, contacts, []))
    found.connection.update(remote, replace(tag(found), title="Other"), {})
    assert found.connection.count(found.remote(remote.id), tag(found)) == 3
    assert found.remote(remote.id).name == "Other [franca:vip]"


def test_a_marker_is_read_back_and_repaired(found: Account) -> None:
    """The field and its segments are read as compiled; a default that somebody set is taken away again, the type cannot be."""
    field, *segments = ADAPTER.compile_marker(MARKER, found.site)
    remote = found.make(field)
    assert (remote.body, remote.key, remote.name) == (field.body, "tier", "Franca tier [franca:tier]")
    assert [found.make(each).body for each in segments] == [each.body for each in segments]
    found.others.lists.update_list_merge_field(LIST, remote.id, {"name": remote.name, "default_value": "vip", "public": True})
    assert found.remote(remote.id).body != field.body
    found.connection.update(found.remote(remote.id), field, field.body)
    assert found.remote(remote.id).body == field.body
    other = replace(remote, body={**remote.body, "type": "number"})
    with pytest.raises(TerminalError, match="cannot be changed"):
        found.connection.update(other, field, field.body)
    found.connection.delete(remote)
    found.connection.delete(remote)


def test_what_others_made_is_nobodys_here(found: Account) -> None:
    """Foreign segments, tags and merge fields are read without a key."""
    found.others.lists.create_segment(LIST, {"name": "Theirs", "static_segment": []})
    condition = {"condition_type": "VIP", "field": "gmonkey", "op": "member"}
    found.others.lists.create_segment(LIST, {"name": "VIPs", "options": {"match": "all", "conditions": [condition]}})
    snapshot = found.connection.read()
    assert {remote.name for remote in snapshot.remotes} >= {"Theirs", "VIPs", "First Name"}
    assert snapshot.owned() == {}


def test_reading_pages_beyond_the_default_of_ten(found: Account) -> None:
    """Everything is read, however many there are: the default page size of ten is never relied on."""
    for number in range(23):
        found.others.lists.create_segment(LIST, {"name": f"T{number} [franca:t{number}]", "static_segment": []})
    assert len(found.connection.read().owned()) == 23


def test_references_resolve_by_what_a_merge_field_is(found: Account) -> None:
    """A text attribute needs a text or choice field, and a choice field takes SelectMerge, which has no `starts`."""
    found.others.lists.add_list_merge_field(LIST, {"name": "Size", "tag": "SIZE", "type": "dropdown", "options": {"choices": ["S", "M"]}})
    names = found.connection.read().names
    assert names["merge-field", "SIZE", "text"] == ("SIZE",)
    assert names["merge-condition", "SIZE", "text"] == ("SelectMerge",)
    assert ("merge-field", "SIZE", "free text") not in names
    assert names["merge-condition", "POINTS", "number"] == ("TextMerge",)
    assert ("merge-field", "POINTS", "text") not in names
    assert names["merge-field", "ADDRESS", "address"] == ("ADDRESS",)  # there, and of a type that no attribute has


def test_a_condition_on_a_dropdown_counts(found: Account) -> None:
    """`is` on a choice field is a SelectMerge condition that the sandbox accepts and evaluates."""
    found.others.lists.add_list_merge_field(LIST, {"name": "Size", "tag": "SIZE", "type": "dropdown", "options": {"choices": ["S", "M"]}})
    found.seed(4, SIZE="S")
    condition = {"field": "SIZE", "condition_type": Ref("merge-condition", "SIZE", "text"), "op": "is", "value": "S"}
    remote = found.make(replace(natively(found, GERMANS), body={"match": "all", "conditions": [condition]}))
    assert found.connection.count(remote, natively(found, GERMANS)) == 4


# -- the audience


def test_the_audience_is_found_by_name() -> None:
    """An unknown name and a name of two audiences are errors that say what there is."""
    two = Settings(audiences=(Audience(), Audience(id="f6a7b8c9d0", name="Twins"), Audience(id="a6a7b8c9d0", name="Twins")))
    for name, words in (("Custommers", 'did you mean "Customers"'), ("Twins", "2 audiences are called 'Twins'; rename all but one")):
        with account(account=two, more={"audience": name}) as found, pytest.raises(TerminalError, match=words):
            found.connection.read()
    with account(account=two, more={"audience": AUDIENCE}) as found:
        assert found.connection.read().account == f"{two.id}/{LIST}"


# -- people


CONSENTS = {
    "subscribed": {"status": "subscribed", "suppressed": False},
    "unsubscribed": {"status": "unsubscribed", "suppressed": False},
    "cleaned": {"status": "subscribed", "suppressed": True},
    "transactional": {"status": "never", "suppressed": False},
    "pending": {"status": "pending", "suppressed": False},
}


def test_everybody_but_the_pending_is_in_the_universe(found: Account) -> None:
    """Contacts are all whom a segment can hold: pending ones are in none, so they are not compared and not known."""
    found.sandbox.seed({"contacts": [{"email": f"{name}@shop.test", "consent": consent} for name, consent in CONSENTS.items()]})
    expected = {f"{name}@shop.test" for name in CONSENTS if name != "pending"}
    assert {each.email for each in found.connection.contacts()} == expected
    emails = {f"{name}@shop.test" for name in CONSENTS}
    assert set(found.connection.known(emails)) == expected
    assert found.connection.known(["pending@shop.test"]) == {}
    everyone = AnyOf(of=(a("points", Op.IS_SET, True), a("points", Op.IS_SET, False)))
    remote = found.make(natively(found, everyone))
    assert {each.email for each in found.connection.members(remote, natively(found, everyone))} == expected
    mailable = natively(found, All(of=(Mailable(channel="email"), everyone)))
    assert {each.email for each in found.connection.members(remote, mailable)} == {"subscribed@shop.test"}
    assert found.connection.count(remote, mailable) == 1


def test_contacts_are_paged_by_a_thousand(found: Account) -> None:
    """2,001 contacts are three calls, each once, with emails in lower case and md5 ids."""
    found.seed(2001)
    before = len(found.calls("lists.get_list_members_info"))
    contacts = list(found.connection.contacts())
    assert len(found.calls("lists.get_list_members_info")) - before == 3
    assert len({each.id for each in contacts}) == len(contacts) == 2001
    assert all(len(each.id) == 32 for each in contacts)


@pytest.mark.parametrize(("asked", "calls"), [(0, 0), (1, 1), (2, 3), (3, 3), (2001, 3)])
def test_known_takes_the_fewest_calls(found: Account, asked: int, calls: int) -> None:
    """A single address is looked up by its hash; many are found by paging, the last few by their hash once that is less."""
    contacts = found.seed(2001)
    wanted = contacts[len(contacts) - asked :]
    found.host.exchanges.clear()
    assert found.connection.known([each.email for each in wanted]) == {each.email: each for each in wanted}
    operations = ("lists.get_list_members_info", "lists.get_list_member")
    assert sum(len(found.calls(operation)) for operation in operations) == calls


def test_unknown_addresses_are_not_known(found: Account) -> None:
    """Who is not there is left out, alone or among others."""
    (one, _) = found.seed(2)
    assert found.connection.known(["nobody@shop.test"]) == {}
    assert found.connection.known([one.email, "nobody@shop.test", "other@shop.test"]) == {one.email: one}


# -- members


@pytest.mark.parametrize("number", [0, 499, 500, 501])
def test_members_are_written_by_five_hundred(found: Account, number: int) -> None:
    """Adding n takes ⌈n/500⌉ calls, and they are all in."""
    contacts = found.seed(number)
    remote = found.make(tag(found))
    sizes, written = everybody(found.connection.write_members(remote, contacts, []))
    assert len(sizes) == len(found.calls("lists.batch_segment_members")) == ceil(number / 500)
    assert list(written.added) == [each.email for each in contacts]
    assert sorted(found.connection.members(remote, tag(found))) == sorted(contacts)
    assert found.connection.count(remote, tag(found)) == number


def test_adding_and_removing_share_calls(found: Account) -> None:
    """500 in and 500 out are one call."""
    contacts = found.seed(1000)
    remote = found.make(tag(found))
    list(found.connection.write_members(remote, contacts[:500], []))
    sizes, written = everybody(found.connection.write_members(remote, contacts[500:], contacts[:500]))
    assert (sizes, len(written.added), len(written.removed), written.rejected) == ([1000], 500, 500, ())
    assert set(found.connection.members(remote, tag(found))) == set(contacts[500:])


def test_an_unknown_contact_is_rejected_and_not_made(found: Account) -> None:
    """A status of 200 with errors is read row by row; nobody is created."""
    (one,) = found.seed(1)
    remote = found.make(tag(found))
    ghost = Contact(email="ghost@shop.test", id="0" * 32)
    _, written = everybody(found.connection.write_members(remote, [one, ghost], []))
    assert written.added == (one.email,)
    assert [email for email, _ in written.rejected] == [ghost.email]
    assert ghost.email not in statuses(found)


def test_writing_members_twice_is_fine(found: Account) -> None:
    """Who is in already is in, and who is out already is out: neither is rejected."""
    one, other = found.seed(2)
    remote = found.make(tag(found))
    for _ in range(2):
        _, written = everybody(found.connection.write_members(remote, [one], [other]))
        assert (written.added, written.removed, written.rejected) == ((one.email,), (other.email,), ())


def test_who_could_not_be_removed_is_rejected(found: Account) -> None:
    """An error about somebody who leaves is checked against the members: whoever is still in was not removed."""
    one, other = found.seed(2)
    remote = found.make(tag(found))
    list(found.connection.write_members(remote, [one], []))
    errors = [{"email_addresses": [one.email.upper(), other.email], "error": "busy"}]
    found.host.faults.add(Fault(status=200, match="POST .*/segments/", body={"errors": errors, "total_removed": 0}))
    _, written = everybody(found.connection.write_members(remote, [], [one, other]))
    assert (written.removed, written.rejected) == ((other.email,), ((one.email, "busy"),))


def test_members_cannot_be_written_into_a_saved_segment(found: Account) -> None:
    """Mailchimp's refusal comes as one terminal error."""
    contacts = found.seed(1)
    remote = found.make(natively(found, GERMANS))
    with pytest.raises(TerminalError, match="does not exist for this list"):
        list(found.connection.write_members(remote, contacts, []))


# -- markers


@pytest.mark.parametrize(("number", "batches"), [(0, []), (999, [999]), (1000, [1000]), (1001, [1000, 1])])
def test_markers_are_written_by_a_thousand(found: Account, number: int, batches: list[int]) -> None:
    """n values take ⌈n/1,000⌉ batches; the field holds them, and the marker's segment counts them."""
    contacts = found.seed(number)
    field, vip, _ = (found.make(each) for each in ADAPTER.compile_marker(MARKER, found.site))
    values = [(each, "vip" if place % 2 else ABSENT) for place, each in enumerate(contacts)]
    sizes, written = everybody(found.connection.write_field(field, values))
    assert (sizes, written.rejected) == (batches, ())
    assert sorted(values_of(found.connection, field)) == sorted(values)
    assert found.connection.count(vip, ADAPTER.compile_marker(MARKER, found.site)[1]) == number // 2
    assert found.connection.count(field, marker(found)) == number
    assert len(found.calls("batches.status")) <= 4 * len(batches)  # looked at sparingly: a batch of 1,000 takes 12 seconds


def test_a_marker_is_written_past_required_fields(found: Account) -> None:
    """Somebody else's required field does not stop a marker."""
    found.others.lists.add_list_merge_field(LIST, {"name": "Must", "tag": "MUST", "type": "text", "required": True})
    contacts = found.seed(2)
    field = found.make(marker(found))
    _, written = everybody(found.connection.write_field(field, [(each, "vip") for each in contacts]))
    assert len(written.added) == 2


def test_a_contact_that_is_gone_is_rejected_row_by_row(found: Account) -> None:
    """One row's 404 is that row's; the others are written, and nobody is made."""
    (one,) = found.seed(1)
    ghost = Contact(email="ghost@shop.test", id="0" * 32)
    field = found.make(marker(found))
    _, written = everybody(found.connection.write_field(field, [(ghost, "vip"), (one, "vip")]))
    assert written.added == (one.email,)
    assert written.rejected == ((ghost.email, "Mailchimp no longer has this contact"),)
    assert list(statuses(found)) == [one.email]


def test_a_refused_value_is_told_in_mailchimps_words(found: Account) -> None:
    """A value that the field does not take is rejected with the reason of its row."""
    (one,) = found.seed(1)
    field = found.make(marker(found))
    _, written = everybody(found.connection.write_field(field, [(one, "x" * 300)]))
    ((_, reason),) = written.rejected
    assert reason.startswith("Invalid Resource: FR_")
    assert "255 bytes" in reason


# -- consent


def test_no_exchange_carries_a_consent_key(found: Account) -> None:
    """Whatever the adapter does, no request names a status, and every contact stays as it was."""
    found.sandbox.seed({"contacts": [{"email": f"{name}@shop.test", "consent": consent} for name, consent in CONSENTS.items()]})
    before = statuses(found)
    found.host.exchanges.clear()
    contacts = list(found.connection.contacts())
    remote, field = found.make(tag(found)), found.make(marker(found))
    list(found.connection.write_members(remote, contacts, []))
    list(found.connection.write_members(remote, [], contacts[:1]))
    list(found.connection.write_field(field, [(each, "vip") for each in contacts]))
    found.connection.known([each.email for each in contacts])
    found.connection.delete(remote)
    found.connection.delete(field)
    assert statuses(found) == before
    named = {key for exchange in found.calls() for body in bodies(exchange.call.body) for key in keys(body)}
    assert named
    assert not named & CONSENT_KEYS
    assert {exchange.operation for exchange in found.calls()} & {"lists.set_list_member", "lists.add_list_member"} == set()


def bodies(body: Any) -> Iterator[Any]:
    """Yield a request's body, and those of the operations inside a batch."""
    yield body
    for operation in body.get("operations", ()) if isinstance(body, dict) else ():
        yield json.loads(operation["body"])


def keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)


def test_count_of_a_remote_without_resource_details_asks_for_everybody(found: Account) -> None:
    """Proofs ask with all three include parameters, written as the text `true`: capitalised booleans would not count."""
    remote = found.make(tag(found))
    found.host.exchanges.clear()
    found.connection.count(Remote(kind=remote.kind, id=remote.id, name=remote.name), tag(found))
    (exchange,) = found.calls()
    asked = {name: value for name, value in exchange.call.query if name.startswith("include_")}
    assert asked == dict.fromkeys(["include_unsubscribed", "include_cleaned", "include_transactional"], "true")
