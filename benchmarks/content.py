"""Templates: translating one of 60 KB into three languages against Jinja's own compilation, rendering against Jinja's own rendering."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from jinja2 import Environment, Undefined
from rich.console import Console
from rich.table import Table

from franca.adapter import Site, adapter
from franca.content import Document, Person, Renderer, Setting, Surroundings, document
from franca.definitions import Format, Part, Position, Project, Source, Template
from franca.language import check, load

DEMO = Path(__file__).parents[1] / "src" / "franca" / "demo" / "project"
ROUNDS = 7
PEOPLE = 10_000
_LOREM = "A jacket that keeps the rain out and the warmth in, made of wool from sheep that we know by name. " * 4
_PARAGRAPH = """
<tr><td style="padding:8px 24px;font:16px/1.5 Helvetica,Arial,sans-serif;color:#22313f;background:#ffffff">
<p>Number {number}, {{{{ profile.first_name | default("there") }}}}: {text}</p>
{{% if profile.country in ["DE", "AT"] and not profile.points >= {number} %}}<p>Kostenloser Versand.</p>
{{% elif in_segment("vip") %}}<p>Early access.</p>{{% else %}}<p>New in.</p>{{% endif %}}
<a href="https://shop.example/p/{number}?c={{{{ profile.country | default("DE") }}}}">Product {number}</a></td></tr>"""


def template(size: int = 60_000) -> str:
    """Return a newsletter of *size* characters: rows with text, a value in the text and in an address, an `if` with three branches."""
    head = '<!doctype html><html lang="en"><head><title>News</title></head><body><table role="presentation">'
    rows = ""
    number = 0
    while len(head) + len(rows) < size:
        number += 1
        rows += _PARAGRAPH.format(number=number, text=_LOREM)
    foot = '</table><p>{{ company_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>'
    return head + rows + foot


class _Missing(Undefined):
    """Compares as content does: with nothing."""

    __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: False  # noqa: ARG005


def measure() -> None:
    """Measure and print the two ratios."""
    source, project = template(), check(load(DEMO))
    jinja = Environment(autoescape=True, undefined=_Missing)
    links = {link.value: text for link, text in Surroundings().links.items()}
    jinja.globals.update(links, in_segment=lambda _: False)
    written = _template(source)
    made = document(project, written, lambda _: None)
    times = _medians({"translate": lambda: _translate(project, written), "compile": lambda: jinja.from_string(source)})
    people = [_person(number) for number in range(PEOPLE)]
    renderer, plain = Renderer(made.parts[Part.HTML], Setting()), jinja.from_string(source)
    if any(_words(renderer(each).text) != _words(plain.render(profile=each.values)) for each in people[:30]):
        raise SystemExit("the two render different emails: the comparison would mean nothing")
    rates = _medians(
        {"ours": lambda: [renderer(person) for person in people], "jinja": lambda: [plain.render(profile=p.values) for p in people]}, 3
    )
    _show(times, rates, len(source))


def _words(html: str) -> list[str]:
    """Return what is read and where links lead; an HTML serialiser has been at one of the two."""
    return [*re.findall(r'href="([^"]*)"', html), *re.sub(r"<[^>]*>", " ", html).split()]


def _template(source: str) -> Template:
    at = Position("content/news.html", 1, 1)
    subject = Source(text="News for {{ profile.first_name | default('you') }}", position=at)
    return Template(key="news", name="News", format=Format.HTML, subject=subject, body=Source(text=source, position=at))


def _translate(project: Project, written: Template) -> Document:
    found = document(project, written, lambda _: None)
    for name, destination in project.destinations.items():
        adapter(name).dialect(Site(project=project, destination=destination)).translate(found)
    return found


def _person(number: int) -> Person:
    values = {"first_name": f"Ann{number}" if number % 3 else None, "country": ("DE", "FR", None)[number % 3], "points": number % 200}
    return Person(values={name: value for name, value in values.items() if value is not None})


def _medians(contenders: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            start = time.perf_counter()
            run()
            found[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in found.items()}


def _show(times: Mapping[str, float], rates: Mapping[str, float], size: int) -> None:
    table = Table(title=f"a template of {size:,} characters")
    for column in ("what", "franca", "jinja", "ratio", "wanted"):
        table.add_column(column, justify="left" if column == "what" else "right")
    ratio = times["translate"] / times["compile"]
    table.add_row(
        "to three languages / parse and compile", f"{times['translate']:.3f} s", f"{times['compile']:.3f} s", f"{ratio:.2f}", "≤ 5"
    )
    mine, other = PEOPLE / rates["ours"], PEOPLE / rates["jinja"]
    table.add_row(f"rendering {PEOPLE:,} profiles: rate", f"{mine:,.0f}/s", f"{other:,.0f}/s", f"{mine / other:.2f}", "≥ 0.8")
    Console().print(table)


if __name__ == "__main__":
    measure()
