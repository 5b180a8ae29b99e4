"""What the test files of the Mailchimp sandbox share: the SDK as the sheet advises."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import mailchimp_marketing
import pytest
from mailchimp_marketing.api_client import ApiClientError

from franca.sandbox import Clock, Host, Running, serve
from franca_mailchimp.sandbox import API_KEY, Sandbox

NOW = datetime(2026, 3, 30, 12, 37, 11, tzinfo=UTC)
LIST = "a1b2c3d4e5"


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
    """Serve a sandbox at NOW."""
    clock = Clock(NOW)
    emulator = Sandbox(clock, **options)
    with serve(Host(emulator, clock)) as running:
        yield Account(sdk=sdk(running.url), running=running, emulator=emulator, clock=clock)


def refusal(call: Callable[[], Any]) -> dict[str, Any]:
    """Return the problem that the SDK raises, decoded."""
    with pytest.raises(ApiClientError) as caught:
        call()
    found: dict[str, Any] = json.loads(caught.value.text)
    assert found["status"] == caught.value.status_code
    return found
