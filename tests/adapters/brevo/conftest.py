"""Accounts at the Brevo sandbox with the adapter connected to them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.brevo.brevo_kit import Shop, opened
from franca.sandbox import serve
from sandbox.brevo.brevo_account import KEY, Stage


@pytest.fixture(scope="session")
def brevo_stage() -> Iterator[tuple[Stage, str]]:
    """The server, and its address."""
    made = Stage()
    with serve(made) as running:  # type: ignore[arg-type]
        yield made, running.url


@pytest.fixture
def shop(brevo_stage: tuple[Stage, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """One empty account."""
    monkeypatch.setenv("BREVO_API_KEY", KEY)
    with opened(*brevo_stage) as made:
        yield made
