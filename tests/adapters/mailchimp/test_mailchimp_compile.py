"""Each node of the language becomes the Mailchimp conditions that mean the same, or is refused with a named finding."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from adapters.mailchimp.kit import ATTRIBUTES, a, at, segment, settings, site
from franca.adapter import Holds, Ref, ResourceKind
from franca.adapter.protocol import Choice, Marker
from franca.definitions import (
    Ago,
    All,
    AnyOf,
    ConsentTest,
    Count,
    DataType,
    Duration,
    EventTest,
    Everyone,
    FieldMapping,
    From,
    Kind,
    Last,
    Mailable,
    NamedDay,
    Next,
    NoneOf,
    Not,
    OnDay,
    Op,
    Position,
    Predicate,
    Realisation,
    Sample,
    SinceAttribute,
    Status,
    To,
    Unit,
    ValueTest,
)
from franca.errors import FrancaError
from franca_mailchimp.adapter import ADAPTER
from franca_mailchimp.options import canonical, read
from franca_mailchimp.segments import native

Json = dict[str, Any]
MAILABLE = Mailable(channel="email")
FACTS = "facts:mailchimp."
TEXT_ASSUMPTIONS = {"mailchimp.case-sensitive", "mailchimp.accents-distinct"}
ZERO = "mailchimp.zero-is-no-blank"
NUMERIC, NOT_BLANK, LESS = "mailchimp.number-compares-numerically", "mailchimp.not-matches-blank", "mailchimp.less-skips-blank"


def on(tag: str, stands_for: str, op: str, value: str | None = None) -> Json:
    head = {"field": Ref("merge-field", tag, stands_for), "condition_type": Ref("merge-condition", tag, stands_for), "op": op}
    return {**head, **({} if value is None else {"value": value})}


def name(op: str, value: str | None = None, stands_for: str = "text") -> Json:
    return on("FNAME", stands_for, op, value)


def points(op: str, value: str | None = None) -> Json:
    return on("POINTS", "number", op, value)


def credit(op: str, value: str | None = None) -> Json:
    return on("CREDIT", "number", op, value)


def score(op: str, value: str | None = None) -> Json:
    return on("SCORE", "number", op, value)


def born(op: str, value: str | None = None) -> Json:
    return on("BORN", "date or birthday" if value is None else "date", op, value)


def assert_compiles(where: Predicate, match: str, *conditions: Json, **changes: Any) -> None:
    """Assert that *where* becomes these conditions, in whatever order."""
    found = native(where, site(**changes))
    assert not found.findings
    assert found.options == canonical(match, conditions)


def assert_refused(where: Predicate, *identities: str, **changes: Any) -> None:
    found = native(where, site(**changes))
    assert [finding.id for finding in found.findings] == list(identities)
    assert found.options is None
    assert all(finding.what.strip() and finding.fallback for finding in found.findings)


def days(number: int) -> Duration:
    return Duration(number, Unit.DAYS)


@pytest.mark.parametrize(
    ("where", "match", "conditions"),
    [
        (a("first_name", Op.IS, "Anna"), "all", [name("is", "Anna")]),
        (a("first_name", Op.IS_NOT, "Anna"), "any", [name("not", "Anna"), name("blank")]),
        (a("first_name", Op.IN, ("Anna", "Bob")), "any", [name("is", "Anna"), name("is", "Bob")]),
        (a("first_name", Op.NOT_IN, ("Anna", "Bob")), "all", [name("not", "Anna"), name("not", "Bob")]),
        (a("first_name", Op.CONTAINS, ("nn", "ob")), "any", [name("contains", "nn"), name("contains", "ob")]),
        (Not(of=a("first_name", Op.CONTAINS, ("nn",))), "any", [name("notcontain", "nn"), name("blank")]),
        (a("first_name", Op.STARTS_WITH, ("A",)), "all", [name("starts", "A", "free text")]),
        (a("first_name", Op.ENDS_WITH, ("a", "b")), "any", [name("ends", "a", "free text"), name("ends", "b", "free text")]),
        (a("points", Op.IS, 5), "all", [points("is", "5")]),
        (a("points", Op.IS_NOT, 5), "any", [points("not", "5"), points("blank")]),
        (a("points", Op.GTE, 5), "all", [points("greater", "4")]),
        (a("points", Op.GT, 5), "all", [points("greater", "5")]),
        (a("points", Op.LT, 5), "all", [points("less", "5"), points("blank_not")]),
        (a("points", Op.LTE, 5), "all", [points("less", "6"), points("blank_not")]),
        (a("points", Op.GTE, 0), "all", [points("greater", "-1"), points("blank_not")]),
        (Not(of=a("points", Op.GTE, 5)), "any", [points("less", "5"), points("blank")]),
        (Not(of=a("points", Op.LT, 5)), "any", [points("greater", "4"), points("blank")]),
        (a("points", Op.BETWEEN, (5, 10)), "all", [points("greater", "4"), points("less", "10")]),
        (a("points", Op.IS_SET, True), "all", [points("blank_not")]),
        (a("points", Op.IS_EMPTY, True), "all", [points("blank")]),
        (a("credit", Op.GTE, Decimal("25.00")), "all", [credit("greater", "24.99")]),
        (a("credit", Op.GT, Decimal("25.00")), "all", [credit("greater", "25")]),
        (a("credit", Op.LTE, Decimal("25.005")), "all", [credit("less", "25.01"), credit("blank_not")]),
        (a("credit", Op.GTE, Decimal("25.005")), "all", [credit("greater", "25")]),
        (a("credit", Op.IS, Decimal("100.00")), "all", [credit("is", "100")]),
        (a("score", Op.GTE, 0.5), "any", [score("greater", "0.5"), score("is", "0.5")]),
        (a("score", Op.GT, 0.5), "all", [score("greater", "0.5")]),
        (Not(of=a("score", Op.GT, 0.5)), "any", [score("less", "0.5"), score("is", "0.5"), score("blank")]),
        (a("score", Op.IS, -0.0), "all", [score("is", "0"), score("blank_not")]),
        (a("points", Op.IS, 0), "all", [points("is", "0"), points("blank_not")]),
        (Not(of=a("points", Op.IS, 0)), "any", [points("not", "0"), points("blank")]),
        (a("birthday", Op.IS, date(2026, 3, 1)), "all", [born("is", "03/01/2026")]),
        (a("birthday", Op.GTE, date(2026, 3, 1)), "all", [born("greater", "02/28/2026")]),
        (a("birthday", Op.LT, date(2026, 3, 1)), "all", [born("less", "03/01/2026"), born("blank_not")]),
        (at("birthday", From(at=date(2026, 3, 1))), "all", [born("greater", "02/28/2026")]),
        (at("birthday", To(at=date(2026, 3, 1))), "all", [born("less", "03/01/2026"), born("blank_not")]),
        (at("birthday", OnDay(day=date(984, 2, 29))), "all", [born("is", "02/29/0984")]),
        (a("birthday", Op.IS_SET, False), "all", [born("blank")]),
        (a("vip", Op.IS, True), "all", [on("VIP", "text", "is", "Yes")]),
        (a("vip", Op.IS_SET, True), "all", [on("VIP", "text", "blank_not")]),
    ],
)
def test_tests_on_attributes(where: Predicate, match: str, conditions: list[Json]) -> None:
    """A test on a missing value is false and its negation true; strict operators serve for the others."""
    assert_compiles(where, match, *conditions)


def test_decimal_places_are_those_of_the_declaration() -> None:
    """≥ on a decimal is greater than the value one unit of its last place below."""
    place = site()
    attributes = place.project.data.profile.attributes
    finer = {**attributes, "credit": replace(attributes["credit"], type=DataType(Kind.DECIMAL, 4))}
    data = replace(place.project.data, profile=replace(place.project.data.profile, attributes=finer))
    found = native(a("credit", Op.GTE, Decimal(25)), replace(place, project=replace(place.project, data=data)))
    assert found.options == canonical("all", [credit("greater", "24.9999")])


EVERYBODY: Json = {"field": "EMAIL", "condition_type": "EmailAddress", "op": "contains", "value": "@"}


@pytest.mark.parametrize(
    ("where", "match", "conditions"),
    [
        (Everyone(), "all", [EVERYBODY]),
        (Not(of=Everyone()), "all", [{**EVERYBODY, "op": "notcontain"}]),
        (All(of=(a("points", Op.GT, 5), a("credit", Op.GT, Decimal(5)))), "all", [points("greater", "5"), credit("greater", "5")]),
        (AnyOf(of=(a("points", Op.GT, 5), a("credit", Op.GT, Decimal(5)))), "any", [points("greater", "5"), credit("greater", "5")]),
        (
            NoneOf(of=(a("first_name", Op.IS, "A"), a("country", Op.IS, "DE"))),
            "all",
            [name("not", "A"), on("COUNTRY", "text", "not", "DE")],
        ),
        (All(of=(a("points", Op.IS_SET, True), a("points", Op.IS_NOT, 5))), "all", [points("blank_not"), points("not", "5")]),
        # what is known to be there needs no "or blank"
        (All(of=(a("points", Op.GTE, 1), Not(of=a("points", Op.GTE, 9)))), "all", [points("greater", "0"), points("less", "9")]),
        (All(of=(a("points", Op.LT, 9), a("points", Op.IS_NOT, 5))), "all", [points("less", "9"), points("not", "5"), points("blank_not")]),
        (All(of=(MAILABLE, a("points", Op.GT, 5))), "all", [points("greater", "5")]),
        (
            AnyOf(of=(All(of=(MAILABLE, a("points", Op.GT, 5))), All(of=(MAILABLE, a("credit", Op.GT, Decimal(5)))))),
            "any",
            [points("greater", "5"), credit("greater", "5")],
        ),
    ],
)
def test_combinations_that_are_flat(where: Predicate, match: str, conditions: list[Json]) -> None:
    """An AND of literals and an OR of literals are one list; `mailable` over either is no condition."""
    assert_compiles(where, match, *conditions)


def test_mailable_is_whom_the_segment_counts() -> None:
    """A segment of mailable people counts active subscribers, and leans on their consent being the same there; others count everybody."""
    found = native(All(of=(MAILABLE, a("points", Op.GT, 5))), site())
    assert (found.counted, {each.id for each in found.assumptions}) == ("subscribed", {FACTS + "consent", FACTS + "points", NUMERIC})
    assert native(MAILABLE, site()).counted == "subscribed"
    assert native(a("points", Op.GT, 5), site()).counted == "all"


ORDERED = EventTest(event="order", measures=(Count(tests=(ValueTest(op=Op.GTE, operand=2),)),))
HIGH, RICH, GERMAN = a("points", Op.GT, 5), a("credit", Op.GT, Decimal(5)), a("country", Op.IS, "DE")


@pytest.mark.parametrize(
    ("where", "identity"),
    [
        (All(of=(HIGH, AnyOf(of=(RICH, GERMAN)))), "one-level"),
        (AnyOf(of=(HIGH, All(of=(RICH, GERMAN)))), "one-level"),
        (All(of=(HIGH, a("country", Op.IN, ("DE", "AT")))), "one-level"),
        (All(of=(HIGH, Not(of=a("credit", Op.GTE, Decimal(5))))), "one-level"),
        (All(of=(HIGH, a("score", Op.GTE, 0.5))), "one-level"),
        (AnyOf(of=(HIGH, a("country", Op.NOT_IN, ("DE", "AT")))), "one-level"),
        (AnyOf(of=(HIGH, a("points", Op.BETWEEN, (1, 3)))), "one-level"),
        (a("first_name", Op.IN, tuple("ABCDEF")), "too-many-conditions"),
        (a("first_name", Op.GT, "M"), "text-order"),
        (a("first_name", Op.IS_SET, True), "blank-text"),
        (a("first_name", Op.IS_EMPTY, False), "blank-text"),
        (a("first_name", Op.IS, ""), "blank-text"),
        (a("first_name", Op.CONTAINS, (" ",)), "blank-text"),
        (a("first_name", Op.IS, "Anna "), "outer-space"),
        (Not(of=a("first_name", Op.STARTS_WITH, ("A",))), "no-negative"),
        (Not(of=a("first_name", Op.ENDS_WITH, ("A",))), "no-negative"),
        (a("email", Op.IS, "anna@example.com"), "email-case"),
        (a("vip", Op.IS, True), "no-booleans"),
        (a("tags", Op.HAS_ANY, ("vip",)), "no-lists"),
        (a("tags", Op.IS_SET, True), "no-lists"),
        (a("created_at", Op.GT, datetime(2026, 1, 1, tzinfo=UTC)), "no-instants"),
        (at("created_at", Last(duration=days(30))), "no-instants"),
        (a("created_at", Op.IS_SET, True), "no-instants"),
        (at("birthday", Last(duration=days(30))), "relative-dates"),
        (at("birthday", Next(duration=days(30))), "relative-dates"),
        (at("birthday", Ago(older=days(30))), "relative-dates"),
        (at("birthday", OnDay(day=NamedDay.TODAY)), "relative-dates"),
        (at("birthday", SinceAttribute(attribute="created_at")), "relative-dates"),
        (a("birthday", Op.GTE, date.min), "date-range"),
        (a("score", Op.LT, float("inf")), "number-range"),
        (a("last_seen", Op.IS_SET, True), "unmapped-attribute"),
        (ORDERED, "no-events"),
        (ConsentTest(channel="email", statuses=(Status.SUBSCRIBED,)), "no-consent"),
        (Not(of=MAILABLE), "mailable-inside"),
        (AnyOf(of=(MAILABLE, HIGH)), "mailable-inside"),
        (Mailable(channel="sms"), "mailable-inside"),
        (Sample(percent=Decimal(10), salt="x"), "sample"),
    ],
)
def test_what_has_no_exact_form_is_refused(where: Predicate, identity: str) -> None:
    """Every node, operator and shape that Mailchimp cannot say exactly is one named finding."""
    more = {"email": "EMAIL", "tags": "TAGS", "created_at": "CREATED", "vip": "VIP"}
    attributes = {**ATTRIBUTES, **{key: FieldMapping(field=field) for key, field in more.items()}}
    assert_refused(where, identity, attributes=attributes)


@pytest.mark.parametrize(
    ("where", "leaned"),
    [
        (a("first_name", Op.IS, "Anna"), {"first_name"} | TEXT_ASSUMPTIONS),
        (a("first_name", Op.IS_NOT, "Anna"), {"first_name"} | TEXT_ASSUMPTIONS),
        (a("first_name", Op.NOT_IN, ("Anna", "Bob")), {"first_name", NOT_BLANK} | TEXT_ASSUMPTIONS),
        (a("first_name", Op.CONTAINS, ("50%",)), {"first_name", "mailchimp.wildcards-literal"} | TEXT_ASSUMPTIONS),
        (a("first_name", Op.IS, "50%"), {"first_name"} | TEXT_ASSUMPTIONS),
        (a("points", Op.LT, 5), {"points", NUMERIC, ZERO}),
        (a("points", Op.LT, 0), {"points", NUMERIC}),
        (a("points", Op.GT, -5), {"points", NUMERIC, ZERO}),
        (a("points", Op.IS_NOT, 5), {"points", NUMERIC}),
        (a("points", Op.IS_NOT, 0), {"points", NUMERIC, ZERO}),
        (Not(of=a("points", Op.LT, 5)), {"points", NUMERIC, ZERO}),
        (Not(of=a("points", Op.GTE, 5)), {"points", NUMERIC}),
        (All(of=(a("points", Op.IS_SET, True), a("points", Op.IS_NOT, 0))), {"points", NUMERIC}),
        (a("first_name", Op.IS_NOT, "0"), {"first_name", ZERO} | TEXT_ASSUMPTIONS),
        (a("birthday", Op.IS_SET, True), {"birthday"}),
        (AnyOf(of=(a("points", Op.LT, 5), RICH)), {"points", "credit", NUMERIC, LESS}),
        (AnyOf(of=(a("points", Op.LT, 5), a("points", Op.IS_SET, False))), {"points", NUMERIC}),
        (a("points", Op.NOT_IN, (5, 6)), {"points", NUMERIC, NOT_BLANK}),
        (All(of=(a("points", Op.NOT_IN, (5, 6)), a("points", Op.LT, 9))), {"points", NUMERIC, ZERO}),
        (a("birthday", Op.LT, date(2026, 3, 1)), {"birthday"}),
        (a("points", Op.IS_SET, True), {"points", ZERO}),
        (a("points", Op.IS_SET, False), {"points", ZERO}),
    ],
)
def test_assumptions_are_named(where: Predicate, leaned: set[str]) -> None:
    """A form that means the same under every possibility is taken where there is one; what is leaned on otherwise is named."""
    expected = {each if each.startswith("mailchimp.") else FACTS + each for each in leaned}
    assert {each.id for each in native(where, site()).assumptions} == expected
    assert expected <= {*ADAPTER.assumptions, *(FACTS + each for each in ATTRIBUTES)}


def test_a_guard_gives_way_to_the_budget() -> None:
    """Where the condition that leaves blank fields out would be one too many, the form leans on `less` skipping them."""
    others = [a("first_name", Op.CONTAINS, (text,)) for text in ("a", "b", "c", "d")]
    found = native(All(of=(a("points", Op.LT, 5), *others)), site())
    assert found.options is not None
    assert len(found.options["conditions"]) == 5
    assert LESS in {each.id for each in found.assumptions}


def test_the_budget_is_a_setting() -> None:
    """`conditions` raises the portable limit of five; what is no number of conditions is an error with its place."""
    where = a("first_name", Op.IN, tuple("ABCDEF"))
    assert_compiles(where, "any", *(name("is", each) for each in "ABCDEF"), settings=settings(conditions="6"))
    for wrong in ("many", "0", "-1"):
        at_ = {"conditions": Position("franca.yaml", 7, 3)}
        with pytest.raises(FrancaError, match=r"franca\.yaml:7:3: .*conditions"):
            native(where, site(settings=settings(conditions=wrong), setting_positions=at_))


def test_findings_carry_the_place_of_their_node_and_all_are_told() -> None:
    """Each refused node is one finding at its own position; a shape is refused at the whole."""
    first = replace(a("first_name", Op.GT, "M"), position=Position("a.yaml", 3, 5))
    second = replace(Sample(percent=Decimal(10), salt="x"), position=Position("a.yaml", 9, 5))
    found = native(AnyOf(of=(first, second, HIGH)), site())
    assert [(finding.id, str(finding.position)) for finding in found.findings] == [("text-order", "a.yaml:3:5"), ("sample", "a.yaml:9:5")]
    nested = All(of=(HIGH, AnyOf(of=(RICH, GERMAN))), position=Position("a.yaml", 1, 1))
    assert [str(finding.position) for finding in native(nested, site()).findings] == ["a.yaml:1:1"]


def test_a_blow_up_is_a_finding() -> None:
    """A tree whose normal form explodes is refused at once."""
    wide = AnyOf(of=tuple(All(of=tuple(a("first_name", Op.CONTAINS, (f"{i}-{j}",)) for j in range(8))) for i in range(8)))
    assert_refused(wide, "one-level")


VALUES = FieldMapping(field="LAND", values={"DE": "Germany", "AT": "Austria", "A": "Austria"})


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (a("country", Op.IS, "DE"), ("is", "Germany")),
        (a("country", Op.IN, ("AT", "A")), ("is", "Austria")),
        (a("country", Op.IS, "FR"), "untranslated-value"),
        (a("country", Op.IS, "AT"), "ambiguous-translation"),
        (a("country", Op.STARTS_WITH, ("D",)), "translated-values"),
    ],
)
def test_translated_values(where: Predicate, expected: Any) -> None:
    """Constants are written in the ESP's words; what those cannot say exactly is refused."""
    changes = {"attributes": {"country": VALUES}}
    if isinstance(expected, str):
        assert_refused(where, expected, **changes)
    else:
        assert_compiles(where, "any", on("LAND", "text", *expected), **changes)


