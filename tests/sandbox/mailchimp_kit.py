"""What the test files of the Mailchimp sandbox share: the SDK as the sheet advises, and the contract over recorded traffic."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mailchimp_marketing
import pytest
from jsonschema import Draft202012Validator
from mailchimp_marketing.api_client import ApiClientError

from franca.sandbox import Clock, Exchange, Host, Running, serve
from franca_mailchimp.sandbox import API_KEY, Sandbox

NOW = datetime(2026, 3, 30, 12, 37, 11, tzinfo=UTC)
LIST = "a1b2c3d4e5"
SCHEMAS = json.loads((Path(__file__).parents[1] / "contract" / "schemas" / "mailchimp.json").read_text())
# no adapter operation: the first adds contacts, the second is a file
OUTSIDE = {"lists.set_list_member", "batches.results"}


def sdk(url: str, key: str = API_KEY) -> Any:
    """Return the official client, aimed at the sandbox and without its text replacement."""
    client = mailchimp_marketing.Client()
    client.set_config({"api_key": key, "timeout": 30})
    client.api_client.host = f"{url}/3.0"
    client.api_client.server = ""
    return client


@dataclass(frozen=True, kw_only=True)
class Account:
    """A served sandbox: the SDK, the switches and the emulator."""

    sdk: Any
    running: Running
    emulator: Sandbox
    clock: Clock

    def segment(self, *conditions: Mapping[str, Any], match: str = "all", name: str = "Test", **flags: str) -> list[str]:
        """Push a segment, and return the names (before the @) of its members; the count must agree."""
        made = self.sdk.lists.create_segment(LIST, {"name": name, "options": {"match": match, "conditions": list(conditions)}})
        found = self.sdk.lists.get_segment_members_list(LIST, made["id"], count=1000, **flags)
        assert found["total_items"] == self.sdk.lists.get_segment(LIST, made["id"], **flags)["member_count"]
        return [member["email_address"].partition("@")[0] for member in found["members"]]

    def tag(self, name: str, *emails: str) -> int:
        """Make a static segment of *emails*, and return its id."""
        return int(self.sdk.lists.create_segment(LIST, {"name": name, "static_segment": list(emails)})["id"])


@contextmanager
def sandbox(**options: Any) -> Iterator[Account]:
    """Serve a sandbox at NOW; afterwards everything recorded must fit the contract."""
    clock = Clock(NOW)
    emulator = Sandbox(clock, **options)
    with serve(Host(emulator, clock)) as running:
        yield Account(sdk=sdk(running.url), running=running, emulator=emulator, clock=clock)
    broken = [problem for exchange in running.host.exchanges for problem in violations(exchange)]
    assert not broken, broken


def violations(exchange: Exchange) -> list[str]:
    """Return where an exchange leaves the contract: every answer, and the body of every call that was accepted."""
    if exchange.fault or exchange.reply is None or exchange.operation in {"", *OUTSIDE}:
        return []
    contract, status = SCHEMAS[exchange.operation], str(exchange.reply.status)
    found = _operations(exchange.call.body) if (exchange.operation, status) == ("batches.start", "200") else []
    found += against(contract["responses"][status if status < "4" else f"{status[0]}XX"], exchange.reply.body)
    return found + (against(contract["request"], exchange.call.body) if status < "4" else [])


def _operations(batch: Any) -> list[str]:
    """Return where the members' bodies inside a batch leave the contract of the call that they stand for."""
    bodies = [json.loads(one["body"]) for one in batch["operations"] if one["method"] == "PATCH"]
    return [problem for body in bodies for problem in against(SCHEMAS["lists.update_list_member"]["request"], body)]


def refusal(call: Callable[[], Any]) -> dict[str, Any]:
    """Return the problem that the SDK raises, decoded."""
    with pytest.raises(ApiClientError) as caught:
        call()
    found: dict[str, Any] = json.loads(caught.value.text)
    assert found["status"] == caught.value.status_code
    return found


def against(schema: Any, body: Any) -> list[str]:
    """Return where *body* leaves *schema*; without a schema there must be no body."""
    if schema is None:
        return [] if body is None else ["a body where none is expected"]
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(body)]
