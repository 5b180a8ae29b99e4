"""What the writers of English clauses share: the project's names and types, times, values, conditions on events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from franca.definitions import (
    Anniversary,
    DataType,
    EventNames,
    LengthTest,
    Predicate,
    Project,
    ReferenceTest,
    SinceAttribute,
    SinceLatest,
    TimeTest,
    names_of,
)
from franca.language.phrases import (
    ELEMENTS,
    Manner,
    Said,
    label,
    length_said,
    listed,
    quoted,
    reference_said,
    timed,
    told,
    value_said,
)

Clause = Callable[["Writer", Any], str]
Denial = Callable[["Writer", Any], str | None]


@dataclass(frozen=True)
class Writer:
    """Turns nodes into clauses.

    Attributes:
        project: supplies names, types and decimal places, if given.
        clauses, denials: node → its clause, and that of its negation where there is a better one than "not (…)".
        plain: drops brackets that mean nothing.
        event: whose properties are spoken of, inside `where` and `having`.
    """

    project: Project | None
    clauses: Mapping[type[Predicate], Clause] = field(repr=False)
    denials: Mapping[type[Predicate], Denial] = field(repr=False)
    plain: Callable[[Predicate], Predicate] = field(repr=False)
    event: EventNames | None = None

    def tell(self, node: Predicate) -> str:
        """Return the clause of one predicate."""
        return self.clauses[type(node)](self, node)

    # -- types

    def attribute(self, name: str) -> DataType | None:
        """Return the type of an attribute, when it is known."""
        declared = self.project.data.profile.attributes if self.project else {}
        return declared[name].type if name in declared else None

    def property(self, event: EventNames, name: str) -> DataType | None:
        """Return the type of a property, when it is known."""
        sources = self.project.data.events if self.project else {}
        found = [sources[each].properties[name].type for each in names_of(event) if each in sources and name in sources[each].properties]
        return found[0] if found else None

    # -- values

    def value(self, name: str, tests: Sequence[Any], how: Manner, *, denied: bool = False) -> str:
        """Return a noun and what is said of it: tests that all hold, or one that does not."""
        plural = how.plural or any(isinstance(test, LengthTest) or getattr(test, "op", None) in ELEMENTS for test in tests)
        return f"{name} {told((self.said(test, how, denied=denied) for test in tests), 'are unknown' if plural else 'is unknown')}"

    def said(self, test: Any, how: Manner, *, denied: bool = False) -> Said:
        """Return the verb phrase of one test on a value."""
        if isinstance(test, TimeTest):
            return self._time_said(test, denied=denied)
        if isinstance(test, ReferenceTest):
            return reference_said(test, how, denied=denied)
        return length_said(test, denied=denied) if isinstance(test, LengthTest) else value_said(test, how, denied=denied)

    def _time_said(self, test: TimeTest, *, denied: bool) -> Said:
        if isinstance(test, Anniversary):
            return Said(f"has {'no' if denied else 'its'} anniversary {self.times(test.tests)}", missing=denied)
        text = self.time(test)
        if not isinstance(test, (SinceAttribute, SinceLatest)):
            return Said(f"is not {text}" if denied else f"is {text}", missing=denied)
        # an event is never in the future, a value may be
        return Said(f"is not {text} (or either is unknown) or is in the future" if denied else f"is {text} and not in the future")

    # -- times

    def times(self, tests: Iterable[TimeTest]) -> str:
        """Return a window, as it stands after a verb."""
        return " and ".join(self.time(test) for test in tests)

    def time(self, test: TimeTest) -> str:
        """Return one time test as it stands after a verb."""
        if isinstance(test, SinceAttribute):
            return f"after their {label(test.attribute)}"
        if isinstance(test, SinceLatest):
            chosen = "" if test.where is None else f" (of those where {self.about(test.event, test.where)})"
            return f"after their latest {noun(test.event)}{chosen}"
        return f"on a day whose anniversary is {self.times(test.tests)}" if isinstance(test, Anniversary) else timed(test)

    # -- events

    def only(self, event: EventNames, where: Predicate | None) -> str:
        """Return the condition on events, in parentheses."""
        return "" if where is None else f" (counting only those where {self.about(event, where)})"

    def about(self, event: EventNames, where: Predicate) -> str:
        """Return a condition on one event."""
        return replace(self, event=event).tell(self.plain(where))


# ── names of events ──────────────────────────────────────────────────────────

_WORDS: Mapping[str, tuple[str, str, str]] = {"order": ("ordered", "order", "orders"), "purchase": ("purchased", "purchase", "purchases")}
"""Events with words of their own: what people did, one of them, several."""


def word(event: EventNames) -> tuple[str, str, str] | None:
    """Return the words of an event that has its own."""
    return _WORDS.get(event) if isinstance(event, str) else None


def did(event: EventNames) -> str:
    """Return the verb: "ordered", "did “cart” or “view”"."""
    known = word(event)
    return known[0] if known else f"did {noun(event)}"


def noun(event: EventNames) -> str:
    """Return one such event: "order", "“cart” or “view”"."""
    known = word(event)
    return known[1] if known else listed([quoted(label(name)) for name in names_of(event)], "or")


def nouns(event: EventNames) -> str:
    """Return several: "orders", "“cart” or “view” events"."""
    known = word(event)
    return known[2] if known else f"{noun(event)} events"


def one(event: EventNames) -> str:
    """Return one with its article."""
    text = noun(event)
    return f"{'an' if text.lstrip('“')[:1].lower() in 'aeio' else 'a'} {text}"


def of_event(event: EventNames, name: str) -> str:
    """Return a property with its event: "order total", "quantity of “order” or “view”"."""
    return f"{label(event)} {label(name)}" if isinstance(event, str) else f"{label(name)} of {noun(event)}"
