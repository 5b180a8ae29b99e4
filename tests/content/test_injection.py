"""Hostile texts, wherever a text can come from: none is executed by any ESP, and none breaks what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

import pytest

from content.random_templates import project, setting
from franca.adapter import ABSENT, Dialect, Site, adapter
from franca.cli.esp import rendered
from franca.content import Document, Person, Renderer, document
from franca.definitions import Format, Part, Position, Source, Template
from franca.demo.store import AS_OF
from franca.errors import ProblemsError
from franca.language.copies import literal

PROJECT = project()
SETTING = setting(PROJECT)
every_esp = pytest.mark.parametrize("name", ["klaviyo", "mailchimp", "brevo"])
END = "<p>{{ unsubscribe_url }} {{ company_address }}</p>"
CANARY = "canary@private.test"
"""Somebody's email: a tag that is executed prints it, since every text below that is a tag asks for it."""

TAGS = [
    *("*|EMAIL|*", "*|IF:EMAIL|**|EMAIL|**|END:IF|*", "*|END:IF|*", "*|ELSE:|*", "*|IF:NOBODY=x|*", "|*", "*|"),
    *(
        "{{ email }}",
        "{{ person.email }}",
        "{% if email %}{{ email }}{% endif %}",
        "{% endif %}",
        "{% else %}",
        "{# c #}",
        "{#",
        "{{",
        "}}",
        "%}",
    ),
    *(
        "{{ contact.EMAIL }}",
        "{{contact.EMAIL|safe}}",
        "{% for x in contact %}{{ x }}{% endfor %}",
        "{% autoescape off %}",
        "{{ profile.email }}",
    ),
    *(
        "{% comment %}",
        "{% endcomment %}",
        "{% verbatim %}",
        "{% unsubscribe %}",
        "{%",
        "{{ '{{' }}",
        "{% templatetag openvariable %} email }}",
    ),
]
MARKUP = [
    *(
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='alert(1)",
        "</style><script>",
        "<!--",
        "-->",
        "<b>",
        "</p>",
    ),
    *(
        "&lt;script&gt;",
        "&#42;|EMAIL|*",
        "&#123;{ email }}",
        "javascript:alert(1)",
        "JaVaScRiPt&colon;alert(1)",
        "data:text/html,x",
        "\u202etxt",
    ),
]
HOSTILE = [*TAGS, *MARKUP]
WHOLE = [
    "http://evil.test/",
    "//evil.test",
    "https://evil.test/",
    "mailto:evil@evil.test",
    "javascript:alert(1)",
    "\tjava\nscript:alert(1)",
]


