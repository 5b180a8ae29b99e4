"""What a model is told of a segment: shares of at least fifty people, and never anything of a row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from franca.errors import FrancaError, ProblemsError
from franca.language import load
from franca_personalization.copy.aggregates import FLOOR, MINIMUM, Aggregate, Size, Trait, aggregates
from franca_personalization.copy.brief import load_brief
from franca_personalization.copy.privacy import personal
from franca_personalization.copy.prompt import question
from franca_personalization.copy.run import Asking
from personalization.copy.shop import AS_OF, BRIEF, make_shop, person


def told(folder: Path, people: list[dict[str, object]], brief: str = BRIEF, **more: int) -> dict[str, Aggregate]:
    project = make_shop(folder, people, brief)
    return aggregates(project, load_brief(project, "spring"), as_of=AS_OF, **more)


def crowd(vips: int, germans: int, ordering: int, others: int = 0) -> list[dict[str, object]]:
    """Return VIPs, of whom some live in Germany and some ordered, and others."""
    people = [person(n, points=100, country="DE" if n < germans else f"land{n}zq", orders=int(n < ordering)) for n in range(vips)]
    return [*people, *(person(vips + n) for n in range(others))]


@pytest.mark.parametrize(
    ("germans", "share"),
    [(49, None), (50, 50), (51, None), (100, 100), (0, None)],
    ids=["cell too small", "both fifty", "rest too small", "everybody", "nobody"],
)
def test_a_cell_and_its_rest_have_fifty_people_or_are_not_told(tmp_path: Path, germans: int, share: int | None) -> None:
    """Of a hundred VIPs; that all of them are in a cell tells of no one in particular."""
    found = told(tmp_path, crowd(100, germans, 0))["vip"]
    assert {trait.words: trait.share for trait in found.traits}.get("lives in Germany") == share


def test_a_small_segment_has_no_size_and_no_traits(tmp_path: Path) -> None:
    """Forty-nine people are not described at all."""
    assert told(tmp_path, crowd(49, 49, 49))["vip"] == Aggregate(number=1)


@pytest.mark.parametrize(("inside", "share"), [(60, 30), (65, 35), (64, 30), (100, 50), (149, 75)])
def test_shares_are_rounded_to_five_percent(tmp_path: Path, inside: int, share: int) -> None:
    """Half up, of two hundred: exact numbers never leave."""
    traits = told(tmp_path, crowd(200, 0, inside))["vip"].traits
    assert [trait.share for trait in traits if trait.words == "ordered lately"] == [share]


def test_two_segments_that_differ_by_a_few_people_are_not_both_described(tmp_path: Path) -> None:
    """Else the difference of their shares would tell of those few; the later one in the brief is not described."""
    people = [*crowd(100, 50, 50), *(person(200 + n, points=99) for n in range(10))]
    found = told(tmp_path, people, BRIEF.replace("segments: [vip, german]", "segments: [vip, nearly]"))
    assert found["vip"].size is Size.SMALL
    assert found["nearly"] == Aggregate(number=2)
    apart = [*crowd(100, 50, 50), *(person(200 + n, points=99) for n in range(50))]
    assert told(tmp_path, apart, BRIEF.replace("segments: [vip, german]", "segments: [vip, nearly]"))["nearly"].size is Size.SMALL


def test_no_one_person_moves_a_share_by_more_than_a_step(tmp_path: Path) -> None:
    """Nobody dominates a cell: it counts people, however much each of them ordered."""
    before = told(tmp_path, crowd(120, 60, 60))["vip"].traits
    heavy = crowd(120, 60, 60)
    heavy[0]["orders"] = 400
    assert told(tmp_path, heavy)["vip"].traits == before
    assert all(abs(a.share - b.share) <= 5 for a, b in zip(before, told(tmp_path, crowd(121, 61, 61))["vip"].traits, strict=True))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(40, 130), st.integers(0, 130), st.integers(0, 130), st.integers(0, 60))
def test_no_value_of_any_row_is_ever_in_a_prompt(tmp_path: Path, vips: int, germans: int, ordering: int, others: int) -> None:
    """Keys, emails, names, places, amounts, segment names, exact counts: nothing."""
    people = crowd(vips, germans, ordering, others)
    project = make_shop(tmp_path, people)
    brief = load_brief(project, "spring")
    for aggregate in aggregates(project, brief, as_of=AS_OF).values():
        asked = question(brief, aggregate, "en")
        text = asked.system + asked.user + str(asked.schema)
        assert "zq" not in text
        assert "77.31" not in text
        assert "secret" not in text
        assert "up to 20" not in text, "not even a fact's value is sent"
        assert not personal(asked.user.partition("{")[2].rpartition("}")[0])


def test_an_aggregate_cannot_hold_anything_else() -> None:
    """Its size is one of three words, its shares are steps, and it has no other field."""
    with pytest.raises(ValueError, match="steps of 5"):
        Trait(words="x", share=33)
    assert set(Aggregate.__dataclass_fields__) == {"number", "size", "traits"}


def test_protected_attributes_describe_nobody(tmp_path: Path) -> None:
    """Neither directly nor through a segment that leans on one."""
    for words in ("{attribute: gender, is: f}", "{segment: women}"):
        brief = BRIEF.replace("lives in Germany: {attribute: country, is: DE}", f"some words: {words}")
        with pytest.raises(ProblemsError, match="leans on the protected attribute 'gender'"):
            told(tmp_path, crowd(60, 0, 0), brief)


def test_a_segment_that_leans_on_a_protected_attribute_is_not_described(tmp_path: Path) -> None:
    """Its size and traits would be those of people by what is protected; a line says so, and the others are told of as ever."""
    people = [person(n, points=100, country="DE", gender="f") for n in range(120)]
    text = BRIEF.replace("segments: [vip, german]", "segments: [women, pious, vip]")
    make_shop(tmp_path, people, text)
    path = tmp_path / "segments" / "more.yaml"
    path.write_text("segments: {pious: {name: Pious, where: [{segment: women}, {attribute: points, gte: 1}]}}\n", encoding="utf-8")
    project = load(tmp_path)
    asking = Asking(project=project, brief="spring", on=AS_OF.date())
    found = asking.told(AS_OF)
    assert (found["women"], found["pious"]) == (Aggregate(number=1), Aggregate(number=2))
    assert (found["vip"].size, found["vip"].traits) == (Size.SMALL, (Trait(words="lives in Germany", share=100),))
    assert [line.partition("warning: ")[2].partition(";")[0] for line in asking.warnings] == [
        f"nothing is told of the segment {key!r}, which leans on the protected attribute 'gender'" for key in ("women", "pious")
    ]
    chosen = Asking(project=project, brief="spring", segments=("vip",), on=AS_OF.date())
    assert chosen.warnings == []


@pytest.mark.parametrize(
    ("segment", "words"),
    [("{attribute: points, gte: 100}", "{attribute: contry, is: DE}"), ("{segment: vipp}", "{everyone: true}"), ("", "{segment: tra}")],
    ids=["attribute", "segment of a segment", "segment of no near name"],
)
def test_what_is_unknown_is_told_without_names_of_our_own(tmp_path: Path, segment: str, words: str) -> None:
    """People know their segments, not how cells are counted."""
    make_shop(tmp_path, [], BRIEF.replace("{attribute: country, is: DE}", words))
    path = tmp_path / "segments" / "all.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("{attribute: points, gte: 100}", segment or "{everyone: true}"), encoding="utf-8"
    )
    project = load(tmp_path)
    with pytest.raises(ProblemsError) as refused:
        aggregates(project, load_brief(project, "spring"), as_of=AS_OF)
    assert "there is no " in str(refused.value)
    assert not re.search(r"cell\.|trait\.", str(refused.value))


def test_the_minimum_has_a_floor(tmp_path: Path) -> None:
    """Fifty by default; nobody may ask for fewer than twenty."""
    assert (MINIMUM, FLOOR) == (50, 20)
    assert told(tmp_path, crowd(30, 0, 0), minimum=FLOOR)["vip"].size is Size.SMALL
    with pytest.raises(ValueError, match="fewer than 20"):
        told(tmp_path, crowd(30, 0, 0), minimum=FLOOR - 1)


def test_without_words_of_its_own_a_segment_is_described_by_what_the_shop_records(tmp_path: Path) -> None:
    """Each kind of event, in three windows."""
    brief = BRIEF.partition("describe:")[0] + "control:" + BRIEF.partition("control:")[2]
    traits = told(tmp_path, crowd(120, 0, 60), brief)["vip"].traits
    assert [(trait.words, trait.share) for trait in traits] == [(f"order in the last {days} days", 50) for days in (30, 90, 365)]


@pytest.mark.parametrize(
    "text",
    ["ann@shop.test", "call +49 30 123456", "DE89 3704 0044 0532 0130 00", "4111 1111 1111 1111", "https://x.test/?id=1", "12345678"],
)
def test_a_prompt_with_somebodys_address_or_number_is_not_sent(tmp_path: Path, text: str) -> None:
    """The last net: an author put it into the brief."""
    project = make_shop(tmp_path, crowd(60, 0, 0), BRIEF.replace("Tell of the new linen.", f"Tell of {text!r}."))
    brief = load_brief(project, "spring")
    with pytest.raises(FrancaError, match="is not sent"):
        question(brief, Aggregate(number=1), "en")


def test_days_and_prices_are_nobodys_numbers() -> None:
    """They stand in briefs."""
    assert not personal("From 2026-04-05 to 2026-05-01, 1,299.00 EUR, 20 %, size 42, 2026-04-05T23:59")
