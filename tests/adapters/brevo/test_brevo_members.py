"""The Brevo adapter end to end: who is known, who is in a list, and the batches that change it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from adapters.brevo.brevo_kit import Shop, emails, opened, site_of, total
from evaluator import naive
from franca.adapter import Contact, TerminalError, Written
from franca.definitions import Realisation
from franca_brevo.adapter import ADAPTER
from franca_brevo.members import _failed
from franca_brevo.people import CONTACTS_PAGE
from sandbox.brevo.brevo_account import Stage
from schema import AS_OF
from strategies import predicates, tables

GONE = Contact("gone@example.com", "987654")


@pytest.mark.parametrize("number", [1, 149, 150, 151, 300, 301])
def test_members_are_written_in_batches_of_150(shop: Shop, number: int) -> None:
    """Each call is as large as Brevo allows, and a batch is told when it is done; back out again the same way."""
    people, remote = shop.seed(emails(number)), shop.members_list()
    sizes = [len(batch.added) for batch in shop.connection.write_members(remote, people, [])]
    full, rest = divmod(number, 150)
    assert sizes == [150] * full + [rest] * (rest > 0)
    assert shop.inside(remote.id) == set(emails(number))
    written = list(shop.connection.write_members(remote, [], people))
    assert [len(batch.removed) for batch in written] == sizes
    assert (shop.inside(remote.id), total(written).rejected) == (set(), ())


def test_no_member_to_write_is_no_call(shop: Shop) -> None:
    """Nothing to do does nothing."""
    remote, field = shop.members_list(), shop.field()
    before = len(shop.calls())
    assert [*shop.connection.write_members(remote, [], []), *shop.connection.write_field(field, [])] == []
    assert len(shop.calls()) == before


def test_writing_again_is_a_success_although_brevo_refuses(shop: Shop) -> None:
    """ "Already in list and/or does not exist" is looked at: who is there is in, and who is out is out."""
    people, remote = shop.seed(emails(3)), shop.members_list()
    for _ in range(2):
        assert total(shop.connection.write_members(remote, people, [])) == Written(added=tuple(emails(3)))
    for _ in range(2):
        assert total(shop.connection.write_members(remote, [], people)) == Written(removed=tuple(emails(3)))
    refused = [exchange for exchange in shop.calls() if exchange.reply is not None and exchange.reply.status == 400]
    assert [exchange.operation for exchange in refused] == ["addContactToList", "removeContactFromList"]


def test_contacts_that_are_gone_are_rejected_on_the_way_in_and_fine_on_the_way_out(shop: Shop) -> None:
    """The same message, the opposite situation: nobody is lost without a word, alone or among others."""
    (anna,) = shop.seed(["anna@example.com"])
    remote = shop.members_list()
    lost = (("gone@example.com", "Brevo does not hold this contact any more"),)
    assert total(shop.connection.write_members(remote, [GONE], [])) == Written(rejected=lost)
    assert total(shop.connection.write_members(remote, [GONE, anna], [])) == Written(added=("anna@example.com",), rejected=lost)
    assert total(shop.connection.write_members(remote, [], [GONE, anna])) == Written(removed=("gone@example.com", "anna@example.com"))
    assert shop.inside(remote.id) == set()


def test_a_refusal_that_means_something_else_is_raised(shop: Shop) -> None:
    """A 400 that leaves an existing contact outside is not taken for "already in"."""
    (anna,) = shop.seed(["anna@example.com"])
    remote = shop.members_list()
    body = {"code": "permission_denied", "message": "anna@example.com: lists are frozen"}
    shop.host._add_faults({"match": "contacts/add", "status": 400, "body": body})
    with pytest.raises(TerminalError, match="400 permission_denied: …: lists are frozen"):
        list(shop.connection.write_members(remote, [anna], []))


@pytest.mark.parametrize(
    "answer",
    [
        {"contacts": {"success": [1], "failure": [2]}},
        {"success": [1], "failure": [2]},
        {"success": ["a@example.com"], "failure": ["B@example.com"]},
        {"success": ["1"], "failure": ["2"]},
    ],
)
def test_failures_are_read_in_every_form_of_the_answer(answer: dict[str, Any]) -> None:
    """With a wrapper or without, by id or by email; a failure that is nobody's of the batch makes the whole batch doubtful."""
    batch = [Contact("a@example.com", "1"), Contact("b@example.com", "2")]
    assert _failed(answer, batch) == batch[1:]
    assert _failed({"success": [], "failure": ["?"]}, batch) == batch


