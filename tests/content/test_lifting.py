"""Reverse: an ESP's tags become the portable language where that is exact, and stay native with a reason where it is not."""

from __future__ import annotations

import random

import pytest

from content.random_templates import person, project, setting
from franca.adapter import Lifted, Site, adapter
from franca.content import Document, Renderer, document
from franca.definitions import Format, Part, Position, Source, Template

PROJECT = project()
SETTING = setting(PROJECT)
ESPS = ("klaviyo", "mailchimp", "brevo")


def lift(name: str, text: str) -> Lifted:
    return adapter(name).lifter(Site(project=PROJECT, destination=PROJECT.destinations[name])).lift(text)


EXACT = [
    ("klaviyo", "Hi {{ first_name|default:'you' }}!", 'Hi {{ profile.first_name | default("you") }}!'),
    ("klaviyo", "{% unsubscribe_link %}{{ organization.full_address }}", "{{ unsubscribe_url }}{{ company_address }}"),
    ("klaviyo", "{% if person.Country == 'Germany' %}a{% else %}b{% endif %}", '{% if profile.country == "DE" %}a{% else %}b{% endif %}'),
    (
        "klaviyo",
        "{% if first_name and person|lookup:'Points' > 5 or not person|lookup:'Member' == True %}a{% endif %}",
        "{% if (profile.first_name is defined and profile.points > 5) or (not (profile.member == true)) %}a{% endif %}",
    ),
    (
        "klaviyo",
        "{% if first_name %}{{ first_name|upper }}{% endif %}",
        '{% if profile.first_name is defined %}{{ profile.first_name | upper | default("-") }}{% endif %}',
    ),
    ("klaviyo", "{% if person|lookup:'franca_content_in_vip' == \"1\" %}a{% endif %}", '{% if in_segment("vip") %}a{% endif %}'),
    ("mailchimp", "*|IF:COUNTRY=DE|*a*|ELSE:|*b*|END:IF|*", '{% if profile.country == "DE" %}a{% else %}b{% endif %}'),
    (
        "mailchimp",
        "*|IF:FNAME|**|FNAME|**|ELSE:|*you*|END:IF|* *|UNSUB|*",
        '{% if profile.first_name is defined %}{{ profile.first_name | default("-") }}{% else %}you{% endif %} {{ unsubscribe_url }}',
    ),
    (
        "mailchimp",
        "*|IF:COUNTRY=DE|*a*|ELSEIF:COUNTRY=AT|*b*|END:IF|*",
        '{% if profile.country == "DE" %}a{% elif profile.country == "AT" %}b{% endif %}',
    ),
    ("mailchimp", "*|IFNOT:FNAME|*a*|ELSE:|*b*|END:IF|*", "{% if not (profile.first_name is defined) %}a{% else %}b{% endif %}"),
    ("brevo", '{{ contact.FIRSTNAME|default:"you" }} {{ mirror }}', '{{ profile.first_name | default("you") }} {{ view_in_browser_url }}'),
    (
        "brevo",
        '{% if contact.COUNTRY == "DE" and contact.MEMBER or contact.POINTS > 5 %}a{% endif %}',
        '{% if (profile.country == "DE" and (profile.member or profile.points > 5)) %}a{% endif %}',
    ),
    ("brevo", '{% if not (contact.COUNTRY == "DE") %}a{% endif %}', '{% if not (profile.country == "DE") %}a{% endif %}'),
]


@pytest.mark.parametrize(("name", "theirs", "ours"), EXACT)
def test_what_has_an_exact_equal_is_lifted(name: str, theirs: str, ours: str) -> None:
    found = lift(name, theirs)
    assert (found.text, found.kept) == (ours, ())


KEPT = [
    ("klaviyo", "{{ first_name }}", "no default"),
    ("klaviyo", "{{ person|lookup:'Points'|default:'0' }}", "not certain"),
    ("klaviyo", "{{ first_name|upper|default:'x' }}", "word None"),
    ("klaviyo", "{% for x in feeds.a %}", "no such tag"),
    ("klaviyo", "{{ event.title }}", "mapped"),
    ("mailchimp", "*|FNAME|*", "no default"),
    ("mailchimp", "*|IF:POINTS > 5|*a*|END:IF|*", "not documented"),
    ("mailchimp", "*|INTERESTED:A:B|*a*|END:INTERESTED|*", "no such tag"),
    ("brevo", '{% if not contact.COUNTRY == "DE" %}a{% endif %}', "first operand"),
    ("brevo", "{% if contact.POINTS < 5 %}a{% endif %}", "missing number for 0"),
    ("brevo", "{% if contact.POINTS == 5 %}a{% endif %}", "not safe"),
    ("brevo", '{{ contact.FIRSTNAME|title|default:"x" }}', "filter"),
]


