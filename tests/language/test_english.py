"""Definitions in English: exact sentences, brackets that cannot be misread, and no two meanings in one sentence."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import strategies
from franca import Segment, attribute, event, everyone, segment
from franca.definitions import (
    COMPARISONS,
    All,
    AnyOf,
    AttributeRef,
    AttributeTest,
    Average,
    CalendarPart,
    CalendarTest,
    Count,
    Distinct,
    Duration,
    End,
    EventMeasure,
    EventTest,
    Follow,
    From,
    InstantTest,
    Last,
    Maximum,
    Minimum,
    Next,
    Not,
    Op,
    Period,
    Pick,
    PickedEvent,
    Places,
    Predicate,
    Previous,
    Project,
    PropertyTest,
    Rank,
    Ratio,
    ReferenceTest,
    Regular,
    Sequence,
    SinceAttribute,
    SinceLatest,
    Step,
    Sum,
    This,
    Tile,
    TimeTest,
    Unit,
    ValueTest,
    Without,
)
from franca.language import check, load, load_predicate
from franca.language.english import sentence
from franca.logic import fingerprint

SHOP = """\
project: shop
timezone: Europe/Berlin
data:
  connect: data
  profile:
    table: customers
    key: id
    attributes:
      country: {type: text}
      shipping_country: {type: text}
      email: {type: text}
      first_name: {type: text}
      points: {type: integer}
      credit: {type: decimal}
      average_gap_days: {type: number}
      vip: {type: boolean}
      born: {type: date}
      wedding: {type: date}
      seen_at: {type: datetime}
      joined_at: {type: datetime}
      tags: {type: list}
    location: {latitude: lat, longitude: lon}
    consent:
      email: {status: s, values: {subscribed: [S], pending: [P]}, at: s_at}
  memberships: {table: members, profile: id, name: list}
  events:
    order:
     {table: orders, profile: id, at: at, properties: {total: {type: decimal}, paid: {type: decimal}, sku: {type: text}, due: {type: date}}}
    view: {table: views, profile: id, at: at, properties: {page: {type: text}, seconds: {type: integer}}}
    cart: {table: carts, profile: id, at: at, properties: {value: {type: decimal}}}
    refund: {table: refunds, profile: id, at: at, properties: {total: {type: decimal}}}
"""
OTHERS = {"vip": "VIP (2026)", "a": "a", "b": "b", "c": "c", "d": "d", "lost": "lost"}
GOLDEN = [entry.splitlines() for entry in (Path(__file__).parent / "sentences.txt").read_text(encoding="utf-8").strip().split("\n\n")]
"""A predicate as it is written, and its sentence: read by people, changed only on purpose."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The shop that the golden predicates speak of, with each of them as a segment; it passes the check."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "franca.yaml").write_text(SHOP, encoding="utf-8")
    (folder / "segments").mkdir()
    segments = {key: (name, "{everyone: true}") for key, name in OTHERS.items()}
    segments |= {f"golden{place}": (f"Golden {place}", written) for place, (written, _) in enumerate(GOLDEN)}
    lines = (f"  {key}: {{name: {name}, where: {where}}}\n" for key, (name, where) in segments.items())
    (folder / "segments" / "all.yaml").write_text("segments:\n" + "".join(lines), encoding="utf-8")
    found = load(folder)
    check(found)
    return found


@pytest.mark.parametrize(("written", "expected"), GOLDEN, ids=[written for written, _ in GOLDEN])
def test_definitions_read_like_this(shop: Project, written: str, expected: str) -> None:
    """A definition is one sentence with its units, windows, names and amounts."""
    assert sentence(load_predicate(written), shop) == expected


def test_different_golden_definitions_have_different_sentences() -> None:
    """But for those that mean the same."""
    found = defaultdict(set)
    for written, text in GOLDEN:
        found[text].add(fingerprint(load_predicate(written)))
    assert [text for text, meanings in found.items() if len(meanings) > 1] == []
    assert len(found) >= 100


