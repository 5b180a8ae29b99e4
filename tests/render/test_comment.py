"""A plan as one comment on a pull request: found again, short enough, and whole where it matters."""

import re

import pytest
from markdown_it import MarkdownIt

from franca.adapter import Address, Assumption, ResourceKind
from franca.plan import Action, Change, Decision, Plan, Unsafe
from franca.render import render_plan
from franca.render.comment import LARGEST, marker, render_comment

GITHUB = 65_536
"""Characters of a comment."""


def plan(name: str, changes: int = 0, segments: int = 0, unsafe: int = 0, text: str = "x") -> Plan:
    update = {"action": Action.UPDATE, "reason": "the definition changed", "before": {"a": text}, "after": {"a": f"{text}y"}}
    return Plan(
        destination=name,
        adapter="fake",
        account="a",
        definitions="d",
        remote="r",
        changes=tuple(Change(address=Address(ResourceKind.SEGMENT, f"s{each}"), name=text, **update) for each in range(changes)),
        decisions=tuple(Decision(segment=f"s{each}", name=text, realisation=None, why=text) for each in range(segments)),
        assumptions=(Assumption(id="fake.a", statement=text),),
        unsafe=tuple(Unsafe(word=f"delete:segment/u{each:04}", what=text) for each in range(unsafe)),
        warnings=(text,),
    )


def test_the_first_line_is_the_same_each_time_and_tells_projects_and_environments_apart():
    """A script finds the comment by it; nobody sees it."""
    first = {of: render_plan([plan("shop", changes=len(of))], "markdown", of).splitlines()[0] for of in ("", "acme", "acme/staging")}
    assert first == {"": "<!-- franca plan -->", "acme": "<!-- franca plan: acme -->", "acme/staging": "<!-- franca plan: acme/staging -->"}
    assert marker("a-->\n<script>") == "<!-- franca plan: ascript -->"


def test_several_destinations_are_one_comment_that_begins_with_all_of_them():
    """A table of what each would get, and which is unsafe; then one chapter each."""
    lines = render_plan([plan("k", changes=2), plan("m", unsafe=1)], "markdown", "acme").splitlines()
    assert lines[1:7] == ["## Franca: acme", "", "| destination | changes |", "| --- | --- |", *lines[5:7]]
    assert lines[5:7] == ["| k | 2 to update |", "| m | nothing to do, **unsafe** |"]
    assert [line for line in lines if line.startswith("### ")] == ["### k: 2 to update", "### m: nothing to do"]


@pytest.mark.parametrize("text", ["x" * 150, "ü" * 150, "😀" * 150, "|<&@`" * 30])
@pytest.mark.parametrize(("destinations", "unsafe"), [(1, 0), (3, 2000), (20, 3)])
def test_a_large_plan_stays_below_what_a_comment_holds_and_says_what_is_left_out(text, destinations, unsafe):
    """Whatever letters it is written in; HTML and tables stay whole."""
    shown = render_comment([plan(f"d{each}", 400, 400, unsafe, text) for each in range(destinations)], "acme")
    assert len(shown.encode()) <= GITHUB
    assert re.search(r"\*\d+ (more )?lines are left out here: `franca plan` shows them.\*", shown)
    assert shown.count("<details>") == shown.count("</details>")
    assert all(f"### d{each}: 400 to update" in shown for each in range(destinations))
    html = MarkdownIt("commonmark").enable("table").render(shown)
    assert html.count("<table>") == html.count("</table>") > 0


def test_what_must_be_decided_on_is_left_out_last():
    """The words of unsafe changes and the warnings are there in full, while changes, then realisations are cut."""
    shown = render_comment([plan("shop", 400, 400, 20)], "acme", largest=12_000)
    assert shown.count("delete&#58;segment/u") == 20
    assert "<summary>Warnings (1)</summary>" in shown
    changes, decisions = shown.count("| update |"), len(re.findall(r"^\| s\d+ ", shown, re.MULTILINE))
    assert 0 < changes < 400
    assert decisions == 0
    assert len(shown.encode()) <= 12_000


def test_a_small_plan_is_shown_whole():
    """Nothing is said to be left out."""
    shown = render_comment([plan("shop", 10, 10, 2)], "acme")
    assert len(shown.encode()) < LARGEST
    assert "left out" not in shown
    assert shown.count("| update |") == 10
