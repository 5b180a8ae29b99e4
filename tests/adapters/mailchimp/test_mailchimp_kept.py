"""Attributes that are mapped to tags, interest groups, ratings and purchases become Mailchimp's conditions on these, or are refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from adapters.mailchimp.kept_kit import ATTRIBUTES, MAPPED, account, people, site
from adapters.mailchimp.kit import a, at, segment
from franca.adapter import Ref
from franca.definitions import (
    All,
    Anniversary,
    AnyOf,
    AttributeTest,
    FieldMapping,
    From,
    Last,
    LengthTest,
    NamedDay,
    Not,
    OnDay,
    Op,
    Position,
    Predicate,
    Realisation,
    To,
    ValueTest,
)
from franca.errors import FrancaError
from franca_mailchimp.adapter import ADAPTER
from franca_mailchimp.kept import REFUSED
from franca_mailchimp.options import canonical
from franca_mailchimp.segments import native
from schema import length

Json = dict[str, Any]


def tag(name: str, op: str = "static_is") -> Json:
    return {"field": "static_segment", "condition_type": "StaticSegment", "op": op, "value": Ref("tag's segment", name)}


def group(title: str, *names: str, op: str = "interestcontains") -> Json:
    groups = [Ref("interest group", name, title) for name in names]
    return {"field": Ref("interest category", title), "condition_type": "Interests", "op": op, "value": groups}


def of(kind: str, field: str, op: str, value: str | None = None) -> Json:
    return {"condition_type": kind, "field": field, "op": op, **({} if value is None else {"value": value})}


def merge(field: str, op: str, meaning: str, value: str | None = None) -> Json:
    head = {"field": Ref("merge-field", field, meaning), "condition_type": Ref("merge-condition", field, meaning), "op": op}
    return head if value is None else {**head, "value": value}


def born(op: str, value: str | None = None) -> Json:
    return merge("BDAY", op, "date or birthday" if value is None else "birthday", value)


NO_ORDER, BUYER = of("EcommPurchased", "ecomm_purchased", "notmember"), of("EcommPurchased", "ecomm_purchased", "member")
HIGH = a("points", Op.GT, 5)
POINTS = merge("POINTS", "greater", "number", "5")


def anniversary(*tests: Any) -> Predicate:
    return at("birthday", Anniversary(tests=tests))


@pytest.mark.parametrize(
    ("where", "match", "conditions"),
    [
        (a("tags", Op.HAS_ANY, ("blog", "wholesale")), "any", [tag("blog"), tag("wholesale")]),
        (a("tags", Op.HAS_ALL, ("blog", "wholesale")), "all", [tag("blog"), tag("wholesale")]),
        (a("tags", Op.HAS_NONE, ("blog",)), "all", [tag("blog", "static_not")]),
        (a("topics", Op.HAS_ANY, ("Sale", "News")), "all", [group("Topics", "News", "Sale")]),
        (a("topics", Op.HAS_ALL, ("Sale", "News")), "all", [group("Topics", "News", "Sale", op="interestcontainsall")]),
        (a("topics", Op.HAS_NONE, ("Sale", "News")), "all", [group("Topics", "News", "Sale", op="interestnotcontains")]),
        (a("plan", Op.IN, ("Pro", "Basic")), "all", [group("Plan", "Basic", "Pro")]),
        (a("plan", Op.IS_NOT, "Pro"), "all", [group("Plan", "Pro", op="interestnotcontains")]),
        (a("vip", Op.IS, True), "all", [of("VIP", "gmonkey", "member")]),
        (a("vip", Op.IS_NOT, True), "all", [of("VIP", "gmonkey", "notmember")]),
        (a("buyer", Op.IS, False), "all", [NO_ORDER]),
        (a("stars", Op.GTE, 4), "all", [of("MemberRating", "rating", "greater", "3")]),
        (a("stars", Op.IS_NOT, 4), "all", [of("MemberRating", "rating", "not", "4")]),
        (a("stars", Op.BETWEEN, (2, 4)), "all", [of("MemberRating", "rating", "greater", "1"), of("MemberRating", "rating", "less", "4")]),
        (a("language", Op.IS, "de"), "all", [of("Language", "language", "is", "de")]),
        (a("source", Op.IN, ("API", "Shop")), "any", [of("SignupSource", "source", "source_is", each) for each in ("API", "Shop")]),
        (a("source", Op.IS_NOT, "API"), "all", [of("SignupSource", "source", "source_not", "API")]),
        (a("place", Op.IN, ("DE", "US")), "any", [of("IPGeoCountryState", "ipgeo", "ipgeocountry", each) for each in ("DE", "US")]),
        (
            a("place", Op.IS_NOT, "DE"),
            "any",
            [of("IPGeoCountryState", "ipgeo", "ipgeonotcountry", "DE"), of("IPGeoUnknown", "ipgeo", "ipgeounknown")],
        ),
        (a("orders", Op.GTE, 3), "all", [of("EcommNumber", "ecomm_orders", "greater", "2")]),
        (a("orders", Op.LT, 3), "any", [of("EcommNumber", "ecomm_orders", "less", "3"), NO_ORDER]),
        (a("orders", Op.IS, 0), "any", [of("EcommNumber", "ecomm_orders", "is", "0"), NO_ORDER]),
        (a("orders", Op.IS_NOT, 0), "all", [of("EcommNumber", "ecomm_orders", "not", "0"), BUYER]),
        (a("orders", Op.IS_NOT, 2), "any", [of("EcommNumber", "ecomm_orders", "not", "2"), NO_ORDER]),
        (a("products", Op.GT, 9), "all", [of("EcommNumber", "ecomm_prod_all", "greater", "9")]),
        (a("spent", Op.GTE, Decimal("100.00")), "all", [of("EcommSpent", "ecomm_spent_all", "greater", "99.99")]),
        (a("spent", Op.LTE, Decimal("100.00")), "any", [of("EcommSpent", "ecomm_spent_all", "less", "100.01"), NO_ORDER]),
        (a("mean", Op.LT, 20.5), "all", [of("EcommNumber", "ecomm_spent_avg", "less", "20.5"), BUYER]),
        (Not(of=a("mean", Op.GTE, 20.5)), "any", [of("EcommNumber", "ecomm_spent_avg", "less", "20.5"), NO_ORDER]),
        (a("mean", Op.IS_SET, False), "all", [NO_ORDER]),
        (anniversary(OnDay(day=date(2026, 7, 4))), "all", [born("is", "07/04")]),
        (anniversary(OnDay(day=date(2026, 2, 28))), "any", [born("is", "02/28"), born("is", "02/29")]),
        (anniversary(OnDay(day=date(2028, 2, 28))), "all", [born("is", "02/28")]),
        (Not(of=anniversary(OnDay(day=date(2026, 7, 4)))), "any", [born("not", "07/04"), born("blank")]),
        (anniversary(From(at=date(2026, 12, 31)), To(at=date(2027, 1, 2))), "any", [born("is", "12/31"), born("is", "01/01")]),
        (a("birthday", Op.IS_SET, True), "all", [born("blank_not")]),
    ],
)
def test_tests_on_what_mailchimp_keeps(where: Predicate, match: str, conditions: list[Json]) -> None:
    """Tags go by their segment's id, groups by theirs and several at once; numbers of orders say who has none."""
    found = native(where, site())
    assert not found.findings
    assert found.options == canonical(match, conditions)


