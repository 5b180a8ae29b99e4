"""What a plan says of copy whose brief has changed since somebody approved it, and of offers that have ended."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from franca.adapter import Site
from franca.cli.common import load_checked
from franca.language import load
from franca.plan import advice
from franca_personalization.copy.store import approved, sign

BRIEF = """\
name: Spring
goal: Tell of the new linen.
facts:
  discount: {text: up to 20 %, about: the discount on linen}
  deadline: {ends: 2099-04-05T23:59, about: the last day}
names: [Northwool]
write: [subject]
control: {en: {subject: "Our [[discount]] on linen until [[deadline]]"}}
"""
COPY = """\
variants:
  control: {subject: "Our [[discount]] on linen until [[deadline]]"}
slots: {discount: up to 20 %, deadline: "Sunday, April 5"}
"""
CAMPAIGN = """\
name: Spring
template: welcome
send_from: shop@shop.test
audience: {include: vip}
variants: spring
"""


@pytest.fixture
def promising(connected: Path) -> Path:
    """Return the starter with a campaign whose copy follows its brief and is approved."""
    for name, text in {"briefs/spring.yaml": BRIEF, "copy/spring/all.en.yaml": COPY, "campaigns/spring.yaml": CAMPAIGN}.items():
        path = connected / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (copy,) = load(connected).copies["spring"]
    sign(connected, approved(copy, "Ann", date(2026, 3, 1)))
    return connected


def edit(folder: Path, before: str, after: str) -> None:
    path = folder / "briefs" / "spring.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def warnings(franca, folder: Path) -> list[str]:
    ended = franca("plan", "-p", folder, "-d", "klaviyo", "-f", "json")
    assert ended.code == 0, ended.err
    return [each for each in json.loads(ended.out)["plans"][0]["warnings"] if "spring" in each]


def test_copy_that_follows_its_brief_is_not_mentioned(franca, promising):
    """Nor is a saved plan out of date because of what is said of it."""
    assert warnings(franca, promising) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("up to 20 %", "up to 10 %", "the file says “up to 20 %” for [[discount]], the brief “up to 10 %”"),
        ("2099-04-05", "2099-04-06", "for [[deadline]]"),
    ],
)
def test_a_brief_that_changed_since_the_approval_is_seen_by_the_plan(franca, promising, before, after, said):
    """A fact, a deadline: the draft would promise something else than the brief."""
    edit(promising, before, after)
    (told,) = warnings(franca, promising)
    assert told.startswith("copy/spring/all.en.yaml:")
    assert "the approved copy of 'spring' for 'all' (en) is not what its brief allows now" in told
    assert said in told


def test_an_offer_that_has_ended_is_seen_by_the_plan(promising):
    """To the minute, in the project's zone; also where nothing of the text has changed."""
    project = load_checked(promising)
    site = Site(project=project, destination=project.destinations["klaviyo"])
    assert [str(each) for each in advice(site, datetime(2099, 4, 5, 20, 0, tzinfo=UTC)) if "ended" in each.what] == []
    (told,) = [each for each in advice(site, datetime(2099, 4, 6, tzinfo=UTC)) if "ended" in each.what]
    assert told.what == "the offer of 'spring' ended at 2099-04-05 23:59"


def test_a_campaign_of_another_destination_is_not_mentioned(franca, promising):
    """What is said of a plan is of its destination."""
    path = promising / "campaigns" / "spring.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "destinations: [mailchimp]\n", encoding="utf-8")
    edit(promising, "up to 20 %", "up to 10 %")
    assert warnings(franca, promising) == []
