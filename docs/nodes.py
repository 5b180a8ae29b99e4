"""Write docs/what-becomes-native.md: what a segment of each part of the language becomes at each ESP, as its adapter decides.

python docs/nodes.py [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from franca.adapter import Site, adapter
from franca.definitions import (
    Attribute,
    ConsentSource,
    Data,
    DataType,
    Destination,
    EventMapping,
    EventSource,
    FieldMapping,
    Kind,
    Location,
    Memberships,
    Predicate,
    ProfileSource,
    Project,
    Property,
    Realisation,
    Segment,
    Status,
)
from franca.errors import FrancaError
from franca.language import check, load_predicate
from franca.plan.decision import Decision, decide

PAGE = Path(__file__).parent / "what-becomes-native.md"
ESPS = {"klaviyo": "Klaviyo", "mailchimp": "Mailchimp", "brevo": "Brevo", "mailerlite": "MailerLite"}

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "Combinations": (
        "everyone: true",
        "all: [{attribute: country, is: DE}, {attribute: points, gt: 5}]",
        "any: [{attribute: country, is: DE}, {attribute: points, gt: 5}]",
        "none: [{attribute: country, is: DE}, {attribute: points, gt: 5}]",
        "not: {attribute: country, is: DE}",
        "at_least: {count: 2, of: [{attribute: country, is: DE}, {attribute: points, gt: 5}, {attribute: score, gt: 5}]}",
        "all: [{attribute: country, is: DE}, {any: [{attribute: points, gt: 5}, {attribute: score, gt: 5}]}]",
        "any: [{attribute: country, is: DE}, {all: [{attribute: points, gt: 5}, {attribute: score, gt: 5}]}]",
        "all: [{attribute: points, gt: 5}, {attribute: topics, has_any: [Sale, News]}]",
        "segment: germans",
    ),
    "Texts": (
        "{attribute: country, is: DE}",
        "{attribute: country, is_not: DE}",
        "{attribute: country, in: [DE, AT]}",
        "{attribute: country, not_in: [DE, AT]}",
        "{attribute: country, contains: [E]}",
        "{attribute: country, starts_with: [D]}",
        "{attribute: country, ends_with: [E]}",
        "{attribute: country, matches: '^D'}",
        "{attribute: country, gt: M}",
        "{attribute: country, is: de, ignore_case: true}",
        "{attribute: country, is_set: true}",
        "{attribute: country, is_empty: true}",
        "{attribute: email, is: ann@shop.example}",
    ),
    "Numbers": (
        "{attribute: points, is: 5}",
        "{attribute: points, gte: 5}",
        "{attribute: points, lt: 5}",
        "{attribute: points, between: [5, 9]}",
        "{attribute: points, is_set: false}",
        "{attribute: spent, lte: 99.50}",
        "{attribute: score, gte: 0.5}",
        "{attribute: orders, lt: 3}",
        "{attribute: points, gt: {attribute: orders}}",
    ),
    "Yes and no, lists": (
        "{attribute: member, is: true}",
        "{attribute: member, is: false}",
        "{attribute: tags, has_any: [blog]}",
        "{attribute: tags, has_all: [blog, shop]}",
        "{attribute: tags, has_none: [blog, shop]}",
        "{attribute: tags, length: {gte: 2}}",
        "{attribute: topics, has_all: [Sale, News]}",
        "{attribute: topics, has_none: [Sale, News]}",
    ),
    "Days and instants": (
        "{attribute: birthday, is: 1990-05-01}",
        "{attribute: birthday, from: 1990-05-01}",
        "{attribute: birthday, to: 1990-05-01}",
        "{attribute: birthday, last: 30 days}",
        "{attribute: birthday, next: 30 days}",
        "{attribute: birthday, day: today}",
        "{attribute: named, anniversary: {day: 2026-07-04}}",
        "{attribute: named, anniversary: {next: 7 days}}",
        "{attribute: seen, from: 2026-01-01}",
        "{attribute: seen, last: 36 hours}",
        "{attribute: seen, ago: {at_least: 30 days}}",
        "{attribute: seen, this: month}",
        "{attribute: seen, previous: week}",
        "{attribute: seen, since: {attribute: joined}}",
        "{attribute: seen, since: {latest: order}}",
        "{attribute: seen, is_set: true}",
    ),
    "Events": (
        "{event: order}",
        "{event: order, count: 0}",
        "{event: opened}",
        "{event: opened, count: 0}",
        "{event: order, count: {gte: 3}, last: 90 days}",
        "{event: order, last: 36 hours}",
        "{event: order, last: 2 months}",
        "{event: order, ago: [30 days, 7 days]}",
        "{event: order, from: 2026-01-01, to: 2026-02-01}",
        "{event: order, this: month}",
        "{event: order, since: {latest: visit}}",
        "{event: [order, visit], last: 30 days}",
        "{event: order, where: {property: coupon, is: X}}",
        "{event: order, where: {time: weekday, in: [saturday, sunday]}}",
        "{event: order, where: {time: at, from: 2026-01-01}}",
        "{event: order, sum: {of: total, gte: 1000}}",
        "{event: order, avg: {of: total, gte: 80}}",
        "{event: order, min: {of: total, gte: 80}}",
        "{event: order, max: {of: total, gte: 80}}",
        "{event: order, distinct: {of: coupon, gte: 2}}",
        "{event: order, per: coupon, count: {gte: 2}}",
        "{event: order, days_since_last: {gt: 90}}",
        "{event: order, days_since_first: {gt: 90}}",
        "{latest: order, last: 30 days, having: {property: coupon, is: X}}",
        "{first: order, not_followed_by: {event: visit, within: 3 days}}",
        "{sequence: [visit, {event: order, within: 3 days}], starting: {last: 30 days}}",
        "{regular: order, every: month, at_least: 4, of_last: 6}",
        "{measure: {event: order}, divided_by: {event: visit}, gt: 0.5}",
        "{rank: {event: order, sum: total}, top: 10%}",
        "{rank: {attribute: points}, tile: {of: 3, in: [3]}}",
    ),
    "Consent, places, samples, what people made": (
        "mailable: email",
        "all: [{mailable: email}, {attribute: points, gt: 5}]",
        "any: [{mailable: email}, {attribute: points, gt: 5}]",
        "not: {mailable: email}",
        "{consent: email, status: [subscribed, pending]}",
        "{consent: email, at: {last: 30 days}}",
        "member_of: club",
        "near: {latitude: 52.5, longitude: 13.4, within: 25 km}",
        "sample: {percent: 10, salt: holdout}",
        "native: {klaviyo: {segment: VIP}, mailchimp: {segment: VIP}, brevo: {segment: VIP}, mailerlite: {segment: VIP}}",
    ),
}
"""What a definition may say, in its own words; every kind of node is in one of them."""

_TYPES = {
    "email": DataType(Kind.TEXT),
    "country": DataType(Kind.TEXT),
    "points": DataType(Kind.INTEGER),
    "orders": DataType(Kind.INTEGER),
    "spent": DataType(Kind.DECIMAL, 2),
    "score": DataType(Kind.NUMBER),
    "member": DataType(Kind.BOOLEAN),
    "birthday": DataType(Kind.DATE),
    "named": DataType(Kind.DATE),
    "seen": DataType(Kind.DATETIME),
    "joined": DataType(Kind.DATETIME),
    "tags": DataType(Kind.LIST),
    "topics": DataType(Kind.LIST),
}
_MAILCHIMP = {
    "email": "EMAIL",
    "country": "COUNTRY",
    "points": "POINTS",
    "orders": "ecomm_orders",
    "spent": "SPENT",
    "score": "SCORE",
    "member": "vip",
    "birthday": "BORN",
    "named": "NAMED",
    "seen": "timestamp_opt",
    "joined": "JOINED",
    "tags": "tags",
    "topics": "interests:Topics",
}
_FIELDS: Mapping[str, Mapping[str, FieldMapping]] = {
    "klaviyo": {name: FieldMapping(field=name if name == "email" else f"properties['{name}']") for name in _TYPES},
    "mailchimp": {name: FieldMapping(field=field) for name, field in _MAILCHIMP.items()},
    "brevo": {name: FieldMapping(field=name.upper()) for name in _TYPES if name != "email"},
    "mailerlite": {name: FieldMapping(field=name) for name in _TYPES if name != "email"},
}
_EVENTS = {
    "order": EventMapping(metric="Placed Order", value="total", properties={"total": "Total", "coupon": "Coupon"}),
    "visit": EventMapping(metric="Visited"),
}
_CAMPAIGNS = {"klaviyo": "Opened Email", "mailchimp": "open", "brevo": "opened", "mailerlite": "opened"}
_HEAD = """# What becomes native

