"""What becomes of definitions at MailerLite, without a network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mailerlite.mailerlite_kit import OWN, site_of
from franca.adapter import Email, Level, Severity, Site
from franca.adapter.constructs import EXAMPLES, IN_HTML, Construct
from franca.content import document
from franca.definitions import Everyone, Format, Realisation, Source, Template
from franca.errors import FrancaError, ProblemsError
from franca.plan import desire
from franca_mailerlite.adapter import ADAPTER
from franca_mailerlite.names import can_be_field, field_key, marker_key
from franca_mailerlite.sandbox.fields import slug

SITE = site_of()
VIP = SITE.project.segments["vip"]


def test_a_segment_is_a_group_or_a_field_and_never_native() -> None:
    """The group carries the mark in its name, the field in its key; the finding says what can be done by hand."""
    (group,), (field,) = ADAPTER.compile(VIP, Realisation.MEMBERS, SITE), ADAPTER.compile_marker(OWN, SITE)
    assert (str(group.address), group.body, group.holds) == ("list/vip", {}, "members")
    assert (str(field.address), field.body, field.holds) == ("field/vip", {"key": "franca_vip", "type": "text"}, "marker")
    found = ADAPTER.assess(VIP, SITE)
    assert [each.id for each in found[Realisation.NATIVE].open()] == ["no-segment-api"]
    (by_hand,) = found[Realisation.MARKER].findings
    assert (by_hand.id, by_hand.severity) == ("segment-by-hand", Severity.WARNING)
    assert '"franca_vip equals vip"' in by_hand.what


def test_members_lean_on_what_an_update_leaves_where_markers_are_written_too() -> None:
    """A marker of a group, or a segment's own: its updates could take people out of groups."""

    def leaning(site: Site) -> set[str]:
        return {each.id.partition(".")[2] for each in ADAPTER.assess(VIP, site)[Realisation.MEMBERS].assumptions}

    marker = {**SITE.project.segments, "new": replace(VIP, key="new", realise={"mailerlite": Realisation.MARKER})}
    assert leaning(SITE) == {"emails-lower"}
    assert leaning(replace(SITE, project=replace(SITE.project, segments=marker))) == {"emails-lower", "update-keeps-the-rest"}
    assert leaning(replace(SITE, destination=replace(SITE.destination, markers=("tier",)))) == {"emails-lower", "update-keeps-the-rest"}


@pytest.mark.parametrize("realisation", [Realisation.NATIVE, Realisation.MARKER])
def test_what_cannot_be_compiled_says_so(realisation: Realisation) -> None:
    """A native segment, and a marker without its field."""
    with pytest.raises(FrancaError):
        ADAPTER.compile(VIP, realisation, SITE)


def test_a_name_that_mailerlite_would_refuse_is_refused_before() -> None:
    """255 characters with our mark, and no more."""
    room = 255 - len(" [franca:vip]")
    assert ADAPTER.compile(replace(VIP, name="x" * room), Realisation.MEMBERS, SITE)
    with pytest.raises(FrancaError, match="the name of 'vip' is too long"):
        ADAPTER.compile(replace(VIP, name="x" * (room + 1)), Realisation.MEMBERS, SITE)


@given(key=st.from_regex(r"[A-Za-z0-9_]{1,12}", fullmatch=True))
def test_a_key_survives_the_way_into_a_field_and_back_or_is_refused(key: str) -> None:
    """MailerLite makes the key from the name: what we let through comes out as it went in."""
    if can_be_field(key):
        assert slug(field_key(key)) == field_key(key)
        assert marker_key(field_key(key)) == key
    else:
        segment = replace(VIP, key=key)
        assert [each.id for each in ADAPTER.assess(segment, SITE)[Realisation.MARKER].open()] == ["key-changed"]
        with pytest.raises(FrancaError, match="cannot be a field"):
            ADAPTER.compile_marker(replace(OWN, key=key), SITE)


@pytest.mark.parametrize("name", ["franca_", "franca_a__b", "franca", "vip", "Franca_vip"])
def test_somebody_else_s_field_is_not_ours(name: str) -> None:
    """Only a key that we would have made."""
    assert marker_key(name) is None


# -- templates


def _template(construct: Construct) -> Template:
    example = EXAMPLES[construct]
    subject, body, text = (Source(text=each) for each in (example.subject, example.body + IN_HTML, example.text))
    return Template(key="x", name="x", format=Format.HTML, subject=subject, body=body, text=text)


def test_every_template_is_refused_in_the_words_of_its_declaration() -> None:
    """Whatever stands in it; one finding for the whole, and nothing is pushed."""
    dialect = ADAPTER.dialect(SITE)
    assert list(dialect.constructs) == list(Construct)
    assert {support.level for support in dialect.constructs.values()} == {Level.NO}
    found = document(SITE.project, _template(Construct.TEXT), lambda _: None)
    said = dialect.translate(found)
    assert ([each.what for each in said.findings], said.parts) == ([dialect.constructs[Construct.TEXT].reason], {})


def test_a_project_with_a_template_is_refused_unless_it_goes_elsewhere() -> None:
    """The plan names the way out; a template for another ESP is none of MailerLite's."""
    template = replace(_template(Construct.TEXT), destinations=None)
    project = replace(SITE.project, templates={"x": template}, root=Path())
    with pytest.raises(ProblemsError, match=r"keeps no templates.*name the destinations that it is for"):
        desire(replace(SITE, project=project), ADAPTER)
    elsewhere = replace(project, templates={"x": replace(template, destinations=("other",))})
    assert desire(replace(SITE, project=elsewhere), ADAPTER).resources
    with pytest.raises(FrancaError, match="keeps no templates"):
        ADAPTER.compile_template(Email(template=template, parts={}), SITE)
    with pytest.raises(FrancaError, match="keeps no templates"):
        ADAPTER.lifter(SITE)


def test_every_definition_is_kept_as_a_group_by_default() -> None:
    """Without a wish: members."""
    assert list(map(str, desire(site_of({"vip": Everyone()}), ADAPTER).resources)) == ["list/vip"]
