"""What an ESP emulator is: a table of routes over plain calls and replies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request as an emulator sees it.

    Attributes:
        path: the path without the query, percent-decoded.
        params: the path parameters of the route that matched.
        query: every query parameter in order; repeated names are several pairs.
        headers: lower-case names.
        body: the decoded JSON; None when there was no body.
        raw: the bytes of the body.
        at_once: how many calls, this one among them, the account was answering when it came.
    """

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    raw: bytes = b""
    at_once: int = 1

    def arg(self, name: str, default: str | None = None) -> str | None:
        """Return the last value of a query parameter."""
        found = [value for key, value in self.query if key == name]
        return found[-1] if found else default


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer: *body* goes out as JSON, as it is when it is `str` or `bytes`, empty when None."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"


Handler = Callable[[Call], Reply]


@dataclass(frozen=True)
class Route:
    """One method and path template (Starlette syntax) and what answers it; *name* is the operation, for contract tests."""

    method: str
    path: str
    handler: Handler
    name: str


class Emulator(Protocol):
    """One account at one ESP.

    Attributes:
        name: the adapter's name.
        assumptions: named undocumented behaviours, id → whether it holds here; `POST /_assumptions` flips them.
    """

    name: str
    assumptions: dict[str, bool]

    def routes(self) -> Sequence[Route]:
        """Return the route table."""
        ...

    def admit(self, call: Call, route: Route) -> Reply | None:
        """Return a refusal (wrong key, rate limit) or None to let the call through."""
        ...

    def unknown(self, call: Call) -> Reply:
        """Return this ESP's answer for a path or method it does not have."""
        ...

    def throttled(self) -> Reply:
        """Return this ESP's answer to a call too many, asking for a second where the ESP names a time."""
        ...

    def seed(self, data: Mapping[str, Any]) -> None:
        """Take contacts and events as a shop's integration would have put them there (see `franca.sandbox.host`)."""
        ...

    def send(self, data: Mapping[str, Any]) -> Any:
        """Let somebody press send: {"campaign": id, "seed": n, "arms": [{RATE: fraction, …}, …]} (see `franca.sandbox.sending`).

        Returns:
            How many were sent and delivered, by arm.

        Raises:
            ValueError: no such draft, or another number of arms.
        """
        ...
