"""The MailerLite adapter end to end: who is known, who is in a group, and what is written of whom."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.mailerlite.mailerlite_kit import KEY, OWN, Shop, emails, opened, site_of, total
from franca.adapter import Contact, Resource, ResourceKind, TerminalError, Written
from franca.adapter.reading import values_of
from franca.definitions import Native, NativeKind, Segment
from franca.plan import State, desire, make_plan
from franca_mailerlite.adapter import ADAPTER
from franca_mailerlite.sandbox import fields
from franca_mailerlite.writing import GONE
from sandbox.brevo.brevo_account import Stage

LOST = Contact("gone@example.com", "999999999999999999")
ANY = Resource(kind=ResourceKind.LIST, key="vip", title="")
STATUSES = ("subscribed", "unsubscribed", "pending", "bounced")


# -- members


@pytest.mark.parametrize("number", [1, 49, 50, 51, 101])
def test_members_are_written_in_batches_of_50(shop: Shop, number: int) -> None:
    """Each batch is told when it is done; back out again the same way."""
    people, remote = shop.seed(emails(number)), shop.group()
    before = len(shop.calls())
    full, rest = divmod(number, 50)
    assert [len(each.added) for each in shop.connection.write_members(remote, people, [])] == [50] * full + [rest] * (rest > 0)
    assert shop.inside(remote) == set(emails(number))
    assert total(shop.connection.write_members(remote, [], people)).removed == tuple(emails(number))
    assert shop.inside(remote) == set()
    assert len(shop.calls()) - before == 2 * -(-number // 50)


def test_no_member_to_write_is_no_call(shop: Shop) -> None:
    """Nothing to do does nothing."""
    remote, field = shop.group(), shop.field()
    before = len(shop.calls())
    written = [*shop.connection.write_members(remote, [], []), *shop.connection.write_field(field, [])]
    assert (written, shop.connection.known([]), len(shop.calls())) == ([], {}, before)


def test_writing_again_changes_nothing(shop: Shop) -> None:
    """Who is in stays in, who is out stays out."""
    people, remote = shop.seed(emails(3)), shop.group()
    for _ in range(2):
        assert total(shop.connection.write_members(remote, people, [])) == Written(added=tuple(emails(3)))
    for _ in range(2):
        assert total(shop.connection.write_members(remote, [], people)) == Written(removed=tuple(emails(3)))


def test_whoever_is_gone_is_rejected_on_the_way_in_and_fine_on_the_way_out(shop: Shop) -> None:
    """Alone or among others; nobody is lost without a word, and nobody is made."""
    (anna,) = shop.seed(["anna@example.com"])
    remote, field = shop.group(), shop.field()
    lost = (("gone@example.com", GONE),)
    assert total(shop.connection.write_members(remote, [LOST], [])) == Written(rejected=lost)
    assert total(shop.connection.write_members(remote, [LOST, anna], [])) == Written(added=("anna@example.com",), rejected=lost)
    assert total(shop.connection.write_field(field, [(LOST, "vip"), (anna, "vip")])) == Written(added=("anna@example.com",), rejected=lost)
    assert total(shop.connection.write_members(remote, [], [LOST, anna])) == Written(removed=("gone@example.com", "anna@example.com"))
    assert len(shop.sandbox.store.people) == 1


def test_a_group_that_is_gone_is_an_error_and_not_a_rejection_of_everybody(shop: Shop) -> None:
    """Not one of the batch could be done: the ESP's words are raised."""
    people, remote = shop.seed(emails(2)), shop.group()
    shop.connection.delete(remote)
    with pytest.raises(TerminalError, match="add group members: 404 No query results for model") as caught:
        list(shop.connection.write_members(remote, people, []))
    assert caught.value.status == 404


