"""A mapping's `values` spell a value in one way, for compiling, previews and seeds alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from adapters.brevo.brevo_kit import site_of
from adapters.klaviyo.kit import site as klaviyo_site
from adapters.mailchimp.kit import site as mailchimp_site
from franca.adapter import Finding
from franca.adapter.words import spelled, theirs, worded
from franca.definitions import Constant, FieldMapping
from franca_brevo.adapter import ADAPTER as BREVO
from franca_klaviyo.adapter import ADAPTER as KLAVIYO
from franca_mailchimp.adapter import ADAPTER as MAILCHIMP

WORDS = {"vip": {"true": "yes", "false": "no"}, "points": {"1": "one", "2": "two"}, "tags": {"new": "n", "sale": "s"}}
MAPPED = {name: FieldMapping(field=name.upper(), values=values) for name, values in WORDS.items()}
PERSON: dict[str, Any] = {"email": "a@x.de", "vip": True, "points": 2}


@pytest.mark.parametrize(
    ("value", "spelling"),
    [(True, "true"), (False, "false"), (7, "7"), (Decimal("9.50"), "9.50"), ("New", "New"), (date(2026, 1, 2), "2026-01-02")],
)
def test_a_value_has_one_spelling(value: Constant, spelling: str) -> None:
    """As YAML has them: yes and no in lower case, days in ISO 8601."""
    assert spelled(value) == spelling


def test_a_field_holds_the_words_of_the_mapping() -> None:
    """Also for each element of a list; a value without a word stays what it is."""
    assert worded(MAPPED["vip"], False) == "no"
    assert worded(MAPPED["tags"], ["sale", "other"]) == ["s", "other"]
    assert worded(MAPPED["points"], 3) == 3


def test_a_word_must_mean_just_the_constants_that_are_asked_for() -> None:
    """Without a word, or with one that stands for another value too, there is a finding in place of words."""
    mapping = FieldMapping(field="COUNTRY", values={"DE": "dach", "AT": "dach", "FR": "fr"})
    assert theirs(mapping, ("FR",)) == ("fr",)
    assert theirs(mapping, ("DE", "AT")) == ("dach", "dach")
    found = [theirs(mapping, constants) for constants in (("DE",), ("IT",))]
    assert [each.id for each in found if isinstance(each, Finding)] == ["ambiguous-translation", "untranslated-value"]


def test_previews_hold_what_integrations_write() -> None:
    """A mapped yes or no, a mapped number and a mapped list are shown in the field's words."""
    klaviyo = KLAVIYO.dialect(klaviyo_site(attributes=MAPPED)).person({**PERSON, "tags": ["sale"]}, {})
    assert klaviyo["properties"] == {"VIP": "yes", "POINTS": "two", "TAGS": ["s"]}
    mailchimp = MAILCHIMP.dialect(mailchimp_site(attributes=MAPPED)).person(PERSON, {})
    assert (mailchimp["VIP"], mailchimp["POINTS"]) == ("yes", "two")
    place = site_of()
    brevo = BREVO.dialect(replace(place, destination=replace(place.destination, attributes=MAPPED))).person(PERSON, {})
    assert (brevo["VIP"], brevo["POINTS"]) == ("yes", "two")
