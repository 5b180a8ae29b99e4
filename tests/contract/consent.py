"""What no adapter may ever send: a consent or subscription status, a new contact, a message (issue 2, Done-when 6).

Every request counts, also one that the sandbox refused or a fault struck. Reading consent is allowed in the conditions of a Klaviyo
segment, at exactly that place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from contract.calls import Request, carried
from franca.adapter.testing import Rules, Sent

KEYS = frozenset(
    # of Mailchimp's members and audiences
    """status status_if_new update_existing marketing_permissions sms_subscription_status consents_to_one_to_one_messaging opt_in_status
    ip_opt timestamp_opt email_address """
    # of Klaviyo's profiles and jobs
    """subscription subscriptions consent consented_at can_receive_marketing can_receive_email_marketing suppression suppressions
    historical_import $consent $consent_method $consent_timestamp $consent_version """
    # of Brevo's contacts and imports
    """emailBlacklist emailBlacklisted smsBlacklist smsBlacklisted whatsappBlacklisted listUnsubscribed unlinkListIds smtpBlacklistSender
    consentGroupIds forceMerge EMAIL """
    # of MailerLite's subscribers
    """subscribed_at unsubscribed_at opted_in_at optin_ip ip_address resubscribe""".split()
)
"""Keys that change whether somebody may be written to, wherever in a body they stand. A new address is one: it sheds its blocklisting."""

CALLS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "klaviyo": (
        ("POST|PATCH", r"/api/profiles(/[^/]+)?", "makes or changes a profile outside the bulk import of known ones"),
        ("POST", r"/api/profile-import", "makes a profile"),
        ("POST", r"/api/profile-(subscription|suppression)-bulk-(create|delete)-jobs", "changes consent"),
        ("POST", r"/api/data-privacy-deletion-jobs", "deletes people"),
        ("POST|PATCH|DELETE", r"/(api/campaign-(send|schedule|message-schedule).*|client/.*)", "sends, or speaks for a shop's visitors"),
    ),
    "mailchimp": (
        ("PUT", r"/3\.0/lists/[^/]+/members/[^/]+", "adds contacts"),
        ("POST", r"/3\.0/lists/[^/]+(/members)?", "adds contacts, and changes statuses"),
        ("DELETE|POST", r"/3\.0/lists/[^/]+/members/[^/]+(/actions/delete-permanent)?", "archives or deletes people"),
        ("POST", r"/3\.0/campaigns/[^/]+/actions/.*", "sends or schedules"),
        ("POST", r"/3\.0/automations/.*|/3\.0/customer-journeys/.*", "sends"),
        ("PUT|POST", r"/3\.0/ecommerce/stores/[^/]+/(customers|orders|carts).*", "adds contacts"),
    ),
    "brevo": (
        ("POST", r"/v3/contacts", "makes a contact"),
        ("POST", r"/v3/contacts/(doubleOptinConfirmation|batch)", "asks for consent, or is gone"),
        ("DELETE", r"/v3/contacts/(?!(folders|lists|attributes)/).+", "deletes people"),
        ("POST|PUT", r"/v3/emailCampaigns/[^/]+/(sendNow|sendTest|sendReport|status)", "sends"),
        ("POST", r"/v3/smtp/(?!templates$|template/preview$).*", "sends"),
        ("POST", r"/v3/transactionalSMS/.*|/v3/whatsapp/.*|/v3/(events|orders).*", "sends, or starts what sends"),
    ),
    "mailerlite": (
        ("POST", r"/api/subscribers(/import)?", "makes people, and changes statuses"),
        ("POST", r"/api/groups/[^/]+/(import-subscribers|subscribers/import)", "makes people"),
        ("DELETE", r"/api/subscribers/[^/]+", "deletes people"),
        ("POST", r"/api/subscribers/[^/]+/forget", "deletes people"),
        ("POST", r"/api/campaigns.*", "sends, or aims at everybody"),
        ("POST|PUT|DELETE", r"/api/(automations|forms|webhooks)(/.*)?", "starts what sends"),
    ),
}
"""Per ESP: methods, path, and what such a call does."""

_READS_CONSENT = re.compile(r"\$\.data\.attributes\.definition\.condition_groups\[\d+\]\.conditions\[\d+\]")
_SEGMENT = re.compile(r"/api/segments(/[^/]+)?")


def _asks(sent: Sent, place: str, value: Any) -> bool:
    """Return whether a part of a body only asks for consent: a condition of a Klaviyo segment."""
    asking = _SEGMENT.fullmatch(sent.path) and _READS_CONSENT.fullmatch(place)
    return bool(asking) and value.get("type") == "profile-marketing-consent"


def _inside(esp: str, sent: Sent) -> Iterator[Sent]:
    return (Sent(method=each.method, path=each.path, body=each.body) for each in carried(esp, sent.method, sent.path, sent.body))


RULES: dict[str, Rules] = {
    esp: Rules(keys=KEYS, calls=calls, inside=partial(_inside, esp), **({"reads": _asks} if esp == "klaviyo" else {}))
    for esp, calls in CALLS.items()
}
"""By ESP."""


def violations(found: Request) -> list[str]:
    """Return what in a request could change consent, make a contact or send; what it carries inside is a request of its own."""
    rules = replace(RULES[found.esp], inside=lambda _sent: iter(()))
    return rules.violations(Sent(method=found.method, path=found.path, body=found.body)) + _owner_mail(found)


def _owner_mail(found: Request) -> list[str]:
    """Brevo mails the account's owner after an import unless told not to."""
    if (found.esp, found.method, found.path) != ("brevo", "POST", "/v3/contacts/import"):
        return []
    quiet = isinstance(found.body, dict) and found.body.get("disableNotification") is True
    return [] if quiet else ["sends: an import without disableNotification mails the account's owner"]
