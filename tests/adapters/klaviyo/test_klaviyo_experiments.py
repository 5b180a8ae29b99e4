"""A/B tests at Klaviyo: one message with a variation for each arm, made once, read back, changed in place, and what came of it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.klaviyo.trials import BODIES, PEOPLE, THREE, TWO, Trial, Variants, keys, mailable, staged, trial
from faults.life import Seam, StoppedError
from franca.adapter import Address, Remote, ResourceKind, TerminalError, UnknownOutcomeError
from franca.audience import evaluate
from franca.definitions import Metric, Part
from franca.demo.store import AS_OF
from franca.errors import FrancaError
from franca.plan import PartlyAppliedError
from franca.sandbox import Fault, Running, serve
from franca.sync import Ledger, sync
from franca_klaviyo.capabilities import TESTING
from franca_klaviyo.sandbox.sends import Outcome
from sandbox.brevo.brevo_account import Stage

DRAFT = Address(ResourceKind.CAMPAIGN, "spring")
EVEN = {"winner_percentage": 0, "winner_metric": None, "winner_wait_hours": None}
PART = "{share: 30%, metric: orders, wait: 6 hours}"
MANY: Variants = {"control": {"subject": "S0"}, **{f"v{number}": {"subject": f"S{number}"} for number in range(1, 8)}}
"""More than Klaviyo tests."""
SENDING = re.compile(r"send|schedule", re.IGNORECASE)


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Trial]:
    """An account with the plain project written; whatever the test did, nothing was sent or scheduled by a call."""
    with trial(tmp_path) as made:
        yield made
        assert not [each.call.path for each in made.host.exchanges if SENDING.search(each.call.path)]


def texts(found: Trial) -> list[tuple[str, str]]:
    """Return name and subject of each variation, as the account holds them."""
    (held,) = found.held()
    return [(name, subject) for name, subject, _ in held["variations"]]


# -- drafts


def test_what_the_adapter_says_it_can_test_is_what_the_sheet_says() -> None:
    """Subject, preview text and HTML; a winner by clicks or orders; the vendor's page is named."""
    testing = TESTING
    assert testing.parts == {Part.SUBJECT, Part.PREVIEW_TEXT, Part.HTML}
    assert testing.metrics == {Metric.CLICKS, Metric.ORDERS}
    assert (testing.arms, testing.source) == (7, "https://help.klaviyo.com/hc/en-us/articles/115005228148")


def test_a_test_is_made_once_and_read_back(found: Trial) -> None:
    """Two calls make it, since `ab_test` is not taken inline; a second plan is empty; the control comes first."""
    found.write(TWO)
    found.apply()
    assert found.writes() == ["create_campaign", "update_campaign_message"]
    assert found.changes() == []
    (held,) = found.held()
    assert texts(found) == [("A control", "Our offer"), ("B warm", "An offer for you")]
    assert held["test"] == EVEN
    body = found.campaign.body
    assert [arm["name"] for arm in body["arms"]] == ["A control", "B warm"]
    assert body["test"] == {"share": 100, "metric": "", "wait_hours": 0}


def test_the_winners_share_is_what_does_not_take_part(found: Trial) -> None:
    """`winner_percentage` is the complement of ours, and the metric and the wait are those of the experiment."""
    found.write(TWO, PART)
    found.apply()
    assert found.held()[0]["test"] == {"winner_percentage": 70, "winner_metric": "placed_orders_unique", "winner_wait_hours": 6}
    assert found.campaign.body["test"] == {"share": 30, "metric": "orders", "wait_hours": 6}
    assert found.changes() == []


def test_arms_that_differ_in_html_have_a_template_each_and_others_share_one(found: Trial) -> None:
    """The 1,000-template cap is not spent on copies."""
    found.write(BODIES)
    assert {"create template/spring.control", "create template/spring.warm"} <= set(found.changes())
    found.apply()
    control, warm = (html for _, _, html in found.held()[0]["variations"])
    assert "<h1>Hello</h1>" in control
    assert "<h1>Welcome back</h1>" in warm
    found.write(THREE)
    assert found.changes() == ["update campaign/spring", "delete template/spring.warm"]
    found.apply()
    assert found.changes() == []


