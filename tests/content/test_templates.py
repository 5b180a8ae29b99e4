"""Templates: what is done at once, what is left, and every refusal with its place."""

from __future__ import annotations

import dataclasses
import sys
from zoneinfo import ZoneInfo

import pytest

from content.random_templates import project, setting
from franca.content import FILTERS, Document, Person, Renderer, Setting, document
from franca.content.examples import FILTER_ARGUMENTS, FILTER_EXAMPLES
from franca.definitions import Format, Part, Position, Source, Template
from franca.errors import ProblemsError

PROJECT = project()
SETTING = setting(PROJECT)
END = "{{ unsubscribe_url }}{{ company_address }}"
PARTIALS = {
    "_macros.txt": "{% macro hi(x) %}Hi {{ x | default('friend') | upper }}{% endmacro %}",
    "_base.txt": "TOP {% block inner %}{% endblock %} " + END,
}


def read(body: str, *, format_: Format = Format.TXT, **more: object) -> Document:
    at = Position("content/t.txt", 1, 1)
    written = Template(
        key="t", name="T", format=format_, subject=Source(text="S", position=at), body=Source(text=body, position=at), **more
    )
    return document(PROJECT, written, PARTIALS.get)


def text(body: str, **values: object) -> str:
    made = read(body + END)
    return Renderer(made.parts[Part.TEXT], SETTING)(Person(values=values)).text.partition("https://")[0]


def test_what_does_not_depend_on_a_person_is_done_by_jinja() -> None:
    """extends, import, macro, set, loops over constants, arithmetic, inline if."""
    body = (
        '{% extends "_base.txt" %}{% block inner %}{% from "_macros.txt" import hi %}{% set name = profile.nick %}{{ hi(name) }} '
        '{% for n in [1, 2] %}{{ n * 21 }}{% if not loop.last %},{% endif %}{% endfor %} {{ "a" if 2 > 1 else "b" }}{% endblock %}'
    )
    made = Renderer(read(body).parts[Part.TEXT], SETTING)
    assert made(Person(values={"nick": "bo"})).text.startswith("TOP Hi BO 21,42 a https://")
    assert made(Person()).text.startswith("TOP Hi FRIEND 21,42 a https://")


@pytest.mark.parametrize(
    ("body", "values", "shown"),
    [
        ("{{ profile.nick or 'x' }}", {"nick": ""}, "x"),
        ("{{ profile.points | default(7) }}", {"points": 0}, "0"),
        ("{% if profile.points %}a{% else %}b{% endif %}", {"points": 0}, "b"),
        ("{% if profile.points != 5 %}a{% endif %}", {}, "a"),
        ("{% if not profile.points < 5 %}a{% endif %}", {}, "a"),
        ("{% if profile.points < 5 %}a{% endif %}", {}, ""),
        ("{% if 0 < profile.points <= 5 %}a{% endif %}", {"points": 5}, "a"),
        ("{% if profile.country not in ['DE'] %}a{% endif %}", {}, "a"),
        ("{% if 'a' in profile.tags %}x{% endif %}", {"tags": ["b", "a"]}, "x"),
        ("{% for t in profile.tags %}[{{ t }}]{% endfor %}", {"tags": ["b", "a"]}, "[b][a]"),
        ("{% if profile.nick is defined %}a{% else %}b{% endif %}", {"nick": ""}, "b"),
        ("{% native 'klaviyo' %}{{ x }}{% endnative %}a", {}, "a"),
    ],
)
def test_what_is_left_means(body: str, values: dict[str, object], shown: str) -> None:
    assert text(body, **values) == shown


