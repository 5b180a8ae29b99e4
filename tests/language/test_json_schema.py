"""The JSON Schemas admit what the loader reads, and refuse what it refuses."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator
from jsonschema.validators import extend

import strategies
from franca.errors import FrancaError, ProblemsError
from franca.language import check, load, load_predicate
from franca.language.dump import dump
from franca.language.json_schema import SCHEMAS, schema_text
from franca.language.source import plain, read_file, read_text
from language.conftest import PROJECT, SEGMENTS
from language.test_every_node import MISTAKES

ROOT = Path(__file__).parents[2]
FAST = settings(max_examples=20, deadline=None, derandomize=True, database=None)
LONG = settings(FAST, max_examples=300)
TREES = strategies.predicates(3, strategies.ANYTHING)

_TYPES = Draft202012Validator.TYPE_CHECKER.redefine_many(
    {
        "integer": lambda _, value: isinstance(value, int) and not isinstance(value, bool),
        "number": lambda _, value: isinstance(value, (int, float, Decimal)) and not isinstance(value, bool),
    }
)
Strict = extend(Draft202012Validator, type_checker=_TYPES)
"""As the loader sees numbers: 5.0 is no whole number, and a decimal is a number."""


@cache
def validator(name: str) -> Validator:
    return Strict(SCHEMAS[name]())


@cache
def of_predicates() -> Validator:
    return Strict(
        SCHEMAS["segments"]() | {"$ref": "#/$defs/predicate", "required": [], "additionalProperties": True, "type": ["object", "array"]}
    )


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one(name):
    """Each is valid JSON Schema of its draft, and the same text at every run."""
    Draft202012Validator.check_schema(json.loads(schema_text(name)))
    assert schema_text(name) == schema_text(name)


def keys(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every key that a schema names, with its part."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {}).items() if schema.get("additionalProperties") is False else ()
        for part in schema.values():
            yield from keys(part)
    for part in schema if isinstance(schema, list) else ():
        yield from keys(part)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_is_told_in_words(name):
    """Editors show a sentence for each."""
    found = list(keys(SCHEMAS[name]()))
    assert found
    assert [key for key, part in found if not part["description"].endswith(".")] == []


PROJECTS = sorted(path.parent for path in ROOT.rglob("franca.yaml") if ".venv" not in path.parts)
KINDS = {"franca.yaml": "project", "segments/*.yaml": "segments", "campaigns/*.yaml": "campaign"}
FILES = [(path, kind) for folder in PROJECTS for pattern, kind in KINDS.items() for path in sorted(folder.glob(pattern))]


@pytest.mark.parametrize(("path", "kind"), FILES, ids=[str(path.relative_to(ROOT)) for path, _ in FILES])
def test_the_files_of_every_project_here_are_admitted(path, kind):
    """Examples, the starter, the demo."""
    assert [error.message for error in validator(kind).iter_errors(plain(read_file(path, path.name)))] == []


def test_there_are_such_files():
    """Of each kind at least one."""
    assert {kind for _, kind in FILES} == set(SCHEMAS)


def dumped(node: Any) -> Any:
    try:
        return dump(node)
    except FrancaError:
        return reject()


@FAST
@given(TREES)
def test_dumped_trees_are_admitted(node):
    """Whatever the dump writes."""
    assert [error.message for error in of_predicates().iter_errors(dumped(node))] == []


REFUSED_BY_MEANING = {"{attribute: a, ago: [1 month, 1 year]}"}
"""Mistakes that are no matter of shape."""


@pytest.mark.parametrize("text", [text for text, _ in MISTAKES if text not in REFUSED_BY_MEANING])
def test_what_the_loader_refuses_for_its_shape_is_refused(text):
    """The corpus of the loader's own messages."""
    assert not of_predicates().is_valid(plain(read_text(text, "x")))


# ── broken in one place ──────────────────────────────────────────────────────

THINGS = [5, 2.5, -1, "x", "3 days", True, False, [], {}, [5], ["x", "y"], {"x": 1}, {"attribute": "points"}, {"property": "total"}, "10%"]
NAMES = [
    "is",
    "gte",
    "last",
    "where",
    "count",
    "sum",
    "attribute",
    "event",
    "segment",
    "ignore_case",
    "within",
    "of",
    "starting",
    "top",
    "per",
]


def places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every mapping or list inside, with each of its keys."""
    for key in data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
        yield data, key
        yield from places(data[key])


@st.composite
def broken(draw: st.DrawFn, unbroken: st.SearchStrategy[Any]) -> Any:
    """Data with one change: a thing in another's place, a key misspelt, dropped, or added."""
    data = copy.deepcopy(draw(unbroken))
    inside, key = draw(st.sampled_from(list(places(data))))
    change = draw(st.sampled_from(["thing", "thing", "misspelt", "dropped", "added"]))
    if change == "thing" or isinstance(inside, list):
        inside[key] = draw(st.sampled_from(THINGS))
    elif change == "added":
        inside[draw(st.sampled_from(NAMES))] = draw(st.sampled_from(THINGS))
    else:
        value = inside.pop(key)
        inside |= {f"{key}x": value} if change == "misspelt" else {}
    return data


