"""Predicates → an English sentence for the people who send the emails.

Each condition is a relative clause ("who ordered …", "whose country is …"). Brackets are told by wording and punctuation: conditions
are joined by ", and" or ", or"; groups of them by "; and" or "; or", with "either" and "both"; what is deeper stands in parentheses.
A missing value is told where it matters: not(country is DE) reads "whose country is unknown or is not “DE”".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from franca.definitions import (
    All,
    AnyOf,
    AtLeast,
    AttributeTest,
    ConsentTest,
    Everyone,
    InSegment,
    Mailable,
    MemberOf,
    Native,
    Near,
    NoneOf,
    Not,
    Predicate,
    Project,
    Sample,
    Status,
)
from franca.language import english_events
from franca.language.english_writer import Clause, Denial, Writer
from franca.language.phrases import label, listed, manner, number, quoted

_JUNCTIONS = (All, AnyOf)


def sentence(predicate: Predicate, project: Project | None = None) -> str:
    """Return one English sentence; *project*, if given, supplies segment names, types and the decimal places of amounts."""
    node = _plainer(predicate)
    if isinstance(node, Everyone):
        return "Everyone."
    if node == Not(of=Everyone()):
        return "Nobody."
    return f"Everyone {Writer(project, _CLAUSES, _DENIALS, _plainer).tell(node)}."


def _plainer(node: Predicate) -> Predicate:
    """Drop brackets around one thing, double negations and nested lists of one kind; the meaning is the same."""
    if isinstance(node, Not):
        inner = _plainer(node.of)
        return inner.of if isinstance(inner, Not) else replace(node, of=inner)
    if isinstance(node, NoneOf):
        return _plainer(Not(of=AnyOf(of=node.of), position=node.position))
    if isinstance(node, AtLeast):
        return replace(node, of=tuple(map(_plainer, node.of)))
    if not isinstance(node, _JUNCTIONS):
        return node
    parts = tuple(map(_plainer, node.of))
    flat = tuple(inner for part in parts for inner in (part.of if isinstance(part, type(node)) else (part,)))
    return flat[0] if len(flat) == 1 else replace(node, of=flat)


# ── brackets ─────────────────────────────────────────────────────────────────


def _height(node: Predicate) -> int:
    """Return how many junctions are nested; negations and counted lists bring their own parentheses."""
    return 1 + max(map(_height, node.of), default=0) if isinstance(node, (All, AnyOf)) else 0


def _junction(word: str) -> Callable[[Writer, Any], str]:
    def clause(writer: Writer, node: All | AnyOf) -> str:
        if not node.of:
            return writer.tell(Everyone() if isinstance(node, All) else Not(of=Everyone()))
        separator = f"; {word} " if _height(node) > 1 else f", {word} "
        return separator.join(_group(writer, part) for part in node.of)

    return clause


def _group(writer: Writer, node: Predicate) -> str:
    text = writer.tell(node)
    if _height(node) > 1:
        return f"({text})"
    if isinstance(node, AnyOf):
        return f"either {text}"
    return f"both {text}" if isinstance(node, All) and len(node.of) == 2 else text


# ── not, and how many ────────────────────────────────────────────────────────


def _not(writer: Writer, node: Not) -> str:
    denied = _DENIALS.get(type(node.of))
    text = denied(writer, node.of) if denied else None
    return text or ("it is not so that " if writer.event else "who is not among those ") + f"({writer.tell(node.of)})"


def _at_least(writer: Writer, node: AtLeast, *, few: str = "at least") -> str:
    parts = "; ".join(f"{place}: {writer.tell(part)}" for place, part in enumerate(node.of, 1))
    counted = f"{few} {node.count} of these {len(node.of)}"
    return f"{counted} hold ({parts})" if writer.event else f"who fits {counted} ({parts})"


# ── attributes ───────────────────────────────────────────────────────────────


def _attribute(writer: Writer, node: AttributeTest, *, denied: bool = False) -> str:
    how = manner(node.attribute, writer.attribute(node.attribute))
    return f"whose {writer.value(label(node.attribute), node.tests, how, denied=denied)}"


def _attribute_denied(writer: Writer, node: AttributeTest) -> str | None:
    return _attribute(writer, node, denied=True) if len(node.tests) == 1 else None


# ── consent and the rest ─────────────────────────────────────────────────────


def _status(status: Status) -> str:
    return "never given" if status is Status.NEVER else str(status)


def _consent(writer: Writer, node: ConsentTest) -> str:
    status = f"is {listed([_status(status) for status in node.statuses], 'or')}" if node.statuses else ""
    dated = f"is dated {writer.times(node.at)}" if node.at else ""
    return f"whose {node.channel} consent {' and '.join(filter(None, (status, dated)))}"


def _consent_denied(_: Writer, node: ConsentTest) -> str | None:
    if node.at:
        return None
    return f"whose {node.channel} consent is not {listed([_status(status) for status in node.statuses], 'or')}"


def _segment_name(writer: Writer, node: InSegment) -> str:
    known = writer.project.segments if writer.project else {}
    return quoted(known[node.key].name if node.key in known else node.key)


def _sample(node: Sample) -> str:
    return f"the stable {number(node.percent)}% sample {quoted(node.salt)}"


def _objects(node: Native) -> str:
    return listed([f"the {kind} {quoted(name)} of {place}" for place, kind, name in node.objects], "or")


def _near(node: Near) -> str:
    return f"within {node.within} of {number(node.latitude)}, {number(node.longitude)}"


_CLAUSES: Mapping[type[Predicate], Clause] = {
    **english_events.CLAUSES,
    All: _junction("and"),
    AnyOf: _junction("or"),
    Not: _not,
    AtLeast: _at_least,
    Everyone: lambda _writer, _node: "who is anyone at all",
    AttributeTest: _attribute,
    ConsentTest: _consent,
    Mailable: lambda _, node: f"who may be reached by {node.channel} (subscribed and not suppressed)",
    InSegment: lambda writer, node: f"who is in {_segment_name(writer, node)}",
    MemberOf: lambda _, node: f"who is a member of {quoted(node.name)}",
    Native: lambda _, node: f"who is in {_objects(node)}",
    Near: lambda _, node: f"who lives {_near(node)}",
    Sample: lambda _, node: f"who falls into {_sample(node)}",
}

_DENIALS: Mapping[type[Predicate], Denial] = {
    **english_events.DENIALS,
    AtLeast: lambda writer, node: _at_least(writer, node, few="fewer than"),
    Everyone: lambda _writer, _node: "who is no one",
    AttributeTest: _attribute_denied,
    ConsentTest: _consent_denied,
    Mailable: lambda _, node: f"who may not be reached by {node.channel}",
    InSegment: lambda writer, node: f"who is not in {_segment_name(writer, node)}",
    MemberOf: lambda _, node: f"who is not a member of {quoted(node.name)}",
    Native: lambda _, node: f"who is not in {_objects(node)}",
    Near: lambda _, node: f"whose place is unknown or is not {_near(node)}",
    Sample: lambda _, node: f"who falls outside {_sample(node)}",
}
