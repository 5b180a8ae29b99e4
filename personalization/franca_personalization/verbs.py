"""The verbs that this layer adds to `franca`; loading them imports nothing but their options."""

from __future__ import annotations

import typer

from franca_personalization.copy.verbs import copy


def register(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    app.add_typer(copy, name="copy")
