"""Instants as the emulator keeps them: seconds since 1970, UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(seconds: float | None) -> str | None:
    """Return how Klaviyo writes an instant: `2026-01-31T08:00:00+00:00`."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def seconds_of(text: str) -> float:
    """Return the instant of ISO *text*; a date is its midnight UTC, an instant without offset is UTC (documented: dates run in UTC).

    Raises:
        ValueError: *text* is not a date or an instant.
    """
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def is_day(text: str) -> bool:
    """Return whether *text* is a date without a time."""
    return "T" not in text and ":" not in text
