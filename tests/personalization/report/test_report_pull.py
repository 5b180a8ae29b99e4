"""A campaign's results, read from accounts that tell what they are told to: nothing is written, guessed or lost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from franca.adapter import Address, DestinationError, ResourceKind, Results, Site
from franca.definitions import Project, Slot, Wording
from franca.errors import FrancaError
from franca.language.copies import variants
from franca.plan import Entry, State, Store
from franca_personalization.report.pull import _compiled, pull
from franca_personalization.report.records import Standing
from franca_personalization.report.render import render_report
from franca_personalization.report.run import Asking, make_report, unread
from personalization.report.report_kit import AFTER, NONE, FakeConnection, arm, make_shop, report, results, three

BOTH = {"spring.vip": three(24_000, 480, 600, 500), "spring.newcomers": three(24_000, 300, 410, 330)}


def test_every_part_carries_what_the_esp_told(tmp_path: Path, esps) -> None:
    """Segment by arm, counts as they are, rates as fractions of those delivered."""
    esps(mailchimp=BOTH)
    (found,) = report(make_shop(tmp_path), "mailchimp").destinations
    assert [(part.segment, part.arm) for part in found.parts] == [
        *(("vip", each) for each in ("control", "a", "b")),
        *(("newcomers", each) for each in ("control", "a", "b")),
    ]
    part = found.parts[1]
    assert part.counts is not None
    assert (part.counts.sent, part.counts.delivered, part.counts.clicked, part.counts.ordered) == (24_000, 23_760, 600, 60)
    assert part.counts.revenue == Decimal(3000)
    assert part.rates is not None
    assert part.rates.clicked == 600 / 23_760
    assert part.rates.revenue == pytest.approx(3000 / 23_760, rel=1e-12)
    assert found.currency == "EUR"


def test_a_split_by_hash_is_put_together_again(tmp_path: Path, esps, abilities) -> None:
    """Where an ESP cannot test, each arm is a campaign of its own; the report is the same as of a native test."""
    esps(mailchimp=BOTH)
    expected = report(make_shop(tmp_path / "native"), "mailchimp")
    abilities("mailchimp", NONE)
    split = {
        f"{key}.{name}": replace(told, arms=(one,))
        for key, told in BOTH.items()
        for name, one in zip("control a b".split(), told.arms, strict=True)
    }
    esps(mailchimp=split)
    found = report(make_shop(tmp_path / "split"), "mailchimp")
    assert [(part.campaign, part.arm) for part in found.destinations[0].parts][:2] == [
        ("spring.vip.control", "control"),
        ("spring.vip.a", "a"),
    ]
    assert found.destinations[0].analysis == expected.destinations[0].analysis
    assert found.conclusion == expected.conclusion


def test_the_account_is_read_once_and_closed(tmp_path: Path, esps) -> None:
    """One reading and one question for each campaign; whatever would write is missing in the fake, so that none was called."""
    account = esps(mailchimp=BOTH)["mailchimp"]
    report(make_shop(tmp_path), "mailchimp")
    assert account.asked == ["read", "results id-spring.vip", "results id-spring.newcomers"]
    assert account.closed


def test_an_account_is_closed_when_it_fails(tmp_path: Path, esps, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections are given back."""
    account = esps(mailchimp=BOTH)["mailchimp"]
    monkeypatch.setattr(FakeConnection, "results", lambda *_: (_ for _ in ()).throw(DestinationError("Mailchimp: no answer")))
    with pytest.raises(FrancaError, match="no answer"):
        report(make_shop(tmp_path), "mailchimp")
    assert account.closed


def test_what_was_not_sent_is_said_so(tmp_path: Path, esps) -> None:
    """A draft, a campaign that is not there, and one that was sent without results: three different sentences, and no numbers."""
    account = FakeConnection({"spring.newcomers": None}, drafts=["spring.vip"])
    esps(mailchimp=account)
    found = report(make_shop(tmp_path), "mailchimp")
    parts = found.destinations[0].parts
    assert {part.segment: part.standing for part in parts} == {"vip": Standing.WAITING, "newcomers": Standing.UNTOLD}
    assert all(part.counts is None for part in parts)
    text = render_report(found)
    assert "vip: it is a draft: somebody has to send it at the ESP" in text
    assert "newcomers: its status is sent, and the ESP tells no results yet, or no more" in text
    esps()
    text = render_report(report(make_shop(tmp_path), "mailchimp"))
    assert "vip: it is not at the destination: `franca apply` makes the draft" in text
    assert "Nothing was sent yet" in text


