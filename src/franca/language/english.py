"""Predicates → an English sentence for the people who send the emails.

Each condition is a relative clause ("who ordered …", "whose country is …"). Brackets are told by wording and punctuation: conditions
are joined by ", and" or ", or"; groups of them by "; and" or "; or", with "either" and "both"; what is deeper stands in parentheses.
A missing value is told where it matters: not(country is DE) reads "whose country is unknown or is not “DE”".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from franca.definitions import (
    All,
    AnyOf,
    AttributeTest,
    ConsentTest,
    Count,
    EventTest,
    Everyone,
    InSegment,
    Kind,
    Mailable,
    Measure,
    NoneOf,
    Not,
    Op,
    Predicate,
    Project,
    PropertyTest,
    Sample,
    SinceAttribute,
    SinceLatest,
    Status,
    TimeTest,
    ValueTest,
)
from franca.language import phrases
from franca.language.phrases import OPPOSITE, compared, label, listed, quoted, timed, value_phrase

_JUNCTIONS = (All, AnyOf)


def sentence(predicate: Predicate, project: Project | None = None) -> str:
    """Return one English sentence; *project*, if given, supplies segment names, types and the decimal places of amounts."""
    node = _plainer(predicate)
    if isinstance(node, Everyone):
        return "Everyone."
    return "Nobody." if node == Not(of=Everyone()) else f"Everyone {_Writer(project).tell(node)}."


def _plainer(node: Predicate) -> Predicate:
    """Drop brackets around one thing, double negations and nested lists of one kind; the meaning is the same."""
    if isinstance(node, Not):
        inner = _plainer(node.of)
        return inner.of if isinstance(inner, Not) else replace(node, of=inner)
    if isinstance(node, NoneOf):
        return _plainer(Not(of=AnyOf(of=node.of), position=node.position))
    if not isinstance(node, _JUNCTIONS):
        return node
    parts = tuple(map(_plainer, node.of))
    flat = tuple(inner for part in parts for inner in (part.of if isinstance(part, type(node)) else (part,)))
    return flat[0] if len(flat) == 1 else replace(node, of=flat)


@dataclass(frozen=True)
class _Writer:
    """Turns nodes into clauses; *event* is the one whose properties are spoken of."""

    project: Project | None
    event: str | None = None

    def tell(self, node: Predicate) -> str:
        """Return the clause of one predicate."""
        if isinstance(node, Not):
            denied = _DENIED.get(type(node.of))
            text = denied(self, node.of) if denied else None
            return text or ("it is not so that " if self.event else "who is not someone ") + f"({self.tell(node.of)})"
        return _TOLD[type(node)](self, node)

    def kind(self, attribute: str) -> Kind | None:
        """Return the kind of an attribute or property, when it is known."""
        if self.project is None:
            return None
        source = self.project.data.events.get(self.event) if self.event else None
        declared = (source.properties if source else {}) if self.event else self.project.data.profile.attributes
        return declared[attribute].type.kind if attribute in declared else None

    def places(self, event: str, of: str) -> int | None:
        """Return the decimal places of an event's amount, when it is declared as a decimal."""
        source = self.project.data.events.get(event) if self.project else None
        declared = source.properties.get(of) if source else None
        return declared.type.scale if declared and declared.type.kind is Kind.DECIMAL else None

    def times(self, tests: tuple[TimeTest, ...]) -> str:
        """Return a window."""
        return " and ".join(self.time(test) for test in tests)

    def time(self, test: TimeTest) -> str:
        """Return one time test as it stands after a verb."""
        if isinstance(test, SinceAttribute):
            return f"after their {label(test.attribute)}"
        if isinstance(test, SinceLatest):
            return f"after their latest {quoted(label(test.event))}{self.only(test.event, test.where)}"
        return timed(test)

    def only(self, event: str, where: Predicate | None) -> str:
        """Return the condition on events, in parentheses."""
        return "" if where is None else f" (counting only those where {replace(self, event=event).tell(_plainer(where))})"


# ── brackets ─────────────────────────────────────────────────────────────────


def _height(node: Predicate) -> int:
    """Return how many junctions are nested; a negation brings its own parentheses."""
    return 1 + max(map(_height, node.of), default=0) if isinstance(node, (All, AnyOf)) else 0


def _junction(word: str) -> Callable[[_Writer, Any], str]:
    def clause(writer: _Writer, node: All | AnyOf) -> str:
        if not node.of:
            return writer.tell(Everyone() if isinstance(node, All) else Not(of=Everyone()))
        separator = f"; {word} " if _height(node) > 1 else f", {word} "
        return separator.join(_group(writer, part) for part in node.of)

    return clause


def _group(writer: _Writer, node: Predicate) -> str:
    text = writer.tell(node)
    if _height(node) > 1:
        return f"({text})"
    if isinstance(node, AnyOf):
        return f"either {text}"
    return f"both {text}" if isinstance(node, All) and len(node.of) == 2 else text


# ── attributes, properties ───────────────────────────────────────────────────


def _value(writer: _Writer, name: str, tests: tuple[ValueTest | TimeTest, ...]) -> str:
    kind = writer.kind(name)
    told = (value_phrase(test, kind) if isinstance(test, ValueTest) else f"is {writer.time(test)}" for test in tests)
    return f"{label(name)} {' and '.join(told)}"


