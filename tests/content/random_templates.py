"""Random templates and profiles, from a seed: nested conditions, every filter, every context, hostile texts."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from franca.content import Person, Setting
from franca.definitions import Attribute, DataType, Destination, FieldMapping, Format, Kind, Position, Project, Source, Template
from franca.demo import run
from franca.language import check, load

KINDS = {
    "email": Kind.TEXT,
    "city": Kind.TEXT,
    "first_name": Kind.TEXT,
    "nick": Kind.TEXT,
    "country": Kind.TEXT,
    "points": Kind.INTEGER,
    "spent": Kind.DECIMAL,
    "member": Kind.BOOLEAN,
    "birthday": Kind.DATE,
    "seen": Kind.DATETIME,
    "score": Kind.NUMBER,
    "tags": Kind.LIST,
}
REQUIRED = frozenset({"city"})
FIELDS: Mapping[str, Mapping[str, FieldMapping]] = {
    "klaviyo": {
        "city": FieldMapping(field="location['city']"),
        "first_name": FieldMapping(field="first_name"),
        "nick": FieldMapping(field="properties['Nick Name']"),
        "country": FieldMapping(field="location['country']", values={"DE": "Germany", "AT": "Austria"}),
        "points": FieldMapping(field="properties['Points']"),
        "spent": FieldMapping(field="properties['Spent']"),
        "member": FieldMapping(field="properties['Member']"),
        "birthday": FieldMapping(field="properties['Birth']"),
        "seen": FieldMapping(field="properties['Seen']"),
        "score": FieldMapping(field="properties['Score']"),
        "tags": FieldMapping(field="properties['Tags']"),
    },
    "mailchimp": {
        "city": FieldMapping(field="CITY"),
        "first_name": FieldMapping(field="FNAME", plain=True),  # its values below keep that promise
        "nick": FieldMapping(field="NICK"),
        "country": FieldMapping(field="COUNTRY"),
        "points": FieldMapping(field="POINTS"),
    },
    "brevo": {
        "city": FieldMapping(field="CITY"),
        "first_name": FieldMapping(field="FIRSTNAME"),
        "nick": FieldMapping(field="NICK"),
        "country": FieldMapping(field="COUNTRY"),
        "points": FieldMapping(field="POINTS"),
        "spent": FieldMapping(field="SPENT"),
        "member": FieldMapping(field="MEMBER"),
        "birthday": FieldMapping(field="BIRTH"),
        "seen": FieldMapping(field="SEEN"),
        "score": FieldMapping(field="SCORE"),
    },
}
VALUES: Mapping[str, list[Any]] = {
    "email": ["a@b.test"],
    "city": ["Rom", "Köln & Bonn", "<i>", "0", "{{ x }}", "-"],
    "first_name": [None, "", "Ann", "Bob", "Zoë", "0", "Jean Luc"],
    "nick": [
        *(None, "", "a", "Ann Ä", "ß", "ΑΣ", "<b>&", "*|FNAME|*", "{{ person.email }}", "{% if x %}", "'\"", "new\nline", "  sp  "),
        *("x" * 5_000, "y" * 200, "עברית", "javascript:x()", "a|*b", "&amp;", "0", "None", "-", "a\r\nb\tc", "İ ǅ \u2028 👩\u200d👧"),
    ],
    "country": [None, "", "DE", "AT", "FR"],
    "points": [None, 0, 1, 5, 10, -3, 1_234_567],
    "spent": [None, Decimal(0), Decimal("10.5"), Decimal("10.50"), Decimal("99999.99")],
    "member": [None, True, False],
    "birthday": [None, dt.date(1990, 5, 4), dt.date(2000, 2, 29), dt.date(2001, 1, 1)],
    "seen": [None, dt.datetime(2026, 3, 29, 0, 30, tzinfo=dt.UTC), dt.datetime(2025, 12, 31, 23, 30, tzinfo=dt.UTC)],
    "score": [None, 0.0, 0.1, 2.5, -1e-7, 1e22],
    "tags": [None, [], ["a"], ["x y", "b"], ["<i>", "a"], ["{{ x }}", "*|X|*", ""]],
}
LITERALS = [
    *("|*", "*", "|FNAME|*", "{{ x }}", "{{", "}}", "{%", "%}", "{# c #}", "{#", "{", "}", "{% if x %}"),
    *("&amp;", "<b>x</b>", "ü é 漢", "עברית", "'q' \"r\"", "plain text", "50 % off", "a\nb"),
]
MERGE_TAGS = ["*|FNAME|*", "*|", "*|IF:X|*", "*|END:IF|*"]
"""What only an HTML part of Mailchimp's can hold: every other text with them is refused there."""

