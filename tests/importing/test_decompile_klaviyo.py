"""Klaviyo's segment definitions read backwards mean what they said; what has no exact equal is refused with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

import strategies
from adapters.klaviyo import kit
from equivalence.trees import trees
from franca.adapter import Remote, ResourceKind, Snapshot, replace_refs
from franca.adapter.importing import Decompiled, NotRepresentableError
from franca.definitions import AttributeTest, EventTest, FieldMapping, LengthTest, Not, Op, Predicate, PropertyTest, ValueTest
from franca.logic import fingerprint
from franca_klaviyo.adapter import ADAPTER
from franca_klaviyo.assumptions import EMPTY_TEXTS, UNSET_NUMBERS
from franca_klaviyo.decompile import KlaviyoDecompiler
from franca_klaviyo.segments import native
from franca_klaviyo.values import NOT_SET
from logic.crowd import members, written

COUNTRY = "location['country']"
METRICS = {("metric", each.metric, each.integration or ""): (f"id of {each.metric}",) for each in kit.EVENTS.values()}
ACCOUNT = Snapshot(account="a", names={**METRICS, **{(kind, name, ""): ids for (kind, name, _), ids in METRICS.items()}})


def decompiled(
    definition: dict[str, Any], *, zone: str = "Europe/Berlin", accepted: tuple[str, ...] = (), active: bool = True, **changes: Any
) -> Decompiled:
    """Return what a segment of the account says."""
    body = {"definition": replace_refs(definition, lambda ref: ACCOUNT.names["metric", ref.name, ref.qualifier][0]), "active": active}
    remote = Remote(kind=ResourceKind.SEGMENT, id="1", name="Made by hand", body=body)
    return KlaviyoDecompiler(kit.site(timezone=zone, **changes), ACCOUNT, accepted).segment(remote)


def groups(*found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a definition."""
    return {"condition_groups": [{"conditions": each} for each in found]}


def of(name: str, **test: Any) -> dict[str, Any]:
    """Return a condition on a property."""
    return {"type": "profile-property", "property": name, "filter": test}


def did(metric: str = "id of Viewed Page", measured: Any = ("count", "greater-than", 0), frame: Any = None, **more: Any) -> dict[str, Any]:
    """Return a condition on a metric."""
    measurement, operator, value = measured
    test = {"type": "numeric", "operator": operator, "value": value}
    frame = {"type": "date", **(frame or {"operator": "alltime"})}
    return {
        "type": "profile-metric",
        "metric_id": metric,
        "measurement": measurement,
        "measurement_filter": test,
        "timeframe_filter": frame,
        **more,
    }


def sku(operator: str) -> list[dict[str, Any]]:
    """Return a filter on an event's property."""
    return [{"property": "Sku", "filter": {"type": "string", "operator": operator, "value": "x"}}]


def quantity(operator: str) -> dict[str, Any]:
    """Return a filter on a number of an event."""
    return {"property": "Quantity", "filter": {"type": "numeric", "operator": operator, "value": 5}}


NO_GIFT = {"property": "Gift", "filter": {"type": "boolean", "operator": "equals", "value": False}}
SOME_QUANTITY = {"property": "Quantity", "filter": {"type": "existence", "operator": "is-set"}}


def check_there_and_back(
    several: Sequence[Predicate], share: float, *, zone: str = "Europe/Berlin", accepted: tuple[str, ...] = (), **changes: Any
) -> None:
    """Compare predicates with what their own compilation says, read backwards, of a crowd of people; a *share* of them is native."""
    site = kit.site(timezone=zone, **changes)
    compiled = [(tree, native(tree, site, frozenset(accepted)).definition) for tree in several]
    refused, tried = [], [(tree, definition) for tree, definition in compiled if definition is not None]
    assert len(tried) > share * len(several)
    for tree, definition in tried:
        try:
            found = decompiled(definition, zone=zone, accepted=accepted, **changes)
        except NotRepresentableError as error:
            refused += [] if nameless(definition) else [f"{error.what}: {definition}"]
            continue
        assert members(found.where) == members(tree), f"{tree}\n{definition}\n{found.where}"
    assert not refused, "\n".join(refused[:5])


