"""Campaign drafts: whose audience becomes which segment, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path
from shutil import copytree

import pytest

from franca.definitions import Project
from franca.demo import run
from franca.errors import ProblemsError
from franca.language import check, load
from franca.logic import fingerprint

DEMO = Path(run.__file__).parent / "project"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    copytree(DEMO, tmp_path, dirs_exist_ok=True)
    return tmp_path


def checked(shop: Path, audience: str, **lines: str) -> Project:
    text = "".join(f"{key}: {value}\n" for key, value in {"template": "welcome", "send_from": "a@b.example", **lines}.items())
    (shop / "campaigns" / "spring.yaml").write_text(f"{text}audience: {audience}\n", encoding="utf-8")
    return check(load(shop))


def test_one_segment_is_its_own_audience(shop: Path) -> None:
    assert checked(shop, "{include: [vip]}").campaigns["spring"].audience == "vip"


def test_several_segments_become_one_with_everybody_once(shop: Path) -> None:
    found = checked(shop, "{include: [vip, newcomers], exclude: [win_back]}")
    assert found.campaigns["spring"].audience == "spring.audience"
    (shop / "segments" / "same.yaml").write_text(
        "segments: {same: {name: Same, where: {all: [{any: [{segment: vip}, {segment: newcomers}]}, {none: [{segment: win_back}]}]}}}",
        encoding="utf-8",
    )
    same = check(load(shop)).segments["same"]
    assert fingerprint(found.segments["spring.audience"].where) == fingerprint(same.where)


def test_exclusively_leaves_out_whoever_has_an_earlier_segment_of_the_group(shop: Path) -> None:
    found = checked(shop, "{include: [newcomers], exclusively: lifecycle}")
    (shop / "segments" / "same.yaml").write_text(
        "segments: {same: {name: Same, where: {all: [{segment: newcomers}, {none: [{segment: vip}]}]}}}", encoding="utf-8"
    )
    same = check(load(shop)).segments["same"]
    assert fingerprint(found.segments["spring.audience"].where) == fingerprint(same.where)
    assert checked(shop, "{include: [vip], exclusively: lifecycle}").campaigns["spring"].audience == "vip"


@pytest.mark.parametrize(
    ("audience", "lines", "told"),
    [
        ("{}", {}, "an audience includes at least one segment"),
        ("{include: []}", {}, "is empty"),
        ("{include: [vipp]}", {}, "there is no segment 'vipp'; did you mean \"vip\"?"),
        ("{include: [vip]}", {"template": "welcom"}, "there is no template 'welcom'"),
        ("{include: [vip]}", {"send_from": "shop"}, "send_from is an email address"),
        ("{include: [vip]}", {"destinations": "[mailchip]"}, "there is no destination 'mailchip'"),
        ("{include: [dach], exclusively: lifecycle}", {}, "is not of the group 'lifecycle'"),
        ("{include: [vip], exclusively: life}", {}, "there is no group 'life'"),
        ("{include: [vip]}", {"variants": "spring"}, "there is no folder copy/spring"),
        ("{include: [vip]}", {"experiment": "{metric: clicks}"}, "an experiment compares variants, and the campaign has none"),
        ("{include: [vip], to: all}", {}, "has no key 'to'"),
    ],
)
def test_an_audience_is_never_guessed(shop: Path, audience: str, lines: dict[str, str], told: str) -> None:
    with pytest.raises(ProblemsError) as refused:
        checked(shop, audience, **lines)
    assert told in str(refused.value)
    assert "campaigns/spring.yaml" in str(refused.value)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{share: 5%}", "share is from 10% to 100% of the audience, in whole percent"),
        ("{share: 33.3%}", "in whole percent"),
        ("{share: 20}", "share is a share such as 30%"),
        ("{metric: opens}", "opens decide nothing"),
        ("{metric: click}", 'did you mean "clicks"'),
        ("{wait: 4}", "wait is a text"),
        ("{wait: 200 hours}", "from 1 to 168"),
        ("{baseline: 60%, effect: 80%}", "both together are below 100%"),
        ("{power: 40%}", "power is from 50%"),
        ("{looks: 0}", "looks is at least 1"),
        ("{winner: a}", "has no key 'winner'"),
    ],
)
def test_an_experiment_that_cannot_be_run_is_refused(shop: Path, written: str, told: str) -> None:
    """Before anything is sent: with file and line."""
    with pytest.raises(ProblemsError) as refused:
        checked(shop, "{include: [vip]}", experiment=written, variants="spring")
    assert told in str(refused.value)
    assert "campaigns/spring.yaml" in str(refused.value)


# ── the cap on emails ────────────────────────────────────────────────────────

CAP = "policies: {email_cap: {event: order, count: {lt: 3}, last: 7 days}}\n"


def capped(shop: Path, audience: str, cap: str = CAP, **lines: str) -> Project:
    path = shop / "franca.yaml"
    text = re.sub(r"(?ms)^policies:.*?(?=^\S|\Z)", "", path.read_text(encoding="utf-8"))
    path.write_text(text + cap, encoding="utf-8")
    return checked(shop, audience, **lines)


@pytest.mark.parametrize(
    ("audience", "same"),
    [
        ("{include: [vip]}", "[{segment: vip}, CAP]"),
        (
            "{include: [vip, newcomers], exclude: [win_back]}",
            "[any: [{segment: vip}, {segment: newcomers}], none: [{segment: win_back}], CAP]",
        ),
        ("{include: [newcomers], exclusively: lifecycle}", "[{segment: newcomers}, {not: {segment: vip}}, CAP]"),
    ],
)
def test_the_cap_on_emails_is_asked_of_every_audience(shop: Path, audience: str, same: str) -> None:
    """Also of one that is a single segment; the segment itself is not capped."""
    where = same.replace("CAP", "{event: order, count: {lt: 3}, last: 7 days}")
    (shop / "segments" / "same.yaml").write_text(f"segments: {{same: {{name: Same, where: {where}}}}}", encoding="utf-8")
    found = capped(shop, audience)
    assert found.campaigns["spring"].audience == "spring.audience"
    assert fingerprint(found.segments["spring.audience"].where) == fingerprint(found.segments["same"].where)
    assert fingerprint(found.segments["vip"].where) != fingerprint(found.segments["spring.audience"].where)


def test_the_cap_is_checked_like_any_predicate(shop: Path) -> None:
    """Its segments are replaced by what they mean, its constants are typed, and it is told once, at its own place."""
    cap = "policies: {email_cap: [{segment: win_back}, {event: order, sum: {of: total, lt: 3}}]}\n"
    found = capped(shop, "{include: [vip, newcomers]}", cap)
    assert found.policies.email_cap is not None
    assert "InSegment" not in repr(found.policies.email_cap)
    assert "InSegment" not in repr(found.segments["spring.audience"].where)
    assert "Decimal('3')" in repr(found.policies.email_cap)
    with pytest.raises(ProblemsError) as refused:
        capped(shop, "{include: [vip]}", CAP.replace("order", "email_received"))
    assert len(refused.value.problems) == 1
    assert str(refused.value).startswith("franca.yaml:")
    assert "there is no event 'email_received'" in str(refused.value)
