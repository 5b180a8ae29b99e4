"""A/B tests, sends and reports of the Klaviyo sandbox, through the official SDK."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from klaviyo_kit import groups, identifiers, made, pages, raw, refusal, sandbox

from franca.sandbox.sending import rates, send, send_rest
from franca_klaviyo.sandbox import Sandbox
from franca_klaviyo.sandbox.world import Account

pytestmark = pytest.mark.foreign_traffic("the vendor's SDK is used as anybody might, with other queries than our adapter's")

PEOPLE = [f"p{number:03}@x.de" for number in range(60)]
METRICS = [{"name": "Placed Order", "integration": "Shopify"}, {"name": "Viewed Product"}]
DAY = {"start": "2026-03-30T00:00:00+00:00", "end": "2026-03-31T00:00:00+00:00"}
WINNER = {"winner_metric": "clicks_unique", "winner_percentage": 50, "winner_wait_hours": 4}


@dataclass
class Shop:
    """An account with sixty people, a list of them, a template, and the SDK."""

    client: Any
    running: Any
    emulator: Sandbox
    list: str
    template: str

    def details(self, subject: str = "S", **more: Any) -> dict[str, Any]:
        return {"channel": "email", "template_id": self.template, "subject": subject, "from_email": "a@b.test", **more}

    def variation(self, name: str, **more: Any) -> dict[str, Any]:
        return {"definition": {"name": name, "details": self.details(f"Subject {name}", **more)}}

    def campaign(self, *names: str, included: list[str] | None = None, excluded: list[str] | None = None, **message: Any) -> str:
        """Make a campaign; return its id."""
        audience = {"temporary_id": "a", "name": "All", "included": included or [self.list], "excluded": excluded or []}
        given = {"audience_temporary_id": "a", "name": "m", "variations": [self.variation(each) for each in names], **message}
        attributes = {"definition": {"name": "C", "builder": "wizard"}, "audiences": [audience], "messages": [given]}
        identity: str = self.client.Campaigns.create_campaign({"data": {"type": "campaign", "attributes": attributes}})["data"]["id"]
        return identity

    def message(self, campaign: str) -> Any:
        (found,) = self.client.Campaigns.get_campaign(campaign, include=["campaign-messages"])["included"]
        return found

    def variations(self, campaign: str) -> list[Any]:
        found: list[Any] = self.client.Campaigns.get_variations_for_campaign_message(self.message(campaign)["id"])["data"]
        return found

    def settings(self, campaign: str, **test: Any) -> Any:
        """Write ab_test; return what the message says then."""
        identity = self.message(campaign)["id"]
        data = {"type": "campaign-message", "id": identity, "attributes": {"definition": {"ab_test": test}}}
        return self.client.Campaigns.update_campaign_message(identity, {"data": data})["data"]["attributes"]["definition"]["ab_test"]

    def refused_settings(self, campaign: str, **definition: Any) -> tuple[int, dict[str, Any]]:
        """Write a message's definition as it is, without the SDK's own checks; return status and first error."""
        identity = self.message(campaign)["id"]
        data = {"type": "campaign-message", "id": identity, "attributes": {"definition": definition}}
        status, body = raw(self.running, "PATCH", f"/api/campaign-messages/{identity}", {"data": data})
        return status, body["errors"][0]

    def sent(self, campaign: str, *arms: Mapping[str, float], seed: int = 3) -> Any:
        return self.emulator.send({"campaign": campaign, "seed": seed, "arms": list(arms)})

    def metric(self, name: str = "Placed Order") -> str:
        found: str = next(each["id"] for each in self.client.Metrics.get_metrics()["data"] if each["attributes"]["name"] == name)
        return found

    def asked(self, **changes: Any) -> dict[str, Any]:
        """Return the body of a report."""
        usual = {"statistics": ["recipients"], "timeframe": DAY, "conversion_metric_id": self.metric()}
        return {"data": {"type": "campaign-values-report", "attributes": {**usual, **changes}}}

    def report(self, **changes: Any) -> list[Any]:
        """Return the rows of a report, a minute later: two a minute are allowed."""
        self.running.host.clock.advance(61)
        answer = self.client.Reporting.query_campaign_values(self.asked(**changes))
        found: list[Any] = answer["data"]["attributes"]["results"]
        return found

    def refused_report(self, **changes: Any) -> tuple[int, str]:
        """Return status and text of a report that must be refused; the SDK checks enumerations itself, so that it is left out."""
        self.running.host.clock.advance(61)
        status, body = raw(self.running, "POST", "/api/campaign-values-reports", self.asked(**changes))
        return status, body["errors"][0]["detail"]


def opened(found: tuple[Any, Any, Sandbox]) -> Shop:
    client, running, emulator = found
    contacts = [{"email": email, "consent": {"status": "subscribed", "suppressed": False}} for email in PEOPLE]
    emulator.seed({"contacts": contacts, "metrics": METRICS})
    mailed: str = client.Lists.create_list({"data": {"type": "list", "attributes": {"name": "L"}}})["data"]["id"]
    ids = [each["id"] for each in pages(client.Profiles.get_profiles, page_size=100)]
    client.Lists.add_profiles_to_list(mailed, identifiers("profile", ids))
    attributes = {"name": "T", "editor_type": "CODE", "html": "<p>one</p>"}
    template: str = client.Templates.create_template({"data": {"type": "template", "attributes": attributes}})["data"]["id"]
    return Shop(client, running, emulator, mailed, template)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with sandbox() as found:
        yield opened(found)


# -- drafts


def test_a_test_is_not_taken_inline(shop: Shop) -> None:
    """`ab_test` has no place in a creation (SDK 25); what is refused leaves nothing behind."""
    variations = [shop.variation("A"), shop.variation("B")]
    message = {"audience_temporary_id": "a", "variations": variations, "ab_test": WINNER}
    audience = {"temporary_id": "a", "included": [shop.list]}
    attributes = {"definition": {"name": "C"}, "audiences": [audience], "messages": [message]}
    status, body = raw(shop.running, "POST", "/api/campaigns", {"data": {"type": "campaign", "attributes": attributes}})
    assert (status, body["errors"][0]["source"]) == (400, {"pointer": "/data/attributes/messages/0/ab_test"})
    assert shop.client.Campaigns.get_campaigns()["data"] == []


def test_a_test_is_written_to_the_message(shop: Shop) -> None:
    """It is null at first; what a later PATCH does not name stays."""
    campaign = shop.campaign("A", "B")
    assert shop.message(campaign)["attributes"]["definition"]["ab_test"] is None
    assert shop.settings(campaign, **WINNER) == WINNER
    assert shop.settings(campaign, winner_percentage=80) == {**WINNER, "winner_percentage": 80}
    assert shop.message(campaign)["attributes"]["definition"]["ab_test"] == {**WINNER, "winner_percentage": 80}


@pytest.mark.parametrize(
    "test",
    [
        {"winner_metric": "clicks"},
        {"winner_percentage": 100},
        {"winner_percentage": -1},
        {"winner_percentage": 50.0},
        {"winner_wait_hours": -1},
        {"test_percentage": 50},
    ],
    ids=str,
)
def test_settings_of_another_form_are_refused(shop: Shop, test: dict[str, Any]) -> None:
    """A wrong metric, a share that leaves no test, a share that is not whole, an unknown name."""
    status, error = shop.refused_settings(shop.campaign("A", "B"), ab_test=test)
    assert status == 400
    assert error["source"]["pointer"].startswith("/data/attributes/definition/ab_test")


def test_nobody_sends_by_writing_a_status(shop: Shop) -> None:
    """A message's status comes from scheduling and sending, which have no path here."""
    campaign = shop.campaign("A")
    assert shop.refused_settings(campaign, status="sent")[0] == 400
    status, _ = raw(shop.running, "POST", "/api/campaign-send-jobs", {"data": {"type": "campaign-send-job", "id": campaign}})
    assert status == 404