def test_a_part_that_was_refused_is_a_rejection_with_the_esp_s_words(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of two: the other is done, and so told."""
    people, remote = shop.seed(emails(2)), shop.group()
    client, batch = shop.connection._client, shop.connection._client.batch

    def one_refused(operation: str, parts: Any) -> Any:
        answers = batch(operation, parts[1:]) if operation == "add group members" else batch(operation, parts)
        return [replace(answers[0], code=422, data={}, said="422 no"), *answers] if operation == "add group members" else answers

    monkeypatch.setattr(client, "batch", one_refused)
    assert total(shop.connection.write_members(remote, people, [])) == Written(
        added=(emails(2)[1],), rejected=((emails(2)[0], "MailerLite did not add group members: 422 no"),)
    )


# -- reading


@pytest.mark.parametrize("number", [0, 1, 49, 50, 51, 101])
def test_members_and_people_are_read_whole(shop: Shop, number: int) -> None:
    """Pages hold 50: none is missed at the edges."""
    people, remote = shop.seed(emails(number)), shop.group()
    list(shop.connection.write_members(remote, people, []))
    assert sorted(shop.connection.members(remote, ANY)) == people
    assert sorted(shop.connection.contacts()) == people
    assert shop.connection.count(remote, ANY) == number


def test_nobody_is_hidden_by_a_status(shop: Shop) -> None:
    """Listings show the active alone by default: all five statuses are asked for, and a wrong set would be wrong removals."""
    shop.sandbox.assumptions["mailerlite.lists-everybody"] = False
    people = [contact for status in STATUSES for contact in shop.seed([f"{status}@example.com"], status)]
    shop.person("subscribed@example.com").status = "junk"
    remote = shop.group()
    list(shop.connection.write_members(remote, people, []))
    assert set(shop.connection.members(remote, ANY)) == set(shop.connection.contacts()) == set(people)
    assert shop.connection.count(remote, ANY) == len(STATUSES)
    assert [shop.person(f"{status}@example.com").status for status in STATUSES] == ["junk", "unsubscribed", "unconfirmed", "bounced"]


def test_somebody_who_unsubscribes_while_members_are_read_is_one_member(shop: Shop) -> None:
    """Seen among the active, and again among the unsubscribed."""
    (anna,), remote = shop.seed(["anna@example.com"]), shop.group()
    list(shop.connection.write_members(remote, [anna], []))
    members = shop.connection.members(remote, ANY)
    assert next(members) == anna
    shop.person("anna@example.com").status = "unsubscribed"
    assert list(members) == []


@pytest.mark.parametrize(("asked", "calls"), [(1, 1), (50, 1), (51, 2), (120, 3)])
def test_known_looks_up_fifty_a_call(shop: Shop, asked: int, calls: int) -> None:
    """Those who are there; strangers, and what is no email, are nobody."""
    people = {contact.email: contact for contact in shop.seed(emails(30))}
    before = len(shop.calls("batch"))
    wanted = emails(asked)
    assert shop.connection.known([*wanted, "1", ""]) == {email: people[email] for email in wanted if email in people}
    assert len(shop.calls("batch")) - before == calls


def test_emails_with_odd_characters_are_found(shop: Shop) -> None:
    """Plus, per cent, question mark and hash are encoded on the way; an id is no email."""
    odd = ["a+b@example.com", "50%@example.com", "who?@example.com", "#1@example.com"]
    shop.seed(odd)
    assert set(shop.connection.known(odd)) == set(odd)


def test_capitals_are_found_as_long_as_the_esp_keeps_small_letters(shop: Shop) -> None:
    """The assumption mailerlite.emails-lower: false, and somebody is unknown, which is told, and not written."""
    shop.seed(["Anna@Example.com"])
    assert set(shop.connection.known(["anna@example.com"])) == {"anna@example.com"}
    shop.sandbox.assumptions["mailerlite.emails-lower"] = False
    shop.seed(["Bert@Example.com"])
    assert shop.connection.known(["bert@example.com"]) == {}
    assert "bert@example.com" in {contact.email for contact in shop.connection.contacts()}


# -- fields


def test_a_value_is_written_and_nothing_else_changes(shop: Shop) -> None:
    """Other fields, groups and the status stay; the value is read back, of everybody who has one."""
    anna, bert = shop.seed(["anna@example.com", "bert@example.com"], "unsubscribed", fields={"country": "DE"})
    remote, field = shop.group(), shop.field()
    list(shop.connection.write_members(remote, [anna], []))
    assert total(shop.connection.write_field(field, [(anna, "vip")])).added == ("anna@example.com",)
    found = shop.person("anna@example.com")
    assert (found.fields, found.status) == ({"country": "DE", "franca_vip": "vip"}, "unsubscribed")
    assert shop.inside(remote) == {"anna@example.com"}
    assert list(values_of(shop.connection, field)) == [(anna, "vip")]
    assert bert not in dict(values_of(shop.connection, field))


def test_an_update_that_does_not_keep_the_rest_does_what_the_assumption_says(shop: Shop) -> None:
    """mailerlite.update-keeps-the-rest, flipped: other fields and groups are lost, which is why it is named."""
    (anna,) = shop.seed(["anna@example.com"], fields={"country": "DE"})
    remote, field = shop.group(), shop.field()
    list(shop.connection.write_members(remote, [anna], []))
    shop.sandbox.assumptions["mailerlite.update-keeps-the-rest"] = False
    list(shop.connection.write_field(field, [(anna, "vip")]))
    assert (shop.person("anna@example.com").fields, shop.inside(remote)) == ({"franca_vip": "vip"}, set())


def test_a_value_that_is_not_kept_is_an_error(shop: Shop) -> None:
    """MailerLite drops unknown keys without a word: the answer is looked at."""
    people, field = shop.seed(emails(2)), shop.field()
    shop.connection.delete(field)
    with pytest.raises(TerminalError, match="write a field: it said nothing, and it is not so"):
        list(shop.connection.write_field(field, [(contact, "vip") for contact in people]))


def test_a_field_with_another_key_is_removed_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should MailerLite make keys in another way, nothing is left behind."""
    monkeypatch.setattr(fields, "slug", lambda name: f"x_{name}")
    with pytest.raises(TerminalError, match="was given the key 'x_franca_vip' and not 'franca_vip'; it was removed"):
        shop.field()
    assert not [field for field in shop.sandbox.store.fields.values() if not field.default]


def test_a_field_stays_ours_when_somebody_renames_it(shop: Shop) -> None:
    """The key stays, and so does the mark; there is nothing to change."""
    field = shop.field()
    shop.sandbox.store.fields[field.id].name = "Very important"
    assert shop.owned()["field/vip"].id == field.id
    with pytest.raises(TerminalError, match="cannot be changed"):
        shop.connection.update(field, ADAPTER.compile_marker(OWN, shop.site)[0], {})


# -- groups, segments, the account


def test_a_group_is_renamed_in_place(shop: Shop) -> None:
    """Its members stay."""
    people, remote = shop.seed(emails(2)), shop.group()
    list(shop.connection.write_members(remote, people, []))
    shop.connection.update(remote, Resource(kind=ResourceKind.LIST, key="vip", title="Very important"), {})
    assert shop.owned()["list/vip"].name == "Very important [franca:vip]"
    assert shop.inside(remote) == set(emails(2))


def test_what_is_gone_already_is_deleted_well(shop: Shop) -> None:
    """Twice is no error."""
    for remote in (shop.group(), shop.field()):
        shop.connection.delete(remote)
        shop.connection.delete(remote)
    assert shop.owned() == {}


def test_listings_by_page_are_read_whole(shop: Shop) -> None:
    """51 groups take two pages."""
    for number in range(51):
        shop.connection.create(Resource(kind=ResourceKind.LIST, key=f"s{number}", title="x"), {})
    assert len(shop.owned()) == 51


def test_a_segment_that_people_made_is_named_counted_and_left_alone(mailerlite_stage: tuple[Stage, str], monkeypatch: Any) -> None:
    """By its name; nothing is planned for it."""
    monkeypatch.setenv("MAILERLITE_KEY", KEY)
    stage, url = mailerlite_stage
    made = site_of(url=url)
    where = Native(objects=(("mailerlite", NativeKind.SEGMENT, "Germans"),))
    project = replace(made.project, segments={"de": Segment(key="de", name="Germans", where=where)}, root=Path())
    with opened(stage, url, replace(made, project=project)) as shop:
        shop.seed(emails(2), "unsubscribed", fields={"country": "DE"})
        shop.seed(emails(2, start=5), fields={"country": "FR"})
        shop.sandbox.seed({"segments": [{"name": "Germans", "where": {"country": "DE"}}]})
        desired = desire(shop.site, ADAPTER)
        plan = make_plan(desired, shop.connection.read(), State())
        (remote,) = (each for each in shop.connection.read().remotes if each.kind is ResourceKind.SEGMENT)
        assert plan.changes == ()
        assert shop.connection.count(remote, desired.resources[desired.counted["de"]]) == 2


def test_the_account_is_known_by_the_header_or_else_by_its_key(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The header is in no document: without it a digest of the key stands for the account, and never the key."""
    assert shop.connection.read().account == "83510"
    monkeypatch.setattr(type(shop.connection._client), "_send", _without_header(type(shop.connection._client)._send))
    fresh = ADAPTER.connect(shop.site, shop.connection.policy.waiter)
    account = fresh.read().account
    assert account.startswith("key-")
    assert len(account) == 16
    assert KEY not in account


def _without_header(send: Any) -> Any:
    def sent(client: Any, *args: Any) -> Any:
        account = client.account
        try:
            return send(client, *args)
        finally:
            client.account = account

    return sent


def test_emails_and_results_are_refused_with_the_reason(shop: Shop) -> None:
    """No template and no campaign there is ours."""
    remote = shop.group()
    with pytest.raises(TerminalError, match="emails cannot be imported"):
        shop.connection.contents()
    with pytest.raises(TerminalError, match="no campaign of ours"):
        shop.connection.results(remote)