def test_arms_may_have_one_subject(found: Trial) -> None:
    """Klaviyo's reports tell variations apart by themselves, so that a test of the body alone is native."""
    found.write({"control": {"subject": "Same"}, "warm": {"subject": "Same", "headline": "Welcome back"}})
    found.apply()
    assert found.changes() == []
    assert texts(found) == [("A control", "Same"), ("B warm", "Same")]


CHANGES: dict[str, tuple[tuple[Variants | None, str], tuple[Variants | None, str], list[str]]] = {
    "a plain draft becomes a test": (
        (None, ""),
        (TWO, ""),
        ["update_campaign_variation", "create_campaign_variation", "update_campaign_message"],
    ),
    "a test becomes plain": (
        (TWO, PART),
        (None, ""),
        ["update_campaign_variation", "delete_campaign_variation", "update_campaign_message"],
    ),
    "an even test becomes plain": ((TWO, ""), (None, ""), ["update_campaign_variation", "delete_campaign_variation"]),
    "one more arm": ((TWO, ""), (THREE, ""), ["create_campaign_variation"]),
    "one arm less": ((THREE, ""), (TWO, ""), ["delete_campaign_variation"]),
    "another text": ((TWO, ""), ({**TWO, "warm": {"subject": "For you"}}, ""), ["update_campaign_variation"]),
    "another body": ((BODIES, ""), ({**BODIES, "warm": {**BODIES["warm"], "headline": "Hi"}}, ""), ["update_campaign_variation"]),
    "another share": ((TWO, ""), (TWO, PART), ["update_campaign_message"]),
    "everybody after all": ((TWO, PART), (TWO, ""), ["update_campaign_message"]),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_draft_is_changed_in_place_and_only_where_it_differs(found: Trial, name: str) -> None:
    """The campaign keeps its id, a second plan is empty, and no call is made for what is right already."""
    before, after, writes = CHANGES[name]
    found.write(*before)
    found.apply()
    identity = found.ids()[str(DRAFT)]
    found.write(*after)
    found.host.exchanges.clear()
    found.apply()
    assert found.writes() == writes
    assert found.changes() == []
    assert found.ids()[str(DRAFT)] == identity == found.campaign.id


def test_a_test_is_aimed_anew_and_renamed_in_place(found: Trial) -> None:
    """The audience and the name alone are written."""
    found.write(TWO)
    found.apply()
    found.write(TWO, audience="rich")
    path = found.folder / "campaigns" / "spring.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Spring", "Spring sale"), encoding="utf-8")
    found.host.exchanges.clear()
    found.apply()
    assert found.writes() == ["update_campaign", "update_campaign_audience"]
    assert found.changes() == []


def _message(found: Trial) -> Any:
    (made,) = [each for each in found.sandbox._things.held.values() if each.kind == "campaign-message"]
    return made


def _variations(found: Trial) -> list[Any]:
    return [each for each in found.sandbox._things.held.values() if each.kind == "campaign-variation"]


