"""Files of copy: read, dumped and read again; what is approved; and that no text of theirs can be a tag or markup."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.random_templates import project, setting
from franca.content import Person, Renderer, document, varied
from franca.definitions import Approval, Copy, Format, Part, Slot, Source, Template, Wording
from franca.errors import ProblemsError
from franca.language.copies import copy_digest, copy_problems, dump_copy, read_copy, unapproved, variants
from franca.language.reader import Reader

PROJECT = project()
SETTING = setting(PROJECT)
SLOTS = {"discount": Slot(text="up to 20 %"), "first_name": Slot(profile="first_name", default="there")}
COPY = Copy(
    brief="spring",
    segment="vip",
    language="en",
    slots=SLOTS,
    wordings=(
        Wording(key="control", texts={"subject": "Hello [[first_name]]", "headline": "Linen & wool", "body": ("One", "Two [[discount]]")}),
        Wording(key="a", angle="news", texts={"subject": "News: [[discount]]", "headline": "New", "body": ("Three",)}),
    ),
    provenance={"model": "some-model"},
)
BODY = """<html lang="en"><head><title>T</title></head><body><h1 title="{{ copy.headline }}">{{ copy.headline }}</h1>
{% for each in copy.body %}<p>{{ each }}</p>{% endfor %}
<p>{{ company_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>"""


def written(tmp_path: Path, copy: Copy) -> Copy:
    path = tmp_path / copy.brief / f"{copy.segment}.{copy.language}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(dump_copy(copy), encoding="utf-8")
    return read(path)


def read(path: Path) -> Copy:
    reader, found = Reader(), []
    with reader.guard():
        found.append(read_copy(reader, path, path.name))
    reader.finish()
    return found[0]


def template(body: str = BODY) -> Template:
    return Template(key="t", name="T", format=Format.HTML, subject=Source(text="Plain"), body=Source(text=body))


def shown(copy: Copy, arm: int, name: str | None = None) -> dict[Part, str]:
    found = document(PROJECT, varied(template(), variants(copy)[arm]), lambda _: None)
    somebody = Person(values={"first_name": name} if name else {})
    return {part: Renderer(pieces, SETTING)(somebody).text for part, pieces in found.parts.items()}


texts = st.text(st.characters(codec="utf-8", exclude_characters="\ue000\ue001", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


@given(texts, texts, texts)
def test_what_is_dumped_is_read_as_it_was(tmp_path_factory: pytest.TempPathFactory, subject: str, paragraph: str, slot: str) -> None:
    """Whatever people and models write: every text comes back to the letter."""
    wording = Wording(key="control", texts={"subject": subject, "body": (paragraph, paragraph)})
    copy = replace(COPY, wordings=(wording,), slots={"x": Slot(text=slot)}, approval=Approval(by="Ann", at="2026-01-01", digest="d"))
    assert written(tmp_path_factory.mktemp("copy"), copy) == copy


def test_the_control_comes_first_and_must_be_there(tmp_path: Path) -> None:
    """Every test has the human text as its first arm."""
    path = tmp_path / "vip.en.yaml"
    path.write_text("variants: {a: {subject: A}, control: {subject: C}}\n", encoding="utf-8")
    assert [wording.key for wording in read(path).wordings] == ["control", "a"]
    path.write_text("variants: {a: {subject: A}}\n", encoding="utf-8")
    with pytest.raises(ProblemsError, match="no text that people wrote"):
        read(path)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("vip.yaml", "variants: {control: {subject: A}}", "SEGMENT.LANGUAGE.yaml"),
        ("vip.en.yaml", "variants: {control: {}}", "is empty"),
        ("vip.en.yaml", "variants: {control: {Subject: A}}", "not a name"),
        ("vip.en.yaml", "variants: {control: {subject: 5}}", "subject is a text"),
        ("vip.en.yaml", "variant: {control: {subject: A}}", "has no key 'variant'"),
        ("vip.en.yaml", "variants: {control: {subject: A}}\napproved: {by: Ann}", "needs 'at'"),
        ("vip.en.yaml", "variants: {control: {subject: A}}\nslots: {x: {profile: y}}", "needs 'default'"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_place(tmp_path: Path, name: str, text: str, told: str) -> None:
    """File, line and column."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProblemsError) as refused:
        read(path)
    assert told in str(refused.value)
    assert str(refused.value).startswith(name)


def test_approval_is_of_the_text_of_what_slots_stand_for_and_of_whom_it_is_for() -> None:
    """Editing a text, a slot or a default afterwards voids it, and so does copying the file; where the copy came from does not matter."""
    approved = replace(COPY, approval=Approval(by="Ann", at="2026-01-01", digest=copy_digest(COPY)))
    assert unapproved(approved) is None
    assert "is not approved" in str(unapproved(COPY))
    assert unapproved(replace(approved, provenance={"model": "another"})) is None
    edited = replace(approved.wordings[1], texts={**approved.wordings[1].texts, "subject": "News"})
    for changed in (
        replace(approved, wordings=(approved.wordings[0], edited)),
        replace(approved, slots={**SLOTS, "discount": Slot(text="up to 30 %")}),
        replace(approved, slots={**SLOTS, "first_name": Slot(profile="first_name", default="you")}),
        replace(approved, wordings=approved.wordings[:1]),
        replace(approved, segment="all"),
        replace(approved, language="de"),
        replace(approved, brief="summer"),
    ):
        assert "was changed after Ann approved it" in str(unapproved(changed))


@pytest.mark.parametrize("text", ["{{ profile.email }}", "{% if x %}", "{# x #}", "*|FNAME|*", "100%}", "[[ discount ]]", "[[discount"])
def test_copy_holds_no_tags(text: str) -> None:
    """Neither in a text nor in a slot."""
    wording = Wording(key="control", texts={"subject": f"Hello {text}"})
    assert "tag's beginning or end" in str(next(copy_problems(replace(COPY, wordings=(wording,)), {"first_name": None})))
    assert "tag's beginning or end" in str(next(copy_problems(replace(COPY, slots={**SLOTS, "x": Slot(text=text)}), {"first_name": None})))


def test_unknown_slots_and_attributes_are_told() -> None:
    """With what was meant."""
    wording = Wording(key="control", texts={"subject": "[[discont]]"})
    assert 'did you mean "discount"?' in str(next(copy_problems(replace(COPY, wordings=(wording,)), {"first_name": None})))
    assert "there is no attribute 'first_name'" in str(next(copy_problems(COPY, {"last_name": None})))


def test_variants_are_parts_of_the_template() -> None:
    """Subject, texts and lists of texts; a person's attribute with its default; what the variant lacks stays the template's."""
    first = shown(COPY, 0, "Ann")
    assert first[Part.SUBJECT] == "Hello Ann"
    assert shown(COPY, 0)[Part.SUBJECT] == "Hello there"
    assert '<h1 title="Linen &amp; wool">Linen &amp; wool</h1>' in first[Part.HTML]
    assert "<p>One</p><p>Two up to 20 %</p>" in first[Part.HTML]
    bare = Copy(brief="b", segment="all", language="en", wordings=(Wording(key="control", texts={"headline": "H", "body": ("B",)}),))
    assert shown(bare, 0)[Part.SUBJECT] == "Plain"


@given(texts)
def test_a_constant_prints_itself(text: str) -> None:
    """Quotes, backslashes, braces, markup: escaped in HTML, to the letter in a subject (white space as subjects have it)."""
    wording = Wording(key="control", texts={"subject": f"a{text}b", "headline": f"<{text}", "body": ("B",)})
    copy = Copy(brief="b", segment="all", language="en", wordings=(wording,))
    if any(copy_problems(copy, {})):
        return
    parts = shown(copy, 0)
    assert parts[Part.SUBJECT] == f"a{text}b"
    heading = parts[Part.HTML].partition("</h1>")[0].rpartition(">")[2]
    assert heading.startswith("&lt;")
    assert "<" not in heading


def test_a_template_without_its_copy_is_refused() -> None:
    """With what to do; and a name that is not there with what was meant."""
    with pytest.raises(ProblemsError, match="there is no copy 'headline'; write it in the front matter under copy"):
        document(PROJECT, template(), lambda _: None)
    own = replace(template(), copy={"headlin": Source(text="x")})
    with pytest.raises(ProblemsError, match='did you mean "headlin"'):
        document(PROJECT, own, lambda _: None)
