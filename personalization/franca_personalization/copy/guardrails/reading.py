"""What the rules are given: a copy's texts one by one, with what the brief lets them say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from functools import cached_property

import regex

from franca.definitions import CONTROL, Copy, Position, Slot, Wording
from franca.language.copies import SLOT
from franca_personalization.copy.guardrails.figures import Figure, figures
from franca_personalization.copy.guardrails.lexicon import Lexicon
from franca_personalization.copy.guardrails.phrases import Index, parse, tokens
from franca_personalization.copy.guardrails.rules import RULES
from franca_personalization.copy.guardrails.scanning import Scan, Span
from franca_personalization.copy.guardrails.views import MASK, Piece, View, glued, has_gaps, has_seams, parted, view
from franca_personalization.copy.records import Brief, Emoji, Violation

LONGEST_PROFILE = 40
"""Graphemes of the longest realistic name or city."""

LINK = "link:"
_OFFERS = frozenset({"offer", "percent", "currency", "free", "amount"})
_NOTATION = regex.compile(r"[?|;<^_]")


class Kind(Enum):
    """What a slot stands for."""

    FACT = auto()
    LINK = auto()
    PROFILE = auto()


@dataclass(frozen=True, kw_only=True)
class Filling:
    """What readers see for a slot; *attribute* is the person's, for one of a profile."""

    kind: Kind
    text: str
    deadline: bool = False
    attribute: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """A slot as written."""

    name: str
    span: Span


def is_code(text: str) -> bool:
    """Tell whether a text looks like a code that somebody types: capitals, with or without digits, and no blank."""
    return len(text) >= 4 and text.isalnum() and text.upper() == text and any(map(str.isalpha, text))


def uses(written: str) -> tuple[Use, ...]:
    """Return the slots of a text."""
    return tuple(Use(found[1], found.span()) for found in SLOT.finditer(written))


def worded(texts: Mapping[str, str], language: str) -> str | None:
    """Return the text for a language, for what stands before its region, or for all languages."""
    base = regex.split("[-_]", language)[0]
    return next((texts[name] for name in (language, base, "") if name in texts), None)


def fillings(copy: Copy, brief: Brief | None) -> dict[str, Filling]:
    """Return slot → what it stands for; what the file says goes before the brief (slots.value compares the two)."""
    known = {name: _of_file(name, slot) for name, slot in copy.slots.items()}
    if brief is None:
        return known
    declared = dict(_of_brief(brief, copy.language))
    return {name: _merged(each, copy.slots.get(name)) for name, each in declared.items()}


def _of_file(name: str, slot: Slot) -> Filling:
    if slot.profile:
        return Filling(kind=Kind.PROFILE, text=slot.default, attribute=slot.profile)
    return Filling(kind=Kind.LINK if name.startswith(LINK) else Kind.FACT, text=slot.text)


def _of_brief(brief: Brief, language: str) -> Iterator[tuple[str, Filling]]:
    for name, fact in brief.facts.items():
        yield name, Filling(kind=Kind.FACT, text=worded(fact.texts, language) or "", deadline=fact.ends is not None)
    for name, address in brief.links.items():
        yield name, Filling(kind=Kind.LINK, text=address)
    for name, slot in brief.profile.items():
        yield name, Filling(kind=Kind.PROFILE, text=worded(slot.defaults, language) or "", attribute=slot.attribute)


def _merged(declared: Filling, slot: Slot | None) -> Filling:
    text = declared.text if slot is None else slot.default if declared.kind is Kind.PROFILE else slot.text
    return Filling(kind=declared.kind, text=text, deadline=declared.deadline, attribute=declared.attribute)


