"""Random fault schedules: whatever goes wrong wherever, a shop's life ends as it does undisturbed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from faults.crowd import LARGE, Crowd
from faults.schedules import Lives
from faults.shop import ESPS, NATIVE, keys
from faults.troubles import give_up_soon
from franca.sandbox import serve
from sandbox.brevo.brevo_account import Stage

pytestmark = [pytest.mark.usefixtures("_no_loss_of_power"), pytest.mark.parametrize("esp", ESPS)]

FEW, SLOW, PART = 3, 300, 30


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lives]:
    """Evaluate a shop of 6 segments and 300 people."""
    yield from staged(tmp_path_factory.mktemp("crowd"), Crowd())


def staged(folder: Path, crowd: Crowd) -> Iterator[Lives]:
    stage: Any = Stage()
    with keys(), serve(stage) as running, pytest.MonkeyPatch.context() as patch:
        give_up_soon(patch, crowd.patience)
        yield Lives.of(stage, running.url, folder, crowd)


def test_an_undisturbed_life_is_as_the_definitions_say(lives: Lives, esp: str) -> None:
    """Who ends where is worked out here by hand, from the shop's rows and those of the account."""
    _, end = lives.peaceful(esp)
    customers = [customer for customer in lives.crowd.customers(later=True).values() if customer.email]
    emails = [customer.email for customer in customers]
    held = {contact["email"]: next(iter(contact["fields"].values())) for contact in lives.crowd.seed(esp)["contacts"]}
    known = [customer for customer in customers if customer.email in held and emails.count(customer.email) == 1]
    buyers = {c.email for c in known if c.points >= 100}
    assert end.held["buyers"].keys() == buyers
    assert end.held["austria"].keys() == {c.email for c in known if c.country == "AT" and c.points >= 300}
    assert end.held["new"].keys() == {c.email for c in known if c.points < 50}
    west, natively = {"FR", "NL", "BE"}, {email for email, country in held.items() if country in {"FR", "NL", "BE"}}
    assert end.held["west"].keys() == (natively if esp in NATIVE else {c.email for c in known if c.country in west})
    tiers = {c.email: "buyers" if c.points >= 100 else "germany" for c in known if c.points >= 100 or c.country == "DE"}
    assert end.held["tier marker"] == tiers
    assert end.held["vip marker"] == {c.email: "vip" for c in known if c.points >= 500}
    assert "old" not in end.held


def endure(lives: Lives, esp: str, seeds: range, folder: Path) -> None:
    for seed in seeds:
        verdict = lives.disturbed(esp, seed, folder / "life")
        assert verdict.good, verdict
        rmtree(folder / "life")


def test_a_few_schedules(lives: Lives, esp: str, tmp_path: Path) -> None:
    """Converged, no duplicates, nobody lost, nothing foreign touched, no consent written."""
    endure(lives, esp, range(FEW), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("begin", range(0, SLOW, PART))
def test_many_schedules(lives: Lives, esp: str, begin: int, tmp_path: Path) -> None:
    """The same for three hundred seeds; `make faults N=1000` goes on from there."""
    endure(lives, esp, range(begin, begin + PART), tmp_path)


@pytest.mark.slow
def test_a_large_shop(esp: str, tmp_path: Path) -> None:
    """The same for 62 segments and 100,000 people, once; at MailerLite, where that is tens of thousands of calls, by hand."""
    if esp == "mailerlite":
        pytest.skip("50 people a call: tried by `python -m faults.many --large --esp mailerlite`")
    for lives in staged(tmp_path / "crowd", LARGE):
        endure(lives, esp, range(1), tmp_path)