def nameless(found: Any) -> bool:
    """Return whether a single day before yesterday is in a definition: in UTC compiling makes it, and the language has no word for it."""
    if isinstance(found, dict):
        single = found.get("unit") == "day" and found.get("start") == found.get("end") and (found.get("end") or 0) > 1
        return single or any(map(nameless, found.values()))
    return isinstance(found, (list, tuple)) and any(map(nameless, found))


def test_what_was_compiled_is_read_back_with_its_meaning() -> None:
    """Random predicates, compiled and read backwards, hold for the same people."""
    check_there_and_back(trees("klaviyo", 60, 1), 0.5)


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC"])
def test_much_that_was_compiled_is_read_back_with_its_meaning(zone: str) -> None:
    """Many more of them, also where days begin as Klaviyo's do."""
    check_there_and_back(trees("klaviyo", 1_000, 1), 0.5, zone=zone)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC"])
def test_what_was_compiled_for_computed_fields_is_read_back_with_its_meaning(zone: str) -> None:
    """Random predicates over regions, distances, predictions and affinities."""
    leaf = strategies.attribute_tests(strategies.Choice(attributes=tuple(kit.COMPUTED)))
    check_there_and_back(strategies.drawn(strategies.combined(leaf, 1), 160), 0.1, zone=zone, attributes=kit.COMPUTED)


def test_lengths_of_lists_are_read_back_with_consent() -> None:
    """Compiled with the consent that nulls may count, and read backwards with it: of attributes and events, and their negations."""
    ops = (Op.IS, Op.GT, Op.GTE, Op.LT, Op.LTE)
    lengths = [LengthTest(tests=(ValueTest(op=op, operand=number),)) for op in ops for number in range(4)]
    found: list[Predicate] = [AttributeTest(attribute="tags", tests=(each,)) for each in lengths]
    found += [EventTest(event="order", where=PropertyTest(property="categories", tests=(each,))) for each in lengths]
    check_there_and_back([*found, *(Not(of=each) for each in found)], 0.7, accepted=("null-in-list",))


HANDMADE = [
    ([of(COUNTRY, type="string", operator="equals", value="DE")], "{attribute: country, is: DE}"),
    ([of(COUNTRY, type="string", operator="not-equals", value="DE")], "{attribute: country, is_set: true, is_not: DE}"),
    (
        [of(COUNTRY, type="string", operator="not-in", value=["DE"]), of(COUNTRY, type="existence", operator="not-set")],
        "{attribute: country, not_in: [DE]}",
    ),
    ([of(COUNTRY, type="string", operator="in", value=["", "DE"])], "{attribute: country, in: ['', DE]}"),
    ([of("properties['points']", type="numeric", operator="less-than-or-equal", value=5)], "{attribute: points, lte: 5}"),
    ([of("properties['tags']", type="list", operator="contains", value="a")], "{attribute: tags, has_any: [a]}"),
    ([of("properties['vip']", type="boolean", operator="equals", value=False)], "{attribute: vip, is: false}"),
    ([did()], "{event: view}"),
    ([did(measured=("count", "less-than", 3), frame={"operator": "in-the-last", "unit": "hour", "quantity": 720})],
     "{event: view, count: {lt: 3}, last: 30 days}"),
    ([did(frame={"operator": "between-static", "start": "2025-12-31T23:00:00Z", "end": "2026-01-31T22:59:59Z"})],
     "{event: view, from: 2026-01-01, to: 2026-02-01}"),
    ([did("id of Placed Order", ("sum", "greater-than", 99.5))], "{event: order, sum: {of: total, gt: 99.5}}"),
    ([did("id of Placed Order", metric_filters=sku("contains"))],
     "{event: order, where: {property: sku, contains: x}}"),
    ([did("id of Placed Order", metric_filters=[SOME_QUANTITY, quantity("less-than")])],
     "{event: order, where: {all: [{property: quantity, is_set: true}, {property: quantity, lt: 5}]}}"),
    ([did("id of Placed Order", metric_filters=[quantity("greater-than")])], "{event: order, where: {property: quantity, gt: 5}}"),
    ([{"type": "profile-marketing-consent", "consent": {"channel": "email", "can_receive_marketing": True,
       "consent_status": {"subscription": "subscribed"}}}], "{mailable: email}"),
]  # fmt: skip


