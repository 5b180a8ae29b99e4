"""One server, one evaluation and one undisturbed life per ESP for all runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from faults.life import Account, Course, Step, courses, steps
from faults.shop import Shop, keys, read
from franca.sandbox import serve
from sandbox.brevo.brevo_account import Stage


@dataclass(kw_only=True)
class Theatre:
    """The server on which accounts are put, the shop as it is first and later, and its undisturbed life."""

    stage: Stage
    url: str
    first: Shop
    later: Shop
    folder: Path
    lives: dict[str, dict[str, Course]] = field(default_factory=dict)

    def account(self, esp: str, folder: Path) -> Account:
        """Put a fresh account on stage."""
        return Account.on(self.stage, esp, folder)

    def life(self) -> tuple[Step, ...]:
        """Return the shop's life."""
        return steps(self.first, self.later)

    def course(self, esp: str, step: str) -> Course:
        """Return one step of an undisturbed life."""
        if esp not in self.lives:
            found = courses(lambda folder: self.account(esp, folder), self.life(), self.folder / esp)
            self.lives[esp] = {course.step.name: course for course in found}
        return self.lives[esp][step]


@pytest.fixture(scope="session")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    """Start the server; evaluate the shop."""
    stage: Any = Stage()
    folder = tmp_path_factory.mktemp("shop")
    with keys(), serve(stage) as running:
        first, later = read(folder / "first", running.url), read(folder / "later", running.url, later=True)
        yield Theatre(stage=stage, url=running.url, first=first, later=later, folder=folder / "lives")


@pytest.fixture
def _no_loss_of_power(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ends is no loss of power, and hundreds of runs sync thousands of files."""
    monkeypatch.setattr(os, "fsync", lambda _handle: None)
