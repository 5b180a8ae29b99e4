"""Each node of the language becomes the Klaviyo condition that means the same, or is refused with a named finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from adapters.klaviyo.kit import EVENTS, site
from adapters.klaviyo.short import (
    ALLTIME,
    ANNA,
    BIRTHDAY,
    COUNTRY,
    CREATED,
    CREDIT,
    FUTURE,
    MANY,
    NAME,
    NEVER,
    POINTS,
    SEEN,
    SET,
    SOME,
    TAGS,
    UNSET,
    VIEWED,
    VIP,
    Json,
    a,
    assert_compiles,
    assert_refused,
    at,
    before,
    between,
    consent,
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
from franca.adapter import Site
from franca.definitions import (
    Ago,
    All,
    AnyOf,
    ConsentSource,
    ConsentTest,
    Everyone,
    From,
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
    Sample,
    SinceAttribute,
    Status,
    To,
)
from franca_klaviyo.definition import canonical
from franca_klaviyo.segments import native
from schema import CONSENT


@pytest.mark.parametrize(
    ("where", "groups"),
    [
        (a("first_name", Op.IS, "Anna"), [prop(NAME, ANNA)]),
        (a("first_name", Op.IS_NOT, "Anna"), [prop(NAME, text("not-equals", "Anna"), UNSET)]),
        (a("country", Op.IN, ("DE", "AT")), [prop(COUNTRY, text("in", ["AT", "DE"]))]),
        (a("country", Op.NOT_IN, ("DE", "AT")), [prop(COUNTRY, text("not-in", ["AT", "DE"]), UNSET)]),
        (a("first_name", Op.CONTAINS, ("a", "b")), [prop(NAME, text("contains", "a"), text("contains", "b"))]),
        (
            Not(of=a("first_name", Op.CONTAINS, ("a", "b"))),
            [prop(NAME, text("not-contains", "a"), UNSET), prop(NAME, text("not-contains", "b"), UNSET)],
        ),
        (a("first_name", Op.STARTS_WITH, ("A",)), [prop(NAME, text("starts-with", "A"))]),
        (Not(of=a("first_name", Op.ENDS_WITH, ("z",))), [prop(NAME, text("not-ends-with", "z"), UNSET)]),
        (a("first_name", Op.CONTAINS, ("",)), [prop(NAME, SET)]),
        (a("first_name", Op.IS_SET, True), [prop(NAME, SET)]),
        (a("first_name", Op.IS_SET, False), [prop(NAME, UNSET)]),
        (a("email", Op.IS_SET, True), [prop("email", SET)]),
        (a("first_name", Op.MATCHES, "^Anna$"), [prop(NAME, ANNA)]),
        (a("first_name", Op.MATCHES, r"^A\."), [prop(NAME, text("starts-with", "A."))]),
        (a("first_name", Op.MATCHES, "na$"), [prop(NAME, text("ends-with", "na"))]),
        (Not(of=a("first_name", Op.MATCHES, "@b")), [prop(NAME, text("not-contains", "@b"), UNSET)]),
        (a("points", Op.IS, 5), [prop(POINTS, numeric("equals", 5))]),
        (a("points", Op.IS_NOT, 5), [prop(POINTS, numeric("not-equals", 5), UNSET)]),
        (a("points", Op.IN, (5, 7)), [prop(POINTS, numeric("equals", 5), numeric("equals", 7))]),
        (a("points", Op.NOT_IN, (5, 7)), [prop(POINTS, numeric("not-equals", 5), UNSET), prop(POINTS, numeric("not-equals", 7), UNSET)]),
        (a("points", Op.GTE, 5), [prop(POINTS, numeric("greater-than-or-equal", 5))]),
        (Not(of=a("points", Op.GTE, 5)), [prop(POINTS, numeric("less-than", 5), UNSET)]),
        (a("points", Op.IS_EMPTY, True), [prop(POINTS, UNSET)]),
        (a("points", Op.BETWEEN, (1, 9)), [prop(POINTS, numeric("greater-than-or-equal", 1)), prop(POINTS, numeric("less-than", 9))]),
        (a("credit", Op.GT, Decimal("19.90")), [prop(CREDIT, numeric("greater-than", 19.9))]),
        (a("credit", Op.LTE, Decimal("20.00")), [prop(CREDIT, numeric("less-than-or-equal", 20))]),
        (a("vip", Op.IS, True), [prop(VIP, {"type": "boolean", "operator": "equals", "value": True})]),
        (a("vip", Op.IS_NOT, True), [prop(VIP, {"type": "boolean", "operator": "equals", "value": False}, UNSET)]),
        (a("tags", Op.HAS_ANY, ("a", "b")), [prop(TAGS, *({"type": "list", "operator": "contains", "value": v} for v in "ab"))]),
        (
            Not(of=a("tags", Op.HAS_ANY, ("a", "b"))),
            [prop(TAGS, {"type": "list", "operator": "not-contains", "value": v}, UNSET) for v in "ab"],
        ),
    ],
)
def test_value_tests_on_attributes(where: Predicate, groups: list[tuple[Json, ...]]) -> None:
    """A test on a missing value is false and its negation true, whatever the operator."""
    assert_compiles(where, *groups)


@pytest.mark.parametrize(
    ("where", "groups"),
    [
        (at("created_at", Last(duration=d("30 days"))), [prop(CREATED, hours("in-the-last", 720))]),
        (at("created_at", Last(duration=d("2 weeks"))), [prop(CREATED, hours("in-the-last", 336))]),
        (Not(of=at("created_at", Last(duration=d("36 hours")))), [prop(CREATED, hours("at-least", 36), *FUTURE, UNSET)]),
        (at("created_at", Next(duration=d("120 minutes"))), [prop(CREATED, hours("in-the-next", 2))]),
        (at("created_at", Ago(older=d("7 days"))), [prop(CREATED, hours("at-least", 168))]),
        (Not(of=at("created_at", Ago(older=d("7 days")))), [prop(CREATED, hours("in-the-last", 168), *FUTURE, UNSET)]),
        (
            at("created_at", Ago(older=d("7 days"), newer=d("1 days"))),
            [prop(CREATED, hours("in-the-last", 168)), prop(CREATED, hours("at-least", 24))],
        ),
        # Midnights of dates and naive times are in the project's zone (Berlin).
        (at("created_at", From(at=date(2026, 3, 1))), [prop(CREATED, between("2026-02-28T23:00:00Z"))]),
        (Not(of=at("created_at", From(at=date(2026, 3, 1)))), [prop(CREATED, before("2026-02-28T23:00:00Z"), UNSET)]),
        (at("last_seen", To(at=datetime(2026, 7, 1, 12, 0))), [prop(SEEN, before("2026-07-01T10:00:00Z"))]),  # noqa: DTZ001 - naive
        (Not(of=at("last_seen", To(at=date(2026, 7, 1)))), [prop(SEEN, between("2026-06-30T22:00:00Z"), UNSET)]),
        (at("last_seen", OnDay(day=date(2026, 3, 29))), [prop(SEEN, between("2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z"))]),
        (a("last_seen", Op.GT, datetime(2026, 1, 1, tzinfo=UTC)), [prop(SEEN, between("2026-01-01T00:00:01Z"))]),
        (a("last_seen", Op.LTE, datetime(2026, 1, 1, tzinfo=UTC)), [prop(SEEN, before("2026-01-01T00:00:01Z"))]),
        (a("last_seen", Op.IS, datetime(2026, 1, 1, tzinfo=UTC)), [prop(SEEN, between("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"))]),
        # Klaviyo holds a day as its midnight UTC, whatever the project's zone.
        (at("birthday", From(at=date(2000, 1, 1))), [prop(BIRTHDAY, between("2000-01-01T00:00:00Z"))]),
        (a("birthday", Op.IS, date(2000, 1, 1)), [prop(BIRTHDAY, between("2000-01-01T00:00:00Z", "2000-01-01T23:59:59Z"))]),
        (
            a("birthday", Op.IS_NOT, date(2000, 1, 1)),
            [prop(BIRTHDAY, before("2000-01-01T00:00:00Z"), between("2000-01-02T00:00:00Z"), UNSET)],
        ),
    ],
)
def test_time_tests_on_attributes(where: Predicate, groups: list[tuple[Json, ...]]) -> None:
    """Relative windows are written in hours, absolute ones between two instants."""
    assert_compiles(where, *groups)


def test_days_are_relative_only_in_utc() -> None:
    """The last N days of a date are N · 24 hours where the project's days begin at midnight UTC; elsewhere they are refused."""
    where = at("birthday", Last(duration=d("30 days")))
    assert_compiles(where, prop(BIRTHDAY, hours("in-the-last", 720)), timezone="UTC")
    assert_refused(where, "day-windows")


