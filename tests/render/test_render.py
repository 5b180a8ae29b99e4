"""Plans, decisions and outcomes as text, JSON and Markdown."""

import html
import json
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from franca.adapter import Address, Assumption, ResourceKind, TerminalError
from franca.definitions import Realisation
from franca.plan import Action, Applied, Change, Decision, PartlyAppliedError, Plan, Unsafe, apply, load_plans, make_plan
from franca.render import render_applied, render_decision, render_plan, render_synced
from franca.render.markdown import code, escape
from franca.render.text import printable
from franca.sync import Held, Synced
from plan.fake import FakeAdapter, FakeConnection, Fault, as_members, segment, store, wanted

EVIL = "x | `rm` <img src=x> **b** [a](http://e.example) @stranger #1 &amp;\n\x1b[31m\u202e"


@pytest.fixture
def plan(tmp_path) -> Plan:
    """A plan with a create, an update, a delete, a finding, an assumption and a warning."""
    adapter = FakeAdapter(findings=as_members("lapsed"))
    esp = adapter.esp
    esp.add(ResourceKind.SEGMENT, "Old [franca:vip]", {"metric": "m1", "where": "other"})
    esp.add(ResourceKind.SEGMENT, f"{EVIL} [franca:gone]", {})
    segments = [segment("vip", accept={"shop": {"nothing": "because"}}), segment("lapsed")]
    return make_plan(wanted(tmp_path, adapter, *segments), FakeConnection(esp).read(), store(tmp_path).load())


def test_text_shows_all_that_a_user_decides_on(plan):
    """Counts, realisations with reasons, findings with their fallback, changes with what differs, assumptions, warnings, words."""
    lines = render_plan([plan]).splitlines()
    assert lines[0] == "shop (fake, account acc-1): 2 to create, 1 to update, 1 to delete"
    assert "  lapsed  members  not native: month-windows, refreshed by sync" in lines
    assert "    month-windows: Fake has no months; kept as members by sync" in lines
    assert "  vip     native   exact" in lines
    assert "  + list/lapsed  'The lapsed [franca:lapsed]': new" in lines
    assert "  ~ segment/vip  'The vip [franca:vip]': differs from the definition; the state does not know it" in lines
    assert '      name: "Old [franca:vip]" → "The vip [franca:vip]"' in lines
    assert '      where: "other" → "Everyone()"' in lines
    assert any(line.startswith("  leans on facts:shop.order: ") for line in lines)
    assert "  warning: segment 'vip' accepts 'nothing' at shop, and no finding needs it; remove the accept" in lines
    assert "    --allow delete:segment/gone  (segment/gone would be deleted)" in lines


def test_text_obeys_no_control_characters(plan):
    """A name at the ESP cannot colour a terminal, begin a line or turn the reading direction."""
    text = render_plan([plan])
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert len([line for line in text.splitlines() if "segment/gone  'x" in line]) == 1


def test_json_is_the_plan_file(plan):
    """What `--out` writes and `apply` reads."""
    text = render_plan([plan], "json")
    assert load_plans(text) == (plan,)
    assert json.loads(text)["plans"][0]["changes"][0]["address"] == "folder/shop"


def test_markdown_of_a_hostile_name_is_only_text(plan):
    """No HTML but ours, no mention, no link, and every row of a table has as many cells as its head."""
    text = render_plan([plan], "markdown")
    assert set(re.findall(r"</?([a-z]+)", text)) == {"code", "details", "summary"}
    assert "@stranger" not in text
    assert "`" not in text
    assert "](" not in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {5, 4}
    assert html.unescape(next(row for row in rows if "segment/gone" in row)).count("<img src=x>") == 1


def test_markdown_shows_the_words_to_copy(plan):
    """As code, with their meaning."""
    assert "- <code>&#45;&#45;allow delete&#58;segment/gone</code>: segment/gone would be deleted" in render_plan([plan], "markdown")


@given(st.text())
def test_escaping_keeps_the_text_and_nothing_of_its_meaning(text):
    """Read as HTML, an escaped text is the text (on one line, with mentions broken); no character with a meaning is left."""
    for escaped, plain in ((escape(text), printable(text).replace("@", "@\u200b")), (code(text)[6:-7], printable(text))):
        assert html.unescape(escaped) == plain
        assert not set(re.sub(r"&#\d+;", "", escaped)) & set("\\`*_{}[]<>()#|~&:\n")


