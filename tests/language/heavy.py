"""The most expensive files that are allowed.

`python tests/language/heavy.py NAME` loads and checks one of them, and says what it took.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from language.nasty import PROJECT, SEGMENTS


def listed(one: str, number: int, around: str = "{any: [@]}", start: int = 1) -> str:
    """Return one segment of so many parts; # is the number of a part."""
    return "segments:\n  a:\n    name: x\n    where: " + around.replace("@", ",\n".join(numbered(one, number, start))) + "\n"


def several(one: str, number: int) -> str:
    """Return so many segments."""
    return "segments:\n" + "".join(f"  {each}\n" for each in numbered(one, number))


def numbered(one: str, number: int, start: int = 1) -> list[str]:
    return [one.replace("#", str(each)) for each in range(start, start + number)]


def attributes(one: str, number: int) -> str:
    """Return franca.yaml with so many attributes more."""
    return PROJECT.replace("      email:", "".join(f"      {each}\n" for each in numbered(one, number)) + "      email:", 1)


_CLASSES = "".join(rf"\p{{L}}{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")

SEGMENT_FILES: dict[str, Callable[[], str]] = {
    "a megabyte of items": lambda: "segments: [" + "a," * 499_990 + "]",
    "a megabyte of documents": lambda: "---\n" * 250_000,
    "a megabyte of comments": lambda: "# x\n" * 249_000 + SEGMENTS.encode("ascii", "ignore").decode(),
    "a megabyte of one text": lambda: listed("{attribute: country, is: '" + "x " * 490_000 + "'}", 1),
    "texts": lambda: listed("text number #", 49_000, "{attribute: country, in: [@]}"),
    "texts that ignore case": lambda: listed("Text number #", 49_000, "{attribute: country, ignore_case: true, in: [@]}"),
    "numbers of another type": lambda: listed("#", 49_000, "{attribute: country, in: [@]}"),
    "instants": lambda: listed("2026-01-31T09:00:00+01:00", 30_000, "{attribute: seen_at, in: [@]}"),
    "predicates": lambda: listed("{attribute: age, gt: #}", 16_000),
    "events": lambda: listed("{event: order, count: {gte: #}, last: # days}", 8_000),
    "conditions of events": lambda: listed(
        "{property: total, gt: {attribute: spent, times: #}}", 8_000, "{event: order, where: {any: [@]}}"
    ),
    "events of many kinds": lambda: listed("{property: sku, is: x#}", 12_000, "{event: [order, visit], where: {any: [@]}}"),
    "steps": lambda: listed("order", 48_000, "{sequence: [@]}"),
    "steps with conditions": lambda: listed("{event: order, where: {property: sku, is: x#}}", 8_000, "{sequence: [@]}"),
    "windows since an event": lambda: listed("{event: order, since: {latest: order, where: {property: sku, is: x#}}}", 6_500),
    "deep trees": lambda: listed("{not: {all: [{any: [{none: [{attribute: age, gt: #}]}]}]}}", 4_800),
    "segments": lambda: several("s#: {name: x, where: {attribute: age, gt: #}}", 9_000),
    "segments of groups": lambda: several("s#: {name: x, where: {everyone: true}, group: g, priority: #}", 8_000),
    "segments of one segment": lambda: several("s#: {name: x, where: {segment: s1}}", 9_000).replace(
        "{segment: s1}", "{everyone: true}", 1
    ),
    "segments that are misspelt": lambda: several("s#: {name: x, where: {segment: t#}}", 9_000),
    "aliases": lambda: "segments:\n  a:\n    name: x\n    where:\n    - &p {attribute: age, gt: 1}\n" + "    - *p\n" * 16_000,
    "keys that are misspelt": lambda: several("s#: {nmae: x, wheer: {everyone: true}}", 9_000),
    "subjects that are misspelt": lambda: listed("{attribut#: x}", 20_000),
    "attributes that are misspelt": lambda: listed("{attribute: contry#, is: x}", 12_000),
    "patterns": lambda: listed("{attribute: country, matches: '^[A-Z]{2}-#[0-9]+$'}", 12_000),
    "patterns that repeat": lambda: listed("{attribute: country, matches: 'a{1,1000}#'}", 12_000),
    "patterns of classes": lambda: listed("{attribute: country, matches: '" + _CLASSES + "#'}", 3_000),
    "patterns that are refused": lambda: listed(r"{attribute: country, matches: '(\pL{1,100}){1,10}#'}", 12_000),
}
PROJECT_FILES: dict[str, Callable[[], str]] = {
    "attributes": lambda: attributes("a#: {type: text, zone: Europe/Paris}", 15_000),
    "attributes in no zone": lambda: attributes("a#: {type: datetime, zone: Nowhere/X#}", 15_000),
    "attributes of no type": lambda: attributes("a#: {type: texd#}", 20_000),
    "mappings of no attribute": lambda: PROJECT.replace("{country: country}", f"{{{', '.join(numbered('x#: y', 40_000))}}}"),
    "mappings of attributes": lambda: attributes("a#: {type: text}", 11_000).replace(
        "{country: country}", f"{{{', '.join(numbered('a#: y', 11_000))}}}"
    ),
    "sources": lambda: PROJECT.replace(
        "    visit:", "\n".join(numbered("    e#: {table: t, profile: p, at: x}", 11_000)) + "\n    visit:", 1
    ),
    "destinations": lambda: PROJECT.replace(
        "policies:", "\n".join(numbered("  d#: {adapter: klaviyo, api_key: env:K}", 15_000)) + "\npolicies:"
    ),
}


def main(name: str) -> None:
    """Print CPU seconds, megabytes, and what the end was."""
    from franca.errors import FrancaError
    from franca.language import load_and_check

    with tempfile.TemporaryDirectory(prefix="franca-heavy-") as made:
        folder = Path(made)
        (folder / "segments").mkdir()
        project = PROJECT_FILES[name]() if name in PROJECT_FILES else PROJECT
        (folder / "franca.yaml").write_text(project, encoding="utf-8")
        (folder / "segments" / "a.yaml").write_text(SEGMENT_FILES[name]() if name in SEGMENT_FILES else SEGMENTS, encoding="utf-8")
        start = time.process_time()
        try:
            load_and_check(folder)
            end = "a project"
        except FrancaError as error:
            end = str(error)[:80]
        seconds = time.process_time() - start
    # not `ru_maxrss`: that of a new process begins with what its parent, a test runner, had
    megabytes = int(Path("/proc/self/status").read_text(encoding="ascii").partition("VmHWM:")[2].split()[0]) / 1024
    sys.stdout.write(json.dumps([seconds, megabytes, end]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
