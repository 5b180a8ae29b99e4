"""Every kind of definition, and all that an adapter says about it. Loads no sandbox and no SDK, so that purity can be tried."""

from __future__ import annotations

from functools import cache
from itertools import chain

import leaves
from contract.examples import ANNA, EXAMPLES, GERMAN, HIGH, RICH, segment, site
from franca.adapter import Choice, Marker, adapter
from franca.definitions import All, AnyOf, EventTest, NoneOf, Not, Op, Predicate, Realisation

MARKER = Marker(key="tier", title="Tier", choices=(Choice(segment="gold", key="tier.gold", title="Gold"),))


@cache
def corpus() -> tuple[Predicate, ...]:
    """Return every test on every value, its negation, some of them within `all` and `any`, and the examples."""
    found = chain(leaves.attribute_leaves(), leaves.event_leaves(), leaves.other_leaves(), *EXAMPLES.values())
    single = [each for each in found if _sayable(each)]
    pairs = [both for each in single[::7] for both in (All(of=(GERMAN, Not(of=each))), AnyOf(of=(RICH, each)))]
    return (*single, *(Not(of=each) for each in single), *pairs, NoneOf(of=(ANNA, HIGH)))


def _sayable(found: Predicate) -> bool:
    """Return whether a file can say it: a count or a sum is never missing, so that no file may ask."""
    measures = found.measures if isinstance(found, EventTest) else ()
    return not any(test.op in (Op.IS_SET, Op.IS_EMPTY) for measure in measures for test in measure.tests)


def outcomes(name: str) -> str:
    """Return all that an adapter says about the corpus, as text."""
    found, place = adapter(name), site(name)
    lines = [repr(found.compile(segment(GERMAN), Realisation.MEMBERS, place)), repr(found.compile_marker(MARKER, place))]
    for where in corpus():
        each = segment(where)
        assessed = found.assess(each, place)
        lines.append(repr(assessed))
        if not assessed[Realisation.NATIVE].open():
            lines.append(repr(found.compile(each, Realisation.NATIVE, place)))
    return "\n".join(lines)
