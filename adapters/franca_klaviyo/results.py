"""What Klaviyo counted of campaigns that were sent: one report for as many of ours as one call may ask for, by variation.

Documented (contract: query_campaign_values; reporting_api_overview): performance is by the date of the *send*, whenever people clicked;
a timeframe is at most a year, its offsets are ignored and the company's time zone is taken; `conversion_metric_id` is required; one call a
second, two a minute, 225 a day. No call says who was sent which variation.

Every count is of people but complaints, of which Klaviyo has reports alone: a person reports one message once, but for mistakes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from franca.adapter import ArmResult, Remote, Results, TerminalError
from franca.definitions import Destination
from franca_klaviyo.arms import ORDER
from franca_klaviyo.client import Client, Operation, Tier
from franca_klaviyo.drafts import SENT, Drafts, Object, details_of, name_of, status_of, winners_share
from franca_klaviyo.resources import Resources

READ_RESULTS = Operation("read results", "Reporting", "query_campaign_values", Tier(1, 2, 225))
AT_ONCE = 100
"""Values of one clause of a filter (contract)."""
DAY = timedelta(days=1)
"""More than any offset of a time zone: with a day to spare, it does not matter which zone the company's is."""
YEAR = timedelta(days=364)
NEAR = timedelta(days=180)
"""Campaigns sent this near to the one that is asked for, before or after, are in one timeframe with it, days to spare included."""

GROUP_BY = ["campaign_id", "campaign_message_id", "variation", "variation_name"]
COUNTS = ["recipients", "delivered", "clicks_unique", "opens_unique", "unsubscribe_uniques", "spam_complaints"]
CONVERSIONS = ["conversion_uniques", "conversion_value"]

BLENDED = "the winner was sent to the other {rest} % afterwards, and Klaviyo counts them with its variation"


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """The metric of a report, and whether it is that of orders."""

    metric: str
    orders: bool


class Reports:
    """The results of one account's campaigns."""

    def __init__(self, client: Client, resources: Resources, destination: Destination) -> None:
        self._client, self._resources, self._destination = client, resources, destination
        self._asked: dict[str, list[Object]] = {}

    @property
    def _drafts(self) -> Drafts:
        return self._resources.emails.drafts

    def results(self, remote: Remote) -> Results | None:
        """Return what was counted of a campaign; None while it was not sent to the end.

        Raises:
            TerminalError: the campaign or the report is none that Franca can read.
        """
        messages = self._drafts.messages(remote.id)
        if {*map(status_of, messages)} != {SENT}:
            return None
        if len(messages) != 1:
            raise TerminalError(f"Klaviyo: the campaign {remote.name!r} has {len(messages)} messages; Franca reads those of one")
        variations, conversion = self._drafts.variations(messages[0]), self._conversion()
        rows = _by_variation(remote, variations, self._rows(remote.id, messages[0], conversion))
        arms = tuple(_arm(each, row, conversion) for each, row in zip(variations, rows, strict=True))
        rest = winners_share(messages[0]) if len(variations) > 1 else 0
        return Results(
            arms=arms,
            sent_at=_sent_at(messages[0]),
            currency=self._resources.account()["preferred_currency"] or "",
            blended=BLENDED.format(rest=rest) if rest else "",
        )

    # -- the metric

    def _conversion(self) -> Conversion:
        """Return the metric that the project's event `order` is mapped to; without a mapping any, of which nothing is counted.

        Raises:
            TerminalError: the mapping names no metric of the account, or several.
        """
        names, mapping = self._resources.metrics(), self._destination.events.get(ORDER)
        if mapping is None:
            return Conversion(metric=_any(names), orders=False)
        found = names.get(("metric", mapping.metric, mapping.integration or ""), ())
        if len(found) == 1:
            return Conversion(metric=found[0], orders=True)
        what = "names several metrics" if found else "is no metric of the account"
        raise TerminalError(
            f"Klaviyo: read results: destinations.{self._destination.name}.events.{ORDER}: {mapping.metric!r} {what}",
            remedy="add its integration" if found else "name the metric as Klaviyo shows it, with its integration",
        )

    # -- the report

    def _rows(self, identity: str, message: Object, conversion: Conversion) -> list[Object]:
        """Return the rows of one campaign; those of others that came with them are kept for when they are asked for, once."""
        if identity not in self._asked:
            moments = {**self._near(_moment(message)), identity: _moment(message)}
            rows = list(self._report(moments, conversion))
            for each in moments:
                self._asked[each] = [row for row in rows if row["groupings"]["campaign_id"] == each]
        return self._asked.pop(identity)

    def _near(self, moment: datetime) -> dict[str, datetime]:
        sent = {each: _moment(message) for each, message in self._drafts.sent.items()}
        near = sorted((abs(at - moment), each) for each, at in sent.items() if abs(at - moment) <= NEAR)
        return {each: sent[each] for _, each in near[: AT_ONCE - 1]}

    def _report(self, moments: Mapping[str, datetime], conversion: Conversion) -> Iterator[Object]:
        start = min(moments.values()) - DAY
        attributes = {
            "statistics": [*COUNTS, *(CONVERSIONS if conversion.orders else ())],
            # Guess: an end that is still to come is taken.
            "timeframe": {"start": start.isoformat(timespec="seconds"), "end": (start + YEAR).isoformat(timespec="seconds")},
            "conversion_metric_id": conversion.metric,
            "group_by": GROUP_BY,
            "filter": "contains-any(campaign_id,[" + ",".join(f'"{each}"' for each in sorted(moments)) + "])",
        }
        body = {"data": {"type": "campaign-values-report", "attributes": attributes}}
        for page in self._client.pages(READ_RESULTS, body):
            yield from page["data"]["attributes"]["results"]