BY_HAND: dict[str, Callable[[Trial], Any]] = {
    "the share": lambda found: _message(found).definition.update(
        ab_test={**EVEN, "winner_percentage": 50, "winner_metric": "opens_unique"}
    ),
    "no settings": lambda found: _message(found).definition.update(ab_test=None),
    "a subject": lambda found: _variations(found)[1].definition["details"].update(subject="Mine"),
    "a sender": lambda found: _variations(found)[1].definition["details"].update(from_email="me@shop.example"),
    "a name": lambda found: _variations(found)[0].definition.update(name="Mine"),
    "one more": lambda found: found.sandbox._things.put("campaign-variation", {"name": "Z", "details": {}}, _message(found).id),
    "one less": lambda found: found.sandbox._things.remove(_variations(found)[0]),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_test_that_somebody_changed_by_hand_is_put_right(found: Trial, name: str) -> None:
    """Every part that matters is read back and compared."""
    found.write(TWO)
    found.apply()
    right = found.held()
    BY_HAND[name](found)
    assert found.changes() == ["update campaign/spring"]
    found.apply()
    assert found.changes() == []
    assert found.held() == right


def test_settings_that_a_plain_draft_has_left_over_are_noticed(found: Trial) -> None:
    """With them, 80 % of the people would wait for a winner of one."""
    found.apply()
    _message(found).definition["ab_test"] = {"winner_percentage": 80, "winner_metric": "opens_unique", "winner_wait_hours": 1}
    assert found.changes() == ["update campaign/spring"]
    found.apply()
    assert found.changes() == []
    assert found.held()[0]["test"] == EVEN


# -- drafts that come out as something else


def _ignores_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Klaviyo take `ab_test` and forget it."""
    original = "franca_klaviyo.sandbox.things.Things.change"
    monkeypatch.setattr(original, lambda _self, thing, definition: thing.definition.update({**definition, "ab_test": None}))


def _drops_variations(monkeypatch: pytest.MonkeyPatch) -> None:
    from franca_klaviyo.sandbox.messages import Messages

    add = Messages.add
    monkeypatch.setattr(Messages, "add", lambda self, given, *rest: add(self, {**given, "variations": given["variations"][:1]}, *rest))


@pytest.mark.parametrize(
    ("breaks", "told"), [(_ignores_tests, "another test"), (_drops_variations, "another arms")], ids=["settings", "variations"]
)
def test_a_test_that_came_out_as_something_else_is_removed(
    found: Trial, monkeypatch: pytest.MonkeyPatch, breaks: Callable[[pytest.MonkeyPatch], None], told: str
) -> None:
    """What Klaviyo dropped is told, and no draft is left that somebody might send."""
    found.write(TWO, PART)
    breaks(monkeypatch)
    with pytest.raises(FrancaError) as refused:
        found.apply()
    assert told in str(refused.value)
    assert "it was removed" in str(refused.value)
    monkeypatch.undo()
    with keys():
        assert found.campaigns() == []
        found.apply()
        assert found.changes() == []


REFUSED = '{"errors": [{"id": "e", "code": "invalid", "title": "Invalid.", "detail": "A/B tests are not in your plan."}]}'


@pytest.mark.parametrize("before", [TWO, None], ids=["new", "plain before"])
def test_a_draft_whose_test_is_refused_is_removed(found: Trial, before: Variants | None) -> None:
    """Half of a test is nothing that anybody should send."""
    if before is None:
        found.apply()
    found.write(TWO, PART)
    found.host.faults.add(Fault(match="PATCH /api/campaign-messages", status=400, body=REFUSED, times=None))
    with pytest.raises(FrancaError) as refused:
        found.apply()
    assert "A/B tests are not in your plan.; the draft was removed, and nothing was sent" in str(refused.value)
    assert found.held() == []


def test_a_refused_draft_that_cannot_be_removed_is_told(found: Trial) -> None:
    """Somebody has to look."""
    found.write(TWO, PART)
    found.host.faults.add(Fault(match="PATCH /api/campaign-messages", status=400, body=REFUSED, times=None))
    found.host.faults.add(Fault(match="DELETE /api/campaigns", status=403, times=None))
    with pytest.raises(FrancaError, match="half made and could not be removed: remove it by hand"):
        found.apply()


def test_a_draft_that_somebody_scheduled_meanwhile_is_neither_changed_nor_removed(found: Trial) -> None:
    """Between reading and writing it became somebody's own business."""
    found.apply()
    found.write(TWO)
    with found.opened() as at:
        plan = at.plan()
        (draft,) = [each for each in at.desired.resources.values() if each.kind is ResourceKind.CAMPAIGN]
        remote = next(each for each in at.connection.read().remotes if each.kind is ResourceKind.CAMPAIGN)
        assert plan.changes
        _message(found).definition["status"] = "scheduled"
        found.host.exchanges.clear()
        with pytest.raises(TerminalError, match="its status is scheduled, so that nothing was changed; plan again"):
            at.connection.update(remote, draft, {"audience": remote.body["audience"]})
    assert found.writes() == []
    assert found.campaign.settled == "its status is scheduled"


def test_a_draft_scheduled_while_it_was_changed_is_not_removed(found: Trial) -> None:
    """Removing what is not as asked stops at what is no draft any more."""
    found.apply()
    found.write(TWO)

    def schedule(exchange: Any) -> None:
        if exchange.operation == "create_campaign_variation":
            _message(found).definition["status"] = "scheduled"

    found.host.on_exchange = schedule
    with pytest.raises(FrancaError, match="could not be removed"):
        found.apply()
    assert found.campaign.settled == "its status is scheduled"


# -- stopped anywhere, and answers lost anywhere

SCENES: dict[str, tuple[tuple[Variants | None, str] | None, tuple[Variants | None, str]]] = {
    "a new test": (None, (TWO, PART)),
    **{name: (before, after) for name, (before, after, _) in CHANGES.items()},
}


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[Stage, Running]]:
    made: Any = Stage()
    with serve(made) as running, keys():
        yield made, running


