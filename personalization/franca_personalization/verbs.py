"""The verbs that this layer adds to `franca`; loading them imports nothing but their options."""

from __future__ import annotations

import typer

from franca_personalization.copy.verbs import copy
from franca_personalization.report.verbs import experiment, report


def register(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    app.add_typer(copy, name="copy")
    app.command("report")(report)
    app.add_typer(experiment, name="experiment")
