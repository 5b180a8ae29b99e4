"""Merge tags in the Mailchimp sandbox: source, person, result; each row a fact of the vendor sheet (its section), or a labelled guess."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from franca.sandbox import Clock
from franca_mailchimp.sandbox import Sandbox
from franca_mailchimp.sandbox.rendering import ASSUMPTIONS, RenderError, Surroundings, render

NOW = datetime(2026, 3, 2, 15, 4, 5, tzinfo=UTC)
ANN = {"EMAIL": "ann@x.de", "FNAME": "Ann", "LNAME": "", "POINTS": "12", "ZERO": "0", "CITY": "New York", "MC_LANGUAGE": "fr"}
TYPES = {"POINTS": "number", "ZERO": "number"}
AROUND = Surroundings(
    unsubscribe="https://u.example/?a=1&b=2",
    preferences="https://p.example",
    view="https://v.example",
    company="Shop & Co",
    address="Shop & Co, 1 Road, Berlin",
    subject="Hello",
    preview_text="Look",
    now=NOW,
)


def shown(source: str, *, flipped: str = "", markup: bool = True, subject: bool = False, **changes: str) -> str:
    """Return *source* rendered for Ann."""
    assumptions = {**ASSUMPTIONS, **({flipped: not ASSUMPTIONS[flipped]} if flipped else {})}
    person = {**ANN, **changes}
    return render(source, person, markup=markup, subject=subject, types=TYPES, surroundings=AROUND, assumptions=assumptions)


def holds(test: str, *, word: str = "IF", flipped: str = "", **changes: str) -> bool:
    """Return whether a condition holds for Ann."""
    return shown(f"*|{word}:{test}|*yes*|ELSE:|*no*|END:IF|*", flipped=flipped, **changes) == "yes"


# -- values


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Hi *|FNAME|*!", "Hi Ann!"),  # 3.1
        ("*|FNAME|**|FNAME|*", "AnnAnn"),
        ("<*|LNAME|*>", "<>"),  # 3.1: blank
        ("<*|NEVERSET|*>", "<>"),  # a field that the person lacks is blank
        ("*|EMAIL|* *|MC_LANGUAGE|*", "ann@x.de fr"),  # 3.2
        ("*|MMERGE7|*", ""),  # 3.1: a name like any other here; the sandbox knows what it stands for
        ("*|fname|* *|Not A Tag|* *|X:Y|*", "*|fname|* *|Not A Tag|* *|X:Y|*"),  # guess: unknown tags stay
        ("*&#124;FNAME|*", "*&#124;FNAME|*"),  # 3.1: broken by an entity
        ("*|FNAME\n|*", "*|FNAME\n|*"),  # guess: a tag is on one line
        ("2 *| 3 *|FNAME|*", "2 *| 3 Ann"),  # guess: the last beginning counts
        ("|*FNAME*|", "|*FNAME*|"),
        ("*|UPPER:FNAME|* *|LOWER:FNAME|*", "ANN ann"),  # 3.2; LOWER: guess
        ("*|TITLE:CITY|*", "New York"),  # 3.2
        ("*|URL:CITY|*", "New%20York"),  # 3.2
        ("*|UPPER:no such|*", "*|UPPER:no such|*"),  # guess
        ("*|UNSUB|*", "https://u.example/?a=1&b=2"),  # 3.2
        ("*|UPDATE_PROFILE|* *|ARCHIVE|*", "https://p.example https://v.example"),  # 3.2
        ("*|LIST:COMPANY|*", "Shop & Co"),  # 3.2
        ("*|LIST:ADDRESSLINE|*", "Shop & Co, 1 Road, Berlin"),  # 3.2
        ("*|HTML:LIST_ADDRESS_HTML|*", "Shop & Co<br>1 Road<br>Berlin"),  # 3.2; its form: guess
        ("*|CURRENT_YEAR|* *|MC:DATE|*", "2026 03/02/2026"),  # 3.2; the locale: guess
        ("*|MC:SUBJECT|* *|MC_PREVIEW_TEXT|*", "Hello Look"),  # 3.2
        ("*|DATE:F j, Y|*", "March 2, 2026"),  # 3.2: the documented example
        (r"*|DATE:D, d M y, g:i a \a\t H\h jS|*", "Mon, 02 Mar 26, 3:04 pm at 15h 2nd"),  # 3.2: PHP's layouts
    ],
)
def test_a_tag_prints(source: str, text: str) -> None:
    """Fields, filters, what Mailchimp fills in, and what is no tag."""
    assert shown(source) == text


def test_values_go_in_as_they_are() -> None:
    """3.1, undocumented: no escaping of HTML, and a tag in a value is text; each is an assumption that can be flipped."""
    hostile = "<b>&*|EMAIL|*"
    assert shown("*|FNAME|*", FNAME=hostile) == hostile
    assert shown("*|FNAME|*", FNAME="<b>&", flipped="mailchimp.values-raw") == "&lt;b&gt;&amp;"
    assert shown("*|UPPER:FNAME|*", FNAME="<b>", flipped="mailchimp.values-raw") == "&lt;B&gt;"
    assert shown("*|FNAME|*", FNAME="<b>&", flipped="mailchimp.values-raw", markup=False) == "<b>&"
    assert shown("*|UNSUB|*", flipped="mailchimp.values-raw") == AROUND.unsubscribe  # links are no values
    assert shown("*|FNAME|*", FNAME=hostile, flipped="mailchimp.values-printed-once") == "<b>&ann@x.de"
    assert shown("*|FNAME|*", FNAME="*|LNAME|*", LNAME="*|FNAME|*", flipped="mailchimp.values-printed-once") == "*|FNAME|*"


def test_a_fields_default_is_printed_when_it_is_blank() -> None:
    """3.1: `default_value`; that conditions do not see it is a guess."""
    source = "*|LNAME|*/*|FNAME|*/*|IF:LNAME|*yes*|ELSE:|*no*|END:IF|*"
    assert render(source, ANN, defaults={"LNAME": "Doe", "FNAME": "Jo"}) == "Doe/Ann/no"


# -- conditions


@pytest.mark.parametrize(
    ("test", "held"),
    [
        ("FNAME", True),  # 3.1
        ("LNAME", False),
        ("NEVERSET", False),
        ("FNAME=Ann", True),
        ("FNAME = Ann", True),  # 3.1: spaces around the operator appear in the docs
        ("FNAME=ann", False),  # 3.1: case counts
        ("FNAME=Ann ", False),  # 3.1: extra spaces
        ("FNAME=  Ann", False),
        ("FNAME ", False),  # 3.1: extra spaces: no field has that name
        ('FNAME="Ann"', False),  # 3.1: values are not quoted
        ("CITY=New York", True),
        ("LNAME=x", False),  # 3.1: documented for Transactional
        ("LNAME=", False),  # guess
        ("FNAME!=Bob", True),
        ("FNAME!=Ann", False),
        ("POINTS > 9", True),  # 3.1: numbers compare as numbers
        ("POINTS >= 12", True),
        ("POINTS > 12", False),
        ("POINTS <= 12", True),
        ("POINTS < 9", False),
        ("POINTS > many", False),  # guess
        ("LNAME < 9", False),  # guess
        ("POINTS=12.0", False),  # guess: as it is written
        ("MC_LANGUAGE=fr", True),  # 3.1
        ("MC_LANGUAGE=FR", False),  # 3.1: matches nobody
        ("FNAME > Aa", True),  # text: inconsistent (3.1); by characters here
    ],
)
def test_a_condition_holds(test: str, held: bool) -> None:
    """IF with each operator, and IFNOT as its opposite."""
    assert holds(test) is held
    assert holds(test, word="IFNOT") is not held


def test_text_fields_do_not_compare_numbers() -> None:
    """3.1: `<` and `>` are numeric only when the field is of type number."""
    assert not holds("CITY > 9", CITY="12")
    assert holds("POINTS > 9", POINTS="12")


def test_undocumented_truths_can_be_flipped() -> None:
    """3.1: IF:TAG for "0", and `!=` on a blank field."""
    assert holds("ZERO")
    assert not holds("ZERO", flipped="mailchimp.if-zero-true")
    assert holds("LNAME!=x")
    assert not holds("LNAME!=x", flipped="mailchimp.if-not-equal-blank")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a*|IF:LNAME|*b*|END:IF|*c", "ac"),  # 3.1
        ("*|IFNOT:LNAME|*b*|ELSE:|*c*|END:IF|*", "b"),  # 3.1
        ("*|IF:FNAME=Bob|*1*|ELSEIF:FNAME=Ann|*2*|ELSEIF:FNAME|*3*|ELSE:|*4*|END:IF|*", "2"),  # 3.1: the first true branch wins
        ("*|IF:FNAME=Bob|*1*|ELSEIF:LNAME|*2*|ELSE:|*4*|END:IF|*", "4"),
        ("*|IF:LNAME|*1*|ELSE|*2*|END:IF|*3", "3"),  # 3.1: ELSE needs its colon, and is no branch without it
        ("*|IF:FNAME|**|FNAME|**|ELSE:|*you*|END:IF|*", "Ann"),
        ("*|IF:FNAME|*1*|IF:LNAME|*2*|ELSE:|*3*|END:IF|*4*|END:IF|*5", "1345"),  # 3.1: IF in IF (reported)
        ("*|IF:LNAME|*1*|IF:FNAME|*2*|END:IF|*3*|END:IF|*4", "4"),
        ("a*|IF:FNAME|*b *|FNAME|* c", "a"),  # 3.1: an unclosed IF swallows the rest (reported)
        ("a*|IF:FNAME|*b*|IF:FNAME|*c*|END:IF|*d", "a"),
        ("a*|ELSE:|*b*|END:IF|*c", "a*|ELSE:|*b*|END:IF|*c"),  # guess: without an IF they are unknown tags
        ("*|IF:FNAME&gt;=A|*b*|END:IF|*", ""),  # pitfall 13: HTML-escaping inside a tag breaks it
    ],
)
def test_blocks(source: str, text: str) -> None:
    """Branches, nesting, and what is not closed."""
    assert shown(source) == text


def test_nesting_is_an_assumption() -> None:
    """3.1: the Marketing help does not promise it; flipped, the first END:IF ends the outer block."""
    source = "*|IF:LNAME|*1*|IF:FNAME|*2*|END:IF|*3*|END:IF|*4"
    assert shown(source, flipped="mailchimp.nested-if") == "3*|END:IF|*4"


def test_interest_groups_are_refused() -> None:
    """3.1: INTERESTED needs groups, which the sandbox does not store."""
    with pytest.raises(RenderError, match="INTERESTED"):
        shown("*|INTERESTED:Likes:Golf|*yes*|END:INTERESTED|*")


def test_subjects_take_plain_tags_and_no_conditions() -> None:
    """3.3: plain tags work there; sources contradict each other on conditions, which stay as they are unless the assumption is flipped."""
    source = "*|IF:FNAME|**|FNAME|**|ELSE:|*you*|END:IF|*"
    assert shown(source, markup=False, subject=True) == "*|IF:FNAME|*Ann*|ELSE:|*you*|END:IF|*"
    assert shown(source, markup=False, subject=True, flipped="mailchimp.subject-conditionals") == "Ann"
    assert shown(source, markup=False) == "Ann"  # a plain text is no subject


TEXTS = st.text(st.sampled_from("*|:= IFELSND\n\"'<&ämñ🎉"), max_size=40)


@given(source=TEXTS, value=TEXTS)
def test_rendering_never_fails(source: str, value: str) -> None:
    """Mailchimp has no errors of syntax; a text without tags stays as it is."""
    made = render(source, {"FNAME": value, "IF": value})
    assert made == source or "*|" in source


# -- the account's own


def test_the_sandbox_renders_with_its_fields_assumptions_and_clock() -> None:
    """Types and defaults are those of the first audience's merge fields; MMERGEn is another name of a field (reported)."""
    sandbox = Sandbox(Clock(NOW))
    sandbox.seed({"contacts": [{"email": "ann@x.de", "fields": {"POINTS": 12}}]})
    person: dict[str, Any] = {"FNAME": "Ann", "POINTS": 9, "EMAIL": "ann@x.de"}
    assert sandbox.render("*|MMERGE1|* *|POINTS|* *|CURRENT_YEAR|*", person) == "Ann 9 2026"
    assert sandbox.render("*|IF:POINTS > 10|*many*|ELSE:|*few*|END:IF|*", person) == "few"
    assert sandbox.render("*|LIST:NAME|*", person) == "Customers"
    sandbox.assumptions["mailchimp.values-raw"] = False
    assert sandbox.render("*|FNAME|*", {"FNAME": "<b>"}) == "&lt;b&gt;"
