"""The keys of a destination at MailerLite."""

from __future__ import annotations

from collections.abc import Mapping

from franca.adapter import Setting

SETTINGS: Mapping[str, Setting] = {
    "api_key": Setting(meaning="an API token of MailerLite; it acts for the user who made it", required=True, secret=True),
    "url": Setting(meaning="base URL of a sandbox or proxy, without /api", default="https://connect.mailerlite.com"),
}
