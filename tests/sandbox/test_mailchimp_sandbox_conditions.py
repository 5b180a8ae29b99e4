"""What the Mailchimp sandbox takes segment conditions to mean, on a handful of contacts, through the official SDK."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from mailchimp_kit import LIST, NOW, Account, refusal, sandbox

from franca_mailchimp.sandbox import Account as MailchimpAccount

YES = {"status": "subscribed", "suppressed": False, "at": "2026-02-10T08:00:00+00:00"}
EVERYBODY = ["ada", "bo", "cy", "dee"]
# ada has every field, bo differs in case, accent and sign, cy holds spaces and zero, dee has nothing at all
SEED: dict[str, Any] = {
    "contacts": [
        {
            "email": "ada@x.de",
            "created_at": "2026-01-05T10:00:00+00:00",
            "fields": {"CITY": "Orléans", "AGE": 30, "SINCE": date(2025, 6, 1), "SIZE": "M", "BDAY": "02/28", "NOTE": "100%"},
            "consent": {**YES, "at": "2026-02-09T22:30:00+00:00"},
            "language": "fr",
            "vip": True,
            "member_rating": 5,
            "source": "List Import",
        },
        {
            "email": "bo@x.de",
            "created_at": "2026-01-06T10:00:00+00:00",
            "fields": {"CITY": "orleans", "AGE": 4.5, "SINCE": date(2025, 7, 1), "SIZE": "L", "NOTE": "100x"},
            "consent": YES,
            "language": "de",
        },
        {"email": "cy@x.de", "created_at": "2026-01-07T10:00:00+00:00", "fields": {"CITY": "  ", "AGE": 0}, "consent": YES},
        {"email": "dee@x.de", "created_at": "2026-01-08T10:00:00+00:00", "consent": {"status": "subscribed"}},
    ],
    "events": [
        {
            "email": "ada@x.de",
            "metric": "order",
            "id": "1",
            "at": "2026-02-01T10:00:00+00:00",
            "value": 10.5,
            "properties": {"lines": [{"quantity": 3}]},
        },
        {"email": "Ada@x.de", "metric": "order", "id": "2", "at": "2026-03-01T23:30:00+00:00", "value": 89.5},
        {"email": "bo@x.de", "metric": "order", "id": "3", "at": "2026-03-02T10:00:00+00:00", "value": 20},
        {"email": "bo@x.de", "metric": "viewed", "id": "4", "at": "2026-03-02T10:00:00+00:00", "value": 900},
        {"email": "cy@x.de", "metric": "order", "id": "5", "at": "2026-04-01T10:00:00+00:00", "value": 5000},
    ],
}


def fill(account: Account) -> Account:
    """Create the fields that a seed cannot guess the type of, and seed."""
    for tag, kind, options in (("SIZE", "dropdown", {"choices": ["M", "L"]}), ("BDAY", "birthday", {})):
        account.sdk.lists.add_list_merge_field(LIST, {"name": tag, "tag": tag, "type": kind, "options": options})
    account.emulator.seed(SEED)
    return account


@pytest.fixture(scope="module")
def shop() -> Iterator[Account]:
    with sandbox() as account:
        yield fill(account)


@pytest.fixture
def flip(shop: Account) -> Iterator[Any]:
    before = dict(shop.emulator.assumptions)
    yield lambda name: shop.emulator.assumptions.update({name: False})
    shop.emulator.assumptions.update(before)


def text(op: str, value: str | None = None, field: str = "CITY", kind: str = "TextMerge") -> dict[str, Any]:
    """Return a condition on a merge field."""
    return {"condition_type": kind, "field": field, "op": op, **({} if value is None else {"value": value})}


def fixed(kind: str, field: str, op: str, value: Any = None, **more: Any) -> dict[str, Any]:
    """Return a condition on what every contact has."""
    return {"condition_type": kind, "field": field, "op": op, **({} if value is None else {"value": value}), **more}


@pytest.mark.parametrize(
    ("condition", "members"),
    [
        (text("is", "Orléans"), "ada"),
        (text("not", "Orléans"), "bo cy dee"),
        (text("contains", "l"), "ada bo"),
        (text("notcontain", "an"), "cy dee"),
        (text("starts", "O"), "ada"),
        (text("ends", "ans"), "ada bo"),
        (text("greater", "P"), "bo"),
        (text("less", "P"), "ada cy"),
        (text("blank"), "dee"),
        (text("blank_not"), "ada bo cy"),
        (text("is", "30", "AGE"), "ada"),
        (text("is", "30.0", "AGE"), "ada"),
        (text("not", "30", "AGE"), "bo cy dee"),
        (text("greater", "4.5", "AGE"), "ada"),
        (text("greater", "4.4", "AGE"), "ada bo"),
        (text("less", "4.5", "AGE"), "cy"),
        (text("blank", None, "AGE"), "dee"),
        (text("contains", "0", "AGE"), "ada cy"),
        (text("is", "M", "SIZE", "SelectMerge"), "ada"),
        (text("not", "M", "SIZE", "SelectMerge"), "bo cy dee"),
        (text("blank", None, "SIZE", "SelectMerge"), "cy dee"),
        (text("is", "06/01/2025", "SINCE", "DateMerge"), "ada"),
        (text("is", "2025-06-01", "SINCE", "DateMerge"), "ada"),
        (text("not", "06/01/2025", "SINCE", "DateMerge"), "bo cy dee"),
        (text("greater", "06/01/2025", "SINCE", "DateMerge"), "bo"),
        (text("less", "07/01/2025", "SINCE", "DateMerge"), "ada"),
        (text("blank_not", None, "SINCE", "DateMerge"), "ada bo"),
        (text("is", "02/28", "BDAY", "BirthdayMerge"), "ada"),
        (text("not", "02/28", "BDAY", "BirthdayMerge"), "bo cy dee"),
        (fixed("EmailAddress", "EMAIL", "starts", "a"), "ada"),
        (fixed("EmailAddress", "merge0", "not", "ada@x.de"), "bo cy dee"),
        (fixed("MemberRating", "rating", "greater", 4), "ada"),
        (fixed("MemberRating", "rating", "not", "5"), "bo cy dee"),
        (fixed("Language", "language", "is", "de"), "bo"),
        (fixed("Language", "language", "not", "de"), "ada cy dee"),
        (fixed("SignupSource", "source", "source_is", "List Import"), "ada"),
        (fixed("SignupSource", "source", "source_not", "List Import"), "bo cy dee"),
        (fixed("VIP", "gmonkey", "member"), "ada"),
        (fixed("VIP", "gmonkey", "notmember"), "bo cy dee"),
        (fixed("Date", "timestamp_opt", "greater", "date", extra="2026-02-09"), "bo cy"),
        (fixed("Date", "timestamp_opt", "is", "date", extra="2026-02-09"), "ada"),
        (fixed("Date", "timestamp_opt", "less", "date", extra="2026-02-09"), "dee"),
        (fixed("Date", "info_changed", "is", "date", extra="2026-03-30"), "ada bo cy dee"),
        (fixed("Date", "ecomm_date", "greater", "date", extra="2026-03-01"), "bo"),
        (fixed("Date", "ecomm_date", "not", "date", extra="2026-03-01"), "bo cy dee"),
        (fixed("Date", "ecomm_date", "blank", ""), "cy dee"),
        (fixed("EcommPurchased", "ecomm_purchased", "member"), "ada bo"),
        (fixed("EcommPurchased", "ecomm_purchased", "notmember"), "cy dee"),
        (fixed("EcommSpent", "ecomm_spent_all", "greater", 99), "ada"),
        (fixed("EcommSpent", "ecomm_spent_all", "greater", 100), ""),
        (fixed("EcommSpent", "ecomm_spent_all", "less", "100"), "bo cy dee"),
        (fixed("EcommSpent", "ecomm_spent_one", "greater", 20), "ada"),
        (fixed("EcommSpent", "ecomm_spent_one", "less", 11), "ada cy dee"),
        (fixed("EcommNumber", "ecomm_orders", "is", 2), "ada"),
        (fixed("EcommNumber", "ecomm_orders", "less", 1), "cy dee"),
        (fixed("EcommNumber", "ecomm_spent_avg", "is", 50), "ada"),
        (fixed("EcommNumber", "ecomm_prod_all", "is", 4), "ada"),
        (fixed("EcommNumber", "ecomm_avg_ord", "greater", 1), "ada"),
    ],
)
def test_a_condition_matches_as_the_sheet_says(shop: Account, condition: dict[str, Any], members: str) -> None:
    """Each condition type and operator matches the contacts it describes; blanks only under negation."""
    assert shop.segment(condition) == members.split()


@pytest.mark.parametrize(
    ("assumption", "condition", "members"),
    [
        ("not-matches-blank", text("not", "Orléans"), "bo cy"),
        ("not-matches-blank", text("notcontain", "an"), "cy"),
        ("not-matches-blank", text("not", "30", "AGE"), "bo cy"),
        ("not-matches-blank", text("not", "06/01/2025", "SINCE", "DateMerge"), "bo"),
        ("not-matches-blank", fixed("Date", "ecomm_date", "not", "date", extra="2026-03-01"), "bo"),
        ("less-skips-blank", text("less", "P"), "ada cy dee"),
        ("less-skips-blank", text("less", "4.5", "AGE"), "cy dee"),
        ("less-skips-blank", text("greater", "-1", "AGE"), "ada bo cy dee"),
        ("less-skips-blank", text("is", "0", "AGE"), "cy dee"),
        ("less-skips-blank", text("less", "06/01/2025", "SINCE", "DateMerge"), "cy dee"),
        ("less-skips-blank", fixed("Date", "ecomm_date", "less", "date", extra="2026-03-01"), "cy dee"),
        ("zero-is-no-blank", text("blank", None, "AGE"), "cy dee"),
        ("case-sensitive", text("starts", "O"), "ada bo"),
        ("case-sensitive", fixed("EmailAddress", "EMAIL", "is", "ADA@X.DE"), "ada"),
        ("accents-distinct", text("is", "Orleans"), "ada"),
        ("blank-is-exact", text("blank"), "cy dee"),
        ("wildcards-literal", text("contains", "0%", "NOTE"), "ada bo"),
        ("wildcards-literal", text("starts", "1_0", "NOTE"), "ada bo"),
        ("number-compares-numerically", text("greater", "4.4", "AGE"), "bo"),
        ("number-compares-numerically", text("is", "30.0", "AGE"), ""),
        ("date-merge-iso", text("is", "2025-06-01", "SINCE", "DateMerge"), ""),
        ("date-merge-iso", text("not", "2025-06-01", "SINCE", "DateMerge"), ""),
        ("date-compares-days", fixed("Date", "timestamp_opt", "greater", "date", extra="2026-02-09"), "ada bo cy"),
        ("date-compares-days", fixed("Date", "timestamp_opt", "is", "date", extra="2026-02-09"), ""),
        ("no-orders-is-zero", fixed("EcommNumber", "ecomm_orders", "less", 1), ""),
        ("no-orders-is-zero", fixed("EcommSpent", "ecomm_spent_all", "less", 100), "bo"),
    ],
)
def test_a_flipped_assumption_changes_who_matches(
    shop: Account, flip: Any, assumption: str, condition: dict[str, Any], members: str
) -> None:
    """What Mailchimp does not document is read at evaluation time, and its opposite can be had."""
    believed = shop.segment(condition)
    flip(f"mailchimp.{assumption}")
    assert shop.segment(condition) == members.split()
    assert believed != members.split()


def test_the_documented_form_of_a_date_needs_no_assumption(shop: Account, flip: Any) -> None:
    """MM/DD/YYYY is read whether or not ISO dates are."""
    flip("mailchimp.date-merge-iso")
    assert shop.segment(text("is", "06/01/2025", "SINCE", "DateMerge")) == ["ada"]


def test_days_are_cut_in_the_zone_of_the_account() -> None:
    """22:30 UTC belongs to the next day in Tokyo; under the flipped assumption it does not."""
    condition = fixed("Date", "timestamp_opt", "is", "date", extra="2026-02-09")
    with sandbox(account=MailchimpAccount(timezone="Asia/Tokyo")) as account:
        assert fill(account).segment(condition) == []
        account.emulator.assumptions["mailchimp.days-in-account-zone"] = False
        assert account.segment(condition) == ["ada"]


def test_orders_of_the_future_do_not_exist_yet(shop: Account) -> None:
    """An order counts from its instant on."""
    condition = fixed("EcommPurchased", "ecomm_purchased", "member")
    assert shop.segment(condition) == ["ada", "bo"]
    shop.clock.set(NOW.replace(month=4))
    try:
        assert shop.segment(condition) == ["ada", "bo", "cy"]
    finally:
        shop.clock.set(NOW)


def test_any_and_all_combine_a_flat_list(shop: Account) -> None:
    """`all` is an and, `any` is an or."""
    conditions = text("contains", "l"), fixed("VIP", "gmonkey", "member")
    assert shop.segment(*conditions) == ["ada"]
    assert shop.segment(*conditions, match="any") == ["ada", "bo"]


def test_tags_are_conditions_by_the_id_of_the_static_segment(shop: Account) -> None:
    """StaticSegment tests a tag, by number or numeric text, and not a saved segment."""
    tag = shop.tag("gold", "bo@x.de")
    assert shop.segment(fixed("StaticSegment", "static_segment", "static_is", tag)) == ["bo"]
    assert shop.segment(fixed("StaticSegment", "static_segment", "static_not", str(tag))) == ["ada", "cy", "dee"]
    saved = shop.sdk.lists.create_segment(LIST, {"name": "s", "options": {"match": "all", "conditions": [text("blank")]}})["id"]
    problem = refusal(lambda: shop.segment(fixed("StaticSegment", "static_segment", "static_is", saved)))
    assert problem["errors"][0]["field"] == "options.conditions.item:0.value"


@pytest.mark.parametrize(
    ("condition", "key"),
    [
        ({"field": "CITY", "op": "is", "value": "x"}, "condition_type"),
        (text("is", "x", kind="EmailActivity"), "condition_type"),
        (text("is", "x", kind="GoalActivity"), "condition_type"),
        (text("within", "x"), "op"),
        (text("starts", "M", "SIZE", "SelectMerge"), "op"),
        (fixed("EmailAddress", "EMAIL", "blank"), "op"),
        (text("is", "x", "NOPE"), "field"),
        (text("is", "x", "SINCE"), "field"),
        (text("is", "06/01/2025", "CITY", "DateMerge"), "field"),
        (fixed("VIP", "vip", "member"), "field"),
        (text("is"), "value"),
        (text("is", ""), "value"),
        ({**text("is"), "value": 5}, "value"),
        (text("greater", "many", "AGE"), "value"),
        (text("is", "1.6.2025", "SINCE", "DateMerge"), "value"),
        (text("is", "2/28", "BDAY", "BirthdayMerge"), "value"),
        (fixed("MemberRating", "rating", "is", "five"), "value"),
        (fixed("Date", "timestamp_opt", "greater", "2026-02-09"), "value"),
        (fixed("Date", "timestamp_opt", "greater", "last"), "value"),
        (fixed("Date", "timestamp_opt", "greater", "date"), "extra"),
        (fixed("Date", "timestamp_opt", "greater", "date", extra="02/09/2026"), "extra"),
        (fixed("Date", "timestamp_opt", "within", "30"), "op"),
        (fixed("StaticSegment", "static_segment", "static_is", 987654), "value"),
    ],
)
def test_a_malformed_condition_is_refused(shop: Account, condition: dict[str, Any], key: str) -> None:
    """The refusal is a 400 Invalid Resource that names the field of the condition."""
    problem = refusal(lambda: shop.segment(condition))
    assert (problem["status"], problem["title"]) == (400, "Invalid Resource")
    assert [error["field"] for error in problem["errors"]] == [f"options.conditions.item:0.{key}"]


@pytest.mark.parametrize("name", ["Automation", "AddressMerge", "PredictedAge"])
def test_a_documented_type_that_is_not_interpreted_says_so(shop: Account, name: str) -> None:
    """A type of the API description is never mistaken for an unknown one."""
    problem = refusal(lambda: shop.segment(text("is", "x", kind=name)))
    assert "not interpreted by this sandbox" in problem["errors"][0]["message"]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"match": "none", "conditions": [text("blank")]}, "options.match"),
        ({"conditions": [text("blank")]}, "options.match"),
        ({"match": "all", "conditions": text("blank")}, "options.conditions"),
        ({"match": "all"}, "options.conditions"),
        ({"match": "all", "conditions": []}, "options.conditions"),
        ({"match": "all", "conditions": [{"match": "any", "conditions": [text("blank")]}]}, "options.conditions.item:0.condition_type"),
    ],
)
def test_malformed_options_are_refused(shop: Account, options: dict[str, Any], field: str) -> None:
    """Only any or all over a flat, filled array is a segment; nesting is refused."""
    problem = refusal(lambda: shop.sdk.lists.create_segment(LIST, {"name": "x", "options": options}))
    assert [error["field"] for error in problem["errors"]] == [field]


def test_a_plan_may_limit_the_number_of_conditions() -> None:
    """An account of a small plan refuses a sixth condition."""
    with sandbox(account=MailchimpAccount(conditions=5)) as account:
        blank = text("blank", field="FNAME")
        assert account.segment(*[blank] * 5) == []
        assert refusal(lambda: account.segment(*[blank] * 6))["errors"][0]["field"] == "options.conditions"


def test_a_condition_on_a_deleted_field_matches_nobody(shop: Account) -> None:
    """A segment outlives the merge field that it tests."""
    field = shop.sdk.lists.add_list_merge_field(LIST, {"name": "Old", "tag": "OLD", "type": "text"})
    made = shop.sdk.lists.create_segment(LIST, {"name": "old", "options": {"match": "all", "conditions": [text("blank", field="OLD")]}})
    assert made["member_count"] == len(EVERYBODY)
    shop.sdk.lists.delete_list_merge_field(LIST, field["merge_id"])
    assert shop.sdk.lists.get_segment(LIST, made["id"])["member_count"] == 0
