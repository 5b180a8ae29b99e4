"""Write docs/what-each-esp-can-say.md from the adapters' declarations; every cell shows a tiny template, really translated.

Beside it the rules of copy, and the JSON Schemas of a project's files.

python docs/generate.py [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from pathlib import Path

from franca.adapter import Dialect, Level, Site, adapter
from franca.adapter.constructs import EXAMPLES, IN_HTML, Construct, Example
from franca.adapter.testing.templates import ATTRIBUTES
from franca.content import document
from franca.content.examples import FILTER_ARGUMENTS, FILTER_EXAMPLES
from franca.definitions import (
    Attribute,
    Data,
    DataType,
    Destination,
    FieldMapping,
    Format,
    Part,
    Position,
    ProfileSource,
    Project,
    Segment,
    Source,
    Template,
)
from franca.definitions import Mailable as _Anybody
from franca.language.json_schema import SCHEMAS, schema_text
from franca_personalization.copy.guardrails import RULES

PAGE = Path(__file__).parent / "what-each-esp-can-say.md"
ESPS = {"klaviyo": "Klaviyo", "mailchimp": "Mailchimp", "brevo": "Brevo", "mailerlite": "MailerLite"}
_REQUIRED = frozenset({"city"})
_FIELDS = {
    "klaviyo": {name: f"properties['{name}']" for name in ATTRIBUTES} | {"first_name": "first_name", "city": "location['city']"},
    "mailchimp": {"first_name": "FNAME", "city": "CITY", "country": "COUNTRY", "points": "POINTS"},
    "brevo": {name: name.upper() for name in ATTRIBUTES if name != "tags"} | {"first_name": "FIRSTNAME"},
    "mailerlite": {name: name for name in ATTRIBUTES if name != "tags"} | {"first_name": "name"},
}
_HEAD = """# What each ESP can say

Written by `python docs/generate.py` from what each adapter declares (`adapters/*/constructs.py`); the tests try every line both ways.

- **yes**: in its own language, as shown.
- **by a field**: Franca computes the text or the condition for each person, `franca sync` writes it, and the template reads the field.
- **no**: the plan is refused, with the line and these words; `{% native "ESP" %}` is the way out, but where no template is taken at all.

"""


def project() -> Project:
    """Return a project with an attribute of each type, mapped wherever the ESP has such fields."""
    attributes = {
        name: Attribute(name=name, type=DataType(kind), column=name, required=name in _REQUIRED) for name, kind in ATTRIBUTES.items()
    }
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


def written(construct: Construct) -> Template:
    """Return the tiny template of one construct."""
    example, at = EXAMPLES[construct], Position("content/x.html", 1, 1)
    subject, preview, body, text = (
        Source(text=each, position=at) for each in (example.subject, example.preview_text, example.body + IN_HTML, example.text)
    )
    return Template(key="x", name="x", format=Format.HTML, subject=subject, preview_text=preview, body=body, text=text)


def dialect_of(of: Project, esp: str) -> Dialect:
    """Return an ESP's dialect at the project's destination."""
    return adapter(esp).dialect(Site(project=of, destination=of.destinations[esp]))


def cell(of: Project, esp: str, construct: Construct) -> str:
    """Return what is told of one construct at one ESP."""
    dialect = dialect_of(of, esp)
    support = dialect.constructs[construct]
    why = f": [{support.reason}]({support.source})" if support.source else f": {support.reason}"
    if support.level is Level.NO:
        return f"**no**{why}"
    said = dialect.translate(document(of, written(construct), lambda _: None))
    shown = _code(_shown_part(construct, said.parts))
    return f"yes {shown}" if support.level is Level.YES else f"**by a field**{why} {shown}"


def _shown_part(construct: Construct, parts: Mapping[Part, str]) -> str:
    """Return the part that an example is about, without what every email has."""
    changed = [part for part, text in _own(construct).items() if text != _own(None)[part]]
    text = parts[changed[0]] if changed else parts[Part.HTML].split("<body>", 1)[1]
    return text.split("{{ unsubscribe", 1)[0].split("{% unsubscribe", 1)[0].split("*|UNSUB", 1)[0].removesuffix("<p>").strip()


def _own(construct: Construct | None) -> Mapping[Part, str]:
    example = EXAMPLES[construct] if construct else Example()
    return {Part.SUBJECT: example.subject, Part.PREVIEW_TEXT: example.preview_text, Part.TEXT: example.text}


def _source(construct: Construct) -> str:
    example = EXAMPLES[construct]
    changed = [text for part, text in _own(construct).items() if text != _own(None)[part]]
    return changed[0].split("{{ unsubscribe", 1)[0].strip() if changed else example.body


def _code(text: str) -> str:
    return "`` " + text.replace("|", "\\|") + " ``"


def page() -> str:
    """Return the page."""
    of = project()
    cells = {esp: {construct: cell(of, esp, construct) for construct in Construct} for esp in ESPS}
    alike = {esp: next(iter(said.values())) for esp, said in cells.items() if len(set(said.values())) == 1}
    columns = [esp for esp in ESPS if esp not in alike]
    lines = [f"| construct | {' | '.join(ESPS[esp] for esp in columns)} |", "|---|" + "---|" * len(columns)]
    lines += [f"| {each}: {_code(_source(each))} | {' | '.join(cells[esp][each] for esp in columns)} |" for each in Construct]
    lines += [f"\n{ESPS[esp]}, of every construct: {said}." for esp, said in alike.items()]
    return _HEAD + "\n".join(lines) + "\n" + _filters()


def _filters() -> str:
    head = "\n## Filters, by example\n\n"
    head += "In the locale de_DE and the zone Europe/Berlin; *missing* is a missing value.\n\n| filter | of | makes |\n|---|---|---|\n"
    rows = [
        f"| {_code(name + _called(FILTER_ARGUMENTS.get(name, ())))} | {_code(_shown(value))} | {_code(_shown(made))} |"
        for name, examples in FILTER_EXAMPLES.items()
        for value, made in examples
    ]
    return head + "\n".join(rows) + "\n"


def _called(arguments: tuple[object, ...]) -> str:
    return f"({', '.join(map(repr, arguments))})" if arguments else ""


def _shown(value: object) -> str:
    return "missing" if value is None else value.isoformat() if isinstance(value, date) else repr(value)


_RULES_HEAD = """# Every rule that copy is held against

`franca copy check BRIEF` holds copy against these, whoever wrote it. Errors keep copy from being written and approved; warnings are shown.
Words stand in a [lexicon](../personalization/franca_personalization/copy/guardrails/lexicons/README.md) for each language.
This page is generated from the rules.

| rule | | what it asks | why |
|---|---|---|---|
"""


def rules() -> str:
    """Return the page of the guardrails."""
    return _RULES_HEAD + "".join(f"| `{each.id}` | {each.severity} | {each.meaning} | {each.source} |\n" for each in RULES.values())


PAGES: dict[Path, Callable[[], str]] = {PAGE: page, PAGE.with_name("copy-rules.md"): rules}
SCHEMA_FILES = {PAGE.with_name("schema") / f"{name}.json": partial(schema_text, name) for name in SCHEMAS}


def main() -> None:
    """Write the pages and schemas, or with --check say whether they are as they should be."""
    for path, made in (PAGES | SCHEMA_FILES).items():
        if "--check" not in sys.argv:
            path.parent.mkdir(exist_ok=True)
            path.write_text(made(), encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != made():
            sys.exit(f"{path.name} is not up to date: run python docs/generate.py")


if __name__ == "__main__":
    main()
