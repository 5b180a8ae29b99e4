"""No node is skipped: what is unknown is found in every field of every kind of node that can hold it."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

import strategies
from franca import definitions
from franca.definitions import (
    All,
    Anniversary,
    AnyOf,
    AtLeast,
    AttributeRef,
    AttributeTest,
    Average,
    CalendarPart,
    CalendarTest,
    ConsentTest,
    Count,
    Distance,
    Duration,
    End,
    EventMeasure,
    EventTest,
    Everyone,
    Follow,
    InSegment,
    InstantTest,
    Last,
    LengthTest,
    Mailable,
    Measure,
    MemberOf,
    Native,
    Near,
    Node,
    NoneOf,
    Not,
    OfProperty,
    Op,
    Period,
    Pick,
    PickedEvent,
    Places,
    Predicate,
    PropertyRef,
    PropertyTest,
    Rank,
    Ratio,
    ReferenceTest,
    Regular,
    Sample,
    Sequence,
    SinceAttribute,
    SinceLatest,
    Status,
    Step,
    Sum,
    Tile,
    TimeTest,
    Unit,
    ValueTest,
    Without,
)
from franca.errors import ProblemsError
from franca.language import check

NOWHERE = "nowhere_to_be_found"
DAY = Duration(1, Unit.DAYS)
ONE = ValueTest(op=Op.GTE, operand=1)
WHERE = PropertyTest(property="total", tests=(ONE,))
TOTAL = EventMeasure(event="order", measure=Sum(of="total"))
COUNTED = (Count(tests=(ONE,)),)
LAST = Last(duration=DAY)
OTHER = ReferenceTest(op=Op.GT, reference=AttributeRef(attribute="points"))

FINE: dict[type[Node], Node] = {
    All: All(of=(Everyone(),)),
    AnyOf: AnyOf(of=(Everyone(),)),
    NoneOf: NoneOf(of=(Everyone(),)),
    Not: Not(of=Everyone()),
    AtLeast: AtLeast(count=1, of=(Everyone(),)),
    AttributeTest: AttributeTest(attribute="points", tests=(ONE,)),
    PropertyTest: WHERE,
    InstantTest: InstantTest(tests=(LAST,)),
    CalendarTest: CalendarTest(part=CalendarPart.HOUR, tests=(ONE,)),
    ConsentTest: ConsentTest(channel="email", statuses=(Status.PENDING,), at=(LAST,)),
    EventTest: EventTest(event="order", where=WHERE, window=(LAST,), measures=COUNTED, per="sku"),
    PickedEvent: PickedEvent(pick=Pick.FIRST, event="order", where=WHERE, window=(LAST,), having=WHERE),
    Sequence: Sequence(steps=(Step(event="order"),), starting=(LAST,)),
    Regular: Regular(event="order", every=Period.DAY, at_least=1, of_last=2, where=WHERE),
    Ratio: Ratio(measure=TOTAL, divided_by=TOTAL, tests=(ONE,)),
    Rank: Rank(of=TOTAL, place=Places(end=End.TOP, count=1)),
    Follow: Follow(event="order", where=WHERE, within=DAY),
    Step: Step(event="order", where=WHERE, within=DAY),
    Without: Without(event="order", where=WHERE, within=DAY),
    EventMeasure: EventMeasure(event="order", measure=Sum(of="total"), where=WHERE, window=(LAST,)),
    SinceLatest: SinceLatest(event="order", where=WHERE),
    SinceAttribute: SinceAttribute(attribute="created_at"),
    Anniversary: Anniversary(tests=(LAST,)),
    ReferenceTest: OTHER,
    AttributeRef: AttributeRef(attribute="points"),
    PropertyRef: PropertyRef(property="total"),
    LengthTest: LengthTest(tests=(ONE,)),
    InSegment: InSegment(key="a"),
    Mailable: Mailable(channel="email"),
    Average: Average(of="total", tests=(ONE,)),
    Count: COUNTED[0],
}
"""One that is fine, of each kind that names something or holds another node (of measures of a property: one)."""

NAMES_NOTHING = {Everyone, MemberOf, Native, Near, Sample, ValueTest, Places, Tile}  # what Native names: tests/importing/test_native.py
NAMES = {"attribute", "property", "event", "channel", "key", "per", "of"}


def kinds() -> set[type[Node]]:
    """Every kind of node that can stand in a predicate."""
    found = [each for each in vars(definitions).values() if isinstance(each, type) and issubclass(each, Node)]
    return {each for each in found if each.__module__.endswith((".values", ".predicates", ".events"))} - {
        Node,
        Predicate,
        TimeTest,
        Measure,
        OfProperty,
    }


def representative(kind: type[Node]) -> type[Node]:
    """Return the kind of which `FINE` has one: measures are alike."""
    return (Average if issubclass(kind, OfProperty) else Count) if issubclass(kind, Measure) else kind


def test_every_kind_of_node_is_thought_of():
    """A new kind of node makes this fail until it stands here and in the check."""
    plain = {kind for kind in kinds() if issubclass(kind, TimeTest)} - {SinceAttribute, SinceLatest, Anniversary}
    assert {representative(kind) for kind in kinds()} - plain - NAMES_NOTHING == set(FINE)


# ── places ───────────────────────────────────────────────────────────────────


def broken() -> Iterator[tuple[str, Node]]:
    """Yield every node with one name that is unknown: its own, or that of a node in one of its fields."""
    for kind, node in FINE.items():
        hints = typing.get_type_hints(kind, {**vars(definitions), "Decimal": Decimal})
        for field in dataclasses.fields(node):
            if field.name == "position":
                continue
            value = getattr(node, field.name)
            if field.name in NAMES and isinstance(value, str):
                yield f"{kind.__name__}.{field.name}", dataclasses.replace(node, **{field.name: NOWHERE})
            for inner in held(hints[field.name]):
                wrong = UNKNOWN_PROPERTY if field.name in ("where", "having") else INSIDE[inner]
                several = isinstance(value, tuple)
                yield (
                    f"{kind.__name__}.{field.name}={inner.__name__}",
                    dataclasses.replace(node, **{field.name: (wrong,) if several else wrong}),
                )


def held(hint: Any) -> Iterator[type[Node]]:
    """Yield the kinds of nodes that a field may hold, as its annotation says."""
    if isinstance(hint, type) and issubclass(hint, Node):
        yield hint
    for part in typing.get_args(hint):
        yield from held(part)


UNKNOWN_PROPERTY = PropertyTest(property=NOWHERE, tests=(ONE,))
INSIDE: dict[type[Node], Node] = {
    Predicate: AttributeTest(attribute=NOWHERE, tests=(ONE,)),
    TimeTest: SinceAttribute(attribute=NOWHERE),
    Measure: Sum(of=NOWHERE, tests=(ONE,)),
    ReferenceTest: ReferenceTest(op=Op.GT, reference=AttributeRef(attribute=NOWHERE)),
    AttributeRef: AttributeRef(attribute=NOWHERE),
    PropertyRef: PropertyRef(property=NOWHERE),
    EventMeasure: EventMeasure(event=NOWHERE, measure=Count()),
    Follow: Follow(event=NOWHERE),
    Step: Step(event=NOWHERE),
    Without: Without(event=NOWHERE, within=DAY),
    ValueTest: ValueTest(op=Op.CONTAINS, operand=(NOWHERE,)),
    LengthTest: LengthTest(tests=(ValueTest(op=Op.CONTAINS, operand=(NOWHERE,)),)),
    Places: Places(end=End.TOP, count=0),
    Tile: Tile(of=0, among=(1,)),
}


# ── from a node to a whole predicate ─────────────────────────────────────────


def whole(node: Any) -> Predicate:
    """Return a predicate about profiles that holds *node* where it belongs."""
    if isinstance(node, (PropertyTest, InstantTest, CalendarTest)):
        return EventTest(event="order", where=node)
    if isinstance(node, Predicate):
        return node
    if isinstance(node, TimeTest):
        return AttributeTest(attribute="created_at", tests=(node,))
    if isinstance(node, Measure):
        return EventTest(event="order", measures=(node,))
    return _WHOLE[type(node)](node)


_WHOLE: dict[type[Node], Any] = {
    Follow: lambda node: PickedEvent(pick=Pick.LATEST, event="order", not_followed_by=node),
    Step: lambda node: Sequence(steps=(Step(event="order"), node)),
    Without: lambda node: Sequence(steps=(Step(event="order"), node)),
    EventMeasure: lambda node: Ratio(measure=TOTAL, divided_by=node, tests=(ONE,)),
    ReferenceTest: lambda node: Ratio(measure=TOTAL, divided_by=TOTAL, tests=(node,)),
    LengthTest: lambda node: AttributeTest(attribute="tags", tests=(node,)),
    AttributeRef: lambda node: whole(ReferenceTest(op=Op.GT, reference=node)),
    PropertyRef: lambda node: whole(PropertyTest(property="total", tests=(ReferenceTest(op=Op.GT, reference=node),))),
}


def refused(predicate: Predicate) -> str:
    with pytest.raises(ProblemsError) as told:
        check(strategies.make_project({"s": predicate}))
    return str(told.value)


@pytest.mark.parametrize("node", list(FINE.values()), ids=lambda node: type(node).__name__)
def test_each_is_fine_as_it_stands_here(node):
    """So that what is found below is what was broken."""
    check(strategies.make_project({"s": whole(node), "a": Everyone()}))


BROKEN = dict(broken())


@pytest.mark.parametrize("place", BROKEN)
def test_what_is_unknown_is_found_in_every_field(place):
    """A name, a reference, a time, a measure, a nested predicate: at every place that a node has for one."""
    reasons = (NOWHERE, "takes no 'contains'", "top: 0 profiles", "there are no 0 parts")
    assert any(reason in refused(whole(BROKEN[place])) for reason in reasons)


@pytest.mark.parametrize("kind", [All, AnyOf, NoneOf, Not, AtLeast])
def test_combinators_are_walked_in_where_and_in_a_sources_filter(kind):
    """Six deep."""
    wrong: Predicate = PropertyTest(property=NOWHERE, tests=(ONE,))
    for _ in range(6):
        wrong = Not(of=wrong) if kind is Not else AtLeast(count=1, of=(wrong,)) if kind is AtLeast else kind(of=(wrong,))
    assert NOWHERE in refused(EventTest(event="order", where=wrong))


def test_the_filter_of_a_source_is_walked_too():
    """It knows columns, and neither time nor people."""
    project = strategies.make_project({})
    source = dataclasses.replace(project.data.events["order"], where=All(of=(Not(of=InstantTest(tests=(LAST,))),)))
    data = dataclasses.replace(project.data, events={**project.data.events, "order": source})
    with pytest.raises(ProblemsError, match="the filter of a source is about its columns"):
        check(dataclasses.replace(project, data=data))


def test_references_to_segments_are_replaced_wherever_predicates_nest():
    """None is left for those who read a checked project."""
    ref: Predicate = InSegment(key="b")
    nested = All(of=(Not(of=ref), AnyOf(of=(ref, NoneOf(of=(AtLeast(count=1, of=(ref, All(of=(ref,)))),))))))
    found = check(strategies.make_project({"a": nested, "b": Everyone()})).segments["a"].where
    assert "InSegment" not in repr(found)
    assert repr(found).count("Everyone()") == 4


def test_no_kind_of_predicate_passes_unseen():
    """One that the check has no rule for is a mistake of ours, and loud."""

    @dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
    class New(Predicate):
        pass

    with pytest.raises(KeyError):
        check(strategies.make_project({"a": AtLeast(count=1, of=(New(),))}))


SAMPLES = (
    Near(latitude=Decimal(0), longitude=Decimal(0), within=Distance(Decimal(1))),
    MemberOf(name="x"),
    Sample(percent=Decimal(1), salt=""),
)


def test_what_names_nothing_is_fine():
    """Beside what is named above, these are all kinds of predicates."""
    check(strategies.make_project({f"s{number}": node for number, node in enumerate(SAMPLES)}))