def _any(names: Mapping[tuple[str, str, str], Sequence[str]]) -> str:
    """Return a metric, since a report wants one.

    Raises:
        TerminalError: there is none.
    """
    every = sorted(identity for found in names.values() for identity in found)
    if not every:
        what = "Klaviyo: read results: the account has no metric, and a report needs one"
        raise TerminalError(what, remedy="let the shop send its events")
    return every[0]


def _by_variation(remote: Remote, variations: Sequence[Object], rows: Sequence[Object]) -> list[Object]:
    """Return the statistics of each variation, by its id or else its name; nobody was sent one that has no row.

    Raises:
        TerminalError: a row belongs to none of them.
    """
    if len(variations) == 1 and len(rows) <= 1:  # what a report calls the only variation is not documented
        return [rows[0]["statistics"] if rows else {}]
    found: dict[str, Object] = {}
    for row in rows:
        names = {str(row["groupings"].get(name) or "") for name in ("variation", "variation_name")}
        mine = [each["id"] for each in variations if each["id"] in names or name_of(each) in names]
        if len(mine) != 1 or mine[0] in found:
            said = " / ".join(sorted(names - {""})) or "no variation"
            raise TerminalError(
                f"Klaviyo: read results: the report on {remote.name!r} has a row of {said}, which is none of the campaign's"
            )
        found[mine[0]] = row["statistics"]
    return [found.get(each["id"], {}) for each in variations]


def _arm(variation: Object, found: Object, conversion: Conversion) -> ArmResult:
    def count(name: str) -> int:
        return int(found.get(name) or 0)

    revenue = Decimal(str(found.get("conversion_value") or 0))
    return ArmResult(
        subject=str(details_of(variation).get("subject") or ""),
        sent=count("recipients"),
        delivered=count("delivered"),
        clicked=count("clicks_unique"),
        opened=count("opens_unique"),
        ordered=count("conversion_uniques") if conversion.orders else None,
        revenue=revenue if conversion.orders else None,
        unsubscribed=count("unsubscribe_uniques"),
        complained=count("spam_complaints"),
        key=_key_of(variation),
    )


def _key_of(variation: Object) -> str:
    """Return the arm's key, which stands behind the letter in the name; a plain draft's variation has none."""
    return str(variation["attributes"]["definition"].get("name") or "").partition(" ")[2]


def _sent_at(message: Object) -> str:
    return str((message["attributes"]["definition"].get("send_options") or {}).get("send_time") or "")


def _moment(message: Object) -> datetime:
    """Return when a message was sent, or else made: the send is after that."""
    found = datetime.fromisoformat(_sent_at(message) or message["attributes"]["created"])
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)  # "the UTC send time" (SDK 25: MessageSendOptions)
