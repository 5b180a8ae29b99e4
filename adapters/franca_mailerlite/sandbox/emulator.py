"""One account at MailerLite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.routing import compile_path

from franca.sandbox import Call, Clock, Handler, Reply, Route
from franca_mailerlite.sandbox import batch
from franca_mailerlite.sandbox.errors import RefusedError, no_route, wrong_method
from franca_mailerlite.sandbox.fields import Fields
from franca_mailerlite.sandbox.groups import Groups
from franca_mailerlite.sandbox.limits import Limits
from franca_mailerlite.sandbox.people import People
from franca_mailerlite.sandbox.seeding import Seeding
from franca_mailerlite.sandbox.segments import Segments
from franca_mailerlite.sandbox.store import Store

API_KEY = "sandbox"
ACCOUNT = "83510"

# Undocumented behaviour that a realisation could lean on; the values are what we believe.
ASSUMPTIONS: Mapping[str, bool] = {
    "mailerlite.emails-lower": True,  # emails are kept in small letters (seen on creation)
    "mailerlite.update-keeps-the-rest": True,  # PUT of a subscriber leaves what it does not name: other fields, groups
    "mailerlite.lists-everybody": False,  # GET /subscribers without a status shows all of them
    "mailerlite.names-unique": False,  # a group of a name that exists is refused
}


class Sandbox:
    """An emulator of MailerLite's API under `/api`, for `franca.sandbox.Host`.

    Args:
        clock: the present, and the ticks of the rate window.
        api_key: what the header `Authorization: Bearer` must hold.
        account: what the header `x-account_id` of every answer says; without it, that of the account of this *number*.
    """

    name = "mailerlite"

    def __init__(self, clock: Clock, *, api_key: str = API_KEY, account: str = "", number: int = 1) -> None:
        self.assumptions: dict[str, bool] = dict(ASSUMPTIONS)
        self._api_key, self._account = api_key, account or str(int(ACCOUNT) + number - 1)
        self.store = Store(clock)
        people, fields = People(self.store, self.assumptions), Fields(self.store)
        self._limits = Limits(clock)
        self._seeding = Seeding(self.store, people, fields)
        resources = (Groups(self.store, people, self.assumptions), people, fields, Segments(self.store, people))
        self._known = [route for resource in resources for route in resource.routes()]
        self._patterns = [(compile_path(route.path)[0], route) for route in self._known]
        self._batch = Route("POST", "/api/batch", lambda call: batch.answer(call, self._one), "batch")

    def routes(self) -> Sequence[Route]:
        """Return the route table."""
        return [replace(route, handler=self._guarded(route.handler)) for route in (*self._known, self._batch)]

    def admit(self, call: Call, route: Route) -> Reply | None:  # noqa: ARG002 - the protocol's signature
        """Refuse a missing or wrong key (documented words), then a call past the rate window."""
        if call.headers.get("authorization") != f"Bearer {self._api_key}":
            return Reply(status=401, body={"message": "Unauthenticated."})
        return self._limits.admit()

    def unknown(self, call: Call) -> Reply:
        """Answer a path or a method that MailerLite does not have."""
        known = call.path == self._batch.path or any(pattern.match(call.path) for pattern, _ in self._patterns)
        return (wrong_method(call.method, call.path) if known else no_route(call.path)).reply()

    def throttled(self) -> Reply:
        """Return the 429 of a full window that opens in a second."""
        return self._limits.full(1)

    def seed(self, data: Mapping[str, Any]) -> None:
        """Take people and segments (see `seeding`).

        Raises:
            ValueError: something in the seed could not be stored as it is; nothing of it was taken.
        """
        self._seeding.take(data)

    def send(self, data: Mapping[str, Any]) -> Any:
        """Refuse: campaigns are not emulated.

        Raises:
            ValueError: always.
        """
        raise ValueError(f"MailerLite's campaigns are not emulated, so that there is no draft {data.get('campaign')!r}")

    def _one(self, call: Call) -> Reply:
        """Answer one part of a batch, with refusals as replies."""
        for pattern, route in self._patterns:
            found = pattern.match(call.path)
            if found and route.method == call.method:
                return _answered(route.handler, replace(call, params=found.groupdict()))
        return self.unknown(call)

    def _guarded(self, handler: Handler) -> Handler:
        """Return *handler* with its refusals as replies; every answer has the headers of the rate and of the account (seen)."""

        def answer(call: Call) -> Reply:
            reply = _answered(handler, call)
            return replace(reply, headers={**reply.headers, **self._limits.headers(), "x-account_id": self._account})

        return answer


def _answered(handler: Handler, call: Call) -> Reply:
    try:
        return handler(call)
    except RefusedError as refused:
        return refused.reply()
