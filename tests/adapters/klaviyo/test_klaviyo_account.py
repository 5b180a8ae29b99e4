"""The adapter against the sandbox, over HTTP and through the official SDK."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.klaviyo.kit import Account, account, site
from franca.adapter import ABSENT, Contact, Marker, Remote, Resource, ResourceKind, TransientError
from franca.adapter.protocol import Choice
from franca.adapter.reading import values_of
from franca.definitions import (
    Ago,
    AttributeTest,
    Count,
    Duration,
    EventTest,
    Last,
    Mailable,
    Not,
    Op,
    Predicate,
    Realisation,
    Segment,
    Sum,
    Unit,
    ValueTest,
)
from franca.plan import Store, apply, desire, make_plan
from franca_klaviyo import members
from franca_klaviyo.adapter import ADAPTER
from franca_klaviyo.people import known

METRICS = [{"name": "Placed Order", "integration": "Shopify"}, {"name": "Viewed Page"}, {"name": "Cancelled Order"}]
RECENT = EventTest(event="order", window=(Last(duration=Duration(30, Unit.DAYS)),))
RICH = EventTest(event="order", measures=(Sum(of="total", tests=(ValueTest(op=Op.GTE, operand=Decimal("1000.00")),)),))
VIP: Predicate = RECENT | RICH
SEEN_OFTEN = EventTest(event="view", measures=(Count(tests=(ValueTest(op=Op.GTE, operand=2),)),))


@pytest.fixture
def empty() -> Iterator[Account]:
    with account() as found:
        found.sandbox.seed({"metrics": METRICS})
        yield found


def people(number: int, **more: Any) -> list[dict[str, Any]]:
    return [{"email": f"p{at:05}@example.com", **more} for at in range(number)]


def segment(found: Account, where: Predicate, key: str = "vip", title: str = "VIP customers") -> Resource:
    (resource,) = ADAPTER.compile(Segment(key=key, name=title, where=where), Realisation.NATIVE, found.site)
    return resource


def a_list(found: Account, key: str = "vip") -> Remote:
    (resource,) = ADAPTER.compile(Segment(key=key, name="VIP customers", where=VIP), Realisation.MEMBERS, found.site)
    return found.make(resource)


def contacts(found: Account) -> list[Contact]:
    return sorted(found.connection.contacts())


# -- resources


def test_a_segment_is_created_marked_tagged_and_read_back_equal(empty: Account) -> None:
    """What is read is what was compiled, with ids in place of references."""
    resource = segment(empty, VIP)
    remote = empty.make(resource)
    assert (remote.kind, remote.name, remote.key) == (ResourceKind.SEGMENT, "VIP customers [franca:vip]", "vip")
    assert remote.body == empty.resolver()(resource)
    assert remote.body["tag"] == "franca:random"
    empty.make(segment(empty, SEEN_OFTEN, "often"))
    assert len(empty.calls("create_tag")) == 1


def test_an_update_writes_only_what_differs(empty: Account) -> None:
    """Nothing for no difference, one PATCH for name and definition, only the tag for a missing tag; 100 updates a day are counted."""
    remote = empty.make(segment(empty, VIP))
    resource = segment(empty, VIP)
    empty.connection.update(remote, resource, remote.body)
    assert not empty.calls("update_segment")
    changed = segment(empty, SEEN_OFTEN, title="VIP")
    empty.connection.update(remote, changed, empty.resolver()(changed))
    assert (empty.remote(remote.id).name, empty.remote(remote.id).body) == ("VIP [franca:vip]", empty.resolver()(changed))
    assert [set(call.call.body["data"]["attributes"]) for call in empty.calls("update_segment")] == [{"name", "definition"}]
    now = empty.remote(remote.id)
    empty.connection.update(replace(now, body={**now.body, "tag": ""}), changed, now.body)
    assert len(empty.calls("update_segment")) == 1
    assert len(empty.calls("tag_segments")) == 2


def test_a_segment_that_klaviyo_put_to_sleep_is_woken_up(empty: Account) -> None:
    """An inactive segment differs from what it should be, and the update makes it active again."""
    resource = segment(empty, VIP)
    remote = empty.make(resource)
    empty.sandbox._world.store.update("segments", remote.id, {"is_active": False})
    asleep = empty.remote(remote.id)
    assert asleep.body != remote.body
    empty.connection.update(asleep, resource, remote.body)
    assert empty.remote(remote.id).body == remote.body
    assert [call.call.body["data"]["attributes"] for call in empty.calls("update_segment")] == [{"is_active": True}]


def test_a_list_is_created_renamed_and_deleted(empty: Account) -> None:
    """A members realisation is a list of ours; deleting what is gone is fine."""
    remote = a_list(empty)
    assert (remote.kind, remote.name, remote.body) == (ResourceKind.LIST, "VIP customers [franca:vip]", {"tag": "franca:random"})
    (renamed,) = ADAPTER.compile(Segment(key="vip", name="Best", where=VIP), Realisation.MEMBERS, empty.site)
    empty.connection.update(remote, renamed, renamed.body)
    assert empty.remote(remote.id).name == "Best [franca:vip]"
    empty.connection.delete(remote)
    empty.connection.delete(remote)
    assert not empty.connection.read().remotes


def test_deleting_a_segment_twice_is_fine(empty: Account) -> None:
    """The second answer is 404, which is what was wanted."""
    remote = empty.make(segment(empty, VIP))
    empty.connection.delete(remote)
    empty.connection.delete(remote)
    assert not empty.connection.read().remotes
    assert [call.reply.status for call in empty.calls("delete_segment")] == [204, 404]


def test_what_others_made_is_not_ours(empty: Account) -> None:
    """Objects without a mark have no key, nor those with the tag of another project; any definition can be read."""
    remote = empty.make(segment(empty, VIP))
    store = empty.sandbox._world.store
    member = {"type": "profile-group-membership", "is_member": True, "group_ids": ["X"], "timeframe_filter": None}
    definition = json.dumps({"condition_groups": [{"conditions": [member]}]})
    store.update("segments", remote.id, {"name": "Theirs", "definition": definition})
    assert empty.remote(remote.id).key is None
    store.update("segments", remote.id, {"name": "VIP customers [franca:vip]"})
    assert empty.remote(remote.id).key == "vip"
    store.run("update tags set name = ?", [("franca:another",)])
    assert empty.remote(remote.id).key is None


def test_metrics_are_named_by_name_and_by_integration(empty: Account) -> None:
    """Two metrics of one name are ambiguous by name alone, and one each with their integration."""
    empty.sandbox.seed({"metrics": [{"name": "Viewed Page", "integration": "Magento"}]})
    names = empty.connection.read().names
    assert len(names["metric", "Viewed Page", ""]) == 2
    assert len(names["metric", "Viewed Page", "Magento"]) == 1
    assert names["metric", "Placed Order", ""] == names["metric", "Placed Order", "Shopify"]


def test_pages_are_followed(empty: Account) -> None:
    """Eleven lists are two pages of ten at most; all of them are read."""
    for number in range(11):
        a_list(empty, f"k{number}")
    assert {remote.key for remote in empty.connection.read().remotes} == {f"k{number}" for number in range(11)}


def test_the_account_is_named(empty: Account) -> None:
    """The snapshot says which account the key opens."""
    assert empty.connection.read().account == "SaNd01"


# -- limits


def test_a_sixth_segment_waits_until_another_one_is_processed(empty: Account) -> None:
    """Klaviyo processes five segments at a time; the adapter waits and is never refused."""
    for number in range(8):
        empty.make(segment(empty, VIP, f"k{number}"))
    assert {call.reply.status for call in empty.calls("create_segment")} == {201}
    assert len(empty.connection.read().remotes) == 8


def test_the_processing_limit_of_others_is_waited_for(empty: Account) -> None:
    """The limit answers 400 and passes by itself: it is tried again after half a minute."""
    with_others = [segment(empty, VIP, f"k{number}") for number in range(6)]
    for resource in with_others[:5]:
        empty.make(resource)
    empty.connection._resources._processing.clear()  # as if somebody else had made them
    empty.sandbox._world.store.run("update segments set ready_at = ?", [(empty.host.clock.ticks() + 20,)])
    empty.make(with_others[5])
    assert [call.reply.status for call in empty.calls("create_segment")][-2:] == [400, 201]


def test_the_daily_limit_ends_with_the_time(empty: Account) -> None:
    """After 100 creates in a day the next one is an error that says when, at once and without a call."""
    resource = segment(empty, Mailable(channel="email"))
    for _ in range(100):
        empty.connection.delete(replace(TEMPLATE, id=empty.connection.create(resource, resource.body)))
    before = empty.waiter.ticks()
    with pytest.raises(TransientError, match="rate limit is used up") as caught:
        empty.connection.create(resource, resource.body)
    assert caught.value.retry_after > 3600
    assert empty.waiter.ticks() - before < 5
    assert len(empty.calls("create_segment")) == 100


TEMPLATE = Remote(kind=ResourceKind.SEGMENT, id="", name="")


def test_counting_waits_until_processing_ends(empty: Account) -> None:
    """The count is taken when is_processing is false; while it is true, members are partial."""
    empty.sandbox.seed({"contacts": people(7, consent={"status": "subscribed", "suppressed": False})})
    resource = segment(empty, Mailable(channel="email"))
    remote = empty.make(resource)
    assert empty.connection.count(remote, resource) == 7
    assert len(empty.calls("get_segment")) < 6
    again = empty.make(segment(empty, Mailable(channel="email"), "again"))
    assert len(list(empty.connection.members(again, resource))) == 7


# -- people


def test_contacts_are_everybody_with_an_email(empty: Account) -> None:
    """Emails come trimmed and in lower case, once each, over all pages; profiles without an email are nobody here."""
    empty.sandbox.seed({"contacts": [*people(101), {"email": "Zoe@Example.COM"}, {"fields": {"first_name": "Nobody"}}]})
    found = contacts(empty)
    assert [contact.email for contact in found] == [*(each["email"] for each in people(101)), "zoe@example.com"]
    assert len(empty.calls("get_profiles")) == 2


@pytest.mark.parametrize(("asked", "calls"), [(0, 0), (99, 1), (100, 1), (101, 2)])
def test_emails_are_looked_up_a_hundred_a_call(empty: Account, asked: int, calls: int) -> None:
    """Only those that exist come back."""
    empty.sandbox.seed({"contacts": people(50)})
    found = empty.connection.known([each["email"] for each in people(asked)])
    assert set(found) == {each["email"] for each in people(min(asked, 50))}
    assert len(empty.calls("get_profiles")) == calls


def test_an_email_with_capitals_is_found_where_that_is_assumed(empty: Account) -> None:
    """Look-ups lean on klaviyo.emails-lower-case: without it the profile counts as unknown, and nobody is made."""
    empty.sandbox.seed({"contacts": [{"email": "Zoe@Example.com"}]})
    assert set(empty.connection.known(["zoe@example.com"])) == {"zoe@example.com"}
    empty.sandbox.assumptions["klaviyo.emails-lower-case"] = False
    assert not empty.connection.known(["zoe@example.com"])


def test_emails_with_quotes_are_found_and_never_break_a_filter(empty: Account) -> None:
    """Either kind of quote is written within the other; what cannot be written is not known."""
    odd = ["o'brien@example.com", '"a b"@example.com', "a,b@example.com", "x]y)@example.com"]
    empty.sandbox.seed({"contacts": [{"email": each} for each in odd]})
    assert set(empty.connection.known([*odd, '"o\'"@example.com', "a\\@example.com"])) == set(odd)


def test_long_emails_make_shorter_look_ups(empty: Account) -> None:
    """No look-up makes a URL that a web server would refuse."""
    long = [f"{'x' * 200}{number:03}@example.com" for number in range(100)]
    empty.sandbox.seed({"contacts": [{"email": each} for each in long]})
    assert len(known(empty.connection._client, long)) == 100
    lengths = [len(dict(call.call.query)["filter"]) for call in empty.calls("get_profiles")]
    assert len(lengths) > 1
    assert max(lengths) < 7000


# -- members


@pytest.mark.parametrize(("number", "calls"), [(999, 1), (1000, 1), (1001, 2)])
def test_members_are_written_a_thousand_a_call(empty: Account, number: int, calls: int) -> None:
    """At the limit and one to each side; then all are taken out again in as many calls."""
    empty.sandbox.seed({"contacts": people(number)})
    remote, everybody = a_list(empty), contacts(empty)
    written = list(empty.connection.write_members(remote, everybody, []))
    assert sum(len(each.added) for each in written) == number
    assert len(empty.calls("add_profiles_to_list")) == calls
    assert sorted(empty.connection.members(remote, segment(empty, VIP))) == everybody
    assert empty.connection.count(remote, segment(empty, VIP)) == number
    assert sum(len(each.removed) for each in empty.connection.write_members(remote, [], everybody)) == number
    assert not list(empty.connection.members(remote, segment(empty, VIP)))


def test_a_profile_that_has_gone_is_rejected_alone(empty: Account) -> None:
    """One unknown id refuses a call; the others of its batch are written all the same."""
    empty.sandbox.seed({"contacts": people(9)})
    remote, everybody = a_list(empty), contacts(empty)
    gone = Contact(email="gone@example.com", id="01GONE")
    (written,) = empty.connection.write_members(remote, [*everybody[:4], gone, *everybody[4:]], [])
    assert set(written.added) == {each.email for each in everybody}
    assert written.rejected == (("gone@example.com", "Klaviyo no longer has this profile"),)


# -- markers


def marker(found: Account) -> tuple[Resource, ...]:
    choices = tuple(Choice(segment=key, key=f"tier.{key}", title=f"{key}, exclusively") for key in ("vip", "rest"))
    return ADAPTER.compile_marker(Marker(key="tier", title="Tier", choices=choices), found.site)


@pytest.fixture
def marked(empty: Account) -> tuple[Account, Remote, dict[str, Remote]]:
    """A marker field with its two segments, and nine people."""
    empty.sandbox.seed({"contacts": people(9)})
    field, *segments = marker(empty)
    assert empty.connection.create(field, field.body) == "franca_tier"
    assert not empty.connection.read().remotes  # a property that nothing reads exists nowhere
    made = {each.segment: empty.make(each) for each in segments}
    return empty, empty.remote("franca_tier"), made


def test_a_marker_is_written_read_and_counted(marked: tuple[Account, Remote, dict[str, Remote]]) -> None:
    """Values are written to known profiles; segments on the values count them; whoever left has the absent value."""
    found, field, segments = marked
    assert (field.kind, field.key, field.name) == (ResourceKind.FIELD, "tier", "franca_tier")
    everybody = contacts(found)
    values = [(each, "vip" if at < 4 else "rest") for at, each in enumerate(everybody)]
    (written,) = found.connection.write_field(field, values)
    assert set(written.added) == {each.email for each in everybody}
    resource = marker(found)[1]
    assert {key: found.connection.count(remote, resource) for key, remote in segments.items()} == {"vip": 4, "rest": 5}
    list(found.connection.write_field(field, [(everybody[0], ABSENT)]))
    assert dict(values_of(found.connection, field)) == {**dict(values), everybody[0]: ABSENT}
    assert found.connection.count(segments["vip"], resource) == 3
    assert found.connection.count(field, marker(found)[0]) == 9


@pytest.mark.parametrize(("number", "calls"), [(4, 1), (5, 1), (6, 2)])
def test_markers_are_written_in_the_largest_batches(
    marked: tuple[Account, Remote, dict[str, Remote]], monkeypatch: pytest.MonkeyPatch, number: int, calls: int
) -> None:
    """One import for each full batch; the vendor's limit of 10,000 is made 5 here."""
    found, field, _ = marked
    assert ADAPTER.limits.fields_batch == members.FIELDS_BATCH == 10_000
    monkeypatch.setattr(members, "FIELDS_BATCH", 5)
    list(found.connection.write_field(field, [(each, "vip") for each in contacts(found)[:number]]))
    assert len(found.calls("bulk_import_profiles")) == calls


