"""The naive interpreter says what language.md says: facts worked out by hand, without the evaluator."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from evaluator import naive
from franca.definitions import (
    Ago,
    All,
    AnyOf,
    AttributeTest,
    ConsentTest,
    Count,
    EventTest,
    Everyone,
    From,
    InSegment,
    Last,
    Mailable,
    NamedDay,
    Next,
    NoneOf,
    Not,
    OnDay,
    Op,
    Predicate,
    PropertyTest,
    Sample,
    SinceAttribute,
    SinceLatest,
    Status,
    Sum,
    TimeTest,
    To,
    ValueTest,
)
from schema import AS_OF, INSTANT_TESTS, LOCAL_TIMES, ZONE, columns, edges, instants, length, make_project

NOBODY: dict[str, Any] = dict.fromkeys(columns()["customers"])
ORDER: dict[str, Any] = {**dict.fromkeys(columns()["orders"]), "status": "paid"}
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def op(name: str, operand: Any) -> ValueTest:
    return ValueTest(op=Op(name), operand=operand)


def attribute(name: str, *tests: ValueTest | TimeTest) -> AttributeTest:
    return AttributeTest(attribute=name, tests=tests)


def order(at: datetime | None, **cells: Any) -> dict[str, Any]:
    return {**ORDER, "customer_id": "p", "ordered_at": at, **cells}


def is_member(
    where: Predicate, *orders: dict[str, Any], as_of: datetime = AS_OF, views: tuple[dict[str, Any], ...] = (), **cells: Any
) -> bool:
    """Whether the profile "p" with these cells and orders is in the segment."""
    tables = {"customers": [{**NOBODY, "customer_id": "p", **cells}], "orders": list(orders), "views": list(views)}
    return naive.members(make_project({"s": where}), tables, as_of)["s"] == {"p"}


@pytest.mark.parametrize(
    ("name", "cell", "test", "expected"),
    [
        ("country", "DE", op("is", "DE"), True),
        ("country", "de", op("is", "DE"), False),
        ("country", None, op("is", "DE"), False),
        ("country", None, op("is_not", "DE"), True),
        ("country", None, op("not_in", ("DE", "FR")), True),
        ("country", "FR", op("not_in", ("DE", "FR")), False),
        ("country", "FR", op("in", ("DE", "FR")), True),
        ("country", None, op("is_set", True), False),
        ("country", None, op("is_set", False), True),
        ("country", "", op("is_set", True), True),
        ("country", "", op("is", ""), True),
        ("country", "\t \u00a0", op("is_empty", True), True),
        ("country", None, op("is_empty", True), True),
        ("country", "x", op("is_empty", False), True),
        ("points", 0, op("is_empty", True), False),
        ("points", None, op("is_empty", True), True),
        ("first_name", "Zoe\u0308", op("is", "Zoë"), True),
        ("first_name", "e\u0301", op("contains", ("e",)), False),
        ("first_name", "e\u0301", op("starts_with", ("x", "é")), True),
        ("first_name", "straße", op("is", "strasse"), False),
        ("first_name", "50%_off", op("contains", ("%_",)), True),
        ("first_name", "50 percent", op("contains", ("%",)), False),
        ("first_name", "Anna", op("ends_with", ("na", "zz")), True),
        ("first_name", "🎉", op("gt", "～"), True),  # by code point; UTF-16 units would say otherwise
        ("first_name", "Z", op("lt", "a"), True),
        ("first_name", None, op("lt", "a"), False),
        ("email", "  Anna@Example.COM ", op("is", "anna@example.com"), True),
        ("points", 0, op("is_set", True), True),
        ("points", 10, op("between", (10, 20)), True),
        ("points", 20, op("between", (10, 20)), False),
        ("points", -3, op("lt", 0), True),
        ("points", None, op("lt", 0), False),
        ("credit", Decimal("49.99"), op("lt", Decimal("50.00")), True),
        ("score", -0.0, op("is", 0.0), True),
        ("vip", False, op("is_not", True), True),
        ("vip", None, op("is_not", True), True),
        ("vip", None, op("is", False), False),
        ("birthday", date(2000, 2, 29), op("gte", date(2000, 2, 29)), True),
        ("tags", ["vip", None], op("has_any", ("vip", "new")), True),
        ("tags", ["VIP"], op("has_any", ("vip",)), False),
        ("tags", None, op("has_any", ("vip",)), False),
        ("tags", [None], op("is_empty", True), True),
        ("tags", [None], op("is_set", True), True),
        ("tags", [""], op("is_empty", True), False),
        ("tags", ["Zoe\u0308"], op("has_any", ("Zoë",)), True),
    ],
)
def test_a_test_on_a_value_says_what_section_4_says(name: str, cell: Any, test: ValueTest, expected: bool) -> None:
    """Two-valued logic, missing and empty, text after NFC by code point, half-open `between`, lists without nulls."""
    column = {"vip": "is_vip"}.get(name, name)
    assert is_member(attribute(name, test), **{column: cell}) is expected
    assert is_member(Not(of=attribute(name, test)), **{column: cell}) is not expected


def test_the_tests_of_one_mapping_are_anded() -> None:
    """`is_set: true, is_not: x` leaves out people without the value, which `is_not: x` alone does not."""
    both = attribute("country", op("is_set", True), op("is_not", "DE"))
    assert not is_member(both)
    assert is_member(both, country="FR")
    assert is_member(attribute("country", op("is_not", "DE")))


@pytest.mark.parametrize(
    ("test", "first", "last"),
    [
        # T is 14:37:11 in Berlin on 30 March 2026, the day after the clocks went forward.
        (Last(duration=length("1 days")), "2026-03-29T12:37:12", "2026-03-30T12:37:11"),  # 24 hours, not the same wall clock
        (Last(duration=length("90 minutes")), "2026-03-30T11:07:12", "2026-03-30T12:37:11"),
        (Last(duration=length("2 weeks")), "2026-03-16T12:37:12", "2026-03-30T12:37:11"),
        (Last(duration=length("1 months")), "2026-02-28T13:37:12", "2026-03-30T12:37:11"),  # clamped; 14:37:11 in winter time
        (Last(duration=length("1 quarters")), "2025-12-30T13:37:12", "2026-03-30T12:37:11"),
        (Last(duration=length("1 years")), "2025-03-30T12:37:12", "2026-03-30T12:37:11"),  # 30 March 2025: already summer time by then
        (Next(duration=length("1 months")), "2026-03-30T12:37:12", "2026-04-30T12:37:11"),
        (Ago(older=length("30 days"), newer=length("7 days")), "2026-02-28T12:37:12", "2026-03-23T12:37:11"),
        (Ago(older=length("2 years")), None, "2024-03-30T13:37:11"),
        (From(at=date(2026, 3, 30)), "2026-03-29T22:00:00", None),
        (From(at=datetime(2026, 3, 29, 2, 30)), "2026-03-29T01:30:00", None),  # noqa: DTZ001 - in the gap: by the offset before it
        (To(at=datetime(2025, 10, 26, 2, 30)), None, "2025-10-26T00:29:59"),  # noqa: DTZ001 - in the fold: the first time round
        (To(at=datetime(2026, 3, 1, tzinfo=UTC)), None, "2026-02-28T23:59:59"),
        (OnDay(day=NamedDay.TODAY), "2026-03-29T22:00:00", "2026-03-30T21:59:59"),
        (OnDay(day=NamedDay.YESTERDAY), "2026-03-28T23:00:00", "2026-03-29T21:59:59"),  # 23 hours
        (OnDay(day=NamedDay.TOMORROW), "2026-03-30T22:00:00", "2026-03-31T21:59:59"),
        (OnDay(day=date(2025, 10, 26)), "2025-10-25T22:00:00", "2025-10-26T22:59:59"),  # 25 hours
    ],
)
def test_a_window_holds_from_its_first_second_to_its_last(test: TimeTest, first: str | None, last: str | None) -> None:
    """The first and the last whole second inside each window, worked out by hand; the seconds beyond are outside."""
    inside = [utc(text) for text in (first, last) if text]
    outside = [utc(first) - SECOND] * bool(first) + [utc(last) + SECOND] * bool(last) if first and last else []
    outside += [utc(first) - SECOND] if first else [utc(last or "") + SECOND]
    assert [is_member(attribute("last_seen", test), last_seen=at) for at in inside] == [True] * len(inside)
    assert [is_member(attribute("last_seen", test), last_seen=at) for at in outside] == [False] * len(outside)
    assert not is_member(attribute("last_seen", test))


@pytest.mark.parametrize(
    ("test", "first", "last"),
    [
        (Last(duration=length("1 days")), date(2026, 3, 30), date(2026, 3, 30)),
        (Last(duration=length("30 days")), date(2026, 3, 1), date(2026, 3, 30)),
        (Last(duration=length("1 months")), date(2026, 3, 1), date(2026, 3, 30)),  # after 28 February
        (Last(duration=length("2 years")), date(2024, 3, 31), date(2026, 3, 30)),
        (Next(duration=length("7 days")), date(2026, 3, 31), date(2026, 4, 6)),
        (Ago(older=length("30 days"), newer=length("7 days")), date(2026, 3, 1), date(2026, 3, 23)),
        (OnDay(day=NamedDay.YESTERDAY), date(2026, 3, 29), date(2026, 3, 29)),
        (OnDay(day=date(2024, 2, 29)), date(2024, 2, 29), date(2024, 2, 29)),
    ],
)
def test_a_window_on_dates_counts_days(test: TimeTest, first: date, last: date) -> None:
    """A date is a day: the N days ending today, the N days after today."""
    day = timedelta(days=1)
    found = [is_member(attribute("birthday", test), birthday=on) for on in (first - day, first, last, last + day)]
    assert found == [False, True, True, False]


def test_from_and_to_compare_days_of_dates() -> None:
    """[a, b) on dates: the first day is in, the last is not."""
    march = attribute("birthday", From(at=date(2026, 3, 1)), To(at=date(2026, 4, 1)))
    found = [is_member(march, birthday=date(2026, month, day)) for month, day in ((2, 28), (3, 1), (3, 31), (4, 1))]
    assert found == [False, True, True, False]


def test_naive_cells_are_in_their_columns_zone() -> None:
    """`registered_at` is declared Europe/Berlin, `last_seen` is UTC by default; an offset in the cell wins."""
    noon = From(at=datetime(2026, 1, 15, 12, 0, tzinfo=UTC))
    cell = datetime(2026, 1, 15, 12, 30)  # noqa: DTZ001 - what a column without offsets holds
    assert not is_member(attribute("created_at", noon), registered_at=cell)
    assert is_member(attribute("last_seen", noon), last_seen=cell)
    assert is_member(attribute("created_at", noon), registered_at=cell.replace(tzinfo=UTC))


def test_events_are_filtered_then_deduplicated_then_cut_at_the_as_of_instant() -> None:
    """The earliest row that passes the source's filter is the event; null keys and instants are no events; null ids are distinct."""
    count = EventTest(event="order", measures=(Count(tests=(op("is", 2),)),), where=PropertyTest(property="sku", tests=(op("is", "new"),)))
    rows = [
        order(AS_OF - 5 * HOUR, order_id="1", status="cancelled", sku="old"),
        order(AS_OF - 4 * HOUR, order_id="1", sku="new"),  # the event: the earlier row is cancelled
        order(AS_OF - 3 * HOUR, order_id="1", sku="old"),
        order(AS_OF - 2 * HOUR, order_id="2", sku="old"),  # the event of id 2 is old
        order(AS_OF - 1 * HOUR, order_id="2", sku="new"),
        order(AS_OF, order_id="3", sku="new"),
        order(AS_OF + SECOND, order_id="4", sku="new"),
        order(None, order_id="5", sku="new"),
        order(AS_OF - HOUR, order_id="6", sku="new", customer_id=None),
        order(AS_OF - HOUR, order_id="7", sku="new", customer_id="stranger"),
    ]
    assert is_member(count, *rows)
    three = EventTest(event="order", measures=(Count(tests=(op("is", 3),)),))
    assert is_member(three, *[order(AS_OF - HOUR)] * 3)


