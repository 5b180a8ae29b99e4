"""Deleting a contact for good."""

from __future__ import annotations

from franca.adapter.erasing import Erased
from franca_brevo.client import Client
from franca_brevo.people import People


def erase(client: Client, people: People, email: str) -> Erased:
    """Delete the contact that has an email."""
    found = people.known([email]).get(email)
    if found is None:
        return Erased.NOBODY
    # By the id of the contact that was read; a registered user of the account itself is refused (405, contract).
    query, names = (("identifierType", "contact_id"),), {"identifier": found.id}
    client.call("delete a contact", "DELETE", "/contacts/{identifier}", safe=True, query=query, names=names)
    return Erased.DONE
