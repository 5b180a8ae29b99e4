"""The page of what becomes native, held against the adapters in both directions: what it calls native compiles, the rest is refused so."""

from __future__ import annotations

import dataclasses
import importlib.util
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from franca.adapter import Resource, ResourceKind, Severity, adapter, installed
from franca.definitions import InSegment, Measure, Native, OfProperty, Op, Predicate, Realisation, Segment, TimeTest
from franca.errors import FrancaError

_FILE = Path(__file__).parents[2] / "docs" / "nodes.py"
_spec = importlib.util.spec_from_file_location("docs_nodes", _FILE)
assert _spec is not None
assert _spec.loader is not None
docs = sys.modules[_spec.name] = importlib.util.module_from_spec(_spec)  # its records are looked up there
_spec.loader.exec_module(docs)

ROWS = list(docs.rows())
SHOWN: Mapping[str, tuple[str, ...]] = {
    line[5 : line.index(" `` | ", 5)]: tuple(line[line.index(" `` | ", 5) + 6 :].removesuffix(" |").split(" | "))
    for line in docs.PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| `` ")
}
"""The page's cells by example, as somebody reads them."""
CASES = [(row, esp, place) for row in ROWS for place, esp in enumerate(docs.ESPS)]
every_cell = pytest.mark.parametrize(("row", "esp", "place"), CASES, ids=[f"{esp}: {row.text}" for row, esp, _ in CASES])


def test_the_page_is_up_to_date() -> None:
    """Run python docs/nodes.py after a change."""
    assert docs.PAGE.read_text(encoding="utf-8") == docs.page()


def test_every_example_stands_on_the_page_once() -> None:
    """One line for each, one cell for each ESP whose adapter is installed."""
    assert sorted(docs.ESPS) == sorted(installed())
    assert [row.text for row in ROWS] == list(SHOWN)
    assert {len(cells) for cells in SHOWN.values()} == {len(docs.ESPS)}


@every_cell
def test_what_the_page_calls_native_compiles_and_nothing_else_does(row: Any, esp: str, place: int) -> None:
    """Native: one segment, on the assumptions that stand there. Else: the findings that stand there refuse it, and members are exact."""
    shown, segment = SHOWN[row.text][place], _segment(row)
    if isinstance(segment.where, Native):  # the core's own: the object that people made
        assert shown == "**native**"
        return
    assessed = adapter(esp).assess(segment, docs.site(esp))
    if shown.startswith("**native**"):
        assert not assessed[Realisation.NATIVE].open()
        named = {each.id for each in assessed[Realisation.NATIVE].assumptions if not each.id.startswith("facts:")}
        assert named == set(re.findall(r"`([^`]+)`", shown))
        assert [each.key for each in _compiled(esp, segment, Realisation.NATIVE) if each.kind is ResourceKind.SEGMENT] == [segment.key]
        return
    said = set(re.findall(r"`([^`]+)`", shown))
    assert said == {each.id for each in assessed[Realisation.NATIVE].findings if each.severity is Severity.ERROR}
    with pytest.raises(FrancaError):
        _compiled(esp, segment, Realisation.NATIVE)
    accepting = replace(segment, accept={esp: dict.fromkeys(said, "whatever it means")})
    if shown.endswith(" or **native** with an accept"):
        assert segment.key in {each.key for each in _compiled(esp, accepting, Realisation.NATIVE)}
    else:
        with pytest.raises(FrancaError):
            _compiled(esp, accepting, Realisation.NATIVE)
    kept, _, _ = shown.partition(":")
    assert kept == adapter(esp).members_kind
    assert not assessed[Realisation.MEMBERS].open()


@every_cell
def test_every_example_can_be_a_marker(row: Any, esp: str, place: int) -> None:
    """As the page says at its head: exact for any definition that Franca evaluates."""
    if not isinstance(row.where, Native):
        assert not adapter(esp).assess(_segment(row), docs.site(esp))[Realisation.MARKER].open()


def test_every_kind_of_node_is_in_an_example() -> None:
    """Each predicate, each test on time, each measure, each operator; so a new node does not do without a line."""
    parts = [part for row in ROWS for part in _parts(docs.load_predicate(row.text))]
    seen = {type(part) for part in parts}
    wanted = {kind.__name__ for base in (Predicate, TimeTest, Measure) for kind in _kinds(base)}
    assert wanted - {kind.__name__ for kind in seen} == {OfProperty.__name__}
    assert InSegment in seen
    assert {part for part in parts if isinstance(part, Op)} == set(Op)


def _segment(row: Any) -> Segment:
    found: Segment = next(each for each in docs.project().segments.values() if each.where is row.where)
    return found


def _compiled(esp: str, segment: Segment, realisation: Realisation) -> tuple[Resource, ...]:
    return adapter(esp).compile(segment, realisation, docs.site(esp))


def _kinds(base: type) -> Iterator[type]:
    """Yield the subclasses that the language has, not those that tests made."""
    for kind in base.__subclasses__():
        if kind.__module__.startswith("franca.definitions"):
            yield kind
            yield from _kinds(kind)


def _parts(value: Any) -> Iterator[Any]:
    """Yield everything inside a node."""
    if isinstance(value, Enum):
        yield value
    elif dataclasses.is_dataclass(value):
        yield value
        for each in dataclasses.fields(value):
            yield from _parts(getattr(value, each.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _parts(item)