@pytest.mark.parametrize(
    ("where", "match", "conditions"),
    [
        # an OR of groups inside an AND is one condition
        (All(of=(HIGH, a("topics", Op.HAS_ANY, ("News", "Sale")))), "all", [POINTS, group("Topics", "News", "Sale")]),
        (
            All(of=(HIGH, AnyOf(of=(a("topics", Op.HAS_ANY, ("Sale",)), a("topics", Op.HAS_ANY, ("Events",)))))),
            "all",
            [POINTS, group("Topics", "Events", "Sale")],
        ),
        # De Morgan: none of these is one condition as well
        (
            All(of=(HIGH, Not(of=AnyOf(of=(a("topics", Op.HAS_ANY, ("Sale",)), a("topics", Op.HAS_ANY, ("News",))))))),
            "all",
            [POINTS, group("Topics", "News", "Sale", op="interestnotcontains")],
        ),
        # an AND of groups inside an OR is one condition
        (
            AnyOf(of=(HIGH, a("topics", Op.HAS_ALL, ("News", "Sale")))),
            "any",
            [POINTS, group("Topics", "News", "Sale", op="interestcontainsall")],
        ),
        # of two categories there are two
        (
            All(of=(a("topics", Op.HAS_ANY, ("Sale",)), a("plan", Op.IS, "Pro"))),
            "all",
            [group("Plan", "Pro"), group("Topics", "Sale")],
        ),
        # a bound on both sides leaves out who ordered nothing
        (
            All(of=(a("orders", Op.GTE, 1), a("orders", Op.LT, 5))),
            "all",
            [of("EcommNumber", "ecomm_orders", "greater", "0"), of("EcommNumber", "ecomm_orders", "less", "5")],
        ),
    ],
)
def test_interest_groups_absorb_the_other_level(where: Predicate, match: str, conditions: list[Json]) -> None:
    """What one condition on several groups says needs no level of its own."""
    assert native(where, site()).options == canonical(match, conditions)


