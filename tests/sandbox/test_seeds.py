"""Seeds at every emulator: what is not of the common format is refused, and nothing of such a seed is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from franca.sandbox import Clock, emulator, emulators

GOOD = {"email": "good@x.de", "fields": {"NEW": 5}}
BAD: Mapping[str, Mapping[str, Any]] = {
    "consent": {"consent": {"status": "perhaps"}},
    "no status": {"consent": {"suppressed": False}},
    "consent at": {"consent": {"status": "subscribed", "at": "yesterday"}},
    "created": {"created_at": "yesterday"},
    "a number": {"created_at": 5},
}
EVENTS: Mapping[str, Mapping[str, Any]] = {
    "at": {"email": "good@x.de", "metric": "order", "at": "yesterday"},
    "no at": {"email": "good@x.de", "metric": "order"},
    "no email": {"metric": "order", "at": "2026-01-01T00:00:00Z"},
    "no metric": {"email": "good@x.de", "at": "2026-01-01T00:00:00Z"},
}
HELD: Mapping[str, Callable[[Any], int]] = {
    "brevo": lambda account: len(account.processes._store.rows("SELECT id FROM contacts")),
    "klaviyo": lambda account: len(account._world.store.all("select row from profiles")),
    "mailchimp": lambda account: int(account._context.store.db.execute("select count(*) from member").fetchone()[0]),
    "mailerlite": lambda account: len(account.store.people),
}


def _refused(name: str, data: Mapping[str, Any]) -> None:
    account = emulator(name, Clock(datetime(2026, 3, 30, tzinfo=UTC)))
    with pytest.raises(ValueError, match=r"seed|consent|instant"):
        account.seed(data)
    assert HELD[name](account) == 0


def test_every_emulator_is_tried() -> None:
    """A new one is added above."""
    assert sorted(HELD) == emulators()


@pytest.mark.parametrize("name", emulators())
@pytest.mark.parametrize("bad", BAD)
def test_a_contact_of_another_form_is_refused_with_all_before_it(name: str, bad: str) -> None:
    """A consent that is none of the four words, an instant that is none."""
    _refused(name, {"contacts": [GOOD, {"email": "bad@x.de", **BAD[bad]}]})


@pytest.mark.parametrize("name", emulators())
@pytest.mark.parametrize("bad", EVENTS)
def test_an_event_of_another_form_is_refused_with_all_contacts(name: str, bad: str) -> None:
    """Also where events are not kept: a seed means the same everywhere."""
    _refused(name, {"contacts": [GOOD], "events": [EVENTS[bad]]})


@pytest.mark.parametrize("more", [{"email": "bad@x.de", "fields": {"NEW": "text"}}, {"fields": {}}], ids=["misfit", "no email"])
def test_mailerlite_takes_nothing_of_what_it_cannot_hold(more: Mapping[str, Any]) -> None:
    """A text in a field of numbers, and a person without an email."""
    _refused("mailerlite", {"contacts": [GOOD, more]})
