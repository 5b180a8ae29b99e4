"""Running a template without a person, and then rendering what is left, is Jinja's own rendering for that person; or it is refused."""

from __future__ import annotations

import random
import re
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from jinja2 import Environment, StrictUndefined, Undefined

from content.random_templates import person, project, setting, template
from franca.content import FILTERS, Document, Person, Renderer, document
from franca.content.filters import missing, of_constant, show
from franca.content.reference import Surroundings
from franca.definitions import Format, Part, Position, Source, Template
from franca.errors import ProblemsError

PROJECT = project()
SETTING = setting(PROJECT)
END = "<p>{{ unsubscribe_url }}{{ company_address }}</p>"
PARTIALS = {"_b.html": "<i>{% block a %}base{% endblock %}</i>" + END, "_i.html": "({{ profile.nick | default('n') }})"}
PEOPLE = [
    Person(),
    Person(
        values={"first_name": "Ann", "nick": "ab", "country": "DE", "points": 5, "member": True, "tags": ["a", "b"]},
        segments=frozenset({"vip"}),
        primary={"lifecycle": "vip"},
    ),
    Person(values={"first_name": "0", "nick": "<b>&", "country": "AT", "points": 0, "member": False, "tags": ["<i>"]}),
]

# -- Jinja itself, as the oracle


class _Missing(Undefined):
    """A missing value: every comparison with it is false."""

    __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: False


def _filter(name: str, theirs: Any) -> Any:
    skip = 1 if hasattr(theirs, "jinja_pass_arg") else 0

    def filtered(*arguments: Any) -> Any:
        value = arguments[skip]
        if isinstance(value, Undefined) or missing(value):
            return _Missing()
        made = of_constant(name, value, arguments[skip + 1 :], SETTING)
        return theirs(*arguments) if made is None and theirs else made

    if skip:
        filtered.jinja_pass_arg = theirs.jinja_pass_arg
    return filtered


@cache
def jinja(*, escape: bool) -> Environment:
    from jinja2 import DictLoader

    found = Environment(undefined=StrictUndefined, autoescape=escape, loader=DictLoader(PARTIALS), finalize=_shown)
    found.filters.update({name: _filter(name, found.filters.get(name)) for name in FILTERS})
    links = {link.value: text for link, text in Surroundings().links.items()}
    found.globals.update(links, feed=lambda _: [], coupon=lambda name: f"COUPON-{name}")
    return found


def _shown(value: Any) -> Any:
    return show(value) if isinstance(value, (Decimal, float, date)) else value


class _Profile(dict[str, Any]):
    def __missing__(self, name: str) -> Any:
        return _Missing(name=name)

    def __getattr__(self, name: str) -> Any:
        return self[name]


def theirs(body: str, somebody: Person, *, escape: bool) -> str:
    held = _Profile({name: value for name, value in somebody.values.items() if not missing(value)})
    names = {"in_segment": lambda key: key in somebody.segments, "primary": lambda group: somebody.primary.get(group, _Missing())}
    return jinja(escape=escape).from_string(body).render(profile=held, **names)


def read(body: str, subject: str = "S") -> Document:
    at = Position("content/t.html", 1, 1)
    written = Template(
        key="t", name="T", format=Format.HTML, subject=Source(text=subject, position=at), body=Source(text=body, position=at)
    )
    return document(PROJECT, written, PARTIALS.get)


