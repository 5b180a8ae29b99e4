"""The account and its audience."""

from __future__ import annotations

from functools import cached_property

from franca.adapter import TerminalError
from franca.errors import did_you_mean
from franca_mailchimp.client import Client, Operation

READ_ACCOUNT = Operation("read account", "root", "get_root")
READ_AUDIENCES = Operation("read audiences", "lists", "get_all_lists")


class Audience:
    """One audience, found by its name when it is first needed."""

    def __init__(self, client: Client, name: str) -> None:
        self.client, self.name = client, name

    @cached_property
    def id(self) -> str:
        """The id.

        Raises:
            DestinationError: none, or several, of that name.
        """
        listed = list(self.client.rows(READ_AUDIENCES, "lists", fields=("id", "name")))
        found = [str(each["id"]) for each in listed if each["name"] == self.name]
        if len(found) == 1:
            return found[0]
        what = f"{len(found)} audiences are called" if found else "there is no audience"
        remedy = f"rename all but one of {', '.join(found)}" if found else did_you_mean(self.name, {str(each["name"]) for each in listed})
        raise TerminalError(f"Mailchimp: {what} {self.name!r}", remedy=remedy, operation=READ_AUDIENCES.words)

    @cached_property
    def account(self) -> str:
        """The account's id with the audience's: resources live in an audience."""
        return f"{self.client.call(READ_ACCOUNT, fields=['account_id'])['account_id']}/{self.id}"
