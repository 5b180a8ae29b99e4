"""What segment conditions mean: each type of condition to the set of profiles (row numbers) that it holds for."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from franca_klaviyo.sandbox.index import VALUE, Index, Profile
from franca_klaviyo.sandbox.spans import SPANS, Filter, Present, Span, dated
from franca_klaviyo.sandbox.store import Store
from franca_klaviyo.sandbox.times import iso
from franca_klaviyo.sandbox.values import NUMBERS, event_tester, tester

Members = frozenset[int]


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Everything that a condition is read against."""

    store: Store
    index: Index
    present: Present

    def where(self, holds: Callable[[Profile], bool]) -> Members:
        """Return the profiles that pass a test."""
        return frozenset(row for row, profile in self.index.profiles().items() if holds(profile))


def _property(world: Evaluation, condition: Filter) -> Members:
    name, test = condition["property"], tester(condition["filter"], world.present)
    return world.where(lambda profile: test(profile.value(name)))


# -- events


def _metric(world: Evaluation, condition: Filter) -> Members:
    found = world.store.one("select row from metrics where id = ?", condition["metric_id"])
    if found is None:  # refused when the segment was written; metrics cannot be deleted through the API
        raise LookupError(f"no metric {condition['metric_id']}")
    metric = int(found["row"])
    totals = _totals(world, condition, metric)
    compare, wanted = NUMBERS[condition["measurement_filter"]["operator"]], _number(world)(str(condition["measurement_filter"]["value"]))
    holding = frozenset(row for row, total in totals.items() if compare(total, wanted))
    return holding | (_without_events(world, condition, metric) - totals.keys() if compare(0, wanted) else frozenset())


def _without_events(world: Evaluation, condition: Filter, metric: int) -> Members:
    """Return who may count as 0: everybody, or, against the assumption, those with some event of the metric."""
    if world.present.assumptions[f"klaviyo.zero-events-{condition['measurement']}-zero"]:
        return frozenset(world.index.profiles())
    events = world.index.events(metric)
    return frozenset(events.profiles[: bisect_right(events.times, world.present.now)])


def _number(world: Evaluation) -> type[Decimal | float]:
    """Return what amounts are added as; binary floats put 0.1 + 0.2 above 0.3."""
    return Decimal if world.present.assumptions["klaviyo.decimal-sums"] else float


def _totals(world: Evaluation, condition: Filter, metric: int) -> Mapping[int, Decimal | float]:
    profiles = world.index.events(metric).profiles
    counted = _counted(world, condition, metric)
    # `sum` has no selector: it adds the event's value (documented). Guess: an event without one adds nothing.
    amounts: Sequence[Any] = world.index.column(metric, VALUE) if condition["measurement"] == "sum" else ()
    number = _number(world)
    totals: defaultdict[int, Any] = defaultdict(number)
    for place in counted:
        totals[profiles[place]] += number(amounts[place] or 0) if amounts else 1
    return totals


def _counted(world: Evaluation, condition: Filter, metric: int) -> Iterable[int]:
    """Return the places of the events in the timeframe that pass all metric filters (documented: ANDed on the same event)."""
    places = _in_time(world, condition["timeframe_filter"], world.index.events(metric).times)
    for each in condition.get("metric_filters") or ():
        test, column = event_tester(each["filter"], world.present), world.index.column(metric, each["property"])
        values = [_plain(value) for value in column] if each["property"] == VALUE else column
        places = [place for place in places if test(values[place])]
    return places


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _in_time(world: Evaluation, test: Filter, times: Sequence[int]) -> Iterable[int]:
    # Klaviyo takes events up to a year ahead; here an event exists from its own time on, as for a shop that sends what happened.
    until = bisect_right(times, world.present.now)
    if test["operator"] in SPANS:
        start, end = _bounds(SPANS[test["operator"]](test, world.present), times)
        return range(start, min(end, until))
    holds = dated(test, world.present)
    return [place for place in range(until) if holds(times[place])]


def _bounds(span: Span, times: Sequence[int]) -> tuple[int, int]:
    start = bisect_right(times, span.low) if span.low_open else bisect_left(times, span.low)
    end = bisect_left(times, span.high) if span.high_open else bisect_right(times, span.high)
    return start, end


# -- lists


def _group(world: Evaluation, condition: Filter) -> Members:
    found = world.store.one("select row from lists where id = ?", condition["group_ids"][0])
    joined = world.store.members(found["row"]) if found else {}  # guess: nobody is on a list that was deleted since
    test = condition.get("timeframe_filter")
    holds = dated(test, world.present) if test else lambda _at: True
    members = frozenset(profile for profile, at in joined.items() if holds(at))
    return members if condition["is_member"] else frozenset(world.index.profiles()) - members


# -- consent