@pytest.mark.parametrize(
    ("where", "groups"),
    [
        (e(), [(metric(SOME),)]),
        (Not(of=e()), [(metric(NEVER),)]),
        (e(count=(Op.GTE, 5)), [(metric(MANY),)]),
        (e(count=(Op.GT, 4)), [(metric(MANY),)]),
        (Not(of=e(count=(Op.GTE, 5))), [(metric(numeric("less-than", 5)),)]),
        (e(count=(Op.IS, 0)), [(metric(NEVER),)]),
        (e(count=(Op.LT, 3)), [(metric(numeric("less-than", 3)),)]),
        (e(event="view"), [(metric(SOME, ref=VIEWED),)]),
        (e(Last(duration=d("365 days"))), [(metric(SOME, hours("in-the-last", 8760)),)]),
        (e(Last(duration=d("60 days")), Last(duration=d("2 weeks"))), [(metric(SOME, hours("in-the-last", 336)),)]),
        (e(Ago(older=d("7 days"))), [(metric(SOME, hours("at-least", 168)),)]),
        (e(From(at=date(2026, 1, 1)), To(at=date(2026, 2, 1))), [(metric(SOME, between("2025-12-31T23:00:00Z", "2026-01-31T22:59:59Z")),)]),
        (e(From(at=date(2026, 1, 1))), [(metric(SOME, between("2025-12-31T23:00:00Z")),)]),
        (e(To(at=date(2026, 1, 1))), [(metric(SOME, before("2025-12-31T23:00:00Z")),)]),
        (e(OnDay(day=date(2026, 3, 29))), [(metric(SOME, between("2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z")),)]),
        (total(Op.GTE, Decimal("1000.00")), [(metric(numeric("greater-than-or-equal", 1000), measurement="sum"),)]),
        (
            total(Op.LT, Decimal("19.90")),
            [(metric(numeric("less-than", 19.9), measurement="sum"), metric(NEVER))],
        ),
        (total(Op.LT, Decimal("-1.00")), [(metric(numeric("less-than", -1), measurement="sum"),)]),
        (
            Not(of=total(Op.IS, Decimal("5.00"))),
            [(metric(numeric("not-equals", 5), measurement="sum"), metric(NEVER))],
        ),
    ],
)
def test_events(where: Predicate, groups: list[tuple[Json, ...]]) -> None:
    """Counts and sums in windows; whoever has no event has a sum of 0, and is named besides since Klaviyo does not say so."""
    assert_compiles(where, *groups)