@dataclass(frozen=True, kw_only=True, eq=False)
class Setting:
    """What all texts of a copy share."""

    copy: Copy
    brief: Brief | None
    lexicon: Lexicon
    recent: tuple[str, ...] = ()
    canary: str = ""
    slots: Mapping[str, Filling] = field(default_factory=dict)

    @property
    def ends(self) -> datetime | None:
        """When the brief's offer ends; None too without a brief: a file does not say it."""
        return self.brief.ends if self.brief else None

    @property
    def emoji(self) -> Emoji:
        """How many emoji a text may have; one where no brief says it."""
        return self.brief.emoji if self.brief else Emoji.ONE

    @cached_property
    def facts(self) -> tuple[str, ...]:
        """The texts of facts that readers may see: the brief's, or, without one, the file's."""
        if self.brief is None:
            return tuple(each.text for each in self.slots.values() if each.kind is Kind.FACT)
        texts = (worded(fact.texts, self.copy.language) for fact in self.brief.facts.values())
        return tuple(text for text in texts if text)

    @cached_property
    def names(self) -> tuple[View, ...]:
        """The names of the brief."""
        return tuple(self.plain(name) for name in self.brief.names) if self.brief else ()

    @cached_property
    def allowed(self) -> tuple[View, ...]:
        """The brief's allowed phrases."""
        return tuple(self.plain(text) for text in self.brief.allowed) if self.brief else ()

    @cached_property
    def spoken(self) -> tuple[View, ...]:
        """The facts' texts; a bare number is none, since it fits into any other claim."""
        return tuple(each for each in map(self.plain, self.facts) if regex.search(r"\p{L}|%|\p{Sc}", each.text))

    def may(self, variant: str) -> tuple[View, ...]:
        """Return what a variant may say although a rule forbids its words; people may write a fact's text out, and are told of the slot."""
        return (*self.allowed, *self.names, *(self.spoken if variant == CONTROL else ()))

    @cached_property
    def avoided(self) -> Index:
        """The words that the brand avoids; a * at the end stands for any ending, as in lexicons."""
        written = [_NOTATION.sub(" ", word.lower()) for word in self.brief.avoid] if self.brief else []
        return Index(phrase for word in written if word.strip() for phrase in parse(word, "avoid", self.lexicon.forms))

    @cached_property
    def founded(self) -> frozenset[Figure]:
        """The figures that the brief, or without one the file, lets readers see."""
        brief = self.brief
        texts = [*self.facts, *(brief.allowed + brief.names if brief else ())]
        texts += [each.text for each in self.slots.values() if each.kind is Kind.PROFILE]
        return frozenset(figure for text in texts for figure, _, __ in figures(self.scan(text)))

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Whether the facts and allowed phrases have an `offer` and a `code`."""
        texts = [*self.facts, *(self.brief.allowed if self.brief else ())]
        names = [name for name, each in self.slots.items() if each.kind is Kind.FACT]
        offer = any(not _OFFERS.isdisjoint(self.scan(text).hits) or any(each in text for each in "%€$£¥") for text in texts)
        code = any(map(is_code, texts)) or any("code" in name or "coupon" in name for name in names)
        return frozenset(name for name, exists in (("offer", offer), ("code", code)) if exists)

    def plain(self, text: str) -> View:
        """Return the view of a text without slots."""
        return view([Piece(text)], latin=self.lexicon.latin)

    def scan(self, text: str) -> Scan:
        """Return a text without slots with its words and phrases."""
        of = self.plain(text)
        return Scan(view=of, tokens=tokens(of, self.lexicon), lexicon=self.lexicon)


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """One text; *wording* is the variant that it belongs to."""

    setting: Setting
    wording: Wording
    field: str
    index: int
    written: str

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Its slots."""
        return uses(self.written)

    @cached_property
    def blanked(self) -> str:
        """The text as written, with blanks in place of its slots."""
        return SLOT.sub(lambda found: " " * len(found[0]), self.written)

    @cached_property
    def masked(self) -> Scan:
        """The text with its slots masked."""
        return self._scan(tuple(self._pieces(filled=False)))

    @cached_property
    def scans(self) -> tuple[Scan, ...]:
        """The text, slots masked; again with invisible characters as blanks, and with words put together that are taken apart."""
        pieces = tuple(self._pieces(filled=False))
        ways = [way for way, needed in ((parted, has_gaps), (glued, has_seams)) if needed(self.written)]
        return (self.masked, *(self._scan(tuple(map(way, pieces))) for way in ways))

    @cached_property
    def shown(self) -> Scan:
        """The text as readers see it; links stay masked."""
        if not self.uses:
            return self.masked
        return self._scan(tuple(self._pieces(filled=True)), filled=True)

    def _scan(self, pieces: Sequence[Piece], *, filled: bool = False) -> Scan:
        of = view(pieces, latin=self.setting.lexicon.latin)
        facts = [self.is_fact(use) for use in self.uses]
        words = tokens(of, self.setting.lexicon, () if filled else facts)
        return Scan(view=of, tokens=words, lexicon=self.setting.lexicon, may=self.setting.may(self.wording.key), names=self.setting.names)

    def _pieces(self, *, filled: bool) -> Iterator[Piece]:
        at = 0
        for use in self.uses:
            yield Piece(_literal(self.written[at : use.span[0]]), at)
            yield Piece(self._shown(use) if filled else MASK, span=use.span)
            at = use.span[1]
        yield Piece(_literal(self.written[at:]), at)

    def _shown(self, use: Use) -> str:
        filling = self.setting.slots.get(use.name)
        return MASK if filling is None or filling.kind is Kind.LINK else filling.text

    def is_fact(self, use: Use) -> bool:
        """Tell whether a slot is one of a fact."""
        filling = self.setting.slots.get(use.name)
        return filling is not None and filling.kind is Kind.FACT

    @property
    def position(self) -> Position | None:
        """Where the text was written."""
        return self.wording.places.get(self.field, self.wording.position)

    def breaks(self, rule: str, span: Span, reason: str, suggestion: str) -> Violation:
        """Return a violation of this text."""
        return Violation(
            rule=rule,
            severity=RULES[rule].severity,
            variant=self.wording.key,
            field=self.field,
            index=self.index,
            span=span,
            reason=reason,
            suggestion=suggestion,
            position=self.position,
        )

    def quoted(self, span: Span) -> str:
        """Return what is written at a span, for a message: shortened, and with invisible characters told."""
        written = self.written[slice(*span)]
        short = written if len(written) <= 60 else written[:57] + "..."
        return "“" + "".join(each if each.isprintable() else f"<U+{ord(each):04X}>" for each in short) + "”"


def _literal(text: str) -> str:
    return text.replace(MASK, " ")
