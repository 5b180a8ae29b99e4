"""What is lifted means what it meant: by the vendor's own rules before, by the reference after."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import pytest
from markupsafe import escape

from content.random_templates import person, project, setting
from franca.adapter import Site, adapter
from franca.cli.esp import rendered
from franca.content import Person, Renderer, document
from franca.definitions import Format, Part, Position, Source, Template
from franca.demo.store import AS_OF

PROJECT = project()
SETTING = setting(PROJECT)
CONDITIONS: Mapping[str, Sequence[str]] = {
    "klaviyo": [
        *("first_name", "not first_name", "first_name == 'Ann'", "first_name != 'Ann'", "'n' in first_name", "not 'n' in first_name"),
        *("person.Country == 'Germany'", "person.Country != 'Austria'", "person|lookup:'Points' > 5", "person|lookup:'Points' == 0"),
        *("person|lookup:'Points'", "not person|lookup:'Points'", "person|lookup:'Points' < 5", "person|lookup:'Points' != 5"),
        *("person|lookup:'Member' == True", "person|lookup:'Member'", "'a' in person|lookup:'Tags'", "person|lookup:'Tags'"),
        *("person|lookup:'Points' != None", "person|lookup:'Nick Name' == 'None'", "person|lookup:'Member' == False", "event.x == 1"),
    ],
    "mailchimp": ["FNAME", "FNAME=Ann", "COUNTRY=DE", "NICK", "NICK=a", "POINTS", "POINTS=5", "FNAME!=Ann", "NOBODY=x", "COUNTRY=Jean Luc"],
    "brevo": [
        *("contact.FIRSTNAME", "not contact.FIRSTNAME", 'contact.FIRSTNAME == "Ann"', 'contact.COUNTRY != "DE"', "contact.POINTS > 5"),
        *("contact.POINTS < 5", "contact.POINTS >= 0", "contact.POINTS", "contact.MEMBER", "contact.POINTS == 5", "contact.NOBODY"),
        *(
            'not (contact.COUNTRY == "DE")',
            'not contact.COUNTRY == "DE"',
            'contact.NICK == "a"',
            "contact.SPENT > 10.4",
            "contact.SPENT <= 1",
        ),
    ],
}
VALUES: Mapping[str, Sequence[str]] = {
    "klaviyo": [
        *(
            "{{ first_name|default:'you' }}",
            "{{ person|lookup:'Nick Name'|default:'x' }}",
            "{{ first_name }}",
            "{{ person.Country|default:'?' }}",
        ),
        *(
            "{{ first_name|upper|default:'x' }}",
            "{{ person|lookup:'Points'|default:'0' }}",
            "{{ email|default:'x' }}",
            "{{ event.x }}",
            "{# c #}",
        ),
        "{% comment %}{{ first_name|default:'hidden' }}{% endcomment %}",
        "{% for first_name in person|lookup:'Tags' %}{{ first_name|default:'x' }}{% endfor %}",
        "{% with first_name='W' %}{{ first_name|default:'x' }}{% endwith %}",
        "{% verbatim %}{{ first_name|default:'raw' }}{% endverbatim %}",
    ],
    "mailchimp": ["*|FNAME|*", "*|NICK|*", "*|COUNTRY|*", "*|POINTS|*", "*|UPPER:FNAME|*", "*|NOBODY|*"],
    "brevo": [
        *('{{ contact.FIRSTNAME|default:"you" }}', '{{ contact.NICK | default : "x" }}', "{{ contact.FIRSTNAME }}", "{{ contact.POINTS }}"),
        *('{{ contact.COUNTRY|default:"?" }}', '{{ contact.FIRSTNAME|upper|default:"x" }}', "{# c #}"),
        '{% for contact in feed.a %}{{ contact.FIRSTNAME|default:"x" }}{% endfor %}',
        "{% autoescape off %}{{ contact.NICK|default:'x' }}{% endautoescape %}",
    ],
}


def text(name: str, found: random.Random, depth: int = 0) -> str:
    """Return a random template in an ESP's own language."""
    return "".join(_piece(name, found, depth) for _ in range(found.randrange(1, 4)))


def _piece(name: str, found: random.Random, depth: int) -> str:
    kind = found.randrange(5) if depth < 3 else 0
    if kind < 2:
        return found.choice(["<i>x</i>", "{ }", "a & b"]) if found.random() < 0.3 else found.choice(VALUES[name])
    inner = [text(name, found, depth + 1) for _ in range(3)]
    asked = [_asked(name, found) for _ in range(2)]
    elif_, else_ = found.random() < 0.4, found.random() < 0.6
    if name == "mailchimp":
        word = "IFNOT" if found.random() < 0.3 else "IF"
        middle = f"*|ELSEIF:{asked[1]}|*{inner[1]}" if elif_ and word == "IF" else ""
        return f"*|{word}:{asked[0]}|*{inner[0]}{middle}{f'*|ELSE:|*{inner[2]}' if else_ else ''}*|END:IF|*"
    middle = f"{{% elif {asked[1]} %}}{inner[1]}" if elif_ else ""
    return f"{{% if {asked[0]} %}}{inner[0]}{middle}{f'{{% else %}}{inner[2]}' if else_ else ''}{{% endif %}}"