def add(shop: Shop, campaign: str, name: str) -> str:
    related = {"campaign-message": {"data": {"type": "campaign-message", "id": shop.message(campaign)["id"]}}}
    data = {"type": "campaign-variation", "attributes": shop.variation(name), "relationships": related}
    identity: str = shop.client.Campaigns.create_campaign_variation({"data": data})["data"]["id"]
    return identity


def test_variations_are_added_and_removed(shop: Shop) -> None:
    """They are listed in the order in which they were made; each has a clone of its template."""
    campaign = shop.campaign("A")
    added = add(shop, campaign, "B")
    found = shop.variations(campaign)
    assert [each["attributes"]["definition"]["name"] for each in found] == ["A", "B"]
    assert len({each["attributes"]["definition"]["details"]["template_id"] for each in found} | {shop.template}) == 3
    shop.client.Campaigns.delete_campaign_variation(added)
    assert [each["attributes"]["definition"]["name"] for each in shop.variations(campaign)] == ["A"]
    assert refusal(shop.client.Campaigns.delete_campaign_variation, added)[0] == 404


def test_a_message_has_from_one_to_eight_variations(shop: Shop) -> None:
    """Neither the last one nor a ninth."""
    campaign = shop.campaign(*"ABCDEFGH")
    assert refusal(add, shop, campaign, "I")[0] == 400
    (only,) = shop.variations(shop.campaign("A"))
    assert refusal(shop.client.Campaigns.delete_campaign_variation, only["id"])[0] == 400


