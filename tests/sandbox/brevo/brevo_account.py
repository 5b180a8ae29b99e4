"""A Brevo sandbox served over HTTP, and the official SDK on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import sib_api_v3_sdk
import urllib3
from sib_api_v3_sdk.rest import ApiException

from franca.sandbox import Clock, Host
from franca_brevo.sandbox import Sandbox

KEY = "xkeysib-of-this-test"
NOW = datetime(2026, 3, 30, 12, 37, 11, tzinfo=UTC)
ANNA, BERT, CLEO = "anna@example.com", "bert@example.com", "cleo@example.com"


@dataclass(frozen=True, kw_only=True)
class Account:
    """A served sandbox and the SDK on it."""

    clock: Clock
    sandbox: Sandbox
    host: Host
    client: Any
    contacts: Any

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Return the decoded answer of a call through the SDK's own client."""
        return self.answer(method, path, body, **query)[0]

    def answer(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Return (data, status, headers)."""
        pairs = [(name, item) for name, value in query.items() for item in (value if isinstance(value, list) else [value])]
        return self.client.call_api(
            path,
            method,
            query_params=pairs,
            header_params={"Accept": "application/json", "Content-Type": "application/json"},
            body=body,
            response_type="object",
            auth_settings=["api-key"],
            _request_timeout=10,
        )

    def refusal(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, str, str]:
        """Return status, code and message of a call that must fail."""
        with pytest.raises(ApiException) as caught:
            self.call(method, path, body, **query)
        said = json.loads(caught.value.body)
        return caught.value.status, said["code"], said["message"]

    def new_list(self, name: str = "VIP") -> int:
        """Create a folder and a list in it; return the list's id."""
        folder = self.contacts.create_folder({"name": f"folder of {name}"}).id
        made: int = self.contacts.create_list({"name": name, "folderId": folder}).id
        return made

    def members(self, list_id: int) -> list[str]:
        """Return the emails in a list, sorted."""
        return sorted(contact["email"] for contact in self.call("GET", f"/contacts/lists/{list_id}/contacts", limit=500)["contacts"])

    def contact(self, email: str) -> Any:
        """Return one contact."""
        return self.client.call_api(
            "/contacts/{identifier}",
            "GET",
            path_params={"identifier": email},
            response_type="object",
            auth_settings=["api-key"],
            _request_timeout=10,
        )[0]

    def fields(self, email: Any) -> Any:
        """Return one contact's attributes."""
        return self.contact(email)["attributes"]

    def bring_in(self, rows: list[dict[str, Any]], list_id: int, **more: Any) -> Any:
        """Import rows, wait, and return the process."""
        body = {"jsonBody": rows, "listIds": [list_id], "disableNotification": True, **more}
        process = self.call("POST", "/contacts/import", body)["processId"]
        self.clock.advance(self.sandbox.processes.seconds)
        return self.call("GET", f"/processes/{process}")


def sdk(url: str, key: str = KEY) -> Any:
    """Return the SDK's client, built as the vendor sheet says."""
    configuration = sib_api_v3_sdk.Configuration()
    configuration.host = f"{url}/v3"
    configuration.api_key["api-key"] = key
    client = sib_api_v3_sdk.ApiClient(configuration)
    client.rest_client.pool_manager.connection_pool_kw["retries"] = urllib3.Retry(0)
    return client


class Stage:
    """One server for all tests, on which each test puts its own host: stopping a server takes a fifth of a second."""

    def __init__(self) -> None:
        self.host: Any = None
        self.abort: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass one connection on."""
        await self.host(scope, receive, send)


@contextmanager
def on(stage: Stage, url: str, *, paced: bool = True) -> Iterator[Account]:
    """Put one account on stage; *paced* lets an eighth of a second pass after each call, so that no rate window fills."""
    clock = Clock(NOW)
    sandbox = Sandbox(clock, api_key=KEY)
    stage.host = host = Host(sandbox, clock)
    host.abort = stage.abort
    if paced:
        host.on_exchange = lambda _exchange: clock.advance(0.125)
    client = sdk(url)
    yield Account(clock=clock, sandbox=sandbox, host=host, client=client, contacts=sib_api_v3_sdk.ContactsApi(client))
    client.rest_client.pool_manager.clear()


def people(*emails: str, **fields: Any) -> dict[str, Any]:
    """Return a seed of contacts that all have *fields*."""
    return {"contacts": [{"email": email, "fields": fields} for email in emails]}
