"""Tests that an ESP cannot run itself: the audience is split by a hash, one campaign for each arm."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from franca.adapter import Site, adapter, why_not, with_splits
from franca.adapter import Testing as Ability
from franca.audience import evaluate
from franca.definitions import Approval, Copy, Metric, Part, Project, Wording
from franca.demo.run import write_project
from franca.demo.store import AS_OF, make_store
from franca.errors import ProblemsError
from franca.language import check, load
from franca.language.copies import copy_digest, dump_copy
from franca.plan import desire

NOTHING = Ability(parts=frozenset(), arms=1, counts=frozenset(Metric), metrics=frozenset(), shares=(Decimal(1), Decimal(1)), source="")
SUBJECTS = replace(
    NOTHING, parts=frozenset({Part.SUBJECT}), arms=2, metrics=frozenset({Metric.CLICKS}), shares=(Decimal("0.1"), Decimal("0.9"))
)
ARMS = ("control", "a", "b")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    write_project(folder, make_store(1000))
    return folder


def put(
    folder: Path, *, arms: tuple[str, ...] = ARMS, segments: tuple[str, ...] = ("vip", "newcomers"), approve: bool = True, **lines: str
) -> None:
    """Write a campaign of two segments, and its copy."""
    for segment in segments:
        wordings = tuple(Wording(key=arm, texts={"subject": f"Subject {arm}"}) for arm in arms)
        copy = Copy(brief="spring", segment=segment, language="en", wordings=wordings)
        if approve:
            copy = replace(copy, approval=Approval(by="Ann", at="2026-03-01", digest=copy_digest(copy)))
        path = folder / "copy" / "spring" / f"{segment}.en.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dump_copy(copy), encoding="utf-8")
    told = {"template": "welcome", "send_from": "a@b.example", "variants": "spring", **lines}
    audience = "audience: {include: [vip, newcomers], exclusively: lifecycle}"
    text = "".join(f"{key}: {value}\n" for key, value in told.items())
    (folder / "campaigns" / "spring.yaml").write_text(f"{text}{audience}\n", encoding="utf-8")


def only(monkeypatch: pytest.MonkeyPatch, testing: Ability) -> None:
    """Let every ESP be able to do just this."""
    for name in ("klaviyo", "mailchimp", "brevo"):
        monkeypatch.setattr(type(adapter(name)), "testing_at", lambda *_: testing)


def split(folder: Path) -> Project:
    return with_splits(check(load(folder)))


def test_the_arms_are_disjoint_and_together_everybody(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Person by person, for each segment; their sizes differ by no more than chance allows (6 standard deviations)."""
    only(monkeypatch, NOTHING)
    put(shop)
    project = split(shop)
    with evaluate(project, as_of=AS_OF) as evaluation:
        for segment in ("vip", "newcomers"):
            arms = [set(evaluation.members(f"spring.{segment}.{arm}.audience")) for arm in ARMS]
            whole = set(evaluation.members(check(load(shop)).campaigns[f"spring.{segment}"].audience))
            assert set.union(*arms) == whole
            assert sum(map(len, arms)) == len(whole)
            assert all(abs(len(arm) - len(whole) / 3) < 6 * (len(whole) * 2 / 9) ** 0.5 for arm in arms)


def test_a_split_is_a_campaign_for_each_segment_and_arm(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its key says which; its audience exists only where it is needed."""
    only(monkeypatch, NOTHING)
    put(shop)
    monkeypatch.setattr(type(adapter("mailchimp")), "testing_at", lambda *_: replace(SUBJECTS, arms=3))
    project = split(shop)
    parts = {key: campaign for key, campaign in project.campaigns.items() if campaign.of == "spring"}
    assert sorted(parts) == sorted(
        f"spring.{segment}{arm}" for segment in ("vip", "newcomers") for arm in ("", *(f".{each}" for each in ARMS))
    )
    assert parts["spring.vip"].destinations == ("mailchimp",)
    assert parts["spring.vip.a"].destinations == ("klaviyo", "brevo")
    assert parts["spring.vip.a"].arm == "a"
    assert project.segments["spring.vip.a.audience"].realise == {"mailchimp": "skip"}


@pytest.mark.parametrize(
    ("testing", "arms", "experiment", "why"),
    [
        (SUBJECTS, ARMS[:2], "", ""),
        (SUBJECTS, ARMS, "", "tests at most 2 arms"),
        (replace(SUBJECTS, parts=frozenset({Part.HTML})), ARMS[:2], "", "cannot test the subject"),
        (SUBJECTS, ARMS[:2], "experiment: {share: 50%}", ""),
        (SUBJECTS, ARMS[:2], "experiment: {share: 95%}", "tests from 10% to 90% of an audience, or all of it"),
        (SUBJECTS, ARMS[:2], "experiment: {share: 50%, metric: orders}", "cannot choose a winner by orders"),
        (SUBJECTS, ARMS[:1], "", ""),
    ],
)
def test_why_an_esp_cannot_run_a_test_itself(shop: Path, testing: Ability, arms: tuple[str, ...], experiment: str, why: str) -> None:
    """Number of arms, what differs, the share that takes part, what the winner is chosen by."""
    put(shop, arms=arms)
    with (shop / "campaigns" / "spring.yaml").open("a", encoding="utf-8") as file:
        file.write(experiment)
    project = check(load(shop))
    found = why_not(testing, "ESP", project.campaigns["spring.vip"], project)
    assert why in found
    assert bool(why) == bool(found)


def test_a_share_needs_the_esps_own_test(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Franca sends nothing, and so nobody would send the winner to the rest."""
    only(monkeypatch, NOTHING)
    put(shop, experiment="{share: 50%}")
    with pytest.raises(ProblemsError, match=r"spring\.yaml.*Franca's own split has no winner for the rest"):
        split(shop)


def test_unapproved_or_changed_copy_stops_a_plan(shop: Path) -> None:
    """A project is valid before anybody read its copy; planning it is refused, with file and line."""
    put(shop, approve=False)
    project = split(shop)
    site = Site(project=project, destination=project.destinations["brevo"])
    with pytest.raises(ProblemsError, match=r"copy/spring/vip\.en\.yaml:1:1: the copy of 'spring' for 'vip' \(en\) is not approved"):
        desire(site, adapter("brevo"))
    put(shop)
    path = shop / "copy" / "spring" / "vip.en.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Subject a", "Subject A!"), encoding="utf-8")
    project = split(shop)
    with pytest.raises(ProblemsError, match="was changed after Ann approved it"):
        desire(replace(site, project=project), adapter("brevo"))


def test_a_campaign_whose_copy_is_missing_is_refused(tmp_path: Path) -> None:
    """With the command that writes it."""
    write_project(tmp_path, make_store(1000))
    put(tmp_path, segments=("vip",))
    with pytest.raises(ProblemsError, match=r"there is no copy/spring/newcomers\.en\.yaml; `franca copy generate spring` writes it"):
        check(load(tmp_path))


def test_segments_that_overlap_are_not_given_one_email_each(tmp_path: Path) -> None:
    """Whoever is in two of them would get two."""
    write_project(tmp_path, make_store(1000))
    put(tmp_path)
    path = tmp_path / "campaigns" / "spring.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(", exclusively: lifecycle", ""), encoding="utf-8")
    with pytest.raises(ProblemsError, match="whoever is in two of its segments would get two emails"):
        check(load(tmp_path))
