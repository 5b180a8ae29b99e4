"""Tests on attributes → conditions of type profile-property."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from franca.adapter import facts
from franca.definitions import Anniversary, AttributeTest, Kind, LengthTest, Op, TimeTest, ValueTest
from franca_klaviyo.anniversaries import anniversaries
from franca_klaviyo.computed import computed, is_computed
from franca_klaviyo.parts import NOBODY, Condition, Context, Filter, Groups, Part, either, refuse
from franca_klaviyo.values import NOT_SET, constant_test, is_flag, length_findings, translated, value_filters
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
    test, kind = leaf.tests[0], context.site.project.data.profile.attributes[leaf.attribute].type.kind
    plain = test if isinstance(test, TimeTest) else constant_test(test)
    leaning = frozenset({facts(destination.name, leaf.attribute)})
    if is_computed(mapping.field):
        kind, plain = (kind, plain) if isinstance(plain, TimeTest) else translated(mapping, kind, plain)
        found = computed(mapping.field, plain, positive, Time(kind=kind, zone=context.site.project.zone, context=context))
        return replace(found, assumptions=found.assumptions | leaning)
    name = property_name(mapping.field)
    if isinstance(plain, TimeTest) or (kind in DATES and isinstance(plain, ValueTest) and not is_flag(plain)):
        found = _timed(plain, positive, Time(kind=kind, zone=context.site.project.zone, context=context))
    elif leaf.attribute == "email" and not is_flag(plain):
        raise refuse("email-case", "Klaviyo compares texts as they are written, and emails are compared in lower case")
    else:
        found = replace(_valued(*translated(mapping, kind, plain), positive), findings=length_findings(plain, context))
    groups = tuple(tuple(of_property(name, each) for each in group) for group in found.groups)
    return replace(found, groups=groups, assumptions=found.assumptions | leaning)


def _valued(kind: Kind, test: ValueTest | LengthTest, positive: bool) -> Part:
    filters = value_filters(kind, test, positive=positive)
    if positive or is_flag(test):
        return Part(groups=(filters,))
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
