"""The keys of a destination at Brevo."""

from __future__ import annotations

from collections.abc import Mapping

from franca.adapter import NATIVE, Setting, Site
from franca.definitions import Destination

SETTINGS: Mapping[str, Setting] = {
    "api_key": Setting(meaning="an API key (xkeysib-…) of Brevo", required=True, secret=True),
    "url": Setting(meaning="base URL of a sandbox or proxy, without /v3", default="https://api.brevo.com"),
    "sender": Setting(meaning="the address that templates are sent from: a sender of the account; only templates need it"),
    "company_address": Setting(meaning="the sender's postal address, for templates: Brevo has no tag for it"),
    "tests": Setting(
        meaning="who splits the audience of a test of two subjects: native (Brevo, on plans that have A/B tests), or split (Franca)",
        default=NATIVE,
    ),
    "folder": Setting(meaning="the project's own folder: all its lists are made there", default="Franca"),
}


def folder_of(site: Site) -> str:
    """Return the name of the project's folder; it is the folder's key too."""
    return _text(site.destination, "folder")


def tests_of(destination: Destination) -> str:
    """Return who splits the audience of a test."""
    return _text(destination, "tests")


def _text(destination: Destination, key: str) -> str:
    return str(destination.settings.get(key) or SETTINGS[key].default)