def test_a_missing_arm_leaves_its_segment_out(tmp_path: Path, esps, abilities) -> None:
    """Of a split by hash, one arm may be unsent: the others of that segment are described, and nothing is concluded of them."""
    abilities("mailchimp", NONE)
    split = {
        f"{key}.{name}": replace(told, arms=(one,))
        for key, told in BOTH.items()
        for name, one in zip("control a b".split(), told.arms, strict=True)
    }
    account = FakeConnection({key: told for key, told in split.items() if key != "spring.vip.b"}, drafts=["spring.vip.b"])
    esps(mailchimp=account)
    (found,) = report(make_shop(tmp_path), "mailchimp").destinations
    assert found.analysis is not None
    assert found.analysis.pooled == ("newcomers",)
    assert found.analysis.left_out == ("vip: arm b is not sent yet (it is a draft: somebody has to send it at the ESP)",)
    assert sum(part.counts is not None for part in found.parts) == 5


def test_what_is_not_told_is_none_and_never_zero(tmp_path: Path, esps) -> None:
    """In the records, and in every form that people read."""
    told = {key: three(24_000, 300, 400, 300, ordered=None, revenue=None, complained=None) for key in BOTH}
    esps(mailchimp=told)
    found = report(make_shop(tmp_path), "mailchimp")
    (destination,) = found.destinations
    assert destination.untold == ("ordered", "revenue", "complained")
    assert all(part.counts is not None and part.counts.ordered is None for part in destination.parts)
    assert "Not told by Mailchimp: ordered, revenue, complained." in render_report(found)
    assert "complained" not in render_report(found).partition("-- Variants")[0].partition("-- Counts")[2]


def test_what_one_arm_does_not_tell_is_shown_as_not_told(tmp_path: Path, esps) -> None:
    """A sum over it is not told either."""
    one = results(arm("control", 24_000, 300, ordered=None), arm("a", 24_000, 400), arm("b", 24_000, 300))
    esps(mailchimp={**BOTH, "spring.vip": one})
    text = render_report(report(make_shop(tmp_path), "mailchimp"))
    control = [line for line in text.splitlines() if " control " in line and line.startswith(("vip", "all"))]
    assert len(control) == 2
    assert all("not told" in line for line in control)


def test_another_number_of_arms_is_not_attributed(tmp_path: Path, esps) -> None:
    """Than the definition has now: described by number, not compared."""
    fewer = three(24_000, 480, 600, keys=("control", "a"))
    esps(mailchimp={**BOTH, "spring.vip": fewer})
    (found,) = report(make_shop(tmp_path), "mailchimp").destinations
    assert [part.arm for part in found.parts if part.segment == "vip"] == ["#1", "#2"]
    assert found.analysis is not None
    assert found.analysis.left_out == ("vip: it was sent with 2 arms, and its definition has 3 now",)


def clicks(project: Project, told: Results) -> dict[str, tuple[Standing, int]]:
    """Return arm → how it stands and its clicks, in the segment that *told* is of."""
    site = Site(project=project, destination=project.destinations["mailchimp"])
    parts = pull(site, [each for each in project.campaigns.values() if each.key == "spring.vip"]).parts
    assert len(parts) == len(told.arms)
    return {part.arm: (part.standing, part.counts.clicked) for part in parts if part.counts}


def worded(project: Project, **subjects: str) -> Project:
    """Return the shop with other subjects for the segment vip: its definition was changed."""
    campaign = project.campaigns["spring.vip"]
    assert campaign.copy is not None
    wordings = tuple(Wording(key=key, texts={"subject": text}) for key, text in subjects.items())
    copy = replace(campaign.copy, wordings=wordings, slots={"name": Slot(profile="email", default="you")})
    changed = replace(campaign, copy=copy, arms=variants(copy))
    return replace(project, campaigns={**project.campaigns, "spring.vip": changed})


def as_sent(*arms: tuple[str, str]) -> Results:
    """Return results of arms by (key, subject), with 100, 200 and 300 clicks."""
    return results(*(replace(arm("x", 9000, 100 * place), key=key, subject=text) for place, (key, text) in enumerate(arms, start=1)))


