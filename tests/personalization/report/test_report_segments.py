"""How segments do: against each other, over campaigns, and which of them are the same people."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from franca.adapter import Results
from franca.definitions import Project
from franca.errors import FrancaError
from franca_personalization.report.history import Kept, Sums, history, keep
from franca_personalization.report.records import Counts, Level, Report, SegmentRow
from franca_personalization.report.render import render_report
from franca_personalization.report.run import sums
from personalization.report.report_kit import loaded, make_shop, report, three

EVEN = {"spring.vip": three(24_000, 480, 490, 485), "spring.newcomers": three(24_000, 490, 480, 485)}
UNEVEN = {"spring.vip": three(24_000, 700, 710, 690), "spring.newcomers": three(24_000, 300, 310, 305)}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_shop(tmp_path)


def rows(found: Report) -> dict[str, SegmentRow]:
    return {row.key: row for row in found.destinations[0].segments}


def past(project: Project, campaign: str, sent_at: str, **clicked: int) -> None:
    """Keep an earlier campaign, 70,000 delivered in each segment."""
    segments = {key: Counts(sent=70_000, delivered=70_000, clicked=people) for key, people in clicked.items()}
    keep(project, Kept(campaign=campaign, brief="spring", destinations={"mailchimp": Sums(sent_at=sent_at, segments=segments)}))


def test_a_segment_below_the_others_is_named_with_a_suggestion(project: Project, esps) -> None:
    """Its interval is below, after Holm's procedure; the better one is above and needs no suggestion."""
    esps(mailchimp=UNEVEN)
    found = report(project, "mailchimp")
    assert {key: row.level for key, row in rows(found).items()} == {"vip": Level.ABOVE, "newcomers": Level.BELOW}
    newcomers = rows(found)["newcomers"]
    assert newcomers.against is not None
    assert newcomers.against.high is not None
    assert newcomers.against.high < 0
    assert "Suggestion: newcomers does worse than the others (1.28% against 2.95%): write copy for it alone" in render_report(found)
    assert rows(found)["vip"].suggestion == ""


def test_segments_that_differ_by_chance_are_left_alone(project: Project, esps) -> None:
    """No level, no suggestion."""
    esps(mailchimp=EVEN)
    found = report(project, "mailchimp")
    assert {row.level for row in rows(found).values()} == {Level.OPEN}
    assert "Suggestion" not in render_report(found)


def test_sums_are_of_all_arms(project: Project, esps) -> None:
    """And rates are of those delivered."""
    esps(mailchimp=UNEVEN)
    row = rows(report(project, "mailchimp"))["vip"]
    assert (row.counts.sent, row.counts.delivered, row.counts.clicked) == (72_000, 71_280, 2100)
    assert row.rate is not None
    assert row.rate.estimate == row.rates.clicked == 2100 / 71_280


# -- trends


def test_a_trend_is_over_earlier_campaigns_in_the_order_of_sending(project: Project, esps) -> None:
    """Later ones and this one take no part, whatever their file is called; the change is against all earlier ones together."""
    past(project, "zebra", "2025-12-01T09:00:00Z", vip=2800)
    past(project, "april", "2026-01-15T09:00:00Z", vip=2100)
    past(project, "later", "2026-06-01T09:00:00Z", vip=70)
    past(project, "spring", "2025-01-01T09:00:00Z", vip=70)
    esps(mailchimp=EVEN)
    found = report(project, "mailchimp")
    trend = rows(found)["vip"].trend
    assert trend is not None
    assert [point.campaign for point in trend.points] == ["zebra", "april", "spring"]
    assert [point.rate for point in trend.points[:2]] == [0.04, 0.03]
    assert trend.level is Level.BELOW
    assert trend.change.estimate == pytest.approx(1455 / 71_280 - 0.035)
    assert rows(found)["newcomers"].trend is None
    assert "vip does worse than in earlier campaigns" in render_report(found)
    assert "4.00% → 3.00%" in render_report(found)


def test_other_destinations_take_no_part_in_a_trend(project: Project, esps) -> None:
    """Another ESP reaches other people."""
    past(project, "winter", "2025-12-01T09:00:00Z", vip=2800)
    esps(klaviyo=EVEN)
    assert rows(report(project, "klaviyo"))["vip"].trend is None


