"""The proof of dynamic content: what a template means is what each ESP renders, by its own rules, wherever it was not refused."""

from __future__ import annotations

import importlib
import random
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pytest

from content.random_templates import person, project, setting, template
from franca.adapter import ABSENT, Site, Translation, adapter
from franca.cli import esp as esp_module
from franca.cli.esp import filled_in, rendered
from franca.content import Document, Renderer, document
from franca.definitions import Part
from franca.demo.store import AS_OF
from franca.errors import ProblemsError
from franca.render.email import same
from franca_mailchimp.content import FIELD_BYTES

ESPS = ("klaviyo", "mailchimp", "brevo")
PEOPLE = 5
PROJECT = project()
SETTING = setting(PROJECT)


@lru_cache(maxsize=2)
def documents(seed: int, number: int) -> list[Document]:
    found = random.Random(seed)
    return [document(PROJECT, template(found), lambda _: None) for _ in range(number)]


def differences(name: str, made: Document, said: Translation, people: random.Random, tally: Counter[str]) -> list[str]:
    """Return the renderings of one document that differ from the reference."""
    dialect = adapter(name).dialect(Site(project=PROJECT, destination=PROJECT.destinations[name]))
    around = filled_in(name, dialect, AS_OF)
    renderers = {part: Renderer(pieces, SETTING) for part, pieces in made.parts.items()}
    computed = {each.key: Renderer(each.pieces, SETTING) for each in said.computed}
    found = []
    for _ in range(PEOPLE):
        somebody = person(people)
        fields = {key: renderer(somebody).text or ABSENT for key, renderer in computed.items()}
        groups = {group: somebody.primary.get(group, ABSENT) for group in said.groups}
        if name == "mailchimp" and _too_long({**somebody.values, **fields}):
            tally["people who do not fit"] += 1  # sync counts them as rejected
            continue
        shown = rendered(name, said.parts, dialect.person(somebody.values, {**fields, **groups}), AS_OF)
        for part, renderer in renderers.items():
            expected = renderer(somebody, around).text
            tally["cases"] += 1
            if not same(expected, shown[part]):
                found.append(f"{part} of {somebody}\n{said.parts[part]}\nexpected {expected}\nrendered {shown[part]}")
    return found


def _too_long(held: Mapping[str, Any]) -> bool:
    """Whether Mailchimp's fields could not hold somebody: their API refuses texts of more than 255 bytes (sheet section 2)."""
    return any(isinstance(value, str) and len(value.encode()) > FIELD_BYTES for value in held.values())


def prove(name: str, seed: int, number: int) -> Counter[str]:
    dialect = adapter(name).dialect(Site(project=PROJECT, destination=PROJECT.destinations[name]))
    tally, people = Counter[str](), random.Random(seed + 1)
    for made in documents(seed, number):
        said = dialect.translate(made)
        tally["templates"] += 1
        if said.findings:
            tally["refused"] += 1
            tally.update(f"refused: {id_}" for id_ in {finding.id for finding in said.findings})
            continue
        wrong = differences(name, made, said, people, tally)
        assert not wrong, wrong[0]
    return tally


@pytest.mark.parametrize("name", ESPS)
def test_every_esp_renders_what_the_template_means(name: str) -> None:
    """Nested conditions, all filters, all contexts; hostile texts in the template, in constants and in people's values."""
    tally = prove(name, 2026, 15)
    assert tally["cases"] >= 100