def test_a_variation_belongs_to_a_message_that_is_there(shop: Shop) -> None:
    """404 for another, 400 without one."""
    data = {"type": "campaign-variation", "attributes": shop.variation("B")}
    status, body = raw(shop.running, "POST", "/api/campaign-variations", {"data": data})
    assert (status, body["errors"][0]["source"]["pointer"]) == (400, "/data/relationships/campaign-message")
    related = {"campaign-message": {"data": {"type": "campaign-message", "id": "nobody"}}}
    assert raw(shop.running, "POST", "/api/campaign-variations", {"data": {**data, "relationships": related}})[0] == 404


# -- sends


def test_a_send_reaches_the_audience_but_those_who_may_not_be_mailed(shop: Shop) -> None:
    """Members of the included groups, without the excluded ones, the unsubscribed and the suppressed."""
    shop.emulator.seed(
        {
            "contacts": [
                {"email": PEOPLE[0], "consent": {"status": "unsubscribed", "suppressed": False}},
                {"email": PEOPLE[1], "consent": {"status": "subscribed", "suppressed": True}},
                {"email": PEOPLE[2], "consent": {"status": "never", "suppressed": False}},
                {"email": "outside@x.de"},
            ]
        }
    )
    starts = {"type": "profile-property", "property": "email", "filter": {"type": "string", "operator": "starts-with", "value": "p05"}}
    fifties = made(shop.client, shop.running, definition=groups([starts]))
    assert shop.sent(shop.campaign("A", excluded=[fifties]), {"bounce": 0}) == {"arms": [{"sent": 48, "delivered": 48}]}
    assert shop.sent(shop.campaign("A", included=[fifties]), {"bounce": 1}) == {"arms": [{"sent": 10, "delivered": 0}]}
    everybody = made(shop.client, shop.running)
    assert shop.sent(shop.campaign("A", included=[everybody, shop.list]), {"bounce": 0}) == {"arms": [{"sent": 59, "delivered": 59}]}


def test_an_even_test_splits_everybody(shop: Shop) -> None:
    """With `winner_percentage` 0 there is no rest; the numbers differ by one at most; what each did is that of the seed."""
    campaign = shop.campaign("A", "B", "C", "D")
    shop.settings(campaign, winner_percentage=0)
    true = [{"click": 0.5}, {}, {"bounce": 0.5}, {}]
    answer = shop.sent(campaign, *true)
    expected = send(PEOPLE, [rates(each) for each in true], 3)
    assert [each["sent"] for each in answer["arms"]] == [15] * 4
    assert [each["delivered"] for each in answer["arms"]] == [sum(s.arm == arm and not s.bounced for s in expected) for arm in range(4)]


