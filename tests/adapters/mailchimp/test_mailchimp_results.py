"""What came of a campaign at Mailchimp: every number is that of people in the sandbox's own record, however reports are cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.mailchimp.trial import DRAFT, SUBJECTS, Trial, make_shop, trial
from franca.adapter import ArmResult, Results, TerminalError
from franca.sandbox import Fault
from franca.sandbox.sending import Sent, rates, send, send_rest
from franca_mailchimp.results import BLENDED

CALM, KEEN, KEENER = ({"click": 0.1}, {"click": 0.4, "order": 0.5}, {"click": 0.6, "order": 0.5, "unsubscribe": 0.1, "bounce": 0.1})
THREE = (CALM, KEEN, KEENER)
PART = "{share: 50%, wait: 6 hours}"
by_hand = pytest.mark.foreign_traffic("somebody changes how a campaign is tracked, as it were")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    make_shop(folder, people=1500)
    return folder


@pytest.fixture
def at(shop: Path, tmp_path: Path) -> Iterator[Trial]:
    with trial(shop, tmp_path) as found:
        yield found


def results(at: Trial) -> Results:
    found = at.connection.results(at.draft())
    assert found is not None
    return found


def audience(at: Trial) -> list[str]:
    """Return who would be sent the draft: subscribed Germans, by Mailchimp's own condition."""
    remote, resource = at.connection.read().owned(), at.desired.resources
    (segment,) = (address for address in resource if str(address) == "segment/germans")
    subscribed = at.others.lists.get_segment_members_list("a1b2c3d4e5", remote[segment].id, count=1000)["members"]
    return [each["email_address"] for each in subscribed]


def counted(subject: str, people: Sequence[Sent]) -> ArmResult:
    """Return an arm's result, counted person by person."""
    return ArmResult(
        subject=subject,
        sent=len(people),
        delivered=sum(not each.bounced for each in people),
        clicked=sum(each.clicked for each in people),
        opened=sum(each.opened for each in people),
        unsubscribed=sum(each.unsubscribed for each in people),
        complained=sum(each.complained for each in people),
    )


def fates(people: Sequence[str], true: Sequence[Any], share: float = 1.0) -> tuple[list[list[Sent]], list[Sent]]:
    """Return the fate of everybody in each arm, and of those who wait, by the same seed as the sandbox's."""
    found = send(people, [rates(each) for each in true], 7, share)
    return [[each for each in found if each.arm == number] for number in range(len(true))], [each for each in found if each.arm is None]


def test_each_arm_is_counted_person_by_person(at: Trial) -> None:
    """Sent, delivered, clicked, opened, unsubscribed and complained are those of the arm's own people; nothing is derived."""
    at.test()
    at.apply()
    people, subjects = audience(at), [arm["subject"] for arm in at.draft().body["arms"]]
    told = at.send(*THREE)
    arms, _ = fates(people, THREE)
    found = results(at)
    assert found.arms == tuple(counted(subject, arm) for subject, arm in zip(subjects, arms, strict=True))
    assert told == {"arms": [{"sent": each.sent, "delivered": each.delivered} for each in found.arms]}
    assert sum(each.sent for each in found.arms) == len(people) > 300
    assert min(arm.clicked for arm in found.arms) > 0
    assert found.arms[2].delivered < found.arms[2].sent
    assert (found.blended, found.estimated, found.sent_at) == ("", "", "2026-03-30T12:37:11+00:00")


def test_bounces_of_both_kinds_are_not_delivered(at: Trial) -> None:
    """Hard and soft ones are told apart, and both are taken off what was sent."""
    at.test(of=2)
    at.apply()
    at.send({"bounce": 0.3}, {"bounce": 0.3})
    bounces = at.others.reports.get_campaign_report(at.draft().id)["bounces"]
    assert bounces["hard_bounces"] > 0
    assert bounces["soft_bounces"] > 0
    assert sum(each.sent - each.delivered for each in results(at).arms) == bounces["hard_bounces"] + bounces["soft_bounces"]