@dataclasses.dataclass
class Scene:
    """A change that is disturbed at one call."""

    stage: tuple[Stage, Running]
    folder: Path
    name: str
    runs: int = 0

    def run(self, trouble: Callable[[Trial], None]) -> Trial:
        """Begin anew, and apply the change with *trouble*; what stops it is expected."""
        before, after = SCENES[self.name]
        self.runs += 1
        with staged(*self.stage, self.folder / str(self.runs)) as made:
            if before:
                made.write(*before)
                made.apply()
            made.write(*after)
            made.host.exchanges.clear()
            made.seam = Seam()
            trouble(made)
            try:
                made.apply()
            except (StoppedError, FrancaError):
                made.seam = Seam()
                made.host.faults.clear()
                made.apply()
            return made

    def ends_well(self, made: Trial, wanted: list[dict[str, Any]]) -> None:
        """Check that the disturbed run ended as the undisturbed one."""
        made.seam = Seam()
        assert made.changes() == []
        assert [{**each, "audience": 1} for each in made.held()] == [{**each, "audience": 1} for each in wanted]


def _stop(number: int) -> Callable[[Trial], None]:
    def dies(seam: Seam) -> None:
        raise StoppedError(seam.calls[-1])

    return lambda made: setattr(made, "seam", Seam(at=number, trouble=dies))


def _lose(number: int) -> Callable[[Trial], None]:
    """Let the answer to one write be lost, once it was done."""

    def trouble(made: Trial) -> None:
        def lost(_seam: Seam) -> None:
            made.host.faults.add(Fault(kind="reset-after", times=1))

        made.seam = Seam(at=number, trouble=lost)

    return trouble


def _disturbed(scene: Scene, trouble: Callable[[int], Callable[[Trial], None]], *, drafts_alone: bool) -> int:
    undisturbed = scene.run(lambda _made: None)
    calls, wanted = undisturbed.seam.calls, undisturbed.held()
    assert len(calls) == len(undisturbed.host.exchanges), "every request goes through the policy, once"
    writes = [number for number, each in enumerate(undisturbed.host.exchanges, 1) if each.call.method != "GET"]
    drafts = [number for number in writes if "campaign" in undisturbed.host.exchanges[number - 1].operation]
    chosen = drafts if drafts_alone else range(writes[0], min(writes[-1] + 2, len(calls)) + 1)
    for number in chosen:
        scene.ends_well(scene.run(trouble(number)), wanted)
    return len(chosen)


Trouble = Callable[[int], Callable[[Trial], None]]
either = pytest.mark.parametrize("trouble", [_stop, _lose], ids=["stopped", "lost answer"])


@either
def test_trouble_at_any_write_of_a_new_test_converges(stage: tuple[Stage, Running], tmp_path: Path, trouble: Trouble) -> None:
    """Never two drafts, never none, nothing left over: the next apply ends as the undisturbed one."""
    assert _disturbed(Scene(stage, tmp_path, "a new test"), trouble, drafts_alone=True) == 2


