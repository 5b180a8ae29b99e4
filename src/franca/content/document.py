"""A template → a document: what is left for the recipient's time, part by part, checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import escape

from franca.content import mail
from franca.content.assemble import Assembler, Flat, walk
from franca.content.nodes import Branch, BuiltIn, Choose, Context, Coupon, ItemValue, Link, Pieces, Print, Value, root
from franca.content.places import Start
from franca.content.symbols import Refusal
from franca.content.tokens import SUBJECT, Each, EndEach, EndIf, If, Show, Subject, Token, Verbatim
from franca.content.trace import Tracer
from franca.definitions import Format, Part, Position, Project, Source, Template, Variant
from franca.errors import FrancaError, Problem, ProblemsError

Partials = Callable[[str], "str | None"]
"""The text of a file below content/, by its name there; None when there is none."""

_PLACE = re.compile(r"FRANCAx([0-9]+)x|<!--franca:([0-9]+)-->")
_REQUIRED = {
    Link.UNSUBSCRIBE: 'a link to it: <a href="{{ unsubscribe_url }}">Unsubscribe</a>',
    Link.COMPANY_ADDRESS: "the sender's postal address: {{ company_address }}",
}


@dataclass(frozen=True, kw_only=True)
class Document:
    """One template without what Jinja could decide.

    Attributes:
        parts: subject, preview text (when there is one), HTML (when there is one) and plain text.
        branches: every branch that a person can take, by number.
        notices: what is to be said of the HTML: size, links, images, accessibility.
        markup: the HTML with a token in place of each tag, for size and pictures.
    """

    template: Template
    parts: Mapping[Part, Pieces]
    branches: tuple[Branch, ...]
    notices: tuple[Problem, ...] = ()
    markup: str = ""


def document(project: Project, template: Template, partials: Partials) -> Document:
    """Return what is left of a template of a checked project.

    Raises:
        ProblemsError: all that is wrong with it, each with its place.
    """
    return _Reading(project, template, partials).document()


def varied(template: Template, variant: Variant) -> Template:
    """Return the template with a variant's texts in place of its own."""
    return replace(
        template,
        subject=variant.subject or template.subject,
        preview_text=variant.preview_text or template.preview_text,
        copy={**template.copy, **variant.copy},
    )


