"""Writing the members of a list. Contacts are named by id: nobody is created, and consent is not touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from franca.adapter import Contact, TerminalError, Written
from franca_brevo.capabilities import MEMBERS_BATCH
from franca_brevo.client import Client, Row
from franca_brevo.people import People, batched


@dataclass(frozen=True, kw_only=True)
class _Verb:
    """One direction: its word in the path, whether a contact is to be in the list after it, and what to say of one that is not so."""

    path: str
    inside: bool
    refused: str


ADD = _Verb(path="add", inside=True, refused="Brevo did not add it to the list")
REMOVE = _Verb(path="remove", inside=False, refused="Brevo did not take it out of the list")


class Members:
    """Adds to lists and takes from them."""

    def __init__(self, client: Client, people: People) -> None:
        self._client, self._people = client, people

    def write(self, list_id: str, add: Sequence[Contact], remove: Sequence[Contact]) -> Iterator[Written]:
        """Put *add* in and take *remove* out, yielding after each call."""
        for verb, contacts in ((ADD, add), (REMOVE, remove)):
            for batch in batched(contacts, MEMBERS_BATCH):
                yield self._batch(list_id, verb, batch)

    def _batch(self, list_id: str, verb: _Verb, batch: Sequence[Contact]) -> Written:
        body = {"ids": [int(contact.id) for contact in batch]}
        path = f"/contacts/lists/{list_id}/contacts/{verb.path}"
        try:
            answer = self._client.call(f"{verb.path} list members", "POST", path, safe=True, body=body, needs=())
        except TerminalError as error:
            if error.status != 400:
                raise
            # One message for "it is so already" and for "does not exist" (sheet 2.3, trap 5): look who is in the list.
            return self._looked(list_id, verb, batch, batch, error)
        doubtful = _failed(answer, batch)
        return self._looked(list_id, verb, batch, doubtful) if doubtful else _written(verb, batch, {})

    def _looked(
        self, list_id: str, verb: _Verb, batch: Sequence[Contact], doubtful: Sequence[Contact], error: TerminalError | None = None
    ) -> Written:
        lists = {contact.id: {str(each) for each in row.get("listIds") or ()} for contact, row in self._people.rows(doubtful)}
        refused = {contact: why for contact in doubtful if (why := _why(verb, list_id, lists.get(contact.id)))}
        if error is not None and verb.refused in refused.values():
            raise error  # neither "already so" nor "does not exist": the refusal means something else
        return _written(verb, batch, refused)


def _why(verb: _Verb, list_id: str, lists: set[str] | None) -> str | None:
    """Return why a contact is not as it should be; None when it is. Who is gone is in no list."""
    if lists is None:
        return "Brevo does not hold this contact any more" if verb.inside else None
    return verb.refused if (list_id in lists) is not verb.inside else None


def _written(verb: _Verb, batch: Sequence[Contact], refused: Mapping[Contact, str]) -> Written:
    done = tuple(contact.email for contact in batch if contact not in refused)
    rejected = tuple((contact.email, why) for contact, why in refused.items())
    return Written(added=done, rejected=rejected) if verb.inside else Written(removed=done, rejected=rejected)


def _failed(answer: Row, batch: Sequence[Contact]) -> Sequence[Contact]:
    """Return those whom the answer does not call a success; it names ids or emails, with a wrapper or without (sheet 2.3)."""
    outcome: Any = answer.get("contacts", answer)
    failures = {str(each).strip().lower() for each in outcome.get("failure") or ()}
    failed = [contact for contact in batch if failures & {contact.id, contact.email}]
    return failed if len(failed) == len(failures) else batch
