"""Mappings, budgets, assumptions, and the resources of each realisation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from adapters.klaviyo.kit import site
from adapters.klaviyo.short import (
    ALLTIME,
    ANNA,
    BIRTHDAY,
    COUNTRY,
    NAME,
    SET,
    SOME,
    TAGS,
    UNSET,
    VIP,
    Json,
    a,
    assert_compiles,
    assert_refused,
    at,
    between,
    d,
    e,
    hours,
    metric,
    numeric,
    on,
    p,
    prop,
    text,
    total,
)
from franca.adapter import Holds, ResourceKind
from franca.adapter.protocol import Choice, Marker
from franca.definitions import (
    Ago,
    All,
    Anniversary,
    AnyOf,
    AttributeTest,
    ConsentTest,
    Everyone,
    FieldMapping,
    Last,
    LengthTest,
    Mailable,
    NamedDay,
    Next,
    Not,
    OnDay,
    Op,
    Predicate,
    PropertyTest,
    Realisation,
    Sample,
    Segment,
    To,
    ValueTest,
)
from franca.errors import FrancaError
from franca_klaviyo.adapter import ADAPTER
from franca_klaviyo.definition import canonical
from franca_klaviyo.segments import native

VALUES = FieldMapping(field="location['country']", values={"DE": "Germany", "AT": "Austria", "A": "Austria"})


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (a("country", Op.IS, "DE"), [prop(COUNTRY, text("equals", "Germany"))]),
        (a("country", Op.IS_NOT, "DE"), [prop(COUNTRY, text("not-equals", "Germany"), UNSET)]),
        (a("country", Op.IN, ("AT", "A", "DE")), [prop(COUNTRY, text("in", ["Austria", "Germany"]))]),
        (a("country", Op.IS_SET, True), [prop(COUNTRY, SET)]),
        (a("country", Op.IS, "FR"), "untranslated-value"),
        (a("country", Op.IS, "AT"), "ambiguous-translation"),
        (a("country", Op.STARTS_WITH, ("D",)), "translated-values"),
    ],
)
def test_translated_values(where: Predicate, expected: Any) -> None:
    """Constants are written in the ESP's words; what those cannot say exactly is refused."""
    if isinstance(expected, str):
        assert_refused(where, expected, attributes={"country": VALUES})
    else:
        assert_compiles(where, *expected, attributes={"country": VALUES})


def test_translated_booleans_compare_as_text() -> None:
    """A boolean whose values are translated is a text at Klaviyo."""
    mapping = FieldMapping(field="vip", values={"true": "yes", "false": "no"})
    assert_compiles(a("vip", Op.IS, True), prop(VIP, text("equals", "yes")), attributes={"vip": mapping})


def test_names_of_properties() -> None:
    """Well-known names and spelled ones stand as they are, other bare names are custom properties, quotes are refused."""
    for field, name in {
        "organization": "organization",
        "Shoe Size": "properties['Shoe Size']",
        "properties['x']": "properties['x']",
    }.items():
        assert_compiles(a("first_name", Op.IS, "Anna"), prop(name, ANNA), attributes={"first_name": FieldMapping(field=field)})
    assert_refused(a("first_name", Op.IS, "Anna"), "property-quote", attributes={"first_name": FieldMapping(field="it's")})


def test_budgets() -> None:
    """Too many conditions or too many clauses are findings, not errors at the API."""
    pairs = [AnyOf(of=(a("first_name", Op.CONTAINS, (f"a{i}",)), a("country", Op.CONTAINS, (f"b{i}",)))) for i in range(51)]
    assert_refused(All(of=tuple(pairs)), "too-many-conditions")
    assert len(_conditions(All(of=tuple(pairs[:50])))) == 100
    wide = AnyOf(of=tuple(All(of=tuple(a("first_name", Op.CONTAINS, (f"{i}-{j}",)) for j in range(8))) for i in range(8)))
    assert_refused(wide, "too-large")
    filters = tuple(p("sku", Op.CONTAINS, (f"x{i}x",)) for i in range(11))
    assert_refused(e(where=All(of=filters)), "too-many-filters")
    assert len(_conditions(e(where=All(of=filters[:10])))[0]["metric_filters"]) == 10


def _conditions(where: Predicate) -> list[Json]:
    definition = native(where, site()).definition
    assert definition is not None
    return [condition for group in definition["condition_groups"] for condition in group["conditions"]]