@pytest.mark.slow
@pytest.mark.parametrize("name", ESPS)
def test_every_esp_renders_what_twenty_thousand_templates_mean(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """At least 20,000 cases for each ESP; refusals are counted by their reason."""
    total, seed = Counter[str](), 0
    while total["cases"] < 20_000:
        seed += 1
        total += prove(name, seed, 100)
    number = total["templates"]
    why = ", ".join(f"{id_} {count / number:.1%}" for id_, count in total.most_common() if id_.startswith("refused: "))
    with capsys.disabled():
        print(  # noqa: T201 - figures for the note
            f"\n{name}: {total['cases']:,} cases equal, of {number:,} templates; {total['refused'] / number:.1%} refused"
            f" ({why or 'none'}); {total['people who do not fit']:,} people whose values fit into no field"
        )


@pytest.mark.parametrize("name", ["mailchimp", "brevo"])
def test_nothing_hangs_on_what_is_not_named(name: str) -> None:
    """Every switch of the emulator's rendering that no assumption names can be the other way round."""
    module = importlib.import_module(f"franca_{name}.sandbox.rendering")
    named = {identity for identity, each in adapter(name).assumptions.items() if each.templates}
    esp = esp_module._emulator(name, AS_OF)
    usual = dict(esp.assumptions)
    unnamed = {identity: not holds for identity, holds in module.ASSUMPTIONS.items() if identity not in named}
    assert unnamed
    esp.assumptions.update(unnamed)
    try:
        assert prove(name, 2026, 15)["cases"] > 100
    finally:
        esp.assumptions.update(usual)


OF_TEMPLATES = sorted(identity for identity, each in adapter("mailchimp").assumptions.items() if each.templates)


@pytest.mark.parametrize("assumption", OF_TEMPLATES)
def test_an_assumption_of_templates_matters_to_those_who_name_it_alone(assumption: str) -> None:
    """Flipped in the sandbox, it changes renderings of templates that lean on it, and no other."""
    esp = esp_module._emulator("mailchimp", AS_OF)
    dialect = adapter("mailchimp").dialect(Site(project=PROJECT, destination=PROJECT.destinations["mailchimp"]))
    wrong, people = {True: 0, False: 0}, random.Random(3)
    esp.assumptions[assumption] = False
    try:
        for made in documents(41, 30):
            said = dialect.translate(made)
            if not said.findings:
                leaning = assumption in {each.id for each in said.assumptions}
                wrong[leaning] += len(differences("mailchimp", made, said, people, Counter()))
    finally:
        esp.assumptions[assumption] = True
    assert wrong[False] == 0
    assert wrong[True] > 0


@pytest.mark.parametrize("name", ESPS)
def test_hostile_values_neither_run_nor_break_their_neighbours(name: str) -> None:
    """The same template with an honest and a hostile name differs in that name alone."""
    from content.random_templates import VALUES
    from franca.content import Person
    from franca.definitions import Format, Position, Source, Template

    at = Position("content/x.html", 1, 1)
    body = (
        '<p title="{{ profile.nick | default("d") }}">[{{ profile.nick | default("d") }}]</p>{% if profile.nick == "a" %}A{% endif %}'
        '<a href="https://x.example/?q={{ profile.nick | default("d") }}">link</a><i>end</i> {{ unsubscribe_url }} {{ company_address }}'
    )
    subject = Source(text='S {{ profile.nick | default("d") }} E', position=at)
    made = document(
        PROJECT, Template(key="x", name="X", format=Format.HTML, subject=subject, body=Source(text=body, position=at)), lambda _: None
    )
    dialect = adapter(name).dialect(Site(project=PROJECT, destination=PROJECT.destinations[name]))
    said = dialect.translate(made)
    computed = {each.key: Renderer(each.pieces, SETTING) for each in said.computed}
    for nick in filter(None, VALUES["nick"]):
        somebody = Person(values={"nick": nick})
        fields = {key: renderer(somebody).text or ABSENT for key, renderer in computed.items()}
        html = rendered(name, said.parts, dialect.person(somebody.values, fields), AS_OF)[Part.HTML]
        assert html.count("<") == html.replace("<b>", "").count("<"), nick
        assert "<i>end</i>" in html
        assert 'href="https://x.example/?q=' in html
        assert "javascript:" not in html.split('href="')[1].split('"')[0]


def test_a_bad_template_is_refused_whole() -> None:
    """The checks of this file would be worth nothing if a template could lose a part in silence."""
    at = template(random.Random(1))
    broken = type(at)(**{**{f: getattr(at, f) for f in at.__dataclass_fields__}, "body": type(at.body)(text="{{ profile.nick }}")})
    with pytest.raises(ProblemsError):
        document(PROJECT, broken, lambda _: None)
