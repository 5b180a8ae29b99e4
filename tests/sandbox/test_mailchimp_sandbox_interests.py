"""Interest categories and groups in the Mailchimp sandbox, through the official SDK."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from mailchimp_kit import LIST, Account, refusal, sandbox

HASH = "ada@x.de"  # paths take the address in place of its hash
YES = {"status": "subscribed", "suppressed": False}
SEED = {
    "contacts": [
        {"email": "ada@x.de", "consent": YES, "fields": {"interests:Topics": ["Sale", "News"], "interests:Plan": "Pro", "tags": ["blog"]}},
        {"email": "bo@x.de", "consent": YES, "fields": {"interests:Topics": ["News"]}},
        {
            "email": "cy@x.de",
            "consent": YES,
            "fields": {"interests:Topics": ["Events"], "vip": True, "rating": 4, "language": "de", "ipgeo": "DE"},
        },
        {"email": "dee@x.de", "consent": YES},
    ]
}


@pytest.fixture(scope="module")
def shop() -> Iterator[Account]:
    with sandbox() as account:
        account.emulator.seed(SEED)
        yield account


def ids(shop: Account) -> dict[str, str]:
    """Return categories and groups by their names."""
    categories = shop.sdk.lists.get_list_interest_categories(LIST)["categories"]
    groups = [each for one in categories for each in shop.sdk.lists.list_interest_category_interests(LIST, one["id"])["interests"]]
    return {each["title"]: each["id"] for each in categories} | {each["name"]: each["id"] for each in groups}


def interests(shop: Account, op: str, *names: str) -> dict[str, Any]:
    found = ids(shop)
    return {"condition_type": "Interests", "field": f"interests-{found['Topics']}", "op": op, "value": [found[name] for name in names]}


@pytest.mark.parametrize(
    ("op", "names", "members"),
    [
        ("interestcontains", ("Sale", "Events"), "ada cy"),
        ("interestcontainsall", ("Sale", "News"), "ada"),
        ("interestnotcontains", ("Sale", "News"), "cy dee"),
    ],
)
def test_conditions_on_groups(shop: Account, op: str, names: tuple[str, ...], members: str) -> None:
    """One of, all of, none of the groups (sheet section 1.3)."""
    assert " ".join(shop.segment(interests(shop, op, *names))) == members


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"field": "interests-0000000000"}, ["field", "value"]),
        ({"op": "is"}, ["op"]),
        ({"value": "Sale"}, ["value"]),
        ({"value": []}, ["value"]),
        ({"value": ["0000000000"]}, ["value"]),
    ],
)
def test_malformed_conditions_on_groups_are_refused(shop: Account, change: dict[str, Any], key: list[str]) -> None:
    """Category and groups go by their ids, and the operand is an array."""
    problem = refusal(lambda: shop.segment({**interests(shop, "interestcontains", "Sale"), **change}))
    assert [error["field"] for error in problem["errors"]] == [f"options.conditions.item:0.{each}" for each in key]


def test_what_members_show_of_their_groups(shop: Account) -> None:
    """Each group of the audience with yes or no; PATCH changes what it names (sheet section 2)."""
    found = ids(shop)
    shown = shop.sdk.lists.get_list_member(LIST, HASH)["interests"]
    assert {name for name in ("Sale", "News", "Events", "Pro") if shown[found[name]]} == {"Sale", "News", "Pro"}
    assert not any(shop.sdk.lists.get_list_member(LIST, "dee@x.de")["interests"].values())


@pytest.mark.foreign_traffic("a shop's own integration writes interests, which Franca never does")
def test_groups_are_made_and_joined() -> None:
    """Categories and groups by POST, membership by PATCH; what is not named stays, an unknown group is refused."""
    with sandbox() as account:
        account.emulator.seed({"contacts": [{"email": "ada@x.de", "consent": YES}]})
        lists = account.sdk.lists
        category = lists.create_list_interest_category(LIST, {"title": "Topics", "type": "checkboxes"})
        made = [lists.create_interest_category_interest(LIST, category["id"], {"name": name})["id"] for name in ("Sale", "News")]
        lists.update_list_member(LIST, HASH, {"interests": {made[0]: True, made[1]: True}})
        assert lists.update_list_member(LIST, HASH, {"interests": {made[0]: False}})["interests"] == {made[0]: False, made[1]: True}
        assert lists.list_interest_category_interests(LIST, category["id"])["interests"][1]["subscriber_count"] == "1"
        assert refusal(lambda: lists.update_list_member(LIST, HASH, {"interests": {"nope": True}}))["status"] == 400
        assert refusal(lambda: lists.update_list_member(LIST, HASH, {"interests": {made[0]: "yes"}}))["status"] == 400
        assert refusal(lambda: lists.create_list_interest_category(LIST, {"title": "x", "type": "stars"}))["status"] == 400
        assert refusal(lambda: lists.list_interest_category_interests(LIST, "nope"))["status"] == 404


@pytest.mark.foreign_traffic("a shop's own integration makes groups, which Franca never does")
def test_an_audience_has_at_most_sixty_groups() -> None:
    """The sixty-first group is refused (reported limit; sheet section 2)."""
    with sandbox() as account:
        account.emulator.seed({"contacts": [{"email": "a@x.de", "fields": {"interests:Many": [f"G{number}" for number in range(60)]}}]})
        category = account.sdk.lists.get_list_interest_categories(LIST)["categories"][0]["id"]
        problem = refusal(lambda: account.sdk.lists.create_interest_category_interest(LIST, category, {"name": "G60"}))
        assert "60" in problem["detail"]


def test_a_seed_says_what_is_no_merge_field(shop: Account) -> None:
    """Tags, groups, VIP, rating and language of a seed are what the API shows."""
    assert [each["name"] for each in shop.sdk.lists.get_list_member(LIST, HASH)["tags"]] == ["blog"]
    cy = shop.sdk.lists.get_list_member(LIST, "cy@x.de")
    assert (cy["vip"], cy["member_rating"], cy["language"], cy["location"]["country_code"]) == (True, 4, "de", "DE")


@pytest.mark.parametrize(("op", "value", "members"), [("ipgeocountry", "DE", "cy"), ("ipgeonotcountry", "DE", "ada bo dee")])
def test_conditions_on_countries(shop: Account, op: str, value: str, members: str) -> None:
    """In a country and not in it; whether the latter holds of who is nowhere is `not-matches-blank`."""
    condition = {"condition_type": "IPGeoCountryState", "field": "ipgeo", "op": op, "value": value}
    assert " ".join(shop.segment(condition)) == members


def test_who_is_nowhere(shop: Account) -> None:
    """A place that is unknown has a condition of its own (sheet section 1.3)."""
    assert shop.segment({"condition_type": "IPGeoUnknown", "field": "ipgeo", "op": "ipgeounknown"}) == ["ada", "bo", "dee"]