@pytest.mark.parametrize(
    ("where", "field", "identity"),
    [
        (a("tags", Op.IS_SET, True), "tags", "no-such-test"),
        (a("topics", Op.IS_EMPTY, True), "interests:Topics", "no-such-test"),
        (AttributeTest(attribute="tags", tests=(LengthTest(tests=(ValueTest(op=Op.GTE, operand=2),)),)), "tags", "list-length"),
        (a("plan", Op.CONTAINS, ("P",)), "interests:Plan", "no-such-test"),
        (a("vip", Op.IS, False), "vip", "may-be-missing"),
        (a("vip", Op.IS_SET, True), "vip", "no-such-test"),
        (a("points", Op.GT, 1), "rating", "may-be-missing"),
        (a("points", Op.GT, 1), "ecomm_orders", "may-be-missing"),
        (a("orders", Op.IS_SET, True), "ecomm_orders", "no-such-test"),
        (a("spent", Op.IS, Decimal(5)), "ecomm_spent_all", "no-such-test"),
        (a("spent", Op.GT, Decimal(5)), "ecomm_orders", "other-type"),
        (a("plan", Op.IS, "x"), "rating", "other-type"),
        (a("stars", Op.IS, 3), "vip", "other-type"),
        (a("plan", Op.IS, "x"), "tags", "other-type"),
        (a("language", Op.IS, "fr"), "language", "language-region"),
        (a("language", Op.IS, "fr_CA"), "language", "language-code"),
        (a("language", Op.STARTS_WITH, ("d",)), "language", "no-such-test"),
        (a("source", Op.IS, " x"), "source", "outer-space"),
        (a("place", Op.IS, "Germany"), "ipgeo", "country-code"),
        (a("place", Op.IS_SET, True), "ipgeo", "no-such-test"),
        (a("place", Op.NOT_IN, ("DE", "US")), "ipgeo", "one-level"),
        (a("mean", Op.LTE, 20.5), "ecomm_spent_avg", "one-level"),
        (anniversary(OnDay(day=NamedDay.TODAY)), "BDAY", "relative-dates"),
        (anniversary(Last(duration=length("7 days"))), "BDAY", "relative-dates"),
        (anniversary(From(at=date(2026, 1, 1))), "BDAY", "long-anniversary"),
        (anniversary(From(at=date(2026, 1, 1)), To(at=date(2026, 4, 1))), "BDAY", "long-anniversary"),
        (anniversary(OnDay(day=date.max)), "BDAY", "date-range"),
        (a("plan", Op.IS, "x"), "timestamp_opt", "other-type"),
        (a("signed", Op.GT, datetime(2026, 1, 1, tzinfo=UTC)), "timestamp_opt", "no-instants"),
        (at("signed", Last(duration=length("7 days"))), "timestamp_opt", "relative-dates"),
        (at("signed", From(at=datetime(2026, 1, 1, 8, tzinfo=UTC))), "timestamp_opt", "relative-dates"),
        (at("signed", OnDay(day=NamedDay.TODAY)), "info_changed", "relative-dates"),
        (at("signed", OnDay(day=date(2026, 1, 1))), "rating", "no-instants"),
        *((a("plan", Op.IS, "x"), field, REFUSED[field][0]) for field in ("aim", "ecomm_cat", "email_client", "predicted_gender")),
    ],
)
def test_what_has_no_exact_form_is_refused(where: Predicate, field: str, identity: str) -> None:
    """Other types, values that may be missing where Mailchimp's never are, and what no document says are named findings."""
    assert isinstance(where, AttributeTest)
    found = native(where, site(attributes={**MAPPED, where.attribute: FieldMapping(field=field)}))
    assert [finding.id for finding in found.findings] == [identity]
    assert found.options is None


