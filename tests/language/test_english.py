"""Definitions in English: exact sentences, and brackets that cannot be misread."""

from __future__ import annotations

import itertools
from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given, settings

import strategies
from franca import Segment, all_of, any_of, attribute, consent, event, everyone, mailable, none_of, prop, sample, segment
from franca.definitions import All, AnyOf, AttributeTest, Predicate
from franca.language.english import sentence

PROJECT = strategies.make_project({"vip": everyone(), "it": everyone()})

SENTENCES = [
    (
        (event("order").last("365 days").count() >= 5) | (event("order").sum("total") >= 1000),
        "Everyone who ordered at least 5 times in the last 365 days, or who spent at least 1,000.00 in total (order total) ever.",
    ),
    (
        event("order").last("365 days").exists() & event("order").last("180 days").never() & mailable("email"),
        ("Everyone who ordered at least once in the last 365 days, and who never ordered in the last 180 days, "
        "and who may be reached by email (subscribed and not suppressed)."),
    ),
    (attribute("country") == "DE", "Everyone whose country is “DE”."),
    (attribute("country") != "DE", "Everyone whose country is unknown or is not “DE”."),
    (~attribute("country").in_(["DE", "AT", "CH"]), "Everyone whose country is unknown or is not “DE”, “AT” or “CH”."),
    (attribute("points").between(1000, 2000), "Everyone whose points is at least 1,000 and below 2,000."),
    (~attribute("first_name").is_empty(), "Everyone whose first name is not empty."),
    (attribute("first_name").is_set(False), "Everyone whose first name is unknown."),
    (attribute("tags").has_any(["new", "sale"]), "Everyone whose tags include “new” or “sale”."),
    (attribute("birthday") >= "2000-01-01", "Everyone whose birthday is 2000-01-01 or later."),
    (attribute("created_at").ago("30 days", "1 week"), "Everyone whose created at is between 30 days and 1 week ago."),
    (~attribute("created_at").last("1 day"), "Everyone whose created at is unknown or is not in the last 1 day."),
    (~event("view").day("yesterday").exists(), "Everyone who never did “view” yesterday."),
    (event("view").between_dates("2026-01-01", "2026-02-01").count() < 3,
     "Everyone who did “view” fewer than 3 times on or after 2026-01-01 and before 2026-02-01."),
    (~(event("order").count() >= 2), "Everyone who ordered fewer than 2 times ever."),
    (event("order").count() == 1, "Everyone who ordered exactly once ever."),
    (
        event("view").where(~(prop("page") == "home") | (prop("quantity") > 2)).since(event("order")).sum("quantity") <= 10,
        ("Everyone who had a total of at most 10 (view quantity) after their latest “order” "
        "(counting only those where page is unknown or is not “home”, or quantity is above 2)."),
    ),
    (segment("vip") & ~segment("lost"), "Everyone who is in “Segment vip”, and who is not in “lost”."),
    (consent("email").last("30 days").status("subscribed", "never"),
     "Everyone whose email consent is subscribed or never given and is dated in the last 30 days."),
    (~consent("email").status("pending"), "Everyone whose email consent is not pending."),
    (sample(Decimal("12.50"), salt="holdout"), "Everyone who falls into the stable 12.5% sample “holdout”."),
    (
        none_of(segment("vip"), mailable("email")),
        "Everyone who is not someone (who is in “Segment vip”, or who may be reached by email (subscribed and not suppressed)).",
    ),
    (
        all_of(any_of(attribute("points") == 1, attribute("points") == 2), any_of(segment("a"), all_of(segment("b"), ~segment("c")))),
        "Everyone either whose points is 1, or whose points is 2; and (who is in “a”; or both who is in “b”, and who is not in “c”).",
    ),
    (everyone(), "Everyone."),
    (~everyone(), "Nobody."),
]  # fmt: skip


@pytest.mark.parametrize(("predicate", "expected"), SENTENCES, ids=[expected[:60] for _, expected in SENTENCES])
def test_definitions_read_like_this(predicate, expected):
    """A definition is one sentence with its units, windows, names and amounts."""
    assert sentence(predicate, PROJECT) == expected


def test_without_a_project_names_and_numbers_are_as_written():
    """Segment keys stand for names, amounts keep the digits of the definition."""
    node = segment("vip") & (event("order").sum("total") >= Decimal("1000.5"))
    assert sentence(node) == "Everyone who is in “vip”, and who spent at least 1,000.5 in total (order total) ever."


# ── brackets ─────────────────────────────────────────────────────────────────

ATOMS = tuple(attribute(name) == "x" for name in "abc")


def trees(depth: int) -> list[Predicate]:
    """Every tree of two-armed all and any, with negations, up to *depth*."""
    if depth == 0:
        return [*ATOMS]
    inner = trees(depth - 1)
    pairs = [kind(of=pair) for pair in itertools.product(inner, repeat=2) for kind in (All, AnyOf)]
    return [*inner, *pairs, *(~pair for pair in pairs if depth == 1)]


def truth(node: Predicate, facts: dict[str, bool]) -> bool:
    if isinstance(node, AttributeTest):
        return facts[node.attribute]
    if isinstance(node, (All, AnyOf)):
        return (all if isinstance(node, All) else any)(truth(part, facts) for part in node.of)
    return not truth(node.of, facts)


def test_one_sentence_has_one_meaning():
    """Of thousands of nested definitions, no two that mean different things share a sentence."""
    meanings = defaultdict(set)
    for node in trees(2):
        facts = (dict(zip("abc", row, strict=True)) for row in itertools.product((False, True), repeat=3))
        meanings[sentence(node)].add(tuple(truth(node, row) for row in facts))
    assert len(meanings) > 1000
    assert [text for text, found in meanings.items() if len(found) > 1] == []


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(strategies.predicates())
def test_every_definition_has_a_sentence(node):
    """Each tree of the language has one line of text, with and without the project, balanced brackets and no program text."""
    for text in (sentence(node), sentence(node, PROJECT)):
        assert text.endswith(".")
        assert text.count("(") == text.count(")")
        assert not any(word in text for word in ("Op.", "Test(", "None", "Decimal"))


def test_segments_are_named_as_their_owner_named_them():
    """The name, not the key, stands in the sentence."""
    project = strategies.make_project({})
    named = Segment(key="vip", name="VIP (2026)", where=everyone())
    assert "VIP (2026)" in sentence(segment("vip"), type(project)(name="x", timezone="UTC", data=project.data, segments={"vip": named}))
