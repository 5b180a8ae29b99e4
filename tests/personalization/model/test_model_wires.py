"""What a server may answer, on both wires and over both HTTP families: each has one kind, and tells what it cost."""

from __future__ import annotations

from typing import Any

import httpx
import httpx2
import pytest
from model_kit import (
    BASE,
    DATA,
    SCHEMA,
    SNAPSHOT,
    TEXT,
    USED,
    Line,
    answered,
    chat_body,
    commentary,
    error_body,
    request,
    responses_body,
    settings,
)

from franca_personalization.model import Kind, ModelSettings, TokenCap, Wire, preview

# -- what is sent


def test_responses_says_what_it_must(responses: Line) -> None:
    """Instructions, input, a strict schema under `text`, the cap, nothing stored, and no temperature unless it is asked for."""
    responses.route.mock(return_value=answered(responses_body(TEXT)))
    responses.ask(max_output_tokens=700)
    shape = {"type": "json_schema", "name": "copy", "strict": True, "schema": SCHEMA}
    assert responses.sent == [
        {
            "model": "some-model",
            "instructions": "system",
            "input": "user",
            "text": {"format": shape},
            "store": False,
            "max_output_tokens": 700,
        }
    ]


def test_chat_says_what_it_must(chat: Line) -> None:
    """Both messages, a strict schema under `response_format`, the cap that every server knows, and nothing that one may refuse."""
    chat.route.mock(return_value=answered(chat_body(TEXT)))
    chat.ask(max_output_tokens=700, temperature=0.5)
    assert chat.sent == [
        {
            "model": "some-model",
            "messages": [{"role": "system", "content": "system"}, {"role": "user", "content": "user"}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "copy", "strict": True, "schema": SCHEMA}},
            "max_tokens": 700,
            "temperature": 0.5,
        }
    ]


def test_the_preview_is_what_is_sent(either: Line) -> None:
    """`--dry-run` can show the exact call."""
    either.route.mock(return_value=answered(responses_body(TEXT) if either.wire is Wire.RESPONSES else chat_body(TEXT)))
    either.ask()
    shown = preview(settings(either.wire), request())
    assert (shown["url"], shown["body"]) == (str(either.router.calls[0].request.url), either.sent[0])


def test_chat_at_openai_stores_nothing_and_caps_as_openai_does() -> None:
    """There the parameters are known."""
    body = preview(ModelSettings(model="m", wire=Wire.CHAT), request())["body"]
    assert (body["store"], body["max_completion_tokens"]) == (False, 4000)


def test_the_name_of_the_cap_can_be_set() -> None:
    """A server that knows only the other name is served too."""
    body = preview(settings(Wire.CHAT, token_cap_parameter=TokenCap.MAX_COMPLETION_TOKENS), request())["body"]
    assert "max_tokens" not in body
    assert body["max_completion_tokens"] == 4000


# -- answers that can be used


def test_an_answer_tells_what_it_is(either: Line) -> None:
    """Text, data, usage as five numbers, the snapshot that answered and the server's id of the request."""
    either.route.mock(return_value=answered(responses_body(TEXT) if either.wire is Wire.RESPONSES else chat_body(TEXT)))
    answer = either.ask()
    assert (answer.text, answer.data, answer.usage, answer.model, answer.request_id) == (TEXT, DATA, USED, SNAPSHOT, "req_1")
    assert (answer.warnings, answer.stored) == ((), False)


def test_the_final_answer_is_read_without_what_was_thought_aloud(responses: Line) -> None:
    """The SDK's `output_text` would hold both."""
    responses.route.mock(return_value=answered(responses_body(TEXT, phase="final_answer", before=[commentary("Let me think. {")])))
    assert responses.ask().text == TEXT


@pytest.mark.parametrize("text", [f"```json\n{TEXT}\n```", f"Here you go:\n{TEXT}\nEnjoy!"])
def test_chat_tolerates_text_around_the_json_and_says_so(chat: Line, text: str) -> None:
    """Servers on this wire may not hold the model to the schema."""
    chat.route.mock(return_value=answered(chat_body(text)))
    answer = chat.ask()
    assert (answer.data, answer.text, answer.warnings) == (DATA, text, ("text_around_json",))


def test_an_answer_without_usage_is_no_failure(chat: Line) -> None:
    """Then it is unknown, not nothing."""
    chat.route.mock(return_value=answered({**chat_body(TEXT), "usage": None}))
    assert chat.ask().usage is None


