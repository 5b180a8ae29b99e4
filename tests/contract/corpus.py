"""Every kind of definition."""

from __future__ import annotations

from functools import cache
from itertools import chain

import leaves
from franca.adapter.testing import EXAMPLES
from franca.adapter.testing.definitions import ANNA, GERMAN, HIGH, RICH
from franca.definitions import All, AnyOf, AttributeTest, EventTest, NoneOf, Not, Op, Predicate
from schema import ANNIVERSARIES


@cache
def corpus() -> tuple[Predicate, ...]:
    """Return every test on every value, its negation, some of them within `all` and `any`, and the examples."""
    anniversaries = (AttributeTest(attribute="birthday", tests=(test,)) for test in ANNIVERSARIES)
    found = chain(leaves.attribute_leaves(), leaves.event_leaves(), leaves.other_leaves(), anniversaries, *EXAMPLES.values())
    single = [each for each in found if _sayable(each)]
    pairs = [both for each in single[::7] for both in (All(of=(GERMAN, Not(of=each))), AnyOf(of=(RICH, each)))]
    return (*single, *(Not(of=each) for each in single), *pairs, NoneOf(of=(ANNA, HIGH)))


def _sayable(found: Predicate) -> bool:
    """Return whether a file can say it: a count or a sum is never missing, so that no file may ask."""
    measures = found.measures if isinstance(found, EventTest) else ()
    return not any(test.op in (Op.IS_SET, Op.IS_EMPTY) for measure in measures for test in measure.tests)
