"""A report as JSON, Markdown and a page: documented, escaped, offline, and with nobody's data in it."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from franca.definitions import Project
from franca.errors import FrancaError
from franca_personalization.report.history import Kept, Sums, keep
from franca_personalization.report.page import render_page
from franca_personalization.report.plots import COLOURS
from franca_personalization.report.records import Counts, Report, dump_report, read_report, report_schema
from franca_personalization.report.render import render_report
from personalization.report.report_kit import EARLY, FakeConnection, arm, make_shop, report, results, three

BOTH = {"spring.vip": three(24_000, 480, 600, 500), "spring.newcomers": three(24_000, 300, 410, 330)}
FILE = files("franca_personalization.report") / "report.schema.json"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_shop(tmp_path)


@pytest.fixture
def many(project: Project, esps) -> dict[str, Report]:
    """Return reports that have everything between them."""
    sums = Sums(sent_at="2025-12-01T09:00:00Z", segments={"vip": Counts(sent=9000, delivered=9000, clicked=300)})
    keep(project, Kept(campaign="winter", brief="w", destinations={"mailchimp": sums}))
    told = results(arm("control", 24_000, 480, unsubscribed=24), arm("a", 24_000, 700, unsubscribed=150), arm("b", 24_000, 490))
    cases: dict[str, dict[str, Any]] = {
        "won": {"mailchimp": BOTH, "klaviyo": BOTH},
        "harmed": {"mailchimp": dict.fromkeys(BOTH, told)},
        "blended": {"mailchimp": {key: replace(each, blended="mixed", estimated="derived") for key, each in BOTH.items()}},
        "mismatch": {"mailchimp": {**BOTH, "spring.vip": results(arm("control", 9, 1), arm("a", 900, 3), arm("b", 900, 2))}},
        "few": {"mailchimp": {"spring.vip": three(300, 3, 0, 1), "spring.newcomers": three(30, 0, 0, 0)}},
        "unsent": {"mailchimp": FakeConnection({}, drafts=["spring.vip"])},
        "unread": {"mailchimp": BOTH, "klaviyo": FrancaError("klaviyo: no")},
        "untold": {
            "mailchimp": {
                key: three(9000, 90, 100, 80, ordered=None, revenue=None, unsubscribed=None, complained=None, opened=None) for key in BOTH
            }
        },
    }
    found = {}
    for name, accounts in cases.items():
        esps(**accounts)
        found[name] = report(project, with_data=name == "won")
    esps(mailchimp=cases["few"]["mailchimp"])
    found["early"] = report(project, as_of=EARLY)
    return found


# -- JSON


def test_the_schema_in_the_package_is_that_of_the_records() -> None:
    """Write it anew with `json.dumps(report_schema(), indent=1, ensure_ascii=False)` after a change of the records."""
    assert json.loads(FILE.read_text(encoding="utf-8")) == report_schema()


def test_every_report_conforms_and_comes_back(many: dict[str, Report], tmp_path: Path) -> None:
    """Against the file, with no property beyond it; what is read is the record that was written."""
    validator = jsonschema.Draft202012Validator(json.loads(FILE.read_text(encoding="utf-8")))
    for name, found in many.items():
        text = dump_report(found)
        assert not [error.message for error in validator.iter_errors(json.loads(text, parse_constant=pytest.fail))], name
        path = tmp_path / f"{name}.json"
        path.write_text(text, encoding="utf-8")
        assert read_report(path) == found


def test_the_schema_refuses_what_is_no_report(many: dict[str, Report]) -> None:
    """A property too many, one too few, another version."""
    validator = jsonschema.Draft202012Validator(report_schema())
    good = json.loads(dump_report(many["won"]))
    for wrong in ({**good, "more": 1}, {key: value for key, value in good.items() if key != "overall"}, {**good, "version": 2}):
        assert list(validator.iter_errors(wrong))


def test_every_property_is_documented(many: dict[str, Report]) -> None:
    """Each record says what it is; every kind of answer occurs in these reports."""
    assert all(record.get("description") for record in report_schema()["$defs"].values())
    text = "".join(map(dump_report, many.values()))
    for outcome in ("winner", "withheld", "not enough data", "sample ratio mismatch"):
        assert f'"outcome": "{outcome}"' in text


def test_a_file_that_is_no_report_is_refused(tmp_path: Path) -> None:
    """In one line that says where."""
    path = tmp_path / "x.json"
    with pytest.raises(FrancaError, match=r"x\.json cannot be read \(No such file or directory\)"):
        read_report(path)
    path.write_text('{"campaign": 3}', encoding="utf-8")
    with pytest.raises(FrancaError, match=r"x\.json is not a report: campaign: .*make it with `franca report CAMPAIGN --format json`"):
        read_report(path)


# -- people's data and foreign words


def test_no_form_holds_anybodys_data(many: dict[str, Report]) -> None:
    """The shop's emails are canaries; with the data evaluated, too."""
    forms = [render_report(found, form) for found in many.values() for form in ("text", "json", "markdown")]
    for text in (*forms, render_page(many["won"])):
        assert "canary" not in text
        assert "secret.test" not in text