SAME = [
    '{{ "T & C" if profile.member else "<x>" }}',
    '{{ "T & C" if profile.member }}{{ ("<br>" | safe) if profile.member else "<x>" }}',
    '{{ ("x" if profile.member else "y") ~ "z & z" }}',
    '{{ "a & b" ~ (profile.nick | default("q")) }}',
    '{% set x %}a <b>b</b> {{ profile.nick | default("q") }}{% endset %}{{ x }}{{ x }}',
    '{% macro m(n) %}{{ n | default("you") }}{% if n is defined %}!{% endif %}{% endmacro %}{{ m(profile.nick) }}{{ m("const") }}',
    '{% macro m(c) %}{% if c == "DE" %}DE{% endif %}{% endmacro %}{{ m(profile.country) }}{{ m("DE") }}{{ m("AT") }}',
    '{% macro m() %}[{{ caller(profile.nick | default("k")) }}]{% endmacro %}{% call(x) m() %}{{ x }} <br>{% endcall %}',
    '{% set n = profile.nick %}{% set m = n | default("u") %}{{ m }}{{ m | upper }}{{ n | trim | default("z") | title }}',
    '{% set a, b = profile.nick, profile.points %}{{ a | default("x") }}{{ b | default(1) }}',
    '{{ dict(a=profile.nick | default("u")).a }}{{ [profile.nick | default("u")][0] }}',
    '{{ ["a & b", profile.nick | default("<")] | join(" & ") }}',
    '{{ "%s & {}" | format(profile.nick | default("x")) }}{{ "<{}>".format(profile.nick | default("x")) }}',
    '{{ [profile.nick, profile.first_name] | map("upper") | map("default", "x") | join(",") }}',
    '{{ "a & b" | upper }}{{ "a < b" | title }}{{ 5 | upper }}',
    '{{ [1, 2] | join(",") }}{{ ["a", "b"] | join }}{{ "aaa" | replace("a", "b", 1) }}',
    '{{ "abcdef" | truncate(3) }}{{ 12.5 | money("EUR") }}{{ [1, "x"] | length }}{{ "x" | length }}',
    "{{ 1.5 }} {{ 2 ** 70 }} {{ none }} {{ true }} {{ [1, 2] }}",
    '{% for x in ["a", "b"] %}{{ loop.cycle("o", "e") }}{% if loop.first and profile.member %}F{% endif %}{% endfor %}',
    '{% set c = cycler("a", "b") %}{% set j = joiner(", ") %}{% for x in [1, 2, 3] %}{{ j() }}{{ c.next() }}{% endfor %}',
    '{% set l = [] %}{% for x in [1, 2] %}{{ l.append(x) or "" }}{% endfor %}{% if profile.member %}{{ l[0] }}{% endif %}{{ l | length }}',
    "{% set ns = namespace(n=0) %}{% for x in [1, 2] %}{% set ns.n = ns.n + x %}{% endfor %}{% if profile.member %}{{ ns.n }}{% endif %}",
    "{% set vip = profile.points > 3 %}{% if vip and not profile.member %}a{% elif vip %}b{% else %}c{% endif %}",
    "{% if profile.country in [] %}x{% else %}y{% endif %}{% if profile.country not in [] %}z{% endif %}",
    '{% if "DE" in ["DE"] %}1{% endif %}{% if profile.nick in ("a", "ab") %}yes{% endif %}',
    '{% if profile.points in range(3, 6) %}yes{% endif %}{% if "D" in profile.country %}D{% endif %}',
    "{% if 3 < profile.points <= 5 %}a{% endif %}{% if true == profile.member %}m{% endif %}{% if profile.points == 5.0 %}f{% endif %}",
    "{% if profile.points | default(0) > 3 %}x{% endif %}{% if profile.points | default(9) > 3 %}y{% endif %}",
    "{% if profile.tags | length > 1 %}z{% endif %}{% if profile.nick | upper == 'AB' %}A{% endif %}",
    '{% set promo = "x" %}{% if profile.member or promo %}a{% endif %}{% if profile.member and promo %}b{% endif %}',
    "{% if not (profile.nick and none) %}c{% endif %}{% if profile.member or none %}d{% endif %}",
    "{{ profile.nick or 'nobody' }}{{ 1 if profile.nick else 2 }}",
    "{% for t in profile.tags %}<i>{{ t }}{{ t | upper }}</i>{% for u in profile.tags %}{{ t }}{{ u }};{% endfor %}{% endfor %}",
    "{% for t in profile.tags %}{% if t == 'a' %}A{% elif 'b' in t %}B{% else %}{{ t | default('x') }}{% endif %}{% endfor %}",
    "<ul>{%- for t in profile.tags -%}\n <li>{{- t -}}</li> \n{%- endfor -%}</ul>  {%- if profile.member -%} x {%- endif %} y",
    '{% include "_i.html" %}{% include ["_nope.html", "_i.html"] %}{% with a = profile.nick %}{{ a | default("q") }}{% endwith %}',
    '{% block t %}{{ profile.nick | default("b") }}{% endblock %}{{ self.t() }}',
    '{{ profile.first_name | default("{") }}{ {% raw %}{{ x }}{% endraw %} {{ "{" }}{{ "{ x }}" }}',
    '{# {% native "klaviyo" %}x{% endnative %} #}a{% raw %}{% native "klaviyo" %}x{% endnative %}{% endraw %}',
    '{{ profile.nick | replace("<", "(") | replace("b", "c") | upper | truncate(5) | default("d") }}{{ profile.nick | d("x") }}',
    '{{ profile.nick | default("x", true) }}{{ profile.nick | default("x", boolean=true) }}{{ profile["nick"] | default("i") }}',
    '{% if in_segment("vip") and profile.points > 3 or primary("lifecycle") == "vip" %}V{% endif %}',
    '{{ primary("lifecycle") | default("none") | upper }}{% if primary("lifecycle") is defined %}p{% endif %}',
    "{% if profile.nick is undefined %}u{% endif %}{% if profile.nick is not defined %}n{% endif %}",
    '{{ coupon("SPRING") }}{% for t in feed("new") %}{{ t.title }}{% endfor %}{{ unsubscribe_url }} {{ current_year | default("x") }}',
    "{{ '\U0001f600 é \u202e עברית' }}{{ profile.nick | default('\U0001f600 עברית') }}",
    "{% autoescape false %}{{ '<i>' }}{{ '</i>' }}{% endautoescape %}{{ '<i>' }}",
]


