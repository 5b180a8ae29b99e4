"""Measured assumptions: what an answer does to an assessment, and how the state keeps it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from franca.adapter import Assessment, Assumption, Finding
from franca.definitions import Realisation
from franca.errors import FrancaError
from franca.plan import Measured, State, Store
from franca.plan.measured import weighed
from franca.plan.remote import RemoteFolder

DAY = date(2026, 3, 10)
CASE = Assumption(id="fake.case", statement="case counts")
ROLLS = Assumption(id="fake.rolls", statement="windows roll")
HOLDS, FAILS = Measured(holds=True, at=DAY), Measured(holds=False, at=DAY)


def assessed(realisation: Realisation, measured: dict[str, Measured]) -> Assessment:
    found = Assessment(realisation=realisation, findings=(Finding(id="other", what="something else"),), assumptions=(CASE, ROLLS))
    return weighed({realisation: found}, measured)[realisation]


def test_without_answers_nothing_changes():
    """An assumption that was not measured is leaned on as before, and an answer about another one is none about it."""
    found = assessed(Realisation.NATIVE, {"fake.elsewhere": FAILS})
    assert found.assumptions == (CASE, ROLLS)
    assert [each.id for each in found.findings] == ["other"]


def test_what_holds_is_marked_with_its_day():
    """It stays among the assumptions, so that a plan can show it, and stands in nothing's way."""
    found = assessed(Realisation.NATIVE, {CASE.id: HOLDS})
    assert {each.id: each.measured for each in found.assumptions} == {"fake.case": "2026-03-10", "fake.rolls": ""}
    assert [each.id for each in found.findings] == ["other"]


def test_what_does_not_hold_is_a_finding_of_the_native_form_alone():
    """Native: a finding that an accept can name. Members and markers have no better fallback: they go on leaning on it."""
    found = assessed(Realisation.NATIVE, {CASE.id: FAILS})
    assert [each.id for each in found.open(frozenset({"other"}))] == ["case"]
    assert found.assumptions == (ROLLS,)
    for kept in (Realisation.MEMBERS, Realisation.MARKER):
        assert assessed(kept, {CASE.id: FAILS}).assumptions == (CASE, ROLLS)


def test_the_state_keeps_answers_and_reads_files_of_before_there_were_any(tmp_path: Path):
    """What is saved is loaded; a file without answers has none."""
    store = Store(tmp_path, "shop")
    store.save(State(account="a"))
    assert "measured" not in json.loads(store.state.read_text(encoding="utf-8"))
    assert store.load().measured == {}
    store.save(State(account="a", measured={"fake.case": FAILS, "fake.rolls": HOLDS}))
    assert store.load().measured == {"fake.case": FAILS, "fake.rolls": HOLDS} == store.measured_here()


@pytest.mark.parametrize("broken", [{"fake.case": {"holds": True}}, {"fake.case": {"holds": True, "at": "soon"}}, ["fake.case"]])
def test_broken_answers_are_an_error_that_says_what_to_do(tmp_path: Path, broken):
    """Not silently none: a plan would be made on less than is known."""
    document = {"version": 1, "account": "a", "resources": {}, "measured": broken}
    (tmp_path / "shop.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(FrancaError, match=r"the state file shop\.json cannot be read"):
        Store(tmp_path, "shop").load()


def test_a_state_at_a_url_is_not_asked_by_what_needs_no_network():
    """`explain` and `parity` stay without a network; plan, apply and sync load the state anyway."""
    store = Store(RemoteFolder.of("memory://measured"), "shop")
    store.save(State(account="a", measured={"fake.case": FAILS}))
    assert store.load().measured == {"fake.case": FAILS}
    assert store.measured_here() == {}
