"""Deleting a person for good: a request that Klaviyo carries out later."""

from __future__ import annotations

from franca.adapter import TerminalError
from franca.adapter.erasing import Erased
from franca_klaviyo.client import Client, Operation, S
from franca_klaviyo.people import known, quoted

# Asking twice deletes once.
ASK = Operation("ask for a deletion", "Data_Privacy", "request_profile_deletion", S, answers=False)


def erase(client: Client, email: str) -> Erased:
    """Ask for the deletion of the profile that has an email.

    Raises:
        TerminalError: no look-up can say the email, so that nothing tells whether there is one.
    """
    if quoted(email) is None:
        what = "Klaviyo: an email with a backslash, or with both kinds of quotation marks, cannot be looked up"
        raise TerminalError(what, remedy="delete the profile there by hand", operation=ASK.words)
    found = known(client, [email]).get(email)
    if found is None:
        return Erased.NOBODY
    # By the id of the profile that was read; several identifiers are refused (contract).
    profile = {"data": {"type": "profile", "id": found.id, "attributes": {}}}
    client.call(ASK, {"data": {"type": "data-privacy-deletion-job", "attributes": {"profile": profile}}})
    return Erased.ASKED
