"""`franca report`, `franca experiment size` and `franca experiment allocate`: options, forms, exit codes, errors for people."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import typer

from franca.adapter import DestinationError
from franca.cli.main import main
from franca_personalization.experiments import Design, feasibility, size
from franca_personalization.report.verbs import experiment
from franca_personalization.report.verbs import report as report_verb
from personalization.report.report_kit import FakeConnection, arm, make_shop, results, three

BOTH = {"spring.vip": three(24_000, 480, 600, 500), "spring.newcomers": three(24_000, 300, 410, 330)}
AT = ("--as-of", "2026-03-05T09:00:00Z")


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def franca(monkeypatch, capsys) -> Callable[..., Outcome]:
    """Return a function that runs these verbs as a shell would."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command("report")(report_verb)
    app.add_typer(experiment, name="experiment")
    monkeypatch.setattr("franca.cli.main.app", app)

    def run(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["franca", *map(str, arguments)])
        capsys.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        shown = capsys.readouterr()
        return Outcome(int(str(code)), shown.out, shown.err)

    return run


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KEY", "canary-key")
    make_shop(tmp_path)
    return tmp_path


# -- report


def test_report_prints_its_forms_and_keeps_the_sums(franca, shop: Path, esps) -> None:
    """Text by default, JSON, Markdown; a page into a file. It ends with 0, whatever is concluded."""
    esps(mailchimp=BOTH, klaviyo=BOTH)
    text = franca("report", "spring", "-p", shop, *AT)
    assert text.code == 0
    assert text.out.startswith("spring: variants of the brief spring, as of 2026-03-05T09:00:00+00:00")
    assert (shop / ".franca" / "reports" / "spring.json").exists()
    assert json.loads(franca("report", "spring", "-p", shop, *AT, "-f", "json").out)["campaign"] == "spring"
    assert "| segment | arm |" in franca("report", "spring", "-p", shop, *AT, "-f", "markdown").out
    page = shop / "spring.html"
    assert franca("report", "spring", "-p", shop, *AT, "--html", page).out == f"wrote {page}\n"
    assert "<svg " in page.read_text(encoding="utf-8")


def test_report_can_keep_nothing(franca, shop: Path, esps) -> None:
    """With --no-keep no file is touched."""
    esps(mailchimp=BOTH)
    assert franca("report", "spring", "-p", shop, "-d", "mailchimp", *AT, "--no-keep").code == 0
    assert not (shop / ".franca").exists()


def test_exit_codes_are_stable(franca, shop: Path, esps) -> None:
    """0 a report, also of nothing sent; 1 nothing could be read; 4 some of it."""
    esps(mailchimp=FakeConnection({}, drafts=["spring.vip", "spring.newcomers"]))
    assert franca("report", "spring", "-p", shop, *AT).code == 0
    esps(mailchimp=BOTH, klaviyo=DestinationError("Klaviyo: no answer"))
    partly = franca("report", "spring", "-p", shop, *AT)
    assert (partly.code, partly.err) == (4, "klaviyo could not be read: Klaviyo: no answer\n")
    assert "a wins over control" in partly.out
    none = franca("report", "spring", "-p", shop, "-d", "klaviyo", *AT)
    assert (none.code, none.err) == (1, "Klaviyo: no answer\n")
    assert franca("report", "autumn", "-p", shop, *AT).code == 1


def test_a_missing_extra_is_said_before_anything_is_read(franca, shop: Path, esps, monkeypatch: pytest.MonkeyPatch) -> None:
    """No account is opened for a page that cannot be drawn."""
    accounts = esps(mailchimp=BOTH)
    monkeypatch.setitem(sys.modules, "altair", None)
    found = franca("report", "spring", "-p", shop, "--html", shop / "x.html")
    assert (found.code, found.err) == (1, 'plots need altair; pip install "franca[plots]"\n')
    assert accounts["mailchimp"].asked == []


def test_a_page_that_cannot_be_written_is_refused_before_anything_is_read(franca, shop: Path, esps) -> None:
    """In one line: its folder is missing, or it is a folder itself."""
    accounts = esps(mailchimp=BOTH)
    found = franca("report", "spring", "-p", shop, "--html", shop / "none" / "x.html")
    assert (found.code, found.err) == (1, f"--html: there is no folder {shop / 'none'}; make it, or name another file\n")
    found = franca("report", "spring", "-p", shop, "--html", shop)
    assert (found.code, found.err) == (1, f"--html: {shop} is a folder; name a file in it\n")
    assert accounts["mailchimp"].asked == []


def test_verbs_explain_themselves_by_example(franca) -> None:
    """Every help names a command that can be typed."""
    for verb in (("report",), ("experiment", "size"), ("experiment", "allocate")):
        assert "franca " + " ".join(verb) in " ".join(franca(*verb, "--help").out.split())


# -- size


