"""The Brevo adapter end to end: markers are imported for known contacts, waited for, and looked at."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.brevo.brevo_kit import Shop, emails, total
from franca.adapter import ABSENT, Contact, TerminalError, TransientError, Written
from franca.adapter.jobs import LostJobError
from franca.adapter.reading import values_of
from franca_brevo import imports
from franca_brevo.imports import ends


def write(shop: Shop, values: Any) -> Written:
    """Write a marker and return all batches as one."""
    return total(shop.connection.write_field(shop.field(), values))


def blocklist(shop: Shop) -> list[str]:
    """Return who is blocklisted."""
    return [row["email"] for row in shop.rows("SELECT email FROM contacts WHERE email_blacklisted ORDER BY email")]


def test_values_are_written_read_back_and_changed(shop: Shop) -> None:
    """A marker's values arrive after the import is done; other attributes stay; who left gets the absent value."""
    anna, bert = shop.seed(["anna@example.com", "bert@example.com"], fields={"CITY": "Bonn"})
    assert write(shop, [(anna, "vip"), (bert, "vip")]) == Written(added=(anna.email, bert.email))
    assert shop.attributes(anna.email) == {"CITY": "Bonn", "FRANCA_VIP": "vip"}
    assert write(shop, [(bert, ABSENT)]) == Written(added=(bert.email,))
    assert list(values_of(shop.connection, shop.field())) == [(anna, "vip"), (bert, ABSENT)]


def test_no_foreign_list_changes_by_an_import(shop: Shop) -> None:
    """An import must name a list: only the technical one gets members."""
    (anna,) = shop.seed(["anna@example.com"])
    foreign = shop.list_in(shop.folder("theirs"), "Newsletter")
    members = shop.members_list()
    write(shop, [(anna, "vip")])
    landing = shop.owned()["list/franca.markers"]
    assert (shop.inside(landing.id), shop.inside(foreign), shop.inside(members.id)) == ({anna.email}, set(), set())


def test_an_import_holds_only_what_it_needs(shop: Shop) -> None:
    """Known emails, one attribute, the technical list, no mail to the owner; no key that could touch consent."""
    (anna,) = shop.seed(["anna@example.com"])
    write(shop, [(anna, "vip")])
    (exchange,) = shop.calls("importContacts")
    landing = int(shop.owned()["list/franca.markers"].id)
    rows = [{"email": anna.email, "attributes": {"FRANCA_VIP": "vip"}}]
    assert exchange.call.body == {"jsonBody": rows, "listIds": [landing], "disableNotification": True}


def test_blocklisted_contacts_stay_so_as_assumed(shop: Shop) -> None:
    """The assumption that markers lean on: flipped, the sandbox shows what it guards against."""
    (anna,) = shop.seed(["anna@example.com"], consent={"status": "unsubscribed"})
    write(shop, [(anna, "vip")])
    assert blocklist(shop) == [anna.email]
    shop.sandbox.assumptions["brevo.import-keeps-blocklist"] = False
    write(shop, [(anna, ABSENT)])
    assert blocklist(shop) == []


def test_imports_that_are_under_way_are_found_among_newer_processes(shop: Shop) -> None:
    """Newest first, page by page, as long as a page has one of them; what is over and what is no import does not count."""
    processes = shop.sandbox.processes
    for _ in range(3):
        processes.start("IMPORTUSER", lambda _number: None)
    shop.clock.advance(60)
    assert shop.connection.under_way() == []
    wanted = [str(processes.start("IMPORTUSER", lambda _number: None)) for _ in range(55)]
    processes.start("SEARCH_EXPORT_USERS", lambda _number: None)
    before = len(shop.calls("getProcesses"))
    assert sorted(shop.connection.under_way(), key=int) == wanted
    assert len(shop.calls("getProcesses")) - before == 2


def test_an_unknown_import_is_lost_and_a_refusal_is_not(shop: Shop) -> None:
    """404 with `invalid_parameter`: what became of its rows is unknown. 403: the job may well be under way."""
    with pytest.raises(LostJobError, match="processId is invalid"):
        shop.connection.resume_field(shop.field(), "999", ())
    shop.host._add_faults({"match": "/v3/processes/", "status": 403, "body": {"code": "permission_denied", "message": "no"}})
    with pytest.raises(TerminalError, match="403") as caught:
        shop.connection.resume_field(shop.field(), "999", ())
    assert not isinstance(caught.value, LostJobError)


def test_nobody_is_created_when_case_matters(shop: Shop) -> None:
    """Whatever Brevo makes of capitals, an import names people as Brevo stores them."""
    shop.sandbox.assumptions["brevo.email-case-ignored"] = False
    shop.seed(["Anna@Example.com", *emails(5)])
    known = shop.connection.known(["anna@example.com", *emails(5)])
    assert len(known) == 6
    assert len(write(shop, [(contact, "vip") for contact in known.values()]).added) == 6
    assert shop.attributes("Anna@Example.com") == {"FRANCA_VIP": "vip"}


