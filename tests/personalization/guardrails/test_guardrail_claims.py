"""What may be claimed, and where it is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from franca.definitions import CONTROL, Position, Slot, Wording
from franca_personalization.copy.guardrails import check
from franca_personalization.copy.records import Fact, Severity
from personalization.guardrails.kit import brief, control, copy, found, subject, variant
from personalization.guardrails.labelled import PLAIN, SALE


@pytest.mark.parametrize(
    ("text", "rule", "written"),
    [
        ("Save 25% on linen", "claims.percent", "25%"),
        ("Save ２５％ on linen", "claims.percent", "２５％"),
        ("Linen for €\u00a039.90 now", "claims.price", "€\u00a039.90"),
        ("Twenty-five ways to wear it", "claims.number", "Twenty-five"),
        ("[[first_name]], see you Friday", "claims.date", "Friday"),
        ("Fr\u200bee socks", "claims.free", "Fr\u200bee"),
        ("F R E E socks", "claims.free", "F R E E"),
        ("A fr-ee tote", "claims.free", "fr-ee"),
        ("Enter LINENLOVE at checkout", "claims.code", "LINENLOVE"),
        ("The cafe\u0301 with the best view", "claims.superlative", "best"),
    ],
)
def test_a_claim_is_told_where_it_was_written(text: str, rule: str, written: str) -> None:
    """A span counts characters of the text as written, whatever comparing made of it."""
    violation = subject(text)[rule]
    assert violation.severity is Severity.ERROR
    assert text[slice(*violation.span)] == written


def test_a_number_within_a_price_is_told_once() -> None:
    """An amount of money is a price, and not a number as well."""
    assert [each.rule for each in check(copy(control(subject="Linen for 39.90 EUR")), SALE) if each.rule.startswith("claims.")] == [
        "claims.price"
    ]


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("Send it back: free returns", True),
        ("FREE RETURNS for you", True),
        ("Free  returns for you", False),  # not the exact phrase
        ("carefree returns", True),  # and no claim either
        ("Free returns and free shipping", False),
        ("Free returning", False),
    ],
)
def test_allowed_phrases_are_exact(text: str, allowed: bool) -> None:
    """What stands in an allowed phrase, as whole words, is no claim; anything beside it is one."""
    assert ("claims.free" not in subject(text)) is allowed


@pytest.mark.parametrize(
    ("text", "allowed"), [("Rated 5 stars", True), ("Rated 4.5 stars", False), ("Rated 15 stars", False), ("Rated 5 starship", False)]
)
def test_an_allowed_figure_is_not_a_part_of_another(text: str, allowed: bool) -> None:
    """An allowed "5 stars" does not allow "4.5 stars"."""
    assert ("claims.number" not in subject(text, brief(allowed=("rated 5 stars", "5 stars")))) is allowed


def test_people_may_write_a_fact_out_in_the_control() -> None:
    """In the control a fact's whole text is no claim; a warning names the slot."""
    raised = subject("Save up to 20 % on linen")
    assert raised.keys() & {"claims.percent", "claims.qualifier", "claims.unfounded"} == set()
    assert raised["slots.literal"].severity is Severity.WARNING
    assert "[[discount]]" in raised["slots.literal"].suggestion


def test_a_variant_may_not_write_a_fact_out() -> None:
    """In a variant a figure outside a slot is an error even when it is the brief's: the model never saw it."""
    made = copy(control(subject="New linen"), variant("a", subject="Save up to 20 % on linen"))
    assert found(made)["claims.percent"].variant == "a"


def test_a_part_of_a_fact_is_a_claim() -> None:
    """ "20 %" is not "up to 20 %", in the control either."""
    assert "claims.percent" in subject("Save 20 % on linen")


def test_a_bare_number_allows_nothing() -> None:
    """A fact that is a number alone fits into any claim; its text is none that people may write out."""
    of = brief(facts={"pieces": Fact(name="pieces", texts={"": "3"})})
    assert "claims.number" in subject("Only 3 left", of)


# -- the second net


@pytest.mark.parametrize(
    "text", ["[[discount]] off linen", "Save [[discount]], until [[deadline]]", "With [[shipping]]: use [[code]]", "For [[price]]"]
)
def test_slots_are_no_claims(text: str) -> None:
    """What a slot stands for is never told as a claim of the text."""
    assert not [rule for rule in subject(text) if rule.startswith(("claims.", "urgency."))]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("More than [[discount]] off", "en"),
        ("An extra [[discount]] off", "en"),
        ("Up to [[discount]] off", "en"),
        ("Linen from [[price]]", "en"),
        ("[[price]] a month", "en"),
        ("[[price]] each", "en"),
        ("Mehr als [[discount]]", "de"),
        ("Leinen ab [[price]]", "de"),
        ("[[price]] pro Monat", "de"),
    ],
)
def test_what_stands_around_a_slot_may_not_change_its_figure(text: str, language: str) -> None:
    """A qualifier or rate beside a slot makes another figure of it."""
    violation = subject(text, language=language)["claims.qualifier"]
    assert text[slice(*violation.span)].startswith("[[")
    assert "the brief says" in violation.reason