SKU = on("Sku", text("equals", "X"))
NO_SKU = (on("Sku", SET), on("Sku", text("not-equals", "X")))


@pytest.mark.parametrize(
    ("where", "groups"),
    [
        (e(where=p("sku", Op.IS, "X"), count=(Op.GTE, 5)), [(metric(MANY, ALLTIME, SKU),)]),
        (
            e(where=All(of=(p("sku", Op.IS, "X"), p("quantity", Op.GTE, 2))), count=(Op.GTE, 5)),
            [(metric(MANY, ALLTIME, SKU, on("Quantity", numeric("greater-than-or-equal", 2))),)],
        ),
        (
            e(where=p("sku", Op.IN, ("X", "Y")), count=(Op.GTE, 5)),
            [(metric(MANY, ALLTIME, on("Sku", text("in", ["X", "Y"]))),)],
        ),
        (
            e(where=p("categories", Op.HAS_ANY, ("x", "y")), count=(Op.GTE, 5)),
            [(metric(MANY, ALLTIME, on("Categories", {"type": "list", "operator": "contains-any", "value": ["x", "y"]})),)],
        ),
        # Some A-or-B is some A or some B; no A-or-B is no A and no B.
        (
            e(where=AnyOf(of=(p("sku", Op.IS, "X"), p("gift", Op.IS, True)))),
            [(metric(SOME, ALLTIME, SKU), metric(SOME, ALLTIME, on("Gift", {"type": "boolean", "operator": "equals", "value": True})))],
        ),
        (
            e(where=p("sku", Op.CONTAINS, ("X", "Y")), count=(Op.IS, 0)),
            [(metric(NEVER, ALLTIME, on("Sku", text("contains", each))),) for each in "XY"],
        ),
        # A negative filter never stands without a test of presence: whether it keeps events without the property is not documented.
        (
            e(where=p("sku", Op.IS_NOT, "X")),
            [(metric(SOME, ALLTIME, *NO_SKU), metric(SOME, ALLTIME, on("Sku", UNSET)))],
        ),
        (
            e(where=p("sku", Op.IS_NOT, "X"), count=(Op.IS, 0)),
            [(metric(NEVER, ALLTIME, *NO_SKU),), (metric(NEVER, ALLTIME, on("Sku", UNSET)),)],
        ),
        (
            e(where=All(of=(p("sku", Op.IS_SET, True), p("sku", Op.IS_NOT, "X"))), count=(Op.GTE, 5)),
            [(metric(MANY, ALLTIME, *NO_SKU),)],
        ),
        # Nor does one that 0 or False passes: what a missing value is taken for is not documented.
        (
            e(where=p("quantity", Op.LT, 5)),
            [(metric(SOME, ALLTIME, on("Quantity", SET), on("Quantity", numeric("less-than", 5))),)],
        ),
        (
            e(where=p("gift", Op.IS, False)),
            [(metric(SOME, ALLTIME, on("Gift", SET), on("Gift", {"type": "boolean", "operator": "equals", "value": False})),)],
        ),
        (e(where=p("quantity", Op.GT, 5)), [(metric(SOME, ALLTIME, on("Quantity", numeric("greater-than-or-equal", 6))),)]),
        (total(Op.GTE, 9, where=p("sku", Op.IS, "X")), [(metric(numeric("greater-than-or-equal", 9), ALLTIME, SKU, measurement="sum"),)]),
    ],
)
def test_filters_on_event_properties(where: Predicate, groups: list[tuple[Json, ...]]) -> None:
    """Filters are ANDed on one event; alternatives are split where that means the same."""
    assert_compiles(where, *groups)