def _asked(name: str, found: random.Random) -> str:
    parts = [found.choice(CONDITIONS[name]) for _ in range(1 if name == "mailchimp" else found.choice([1, 1, 2, 3]))]
    said = parts[0]
    for part in parts[1:]:
        said += f" {found.choice(['and', 'or'])} {part}"
    return said


@pytest.mark.parametrize("number", [250, pytest.param(2_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", ["klaviyo", "mailchimp", "brevo"])
def test_what_is_lifted_whole_is_read_as_before(name: str, number: int) -> None:
    """Random templates in the ESP's language, random people; what stays native is no part of the comparison."""
    site = Site(project=PROJECT, destination=PROJECT.destinations[name])
    dialect, lifter, found = adapter(name).dialect(site), adapter(name).lifter(site), random.Random(11)
    compared = 0
    for _ in range(number):
        theirs = text(name, found)
        lifted = lifter.lift(theirs)
        if lifted.kept:
            continue
        ours = _renderer(lifted.text)
        for somebody in (person(found) for _ in range(4)):
            if name == "mailchimp" and escape(str(somebody.values.get("nick"))) != somebody.values.get("nick"):
                continue  # its texts are not promised to be plain, and are printed as they are
            before = rendered(name, {Part.HTML: f"<p>{theirs}</p>"}, dialect.person(somebody.values, {}), AS_OF)[Part.HTML]
            assert _same(before, ours(somebody).text), (theirs, lifted.text, somebody)
            compared += 1
    assert compared > number / 20


@pytest.mark.parametrize("name", ["klaviyo", "mailchimp", "brevo"])
def test_what_stays_native_is_seen_by_that_esp_alone(name: str) -> None:
    """Lifted and translated again it reads as before there; elsewhere nothing of a kept block is read."""
    site = Site(project=PROJECT, destination=PROJECT.destinations[name])
    dialect, lifter, found = adapter(name).dialect(site), adapter(name).lifter(site), random.Random(12)
    compared = 0
    for _ in range(80):
        theirs = text(name, found)
        lifted = lifter.lift(theirs)
        said = dialect.translate(_document(lifted.text))
        if said.findings or said.computed or not lifted.kept:
            continue
        somebody = person(found)
        held = dialect.person(somebody.values, {})
        before = rendered(name, {Part.HTML: f"<p>{theirs}</p>"}, held, AS_OF)[Part.HTML]
        assert _same(before, rendered(name, {Part.HTML: said.parts[Part.HTML]}, held, AS_OF)[Part.HTML]), (theirs, lifted.text)
        compared += 1
    assert compared > 10


def _document(lifted: str):
    at = Position("content/l.html", 1, 1)
    body = f"<p>{lifted}</p><div>{{{{ unsubscribe_url }}}}{{{{ company_address }}}}</div>"
    written = Template(key="l", name="L", format=Format.HTML, subject=Source(text="x", position=at), body=Source(text=body, position=at))
    return document(PROJECT, written, lambda _: None)


def _renderer(lifted: str) -> Renderer:
    return Renderer(_document(lifted).parts[Part.HTML], SETTING)


def _same(before: str, after: str) -> bool:
    inside = [each.partition("<p>")[2].partition("</p>")[0] for each in (before, after)]
    one, other = (each.replace("&quot;", "&#34;").replace("&#x27;", "&#39;").replace("a &amp; b", "a & b") for each in inside)
    return one == other


def test_whatever_opens_stays_with_its_end() -> None:
    """A loop, a comment, a block of groups: what stands inside is for those who see the block."""
    cases = {
        "klaviyo": [
            "{% for x in feeds.a %}{{ first_name|default:'y' }}{% endfor %}",
            "{% comment %}{{ first_name|default:'y' }}{% endcomment %}",
        ],
        "mailchimp": ["*|INTERESTED:A:B|*hello*|ELSE:|*bye*|END:INTERESTED|*", "*|IFNOT:POINTS=5|*hello*|END:IF|*"],
        "brevo": ['{% autoescape off %}{{ contact.FIRSTNAME|default:"y" }}{% endautoescape %}'],
    }
    for name, texts in cases.items():
        lifter = adapter(name).lifter(Site(project=PROJECT, destination=PROJECT.destinations[name]))
        for theirs in texts:
            found = lifter.lift(theirs)
            assert found.text == f'{{% native "{name}" %}}{theirs}{{% endnative %}}'
            assert len(found.kept) == 1


def test_a_name_that_a_block_binds_is_no_attribute() -> None:
    """`first_name` within a loop of that name is an item."""
    lifter = adapter("klaviyo").lifter(Site(project=PROJECT, destination=PROJECT.destinations["klaviyo"]))
    found = lifter.lift("{% today '%Y' as first_name %}{{ first_name|default:'y' }}")
    assert "profile" not in found.text
    somebody = Person(values={"first_name": "Ann"})
    assert "Ann" not in _renderer(found.text)(somebody).text
