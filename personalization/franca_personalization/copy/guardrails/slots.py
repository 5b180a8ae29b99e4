"""Whether slots are known, well written, where they belong, and say what the brief says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import regex

from franca.definitions import CONTROL, Wording
from franca.errors import did_you_mean
from franca_personalization.copy.guardrails.reading import Filling, Kind, Reading, Setting, uses, worded
from franca_personalization.copy.guardrails.rules import RULES
from franca_personalization.copy.guardrails.scanning import Spans, occurrences
from franca_personalization.copy.records import Brief, Field, Violation

TAGS = regex.compile(r"\*\||\|\*|%%|%\w[\w.]{0,60}%|<%|%>|\$\{|#\{|\[%|%\]|<<|>>|\{\{|\}\}|\{%|%\}|[{}]")
"""How tags begin and end: Mailchimp *|X|*, Klaviyo and Brevo {{ }} and {% %}, MailerLite {$x}, Mailgun %recipient.x%, and %%x%%, ${x}."""

_BRACKETS = regex.compile(r"\[\[|\]\]")
_SINGLE = regex.compile(r"(?<!\[)\[\s*([\p{L}_ ]{2,40})\s*\](?!\])")
_HOLDERS = frozenset(
    """name firstname first_name lastname last_name vorname nachname product product_name produkt brand marke company firma date datum
    deadline discount rabatt link url price preis code coupon city stadt store shop_name email cta""".split()
)
"""What models write in single brackets for something to be filled in."""

_RUN = regex.compile(r"\S+")
_ADDRESS = regex.compile(r"://|www\.|^//|[?&]\w+=", regex.IGNORECASE)
_INBOX = (Field.SUBJECT, Field.PREVIEW_TEXT)


def slots(reading: Reading) -> Iterator[Violation]:
    """Yield what is wrong with the slots of one text."""
    yield from _known(reading)
    yield from _written(reading)
    yield from _placed(reading)
    yield from _literal(reading)


def _known(reading: Reading) -> Iterator[Violation]:
    known, seen = reading.setting.slots, Counter[str]()
    for use in reading.uses:
        seen[use.name] += 1
        if use.name not in known:
            what = "brief" if reading.setting.brief else "file"
            reason = f"the {what} has no slot {use.name!r}"
            yield reading.breaks("slots.unknown", use.span, reason, did_you_mean(use.name, known))
        elif seen[use.name] == 2:
            yield reading.breaks("slots.repeated", use.span, f"[[{use.name}]] stands twice in one text", "say it once")


def _written(reading: Reading) -> Iterator[Violation]:
    rest = reading.blanked
    for use in reading.uses:
        if rest[use.span[0] - 1 : use.span[0]] == "[" or rest[use.span[1] : use.span[1] + 1] == "]":
            yield reading.breaks("slots.malformed", use.span, f"[[{use.name}]] has a bracket too many", "write slots as [[name]]")
    for found in _BRACKETS.finditer(rest):
        yield reading.breaks("slots.malformed", found.span(), f"{found[0]} belongs to no slot", "write slots as [[name]], without blanks")
    for found in _SINGLE.finditer(rest):
        name = regex.sub(r"[\s_]+", "_", found[1].strip().lower())
        if name in _HOLDERS or name in reading.setting.slots or name.startswith(("your_", "insert_", "dein_", "ihr_")):
            yield reading.breaks("slots.malformed", found.span(), f"{found[0]} is printed as it stands", "write slots as [[name]]")
    for found in TAGS.finditer(rest):
        yield reading.breaks(
            "slots.tag", found.span(), f"{reading.quoted(found.span())} begins or ends a tag of an ESP", "use a slot: [[name]]"
        )


def _placed(reading: Reading) -> Iterator[Violation]:
    addresses = Spans(run.span() for run in _RUN.finditer(reading.written) if _ADDRESS.search(run[0])) if reading.uses else Spans(())
    for use in reading.uses:
        filling = reading.setting.slots.get(use.name)
        if addresses.meet(use.span):
            yield reading.breaks(
                "slots.in_url", use.span, f"[[{use.name}]] stands within an address", "use a link of the brief: [[link:name]]"
            )
        if filling and filling.kind is Kind.LINK and reading.field in _INBOX:
            yield reading.breaks(
                "slots.place", use.span, f"a link in the {reading.field} is only text", "put it into the body or the call to action"
            )


def _literal(reading: Reading) -> Iterator[Violation]:
    of = reading.setting
    for start, end in occurrences(reading.masked.view, of.spoken) if reading.wording.key == CONTROL else ():
        span = reading.masked.span(start, end)
        names = [f"[[{name}]]" for name, each in of.slots.items() if of.plain(each.text).folded == reading.masked.view.folded[start:end]]
        remedy = f"write {names[0]}, so that the text follows the brief" if names else "use its slot, so that the text follows the brief"
        yield reading.breaks("slots.literal", span, f"{reading.quoted(span)} is a fact's text, written out", remedy)


# -- over the whole copy


def declared(setting: Setting) -> Iterator[Violation]:
    """Yield required slots that a variant lacks, and slots that say something else than the brief."""
    for wording in setting.copy.wordings:
        used = {use.name: name for name, text in wording.texts.items() for part in _texts(text) for use in uses(part)}
        for name in setting.brief.required if setting.brief else ():
            if name not in used:
                yield _violation(wording, "slots.missing", "", f"[[{name}]] is required and missing", f"say it once with [[{name}]]")
        for name, field in used.items():
            if name in setting.slots:
                yield from _filled(setting, wording, name, field)


def _texts(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else text


def _filled(setting: Setting, wording: Wording, name: str, field: str) -> Iterator[Violation]:
    filling = setting.slots[name]
    if filling.kind is Kind.PROFILE and not filling.text.strip():
        yield _violation(
            wording, "slots.no_default", field, f"[[{name}]] has no text for people without {filling.attribute!r}", "give it a default"
        )
    elif not filling.text.strip():
        yield _violation(wording, "slots.no_text", field, f"[[{name}]] has no text in {setting.copy.language!r}", "add one to the brief")
    elif (
        setting.brief
        and (expected := _expected(setting.brief, name, filling, setting.copy.language)) is not None
        and expected != filling.text
    ):
        reason = f"the file says “{filling.text}” for [[{name}]], the brief “{expected}”"
        yield _violation(wording, "slots.value", field, reason, "generate the file again, or correct one of the two")


def _expected(brief: Brief, name: str, filling: Filling, language: str) -> str | None:
    if filling.kind is Kind.LINK:
        return brief.links[name]
    return worded(brief.facts[name].texts if filling.kind is Kind.FACT else brief.profile[name].defaults, language)


def _violation(wording: Wording, rule: str, field: str, reason: str, suggestion: str) -> Violation:
    return Violation(
        rule=rule,
        severity=RULES[rule].severity,
        variant=wording.key,
        field=field,
        reason=reason,
        suggestion=suggestion,
        position=wording.places.get(field, wording.position),
    )
