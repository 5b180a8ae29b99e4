"""Computed texts as sync writes them: whatever a text is, a second sync has nothing to do."""

from __future__ import annotations

from pathlib import Path

from franca.adapter import ABSENT, Contact, Resource, ResourceKind, Secret
from franca.adapter.dialect import EMPTY
from franca.sync.delta import Delta, Target, from_reading
from franca.sync.ledger import Ledger


def _delta(wanted: dict[str, str], held: dict[str, str]) -> Delta:
    resource = Resource(kind=ResourceKind.FIELD, key="content_x", title="x", body={})
    target = Target(resource=resource, segment="content_x", id="1", wanted=wanted)
    read = [(Contact(email=email, id=email), value) for email, value in held.items()]
    return from_reading(target, read, set, None, Ledger(Path("ledger"), Secret("k")))


def test_a_text_that_looks_like_no_value_is_written_once() -> None:
    """`default("-")` is a text like any other, though a marker's field holds it for nobody's segment."""
    wanted = {"a@b.test": ABSENT, "c@d.test": "10,50 €", "e@f.test": EMPTY}
    assert _delta(wanted, {}).put == wanted
    again = _delta(wanted, wanted)
    assert (again.put, again.take) == ({}, frozenset())


def test_a_text_goes_with_whoever_loses_it() -> None:
    """And whoever has none already is left alone."""
    found = _delta({}, {"a@b.test": "10,50 €", "c@d.test": ABSENT})
    assert (found.put, found.take) == ({}, {"a@b.test"})
