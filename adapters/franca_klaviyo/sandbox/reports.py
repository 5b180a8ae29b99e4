"""Campaign reports: what was counted of sends, by variation (documented: OAS of 2026-07-15; what is a guess says so)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from franca.sandbox import Call, Reply, Route
from franca.sandbox.sending import Sent
from franca_klaviyo.sandbox import checks
from franca_klaviyo.sandbox.errors import bad_parameter, invalid, not_interpreted
from franca_klaviyo.sandbox.query import Clause, clauses_of
from franca_klaviyo.sandbox.sends import Outcome, Sends
from franca_klaviyo.sandbox.things import MESSAGE, Things
from franca_klaviyo.sandbox.world import World, attributes_of, link, linkage, ok

PATH, KIND = "/api/campaign-values-reports", "campaign-values-report"
PAGE = 100  # guess
LONGEST = timedelta(days=366)  # documented: one year
LIST = 100  # documented: values of one clause
PLACED_ORDER = "Placed Order"
"""The metric whose conversions a send brings about; of any other there are none (guess)."""

FILTERS = dict.fromkeys(
    ("send_channel", "campaign_id", "campaign_message_id", "campaign_message_name", "variation", "variation_name"),
    ("equals", "contains-any"),
)
GROUPS = (*FILTERS, "group", "group_name", "tag_id", "tag_name", "text_message_format")
KEYS = tuple(
    """last_12_months last_30_days last_365_days last_3_months last_7_days last_90_days last_month last_week last_year this_month
    this_week this_year today yesterday""".split()
)


@dataclass(frozen=True)
class Tally:
    """The counts of one group of people, and every statistic of email as Klaviyo writes it: rates are fractions (documented)."""

    sent: Sequence[Sent]
    converting: bool

    def people(self, holds: Callable[[Sent], bool]) -> int:
        """Return how many."""
        return sum(map(holds, self.sent))

    @property
    def counts(self) -> dict[str, Any]:
        """Return the counts. More happens than people are counted: some open and click twice (guess: which)."""
        opened, clicked = self.people(lambda each: each.opened), self.people(lambda each: each.clicked)
        ordered = self.people(lambda each: each.ordered) if self.converting else 0
        bounced, gone = self.people(lambda each: each.bounced), self.people(lambda each: each.unsubscribed)
        value = sum((each.revenue for each in self.sent), Decimal(0)) if self.converting else Decimal(0)
        return {
            "recipients": len(self.sent),
            "delivered": len(self.sent) - bounced,
            "bounced": bounced,
            "bounced_or_failed": bounced,
            "failed": 0,
            "opens": opened + opened // 2,
            "opens_unique": opened,
            "clicks": clicked + clicked // 3,
            "clicks_unique": clicked,
            "conversions": ordered + ordered // 4,
            "conversion_uniques": ordered,
            "conversion_value": float(value),
            "unsubscribes": gone,
            "unsubscribe_uniques": gone,
            "spam_complaints": self.people(lambda each: each.complained),
        }

    def statistics(self, wanted: Sequence[str]) -> dict[str, Any]:
        """Return the wanted statistics."""
        counts = self.counts
        return {name: counts[name] if name in counts else _share(counts, *RATES[name]) for name in wanted}


RATES: Mapping[str, tuple[str, str]] = {
    "delivery_rate": ("delivered", "recipients"),
    "bounce_rate": ("bounced", "recipients"),
    "bounced_or_failed_rate": ("bounced_or_failed", "recipients"),
    "failed_rate": ("failed", "recipients"),
    "open_rate": ("opens_unique", "delivered"),
    "click_rate": ("clicks_unique", "delivered"),
    "click_to_open_rate": ("clicks_unique", "opens_unique"),
    "conversion_rate": ("conversion_uniques", "delivered"),
    "unsubscribe_rate": ("unsubscribe_uniques", "delivered"),
    "spam_complaint_rate": ("spam_complaints", "delivered"),
    "average_order_value": ("conversion_value", "conversions"),
    "revenue_per_recipient": ("conversion_value", "recipients"),
}
STATISTICS = (*Tally((), converting=False).counts, *RATES)
OTHER = ("message_segment_count_sum", "text_message_credit_usage_amount", "text_message_roi", "text_message_spend")


def _share(counts: Mapping[str, Any], above: str, below: str) -> float:
    return float(counts[above] / counts[below]) if counts[below] else 0.0


Row = tuple[Mapping[str, Any], list[Sent]]


class Reports:
    """The route."""

    def __init__(self, world: World, things: Things, sends: Sends) -> None:
        self._world, self._things, self._sends = world, things, sends

    def routes(self) -> list[Route]:
        """Return the route; its page cursor has no brackets (documented)."""
        return [Route("POST", PATH, self._values, "query_campaign_values")]

    def _values(self, call: Call) -> Reply:
        required = {"statistics": checks.texts, "timeframe": checks.object_, "conversion_metric_id": checks.text}
        wanted = attributes_of(call, KIND, required, {"group_by": checks.texts, "filter": checks.text})
        _check_statistics(wanted["statistics"])
        groups = _groups(wanted.get("group_by"))
        clauses, start, end = _clauses(wanted.get("filter") or ""), *self._timeframe(wanted["timeframe"])
        converting = self._metric(wanted["conversion_metric_id"])
        rows = [row for row in self._rows(start, end) if all(clause.holds(row[0].get(clause.field)) for clause in clauses)]
        results = [
            {"groupings": groupings, "statistics": Tally(people, converting).statistics(wanted["statistics"])}
            for groupings, people in _grouped(rows, groups)
        ]
        return self._page(call, results)

    def _page(self, call: Call, results: list[dict[str, Any]]) -> Reply:
        start = _offset(call)
        shown, more = results[start : start + PAGE], start + PAGE < len(results)
        links = {"self": link(call, call.path)}
        if more:  # reported: the links may be missing altogether (klaviyo-api-python#64)
            links["next"] = link(call, f"{call.path}?page_cursor={_cursor(start + PAGE)}")
        ids = dict.fromkeys(each["groupings"]["campaign_id"] for each in shown)
        related = {"campaigns": {"data": linkage("campaign", ids)}}
        return ok({"data": {"type": KIND, "attributes": {"results": shown}, "relationships": related}, "links": links})

    def _rows(self, start: datetime, end: datetime) -> Iterator[Row]:
        """Yield one row for each variation of the campaigns sent in the timeframe (documented: by the date of the send, not of events)."""
        for campaign, outcome in self._sends.outcomes.items():
            sent = campaign in self._things.held and start.timestamp() <= outcome.at <= end.timestamp()
            yield from self._variations(campaign, outcome) if sent else ()

    def _variations(self, campaign: str, outcome: Outcome) -> Iterator[Row]:
        message = self._things.find(MESSAGE, outcome.message.id)
        for arm, variation in enumerate(outcome.variations):
            test = len(outcome.variations) > 1
            groupings = {
                "send_channel": "email",
                "campaign_id": campaign,
                "campaign_message_id": message.id,
                "campaign_message_name": message.definition["name"],
                # Guess: what is no test has no variation in reports; a variation goes by its id.
                "variation": variation.id if test else "",
                "variation_name": variation.definition["name"] if test else "",
            }
            yield groupings, outcome.of(arm)

    def _timeframe(self, given: Mapping[str, Any]) -> tuple[datetime, datetime]:
        at = "/data/attributes/timeframe"
        if "key" in given:
            checks.shape(given, at, {"key": checks.one_of(*KEYS)})
            raise not_interpreted("the keys of timeframes", at)
        checks.shape(given, at, {"start": checks.date, "end": checks.date})
        zone = ZoneInfo(self._world.account.timezone)
        # Documented: the offset is ignored and the company's timezone used.
        start, end = (datetime.fromisoformat(given[name]).replace(tzinfo=zone) for name in ("start", "end"))
        if not start < end or end - start > LONGEST:
            raise invalid("The timeframe must be at most one year, its start before its end.", at)
        return start, end

    def _metric(self, identity: str) -> bool:
        """Return whether a send brings conversions of this metric about."""
        row = self._world.store.one("select name from metrics where id = ?", identity)
        if row is None:
            raise invalid(f"Conversion metric {identity} does not exist.", "/data/attributes/conversion_metric_id")
        return bool(row["name"] == PLACED_ORDER)


def _check_statistics(given: Sequence[str]) -> None:
    at = "/data/attributes/statistics"
    for each in checks.items(given, at, least=1):
        checks.one_of(*STATISTICS, *OTHER)(each, at)
        if each in OTHER:
            raise not_interpreted(f"the statistic {each}", at)


def _groups(given: Sequence[str] | None) -> Sequence[str]:
    at = "/data/attributes/group_by"
    if given is None:
        return ("campaign_id", "campaign_message_id", "send_channel")  # documented
    for each in given:
        checks.one_of(*GROUPS)(each, at)
        if each not in FILTERS:
            raise not_interpreted(f"the grouping {each}", at)
    if not {"campaign_id", "campaign_message_id"} <= set(given):  # documented
        raise invalid("campaign_id and campaign_message_id are required group-bys.", at)
    return given


def _clauses(text: str) -> list[Clause]:
    clauses = clauses_of(text, FILTERS)
    if len({each.field for each in clauses}) < len(clauses):  # documented
        raise invalid("Only one filter can be used per attribute.", "/data/attributes/filter")
    if any(isinstance(each.value, set) and len(each.value) > LIST for each in clauses):
        raise invalid(f"A list filter has at most {LIST} items.", "/data/attributes/filter")
    return clauses


def _grouped(rows: Sequence[Row], groups: Sequence[str]) -> list[Row]:
    found: dict[tuple[Any, ...], Row] = {}
    for groupings, people in rows:
        kept = {name: groupings[name] for name in groups}
        found.setdefault(tuple(kept.values()), (kept, []))[1].extend(people)
    return [row for row in found.values() if row[1]]


def _cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(str(offset).encode()).decode()


def _offset(call: Call) -> int:
    try:
        return int(base64.urlsafe_b64decode(call.arg("page_cursor") or _cursor(0)))
    except (ValueError, binascii.Error):
        raise bad_parameter("Invalid page cursor.", "page_cursor") from None