BROKEN_TREES = broken(TREES.map(dumped))


def said(data: Any, checked: bool) -> str:
    """What the loader says, and then the check."""
    try:
        node = load_predicate(json.dumps(data))
        if checked:
            check(strategies.make_project({"it": node}))
    except FrancaError as error:
        return str(error)
    return ""


OF_MEANING = ("is not longer than", "is not a date or an instant", "is not a day")


def loader_and_schema_agree(data: Any) -> None:
    """What the loader refuses, the schema refuses; what the schema refuses, loading or checking refuses."""
    loaded = said(data, checked=False)
    if of_predicates().is_valid(data):
        assert not loaded or any(words in loaded for words in OF_MEANING), loaded
    else:
        assert said(data, checked=True)


@FAST
@given(BROKEN_TREES)
def test_the_schema_and_the_loader_agree_on_broken_trees(data):
    """Neither is stricter than the other about shapes."""
    loader_and_schema_agree(data)


@pytest.mark.slow
@LONG
@given(BROKEN_TREES)
def test_they_agree_on_many_broken_trees(data):
    """The same for many more."""
    loader_and_schema_agree(data)


# ── files ────────────────────────────────────────────────────────────────────

CAMPAIGN = """\
name: Spring
template: welcome
audience: {include: vip, exclude: [vip]}
send_from: a@shop.test
destinations: [klaviyo]
variants: spring
experiment: {metric: orders, share: 50%, wait: 24 hours, baseline: 2%, effect: 20%, power: 80%, alpha: 5%, looks: 2}
"""
MORE = """\
    location: {latitude: lat, longitude: lon}
  memberships: {table: m, profile: p, name: n}
  events:
"""
WHOLE = (
    PROJECT.replace("  events:\n", MORE)
    .replace("{country: country}", "{country: {field: land, values: {DE: Germany}, plain: true}}")
    .replace("metric: Placed Order, value: total", "metric: Placed Order, integration: Shopify, value: total, properties: {sku: SKU}")
    + "policies: {minimum_size: 5, maximum_change: 30%, maximum_overlap: 80%, email_cap: {event: order, count: {lt: 3}, last: 7 days}}\n"
    + "locale: de_DE\nstate: .franca\nledger_key: env:KEY\n"
)
GROUPED = (
    SEGMENTS
    + "    group: g\n    priority: 1\n    realise: {klaviyo: native}\n    accept: {klaviyo: {x: y}}\n"
    + "    adopt: {klaviyo: false}\n    previously: old\n"
)
TEXTS = {"franca.yaml": WHOLE, "segments/a.yaml": GROUPED, "campaigns/a.yaml": CAMPAIGN}
SHAPES = {"franca.yaml": "project", "segments/a.yaml": "segments", "campaigns/a.yaml": "campaign"}


def whole(file: str) -> Any:
    return json.loads(json.dumps(plain(read_text(TEXTS[file], file)), default=float))


@pytest.mark.parametrize("file", TEXTS)
def test_the_files_that_are_broken_below_are_admitted(file):
    """They have every key of the language outside predicates."""
    assert [error.message for error in validator(SHAPES[file]).iter_errors(plain(read_text(TEXTS[file], file)))] == []


def read(folder: Path, file: str, data: Any, *, checked: bool) -> set[str]:
    """What the loader says of the project with this in place of one file, and then the check."""
    for name, text in TEXTS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(data) if name == file else text, encoding="utf-8")
    try:
        project = load(folder)
        if checked:
            check(project)
    except ProblemsError as error:
        return {problem.what for problem in error.problems}
    return set()


OF_FILES = ("is not a key", "share is from", "baseline is a rate", "power is from", "alpha is from", "wait is written", *OF_MEANING)


@cache
def unbroken(folder: Path) -> set[str]:
    """What is wrong before anything is broken: there are neither templates nor copy."""
    return read(folder, "franca.yaml", whole("franca.yaml"), checked=True)


def files_agree(file: str, folder: Path, data: st.DataObject) -> None:
    """What the loader refuses, the schema refuses; what the schema refuses, loading or checking refuses."""
    written = data.draw(broken(st.just(whole(file))))
    if validator(SHAPES[file]).is_valid(written):
        loaded = read(folder, file, written, checked=False)
        assert all(any(words in what for words in OF_FILES) for what in loaded), loaded
    else:
        assert read(folder, file, written, checked=True) - unbroken(folder)


@pytest.mark.parametrize("file", TEXTS)
@FAST
@given(data=st.data())
def test_schema_and_loader_agree_on_broken_files(file, tmp_path_factory, data):
    """Neither is stricter than the other about the shapes of a project's files."""
    files_agree(file, tmp_path_factory.getbasetemp(), data)


@pytest.mark.slow
@pytest.mark.parametrize("file", TEXTS)
@LONG
@given(data=st.data())
def test_they_agree_on_many_broken_files(file, tmp_path_factory, data):
    """The same for many more."""
    files_agree(file, tmp_path_factory.getbasetemp(), data)