def test_without_a_project_names_and_numbers_are_as_written():
    """Segment keys stand for names, amounts keep the digits of the definition."""
    node = segment("vip") & (event("order").sum("total") >= Decimal("1000.5"))
    assert sentence(node) == "Everyone who is in “vip”, and who spent at least 1,000.5 in total (order total) ever."


def test_segments_are_named_as_their_owner_named_them():
    """The name, not the key, stands in the sentence."""
    project = strategies.make_project({})
    named = Segment(key="vip", name="VIP (2026)", where=everyone())
    assert "VIP (2026)" in sentence(segment("vip"), replace(project, segments={"vip": named}))


TREES = strategies.predicates(3, strategies.ANYTHING)
PROJECT = strategies.make_project({"vip": everyone(), "it": everyone()})

# ── brackets ─────────────────────────────────────────────────────────────────

ATOMS = tuple(attribute(name) == "x" for name in "abc")


def trees(depth: int) -> list[Predicate]:
    """Every tree of two-armed all and any, with negations, up to *depth*."""
    if depth == 0:
        return [*ATOMS]
    inner = trees(depth - 1)
    pairs = [kind(of=pair) for pair in itertools.product(inner, repeat=2) for kind in (All, AnyOf)]
    return [*inner, *pairs, *(~pair for pair in pairs if depth == 1)]


def truth(node: Predicate, facts: dict[str, bool]) -> bool:
    if isinstance(node, AttributeTest):
        return facts[node.attribute]
    if isinstance(node, (All, AnyOf)):
        return (all if isinstance(node, All) else any)(truth(part, facts) for part in node.of)
    return not truth(node.of, facts)


def test_one_sentence_has_one_meaning():
    """Of thousands of nested definitions, no two that mean different things share a sentence."""
    meanings = defaultdict(set)
    for node in trees(2):
        facts = (dict(zip("abc", row, strict=True)) for row in itertools.product((False, True), repeat=3))
        meanings[sentence(node)].add(tuple(truth(node, row) for row in facts))
    assert len(meanings) > 1000
    assert [text for text, found in meanings.items() if len(found) > 1] == []


def test_every_definition_has_a_sentence():
    """Each tree of the language has one line of text, with and without the project, balanced brackets and no program text."""
    for text in (text for node in strategies.drawn(TREES, 250) for text in (sentence(node), sentence(node, PROJECT))):
        assert text.endswith(".")
        assert text.count("(") == text.count(")")
        assert "\n" not in text.replace("b\nc", "")
        own = text.replace("x{0}", "")  # a pattern
        assert not [word for word in ("Op.", "Test(", "None", "Decimal", "{", "  ") if word in own], text


# ── near pairs ───────────────────────────────────────────────────────────────


def days(number: int) -> Duration:
    return Duration(number, Unit.DAYS)


def number(op: Op, operand: int) -> ValueTest:
    return ValueTest(op=op, operand=operand)


EVENTS = ("order", "view", ("order", "view"))
WHERES = (
    None,
    PropertyTest(property="quantity", tests=(number(Op.GT, 1),)),
    PropertyTest(property="quantity", tests=(number(Op.GTE, 1),)),
    Not(of=PropertyTest(property="quantity", tests=(number(Op.GT, 1),))),
    InstantTest(tests=(Last(duration=days(30)),)),
    CalendarTest(part=CalendarPart.HOUR, tests=(number(Op.GTE, 9),)),
)
WINDOWS: tuple[tuple[TimeTest, ...], ...] = (
    (),
    (Last(duration=days(30)),),
    (Last(duration=Duration(30, Unit.HOURS)),),
    (Next(duration=days(30)),),
    (This(period=Period.MONTH),),
    (Previous(period=Period.MONTH),),
    (SinceAttribute(attribute="created_at"),),
    (SinceLatest(event="view"),),
    (SinceLatest(event="view", where=WHERES[1]),),
    (Last(duration=days(30)), From(at=strategies.AS_OF.date())),
)
MEASURES = (
    (),
    (Count(tests=(number(Op.IS, 0),)),),
    (Count(tests=(number(Op.GTE, 2),)),),
    (Count(tests=(number(Op.GT, 2),)),),
    (Count(tests=(number(Op.GTE, 2), number(Op.LT, 5))),),
    *((kind(of="quantity", tests=(number(Op.GTE, 2),)),) for kind in (Sum, Average, Minimum, Maximum, Distinct)),
    (Count(tests=(number(Op.GTE, 2),)), Average(of="quantity", tests=(number(Op.GTE, 2),))),
)


