"""Secrets: references until the last moment, and never shown."""

from __future__ import annotations

import os
from pathlib import Path

from franca.errors import FrancaError

FORMS = "env:NAME or file:PATH"


class Secret:
    """A secret value; `repr`, `str` and formatting show `***`. `reveal()` is for the one place that sends it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not stored")

    def reveal(self) -> str:
        """Return the value itself."""
        return self._value


def resolve(reference: str, what: str, root: Path = Path()) -> Secret:
    """Return the secret that *reference* names; *what* is its key in the project, for the message.

    Raises:
        FrancaError: the reference has another form, or names nothing.
    """
    form, _, name = reference.partition(":")
    if form == "env" and name:
        value = os.environ.get(name, "")
        return _given(value, f"{what}: the environment variable {name} is not set", f"set {name}")
    if form == "file" and name:
        path = root / name
        value = path.read_text(encoding="utf-8").strip() if path.is_file() else ""
        return _given(value, f"{what}: the file {name} is missing or empty", "write the secret into it")
    raise FrancaError(f"{what} is not a reference to a secret", remedy=f"write {FORMS}; a secret itself never stands in a project")


def _given(value: str, what: str, remedy: str) -> Secret:
    if not value:
        raise FrancaError(what, remedy=remedy)
    return Secret(value)
