"""How what Klaviyo does not document is measured: dates around a window's edge in a property of our own, and events that are there."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta

from franca.adapter import Ref, Resource, ResourceKind, Site
from franca.adapter.probing import CONTACTS, PREFIX, Probe, Probes
from franca.definitions import Op
from franca_klaviyo.assumptions import (
    AT_LEAST_ROLLS,
    BETWEEN_ROLLS,
    DECIMAL_SUMS,
    EMPTY_TEXTS,
    HOURS_ROLL,
    LEAP_DAYS,
    LOWER_CASE,
    UNSET_DATES,
    UNSET_NUMBERS,
    ZERO_COUNT,
)
from franca_klaviyo.names import custom_property, tag_name
from franca_klaviyo.parts import Condition, Filter
from franca_klaviyo.values import IS_SET, numeric
from franca_klaviyo.windows import hours, spelled

FIELD = Resource(kind=ResourceKind.FIELD, key=f"{PREFIX}date", title="Franca probe")
HOUR = timedelta(hours=1)
_DAY = 24
_BETWEEN_YEARS = frozenset({(2, 28), (2, 29), (3, 1)})
"""Month and day of those days on which a window since the last 1 March has the end of two Februaries."""

_UNMEASURED = {
    DECIMAL_SUMS.id: "it takes events with amounts, and Klaviyo cannot delete an event again",
    UNSET_NUMBERS.id: "it takes a property that holds numbers, and what a probe writes are texts",
    LOWER_CASE.id: "it takes a profile whose email is kept with capitals, and a probe makes nobody and changes no email",
}


def probes(site: Site, now: datetime) -> Probes:
    """Return the probes of this moment. One contact is inside whatever the answer, so that silence is none."""
    contacts = Resource(kind=ResourceKind.LIST, key=CONTACTS, title="Franca probe", body={"tag": tag_name(site.project)})
    unmeasured, found = dict(_UNMEASURED), [*_windows(site, now), _unset_date(site, now), _empty_text(site)]
    if (leap := _leap_days(site, now)) is None:
        unmeasured[LEAP_DAYS.id] = "that is told from 2 March of a common year to 27 February of the next one"
    else:
        found.append(leap)
    if (zero := _zero_count(site, now)) is None:
        unmeasured[ZERO_COUNT.id] = f"no event is mapped under destinations.{site.destination.name}.events: there is no metric to count"
    else:
        found.append(zero)
    return Probes(contacts=contacts, probes=tuple(found), unmeasured=unmeasured)


def _windows(site: Site, now: datetime) -> Iterator[Probe]:
    """Yield probes of windows whose edge is a noon.

    A value two hours beyond the edge is told from one that midnights decide on, and for ten hours the answer stays the same.
    """
    edge = _DAY + (now.astimezone(UTC).hour - 12) % _DAY
    far = edge + 2 * _DAY

    def ago(number: int) -> str:
        return spelled(now - number * HOUR)

    yield _probe(site, HOURS_ROLL.id, hours("in-the-last", edge), (ago(1), ago(edge + 2)), fails={0, 1})
    yield _probe(site, AT_LEAST_ROLLS.id, hours("at-least", edge), (ago(far), ago(edge + 2)), holds={0, 1})
    between: Filter = {"type": "date", "operator": "between", "unit": "hour", "start": edge, "end": far}
    yield _probe(site, BETWEEN_ROLLS.id, between, (ago(edge + _DAY), ago(far + 2)), fails={0, 1})


def _leap_days(site: Site, now: datetime) -> Probe | None:
    """Return the probe of anniversaries since the last 1 March, in days, which are cut at midnights: that is documented."""
    today = now.astimezone(UTC).date()
    since = date(today.year - (today < date(today.year, 3, 2)), 3, 1)
    if (since - timedelta(days=1)).day == 29 or (today.month, today.day) in _BETWEEN_YEARS:
        return None
    window: Filter = {"type": "date", "operator": "anniversary-last", "unit": "day", "quantity": (today - since).days}
    return _probe(site, LEAP_DAYS.id, window, ("1996-03-01T00:00:00Z", "1996-02-29T00:00:00Z"), fails={0, 1})


def _unset_date(site: Site, now: datetime) -> Probe:
    """Return the probe of a blank date, beside one that is inside whatever the answer."""
    before: Filter = {"type": "date", "operator": "before", "date": spelled(now + timedelta(days=1))}
    return _probe(site, UNSET_DATES.id, before, (None, spelled(now - HOUR)), holds={1}, fails={0, 1})


def _empty_text(site: Site) -> Probe:
    """Return the probe of an empty text, beside another one that is inside whatever the answer."""
    return _probe(site, EMPTY_TEXTS.id, {"type": "string", "operator": "not-equals", "value": "other"}, ("probe", ""), holds={0, 1})


def _zero_count(site: Site, now: datetime) -> Probe | None:
    """Return the probe of a count of 0; whoever has the property is inside whatever the answer, whoever has an event tells nothing."""
    if not site.destination.events:
        return None
    mapping = site.destination.events[min(site.destination.events)]
    metric = Ref("metric", mapping.metric, mapping.integration or "")
    key = f"{PREFIX}zero"
    return Probe(
        assumption=ZERO_COUNT.id,
        field=FIELD,
        values=(None, spelled(now)),
        segment=_segment(site, key, _on_property(IS_SET), _counted(metric, Op.IS)),
        mute=_segment(site, f"{key}.mute", _counted(metric, Op.GT)),
        holds=frozenset({0, 1}),
        fails=frozenset({1}),
        needs=f"each of those that could has {mapping.metric!r} events; name contacts without any",
    )


def _probe(
    site: Site,
    assumption: str,
    test: Filter,
    values: tuple[str | None, ...],
    *,
    holds: Collection[int] = (0,),
    fails: Collection[int] = (0,),
) -> Probe:
    key = PREFIX + assumption.removeprefix("klaviyo.").replace("-", "_")
    return Probe(
        assumption=assumption,
        field=FIELD,
        values=values,
        segment=_segment(site, key, _on_property(test)),
        holds=frozenset(holds),
        fails=frozenset(fails),
    )


def _segment(site: Site, key: str, *either: Condition) -> Resource:
    """Return a segment of those probe contacts for whom one of some conditions holds."""
    listed: Condition = {"type": "profile-group-membership", "is_member": True, "group_ids": [Ref("list", CONTACTS)]}
    groups = [{"conditions": [listed]}, {"conditions": list(either)}]
    body = {"definition": {"condition_groups": groups}, "active": True, "tag": tag_name(site.project)}
    return Resource(kind=ResourceKind.SEGMENT, key=key, title="Franca probe", body=body)


def _on_property(test: Filter) -> Condition:
    return {"type": "profile-property", "property": custom_property(FIELD.key), "filter": test}


def _counted(metric: Ref, op: Op) -> Condition:
    measured = {"measurement": "count", "measurement_filter": numeric(op, 0)}
    return {"type": "profile-metric", "metric_id": metric, "timeframe_filter": {"type": "date", "operator": "alltime"}, **measured}
