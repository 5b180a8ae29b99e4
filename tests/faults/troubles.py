"""What may go wrong with a request, as the ESPs and the network between do it."""

from __future__ import annotations

from dataclasses import replace

import pytest

import franca_brevo.client
import franca_klaviyo.client
import franca_mailchimp.client
import franca_mailerlite.client
from franca.sandbox import Fault

PAUSE = 7
"""Seconds that a vendor asks for."""

# Mailchimp sends no header on how long to wait (sheet section 5.3), but a body.
THROTTLED = {
    "klaviyo": Fault(status=429, headers={"Retry-After": str(PAUSE)}),
    "mailchimp": Fault(status=429, body={"title": "Too Many Requests", "status": 429, "detail": "You have exceeded the limit."}),
    "brevo": Fault(status=429, headers={"x-sib-ratelimit-reset": str(PAUSE)}, body={"code": "too_many_requests", "message": "Slow down"}),
    "mailerlite": Fault(status=429, headers={"Retry-After": str(PAUSE)}, body={"message": "Too Many Attempts."}),
}
TROUBLES = {
    "429 without a body": Fault(status=429),
    "500": Fault(status=500),
    "503 with a page": Fault(status=503, body="<html>busy</html>"),
    "a timeout": Fault(kind="hang"),
    "a reset": Fault(kind="reset"),
    "a reset after the work": Fault(kind="reset-after"),
    "half an answer": Fault(kind="truncate"),
}
HALF = "half of a batch"
"""Has no single place in a command: only calls with rows can meet it."""
VENDORS_429 = "429 as the vendor says it"


def fault(name: str, esp: str, times: int | None) -> Fault:
    """Return a fresh rule: rules count how often they struck."""
    known = {VENDORS_429: THROTTLED[esp], HALF: Fault(kind="half"), **TROUBLES}
    return replace(known[name], times=times)


def give_up_soon(patch: pytest.MonkeyPatch, seconds: float = 1.0) -> None:
    """Let every client take so many seconds without an answer for a timeout."""
    for client in (franca_klaviyo.client, franca_mailchimp.client, franca_brevo.client, franca_mailerlite.client):
        patch.setattr(client, "TIMEOUT", (5, seconds))
