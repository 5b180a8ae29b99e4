"""Write docs/what-each-esp-can-say.md: every cell is a tiny template, really translated.

python docs/generate.py [--check]
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from franca.adapter import COMPUTED, Finding, Site, Translation, adapter
from franca.content import FILTERS, document
from franca.content.examples import FILTER_ARGUMENTS, FILTER_EXAMPLES
from franca.definitions import (
    Attribute,
    Data,
    DataType,
    Destination,
    FieldMapping,
    Format,
    Kind,
    Part,
    Position,
    ProfileSource,
    Project,
    Segment,
    Source,
    Template,
)
from franca.definitions import Mailable as _Anybody

PAGE = Path(__file__).parent / "what-each-esp-can-say.md"
ESPS = {"klaviyo": "Klaviyo", "mailchimp": "Mailchimp", "brevo": "Brevo"}
_TYPES = {
    "first_name": Kind.TEXT,
    "country": Kind.TEXT,
    "points": Kind.INTEGER,
    "spent": Kind.DECIMAL,
    "member": Kind.BOOLEAN,
    "birthday": Kind.DATE,
    "tags": Kind.LIST,
}
_FIELDS = {
    "klaviyo": {name: f"properties['{name}']" for name in _TYPES} | {"first_name": "first_name"},
    "mailchimp": {"first_name": "FNAME", "country": "COUNTRY", "points": "POINTS"},
    "brevo": {name: name.upper() for name in _TYPES if name != "tags"} | {"first_name": "FIRSTNAME"},
}
_ON = {Kind.TEXT: "first_name", Kind.INTEGER: "points", Kind.DATE: "birthday", Kind.LIST: "tags"}
_ARGUMENTS = {"truncate": "(9)", "replace": '("a", "b")', "number": "(0)", "money": '("EUR")', "date": '("%d.%m.")', "join": '(", ")'}


def _on(name: str) -> str:
    return next(attribute for kind, attribute in _ON.items() if kind in FILTERS[name].on)


CONSTRUCTS: dict[str, str] = {
    "a text": '{{ profile.first_name | default("you") }}',
    "a text in an address": '<a href="https://x.example/?q={{ profile.country | default("DE") }}">x</a>',
    "a whole number": "{{ profile.points | default(0) }}",
    "a decimal": '{{ profile.spent | default("-") }}',
    "a day": '{{ profile.birthday | default("-") }}',
    **{f"filter {name}": "{{ profile." + _on(name) + f" | {name}{_ARGUMENTS.get(name, '')}" + ' | default("-") }}' for name in FILTERS},
    "a text equals": '{% if profile.country == "DE" %}x{% endif %}',
    "a text does not equal": '{% if profile.country != "DE" %}x{% endif %}',
    "in": '{% if profile.country in ["DE", "AT"] %}x{% endif %}',
    "a number is at least": "{% if profile.points >= 5 %}x{% endif %}",
    "a number is below": "{% if profile.points < 5 %}x{% endif %}",
    "a day is before": '{% if profile.birthday < "2000-01-01" %}x{% endif %}',
    "true or false": "{% if profile.member %}x{% endif %}",
    "is defined, of a text": "{% if profile.first_name is defined %}x{% endif %}",
    "is defined, of a number": "{% if profile.points is defined %}x{% endif %}",
    "a list holds": '{% if "a" in profile.tags %}x{% endif %}',
    "and, or, not": '{% if (profile.country == "DE" or profile.points >= 5) and not profile.first_name == "Ann" %}x{% endif %}',
    "in_segment": '{% if in_segment("vip") %}x{% endif %}',
    "primary": '{% if primary("lifecycle") == "vip" %}x{% endif %}',
    "elif and else": '{% if profile.country == "DE" %}a{% elif profile.country == "AT" %}b{% else %}c{% endif %}',
    "a loop over a person's list": "{% for tag in profile.tags %}{{ tag }}{% endfor %}",
    "a loop over a feed": '{% for item in feed("new") %}{{ item.title }}{% endfor %}',
    "a coupon": '{{ coupon("SPRING") }}',
    "preferences_url": '<a href="{{ preferences_url }}">x</a>',
    "view_in_browser_url": '<a href="{{ view_in_browser_url }}">x</a>',
    "current_year": "{{ current_year }}",
    "text that looks like a tag": "{% raw %}{{ x }} {% x %} *|X|*{% endraw %}",
}
SUBJECTS: dict[str, str] = {
    "a text in the subject": 'Hi {{ profile.first_name | default("you") }}',
    "a condition in the subject": '{% if profile.country == "DE" %}Hallo{% else %}Hello{% endif %}',
}


def project() -> Project:
    """Return a project with an attribute of each type, mapped wherever the ESP has such fields."""
    attributes = {name: Attribute(name=name, type=DataType(kind), column=name) for name, kind in _TYPES.items()}
    destinations = {
        name: Destination(
            name=name,
            adapter=name,
            settings={"company_address": "Example Street 1", "sender": "a@b.example"},
            attributes={ours: FieldMapping(field=field, plain=True) for ours, field in _FIELDS[name].items()},
            markers=("lifecycle",),
        )
        for name in ESPS
    }
    segment = Segment(key="vip", name="VIP", where=_Anybody(channel="email"), group="lifecycle", priority=1)
    data = Data(connect="data", profile=ProfileSource(table="t", key="k", attributes=attributes))
    return Project(name="docs", timezone="UTC", data=data, segments={"vip": segment}, destinations=destinations)


def translated(of: Project, esp: str, construct: str, *, subject: str = "x") -> Translation:
    """Return a tiny template with one construct, in one ESP's language."""
    at = Position("content/x.html", 1, 1)
    body = f"<p>{construct}</p>{{{{ unsubscribe_url }}}}{{{{ company_address }}}}"
    written = Template(
        key="x", name="x", format=Format.HTML, subject=Source(text=subject, position=at), body=Source(text=body, position=at)
    )
    site = Site(project=of, destination=of.destinations[esp])
    return adapter(esp).dialect(site).translate(document(of, written, lambda _: None))


