"""What Brevo makes of a template for one contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from franca_brevo.sandbox.pongo2.evaluation import Run
from franca_brevo.sandbox.pongo2.lexer import RenderError
from franca_brevo.sandbox.pongo2.parser import parse

__all__ = ["ASSUMPTIONS", "RenderError", "Surroundings", "render"]

# Undocumented behaviour that a template could lean on; the values are what we believe.
ASSUMPTIONS: Mapping[str, bool] = {
    "brevo.int-equals-float": False,  # `==` holds between 5 and 5.0 (sheet 3.4: it can be false; attributes are floats)
    "brevo.subject-autoescaped": True,  # subjects, preview texts and plain texts are escaped like HTML
}


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a template can name besides the contact (sheet 3.2).

    Attributes:
        unsubscribe, mirror, update_profile: links of this message for this contact.
        time_now: the present, in the account's time zone (reported: UTC unless set).
        params: constants of the campaign, or of the preview.
        feed: external data feeds by name.
    """

    unsubscribe: str = "https://sandbox.brevo.example/unsubscribe"
    mirror: str = "https://sandbox.brevo.example/mirror"
    update_profile: str = "https://sandbox.brevo.example/update-profile"
    time_now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    params: Mapping[str, Any] = field(default_factory=dict)
    feed: Mapping[str, Any] = field(default_factory=dict)


def render(
    source: str,
    person: Mapping[str, Any],
    *,
    markup: bool,
    surroundings: Surroundings | None = None,
    assumptions: Mapping[str, bool] = ASSUMPTIONS,
) -> str:
    """Return *source* for one contact.

    Args:
        source: HTML, a subject, a preview text, or plain text.
        person: the contact's attributes, by their names.
        markup: whether it is HTML, in which printed texts are escaped.
        surroundings: what else can be named.
        assumptions: see `ASSUMPTIONS`.

    Raises:
        RenderError: pongo2 cannot read the template, or fails on a value.
    """
    around = surroundings or Surroundings()
    names = {
        "contact": _contact(person),
        "params": _decoded(around.params),
        "unsubscribe": around.unsubscribe,
        "mirror": around.mirror,
        "update_profile": around.update_profile,
        "time_now": around.time_now,
        "feed": _decoded(around.feed),
    }
    escaped = markup or assumptions["brevo.subject-autoescaped"]
    run = Run(source=source, names=names, autoescape=escaped, across=assumptions["brevo.int-equals-float"])
    return run.render(parse(source))


def _contact(person: Mapping[str, Any]) -> dict[str, Any]:
    # reported: multiple-choice attributes cannot be used in personalisation; that they are nil then is a guess
    return {name: _decoded(value) for name, value in person.items() if not isinstance(value, (list, tuple))}


def _decoded(value: Any) -> Any:
    """Return a value as Go reads it from JSON, where every number is a broken one (guess)."""
    if isinstance(value, Mapping):
        return {str(key): _decoded(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_decoded(each) for each in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
