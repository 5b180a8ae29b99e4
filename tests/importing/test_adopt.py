"""`adopt: {mailchimp: true}`, from the file to the last word: a tag that people made is filled, and left to them when the segment goes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import AS_OF
from franca_mailchimp.sandbox.records import Account
from importing.test_import import HAND, MAILCHIMP, at_mailchimp, call, imported, planned

GERMANS = "  germans: {name: Germans, where: {attribute: country, is: DE}, adopt: {mailchimp: true}}\n"
AT = ("-d", "mailchimp")


@pytest.fixture
def adopting(connected: Path, esps: Any) -> Path:
    """Return a project of one segment, whose tag is there with somebody whom people put in."""
    at_mailchimp(esps["mailchimp"].url, "Germans", static_segment=["ben@shop.test"])
    (connected / "content" / "welcome.html").unlink()
    write(connected, GERMANS)
    return connected


def write(folder: Path, segments: str) -> None:
    """Let the project have these segments alone."""
    (folder / "segments" / "loyalty.yaml").write_text("segments:\n" + segments, encoding="utf-8")


def inside(esps: Any) -> set[str]:
    """Return who has the tag, as Mailchimp says."""
    url = f"{esps['mailchimp'].url}/3.0/lists/{Account().audiences[0].id}/segments"
    (tag,) = [each for each in call(url, MAILCHIMP)["segments"] if each["name"].startswith("Germans")]
    assert tag["name"] == "Germans"
    return {each["email_address"] for each in call(f"{url}/{tag['id']}/members", MAILCHIMP)["members"]}


@HAND
def test_a_tag_is_adopted_filled_and_left(franca, adopting, esps) -> None:
    """Every verb says what it does with it; nobody of others leaves it, and no plan deletes it."""
    explained = franca("explain", "germans", "-p", adopting).out
    assert "mailchimp: kept as a tag, refreshed by sync (adopts the tag 'Germans' if it is there, which may hold more" in explained
    plan = franca("plan", "-p", adopting, *AT)
    assert (plan.code, "1 to adopt" in plan.out, "= tag/germans  'Germans': it is there already" in plan.out) == (0, True, True)
    (change,) = json.loads(franca("plan", "-p", adopting, *AT, "--format", "json").out)["plans"][0]["changes"]
    assert (change["action"], change["address"], change["before"], change["after"]) == ("adopt", "tag/germans", None, None)
    assert "| adopt | tag/germans | Germans |" in franca("plan", "-p", adopting, *AT, "--format", "markdown").out
    assert "1 of 1 changes made" in franca("apply", "-p", adopting, *AT, "--yes").out
    assert planned(franca, adopting, "mailchimp") == []
    synced = franca("sync", "-p", adopting, *AT, "--as-of", AS_OF.isoformat())
    assert "tag/germans: 1 wanted; 1 added, 1 staying that others put in" in synced.out, synced.err
    assert inside(esps) == {"anna@shop.test", "ben@shop.test"}
    told = franca("reconcile", "-p", adopting, "mailchimp", "--as-of", AS_OF.isoformat()).out
    assert "there alone: 1 are not ours: it is adopted, and whom others put in stays" in told
    write(adopting, "  nobody: {name: Nobody, where: {not: {everyone: true}}, realise: {mailchimp: skip}}\n")
    gone = franca("plan", "-p", adopting, *AT)
    assert "1 to forget" in gone.out
    assert "unsafe" not in gone.out
    assert franca("apply", "-p", adopting, *AT, "--yes").code == 0
    assert inside(esps) == {"anna@shop.test", "ben@shop.test"}
    assert planned(franca, adopting, "mailchimp") == []


@HAND
def test_an_import_leaves_it_to_the_segment(franca, adopting, esps) -> None:
    """Before the apply and after it: the project names the tag already. Another of that kind is imported."""
    at_mailchimp(esps["mailchimp"].url, "Others", static_segment=[])
    before = imported(franca, adopting, "mailchimp", "--dry-run")
    assert franca("apply", "-p", adopting, *AT, "--yes").code == 0
    after = imported(franca, adopting, "mailchimp", "--dry-run")
    assert [[each["name"] for each in found["segments"]] for found in (before, after)] == [["Others"], ["Others"]]


@HAND
def test_no_campaign_is_sent_to_it(franca, adopting, esps) -> None:
    """It may hold people who are not in the segment: the refusal says where, and what to do."""
    (adopting / "content" / "hello.html").write_text(
        '---\nname: Hello\nsubject: Hello\n---\n<p>Hello {{ company_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></p>\n',
        encoding="utf-8",
    )
    (adopting / "campaigns").mkdir(exist_ok=True)
    campaign = "{name: Hello, template: hello, audience: {include: [germans]}, send_from: shop@shop.test, destinations: [mailchimp]}"
    (adopting / "campaigns" / "hello.yaml").write_text(campaign, encoding="utf-8")
    ended = franca("plan", "-p", adopting, *AT)
    told = (
        "campaigns/hello.yaml:1:1: campaign 'hello' at mailchimp: the segment 'germans' adopts what people made, which may hold people who"
    )
    assert (ended.code, told in ended.err) == (1, True), ended.err
    write(adopting, GERMANS + "  all_germans: {name: All, where: {segment: germans}}\n")
    (adopting / "campaigns" / "hello.yaml").write_text(campaign.replace("germans", "all_germans"), encoding="utf-8")
    mended = franca("plan", "-p", adopting, *AT)
    assert mended.code == 0, mended.err


@HAND
def test_nothing_happens_to_it_behind_the_back_of_the_user(franca, adopting, esps) -> None:
    """A field by `validate`; and without the wish the plan shows that the tag becomes ours, name and all."""
    write(adopting, GERMANS.replace("adopt:", "realise: {mailchimp: marker}, adopt:"))
    refused = franca("validate", "-p", adopting)
    assert (refused.code, "segments/loyalty.yaml:2:12: segment 'germans' adopts at mailchimp, and realise says marker" in refused.err) == (
        1,
        True,
    )
    write(adopting, GERMANS)
    franca("apply", "-p", adopting, *AT, "--yes")
    write(adopting, GERMANS.replace("adopt: {mailchimp: true}", "realise: {mailchimp: members}"))
    assert 'name: "Germans" → "Germans [franca:germans]"' in franca("plan", "-p", adopting, *AT).out