def test_assumptions_are_named() -> None:
    """What a form leans on is listed: the facts of the mappings, and the undocumented behaviours."""
    between = e(Ago(older=d("7 days"), newer=d("1 days")))
    soon = at("birthday", Anniversary(tests=(Next(duration=d("7 days")),)))
    never = e(Last(duration=d("30 days")), count=(Op.IS, 0))
    few = a("points", Op.LT, 5)
    abroad = a("country", Op.IS_NOT, "DE")
    where = All(of=(never, at("created_at", Ago(older=d("7 days"))), total(Op.GTE, Decimal(5)), between, soon, few, abroad))
    found = {each.id for each in native(where, site(timezone="UTC")).assumptions}
    undocumented = {
        *("klaviyo.hours-roll", "klaviyo.at-least-rolls", "klaviyo.between-rolls", "klaviyo.leap-days-in-february"),
        *("klaviyo.zero-events-count-zero", "klaviyo.decimal-sums", "klaviyo.unset-is-no-number"),
        *("klaviyo.unset-is-no-date", "klaviyo.empty-text-is-a-value"),
    }
    assert found == {f"facts:klaviyo.{name}" for name in ("order", "created_at", "birthday", "points", "country")} | undocumented
    assert {each.id for each in native(a("points", Op.GTE, 5), site()).assumptions} == {"facts:klaviyo.points"}
    assert undocumented | {"klaviyo.emails-lower-case"} == set(ADAPTER.assumptions)


FEW, SOME_POINTS = a("points", Op.LT, 5), a("points", Op.IS_SET, True)


@pytest.mark.parametrize(
    ("where", "leans"),
    [
        (FEW, True),
        (a("points", Op.IS, 0), True),
        (a("points", Op.IN, (0, 7)), True),
        (a("points", Op.GTE, -1), True),
        (a("points", Op.IS, 5), False),
        (Not(of=a("points", Op.GTE, 5)), False),
        (All(of=(a("points", Op.GTE, 2), FEW)), False),
        (All(of=(SOME_POINTS, AnyOf(of=(FEW, a("vip", Op.IS, True))))), False),
        (AnyOf(of=(FEW, Not(of=SOME_POINTS))), False),
        (AnyOf(of=(FEW, a("vip", Op.IS, True))), True),
        (All(of=(a("credit", Op.GTE, Decimal(2)), FEW)), True),
        (All(of=(a("points", Op.GTE, -2), FEW)), True),
    ],
)
def test_numbers_that_zero_passes_are_leaned_on(where: Predicate, leans: bool) -> None:
    """Whether Klaviyo takes a missing number for 0 matters where nothing else decides about those without one."""
    found = {each.id for each in native(where, site()).assumptions}
    assert ("klaviyo.unset-is-no-number" in found) is leans


LONG_AGO, LATELY = at("created_at", Ago(older=d("30 days"))), at("created_at", Last(duration=d("60 days")))
SIGNED_UP = ConsentTest(channel="email", at=(Ago(older=d("30 days")),))


@pytest.mark.parametrize(
    ("where", "leans"),
    [
        (LONG_AGO, True),
        (at("created_at", To(at=date(2026, 1, 1))), True),
        (LATELY, False),
        (at("created_at", Ago(older=d("60 days"), newer=d("30 days"))), False),
        (Not(of=LATELY), False),
        (All(of=(LONG_AGO, LATELY)), False),
        (AnyOf(of=(LONG_AGO, a("created_at", Op.IS_SET, False))), False),
        (AnyOf(of=(LONG_AGO, a("vip", Op.IS, True))), True),
        (All(of=(Mailable(channel="email"), SIGNED_UP)), True),
        (e(Ago(older=d("30 days"))), False),
    ],
)
def test_dates_that_long_ago_passes_are_leaned_on(where: Predicate, leans: bool) -> None:
    """Whether Klaviyo takes a missing date for one of long ago matters where nothing else decides about those without one."""
    found = {each.id for each in native(where, site()).assumptions}
    assert ("klaviyo.unset-is-no-date" in found) is leans


ABROAD, SOMEWHERE = a("country", Op.IS_NOT, "DE"), a("country", Op.IS_SET, True)


