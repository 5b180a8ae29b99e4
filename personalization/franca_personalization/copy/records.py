"""What a brief says, and what the guardrails answer. Records only; the copy itself is `franca.definitions.Copy`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from franca.definitions import Node, Position, Predicate, Texts


class Field(StrEnum):
    """What the model may be asked to write. `body` is a list of paragraphs, everything else one text."""

    SUBJECT = "subject"
    PREVIEW_TEXT = "preview_text"
    HEADLINE = "headline"
    BODY = "body"
    CTA = "cta"


class Angle(StrEnum):
    """The idea that a variant leads with; those of one file all differ."""

    BENEFIT = "benefit"
    CURIOSITY = "curiosity"
    SOCIAL_PROOF = "social_proof"
    NEWS = "news"
    URGENCY = "urgency"


class Emoji(StrEnum):
    """How many emoji a text may have."""

    NONE = "none"
    ONE = "one"


@dataclass(frozen=True, kw_only=True)
class Fact(Node):
    """Something that copy may say, by the slot `[[name]]` alone.

    Attributes:
        texts: language → what readers see, with its qualifier ("up to 20 %"); the empty language is for all. Of a deadline it is the day.
        about: what the model is told about it; the model never sees the text.
        ends: the instant until which the offer holds, for a deadline; None for all other facts.
    """

    name: str
    texts: Mapping[str, str]
    about: str = ""
    ends: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ProfileSlot(Node):
    """A person's attribute that copy may print, with what those without it read, by language; the empty language is for all."""

    name: str
    attribute: str
    defaults: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Brief(Node):
    """What is to be said, and what may be said: `briefs/KEY.yaml`.

    Attributes:
        facts: slot → fact; whatever is numeric, dated, priced or superlative stands here or in *allowed*.
        links: slot `link:NAME` → an https address.
        profile: slot → a person's attribute.
        allowed: exact phrases that may be said although a rule forbids their words.
        names: brands and products, as they are written.
        use, avoid: words of the brand.
        required: slots that every variant has somewhere.
        controls: language → the texts that people wrote.
        lexicons: language → a file of words for it, below the project's folder; beside those that are built in.
        segments: those that copy is written for; empty for the whole audience.
        describe: what the model may be told of a segment: words → who they are true of. Only the share is told, and only the words.
        variants: how many the model writes for each segment and language, beside the control.
    """

    key: str
    name: str
    goal: str
    tone: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    profile: Mapping[str, ProfileSlot] = field(default_factory=dict)
    allowed: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    use: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    segments: tuple[str, ...] = ()
    describe: Mapping[str, Predicate] = field(default_factory=dict)
    write: tuple[Field, ...] = (Field.SUBJECT, Field.PREVIEW_TEXT)
    variants: int = 2
    angles: tuple[Angle, ...] = tuple(Angle)
    emoji: Emoji = Emoji.NONE
    controls: Mapping[str, Texts] = field(default_factory=dict)
    lexicons: Mapping[str, str] = field(default_factory=dict)

    @property
    def ends(self) -> datetime | None:
        """When the offer ends: the earliest of its deadlines."""
        return min((fact.ends for fact in self.facts.values() if fact.ends), default=None)


class Severity(StrEnum):
    """Errors block; warnings show."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Violation:
    """One rule that a text breaks.

    Attributes:
        rule: its id, as `claims.number`; stable, for `--allow` and for asking the model again.
        variant, field: whose text; *index* is the paragraph of a list.
        span: the characters of the text as written, first and behind the last; equal for a thing that is missing.
        suggestion: what to do instead.
    """

    rule: str
    severity: Severity
    variant: str
    field: str
    index: int = 0
    span: tuple[int, int] = (0, 0)
    reason: str
    suggestion: str
    position: Position | None = None
