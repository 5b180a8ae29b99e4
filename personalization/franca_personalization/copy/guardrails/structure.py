"""Whether all texts are there, of the right shape, and finished."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from franca.definitions import CONTROL, Wording
from franca_personalization.copy.guardrails.reading import Reading, Setting
from franca_personalization.copy.guardrails.rules import RULES
from franca_personalization.copy.records import Angle, Brief, Field, Violation

_BREAK = regex.compile(r"[\n\r\v\f\u0085\u2028\u2029]")
_SPACES = regex.compile(r"^\s+(?=\S)|(?<=\S)\s+$|[^\S\n]{2,}")
_TITLE = regex.compile(
    r"^\s*(?:subject(?: line)?|betreff(?:zeile)?|preview(?: text)?|vorschau(?:text)?|headline|body|cta)\s*\d*\s*:", regex.IGNORECASE
)


def shape(setting: Setting) -> Iterator[Violation]:
    """Yield what is missing, too much or of another shape than the brief asks for."""
    yield from _control(setting)
    for wording in setting.copy.wordings:
        if setting.brief:
            yield from _fields(wording, setting.brief)
            yield from _angle(wording, setting.brief, setting)
        yield from (
            _of(wording, "structure.empty", name, f"the {name} is an empty list", "write it")
            for name, text in wording.texts.items()
            if text == ()
        )
    if setting.brief and (written := len(setting.copy.wordings) - 1) != setting.brief.variants:
        reason = f"there are {written} variants beside the control, and the brief asks for {setting.brief.variants}"
        yield _of(
            setting.copy.wordings[0] if setting.copy.wordings else None,
            "structure.count",
            "",
            reason,
            "generate the missing ones, or change the brief",
        )


def _control(setting: Setting) -> Iterator[Violation]:
    first = setting.copy.wordings[0] if setting.copy.wordings else None
    if first is None or first.key != CONTROL:
        yield _of(first, "structure.no_control", "", "the first wording is not the control", f"write one under the key {CONTROL}")


def _fields(wording: Wording, brief: Brief) -> Iterator[Violation]:
    for name in brief.write:
        if name not in wording.texts:
            yield _of(wording, "structure.missing", name, f"the {name} is missing", "write it")
        elif isinstance(wording.texts[name], str) == (name == Field.BODY):
            shape = "a list of paragraphs" if name == Field.BODY else "one text, not a list"
            yield _of(wording, "structure.type", name, f"the {name} is {shape}", "write it so")
    for other in wording.texts:
        if other not in tuple(brief.write):
            reason = f"the brief does not ask for a text {other!r}"
            yield _of(wording, "structure.unexpected", other, reason, "leave it out, or add it to write in the brief")


def _angle(wording: Wording, brief: Brief, setting: Setting) -> Iterator[Violation]:
    if wording.angle and wording.angle not in tuple(brief.angles):
        reason = f"the angle {wording.angle!r} is none of the brief's: {', '.join(brief.angles)}"
        yield _of(wording, "structure.angle", "", reason, "lead with one of them")
    if wording.angle == Angle.URGENCY and setting.ends is None:
        yield _of(
            wording, "urgency.angle", "", "the variant leads with urgency, but no fact of the brief has an end", "lead with another angle"
        )


def _of(wording: Wording | None, rule: str, name: str, reason: str, suggestion: str) -> Violation:
    place = wording.places.get(name, wording.position) if wording else None
    key = wording.key if wording else ""
    return Violation(
        rule=rule, severity=RULES[rule].severity, variant=key, field=str(name), reason=reason, suggestion=suggestion, position=place
    )


def layout(reading: Reading) -> Iterator[Violation]:
    """Yield blank texts, line breaks, stray blanks, and labels that a model wrote in front."""
    if not reading.masked.view.text.strip():
        yield reading.breaks("structure.empty", (0, len(reading.written)), f"the {reading.field} is blank", "write it")
    if reading.field != Field.BODY:
        for found in _BREAK.finditer(reading.written):
            yield reading.breaks("structure.line_break", found.span(), f"the {reading.field} has a line break", "write it on one line")
    for found in _SPACES.finditer(reading.written):
        yield reading.breaks("structure.spaces", found.span(), "blanks at an end, or several in a row", "remove them")
    if label := _TITLE.search(reading.written):
        yield reading.breaks("injection.chatter", label.span(), f"{reading.quoted(label.span())} labels the text", "keep the text alone")