def _value_denied(writer: _Writer, name: str, tests: tuple[ValueTest | TimeTest, ...]) -> str | None:
    if len(tests) != 1:
        return None
    test = tests[0]
    if isinstance(test, TimeTest):
        return f"{label(name)} is unknown or is not {writer.time(test)}"
    return f"{label(name)} {value_phrase(test, writer.kind(name), denied=True)}"


def _whose(text: str | None) -> str | None:
    return None if text is None else f"whose {text}"


# ── events ───────────────────────────────────────────────────────────────────

_VERBS: Mapping[str, str] = {"order": "ordered", "purchase": "purchased"}
_MONEY = frozenset({"total", "amount", "value", "revenue", "price"})


def _did(event: str) -> str:
    return _VERBS.get(event) or f"did {quoted(label(event))}"


def _event(writer: _Writer, node: EventTest) -> str:
    window = f" {writer.times(node.window)}" if node.window else ""
    if not node.measures:
        what = f"{_did(node.event)} at least once"
    else:
        what = " and ".join(_measure(writer, node.event, measure) for measure in node.measures)
        window = window or ("" if _is_never(node) else " ever")
    return f"who {what}{window}{writer.only(node.event, node.where)}"


def _is_never(node: EventTest) -> bool:
    return node.measures == _NEVER


_NEVER = (Count(tests=(ValueTest(op=Op.IS, operand=0),)),)


def _event_denied(writer: _Writer, node: EventTest) -> str | None:
    if not node.measures:
        return _event(writer, replace(node, measures=_NEVER))
    if _is_never(node):
        return _event(writer, replace(node, measures=()))
    tests = [test for measure in node.measures for test in measure.tests]
    if len(tests) != 1 or tests[0].op not in OPPOSITE:
        return None
    test = replace(tests[0], op=OPPOSITE[tests[0].op])
    return _event(writer, replace(node, measures=(replace(node.measures[0], tests=(test,)),)))


def _measure(writer: _Writer, event: str, measure: Measure) -> str:
    return _count(event, measure) if isinstance(measure, Count) else _sum(writer, event, measure)


def _count(event: str, measure: Count) -> str:
    if (measure,) == _NEVER:
        return f"never {_did(event)}"
    return f"{_did(event)} {' and '.join(phrases.times(test) for test in measure.tests)}"


def _sum(writer: _Writer, event: str, measure: Any) -> str:
    amounts = " and ".join(compared(test, writer.places(event, measure.of)) for test in measure.tests)
    if event in _VERBS and measure.of in _MONEY:
        return f"spent {amounts} in total ({label(event)} {label(measure.of)})"
    return f"had a total of {amounts} ({label(event)} {label(measure.of)})"


# ── consent and the rest ─────────────────────────────────────────────────────


def _status(status: Status) -> str:
    return "never given" if status is Status.NEVER else str(status)


def _consent(writer: _Writer, node: ConsentTest) -> str:
    status = f"is {listed([_status(status) for status in node.statuses], 'or')}" if node.statuses else ""
    dated = f"is dated {writer.times(node.at)}" if node.at else ""
    return f"whose {node.channel} consent {' and '.join(filter(None, (status, dated)))}"


def _consent_denied(_: _Writer, node: ConsentTest) -> str | None:
    if node.at:
        return None
    return f"whose {node.channel} consent is not {listed([_status(status) for status in node.statuses], 'or')}"


def _segment_name(writer: _Writer, node: InSegment) -> str:
    known = writer.project.segments if writer.project else {}
    return quoted(known[node.key].name if node.key in known else node.key)


def _sample(node: Sample) -> str:
    return f"the stable {node.percent.normalize():f}% sample {quoted(node.salt)}"


_TOLD: Mapping[type[Predicate], Callable[[_Writer, Any], str]] = {
    All: _junction("and"),
    AnyOf: _junction("or"),
    Everyone: lambda _writer, _node: "who is anyone at all",
    AttributeTest: lambda writer, node: f"whose {_value(writer, node.attribute, node.tests)}",
    PropertyTest: lambda writer, node: _value(writer, node.property, node.tests),
    EventTest: _event,
    ConsentTest: _consent,
    Mailable: lambda _, node: f"who may be reached by {node.channel} (subscribed and not suppressed)",
    InSegment: lambda writer, node: f"who is in {_segment_name(writer, node)}",
    Sample: lambda _, node: f"who falls into {_sample(node)}",
}

_DENIED: Mapping[type[Predicate], Callable[[_Writer, Any], str | None]] = {
    Everyone: lambda _writer, _node: "who is no one",
    AttributeTest: lambda writer, node: _whose(_value_denied(writer, node.attribute, node.tests)),
    PropertyTest: lambda writer, node: _value_denied(writer, node.property, node.tests),
    EventTest: _event_denied,
    ConsentTest: _consent_denied,
    Mailable: lambda _, node: f"who may not be reached by {node.channel}",
    InSegment: lambda writer, node: f"who is not in {_segment_name(writer, node)}",
    Sample: lambda _, node: f"who falls outside {_sample(node)}",
}