def test_a_plain_campaign_has_one_arm(at: Trial) -> None:
    """Its report counts everybody."""
    at.plain()
    at.apply()
    people = audience(at)
    at.send(KEENER)
    ((arm,), _) = fates(people, [KEENER])
    assert results(at).arms == (counted("New this week", arm),)


def test_there_are_no_results_before_it_is_sent(at: Trial) -> None:
    """A draft, of either type, has none."""
    for turn in (at.plain, at.test):
        turn()
        at.apply()
        assert at.connection.results(at.draft()) is None


@pytest.mark.parametrize("status", ["paused", "schedule", "sending", "canceling"])
def test_there_are_none_while_it_is_being_sent(at: Trial, status: str) -> None:
    """What is half done is not counted."""
    at.test()
    at.apply()
    answer = {"id": at.draft().id, "status": status, "type": "variate"}
    at.running.host.faults.add(Fault(status=200, body=answer, match=f"GET .*/campaigns/{answer['id']}$"))
    assert at.connection.results(at.draft()) is None


# -- the winner


@pytest.mark.parametrize("combination_is_child", [True, False])
def test_who_was_sent_the_winner_is_in_no_arm(at: Trial, combination_is_child: bool) -> None:
    """Half takes part; the winner's own report is left out, whatever ids reports have."""
    at.sandbox.assumptions["mailchimp.combination-is-child"] = combination_is_child
    at.test(experiment=PART)
    at.apply()
    people, subjects = audience(at), [arm["subject"] for arm in at.draft().body["arms"]]
    at.send(*THREE)
    arms, waiting = fates(people, THREE, 0.5)
    found = results(at)
    assert found.arms == tuple(counted(subject, arm) for subject, arm in zip(subjects, arms, strict=True))
    assert found.blended == ""
    assert sum(each.sent for each in found.arms) == len(people) - len(waiting)
    rest = send_rest(waiting, 2, rates(KEENER), 7)
    whole = at.others.reports.get_campaign_report(at.draft().id)
    assert whole["clicks"]["unique_subscriber_clicks"] == sum(arm.clicked for arm in found.arms) + sum(each.clicked for each in rest)
    assert whole["emails_sent"] == len(people)


def test_arms_that_count_the_winners_people_are_blended(at: Trial) -> None:
    """When the winning campaign itself goes on, its report holds both, and the results say so."""
    at.sandbox.assumptions["mailchimp.winner-sent-apart"] = False
    at.test(experiment=PART)
    at.apply()
    people = audience(at)
    at.send(*THREE)
    found = results(at)
    assert found.blended == BLENDED
    assert sum(each.sent for each in found.arms) == len(people)
    assert [arm.sent for arm in found.arms].index(max(arm.sent for arm in found.arms)) == 2


def test_a_test_of_everybody_is_never_blended(at: Trial) -> None:
    """Nobody is left to be sent a winner."""
    at.sandbox.assumptions["mailchimp.winner-sent-apart"] = False
    at.test()
    at.apply()
    at.send(*THREE)
    assert results(at).blended == ""


def test_two_reports_of_one_arm_are_added_and_told(at: Trial) -> None:
    """Should the winner's campaign not be named, its people cannot be taken out: both count, and that is said."""
    at.test(experiment=PART)
    at.apply()
    at.send(*THREE)
    campaign = at.raw()
    del campaign["variate_settings"]["winning_campaign_id"]
    at.running.host.faults.add(Fault(status=200, body=campaign, match=f"GET .*/campaigns/{campaign['id']}$"))
    found = results(at)
    assert found.blended == BLENDED
    assert sum(each.sent for each in found.arms) == campaign["emails_sent"]


# -- what a shop earned