@pytest.mark.parametrize("body", SAME)
def test_a_text_is_what_jinja_makes_of_it_for_each_person(body: str) -> None:
    """In HTML, where constants are escaped, and in a subject, where they are not."""
    made = read("<div>" + body + "</div>" + END, subject=body)
    html, subject = (Renderer(made.parts[part], SETTING) for part in (Part.HTML, Part.SUBJECT))
    for somebody in PEOPLE:
        expected = theirs("<div>" + body + "</div>", somebody, escape=True)
        assert _inner(html(somebody).text) == _inner(expected)
        plain = theirs(body, somebody, escape=False)
        assert "".join(subject(somebody).text.split()) == "".join(plain.split())


def _inner(text: str) -> str:
    """Return what stands in the first div, with quotes spelled one way: a serialiser of HTML has been at one of them."""
    inside = text.partition("<div>")[2].partition("</div>")[0]
    return inside.replace("&nbsp;", "\xa0").replace("&#34;", '"').replace("&#39;", "'").replace("&gt;", ">")


COMPARES_TIMES = re.compile(r"(birthday <|seen >=) '")
"""Jinja by itself compares texts with times not at all."""


@pytest.mark.parametrize("number", [25, pytest.param(500, marks=pytest.mark.slow)])
def test_random_texts_are_what_jinja_makes_of_them(number: int) -> None:
    """Subjects and preview texts of random templates, for random people."""
    found, compared = random.Random(number), 0
    for written in (template(found) for _ in range(number)):
        for source in filter(None, (written.subject, written.preview_text)):
            if COMPARES_TIMES.search(source.text):
                continue
            made = Renderer(read(END, subject=source.text).parts[Part.SUBJECT], SETTING)
            for _ in range(3):
                somebody = person(found)
                assert "".join(made(somebody).text.split()) == "".join(theirs(source.text, somebody, escape=False).split())
                compared += 1
    assert compared > 3 * number


def test_a_template_that_extends_another_is_what_jinja_makes_of_it() -> None:
    """Blocks, and what they were before."""
    body = '{% extends "_b.html" %}{% block a %}{{ super() }}{{ profile.nick | default("w") }}{% endblock %}'
    html = Renderer(read(body).parts[Part.HTML], SETTING)
    for somebody in PEOPLE:
        assert theirs(body, somebody, escape=True).partition("<p>")[0] in html(somebody).text.replace("&#34;", '"')