def event_tests() -> Iterator[EventTest]:
    for kind, where, window, measures, per in itertools.product(EVENTS, WHERES, WINDOWS, MEASURES, (None, "quantity")):
        yield EventTest(event=kind, where=where, window=window, measures=measures, per=per)


def picked_events() -> Iterator[PickedEvent]:
    follows = (None, *(Follow(event="view", within=within) for within in (None, days(3), days(4))), Follow(event="order", where=WHERES[1]))
    for pick, kind, window, where, having, follow, without in itertools.product(
        Pick, EVENTS[::2], WINDOWS[:3], WHERES[:2], WHERES[:3], follows, follows
    ):
        if having is not None or follow or without:
            yield PickedEvent(pick=pick, event=kind, where=where, window=window, having=having, followed_by=follow, not_followed_by=without)


def sequences() -> Iterator[Sequence]:
    later = [Step(event=kind, within=within, where=where) for kind in EVENTS for within in (None, days(3)) for where in WHERES[:2]]
    later += [Without(event=kind, within=days(3), still_open=still_open) for kind in EVENTS for still_open in (False, True)]
    for first, starting in itertools.product((Step(event="order"), Step(event="view")), WINDOWS[:2]):
        for steps in itertools.chain(itertools.product(later), itertools.product(later, repeat=2)):
            yield Sequence(steps=(first, *steps), starting=starting)


def regulars() -> Iterator[Regular]:
    for kind, every, at_least, of_last, where in itertools.product(EVENTS, Period, (2, 3), (3, 4), WHERES[:2]):
        yield Regular(event=kind, every=every, at_least=at_least, of_last=of_last, where=where)


def values() -> Iterator[AttributeTest | Ratio | Rank]:
    references = [ReferenceTest(op=op, reference=AttributeRef(attribute="points", times=Decimal(n))) for op in COMPARISONS for n in (1, 2)]
    for tests in [*itertools.combinations([number(op, 5) for op in COMPARISONS] + references, 2), *((each,) for each in references)]:
        yield AttributeTest(attribute="credit", tests=tests)
    made = [
        EventMeasure(event="view", measure=kind(of="quantity"), window=window) for kind in (Sum, Average, Minimum) for window in WINDOWS
    ]
    for measure in made:
        yield from (Ratio(measure=measure, divided_by=other, tests=(number(Op.GT, 1),)) for other in made)
        yield from (Rank(of=measure, place=Places(end=end, count=10)) for end in End)
        yield from (Rank(of=measure, place=Places(end=end, percent=Decimal(10))) for end in End)
        yield from (Rank(of=measure, place=Tile(of=of, among=among)) for of in (3, 4) for among in ((1,), (3,), (1, 3)))


@pytest.mark.parametrize("family", [event_tests, picked_events, sequences, regulars, values], ids=lambda family: family.__name__)
def test_near_pairs_never_share_a_sentence(family):
    """Thousands that differ in one word, window, bound, step or bracket, and their negations: every one reads differently."""
    nodes = list(family())
    assert len(nodes) > 100
    assert twice(nodes) == []
    assert twice([Not(of=node) for node in nodes]) == []


def twice(nodes: Iterable[Predicate]) -> list[str]:
    """The sentences that nodes of different normal forms share."""
    found = defaultdict(list)
    for node in nodes:
        found[sentence(node, PROJECT)].append(node)
    shared = {text: same for text, same in found.items() if len(same) > 1}
    return [text for text, same in shared.items() if len({fingerprint(node) for node in same}) > 1]