@by_hand
@pytest.mark.parametrize("tracked", [True, False])
def test_revenue_is_told_where_it_is_tracked(at: Trial, tracked: bool) -> None:
    """A campaign that does not track purchases earned an unknown sum, not nothing; who ordered is never told, orders are no people."""
    at.test(of=2)
    at.apply()
    people = audience(at)
    needed = {"subject_line": "New this week", "from_name": "Demo Shop", "reply_to": "hello@demo-shop.example"}
    at.others.campaigns.update(at.draft().id, {"settings": needed, "tracking": {"ecomm360": tracked}})
    at.send(KEEN, KEENER)
    arms, _ = fates(people, (KEEN, KEENER))
    expected = [sum((each.revenue for each in arm), Decimal(0)) if tracked else None for arm in arms]
    found = results(at)
    assert [arm.revenue for arm in found.arms] == expected
    assert [arm.ordered for arm in found.arms] == [None, None]
    assert found.currency == "EUR"
    assert min(each or Decimal(1) for each in expected) > 0


# -- what is not as it should be


def test_a_report_without_an_arms_subject_is_an_error(at: Trial) -> None:
    """An arm is not left out, and not guessed."""
    at.test()
    at.apply()
    at.send(*THREE)
    answer = at.others.reports.get_sub_reports_for_campaign(at.draft().id)
    answer["reports"][1]["subject_line"] = "Another"
    at.running.host.faults.add(Fault(status=200, body=answer, match="sub-reports"))
    with pytest.raises(TerminalError, match="do not name each of its 3 subjects once"):
        at.connection.results(at.draft())


def test_subjects_that_became_the_same_are_an_error(at: Trial) -> None:
    """Two arms with one subject, by somebody's hand, cannot be told apart: they are not counted twice."""
    at.test(of=2)
    at.apply()
    at.send(CALM, KEEN)
    campaign = at.raw()
    campaign["variate_settings"]["subject_lines"] = ["New this week", "New this week "]
    at.running.host.faults.add(Fault(status=200, body=campaign, match=f"GET .*/campaigns/{campaign['id']}$"))
    with pytest.raises(TerminalError, match="subjects once"):
        at.connection.results(at.draft())


def test_a_campaign_cancelled_before_anybody_got_it_has_no_results(at: Trial) -> None:
    """Its report is empty."""
    at.plain()
    at.apply()
    answer = {"id": at.draft().id, "status": "canceled", "type": "regular", "settings": {"subject_line": "New this week"}}
    at.running.host.faults.add(Fault(status=200, body=answer, match=f"GET .*/campaigns/{answer['id']}$"))
    at.running.host.faults.add(Fault(status=200, body={"id": answer["id"], "emails_sent": 0}, match="GET .*/reports/"))
    assert at.connection.results(at.draft()) is None


def test_results_take_two_calls_and_survive_what_passes(at: Trial) -> None:
    """One of the campaign, one of its reports; a failing answer is asked for again."""
    at.test()
    at.apply()
    at.send(*THREE)
    remote, before = at.draft(), len(at.running.host.exchanges)
    undisturbed = at.connection.results(remote)
    assert [each.operation for each in at.running.host.exchanges[before:]] == ["campaigns.get", "reports.get_sub_reports_for_campaign"]
    for fault in (Fault(status=429, match="/reports/"), Fault(status=502, body="<html>", match="/reports/"), Fault(kind="truncate")):
        at.running.host.faults.add(fault)
        assert at.connection.results(remote) == undisturbed


def test_the_order_of_arms_is_that_in_which_they_were_made(at: Trial) -> None:
    """Whatever the order of reports: the control is first."""
    at.test()
    at.apply()
    at.send(*THREE)
    answer = at.others.reports.get_sub_reports_for_campaign(at.draft().id)
    answer["reports"].reverse()
    at.running.host.faults.add(Fault(status=200, body=answer, match="sub-reports"))
    assert [arm.subject for arm in results(at).arms][::2] == [SUBJECTS["control"], SUBJECTS["short"]]
    assert at.desired.resources[DRAFT].body["arms"][0]["subject"] == SUBJECTS["control"]