def test_a_marker_never_makes_a_profile(marked: tuple[Account, Remote, dict[str, Remote]]) -> None:
    """A profile that has gone since it was read is rejected: it is named by its id, so that nobody is made."""
    found, field, _ = marked
    gone = Contact(email="gone@example.com", id="01GONE")
    (written,) = found.connection.write_field(field, [(gone, "vip"), (contacts(found)[0], "vip")])
    assert written.added == (contacts(found)[0].email,)
    assert [email for email, _ in written.rejected] == ["gone@example.com"]
    assert len(contacts(found)) == 9
    assert "@" not in str([call.call.body for call in found.calls("bulk_import_profiles")])


# -- planned


def test_a_second_plan_is_empty(tmp_path: Path) -> None:
    """Native, members and marker resources are planned, applied and read back; afterwards nothing is left to do."""
    group = {"group": "tier"}
    with account({"vip": VIP, "often": SEEN_OFTEN, "rest": ~VIP}) as found:
        found.sandbox.seed({"metrics": METRICS})
        target = replace(found.site.destination, markers=("tier",))
        segments = {
            key: replace(each, priority=at, realise={"klaviyo": Realisation.MEMBERS} if key == "often" else {}, **group)
            for at, (key, each) in enumerate(found.site.project.segments.items())
        }
        project = replace(found.site.project, root=tmp_path, segments=segments, destinations={"klaviyo": target})
        place = replace(site(), project=project, destination=target)
        desired, store = desire(place, ADAPTER), Store.of(project, "klaviyo")
        plan = make_plan(desired, found.connection.read(), store.load())
        assert {str(change.address) for change in plan.changes} == {
            *("segment/vip", "segment/rest", "list/often", "field/tier"),
            *("segment/tier.vip", "segment/tier.often", "segment/tier.rest"),
        }
        apply(plan, desired, found.connection, store)
        assert not make_plan(desired, found.connection.read(), store.load()).changes
        lost = Store.of(replace(project, state="lost"), "klaviyo")
        assert not make_plan(desired, found.connection.read(), lost.load()).changes