def test_an_empty_plan_says_so():
    """In every form a reader sees it first."""
    empty = Plan(destination="shop", adapter="fake", account="a", definitions="d", remote="r")
    assert render_plan([empty]) == "shop (fake, account a): nothing to do"
    assert render_plan([empty], "markdown").splitlines()[1] == "### shop: nothing to do"


def test_a_long_value_is_cut_in_a_diff():
    """With its length; the JSON form has all of it."""
    address = Address(ResourceKind.SEGMENT, "vip")
    change = Change(action=Action.UPDATE, address=address, name="n", reason="r", before={"a": "x" * 500}, after={"a": "y"})
    plan = Plan(destination="shop", adapter="fake", account="a", definitions="d", remote="r", changes=(change,))
    assert "… (502 characters)" in render_plan([plan])
    assert "x" * 500 in render_plan([plan], "json")


def test_a_decision_leads_with_how_it_is_kept():
    """Then why, and what it leans on, with the consequence."""
    believed = Assumption(id="fake.rolls", statement="hours roll", consequence="members differ by a day")
    kept = Decision(
        segment="vip", name="VIP", realisation=Realisation.MEMBERS, why="not native: x", kept_as="list", assumptions=(believed,)
    )
    assert render_decision(kept, "shop").splitlines() == [
        "shop: kept as a list, refreshed by sync (not native: x)",
        "  leans on fake.rolls: hours roll; otherwise members differ by a day",
    ]
    refused = Decision(segment="vip", name="VIP", realisation=None, why="no realisation: x", refused=True)
    assert render_decision(refused, "shop") == "shop: no realisation: x"


def test_a_partly_applied_plan_shows_each_change_that_was_not_made(tmp_path):
    """With the ESP's reason."""
    adapter = FakeAdapter()
    desired, connection = wanted(tmp_path, adapter, *map(segment, "abc")), FakeConnection(adapter.esp)
    plan = make_plan(desired, connection.read(), store(tmp_path).load())
    adapter.esp.faults = [Fault(4, lambda: TerminalError("Fake: create segment: too many"))]
    with pytest.raises(PartlyAppliedError) as caught:
        apply(plan, desired, connection, store(tmp_path))
    assert isinstance(caught.value.report, Applied)
    assert render_applied(caught.value.report).splitlines() == [
        "shop: 1 of 3 changes made",
        "  failed: create segment/b: Fake: create segment: too many",
        "  not begun: 1",
    ]


def test_the_time_to_go_on_is_an_instant_never_too_early(tmp_path):
    """For whoever reads the log later; only where the ESP named a time."""
    applied = Applied(plan=Plan(destination="shop", adapter="fake", account="a", definitions="d", remote="r"), outcomes=())
    now = datetime(2026, 3, 1, 9, 59, 30, tzinfo=UTC)
    assert render_applied(applied, after=3601.0, now=now).splitlines()[-1] == "  go on at 2026-03-01 11:00 UTC with the same command"
    assert "go on" not in render_applied(applied, after=None, now=now)


def test_a_sync_is_told_in_counts():
    """Also who is never pushed."""
    held = Held(address=Address(ResourceKind.LIST, "vip"), segment="vip", wanted=1200, added=1000, unknown=200, rejected={"no": 3})
    assert render_synced(Synced(destination="shop", resources=(held,), without_email=4, ambiguous=2)).splitlines() == [
        "shop: 1,000 rows written",
        "  list/vip: 1,200 wanted; 1,000 added, 200 not known there",
        "    rejected 3: no",
        "  never pushed: 4 profiles without an email, 2 emails of several profiles",
    ]
    assert render_synced(Synced(destination="shop", resources=())) == "shop: nothing is kept by sync"


def test_unsafe_words_are_in_the_plan_file(plan):
    """A pipeline can show them."""
    assert Unsafe(word="delete:segment/gone", what="segment/gone would be deleted") in load_plans(render_plan([plan], "json"))[0].unsafe