def test_what_esps_say_is_escaped(project: Project, esps) -> None:
    """Notes come from outside: no markup, no table cell and no control character comes of them."""
    nasty = "<script>x</script> a|b \x1b[31m @here"
    esps(mailchimp={key: replace(each, estimated=nasty) for key, each in BOTH.items()})
    found = report(project, "mailchimp")
    assert "<script>" not in render_page(found)
    assert "&lt;script&gt;" in render_page(found)
    assert "<script>" not in render_report(found, "markdown")
    assert "a|b" not in render_report(found, "markdown")
    assert "\x1b" not in render_report(found)


# -- Markdown and text


def test_markdown_tables_are_whole(many: dict[str, Report]) -> None:
    """Every row has as many cells as its head."""
    for found in many.values():
        widths: list[int] = []
        for line in render_report(found, "markdown").splitlines():
            if line.startswith("|"):
                widths.append(line.count("|"))
                assert widths[-1] == widths[0]
            else:
                widths = []


def test_opens_are_shown_with_a_warning(many: dict[str, Report]) -> None:
    """And nowhere else."""
    assert "* opens measure mail clients" in render_report(many["won"])
    assert "opens measure" not in render_report(many["untold"])


# -- the page


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "br", "path", "line", "rect"}:
            self.open.append(tag)
        self.loaded += [value or "" for name, value in attrs if name in {"src", "href", "xlink:href", "srcset", "data"}]

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"meta", "br", "path", "line", "rect"}:
            assert self.open.pop() == tag


def test_the_page_is_whole_and_loads_nothing(many: dict[str, Report]) -> None:
    """Well-formed, no script, no address but the names of XML, and a policy that forbids the browser to load anything."""
    for name in ("won", "blended", "few", "unread"):
        page, parser = render_page(many[name]), _Parser()
        parser.feed(page)
        assert parser.open == []
        assert parser.loaded == []
        assert "default-src 'none'" in page
        assert "<script" not in page
        assert set(re.findall(r"https?://[^\"' ]+", page)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_plots_are_drawn_in_the_pages_colours(many: dict[str, Report]) -> None:
    """Each colour of a plot is one that the page has in light and in dark; intervals, segments and campaigns are plotted."""
    page = render_page(many["won"])
    assert page.count("<svg ") == 6, "two destinations with two plots each, one of them with a trend, and the whole"
    plots = "".join(re.findall(r"<svg .*?</svg>", page, re.DOTALL))
    colours = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]+)"', plots))
    assert colours <= set(COLOURS)
    for colour, variable in COLOURS.items():
        assert f'[fill="{colour}"]{{fill:var({variable})}}' in page
        assert page.count(f"{variable}:#") == 2
    assert "winter" in plots


def test_a_missing_extra_is_one_line(many: dict[str, Report], monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install; the other forms need nothing."""
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(FrancaError) as caught:
        render_page(many["won"])
    assert str(caught.value) == 'plots need vl_convert; pip install "franca[plots]"'
    assert render_report(many["won"])
