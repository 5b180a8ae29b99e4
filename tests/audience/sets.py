"""Random memberships as plain Python sets, and as the batches that an evaluation streams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

import pyarrow as pa

from franca.definitions import (
    All,
    AnyOf,
    AtLeast,
    AttributeTest,
    ConsentSource,
    Data,
    InSegment,
    Mailable,
    NoneOf,
    Not,
    Op,
    Policies,
    Predicate,
    ProfileSource,
    Project,
    Segment,
    Status,
    ValueTest,
)

LEAVES = tuple(AttributeTest(attribute=name, tests=(ValueTest(op=Op.IS, operand=True),)) for name in "abcde")
MAILABLE = Mailable(channel="email")
Members = frozenset[str]


def project(wheres: Mapping[str, Predicate], *, consent: bool = True, groups: Mapping[str, tuple[str, int]] | None = None) -> Project:
    """Return a project with these segments; *groups* gives some of them a group and a priority."""
    email = ConsentSource(channel="email", status="status", values={Status.SUBSCRIBED: ("YES",)})
    profile = ProfileSource(table="people", key="id", attributes={}, consent={"email": email} if consent else {})
    places = groups or {}
    segments = {
        key: Segment(
            key=key, name=f"The {key}", where=where, group=places.get(key, (None, None))[0], priority=places.get(key, (None, None))[1]
        )
        for key, where in wheres.items()
    }
    return Project(
        name="shop", timezone="UTC", data=Data(connect="data", profile=profile), segments=segments, policies=Policies(minimum_size=3)
    )


def members(
    node: Predicate, facts: Mapping[Predicate, AbstractSet[str]], everyone: AbstractSet[str], wheres: Mapping[str, Predicate]
) -> AbstractSet[str]:
    """Return for whom *node* holds, given for whom the leaves do."""
    of = [members(part, facts, everyone, wheres) for part in getattr(node, "of", ())] if not isinstance(node, Not) else []
    match node:
        case All():
            return everyone.intersection(*of)
        case AnyOf():
            return frozenset().union(*of)
        case NoneOf():
            return everyone - frozenset().union(*of)
        case Not(of=part):
            return everyone - members(part, facts, everyone, wheres)
        case AtLeast(count=count):
            return {person for person in everyone if sum(person in each for each in of) >= count}
        case InSegment(key=key):
            return members(wheres[key], facts, everyone, wheres)
    return facts[node]


def batches(columns: Mapping[str, AbstractSet[str]], everyone: Sequence[str], sizes: Sequence[int]) -> Iterator[pa.RecordBatch]:
    """Yield *everyone* in batches of *sizes* and a rest: sliced, so that Arrow's bits begin anywhere; every other false one is null."""
    flags = {
        key: [True if person in inside else None if n % 2 else False for n, person in enumerate(everyone)]
        for key, inside in columns.items()
    }
    table = pa.table({"profile": pa.array(everyone, pa.string()), **{key: pa.array(found, pa.bool_()) for key, found in flags.items()}})
    start = 0
    for size in (*sizes, len(everyone)):
        part = table.slice(start, size)
        start += part.num_rows
        yield from part.to_batches()