@pytest.mark.slow
@either
@pytest.mark.parametrize("name", CHANGES)
def test_trouble_at_any_write_of_a_change_converges(stage: tuple[Stage, Running], tmp_path: Path, name: str, trouble: Trouble) -> None:
    """The same for every change in place."""
    assert _disturbed(Scene(stage, tmp_path, name), trouble, drafts_alone=True) == len(CHANGES[name][2])


@pytest.mark.slow
@either
@pytest.mark.parametrize("name", ["a new test", "a plain draft becomes a test", "a test becomes plain"])
def test_trouble_between_any_two_requests_converges(stage: tuple[Stage, Running], tmp_path: Path, name: str, trouble: Trouble) -> None:
    """The same at every call from the first write to the reads after the last one, segments and templates included."""
    assert _disturbed(Scene(stage, tmp_path, name), trouble, drafts_alone=False) > 5


def test_a_draft_that_was_made_and_not_finished_is_finished_at_once(found: Trial) -> None:
    """Settings that fail for a while are no refusal: the draft is looked for, and finished."""
    found.write(TWO, PART)
    found.host.faults.add(Fault(match="PATCH /api/campaign-messages", status=500, times=5))  # all attempts of the first try
    found.apply()
    assert len([each for each in found.host.exchanges if each.operation == "create_campaign"]) == 1
    assert found.changes() == []


def test_settings_that_keep_failing_leave_the_outcome_open(found: Trial) -> None:
    """The error says that it looks first, and the draft is found by the next apply."""
    found.write(TWO, PART)
    found.host.faults.add(Fault(match="PATCH /api/campaign-messages", status=500, times=None))
    with pytest.raises(PartlyAppliedError) as stopped:
        found.apply()
    assert isinstance(stopped.value.__cause__, UnknownOutcomeError)
    found.host.faults.clear()
    assert found.changes() == ["update campaign/spring"]
    found.apply()
    assert found.changes() == []


# -- results


def outcome(found: Trial) -> Outcome:
    """Return what the sandbox itself knows of the send, person by person."""
    (made,) = found.sandbox._sends.outcomes.values()
    return made


def tally(made: Outcome, arm: int) -> tuple[int, ...]:
    """Return the people of one arm: sent, delivered, clicked, opened, ordered, unsubscribed, complained."""
    people = [each for each in made.sent if each.arm == arm]
    marks = ("clicked", "opened", "ordered", "unsubscribed", "complained")
    return (len(people), sum(not each.bounced for each in people), *(sum(getattr(each, mark) for each in people) for mark in marks))


def results(found: Trial) -> Any:
    """Read the results of the only campaign, as a report does: after reading the account."""
    with found.connected() as connection:
        (remote,) = [each for each in connection.read().remotes if each.kind is ResourceKind.CAMPAIGN]
        return connection.results(remote)


LIVELY = {"click": 0.3, "open": 0.6, "order": 0.5, "unsubscribe": 0.05, "complaint": 0.05, "bounce": 0.1}


def sent(found: Trial, variants: Variants | None, experiment: str = "", arms: int = 2, **more: Any) -> None:
    """Make a campaign and let it be sent; the last arm does best."""
    found.write(variants, experiment, **more)
    found.apply()
    found.send(*({**LIVELY, "click": 0.2 + 0.2 * arm} for arm in range(arms)))


@pytest.mark.parametrize(("variants", "arms"), [(None, 1), (TWO, 2), (THREE, 3)], ids=["plain", "two", "three"])
def test_results_are_the_people_that_the_sandbox_counted(found: Trial, variants: Variants | None, arms: int) -> None:
    """Unique people in every column, arms in the order in which they were made, nobody twice and nobody left out."""
    sent(found, variants, arms=arms)
    read, made = results(found), outcome(found)
    assert len(read.arms) == arms
    for number, arm in enumerate(read.arms):
        counted = (arm.sent, arm.delivered, arm.clicked, arm.opened, arm.ordered, arm.unsubscribed, arm.complained)
        assert counted == tally(made, number)
        assert arm.revenue == sum(each.revenue for each in made.of(number))
    assert sorted(each.recipient for each in made.sent) == sorted(mailable())
    assert (read.blended, read.estimated, read.currency) == ("", "", "EUR")
    assert read.sent_at == AS_OF.isoformat()
    assert read.arms[0].subject == "Our offer"


