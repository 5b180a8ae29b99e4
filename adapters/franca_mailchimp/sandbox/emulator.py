"""The emulator: routes, admission, and what every call has in common."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from re import Pattern
from typing import Any, TypeVar

from starlette.routing import compile_path

from franca.sandbox import Call, Clock, Reply, Route
from franca_mailchimp.sandbox import campaigns, content, interests, lists, members, merge_fields, reports, segments, templates
from franca_mailchimp.sandbox.batches import RESULTS_PATH, Batches, Pace
from franca_mailchimp.sandbox.compare import ASSUMPTIONS as CONDITIONS
from franca_mailchimp.sandbox.context import Context, Endpoint
from franca_mailchimp.sandbox.emails import ASSUMPTIONS as EMAILS
from franca_mailchimp.sandbox.emails import Emails
from franca_mailchimp.sandbox.groups import Groups
from franca_mailchimp.sandbox.membership import Membership
from franca_mailchimp.sandbox.paging import project
from franca_mailchimp.sandbox.problems import Problem, missing
from franca_mailchimp.sandbox.records import Account, numbered
from franca_mailchimp.sandbox.rendering import ASSUMPTIONS as RENDERING
from franca_mailchimp.sandbox.rendering import render
from franca_mailchimp.sandbox.seeding import seed
from franca_mailchimp.sandbox.sending import deliver
from franca_mailchimp.sandbox.store import Store
from franca_mailchimp.sandbox.surroundings import Surroundings

API_KEY = "0123456789abcdef0123456789abcdef-us19"
BASE = "/3.0"
RESULTS = "batches.results"
CONNECTIONS = 10
T = TypeVar("T")


class Sandbox:
    """One Mailchimp account, in memory.

    There are no rate headers and no windows, as there are none at Mailchimp (documented), but a limit of ten connections at once
    (documented), past which comes a 429 without a body (documented to happen). The host does one call after the other, so that it shows
    only while answers are kept back: by the fault `hang`.
    """

    name = "mailchimp"

    def __init__(
        self, clock: Clock, *, api_key: str = API_KEY, account: Account | None = None, pace: Pace | None = None, number: int = 1
    ) -> None:
        """Start an account with its audiences and their default merge fields, without contacts; without *account*, that of *number*."""
        self.assumptions = {**CONDITIONS, **EMAILS, **RENDERING}
        self._key = api_key
        account, store = account or numbered(number), Store()
        groups = Groups(store.db)
        membership = Membership(store, groups, account, clock, self.assumptions)
        self._context = Context(
            account=account, store=store, groups=groups, emails=Emails(store.db), clock=clock, holds=self.assumptions, membership=membership
        )
        self._batches = Batches(clock, pace or Pace(), self._send)
        endpoints = (
            *lists.ENDPOINTS,
            *segments.ENDPOINTS,
            *merge_fields.ENDPOINTS,
            *interests.ENDPOINTS,
            *members.ENDPOINTS,
            *templates.ENDPOINTS,
            *campaigns.ENDPOINTS,
            *content.ENDPOINTS,
            *reports.ENDPOINTS,
            *self._batches.endpoints(),
        )
        self._routes = [self._route(endpoint) for endpoint in endpoints]
        self._patterns: list[tuple[Pattern[str], Route]] = [(compile_path(route.path)[0], route) for route in self._routes]
        for audience in account.audiences:
            merge_fields.create_defaults(store, audience.id)
        store.db.commit()

    def routes(self) -> Sequence[Route]:
        """Return the API's routes, and the one outside the API that serves the results of batches."""
        return [*self._routes, Route("GET", RESULTS_PATH, self._batches.results, RESULTS)]

    def admit(self, call: Call, route: Route) -> Reply | None:
        """Refuse a call too many, then a wrong key; let batches do what is due by now."""
        if call.at_once > CONNECTIONS:
            return Reply(status=429)
        self._batches.settle()
        if route.name == RESULTS or _authorized(call, self._key):
            return None
        detail = "Your API key may be invalid, or you've attempted to access the wrong datacenter."
        return Problem(401, "API Key Invalid", detail).reply()

    def unknown(self, call: Call) -> Reply:
        """Answer a path that does not exist with 404, and a method that the path does not have with 405."""
        if not any(pattern.match(call.path) for pattern, _route in self._patterns):
            return missing().reply()
        detail = "The requested method and resource are not compatible. See the Allow header for this resource's available methods."
        reply = Problem(405, "Method Not Allowed", detail).reply()
        allowed = sorted({route.method for pattern, route in self._patterns if pattern.match(call.path)})
        return replace(reply, headers={"Allow": ", ".join(allowed)})

    def throttled(self) -> Reply:
        """Return the 429 that has a body (its title is documented, the detail a guess); past ten calls at once it has none."""
        return Problem(429, "Too Many Requests", "You have exceeded the limit of 10 simultaneous connections.").reply()

    def seed(self, data: Mapping[str, Any]) -> None:
        """Take contacts and orders (see `franca_mailchimp.sandbox.seeding`); `audience` is the name of the first audience.

        Raises:
            ValueError: something that Mailchimp could not hold; nothing of *data* is kept then.
        """
        try:
            self._atomically(lambda: seed(self._context, data))
        except Problem as problem:
            raise ValueError(problem.detail) from problem
        if "audience" in data:
            self._context = replace(self._context, account=self._context.account.renamed(data["audience"]))

    def send(self, data: Mapping[str, Any]) -> Any:
        """Do as if somebody had sent a campaign in the web application (see `franca_mailchimp.sandbox.sending`).

        Raises:
            ValueError: it cannot be sent so.
        """
        return self._atomically(lambda: deliver(self._context, data))

    def render(self, source: str, person: Mapping[str, Any], *, markup: bool = True, header: bool = False) -> str:
        """Return *source* as Mailchimp makes it for a contact of the first audience: merge tag → text (see `rendering.render`).

        A *header* is a subject or a preview text.

        Raises:
            RenderError: a block of interest groups.
        """
        audience = self._context.account.audiences[0]
        fields = self._context.store.fields(audience.id)
        named = {name: field for field in fields for name in (f"MMERGE{field.merge_id}", field.tag)}  # reported: both names work
        held = {tag: str(value) for tag, value in person.items()}
        return render(
            source,
            {**{name: held[field.tag] for name, field in named.items() if field.tag in held}, **held},
            markup=markup,
            subject=header,
            types={name: field.type for name, field in named.items()},
            defaults={name: field.spec["default_value"] for name, field in named.items()},
            surroundings=Surroundings(audience=audience.name, now=self._context.clock.now()),
            assumptions=self.assumptions,
        )

    def _route(self, endpoint: Endpoint) -> Route:
        def handler(call: Call) -> Reply:
            try:
                reply = self._atomically(lambda: endpoint.handler(self._context, call))
            except Problem as problem:
                return problem.reply()
            return replace(reply, body=project(call, reply.body)) if call.method == "GET" else reply

        path = BASE + endpoint.path
        return Route(endpoint.method, path, handler, endpoint.name)

    def _atomically(self, work: Callable[[], T]) -> T:
        try:
            with self._context.store.db:
                return work()
        except BaseException:  # whatever it was, what is kept in memory must follow the rollback
            self._context.store.forget()
            raise

    def _send(self, call: Call) -> Reply:
        """Make one call of a batch, which was admitted as a whole."""
        for pattern, route in self._patterns:
            found = pattern.match(call.path)
            if found and route.method == call.method:
                return route.handler(replace(call, params=found.groupdict()))
        return self.unknown(call)


def _authorized(call: Call, key: str) -> bool:
    """Return whether the call carries the key, as Basic (any user name) or as Bearer."""
    scheme, _, given = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return False
    return scheme.lower() in ("basic", "bearer") and secrets.compare_digest(given.encode(), key.encode())
