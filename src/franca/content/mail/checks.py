"""What is to be said of an email's HTML before it goes out: size, links, images, accessibility. All offline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from franca.content.mail.build import inlined
from franca.content.mail.colours import DAY, NIGHT, UNKNOWN, Scheme, background, colour, contrast, dark_rules, declarations
from franca.content.mail.contexts import URLS

GMAIL = 102 * 1024
"""Bytes of HTML after which Gmail clips a message, and with it the footer's unsubscribe link."""

_PLACE = re.compile(r"FRANCAx[0-9]+x")
_VAGUE = frozenset({"click here", "here", "read more", "more", "hier", "hier klicken", "mehr", "link"})
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_CLOSED_BY_OTHERS = frozenset("p li td th tr tbody thead tfoot dt dd option html body head".split())
_SCHEMES = re.compile(r"(?i)^(javascript|data|file|vbscript):")


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing; *error* stops the template."""

    rule: str
    what: str
    remedy: str
    error: bool = False


@dataclass
class _Element:
    tag: str
    attributes: Mapping[str, str]
    text: list[str] = field(default_factory=list)
    color: str = UNKNOWN
    background: str = UNKNOWN
    size: float = 16
    hidden: bool = False


class _Reader(HTMLParser):
    def __init__(self, html: str, scheme: Scheme = DAY) -> None:
        super().__init__(convert_charrefs=True)
        self.scheme = scheme
        self.open: list[_Element] = []
        self.elements: list[_Element] = []
        self.texts: list[_Element] = []
        self.stray: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        element = _Element(tag, {name: value or "" for name, value in attrs})
        above = self.open[-1] if self.open else None
        _inherit(element, above, self.scheme)
        self.elements.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if tag not in (element.tag for element in self.open):
            self.stray.append(tag)
            return
        while (done := self.open.pop()).tag != tag:
            if done.tag not in _CLOSED_BY_OTHERS:
                self.stray.append(done.tag)

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text.append(data)
        if data.strip() and self.open and self.open[-1].tag not in ("style", "script", "title"):
            self.texts.append(self.open[-1])


def inspect(html: str) -> tuple[Notice, ...]:
    """Return what is to be said of a document, errors first."""
    reader = _Reader(html)
    found = [notice for rule in _RULES for notice in rule(html, reader)]
    return tuple(sorted(dict.fromkeys(found), key=lambda notice: (not notice.error, notice.rule, notice.what)))


# -- rules


def _size(html: str, _: _Reader) -> Iterator[Notice]:
    size = len(html.encode())
    if size > GMAIL:
        yield Notice(rule="size", what=f"{size:,} bytes: Gmail clips at {GMAIL:,}", remedy="shorten it, or split it", error=True)
    elif size > 0.8 * GMAIL:
        yield Notice(rule="size", what=f"{size:,} bytes, close to the {GMAIL:,} at which Gmail clips", remedy="shorten it")


def _images(_: str, reader: _Reader) -> Iterator[Notice]:
    for image in _all(reader, "img"):
        source = image.attributes.get("src", "")
        if "alt" not in image.attributes:
            remedy = 'say what it shows, or alt="" for decoration'
            yield Notice(rule="image-alt", what=f"the image {source!r} has no alt text", remedy=remedy, error=True)
        width, style = image.attributes.get("width", ""), declarations(image.attributes.get("style", ""))
        if not width and "width" not in style:
            yield Notice(rule="image-width", what=f"the image {source!r} has no width", remedy="Outlook shows it in its own size: give one")
        if width.isdecimal() and int(width) > _PHONE and "max-width" not in style and not style.get("width", "").endswith("%"):
            what = f"the image {source!r} is wider than a phone"
            yield Notice(rule="image-wide", what=what, remedy='style="max-width:100%;height:auto"')
        yield from _address(source, "image")


_PHONE = 340
"""Pixels that a narrow phone leaves between margins."""


def _other_addresses(_: str, reader: _Reader) -> Iterator[Notice]:
    """Whatever else takes an address runs no script either: areas, forms, frames, backgrounds."""
    for element in reader.elements:
        for name, value in element.attributes.items():
            if name in URLS and (element.tag, name) not in (("a", "href"), ("img", "src")) and _SCHEMES.match(_squeezed(value)):
                what = f"<{element.tag} {name}> has the address {value[:60]!r}"
                yield Notice(rule="address-scheme", what=what, remedy="use https", error=True)


def _squeezed(address: str) -> str:
    """Return an address as browsers read it: without control characters and the blanks before it."""
    return re.sub(r"[\x00-\x20]", "", address)


def _links(_: str, reader: _Reader) -> Iterator[Notice]:
    for link in _all(reader, "a"):
        if "href" not in link.attributes:
            continue
        yield from _address(link.attributes["href"], "link")
        text = " ".join("".join(link.text).split())
        if text.lower() in _VAGUE:
            yield Notice(rule="link-text", what=f"the link {text!r} does not say where it leads", remedy="name what is there")


def _address(address: str, what: str) -> Iterator[Notice]:
    if _SCHEMES.match(_squeezed(address)):
        yield Notice(rule=f"{what}-scheme", what=f"the {what} {address[:60]!r} is no web address", remedy="use https", error=True)
    elif address.strip() in ("", "#"):
        yield Notice(rule=f"{what}-empty", what=f"a {what} leads nowhere ({address!r})", remedy="give it an address", error=True)
    elif address.startswith("http://"):
        yield Notice(rule=f"{what}-http", what=f"the {what} {address[:60]!r} is not encrypted", remedy="use https")
    elif not _PLACE.match(address) and not re.match(r"(?i)(https:|mailto:|tel:|sms:|#)", address):
        yield Notice(
            rule=f"{what}-relative",
            what=f"the {what} {address[:60]!r} is relative: an email has no place of its own",
            remedy="write https://…",
            error=True,
        )


def _document(html: str, reader: _Reader) -> Iterator[Notice]:
    tags = {element.tag: element for element in reversed(reader.elements)}
    if not tags.get("html", _Element("html", {})).attributes.get("lang"):
        yield Notice(rule="lang", what="<html> has no lang", remedy='screen readers need it: <html lang="en">')
    if not "".join(tags["title"].text if "title" in tags else []).strip():
        yield Notice(rule="title", what="there is no <title>", remedy="some clients and screen readers show it")
    names = set(map(_named, _all(reader, "meta")))
    if "color-scheme" not in names:
        remedy = '<meta name="color-scheme" content="light dark">, and colours for both'
        yield Notice(rule="dark-mode", what="nothing says how the email looks in dark mode", remedy=remedy)
    if "viewport" not in names:
        yield Notice(rule="viewport", what="there is no viewport for phones", remedy='<meta name="viewport" content="width=device-width">')
    ids = [element.attributes["id"] for element in reader.elements if element.attributes.get("id")]
    for identity in sorted({each for each in ids if ids.count(each) > 1}):
        yield Notice(rule="duplicate-id", what=f"the id {identity!r} is given twice", remedy="ids are unique")
    for tag in dict.fromkeys(reader.stray):
        yield Notice(rule="unbalanced", what=f"<{tag}> is opened and closed unequally", remedy="clients guess differently")
    del html


def _tables(_: str, reader: _Reader) -> Iterator[Notice]:
    bare = [table for table in _all(reader, "table") if table.attributes.get("role") not in ("presentation", "none", "table")]
    layout = [table for table in bare if not any(element.tag == "th" for element in reader.elements)]
    if layout:
        yield Notice(rule="table-role", what=f"{len(layout)} tables have no role", remedy='role="presentation" for layout')


def _headings(_: str, reader: _Reader) -> Iterator[Notice]:
    last = 0
    for element in reader.elements:
        if re.fullmatch(r"h[1-6]", element.tag):
            level = int(element.tag[1])
            if level > last + 1:
                yield Notice(
                    rule="heading-order",
                    what=f"<{element.tag}> follows <h{last}>" if last else f"the first heading is <{element.tag}>",
                    remedy="headings go down one level at a time",
                )
            last = level


def _contrast(_: str, reader: _Reader) -> Iterator[Notice]:
    yield from _contrasts(reader, "contrast", "")


def _dark_contrast(html: str, reader: _Reader) -> Iterator[Notice]:
    """Look at the email as a client in dark mode shows it: inlined styles win over rules that are not !important."""
    rules = dark_rules(html)
    allowed = any("dark" in meta.attributes.get("content", "") for meta in _all(reader, "meta") if _named(meta) == "color-scheme")
    if rules or allowed:
        yield from _contrasts(_Reader(inlined(html, rules), NIGHT), "dark-contrast", "in dark mode, ")


def _contrasts(reader: _Reader, rule: str, when: str) -> Iterator[Notice]:
    for element in {id(each): each for each in reader.texts}.values():
        if element.hidden or UNKNOWN in (element.color, element.background):
            continue
        ratio, wanted = contrast(element.color, element.background), 3.0 if element.size >= _LARGE else 4.5
        if ratio < wanted:
            what = f"{when}text in {element.color} on {element.background} has a contrast of {ratio:.1f}"
            yield Notice(rule=rule, what=what, remedy=f"at least {wanted} (WCAG 2.2, 1.4.3)")


_LARGE = 24
"""Pixels of what WCAG calls large text."""


def _words(_: str, reader: _Reader) -> Iterator[Notice]:
    letters = sum(len("".join(element.text).strip()) for element in reader.elements if element.tag == "body")
    if letters < 40 and any(_all(reader, "img")):
        yield Notice(rule="images-only", what="nearly all of the text is in images", remedy="many clients hide images at first")


_RULES: Sequence[Callable[[str, _Reader], Iterator[Notice]]] = (
    _size,
    _images,
    _links,
    _other_addresses,
    _document,
    _tables,
    _headings,
    _contrast,
    _dark_contrast,
    _words,
)


def _named(meta: _Element) -> str:
    return meta.attributes.get("name", "").lower()


def _all(reader: _Reader, tag: str) -> Iterator[_Element]:
    return (element for element in reader.elements if element.tag == tag)


def _inherit(element: _Element, above: _Element | None, scheme: Scheme) -> None:
    style = declarations(element.attributes.get("style", ""))
    behind = background(element.attributes.get("style", "")) or element.attributes.get("bgcolor")
    link = scheme.link if element.tag == "a" and "href" in element.attributes else ""
    element.color = colour(style.get("color") or element.attributes.get("color") or link, above.color if above else scheme.text)
    element.background = colour(behind, above.background if above else scheme.background)
    element.hidden = style.get("display") == "none" or bool(above and above.hidden)
    size = re.match(r"([0-9.]+)px", style.get("font-size", ""))
    element.size = float(size[1]) if size else (above.size if above else _SIZES.get(element.tag, 16))
    if not size and element.tag in _SIZES:
        element.size = _SIZES[element.tag]


_SIZES = {"h1": 32.0, "h2": 24.0}
"""What clients show headings at that say nothing."""
