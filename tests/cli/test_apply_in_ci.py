"""apply in CI: caps of the ESP, several destinations, saved plans, environments' accounts."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from franca.adapter import Rate, ResourceKind
from franca.sandbox import Fault
from franca_klaviyo import resources
from franca_klaviyo.client import Tier
from franca_klaviyo.rates import RATES
from franca_klaviyo.sandbox import limits

MANY = 101


def segments(number: int) -> str:
    lines = [f"  s{each}: {{name: S{each}, where: {{attribute: country, is: C{each}}}}}" for each in range(number)]
    return "\n".join(["segments:", *lines, ""])


def only_many(folder, number: int) -> None:
    for path in (folder / "segments").glob("*.y*ml"):
        path.unlink()
    for below in ("content", "campaigns", "copy"):
        for path in (folder / below).rglob("*.*"):
            path.unlink()
    (folder / "segments" / "many.yaml").write_text(segments(number), encoding="utf-8")


@pytest.mark.slow
def test_a_hundred_segments_a_day_and_the_rest_on_the_next(franca, connected, esps, tmp_path):
    """Klaviyo takes a hundred: exit code 4 with the time to go on; before that, still 4; a day later the rest is made."""
    only_many(connected, MANY)
    arguments = ("apply", "-p", connected, "-d", "klaviyo", "--yes")
    planned = franca("plan", "-p", connected, "-d", "klaviyo").out
    assert "202 calls: 7 minutes at the rate limit, then as long as Klaviyo processes 101 segments, five at a time" in planned
    assert "101 of 100 a day (create segment)" in planned
    stopped = franca(*arguments)
    assert stopped.code == 4
    assert "100 of 101 changes made" in stopped.out
    assert re.search(r"go on at \d{4}-\d\d-\d\d \d\d:\d\d UTC with the same command", stopped.out)
    ((hours, minutes),) = re.findall(r"try again in (\d+) hours and (\d+) minutes", stopped.err)
    wait = 3600 * int(hours) + 60 * int(minutes)
    assert 3600 < wait <= 86_400
    early = franca(*arguments)
    assert early.code == 4
    assert "0 of 1 changes made" in early.out
    esps["klaviyo"].host.clock.advance(wait)
    assert franca(*arguments).code == 0
    assert franca("plan", "-p", connected, "-d", "klaviyo", "--exit-code").code == 0


def test_a_second_run_on_the_same_day_knows_what_the_first_has_used(franca, connected, esps, monkeypatch):
    """Of three a day, two were made this morning: the plan says that one is left, and apply makes it and ends; next day the rest."""
    few = Tier(1, 15, 3)
    monkeypatch.setitem(limits.TIERS, "create_segment", limits.Tier(burst=1, steady=15, daily=3))
    making = resources.CREATE[ResourceKind.SEGMENT]
    monkeypatch.setitem(resources.CREATE, ResourceKind.SEGMENT, replace(making, tier=few))
    monkeypatch.setitem(RATES, "create segment", Rate(tuple((window.limit, window.seconds) for window in few.windows(""))))
    arguments, clock = ("apply", "-p", connected, "-d", "klaviyo", "--yes"), esps["klaviyo"].host.clock
    only_many(connected, 2)
    assert franca(*arguments).code == 0
    clock.advance(4 * 3_600)
    only_many(connected, 4)
    planned = franca("plan", "-p", connected, "-d", "klaviyo")
    assert "2 of 3 a day (create segment), of which we used 2 within the last day: 1 now, 1 later" in planned.out
    assert "at least 1 change now, then apply ends and says when to go on" in planned.out
    assert "allows 3 a day (create segment, 2 used within the last one)" in planned.err + planned.out
    stopped = franca(*arguments)
    assert (stopped.code, "1 of 2 changes made" in stopped.out) == (4, True)
    assert "try again in 20 hours" in stopped.err
    again = franca("plan", "-p", connected, "-d", "klaviyo").out
    assert "1 of 3 a day (create segment), of which we used 3 within the last day: 0 now, 1 later" in again
    assert "at least 0 changes now" in again
    clock.advance(20 * 3_600)
    assert franca(*arguments).code == 0
    assert franca("plan", "-p", connected, "-d", "klaviyo", "--exit-code").code == 0


ONCE = {"klaviyo": 1, "mailchimp": 0, "brevo": 0}
"""Writes that come once for a project: Klaviyo's tag."""


