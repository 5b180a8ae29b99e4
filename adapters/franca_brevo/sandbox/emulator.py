"""One account at Brevo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.routing import compile_path

from franca.sandbox import Call, Clock, Handler, Reply, Route
from franca_brevo.sandbox.account import Account
from franca_brevo.sandbox.attributes import Attributes
from franca_brevo.sandbox.campaigns import Campaigns
from franca_brevo.sandbox.contacts import Contacts
from franca_brevo.sandbox.emails import Senders
from franca_brevo.sandbox.errors import RefusedError
from franca_brevo.sandbox.folders import Folders
from franca_brevo.sandbox.imports import Imports
from franca_brevo.sandbox.limits import Limits
from franca_brevo.sandbox.members import Members
from franca_brevo.sandbox.people import People
from franca_brevo.sandbox.processes import Processes
from franca_brevo.sandbox.rendering import ASSUMPTIONS as RENDERING
from franca_brevo.sandbox.rendering import Surroundings, render
from franca_brevo.sandbox.reports import Reports
from franca_brevo.sandbox.seeding import Seeding
from franca_brevo.sandbox.segments import Segments
from franca_brevo.sandbox.sending import Sending
from franca_brevo.sandbox.store import Store
from franca_brevo.sandbox.templates import Templates

API_KEY = "xkeysib-sandbox"
ACCOUNT = "5fa2b8c123456789abcdef01"

# Undocumented behaviour that a realisation could lean on; the values are what we believe.
ASSUMPTIONS: Mapping[str, bool] = {
    "brevo.names-unique": False,  # a folder, or a list within its folder, refuses a name that exists
    "brevo.email-case-ignored": True,  # emails are matched without regard to case
    "brevo.unique-includes-blocklisted": True,  # a list's uniqueSubscribers counts blocklisted members
    "brevo.import-keeps-blocklist": True,  # an import that says nothing of the blocklist leaves blocklisted contacts on it
    "brevo.import-writes-booleans": True,  # an import updates boolean attributes (reported not to)
    "brevo.import-absent-kept": True,  # with emptyContactsAttributes, an attribute that a row does not name is kept
    "brevo.any-sender": True,  # templates and drafts take a sender's address that `GET /senders` does not list
    "brevo.unset-reply-to-empty": True,  # a draft without replyTo shows an empty one, and not "[DEFAULT_REPLY_TO]"
    "brevo.update-keeps-test": True,  # an update of a draft that says nothing of a test leaves it one
    "brevo.test-splits-evenly": True,  # each version goes to half of those who take part (documented of the former design)
    "brevo.split-rule-per-version": True,  # splitRule is the percentage of each of the two groups, and not of both together
    "brevo.test-rates-of-delivered": True,  # a version's rates, but for bounces, are of those whom it reached, and not of all
    "brevo.test-rates-with-decimals": True,  # a version's rates have two decimals ("33.33%" in the changelog), and are not whole
    "brevo.test-rates-with-winner": True,  # the winner's rates count those too who were sent it after the test
    "brevo.global-stats-filled": True,  # a campaign's counts are in globalStats when asked for, and not in campaignStats alone (reported)
    **RENDERING,
}


class Sandbox:
    """An emulator of the Brevo API v3 under `/v3`, for `franca.sandbox.Host`.

    Args:
        clock: the present, and the ticks of rate windows and processes.
        api_key: what the header `api-key` must hold.
        account: the `organization_id` that `GET /account` shows; without it, that of the account of this *number*.
        premium: whether the account's plan has A/B tests, sending at the best time, and tags.
    """

    name = "brevo"

    def __init__(self, clock: Clock, *, api_key: str = API_KEY, account: str = "", premium: bool = True, number: int = 1) -> None:
        self.premium = premium
        self.assumptions: dict[str, bool] = dict(ASSUMPTIONS)
        self._api_key, self._clock = api_key, clock
        store = Store(clock)
        people = People(store, self.assumptions)
        attributes, segments = Attributes(store), Segments(store)
        folders = Folders(store, self.assumptions)
        self._limits = Limits(clock)
        self.processes = Processes(store, clock)
        self.imports = Imports(people, attributes, folders, self.processes, self.assumptions)
        self._seeding = Seeding(people, attributes, segments)
        members = Members(store, people, folders, self.processes)
        contacts = Contacts(store, people, attributes, folders, segments)
        senders = Senders(self.assumptions)
        templates = Templates(store, people, senders, self._rendered)
        reports = Reports(store, self.assumptions)
        campaigns = Campaigns(
            store, folders, segments, senders, templates, reports=reports, assumptions=self.assumptions, premium=lambda: self.premium
        )
        self._sending = Sending(store, people, attributes, segments, self.assumptions)
        audience = (
            Account(account or f"{ACCOUNT[:-2]}{number:02x}", premium=lambda: self.premium),
            folders,
            members,
            attributes,
            segments,
            self.imports,
            self.processes,
            contacts,
        )
        resources = (*audience, senders, templates, campaigns, reports)
        self._known = [route for resource in resources for route in resource.routes()]

    def routes(self) -> Sequence[Route]:
        """Return the route table; its last rows catch what Brevo does not have, so that wrong methods get Brevo's answer too."""
        known = [replace(route, handler=self._guarded(route.handler)) for route in self._known]
        rest = [Route(method, "/v3/{rest:path}", self._guarded(self.unknown), "") for method in ("GET", "POST", "PUT", "PATCH", "DELETE")]
        return [*known, *rest]

    def admit(self, call: Call, route: Route) -> Reply | None:  # noqa: ARG002 - the protocol's signature
        """Refuse a missing or wrong key, then a call past the rate windows."""
        given = call.headers.get("api-key")
        if given != self._api_key:
            # reported: "Key not found"; the words for a missing key are a guess
            message = "Key not found" if given else "authentication not found in headers"
            return Reply(status=401, body={"code": "unauthorized", "message": message}, headers=self._limits.headers(call.path))
        return self._limits.admit(call.path)

    def unknown(self, call: Call) -> Reply:
        """Answer 405 `method_not_allowed` on a known path (documented words), else 404 (guess)."""
        if any(compile_path(route.path)[0].match(call.path) for route in self._known):
            return Reply(status=405, body={"code": "method_not_allowed", "message": f"{call.method} Method is not allowed on this path"})
        return Reply(status=404, body={"code": "document_not_found", "message": "Route not found"})

    def throttled(self) -> Reply:
        """Return the 429 of a full second."""
        return self._limits.full()

    def seed(self, data: Mapping[str, Any]) -> None:
        """Take contacts, and segments made by hand (see `seeding`).

        Raises:
            ValueError: something in the seed could not be stored as it is; nothing of it was taken.
        """
        self.processes.settle()
        self._seeding.take(data)

    def send(self, data: Mapping[str, Any]) -> Any:
        """Send a draft, as a person would in Brevo's own pages (see `sending`).

        Raises:
            ValueError: it cannot be sent so; nothing was.
        """
        self.processes.settle()
        return self._sending.send(data)

    def render(self, source: str, person: Mapping[str, Any], *, markup: bool = True, header: bool = False) -> str:  # noqa: ARG002
        """Return *source* as Brevo makes it for a contact with the attributes *person* (see `rendering.render`).

        Raises:
            RenderError: it cannot be rendered, in the words of Brevo's engine.
        """
        return self._rendered(source, person, {}, markup)

    def _rendered(self, source: str, person: Mapping[str, Any], params: Mapping[str, Any], markup: bool) -> str:
        around = Surroundings(time_now=self._clock.now(), params=params)
        return render(source, person, markup=markup, surroundings=around, assumptions=self.assumptions)

    def _guarded(self, handler: Handler) -> Handler:
        """Return *handler* with its refusals as replies and the rate headers on every answer (documented)."""

        def answer(call: Call) -> Reply:
            self.processes.settle()
            try:
                reply = handler(call)
            except RefusedError as refused:
                reply = refused.reply()
            return replace(reply, headers={**reply.headers, **self._limits.headers(call.path)})

        return answer
