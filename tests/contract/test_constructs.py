"""The table of docs/what-each-esp-can-say.md in both directions: what it says can be said renders as the reference, the rest is refused."""

from __future__ import annotations

import importlib.util
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from franca.adapter import ABSENT, Site, adapter
from franca.cli.esp import filled_in, rendered
from franca.content import Person, Renderer, Setting, document
from franca.definitions import Format, Part, Position, Source, Template
from franca.demo.store import AS_OF
from franca.render.email import same

_FILE = Path(__file__).parents[2] / "docs" / "generate.py"
_SPEC = importlib.util.spec_from_file_location("generate_docs", _FILE)
assert _SPEC
assert _SPEC.loader
docs: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(docs)

PROJECT = docs.project()
REFUSED = {
    ("a loop over a person's list", "mailchimp"),
    ("a loop over a person's list", "brevo"),
    ("a loop over a feed", "mailchimp"),
    ("a coupon", "mailchimp"),
    ("a coupon", "brevo"),
    ("current_year", "brevo"),
    ("text that looks like a tag", "mailchimp"),  # in the plain text part, which has no entities
}
FED = {"a loop over a feed"}
"""What an emulator has no data for; its form is checked by the emulators' own tests."""

PEOPLE = [
    Person(),
    Person(
        values={
            "first_name": "Ann & Bo",
            "country": "DE",
            "points": 12,
            "spent": Decimal("10.5"),
            "member": True,
            "birthday": date(1990, 5, 4),
            "tags": ["a", "b"],
        },
        segments=frozenset({"vip"}),
        primary={"lifecycle": "vip"},
    ),
]


@pytest.mark.parametrize("esp", docs.ESPS)
@pytest.mark.parametrize("what", docs.CONSTRUCTS)
def test_a_construct_is_rendered_as_the_reference_or_refused(what: str, esp: str) -> None:
    said = docs.translated(PROJECT, esp, docs.CONSTRUCTS[what])
    assert bool(said.findings) is ((what, esp) in REFUSED)
    if said.findings or what in FED:
        return
    at = Position("content/x.html", 1, 1)
    body = f"<p>{docs.CONSTRUCTS[what]}</p>{{{{ unsubscribe_url }}}}{{{{ company_address }}}}"
    written = Template(key="x", name="x", format=Format.HTML, subject=Source(text="x", position=at), body=Source(text=body, position=at))
    pieces = document(PROJECT, written, lambda _: None).parts[Part.HTML]
    dialect, setting = adapter(esp).dialect(Site(project=PROJECT, destination=PROJECT.destinations[esp])), Setting()
    around = filled_in(esp, dialect, AS_OF)
    for somebody in PEOPLE:
        if esp == "mailchimp" and not said.computed and "&" in str(somebody.values.get("first_name")):
            somebody = Person(values={**somebody.values, "first_name": "Ann"}, segments=somebody.segments, primary=somebody.primary)  # noqa: PLW2901 - `plain` is promised
        fields = {each.key: Renderer(each.pieces, setting)(somebody).text or ABSENT for each in said.computed}
        groups = {group: somebody.primary.get(group, ABSENT) for group in said.groups}
        made = rendered(esp, said.parts, dialect.person(somebody.values, {**fields, **groups}), AS_OF)
        assert same(Renderer(pieces, setting)(somebody, around).text, made[Part.HTML])


def test_the_page_is_up_to_date() -> None:
    """Run python docs/generate.py after a change."""
    assert docs.PAGE.read_text(encoding="utf-8") == docs.page()