DEFAULTS = ['"there"', '"T & C"', '"it\'s"', '"x{{y"', '"ü"', '"a<b"', '"*|X|*"', '"“q”"']
VALUED = [
    *("profile.first_name | default({d})", "profile.nick | default({d})", "profile.country | default({d})"),
    *("profile.points | default(0)", "profile.points | default(7)", "profile.points | number(0) | default({d})"),
    *("profile.spent | money('EUR') | default({d})", "profile.spent | number(2) | default({d})", "profile.spent | default('-')"),
    *("profile.birthday | date('%d. %B %Y') | default({d})", "profile.birthday | default('n/a')"),
    *("profile.tags | join(', ') | default({d})", "profile.tags | length | default(0)"),
    *("profile.nick | upper | default({d})", "profile.nick | lower | default({d})", "profile.nick | title | default({d})"),
    *("profile.nick | capitalize | default({d})", "profile.nick | trim | default({d})", "profile.nick | truncate(3) | default({d})"),
    *("profile.nick | replace('a', 'b') | default({d})", "profile.nick | urlencode | default({d})"),
    *("profile.nick | default({d}) | upper", "profile.nick | default({d}) | trim", "profile.first_name | upper | default({d})"),
    *(
        "profile.nick or 'nobody'",
        "primary('lifecycle') | default({d})",
        "profile.city",
        "profile.city | upper | lower",
        "profile.city | trim",
    ),
    *("profile.seen | date('%d.%m.%Y %H:%M') | default({d})", "profile.seen | default('-')", "profile.score | default(0)"),
    *("profile.score | number(2) | default({d})", "profile.nick | upper | lower | title | truncate(9) | default({d})"),
    *("profile.nick | replace('a', '<') | urlencode | default({d})", "set_nick | default({d}) | upper"),
]
FORKED = ["'yes & no' if profile.member else profile.nick | default('no')", "m(profile.nick)", "m('T & C')"]
"""What holds an `if`, so that it cannot stand in an attribute."""
ASKED = [
    *('profile.country == "DE"', 'profile.country != "AT"', 'profile.country in ["DE", "AT"]', 'profile.country not in ["FR"]'),
    *('profile.first_name == "Ann"', 'profile.first_name != "Jean Luc"', 'profile.nick == "\'"', 'profile.nick == "ß"'),
    *(
        "profile.points > 5",
        "profile.points >= 0",
        "profile.points < 5",
        "profile.points <= 0",
        "profile.points == 0",
        "profile.points != 5",
    ),
    *(
        "3 < profile.points",
        "0 < profile.points <= 10",
        "profile.points == -3",
        "profile.spent == 10.5",
        "profile.spent < 1",
        "profile.spent >= 10",
    ),
    *("profile.member", "not profile.member", "profile.points", "profile.nick", "profile.tags", "profile.member == false"),
    *('in_segment("vip")', 'not in_segment("vip")', 'primary("lifecycle") == "vip"', 'primary("lifecycle") != "win_back"'),
    *('"a" in profile.tags', '"x y" not in profile.tags', '"n" in profile.nick', "profile.birthday < '2000-01-01'"),
    *('"D" in profile.country', "profile.country in []", "profile.country not in []", "profile.tags | length > 1", "profile.city == 'Rom'"),
    *("profile.score > 0.1", "profile.score == 2.5", "not profile.score <= 0", "profile.seen >= '2026-03-29'", "set_nick == 'a'"),
    *("profile.points | default(7) > 5", "profile.nick | upper == 'A'", "profile.member or true", "profile.member and none"),
    *(f"profile.{name} is defined" for name in KINDS),
    *(f"profile.{name} is not defined" for name in KINDS),
]


def project() -> Project:
    """Return the demo's project with the attributes above, and neither templates nor campaigns."""
    found = check(load(Path(run.__file__).parent / "project"))
    attributes = {name: Attribute(name=name, type=DataType(k), column=name, required=name in REQUIRED) for name, k in KINDS.items()}
    data = dataclasses.replace(found.data, profile=dataclasses.replace(found.data.profile, attributes=attributes))
    destinations = {name: _mapped(destination) for name, destination in found.destinations.items()}
    return dataclasses.replace(found, data=data, destinations=destinations, templates={}, campaigns={})


def _mapped(destination: Destination) -> Destination:
    return dataclasses.replace(destination, attributes=FIELDS[destination.name])


def setting(of: Project) -> Setting:
    """Return the project's locale and zone."""
    return Setting(locale=of.locale, zone=of.zone)


MACRO = "{% macro m(x) %}({{ x | default('?') }}{% if x is defined %}!{% endif %}){% endmacro %}{% set set_nick = profile.nick %}"


def template(random: random.Random) -> Template:
    """Return a template; its subject has conditions too. Some hold Mailchimp's tags as text, and some a loop, which few ESPs can say."""
    at, end = Position("content/random.html", 1, 1), "<p>{{ unsubscribe_url }} {{ company_address }}</p>"
    subject, preview = (
        Source(text=MACRO + random.choice(["", "Hi ", "Hi "]) + _body(random, 3, header=True), position=at) for _ in range(2)
    )
    more = random.choices(["", f"<p>{random.choice(MERGE_TAGS)}</p>", LOOP], weights=[8, 1, 1])[0]
    mjml = random.random() < 0.15
    body = Source(text=MACRO + (_mjml(random) if mjml else f"<p>{_body(random, 0, header=False)}</p>{more}{end}"), position=at)
    return Template(
        key="random", name="Random", format=Format.MJML if mjml else Format.HTML, subject=subject, preview_text=preview, body=body
    )