def test_a_source_filter_over_an_undeclared_column_compares_text() -> None:
    """`internal: 1` in the table is the text "1"; 11, 0 and missing are other things."""
    row = {"visitor": "p", "viewed_at": datetime(2026, 3, 1), "page": None, "items": None}  # noqa: DTZ001
    views = tuple({**row, "internal": internal} for internal in (1, 11, 0, None))
    assert is_member(EventTest(event="view", measures=(Count(tests=(op("is", 3),)),)), views=views)


def test_no_measure_means_at_least_one_event_and_measures_are_anded() -> None:
    """Sums ignore missing values and are exact; over no events count and sum are 0."""
    rows = [order(AS_OF - HOUR, amount=Decimal(amount)) for amount in ("0.10", "0.20")] + [order(AS_OF - HOUR)]
    assert is_member(EventTest(event="order"), *rows)
    assert not is_member(EventTest(event="order"))
    both = EventTest(event="order", measures=(Count(tests=(op("gte", 3),)), Sum(of="total", tests=(op("is", Decimal("0.30")),))))
    assert is_member(both, *rows)
    assert not is_member(both, *rows[:2])
    nothing = EventTest(event="order", measures=(Count(tests=(op("is", 0),)), Sum(of="total", tests=(op("lt", Decimal(1)),))))
    assert is_member(nothing)
    assert is_member(nothing, *rows) is False


