"""The labelled lines, the briefs that they are for, and how to check one."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from franca.definitions import CONTROL, Copy, Slot, Texts, Wording
from franca_personalization.copy.guardrails import RULES, check
from franca_personalization.copy.records import Brief, Emoji, Fact, Field, ProfileSlot, Severity, Violation

FOLDER = Path(__file__).parent
_LINE = re.compile(r"(?P<language>\w+) (?P<brief>\w+) (?P<field>\w+) (?P<rules>\S+) \| (?P<text>.*)$")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|\\n")
_ANGLED = re.compile(r"(?:(?P<angle>\w+)> )?(?P<text>.*)$", re.DOTALL)

ENDS = datetime(2026, 12, 6, 22, 59, tzinfo=UTC)
FACTS = (
    Fact(name="discount", texts={"en": "up to 20 %", "de": "bis zu 20 %"}),
    Fact(name="price", texts={"": "49 €"}),
    Fact(name="deadline", texts={"en": "Sunday, 6 December", "de": "Sonntag, 6. Dezember"}, ends=ENDS),
    Fact(name="code", texts={"": "LINEN20"}),
    Fact(name="shipping", texts={"en": "free shipping from 50 €", "de": "kostenloser Versand ab 50 €"}),
)
PLAIN = Brief(
    key="plain",
    name="Linen",
    goal="Tell people that linen is here.",
    profile={"first_name": ProfileSlot(name="first_name", attribute="first_name", defaults={"en": "there", "de": "du", "": "you"})},
    links={"link:shop": "https://shop.example/linen"},
    names=("Nordlicht", "March & Finch", "Seven Oaks"),
    avoid=("cheap", "billig*"),
    write=(),
    variants=0,
)
SALE = Brief(
    key="sale",
    name="Linen sale",
    goal="Sell linen until the deadline.",
    facts={fact.name: fact for fact in FACTS},
    profile=PLAIN.profile,
    links=PLAIN.links,
    names=PLAIN.names,
    avoid=PLAIN.avoid,
    allowed=("free returns", "kostenlose Rückgabe"),
    emoji=Emoji.ONE,
    write=(),
    variants=0,
)
BRIEFS: Mapping[str, Brief | None] = {"sale": SALE, "plain": PLAIN, "none": None}
SLOTS = {"discount": Slot(text="up to 20 %"), "first_name": Slot(profile="first_name", default="there")}


@dataclass(frozen=True)
class Line:
    """One labelled text, or several variants of one."""

    number: int
    language: str
    brief: str
    field: str
    rules: frozenset[str]
    text: str

    def copy(self) -> Copy:
        parts = [_ANGLED.match(part) for part in self.text.split(" || ")]
        wordings = [
            Wording(key=CONTROL if not number else f"v{number}", texts=self._texts(part["text"]), angle=part["angle"] or "")
            for number, part in enumerate(parts)
        ]
        return Copy(
            brief=self.brief, segment="all", language=self.language, wordings=tuple(wordings), slots={} if BRIEFS[self.brief] else SLOTS
        )

    def _texts(self, text: str) -> Texts:
        return {Field(self.field): (text,) if self.field == Field.BODY else text}

    def violations(self) -> tuple[Violation, ...]:
        return check(self.copy(), BRIEFS[self.brief])

    def raised(self) -> frozenset[str]:
        return _raised(self)


@cache
def _raised(line: Line) -> frozenset[str]:
    return frozenset(violation.rule for violation in line.violations()) - {"structure.unexpected", "structure.count"}


def errors(rules: frozenset[str]) -> frozenset[str]:
    return frozenset(rule for rule in rules if RULES[rule].severity is Severity.ERROR)


@cache
def lines(name: str) -> tuple[Line, ...]:
    """Read a file of labelled lines; an unknown rule in it is a mistake of the file."""
    return tuple(_lines((FOLDER / name).read_text(encoding="utf-8")))


def _lines(content: str) -> Iterator[Line]:
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.match(line)
        assert found, f"line {number} is not of the format: {line!r}"
        rules = frozenset(found["rules"].split(",")) - {"-"}
        assert rules <= RULES.keys(), f"line {number} names rules that do not exist: {rules - RULES.keys()}"
        yield Line(number, found["language"], found["brief"], found["field"], rules, _ESCAPE.sub(_character, found["text"]))


def _character(found: re.Match[str]) -> str:
    return "\n" if found[0] == "\\n" else chr(int(found[1] or found[2], 16))


@dataclass
class Figures:
    """What the rules found on a file of lines, by group."""

    good: int
    bad: int
    expected: Counter[str]
    found: Counter[str]
    false: Counter[str]
    misses: list[str]
    alarms: list[str]

    def table(self) -> str:
        rows = [f"{'group':<12}{'expected':>9}{'found':>7}{'recall':>8}{'false alarms on good lines':>28}"]
        for group in sorted({*self.expected, *self.false}):
            recall = self.found[group] / self.expected[group] if self.expected[group] else 1.0
            rows.append(f"{group:<12}{self.expected[group]:>9}{self.found[group]:>7}{recall:>8.1%}{self.false[group]:>28}")
        labels = f"{sum(self.expected.values())} labels, {sum(self.found.values())} found"
        rows.append(f"{self.good} good lines, {self.bad} bad; {labels}; {sum(self.false.values())} false alarms")
        return "\n".join(rows)


def measure(name: str) -> Figures:
    """Check every line of a file: labels that were found, and errors on good lines."""
    tallies: defaultdict[str, Counter[str]] = defaultdict(Counter)
    misses, alarms = [], []
    for line in lines(name):
        raised = line.raised()
        for rule in line.rules:
            group = rule.partition(".")[0]
            tallies["expected"][group] += 1
            tallies["found"][group] += rule in raised
            if rule not in raised:
                misses.append(f"{name}:{line.number}: {rule} not raised, but {sorted(raised)}: {line.text!r}")
        for rule in errors(raised) if not line.rules else ():
            tallies["false"][rule.partition(".")[0]] += 1
            alarms.append(f"{name}:{line.number}: {rule} raised on {line.text!r}")
    good = sum(not line.rules for line in lines(name))
    return Figures(good, len(lines(name)) - good, tallies["expected"], tallies["found"], tallies["false"], misses, alarms)
