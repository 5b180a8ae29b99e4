"""Deleting a contact of the audience for good; its address can never be imported there again."""

from __future__ import annotations

from franca.adapter import TerminalError
from franca.adapter.erasing import Erased
from franca_mailchimp.audience import Audience
from franca_mailchimp.client import Operation
from franca_mailchimp.people import subscriber_hash

# Deleting twice deletes once; archived contacts go too.
DELETE = Operation("delete a contact for good", "lists", "delete_list_member_permanent", answers=False)


def erase(audience: Audience, email: str) -> Erased:
    """Delete the contact that has an email."""
    try:
        audience.client.call(DELETE, audience.id, subscriber_hash(email))
    except TerminalError as error:
        if error.status != 404:
            raise
        return Erased.NOBODY
    return Erased.DONE
