"""MailerLite's own SDK as the wire: built with the workarounds of section 6 of the vendor sheet, one policy around every call."""

from __future__ import annotations

import functools
import hashlib
import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from franca.adapter import TIMEOUT, Policy, Secret, TerminalError, Waiter, Window
from franca.errors import FrancaError
from franca_mailerlite.capabilities import BATCH
from franca_mailerlite.errors import GarbledError, PartUndoneError, RedirectedError, read_failure, said
from franca_mailerlite.rates import CALLS_A_MINUTE, PAGE

Row = Mapping[str, Any]
T = TypeVar("T")

VERSION = "2026-08-13"
"""Of the API, by the header X-Version: the day of what the vendor sheet knows. Without it behaviour may change (documented)."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One call within a batch; *path* is below `/api`, percent-encoded."""

    method: str
    path: str
    body: Row | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as a batch holds it: the path begins with `api/` (documented)."""
        return {"method": self.method, "path": f"api{self.path}"} | ({"body": dict(self.body)} if self.body else {})


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one part of a batch was answered; *data* is what stands under `data`, *said* MailerLite's words when it refused."""

    code: int
    data: Row
    said: str = ""

    @property
    def done(self) -> bool:
        """Whether it was done."""
        return self.code < 300


class Client:
    """One account's API.

    Attributes:
        policy: runs every call.
        account: the account's id as the last answer's header has it; what stands for it where none has.
    """

    def __init__(self, url: str, key: Secret, waiter: Waiter) -> None:
        self._api, self._key = _api(url, key), key
        self.policy = Policy(esp="MailerLite", waiter=waiter, read_failure=functools.partial(read_failure, key=key))
        self.account = f"key-{hashlib.sha256(key.reveal().encode()).hexdigest()[:12]}"
        self._window = Window(CALLS_A_MINUTE, 60.0)

    def call(self, operation: str, method: str, path: str, *, safe: bool, body: Row | None = None) -> Row:
        """Return the decoded answer; of one without a body, nothing.

        Args:
            operation: in our words, for messages.
            method: GET, POST, PUT or DELETE: the SDK has no other.
            path: below /api, percent-encoded.
            safe: repeating it changes nothing more.
            body: a plain dict.

        Raises:
            DestinationError: whatever went wrong.
        """
        return self.policy.call(operation, lambda: self._send(method, path, None, body), safe=safe, windows=(self._window,))

    def _send(self, method: str, path: str, query: Row | None, body: Row | None) -> Row:
        # The SDK's typed calls want ids as numbers and send wrong filters (sheet 6): its own `request` takes all as it is.
        answer = self._api.request(method, f"api{path}", dict(query or {}), dict(body or {}))
        if answer.history:
            raise RedirectedError
        self.account = answer.headers.get("x-account_id") or self.account
        if answer.status_code == 204:
            return {}
        try:
            found = answer.json()
        except ValueError:
            raise GarbledError from None
        if not isinstance(found, dict):
            raise GarbledError
        return found

    def data(self, operation: str, method: str, path: str, body: Row) -> Row:
        """Return what a write that may not be repeated made."""
        found = self.call(operation, method, path, safe=False, body=body).get("data")
        if not isinstance(found, dict) or "id" not in found:
            raise TerminalError(
                f"MailerLite: {operation}: the answer names nothing that was made", remedy="run the command again: it looks first"
            )
        return found

    def drop(self, operation: str, path: str) -> None:
        """Delete; a missing one is fine."""
        try:
            self.call(operation, "DELETE", path, safe=True)
        except TerminalError as error:
            if error.status != 404:
                raise

    def numbered(self, operation: str, path: str) -> Iterator[Row]:
        """Yield the rows of a listing that counts its pages: groups, fields, segments."""
        page = last = 1
        while page <= last:
            rows, last = self._page(operation, path, {"limit": PAGE, "page": page}, "last_page", int)
            yield from rows
            page += 1

    def by_cursor(self, operation: str, path: str, status: str) -> Iterator[Row]:
        """Yield the people of one status. Without one, listings may hide all but the active (sheet, trap 2)."""
        query: dict[str, Any] = {"filter[status]": status, "limit": PAGE}
        while True:
            rows, cursor = self._page(operation, path, query, "next_cursor", str | None)
            yield from rows
            if not cursor:
                return
            query["cursor"] = cursor

    def _page(self, operation: str, path: str, query: Row, following: str, kind: Any) -> tuple[Sequence[Row], Any]:
        """Return one page's rows, and what its `meta` says under *following* of those after it; one that lacks either is no answer."""

        def send() -> tuple[Sequence[Row], Any]:
            answer = self._send("GET", path, query, None)
            rows, meta = answer.get("data"), answer.get("meta")
            if not isinstance(rows, list) or not isinstance(meta, dict):
                raise GarbledError
            if following not in meta or not isinstance(meta[following], kind):
                raise GarbledError
            return rows, meta[following]

        return self.policy.call(operation, send, safe=True, windows=(self._window,))

    def batch(self, operation: str, parts: Sequence[Part]) -> list[Answer]:
        """Return the answers of up to 50 parts, each of which may be repeated, in their order. A batch answers 200 whatever failed."""

        def send() -> list[Answer]:
            found = self._send("POST", "/batch", None, {"requests": [part.as_json() for part in parts]}).get("responses")
            if not isinstance(found, list) or len(found) != len(parts):
                raise GarbledError
            return [self._answer(part, each) for part, each in zip(parts, found, strict=True)]

        return self.policy.call(operation, send, safe=True, windows=(self._window,))

    def _answer(self, part: Part, found: Any) -> Answer:
        code = found.get("code") if isinstance(found, dict) else None
        if not isinstance(code, int):
            raise GarbledError
        if code in (408, 429) or code >= 500:
            raise PartUndoneError
        body = found.get("body")
        data = body.get("data") if isinstance(body, dict) else None
        answer = Answer(code=code, data=data if isinstance(data, dict) else {}, said=f"{code} {said(body, self._key)}".rstrip())
        if part.method == "GET" and answer.done and "id" not in answer.data:
            raise GarbledError  # somebody is asked for, and nobody shown
        return answer


def _api(url: str, key: Secret) -> Any:
    try:
        sdk = importlib.import_module("mailerlite")
    except ModuleNotFoundError as error:
        raise FrancaError(f"the adapter for MailerLite needs {error.name}", remedy='pip install "franca[mailerlite]"') from None
    client = sdk.Client({"api_key": key.reveal(), "timeout": TIMEOUT, "api_version": VERSION}).api_client
    client.HOST = f"{url}/"  # there is no option for it (sheet 6)
    return client


def batched(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield *items* in parts that one batch holds."""
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