class _Reading:
    def __init__(self, project: Project, template: Template, partials: Partials) -> None:
        self._template = template
        self._tracer = Tracer(project, partials, template.uses, template.copy)
        self._assembler = Assembler()
        self._problems = self._tracer.problems
        self._notices: list[Problem] = []
        self._markup = ""

    def document(self) -> Document:
        template = self._template
        subject = self._run("subject", template.subject, escape=False)
        preview = self._run("preview_text", template.preview_text, escape=False) if template.preview_text else None
        body = self._expanded(self._run("body", template.body, escape=template.format is not Format.TXT), subject)
        written = self._expanded(self._run("text", template.text, escape=False), subject) if template.text else None
        if self._problems:
            raise ProblemsError(self._problems)
        parts = {Part.SUBJECT: self._tree(_one_line(subject))}
        if preview:
            parts[Part.PREVIEW_TEXT] = self._tree(_one_line(preview))
        parts.update(self._bodies(body, written))
        if not self._problems:
            self._check(parts)
        if self._problems:
            raise ProblemsError(self._problems)
        branches = tuple(self._assembler.branches)
        return Document(template=template, parts=parts, branches=branches, notices=tuple(self._notices), markup=self._markup)

    def _run(self, part: str, source: Source, *, escape: bool) -> Flat:
        at = source.position or Position("content")
        name = f"{at.file}#{part}"
        names: dict[str, Any] = {"language": self._template.language}
        if part in ("body", "text"):
            names["subject"] = SUBJECT
        found = self._tracer.run(name, source.text, Start(file=at.file, line=at.line, column=at.column), escape=escape, names=names)
        return found or ()

    def _expanded(self, flat: Flat, subject: Flat) -> Flat:
        """Return the body with the subject where it is named; its text is escaped as text of HTML is."""
        plain = self._template.format is Format.TXT
        found: list[str | Token | Print] = []
        for each in flat:
            if isinstance(each, Subject):
                found.extend((part if plain else str(escape(part))) if isinstance(part, str) else part for part in subject)
            else:
                found.append(each)
        return found

    def _tree(self, flat: Flat) -> Pieces:
        try:
            return self._assembler.tree(flat)
        except Refusal as refusal:
            self._problems.append(refusal.problem)
            return ()

    # -- HTML

    def _bodies(self, body: Flat, written: Flat | None) -> dict[Part, Pieces]:
        if self._template.format is Format.TXT:
            return {Part.TEXT: self._tree(body)}
        tokens = [each for each in body if not isinstance(each, (str, Print))]
        try:
            self._markup = mail.to_html(_with_places(body), mjml=self._template.format is Format.MJML)
        except mail.Lost as lost:
            token = tokens[lost.number]
            what = "this stands where MJML or HTML keeps no text"
            self._problems.append(Problem(what=what, remedy="move it into a text or around whole elements", position=_position(token)))
            return {}
        except FrancaError as error:
            self._problems.append(replace(error.problem, position=error.problem.position or self._template.body.position))
            return {}
        places = mail.contexts(self._markup)
        html = self._tree(self._contexts(tokens, places))
        text = written if written is not None else self._without_places(mail.plain_text(self._markup), tokens, _in_addresses(places))
        self._notices.extend(self._inspected())
        return {Part.HTML: html, Part.TEXT: self._tree(text)}

    def _without_places(self, text: str, tokens: Sequence[Token], shown: Callable[[int, Token], Any] | None = None) -> Flat:
        found: list[Any] = []
        end = 0
        for place in _PLACE.finditer(text):
            number = int(place[1] or place[2])
            found += [text[end : place.start()], shown(number, tokens[number]) if shown else tokens[number]]
            end = place.end()
        return [*(each for each in found if each != ""), text[end:]] if text[end:] else [each for each in found if each != ""]

    def _contexts(self, tokens: Sequence[Token], places: Mapping[int, mail.Place]) -> Flat:
        begun = _begun_at(tokens)

        def shown(number: int, token: Token) -> Token | Print:
            place = places[number]
            if isinstance(token, Show):
                return Print(value=token.value, context=self._context(token.value, place), position=token.value.position)
            if place.kind not in _AROUND and not (isinstance(token, Verbatim) and place.kind in _INSIDE):
                what = "an `if` may stand around whole elements and around text, not around a part of an HTML tag"
                self._note(what, "write the whole tag in each branch", begun[number])
            return token

        return self._without_places(self._markup, tokens, shown)

    def _context(self, value: Value, place: mail.Place) -> Context:
        if place.kind in _NEVER:
            self._note(f"a person's value cannot stand in {_NEVER[place.kind]}", "", value.position)
        if place.kind is not mail.Kind.URL:
            return Context.ATTRIBUTE if place.kind is mail.Kind.ATTRIBUTE else Context.TEXT
        known, begun = root(value), _begun(place.url_prefix)
        if isinstance(known, ItemValue) and not begun:  # the address itself, as the shop's feed has it
            return Context.ATTRIBUTE
        if not begun and not isinstance(known, (BuiltIn, Coupon)):
            what = "a person's value cannot begin an address: it could lead anywhere, or run a script"
            self._note(what, "begin with the address of the shop: https://…", value.position)
        return Context.URL

    def _inspected(self) -> Iterator[Problem]:
        for notice in mail.inspect(self._markup):
            what = f"{notice.what} ({notice.rule})"
            problem = Problem(what=what, remedy=notice.remedy, position=self._template.body.position, warning=not notice.error)
            if notice.error:
                self._problems.append(problem)
            yield problem

    # -- checks

    def _check(self, parts: Mapping[Part, Pieces]) -> None:
        body = parts.get(Part.HTML, parts.get(Part.TEXT, ()))
        for link, remedy in _REQUIRED.items():
            if not _surely(body, link):
                some = any(_prints(piece, link) for piece in walk(body))
                what = f"not every branch of the template has {link}" if some else f"the template has no {link}"
                self._note(f"{what}: an email needs one", f"add {remedy}", self._template.body.position)

    def _note(self, what: str, remedy: str, at: Position | None) -> None:
        self._problems.append(Problem(what=what, remedy=remedy, position=at))