Written by `python docs/nodes.py` from what each adapter decides; the tests try every line both ways.

- **native**: conditions at the ESP that mean exactly the definition, given the facts that a mapping claims. In brackets stand the named
  assumptions that it leans on, where no document of the vendor says enough; the sandboxes can flip each.
- tag, list: `franca sync` makes one equal to the definition, exact as of the last sync. Beside it stands what is in the way of a native
  segment: the id of the finding, of which `franca explain` shows the place, and whose words are [below](#findings). Where consent to it
  (`accept: {ESP: {ID: the reason}}`) makes a native segment that may differ just so, that is said.
- Every definition can be a marker as well, a field that sync writes (`realise: {ESP: marker}`), but for keys with capitals at Brevo and
  MailerLite, which takes no underscore at an end of a key or beside another either.

Everything is mapped as far as the ESP has such a thing: texts, numbers and days as fields; at Mailchimp lists as tags and interest groups,
`orders` as its own count, `seen` as the opt-in, `member` as VIP and `opened` as its opens; at Klaviyo events as metrics. `orders` and
`member` are `required: true`.
"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One example: its text, the predicate, what it becomes at each ESP, and where an accept makes it native."""

    section: str
    text: str
    where: Predicate
    decisions: Mapping[str, Decision]
    acceptable: frozenset[str]


def _events(esp: str) -> dict[str, EventMapping]:
    return {**_EVENTS, "opened": EventMapping(metric=_CAMPAIGNS[esp])}


def _project(segments: Mapping[str, Segment]) -> Project:
    attributes = {
        name: Attribute(name=name, type=type_, column=name, required=name in ("orders", "member"), zone="UTC")
        for name, type_ in _TYPES.items()
    }
    consent = ConsentSource(channel="email", status="status", values={Status.SUBSCRIBED: ("yes",)}, at="since", suppressed="gone")
    profile = ProfileSource(
        table="people", key="id", attributes=attributes, consent={"email": consent}, location=Location(latitude="lat", longitude="lon")
    )
    kinds = {"total": DataType(Kind.DECIMAL, 2), "coupon": DataType(Kind.TEXT)}
    properties = {name: Property(name=name, type=type_, column=name) for name, type_ in kinds.items()}
    events = {
        "order": EventSource(name="order", table="orders", profile="person", at="at", id="id", properties=properties),
        "visit": EventSource(name="visit", table="visits", profile="person", at="at", id="id"),
        "opened": EventSource(name="opened", table="opens", profile="person", at="at", id="id"),
    }
    memberships = Memberships(table="memberships", profile="person", name="name")
    destinations = {
        name: Destination(
            name=name, adapter=name, settings={"api_key": "env:KEY", "audience": "Shop"}, attributes=_FIELDS[name], events=_events(name)
        )
        for name in ESPS
    }
    return Project(
        name="docs",
        timezone="UTC",
        data=Data(connect="data", profile=profile, events=events, memberships=memberships),
        segments=segments,
        destinations=destinations,
    )


@cache
def project() -> Project:
    """Return a checked project whose segments are the examples, by their number."""
    texts = [text for texts in EXAMPLES.values() for text in texts]
    wheres = {"germans": "{attribute: country, is: DE}"} | {f"e{number}": text for number, text in enumerate(texts)}
    return check(_project({key: Segment(key=key, name=key, where=load_predicate(text)) for key, text in wheres.items()}))


def rows() -> Iterator[Row]:
    """Yield every example."""
    number, of = 0, project()
    for section, texts in EXAMPLES.items():
        for text in texts:
            segment = of.segments[f"e{number}"]
            decisions = {esp: decide(segment, site(esp), adapter(esp))[0] for esp in ESPS}
            acceptable = frozenset(esp for esp in ESPS if is_acceptable(segment, esp, decisions[esp]))
            yield Row(section=section, text=text, where=segment.where, decisions=decisions, acceptable=acceptable)
            number += 1


def accepting(segment: Segment, esp: str, decision: Decision) -> Segment:
    """Return the segment with consent to each of a decision's findings."""
    return replace(segment, accept={esp: {each.id: "whatever it means" for each in decision.findings}})


def is_acceptable(segment: Segment, esp: str, decision: Decision) -> bool:
    """Tell whether consent to its findings makes a segment native that is not."""
    if decision.realisation is Realisation.NATIVE:
        return False
    try:
        adapter(esp).compile(accepting(segment, esp, decision), Realisation.NATIVE, site(esp))
    except FrancaError:
        return False
    return True


def site(esp: str) -> Site:
    """Return where the examples are compiled for an ESP."""
    return Site(project=project(), destination=project().destinations[esp])


def cell(decision: Decision, *, acceptable: bool) -> str:
    """Return what is told of one decision."""
    if decision.realisation is Realisation.NATIVE:
        leaned = sorted(each.id for each in decision.assumptions if not each.id.startswith("facts:"))
        return "**native**" + (f" ({', '.join(f'`{each}`' for each in leaned)})" if leaned else "")
    ids = ", ".join(dict.fromkeys(f"`{each.id}`" for each in decision.findings))
    return f"{decision.kept_as or '**refused**'}: {ids}" + (" or **native** with an accept" if acceptable else "")


def page() -> str:
    """Return the page."""
    lines, found = [_HEAD.rstrip("\n")], list(rows())
    for section in EXAMPLES:
        lines += ["", f"## {section}", "", f"| definition | {' | '.join(ESPS.values())} |", "|---|" + "---|" * len(ESPS)]
        for row in (row for row in found if row.section == section):
            cells = " | ".join(cell(row.decisions[esp], acceptable=esp in row.acceptable) for esp in ESPS)
            lines.append(f"| `` {row.text} `` | {cells} |")
    lines += ["", "## Findings", "", "| ESP | finding | what |", "|---|---|---|"]
    lines += [f"| {ESPS[esp]} | `{identity}` | {'; '.join(whats)} |" for esp in ESPS for identity, whats in findings(found, esp).items()]
    return "\n".join(lines) + "\n"


def findings(found: Sequence[Row], esp: str) -> dict[str, list[str]]:
    """Return what an ESP's findings say, by id; one id may say several things."""
    said: dict[str, list[str]] = {}
    for each in (finding for row in found for finding in row.decisions[esp].findings if row.decisions[esp].kept_as):
        if each.what not in said.setdefault(each.id, []):
            said[each.id].append(each.what)
    return dict(sorted(said.items()))


def main() -> None:
    """Write the page, or with --check say whether it is as it should be."""
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page():
        sys.exit(f"{PAGE.name} is not up to date: run python docs/nodes.py")


if __name__ == "__main__":
    main()
