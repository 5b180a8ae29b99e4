"""Accounts at the MailerLite sandbox with the adapter connected to them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.mailerlite.mailerlite_kit import KEY, Shop, opened
from franca.sandbox import serve
from sandbox.brevo.brevo_account import Stage


@pytest.fixture(scope="session")
def mailerlite_stage() -> Iterator[tuple[Stage, str]]:
    """The server, and its address."""
    made = Stage()
    with serve(made) as running:  # type: ignore[arg-type]
        yield made, running.url


@pytest.fixture
def shop(mailerlite_stage: tuple[Stage, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """One empty account."""
    monkeypatch.setenv("MAILERLITE_KEY", KEY)
    with opened(*mailerlite_stage) as made:
        yield made