# -- meaning, by hand


def test_negated_windows_hold_for_the_future_and_for_missing_values(empty: Account) -> None:
    """Not in the last 30 days: longer ago, ahead however far, or never; the same the other way round."""
    seen = {"old": "2020-01-01", "recent": "2026-03-20", "soon": "2026-04-20", "sentinel": "9999-12-31", "missing": None}
    people = [{"email": f"{name}@example.com", "fields": {"Last Seen": f"{day}T08:00:00Z"} if day else {}} for name, day in seen.items()]
    empty.sandbox.seed({"contacts": people})
    days = Duration(30, Unit.DAYS)
    expected: dict[Predicate, set[str]] = {
        AttributeTest(attribute="last_seen", tests=(Last(duration=days),)): {"recent"},
        Not(of=AttributeTest(attribute="last_seen", tests=(Last(duration=days),))): {"old", "soon", "sentinel", "missing"},
        AttributeTest(attribute="last_seen", tests=(Ago(older=days),)): {"old"},
        Not(of=AttributeTest(attribute="last_seen", tests=(Ago(older=days),))): {"recent", "soon", "sentinel", "missing"},
    }
    for number, (where, names) in enumerate(expected.items()):
        resource = segment(empty, where, f"k{number}")
        found = empty.connection.members(empty.make(resource), resource)
        assert {contact.email.partition("@")[0] for contact in found} == names