@pytest.mark.parametrize("esp", sorted(ONCE))
def test_a_plan_counts_the_calls_that_apply_makes(franca, connected, esps, esp):
    """Making everything, and making it all again elsewhere: writes are as many as the plan said, and what comes once is known."""

    def spent() -> tuple[int, int]:
        (plan,) = json.loads(franca("plan", "-p", connected, "-d", esp, "-f", "json").out)["plans"]
        before = len(esps[esp].host.exchanges)
        esps[esp].host.clock.advance(3_600)  # a new command does not know what the one before has used of a window
        assert franca("apply", "-p", connected, "-d", esp, "--yes", "--allow", f"changes:{esp}").code == 0
        writes = [each for each in esps[esp].host.exchanges[before:] if each.call.method != "GET"]
        assert plan["budget"]["uncounted"] == 0
        return plan["budget"]["calls"], len(writes)

    counted, made = spent()
    assert made == counted + ONCE[esp] > 3
    path = connected / "segments" / "loyalty.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("    name: ", "    name: The "), encoding="utf-8")
    counted, made = spent()
    assert 0 < made <= counted


def test_reading_counts_in_the_hour_that_writing_has(franca, connected, esps):
    """Brevo's templates and campaigns share a hundred calls an hour, read or written: the plan counts both, and the next one knows them."""

    def share() -> dict[str, object]:
        (plan,) = json.loads(franca("plan", "-p", connected, "-d", "brevo", "-f", "json").out)["plans"]
        return next((cap for cap in plan["budget"]["caps"] if cap["what"] == "all else"), {})

    planned, host = share(), esps["brevo"].host
    begun = len(host.exchanges)
    assert franca("apply", "-p", connected, "-d", "brevo", "--yes").code == 0
    made = [each for each in host.exchanges[begun:] if not each.call.path.startswith("/v3/contacts")]
    assert planned["calls"] == len(made) > len([each for each in made if each.call.method != "GET"]) > 0
    page = connected / "content" / "welcome.html"
    page.write_text(page.read_text(encoding="utf-8").replace("subject: ", "subject: The "), encoding="utf-8")
    assert share()["used"] == len(made) - 3  # the account, and a page of each that were read for the plan, which writes nothing
    host.clock.advance(3_660)
    assert share()["used"] == 0


def test_a_cap_that_the_esp_tells_ends_the_apply_with_the_time_to_go_on(franca, connected, esps):
    """A 429 that asks for hours at the second segment: exit code 4; the same command goes on when it is over."""
    esps["klaviyo"].host.faults.add(Fault(status=429, headers={"Retry-After": "7200"}, match="^POST /api/segments$", after=1))
    ended = franca("apply", "-p", connected, "-d", "klaviyo", "--yes")
    assert ended.code == 4
    assert "try again in 120 minutes" in ended.err
    assert re.search(r"go on at \S+ \S+ UTC with the same command", ended.out)
    assert "failed: create segment/" in ended.out
    assert "not begun: " in ended.out
    assert franca("apply", "-p", connected, "-d", "klaviyo", "--yes").code == 0


def test_one_destination_that_fails_leaves_the_others_alone(franca, connected, esps):
    """Brevo refuses: Klaviyo and Mailchimp are applied all the same, the exit code is 4, and afterwards Brevo alone has something to do."""
    esps["brevo"].host.faults.add(Fault(status=400, match="^POST", times=None))
    ended = franca("apply", "-p", connected, "--yes")
    assert ended.code == 4
    assert "Brevo" in ended.err
    esps["brevo"].host.faults.clear()
    codes = {name: franca("plan", "-p", connected, "-d", name, "--exit-code").code for name in esps}
    assert codes == {"klaviyo": 0, "mailchimp": 0, "brevo": 2}