@pytest.mark.parametrize(("conditions", "text"), HANDMADE)
def test_what_people_make_becomes_what_people_would_write(conditions: list[dict[str, Any]], text: str) -> None:
    """One group of each kind of condition, in the words of our language."""
    assert fingerprint(decompiled(groups(conditions)).where) == fingerprint(written(text))


REFUSED = [
    ([of("email", type="string", operator="equals", value="anna@x.de")], "names people"),
    ([of(COUNTRY, type="string", operator="equals", value="anna@x.de")], "names somebody"),
    ([of("properties['Plan']", type="string", operator="equals", value="pro")], r"no attribute is mapped to properties\['Plan'\]"),
    ([of("properties['points']", type="string", operator="equals", value="5")], "with a text, and that is a integer"),
    ([of(COUNTRY, type="numeric", operator="equals", value=5)], "with a number, and that is a text"),
    ([of(COUNTRY, type="string", operator="regex", value="^D")], "'regex' has no exact equal"),
    ([of("properties['points']", type="numeric", operator="greater-than", value=2.5)], "more places"),
    ([of("properties['tags']", type="list", operator="length-equals", value=2)], "counts nulls as elements"),
    ([did("unknown")], "no event is mapped to the metric"),
    ([did(frame={"operator": "in-the-last", "unit": "day", "quantity": 30})], "midnight UTC"),
    ([did(frame={"operator": "in-the-last", "unit": "week", "quantity": 3})], "in weeks is not documented"),
    ([did(frame={"operator": "between-static", "start": "2026-01-01T00:00:00Z", "end": "2026-01-31T00:00:00Z"})], "the whole day"),
    ([did(frame={"operator": "between-static", "start": "2026-01-01", "end": "2026-01-31"})], "the whole day"),
    ([did("id of Placed Order", ("sum", "less-than", 5))], "the sum over no events"),
    ([did("id of Placed Order", metric_filters=sku("not-equals"))],
     "keeps events without"),
    ([did("id of Placed Order", metric_filters=[NO_GIFT])],
     "'equals' keeps events without 'Gift'"),
    ([did("id of Placed Order", metric_filters=[quantity("less-than")])], "'less-than' keeps events without 'Quantity'"),
    ([{"type": "profile-predictive-analytics", "dimension": "predicted_clv", "filter": {}}],
     r"no attribute is mapped to predicted\['predicted_clv'\]"),
    ([{"type": "profile-group-membership", "is_member": True, "group_ids": ["L"]}], "profile-group-membership"),
    ([{"type": "profile-marketing-consent", "consent": {"channel": "email", "can_receive_marketing": True,
       "consent_status": {"subscription": "any"}}}], "not each reason"),
    ([{"type": "profile-marketing-consent", "consent": {"channel": "sms", "can_receive_marketing": True,
       "consent_status": {"subscription": "subscribed"}}}], "consent to sms"),
]  # fmt: skip


@pytest.mark.parametrize(("conditions", "why"), REFUSED)
def test_what_has_no_exact_equal_is_refused_with_the_reason(conditions: list[dict[str, Any]], why: str) -> None:
    """Whatever Klaviyo does not document, or our language cannot say, or names people."""
    with pytest.raises(NotRepresentableError, match=why):
        decompiled(groups(conditions))


def test_a_metric_that_the_mapping_does_not_tell_from_another_is_refused() -> None:
    """Two integrations have a metric of one name, and the event's mapping names none: it may be either's, and a plan would not know it."""
    name, ours, others = "Viewed Page", "id of Viewed Page", "id of another one"
    two = {("metric", name, ""): (ours, others), ("metric", name, "API"): (ours,), ("metric", name, "Zapier"): (others,)}
    for metric in (ours, others):
        remote = Remote(kind=ResourceKind.SEGMENT, id="1", name="Seen", body={"definition": groups([did(metric)]), "active": True})
        with pytest.raises(NotRepresentableError, match="several metrics are called 'Viewed Page'"):
            KlaviyoDecompiler(kit.site(), replace(ACCOUNT, names={**ACCOUNT.names, **two})).segment(remote)