@pytest.mark.parametrize("metric", ["clicks_unique", "opens_unique", "placed_orders_unique"])
def test_the_rest_is_sent_the_winner(shop: Shop, metric: str) -> None:
    """The winner is that of the message's own metric, and its people count with it."""
    campaign = shop.campaign("A", "B")
    shop.settings(campaign, winner_percentage=20, winner_metric=metric, winner_wait_hours=1)
    true = [{"click": 0.5, "open": 0.0, "order": 0.0, "bounce": 0}, {"click": 0.2, "open": 1.0, "order": 1.0, "bounce": 0}]
    shop.sent(campaign, *true)
    first = send(PEOPLE, [rates(each) for each in true], 3, share=0.8)
    marks = {"clicks_unique": "clicked", "opens_unique": "opened", "placed_orders_unique": "ordered"}
    best = [sum(getattr(each, marks[metric]) for each in first if each.arm == arm) for arm in range(2)]
    assert best[0] != best[1]
    winner = best.index(max(best))
    expected = [*(each for each in first if each.arm is not None), *send_rest(first, winner, rates(true[winner]), 3)]
    found = shop.emulator._sends.outcomes[campaign].sent
    assert sorted(found, key=lambda each: each.recipient) == sorted(expected, key=lambda each: each.recipient)
    assert len([each for each in found if each.arm == winner]) == 24 + 12


def test_of_equal_variations_the_first_wins(shop: Shop) -> None:
    """Nobody clicks: the rest is sent the first."""
    campaign = shop.campaign("A", "B")
    shop.settings(campaign, **WINNER)
    assert [each["sent"] for each in shop.sent(campaign, {"click": 0}, {"click": 0})["arms"]] == [45, 15]


def test_a_send_changes_status_and_consent(shop: Shop) -> None:
    """The message is sent, at the clock's time; whoever unsubscribed or complained is not mailed again."""
    campaign = shop.campaign("A")
    shop.sent(campaign, {"unsubscribe": 0.3, "complaint": 0.2, "bounce": 0})
    definition = shop.message(campaign)["attributes"]["definition"]
    assert (definition["status"], definition["send_options"]["send_time"]) == ("sent", "2026-03-30T12:37:11+00:00")
    fates = shop.emulator._sends.outcomes[campaign].sent
    gone = {each.recipient for each in fates if each.unsubscribed or each.complained}
    assert 10 < len(gone) < 60
    assert shop.sent(shop.campaign("A"), {})["arms"][0]["sent"] == len(PEOPLE) - len(gone)
    held = {
        each["attributes"]["email"]: each for each in pages(shop.client.Profiles.get_profiles, additional_fields_profile=["subscriptions"])
    }
    unsubscribed = {
        email for email, each in held.items() if each["attributes"]["subscriptions"]["email"]["marketing"]["consent"] == "UNSUBSCRIBED"
    }
    assert unsubscribed == {each.recipient for each in fates if each.unsubscribed}


def test_what_was_sent_cannot_be_changed(shop: Shop) -> None:
    """Neither its variations nor its test."""
    campaign = shop.campaign("A", "B")
    shop.settings(campaign, winner_percentage=0)
    one, _ = shop.variations(campaign)
    shop.sent(campaign, {}, {})
    assert shop.refused_settings(campaign, ab_test={"winner_percentage": 10})[0] == 400
    assert refusal(shop.client.Campaigns.delete_campaign_variation, one["id"])[0] == 400


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"campaign": "nobody"}, "there is no campaign nobody"),
        ({"arms": [{}]}, "the campaign has 2 variations, and rates were given for 1"),
        ({"arms": [{}, {"luck": 1}]}, "rates are open, click, order, unsubscribe, complaint and bounce"),
        ({"arms": [{}, {"click": 2}]}, "rates are fractions from 0 to 1"),
    ],
    ids=["campaign", "arms", "name", "rate"],
)
def test_a_send_that_makes_no_sense_is_told(shop: Shop, change: dict[str, Any], told: str) -> None:
    """As a readable ValueError; nothing is sent."""
    campaign = shop.campaign("A", "B")
    shop.settings(campaign, winner_percentage=0)
    with pytest.raises(ValueError, match=told):
        shop.emulator.send({"campaign": campaign, "arms": [{}, {}], **change})
    assert shop.message(campaign)["attributes"]["definition"]["status"] == "draft"


