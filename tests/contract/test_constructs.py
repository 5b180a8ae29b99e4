"""What each dialect declares of every construct, in both directions: yes, and by a field, render as the reference; no is refused so."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from franca.adapter import ABSENT, COMPUTED, Level, Translation, installed
from franca.adapter.constructs import EXAMPLES, Construct
from franca.cli.esp import filled_in, rendered
from franca.content import Document, Person, Renderer, Setting, Surroundings, document
from franca.definitions import Part
from franca.demo.store import AS_OF
from franca.render.email import same
from franca_brevo.sandbox import rendering as brevo
from franca_klaviyo.sandbox import rendering as klaviyo

_FILE = Path(__file__).parents[2] / "docs" / "generate.py"
_SPEC = importlib.util.spec_from_file_location("generate_docs", _FILE)
assert _SPEC
assert _SPEC.loader
docs: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(docs)

PROJECT = docs.project()
FEEDS = {"new": [{"title": "Scarf"}, {"title": "Hat & <b>"}, {"title": ""}, {}]}
PEOPLE = [
    Person(values={"city": "Rom"}),
    Person(
        values={
            "first_name": "Ann",
            "city": "Rom",
            "country": "DE",
            "points": 5,
            "spent": Decimal("10.5"),
            "member": True,
            "birthday": date(1990, 5, 4),
            "seen": datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
            "tags": ["a", "<b>"],
        },
        segments=frozenset({"vip"}),
        primary={"lifecycle": "vip"},
    ),
    Person(values={"first_name": "ß", "city": "Bonn", "country": "AT", "points": 0, "member": False, "tags": ["b"]}),
]
every_construct = pytest.mark.parametrize("construct", Construct)
every_esp = pytest.mark.parametrize("esp", docs.ESPS)


def said(esp: str, made: Document) -> Translation:
    found: Translation = docs.dialect_of(PROJECT, esp).translate(made)
    return found


def made_of(construct: Construct) -> Document:
    return document(PROJECT, docs.written(construct), lambda _: None)


def with_feeds(esp: str, text: str) -> str:
    if esp == "klaviyo":
        return klaviyo.render(text, {}, around=klaviyo.Surroundings(feeds=FEEDS))
    return brevo.render(text, {}, markup=True, surroundings=brevo.Surroundings(feed=FEEDS))


def everybody(esp: str, made: Document, found: Translation) -> Mapping[Part, list[tuple[str, str]]]:
    """Return (by the reference, by the ESP's own rules) of every part for everybody."""
    dialect, setting = docs.dialect_of(PROJECT, esp), Setting()
    around = filled_in(esp, dialect, AS_OF)
    pairs: dict[Part, list[tuple[str, str]]] = {part: [] for part in made.parts}
    for somebody in PEOPLE:
        fields = {each.key: Renderer(each.pieces, setting)(somebody).text or ABSENT for each in found.computed}
        groups = {group: somebody.primary.get(group, ABSENT) for group in found.groups}
        there = rendered(esp, found.parts, dialect.person(somebody.values, {**fields, **groups}), AS_OF)
        for part, pieces in made.parts.items():
            pairs[part].append((Renderer(pieces, setting)(somebody, around).text, there[part]))
    return pairs


@every_esp
def test_every_construct_is_declared(esp: str) -> None:
    """In the order of the enum; a reason stands with all that is not a plain yes."""
    declared = docs.dialect_of(PROJECT, esp).constructs
    assert list(declared) == list(Construct) == list(EXAMPLES)
    assert all(bool(support.reason) is (support.level is not Level.YES) for support in declared.values())


@every_esp
@every_construct
def test_a_construct_is_as_declared(construct: Construct, esp: str) -> None:
    """Yes reads no field of ours, by a field reads one, and both render as the reference for everybody; no is refused in those words."""
    support, made = docs.dialect_of(PROJECT, esp).constructs[construct], made_of(construct)
    found = said(esp, made)
    assert [finding.what for finding in found.findings] == ([support.reason] if support.level is Level.NO else [])
    if support.level is Level.NO:
        return
    reads = bool(found.computed or found.groups)
    assert reads is (support.level is Level.PARTIAL)
    assert reads or COMPUTED not in "".join(found.parts.values()).lower()
    for part, pairs in everybody(esp, made, found).items():
        assert all(same(reference, there) for reference, there in pairs), (part, found.parts[part])


@pytest.mark.parametrize(
    ("construct", "esp"),
    [
        *((construct, esp) for construct in (Construct.FEED, Construct.FEED_CONDITION) for esp in ("klaviyo", "brevo")),
        (Construct.FEED_IN_ADDRESS, "klaviyo"),
    ],
)
def test_a_feed_is_rendered_as_the_reference_does(construct: Construct, esp: str) -> None:
    """With items; a field that is missing, empty or null prints nothing and equals nothing."""
    made = made_of(construct)
    expected = Renderer(made.parts[Part.HTML], Setting())(Person(), Surroundings(feeds=FEEDS)).text
    there = with_feeds(esp, said(esp, made).parts[Part.HTML])
    assert same(expected.partition("<p>")[2].partition("</p>")[0], there.partition("<p>")[2].partition("</p>")[0])
    assert "a" in expected or "Scarf" in expected
    assert ("Hat%20%26%20%3Cb%3E" in expected) is (construct is Construct.FEED_IN_ADDRESS)


@every_construct
def test_an_example_is_about_something(construct: Construct) -> None:
    """Somebody reads something else in it than in an empty template."""
    around = Surroundings(feeds=FEEDS)
    empty = {part: Renderer(pieces, Setting())(Person()).text for part, pieces in made_of(Construct.NATIVE).parts.items()}
    read = [{part: Renderer(p, Setting())(each, around).text for part, p in made_of(construct).parts.items()} for each in PEOPLE]
    assert any(each != empty for each in read) is (construct is not Construct.NATIVE)


def test_the_page_is_up_to_date() -> None:
    """Run python docs/generate.py after a change; every installed adapter is on it."""
    assert sorted(docs.ESPS) == sorted(installed())
    assert docs.PAGE.read_text(encoding="utf-8") == docs.page()