def test_size_is_that_of_the_formula(franca) -> None:
    """The table of the reference: 2 %, +20 %, 80 %, 5 %: 21,109 per arm; three arms by Bonferroni 25,563."""
    assert "21,109 delivered emails per arm, 42,218 in all" in franca("experiment", "size").out
    three_arms = json.loads(franca("experiment", "size", "--arms", 3, "-f", "json").out)
    assert three_arms["together"] == {"control": 25_563, "variant": 25_563, "total": 76_689}


def test_looking_costs_recipients(franca) -> None:
    """A test that is looked at before its end needs more, and the sentence says for how many looks."""
    text = franca("experiment", "size", "--looks", 10).out
    assert "of tests may err over 10 looks" in text
    assert "21,109" not in text
    assert f"{size(Design(baseline=0.02, effect=0.2, looks=10)).control:,} delivered emails per arm" in text


def test_size_says_what_a_list_can_tell(franca) -> None:
    """For all together and for each segment: recipients, what is needed, the least lift; and whether to pool, or not to test."""
    lists = ("--list", "vip=12000", "--list", "newcomers=90000")
    found = json.loads(franca("experiment", "size", *lists, "-f", "json").out)
    expected = feasibility(Design(baseline=0.02, effect=0.2), {"vip": 12_000, "newcomers": 90_000})
    assert found["feasibility"]["advice"] == str(expected.advice) == "judge all segments together"
    assert [each["lift"] for each in found["feasibility"]["segments"]] == [each.lift for each in expected.segments]
    text = franca("experiment", "size", *lists).out
    assert "Judge all segments together" in text
    assert "Do not test: even two arms over everybody cannot find this lift." in franca("experiment", "size", "--list", 3000).out
    assert "Test fewer arms: 2 at most" in franca("experiment", "size", "--arms", 3, "--list", 60_000).out
    assert "| vip |" in franca("experiment", "size", *lists, "-f", "markdown").out


def test_size_tells_how_long_an_always_on_send_takes(franca) -> None:
    """Whole weeks, and the last click window."""
    assert "it takes 5 weeks, and 38 days until the last click window has closed" in franca("experiment", "size", "--weekly", 9000).out