REFUSED = [
    ("{{ profile.nik }}", "1:11: there is no attribute 'nik'; did you mean \"nick\"?"),
    ("ab\n  {{ profile.nick }}", "2:13: this value may be missing, and has no default"),
    ("{{ profil.x }}", "1:10: this cannot be computed: 'profil' is undefined"),
    ("{% if profile.points > 'x' %}{% endif %}", "1:28: attribute 'points' is integer"),
    ("{{ 1 / 0 }}", "1:4: this cannot be computed: division by zero"),
    ("{% if profile.points %}{% set a = 1 %}{% endif %}", "1:27: `set` inside an `if` that a person decides"),
    ("{% filter upper %}{{ profile.nick | default('b') }}{% endfilter %}", "this text was put together from a person's values"),
    ("{{ profile.points + 1 }}", "1:11: a person's value can be printed, filtered, compared"),
    ("{% if %}{% endif %}", "1:7: this is not a template"),
    ("{{ profile.nick | batch(2) }}", "1:11: the filter batch cannot be applied to a person's value; these can: default, upper"),
    ("{{ in_segment('vipp') }}", "there is no segment 'vipp'; did you mean \"vip\"?"),
    ("{{ in_segment('vip') }}", "a condition cannot be printed"),
    ("{% include 'nope' %}", "1:4: there is no file content/nope"),
    ("{{ ''.__class__ }}", "templates may not do this"),
    ("{{ profile.points | upper }}", "1:11: the filter upper takes text, and attribute 'points' is integer"),
    ("{{ profile.tags | default('x') }}", "a list cannot be printed as it is"),
    ("{{ profile.member | default(true) }}", "a default is a text or a number"),
    ("{{ profile.nick | default('') }}", "an empty default would leave a hole"),
    ("{{ profile.birthday | date('%Q') | default('x') }}", "date has no directive %Q"),
    ("{% for t in profile.tags %}{{ loop.index }}{% endfor %}", "`loop` and `else` do not work"),
    ("{% if profile.nick == profile.first_name %}{% endif %}", "two of a person's values cannot be compared"),
    ("{% if profile.nick == '' %}{% endif %}", "an empty text counts as missing"),
    ("{{ ('a' ~ profile.nick) | length }}", "put together from a person's values"),
]


@pytest.mark.parametrize(("body", "told"), REFUSED)
def test_a_refusal_tells_where_what_and_what_to_do(body: str, told: str) -> None:
    with pytest.raises(ProblemsError) as refused:
        read(body + END)
    assert told in str(refused.value)
    assert str(refused.value).startswith("content/t.txt:")


def test_attributes_that_are_not_listed_stay_out() -> None:
    with pytest.raises(ProblemsError, match="does not list 'nick' under uses"):
        read("{{ profile.nick | default('x') }}" + END, uses=("points",))


@pytest.mark.parametrize(
    "body", ["{{ profile.nick | default('x') }}", "{% if profile.nick == 'a' %}x{% endif %}", '{{ profile["nick"] or "x" }}']
)
def test_a_protected_attribute_enters_no_text_and_no_condition(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may select people; a segment whose name says nothing of it can be asked for."""
    attributes = PROJECT.data.profile.attributes
    hidden = {**attributes, "nick": dataclasses.replace(attributes["nick"], protected=True)}
    profile = dataclasses.replace(PROJECT.data.profile, attributes=hidden)
    monkeypatch.setattr(
        sys.modules[__name__], "PROJECT", dataclasses.replace(PROJECT, data=dataclasses.replace(PROJECT.data, profile=profile))
    )
    with pytest.raises(ProblemsError, match=r"content/t.txt:1:\d+: the attribute 'nick' is protected; it may select people"):
        read(body + END)


@pytest.mark.parametrize("body", ["a", "{% if profile.member %}" + END + "{% endif %}"])
def test_an_email_without_unsubscribe_link_and_address_in_every_branch_is_refused(body: str) -> None:
    with pytest.raises(ProblemsError, match="unsubscribe_url"):
        read(body)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('<a href="{{ profile.nick | default("x") }}">a</a>', "cannot begin an address"),
        ('<p style="color:{{ profile.nick | default("x") }}">a</p>', "cannot stand in a style"),
        ('<p {% if profile.member %}class="a"{% endif %}>a</p>', "keeps no text"),
        ('<p class="{% if profile.member %}a{% endif %}">a</p>', "not around a part of an HTML tag"),
        ("<!-- {{ profile.nick | default('x') }} --><p>a</p>", "cannot stand in a comment"),
    ],
)
def test_a_value_stands_only_where_it_can_be_escaped(body: str, told: str) -> None:
    with pytest.raises(ProblemsError, match=told):
        read(body + END, format_=Format.HTML)


# -- the filters: five inputs and results for each (German, Berlin)


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_every_filter_has_one_result(name: str) -> None:
    from franca.content.filters import missing

    german = Setting(locale="de_DE", zone=ZoneInfo("Europe/Berlin"))
    found = [
        (value, None if missing(value) else FILTERS[name].apply(value, german, *FILTER_ARGUMENTS.get(name, ())))
        for value, _ in FILTER_EXAMPLES[name]
    ]
    assert found == FILTER_EXAMPLES[name]
