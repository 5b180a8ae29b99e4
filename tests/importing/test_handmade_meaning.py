"""What people make at Klaviyo, imported, means there and here the same: random definitions, counted by the sandbox and evaluated."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

import strategies
from adapters.klaviyo.kit import Account, account, seed
from evaluator import naive
from franca.adapter import Remote, Resource, ResourceKind, Site
from franca.adapter.importing import Decompiled, NotRepresentableError
from franca.definitions import Segment
from franca.language import check
from franca_klaviyo.decompile import KlaviyoDecompiler
from schema import AS_OF

Condition = dict[str, Any]
PROPERTY = {name: f"properties['{name}']" for name in ("points", "credit", "score", "vip", "tags", "birthday")}
COUNTRY, CREATED = "location['country']", "properties['Registered At']"
COMPARED = ("equals", "not-equals", "greater-than", "greater-than-or-equal", "less-than", "less-than-or-equal")
BATCH = 60


@dataclass(frozen=True)
class Hand:
    """Somebody who makes segments at random."""

    chance: random.Random
    metrics: dict[str, str]

    def pick(self, options: Sequence[Any]) -> Any:
        return self.chance.choice(options)

    def definition(self) -> dict[str, Any]:
        """Make one to three groups of one to three conditions."""
        return {"condition_groups": [{"conditions": self._group()} for _ in range(self.pick((1, 1, 2, 3)))]}

    def _group(self) -> list[Condition]:
        found = [self.pick(MAKES)(self) for _ in range(self.pick((1, 1, 1, 2, 3)))]
        unset = [self._of(each["property"], "existence", "not-set") for each in found if each["type"] == "profile-property"]
        return found + (unset if self.chance.random() < 0.3 else [])

    def _of(self, name: str, kind: str, operator: str, **more: Any) -> Condition:
        return {"type": "profile-property", "property": name, "filter": {"type": kind, "operator": operator, **more}}

    def text(self) -> Condition:
        operator = self.pick(("equals", "contains", "starts-with", "ends-with", "in"))
        denied = self.pick(("", "not-"))
        value = self.pick((["DE", "FR"], ["AT"])) if operator == "in" else self.pick(("DE", "D", "de", "FR", "R"))
        return self._of(COUNTRY, "string", denied + operator, value=value)

    def number(self) -> Condition:
        name = self.pick(("points", "credit", "score"))
        return self._of(PROPERTY[name], "numeric", self.pick(COMPARED), value=self.pick((0, 5, 10, -3, 0.25, 19.99)))

    def flag(self) -> Condition:
        return self._of(PROPERTY["vip"], "boolean", "equals", value=self.chance.random() < 0.5)

    def listed(self) -> Condition:
        return self._of(PROPERTY["tags"], "list", self.pick(("contains", "not-contains")), value=self.pick(("vip", "new")))

    def day(self) -> Condition:
        return self._of(self.pick((PROPERTY["birthday"], CREATED)), "date", **self._window(days=True))

    def event(self) -> Condition:
        metric = self.pick(sorted(self.metrics))
        measured = self.pick(("count", "count", "sum"))
        test = {"type": "numeric", "operator": self.pick(COMPARED), "value": self.pick((0, 1, 2, 5, 49.99))}
        window = self.pick(({"operator": "alltime"}, self._window(days=False)))
        filters = {"metric_filters": [self._filter(metric)]} if self.chance.random() < 0.4 else {}
        return {
            "type": "profile-metric",
            "metric_id": self.metrics[metric],
            "measurement": measured,
            "measurement_filter": test,
            "timeframe_filter": {"type": "date", **window},
            **filters,
        }

    def _filter(self, metric: str) -> Condition:
        name = {"Placed Order": "Quantity", "Cancelled Order": "Quantity", "Viewed Page": "Items"}[metric]
        return {
            "property": name,
            "filter": {"type": "numeric", "operator": self.pick(COMPARED), "value": self.pick((1, 5))},
        }

    def _window(self, *, days: bool) -> dict[str, Any]:
        unit = self.pick(("hour", "day") if days else ("hour",))
        length = 24 if unit == "hour" else 1
        quantity = self.pick((1, 2, 7, 30, 365)) * length
        start, end = sorted(self.chance.sample((0, 1, 3, 30, 90), 2))
        static = self.pick((("2025-02-28T00:00:00Z", "2025-12-31T23:59:59Z"), ("2024-02-29T00:00:00Z", "2025-02-28T00:00:00Z")))
        return self.pick(
            (
                {"operator": self.pick(("in-the-last", "at-least", "in-the-next")), "unit": unit, "quantity": quantity},
                {
                    "operator": "between",
                    "unit": unit,
                    "start": start * (24 if unit == "hour" else 1),
                    "end": end * (24 if unit == "hour" else 1),
                },
                {"operator": "between-static", "start": static[0], "end": static[1]},
                {"operator": self.pick(("before", "after")), "date": "2025-02-28T00:00:00Z"},
                {"operator": self.pick(("anniversary-month", "anniversary"))} if days else self._whole_day(self.pick((0, 0, 1, 5))),
            )
        )

    def _whole_day(self, ago: int) -> dict[str, Any]:
        return {"operator": "between", "unit": "day", "start": ago, "end": ago}

    def consent(self) -> Condition:
        receives, subscription = self.pick(((True, "subscribed"), (False, "unsubscribed"), (False, "any"), (True, "never_subscribed")))
        consent = {"channel": "email", "can_receive_marketing": receives, "consent_status": {"subscription": subscription}}
        return {"type": "profile-marketing-consent", "consent": consent}


MAKES: Sequence[Callable[[Hand], Condition]] = (
    Hand.text,
    Hand.number,
    Hand.flag,
    Hand.listed,
    Hand.day,
    Hand.event,
    Hand.event,
    Hand.consent,
)


def compare(seed_: int, *, flipping: bool) -> Counter[str]:
    """Make a batch of segments by hand, import them, and compare members; return how many were in our language.

    *flipping*: once more without each assumption of the sandbox that the import of a segment does not name.
    """
    tables = strategies.drawn(strategies.tables(profiles=20, orders=40, views=24), 3, seed_)[2]
    with account(limited=False, processing_seconds=0.0) as found:
        project = replace(found.site.project, timezone="UTC")
        found.host.emulator.seed(seed(project, tables, AS_OF))
        names = found.connection.read().names
        hand = Hand(random.Random(seed_), {name: ids[0] for (_, name, qualifier), ids in names.items() if not qualifier})
        made = [_made(found, number, hand.definition()) for number in range(BATCH)]
        return _compared(found, Site(project=project, destination=found.site.destination), made, tables, flipping)


def _made(found: Account, number: int, definition: dict[str, Any]) -> str:
    body = {"definition": definition, "active": True, "tag": ""}
    return found.connection.create(Resource(kind=ResourceKind.SEGMENT, key=f"s{number}", title="Made by hand"), {**body, "tag": "x"})


def _compared(found: Account, site: Site, made: list[str], tables: strategies.Tables, flipping: bool) -> Counter[str]:
    snapshot = found.connection.read()
    remotes = {each.id: each for each in snapshot.remotes}
    decompiler, told, seen = KlaviyoDecompiler(site, snapshot), dict[str, Decompiled](), Counter[str]()
    for identity in made:
        try:
            told[identity] = decompiler.segment(remotes[identity])
        except NotRepresentableError as error:
            seen[error.what] += 1
    segments = {identity: Segment(key=identity, name=identity, where=each.where) for identity, each in told.items()}
    expected = naive.emails(check(replace(site.project, segments=segments)), tables, AS_OF)
    for flipped in ["", *(found.sandbox.assumptions if flipping else ())]:
        found.sandbox.assumptions.update({flipped: False} if flipped else {})
        for identity, each in told.items():
            if flipped not in {leaned.id for leaned in each.assumptions}:
                members = {contact.email for contact in found.connection.members(_plain(remotes[identity]), Resource(**_RESOURCE))}
                assert members == expected[identity], f"{each.where}\n{remotes[identity].body['definition']}\nwithout {flipped}"
        found.sandbox.assumptions.update({flipped: True} if flipped else {})
    return seen + Counter({"in our language": len(told), "telling": sum(bool(expected[each]) for each in told)})


_RESOURCE: dict[str, Any] = {"kind": ResourceKind.SEGMENT, "key": "x", "title": "x"}


def _plain(remote: Remote) -> Remote:
    return replace(remote, body={})


def check_batches(number: int, *, flipping: bool = False) -> None:
    """Compare *number* batches; most definitions are in our language, and most of those have members."""
    seen: Counter[str] = Counter()
    for at in range(number):
        seen += compare(at, flipping=flipping)
    assert seen["in our language"] > 0.3 * number * BATCH, seen
    assert seen["telling"] > 0.4 * seen["in our language"], seen


def test_handmade_segments_mean_the_same_when_imported() -> None:
    """The sandbox, which knows Klaviyo's documents and not our compiler, counts whom the imported definition selects."""
    check_batches(1)


@pytest.mark.slow
def test_many_handmade_segments_mean_the_same_when_imported() -> None:
    """Many more of them, also without each assumption that an import does not name."""
    check_batches(12, flipping=True)