def test_an_arm_that_won_is_blended(found: Trial) -> None:
    """Klaviyo counts those who were sent the winner with its variation, so that the arms cannot be compared."""
    sent(found, TWO, "{share: 50%, metric: clicks, wait: 4 hours}")
    read = results(found)
    assert read.blended == "the winner was sent to the other 50 % afterwards, and Klaviyo counts them with its variation"
    assert [arm.sent for arm in read.arms] == [65, 193]  # of 258, 129 took part; the other 129 were sent the second
    assert sum(arm.sent for arm in read.arms) == len(mailable())


def test_there_are_no_results_before_the_end(found: Trial) -> None:
    """A draft, a scheduled campaign, one that waits for its winner and a cancelled one have none."""
    found.write(TWO)
    found.apply()
    for status in ("draft", "scheduled", "sending", "cancelled"):
        _message(found).definition["status"] = status
        assert results(found) is None


def test_without_a_mapping_orders_are_not_told_and_clicks_are(found: Trial) -> None:
    """The report wants a metric and is given any; what that one counts is nobody's orders."""
    sent(found, TWO, events="")
    read = results(found)
    assert [(arm.ordered, arm.revenue) for arm in read.arms] == [(None, None)] * 2
    assert [arm.clicked for arm in read.arms] == [tally(outcome(found), arm)[2] for arm in range(2)]
    assert read.estimated == ""
    (report,) = [each for each in found.host.exchanges if each.operation == "query_campaign_values"]
    assert "conversion_uniques" not in report.call.body["data"]["attributes"]["statistics"]


@pytest.mark.parametrize(
    ("metric", "told"),
    [
        ("Bought", "destinations.klaviyo.events.order: 'Bought' is no metric of the account; name the metric as Klaviyo shows it"),
        ("Placed Order", "destinations.klaviyo.events.order: 'Placed Order' names several metrics; add its integration"),
    ],
)
def test_a_mapping_that_names_not_one_metric_is_an_error(found: Trial, metric: str, told: str) -> None:
    """Orders are never those of a metric that was guessed."""
    found.sandbox.seed({"metrics": [{"name": "Placed Order", "integration": "WooCommerce"}]})
    sent(found, TWO, events=f"events: {{order: {metric}}}")
    with pytest.raises(TerminalError, match=re.escape(told)):
        results(found)


@pytest.mark.parametrize("variants", [TWO, MANY], ids=["native", "split"])
def test_an_experiment_on_orders_needs_their_metric_before_anything_is_sent(found: Trial, variants: Variants) -> None:
    """The refusal names the campaign, the destination, and what to map."""
    found.write(variants, "{metric: orders}", events="")
    with pytest.raises(FrancaError) as refused:
        found.changes()
    assert re.search(
        r"campaigns/spring\.yaml:\d+:\d+: campaign 'spring.*' decides on orders, and klaviyo does not say which metric counts them; "
        r"map destinations\.klaviyo\.events\.order, or decide on clicks",
        str(refused.value),
    )


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "UTC"])
def test_the_companys_time_zone_hides_nothing(tmp_path: Path, zone: str) -> None:
    """Offsets of a timeframe are ignored: 14 hours ahead or 12 behind, the send is in it."""
    with trial(tmp_path, timezone=zone, currency="USD") as found:
        sent(found, TWO)
        read = results(found)
    assert sum(arm.sent for arm in read.arms) == len(mailable())
    assert read.currency == "USD"


def test_arms_that_nobody_was_sent_have_zeros(found: Trial) -> None:
    """A report has no rows of them."""
    for row in found.sandbox._world.store.all("select row from profiles"):
        found.sandbox._world.store.run("update profiles set consent = 'UNSUBSCRIBED' where row = ?", [(row["row"],)])
    found.sandbox._world.store.profiles_version += 1
    sent(found, TWO)
    assert [(arm.sent, arm.delivered, arm.ordered) for arm in results(found).arms] == [(0, 0, 0)] * 2