@pytest.mark.parametrize(
    ("where", "match", "conditions", "leaned"),
    [
        (a("points", Op.LT, 5), "all", [merge("POINTS", "less", "number", "5")], set[str]()),
        (a("points", Op.IS_NOT, 5), "all", [merge("POINTS", "not", "number", "5")], set[str]()),
        (
            All(of=(a("orders", Op.GT, 2), Not(of=a("points", Op.GTE, 5)))),
            "all",
            [of("EcommNumber", "ecomm_orders", "greater", "2"), merge("POINTS", "less", "number", "5")],
            {"facts:mailchimp.orders"},
        ),
        (Not(of=anniversary(OnDay(day=date(2026, 7, 4)))), "all", [born("not", "07/04")], set[str]()),
    ],
)
def test_what_is_never_missing_is_never_blank(where: Predicate, match: str, conditions: list[Json], leaned: set[str]) -> None:
    """Of a required attribute no condition asks for a blank field, so that its negations fit into an AND, and nothing is assumed of one."""
    place = site()
    attributes = {name: replace(each, required=True) for name, each in ATTRIBUTES.items()}
    profile = replace(place.project.data.profile, attributes=attributes)
    found = native(where, replace(place, project=replace(place.project, data=replace(place.project.data, profile=profile))))
    assert found.options == canonical(match, conditions)
    names = {each.id for each in found.assumptions}
    assert not names & {"mailchimp.not-matches-blank", "mailchimp.less-skips-blank"}
    assert leaned <= names


def test_a_required_text_may_be_empty() -> None:
    """The empty text is a value here and a blank field there, so that "is not x" names blank fields all the same."""
    place = site(attributes={"source": FieldMapping(field="SOURCE")})
    text = [merge("SOURCE", "not", "text", "x"), merge("SOURCE", "blank", "text")]
    assert native(a("source", Op.IS_NOT, "x"), place).options == canonical("any", text)


def dated(op: str, day: str | None = None, field: str = "timestamp_opt") -> Json:
    head = {"field": field, "condition_type": "Date", "op": op}
    return head if day is None else {**head, "value": "date", "extra": day}


@pytest.mark.parametrize(
    ("where", "match", "conditions"),
    [
        (at("signed", From(at=date(2026, 3, 1))), "all", [dated("greater", "2026-02-28")]),
        (at("signed", To(at=date(2026, 3, 1))), "all", [dated("less", "2026-03-01"), dated("blank_not")]),
        (at("signed", OnDay(day=date(2026, 3, 1))), "all", [dated("is", "2026-03-01")]),
        (Not(of=at("signed", OnDay(day=date(2026, 3, 1)))), "any", [dated("not", "2026-03-01"), dated("blank")]),
        (All(of=(HIGH, at("signed", From(at=date(2026, 3, 1))))), "all", [POINTS, dated("greater", "2026-02-28")]),
    ],
)
def test_days_of_instants_are_for_who_accepts_their_edges(where: Predicate, match: str, conditions: list[Json]) -> None:
    """Where a day begins is not documented: the finding stands beside the options, and compiling without an accept is an error."""
    found = native(where, site())
    assert found.options == canonical(match, conditions)
    assert [(each.id, each.position) for each in found.findings] == [("day-edges", where.position)]
    with pytest.raises(FrancaError, match=r"accept: \{mailchimp: \{day-edges"):
        ADAPTER.compile(segment(where), Realisation.NATIVE, site())
    accepting = segment(where, accept={"mailchimp": {"day-edges": "a day does not matter"}})
    (resource,) = ADAPTER.compile(accepting, Realisation.NATIVE, site())
    assert resource.body == found.options


def test_whether_an_instant_is_known_is_exact() -> None:
    """A blank date is documented, and has no edge."""
    found = native(a("signed", Op.IS_SET, False), site())
    assert (found.options, found.findings) == (canonical("all", [dated("blank")]), ())