def test_a_slow_import_is_waited_for_with_growing_pauses(shop: Shop) -> None:
    """Looks at a process share 100 calls an hour: an import of ten minutes takes 14 of them."""
    (anna,) = shop.seed(["anna@example.com"])
    shop.sandbox.processes.seconds = 600.0
    assert write(shop, [(anna, "vip")]).added == (anna.email,)
    assert len(shop.calls("getProcess")) == 14


def test_an_import_that_never_ends_is_a_transient_error(shop: Shop) -> None:
    """After half an hour the wait ends with words; a later sync writes the same values again."""
    (anna,) = shop.seed(["anna@example.com"])
    shop.sandbox.processes.seconds = 10_000.0
    with pytest.raises(TransientError, match=r"import \d+ is not done yet; run sync again later"):
        write(shop, [(anna, "vip")])
    assert len(shop.calls("getProcess")) == 35


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_failed_import_is_an_error(shop: Shop, status: str) -> None:
    """The SDK's typed call would crash on these words; they are read, and end the writing."""
    (anna,) = shop.seed(["anna@example.com"])
    field = shop.field()
    shop.host._add_faults({"match": "GET /v3/processes", "status": 200, "body": {"id": 1, "name": "IMPORTUSER", "status": status}})
    with pytest.raises(TerminalError, match=f"import 1: {status}"):
        list(shop.connection.write_field(field, [(anna, "vip")]))


def test_rejected_rows_are_found_and_told_with_the_report_s_name(shop: Shop) -> None:
    """A completed import may have rejected rows: who has the value is written, who has not is rejected."""
    anna, bert = shop.seed(["anna@example.com", "bert@example.com"])
    twin = Contact(email=bert.email, id="999")
    written = write(shop, [(anna, "vip"), (bert, "vip"), (twin, "vip")])
    assert written == Written(added=(anna.email, bert.email), rejected=((bert.email, "the import did not keep it (duplicate_email_id)"),))


def test_values_that_an_import_drops_without_a_word_are_noticed(shop: Shop) -> None:
    """An attribute that is gone is ignored by an import that says "completed": nothing is claimed to be written."""
    people, field = shop.seed(emails(30)), shop.field()
    shop.connection.delete(field)
    written = total(shop.connection.write_field(field, [(contact, "vip") for contact in people]))
    assert (written.added, len(written.rejected)) == ((), 30)
    assert {why for _, why in written.rejected} == {"the import did not keep it (no reason given)"}


def test_without_the_technical_list_nothing_is_imported(shop: Shop) -> None:
    """Somebody deleted it: the error says what to run."""
    (anna,) = shop.seed(["anna@example.com"])
    field = shop.field()
    shop.connection.delete(shop.owned()["list/franca.markers"])
    shop.connection.read()
    with pytest.raises(TerminalError, match="technical list of marker imports is missing; run franca apply first"):
        list(shop.connection.write_field(field, [(anna, "vip")]))
    assert shop.calls("importContacts") == []


@pytest.mark.parametrize(("number", "sizes"), [(9, [9]), (10, [10]), (11, [10, 1])])
def test_rows_are_cut_at_the_limit(shop: Shop, monkeypatch: pytest.MonkeyPatch, number: int, sizes: list[int]) -> None:
    """Each import is as large as may be, and told when it is done."""
    monkeypatch.setattr(imports, "IMPORT_ROWS", 10)
    people, field = shop.seed(emails(number)), shop.field()
    written = list(shop.connection.write_field(field, [(contact, "vip") for contact in people]))
    assert [len(batch.added) for batch in written] == sizes


def test_no_import_is_larger_than_its_bytes(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes over the wire stays under the limit, and nearly reaches it."""
    monkeypatch.setattr(imports, "IMPORT_BYTES", 2000)
    people, field = shop.seed([f"zoë{number}@example.com" for number in range(50)]), shop.field()
    assert len(total(shop.connection.write_field(field, [(contact, "vip") for contact in people])).added) == 50
    sizes = [len(exchange.call.raw) for exchange in shop.calls("importContacts")]
    assert max(sizes) <= 2000
    assert min(sizes[:-1]) > 1600


@given(st.lists(st.integers(1, 50)), st.integers(1, 8), st.integers(1, 100))
def test_parts_are_whole_and_within_both_limits(sizes: list[int], most: int, room: int) -> None:
    """No row is lost, no part exceeds a limit unless it is one row, and no two neighbours would have fitted together at the cut."""
    cuts = [0, *ends(sizes, most, room)]
    parts = [sizes[start:end] for start, end in pairwise(cuts)]
    assert [size for part in parts for size in part] == sizes
    assert all(part and (len(part) == 1 or (len(part) <= most and sum(part) <= room)) for part in parts)
    assert all(len(part) == most or sum(part) + following[0] > room for part, following in pairwise(parts))


def test_the_answer_of_a_process_is_read_without_its_info() -> None:
    """`info` is absent on some processes and null on others: no report is no rejection."""
    assert [imports._reports(each) for each in ({}, {"info": None}, {"info": {"import": None}})] == [[], [], []]
