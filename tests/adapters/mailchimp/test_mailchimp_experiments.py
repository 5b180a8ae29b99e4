"""A/B tests at Mailchimp: made as variate drafts, read back, changed, put in the place of plain ones and back; refused where it cannot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.mailchimp.kit import site
from adapters.mailchimp.trial import AUDIENCE_EDIT, DRAFT, SUBJECTS, Trial, make_shop, trial
from franca.adapter import Address, Arm, Draft, Email, ResourceKind, TerminalError, why_not
from franca.definitions import Campaign, Experiment, Format, Metric, Part, Position, Source, Template, Variant
from franca.errors import FrancaError, ProblemsError
from franca.sandbox import Fault
from franca_mailchimp.adapter import ADAPTER
from franca_mailchimp.capabilities import TESTING
from franca_mailchimp.sandbox import variate
from sandbox.mailchimp_kit import LIST

PART = "{share: 50%, wait: 6 hours}"
by_hand = pytest.mark.foreign_traffic("somebody edits a draft by hand, as it were")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    make_shop(folder)
    return folder


@pytest.fixture
def at(shop: Path, tmp_path: Path) -> Iterator[Trial]:
    with trial(shop, tmp_path) as found:
        yield found


# -- what Mailchimp tests


def campaign(*subjects: str, **changes: Any) -> Campaign:
    arms = tuple(Variant(key=f"v{number}", subject=Source(text=text)) for number, text in enumerate(subjects))
    plain = Campaign(key="c", name="C", template="t", send_from="a@b.test", include=("s",), arms=arms)
    return replace(plain, **changes)


TEMPLATE = Template(key="t", name="T", format=Format.HTML, subject=Source(text="S"), body=Source(text="B"))
TWO = campaign("a", "b")
PARTLY = Experiment(share=Decimal("0.5"))


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (TWO, ""),
        (campaign("a", "b", "c", experiment=PARTLY), ""),
        (campaign("a", "b", experiment=Experiment(share=Decimal("0.1"))), ""),
        (campaign("a", "b", experiment=Experiment(metric=Metric.ORDERS)), ""),  # without a rest there is no winner to choose
        (campaign("a", "b", "c", "d"), "at most 3 arms"),
        (campaign("a", "b", experiment=Experiment(share=Decimal("0.09"))), "from 10% to 100%"),
        (campaign("a", "b", experiment=Experiment(share=Decimal("0.5"), metric=Metric.ORDERS)), "cannot choose a winner by orders"),
        (replace(TWO, arms=(TWO.arms[0], replace(TWO.arms[1], preview_text=Source(text="p")))), "cannot test the preview_text"),
        (replace(TWO, arms=(TWO.arms[0], replace(TWO.arms[1], copy={"h": Source(text="x")}))), "cannot test the html"),
    ],
)
def test_what_mailchimp_can_test_is_declared(found: Campaign, why: str) -> None:
    """Subjects, up to three, at least a tenth of the audience, a winner by clicks: all else is split by Franca."""
    project = replace(site().project, templates={"t": TEMPLATE})
    assert re.search(why or "^$", why_not(ADAPTER.testing_at(site().destination), "Mailchimp", found, project))


def test_a_destination_can_leave_tests_to_franca() -> None:
    """`tests: split`, for plans without A/B tests; another word is an error with its place."""
    there = site().destination
    split, wrong = (replace(there, settings={**there.settings, "tests": word}) for word in ("split", "nativ"))
    assert ADAPTER.testing_at(there) == TESTING
    assert (ADAPTER.testing_at(split).arms, ADAPTER.testing_at(split).parts) == (1, frozenset())
    with pytest.raises(FrancaError, match=r"franca\.yaml:7:5: destination 'mailchimp': tests is native or split.*native"):
        ADAPTER.testing_at(replace(wrong, setting_positions={"tests": Position("franca.yaml", 7, 5)}))


def test_a_plan_without_tests_is_told_with_the_way_out(at: Trial) -> None:
    """What such a plan answers is not documented; whatever refuses a test, the error names the setting, and with it Franca splits."""
    at.test(of=2)
    refused = {"type": "t", "title": "Forbidden", "status": 403, "detail": "Your plan has no A/B tests.", "instance": "i"}
    at.running.host.faults.add(Fault(status=403, body=refused, match="POST /3.0/campaigns$"))
    with pytest.raises(FrancaError, match=r"Your plan has no A/B tests.*add tests: split to the destination"):
        at.apply()
    assert at.drafts() == []
    at.edit("franca.yaml", "    audience: Customers\n", "    audience: Customers\n    tests: split\n")
    at.apply()
    assert sorted(str(draft.key) for draft in at.drafts()) == ["offer.control", "offer.warm"]
    assert any("runs no tests in this account" in each for each in at.plan().warnings)


def test_arms_with_one_subject_are_refused_with_their_place(at: Trial) -> None:
    """Reports are told apart by subjects: white space does not tell them apart."""
    at.test({"control": "New this week", "twin": "New  this week"})
    with pytest.raises(FrancaError, match="campaign 'offer': the arms 'control' and 'twin' have the same subject") as refused:
        _ = at.desired
    assert "copy/offer/all.en.yaml" in str(refused.value)
    assert "write another subject" in str(refused.value)


@pytest.mark.parametrize("place", ["<h1>{{ subject }}</h1>", "<p>{{ copy.headline }}: {{ subject }}</p>"])
def test_a_subject_in_the_body_is_split_by_franca(at: Trial, place: str) -> None:
    """There is one content for all arms of a test: each arm becomes a plain draft, and the plan says why."""
    at.edit("content/offer.html", "<h1>{{ copy.headline }}</h1>", place)
    at.test()
    assert sorted(at.project.campaigns) == ["offer.control", "offer.short", "offer.warm"]
    assert any("cannot test the html, and this one holds {{ subject }}" in each for each in at.plan().warnings)


@pytest.mark.parametrize("part", [Part.HTML, Part.TEXT])
def test_arms_with_two_bodies_are_no_test(part: Part) -> None:
    """What the core does not see is refused before anything is made: the arms' own texts would be lost."""
    email = Email(template=TEMPLATE, parts={Part.SUBJECT: "One", Part.HTML: "<p>x</p>", Part.TEXT: "x"})
    other = replace(email, parts={**email.parts, Part.SUBJECT: "Two", part: "<p>y</p>"})
    arms = (Arm(key="control", email=email), Arm(key="other", email=other))
    draft = Draft(campaign=TWO, email=email, audience=Address(ResourceKind.SEGMENT, "s"), arms=arms)
    with pytest.raises(FrancaError, match="campaign 'c': Mailchimp tests subject lines alone"):
        ADAPTER.compile_draft(draft, site())