def test_an_account_without_metrics_cannot_be_asked(found: Trial) -> None:
    """Even clicks need one, as a parameter."""
    sent(found, TWO, events="")
    found.sandbox._world.store.run("delete from metrics where row > ?", [(0,)])
    with pytest.raises(TerminalError, match="the account has no metric, and a report needs one; let the shop send its events"):
        results(found)


def test_a_row_of_no_variation_is_an_error(found: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the winner a row of its own, its people would silently be missing."""
    sent(found, TWO)
    monkeypatch.setattr("franca_klaviyo.sandbox.reports.Reports._variations", _strange)
    with pytest.raises(TerminalError, match="has a row of Winner, which is none of the campaign's"):
        results(found)


def _strange(_self: Any, campaign: str, made: Outcome) -> Iterator[Any]:
    names = {"campaign_id": campaign, "campaign_message_id": made.message.id, "variation": "", "variation_name": "Winner"}
    yield names, made.of(0)


def test_variations_may_go_by_their_names(found: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a report's `variation` is the id that the API shows is not documented; the name is taken too."""
    sent(found, TWO)
    before = results(found)
    monkeypatch.setattr("franca_klaviyo.sandbox.reports.Reports._variations", _by_name)
    assert results(found) == before


def _by_name(_self: Any, campaign: str, made: Outcome) -> Iterator[Any]:
    for arm, variation in reversed(list(enumerate(made.variations))):
        names = {"variation": f"internal-{arm}", "variation_name": variation.definition["name"]}
        yield {"campaign_id": campaign, "campaign_message_id": made.message.id, **names}, made.of(arm)


def several(found: Trial, count: int) -> list[Remote]:
    """Make and send several campaigns; return them as they are read."""
    found.write(TWO)
    text = (found.folder / "campaigns" / "spring.yaml").read_text(encoding="utf-8")
    for number in range(1, count):
        (found.folder / "campaigns" / f"more{number}.yaml").write_text(text.replace("Spring", f"More {number}"), encoding="utf-8")
    found.apply()
    for each in found.campaigns():
        found.send({}, {}, identity=each.id, seed=len(each.name))
    return found.campaigns()


def test_many_campaigns_are_one_call(found: Trial) -> None:
    """Two reports a minute are all that Klaviyo allows: what is near is asked for together, and asking again asks anew."""
    remotes = several(found, 4)
    found.host.exchanges.clear()
    with found.connected() as connection:
        connection.read()
        read = {each.id: connection.results(each) for each in remotes}
        assert len([each for each in found.host.exchanges if each.operation == "query_campaign_values"]) == 1
        assert connection.results(remotes[0]) == read[remotes[0].id]
        assert len([each for each in found.host.exchanges if each.operation == "query_campaign_values"]) == 2
    for each, made in found.sandbox._sends.outcomes.items():
        assert [arm.clicked for arm in read[each].arms] == [tally(made, arm)[2] for arm in range(2)]
        assert all(arm.sent for arm in read[each].arms)


@pytest.mark.parametrize("asked", [0, 1, 2])
def test_what_is_asked_for_together_is_in_one_timeframe(tmp_path: Path, asked: int) -> None:
    """Half a year before and half a year after the campaign that is asked for, in a zone far from UTC; beyond it is another call."""
    with trial(tmp_path, timezone="Pacific/Kiritimati") as found:
        found.write(TWO)
        text = (found.folder / "campaigns" / "spring.yaml").read_text(encoding="utf-8")
        for number in range(2):
            (found.folder / "campaigns" / f"more{number}.yaml").write_text(text.replace("Spring", f"More {number}"), encoding="utf-8")
        found.apply()
        for each in found.campaigns():
            found.send({}, {}, identity=each.id)
            found.host.clock.set(found.host.clock.now() + timedelta(days=180))
        remotes = found.campaigns()
        with found.connected() as connection:
            connection.read()
            read = {each.id: connection.results(each) for each in [remotes[asked], *remotes[:asked], *remotes[asked + 1 :]]}
        calls = len([each for each in found.host.exchanges if each.operation == "query_campaign_values"])
        outcomes = found.sandbox._sends.outcomes
    assert calls == (1 if asked == 1 else 2)
    assert {each: sum(arm.sent for arm in made.arms) for each, made in read.items()} == {
        each: len(made.sent) for each, made in outcomes.items()
    }


def test_a_campaign_is_asked_for_alone_when_nothing_was_read(found: Trial) -> None:
    """A connection that only reports needs no snapshot first."""
    remote = several(found, 2)[0]
    with found.connected() as connection:
        assert connection.results(remote).arms
    (report,) = [each for each in found.host.exchanges if each.operation == "query_campaign_values"]
    assert report.call.body["data"]["attributes"]["filter"] == f'contains-any(campaign_id,["{remote.id}"])'


def test_reports_come_in_pages_and_wait_for_their_turn(found: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page's link has a cursor without brackets; the third call within a minute is made when the minute is over."""
    monkeypatch.setattr("franca_klaviyo.sandbox.reports.PAGE", 3)
    remotes = several(found, 4)  # eight rows
    ticks = found.host.clock.ticks()
    with found.connected() as connection:
        connection.read()
        read = [connection.results(each) for each in remotes]
    assert len([each for each in found.host.exchanges if each.operation == "query_campaign_values"]) == 3
    assert {each.reply.status for each in found.host.exchanges if each.operation == "query_campaign_values" and each.reply} == {200}
    assert 59 <= found.host.clock.ticks() - ticks < 75
    outcomes = [found.sandbox._sends.outcomes[each.id] for each in remotes]
    assert [sum(arm.sent for arm in each.arms) for each in read] == [len(each.sent) for each in outcomes]


def test_counts_may_be_null_or_written_as_decimals(found: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing number is none, and 3.0 people are 3."""
    sent(found, TWO)
    rows = [{"recipients": 3.0, "delivered": 3.0, "clicks_unique": None, "conversion_value": 12.5}]
    monkeypatch.setattr("franca_klaviyo.sandbox.reports.Tally.statistics", lambda _self, _wanted: rows[0])
    arm = results(found).arms[0]
    assert (arm.sent, arm.delivered, arm.clicked, arm.ordered, str(arm.revenue)) == (3, 3, 0, 0, "12.5")


# -- what Klaviyo cannot split, Franca does


def test_arms_split_by_a_hash_share_the_audience_and_nobody_is_in_two(found: Trial) -> None:
    """Eight arms are too many for Klaviyo: eight lists, whose members, as the account has them, are everybody once."""
    found.write(MANY)
    found.apply()
    with found.opened() as at, evaluate(found.project, as_of=AS_OF) as evaluation:
        sync(at.desired, evaluation, at.connection, at.store, Ledger.open(found.project, at.store))
        drafts = [each for each in at.connection.read().remotes if each.kind is ResourceKind.CAMPAIGN]
        owned, resources = at.connection.read().owned(), at.desired.resources
        lists = [address for address in resources if address.kind is ResourceKind.LIST]
        members = [{each.email for each in at.connection.members(owned[address], resources[address])} for address in lists]
    assert len(drafts) == len(members) == 8
    assert all(members)
    assert sum(map(len, members)) == len(set().union(*members)) == PEOPLE
    assert {each.body["subject"] for each in drafts} == {f"S{number}" for number in range(8)}
    for each in drafts:
        found.send({}, identity=each.id)
    people = [sorted(person.recipient for person in made.sent) for made in found.sandbox._sends.outcomes.values()]
    assert sorted(email for each in people for email in each) == sorted(mailable())


def test_a_reply_that_is_no_report_is_an_error(found: Trial) -> None:
    """The account refuses the call: the error is Klaviyo's, in one line."""
    sent(found, TWO)
    found.host.faults.add(Fault(match="POST /api/campaign-values-reports", status=403, times=None))
    with pytest.raises(TerminalError, match="read results: the API key was refused"):
        results(found)
