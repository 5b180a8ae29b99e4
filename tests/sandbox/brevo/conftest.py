"""Accounts at the Brevo sandbox: as Franca uses one, as another program does, and without pauses between calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from brevo_account import Account, Stage, on

from franca.sandbox import serve


@pytest.fixture(scope="session")
def stage() -> Iterator[tuple[Stage, str]]:
    """The server, and its address."""
    made: Any = Stage()
    with serve(made) as running:
        yield made, running.url


@pytest.fixture
def account(stage: tuple[Stage, str]) -> Iterator[Account]:
    """An account used as Franca may use it."""
    with on(*stage) as made:
        yield made


@pytest.fixture
def foreign(stage: tuple[Stage, str], request: pytest.FixtureRequest) -> Iterator[Account]:
    """An account that another program uses: requests may hold what Franca never sends."""
    request.node.add_marker(pytest.mark.foreign_traffic("another program writes consent and addresses"))
    with on(*stage) as made:
        yield made


@pytest.fixture
def hasty(stage: tuple[Stage, str]) -> Iterator[Account]:
    """An account whose clock stands still between calls, so that rate windows fill."""
    with on(*stage, paced=False) as made:
        yield made
