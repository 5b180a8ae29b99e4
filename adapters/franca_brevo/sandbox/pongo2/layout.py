"""Instants in Go's layouts: `2006-01-02 15:04:05` says how (pongo2's `date` filter; documented nowhere by Brevo: sheet 3.4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _offset(at: datetime, between: str, zulu: str = "") -> str:
    minutes = (at.utcoffset() or timedelta()) // timedelta(minutes=1)
    if zulu and not minutes:
        return zulu
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{between}{abs(minutes) % 60:02}"


def _hour(at: datetime) -> int:
    return at.hour % 12 or 12


_ELEMENTS: Mapping[str, Callable[[datetime], str]] = {
    "January": lambda at: _MONTHS[at.month - 1],
    "Jan": lambda at: _MONTHS[at.month - 1][:3],
    "Monday": lambda at: _DAYS[at.weekday()],
    "Mon": lambda at: _DAYS[at.weekday()][:3],
    "MST": lambda at: at.tzname() or "UTC",
    "2006": lambda at: f"{at.year:04}",
    "-07:00": lambda at: _offset(at, ":"),
    "-0700": lambda at: _offset(at, ""),
    "Z07:00": lambda at: _offset(at, ":", "Z"),
    "Z0700": lambda at: _offset(at, "", "Z"),
    "002": lambda at: f"{at.timetuple().tm_yday:03}",
    "01": lambda at: f"{at.month:02}",
    "02": lambda at: f"{at.day:02}",
    "03": lambda at: f"{_hour(at):02}",
    "04": lambda at: f"{at.minute:02}",
    "05": lambda at: f"{at.second:02}",
    "06": lambda at: f"{at.year % 100:02}",
    "15": lambda at: f"{at.hour:02}",
    "_2": lambda at: f"{at.day:2}",
    "PM": lambda at: "PM" if at.hour >= 12 else "AM",
    "pm": lambda at: "pm" if at.hour >= 12 else "am",
    "1": lambda at: str(at.month),
    "2": lambda at: str(at.day),
    "3": lambda at: str(_hour(at)),
    "4": lambda at: str(at.minute),
    "5": lambda at: str(at.second),
}
_ELEMENT = re.compile("|".join(map(re.escape, _ELEMENTS)))  # the longer ones stand first


def formatted(at: datetime, layout: str) -> str:
    """Return an instant in a layout; what is no element of it stays as it is."""
    return _ELEMENT.sub(lambda found: _ELEMENTS[found.group()](at), layout)


def shown_instant(at: datetime) -> str:
    """Return an instant as Go prints it."""
    return formatted(at, "2006-01-02 15:04:05 -0700 MST")
