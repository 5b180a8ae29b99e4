"""People to ask: of whom is a predicate true."""

from __future__ import annotations

from functools import cache

import strategies
from evaluator import naive
from franca.definitions import Predicate
from franca.language import check, load_predicate


@cache
def crowd() -> tuple[naive.Person, ...]:
    """Around a hundred people of several random stores, always the same ones."""
    project = strategies.make_project({})
    stores = strategies.drawn(strategies.whole_tables(), 5)
    found = tuple(person for tables in stores for person in naive.people(project, tables, strategies.AS_OF))
    assert len(found) > 60
    return found


def members(predicate: Predicate) -> tuple[bool, ...]:
    return tuple(naive.holds(predicate, person) for person in crowd())


def written(text: str) -> Predicate:
    """Return the checked predicate of a piece of YAML over the fixed schema."""
    return check(strategies.make_project({"it": load_predicate(text)})).segments["it"].where