def test_a_campaign_is_sent_once_and_only_when_it_is_whole(shop: Shop) -> None:
    """No second send, no test without settings or metric, no variation without a subject, no inactive segment."""
    campaign = shop.campaign("A", "B")
    with pytest.raises(ValueError, match="several variations and no ab_test"):
        shop.sent(campaign, {}, {})
    shop.settings(campaign, winner_percentage=50)
    with pytest.raises(ValueError, match="no winner_metric"):
        shop.sent(campaign, {}, {})
    shop.settings(campaign, winner_percentage=0)
    shop.sent(campaign, {}, {})
    with pytest.raises(ValueError, match=f"the campaign {campaign} is sent already"):
        shop.sent(campaign, {}, {})
    with pytest.raises(ValueError, match="has no subject, template or sender"):
        shop.sent(shop.campaign(), {})
    idle = made(shop.client, shop.running)
    shop.client.Segments.update_segment(idle, {"data": {"type": "segment", "id": idle, "attributes": {"is_active": False}}})
    with pytest.raises(ValueError, match="is inactive"):
        shop.sent(shop.campaign("A", included=[idle]), {})
    orphan = shop.campaign("A", included=[idle])
    shop.client.Segments.delete_segment(idle)
    with pytest.raises(ValueError, match="there is no list or segment"):
        shop.sent(orphan, {})


# -- reports

EVERYTHING = ["campaign_id", "campaign_message_id", "variation", "variation_name"]
RATES = {"click": 0.5, "order": 0.5, "bounce": 0.2, "unsubscribe": 0.1, "complaint": 0.1}


def sent_test(shop: Shop) -> str:
    """Make an even test of two, and send it."""
    campaign = shop.campaign("A", "B")
    shop.settings(campaign, winner_percentage=0)
    shop.sent(campaign, RATES, {**RATES, "click": 0.2})
    return campaign


def test_a_report_counts_people_and_events_and_writes_rates_as_fractions(shop: Shop) -> None:
    """By variation, with its id and name; uniques are people, the others events."""
    campaign = sent_test(shop)
    names = ["recipients", "delivered", "bounced", "opens_unique", "clicks", "clicks_unique", "click_rate", "delivery_rate"]
    names += ["conversion_uniques", "conversion_value", "unsubscribe_uniques", "spam_complaints", "revenue_per_recipient"]
    rows = shop.report(statistics=names, group_by=EVERYTHING)
    outcome = shop.emulator._sends.outcomes[campaign]
    ids = [each["id"] for each in shop.variations(campaign)]
    assert [each["groupings"]["variation"] for each in rows] == ids
    assert [each["groupings"]["variation_name"] for each in rows] == ["A", "B"]
    for arm, row in enumerate(rows):
        people, counted = outcome.of(arm), row["statistics"]
        clicked, delivered = sum(each.clicked for each in people), sum(not each.bounced for each in people)
        assert (counted["recipients"], counted["delivered"], counted["clicks_unique"]) == (30, delivered, clicked)
        assert counted["clicks"] > counted["clicks_unique"]
        assert counted["click_rate"] == pytest.approx(clicked / delivered)
        assert counted["conversion_value"] == pytest.approx(float(sum(each.revenue for each in people)))
        assert list(counted) == names


def test_groupings_add_people_up(shop: Shop) -> None:
    """Without variations a campaign is one row; without a choice the default groupings are taken."""
    campaign = sent_test(shop)
    (row,) = shop.report()
    message = shop.message(campaign)["id"]
    assert row["groupings"] == {"campaign_id": campaign, "campaign_message_id": message, "send_channel": "email"}
    assert row["statistics"] == {"recipients": 60}


def test_conversions_are_those_of_the_metric_that_is_asked_for(shop: Shop) -> None:
    """A send brings orders about, and nothing else."""
    sent_test(shop)
    orders = shop.report(statistics=["conversions", "conversion_uniques", "conversion_rate"])[0]["statistics"]
    assert orders["conversions"] >= orders["conversion_uniques"] > 0
    views = shop.report(statistics=["conversions", "conversion_value"], conversion_metric_id=shop.metric("Viewed Product"))
    assert views[0]["statistics"] == {"conversions": 0, "conversion_value": 0.0}