def test_what_is_kept_of_a_report_makes_the_next_trend(project: Project, esps) -> None:
    """Sums by segment and nothing else; a destination that was not asked this time stays."""
    esps(mailchimp=EVEN, klaviyo=EVEN)
    told = sums(report(project))
    assert told is not None
    path = keep(project, told)
    assert path.relative_to(project.root).as_posix() == ".franca/reports/spring.json"
    esps(mailchimp=UNEVEN)
    again = sums(report(project, "mailchimp"))
    assert again is not None
    keep(project, again)
    (kept,) = history(project)
    assert {name: each.segments["vip"].clicked for name, each in kept.destinations.items()} == {"mailchimp": 2100, "klaviyo": 1455}
    document = json.loads(path.read_text(encoding="utf-8"))
    assert set(document) == {"version", "campaign", "brief", "destinations"}
    assert set(document["destinations"]["mailchimp"]) == {"sent_at", "segments"}


def test_nothing_is_kept_of_what_was_not_sent(project: Project, esps) -> None:
    """No file appears."""
    esps()
    assert sums(report(project, "mailchimp")) is None


def test_only_what_can_be_judged_is_kept(project: Project, esps) -> None:
    """Blended, unclear and contradictory counts would be earlier campaigns to the next trend; of nothing else, no file appears."""
    fewer, odd = three(24_000, 480, 600, keys=("control", "a")), three(100, 5, 200, 7)
    for wrong in (replace(EVEN["spring.vip"], blended="mixed with the winner's"), fewer, odd):
        esps(mailchimp={**EVEN, "spring.vip": wrong})
        told = sums(report(project, "mailchimp"))
        assert told is not None
        assert list(told.destinations["mailchimp"].segments) == ["newcomers"]
        esps(mailchimp=dict.fromkeys(EVEN, wrong))
        assert sums(report(project, "mailchimp")) is None


def test_a_kept_file_that_is_something_else_is_refused(project: Project, esps) -> None:
    """With what to do: only trends need it."""
    past(project, "winter", "2025-12-01T09:00:00Z", vip=2800)
    path = project.root / ".franca" / "reports" / "winter.json"
    path.write_text('{"version": 2}', encoding="utf-8")
    esps(mailchimp=EVEN)
    with pytest.raises(FrancaError, match=r"winter\.json is not a kept report: .*; delete it: only trends need it"):
        report(project, "mailchimp")


def test_false_trends_and_levels_are_rare(project: Project, esps) -> None:
    """Of 40 reports of equal segments over equal campaigns, few flag anything: 5 % for each of the two questions."""
    draw, flagged = random.Random(3), 0
    for _ in range(40):
        past(project, "winter", "2025-12-01T09:00:00Z", vip=_clicks(draw, 70_000), newcomers=_clicks(draw, 70_000))
        told: Mapping[str, Results] = {key: three(2000, *(_clicks(draw, 1980) for _ in range(3))) for key in EVEN}
        esps(mailchimp=told)
        found = rows(report(project, "mailchimp")).values()
        flagged += any(row.level is not Level.OPEN or (row.trend and row.trend.level is not Level.OPEN) for row in found)
    assert flagged <= 40 * 0.1 + 3 * (40 * 0.1 * 0.9) ** 0.5


def _clicks(draw: random.Random, people: int) -> int:
    """Return how many of *people* clicked, at a rate of 3 %."""
    return (
        sum(draw.random() < 0.03 for _ in range(people))
        if people < 5000
        else round(draw.gauss(0.03 * people, (0.03 * 0.97 * people) ** 0.5))
    )


# -- the same people


def test_segments_of_the_same_people_are_named(tmp_path: Path, esps) -> None:
    """With their share by the evaluator; only when the data are asked for."""
    project = make_shop(tmp_path, people=60)
    path = tmp_path / "segments" / "all.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("gte: 10}", "gte: 100}"), encoding="utf-8")
    esps(mailchimp=EVEN)
    same = report(loaded(tmp_path), "mailchimp", with_data=True)
    assert same.duplicates is not None
    (found,) = same.duplicates
    assert (found.first, found.second, found.share) == ("vip", "newcomers", 1.0)
    assert "vip and newcomers share 100% of their people: merge them" in render_report(same)
    other = report(project, "mailchimp", with_data=True)
    assert other.duplicates == (), "30 of 54 people are in both: below policies.maximum_overlap"
    assert report(project, "mailchimp").duplicates is None