class _Skeleton(HTMLParser):
    """Tags with their attributes' names, and where links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, ...]] = []
        self.links: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *(name for name, _ in attrs)))
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}",))

    def handle_comment(self, data: str) -> None:
        self.tags.append(("comment", data))


def read(body: str, subject: str = "S", **more: Any) -> Document:
    at = Position("content/x.html", 1, 1)
    sources = {"subject": Source(text=subject, position=at), "body": Source(text=body + END, position=at)}
    return document(PROJECT, Template(key="x", name="X", format=Format.HTML, **sources, **more), lambda _: None)


def dialect(name: str) -> Dialect:
    return adapter(name).dialect(Site(project=PROJECT, destination=PROJECT.destinations[name]))


def shown(name: str, made: Document, values: Mapping[str, Any]) -> dict[Part, str] | None:
    """Return what an ESP makes of a template for somebody; None where it is refused, which is safe too."""
    spoken = dialect(name)
    said = spoken.translate(made)
    if said.findings:
        return None
    somebody = Person(values={"email": CANARY, "city": "Rom", **values})
    fields = {each.key: Renderer(each.pieces, SETTING)(somebody).text or ABSENT for each in said.computed}
    held = {**spoken.person(somebody.values, fields), "EMAIL": CANARY, "email": CANARY}
    try:
        return rendered(name, said.parts, held, AS_OF)
    except ValueError:  # the ESP cannot read the template any more: nobody would get any of it
        return dict.fromkeys(said.parts, "")


def violations(honest: Mapping[Part, str], hostile: Mapping[Part, str], text: str) -> Iterator[str]:
    """Yield what a text did to an email that is harmless with another text."""
    for part, made in hostile.items():
        if CANARY in made:
            yield f"{part}: {text!r} was executed"
        if "BEFORE" not in made or "AFTER" not in made:
            yield f"{part}: {text!r} swallowed its neighbours"
    before, after = _Skeleton(honest[Part.HTML]), _Skeleton(hostile[Part.HTML])
    if before.tags != after.tags:
        yield f"html: {text!r} made other elements: {set(after.tags) ^ set(before.tags)}"
    if [_host(link) for link in before.links] != [_host(link) for link in after.links]:
        yield f"html: {text!r} leads elsewhere: {after.links}"


def _host(link: str) -> str:
    return link[: link.find("/", 8)] if link.startswith("https://") else link


AROUND = (
    '<p title="BEFORE {x} AFTER">BEFORE {x} AFTER</p><p><a href="https://shop.example/?q={u}&amp;z=1">BEFORE</a>'
    '<img src="https://shop.example/{u}.png" alt="{x}" width="9"> AFTER</p>'
)


def with_value(name: str) -> str:
    print_ = f'{{{{ profile.{name} | default("d") }}}}'
    return AROUND.format(x=print_, u=print_) + f'{{% if profile.{name} == "a" %}}A{{% endif %}}'


def of_value(name: str, text: str, attribute: str = "nick") -> list[str]:
    made = read(with_value(attribute), subject=f'BEFORE {{{{ profile.{attribute} | default("d") }}}} AFTER')
    honest, hostile = shown(name, made, {attribute: "honest"}), shown(name, made, {attribute: text})
    assert honest
    assert hostile
    return list(violations(honest, hostile, text))


def of_constant(name: str, text: str, how: str) -> list[str]:
    honest, hostile = (shown(name, read(*_constant(how, each)), {}) for each in ("honest", text))
    assert honest
    return list(violations(honest, hostile, text)) if hostile else []


def _constant(how: str, text: str) -> tuple[str, str]:
    """Return body and subject with a constant: of a brief, as a default, or compared with."""
    written = literal(text)
    quoted = written[3:-3]
    if how == "brief":
        return f"{{% set brief = {quoted} %}}" + AROUND.format(x="{{ brief }}", u="{{ brief | urlencode }}"), f"BEFORE {written} AFTER"
    if how == "default":
        print_ = f"{{{{ profile.first_name | default({quoted}) }}}}"
        return AROUND.format(x=print_, u=print_), f"BEFORE {print_} AFTER"
    asked = f"{{% if profile.nick == {quoted} %}}x{{% endif %}}"
    return AROUND.format(x="y", u="y") + asked, f"BEFORE {asked} AFTER"


# -- the proof


@every_esp
@pytest.mark.parametrize("text", HOSTILE)
def test_a_persons_value_stays_a_text(name: str, text: str) -> None:
    """In a text, an attribute, an address, a subject and a plain text, beside others."""
    assert of_value(name, text) == []


@every_esp
@pytest.mark.parametrize("how", ["brief", "default", "compared"])
@pytest.mark.parametrize("text", HOSTILE)
def test_a_constant_stays_a_text(name: str, text: str, how: str) -> None:
    """A brief's value, a default, what a condition compares with: printed as it is, or refused."""
    assert of_constant(name, text, how) == []


@every_esp
@pytest.mark.parametrize("text", TAGS)
def test_text_of_the_template_stays_a_text(name: str, text: str) -> None:
    """What an author writes of another language's tags, in raw."""
    honest, hostile = (
        shown(name, read(f"<p>BEFORE {{% raw %}}{each}{{% endraw %}} AFTER</p>", subject="BEFORE AFTER"), {}) for each in ("honest", text)
    )
    assert honest
    assert hostile is None or list(violations(honest, hostile, text)) == []


