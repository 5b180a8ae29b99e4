"""What Klaviyo says of an import's refused rows, read row by row."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from franca.adapter import Contact, TerminalError, VirtualWaiter, Written
from franca.adapter.jobs import LostJobError
from franca_klaviyo import erasure, members

ANN, BEN = Contact("ann@example.com", "01A"), Contact("ben@example.com", "01B")


def client(*errors: dict[str, Any], failed: int, status: str = "complete") -> Any:
    """Return a client that knows one import, which refused *failed* rows and tells of *errors*."""
    job = {"data": {"attributes": {"status": status, "failed_count": failed}}}
    pages = [{"data": [{"attributes": error} for error in errors]}]
    return SimpleNamespace(call=lambda *_args, **_more: job, pages=lambda *_args, **_more: pages, waiter=VirtualWaiter())


def test_a_refused_row_is_told_with_klaviyos_reason() -> None:
    """The payload that Klaviyo shows again names the profile; the others are written."""
    found = client({"title": "Too long.", "original_payload": {"id": "01B"}}, failed=1)
    assert members.finish(found, "job", [(ANN, "vip"), (BEN, "vip")]) == Written(added=(ANN.email,), rejected=((BEN.email, "Too long."),))


def test_refused_rows_that_are_not_named_are_never_taken_for_written() -> None:
    """Klaviyo counts a refusal and does not say whose: the sync stops, and none of the rows is noted."""
    with pytest.raises(LostJobError, match="1 profiles were refused, and 0 of them are named"):
        members.finish(client({"title": "Odd."}, failed=1), "job", [(ANN, "vip")])


def test_a_cancelled_import_is_never_waited_for_again() -> None:
    """A later sync does not ask for it again: what became of its rows is unknown, and they are written once more."""
    with pytest.raises(LostJobError, match="the import was cancelled; run the command again"):
        members.finish(client(failed=0, status="cancelled"), "job", [(ANN, "vip")])


def test_values_that_klaviyo_does_not_take_away_are_told() -> None:
    """A probe says that it leaves nothing behind."""
    found = client(failed=1)
    found.call = lambda operation, *_more: {"data": {"id": "job", "attributes": {"status": "complete", "failed_count": 1}}}
    with pytest.raises(TerminalError, match="1 profiles keep a value of franca_probe; run the command again"):
        members.clear_field(found, "franca_probe", [ANN, BEN])


def test_somebody_who_cannot_be_looked_up_is_not_said_to_be_unknown() -> None:
    """Nothing was asked: no escape of the filter language is documented."""
    with pytest.raises(
        TerminalError, match="an email with a backslash, or with both kinds of quotation marks, cannot be looked up"
    ) as caught:
        erasure.erase(client(failed=0), '"canary\\"@example.com')
    assert "canary" not in str(caught.value)