def test_size_takes_a_campaigns_definition_and_the_shops_data(franca, tmp_path: Path) -> None:
    """Its experiment, arms and segments; its share takes part; options go before what it says."""
    make_shop(tmp_path, people=400, experiment="{baseline: 4%, effect: 50%, share: 50%}")
    found = json.loads(franca("experiment", "size", "spring", "-p", tmp_path, "--with-data", *AT, "-f", "json").out)
    assert found["design"]["baseline"] == 0.04
    assert found["design"]["arms"] == 3
    assert found["together"]["control"] == size(Design(baseline=0.04, effect=0.5, arms=3)).control
    assert {each["key"]: each["recipients"] for each in found["feasibility"]["segments"]} == {"vip": 100, "newcomers": 80}
    assert found["notes"] == ["the schema tells of no consent, so that those who may not be mailed are counted too"]
    other = json.loads(franca("experiment", "size", "spring", "-p", tmp_path, "--baseline", "2%", "--list", "vip=500", "-f", "json").out)
    assert other["design"]["baseline"] == 0.02
    assert other["design"]["effect"] == 0.5
    assert [each["recipients"] for each in other["feasibility"]["segments"]] == [250]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--baseline", "two"), "--baseline: 'two' is no share; write 2% or 0.02"),
        (("--baseline", "120%"), "baseline is 1.2, not a fraction between 0 and 1; 2% is 0.02".replace("2% is", "2 % is")),
        (("--list", "vip=many"), "--list: 'vip=many' is no list; write vip=12000, each name once"),
        (("--list", f"vip=1{'0' * 400}"), "is no list; write vip=12000, each name once"),
        (("--list", "5", "--list", "6"), "--list: '6' is a second one; write vip=12000, each name once"),
        (("--arms", "1"), "1 arms over 1 segments"),
        (("--looks", "0"), "with 0 looks are no comparison"),
        (("--weekly", "0"), "at 0 recipients a week a test never ends"),
        (("--with-data",), "--with-data counts a campaign's segments, and none is named; name it, or give --list"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(franca, options: tuple[str, ...], said: str) -> None:
    """What, and what to write."""
    found = franca("experiment", "size", *options)
    assert found.code == 1
    assert said in found.err
    assert found.err.count("\n") == 1


def test_a_campaign_without_variants_has_no_size(franca, tmp_path: Path) -> None:
    """There is nothing to compare."""
    make_shop(tmp_path, arms=())
    found = franca("experiment", "size", "spring", "-p", tmp_path)
    assert found.err == "the campaign 'spring' has no variants; name its brief under `variants:`, or ask without a campaign\n"


# -- allocate

BATCHES = ("--batch", "control=20/1000,a=31/1000,b=28/1000", "--batch", "control=22/1000,a=35/1000,b=28/1000")


def test_allocate_shares_out_whole_percents_and_people(franca) -> None:
    """Percents that sum to 100, recipients that sum to all, nobody below the floor, the same every time."""
    first, again = (json.loads(franca("experiment", "allocate", *BATCHES, "-n", 5000, "-f", "json").out) for _ in range(2))
    assert first == again
    assert sum(first["percent"]) == 100
    assert min(first["percent"]) >= 10
    shares = first["allocation"]["shares"]
    assert sum(each["recipients"] + each["even"] for each in shares) == 5000
    assert max(shares, key=lambda each: each["share"])["key"] == "a"
    text = franca("experiment", "allocate", *BATCHES, "-n", 5000).out
    assert "From 2 batches, compared within each. Split 10% of the next one evenly" in text
    assert "| a | " in franca("experiment", "allocate", *BATCHES, "-f", "markdown").out.replace("&#37;", "%")


def test_allocate_says_when_it_is_settled(franca) -> None:
    """Then going on costs more than it can find."""
    found = franca("experiment", "allocate", "--batch", "control=2000/100000,a=3000/100000")
    assert "Settled: going on costs more than it can find; send a to everybody." in found.out


def test_allocate_takes_reports(franca, shop: Path, esps) -> None:
    """Each destination and segment of each is a stratum; what cannot be compared is left out, and said so."""
    esps(mailchimp=BOTH, klaviyo={**BOTH, "spring.vip": None})
    path = shop / "week1.json"
    path.write_text(franca("report", "spring", "-p", shop, *AT, "-f", "json").out, encoding="utf-8")
    found = json.loads(franca("experiment", "allocate", path, "-f", "json").out)
    assert found["batches"] == 3
    assert found["left_out"] == ["spring, klaviyo: vip: its status is sent, and the ESP tells no results yet, or no more"]
    counts = "control=300/23760,a=410/23760,b=330/23760"
    same = ("--batch", "control=480/23760,a=600/23760,b=500/23760", "--batch", counts, "--batch", counts)
    assert found["allocation"] == json.loads(franca("experiment", "allocate", *same, "-f", "json").out)["allocation"]
    assert "--decay weighs batches by their age" in franca("experiment", "allocate", path, "--decay", "90%").err
    one = json.loads(franca("experiment", "allocate", path, "-d", "klaviyo", "--decay", "90%", "-f", "json").out)
    assert one["batches"] == 1


def test_allocate_learns_only_from_what_is_final_and_sent_as_planned(franca, shop: Path, esps) -> None:
    """A batch whose click window was open, or whose sample ratio alarmed, is left out with its reason, and alone it is refused."""
    uneven = results(arm("control", 24_000, 480), arm("a", 26_000, 600), arm("b", 24_000, 500))
    late = replace(BOTH["spring.vip"], sent_at="2026-03-04T09:00:00Z")
    esps(mailchimp={**BOTH, "spring.vip": late}, klaviyo={**BOTH, "spring.vip": uneven})
    path = shop / "week1.json"
    path.write_text(franca("report", "spring", "-p", shop, *AT, "-f", "json").out, encoding="utf-8")
    found = json.loads(franca("experiment", "allocate", path, "-f", "json").out)
    open_, wrong = found["left_out"]
    assert found["batches"] == 1
    assert open_ == "spring, mailchimp: vip: its click window had not closed when the report was made: make it anew"
    assert wrong.startswith("spring, klaviyo: its arms were not sent to as planned (p = ")
    refused = franca("experiment", "allocate", path, "-d", "klaviyo")
    assert refused.code == 1
    assert refused.err.startswith("nothing in these reports can be compared; spring, klaviyo: its arms were not sent to as planned")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "there is nothing to learn from; give reports, or --batch: one of them"),
        (("--batch", "control=20/1000,a"), "is no batch; write control=20/1000,a=31/1000"),
        (("--batch", f"control=20/1{'0' * 400},a=1/10"), "is no batch; write control=20/1000,a=31/1000"),
        (("--batch", "control=20/10,a=1/10"), "none may be larger than the one before"),
        ((*BATCHES, "--floor", "50%"), "a floor of 0.5 for each of 3 arms"),
        (("--batch", "control=1/10,a=1/10", "--batch", "control=1/10,b=1/10"), "the arms differ"),
        (("nowhere.json",), "nowhere.json cannot be read"),
    ],
)
def test_what_cannot_be_allocated_is_refused_in_one_line(franca, options: tuple[str, ...], said: str) -> None:
    """What, and what to write."""
    found = franca("experiment", "allocate", *options)
    assert found.code == 1
    assert said in found.err
    assert found.err.count("\n") == 1


def test_loading_the_verbs_loads_no_more_than_options() -> None:
    """Neither statistics nor plots nor pydantic's schemas: `franca --version` stays fast."""
    code = (
        "import sys; import franca.cli.main; base = set(sys.modules); import franca_personalization.report.verbs;"
        "heavy = [m for m in set(sys.modules) - base if m.split('.')[0] in {'altair', 'ibis', 'pydantic', 'vl_convert'} "
        "or m.startswith('franca_personalization.experiments')]; sys.exit(', '.join(heavy) or 0)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