@pytest.mark.parametrize(
    ("where", "leans"),
    [
        (ABROAD, True),
        (Not(of=a("country", Op.CONTAINS, ("D",))), True),
        (a("country", Op.NOT_IN, ("DE", "")), True),
        (a("country", Op.IS, ""), True),
        (a("country", Op.IN, ("", "DE")), True),
        (a("country", Op.STARTS_WITH, ("",)), True),
        (a("country", Op.MATCHES, "^$"), True),
        (SOMEWHERE, True),
        (Not(of=SOMEWHERE), True),
        (a("country", Op.IS, "DE"), False),
        (a("country", Op.IN, ("AT", "DE")), False),
        (a("country", Op.CONTAINS, ("D",)), False),
        (All(of=(a("country", Op.IN, ("AT", "FR")), ABROAD)), False),
        (AnyOf(of=(ABROAD, SOMEWHERE)), False),
        (AnyOf(of=(ABROAD, a("vip", Op.IS, True))), True),
        (All(of=(a("first_name", Op.IS, "Anna"), ABROAD)), True),
        (a("email", Op.IS_SET, True), False),
        (a("points", Op.IS_SET, True), False),
        (Not(of=a("tags", Op.HAS_ANY, ("red",))), False),
        (e(where=p("sku", Op.IS, "X")), False),
        (e(where=p("sku", Op.IS_NOT, "X")), True),
        (e(where=p("sku", Op.IS, "")), True),
        (e(where=p("sku", Op.IS_SET, True)), True),
        (e(where=All(of=(p("sku", Op.IN, ("X", "Y")), p("sku", Op.IS_NOT, "X")))), False),
        (e(where=p("quantity", Op.IS_SET, True)), False),
    ],
)
def test_texts_that_may_be_empty_are_leaned_on(where: Predicate, leans: bool) -> None:
    """Whether Klaviyo takes an empty text for a value matters where whoever has one is in by one reading, and by another one not."""
    found = {each.id for each in native(where, site()).assumptions}
    assert ("klaviyo.empty-text-is-a-value" in found) is leans


@pytest.mark.parametrize(("no", "leans"), [("no", False), ("", True)])
def test_a_translation_may_be_an_empty_text(no: str, leans: bool) -> None:
    """What has translations holds nothing else, so that it has an empty text only where that is one of them."""
    mapping = FieldMapping(field="vip", values={"true": "yes", "false": no})
    found = native(a("vip", Op.IS_NOT, True), site(attributes={"vip": mapping}))
    assert ("klaviyo.empty-text-is-a-value" in {each.id for each in found.assumptions}) is leans


# -- realisations


def segment(where: Predicate, **changes: Any) -> Segment:
    return replace(Segment(key="vip", name="VIP customers", where=where), **changes)


def test_every_realisation_is_assessed() -> None:
    """Lists and markers are always exact; native is, or says why not."""
    found = ADAPTER.assess(segment(Sample(percent=Decimal(10), salt="x")), site())
    assert [finding.id for finding in found[Realisation.NATIVE].open()] == ["sample"]
    assert not found[Realisation.MEMBERS].findings
    assert not found[Realisation.MARKER].findings
    assert [each.id for each in found[Realisation.MEMBERS].assumptions] == ["klaviyo.emails-lower-case"]


def test_members_are_a_list() -> None:
    """A members realisation is one list that sync writes, with the project's tag."""
    (found,) = ADAPTER.compile(segment(Everyone()), Realisation.MEMBERS, site())
    assert (found.kind, found.key, found.title, found.holds) == (ResourceKind.LIST, "vip", "VIP customers", Holds.MEMBERS)
    assert found.body == {"tag": "franca:random"}


def test_markers_are_a_property_and_a_segment_for_each_choice() -> None:
    """A marker's field has no body, since writing it makes it; its segments compare it with their segment's key."""
    choices = (
        Choice(segment="vip", key="tier.vip", title="VIP, exclusively"),
        Choice(segment="rest", key="tier.rest", title="Rest, exclusively"),
    )
    field, *segments = ADAPTER.compile_marker(Marker(key="tier", title="Tier", choices=choices), site())
    assert (field.kind, field.key, field.title, field.holds, field.body) == (ResourceKind.FIELD, "tier", "franca_tier", Holds.MARKER, {})
    assert [(each.key, each.segment) for each in segments] == [("tier.vip", "vip"), ("tier.rest", "rest")]
    assert segments[0].body["definition"] == canonical((prop("properties['franca_tier']", text("equals", "vip")),))


