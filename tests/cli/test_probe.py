"""`franca probe` against the sandboxes: each answer, what becomes of it, and that nothing and nobody is left behind."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from franca.adapter import Remote, ResourceKind
from franca.adapter.probing import PREFIX
from franca.adapter.reading import values_of
from franca.cli import account
from franca.cli.common import load_checked, sites
from franca.plan import Store
from franca.sandbox import Fault

PEOPLE = ("anna@shop.test", "emile@shop.test")
CONTACTS = [argument for email in PEOPLE for argument in ("--contact", email)]
NOW = "2026-03-10T09:00:00Z"
MEASURED = {
    "klaviyo": (
        *("hours-roll", "at-least-rolls", "between-rolls", "leap-days-in-february", "unset-is-no-date", "empty-text-is-a-value"),
        "zero-events-count-zero",
    ),
    "mailchimp": (
        *("not-matches-blank", "less-skips-blank", "zero-is-no-blank", "case-sensitive", "accents-distinct", "wildcards-literal"),
        "number-compares-numerically",
    ),
}
EACH = [(esp, f"{esp}.{name}") for esp, names in MEASURED.items() for name in names]
SEGMENTS = """
segments:
  germans: {name: Germans, realise: {klaviyo: skip, brevo: skip}, where: {attribute: country, is: DE}}
  buyers: {name: Buyers, realise: {mailchimp: skip, brevo: skip}, where: {event: order, count: {gte: 1}, last: 2 days}}
"""
LEANING = {"klaviyo": ("buyers", "klaviyo.hours-roll"), "mailchimp": ("germans", "mailchimp.case-sensitive")}


@pytest.fixture
def probed(connected: Path, esps) -> Path:
    """Return the starter project with a segment that leans on an assumption at each ESP; it is the day of the probes there."""
    for running in esps.values():
        running.host.clock.set(datetime.fromisoformat(NOW))
    (connected / "segments" / "leaning.yaml").write_text(SEGMENTS, encoding="utf-8")
    return connected


def answers(franca, folder: Path, esp: str) -> dict[str, dict]:
    """Probe an ESP; return the answers by assumption."""
    ended = franca("probe", esp, "-p", folder, "--as-of", NOW, "-f", "json", *CONTACTS)
    assert (ended.code, ended.err) == (0, "")
    return {each["assumption"]: each for each in json.loads(ended.out)["answers"]}


def opened(folder: Path, esp: str):
    (site,) = sites(load_checked(folder), [esp])
    return account.opened(site)


def left(folder: Path, esp: str) -> list[str]:
    """Return every probe object that the ESP has, and how many contacts have a value of Klaviyo's probe property."""
    with opened(folder, esp) as there:
        found = [str(each.key) for each in there.connection.read().remotes if (each.key or "").startswith(PREFIX)]
        name = f"franca_{PREFIX}date"
        field = Remote(kind=ResourceKind.FIELD, id=name, name=name)
        return found + ([name for _ in values_of(there.connection, field)] if esp == "klaviyo" else [])


def realisation(franca, folder: Path, esp: str, segment: str) -> dict:
    (plan,) = json.loads(franca("plan", "-p", folder, "-d", esp, "-f", "json").out)["plans"]
    return next(each for each in plan["decisions"] if each["segment"] == segment)


@pytest.mark.parametrize("esp", sorted(MEASURED))
def test_what_holds_is_measured_and_no_longer_leaned_on(franca, probed, esp):
    """As the sandboxes are declared, all that is measured holds; the rest has a reason; the next plan shows it, and nothing is left."""
    segment, assumption = LEANING[esp]
    found = answers(franca, probed, esp)
    assert {key for key, each in found.items() if each["holds"]} == {key for place, key in EACH if place == esp}
    assert all(each["holds"] is None and each["why"] for key, each in found.items() if (esp, key) not in EACH)
    decision = realisation(franca, probed, esp, segment)
    assert decision["realisation"] == "native"
    assert {each["id"]: each["measured"] for each in decision["assumptions"]}[assumption] == "2026-03-10"
    shown = franca("plan", "-p", probed, "-d", esp).out
    assert f"measured on 2026-03-10 to hold: {assumption}" in shown
    assert f"leans on {assumption}" not in shown
    assert left(probed, esp) == []


