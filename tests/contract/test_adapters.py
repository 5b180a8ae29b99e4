"""The contract of an adapter (`franca.adapter.testing`), tried at every installed one; and the kit itself, at adapters that break it."""

from __future__ import annotations

import pytest

from contract.consent import RULES
from contract.examples import USES, subject
from equivalence.places import PLACES
from faults.shop import ESPS as DISTURBED
from franca.adapter import Capability, installed
from franca.adapter.testing import CHECKS, EXAMPLES, MADE, Check, made

NAMES = sorted(installed())
"""A declared entry point that does not load fails every test of its adapter."""


def _marks(check: Check) -> list[pytest.MarkDecorator]:
    erasing = check is made.erases_whom_it_is_asked_to
    return [pytest.mark.foreign_traffic("the one thing that deletes people, and only when asked to")] if erasing else []


def test_every_installed_adapter_is_tried() -> None:
    """The suite leaves nobody out: a new adapter is added to each of these, random definitions and random faults among them."""
    assert sorted(USES) == sorted(RULES) == sorted(PLACES) == sorted(DISTURBED) == NAMES


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("check", [pytest.param(each, marks=_marks(each), id=each.__name__) for each in CHECKS])
def test_the_contract(check: Check, name: str) -> None:
    """Each installed adapter does what its contract says; the facts are the docstrings of the checks."""
    check(subject(name))


def test_every_capability_is_tried() -> None:
    """By definitions, or by making things."""
    assert EXAMPLES.keys() | MADE == set(Capability)
    assert not EXAMPLES.keys() & MADE


def test_every_check_states_its_fact() -> None:
    """In its docstring, as `broken` tells it."""
    assert all((check.__doc__ or "").strip() for check in CHECKS)
    assert len({check.__name__ for check in CHECKS}) == len(CHECKS)