STATUSES = {"subscribed": "SUBSCRIBED", "unsubscribed": "UNSUBSCRIBED", "never_subscribed": "NEVER_SUBSCRIBED"}


def can_receive(profile: Profile) -> bool:
    """Return whether email marketing may reach a profile: not suppressed and not unsubscribed (never subscribed may; OAS)."""
    return bool(profile.attributes.get("email")) and profile.suppressed_at is None and profile.consent != "UNSUBSCRIBED"


def _can_receive(profile: Profile, channel: str) -> bool:
    """Return whether a channel reaches a profile: texts and pushes those who subscribed alone (the contract has no other branch)."""
    return can_receive(profile) if channel == "email" else _status(profile, channel) == "SUBSCRIBED"


def _status(profile: Profile, channel: str) -> str:
    return profile.consent if channel == "email" else profile.channels.get(channel, {}).get("status", "NEVER_SUBSCRIBED")


def _consent(world: Evaluation, condition: Filter) -> Members:
    consent = condition["consent"]
    channel = consent["channel"]
    status, filters = consent["consent_status"]["subscription"], consent["consent_status"].get("filters") or ()
    tests = [(each["field"], tester(each["filter"], world.present)) for each in filters]

    def holds(profile: Profile) -> bool:
        if _can_receive(profile, channel) is not consent["can_receive_marketing"]:
            return False
        if status != "any" and _status(profile, channel) != STATUSES[status]:
            return False
        return all(test(_consent_value(profile, channel, name)) for name, test in tests)

    return world.where(holds)


def _consent_value(profile: Profile, channel: str, name: str) -> str | None:
    """Return a date of consent as text. Suppressions of this sandbox are manual: nothing bounces, no address is invalid."""
    if channel != "email":
        return iso(profile.channels.get(channel, {}).get("at"))
    at = {"status_date": profile.consent_at, "manual_suppression_date": profile.suppressed_at}.get(name)
    return iso(at)


# -- what Klaviyo computes; whoever has no such value passes no condition on it, not "not in the region" either (KHC 14837232353691)


def _region(world: Evaluation, condition: Filter) -> Members:
    return world.where(lambda profile: profile.computed.get(f"region['{condition['region']}']") is condition["in_region"])


def _distance(world: Evaluation, condition: Filter) -> Members:
    name = f"distance['{condition['country_code']} {condition['postal_code']} {condition['unit']}']"
    return _computed(world, name, condition["filter"])


def _predicted(world: Evaluation, condition: Filter) -> Members:
    if condition["dimension"] == "channel_affinity":
        return _computed(world, f"affinity['{condition['predicted_channel']} {condition['measurement']}']", condition["filter"])
    return _computed(world, f"predicted['{condition['dimension']}']", condition["filter"])


def _computed(world: Evaluation, name: str, found: Filter) -> Members:
    test = tester(found, world.present)
    return world.where(lambda profile: test(profile.computed.get(name)))


TYPES: Mapping[str, Callable[[Evaluation, Filter], Members]] = {
    "profile-property": _property,
    "profile-metric": _metric,
    "profile-group-membership": _group,
    "profile-marketing-consent": _consent,
    "profile-region": _region,
    "profile-postal-code-distance": _distance,
    "profile-predictive-analytics": _predicted,
}


class Counting:
    """Who is in a segment now; answers are kept while neither the data, the time nor an assumption changes."""

    def __init__(self, store: Store, assumptions: Mapping[str, bool]) -> None:
        self._store, self._assumptions = store, assumptions
        self._index = Index(store)
        self._token: Any = None
        self._kept: dict[str, Members] = {}

    def assumed(self, assumption: str) -> bool:
        """Return whether a named assumption holds now."""
        return self._assumptions[assumption]

    def profiles(self) -> dict[int, Profile]:
        """Return every profile by its row number."""
        return self._index.profiles()

    def members(self, definition: Filter, now: float) -> Members:
        """Return the row numbers of a definition's members: groups are ANDed, the conditions of a group ORed (documented)."""
        present = Present(now=now, assumptions=dict(self._assumptions))
        if self._token != (token := self.token(now)):
            self._token = token
            self._kept.clear()
        world = Evaluation(store=self._store, index=self._index, present=present)
        groups = [frozenset[int]().union(*(self._condition(world, c) for c in g["conditions"])) for g in definition["condition_groups"]]
        return groups[0].intersection(*groups[1:])

    def token(self, now: float) -> Any:
        """Return what an answer depends on besides the definition: who keeps one may use it while this is the same."""
        versions = (self._store.profiles_version, self._store.lists_version, self._store.events_version)
        return now, tuple(self._assumptions.items()), versions

    def _condition(self, world: Evaluation, condition: Filter) -> Members:
        key = json.dumps(condition, sort_keys=True)
        if key not in self._kept:
            self._kept[key] = TYPES[condition["type"]](world, condition)
        return self._kept[key]
