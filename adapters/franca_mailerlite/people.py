"""Reading people: everybody, some, the members of a group or segment. Whatever their status: each of the five is asked for by name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from urllib.parse import quote

from franca.adapter import Contact, TerminalError
from franca.adapter.erasing import Erased
from franca.adapter.standing import Standing
from franca_mailerlite.client import Client, Part, Row, batched

STATUSES = ("active", "unsubscribed", "unconfirmed", "bounced", "junk")  # documented
STANDINGS = {"active": Standing.MAILABLE, "unconfirmed": Standing.OUTSIDE}
"""Whoever unsubscribed, bounced or complained is held and not mailed."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class People:
    """The people of one account."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def everybody(self) -> Iterator[tuple[Contact, Row]]:
        """Yield all whom the account holds, with all that MailerLite shows of them."""
        yield from self._all("read subscribers", "/subscribers")

    def members(self, group: str) -> Iterator[Contact]:
        """Yield the members of a group."""
        return (contact for contact, _ in self._all("read group members", f"/groups/{group}/subscribers"))

    def members_of_segment(self, segment: str) -> Iterator[Contact]:
        """Yield whom MailerLite counts in a segment that people made."""
        return (contact for contact, _ in self._all("read segment members", f"/segments/{segment}/subscribers"))

    def known(self, emails: Collection[str]) -> dict[str, Contact]:
        """Return those of *emails* that MailerLite holds."""
        return {email: contact for email, (contact, _) in self._found(emails).items()}

    def standings(self, emails: Collection[str]) -> dict[str, Standing]:
        """Return for those of *emails* that MailerLite holds whether it mails them."""
        return {email: STANDINGS.get(str(row.get("status")), Standing.SUPPRESSED) for email, (_, row) in self._found(emails).items()}

    def erase(self, email: str) -> Erased:
        """Have somebody forgotten: that is more than deleting, which can be undone (documented)."""
        found = self.known([email]).get(email)
        if found is None:
            return Erased.NOBODY
        self._client.call("forget a subscriber", "POST", f"/subscribers/{found.id}/forget", safe=True)
        return Erased.ASKED

    def _found(self, emails: Collection[str]) -> dict[str, tuple[Contact, Row]]:
        """Look *emails* up, 50 a call, which is never more calls than reading everybody."""
        asked = sorted(email for email in emails if _EMAIL.fullmatch(email))
        found: dict[str, tuple[Contact, Row]] = {}
        for batch in batched(asked):
            rows = self._rows("look up subscribers", [f"/subscribers/{quote(email, safe='@')}" for email in batch])
            pairs = ((_contact(row), row) for row in rows if row is not None)
            found |= {contact.email: (contact, row) for contact, row in pairs if contact.email in batch}
        return found

    def rows(self, contacts: Sequence[Contact]) -> list[Row | None]:
        """Return a batch of people as they are now, with their groups; None is gone."""
        return self._rows("read subscribers", [f"/subscribers/{contact.id}" for contact in contacts])

    def _rows(self, operation: str, paths: Sequence[str]) -> list[Row | None]:
        answers = self._client.batch(operation, [Part(method="GET", path=path) for path in paths])
        for answer in answers:
            if not answer.done and answer.code not in (404, 422):  # 422: no email that MailerLite would hold
                raise TerminalError(f"MailerLite: {operation}: {answer.said}", operation=operation, status=answer.code)
        return [answer.data if answer.done else None for answer in answers]

    def _all(self, operation: str, path: str) -> Iterator[tuple[Contact, Row]]:
        """Yield everybody once, also who has another status by the time that it is asked for."""
        seen: set[str] = set()
        for status in STATUSES:
            for row in self._client.by_cursor(operation, path, status):
                contact = _contact(row)
                if contact.id not in seen:
                    seen.add(contact.id)
                    yield contact, row


def _contact(row: Row) -> Contact:
    return Contact(email=unicodedata.normalize("NFC", str(row.get("email") or "")).strip().lower(), id=str(row.get("id") or ""))


def held(row: Row, key: str) -> str | None:
    """Return somebody's value of a field."""
    value = (row.get("fields") or {}).get(key)
    return None if value is None else str(value)