PUT_TOGETHER = "put together from a person's values"
ONLY_SO = "a person's value can be printed, filtered, compared"
REFUSED = [
    ('{{ {"DE": "Hallo"}.get(profile.country, "Hello") }}', ONLY_SO),
    ('{{ {"DE": "Hallo"}[profile.country] }}', ONLY_SO),
    ('{{ {"DE": "Hallo"}.get("" ~ profile.country | default("DE"), "Hello") }}', PUT_TOGETHER),
    ('{{ {"DE": "Hallo"}["" ~ profile.country | default("DE")] }}', PUT_TOGETHER),
    ('{{ ["DE"].count(profile.country) }}{{ ["DE"].index(profile.country) }}', ONLY_SO),
    ('{{ [profile.nick | default("x"), profile.nick | default("x")] | unique | join(",") }}', ONLY_SO),
    ('{{ ("" ~ profile.nick | default("q"))[:2] }}', PUT_TOGETHER),
    ('{{ ("" ~ profile.nick | default("q"))[0] }}', PUT_TOGETHER),
    ('{{ ("a" ~ profile.nick | default("q")).upper() }}', PUT_TOGETHER),
    ('{{ ("a" ~ profile.nick | default("q")).replace("0", "1") }}', PUT_TOGETHER),
    ('{% for c in "" ~ profile.nick | default("x") %}[{{ c }}]{% endfor %}', PUT_TOGETHER),
    ('{% if ("" ~ profile.nick | default("x")) is eq("x") %}x{% endif %}', PUT_TOGETHER),
    ('{{ "abc" | replace(profile.nick, "x") }}', "an argument of the filter replace cannot be a person's value"),
    ('{{ "abc" | replace("" ~ profile.nick | default("x"), "x") }}', PUT_TOGETHER),
    ("{% set ns = namespace(n=0) %}{% for t in profile.tags %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}", "a namespace is set"),
    (
        "{% set ns = namespace(n=0) %}{% macro m() %}{% set ns.n = 1 %}{% endmacro %}{% if profile.member %}{{ m() }}{% endif %}{{ ns.n }}",
        "a namespace is set",
    ),
    ('{% set l = [] %}{% if profile.member %}{{ l.append(1) or "" }}{% endif %}{{ l | length }}', "'append' of 'list' object is unsafe"),
    ('{% set l = [] %}{{ (l.append(1) or "a") if profile.member else "b" }}{{ l | length }}', "'append' of 'list' object is unsafe"),
    ('{% set j = joiner(", ") %}{% if profile.member %}{{ j() }}A{% endif %}{{ j() }}B', "joiner and cycler"),
    ('{% set c = cycler("a", "b") %}{% for t in profile.tags %}{{ c.next() }}{% endfor %}', "joiner and cycler"),
    ("{{ profile.points or 5 }}", "choose no text"),
    ('{{ profile.nick or profile.first_name or "friend" }}', "choose no text"),
    ('{{ profile.member and "" }}', "choose no text"),
    ("{{ [1, 2, 3] | random }}", "No filter named 'random'"),
    ("{{ lipsum(1) }}", "'lipsum' is undefined"),
    ("{{ profile }}", "profile alone is no value"),
    ("{% if profile %}x{% endif %}", "profile alone is no value"),
    ("{% for name in profile %}x{% endfor %}", "profile alone is no value"),
    ("{{ in_segment }}", "is no text and no number"),
    ("{{ [1, 2] | map('upper') }}", "is no text and no number"),
    ('{{ [profile.nick | default("x")] }}', ONLY_SO),
    ("{{ range(profile.points) | list }}", ONLY_SO),
    ("{{ [1, 2][profile.points] }}", ONLY_SO),
    ("{{ profile.nick[0] }}", "a person's value has no '0'"),
    ('{{ profile.nick | replace(new="a", old="b") | default("x") }}', "takes its arguments by their order"),
    ('{{ profile.points | money("eur") | default("-") }}', "'eur' is no currency"),
    ('{{ profile.nick | truncate(0) | default("-") }}', "at least one character"),
    ('{{ profile.nick | truncate(true) | default("-") }}', "the filter truncate takes a whole number"),
    ('{{ profile.points | number(-1) | default("-") }}', "from 0 to 10 decimals"),
    ('{{ profile.nick | replace("", "x") | default("-") }}', "a text to look for"),
    ('{% if profile.points | default("none") > 3 %}x{% endif %}', "its default 'none' is not"),
    ('{% if profile.birthday | default("never") < "2000-01-01" %}x{% endif %}', "its default 'never' is not"),
    ('{{ coupon(profile.nick | default("x")) }}', "the name of a coupon"),
    ('{{ coupon("") }}', "the name of a coupon"),
    ('FRANCAx0x {{ profile.nick | default("x") }}', "Franca's own placeholders"),
    ('{% set brief = "FRANCAx0x" %}{{ brief }}{{ profile.nick | default("x") }}', "Franca's own placeholders"),
    ("<!--franca:0-->{% if profile.member %}x{% endif %}", "Franca's own placeholders"),
    ('{% for t in feed("" ~ profile.nick | default("x")) %}{% endfor %}', PUT_TOGETHER),
    ('{{ "x" | money("EUR") }}', "the filter money takes"),
    ('{{ "x" | date("%d") }}', "the filter date takes"),
    ('{{ profile.nick | e | default("x") }}', "the filter e cannot be applied"),
]


@pytest.mark.parametrize(("body", "told"), REFUSED)
def test_what_would_come_out_otherwise_than_in_jinja_is_refused(body: str, told: str) -> None:
    """With its place: a dictionary would miss everybody's country, a namespace would count one item for all."""
    with pytest.raises(ProblemsError) as refused:
        read("<div>" + body + "</div>" + END)
    assert told in str(refused.value)
    assert all(line.startswith("content/t.html:1") for line in str(refused.value).splitlines())
