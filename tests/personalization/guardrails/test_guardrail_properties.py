"""What holds for every text."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from franca.definitions import CONTROL, Copy, Wording
from franca_personalization.copy.guardrails import RULES, check
from franca_personalization.copy.records import Field, Severity, Violation
from personalization.guardrails.labelled import BRIEFS, PLAIN, SALE, SLOTS, lines

LANGUAGES = st.sampled_from(["en", "de", "fr", "ar"])
SIGNS = list("[]{}<>*|%$#@&.,:;!?-–'’“\"\\/ \n\t\r")
WORDS = (
    "[[ ]] [[discount]] [[first_name]] [[x]] free 20 up to only left you bought Sale May nur noch ½ Ⅷ ❤ 👩 🇩 а ο Ｆ ﬁ ß İ ſ :// Re:".split()
)
HIDDEN = ["\u200b", "\u200d", "\u202e", "\ufe0f", "\u20e3", "a\u0301", "\u0336", "\ufffc", "\ud800", "\x00"]
PIECES = st.sampled_from([*SIGNS, *WORDS, *HIDDEN])
ANY_TEXT = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map("".join))
FIELDS = st.sampled_from(list(Field))
GOOD = [line for line in lines("lines.txt") if not line.rules and " || " not in line.text and line.field != Field.CTA]
TOKENS = {
    "en": {
        "25%": "claims.percent",
        "€ 9.99": "claims.price",
        "Friday": "claims.date",
        "guaranteed": "claims.loaded",
        "seven": "claims.number",
    },
    "de": {
        "25 %": "claims.percent",
        "9,99 €": "claims.price",
        "Freitag": "claims.date",
        "garantiert": "claims.loaded",
        "sieben": "claims.number",
    },
}
ANYWHERE = {
    "{{ name }}": "slots.tag",
    "\u200b": "characters.invisible",
    "<b>": "html.tag",
    "https://a.example": "html.url",
    "\u202e": "characters.bidi",
    "hello@a.example": "html.email",
}


def violations(text: str, field: str = "subject", language: str = "en", brief: str = "sale") -> tuple[Violation, ...]:
    texts = {field: (text,) if field == Field.BODY else text}
    slots = {} if BRIEFS[brief] else SLOTS
    return check(
        Copy(brief="b", segment="all", language=language, wordings=(Wording(key=CONTROL, texts=texts),), slots=slots), BRIEFS[brief]
    )


def judged(text: str, field: str, language: str, brief: str) -> None:
    found = violations(text, field, language, brief)
    for each in found:
        assert 0 <= each.span[0] <= each.span[1] <= len(text)
        assert each.severity is RULES[each.rule].severity
        assert each.reason
        assert each.suggestion
    assert len(set(found)) == len(found)


EVERYTHING = given(text=ANY_TEXT, field=FIELDS, language=LANGUAGES, brief=st.sampled_from(list(BRIEFS)))


@settings(max_examples=100, deadline=None)
@EVERYTHING
@example(text="[[discount]]" * 3 + "\ud800", field=Field.BODY, language="de", brief="sale")
@example(text="", field=Field.SUBJECT, language="en", brief="none")
def test_any_text_is_judged(text: str, field: str, language: str, brief: str) -> None:
    """No text makes the rules fail; every span lies in the text, every rule is listed with its severity, and all say what to do."""
    judged(text, field, language, brief)


@pytest.mark.slow
@settings(max_examples=4000, deadline=None)
@EVERYTHING
def test_any_of_many_texts_is_judged(text: str, field: str, language: str, brief: str) -> None:
    """The same for thousands of texts."""
    judged(text, field, language, brief)


@settings(max_examples=80, deadline=None)
@given(text=ANY_TEXT, language=st.sampled_from(["en", "de"]))
@example(text="Gru\u0308ße fu\u0308r Fu\u0308nf", language="de")
def test_composing_changes_nothing_else(text: str, language: str) -> None:
    """A text and its composed form break the same rules, but for the one that asks for it to be composed."""
    composed = unicodedata.normalize("NFC", text)
    before = {each.rule for each in violations(text, language=language)} - {"characters.not_nfc", "characters.stacked_marks", *_LENGTHS}
    after = {each.rule for each in violations(composed, language=language)} - {"characters.stacked_marks", *_LENGTHS}
    assert before == after


_LENGTHS = {"spam.capitals", "spam.all_caps"}  # singletons such as U+212A compose to another letter; shares of letters may move


def word_found(line, data) -> None:
    token, rule = data.draw(st.sampled_from(sorted(TOKENS[line.language].items())))
    words = line.text.split(" ")
    place = data.draw(st.integers(0, len(words)))
    text = " ".join([*words[:place], token, *words[place:]])
    raised = {each.rule for each in violations(text, line.field, line.language, line.brief)}
    assert rule in raised or "claims.price" in raised  # "seven" before "Pound cake" is a price


PUT = given(line=st.sampled_from(GOOD), data=st.data())


@settings(max_examples=80, deadline=None)
@PUT
def test_a_forbidden_word_is_found_wherever_it_stands(line, data) -> None:
    """A claim put between two words of any good line is found, by its own rule."""
    word_found(line, data)


def sign_found(line, data) -> None:
    token, rule = data.draw(st.sampled_from(sorted(ANYWHERE.items())))
    place = data.draw(st.integers(0, len(line.text)).filter(lambda at: line.text.rfind("[[", 0, at + 1) <= line.text.rfind("]]", 0, at)))
    text = line.text[:place] + token + line.text[place:]
    assert rule in {each.rule for each in violations(text, line.field, line.language, line.brief)}


@settings(max_examples=80, deadline=None)
@PUT
def test_a_forbidden_sign_is_found_wherever_it_stands(line, data) -> None:
    """Tags, markup, addresses and hidden characters are found between any two characters of a good line, slots left whole."""
    sign_found(line, data)


@pytest.mark.slow
@settings(max_examples=3000, deadline=None)
@PUT
def test_forbidden_words_and_signs_are_found_wherever_they_stand(line, data) -> None:
    """The same for thousands of places."""
    word_found(line, data)
    sign_found(line, data)


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet=st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=30))
def test_what_a_slot_stands_for_is_no_claim_of_the_text(text: str) -> None:
    """A fact of the brief, whatever it says, is never told as a claim where its slot stands."""
    brief = replace(PLAIN, facts={"fact": replace(SALE.facts["discount"], name="fact", texts={"": text})})
    copy = Copy(brief="b", segment="all", language="en", wordings=(Wording(key=CONTROL, texts={"subject": "A word: [[fact]]"}),))
    found = [each for each in check(copy, brief) if each.rule.startswith(("claims.", "html.", "characters.", "urgency."))]
    assert not found


@pytest.mark.parametrize("name", ["lines.txt", "heldout.txt"])
def test_violations_come_in_order(name: str) -> None:
    """Violations are sorted by variant, field, paragraph and place, and the same every time."""
    for line in lines(name)[::9]:
        found = line.violations()
        keys = [wording.key for wording in line.copy().wordings]
        places = [(keys.index(each.variant) if each.variant else -1, bool(each.field), each.index, each.span) for each in found]
        assert places == sorted(places)
        assert found == line.violations()


def test_errors_block_and_warnings_show() -> None:
    """Both severities exist, and every rule says what it means and where it comes from."""
    assert {rule.severity for rule in RULES.values()} == set(Severity)
    for name, rule in RULES.items():
        assert name == rule.id
        assert rule.meaning.endswith(".")
        assert rule.source