@pytest.mark.parametrize("subjects", [("[[name]], 1", "[[name]], 2", "[[name]], 3"), ("Equal", "Equal", "Equal")])
def test_arms_that_the_esp_names_go_by_their_names(tmp_path: Path, esps, subjects: tuple[str, str, str]) -> None:
    """Whatever order they are defined in now; an arm that is no longer, or is new, makes all of them unclear."""
    sent = as_sent(("control", "{{ n }}, 1"), ("a", "{{ n }}, 2"), ("b", "{{ n }}, 3"))
    esps(mailchimp={"spring.vip": sent})
    shop, (first, second, third) = make_shop(tmp_path), subjects
    swapped = clicks(worded(shop, control=first, b=third, a=second), sent)
    assert swapped == {"control": (Standing.TOLD, 100), "b": (Standing.TOLD, 300), "a": (Standing.TOLD, 200)}
    assert list(swapped) == ["control", "b", "a"]
    other = clicks(worded(shop, control=first, b=third, c=second), sent)
    assert other == {"#1": (Standing.UNCLEAR, 100), "#2": (Standing.UNCLEAR, 200), "#3": (Standing.UNCLEAR, 300)}


@pytest.mark.parametrize(
    "subjects", [("[[name]], 1", "[[name]], 2", "[[name]], 3"), ("Equal", "Equal", "3"), ("1", "Edited", "Edited too")]
)
def test_arms_that_nothing_tells_apart_are_unclear(tmp_path: Path, esps, subjects: tuple[str, str, str]) -> None:
    """Where the ESP names none of them, and two or more subjects are personal, equal or others than were sent."""
    texts = [text.replace("[[name]]", "*|EMAIL|*") if "Edited" not in text else "As sent" for text in subjects]
    sent = as_sent(*(("", text) for text in texts))
    esps(mailchimp={"spring.vip": sent})
    project = worded(make_shop(tmp_path), **dict(zip(("control", "a", "b"), subjects, strict=True)))
    assert {standing for standing, _ in clicks(project, sent).values()} == {Standing.UNCLEAR}
    text = render_report(report(project, "mailchimp"))
    assert "cannot be told: the ESP does not name its arms" in text
    assert "give each variant a fixed subject of its own" in text


def test_personal_subjects_go_by_the_tags_that_were_sent(tmp_path: Path, esps) -> None:
    """An ESP that names no arms tells the subject in its own tags: what Franca writes for one arm alone is that arm's, in any order."""
    project = worded(make_shop(tmp_path), control="[[name]], 1", a="[[name]], 2", b="[[name]], 3")
    site = Site(project=project, destination=project.destinations["mailchimp"])
    first, second, third = _compiled(project.campaigns["spring.vip"], site)
    assert "*|" in first
    sent = as_sent(("", third), ("", first), ("", second))
    esps(mailchimp={"spring.vip": sent})
    assert clicks(project, sent) == {"control": (Standing.TOLD, 200), "a": (Standing.TOLD, 300), "b": (Standing.TOLD, 100)}
    other = worded(project, control="[[name]], 1", a="[[name]], 2", c="[[name]], 4")
    assert {standing for standing, _ in clicks(other, sent).values()} == {Standing.UNCLEAR}


def test_arms_in_another_order_go_by_their_subjects(tmp_path: Path, esps) -> None:
    """Where each is fixed and another's; with one of them edited, too, what is left may be a new arm, and nothing is attributed."""
    sent = as_sent(("", "Subject a"), ("", "Subject control"), ("", "Subject b"))
    esps(mailchimp={"spring.vip": sent})
    shop = make_shop(tmp_path)
    assert clicks(shop, sent) == {"control": (Standing.TOLD, 200), "a": (Standing.TOLD, 100), "b": (Standing.TOLD, 300)}
    changed = worded(shop, control="Subject control", a="Subject a", c="Subject c")
    assert {standing for standing, _ in clicks(changed, sent).values()} == {Standing.UNCLEAR}


def test_an_edited_subject_is_noted(tmp_path: Path, esps) -> None:
    """The arms keep their order, so that they are compared all the same."""
    edited = results(arm("control", 24_000, 480), replace(arm("a", 24_000, 600), subject="Edited by hand"), arm("b", 24_000, 500))
    esps(mailchimp={**BOTH, "spring.vip": edited})
    (found,) = report(make_shop(tmp_path), "mailchimp").destinations
    assert found.analysis is not None
    assert "vip" in found.analysis.pooled
    assert found.notes == ("spring.vip, arm a: its subject as sent is not the one in its definition now",)