# -- realisations


def test_every_realisation_is_assessed() -> None:
    """Tags and markers are always exact; native is, or says why not."""
    found = ADAPTER.assess(segment(ORDERED), site())
    assert [finding.id for finding in found[Realisation.NATIVE].open()] == ["no-events"]
    assert not found[Realisation.MEMBERS].findings
    assert not found[Realisation.MARKER].findings


def test_members_are_a_tag() -> None:
    """A members realisation is one static segment that sync writes, and has no body to compare."""
    (found,) = ADAPTER.compile(segment(ORDERED), Realisation.MEMBERS, site())
    assert (found.kind, found.key, found.title, found.holds) == (ResourceKind.TAG, "vip", "VIP customers", Holds.MEMBERS)
    assert (found.body, found.counted) == ({}, "all")


CHOICES = (
    Choice(segment="vip", key="tier.vip", title="VIP, exclusively"),
    Choice(segment="rest", key="tier.rest", title="Rest, exclusively"),
)


def test_markers_are_a_merge_field_and_a_segment_for_each_choice() -> None:
    """A marker's field has a tag of at most ten characters that depends on its key; its segments compare it with their segment's key."""
    field, *segments = ADAPTER.compile_marker(Marker(key="tier", title="Tier", choices=CHOICES), site())
    tag = field.body["tag"]
    assert (field.kind, field.key, field.title, field.holds) == (ResourceKind.FIELD, "tier", "Franca tier", Holds.MARKER)
    assert tag.startswith("FR_")
    assert len(tag) == 10
    assert set(tag[3:]) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    assert field.body == {"tag": tag, "type": "text", "public": False, "required": False, "default_value": ""}
    assert [(each.key, each.segment, each.counted) for each in segments] == [("tier.vip", "vip", "all"), ("tier.rest", "rest", "all")]
    condition = {"field": tag, "condition_type": "TextMerge", "op": "is", "value": "vip"}
    assert segments[0].body == {"match": "all", "conditions": [condition]}
    other, *_ = ADAPTER.compile_marker(Marker(key="tier2", title="Tier", choices=CHOICES), site())
    assert other.body["tag"] != tag


