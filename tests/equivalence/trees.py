"""Random predicates over the facts that a destination maps, and over everything where nothing is native anyway."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

import strategies
from adapters.klaviyo import kit as klaviyo
from adapters.klaviyo.klaviyo_leaves import klaviyo_leaves
from adapters.mailchimp import kit as mailchimp
from franca.definitions import ConsentTest, Mailable, Predicate, Status

DRAWN = 60
"""Trees of one draw: Hypothesis varies what it has drawn before, so that many small draws differ more than one large one."""
SIMPLE = 5
"""The first ones of a draw are as simple as can be."""


def weighted(*pairs: tuple[int, SearchStrategy[Any]]) -> SearchStrategy[Any]:
    """Return a strategy that takes each of several so often (`one_of` takes each once, however often it is named)."""
    table = [strategy for weight, strategy in pairs for _ in range(weight)]
    return st.integers(0, len(table) - 1).flatmap(table.__getitem__)


_MAILABLE = st.just(Mailable(channel="email"))
_STATUSES = st.lists(st.sampled_from(Status), min_size=1, max_size=3, unique=True)
_CONSENT = st.builds(lambda statuses: ConsentTest(channel="email", statuses=tuple(statuses)), _STATUSES)
# Sums are of the property that is mapped as the event's value; whatever is mapped may be filtered by. The email is how people are matched.
_SUMS = strategies.Choice(
    attributes=tuple(name for name in klaviyo.ATTRIBUTES if name != "email"), properties=("sku", "gift", "categories", "total", "page")
)
_FILTERS = strategies.Choice(
    attributes=_SUMS.attributes, properties=("sku", "quantity", "weight", "gift", "categories", "total", "page"), sums=False
)
_FIELDS = strategies.Choice(attributes=tuple(mailchimp.ATTRIBUTES))

_LEAVES = {
    "klaviyo": weighted(
        (3, strategies.attribute_tests(_SUMS)),
        (2, strategies.event_tests(_SUMS)),
        (1, strategies.event_tests(_FILTERS)),
        (1, _CONSENT),
        (1, _MAILABLE),
        (3, klaviyo_leaves(_FILTERS)),
    ),
    "mailchimp": weighted((6, strategies.attribute_tests(_FIELDS)), (1, _CONSENT), (1, _MAILABLE)),
}
"""Mapped facts: no samples (our keys are no facts of theirs), and dates of consent where `leaves.dated` has them."""

DEPTHS = st.sampled_from((0, 1, 1, 2))
_TREES: dict[str, SearchStrategy[Predicate]] = {
    **{
        name: DEPTHS.flatmap(lambda depth, leaf=leaf, more=name == "klaviyo": strategies.combined(leaf, depth, at_least=more))
        for name, leaf in _LEAVES.items()
    },
    **dict.fromkeys(("brevo", "mailerlite"), strategies.predicates(2)),
}


def trees(name: str, number: int, start: int) -> tuple[Predicate, ...]:
    """Return that many different trees for one destination, the same for one *start* at every run."""
    return tuple(islice(_different(name, start), number))


def _different(name: str, start: int) -> Iterator[Predicate]:
    seen: set[Predicate] = set()
    for seed in count(start):
        for tree in strategies.drawn(_TREES[name], DRAWN, seed)[SIMPLE:]:
            if tree not in seen:
                seen.add(tree)
                yield tree