def test_numbers_that_contradict_each_other_decide_nothing(tmp_path: Path, esps) -> None:
    """More clicked than were reached: the segment is left out, the others are analysed."""
    esps(mailchimp={**BOTH, "spring.vip": three(100, 5, 200, 7)})
    (found,) = report(make_shop(tmp_path), "mailchimp").destinations
    assert found.analysis is not None
    assert found.analysis.pooled == ("newcomers",)
    assert "arm a is unclear (the ESP tells of 200 people who clicked and 99 delivered)" in found.analysis.left_out[0]


def test_ids_in_the_state_find_what_has_no_mark(tmp_path: Path, esps) -> None:
    """Somebody renamed the campaign at the ESP; a foreign campaign is never asked for."""
    project = make_shop(tmp_path)
    esps(mailchimp=FakeConnection(BOTH, marks=False))
    (found,) = report(project, "mailchimp").destinations
    assert {part.standing for part in found.parts} == {Standing.MISSING}
    entries = {Address(ResourceKind.CAMPAIGN, key): Entry(id=f"id-{key}", fingerprint="f", title="t") for key in BOTH}
    Store.of(project, "mailchimp").save(State(account="acc-1", entries=entries))
    account = FakeConnection(BOTH, marks=False)
    esps(mailchimp=account)
    (found,) = report(project, "mailchimp").destinations
    assert {part.standing for part in found.parts} == {Standing.TOLD}
    assert "results foreign" not in account.asked


def test_a_key_of_another_account_is_refused(tmp_path: Path, esps) -> None:
    """The results of a stranger's campaign would be reported otherwise."""
    project = make_shop(tmp_path)
    Store.of(project, "mailchimp").save(State(account="acc-2"))
    esps(mailchimp=BOTH)
    with pytest.raises(FrancaError, match="the key opens the account acc-1, and the state describes acc-2"):
        report(project, "mailchimp")


def test_a_destination_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path, esps) -> None:
    """It is named, with its error; when none can be read, that error ends the command."""
    project = make_shop(tmp_path)
    esps(mailchimp=BOTH, klaviyo=FrancaError("klaviyo: the key is wrong"))
    found = report(project)
    assert [each.name for each in unread(found)] == ["klaviyo"]
    assert found.destinations[0].analysis is not None
    assert "klaviyo: the key is wrong" in render_report(found)
    with pytest.raises(FrancaError, match="the key is wrong"):
        report(project, "klaviyo")


def test_an_unknown_campaign_is_refused_with_the_near_one(tmp_path: Path, esps) -> None:
    """Its parts have keys of their own, which nobody wrote."""
    project = make_shop(tmp_path)
    sites = (Site(project=project, destination=project.destinations["mailchimp"]),)
    with pytest.raises(FrancaError, match=r"there is no campaign 'sprong'; did you mean \"spring\"\?"):
        make_report(Asking(project=project, campaign="sprong", sites=sites, as_of=AFTER))
    with pytest.raises(FrancaError, match=r"there is no campaign 'spring\.vip'"):
        make_report(Asking(project=project, campaign="spring.vip", sites=sites, as_of=AFTER))


def test_a_campaign_that_does_not_go_there_is_refused(tmp_path: Path, esps) -> None:
    """A report of nothing would look like one of a failure."""
    project = make_shop(tmp_path, destinations="[klaviyo]")
    esps(mailchimp=BOTH)
    with pytest.raises(FrancaError, match="the campaign 'spring' does not go to mailchimp"):
        report(project, "mailchimp")


def test_an_email_without_variants_is_described(tmp_path: Path, esps) -> None:
    """One email for everybody: counts and rates, no test and no word of a winner."""
    project = make_shop(tmp_path, arms=())
    esps(mailchimp={"spring": results(arm("x", 20_000, 400))})
    found = report(project, "mailchimp")
    (destination,) = found.destinations
    assert [(part.segment, part.arm) for part in destination.parts] == [("all", "")]
    assert destination.analysis is None
    assert "it has one email and no variants" in found.conclusion