@pytest.mark.parametrize(
    ("where", "mapped"),
    [
        (written("{attribute: vip, is: true}"), {"vip": "region['european_union']"}),
        (written("{attribute: score, lt: 25}"), {"score": "distance['USA 10001 miles']"}),
        (written("{attribute: credit, gte: 9.5}"), {"credit": "predicted['total_clv']"}),
        (written("{attribute: points, is: 1}"), {"points": "affinity['email priority']"}),
        (written("{attribute: first_name, is: high}"), {"first_name": "affinity['push rank']"}),
    ],
)
def test_what_klaviyo_computes_is_read_back(where: Predicate, mapped: dict[str, str]) -> None:
    """Regions, distances and predictions, over the attributes that are mapped to them."""
    site = kit.site(attributes={name: FieldMapping(field=field) for name, field in mapped.items()})
    body = {"definition": native(where, site).definition, "active": True}
    remote = Remote(kind=ResourceKind.SEGMENT, id="1", name="Made by hand", body=body)
    assert fingerprint(KlaviyoDecompiler(site, ACCOUNT).segment(remote).where) == fingerprint(where)
    (told,) = KlaviyoDecompiler(kit.site(attributes={}), replace(ACCOUNT, remotes=(remote,))).unmapped()
    assert told.field in mapped.values()


@pytest.mark.parametrize(
    ("operator", "beside", "leans"), [("less-than", [], True), ("greater-than", [], False), ("less-than", [NOT_SET], False)]
)
def test_a_number_that_zero_passes_is_leaned_on(operator: str, beside: list[dict[str, Any]], leans: bool) -> None:
    """Whether Klaviyo takes a missing number for 0 is not documented; beside "is not set" it makes no difference."""
    points = "properties['points']"
    found = decompiled(groups([of(points, type="numeric", operator=operator, value=5), *(of(points, **each) for each in beside)]))
    assert (UNSET_NUMBERS in found.assumptions) is leans


@pytest.mark.parametrize(
    ("test", "leans"),
    [
        ({"type": "string", "operator": "not-equals", "value": "DE"}, True),
        ({"type": "string", "operator": "in", "value": ["", "DE"]}, True),
        ({"type": "string", "operator": "equals", "value": "DE"}, False),
        ({"type": "existence", "operator": "is-set"}, True),
    ],
)
def test_a_text_that_may_be_empty_is_leaned_on(test: dict[str, Any], leans: bool) -> None:
    """Whether Klaviyo takes an empty text for a value is not documented."""
    assert (EMPTY_TEXTS in decompiled(groups([of(COUNTRY, **test)])).assumptions) is leans


def test_an_inactive_segment_is_refused() -> None:
    """Klaviyo does not keep its members up to date, so that it does not mean what it says."""
    with pytest.raises(NotRepresentableError, match="inactive"):
        decompiled(groups(HANDMADE[0][0]), active=False)


def test_windows_in_days_are_taken_for_rolling_ones_with_consent() -> None:
    """Klaviyo cuts them at midnight UTC; with consent they roll, and what is not exact is told."""
    found = decompiled(groups([did(frame={"operator": "in-the-last", "unit": "day", "quantity": 30})]), accepted=("day-windows",))
    assert found.where == written("{event: view, last: 30 days}")
    assert [finding for finding, _ in found.approximated] == ["day-windows"]


DAYS = [
    ({"operator": "in-the-last", "unit": "day", "quantity": 3}, "last: 4 days"),
    ({"operator": "at-least", "unit": "day", "quantity": 3}, "ago: {at_least: 4 days}"),
    ({"operator": "between", "unit": "day", "start": 2, "end": 5}, "ago: [6 days, 2 days]"),
    ({"operator": "in-the-last", "unit": "hour", "quantity": 72}, "last: 3 days"),
    ({"operator": "between-static", "start": "2026-01-01T00:00:00Z", "end": "2026-01-31T00:00:00Z"}, "from: 2026-01-01, to: 2026-02-01"),
    ({"operator": "after", "date": "2026-01-31T00:00:00Z"}, "from: 2026-02-01"),
    ({"operator": "before", "date": "2026-01-31T00:00:00Z"}, "to: 2026-01-31"),
    ({"operator": "anniversary-month"}, "anniversary: {this: month}"),
    ({"operator": "anniversary"}, "anniversary: {day: today}"),
    ({"operator": "anniversary-next", "unit": "hour", "quantity": 168}, "anniversary: {next: 7 days}"),
    ({"operator": "calendar-month", "value": 12}, "anniversary: {from: 2000-12-01, to: 2001-01-01}"),
]