def test_a_file_may_not_change_what_a_slot_stands_for() -> None:
    """A figure that a person put into a file's slot is not the brief's: told for the slot, and for what readers see."""
    made = copy(control(subject="Save [[discount]]"), slots={"discount": Slot(text="50 %")})
    raised = found(made)
    assert {"slots.value", "claims.unfounded"} <= raised.keys()
    assert "50 %" in raised["claims.unfounded"].reason


def test_a_file_may_not_drop_a_qualifier() -> None:
    """ "20 %" in the place of "up to 20 %" is another figure."""
    made = copy(control(subject="Save [[discount]]"), slots={"discount": Slot(text="20 %")})
    assert {"slots.value", "claims.qualifier"} <= found(made).keys()


def test_digits_beside_a_slot_are_seen() -> None:
    """Digits glued to a slot are a claim."""
    assert "claims.number" in subject("Save [[discount]]0 on linen")


# -- without a brief


def test_a_file_without_a_brief_may_say_its_slots() -> None:
    """Without a brief the file's own slots are what may be said, and nothing else."""
    slots = {"discount": Slot(text="up to 20 %"), "first_name": Slot(profile="first_name", default="there")}
    assert not found(copy(control(subject="[[first_name]], save [[discount]]"), slots=slots), None).keys() & {
        "claims.percent",
        "slots.unknown",
    }
    assert "claims.percent" in found(copy(control(subject="Save 30 %"), slots=slots), None)
    assert "slots.unknown" in found(copy(control(subject="Save [[rebate]]"), slots=slots), None)


def test_a_file_without_a_brief_has_no_deadline() -> None:
    """Urgency needs an end, which a file of copy cannot say."""
    made = copy(control(subject="Last chance: until [[deadline]]"), slots={"deadline": Slot(text="Sunday")})
    assert "urgency.no_deadline" in found(made, None)


def test_an_offer_needs_a_fact() -> None:
    """Speaking of a sale or a code is an error where no fact is one."""
    assert "claims.offer" in subject("Our sale is on", PLAIN)
    assert "claims.offer" not in subject("Our sale is on", SALE)
    assert "claims.code" in subject("Your promo code is inside", PLAIN)
    assert "claims.code" not in subject("Your promo code is inside", SALE)


# -- urgency


def test_urgency_shows_the_deadline_somewhere_in_the_variant() -> None:
    """The deadline's slot backs urgency from any text of the same variant, and of no other one."""
    preview = "Linen for long days, at home and away, until [[deadline]]."
    backed = copy(control(subject="Last chance", preview_text=preview))
    assert not [rule for rule in found(backed) if rule.startswith("urgency.")]
    other = copy(control(subject="New linen", preview_text=preview), variant("a", subject="Last chance"))
    assert found(other)["urgency.unbacked"].variant == "a"


def test_urgency_may_be_an_allowed_phrase() -> None:
    """An allowed phrase may be urgent without the slot."""
    assert "urgency.unbacked" not in subject("Last chance for linen", brief(allowed=("last chance for linen",)))


def test_a_deadline_does_not_make_scarcity_true() -> None:
    """ "Selling fast" is an error with a deadline in the text, too."""
    assert "urgency.scarcity" in subject("Selling fast, until [[deadline]]")


def test_an_end_makes_the_deadline() -> None:
    """A fact is a deadline by its end, whatever it is called."""
    until = Fact(name="until", texts={"": "in the spring"}, ends=datetime(2027, 3, 1, tzinfo=UTC))
    assert "urgency.unbacked" not in subject("Last chance, [[until]]", brief(facts={"until": until}))


@pytest.mark.parametrize(
    ("text", "language", "rule"),
    [
        ("Gib Freitag acht auf deine Wolle", "de", "claims.date"),
        ("Set seven sheep free", "en", "claims.number"),
        ("A guaranteed-free kitchen", "en", "claims.loaded"),
    ],
)
def test_an_innocent_phrase_hides_nothing_within(text: str, language: str, rule: str) -> None:
    """Where a phrase that means no claim takes any word, a claim in that place is one still."""
    assert rule in subject(text, language=language)


# -- names


def test_names_are_no_claims() -> None:
    """A name of the brief may hold a month, a number or a superlative."""
    of = brief(names=("March & Finch", "Studio 54", "Best Western"))
    assert not [rule for rule in subject("From March & Finch, Studio 54 and Best Western", of) if rule.startswith("claims.")]
    assert "claims.date" in subject("New in March from March & Finch", of)


def test_names_are_written_as_in_the_brief() -> None:
    """Another spelling of a name is a warning, capitals throughout are not."""
    assert subject("New from nordlicht")["brand.spelling"].suggestion == "write Nordlicht"
    assert "brand.spelling" not in subject("NEW FROM NORDLICHT")


def test_a_violation_tells_its_place() -> None:
    """The place in the file is that of the text."""
    at = Position("copy/b/all.en.yaml", 4, 11)
    made = copy(Wording(key=CONTROL, texts={"subject": "Save 25%"}, places={"subject": at}))
    assert found(made)["claims.percent"].position == at