def test_a_sync_that_fails_at_one_destination_goes_on_at_the_others(franca, connected, esps):
    """Brevo refuses to take members: exit code 4, and Klaviyo and Mailchimp hold theirs; the next sync writes at Brevo alone."""
    assert franca("apply", "-p", connected, "--yes").code == 0
    esps["brevo"].host.faults.add(Fault(status=400, match="^POST .*contacts/(add|import)|^POST .*/contacts/lists/.*/add", times=None))
    ended = franca("sync", "-p", connected, "--as-of", "2026-03-01")
    assert ended.code == 4
    assert "mailchimp: " in ended.out
    assert "Brevo" in ended.err
    esps["brevo"].host.faults.clear()
    assert franca("sync", "-p", connected, "--as-of", "2026-03-01").code == 0


def test_nothing_is_written_anywhere_while_one_destination_is_unsafe(franca, connected, esps):
    """A delete at the last destination without its word: exit code 3 before the first write at any."""
    for name in ("mailchimp", "brevo"):
        assert franca("apply", "-p", connected, "--yes", "-d", name).code == 0
    path = connected / "segments" / "loyalty.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("  never_ordered")], encoding="utf-8")
    ended = franca("apply", "-p", connected, "--yes")
    assert ended.code == 3
    assert "mailchimp, brevo: refused as unsafe" in ended.err
    assert "--allow delete:tag/never_ordered --allow delete:list/never_ordered" in ended.err
    assert not [each for each in esps["klaviyo"].host.exchanges if each.call.method != "GET"]


def test_a_saved_plan_is_for_the_destinations_that_it_holds(franca, connected, tmp_path):
    """A destination that is asked for and is not in the file is refused: it would be applied without having been read by anybody."""
    saved = tmp_path / "plan.json"
    assert franca("plan", "-p", connected, "-d", "brevo", "--out", saved).code == 0
    ended = franca("apply", saved, "-p", connected, "--yes", "-d", "brevo", "-d", "klaviyo")
    assert ended.code == 1
    assert "the file holds no plan for klaviyo" in ended.err


def test_several_saved_plans_are_applied_only_while_all_of_them_are_up_to_date(franca, connected, esps, tmp_path):
    """One destination changed since: nothing is written at the other one either."""
    assert franca("apply", "-p", connected, "--yes", "-d", "brevo").code == 0
    path = connected / "segments" / "loyalty.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("name: VIP", "name: Gold"), encoding="utf-8")
    saved = tmp_path / "plan.json"
    assert franca("plan", "-p", connected, "-d", "klaviyo", "-d", "brevo", "--out", saved).code == 0
    assert franca("apply", "-p", connected, "--yes", "-d", "brevo").code == 0
    ended = franca("apply", saved, "-p", connected, "--yes")
    assert ended.code == 1
    assert "brevo: the plan is out of date" in ended.err
    assert not [each for each in esps["klaviyo"].host.exchanges if each.call.method != "GET"]


def test_a_state_at_a_url_serves_every_verb(franca, connected):
    """plan, apply and sync with the state in an object store: nothing of it is written into the project, and nothing is left to do."""
    from fsspec.implementations.memory import MemoryFileSystem

    with (connected / "franca.yaml").open("a", encoding="utf-8") as file:
        file.write("state: memory://bucket/acme\n")
    try:
        assert franca("apply", "-p", connected, "--yes").code == 0
        assert franca("sync", "-p", connected, "--as-of", "2026-03-01").code == 0
        assert franca("plan", "-p", connected, "--exit-code").code == 0
        kept = {path.rpartition("/")[2] for path in MemoryFileSystem.store}
        assert {"klaviyo.json", "mailchimp.json", "brevo.json", "brevo.ledger.json"} <= kept
        assert not (connected / ".franca").exists()
        assert not any("canary" in str(file.getvalue()) for file in MemoryFileSystem.store.values())
        assert not any(b"@shop.test" in file.getvalue() for file in MemoryFileSystem.store.values())
    finally:
        MemoryFileSystem.store.clear()