LISTS = [
    ([[("length-greater-than-or-equal", 2)]], "{attribute: tags, length: {gte: 2}}"),
    ([[("length-less-than", 2)], [("is-set", None)]], "{attribute: tags, length: {lt: 2}}"),
    ([[("length-less-than", 2), ("not-set", None)]], "{any: [{attribute: tags, length: {lt: 2}}, {attribute: tags, is_set: false}]}"),
    ([[("length-less-than", 2)]], ""),
    ([[("length-equals", 0)]], ""),
]


@pytest.mark.parametrize(("tests", "text"), LISTS)
def test_a_short_list_is_one_that_is_there(tests: list[list[tuple[str, Any]]], text: str) -> None:
    """Whether Klaviyo counts profiles without the list is not documented: some condition must decide about them."""
    kinds = {"is-set": "existence", "not-set": "existence"}
    conditions = [
        [
            of("properties['tags']", type=kinds.get(op, "list"), operator=op, **({} if value is None else {"value": value}))
            for op, value in each
        ]
        for each in tests
    ]
    if text:
        assert fingerprint(decompiled(groups(*conditions), accepted=("null-in-list",)).where) == fingerprint(written(text))
    else:
        with pytest.raises(NotRepresentableError, match="with a short list"):
            decompiled(groups(*conditions), accepted=("null-in-list",))


def whole_day(ago: int) -> dict[str, Any]:
    """Return the window of one day."""
    return {"operator": "between", "unit": "day", "start": ago, "end": ago}


def test_today_and_yesterday_are_days_of_events() -> None:
    """Exact in a project whose days begin at midnight UTC, with consent elsewhere; days before have no name."""
    for ago, name in enumerate(("today", "yesterday")):
        said = written(f"{{event: view, day: {name}}}")
        assert decompiled(groups([did(frame=whole_day(ago))]), zone="UTC").where == said
        assert decompiled(groups([did(frame=whole_day(ago))]), accepted=("day-windows",)).where == said
    with pytest.raises(NotRepresentableError, match="midnight UTC"):
        decompiled(groups([did(frame=whole_day(0))]))
    with pytest.raises(NotRepresentableError, match="no name for the whole day 5 days ago"):
        decompiled(groups([did(frame=whole_day(5))]), zone="UTC", accepted=("day-windows",))
    with pytest.raises(NotRepresentableError, match="of what may lie ahead"):
        decompiled(groups([of("properties['Last Seen']", type="date", **whole_day(0))]), zone="UTC")
    with pytest.raises(NotRepresentableError, match="no length"):
        decompiled(groups([did(frame={"operator": "in-the-last", "unit": "day", "quantity": 0})]), accepted=("day-windows",))


@pytest.mark.parametrize(("test", "text"), DAYS)
def test_days_are_exact_where_days_begin_in_utc(test: dict[str, Any], text: str) -> None:
    """What is documented for days is exact for attributes that are days, in a project whose days begin at midnight UTC; not elsewhere."""
    definition = groups([of("properties['birthday']", type="date", **test)])
    assert decompiled(definition, zone="UTC").where == written(f"{{attribute: birthday, {text}}}")
    if "unit" in test:
        with pytest.raises(NotRepresentableError, match="midnight UTC"):
            decompiled(definition)


def test_the_adapter_offers_it() -> None:
    """A segment of the account is read backwards through the adapter."""
    from franca.adapter.importing import Decompiling

    assert isinstance(ADAPTER, Decompiling)
    assert isinstance(ADAPTER.decompiler(kit.site(), ACCOUNT), KlaviyoDecompiler)