def test_dates_are_sent_with_a_value() -> None:
    """The API's description wants one of every condition on dates; what is read back compares without it."""
    where = a("signed", Op.IS_SET, False)
    with account({"vip": where}, people(5, 1)) as found:
        (resource,) = ADAPTER.compile(segment(where), Realisation.NATIVE, found.site)
        body = found.resolver()(resource)
        remote = found.remote(found.connection.create(resource, body))
        assert remote.body == body
        found.connection.update(remote, resource, body)
        sent = [
            each.call.body["options"]["conditions"] for each in (*found.calls("lists.create_segment"), *found.calls("lists.update_segment"))
        ]
        assert sent == [[{**dated("blank"), "value": ""}]] * 2


def test_values_are_translated_into_groups() -> None:
    """A mapping with values names groups by their own names; it makes no sense for a flag."""
    place = site(attributes={**MAPPED, "plan": FieldMapping(field="interests:Plan", values={"pro": "Pro", "basic": "Basic"})})
    assert native(a("plan", Op.IS, "pro"), place).options == canonical("all", [group("Plan", "Pro")])
    place = site(attributes={**MAPPED, "tags": FieldMapping(field="tags", values={"a": "b"})})
    assert [each.id for each in native(a("tags", Op.HAS_ANY, ("a",)), place).findings] == ["translated-values"]


@pytest.mark.parametrize(("field", "near"), [("ratng", 'did you mean "rating"'), ("First Name", "interests:TITLE"), ("fname", "A-Z")])
def test_an_unknown_field_is_an_error_with_its_place(field: str, near: str) -> None:
    """What is neither a merge tag nor a word of ours is told with its line and what is near."""
    mapping = FieldMapping(field=field, position=Position("franca.yaml", 9, 5))
    with pytest.raises(FrancaError, match=r"franca\.yaml:9:5") as caught:
        native(HIGH, site(attributes={"points": mapping}))
    assert near in str(caught.value)


LEANED = {
    "tags": frozenset[str](),
    "topics": frozenset[str](),
    "orders": frozenset[str](),
    "stars": frozenset[str](),
    "language": frozenset({"mailchimp.case-sensitive", "mailchimp.accents-distinct", "mailchimp.not-matches-blank"}),
    "source": frozenset({"mailchimp.case-sensitive", "mailchimp.accents-distinct", "mailchimp.not-matches-blank"}),
}


@pytest.mark.parametrize(("name", "leaned"), LEANED.items())
def test_what_is_leaned_on(name: str, leaned: frozenset[str]) -> None:
    """Ids and numbers lean on nothing but the facts; a language or source may be blank, and no condition asks for that."""
    tests = {"tags": (Op.HAS_NONE, ("blog",)), "topics": (Op.HAS_NONE, ("Sale",)), "orders": (Op.LT, 3), "stars": (Op.LT, 3)}
    where = a(name, *tests[name]) if name in tests else a(name, Op.IS_NOT, "de")
    assert {each.id for each in native(where, site()).assumptions} == leaned | {f"facts:mailchimp.{name}"}


def test_ids_are_read_only_where_a_mapping_needs_them() -> None:
    """A project that maps no interests reads no categories, and of those it maps the groups alone."""
    rows = people(3, 1)
    with account({}, rows) as found:
        found.connection.read()
        called = [each.operation for each in found.host.exchanges if "interest" in str(each.operation)]
        assert called == ["lists.get_list_interest_categories", *["lists.list_interest_category_interests"] * 2]
        other = ADAPTER.connect(replace(found.site, destination=replace(found.site.destination, attributes={})), found.waiter)
        before = len(found.host.exchanges)
        other.read()
        other.close()
        assert not [each for each in found.host.exchanges[before:] if "interest" in str(each.operation)]


def test_conditions_on_ids_are_read_back_as_they_were_compiled() -> None:
    """Whatever ids tags and groups have, the order of conditions is that of their names, and a second look finds no difference."""
    where = All(of=(a("tags", Op.HAS_ALL, ("wholesale", "blog", "vip club")), a("topics", Op.HAS_ANY, ("Sale", "News", "Events"))))
    with account({"vip": where}, people(5, 1)) as found:
        (resource,) = ADAPTER.compile(segment(where), Realisation.NATIVE, found.site)
        body = found.resolver()(resource)
        assert found.remote(found.connection.create(resource, body)).body == body
