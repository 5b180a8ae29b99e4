"""A dozen real emails: what each becomes in each language is kept in golden/, and everybody reads in it what it means.

After a wanted change: FRANCA_GOLDEN=write pytest tests/content/test_golden.py, and read the diff.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from franca.adapter import ABSENT, Site, Translation, adapter
from franca.audience import evaluate
from franca.cli.esp import filled_in, rendered
from franca.content import Renderer, Setting
from franca.content.needs import attributes_of
from franca.content.reference import person
from franca.definitions import Part
from franca.language import check, load
from franca.plan.emails import documents
from franca.render.email import same

EXAMPLE = Path(__file__).parents[2] / "examples" / "emails"
GOLDEN = Path(__file__).parent / "golden"
AS_OF = datetime(2026, 3, 1, 9, tzinfo=UTC)
PROJECT = check(load(EXAMPLE))
DOCUMENTS = documents(PROJECT)
ESPS = tuple(PROJECT.destinations)


def said(key: str, name: str) -> Translation:
    return adapter(name).dialect(Site(project=PROJECT, destination=PROJECT.destinations[name])).translate(DOCUMENTS[key])


def shown(found: Translation) -> str:
    parts = [f"===== {part}\n{found.parts[part].replace('><', '>' + chr(10) + '<')}" for part in sorted(found.parts)]
    return "\n".join([*parts, f"===== fields\n{chr(10).join(each.key + ': ' + each.title for each in found.computed)}", ""])


def test_there_are_twelve() -> None:
    """Welcome to sunset: what a shop sends in a year."""
    assert len(DOCUMENTS) == 12


@pytest.mark.parametrize("name", ESPS)
@pytest.mark.parametrize("key", sorted(DOCUMENTS))
def test_an_email_is_said_as_it_was_reviewed(key: str, name: str) -> None:
    """Byte for byte; nothing of it is refused."""
    found = said(key, name)
    assert not found.findings
    file = GOLDEN / f"{key}.{name}.txt"
    if os.environ.get("FRANCA_GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(shown(found), encoding="utf-8")
    assert shown(found) == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ESPS)
def test_everybody_reads_what_it_means(name: str) -> None:
    """All twelve, for every customer of the example, by the ESP's own rules."""
    setting = Setting(locale=PROJECT.locale, zone=PROJECT.zone)
    dialect = adapter(name).dialect(Site(project=PROJECT, destination=PROJECT.destinations[name]))
    around = filled_in(name, dialect, AS_OF)
    names = {*PROJECT.data.profile.attributes, *attributes_of(p for d in DOCUMENTS.values() for p in d.parts.values())}
    with evaluate(PROJECT, as_of=AS_OF, now=AS_OF) as evaluation:
        people = list(evaluation.people(sorted(names), list(PROJECT.segments)))
    for key, made in DOCUMENTS.items():
        found = said(key, name)
        for each in people:
            somebody = person(PROJECT, each.values, each.segments)
            fields = {c.key: Renderer(c.pieces, setting)(somebody).text or ABSENT for c in found.computed}
            made_there = rendered(name, found.parts, dialect.person(each.values, fields), AS_OF)
            for part, pieces in made.parts.items():
                assert same(Renderer(pieces, setting)(somebody, around).text, made_there[part]), (key, part, each.profile)


def test_no_email_is_clipped_by_gmail_or_has_an_error() -> None:
    """Size, links, images, accessibility: warnings at most."""
    for key, made in DOCUMENTS.items():
        assert len(made.markup.encode()) < 102 * 1024, key
        assert not [str(notice) for notice in made.notices], key


def test_fields_with_other_texts_have_other_keys() -> None:
    """A subject that begins with in_segment("vip") is not the question whether somebody is in it."""
    found = said("vip_early_access", "mailchimp")
    assert len({each.key for each in found.computed}) == len(found.computed) >= 2
    assert found.parts[Part.SUBJECT] not in found.parts[Part.TEXT]
