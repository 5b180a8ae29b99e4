"""Every verb takes a project with a segment that people made at an ESP: told where it matters, in nobody's way elsewhere."""

from __future__ import annotations

import pytest

from importing.test_import import listed_at_klaviyo, planned

NATIVE = """
segments:
  handmade: {name: By hand, where: {native: {klaviyo: {list: By hand}}}}
"""


@pytest.fixture
def mixed(connected):
    """Return the starter project with a native segment."""
    (connected / "segments" / "native.yaml").write_text(NATIVE)
    return connected


def test_verbs_that_evaluate_leave_it_out_and_say_so(franca, mixed) -> None:
    """Evaluating, previewing and syncing tell of the other segments, and that this one is known to its ESP alone."""
    told = "segment 'handmade' is not evaluated: an ESP alone knows who is in it"
    ended = franca("evaluate", "--project", mixed, "--as-of", "2026-03-01", "--out", mixed / "members.parquet")
    assert (ended.code, told in ended.err) == (0, True)
    shown = franca("preview", "--project", mixed, "--as-of", "2026-03-01", "--format", "json")
    assert (shown.code, "handmade" in shown.out) == (0, False)
    asked = franca("preview", "handmade", "--project", mixed)
    assert (asked.code, "an ESP alone knows" in asked.err) == (1, True)
    assert franca("apply", "--project", mixed, "--yes", "-d", "mailchimp").code == 0
    assert franca("sync", "--project", mixed, "-d", "mailchimp", "--as-of", "2026-03-01").code == 0


def test_verbs_that_describe_it_name_it(franca, mixed) -> None:
    """It is explained, refused elsewhere, and its object must be there."""
    explained = franca("explain", "handmade", "--project", mixed)
    assert "the list “By hand” of klaviyo" in explained.out
    assert "klaviyo: native (not portable: the list 'By hand' there, as people made it)" in explained.out
    assert "mailchimp: not portable: made at klaviyo" in explained.out
    assert franca("validate", "--project", mixed).code == 0
    missing = franca("plan", "--project", mixed, "-d", "klaviyo")
    assert (missing.code, "segment 'handmade' is the list 'By hand' there, and nothing is called so" in missing.err) == (1, True)
    plan = franca("plan", "--project", mixed, "-d", "mailchimp", "--format", "json")
    assert (plan.code, "not-portable" in plan.out) == (0, True)


def test_other_formats_refuse_it(franca, mixed) -> None:
    """A query builder has no word for it."""
    ended = franca("export-querybuilder", "handmade", "--project", mixed)
    assert (ended.code, ended.out) == (1, "")
    assert "native" in ended.err


@pytest.mark.foreign_traffic("a list made by hand")
def test_a_campaign_may_be_sent_to_it_where_it_is(franca, mixed, esps) -> None:
    """A draft names the hand-made list as its audience."""
    listed_at_klaviyo(esps["klaviyo"].url, "By hand")
    campaign = "{name: Hello, template: welcome, audience: {include: [handmade]}, send_from: shop@shop.test, destinations: [klaviyo]}"
    (mixed / "campaigns").mkdir(exist_ok=True)
    (mixed / "campaigns" / "hello.yaml").write_text(campaign)
    ended = franca("apply", "--project", mixed, "--yes", "-d", "klaviyo")
    assert ended.code == 0, ended.err
    assert planned(franca, mixed, "klaviyo") == []
