"""Brevo's own SDK as the wire: built with every workaround of section 6 of the vendor sheet, one policy around every call."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from franca.adapter import TIMEOUT, Policy, Secret, TerminalError, Waiter, Window
from franca.adapter.paging import Page, paged, short
from franca.errors import FrancaError
from franca_brevo.errors import GarbledError, ShortError, read_failure

Row = Mapping[str, Any]
Query = Sequence[tuple[str, Any]]

CONTACTS, REST = "contacts and lists", "all else"
"""What has windows of its own (sheet 5)."""


class Client:
    """One account's API.

    Attributes:
        policy: runs every call.
    """

    def __init__(self, url: str, key: Secret, waiter: Waiter) -> None:
        self._api = _api(url, key)
        self.policy = Policy(esp="Brevo", waiter=waiter, read_failure=functools.partial(read_failure, key=key))
        # The smallest plan's (sheet 5): /contacts has windows of its own, all the rest shares one by the hour.
        self._contacts = (Window(10, 1.0), Window(36_000, 3600.0))
        self._rest = (Window(100, 3600.0, REST),)

    def call(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        safe: bool,
        query: Query = (),
        names: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        needs: Collection[str] | None = None,
    ) -> Row:
        """Return the decoded answer.

        Args:
            operation: in our words, for messages.
            method: of HTTP.
            path: below /v3; {placeholders} are filled from *names*, percent-encoded.
            safe: repeating it changes nothing more.
            query: pairs; repeated names are lists.
            names: values of placeholders.
            body: a plain dict without None, which Brevo would take for a value (sheet 6.3).
            needs: keys that the answer must have; None when nothing of the answer is used.

        Raises:
            DestinationError: whatever went wrong.
        """
        return self.policy.call(
            operation,
            lambda: _checked(self._send(method, path, query=list(query), names=dict(names or {}), body=body), needs),
            safe=safe,
            windows=self._windows(path),
        )

    def _windows(self, path: str) -> Sequence[Window]:
        return self._contacts if path.startswith("/contacts") else self._rest

    def _send(self, method: str, path: str, *, query: list[tuple[str, Any]], names: dict[str, str], body: Mapping[str, Any] | None) -> Any:
        # response_type "object": the typed calls crash on answers that are newer than the SDK (sheet 6.3).
        answer, _status, _headers = self._api.call_api(
            path,
            method,
            path_params=names,
            query_params=query,
            header_params={"Accept": "application/json"},
            body=body,
            response_type="object",
            auth_settings=["api-key"],
            _request_timeout=TIMEOUT,  # a pair: a bare float is ignored, and the default is none (sheet 6.3)
        )
        return answer

    def get(
        self, operation: str, path: str, *, needs: Collection[str] = (), query: Query = (), names: Mapping[str, str] | None = None
    ) -> Row:
        """Return what a read returns."""
        return self.call(operation, "GET", path, safe=True, query=query, names=names, needs=needs)

    def find(self, operation: str, path: str, *, query: Query = (), names: Mapping[str, str] | None = None) -> Row | None:
        """Return what a read returns, None when there is nothing of that name."""
        try:
            return self.get(operation, path, needs=("id",), query=query, names=names)
        except TerminalError as error:
            if error.status == 404:
                return None
            raise

    def drop(self, operation: str, path: str, *, names: Mapping[str, str] | None = None) -> None:
        """Delete; a missing one is fine."""
        try:
            self.call(operation, "DELETE", path, safe=True, names=names)
        except TerminalError as error:
            if error.status != 404:
                raise

    def pages(self, operation: str, path: str, rows: str, size: int, *, query: Query = (), overlap: bool = False) -> Iterator[Page]:
        """Yield the pages of a listing, the oldest rows first (`franca.adapter.paging`)."""

        def once(offset: int) -> tuple[Sequence[Row], int]:
            paging = [*query, ("limit", size), ("offset", offset), ("sort", "asc")]
            answer = _checked(self._send("GET", path, query=paging, names={}, body=None), ("count",))
            # Without any row the key may be missing.
            found, total = answer.get(rows) or (), int(answer["count"])
            if short(found, total, offset, size):
                raise ShortError
            return found, total

        def ask(offset: int) -> tuple[Sequence[Row], int]:
            return self.policy.call(operation, lambda: once(offset), safe=True, windows=self._windows(path))

        return paged(ask, size, "id", f"Brevo: {operation}", overlap=overlap)

    def close(self) -> None:
        """Give connections back."""
        self._api.rest_client.pool_manager.clear()


def _checked(answer: Any, needs: Collection[str] | None) -> Row:
    """Return the answer; the SDK hands out text when it is not JSON, as after a proxy's page."""
    if needs is None:
        return {}
    if not isinstance(answer, dict) or not all(name in answer for name in needs):
        raise GarbledError
    return answer


def _api(url: str, key: Secret) -> Any:
    try:
        sdk, urllib3 = importlib.import_module("sib_api_v3_sdk"), importlib.import_module("urllib3")
    except ModuleNotFoundError as error:
        raise FrancaError(f"the adapter for Brevo needs {error.name}", remedy='pip install "franca[brevo]"') from None
    configuration = sdk.Configuration()
    configuration.host = f"{url}/v3"  # the SDK's default is the host of before the vendor was renamed (sheet 6.3)
    configuration.api_key["api-key"] = key.reveal()
    for logger in configuration.logger.values():
        # Every Configuration adds a handler to the SDK's and urllib3's loggers; their warnings hold paths, and with them emails.
        logger.removeHandler(configuration.logger_stream_handler)
    client = sdk.ApiClient(configuration)
    # urllib3 repeats connections and idempotent calls three times by default (sheet 6.3); repeating is the policy's.
    client.rest_client.pool_manager.connection_pool_kw["retries"] = urllib3.Retry(0)
    return client