def test_every_test_of_a_window_must_hold() -> None:
    """From and to together are one half-open interval, in the project's zone."""
    march_first = EventTest(event="order", window=(From(at=date(2026, 3, 1)), To(at=date(2026, 3, 2))))
    at = [utc("2026-02-28T22:59:59"), utc("2026-02-28T23:00:00"), utc("2026-03-01T22:59:59"), utc("2026-03-01T23:00:00")]
    assert [is_member(march_first, order(moment)) for moment in at] == [False, True, True, False]


def test_since_an_attribute_begins_after_its_instant() -> None:
    """(the instant, T]; a date's local midnight; missing is false, also where no order would be counted."""
    since = EventTest(event="order", window=(SinceAttribute(attribute="last_seen"),))
    at = AS_OF - HOUR
    assert [is_member(since, order(at + move), last_seen=at) for move in (-SECOND, SECOND * 0, SECOND)] == [False, False, True]
    assert not is_member(since, order(at))
    assert is_member(EventTest(event="order", window=since.window, measures=(Count(tests=(op("is", 0),)),)), order(at))
    day = EventTest(event="order", window=(SinceAttribute(attribute="birthday"),))
    midnight = utc("2026-03-28T23:00:00")
    assert [is_member(day, order(midnight + move), birthday=date(2026, 3, 29)) for move in (SECOND * 0, SECOND)] == [False, True]