def cell(said: Translation, part: Part) -> str:
    """Return what is told of one construct at one ESP."""
    if said.findings:
        finding: Finding = said.findings[0]
        return f"no: {finding.what}"
    text = said.parts[part]
    if part is Part.HTML:
        text = text.split("<p>", 1)[1].rsplit("</p>", 1)[0]
    shown = _code(text)
    return f"by a field: {shown}" if said.computed or COMPUTED in text else shown


def _named(what: str, text: str) -> str:
    return f"{what}: {_code(text)}"


def _code(text: str) -> str:
    return "`` " + text.replace("|", "\\|") + " ``"


def page() -> str:
    """Return the page."""
    of = project()
    rows = [
        (f"{what}: `` {text.replace('|', chr(92) + '|')} ``", {e: cell(translated(of, e, text), Part.HTML) for e in ESPS})
        for what, text in CONSTRUCTS.items()
    ]
    rows += [
        (f"{what}: `` {text.replace('|', chr(92) + '|')} ``", {e: cell(translated(of, e, "x", subject=text), Part.SUBJECT) for e in ESPS})
        for what, text in SUBJECTS.items()
    ]
    head = (
        "# What each ESP can say\n\nWritten by `python docs/generate.py`: every cell is a template of one line, really translated. "
        "*By a field* means that Franca computes the text or the condition for each person and `franca sync` writes it; "
        "the template reads the field. *No* means that the plan is refused there, with the line and the remedy; "
        '`{% native "ESP" %}` is the way out.\n\n'
    )
    table = [f"| construct | {' | '.join(ESPS.values())} |", "|---|" + "---|" * len(ESPS)]
    table += [f"| {what} | {' | '.join(cells[esp] for esp in ESPS)} |" for what, cells in rows]
    return head + "\n".join(table) + "\n" + _filters()


def _filters() -> str:
    head = "\n## Filters, by example\n\n"
    head += "In the locale de_DE and the zone Europe/Berlin; *missing* is a missing value.\n\n| filter | makes | of |\n|---|---|---|\n"
    rows = [
        f"| {_code(name + _called(FILTER_ARGUMENTS.get(name, ())))} | {_code(_shown(made))} | {_code(_shown(value))} |"
        for name, examples in FILTER_EXAMPLES.items()
        for value, made in examples
    ]
    return head + "\n".join(rows) + "\n"


def _called(arguments: tuple[object, ...]) -> str:
    return f"({', '.join(map(repr, arguments))})" if arguments else ""


def _shown(value: object) -> str:
    return "missing" if value is None else value.isoformat() if isinstance(value, date) else repr(value)


def main() -> None:
    """Write the page, or with --check say whether it is as it should be."""
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page():
        sys.exit(f"{PAGE.name} is not up to date: run python docs/generate.py")


if __name__ == "__main__":
    main()