_AROUND = frozenset({mail.Kind.TEXT})
_INSIDE = frozenset({mail.Kind.ATTRIBUTE, mail.Kind.URL})
_NEVER = {
    mail.Kind.STYLE: "a style",
    mail.Kind.SCRIPT: "a script",
    mail.Kind.COMMENT: "a comment",
    mail.Kind.UNQUOTED: "an attribute without quotes",
    mail.Kind.TAG: "a tag outside of an attribute's quotes",
}


def _in_addresses(places: Mapping[int, mail.Place]) -> Callable[[int, Token], Token | Print]:
    """Return what a placeholder becomes in the plain text, where addresses are written out: a value in one stays encoded."""

    def shown(number: int, token: Token) -> Token | Print:
        if not isinstance(token, Show) or places[number].kind is not mail.Kind.URL:
            return token
        known = root(token.value)
        whole = isinstance(known, BuiltIn) or (isinstance(known, ItemValue) and not _begun(places[number].url_prefix))
        return token if whole else Print(value=token.value, context=Context.URL, position=token.value.position)

    return shown


def _begun(prefix: str) -> bool:
    """Whether the constant beginning of an address says where it leads."""
    return bool(re.match(r"(https?://[^/?#]+[/?#]|mailto:|tel:)", prefix.strip(), re.IGNORECASE))


def _with_places(flat: Flat) -> str:
    """Return the text with a word for each value, and a comment for each begin and end."""
    found: list[str] = []
    number = 0
    for each in flat:
        if isinstance(each, str):
            found.append(each)
            continue
        word = isinstance(each, Show) or _inside_title(found) or (isinstance(each, Verbatim) and _inside_tag(found))
        found.append(f"FRANCAx{number}x" if word else f"<!--franca:{number}-->")
        number += 1
    return "".join(found)


_TITLE = re.compile(r"<(/?)(?:mj-)?title\b", re.IGNORECASE)


def _inside_title(found: Sequence[str]) -> bool:
    """Whether the text so far ends within a title, where a comment would be text."""
    for text in reversed(found):
        tags = _TITLE.findall(text)
        if tags:
            return bool(tags[-1] != "/")
    return False


def _inside_tag(found: Sequence[str]) -> bool:
    for text in reversed(found):
        opened, closed = text.rfind("<"), text.rfind(">")
        if opened != closed:
            return opened > closed
    return False


def _position(token: Token) -> Position | None:
    if isinstance(token, Show):
        return token.value.position
    if isinstance(token, If):
        return token.condition.position
    if isinstance(token, Each):
        return token.over.position
    return token.position if isinstance(token, Verbatim) else None


def _begun_at(tokens: Sequence[Token]) -> list[Position | None]:
    """Return where each token's block begins."""
    found: list[Position | None] = []
    stack: list[Position | None] = []
    for token in tokens:
        if isinstance(token, (If, Each)):
            stack.append(_position(token))
        found.append(_position(token) or (stack[-1] if stack else None))
        if isinstance(token, (EndIf, EndEach)) and stack:
            stack.pop()
    return found


def _one_line(flat: Flat) -> Flat:
    """Return a subject or preview text without line breaks; they end where a header ends."""
    found = [re.sub(r"\s*\n\s*", " ", each) if isinstance(each, str) else each for each in flat]
    if found and isinstance(found[0], str):
        found[0] = found[0].lstrip()
    if found and isinstance(found[-1], str):
        found[-1] = found[-1].rstrip()
    return found


def _prints(piece: object, link: Link) -> bool:
    return isinstance(piece, Print) and isinstance(piece.value, BuiltIn) and piece.value.link is link


def _surely(pieces: Pieces, link: Link) -> bool:
    """Whether everybody gets a link, whichever branches they take."""
    for piece in pieces:
        if _prints(piece, link):
            return True
        if isinstance(piece, Choose) and all(_surely(body, link) for body in (*(b.body for b in piece.branches), piece.otherwise)):
            return True
    return False
