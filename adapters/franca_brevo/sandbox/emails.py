"""What templates and campaigns have in common: senders, HTML, rows of JSON."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_brevo.sandbox.errors import invalid, missing
from franca_brevo.sandbox.people import EMAIL
from franca_brevo.sandbox.reading import is_id, optional_text

LEAST_CHARACTERS = 10  # documented: "more than 10 characters"
MOST_BYTES = 1_000_000  # documented for campaigns: less than 1 MB; for templates, and that a MB is a million bytes, a guess


class Senders:
    """The senders of the account: its owner, and nobody else."""

    def __init__(self, assumptions: Mapping[str, bool]) -> None:
        self._assumptions = assumptions
        self._listed: Sequence[Mapping[str, Any]] = ({"id": 1, "name": "Sandbox", "email": "owner@example.com", "active": True, "ips": []},)

    def routes(self) -> Sequence[Route]:
        """Return the one route; making senders is not emulated."""
        return (Route("GET", "/v3/senders", self._list, "getSenders"),)

    def named(self, body: Mapping[str, Any]) -> dict[str, str]:
        """Return the sender that a body asks for, as it is read back: `email` or `id`, never both (documented)."""
        sender = body.get("sender")
        if sender is None:
            raise missing("sender")
        if not isinstance(sender, dict) or ("email" in sender) == ("id" in sender):
            raise invalid("Only one of sender's email or sender's id should be passed")
        name = optional_text(sender, "name")
        return self._by_id(sender["id"], name) if "id" in sender else self._by_email(sender["email"], name)

    def _by_id(self, identity: object, name: str) -> dict[str, str]:
        found = next((each for each in self._listed if is_id(identity) and each["id"] == identity), None)
        if found is None:
            raise invalid("Sender is invalid / inactive")  # words: guess
        return {"id": str(identity), "email": found["email"], "name": name or found["name"]}

    def _by_email(self, email: object, name: str) -> dict[str, str]:
        if not isinstance(email, str) or not EMAIL.fullmatch(email):
            raise invalid("valid sender email is required")
        found = next((each for each in self._listed if each["email"] == email), None)
        if found is None and not self._assumptions["brevo.any-sender"]:
            raise invalid("Sender is invalid / inactive")
        return {"email": email} | ({"id": str(found["id"])} if found else {}) | ({"name": name} if name else {})

    def _list(self, _call: Call) -> Reply:
        return Reply(body={"senders": list(self._listed)})


def html_in(body: Mapping[str, Any]) -> str:
    """Return the HTML that a body carries, empty when it carries none."""
    if "htmlUrl" in body:
        raise invalid("htmlUrl could not be fetched")  # the sandbox reaches no network
    html = optional_text(body, "htmlContent")
    if "htmlContent" in body and len(html) <= LEAST_CHARACTERS:
        raise invalid("htmlContent should have more than 10 characters")
    if len(html.encode()) >= MOST_BYTES:
        raise invalid("htmlContent should be less than 1 MB")
    return html


def address_in(body: Mapping[str, Any], key: str) -> str:
    """Return an optional email address; an empty text is none (guess)."""
    address = optional_text(body, key)
    if address and not EMAIL.fullmatch(address):
        raise invalid(f"{key} is not a valid email")
    return address


def body_of_row(row: sqlite3.Row) -> dict[str, Any]:
    """Return the JSON of a stored row."""
    body: dict[str, Any] = json.loads(row["body"])
    return body
