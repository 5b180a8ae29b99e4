"""Predicates as JSON Schema: one definition for each subject of the loader's tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from franca.definitions import WEEKDAYS, CalendarPart, Count, LengthUnit, Measure, NativeKind, OfProperty
from franca.language.events import FOLLOW_KEYS, MEASURE_KEYS, MEASURES, PLACES, STEP_KEYS, TILE_KEYS, WITHOUT_KEYS
from franca.language.json_schema.parts import (
    DURATION,
    EVENTS,
    FLAG,
    IGNORE_CASE,
    INTEGER,
    NUMBER,
    PARTS,
    PERCENT,
    PERIOD,
    STATUS,
    TEXT,
    TIME_PARTS,
    Schema,
    listed,
    mapping,
    number_parts,
    one_of,
    one_or_listed,
    only,
    ref,
    value_parts,
)
from franca.language.json_schema.words import told
from franca.language.predicates import ATTRIBUTE_TESTS, NEAR_KEYS, SAMPLE_KEYS, SUBJECTS
from franca.language.subjects import AT_LEAST_KEYS, Subject
from franca.language.values import NUMBER_TESTS
from franca.language.where import AT, CALENDAR_TESTS, COLUMN_TESTS, EVENT_SUBJECTS, PROPERTY_TESTS, SOURCE_SUBJECTS, TIMES


def predicate_definitions() -> dict[str, Schema]:
    """Return the definitions that schemas with predicates share: `predicate`, `where`, `columns`, and what these refer to."""
    return {
        "predicate": _predicate("predicate", SUBJECTS),
        "where": _predicate("where", EVENT_SUBJECTS),
        "columns": _predicate("columns", SOURCE_SUBJECTS),
        **_subjects("predicate", SUBJECTS, _PROFILE),
        **_subjects("where", EVENT_SUBJECTS, _EVENT),
        **_subjects("columns", SOURCE_SUBJECTS, _SOURCE),
        **PARTS,
        **_SHARED,
    }


def _predicate(place: str, subjects: Iterable[str]) -> Schema:
    return {"anyOf": [*(ref(f"{place}.{name}") for name in subjects), listed(ref(place))]}


Made = tuple[Mapping[str, Schema], tuple[str, ...], Schema]
"""A subject's own parts, the keys that it needs beside its own, and what else holds of it."""


def _subjects(place: str, subjects: Mapping[str, Subject], made: Mapping[str, Made]) -> dict[str, Schema]:
    """Return a definition of each subject; the keys are the loader's."""
    found: dict[str, Schema] = {}
    for name, subject in subjects.items():
        parts, required, more = _combinator(name, place) if name in _COMBINATORS else made[name]
        found[f"{place}.{name}"] = {
            "description": told(name),
            **mapping(name, only((name, *subject.keys), parts), (name, *required)),
            **more,
        }
    return found


_COMBINATORS = ("all", "any", "none", "not", "at_least")


def _combinator(name: str, place: str) -> Made:
    inner = ref(place)
    at_least = mapping("at_least", only(AT_LEAST_KEYS, {"count": {**INTEGER, "minimum": 1}, "of": listed(inner)}), AT_LEAST_KEYS)
    return {name: inner if name == "not" else at_least if name == "at_least" else listed(inner)}, (), {}


# ── about one event ──────────────────────────────────────────────────────────


def _tested(name: str, parts: Mapping[str, Schema], tests: Iterable[str]) -> Made:
    return {name: TEXT, **parts, "ignore_case": FLAG}, (), {"allOf": [one_of([*tests]), IGNORE_CASE]}


_DAY_NAME: Schema = {"enum": list(WEEKDAYS)}
_DAY_NAMES = {"is": _DAY_NAME, "is_not": _DAY_NAME, "in": one_or_listed(_DAY_NAME), "not_in": one_or_listed(_DAY_NAME)}


def _when(part: str, then: Schema) -> Schema:
    return {"if": {"properties": {"time": {"const": part}}}, "then": then}


def _without(names: Iterable[str]) -> Schema:
    return {"properties": dict.fromkeys(names, False)}


_TIME: Made = (
    {"time": {"enum": list(TIMES)}, **number_parts(CALENDAR_TESTS, ""), **TIME_PARTS},
    (),
    {
        "minProperties": 2,
        "allOf": [
            _when(AT, _without(CALENDAR_TESTS)) | {"else": _without(TIME_PARTS)},
            _when(CalendarPart.WEEKDAY, {"properties": {name: _DAY_NAMES.get(name, False) for name in CALENDAR_TESTS}}),
        ],
    },
)
_EVENT: Mapping[str, Made] = {"property": _tested("property", value_parts("any_value"), PROPERTY_TESTS), "time": _TIME}
_SOURCE: Mapping[str, Made] = {"property": _tested("property", value_parts("property_value"), COLUMN_TESTS)}


# ── what a profile did ───────────────────────────────────────────────────────


