"""Tests on attributes → conditions on merge fields: a table from kind and operator; no entry is a finding.

Attributes that are mapped to something else that Mailchimp keeps are for `kept`.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from franca.adapter import Assumption, Finding, Site, facts
from franca.adapter.words import theirs
from franca.definitions import (
    TEXT,
    Anniversary,
    Attribute,
    AttributeTest,
    DataType,
    FieldMapping,
    From,
    Kind,
    LengthTest,
    OnDay,
    Op,
    ReferenceTest,
    TimeTest,
    To,
    ValueTest,
)
from franca_mailchimp.assumptions import ACCENTS_DISTINCT, CASE_SENSITIVE, NUMERIC, WILDCARDS_LITERAL
from franca_mailchimp.dates import DATES, dated
from franca_mailchimp.kept import REFUSED, is_kept, kept
from franca_mailchimp.options import ANY_DAY, BIRTHDAY, FREE_TEXT, merge_condition
from franca_mailchimp.parts import Part, RefusedError, merge_presence, refuse
from franca_mailchimp.values import STANDS_FOR, compared, may_hold_of_nothing, written

Untimed = ValueTest | ReferenceTest | LengthTest
Test = Untimed | TimeTest

FLAGS = frozenset({Op.IS_SET, Op.IS_EMPTY})
NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER})
LONGEST = 31
"""Days of an anniversary that are written out, one condition each."""
_COMPARISONS = (Op.IS, Op.IN, Op.GT, Op.GTE, Op.LT, Op.LTE)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """One test, in the words of the merge field *tag*."""

    tag: str
    type: DataType
    test: ValueTest
    positive: bool


def attribute(leaf: AttributeTest, positive: bool, site: Site) -> Part:
    """Compile a test on an attribute.

    Raises:
        RefusedError: there is no exact form.
    """
    destination = site.destination
    mapping = destination.attributes.get(leaf.attribute)
    if mapping is None:
        raise refuse("unmapped-attribute", f"the attribute {leaf.attribute!r} has no mapping under destinations.{destination.name}")
    if leaf.attribute == "email":
        raise refuse("email-case", "emails are compared in lower case, and whether Mailchimp's conditions do so is not documented")
    make = _kept if is_kept(mapping) else _in_a_field
    part = make(mapping, site.project.data.profile.attributes[leaf.attribute], leaf.tests[0], positive)
    return replace(part, assumptions=part.assumptions | {facts(destination.name, leaf.attribute)})


def _kept(mapping: FieldMapping, of: Attribute, test: Test, positive: bool) -> Part:
    if mapping.field in REFUSED:
        raise refuse(*REFUSED[mapping.field])
    if mapping.field in DATES:
        return _never_blank(of, dated(mapping, of, test if isinstance(test, TimeTest) else _against_constants(test), positive=positive))
    if isinstance(test, TimeTest):
        raise refuse(*_reason(of.type.kind, Op.GTE))
    _, plain = _translated(mapping, of.type, _against_constants(test))
    return kept(mapping, of, plain, positive=positive)


def _in_a_field(mapping: FieldMapping, of: Attribute, test: Test, positive: bool) -> Part:
    if isinstance(test, Anniversary):
        return _never_blank(of, _anniversary(mapping, of.type, positive, test))
    plain = _on_days(of.type, test) if isinstance(test, TimeTest) else _against_constants(test)
    if plain.op in FLAGS:
        return _presence(mapping, of.type, positive, plain)
    return _never_blank(of, _valued(mapping, of.type, positive, plain))


def _never_blank(of: Attribute, part: Part) -> Part:
    """Return the part without a thought for blank fields, where the attribute is never missing and the field holds the same.

    Not of a text: the empty one is a value here (language.md section 4, item 2), and a blank field there.
    """
    return replace(part, blank=False, soft=False) if of.required and of.type.kind is not Kind.TEXT else part


def _against_constants(test: Untimed) -> ValueTest:
    if isinstance(test, ReferenceTest):
        raise refuse("references", "Mailchimp compares a field with constants, not with another field")
    if isinstance(test, LengthTest):
        raise refuse("list-length", "Mailchimp's segments do not count the entries of a list")
    if test.ignore_case:
        raise refuse("ignore-case", "whether Mailchimp ignores case is not documented, and it does not let one choose")
    return test


def _valued(mapping: FieldMapping, type_: DataType, positive: bool, test: ValueTest) -> Part:
    type_, test = _translated(mapping, type_, test)
    make = _TESTS.get((type_.kind, test.op))
    if make is None:
        raise refuse(*_reason(type_.kind, test.op))
    return make(_Asked(tag=mapping.field, type=type_, test=test, positive=positive))


# -- presence


def _presence(mapping: FieldMapping, type_: DataType, positive: bool, test: ValueTest) -> Part:
    """Compile is_set and is_empty, which are opposites for values that are never blank; for a missing value is_empty holds."""
    stands_for = STANDS_FOR[Kind.TEXT] if mapping.values else STANDS_FOR.get(type_.kind)
    if stands_for is None:
        raise refuse(*_reason(type_.kind, test.op))
    if type_.kind in (Kind.TEXT, Kind.LIST):
        raise refuse("blank-text", "Mailchimp does not tell a blank text from a missing one")
    wanted = (test.op is Op.IS_SET) is positive
    asked_for = stands_for if mapping.values else _asked_for(type_)
    condition = merge_condition(mapping.field, asked_for, "blank_not" if wanted else "blank")
    return Part(tag=mapping.field, conditions=(condition,), presence=merge_presence(mapping.field, asked_for), blank=not wanted)


def _asked_for(type_: DataType) -> str:
    """Return what a merge field stands for when it is asked whether it is blank: date and birthday fields both say that of a day."""
    return ANY_DAY if type_.kind is Kind.DATE else STANDS_FOR[type_.kind]


# -- days


def _on_days(type_: DataType, test: TimeTest) -> ValueTest:
    """Return a test on a day as a comparison with a fixed day.

    Raises:
        RefusedError: it moves with the present, or the attribute is an instant.
    """
    if type_.kind is not Kind.DATE:
        raise refuse(*_reason(type_.kind, Op.GTE))
    make = _DAYS.get(type(test))
    day = (test.at if isinstance(test, From | To) else test.day) if isinstance(test, From | To | OnDay) else None
    if make is None or not isinstance(day, date) or isinstance(day, datetime):
        # DateMerge has no `within` (sheet section 1.4): a fixed day in its place would go stale
        raise refuse("relative-dates", "Mailchimp compares a date field with fixed days only, not with days relative to today")
    return ValueTest(op=make, operand=day, position=test.position)


_DAYS: Mapping[type[TimeTest], Op] = {From: Op.GTE, To: Op.LT, OnDay: Op.IS}


def _anniversary(mapping: FieldMapping, type_: DataType, positive: bool, test: Anniversary) -> Part:
    """Compile an anniversary on fixed days: a birthday field holds month and day, and is asked for one day at a time."""
    if type_.kind is not Kind.DATE:
        raise refuse(*_reason(type_.kind, Op.GTE))
    days = [written(Kind.TEXT, each) for each in _birthdays(test)]
    return Part(
        tag=mapping.field,
        presence=merge_presence(mapping.field, _asked_for(type_)),
        conditions=tuple(merge_condition(mapping.field, BIRTHDAY, "is" if positive else "not", each) for each in days),
        any=positive,
        blank=not positive,
    )


def _birthdays(test: Anniversary) -> list[str]:
    """Return the MM/DD that have an anniversary in a window of fixed days (language.md section 4, item 6).

    Raises:
        RefusedError: the window moves with the present, or is long.
    """
    bounds = [_window(each) for each in test.tests]
    begin, end = max(first for first, _ in bounds), min(last for _, last in bounds)
    if not timedelta() < end - begin <= timedelta(LONGEST):
        raise refuse("long-anniversary", f"Mailchimp asks a birthday field for one day at a time, and this is not 1 to {LONGEST} days")
    days = [begin + timedelta(number) for number in range((end - begin).days)]
    short = any((each.month, each.day) == (2, 28) and not isleap(each.year) for each in days)
    return [f"{each.month:02}/{each.day:02}" for each in days] + (["02/29"] if short else [])


def _window(test: TimeTest) -> tuple[date, date]:
    """Return the fixed days [begin, end) of one test."""
    day = (test.at if isinstance(test, From | To) else test.day) if isinstance(test, From | To | OnDay) else None
    if not isinstance(day, date) or isinstance(day, datetime):
        raise refuse("relative-dates", "Mailchimp compares a birthday field with fixed days only, not with days relative to today")
    if isinstance(test, OnDay):
        return day, _next(day)
    return (day, date.max) if isinstance(test, From) else (date.min, day)


def _next(day: date) -> date:
    if day == date.max:
        raise refuse("date-range", f"there is no day after {day}")
    return day + timedelta(1)


# -- values


def _ordered(asked: _Asked) -> Part:
    """Compile a comparison of numbers or days."""
    kind, comparison = asked.type.kind, compared(asked.type, asked.test, positive=asked.positive)
    numeric = kind in NUMBERS
    return Part(
        tag=asked.tag,
        presence=merge_presence(asked.tag, _asked_for(asked.type)),
        conditions=tuple(merge_condition(asked.tag, STANDS_FOR[kind], op, written(kind, value)) for op, value in comparison.pairs),
        any=comparison.any,
        blank=not asked.positive,
        soft=any(op == "less" or (numeric and may_hold_of_nothing(op, value)) for op, value in comparison.pairs),
        assumptions=frozenset([NUMERIC]) if numeric else frozenset(),
    )


def _equal(asked: _Asked) -> Part:
    return _text_part(asked, "is" if asked.positive else "not")


def _contained(asked: _Asked) -> Part:
    return _text_part(asked, "contains" if asked.positive else "notcontain")


def _at_an_end(op: str) -> Callable[[_Asked], Part]:
    def make(asked: _Asked) -> Part:
        if not asked.positive:
            raise refuse("no-negative", f"Mailchimp has {op!r} and nothing for its opposite")
        return _text_part(asked, op, FREE_TEXT)

    return make


def _text_part(asked: _Asked, op: str, stands_for: str = STANDS_FOR[Kind.TEXT]) -> Part:
    texts = [written(Kind.TEXT, each) for each in asked.test.operands]
    return Part(
        tag=asked.tag,
        presence=merge_presence(asked.tag, stands_for),
        conditions=tuple(merge_condition(asked.tag, stands_for, op, text) for text in texts),
        any=asked.positive,
        blank=not asked.positive,
        assumptions=_on_texts(op, texts),
    )


def _on_texts(op: str, texts: list[str]) -> frozenset[Assumption]:
    wild = op not in ("is", "not") and any(char in text for text in texts for char in "%_")
    return frozenset([CASE_SENSITIVE, ACCENTS_DISTINCT, *([WILDCARDS_LITERAL] if wild else [])])


_TESTS: Mapping[tuple[Kind, Op], Callable[[_Asked], Part]] = {
    **{(kind, op): _ordered for kind in (*NUMBERS, Kind.DATE) for op in _COMPARISONS},
    (Kind.TEXT, Op.IS): _equal,
    (Kind.TEXT, Op.IN): _equal,
    (Kind.TEXT, Op.CONTAINS): _contained,
    (Kind.TEXT, Op.STARTS_WITH): _at_an_end("starts"),
    (Kind.TEXT, Op.ENDS_WITH): _at_an_end("ends"),
}

_NO_FIELDS = {
    Kind.BOOLEAN: ("no-booleans", "Mailchimp has no fields for yes and no; a mapping with `values` may say which texts stand for them"),
    Kind.LIST: ("no-lists", "Mailchimp has no merge fields for lists; a mapping may name `tags` or `interests:TITLE`"),
    Kind.DATETIME: ("no-instants", "Mailchimp's date fields hold days, not instants"),
}


def _reason(kind: Kind, op: Op) -> tuple[str, str]:
    if kind is Kind.TEXT and op in _COMPARISONS:
        return "text-order", "how Mailchimp orders texts is not documented"
    return _NO_FIELDS.get(kind, ("no-such-test", f"Mailchimp has no {op.value!r} on a {kind}"))


# -- translated constants


def _translated(mapping: FieldMapping, type_: DataType, test: ValueTest) -> tuple[DataType, ValueTest]:
    """Return the test in the field's own words, and the type that it has there.

    Raises:
        RefusedError: a constant has no translation, or its translation means more than it does.
    """
    if not mapping.values:
        return type_, test
    if test.op not in (Op.IS, Op.IN) or type_.kind is Kind.LIST:
        raise refuse("translated-values", f"{test.op.value!r} cannot be asked of the translated values of {mapping.field}")
    words = theirs(mapping, test.operands)
    if isinstance(words, Finding):
        raise RefusedError(words)
    return TEXT, replace(test, operand=words if isinstance(test.operand, tuple) else words[0])


def marked(tag: str, value: str) -> dict[str, Any]:
    """Return the condition that a marker field holds *value*. The field is ours: its tag and type are known without a reference."""
    return {"field": tag, "condition_type": "TextMerge", "op": "is", "value": value}