def test_plain_text_is_no_test_either() -> None:
    """It is refused as any other draft of plain text is."""
    email = Email(template=replace(TEMPLATE, format=Format.TXT), parts={Part.SUBJECT: "One", Part.TEXT: "x"})
    arms = (Arm(key="control", email=email), Arm(key="other", email=replace(email, parts={**email.parts, Part.SUBJECT: "Two"})))
    draft = Draft(campaign=TWO, email=email, audience=Address(ResourceKind.SEGMENT, "s"), arms=arms)
    with pytest.raises(FrancaError, match="templates are HTML"):
        ADAPTER.compile_draft(draft, site())


def test_a_title_that_repeats_the_subject_says_the_arms_own(at: Trial) -> None:
    """`*|MC:SUBJECT|*` stands in the title; a plain draft has its subject there as before."""
    at.plain()
    assert "<title>New this week</title>" in at.desired.resources[DRAFT].payload["html"]
    at.test()
    made = at.desired.resources[DRAFT]
    assert "<title>*|MC:SUBJECT|*</title>" in made.payload["html"]
    assert len({arm["html"] for arm in made.body["arms"]}) == 1
    assert "MC:SUBJECT" not in at.sandbox.render(made.payload["html"], {})


# -- made, read back, changed


def test_a_test_is_made_once_and_read_back(at: Trial) -> None:
    """One POST of a variate draft with its audience, one content; a second plan is empty."""
    at.test(experiment=PART)
    at.apply()
    assert at.changes() == []
    (body,) = at.calls("campaigns.create")
    subjects = ["New this week", at.draft().body["arms"][1]["subject"], "Now"]
    assert body["type"] == "variate"
    assert body["recipients"]["segment_opts"] == {"saved_segment_id": int(at.draft().body["audience"]), "match": "all"}
    assert body["variate_settings"] == {"subject_lines": subjects, "winner_criteria": "clicks", "wait_time": 360, "test_size": 50}
    (content,) = at.calls("campaigns.set_content")
    assert [set(each) for each in content["variate_contents"]] == [{"content_label", "html", "plain_text"}]
    assert at.draft().body["test"] == {"share": 50, "metric": "clicks", "wait_hours": 6}
    assert at.draft().body["variables"] == ["subject_line"]


