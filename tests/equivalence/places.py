"""The ESPs as these tests use them: how each is mapped, opened and looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.klaviyo import kit as klaviyo
from adapters.mailchimp import kit as mailchimp
from franca.adapter import Adapter
from franca.definitions import Destination
from franca.sandbox import Clock, Emulator, example_key
from franca_brevo.adapter import ADAPTER as BREVO
from franca_brevo.sandbox import Sandbox as BrevoSandbox
from franca_klaviyo.adapter import ADAPTER as KLAVIYO
from franca_klaviyo.sandbox import Sandbox as KlaviyoSandbox
from franca_mailchimp.adapter import ADAPTER as MAILCHIMP
from franca_mailchimp.sandbox import Sandbox as MailchimpSandbox
from franca_mailerlite.adapter import ADAPTER as MAILERLITE
from franca_mailerlite.sandbox import Sandbox as MailerLiteSandbox

KEY_VARIABLE = "FRANCA_EQUIVALENCE_KEY"
LADDER = "ladder"
"""The group whose winner is kept as a marker."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """One ESP.

    Attributes:
        mapping: the parts of a destination that say what the ESP holds.
        sandbox: makes an empty account; Klaviyo's without rate windows, since it gets some hundred segments at once.
        zones: of projects; at Klaviyo days begin at midnight UTC, so that more can be said there in UTC.
        consents: reads from a sandbox who may be written to, by email, past the API and past the adapter.
    """

    adapter: Adapter
    mapping: Mapping[str, Any]
    sandbox: Callable[[Clock], Emulator]
    consents: Callable[[Any], dict[str, Any]]
    zones: tuple[str, ...] = ("Europe/Berlin",)

    @property
    def name(self) -> str:
        return self.adapter.name

    @property
    def key(self) -> str:
        return example_key(self.name)

    def destination(self, url: str = "http://127.0.0.1:9") -> Destination:
        """Return the destination at *url*."""
        return Destination(
            name=self.name,
            adapter=self.name,
            settings={"api_key": f"env:{KEY_VARIABLE}", "url": url, **self.mapping.get("settings", {})},
            attributes=self.mapping.get("attributes", {}),
            events=self.mapping.get("events", {}),
        )


def _klaviyo(sandbox: Any) -> dict[str, Any]:
    rows = sandbox._world.store.all("select email, consent, consent_at, suppressed_at from profiles")
    return {row["email"]: tuple(row)[1:] for row in rows}


def _mailchimp(sandbox: Any) -> dict[str, Any]:
    store = sandbox._context.store
    (audience,) = sandbox._context.account.audiences
    return {member.email: (member.status, member.opted) for member in store.members(audience.id).values()}


def _brevo(sandbox: Any) -> dict[str, Any]:
    sandbox.processes.settle()
    rows = sandbox.processes._store.rows("SELECT email, email_blacklisted, sms_blacklisted FROM contacts")
    return {row["email"]: tuple(row)[1:] for row in rows}


def _mailerlite(sandbox: Any) -> dict[str, Any]:
    return {person.email: person.status for person in sandbox.store.people.values()}


PLACES = {
    place.name: place
    for place in (
        Place(
            adapter=KLAVIYO,
            mapping={"attributes": klaviyo.ATTRIBUTES, "events": klaviyo.EVENTS},
            sandbox=lambda clock: KlaviyoSandbox(clock, api_key=example_key("klaviyo"), limited=False),
            consents=_klaviyo,
            zones=("Europe/Berlin", "UTC"),
        ),
        Place(
            adapter=MAILCHIMP,
            mapping={"attributes": mailchimp.ATTRIBUTES, "settings": {"audience": mailchimp.AUDIENCE}},
            sandbox=lambda clock: MailchimpSandbox(clock, api_key=example_key("mailchimp")),
            consents=_mailchimp,
        ),
        Place(adapter=BREVO, mapping={}, sandbox=lambda clock: BrevoSandbox(clock, api_key=example_key("brevo")), consents=_brevo),
        Place(
            adapter=MAILERLITE,
            mapping={},
            sandbox=lambda clock: MailerLiteSandbox(clock, api_key=example_key("mailerlite")),
            consents=_mailerlite,
        ),
    )
}