@pytest.mark.parametrize(("esp", "assumption"), EACH)
def test_what_does_not_hold_is_told_apart_from_all_else(franca, probed, esps, esp, assumption):
    """One assumption is flipped at the sandbox: that one does not hold, and every other answer stays."""
    esps[esp].host.emulator.assumptions[assumption] = False
    found = answers(franca, probed, esp)
    assert [key for key, each in found.items() if each["holds"] is False] == [assumption]
    assert sum(each["holds"] is True for each in found.values()) == len(MEASURED[esp]) - 1


@pytest.mark.parametrize("esp", sorted(MEASURED))
def test_a_segment_that_leans_on_what_does_not_hold_is_kept_by_sync(franca, probed, esps, esp):
    """Native before the probe, members after it, with the day; `explain` says the same, and an accept takes it all the same."""
    segment, assumption = LEANING[esp]
    assert realisation(franca, probed, esp, segment)["realisation"] == "native"
    esps[esp].host.emulator.assumptions[assumption] = False
    answers(franca, probed, esp)
    decision = realisation(franca, probed, esp, segment)
    assert decision["realisation"] == "members"
    name = assumption.removeprefix(f"{esp}.")
    (finding,) = [each for each in decision["findings"] if each["id"] == name]
    assert "measured on 2026-03-10: it does not hold in this account" in finding["what"]
    assert "measured on 2026-03-10" in franca("explain", segment, "-p", probed).out
    path = probed / "segments" / "leaning.yaml"
    text = path.read_text(encoding="utf-8").replace("brevo: skip}", f"brevo: skip}}, accept: {{{esp}: {{{name}: it is close enough}}}}")
    path.write_text(text, encoding="utf-8")
    accepted = realisation(franca, probed, esp, segment)
    assert (accepted["realisation"], accepted["why"]) == ("native", f"exact but for what is accepted: {name}")


@pytest.mark.parametrize("esp", sorted(MEASURED))
def test_answers_outlive_an_apply_and_name_nobody(franca, probed, esp):
    """The state of the destination keeps them with their day, and no email."""
    answers(franca, probed, esp)
    assert franca("apply", "-p", probed, "-d", esp, "--yes").code == 0
    text = (probed / ".franca" / f"{esp}.json").read_text(encoding="utf-8")
    kept = json.loads(text)["measured"]
    assert kept == {key: {"holds": True, "at": "2026-03-10"} for place, key in sorted(EACH) if place == esp}
    assert "shop.test" not in text
    assert Store.of(load_checked(probed), esp).load().measured.keys() == kept.keys()


class Killed(BaseException):
    """A process that ends: nothing catches it, and no call goes out after it."""


def killed_before(monkeypatch, number: int) -> list[str]:
    """End the next probe before its call of that number, and every call that a clean-up would make; return the calls as they are made."""
    calls: list[str] = []
    real = account.opened

    def seam(operation: str) -> None:
        calls.append(operation)
        if len(calls) >= number:
            raise Killed

    @contextmanager
    def struck(site, waiter=None):
        with real(site, waiter) as found:
            found.connection.policy.before_call = seam
            yield found

    monkeypatch.setattr(account, "opened", struck)
    return calls


def survives(franca, folder: Path, monkeypatch, esp: str, number: int) -> bool:
    """Kill a probe before a call, and run it again with other contacts; return whether it was killed."""
    with monkeypatch.context() as patch:
        killed_before(patch, number)
        try:
            answers(franca, folder, esp)
        except Killed:
            killed = True
        else:
            killed = False
    again = franca("probe", esp, "-p", folder, "--as-of", NOW, "--contact", "ben@shop.test", "--contact", PEOPLE[1])
    assert again.code == 0, again.err
    assert left(folder, esp) == []
    return killed


@pytest.mark.parametrize("number", [9, 20, 31])
@pytest.mark.parametrize("esp", sorted(MEASURED))
def test_a_killed_probe_is_cleaned_up_by_the_next_one(franca, probed, monkeypatch, esp, number):
    """Objects and values that a killed probe left are gone after the next, also when it is given other contacts."""
    assert survives(franca, probed, monkeypatch, esp, number)


@pytest.mark.slow
@pytest.mark.parametrize("esp", sorted(MEASURED))
def test_whatever_call_a_probe_is_killed_before_the_next_one_cleans_up(franca, probed, esps, monkeypatch, esp):
    """Each call of a probe in turn, each on a day of its own: Klaviyo counts what is made in a day."""
    number = 1
    while survives(franca, probed, monkeypatch, esp, number):
        esps[esp].host.clock.advance(86_400)
        number += 1
    assert number > 40


