"""What Brevo counted for a campaign that was sent."""

from __future__ import annotations

from collections.abc import Sequence

from franca.adapter import ArmResult, Results
from franca_brevo.client import Client, Row
from franca_brevo.emails import CAMPAIGN
from franca_brevo.experiments import HALVES, group_of
from franca_brevo.versions import BOUNCES, PEOPLE, arm, compared, read_rates

RESULT = f"{CAMPAIGN}/abTestCampaignResult"
STATISTICS = (("statistics", "globalStats"),)
"""Statistics come when asked for alone, and only those that are asked for (documented; APIv3-python-library#97)."""

SENT = frozenset({"sent", "archive"})
WAITING = frozenset({"notAvailable", "pending"})


class Reports:
    """The results of one account's campaigns; each takes a call or two of the hundred an hour (sheet 5)."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def of(self, campaign: str) -> Results | None:
        """Return what was counted; None while it was not sent to all, and when Brevo has no statistics of it any more (six months).

        Raises:
            DestinationError: it cannot be read, or a test's rates are none.
        """
        names = {"id": campaign}
        row = self._client.get("read results", CAMPAIGN, query=STATISTICS, names=names, needs=("id", "status"))
        counts = _counts(row.get("statistics") or {})
        if row["status"] not in SENT or not counts["sent"]:
            return None
        if not row.get("abTesting"):
            return Results(arms=(_whole(row, counts),), sent_at=row.get("sentDate") or "")
        test = self._client.get("read a test's results", RESULT, names=names, needs=("statistics",))
        waiting = group_of(row) < HALVES and test.get("winningVersion") in WAITING
        return None if waiting else compared(row, counts, read_rates(test["statistics"]))


def _counts(statistics: Row) -> dict[str, int]:
    """Return the campaign's counts. In some accounts those of the whole are 0 and those of its lists are not (reported): ours has one."""
    whole: Row = statistics.get("globalStats") or {}
    lists: Sequence[Row] = statistics.get("campaignStats") or ()
    found = lists[0] if not whole.get("sent") and len(lists) == 1 else whole
    return {name: int(found.get(name) or 0) for name in ("sent", "delivered", *BOUNCES, *PEOPLE.values())}


def _whole(row: Row, counts: dict[str, int]) -> ArmResult:
    people = {name: counts[theirs] for name, theirs in PEOPLE.items()}
    return arm(row.get("subject") or "", counts["sent"], counts["delivered"], people)