DATED = ConsentTest(channel="email", at=(Last(duration=d("7 days")),))
SUPPRESSIONS = ("bounce_date", "manual_suppression_date", "invalid_email_date")
EVER_NEVER = (consent(True, "never_subscribed"), *(consent(False, "never_subscribed", each) for each in SUPPRESSIONS))


@pytest.mark.parametrize(
    ("where", "groups"),
    [
        (Mailable(channel="email"), [(consent(True, "subscribed"),)]),
        (Not(of=Mailable(channel="email")), [(consent(False, "any"), consent(True, "never_subscribed"))]),
        (ConsentTest(channel="email", statuses=(Status.UNSUBSCRIBED,)), [(consent(False, "unsubscribed"),)]),
        (
            ConsentTest(channel="email", statuses=(Status.SUBSCRIBED,)),
            [(consent(True, "subscribed"), *(consent(False, "subscribed", each) for each in SUPPRESSIONS))],
        ),
        (ConsentTest(channel="email", statuses=(Status.NEVER, Status.PENDING)), [EVER_NEVER]),
        (Not(of=ConsentTest(channel="email", statuses=(Status.SUBSCRIBED, Status.UNSUBSCRIBED))), [EVER_NEVER]),
        (ConsentTest(channel="email", statuses=tuple(Status)), [prop("email", SET)]),
    ],
)
def test_consent(where: Predicate, groups: list[tuple[Json, ...]]) -> None:
    """Mailable is subscribed and can receive; a status includes those who are suppressed."""
    assert_compiles(where, *groups)


def on_sms(receives: bool, subscription: str) -> Json:
    return consent(receives, subscription, channel="sms")