def test_strange_usage_is_unknown(chat: Line) -> None:
    """A server may put anything there."""
    chat.route.mock(return_value=answered({**chat_body(TEXT), "usage": {"prompt_tokens": "many", "completion_tokens": -1}}))
    assert chat.ask().usage is None


# -- answers that cannot


UNREADABLE = b'{"id": "resp_1", "sta'
COMPLETE, PARTIAL = TEXT, TEXT[:20]
RESPONSES: list[tuple[str, Any, Kind]] = [
    ("refusal", responses_body(refusal="no"), Kind.REFUSED),
    ("refusal beside text", responses_body(TEXT, refusal="no"), Kind.REFUSED),
    ("truncated", responses_body(PARTIAL, status="incomplete", reason="max_output_tokens"), Kind.TRUNCATED),
    ("truncated, yet complete", responses_body(COMPLETE, status="incomplete", reason="max_output_tokens"), Kind.TRUNCATED),
    ("truncated for no reason", responses_body(COMPLETE, status="incomplete"), Kind.TRUNCATED),
    ("no message", responses_body(status="incomplete", reason="max_output_tokens"), Kind.TRUNCATED),
    ("content filter", responses_body(PARTIAL, status="incomplete", reason="content_filter"), Kind.CONTENT_FILTER),
    ("failed", responses_body(status="failed", error={"code": "server_error", "message": "x"}), Kind.PROVIDER_FAILED),
    ("cancelled", responses_body(TEXT, status="cancelled"), Kind.PROVIDER_FAILED),
    ("never ended", responses_body(TEXT, status="in_progress"), Kind.PROVIDER_FAILED),
    ("commentary only", responses_body(TEXT, phase="commentary"), Kind.EMPTY),
    ("empty", responses_body(""), Kind.EMPTY),
    ("blank", responses_body(" \n"), Kind.EMPTY),
    ("fenced", responses_body(f"```json\n{TEXT}\n```"), Kind.INVALID_JSON),
    ("no JSON", responses_body("Hello"), Kind.INVALID_JSON),
    ("a key missing", responses_body('{"subject": "Hello"}'), Kind.WRONG_SHAPE),
    ("a key too many", responses_body('{"subject": "Hello", "body": [], "note": "x"}'), Kind.WRONG_SHAPE),
    ("another type", responses_body('{"subject": 1, "body": []}'), Kind.WRONG_SHAPE),
    ("a list", responses_body("[]"), Kind.WRONG_SHAPE),
    ("half a surrogate", responses_body('{"subject": "\\ud800", "body": []}'), Kind.INVALID_JSON),
]
CHAT: list[tuple[str, Any, Kind]] = [
    ("refusal", chat_body(refusal="no"), Kind.REFUSED),
    ("refusal beside text", chat_body(TEXT, refusal="no"), Kind.REFUSED),
    ("truncated", chat_body(PARTIAL, finish="length"), Kind.TRUNCATED),
    ("truncated, yet complete", chat_body(COMPLETE, finish="length"), Kind.TRUNCATED),
    ("no message", chat_body(finish="length"), Kind.TRUNCATED),
    ("content filter", chat_body(PARTIAL, finish="content_filter"), Kind.CONTENT_FILTER),
    ("empty", chat_body(""), Kind.EMPTY),
    ("no content", chat_body(), Kind.EMPTY),
    ("a tool call", chat_body(finish="tool_calls"), Kind.EMPTY),
    ("no JSON", chat_body("Hello"), Kind.INVALID_JSON),
    ("braces only", chat_body("} and {"), Kind.INVALID_JSON),
    ("a key missing", chat_body('{"subject": "Hello"}'), Kind.WRONG_SHAPE),
    ("a key too many", chat_body('{"subject": "Hello", "body": [], "note": "x"}'), Kind.WRONG_SHAPE),
    ("another type", chat_body('{"subject": 1, "body": []}'), Kind.WRONG_SHAPE),
    ("deeply nested", chat_body('{"subject":' * 5000 + "1" + "}" * 5000), Kind.INVALID_JSON),
]


@pytest.mark.parametrize(("body", "kind"), [case[1:] for case in RESPONSES], ids=[case[0] for case in RESPONSES])
def test_responses_failures_have_a_kind_and_tell_what_they_cost(responses: Line, body: Any, kind: Kind) -> None:
    """Failed attempts cost money too."""
    responses.route.mock(return_value=answered(body))
    failure = responses.failure()
    assert (failure.kind, failure.usage, failure.request_id, failure.model) == (kind, USED, "req_1", SNAPSHOT)