def test_a_report_is_by_the_date_of_the_send_in_the_companys_zone() -> None:
    """Offsets are ignored: at 12:37 UTC it is the next day on Kiritimati."""
    with sandbox(account=Account(timezone="Pacific/Kiritimati")) as found:
        shop = opened(found)
        sent_test(shop)
        assert shop.report(timeframe=DAY) == []
        assert shop.report(timeframe={"start": "2026-03-31T00:00:00-12:00", "end": "2026-03-31T02:36:00-12:00"}) == []
        assert len(shop.report(timeframe={"start": "2026-03-31T00:00:00-12:00", "end": "2026-03-31T02:38:00-12:00"})) == 1


def test_filters_choose_campaigns_and_variations(shop: Shop) -> None:
    """`equals` and `contains-any`, joined by `and`."""
    one, other = sent_test(shop), sent_test(shop)
    assert [each["groupings"]["campaign_id"] for each in shop.report()] == [one, other]
    assert [each["groupings"]["campaign_id"] for each in shop.report(filter=f'equals(campaign_id,"{other}")')] == [other]
    assert len(shop.report(filter=f'contains-any(campaign_id,["{one}","{other}"])')) == 2
    both = f'and(equals(variation_name,"B"),contains-any(campaign_id,["{one}"]))'
    (row,) = shop.report(filter=both, group_by=EVERYTHING)
    assert (row["groupings"]["campaign_id"], row["groupings"]["variation_name"]) == (one, "B")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"statistics": []}, "at least 1"),
        ({"statistics": ["clicks_per_moon"]}, "is not one of"),
        ({"statistics": ["text_message_roi"]}, "does not interpret"),
        ({"group_by": ["variation"]}, "are required group-bys"),
        ({"group_by": ["campaign_id", "campaign_message_id", "tag_id"]}, "does not interpret"),
        ({"timeframe": {"start": "2025-01-01T00:00:00Z", "end": "2026-03-01T00:00:00Z"}}, "at most one year"),
        ({"timeframe": {"start": "2026-03-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"}}, "before its end"),
        ({"timeframe": {"key": "last_moon"}}, "is not one of"),
        ({"timeframe": {"key": "last_7_days"}}, "does not interpret"),
        ({"conversion_metric_id": "nobody"}, "does not exist"),
        ({"filter": 'and(equals(variation,"a"),equals(variation,"b"))'}, "Only one filter"),
        ({"filter": 'contains(campaign_id,"a")'}, "does not support contains"),
        ({"filter": "contains-any(campaign_id,[" + ",".join(f'"{number}"' for number in range(101)) + "])"}, "at most 100"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_reports_outside_the_contract_are_refused(shop: Shop, changes: dict[str, Any], told: str) -> None:
    """With 400, and what is wrong."""
    status, said = shop.refused_report(**changes)
    assert status == 400
    assert told in said


def test_two_reports_a_minute_and_225_a_day(shop: Shop) -> None:
    """The third waits for the minute, the 226th for the next day."""
    clock, asked = shop.running.host.clock, shop.asked()
    for _ in range(2):
        shop.client.Reporting.query_campaign_values(asked)
        clock.advance(1)
    status, error, headers = refusal(shop.client.Reporting.query_campaign_values, asked)
    assert (status, error["code"]) == (429, "throttled")
    assert 0 < int(headers["retry-after"]) <= 60
    for _ in range(223):
        clock.advance(61)
        shop.client.Reporting.query_campaign_values(asked)
    clock.advance(61)
    assert int(refusal(shop.client.Reporting.query_campaign_values, asked)[2]["retry-after"]) > 3_600


def test_reports_come_in_pages(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next link carries a cursor without brackets; one that is none is refused."""
    monkeypatch.setattr("franca_klaviyo.sandbox.reports.PAGE", 1)
    sent_test(shop)
    asked = shop.asked(group_by=EVERYTHING)
    first = shop.client.Reporting.query_campaign_values(asked)
    cursor = first["links"]["next"].partition("page_cursor=")[2]
    shop.running.host.clock.advance(2)
    second = shop.client.Reporting.query_campaign_values(asked, page_cursor=cursor)
    names = [each["data"]["attributes"]["results"][0]["groupings"]["variation_name"] for each in (first, second)]
    assert names == ["A", "B"]
    assert "next" not in second["links"]
    shop.running.host.clock.advance(61)
    assert refusal(shop.client.Reporting.query_campaign_values, asked, page_cursor="x")[0] == 400
