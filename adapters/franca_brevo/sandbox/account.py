"""`GET /account` and what no longer exists."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from franca.sandbox import Call, Reply, Route
from franca_brevo.sandbox.errors import absent


class Account:
    """One account; *organization* is its id, *premium* whether its plan is a paid one."""

    def __init__(self, organization: str, *, premium: Callable[[], bool]) -> None:
        self._organization, self._premium = organization, premium

    def routes(self) -> Sequence[Route]:
        """Return the account's route, and the one of the removed batch call."""
        return (
            Route("GET", "/v3/account", self._get, "getAccount"),
            Route("POST", "/v3/contacts/batch", self._batch, "updateBatchContacts"),
        )

    def _get(self, _call: Call) -> Reply:
        # documented: every key that the contract requires
        address = {"city": "Berlin", "country": "Germany", "street": "Example Street 1", "zipCode": "10115"}
        body = {
            "organization_id": self._organization,
            "user_id": 1,
            "enterprise": False,
            "companyName": "Sandbox",
            "email": "owner@example.com",
            "firstName": "Sandbox",
            "lastName": "Owner",
            "address": address,
            "dateTimePreferences": {"timezone": "Europe/Berlin", "timeFormat": "24", "dateFormat": "dd-mm-yyyy"},
            "marketingAutomation": {"enabled": False},
            "plan": [{"type": "subscription" if self._premium() else "free", "creditsType": "sendLimit", "credits": 300}],
            "relay": {"enabled": False, "data": {"userName": "owner@example.com", "relay": "smtp-relay.brevo.com", "port": 587}},
        }
        return Reply(body=body)

    def _batch(self, _call: Call) -> Reply:
        # documented: deprecated since 2026-10-30, "may stop functioning"; that it answers 404 is a guess
        raise absent("This endpoint is deprecated, use /contacts/import")
