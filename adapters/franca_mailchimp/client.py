"""The official SDK, mailchimp-marketing 3.0.80, behind one policy. The only module that imports it.

Worked around here (sheet section 7.2): no way to set the host; the word "server" replaced anywhere in a URL; a new connection for every
call; error statuses without a body returned as results; 204 and other empty answers returned as `Response` objects.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from franca.adapter import TIMEOUT, Policy, Secret, Waiter
from franca.adapter.paging import Page, paged, short
from franca.errors import FrancaError
from franca_mailchimp.errors import EmptyAnswerError, GoneError, ShortError, UnreadableError, reader

PAGE = 1_000
"""Rows of one page; the default is 10 (sheet section 5.3)."""
VERSION = "/3.0"


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
    safe: bool = True
    answers: bool = True


class Client:
    """Calls of the SDK with dictionaries in and out, one at a time: an account takes ten at once over all its applications."""

    def __init__(self, key: Secret, url: str, waiter: Waiter) -> None:
        self.policy = Policy(esp="Mailchimp", waiter=waiter, read_failure=reader(key))
        self.waiter = waiter
        self._session, self._sdk = _sdk(key, url)

    def call(self, operation: Operation, *args: Any, **options: Any) -> Any:
        """Return the body of the answer; None where the operation has none.

        Raises:
            DestinationError: see `franca.adapter.Policy.call`.
        """
        return self.policy.call(operation.words, lambda: self._sent(operation, *args, **options), safe=operation.safe)

    def _sent(self, operation: Operation, *args: Any, **options: Any) -> Any:
        answer = getattr(getattr(self._sdk, operation.api), operation.method)(*args, **options)
        if not operation.answers:
            return None
        if not isinstance(answer, Mapping):  # a Response, or the text of something that is no JSON
            raise UnreadableError
        return answer

    def pages(
        self, operation: Operation, rows: str, *args: Any, fields: tuple[str, ...], overlap: bool = False, **options: Any
    ) -> Iterator[Page]:
        """Yield a collection's pages (`franca.adapter.paging`); *rows* is its key, *fields* of a row are wanted, its id first."""
        wanted = ["total_items", *(f"{rows}.{field}" for field in fields)]

        def once(offset: int) -> tuple[Sequence[Mapping[str, Any]], int]:
            answer = self._sent(operation, *args, fields=wanted, count=PAGE, offset=offset, **options)
            found, total = answer.get(rows) or (), answer.get("total_items")
            if not isinstance(total, int):
                raise UnreadableError
            if short(found, total, offset, PAGE):
                raise ShortError
            return found, total

        def ask(offset: int) -> tuple[Sequence[Mapping[str, Any]], int]:
            return self.policy.call(operation.words, lambda: once(offset), safe=True)

        return paged(ask, PAGE, fields[0], f"Mailchimp: {operation.words}", overlap=overlap)

    def rows(self, operation: Operation, rows: str, *args: Any, fields: tuple[str, ...], **options: Any) -> Iterator[Mapping[str, Any]]:
        """Yield a collection's rows; *options* are those of `pages`."""
        for page in self.pages(operation, rows, *args, fields=fields, **options):
            yield from page.rows

    def download(self, words: str, url: str) -> bytes:
        """Return a file that Mailchimp keeps elsewhere. The key does not go there: the address is its own."""

        def once() -> bytes:
            response = self._session.get(url, timeout=TIMEOUT)
            if not response.ok:
                raise (EmptyAnswerError if response.status_code >= 500 else GoneError)(response.status_code)
            return bytes(response.content)

        return self.policy.call(words, once, safe=True)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


def host(key: Secret, url: str, what: str) -> str:
    """Return the API's base address: the given one, or that of the data centre in which the key ends.

    Raises:
        FrancaError: the key names no data centre.
    """
    if url:
        return url.rstrip("/").removesuffix(VERSION) + VERSION
    _, _, centre = key.reveal().rpartition("-")
    if not (centre.isascii() and centre.isalnum() and centre != key.reveal()):
        raise FrancaError(f"{what}: the key does not end in a data centre, as in …-us19", remedy="copy the whole key, or set `url`")
    return f"https://{centre}.api.mailchimp.com{VERSION}"


def _sdk(key: Secret, address: str) -> tuple[Any, Any]:
    try:
        import mailchimp_marketing
        import requests
    except ImportError as error:
        raise FrancaError("Mailchimp's SDK is not installed", remedy='pip install "franca[mailchimp]"') from error
    session = requests.Session()
    sdk = mailchimp_marketing.Client()
    sdk.set_config({"api_key": key.reveal()})
    sdk.api_client.host, sdk.api_client.server = address, ""  # an empty server switches the text replacement off

    def request(method: str, url: str, query_params: Any = None, headers: Any = None, body: Any = None) -> Any:
        data = json.dumps(body) if method in ("POST", "PUT", "PATCH") else None
        auth = ("franca", key.reveal())
        # Not followed: a redirected POST would become a GET.
        answer = session.request(
            method, url, params=query_params, headers=headers, data=data, auth=auth, timeout=TIMEOUT, allow_redirects=False
        )
        if answer.status_code >= 300 and not answer.content:
            raise EmptyAnswerError(answer.status_code)
        return answer

    sdk.api_client.request = request
    return session, sdk
