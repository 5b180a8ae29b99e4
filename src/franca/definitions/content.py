"""What a project says about emails: templates and campaign drafts. Records only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from franca.definitions.position import Position
from franca.definitions.values import Node


class Format(StrEnum):
    """How a template's body is written; also the file's suffix."""

    HTML = "html"
    MJML = "mjml"
    TXT = "txt"


class Part(StrEnum):
    """The texts that make an email."""

    SUBJECT = "subject"
    PREVIEW_TEXT = "preview_text"
    HTML = "html"
    TEXT = "text"


@dataclass(frozen=True, kw_only=True)
class Source(Node):
    """A text in the template language; its position is that of its first character."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Template(Node):
    """One email (content.md section 1).

    Attributes:
        body: HTML, MJML or plain text, by *format*.
        text: the plain-text part, when one is written (`KEY.txt` beside `KEY.html`); else it is derived.
        uses: the attributes that the front matter allows; None allows all.
        language: of the text, as in `lang` of HTML.
        destinations: where the template goes; None is everywhere.
        copy: what `copy.NAME` is: a text, or a list of texts. A campaign with variants puts theirs in place.
    """

    key: str
    name: str
    format: Format
    subject: Source
    body: Source
    preview_text: Source | None = None
    text: Source | None = None
    from_name: str = ""
    reply_to: str = ""
    uses: tuple[str, ...] | None = None
    language: str = "en"
    destinations: tuple[str, ...] | None = None
    copy: Mapping[str, Source | tuple[Source, ...]] = field(default_factory=dict)


Texts = Mapping[str, str | tuple[str, ...]]
"""Field → text, or a list of texts (paragraphs). `subject` and `preview_text` are the email's own; others are what `copy.NAME` is."""

CONTROL = "control"
"""The key of the variant that people wrote; it is the first arm of every test."""


@dataclass(frozen=True, kw_only=True)
class Slot(Node):
    """What `[[name]]` stands for in copy: a fixed *text*, or a person's attribute *profile* with a *default* for those without it."""

    text: str = ""
    profile: str = ""
    default: str = ""


@dataclass(frozen=True, kw_only=True)
class Wording(Node):
    """One variant's texts, with slots as `[[name]]`; *places* is where each text was written."""

    key: str
    texts: Texts
    angle: str = ""
    places: Mapping[str, Position] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Approval(Node):
    """Who read which text; *digest* is of the texts and slots that they read."""

    by: str
    at: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Copy(Node):
    """The variants of one brief for one segment in one language: `copy/BRIEF/SEGMENT.LANGUAGE.yaml`.

    Attributes:
        segment: its key, or `all` for the whole audience of a campaign.
        wordings: the control first.
        approval: None when nobody has approved it.
        provenance: how the texts came about: model, prompt, hash of the brief, date, rules; nothing that means something to an ESP.
    """

    brief: str
    segment: str
    language: str
    wordings: tuple[Wording, ...]
    slots: Mapping[str, Slot] = field(default_factory=dict)
    approval: Approval | None = None
    provenance: Mapping[str, str] = field(default_factory=dict, compare=False)


class Metric(StrEnum):
    """What an experiment decides on, per delivered email. Opens are none: mail clients open by themselves."""

    CLICKS = "clicks"
    ORDERS = "orders"


@dataclass(frozen=True, kw_only=True)
class Experiment(Node):
    """How variants are compared; fixed before anything is sent.

    Attributes:
        share: of the audience that takes part, evenly over the arms; the rest receives the ESP's winner after *wait_hours*.
        baseline, effect, power, alpha: what the size is planned by: the control's rate, the relative lift worth finding, error rates.
        looks: how often anybody means to look before the end; more than one makes the analysis sequential.
    """

    metric: Metric = Metric.CLICKS
    share: Decimal = Decimal(1)
    wait_hours: int = 24
    baseline: Decimal = Decimal("0.02")
    effect: Decimal = Decimal("0.2")
    power: Decimal = Decimal("0.8")
    alpha: Decimal = Decimal("0.05")
    looks: int = 1


@dataclass(frozen=True, kw_only=True)
class Variant(Node):
    """A wording as parts of a template: what one arm of a test reads."""

    key: str
    subject: Source | None = None
    preview_text: Source | None = None
    copy: Mapping[str, Source | tuple[Source, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Campaign(Node):
    """A draft: a template for an audience. Nothing here can be sent.

    Attributes:
        include, exclude: segments; the audience is whoever is in one of the first and in none of the second.
        exclusively: a group: then *include* are segments of it, and each stands for those who have it as their primary one.
        audience: the key of the segment that is the audience: the one included, or the one that checking makes of several.
        destinations: where the draft is made; None is everywhere.
        send_from: the sender's address.
        brief: the folder below copy/ whose variants it tests; None when the template is sent as it is.
        experiment: how the arms are compared.
        copy: the file of copy, once checking has found it; a campaign of several segments becomes one for each.
        arms: its variants, the control first; empty when the template is sent as it is.
        of: the campaign as written, when this is a part of it.
        arm: which arm this part is, where the ESP cannot split an audience itself; *split* says why, for each destination.
    """

    key: str
    name: str
    template: str
    send_from: str
    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    exclusively: str | None = None
    audience: str = ""
    destinations: tuple[str, ...] | None = None
    brief: str | None = None
    experiment: Experiment = field(default_factory=Experiment)
    copy: Copy | None = None
    arms: tuple[Variant, ...] = ()
    of: str = ""
    arm: str = ""
    split: Mapping[str, str] = field(default_factory=dict)
