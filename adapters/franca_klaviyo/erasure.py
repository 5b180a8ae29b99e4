"""Deleting a person for good: a request that Klaviyo carries out later."""

from __future__ import annotations

from franca.adapter.erasing import Erased
from franca_klaviyo.client import Client, Operation, S
from franca_klaviyo.people import known

# Asking twice deletes once.
ASK = Operation("ask for a deletion", "Data_Privacy", "request_profile_deletion", S, answers=False)


def erase(client: Client, email: str) -> Erased:
    """Ask for the deletion of the profile that has an email."""
    found = known(client, [email]).get(email)
    if found is None:
        return Erased.NOBODY
    # By the id of the profile that was read; several identifiers are refused (contract).
    profile = {"data": {"type": "profile", "id": found.id, "attributes": {}}}
    client.call(ASK, {"data": {"type": "data-privacy-deletion-job", "attributes": {"profile": profile}}})
    return Erased.ASKED
