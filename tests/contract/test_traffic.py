"""The validation of recorded traffic catches what it is there for (tests/contract/traffic.py)."""

from __future__ import annotations

import json
from typing import Any

import pytest
import urllib3

from contract import ours
from contract.calls import routes
from contract.shapes import shape
from contract.traffic import Traffic, check
from franca.sandbox import Call, Clock, Exchange, Host, Reply, emulator, emulators, serve

ANNA = "anna@example.com"
ERROR = {"code": "invalid_parameter", "message": "List name is missing"}
BREVO_LIST = {"name": "VIP", "folderId": 1}
CONSENT = {
    "type": "profile-marketing-consent",
    "consent": {"channel": "email", "can_receive_marketing": True, "consent_status": {"subscription": "any"}},
}


def exchange(esp: str, line: str, body: Any = None, status: int = 200, answer: Any = None, fault: str = "") -> Exchange:
    """Return the exchange of METHOD /path, with the operation of the sandbox's route."""
    method, path = line.split(" ")
    found = Host(emulator(esp, Clock()), Clock())
    operation = next((r.name for r in found.emulator.routes() if r.method == method and _matches(r.path, path)), "")
    reply = None if status == 0 else Reply(status=status, body=answer)
    return Exchange(emulator=esp, operation=operation, call=Call(method=method, path=path, body=body), reply=reply, fault=fault)


def _matches(template: str, path: str) -> bool:
    theirs, ours_ = template.split("/"), path.split("/")
    return len(theirs) == len(ours_) and all(part.startswith("{") or part == other for part, other in zip(theirs, ours_, strict=True))


def found(*args: Any, foreign: bool = False, **kwargs: Any) -> str:
    """Return all that is wrong with one exchange, as one text."""
    return "\n".join(check(exchange(*args, **kwargs), foreign=foreign))


def made(body: Any = BREVO_LIST, **changes: Any) -> str:
    """Return what is wrong with the creation of a list at Brevo."""
    return found("brevo", "POST /v3/contacts/lists", body, **{"status": 201, "answer": {"id": 7}, **changes})


def batch(*operations: dict[str, Any]) -> str:
    """Return what is wrong with a refused batch at Mailchimp."""
    return found("mailchimp", "POST /3.0/batches", {"operations": list(operations)}, status=0)


def patch(body: Any) -> dict[str, Any]:
    """Return one operation of a batch."""
    return {"method": "PATCH", "path": "/lists/a1b2c3d4e5/members/0123456789abcdef0123456789abcdef", "body": json.dumps(body)}


# -- schemas


def test_good_traffic_has_no_problems() -> None:
    """An exchange as described passes."""
    assert made() == ""


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({**BREVO_LIST, "folderId": "1"}, "$.folderId: '1' is not of type 'integer'"),
        ({**BREVO_LIST, "color": "red"}, "'color' was unexpected"),
        ({"name": "VIP"}, "'folderId' is a required property"),
        (None, "None is not of type 'object'"),
    ],
)
def test_an_accepted_request_of_another_form_is_caught(body: Any, words: str) -> None:
    """A wrong type, an unknown key, a missing key, no body."""
    assert words in made(body)


def test_an_answer_of_another_form_is_caught() -> None:
    """A wrong type, a body where none belongs, a status that no schema describes."""
    assert "$.id: 'seven' is not of type 'integer'" in made(answer={"id": "seven"})
    assert "a body where none is expected" in found("brevo", "DELETE /v3/contacts/lists/7", status=204, answer={})
    assert "answered 207, which no schema of ours describes" in made(status=207)
    assert "answered 500" in made(status=500)


def test_a_refused_request_may_have_any_form() -> None:
    """What the sandbox refused was wrong already; its error is validated."""
    assert made({"name": 1}, status=400, answer=ERROR) == ""
    assert "'code' is a required property" in made({"name": 1}, status=400, answer={"message": "x"})


def test_faults_are_no_answers_of_the_sandbox() -> None:
    """An injected answer is not validated; the request that was done before the connection broke is."""
    assert made(status=503, answer="no JSON", fault="status") == ""
    assert made(answer={"id": "seven"}, fault="reset-after") == ""
    assert "'color' was unexpected" in made({**BREVO_LIST, "color": "red"}, fault="reset-after")


def test_an_accepted_call_needs_a_schema() -> None:
    """Neither a path without a route nor a route without a schema is let through."""
    assert "accepted, and no schema of ours describes it" in found("brevo", "GET /v3/nothing", status=200, answer={})
    assert "code" in found("brevo", "GET /v3/nothing", status=404, answer={})


@pytest.mark.parametrize("esp", emulators())
def test_every_operation_has_a_schema_or_a_reason(esp: str) -> None:
    """Each route of a sandbox is described or exempt, and nothing else is described."""
    exempt = {operation: reason for (name, operation), reason in ours.EXEMPT.items() if name == esp}
    assert {route.name for route in routes(esp)} - {""} == ours.schemas(esp).keys() | exempt.keys()
    assert not ours.schemas(esp).keys() & exempt.keys()
    assert all(exempt.values())