def test_an_interrupted_probe_tells_what_it_swept(franca, probed, monkeypatch):
    """The next run says how many objects had been left."""
    with monkeypatch.context() as patch:
        killed_before(patch, 12)
        with pytest.raises(Killed):
            answers(franca, probed, "mailchimp")
    assert "that an interrupted probe had left" in franca("probe", "mailchimp", "-p", probed, "--as-of", NOW, *CONTACTS).out


@pytest.mark.parametrize(("esp", "path"), [("klaviyo", "/api/segments"), ("mailchimp", "/3.0/lists/[^/]+/merge-fields")])
def test_an_object_whose_making_got_no_answer_is_deleted_too(franca, probed, esps, esp, path):
    """The ESP made it and the answer was lost: the probe ends with an error, without answers, and leaves nothing."""
    esps[esp].host.faults.add(Fault(match=f"POST {path}", kind="reset-after", times=1))
    ended = franca("probe", esp, "-p", probed, "--as-of", NOW, *CONTACTS)
    assert (ended.code, ended.out) == (1, ""), ended.err
    assert "run the command again" in ended.err
    assert left(probed, esp) == []
    assert not Store.of(load_checked(probed), esp).load().measured


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "0 probe contacts are named, and a probe takes 2 to 20"),
        (CONTACTS[:2], "1 probe contacts are named"),
        ((*CONTACTS[:2], "--contact", "Anna@shop.test"), "1 probe contacts are named"),
        ((*CONTACTS, "--contact", "canary@shop.test"), "1 of the 3 probe contacts are not there"),
        ((*CONTACTS, "--contact", "canary"), "that is not one email"),
    ],
)
def test_contacts_are_named_by_the_user_and_there_already(franca, probed, esps, arguments, message):
    """Without a handful that the ESP holds nothing is written; the message repeats no email."""
    ended = franca("probe", "mailchimp", "-p", probed, *arguments)
    assert (ended.code in {1, 4}, message in ended.err) == (True, True), ended.err
    assert "canary" not in ended.err
    assert {each.call.method for each in esps["mailchimp"].host.exchanges} <= {"GET"}


@pytest.mark.parametrize("way", ["stdin", "file"])
def test_emails_need_not_stand_in_the_command(franca, probed, monkeypatch, tmp_path, way):
    """One a line, from a file or standard input."""
    path = tmp_path / "people.txt"
    path.write_text("\n".join(PEOPLE), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(PEOPLE)))
    ended = franca("probe", "mailchimp", "-p", probed, "--as-of", NOW, "--file", "-" if way == "stdin" else path)
    assert "7 of 11 assumptions measured, all of them hold" in ended.out


@pytest.mark.parametrize("holds", [True, False])
def test_one_contact_without_events_is_enough(franca, probed, esps, holds):
    """Wherever its email stands in the order of the others, which have events."""
    esps["klaviyo"].host.emulator.assumptions["klaviyo.zero-events-count-zero"] = holds
    more = [argument for name in ("anna", "ben", "clara", "emile") for argument in ("--contact", f"{name}@shop.test")]
    ended = franca("probe", "klaviyo", "-p", probed, "--as-of", NOW, *more)
    assert f"klaviyo.zero-events-count-zero  {'holds' if holds else 'does not hold'}:" in ended.out


def test_contacts_that_all_have_events_tell_nothing_of_a_count_of_none(franca, probed):
    """That is said, with what to do; the other answers stand."""
    ended = franca("probe", "klaviyo", "-p", probed, "--as-of", NOW, "--contact", PEOPLE[0], "--contact", "ben@shop.test")
    assert "klaviyo.zero-events-count-zero  not measured: the contacts named cannot tell" in ended.out
    assert "6 of 10 assumptions measured, all of them hold" in ended.out


def test_brevo_tells_why_it_measures_nothing(franca, probed, esps):
    """Both of its assumptions have a reason, and nothing is written there."""
    ended = franca("probe", "brevo", "-p", probed, *CONTACTS, "-f", "markdown")
    assert ended.out.count("| not measured |") == 2
    assert {each.call.method for each in esps["brevo"].host.exchanges} == {"GET"}