def test_a_slot_in_a_subject_is_one_tag_at_mailchimp(at: Trial) -> None:
    """Conditions do not work in subjects: the default of a slot is a field that sync fills, in each arm its own."""
    at.test()
    at.apply()
    subject = at.draft().body["arms"][1]["subject"]
    assert re.fullmatch(r"Picked for you, \*\|FR_[A-Z0-9]{7}\|\*", subject)


CHANGES = {
    "a subject": lambda at: at.test({**SUBJECTS, "short": "Today"}),
    "fewer arms": lambda at: at.test(of=2),
    "another headline": lambda at: at.edit("content/offer.html", "Our newest things", "All new"),
    "another preview text": lambda at: at.edit("content/offer.html", "Have a look", "Look"),
    "everybody takes part": lambda at: at.test(),
    "more take part, and longer": lambda at: at.test(experiment="{share: 60%, wait: 48 hours}"),
    "another audience": lambda at: at.edit("campaigns/offer.yaml", *AUDIENCE_EDIT),
    "another sender": lambda at: at.edit("content/offer.html", "Demo Shop\n", "Demo\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_test_is_changed_in_place(at: Trial, change: str) -> None:
    """The draft keeps its id; it is as wanted afterwards, and a second plan is empty."""
    at.test(experiment=PART)
    at.apply()
    before = at.draft()
    CHANGES[change](at)
    assert "update campaign/offer" in at.changes()
    at.apply()
    after = at.draft()
    assert at.changes() == []
    assert after.id == before.id
    assert after.body != before.body
    assert len(at.calls("campaigns.create")) == 1


def test_an_arm_can_be_added_in_place(at: Trial) -> None:
    """Two subjects become three in the same draft."""
    at.test(of=2)
    at.apply()
    before = at.draft().id
    at.test(of=3)
    at.apply()
    assert (at.draft().id, len(at.draft().body["arms"])) == (before, 3)


def test_a_plain_draft_becomes_a_test_and_back(at: Trial) -> None:
    """A type cannot be changed: another draft takes its place. There is one at any time, and each second plan is empty."""
    kinds, ids = [], set()
    for turn in (at.plain, at.test, at.plain, at.test):
        turn()
        assert ("update campaign/offer" if ids else "create campaign/offer") in at.changes()
        at.apply()
        assert at.changes() == []
        kinds.append(at.raw()["type"])
        ids.add(at.draft().id)
        assert at.raw()["recipients"]["segment_opts"]["saved_segment_id"] == int(at.draft().body["audience"])
    assert kinds == ["regular", "variate", "regular", "variate"]
    assert len(ids) == 4


def test_a_replaced_draft_is_known_to_the_state_at_once(at: Trial) -> None:
    """The new draft's id is noted with the change; with the state as without it nothing is made twice."""
    at.plain()
    at.apply()
    at.test()
    at.apply()
    assert at.store.load().entries[DRAFT].id == at.draft().id
    at.store.state.unlink()
    assert at.changes() == []


def test_a_test_that_is_not_wanted_any_more_needs_its_word(at: Trial) -> None:
    """Removing the campaign removes the draft, with the word that every delete needs."""
    at.test()
    at.apply()
    (at.folder / "campaigns" / "offer.yaml").unlink()
    assert "delete:campaign/offer" in [each.word for each in at.plan().unsafe]
    at.apply()
    assert at.drafts() == []


# -- not as asked, and edited by hand


@pytest.mark.parametrize(
    ("widen", "what"),
    [
        (lambda patch: patch.setattr("franca_mailchimp.sandbox.recipients._applied", lambda *_: None), "audience"),
        (lambda patch: _dropping(patch, subject_lines=["New this week"]), "arms"),
        (lambda patch: _dropping(patch, test_size=20), "test"),
        (lambda patch: _dropping(patch, winner_criteria="opens"), "test"),
        (lambda patch: _dropping(patch, wait_time=60), "test"),
        (lambda patch: _dropping(patch, from_names=["A", "B"], reply_to_addresses=["a@b.test", "c@d.test"]), "variables"),
    ],
)
@pytest.mark.parametrize("before", ["nothing", "plain"])
def test_a_test_that_came_out_otherwise_is_removed(at: Trial, monkeypatch: pytest.MonkeyPatch, before: str, widen: Any, what: str) -> None:
    """Whatever the ESP drops or changes of the audience, the arms or the rule of the winner: the draft is gone, and the error says what."""
    if before == "plain":
        at.plain()
        at.apply()
    at.test(experiment=PART)
    with monkeypatch.context() as patch:
        widen(patch)
        with pytest.raises(FrancaError, match=rf"another .*\b{what}\b.*removed"):
            at.apply()
    assert at.drafts() == []
    at.apply()
    assert at.changes() == []


def _dropping(patch: pytest.MonkeyPatch, **other: Any) -> None:
    original = variate.chosen
    patch.setattr(variate, "chosen", lambda *args, **kwargs: {**original(*args, **kwargs), **other})
    patch.setattr(variate, "check_plan", lambda *_: None)  # what comes out need not be what the plan has


@by_hand
def test_a_test_edited_by_hand_is_repaired(at: Trial) -> None:
    """Another subject line is put right in place."""
    at.test()
    at.apply()
    before = at.draft()
    needed = {"subject_line": "x", "from_name": "Demo Shop", "reply_to": "hello@demo-shop.example"}
    at.others.campaigns.update(
        before.id, {"settings": needed, "variate_settings": {"winner_criteria": "opens", "subject_lines": ["X", "Y"]}}
    )
    assert at.changes() == ["update campaign/offer"]
    at.apply()
    assert at.draft() == before


@by_hand
def test_a_second_variable_added_by_hand_ends_with_another_draft(at: Trial) -> None:
    """A test of senders beside that of subjects multiplies the arms; no documented call takes it away, and so the draft goes."""
    at.test()
    at.apply()
    before = at.draft()
    senders = {"winner_criteria": "clicks", "subject_lines": [], "from_names": ["A", "B"], "reply_to_addresses": ["a@b.test", "c@d.test"]}
    needed = {"subject_line": "x", "from_name": "Demo Shop", "reply_to": "hello@demo-shop.example"}
    at.others.campaigns.update(before.id, {"settings": needed, "variate_settings": senders})
    assert at.draft().body["variables"] == ["from_name"]
    at.apply()
    after = at.draft()
    assert after.id != before.id
    assert after.body == before.body


@by_hand
def test_what_somebody_sends_just_before_it_is_replaced_stays(at: Trial) -> None:
    """A campaign that is no draft any more is never deleted: its results would be gone."""
    at.plain()
    at.apply()
    sent = at.draft()
    at.test()
    resource, resolved = at.desired.resources[DRAFT], {**at.desired.resources[DRAFT].body, "audience": sent.body["audience"]}
    at.send({})
    with pytest.raises(TerminalError, match="no draft any more, its status is sent"):
        at.connection.update(sent, resource, resolved)
    assert at.draft().id == sent.id


def test_a_test_that_was_sent_is_left_alone(at: Trial) -> None:
    """Neither new copy nor removing the campaign touches it."""
    at.test()
    at.apply()
    at.send({}, {}, {})
    at.test(of=2)
    assert at.changes() == []
    (at.folder / "campaigns" / "offer.yaml").unlink()
    assert "campaign/offer" not in " ".join(at.changes())
    assert "sent" in at.draft().settled


@by_hand
def test_somebody_elses_test_can_be_imported(at: Trial) -> None:
    """Its content stands elsewhere than that of plain drafts, and its subject is the first of its lines."""
    settings = {"title": "Theirs", "from_name": "A", "reply_to": "a@b.test"}
    lines = {"winner_criteria": "opens", "subject_lines": ["One", "Two"]}
    made = at.others.campaigns.create({"type": "variate", "recipients": {"list_id": LIST}, "settings": settings, "variate_settings": lines})
    at.others.campaigns.set_content(made["id"], {"variate_contents": [{"content_label": "x", "html": "<p>Theirs</p>"}]})
    assert [(each.name, each.html, each.subject) for each in at.connection.contents()] == [("Theirs", "<p>Theirs</p>", "One")]
    assert at.drafts()[0].key is None


# -- split by Franca


def test_arms_that_mailchimp_cannot_test_are_disjoint_and_cover_the_audience(at: Trial) -> None:
    """Variants that differ in a headline are a plain draft each, for a part of the audience by a hash; Mailchimp counts them itself."""
    at.test({"control": {"headline": "Our newest things"}, "bold": {"headline": "All new"}, "calm": {"headline": "Some news"}})
    assert sorted(key for key in at.project.campaigns) == ["offer.bold", "offer.calm", "offer.control"]
    at.apply()
    at.sync()
    assert at.changes() == []
    owned, resources = at.connection.read().owned(), at.desired.resources
    parts = [address for address in resources if address.kind is ResourceKind.TAG]
    people = [{each.email for each in at.connection.members(owned[part], resources[part])} for part in parts]
    audience = Address(ResourceKind.SEGMENT, "germans")
    everybody = {each.email for each in at.connection.members(owned[audience], resources[audience])}
    known = {email for email in everybody if not email.startswith("stranger")}  # the shop does not know them: sync writes nobody else
    assert len(people) == 3
    assert min(len(part) for part in people) > len(known) / 5
    assert sum(len(part) for part in people) == len(set.union(*people))
    assert set.union(*people) == known
    reached = sum(at.send({}, campaign=draft.id)["arms"][0]["sent"] for draft in at.drafts())
    assert reached == sum(at.raw_of(draft.id)["emails_sent"] for draft in at.drafts())


def test_a_winner_that_only_mailchimp_could_send_is_refused(at: Trial) -> None:
    """Four arms and a rest: Franca's own split has none."""
    at.test({**SUBJECTS, "long": "Everything that is new this week"}, experiment=PART)
    with pytest.raises(ProblemsError, match="Mailchimp tests at most 3 arms; Franca's own split has no winner"):
        _ = at.project


def test_nothing_that_is_sent_to_mailchimp_sends(at: Trial) -> None:
    """No request goes to an action of a campaign, whatever is made, replaced, read and reported."""
    for turn in (at.plain, at.test, at.plain):
        turn()
        at.apply()
    at.send({})
    assert at.connection.results(at.draft())
    assert not [each.call.path for each in at.running.host.exchanges if "/actions/" in each.call.path]
