"""What Mailchimp fills in by itself (sheet section 3.2; reported by third parties that quote the help pages, unless labelled)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What tags can name besides the contact.

    Attributes:
        unsubscribe, preferences, view: links of this message for this contact.
        company, address: of the audience's owner; the address on one line.
        subject, preview_text: those of the campaign.
        now: the present, in the account's time zone.
    """

    unsubscribe: str = "https://esp.example/unsubscribe"
    preferences: str = "https://esp.example/preferences"
    view: str = "https://esp.example/view"
    company: str = "Example Ltd"
    address: str = "Example Ltd, 1 Example Street, Berlin"
    audience: str = "Customers"
    subject: str = ""
    preview_text: str = ""
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)


BUILT_IN: Mapping[str, Callable[[Surroundings], str]] = {
    "UNSUB": lambda around: around.unsubscribe,
    "UPDATE_PROFILE": lambda around: around.preferences,
    "ARCHIVE": lambda around: around.view,
    "FORWARD": lambda _around: "https://esp.example/forward",
    "ABOUT_LIST": lambda _around: "https://esp.example/about",
    "LIST:SUBSCRIBE": lambda _around: "https://esp.example/subscribe",
    "LIST:URL": lambda _around: "https://esp.example/",
    "LIST:COMPANY": lambda around: around.company,
    "USER:COMPANY": lambda around: around.company,
    "LIST:ADDRESS": lambda around: around.address,
    "LIST:ADDRESSLINE": lambda around: around.address,
    "HTML:LIST_ADDRESS_HTML": lambda around: around.address.replace(", ", "<br>"),  # guess: the parts on lines
    "LIST:NAME": lambda around: around.audience,
    "LIST:DESCRIPTION": lambda around: f"You bought something from {around.company}.",
    "LIST:PHONE": lambda _around: "",
    "LIST:UID": lambda _around: "a1b2c3d4e5",
    "CAMPAIGN_UID": lambda _around: "f6a7b8c9d0",
    "LIST:SUBSCRIBERS": lambda _around: "0",
    "REWARDS": lambda _around: "",
    "CURRENT_YEAR": lambda around: str(around.now.year),
    "MC:DATE": lambda around: php_date(around.now, "m/d/Y"),  # guess: the locale is the United States'
    "MC:SUBJECT": lambda around: around.subject,
    "MC_PREVIEW_TEXT": lambda around: around.preview_text,
}


def php_date(at: datetime, layout: str) -> str:
    """Return an instant in a layout of PHP's `date`; letters that have no meaning there stand for themselves."""
    return re.sub(r"\\(.)|([A-Za-z])", lambda found: found[1] or _dated(at, found[2]), layout)


def _dated(at: datetime, letter: str) -> str:
    return _DATE[letter](at) if letter in _DATE else letter


def _suffix(day: int) -> str:
    return "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


_DATE: Mapping[str, Callable[[datetime], str]] = {
    "d": lambda at: f"{at:%d}",
    "D": lambda at: f"{at:%a}",
    "j": lambda at: str(at.day),
    "l": lambda at: f"{at:%A}",
    "S": lambda at: _suffix(at.day),
    "w": lambda at: str(at.isoweekday() % 7),
    "m": lambda at: f"{at:%m}",
    "M": lambda at: f"{at:%b}",
    "n": lambda at: str(at.month),
    "F": lambda at: f"{at:%B}",
    "Y": lambda at: str(at.year),
    "y": lambda at: f"{at:%y}",
    "a": lambda at: f"{at:%p}".lower(),
    "A": lambda at: f"{at:%p}",
    "g": lambda at: str(at.hour % 12 or 12),
    "G": lambda at: str(at.hour),
    "h": lambda at: f"{at:%I}",
    "H": lambda at: f"{at:%H}",
    "i": lambda at: f"{at:%M}",
    "s": lambda at: f"{at:%S}",
}
