"""What the seeds of all emulators have in common (the format is in `franca.sandbox.host`), looked at before anything of one is taken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

STATUSES = ("subscribed", "unsubscribed", "pending", "never")


def check_seed(data: Mapping[str, Any]) -> None:
    """Insist on the common format.

    Raises:
        ValueError: a consent that is none of the four, an instant that is none, or an event without its email, metric or instant.
    """
    for contact in data.get("contacts") or ():
        _check_instant(contact.get("created_at"))
        for consent in (contact.get("consent"), *(contact.get("channels") or {}).values()):
            if consent is not None:
                _check_consent(consent)
    for event in data.get("events") or ():
        missing = [key for key in ("email", "metric", "at") if event.get(key) is None]
        if missing:
            raise ValueError(f"an event of the seed has no {', '.join(missing)}")
        _check_instant(event["at"])


def _check_consent(consent: Mapping[str, Any]) -> None:
    if consent.get("status") not in STATUSES:
        raise ValueError(f"unknown consent {consent.get('status')!r}; known: {', '.join(STATUSES)}")
    _check_instant(consent.get("at"))


def _check_instant(value: Any) -> None:
    if value is None or isinstance(value, date):
        return
    try:
        datetime.fromisoformat(value)
    except (ValueError, TypeError):
        raise ValueError(f"{value!r} of the seed is no instant") from None