def test_consent_by_text_and_push() -> None:
    """Whom texts and pushes reach has subscribed; a status is told for texts alone, and not where our data has suppressions."""
    texts = replace(CONSENT, channel="sms", suppressed=None)
    channels = {"email": CONSENT, "sms": texts, "push": replace(texts, channel="push")}
    cases: list[tuple[Predicate, tuple[Json, ...]]] = [
        (Mailable(channel="sms"), (on_sms(True, "subscribed"),)),
        (Not(of=Mailable(channel="sms")), (on_sms(False, "any"),)),
        (Mailable(channel="push"), (consent(True, "any", channel="push"),)),
        (Not(of=Mailable(channel="push")), (consent(False, "any", channel="push"),)),
        (ConsentTest(channel="sms", statuses=(Status.SUBSCRIBED,)), (on_sms(True, "subscribed"),)),
        (ConsentTest(channel="sms", statuses=(Status.UNSUBSCRIBED,)), (on_sms(False, "unsubscribed"),)),
        (ConsentTest(channel="sms", statuses=(Status.NEVER, Status.PENDING)), (on_sms(False, "never_subscribed"),)),
    ]
    for where, group in cases:
        assert native(where, with_consent(channels)).definition == canonical((group,))
    refused = {
        "suppressed-consent": (ConsentTest(channel="sms", statuses=(Status.SUBSCRIBED,)), {"sms": replace(texts, suppressed="off")}),
        "consent-channel": (ConsentTest(channel="push", statuses=(Status.SUBSCRIBED,)), channels),
    }
    for identity, (where, declared) in refused.items():
        assert [finding.id for finding in native(where, with_consent(declared)).findings] == [identity]


def with_consent(channels: Mapping[str, ConsentSource]) -> Site:
    found = site()
    data = found.project.data
    return replace(found, project=replace(found.project, data=replace(data, profile=replace(data.profile, consent=channels))))


def test_dates_of_consent() -> None:
    """The date of a consent is known of those who can be reached, and of those who unsubscribed, where the definition says so."""
    lately = {"field": "status_date", "test": hours("in-the-last", 168)}
    assert_compiles(All(of=(Mailable(channel="email"), DATED)), (consent(True, "subscribed", **lately),), (consent(True, "subscribed"),))
    unsubscribed = ConsentTest(channel="email", statuses=(Status.UNSUBSCRIBED,))
    gone = consent(False, "unsubscribed")
    assert_compiles(All(of=(unsubscribed, DATED)), (consent(False, "unsubscribed", **lately),), (gone,))
    either = AnyOf(of=(DATED, a("vip", Op.IS_SET, True)))
    assert_compiles(All(of=(unsubscribed, either)), (consent(False, "unsubscribed", **lately), *prop(VIP, SET)), (gone,))


def test_groups_are_anded_and_their_conditions_ored() -> None:
    """(A and B) or C becomes (A or C) and (B or C); an asymmetric tree tells the two readings apart."""
    first, second, third = a("points", Op.IS, 1), a("points", Op.GTE, 2), a("country", Op.IS, "DE")
    one, two, three = (
        prop(POINTS, numeric("equals", 1)),
        prop(POINTS, numeric("greater-than-or-equal", 2)),
        prop(COUNTRY, text("equals", "DE")),
    )
    assert_compiles(All(of=(first, AnyOf(of=(third, a("vip", Op.IS_SET, True))))), one, three + prop(VIP, SET))
    assert_compiles(AnyOf(of=(All(of=(a("vip", Op.IS_SET, True), second)), third)), prop(VIP, SET) + three, two + three)
    assert_compiles(NoneOf(of=(third, a("vip", Op.IS_SET, True))), prop(COUNTRY, text("not-equals", "DE"), UNSET), prop(VIP, UNSET))


def test_everyone_and_nobody() -> None:
    """Everyone has an email, since others are in no universe; nobody has one and has none."""
    assert_compiles(Everyone(), prop("email", SET))
    assert_compiles(Not(of=Everyone()), prop("email", SET), prop("email", UNSET))
    assert_compiles(e(Next(duration=d("7 days"))), prop("email", SET), prop("email", UNSET))  # there are no events after now
    assert_compiles(Not(of=e(From(at=date(2026, 2, 1)), To(at=date(2026, 1, 1)))), prop("email", SET))