@pytest.mark.parametrize(("name", "theirs", "why"), KEPT)
def test_what_has_none_stays_as_it_is_with_the_reason(name: str, theirs: str, why: str) -> None:
    found = lift(name, f"<p>\n{theirs}</p>")
    assert why in " ".join(kept.why for kept in found.kept)
    assert {kept.line for kept in found.kept} == {2}
    assert f'{{% native "{name}" %}}' in found.text


def test_a_block_whose_condition_cannot_be_lifted_stays_whole() -> None:
    """Its body too: the branches mean nothing without it."""
    found = lift("klaviyo", "{% if event.x == 1 %}Hi {{ first_name|default:'you' }}{% endif %}")
    assert found.text == "{% native \"klaviyo\" %}{% if event.x == 1 %}Hi {{ first_name|default:'you' }}{% endif %}{% endnative %}"
    assert len(found.kept) == 1


SNIPPETS = [
    '{{ profile.first_name | default("you") }}',
    '{% if profile.country == "DE" %}A{% else %}<b>B</b>{% endif %}',
    '{% if profile.country != "AT" %}C{% endif %}',
    '{% if in_segment("vip") %}D{% endif %}',
    '{% if primary("lifecycle") == "vip" %}E{% elif profile.country == "AT" %}F{% endif %}',
    '{% if profile.first_name is defined %}{{ profile.first_name | default("x") }}!{% else %}<i>G</i>{% endif %}',
    '<a href="https://x.example/">H &amp; I</a>',
]


@pytest.mark.parametrize("name", ESPS)
def test_what_we_wrote_reads_the_same_after_being_lifted(name: str) -> None:
    """Random templates, translated, lifted, rendered: as the first ones, for everybody."""
    found, dialect = random.Random(7), adapter(name).dialect(Site(project=PROJECT, destination=PROJECT.destinations[name]))
    for _ in range(25):
        body = "<p>" + "".join(found.choices(SNIPPETS, k=4)) + "</p>{{ unsubscribe_url }} <i>{{ company_address }}</i>"
        made = _document(body)
        lifted = lift(name, dialect.translate(made).parts[Part.HTML])
        assert not lifted.kept
        again = _document(lifted.text if "company_address" in lifted.text else lifted.text + "<i>{{ company_address }}</i>")
        for _ in range(5):
            somebody = person(found)
            before, after = (Renderer(each.parts[Part.HTML], SETTING)(somebody).text for each in (made, again))
            assert _alike(after) == _alike(before)


def _document(body: str) -> Document:
    at = Position("content/l.html", 1, 1)
    subject = Source(text="x", position=at)
    written = Template(key="l", name="L", format=Format.HTML, subject=subject, body=Source(text=body, position=at))
    return document(PROJECT, written, lambda _: None)


def _alike(text: str) -> str:
    """Brevo's address is a constant there."""
    address = "Demo Shop GmbH, Example Street 1, 10115 Berlin"
    return text.replace(address, "").replace("Example Ltd, 1 Example Street, Berlin", "").replace("<i></i>", "").strip()


def test_the_command_writes_files_and_lists_what_stays(tmp_path, capsys, monkeypatch) -> None:
    """And never overwrites one."""
    import sys
    from shutil import copytree

    from franca.cli.main import main
    from franca.demo import run

    copytree(run.files("franca.demo") / "project", tmp_path / "shop")
    export = tmp_path / "Spring sale.html"
    export.write_text("<p>{{ first_name|default:'you' }} {{ event.x }}</p>", encoding="utf-8")
    arguments = ["franca", "import", "klaviyo", "--content", str(export), "--project", str(tmp_path / "shop")]
    monkeypatch.setattr(sys, "argv", arguments)
    for code in (0, 1):
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == code
    told = capsys.readouterr()
    assert "1 parts stay native" in told.out
    assert "Spring sale:1: {{ event.x }}: " in told.out
    assert "is there already" in told.err
    written = (tmp_path / "shop" / "content" / "Spring_sale.html").read_text(encoding="utf-8")
    assert '{{ profile.first_name | default("you") }}' in written