def _measured(kind: type[Measure]) -> Schema:
    if kind is Count:
        return {"anyOf": [INTEGER, ref("number")]}
    return ref("number_of_property" if issubclass(kind, OfProperty) else "number")


_WHERE = ref("where")
_MEASURED = {name: _measured(kind) for name, kind in MEASURES.items()}
_BARE: dict[str, Schema] = {name: TEXT if issubclass(kind, OfProperty) else {"const": True} for name, kind in MEASURES.items()}
_PLACE: Schema = {"anyOf": [PERCENT, {**INTEGER, "minimum": 1}]}
_PERIODS: Schema = {**INTEGER, "minimum": 1}
_TILE = mapping("tile", only(TILE_KEYS, {"of": _PERIODS, "in": one_or_listed(_PERIODS)}), TILE_KEYS)
_RANKED: Schema = {"anyOf": [ref("event_measure"), mapping("rank", {"attribute": TEXT}, ["attribute"])]}
_AFTER = {"event": EVENTS, "without": EVENTS, "where": _WHERE, "within": DURATION, "open": FLAG}

_SHARED: dict[str, Schema] = {
    "number": mapping("number", number_parts()) | {"minProperties": 1},
    "number_of_property": mapping("number", {"of": TEXT, **number_parts()}, ["of"]) | {"minProperties": 2},
    "event_measure": {
        **mapping("event_measure", only(MEASURE_KEYS, {"event": EVENTS, "where": _WHERE, **TIME_PARTS, **_BARE}), ["event"]),
        "oneOf": [{"not": one_of(MEASURES)}, *({"required": [name]} for name in MEASURES)],
    },
    "follow": {"anyOf": [EVENTS, mapping("follow", only(FOLLOW_KEYS, _AFTER), ["event"])]},
    "step": {
        "anyOf": [
            EVENTS,
            mapping("step", only(STEP_KEYS, _AFTER), ["event"]),
            mapping("without", only(WITHOUT_KEYS, _AFTER), ["without", "within"]),
        ]
    },
}


def _picked(name: str) -> Made:
    follow = ref("follow")
    return {name: EVENTS, "where": _WHERE, **TIME_PARTS, "having": _WHERE, "followed_by": follow, "not_followed_by": follow}, (), {}


_NEEDS_TEST = one_of(NUMBER_TESTS)
_DID: Mapping[str, Made] = {
    "event": ({"event": EVENTS, "where": _WHERE, **TIME_PARTS, **_MEASURED, "per": TEXT}, (), {}),
    "latest": _picked("latest"),
    "first": _picked("first"),
    "sequence": ({"sequence": listed(ref("step")), "starting": ref("times")}, (), {}),
    "regular": (
        {"regular": EVENTS, "every": PERIOD, "at_least": _PERIODS, "of_last": _PERIODS, "where": _WHERE},
        ("every", "at_least", "of_last"),
        {},
    ),
    "measure": (
        {"measure": ref("event_measure"), "divided_by": ref("event_measure"), **number_parts()},
        ("divided_by",),
        _NEEDS_TEST,
    ),
    "rank": ({"rank": _RANKED, "top": _PLACE, "bottom": _PLACE, "tile": _TILE}, (), {"oneOf": [{"required": [name]} for name in PLACES]}),
}


# ── about profiles ───────────────────────────────────────────────────────────

_UNITS = "|".join(LengthUnit)
_NEAR = mapping(
    "near",
    only(
        NEAR_KEYS,
        {
            "latitude": {**NUMBER, "minimum": -90, "maximum": 90},
            "longitude": {**NUMBER, "minimum": -180, "maximum": 180},
            "within": {"type": "string", "pattern": rf"^\s*[0-9]{{1,5}}(\.[0-9]{{1,6}})? +({_UNITS})\s*$", "examples": ["25 km"]},
        },
    ),
    NEAR_KEYS,
)
_SAMPLE = mapping("sample", only(SAMPLE_KEYS, {"percent": {**NUMBER, "minimum": 0, "maximum": 100}, "salt": TEXT}), SAMPLE_KEYS)

_OBJECT = mapping("native", only(NativeKind, dict.fromkeys(NativeKind, TEXT))) | {"minProperties": 1, "maxProperties": 1}

_PROFILE: Mapping[str, Made] = {
    "everyone": ({"everyone": {"const": True}}, (), {}),
    "attribute": _tested("attribute", {**value_parts("attribute_value"), **TIME_PARTS}, ATTRIBUTE_TESTS),
    **_DID,
    "segment": ({"segment": TEXT}, (), {}),
    "mailable": ({"mailable": TEXT}, (), {}),
    "consent": ({"consent": TEXT, "status": one_or_listed(STATUS), "at": ref("times")}, (), one_of(["status", "at"])),
    "member_of": ({"member_of": TEXT}, (), {}),
    "native": ({"native": {"type": "object", "additionalProperties": _OBJECT, "minProperties": 1}}, (), {}),
    "near": ({"near": _NEAR}, (), {}),
    "sample": ({"sample": _SAMPLE}, (), {}),
}
