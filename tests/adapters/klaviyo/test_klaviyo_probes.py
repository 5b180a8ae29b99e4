"""Klaviyo's probes as the sandbox reads windows: at every hour, and hours later, whatever else holds, both answers are told apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from adapters.klaviyo.kit import site
from franca.adapter.probing import Probe
from franca_klaviyo.adapter import ADAPTER
from franca_klaviyo.assumptions import ASSUMPTIONS, LEAP_DAYS
from franca_klaviyo.probes import FIELD
from franca_klaviyo.sandbox.spans import Present, dated

ROLLING = ("klaviyo.hours-roll", "klaviyo.at-least-rolls", "klaviyo.between-rolls")
DATED = (*ROLLING, LEAP_DAYS.id)
FOUR_YEARS = [datetime(2025, 1, 1, 0, 30, tzinfo=UTC) + timedelta(hours=37 * number) for number in range(4 * 237)]
"""Instants of every hour of the day, all over the year, with one leap day."""


def dates(now: datetime) -> Iterator[Probe]:
    """Yield the probes of an instant that are told by dates."""
    yield from (each for each in ADAPTER.probes(site(), now).probes if each.assumption in DATED)


def inside(probe: Probe, later: datetime, assumptions: dict[str, bool]) -> frozenset[int]:
    """Return whose value the sandbox finds in the probe's window."""
    (condition,) = probe.segment.body["definition"]["condition_groups"][1]["conditions"]
    holds = dated(condition["filter"], Present(now=later.timestamp(), assumptions=assumptions))
    return frozenset(place for place, value in enumerate(probe.values) if holds(datetime.fromisoformat(str(value)).timestamp()))


@pytest.mark.parametrize("later", [0, 3, 9], ids="after {} hours".format)
def test_each_date_tells_its_own_assumption_whatever_the_others(later):
    """Values on both sides of each edge: with any of the 16 combinations, the window has whom the probe says, also hours later."""
    combinations = [dict(zip(DATED, flags, strict=True)) for flags in product([True, False], repeat=len(DATED))]
    for now in FOUR_YEARS:
        for probe in dates(now):
            if probe.assumption == LEAP_DAYS.id and (now + timedelta(hours=later)).date() != now.date():
                continue  # windows in days are cut at midnights: a probe that runs over one is told by the next day's dates
            for assumptions in combinations:
                expected = probe.holds if assumptions[probe.assumption] else probe.fails
                assert inside(probe, now + timedelta(hours=later), assumptions) == expected, (probe.assumption, now, assumptions)


def test_leap_days_are_told_on_most_days():
    """Not from the end of a February to 1 March, and not while the last 1 March was in a leap year."""
    told = [now for now in FOUR_YEARS if any(each.assumption == LEAP_DAYS.id for each in dates(now))]
    assert {(now.month, now.day) for now in told}.isdisjoint({(2, 28), (2, 29), (3, 1)})
    assert not [now for now in told if datetime(2028, 3, 2, tzinfo=UTC) <= now < datetime(2029, 3, 1, tzinfo=UTC)]
    assert len(told) / len(FOUR_YEARS) > 0.7


@pytest.mark.parametrize("events", [True, False])
@pytest.mark.parametrize("now", [datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 7, 1, 23, 59, tzinfo=UTC)])
def test_every_assumption_is_measured_or_has_a_reason(now, events):
    """Exactly one of the two, on any day, with and without mapped events."""
    place = site() if events else site(events={})
    found = ADAPTER.probes(place, now)
    assert sorted([*(each.assumption for each in found.probes), *found.unmeasured]) == sorted(ASSUMPTIONS)
    assert all(found.unmeasured.values())


def test_a_probe_says_whom_it_expects_among_its_values():
    """Both answers differ, and one value is in both: an empty segment is no answer."""
    for probe in ADAPTER.probes(site(), FOUR_YEARS[0]).probes:
        assert probe.field == FIELD
        assert probe.holds != probe.fails
        assert probe.holds & probe.fails
        assert probe.holds | probe.fails <= set(range(len(probe.values)))
