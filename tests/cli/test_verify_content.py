"""`franca verify-content`: what the ESPs render themselves, against what a template means."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def applied(franca, connected):
    """The starter project, applied and synced everywhere."""
    assert franca("apply", "--project", str(connected), "--yes").code == 0
    synced = franca("sync", "--project", str(connected), "--as-of", "2026-03-01")
    assert synced.code == 0, synced.err
    return connected


def verify(franca, shop, *more):
    return franca("verify-content", "--project", str(shop), "--as-of", "2026-03-01", *more)


def test_two_esps_render_what_the_template_means_and_one_cannot_be_asked(franca, applied) -> None:
    """By their own calls, for people whom they hold; who they are is not told."""
    ended = verify(franca, applied)
    lines = ended.out.splitlines()
    assert ended.code == 0, ended.out
    assert sum(line.startswith("klaviyo: welcome: profile ") and line.endswith(": the same") for line in lines) == 3
    assert sum(line.startswith("brevo: welcome: profile ") and line.endswith(": the same") for line in lines) == 3
    assert "mailchimp: not compared: Mailchimp has no call that renders a template" in lines
    assert "@" not in ended.out


def test_a_rendering_that_is_another_is_an_error(franca, applied, monkeypatch) -> None:
    """The difference is shown line by line, and links that the ESP fills in are none."""
    import franca_klaviyo.sandbox.templates as engine

    original = engine.render_context
    monkeypatch.setattr(engine, "render_context", lambda *given: original(*given).replace("See what is new", "See what is old"))
    ended = verify(franca, applied, "-d", "klaviyo")
    assert ended.code == 1
    assert "klaviyo: welcome: profile " in ended.out
    assert "DIFFERENT in " in ended.out
    assert "+See what is old (https://shop.example/new)" in ended.out
    assert "+Unsubscribe" not in ended.out
    assert "renderings differ" in ended.err


@pytest.mark.slow
def test_a_field_that_sync_has_not_written_again_is_a_difference(franca, applied) -> None:
    """It was written for another day, on which nobody was a customer of the year."""
    assert (
        franca("sync", "--project", str(applied), "--as-of", "2028-03-01", "-d", "klaviyo", "--allow", "sync:field/content_in_vip").code
        == 0
    )
    ended = verify(franca, applied, "-d", "klaviyo")
    assert ended.code == 1
    assert "DIFFERENT in html" in ended.out


def test_what_is_not_there_is_not_compared(franca, connected) -> None:
    """Before apply, and when another version is there."""
    assert "klaviyo: welcome: not compared: it is not there yet; run franca apply" in verify(franca, connected).out
    assert franca("apply", "--project", str(connected), "--yes").code == 0
    template = connected / "content" / "welcome.html"
    template.write_text(template.read_text("utf-8").replace("New in", "New out"), "utf-8")
    assert "klaviyo: welcome: not compared: another one is there; see franca plan" in verify(franca, connected).out


def test_machines_read_json_and_mistakes_are_told(franca, applied) -> None:
    found = json.loads(verify(franca, applied, "welcome", "-d", "brevo", "-n", "1", "--format", "json").out)
    assert [sorted(each) for each in found] == [["destination", "different", "person", "template"]]
    assert 'did you mean "welcome"?' in verify(franca, applied, "welcom").err