# -- consent


@pytest.mark.parametrize(
    ("esp", "line", "body"),
    [
        ("brevo", "PUT /v3/contacts/anna@example.com", {"emailBlacklisted": False}),
        ("brevo", "PUT /v3/contacts/anna@example.com", {"attributes": {"EMAIL": "other@example.com"}}),
        ("brevo", "POST /v3/contacts/import", {"jsonBody": [{"email": ANNA, "emailBlacklist": True}], "disableNotification": True}),
        ("klaviyo", "POST /api/profile-bulk-import-jobs", {"data": {"attributes": {"profiles": [{"subscriptions": {}}]}}}),
        ("klaviyo", "POST /api/profile-bulk-import-jobs", {"data": {"properties": {"$consent": ["email"]}}}),
        ("mailchimp", "PATCH /3.0/lists/a1b2c3d4e5/members/x", {"status": "subscribed"}),
        ("mailerlite", "PUT /api/subscribers/1", {"status": "active"}),
        ("mailerlite", "POST /api/batch", {"requests": [{"method": "PUT", "path": "api/subscribers/1", "body": {"resubscribe": True}}]}),
        ("mailchimp", "PATCH /3.0/lists/a1b2c3d4e5/members/x", {"marketing_permissions": []}),
    ],
)
def test_a_key_of_consent_is_caught_anywhere(esp: str, line: str, body: Any) -> None:
    """Also in requests that were refused, and in those that a fault kept from any answer."""
    for status, answer in ((400, {}), (0, None)):
        assert "a key of consent" in found(esp, line, body, status=status, answer=answer)


def test_a_key_of_consent_is_caught_inside_a_batch() -> None:
    """Mailchimp's batches carry bodies as text."""
    assert batch(patch({"merge_fields": {"FR_ABCDEFG": "vip"}})) == ""
    assert "$.status: a key of consent" in batch(patch({"merge_fields": {}}), patch({"status": "subscribed"}))
    assert "$.merge_fields.EMAIL: a key of consent" in batch(patch({"merge_fields": {"EMAIL": "other@example.com"}}))
    assert "adds contacts" in batch({**patch({}), "method": "PUT"})


def test_an_accepted_batch_is_validated_operation_by_operation() -> None:
    """Each body must fit the schema of the call that it stands for."""
    answer = "POST /3.0/batches", {"operations": [patch({"merge_fields": {}, "language": "de"}), {**patch({}), "path": "/nothing"}]}
    lines = found("mailchimp", *answer, answer={})
    assert "'language' was unexpected" in lines
    assert "no operation: accepted, and no schema" in lines


def test_a_segment_may_read_consent_and_nothing_else_may() -> None:
    """Klaviyo's consent condition passes in a definition's conditions; beside them, or in a profile, its keys do not."""

    def segment(**attributes: Any) -> str:
        groups = {"condition_groups": [{"conditions": [CONSENT]}]}
        body = {"data": {"type": "segment", "attributes": {"name": "x", "definition": groups, **attributes}}}
        return found("klaviyo", "POST /api/segments", body, status=0)

    assert segment() == ""
    assert "$.data.attributes.consent: a key of consent" in segment(consent="granted")
    assert "definition.condition_groups[0].consent" in segment(definition={"condition_groups": [CONSENT]})
    assert "a key of consent" in found("klaviyo", "POST /api/profile-bulk-import-jobs", {"data": {"conditions": [CONSENT]}}, status=0)


@pytest.mark.parametrize(
    ("esp", "line"),
    [
        ("klaviyo", "POST /api/profiles"),
        ("klaviyo", "POST /api/profile-import"),
        ("klaviyo", "POST /api/profile-subscription-bulk-create-jobs"),
        ("klaviyo", "POST /api/profile-subscription-bulk-delete-jobs"),
        ("klaviyo", "POST /api/profile-suppression-bulk-create-jobs"),
        ("klaviyo", "POST /api/campaign-send-jobs"),
        ("klaviyo", "POST /client/subscriptions"),
        ("mailchimp", "PUT /3.0/lists/a1b2c3d4e5/members/x"),
        ("mailchimp", "POST /3.0/lists/a1b2c3d4e5/members"),
        ("mailchimp", "POST /3.0/lists/a1b2c3d4e5"),
        ("mailchimp", "DELETE /3.0/lists/a1b2c3d4e5/members/x"),
        ("mailchimp", "POST /3.0/lists/a1b2c3d4e5/members/x/actions/delete-permanent"),
        ("mailchimp", "POST /3.0/campaigns/c1/actions/send"),
        ("mailchimp", "POST /3.0/campaigns/c1/actions/schedule"),
        ("brevo", "POST /v3/contacts"),
        ("brevo", "POST /v3/contacts/doubleOptinConfirmation"),
        ("brevo", "DELETE /v3/contacts/anna@example.com"),
        ("brevo", "POST /v3/emailCampaigns/1/sendNow"),
        ("brevo", "POST /v3/smtp/email"),
        ("brevo", "POST /v3/contacts/import"),
        ("mailerlite", "POST /api/subscribers"),
        ("mailerlite", "POST /api/subscribers/import"),
        ("mailerlite", "POST /api/groups/1/import-subscribers"),
        ("mailerlite", "DELETE /api/subscribers/1"),
        ("mailerlite", "POST /api/subscribers/1/forget"),
        ("mailerlite", "POST /api/campaigns/1/schedule"),
    ],
)
def test_calls_that_subscribe_create_delete_or_send_are_caught(esp: str, line: str) -> None:
    """Whatever they carry, and whether or not the sandbox has them."""
    assert found(esp, line, {}, status=0) != ""