@pytest.mark.parametrize(
    ("where", "identity"),
    [
        (a("first_name", Op.GT, "M"), "text-order"),
        (a("first_name", Op.IS_EMPTY, True), "blank-text"),
        (a("tags", Op.IS_EMPTY, False), "null-in-list"),
        (a("first_name", Op.MATCHES, "^A.*"), "regex-dialect"),
        (a("first_name", Op.MATCHES, r"\d"), "regex-dialect"),
        (a("first_name", Op.MATCHES, "(?i)anna"), "regex-dialect"),
        (a("first_name", Op.MATCHES, "Zoe\u0308"), "regex-dialect"),
        (a("email", Op.ENDS_WITH, ("@example.com",)), "email-case"),
        (a("points", Op.IS, 2**60 + 1), "number-precision"),
        (at("created_at", Last(duration=d("1 months"))), "month-windows"),
        (at("created_at", Last(duration=d("2 years"))), "month-windows"),
        (at("created_at", Last(duration=d("90 minutes"))), "minute-windows"),
        (at("created_at", OnDay(day=NamedDay.TODAY)), "calendar-days"),
        (at("created_at", SinceAttribute(attribute="last_seen")), "since-windows"),
        (Not(of=at("created_at", Next(duration=d("7 days")))), "future-dates"),
        (at("birthday", From(at=datetime(2026, 1, 1, tzinfo=UTC))), "time-of-day"),
        (e(Last(duration=d("7 days")), From(at=date(2026, 1, 1))), "combined-windows"),
        (e(where=p("sku", Op.IS_NOT, "X"), count=(Op.GTE, 200)), "where-alternatives"),
        (total(Op.GTE, 1, where=p("sku", Op.IS_NOT, "X")), "where-alternatives"),
        (e(where=p("due", Op.GTE, date(2026, 1, 1))), "event-dates"),
        (e(event="view", where=p("page", Op.IS_EMPTY, True)), "blank-text"),
        (total(Op.GTE, 5, of="quantity"), "sum-property"),
        (ConsentTest(channel="email", statuses=(Status.PENDING,)), "pending-consent"),
        (ConsentTest(channel="email", at=(Last(duration=d("7 days")),)), "consent-dates"),
        (Mailable(channel="whatsapp"), "consent-channel"),
        (All(of=(ConsentTest(channel="email", statuses=(Status.SUBSCRIBED,)), DATED)), "consent-dates"),
        (All(of=(Mailable(channel="email"), Not(of=DATED))), "consent-dates"),
        (Sample(percent=Decimal(10), salt="x"), "sample"),
    ],
)
def test_refusals(where: Predicate, identity: str) -> None:
    """What has no exact form is refused by name."""
    changes = {"events": {**EVENTS, "order": replace(EVENTS["order"], properties={**EVENTS["order"].properties, "due": "Due"})}}
    assert_refused(where, identity, **changes)


def test_nothing_is_native_without_a_mapping() -> None:
    """An attribute, an event or a property that the destination does not map is refused, whatever it is called."""
    assert_refused(a("first_name", Op.IS, "Anna"), "unmapped-attribute", attributes={})
    assert_refused(e(), "unmapped-event", events={})
    bare = {"order": replace(EVENTS["order"], properties={})}
    assert_refused(e(where=p("sku", Op.IS, "X")), "unmapped-property", events=bare)
    assert_refused(total(Op.GTE, 5), "sum-property", events={"order": replace(EVENTS["order"], value=None)})


def test_findings_carry_the_place_of_their_node_and_all_are_told() -> None:
    """Each refused node is one finding at its own position."""
    first = replace(a("first_name", Op.GT, "M"), position=Position("a.yaml", 3, 5))
    second = replace(Sample(percent=Decimal(10), salt="x"), position=Position("a.yaml", 9, 5))
    found = native(AnyOf(of=(first, second, a("points", Op.IS, 1))), site())
    assert [(finding.id, str(finding.position)) for finding in found.findings] == [("text-order", "a.yaml:3:5"), ("sample", "a.yaml:9:5")]
