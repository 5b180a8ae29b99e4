"""A split test of which one arm was sent: nobody gets a second arm because the others change."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.brevo.brevo_trial import SUBJECTS, Trial, trial
from franca.errors import FrancaError
from franca.plan import UnsafeError, apply, make_plan
from sandbox.brevo.brevo_account import KEY, Stage

THREE = {**SUBJECTS, "short": "Now"}
FOUR = {**THREE, "last": "At last"}


@pytest.fixture
def shop(brevo_stage: tuple[Stage, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Trial:
    """Three arms, made and filled; the control was sent."""
    monkeypatch.setenv("BREVO_API_KEY", KEY)
    monkeypatch.setenv("BREVO_LEDGER_KEY", "a test has no secrets")
    found = trial(*brevo_stage, tmp_path / "shop")
    found.test(THREE)
    found.apply()
    found.sync()
    found.send(next(each for each in found.drafts() if each.key == "sale.control"), {"click": 0.1})
    return found


def words(shop: Trial) -> list[str]:
    return [each.word for each in shop.plan().unsafe if each.word.startswith("test:")]


@pytest.mark.parametrize("arms", [FOUR, SUBJECTS, {**THREE, "warm": "Another text"}], ids=["one more", "one fewer", "another text"])
def test_its_other_arms_change_only_by_a_word(shop: Trial, arms: dict[str, str]) -> None:
    """One arm more or fewer moves people who have had one into another: the plan says so, and apply refuses."""
    assert shop.changes() == []
    shop.test(arms)
    assert words(shop) == ["test:sale"]
    with shop.opened() as (desired, connection):
        plan = make_plan(desired, connection.read(), shop.store.load())
        others = [each.word for each in plan.unsafe if each.word != "test:sale"]
        with pytest.raises(UnsafeError, match=r"sale\.control was sent already.*people could get two arms of one test"):
            apply(plan, desired, connection, shop.store, allow=others)


@pytest.mark.parametrize("arms", [FOUR, SUBJECTS], ids=["one more", "one fewer"])
def test_its_audiences_are_not_filled_anew_before_that(shop: Trial, arms: dict[str, str]) -> None:
    """A sync alone would move them too."""
    before = {arm: shop.inside(f"sale.{arm}.audience") for arm in THREE}
    shop.test(arms)
    with pytest.raises(FrancaError, match="the arms of sale are not those that were applied"):
        shop.sync()
    shop.test(THREE)
    shop.sync()
    assert {arm: shop.inside(f"sale.{arm}.audience") for arm in THREE} == before


def test_writing_the_same_arms_in_another_order_moves_nobody(shop: Trial) -> None:
    """Who is in which arm goes by the arms' keys."""
    before = {arm: shop.inside(f"sale.{arm}.audience") for arm in THREE}
    shop.test(dict(sorted(THREE.items(), key=lambda each: (each[0] != "control", each[0] != "short"))))
    assert shop.changes() == []
    shop.sync()
    assert {arm: shop.inside(f"sale.{arm}.audience") for arm in THREE} == before


def test_a_test_of_which_nothing_was_sent_may_change(shop: Trial) -> None:
    """Another campaign's test is not this one's."""
    shop.edit("campaigns/sale.yaml", "name: Sale", "name: Sale again")
    (shop.folder / "campaigns" / "sale.yaml").rename(shop.folder / "campaigns" / "again.yaml")
    assert words(shop) == []
