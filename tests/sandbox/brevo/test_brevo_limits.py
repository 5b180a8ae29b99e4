"""The Brevo sandbox: rate windows, faults, seeds and schemas."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import urllib3
from brevo_account import ANNA, BERT, NOW, Account
from sib_api_v3_sdk.rest import ApiException

from contract import ours
from franca.sandbox import Fault

# -- limits and faults


def test_contacts_have_10_calls_a_second_and_other_calls_100_an_hour(hasty: Account) -> None:
    """The eleventh call in a second answers 429 without `Retry-After`; waiting `reset` seconds is enough."""
    for path, allowed, reset in (("/contacts", 10, 1), ("/account", 100, 3600)):
        seen = [hasty.answer("GET", path)[2]["x-sib-ratelimit-remaining"] for _ in range(allowed)]
        assert seen == [str(allowed - 1 - n) for n in range(allowed)]
        with pytest.raises(ApiException) as caught:
            hasty.call("GET", path)
        headers = {name.lower(): value for name, value in caught.value.headers.items()}
        assert caught.value.status == 429
        assert "retry-after" not in headers
        told = [headers[f"x-sib-ratelimit-{name}"] for name in ("limit", "remaining", "reset")]
        assert told == [str(allowed), "0", str(reset)]
        hasty.clock.advance(reset)
        hasty.call("GET", path)


def test_contacts_have_an_hourly_window_too(hasty: Account) -> None:
    """After 36,000 calls within an hour the headers speak of the hour."""
    hasty.call("GET", "/contacts")
    hasty.sandbox._limits._contacts[1].used = 36_000
    hasty.clock.advance(1)
    with pytest.raises(ApiException) as caught:
        hasty.call("GET", "/contacts")
    assert (caught.value.status, caught.value.headers["x-sib-ratelimit-reset"]) == (429, "3599")


def test_every_answer_has_the_rate_headers(account: Account) -> None:
    """Refusals and empty answers too."""
    account.call("POST", "/contacts/folders", {"name": "Franca"})
    account.call("PUT", "/contacts/folders/1", {"name": "Other"})
    account.refusal("GET", "/contacts/lists/9")
    account.refusal("GET", "/nothing")
    account.client.configuration.api_key["api-key"] = "wrong"
    account.refusal("GET", "/contacts")
    replies = [exchange.reply for exchange in account.host.exchanges]
    assert [reply.status for reply in replies if reply] == [201, 204, 404, 404, 401]
    assert all(reply and "x-sib-ratelimit-reset" in reply.headers for reply in replies)


@pytest.mark.parametrize(
    ("fault", "error", "created"),
    [
        (Fault(status=503, match="POST"), ApiException, 0),
        (Fault(status=429, body=None, match="POST"), ApiException, 0),
        (Fault(kind="reset", match="POST"), urllib3.exceptions.HTTPError, 0),
        (Fault(kind="reset-after", match="POST"), urllib3.exceptions.HTTPError, 1),
        (Fault(kind="truncate", match="POST"), urllib3.exceptions.HTTPError, 1),
    ],
    ids=lambda value: getattr(value, "kind", None),
)
def test_faults_pass_through(account: Account, fault: Fault, error: type[Exception], created: int) -> None:
    """A fault of the host reaches the SDK; what was done before it stays done."""
    account.host.faults.add(Fault(**{name: getattr(fault, name) for name in ("kind", "match", "status", "body")}))
    with pytest.raises(error):
        account.contacts.create_folder({"name": "Franca"})
    assert account.call("GET", "/contacts/folders")["count"] == created


# -- seeds


def test_seeds_type_their_attributes_and_can_be_repeated(account: Account) -> None:
    """Types follow the Python values, text without any; a known email is updated, other contacts are added."""
    first = {"A": "x", "B": True, "C": 1, "D": Decimal("2.50"), "E": date(2024, 2, 29), "F": NOW, "G": ["u", "v"], "H": None}
    account.sandbox.seed({"contacts": [{"email": ANNA, "created_at": "2024-05-01T12:00:00+02:00", "fields": first}], "events": []})
    account.sandbox.seed({"contacts": [{"email": ANNA.upper(), "fields": {"A": "y", "C": None}}, {"email": BERT}]})
    types = {row["name"]: row["type"] for row in account.call("GET", "/contacts/attributes")["attributes"]}
    expected = {"A": "text", "B": "boolean", "C": "float", "D": "float", "E": "date", "F": "date", "G": "multiple-choice", "H": "text"}
    assert expected.items() <= types.items()
    anna = account.contact(ANNA)
    assert anna["createdAt"] == "2024-05-01T10:00:00Z"
    assert anna["attributes"] == {"A": "y", "B": True, "D": 2.5, "E": "2024-02-29", "F": "2026-03-30", "G": ["u", "v"]}
    assert account.fields(BERT) == {}
    assert account.call("GET", "/contacts")["count"] == 2


@pytest.mark.parametrize(
    ("seed", "words"),
    [
        ({"people": []}, "unknown key of a seed: people"),
        ({"contacts": [{"email": "x"}]}, "no valid email"),
        ({"contacts": [{"email": ANNA, "fields": {"city": "x"}}]}, "names in capitals"),
        ({"contacts": [{"email": ANNA, "fields": {"A": 1}}, {"email": BERT, "fields": {"A": "x"}}]}, "does not fit the attribute A"),
        ({"contacts": [{"email": ANNA}], "segments": [{"segmentName": "S", "filter": "any"}]}, "Invalid filter"),
    ],
)
def test_a_seed_that_cannot_be_stored_is_refused_whole(account: Account, seed: dict[str, Any], words: str) -> None:
    """Nothing of a wrong seed is taken, and the error says what is wrong, without anybody's email."""
    with pytest.raises(ValueError, match=words) as caught:
        account.sandbox.seed(seed)
    assert "@" not in str(caught.value)
    assert account.call("GET", "/contacts")["count"] == 0


CONSENT_KEYS = ("emailBlacklist", "emailBlacklisted", "smsBlacklist", "smsBlacklisted", "consentGroupIds", "forceMerge")


@pytest.mark.parametrize("key", CONSENT_KEYS)
def test_no_request_schema_lets_a_consent_key_through(key: str) -> None:
    """A body that our schemas accept is refused as soon as it carries a consent key."""
    row = {"email": ANNA, "attributes": {"CITY": "x"}}
    bodies: dict[str, Any] = {
        "importContacts": {"jsonBody": [row], "listIds": [1], "disableNotification": True},
        "updateContact": {"attributes": {"CITY": "x"}},
        "addContactToList": {"emails": [ANNA]},
        "removeContactFromList": {"emails": [ANNA]},
        "createList": {"name": "VIP", "folderId": 1},
    }
    for operation, body in bodies.items():
        assert not ours.body_problems("brevo", operation, "request", body)
        assert ours.body_problems("brevo", operation, "request", {**body, key: True})
    assert ours.body_problems("brevo", "importContacts", "request", {**bodies["importContacts"], "jsonBody": [{**row, key: True}]})
