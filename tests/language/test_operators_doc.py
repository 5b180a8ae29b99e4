"""docs/operators.md has every word of the language, names tests that exist, and shows predicates that can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from franca.definitions import CalendarPart, LengthUnit, NamedDay, Op, Period, Status, Unit
from franca.language import events as did
from franca.language import load_predicate
from franca.language.predicates import ATTRIBUTE_TESTS, NEAR_KEYS, SAMPLE_KEYS, SUBJECTS
from franca.language.subjects import AT_LEAST_KEYS
from franca.language.times import SINCE_KEYS, TIME_TESTS
from franca.language.values import REFERENCE_KEYS
from franca.language.where import EVENT_SUBJECTS, TIMES

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL))
OPERATORS = ("What a predicate is about", "Tests on a value", "Tests on time", "Measures")
EXAMPLES = ("If you come from another tool", "Not in the language, and why")


def rows(section: str) -> Iterator[list[str]]:
    """The cells of a table's rows, without its head."""
    lines = [line for line in SECTIONS[section].splitlines() if line.startswith("|")]
    for line in lines[2:]:
        yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def words(text: str) -> set[str]:
    """The words in code spans."""
    return {word for span in re.findall(r"`([^`]+)`", text) for word in re.findall(r"[a-z_]+", span)}


def of_subjects() -> set[str]:
    """Every subject, and every key that may stand beside one."""
    subjects = {**SUBJECTS, **EVENT_SUBJECTS}
    return set(subjects) | {key for subject in subjects.values() for key in subject.keys}


def test_every_operator_stands_in_a_table():
    """A word that the loader learns is missing here until it is explained."""
    told = {word for section in OPERATORS for row in rows(section) for word in words(row[0])}
    wanted = (
        of_subjects()
        | set(Op)
        | set(ATTRIBUTE_TESTS)
        | set(TIME_TESTS)
        | set(did.MEASURES)
        | set(did.PLACES)
        | set(TIMES)
        | {"ignore_case"}
    )
    inside = (
        NEAR_KEYS,
        SAMPLE_KEYS,
        AT_LEAST_KEYS,
        SINCE_KEYS,
        REFERENCE_KEYS,
        did.FOLLOW_KEYS,
        did.STEP_KEYS,
        did.WITHOUT_KEYS,
        did.TILE_KEYS,
    )
    assert (wanted | {key for keys in inside for key in keys}) - told == set()


def test_every_unit_and_status_and_part_is_named():
    """Words that stand as values."""
    told = words("\n".join(SECTIONS[section] for section in OPERATORS))
    assert {*Unit, *LengthUnit, *NamedDay, *Period, *Status, *CalendarPart} - told == set()


def test_every_operator_has_one_line_and_a_test_that_exists():
    """No row without meaning, and none that names a test that is gone."""
    for row in (row for section in OPERATORS for row in rows(section)):
        assert len(row) == 4, row
        path, _, name = row[3].strip("`").partition("::")
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), row


@pytest.mark.parametrize("section", EXAMPLES)
def test_every_example_is_a_predicate(section):
    """What is said to be written is read by the loader."""
    found = [span for row in rows(section) for span in re.findall(r"`([^`]+)`", row[-1]) if span[0] in "[{"]
    assert len(found) >= 20
    for span in found:
        load_predicate(span)


def test_what_is_left_out_has_a_reason_and_a_way_out():
    """Three cells, none of them empty."""
    found = list(rows("Not in the language, and why"))
    assert len(found) >= 20
    assert all(len(row) == 3 and all(row) for row in found)
