"""Overlap, reach and groups, counted on bits, are those of plain Python sets."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience.sets import LEAVES, MAILABLE, batches, members, project
from franca.audience.bits import count, packed
from franca.audience.groups import Winners
from franca.audience.overlap import Pair, Shared
from franca.audience.reach import Funnels, Reach, plain, with_parts
from franca.definitions import All, AnyOf, AtLeast, InSegment, NoneOf, Not, Predicate

EVERYONE = [f"p{number}" for number in range(200)]
SIZES = st.lists(st.integers(1, 90), max_size=3)
SOME = st.frozensets(st.sampled_from(EVERYONE)) | st.integers(0, 200).map(lambda most: frozenset(EVERYONE[:most]))


def trees() -> st.SearchStrategy[Predicate]:
    """Return random combinations of five leaves, with brackets around one thing, and parts that occur twice."""
    leaf = st.sampled_from(LEAVES)

    def combined(inner: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
        several = st.lists(inner, min_size=1, max_size=3).map(tuple)
        junctions = (several.map(lambda of, kind=kind: kind(of=of)) for kind in (All, AnyOf, NoneOf))
        return st.one_of(*junctions, several.map(lambda of: AtLeast(count=len(of) // 2 + 1, of=of)), inner.map(lambda of: Not(of=of)))

    return st.recursive(leaf, combined, max_leaves=8)


@given(st.lists(SOME, min_size=2, max_size=5), SIZES)
def test_pairs_are_those_of_sets(found, sizes):
    """Both, Jaccard and containment; pairs that share nobody are left out; the strongest come first."""
    sets = {f"s{number}": inside for number, inside in enumerate(found)}
    shared = Shared(list(sets))
    for batch in batches(sets, EVERYONE, sizes):
        shared.add(packed(batch, list(sets)))
    keys = list(sets)
    expected = {(a, b) for i, a in enumerate(keys) for b in keys[i + 1 :] if sets[a] & sets[b]}
    pairs = shared.pairs()
    assert {(pair.first, pair.second) for pair in pairs} == expected
    for pair in pairs:
        a, b = sets[pair.first], sets[pair.second]
        assert (pair.both, pair.sizes, pair.either) == (len(a & b), (len(a), len(b)), len(a | b))
        assert (pair.jaccard, pair.first_in_second, pair.second_in_first) == (
            len(a & b) / len(a | b),
            len(a & b) / len(a),
            len(a & b) / len(b),
        )
    assert [pair.jaccard for pair in pairs] == sorted((pair.jaccard for pair in pairs), reverse=True)


@given(st.lists(SOME, min_size=1, max_size=4), SIZES)
def test_a_group_keeps_what_those_before_it_left(found, sizes):
    """By priority, whatever the order of the definitions; together they keep everybody who is in any, once."""
    sets = {f"s{number}": inside for number, inside in enumerate(found)}
    groups = {key: ("life", 10 - number) for number, key in enumerate(sets)}
    winners = Winners({"life": project(dict.fromkeys(sets, LEAVES[0]), groups=groups).group("life")})
    for batch in batches(sets, EVERYONE, sizes):
        winners.add(packed(batch, list(sets)))
    shares, taken = winners.shares()["life"], set()
    assert [share.segment for share in shares] == sorted(sets, reverse=True)
    for share in shares:
        assert (share.members, share.keeps) == (len(sets[share.segment]), len(sets[share.segment] - taken))
        taken |= sets[share.segment]
    assert sum(share.keeps for share in shares) == len(taken)


@settings(max_examples=150)
@given(st.lists(trees(), min_size=1, max_size=3), st.lists(SOME, min_size=5, max_size=5), SIZES)
def test_every_condition_reaches_whom_it_says(wheres, found, sizes):
    """Alone, and as the parts are taken in order; each different part is evaluated once."""
    segments = {f"s{number}": where for number, where in enumerate(wheres)}
    facts, everyone = {**dict(zip(LEAVES, found, strict=True)), MAILABLE: found[0]}, frozenset(EVERYONE)
    parts = with_parts(project(segments), list(segments))
    evaluated = {key: segment.where for key, segment in parts.evaluated.segments.items()}
    made = [where for key, where in evaluated.items() if key not in segments]
    assert len(made) == len(set(made) - {plain(where) for where in wheres}), "each different part once"
    columns = {key: members(where, facts, everyone, segments) for key, where in evaluated.items()}
    funnels = Funnels(parts)
    for batch in batches(columns, EVERYONE, sizes):
        funnels.add(packed(batch, list(columns)))
    for key, reach in funnels.reaches().items():
        assert reach.alone == len(columns[key])
        assert reach.after is None
        as_sets(reach, lambda node: members(node, facts, everyone, segments), everyone)


def as_sets(reach: Reach, of, everyone) -> None:
    """Insist that a reach, and all within it, are what sets say."""
    assert reach.alone == len(of(reach.predicate))
    so_far = frozenset() if isinstance(reach.predicate, AnyOf) else everyone
    for part in reach.parts:
        inside = of(part.predicate)
        match reach.predicate:
            case All():
                so_far = so_far & inside
            case AnyOf():
                so_far = so_far | inside
            case NoneOf():
                so_far = so_far - inside
        assert part.after == (None if isinstance(reach.predicate, (Not, AtLeast)) else len(so_far))
        as_sets(part, of, everyone)
    if reach.parts and isinstance(reach.predicate, (All, AnyOf, NoneOf)):
        assert len(so_far) == reach.alone, "the last one leaves the whole"


def reaches(wheres: dict[str, Predicate], *keys: str) -> dict[str, Reach]:
    """Return the shape of reaches; nobody is anywhere."""
    return Funnels(with_parts(project(wheres), keys or list(wheres))).reaches()


def test_brackets_around_one_thing_are_not_told():
    """A list of one condition is that condition; a negation of one condition is one, too."""
    a, b = LEAVES[:2]
    found = reaches({"one": All(of=(AnyOf(of=(a,)),)), "no": Not(of=a), "none": NoneOf(of=(a,)), "two": All(of=(a, All(of=(b,))))})
    assert [found[key].parts for key in ("one", "no", "none")] == [(), (), ()]
    assert found["one"].predicate == a
    assert [part.predicate for part in found["two"].parts] == [a, b]


def test_a_whole_segment_within_another_is_told_by_its_name():
    """It is taken apart at its own place only; a segment of one condition is told as that condition."""
    a, b, c = LEAVES[:3]
    both = All(of=(a, b))
    found = reaches({"inner": both, "single": c, "outer": AnyOf(of=(both, c))})
    assert [part.predicate for part in found["outer"].parts] == [InSegment(key="inner"), c]
    assert [part.predicate for part in found["inner"].parts] == [a, b]


def test_only_what_is_asked_for_is_evaluated():
    """Some segments, the others of their groups, their parts, and whom emails may be sent to: nothing else."""
    a, b, c, d, e = LEAVES
    wheres = {"x": All(of=(a, b)), "mate": c, "other": AnyOf(of=(d, e)), "again": All(of=(a, b))}
    found = with_parts(project(wheres, groups={"x": ("g", 1), "mate": ("g", 2)}), ["x"])
    assert found.segments == ("x",)
    assert [segment.where for segment in found.evaluated.segments.values()] == [wheres["x"], c, a, b, MAILABLE]
    assert list(with_parts(project(wheres, consent=False), ["mate"]).evaluated.segments) == ["mate"]


def test_a_share_of_the_overlap_is_compared_exactly():
    """Four of five is 80 %, and not a bit less."""
    pair = Pair(first="a", second="b", sizes=(5, 4), both=4)
    assert pair.reaches(Decimal("0.80"))
    assert not pair.reaches(Decimal("0.8000000000000001"))


@pytest.mark.parametrize("rows", [0, 1, 7, 8, 63, 64, 65, 200])
def test_bits_behind_the_last_profile_are_zero(rows):
    """Whatever Arrow holds there: here, true."""
    column = pa.array([True] * 300).slice(0, rows)
    bits = packed(pa.record_batch([column], names=["x"]), ["x"])
    assert count(bits.of("x")) == count(bits.everyone) == rows