def test_an_approximation_is_taken_only_with_consent() -> None:
    """Accepting a finding compiles what it is about and keeps it; without that it stays refused."""
    whole = {"type": "date", "operator": "between", "unit": "day", "start": 1, "end": 1}
    two = LengthTest(tests=(ValueTest(op=Op.GTE, operand=2),))
    long = {"type": "list", "operator": "length-greater-than-or-equal", "value": 2}
    short = {**long, "operator": "length-less-than"}
    tagged = AttributeTest(attribute="tags", tests=(two,))
    cases = [
        ("day-windows", at("birthday", Last(duration=d("30 days"))), prop(BIRTHDAY, hours("in-the-last", 720))),
        ("day-windows", e(OnDay(day=NamedDay.YESTERDAY)), (metric(SOME, whole),)),
        ("null-in-list", a("tags", Op.IS_EMPTY, True), prop(TAGS, {**long, "operator": "length-equals", "value": 0}, UNSET)),
        ("null-in-list", a("tags", Op.IS_EMPTY, False), prop(TAGS, {**long, "operator": "length-greater-than", "value": 0})),
        ("blank-text", a("first_name", Op.IS_EMPTY, True), prop(NAME, text("equals", ""), UNSET)),
        ("blank-text", a("first_name", Op.IS_EMPTY, False), prop(NAME, text("not-equals", ""))),
        ("null-in-list", tagged, prop(TAGS, long)),
        ("null-in-list", Not(of=tagged), prop(TAGS, short, UNSET)),
        ("null-in-list", e(where=PropertyTest(property="categories", tests=(two,))), (metric(SOME, ALLTIME, on("Categories", long)),)),
    ]
    for identity, where, group in cases:
        accepting = segment(where, accept={"klaviyo": {identity: "it does not matter here"}})
        assert [finding.id for finding in ADAPTER.assess(accepting, site())[Realisation.NATIVE].findings] == [identity]
        (found,) = ADAPTER.compile(accepting, Realisation.NATIVE, site())
        assert found.body["definition"] == canonical((group,))
        with pytest.raises(FrancaError, match="no native form"):
            ADAPTER.compile(segment(where), Realisation.NATIVE, site())


def test_a_missing_list_is_not_taken_for_a_short_one() -> None:
    """A test on a missing list is false; whether Klaviyo counts none as 0 elements is documented nowhere, so it is asked for besides."""
    few = LengthTest(tests=(ValueTest(op=Op.LT, operand=3),))
    short = {"type": "list", "operator": "length-less-than", "value": 3}
    accepted = {"klaviyo": {"null-in-list": "there are none"}}
    of_profile = segment(AttributeTest(attribute="tags", tests=(few,)), accept=accepted)
    of_event = segment(e(where=PropertyTest(property="categories", tests=(few,))), accept=accepted)
    there = {"type": "existence", "operator": "is-set"}
    for found, groups in (
        (of_profile, (prop(TAGS, short), prop(TAGS, there))),
        (of_event, ((metric(SOME, ALLTIME, on("Categories", short), on("Categories", there)),),)),
    ):
        (made,) = ADAPTER.compile(found, Realisation.NATIVE, site())
        assert made.body["definition"] == canonical(groups)


def test_what_has_no_approximation_cannot_be_accepted() -> None:
    """Accepting a finding without an approximation is an error that says so, never a guess."""
    accepting = segment(Sample(percent=Decimal(10), salt="x"), accept={"klaviyo": {"sample": "any tenth will do"}})
    with pytest.raises(FrancaError, match="an accept cannot help here"):
        ADAPTER.compile(accepting, Realisation.NATIVE, site())


def test_canonical_definitions_do_not_depend_on_order_or_spelling() -> None:
    """Nulls, 5.0 for 5, offsets of instants, and the order of groups, conditions and filters make no difference."""
    one = {"type": "profile-property", "property": "a", "filter": numeric("equals", 5)}
    other = metric(SOME, between("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"), on("x", ANNA), on("y", ANNA))
    respelled = {
        **metric(
            numeric("greater-than-or-equal", 1.0),
            between("2026-01-01T01:00:00+01:00", "2026-02-01T00:00:00+00:00"),
            on("y", ANNA),
            on("x", ANNA),
        ),
    }
    shown = {**one, "filter": numeric("equals", 5.0)}
    assert canonical(((one, other), (one, other))) == canonical(((respelled, shown),))
    nulls = {**metric(SOME), "metric_filters": None}
    assert canonical(((nulls,),)) == canonical(((metric(SOME),),))
