"""What a campaign that was sent tells: counts of the whole, and of a test the rates of its versions."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_brevo.sandbox.emails import body_of_row
from franca_brevo.sandbox.errors import absent
from franca_brevo.sandbox.reading import id_of
from franca_brevo.sandbox.store import Store

STATISTICS = ("globalStats", "linksStats", "statsByDomain", "statsByDevice", "statsByBrowser")
VERSIONS = ("Version A", "Version B")
OF_SENT: Mapping[str, str] = {"hardBounces": "hard", "softBounces": "soft"}
OF_DELIVERED: Mapping[str, str] = {
    "openers": "opened",
    "clicks": "clicked",
    "unsubscribed": "unsubscribed",
    "complaints": "complained",
}
CRITERIA: Mapping[str, str] = {"open": "openers", "click": "clicks"}

_COUNTS = """count(*) AS sent, coalesce(sum(hard), 0) AS hard, coalesce(sum(soft), 0) AS soft, coalesce(sum(opened), 0) AS opened,
    coalesce(sum(views), 0) AS views, coalesce(sum(clicked), 0) AS clicked, coalesce(sum(clicks), 0) AS clicks,
    coalesce(sum(unsubscribed), 0) AS unsubscribed, coalesce(sum(complained), 0) AS complained"""


class Reports:
    """Counts over the stored fates of recipients."""

    def __init__(self, store: Store, assumptions: Mapping[str, bool]) -> None:
        self._store, self._assumptions = store, assumptions

    def routes(self) -> Sequence[Route]:
        """Return the route of a test's result."""
        return (Route("GET", "/v3/emailCampaigns/{campaignId}/abTestCampaignResult", self._result, "getAbTestCampaignResult"),)

    # -- the whole campaign

    def statistics(self, row: sqlite3.Row, wanted: str | None) -> dict[str, Any]:
        """Return what an answer tells of a campaign's statistics; nothing unless asked (documented) and sent.

        Reported (APIv3-python-library#97): the parts that were not asked for are there, with nothing in them. Links, domains, devices and
        browsers are not emulated.
        """
        if wanted is None or row["sent_at"] is None:
            return {}
        whole = self._counts("campaign_id = ?", row["id"])
        asked = wanted == "globalStats" and self._assumptions["brevo.global-stats-filled"]
        lists = [{"listId": each, **_stats(self._of_list(row["id"], each))} for each in body_of_row(row)["recipients"]["lists"]]
        empty: dict[str, Any] = {name: {} for name in STATISTICS[1:]}
        totals = _stats(whole if asked else self._counts("0"))
        return {"statistics": {**empty, "globalStats": totals, "campaignStats": lists, "mirrorClick": 0, "remaining": 0}}

    def _of_list(self, campaign: int, list_id: int) -> sqlite3.Row:
        inside = "campaign_id = ? AND contact_id IN (SELECT contact_id FROM members WHERE list_id = ?)"
        return self._counts(inside, campaign, list_id)

    def _counts(self, where: str, *values: Any) -> sqlite3.Row:
        (found,) = self._store.rows(f"SELECT {_COUNTS} FROM sends WHERE {where}", *values)  # noqa: S608 - our own conditions
        return found

    # -- the versions of a test

    def _result(self, call: Call) -> Reply:
        row = self._store.row("SELECT * FROM campaigns WHERE id = ?", id_of(call, "campaignId"))
        body = body_of_row(row) if row is not None else {}
        if row is None or not body.get("abTesting"):
            raise absent("A/B test Email Campaign not found")  # words: the contract's
        rates = self._rates(row["id"])
        criterion = body.get("winnerCriteria", "open")  # guess: what is told where no criterion was needed
        decisive = rates[CRITERIA[criterion]]
        best = 1 if decisive[1] > decisive[0] else 0
        texts = {name: [self._text(rate) for rate in pair] for name, pair in rates.items()}
        # documented: texts with a percent sign; `clickedLinks` only for tests of contents (changelog 2020/8/4), which the API cannot make
        body = {
            "winningVersion": _winner(row, decisive, best),
            "winningCriteria": criterion.capitalize(),
            "winningSubjectLine": body[("subjectA", "subjectB")[best]],
            "openRate": texts["openers"][best],
            "clickRate": texts["clicks"][best],
            "winningVersionRate": texts[CRITERIA[criterion]][best],
            "statistics": {name: dict(zip(VERSIONS, pair, strict=True)) for name, pair in texts.items()},
        }
        return Reply(body=body)

    def _rates(self, campaign: int) -> dict[str, tuple[Fraction, Fraction]]:
        """Return the versions' rates; whether they count who was sent the winner, and whether they are of those reached, are guesses."""
        waited = 1 if self._assumptions["brevo.test-rates-with-winner"] else 0
        one, other = (self._counts("campaign_id = ? AND arm = ? AND waited <= ?", campaign, arm, waited) for arm in (0, 1))
        of_sent = {name: (_share(one, column, "sent"), _share(other, column, "sent")) for name, column in OF_SENT.items()}
        of = "delivered" if self._assumptions["brevo.test-rates-of-delivered"] else "sent"
        return of_sent | {name: (_share(one, column, of), _share(other, column, of)) for name, column in OF_DELIVERED.items()}

    def _text(self, rate: Fraction) -> str:
        """Return a rate as it is told (documented: "33.33%" in the changelog, "50%" in the contract; that zeros are cut off is a guess)."""
        digits = Decimal("0.01") if self._assumptions["brevo.test-rates-with-decimals"] else Decimal(1)
        percent = (Decimal(100 * rate.numerator) / rate.denominator).quantize(digits, ROUND_HALF_UP)
        return f"{percent.normalize():f}%"


def _winner(row: sqlite3.Row, decisive: tuple[Fraction, Fraction], best: int) -> str:
    if row["sent_at"] is None:
        return "notAvailable"  # documented: not yet picked for sending
    return "tie" if decisive[0] == decisive[1] else "AB"[best]


def _share(counts: sqlite3.Row, column: str, of: str) -> Fraction:
    people = counts["sent"] - (counts["hard"] + counts["soft"] if of == "delivered" else 0)
    return Fraction(counts[column], people) if people else Fraction(0)


def _stats(counts: sqlite3.Row) -> dict[str, Any]:
    # documented: every key that the contract requires; privacy protection of mail clients is not emulated
    delivered = counts["sent"] - counts["hard"] - counts["soft"]
    return {
        "sent": counts["sent"],
        "delivered": delivered,
        "hardBounces": counts["hard"],
        "softBounces": counts["soft"],
        "deferred": 0,
        "uniqueViews": counts["opened"],
        "viewed": counts["views"],
        "trackableViews": counts["opened"],
        "estimatedViews": counts["opened"],
        "appleMppOpens": 0,
        "opensRate": round(100 * counts["opened"] / delivered, 2) if delivered else 0,
        "uniqueClicks": counts["clicked"],
        "clickers": counts["clicks"],
        "unsubscriptions": counts["unsubscribed"],
        "complaints": counts["complained"],
    }