def test_since_the_latest_event_begins_after_it() -> None:
    """The latest event that satisfies `where`, not one after T; without one the window is empty."""
    gift = PropertyTest(property="gift", tests=(op("is", True),))
    since = EventTest(event="order", window=(SinceLatest(event="order", where=gift),))
    rows = [order(AS_OF - 3 * HOUR, gift=True), order(AS_OF - 2 * HOUR, gift=False), order(AS_OF + HOUR, gift=True)]
    assert is_member(since, *rows)
    assert not is_member(since, *rows[1:])
    assert not is_member(since, rows[0], order(AS_OF - 4 * HOUR))


@pytest.mark.parametrize(
    ("status", "expected"),
    [("SUBSCRIBED", {Status.SUBSCRIBED}), ("opted in", {Status.SUBSCRIBED}), ("PENDING", {Status.PENDING}), (None, {Status.NEVER})],
)
def test_a_consent_status_is_mapped_and_null_is_never(status: str | None, expected: set[Status]) -> None:
    """Each word of the shop means one status."""
    assert {found for found in Status if is_member(ConsentTest(channel="email", statuses=(found,)), email_status=status)} == expected


def test_a_status_that_the_schema_does_not_map_is_an_error() -> None:
    """It is never taken for one of the others; the error names the column, not the person."""
    with pytest.raises(naive.UnmappedStatusError, match=r"^email_status$"):
        is_member(Mailable(channel="email"), email_status="subscribed")


