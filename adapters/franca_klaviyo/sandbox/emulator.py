"""The Klaviyo emulator as a whole: who may call, how often, and what answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from franca.sandbox import Call, Clock, Handler, Reply, Route
from franca_klaviyo.sandbox.campaigns import Campaigns
from franca_klaviyo.sandbox.catalog import Catalog
from franca_klaviyo.sandbox.conditions import Counting
from franca_klaviyo.sandbox.erasure import Erasure
from franca_klaviyo.sandbox.errors import ProblemError, throttled
from franca_klaviyo.sandbox.imports import Imports
from franca_klaviyo.sandbox.limits import Windows, tier_of
from franca_klaviyo.sandbox.lists import Lists
from franca_klaviyo.sandbox.messages import Messages
from franca_klaviyo.sandbox.people import People
from franca_klaviyo.sandbox.rendering import Surroundings, render
from franca_klaviyo.sandbox.reports import Reports
from franca_klaviyo.sandbox.seeding import seed
from franca_klaviyo.sandbox.segments import Segments
from franca_klaviyo.sandbox.sends import Sends
from franca_klaviyo.sandbox.store import Store
from franca_klaviyo.sandbox.tags import Tags
from franca_klaviyo.sandbox.templates import Shelf, Templates
from franca_klaviyo.sandbox.things import Things
from franca_klaviyo.sandbox.world import Account, World

# Each is believed; POST /_assumptions flips it.
#   hours-roll             hour units roll to the instant: (now - N h, now]; flipped: cut at midnight UTC as day units are
#   at-least-rolls         at least N hours ago: time <= now - N h; flipped: cut at midnight UTC
#   zero-events-count-zero a count over no event is 0; flipped: profiles without any event of the metric never match
#   zero-events-sum-zero   the same for a sum
#   emails-lower-case      profiles are found by their email in lower case; flipped: only as it was written
#   decimal-sums           amounts are added as decimals, as they were written; flipped: as binary floats
#   unset-is-no-number     a value that is not there passes no numeric test; flipped: it is taken for 0
#   unset-is-no-date       a date that is not there passes no test; flipped: it is taken for one of long ago
#   empty-text-is-a-value  an empty text is one as any other; flipped: it is set, and passes no test on texts
#   filter-unset-drops     a metric filter drops events without the property; flipped: a negative one keeps them, others read False, "None"
ASSUMPTIONS = (
    "klaviyo.hours-roll",
    "klaviyo.at-least-rolls",
    "klaviyo.between-rolls",
    "klaviyo.leap-days-in-february",
    "klaviyo.zero-events-count-zero",
    "klaviyo.zero-events-sum-zero",
    "klaviyo.emails-lower-case",
    "klaviyo.decimal-sums",
    "klaviyo.unset-is-no-number",
    "klaviyo.unset-is-no-date",
    "klaviyo.empty-text-is-a-value",
    "klaviyo.filter-unset-drops",
)
RETIRED = "2024-10-15"  # documented: two years after a revision it answers 410; this one ended on 2026-10-15
_REVISION = re.compile(r"(\d{4}-\d{2}-\d{2})(\.[a-z]+)?")


class Sandbox:
    """One Klaviyo account.

    Args:
        clock: the present, and the seconds that rate windows and asynchronous work count.
        api_key: the only private key that is let in.
        account: what `GET /api/accounts` shows; its id seeds every id of the account.
        processing_seconds: how long a segment is processed after its definition was written.
        import_seconds: how long a bulk import takes.
        number: of the account, where none is given.
        limited: whether rate windows are kept; tests of meaning that write hundreds of segments may do without.
    """

    name = "klaviyo"

    def __init__(
        self,
        clock: Clock,
        *,
        api_key: str = "pk_sandbox",
        account: Account | None = None,
        processing_seconds: float = 2.0,
        import_seconds: float = 2.0,
        limited: bool = True,
        number: int = 1,
    ) -> None:
        self.assumptions = dict.fromkeys(ASSUMPTIONS, True)
        self._api_key, self._limited = api_key, limited
        self._windows = Windows(clock.ticks)
        shown = account or Account(id=f"SaNd{number:02}")
        store = Store(shown.id)
        self._world = World(
            clock=clock,
            store=store,
            counting=Counting(store, self.assumptions),
            account=shown,
            usual_processing_seconds=processing_seconds,
            usual_import_seconds=import_seconds,
        )
        self._imports, self._shelf, self._things = Imports(self._world), Shelf(self._world), Things(self._world)
        self._sends, self._erasure = Sends(self._world, self._things), Erasure(self._world)

    def routes(self) -> Sequence[Route]:
        """Return the route table; names are the SDK's names of the operations."""
        tags, people, messages = Tags(self._world), People(self._world), Messages(self._things, self._shelf)
        parts = (
            Catalog(self._world),
            Segments(self._world, tags, people),
            Lists(self._world, tags, people),
            people,
            self._imports,
            self._erasure,
            tags,
            Templates(self._shelf),
            Campaigns(self._world, self._things, messages),
            messages,
            Reports(self._world, self._things, self._sends),
        )
        return [Route(r.method, r.path, self._guarded(r), r.name) for part in parts for r in part.routes()]

    def render(  # one way for all parts of an email
        self,
        source: str,
        person: Mapping[str, Any],
        *,
        markup: bool = True,  # noqa: ARG002
        header: bool = False,  # noqa: ARG002
    ) -> str:
        """Return what Klaviyo makes of a template for a profile's attributes.

        Raises:
            RenderError: it cannot be rendered.
        """
        return render(source, person, around=Surroundings(now=self._world.clock.now()))

    def _guarded(self, route: Route) -> Handler:
        """Return the handler with refusals as answers and the rate headers on what is let through."""

        def handle(call: Call) -> Reply:
            self._imports.settle()
            self._erasure.settle()
            try:
                reply = route.handler(call)
            except ProblemError as problem:
                reply = problem.reply()
            return replace(reply, headers={**reply.headers, **self._windows.headers(*tier_of(route.name, call))})

        return handle

    def admit(self, call: Call, route: Route) -> Reply | None:
        """Return the refusal of a wrong key, a wrong revision or a full rate window."""
        try:
            self._authenticate(call)
            _check_revision(call)
            wait = self._windows.take(*tier_of(route.name, call)) if self._limited else None
            return throttled(wait).reply() if wait else None
        except ProblemError as problem:
            return problem.reply()

    def _authenticate(self, call: Call) -> None:
        given = call.headers.get("authorization", "")
        if given != f"Klaviyo-API-Key {self._api_key}":
            # Reported: 401 (the documents say 400).
            title = "Incorrect authentication credentials." if given else "Authentication credentials were not provided."
            code = "authentication_failed" if given else "not_authenticated"
            raise ProblemError(401, code, title, "Missing or invalid private key.")

    def unknown(self, call: Call) -> Reply:
        """Return 404 for a path that this API does not have (guess: the text)."""
        return ProblemError(404, "not_found", "Not found.", f"The path {call.path} could not be found.").reply()

    def throttled(self) -> Reply:
        """Return the 429 of a full window that opens in a second."""
        return throttled(1).reply()

    def seed(self, data: Mapping[str, Any]) -> None:
        """Take contacts, events and metrics as a shop's integration would have put them there."""
        seed(self._world.store, data, self._world.now())

    def send(self, data: Mapping[str, Any]) -> Any:
        """Let a draft be sent, as by hand: {"campaign": id, "seed": number, "arms": [rates of each variation]} (`franca.sandbox.sending`).

        Raises:
            ValueError: no such draft, or it cannot be sent as it is.
        """
        self._imports.settle()
        return self._sends.send(data)


def _check_revision(call: Call) -> None:
    found = _REVISION.fullmatch(call.headers.get("revision", ""))
    if found is None:  # guess: the text
        raise ProblemError(400, "invalid", "Invalid revision.", "The revision header is required, as YYYY-MM-DD.", parameter="revision")
    if found[1] <= RETIRED:
        raise ProblemError(410, "gone", "Gone.", f"The revision {found[0]} is no longer available.")
