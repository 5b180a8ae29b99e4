"""The official SDK, klaviyo-api 25, behind one policy. The only module that imports it (its package name `openapi_client` is a common one).

Measured on 25.0.0, and worked around here: no timeout by default; its own and urllib3's retries, both of which repeat what must not be
repeated; typed answers that fail after the write succeeded; `page_cursor` cut wrongly out of links; success without an answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from franca.adapter import TIMEOUT, Policy, Secret, Waiter, Window
from franca.errors import FrancaError
from franca_klaviyo.errors import UnreadableError, reader

HOST = "https://a.klaviyo.com"
SECOND, MINUTE, DAY = 1.0, 60.0, 86_400.0


@dataclass(frozen=True)
class Tier:
    """Calls of one operation in a second, a minute and (None: as many) a day (contract: x-klaviyo-ratelimit)."""

    burst: int
    steady: int
    daily: int | None = None

    def windows(self, cap: str) -> tuple[Window, ...]:
        """Return fresh windows; that of a day is the *cap* of its operation."""
        day = () if self.daily is None else (Window(self.daily, DAY, cap),)
        return Window(self.burst, SECOND), Window(self.steady, MINUTE), *day


XS, S, M, L = Tier(1, 15), Tier(3, 60), Tier(10, 150), Tier(75, 750)


@dataclass(frozen=True)
class Operation:
    """One method of the SDK.

    Attributes:
        words: for messages.
        safe: repeating it after an unknown outcome changes nothing more.
        answers: success comes with a body.
    """

    words: str
    api: str
    method: str
    tier: Tier
    safe: bool = True
    answers: bool = True


class Client:
    """Calls of the SDK with dictionaries in and out."""

    def __init__(self, key: Secret, url: str, waiter: Waiter) -> None:
        self.policy = Policy(esp="Klaviyo", waiter=waiter, read_failure=reader(key))
        self.waiter = waiter
        self._sdk = _sdk(key, url)
        self._windows: dict[Operation, tuple[Window, ...]] = {}

    def call(self, operation: Operation, *args: Any, **options: Any) -> Any:
        """Return the body of the answer; None where the operation has none.

        Raises:
            DestinationError: see `franca.adapter.Policy.call`.
        """
        windows = self._windows.setdefault(operation, operation.tier.windows(operation.words))
        method = getattr(getattr(self._sdk, operation.api), operation.method)

        def once() -> Any:
            return _sent(operation, lambda: method(*args, **options, _request_timeout=TIMEOUT))

        return self.policy.call(operation.words, once, safe=operation.safe, windows=windows)

    def pages(self, operation: Operation, *args: Any, **options: Any) -> Iterator[Mapping[str, Any]]:
        """Yield the pages of a collection."""
        cursor: dict[str, str] = {}
        while True:
            page = self.call(operation, *args, **options, **cursor)
            yield page
            following = (page.get("links") or {}).get("next")
            if not following:
                return
            # The SDK cuts the cursor wrongly out of a whole link; a bare one is sent unchanged.
            # Reports write it without brackets (contract: query_campaign_values).
            query = parse_qs(urlsplit(following).query)
            cursor = {"page_cursor": (query.get("page[cursor]") or query["page_cursor"])[0]}

    def close(self) -> None:
        """Close the connections."""
        self._sdk.api_client.rest_client.pool_manager.clear()


def _sent(operation: Operation, call: Callable[[], Any]) -> Any:
    try:
        answer = call()
    except (AttributeError, UnicodeDecodeError, json.JSONDecodeError) as error:  # how the SDK meets a 2xx that is empty or no JSON
        raise UnreadableError from error
    if operation.answers and not isinstance(answer, Mapping):  # an unknown 2xx comes as None
        raise UnreadableError
    return answer


def _sdk(key: Secret, url: str) -> Any:
    try:
        import urllib3  # with the SDK: loaded when an account is opened
        from klaviyo_api import KlaviyoAPI
        from openapi_client.api_arg_options import USE_DICTIONARY_FOR_RESPONSE_DATA
    except ImportError as error:
        raise FrancaError("Klaviyo's SDK is not installed", remedy='pip install "franca[klaviyo]"') from error
    sdk = KlaviyoAPI(key.reveal(), max_retries=1, test_host=url.rstrip("/"), options={USE_DICTIONARY_FOR_RESPONSE_DATA: True})
    sdk.api_client.rest_client.pool_manager.connection_pool_kw["retries"] = urllib3.Retry(0)
    return sdk
