"""Briefs: read with every mistake told, and what their slots are in a language."""

from __future__ import annotations

from pathlib import Path

import pytest

from franca.definitions import Slot
from franca.errors import FrancaError, ProblemsError
from franca_personalization.copy.brief import cells, load_brief, slots
from franca_personalization.copy.records import Angle, Brief, Emoji, Field
from personalization.copy.shop import BRIEF, make_shop, person


def brief(folder: Path, text: str = BRIEF) -> Brief:
    return load_brief(make_shop(folder, [person(1)], text), "spring")


def test_a_brief_is_read(tmp_path: Path) -> None:
    """Its facts, its slots, its defaults."""
    found = brief(tmp_path)
    assert (found.name, found.tone, found.variants, found.emoji) == ("Spring", "warm", 2, Emoji.NONE)
    assert found.write == (Field.SUBJECT, Field.PREVIEW_TEXT)
    assert found.angles == tuple(Angle)
    assert found.ends is not None
    assert found.ends.isoformat() == "2026-04-05T23:59:00+02:00"
    assert cells(found) == [("vip", "en"), ("german", "en")]


@pytest.mark.parametrize(
    ("language", "day"),
    [
        ("en", "Sunday, April 5"),
        ("de", "Sonntag, 5. April"),
        ("fr", "dimanche 5 avril"),
        ("pt-BR", "domingo, 5 de abril"),
        ("tr", "5 Nisan Pazar"),
    ],
)
def test_a_deadline_is_a_day_as_the_language_writes_it(tmp_path: Path, language: str, day: str) -> None:
    """By Babel's patterns, without the year."""
    text = BRIEF.replace("control: {en:", f"languages: [{language}]\ncontrol: {{{language}:").replace("{en: there, de: du}", "there")
    found = slots(brief(tmp_path, text), language)
    assert found["deadline"] == Slot(text=day)
    assert found["first_name"] == Slot(profile="first_name", default="there")
    assert found["discount"] == Slot(text="up to 20 %")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("goal: Tell of the new linen.", "", "needs 'goal'"),
        ("tone: warm", "ton: warm", "has no key 'ton'; did you mean \"tone\"?"),
        ("segments: [vip, german]", "segments: [vipp]", "there is no segment 'vipp'; did you mean \"vip\"?"),
        ("text: up to 20 %, ", "", "has either a text or, for a deadline, ends"),
        ("2026-04-05T23:59", "soon", "ends is an instant"),
        ("{first_name: {default", "{first_name: {attribute: gender, default", "the attribute is protected"),
        ("{first_name: {default", "{first_name: {attribute: nme, default", "there is no attribute 'nme'"),
        ("{first_name: {default", "{discount: {attribute: first_name, default", "is a fact and a profile's slot"),
        ("tone: warm", "variants: 8", "variants is from 1 to 7"),
        ("tone: warm", "angles: [news]", "fewer angles than variants"),
        ("tone: warm", "languages: [en, xx1]", "'xx1' is no language"),
        ("tone: warm", "languages: [en, de]", "control: de: there is no subject"),
        ("tone: warm", "write: [subject, headline]", "control: en: there is no headline"),
        ("tone: warm", "require: [discont]", "require: there is no slot 'discont'"),
        ("tone: warm", "links: {shop: http://x.test}", "is not an https address"),
        ("Our [[discount]]", "Our [[discont]]", "there is no slot [[discont]]"),
        ("segments: [vip, german]", "segments: [vip, german, vip]", ".yaml:10:25: segments: 'vip' is there twice"),
        ("tone: warm", "languages: [en, en]", ".yaml:3:17: languages: 'en' is there twice"),
        ("tone: warm", "angles: [news, benefit, news]", ".yaml:3:25: angles: 'news' is there twice"),
        ("tone: warm", "write: [subject, subject]", ".yaml:3:18: write: 'subject' is there twice"),
        ('subject: "Our [[discount]] on linen"', "subject: [a, b]", "control: en: subject is one text, not a list; only body is a list"),
        ('subject: "Our [[discount]] on linen"', "subject: a, note: [a]", "control: en: note is one text, not a list"),
        ('subject: "Our [[discount]] on linen"', "subject: a, body: one", "control: en: body is a list; write its paragraphs"),
        ('subject: "Our [[discount]] on linen"', "subject: a, body: []", "control: en: body is empty"),
        ("{attribute: country, is: DE}", "{segment: vipp}", "there is no segment 'vipp'; did you mean \"vip\"?"),
        ("{first_name: {default: {en: there, de: du}}}", "{first_name: {default: {de: du}}}", "the slot 'first_name' has no text in en"),
    ],
)
def test_what_is_wrong_with_a_brief_is_told_with_its_place(tmp_path: Path, before: str, after: str, told: str) -> None:
    """File, line, column, and what was meant."""
    assert before in BRIEF
    with pytest.raises(ProblemsError) as refused:
        brief(tmp_path, BRIEF.replace(before, after))
    assert told in str(refused.value)
    assert str(refused.value).startswith("briefs/spring.yaml")


def test_a_control_has_paragraphs_and_fields_of_the_template(tmp_path: Path) -> None:
    """A body is a list; other names, each one text, are the template's own."""
    found = brief(tmp_path, BRIEF.replace("{en: {subject:", "{en: {body: [One, Two], footnote: Three, subject:"))
    assert found.controls["en"]["body"] == ("One", "Two")
    assert found.controls["en"]["footnote"] == "Three"


def test_a_brief_that_is_not_there_is_told(tmp_path: Path) -> None:
    """With the ones that are."""
    project = make_shop(tmp_path, [person(1)])
    with pytest.raises(FrancaError, match=r'there is no briefs/sprin\.yaml; did you mean "spring"'):
        load_brief(project, "sprin")
