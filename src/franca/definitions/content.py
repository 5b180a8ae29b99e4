"""What a project says about emails: templates and campaign drafts. Records only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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


@dataclass(frozen=True, kw_only=True)
class Campaign(Node):
    """A draft: a template for an audience. Nothing here can be sent.

    Attributes:
        include, exclude: segments; the audience is whoever is in one of the first and in none of the second.
        exclusively: a group: then *include* are segments of it, and each stands for those who have it as their primary one.
        audience: the key of the segment that is the audience: the one included, or the one that checking makes of several.
        destinations: where the draft is made; None is everywhere.
        send_from: the sender's address.
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