@pytest.mark.parametrize(("body", "kind"), [case[1:] for case in CHAT], ids=[case[0] for case in CHAT])
def test_chat_failures_have_a_kind_and_tell_what_they_cost(chat: Line, body: Any, kind: Kind) -> None:
    """Failed attempts cost money too."""
    chat.route.mock(return_value=answered(body))
    failure = chat.failure()
    assert (failure.kind, failure.usage, failure.request_id, failure.model) == (kind, USED, "req_1", SNAPSHOT)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error": "Unexpected endpoint or method. (POST /responses)"}, Kind.ENDPOINT_UNSUPPORTED),
        ({"error": {"message": "overloaded", "code": 502}}, Kind.ENDPOINT_UNSUPPORTED),
        ([1, 2], Kind.ENDPOINT_UNSUPPORTED),
        (b"null", Kind.ENDPOINT_UNSUPPORTED),
        ({"choices": None}, Kind.ENDPOINT_UNSUPPORTED),
        ({"choices": []}, Kind.ENDPOINT_UNSUPPORTED),
        ({"choices": {"a": 1}}, Kind.ENDPOINT_UNSUPPORTED),
        ("<html>Welcome</html>", Kind.NOT_JSON),
        (b'"Welcome"', Kind.NOT_JSON),
        (UNREADABLE, Kind.NOT_JSON),
        (b"", Kind.NOT_JSON),
    ],
    ids=repr,
)
def test_success_that_is_none(either: Line, body: Any, kind: Kind) -> None:
    """HTTP 200 with an error object, with a page, or with half a body."""
    either.route.mock(return_value=answered(body))
    assert either.failure().kind is kind


def test_parts_of_an_answer_may_be_missing(either: Line) -> None:
    """The SDK does not check what it reads."""
    body = {"status": "completed", "output": None} if either.wire is Wire.RESPONSES else {"choices": [{"message": None}]}
    either.route.mock(return_value=answered(body))
    failure = either.failure()
    assert (failure.kind, failure.usage, failure.model) == (Kind.EMPTY, None, "")


@pytest.mark.parametrize(
    ("status", "body", "name"),
    [
        (404, error_body("model_not_found"), "endpoint_or_model_not_found"),
        (404, {"detail": "Not Found"}, "endpoint_or_model_not_found"),
        (429, error_body("insufficient_quota"), "quota"),
        (429, error_body("rate_limit_exceeded"), "rate_limited"),
        (429, {}, "rate_limited"),
        (400, error_body("unsupported_value", "temperature"), "http_400"),
        (401, error_body("invalid_api_key"), "http_401"),
        (422, {"detail": []}, "http_422"),
        (500, {}, "http_500"),
        (503, {"error": "busy"}, "http_503"),
        (307, {}, "http_307"),
    ],
)
def test_refusals_of_the_server(either: Line, status: int, body: Any, name: str) -> None:
    """Each status has its name, and the server's id is kept."""
    either.route.mock(return_value=answered(body, status, location="https://elsewhere.test/"))
    failure = either.failure()
    assert (failure.name, failure.status, failure.request_id) == (name, status, "req_1")


def test_a_refused_parameter_is_named(either: Line) -> None:
    """The server's code and the parameter's name are words; nothing else of its message is repeated."""
    either.route.mock(return_value=answered(error_body("unsupported_value", "temperature", "You said: user"), 400))
    failure = either.failure()
    assert failure.detail == "the server answered 400 (unsupported_value: temperature)"
    assert "temperature" in failure.remedy


def test_a_missing_endpoint_advises_the_other_wire(responses: Line) -> None:
    """Few servers but OpenAI have /responses."""
    responses.route.mock(return_value=answered({"detail": "Not Found"}, 404))
    failure = responses.failure()
    assert failure.detail == f"{BASE} has no /responses, or no model some-model"
    assert '"chat"' in failure.remedy


@pytest.mark.parametrize(
    ("name", "kind"), [("ReadTimeout", Kind.TIMEOUT), ("ConnectTimeout", Kind.TIMEOUT), ("ConnectError", Kind.CONNECTION)]
)
def test_no_answer(either: Line, name: str, kind: Kind) -> None:
    """A timeout is a connection error to the SDK, and told apart here."""
    either.route.mock(side_effect=getattr(httpx if either.legacy else httpx2, name)("x"))
    assert either.failure().kind is kind


def test_a_broken_connection(either: Line) -> None:
    """The server hung up in the middle of its answer."""
    either.route.mock(side_effect=(httpx if either.legacy else httpx2).RemoteProtocolError("x"))
    assert either.failure().kind is Kind.CONNECTION