@every_esp
@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_of_copy_stays_a_text(name: str, text: str) -> None:
    """Written by a model, say: it is read as literals."""
    at = Position("copy/x/all.en.yaml", 1, 1)
    made = [
        read("<p>BEFORE {{ copy.line }} AFTER</p>", "BEFORE AFTER", copy={"line": Source(text=literal(each), position=at)})
        for each in ("honest", text)
    ]
    honest, hostile = (shown(name, each, {}) for each in made)
    assert honest
    assert hostile is None or list(violations(honest, hostile, text)) == []


@pytest.mark.parametrize("text", WHOLE)
def test_a_constant_address_runs_no_script(text: str) -> None:
    """Of a brief, too: what runs a script is refused, by its tag."""
    body = f"{{% set address = {literal(text)[3:-3]} %}}<p>BEFORE <a href='{{{{ address }}}}'>shop</a> AFTER</p>"
    if "script" in text or text.startswith("//"):
        with pytest.raises(ProblemsError, match="link-"):
            read(body)
    else:
        assert read(body)


@pytest.mark.parametrize(
    "body",
    [
        "<a href=\"{{ profile.nick | default('x') }}\">a</a>",
        "<a href=\"https://{{ profile.nick | default('x') }}/\">a</a>",
        "<a href=\"https://shop.example{{ profile.nick | default('x') }}\">a</a>",
        "<a href=\" {{ profile.nick | default('x') }}\">a</a>",
        "<img alt='' width='1' src='{{ profile.nick | default('x') }}'>".replace("'x'", '"x"'),
        '{% for t in profile.tags %}<a href="{{ t }}">a</a>{% endfor %}',
        '{% for t in profile.tags %}<a href="{{ t | lower }}">a</a>{% endfor %}',
        "<p onclick=\"{{ profile.nick | default('x') }}\">a</p>",
        "<p style=\"background:url({{ profile.nick | default('x') }})\">a</p>",
        "<style>p { color: {{ profile.nick | default('x') }} }</style>",
        "<script>{{ profile.nick | default('x') }}</script>",
        "<!-- {{ profile.nick | default('x') }} -->",
        "<p {{ profile.nick | default('x') }}>a</p>",
        "<{{ profile.nick | default('x') }}>a</p>",
    ],
)
def test_a_persons_value_stands_nowhere_where_it_could_act(body: str) -> None:
    """The beginning of an address, a script, a style, a comment, a tag."""
    with pytest.raises(ProblemsError):
        read(body)


# -- the proof can fail


@every_esp
def test_a_dialect_that_neutralised_nothing_would_be_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(dialect(name)), "literal", lambda _self, text, _part: text)
    found = [line for text in TAGS for line in of_constant(name, text, "default") + of_constant(name, text, "brief")]
    assert any("was executed" in line for line in found)
    assert any("swallowed" in line for line in found) or name != "mailchimp"


@pytest.mark.parametrize("name", ["klaviyo", "brevo"])
def test_a_dialect_that_escaped_nothing_would_be_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"franca_{name}.content._printed", lambda variable, _piece: f"{{{{ {variable}|safe }}}}")
    found = [line for text in MARKUP for line in of_value(name, text)]
    assert any("made other elements" in line for line in found)


def test_a_dialect_that_believed_every_field_to_be_plain_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mailchimp prints what a field holds; without the promise of `plain`, Franca writes an escaped copy."""
    monkeypatch.setattr("franca_mailchimp.content.MailchimpDialect._printable", lambda self, of, _: self._mapping(of).field)
    found = [line for text in MARKUP for line in of_value("mailchimp", text)]
    assert any("made other elements" in line for line in found)


def test_an_address_that_was_not_encoded_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mailchimp prints the field as it is."""
    monkeypatch.setattr("franca.content.reference._encoded", lambda text: text)
    assert any("made other elements" in line for text in MARKUP for line in of_value("mailchimp", text))
