"""Tests on attributes → conditions of type profile-property."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from franca.adapter import facts
from franca.definitions import Anniversary, AttributeTest, FieldMapping, Kind, LengthTest, Op, TimeTest, ValueTest
from franca_klaviyo.anniversaries import anniversaries
from franca_klaviyo.computed import computed, is_computed
from franca_klaviyo.parts import NOBODY, Condition, Context, Filter, Groups, Part, RefusedError, either, refuse
from franca_klaviyo.values import (
    EMPTY,
    IS_SET,
    NOT_SET,
    constant_test,
    emptiness,
    is_flag,
    is_short,
    length_findings,
    translated,
    value_filters,
)
from franca_klaviyo.windows import DATES, Span, Time, day_windows, leaned, spans

# The names that a condition knows by themselves (contract: ProfilePropertyCondition.property; profile attributes of section 2.1).
WELL_KNOWN = frozenset(
    {
        *("email", "phone_number", "external_id", "first_name", "last_name", "organization", "title", "locale", "image"),
        *("created", "updated", "last_event_date"),
    }
)
_SPELLED = re.compile(r"(location|properties)\['[^']+'\]")


def property_name(field: str) -> str:
    """Return how a condition names a field; a bare name that Klaviyo does not know by itself is a custom property.

    Raises:
        RefusedError: the name holds a quote, whose escape is not documented, or it is one of what Klaviyo computes.
    """
    if is_computed(field):
        raise refuse("computed-field", f"{field} is for conditions of segments alone")
    if field in WELL_KNOWN or _SPELLED.fullmatch(field):
        return field
    if "'" in field or not field:
        raise refuse("property-quote", f"Klaviyo does not say how a quote is written in the name of a property ({field})")
    return f"properties['{field}']"


def named(field: str) -> str:
    """Return what a condition calls a field, or the field where none can name it."""
    try:
        return property_name(field)
    except RefusedError:
        return field


def of_property(name: str, test: Filter) -> Condition:
    """Return one condition."""
    return {"type": "profile-property", "property": name, "filter": test}


def attribute(leaf: AttributeTest, positive: bool, context: Context) -> Part:
    """Compile a test on an attribute.

    Raises:
        RefusedError: there is no exact form.
    """
    destination = context.site.destination
    mapping = destination.attributes.get(leaf.attribute)
    if mapping is None:
        raise refuse("unmapped-attribute", f"the attribute {leaf.attribute!r} has no mapping under destinations.{destination.name}")
    found = _computed(leaf, mapping, positive, context) if is_computed(mapping.field) else _stored(leaf, mapping, positive, context)
    return replace(found, assumptions=found.assumptions | {facts(destination.name, leaf.attribute)})


def _read(leaf: AttributeTest, context: Context) -> tuple[ValueTest | LengthTest | TimeTest, Time]:
    """Return a leaf's test, and what it is read in."""
    kind = context.site.project.data.profile.attributes[leaf.attribute].type.kind
    test = leaf.tests[0]
    plain = test if isinstance(test, TimeTest) else constant_test(test)
    return plain, Time(kind=kind, zone=context.site.project.zone, context=context)


def _computed(leaf: AttributeTest, mapping: FieldMapping, positive: bool, context: Context) -> Part:
    plain, at = _read(leaf, context)
    kind, plain = (at.kind, plain) if isinstance(plain, TimeTest) else translated(mapping, at.kind, plain)
    return computed(mapping.field, plain, positive, replace(at, kind=kind))


def _stored(leaf: AttributeTest, mapping: FieldMapping, positive: bool, context: Context) -> Part:
    """Compile a test on a property."""
    name = property_name(mapping.field)
    plain, at = _read(leaf, context)
    if isinstance(plain, TimeTest) or (at.kind in DATES and isinstance(plain, ValueTest) and not is_flag(plain)):
        found = _timed(plain, positive, at)
    elif leaf.attribute == "email" and not is_flag(plain):
        raise refuse("email-case", "Klaviyo compares texts as they are written, and emails are compared in lower case")
    elif isinstance(plain, ValueTest) and plain.op is Op.IS_EMPTY and at.kind in EMPTY:
        found = _empty(at.kind, positive, context)
    else:
        found = replace(_valued(*translated(mapping, at.kind, plain), positive), findings=length_findings(plain, context))
    return replace(found, groups=tuple(tuple(of_property(name, each) for each in group) for group in found.groups))


def _empty(kind: Kind, positive: bool, context: Context) -> Part:
    """Return that a text or a list is empty, or that it is not, where the user accepted that this is not all that we call empty."""
    empty, full = EMPTY[kind]
    return Part(groups=((empty, NOT_SET) if positive else (full,),), findings=context.approximate(emptiness(kind)))


def _valued(kind: Kind, test: ValueTest | LengthTest, positive: bool) -> Part:
    filters = value_filters(kind, test, positive=positive)
    if positive or is_flag(test):
        return Part(groups=(filters, *([(IS_SET,)] if is_short(test) else [])))
    # A test on a missing value is false, its negation true; negative filters leave such profiles out (KHC 14837232353691).
    return Part(groups=tuple((each, NOT_SET) for each in filters))


def _timed(test: ValueTest | TimeTest, positive: bool, at: Time) -> Part:
    if isinstance(test, Anniversary):
        found = anniversaries(test, positive, at)
        return Part(groups=(found.filters,), assumptions=found.assumptions, findings=found.findings)
    findings = day_windows(test, at)
    alternatives = [spans(each, at) for each in _alternatives(test)]
    groups = _any_inside(alternatives) if positive else tuple(map(_outside, alternatives))
    return Part(groups=groups, assumptions=leaned(each for group in groups for each in group), findings=findings)


def _alternatives(test: ValueTest | TimeTest) -> tuple[ValueTest | TimeTest, ...]:
    """Return the tests of which one must hold."""
    if isinstance(test, TimeTest) or test.op is not Op.IN:
        return (test,)
    return tuple(replace(test, op=Op.IS, operand=each) for each in test.operands)


def _any_inside(alternatives: Iterable[tuple[Span, ...]]) -> Groups:
    groups = NOBODY
    for together in alternatives:
        groups = either(groups, tuple(span.inside() for span in together))
    return groups


def _outside(together: tuple[Span, ...]) -> tuple[Filter, ...]:
    """Return the group for "not in all of these spans": out of one of them, or without the value."""
    return (*(each for span in together for each in span.outside()), NOT_SET)