LOOP = (
    "<ul>{% for t in profile.tags %}<li title='{{ t }}'>{{ t }}{{ t | upper }}{% if t == 'a' %}A{% elif 'b' in t %}B{% endif %}"
    "{% if t is defined and profile.member %}{{ profile.nick | default('-') }}{% endif %}"
    "<a href='https://x.example/?t={{ t }}'>{% for u in profile.tags %}{{ u | default('x') }}{% endfor %}</a></li>{% endfor %}</ul>"
)


def _mjml(random: random.Random) -> str:
    """Return MJML with values and conditions wherever it takes them: around sections, columns, elements, rows."""
    head = f"<mj-head><mj-title>{{{{ subject }}}}</mj-title><mj-preview>{{{{ {_value(random)} }}}}</mj-preview></mj-head>"
    end = "<mj-section><mj-column><mj-text>{{ unsubscribe_url }} {{ company_address }}</mj-text></mj-column></mj-section>"
    return f'<mjml lang="en">{head}<mj-body>{_section(random)}{_section(random)}{end}</mj-body></mjml>'


def _section(random: random.Random) -> str:
    columns = [f"<mj-column>{''.join(_element(random) for _ in range(2))}</mj-column>" for _ in range(2)]
    made = f"<mj-section>{_either(random, *columns) if random.random() < 0.3 else columns[0]}</mj-section>"
    return _either(random, made, f"<mj-section>{columns[1]}</mj-section>") if random.random() < 0.3 else made


def _element(random: random.Random) -> str:
    one, other = (f"{{{{ {_value(random)} }}}}" for _ in range(2))
    kinds = [
        f'<mj-button href="https://x.example/{one}">{other}</mj-button>',
        f'<mj-image src="https://x.example/{one}.png" alt="{other}" width="100px" />',
        f"<mj-table><tr><td>{one}</td></tr>{{% if {_asked(random)} %}}<tr><td>{other}</td></tr>{{% endif %}}</mj-table>",
        _either(random, _paragraph(random), _paragraph(random)),
    ]
    return random.choice([*kinds, _paragraph(random), _paragraph(random)])


def _paragraph(random: random.Random) -> str:
    return f'<mj-text>{_body(random, 3, header=True)} <a href="https://x.example/?q={{{{ {_value(random)} }}}}">link</a></mj-text>'


def _either(random: random.Random, one: str, other: str) -> str:
    return f"{{% if {_asked(random)} %}}{one}{{% else %}}{other}{{% endif %}}"


def _body(random: random.Random, depth: int, *, header: bool) -> str:
    return "".join(_piece(random, depth, header=header) for _ in range(random.randrange(1, 5)))


def _piece(random: random.Random, depth: int, *, header: bool) -> str:
    kind = random.randrange(8)
    if kind < 2:
        return "{% raw %}" + random.choice(LITERALS) + "{% endraw %}"
    if kind == 2:
        return "{{ " + (random.choice(FORKED) if random.random() < 0.1 else _value(random)) + " }}"
    if kind == 3 and not header:
        return f'<img alt="{{{{ {_value(random)} }}}}" width="9" src="https://x.example/a.png?q={{{{ {_value(random)} }}}}">'
    if kind == 4 and not header:
        return "{% with v = profile.nick %}{% for n in [1, 2] %}{{ n * 2 }}{{ v | default('v') }}{% endfor %}{% endwith %}"
    if depth > 4:
        return "end"
    inner = [_body(random, depth + 1, header=header) for _ in range(3)]
    elif_ = f"{{% elif {_asked(random)} %}}{inner[1]}" if random.random() < 0.4 else ""
    else_ = f"{{% else %}}{inner[2]}" if random.random() < 0.6 else ""
    return f"{{% if {_asked(random)} %}}{inner[0]}{elif_}{else_}{{% endif %}}"


def _value(random: random.Random) -> str:
    return random.choice(VALUED).format(d=random.choice(DEFAULTS))


def _asked(random: random.Random, depth: int = 0) -> str:
    kind = random.randrange(4) if depth < 3 else 0
    if kind < 2:
        return random.choice(ASKED)
    if kind == 2:
        return f"not ({_asked(random, depth + 1)})"
    return f"({_asked(random, depth + 1)}) {random.choice(['and', 'or'])} ({_asked(random, depth + 1)})"


def person(random: random.Random) -> Person:
    """Return somebody."""
    segments = frozenset({"vip"} if random.random() < 0.5 else ())
    values = {name: random.choice(choices) for name, choices in VALUES.items() if name in REQUIRED or random.random() < 0.9}
    return Person(values=values, segments=segments, primary={"lifecycle": "vip"} if segments else {})
