"""What a plan costs: calls, time at the vendor's rate, shares of caps."""

import json

import pytest

from franca.adapter import Address, Limits, Rate, ResourceKind, adapter, installed
from franca.plan import Action, Budget, Cap, Change, Plan, Processing, dump_plans
from franca.plan.budget import budget
from franca.render import render_plan
from franca.render.budget import render_budget

DAY, HOUR = 86_400, 3_600


def changes(number: int, action=Action.CREATE, kind=ResourceKind.SEGMENT) -> list[Change]:
    return [Change(action=action, address=Address(kind, f"s{each}"), name=f"S{each}", reason="new") for each in range(number)]


def cost(name: str, *parts: list[Change]) -> Budget:
    found = adapter(name)
    return budget([change for part in parts for change in part], found.limits, found.title)


def test_creates_at_klaviyo_take_the_time_of_its_rate_and_a_share_of_its_day():
    """Fifteen a minute and one a second: the 42nd goes out 2 minutes and 11 seconds after the first; each is tagged besides."""
    found = cost("klaviyo", changes(42))
    assert found == Budget(
        esp="Klaviyo",
        calls=84,
        seconds=131.0,
        caps=(Cap(what="create segment", calls=42, limit=100, seconds=DAY),),
        processing=(Processing(kind=ResourceKind.SEGMENT, number=42, at_once=5),),
    )
    assert render_budget(found) == (
        "84 calls: 3 minutes at the rate limit, then as long as Klaviyo processes 42 segments, five at a time; "
        "42 of 100 a day (create segment)"
    )


def test_what_a_day_does_not_hold_is_left_for_the_next():
    """The 101st segment ends the apply; updates have a hundred of their own."""
    assert cost("klaviyo", changes(100)).first is None
    assert cost("klaviyo", changes(101)).first == 100
    both = cost("klaviyo", changes(100), changes(100, Action.UPDATE))
    assert (both.first, [cap.calls for cap in both.caps]) == (None, [100, 100])
    assert "only the first 100 changes now, then apply ends and says when to go on" in render_budget(cost("klaviyo", changes(101)))


def test_an_hours_share_of_brevo_ends_an_apply_too():
    """Templates share a hundred calls an hour; lists have a window of their own that no plan fills."""
    found = cost("brevo", changes(20, kind=ResourceKind.LIST), changes(101, kind=ResourceKind.TEMPLATE))
    assert (found.first, found.seconds) == (115, 1.0)  # five calls read the account before the first change, and two after the last
    assert Cap(what="all else", calls=108, limit=100, seconds=HOUR) in found.caps
    assert "108 of 100 an hour (all else)" in render_budget(found)
    assert "36000" not in render_budget(found)  # 20 of them are not worth a word


def test_mailchimp_names_no_rate():
    """Calls are counted, and no time is made up."""
    found = cost("mailchimp", changes(3), changes(2, kind=ResourceKind.CAMPAIGN))
    assert (found.calls, found.seconds, found.caps, found.uncounted) == (3, None, (), 2)
    said = "3 calls: no rate of Mailchimp is known; 2 changes whose calls depend on the content, not counted"
    assert render_budget(found) == said


def test_nothing_to_do_costs_nothing():
    """No line for it."""
    empty = budget([], Limits(), "Fake")
    assert (empty.calls, render_budget(empty)) == (0, "")


def test_every_form_of_a_plan_says_what_it_costs():
    """Text, Markdown and JSON."""
    found = cost("klaviyo", changes(1))
    plan = Plan(destination="k", adapter="klaviyo", account="a", definitions="d", remote="r", changes=tuple(changes(1)), budget=found)
    said = "2 calls: under a second at the rate limit, then as long as Klaviyo processes 1 segment, five at a time"
    assert f"  costs {said}; 1 of 100 a day" in render_plan([plan])
    assert "Costs 2 calls&#58; under a second at the rate limit" in render_plan([plan], "markdown")
    assert json.loads(dump_plans([plan]))["plans"][0]["budget"]["calls"] == 2


@pytest.mark.parametrize("name", sorted(installed()))
def test_every_call_that_is_counted_has_a_rate(name):
    """And windows come shortest first, with positive numbers."""
    limits = adapter(name).limits
    assert {each for calls in limits.calls.values() for each in calls} == limits.rates.keys()
    for rate in limits.rates.values():
        assert list(rate.windows) == sorted(rate.windows, key=lambda window: window[1])
        assert all(calls > 0 and seconds > 0 for calls, seconds in rate.windows)
        assert rate.source.startswith("https://")


def test_klaviyos_declared_rates_are_those_that_its_client_keeps():
    """One truth: the windows of every operation that a change calls."""
    from franca_klaviyo import emails, members, people, resources

    limits = adapter("klaviyo").limits
    tables = (resources.CREATE, resources.UPDATE, resources.DELETE, resources.TAG)
    operations = [operation for table in tables for operation in table.values()]
    operations += [*(operation for operation, _ in resources.COUNT.values()), *members.MEMBERS.values()]
    operations += [resources.READ_SEGMENT, people.READ_PROFILES]
    operations += [emails.CREATE_TEMPLATE, emails.UPDATE_TEMPLATE, emails.DELETE_TEMPLATE]
    kept = {each.words: tuple((window.limit, window.seconds) for window in each.tier.windows(each.words)) for each in operations}
    assert {name: rate.windows for name, rate in limits.rates.items()} == kept
    assert limits.at_once[ResourceKind.SEGMENT] == resources.AT_ONCE


def test_a_short_window_is_waited_for_and_a_long_one_is_not():
    """Two a minute: three calls take a minute; three an hour: the fourth is not made."""
    limits = Limits(rates={"c": Rate(((2, 60.0), (3, 3600.0)))}, calls={("create", ResourceKind.SEGMENT): ("c",)})
    assert budget(changes(3), limits, "F").seconds == 60.0
    found = budget(changes(5), limits, "F")
    assert (found.first, found.seconds) == (3, 60.0)