def test_choices_that_differ_in_case_only_are_refused() -> None:
    """Mailchimp may compare without case, so that VIP and vip would be one value."""
    choices = (CHOICES[0], replace(CHOICES[1], segment="VIP"))
    with pytest.raises(FrancaError, match="differ in case only"):
        ADAPTER.compile_marker(Marker(key="tier", title="Tier", choices=choices), site())


def test_nothing_can_be_accepted() -> None:
    """No finding of Mailchimp has an approximation: an accept is an error that says so, never a guess."""
    accepting = segment(ORDERED, accept={"mailchimp": {"no-events": "fine"}})
    with pytest.raises(FrancaError, match="an accept cannot help here"):
        ADAPTER.compile(accepting, Realisation.NATIVE, site())


def test_canonical_options_do_not_depend_on_order_or_spelling() -> None:
    """Repeated conditions, their order, numbers as numbers, empty keys, and `any` of one make no difference."""
    one, other = points("greater", "5"), name("is", "Anna")
    assert canonical("any", [one, other, one]) == canonical("any", [other, {**one, "value": 5, "extra": None}])
    assert canonical("any", [one]) == canonical("all", [one])


def test_options_of_a_nested_segment_equal_none_of_ours() -> None:
    """What cannot be read as a flat list compares as different from everything that is compiled."""
    for shown in (None, {"match": "all", "conditions": {"0": {}}}):
        assert read(shown)["conditions"] == []