@pytest.mark.parametrize("number", [0, 1, 499, 500, 501, 1000, 1001])
def test_members_and_contacts_are_read_whole(shop: Shop, number: int) -> None:
    """Pages hold 500 members and 1000 contacts, and begin with the last of the page before: none is missed at the edges."""
    people, remote = shop.seed(emails(number)), shop.members_list()
    shop.sandbox.imports._people.join([int(remote.id)], [int(contact.id) for contact in people])
    _, resource = ADAPTER.compile(shop.site.project.segments["vip"], Realisation.MEMBERS, shop.site)
    assert list(shop.connection.members(remote, resource)) == people
    assert list(shop.connection.contacts()) == people
    assert shop.connection.count(remote, resource) == number
    assert len(shop.calls("getContactsFromList")) == max(1, -(-(number - 1) // 499)) + 1
    assert len(shop.calls("getContacts")) == max(1, -(-(number - 1) // 999))


@pytest.mark.parametrize("includes", [True, False])
def test_the_count_holds_whatever_brevo_s_counter_means(shop: Shop, includes: bool) -> None:
    """uniqueSubscribers may leave out blocklisted members; the count of the list's contacts does not."""
    shop.sandbox.assumptions["brevo.unique-includes-blocklisted"] = includes
    people = shop.seed(["anna@example.com"]) + shop.seed(["bert@example.com"], consent={"status": "unsubscribed"})
    remote = shop.members_list()
    list(shop.connection.write_members(remote, people, []))
    _, resource = ADAPTER.compile(shop.site.project.segments["vip"], Realisation.MEMBERS, shop.site)
    assert shop.connection.count(remote, resource) == 2
    (blocked,) = shop.rows("SELECT email FROM contacts WHERE email_blacklisted")
    assert blocked["email"] == "bert@example.com"


@pytest.mark.parametrize(
    ("held", "wanted", "pages", "lookups"),
    [
        (10, 0, 0, 0),  # nobody is no call
        (10, 1, 0, 1),  # one is looked up
        (10, 5, 1, 0),  # all are on the first page
        (2500, 2, 1, 0),  # found early: no further page
        (2500, -1, 0, 1),  # one who is not there
        (2500, -3, 3, 0),  # unknown ones: the last pages are fewer calls than looking each up
        (2500, -2, 1, 2),  # equally many: looked up
    ],
)
def test_known_takes_the_fewest_calls(shop: Shop, held: int, wanted: int, pages: int, lookups: int) -> None:
    """Pages or single lookups, whatever is less; negative numbers are emails that Brevo does not hold."""
    people = {contact.email: contact for contact in shop.seed(emails(held))}
    asked = emails(wanted) if wanted >= 0 else emails(-wanted, start=held)
    assert shop.connection.known(asked) == {email: people[email] for email in asked if email in people}
    assert (len(shop.calls("getContacts")), len(shop.calls("getContactInfo"))) == (pages, lookups)
    assert held <= 3 * CONTACTS_PAGE


def test_emails_are_found_in_any_spelling_and_never_read_as_ids(shop: Shop) -> None:
    """Stored capitals, plus signs and slashes; a number, and what is no email, is nobody, without asking."""
    shop.seed(["Anna+a/b@Example.com", "bert@example.com"])
    known = shop.connection.known
    assert set(known(["anna+a/b@example.com"])) == {"anna+a/b@example.com"}
    before = len(shop.calls())
    assert known(["1", "bert", ""]) == {}
    assert len(shop.calls()) == before
    assert {contact.email for contact in shop.connection.contacts()} == {"anna+a/b@example.com", "bert@example.com"}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=predicates(), rows=tables())
def test_a_random_segment_has_the_members_that_the_naive_interpreter_finds(
    brevo_stage: tuple[Stage, str], monkeypatch: pytest.MonkeyPatch, where: Any, rows: Any
) -> None:
    """No tree is native at Brevo; as members each has exactly those of its people whom the account holds."""
    monkeypatch.setenv("BREVO_API_KEY", "xkeysib-of-this-test")
    with opened(*brevo_stage, site_of({"vip": where}, url=brevo_stage[1])) as shop:
        everybody, _ = naive.universe(shop.site.project, rows, AS_OF)
        held = sorted(email for email in everybody if email.isascii() and "." in email and " " not in email)
        shop.seed(held[::2] + held[1::4])
        wanted = naive.emails(shop.site.project, rows, AS_OF)["vip"]
        known = shop.connection.known(wanted)
        remote = shop.members_list()
        list(shop.connection.write_members(remote, sorted(known.values()), []))
        assert shop.inside(remote.id) == wanted & shop.seeded
