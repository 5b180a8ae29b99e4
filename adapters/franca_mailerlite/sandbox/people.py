"""`/subscribers`: reading them, changing their fields, forgetting them; making and deleting them is not emulated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_mailerlite.sandbox.errors import absent, body_of, invalid
from franca_mailerlite.sandbox.pages import by_cursor, status_of
from franca_mailerlite.sandbox.store import STATUSES, Store, Subscriber, stamp


class People:
    """The calls on subscribers."""

    def __init__(self, store: Store, assumptions: Mapping[str, bool]) -> None:
        self._store, self._assumptions = store, assumptions

    def routes(self) -> Sequence[Route]:
        """Return the routes; an identifier is an id or an email (documented of GET)."""
        one = "/api/subscribers/{subscriber}"
        return (
            Route("GET", "/api/subscribers", self._list, "listSubscribers"),
            Route("GET", one, self._get, "getSubscriber"),
            Route("PUT", one, self._update, "updateSubscriber"),
            Route("POST", f"{one}/forget", self._forget, "forgetSubscriber"),
        )

    def find(self, identifier: str) -> Subscriber:
        """Return somebody by id or by email.

        Raises:
            RefusedError: there is nobody.
        """
        found = self._store.people.get(identifier) or self._by_email(identifier)
        if found is None:
            raise absent("Subscriber\\Subscriber")  # seen: without the id
        return found

    def add(self, email: str) -> Subscriber:
        """Put somebody in, or return who is there; MailerLite keeps emails in small letters (seen)."""
        kept = email.strip().lower() if self._assumptions["mailerlite.emails-lower"] else email.strip()
        found = self._by_email(kept)
        if found is None:
            now = self._store.now()
            found = Subscriber(id=self._store.new_id(), email=kept, status="active", created_at=now, updated_at=now)
            self._store.put(found)
        return found

    def shown(self, person: Subscriber) -> dict[str, Any]:
        """Return somebody as listings show them (seen): every field of the account by its key."""
        fields = {each.key: person.fields.get(each.key) for each in self._store.fields.values()}
        return {
            "id": person.id,
            "email": person.email,
            "status": person.status,
            "source": "import",
            "sent": 0,
            "opens_count": 0,
            "clicks_count": 0,
            "open_rate": 0,
            "click_rate": 0,
            "ip_address": None,
            "subscribed_at": person.created_at,
            "unsubscribed_at": person.updated_at if person.status == "unsubscribed" else None,
            "created_at": person.created_at,
            "updated_at": person.updated_at,
            "fields": fields,
            "opted_in_at": None,
            "optin_ip": None,
        }

    def _by_email(self, email: str) -> Subscriber | None:
        return self._store.people.get(self._store.emails.get(email, ""))

    def _list(self, call: Call) -> Reply:
        if call.arg("limit") == "0":  # seen: how the SDK counts
            return Reply(body={"total": len(self._store.people)})
        status = status_of(call, None if self._assumptions["mailerlite.lists-everybody"] else "active")
        return by_cursor(call, self._store, self._store.order, lambda person: status in (None, person.status), self.shown, default=25)

    def _get(self, call: Call) -> Reply:
        return Reply(body={"data": self._whole(self.find(call.params["subscriber"]))})

    def _whole(self, person: Subscriber) -> dict[str, Any]:
        groups = [{"id": group.id, "name": group.name, "created_at": group.created_at} for group in self._store.groups_of(person)]
        return {**self.shown(person), "groups": groups}

    def _update(self, call: Call) -> Reply:
        person, body = self.find(call.params["subscriber"]), body_of(call.body)
        fields, groups, status = body.get("fields", {}), body.get("groups"), body.get("status", person.status)
        if not isinstance(fields, dict) or status not in STATUSES:
            raise invalid("fields", "The fields must be an array.")
        self._write(person, fields)
        if groups is not None:  # reported: replaces all groups
            self._regroup(person, groups)
        if not self._assumptions["mailerlite.update-keeps-the-rest"]:
            person.fields = {key: value for key, value in person.fields.items() if key in fields}
            self._regroup(person, groups or [])
        person.status, person.updated_at = status, self._store.now()
        return Reply(body={"data": self._whole(person)})

    def _forget(self, call: Call) -> Reply:
        """Forget somebody: gone at once, the data within 30 days (documented; that no call shows them meanwhile is a guess)."""
        person = self.find(call.params["subscriber"])
        self._store.drop(person)
        forgotten = {**self.shown(person), "forget_at": stamp(self._store.present() + timedelta(days=30)), "groups": []}
        return Reply(body={"message": "Subscriber data will be completely deleted within 30 days.", "subscriber": forgotten})

    def _write(self, person: Subscriber, fields: Mapping[str, Any]) -> None:
        for key, value in fields.items():
            known = self._store.by_key(key)
            if known is not None:  # guess: unknown keys are dropped without a word
                person.fields[key] = fitting(known.type, value)

    def _regroup(self, person: Subscriber, groups: Sequence[Any]) -> None:
        for group in self._store.groups.values():
            (group.members.add if group.id in map(str, groups) else group.members.discard)(person.id)


def fitting(kind: str, value: Any) -> Any:
    """Return a value as a field of its type keeps it; texts are kept as texts (guess), days as YYYY-MM-DD (documented).

    Raises:
        RefusedError: it fits no such field.
    """
    if value is None or value == "":
        return None
    if kind == "text":
        return str(value)
    try:
        if kind == "date":
            return date.fromisoformat(str(value)[:10]).isoformat()
        if isinstance(value, str):
            return float(value) if "." in value else int(value)
    except ValueError:
        raise invalid("fields", f"The value must be a {kind}.") from None
    return value