@pytest.mark.parametrize(
    ("esp", "line"),
    [
        ("klaviyo", "GET /api/profiles"),
        ("klaviyo", "POST /api/lists/l1/relationships/profiles"),
        ("mailchimp", "POST /3.0/lists/a1b2c3d4e5/segments"),
        ("mailchimp", "POST /3.0/lists/a1b2c3d4e5/segments/7"),
        ("brevo", "POST /v3/contacts/lists/1/contacts/remove"),
        ("brevo", "DELETE /v3/contacts/lists/1"),
        ("brevo", "DELETE /v3/contacts/attributes/normal/FRANCA_VIP"),
        ("mailerlite", "POST /api/subscribers/1/groups/2"),
        ("mailerlite", "DELETE /api/subscribers/1/groups/2"),
    ],
)
def test_calls_that_adapters_need_are_let_through(esp: str, line: str) -> None:
    """The rules forbid no more than they say."""
    assert found(esp, line, {}, status=0) == ""


def test_another_programs_requests_may_hold_anything_and_its_answers_may_not() -> None:
    """The mark `foreign_traffic` exempts requests from our schemas and from consent, and nothing else."""
    consent = {"emailBlacklisted": True}
    assert found("brevo", "PUT /v3/contacts/7", consent, status=204, foreign=True) == ""
    assert "'code' is a required" in found("brevo", "PUT /v3/contacts/7", consent, status=400, answer={}, foreign=True)


# -- recording and shapes


@pytest.mark.foreign_traffic("it breaks the rules on purpose")
def test_every_host_is_heard_and_a_repeated_fault_is_told_again() -> None:
    """The recorder hears hosts made anywhere; good shapes are validated once, bad ones every time."""
    traffic, clock = Traffic(), Clock()
    with pytest.MonkeyPatch.context() as patched:
        traffic.listen(patched)
        for _ in range(2):
            with serve(Host(emulator("brevo", clock), clock)) as running:
                urllib3.request("POST", f"{running.url}/v3/contacts", json={"email": ANNA}, retries=False)
            assert "brevo POST no operation: makes a contact" in traffic.problems()
    assert traffic.problems() == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, "1"), (1, True), (1, 1.0), (0, -5), (None, False), (150, 151), ([], [1]), ([1], [1, 1]), ([0] * 500, [0] * 501),
        ({"a": 1}, {"b": 1}), ({"a": [{"b": 1}]}, {"a": [{"b": "1"}]}), ("subscribed", "unsubscribed"), ("2026-03-30", "2026-03-3"),
        ("a1b2c3d4e5", "a1b2c3d4e"), ("", " "),
    ],
)  # fmt: skip
def test_what_a_schema_may_tell_apart_has_another_shape(one: Any, other: Any) -> None:
    """Types, keys, lengths, small numbers and words are kept."""
    assert shape(one) != shape(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ANNA, "bert@example.com"),
        ("0123456789abcdef", "fedcba9876543210"),
        ("01HX5Z0000ABCD", "01HX5Z9999WXYZ"),
        ("2026-03-30T12:37:11Z", "2025-01-01T00:00:00Z"),
        (123456, 654321),
        ([{"email": ANNA}, {"email": "b@example.com"}], [{"email": "c@example.com"}, {"email": "d@example.com"}]),
    ],
)
def test_what_no_schema_tells_apart_has_one_shape(one: Any, other: Any) -> None:
    """Thousands of people in an answer are one shape."""
    assert shape(one) == shape(other)


def test_one_bad_item_among_many_alike_is_caught() -> None:
    """Array items of a known shape are skipped, others never."""
    people = [{"type": "profile", "id": f"01HX5Z000000000000000{number:05}"} for number in range(1000)]
    line, body = "POST /api/lists/Y6nRLr/relationships/profiles", {"data": people}
    assert found("klaviyo", line, body, status=204) == ""
    assert "data[999]" in found("klaviyo", line, {"data": [*people[:-1], {"type": "profile"}]}, status=204)
    assert "data" in found("klaviyo", line, {"data": [*people, people[0]]}, status=204)