def test_mailable_is_subscribed_and_not_suppressed() -> None:
    """A missing suppression is none."""
    found = [is_member(Mailable(channel="email"), email_status="SUBSCRIBED", email_suppressed=flag) for flag in (None, False, True)]
    assert found == [True, True, False]
    assert not is_member(Mailable(channel="email"), email_status="PENDING")


def test_the_instant_of_consent_takes_time_tests() -> None:
    """No status means any; a missing instant passes no test."""
    recent = ConsentTest(channel="email", at=(Last(duration=length("7 days")),))
    assert is_member(recent, email_status_at=AS_OF - HOUR)
    assert not is_member(recent)
    assert not is_member(recent, email_status_at=AS_OF - 200 * HOUR)


def test_a_sample_is_the_share_of_hashes_below_the_bound() -> None:
    """sha256("holdout:p") begins with 4419cabd, that is 26.602 % of the way; 100 is always, 0 never."""
    found = [is_member(Sample(percent=Decimal(percent), salt="holdout")) for percent in ("0", "26.60", "26.61", "100")]
    assert found == [False, False, True, True]


def test_combinators() -> None:
    """all, any, none, not, everyone over one true and one false part."""
    yes, no = Everyone(), Not(of=Everyone())
    truths = [All(of=(yes, yes)), AnyOf(of=(no, yes)), NoneOf(of=(no, no)), Not(of=no), yes]
    falsehoods = [All(of=(yes, no)), AnyOf(of=(no, no)), NoneOf(of=(no, yes)), Not(of=yes), no]
    assert [is_member(node) for node in truths + falsehoods] == [True] * 5 + [False] * 5


def test_a_reference_to_a_segment_is_not_read() -> None:
    """Checked projects hold none."""
    with pytest.raises(KeyError):
        is_member(InSegment(key="s"))


def test_the_universe_is_the_emails_of_one_profile_each() -> None:
    """Blank and missing emails are none; two spellings of one email are the same."""
    cells = {"1": " A@x.de", "2": "a@x.de ", "3": "b@x.de", "4": None, "5": " ", None: "c@x.de"}
    customers = [{**NOBODY, "customer_id": key, "email": email} for key, email in cells.items()]
    tables = {"customers": customers, "orders": [], "views": []}
    project = make_project({"everyone": Everyone()})
    assert naive.universe(project, tables, AS_OF) == ({"b@x.de"}, {"a@x.de"})
    assert naive.emails(project, tables, AS_OF) == {"everyone": {"b@x.de"}}
    assert naive.members(project, tables, AS_OF) == {"everyone": {"1", "2", "3", "4", "5"}}


@pytest.mark.parametrize("as_of", [AS_OF, utc("2026-04-29T00:30:00"), utc("2026-03-29T22:30:00")])
def test_generated_instants_keep_a_second_from_every_edge(as_of: datetime) -> None:
    """Equality with an ESP is claimed for events not within one second of an edge (section 6); some are exactly one second away."""
    cells = {*instants(as_of), *(naive.instant(local, zone) for local in LOCAL_TIMES for zone in (ZONE, UTC))}
    distances = {abs(cell - edge) for test in INSTANT_TESTS for edge in edges(test, as_of) for cell in cells}
    assert min(distances) == SECOND


def test_a_step_of_a_month_into_the_gap_takes_the_offset_before_it() -> None:
    """One month before 02:30 on 29 April is a local time that does not exist on 29 March; fold=0 makes it 03:30 in summer time."""
    as_of = utc("2026-04-29T00:30:00")
    assert naive.step(as_of, length("1 months"), -1, ZONE) == utc("2026-03-29T01:30:00")
