"""What people make at Mailchimp of days, places, purchases, languages, tags and groups, imported, means there and here the same."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from adapters.mailchimp.kept_kit import MAPPED, account, people
from adapters.mailchimp.kit import Account
from evaluator import naive
from franca.adapter import Remote, Resource, ResourceKind, Site, Snapshot
from franca.adapter.importing import Decompiled, NotRepresentableError
from franca.definitions import Segment
from franca.language import check
from franca_mailchimp import options
from franca_mailchimp.decompile import MailchimpDecompiler
from franca_mailchimp.segments import ALL
from schema import AS_OF

BATCH = 60
DOUBTED = {"day-edges": frozenset({"mailchimp.date-compares-days", "mailchimp.days-in-account-zone"})}
"""What is accepted, and the switches of the sandbox that it is about."""
NUMBERS, BLANKS = ("is", "not", "greater", "less"), ("blank", "blank_not")
DAYS = ("2026-01-01", "2026-01-03", "2026-01-09")
PLAIN: Sequence[tuple[str, str, Sequence[str], Sequence[str]]] = (
    ("ecomm_orders", "EcommNumber", NUMBERS, ("0", "1", "2", "-1")),
    ("ecomm_prod_all", "EcommNumber", NUMBERS, ("0", "3")),
    ("ecomm_spent_avg", "EcommNumber", NUMBERS, ("0", "11.5", "20")),
    ("ecomm_spent_all", "EcommSpent", ("greater", "less"), ("0", "20", "-5")),
    ("ecomm_purchased", "EcommPurchased", ("member", "notmember"), ("",)),
    ("ecomm_purchased", "EcommPurchased", ("member", "notmember"), ("",)),
    ("rating", "MemberRating", NUMBERS, ("2", "4")),
    ("language", "Language", ("is", "not"), ("de", "en")),
    ("source", "SignupSource", ("source_is", "source_not"), ("API", "List Import")),
    ("ipgeo", "IPGeoCountryState", ("ipgeocountry", "ipgeonotcountry"), ("DE", "US")),
    ("ipgeo", "IPGeoUnknown", ("ipgeounknown",), ("",)),
    ("gmonkey", "VIP", ("member", "notmember"), ("",)),
    ("BDAY", "BirthdayMerge", ("is", "not", *BLANKS), ("02/28", "02/29", "12/24")),
    ("POINTS", "TextMerge", (*NUMBERS, *BLANKS), ("0", "3", "-1")),
)
"""Field, condition type, operators, and operands."""


@dataclass(frozen=True)
class Hand:
    """Somebody who makes segments at random."""

    chance: random.Random
    names: Snapshot

    def pick(self, found: Sequence[Any]) -> Any:
        return self.chance.choice(found)

    def options(self) -> dict[str, Any]:
        """Make one to three conditions, of which all or any hold."""
        found = [self._condition() for _ in range(self.pick((1, 2, 2, 3)))]
        return {"match": self.pick(("any", "all")), "conditions": found}

    def _condition(self) -> dict[str, Any]:
        return self.pick((self._plain, self._plain, self._plain, self._plain, self._signed, self._tag, self._group))()

    def _plain(self) -> dict[str, Any]:
        field, kind, ops, values = self.pick(PLAIN)
        op, value = self.pick(ops), self.pick(values)
        return {"field": field, "condition_type": kind, "op": op, **({"value": value} if value and op not in BLANKS else {})}

    def _signed(self) -> dict[str, Any]:
        op = self.pick((*NUMBERS, *BLANKS))
        more = {} if op in BLANKS else {"value": "date", "extra": self.pick(DAYS)}
        return {"field": "timestamp_opt", "condition_type": "Date", "op": op, "value": "", **more}

    def _ids(self, kind: str, qualifier: str = "") -> list[str]:
        return sorted(ids[0] for (each, _, there), ids in self.names.names.items() if (each, there) == (kind, qualifier))

    def _tag(self) -> dict[str, Any]:
        tag = self.pick(self._ids(options.STATIC_SEGMENT))
        return {
            "field": "static_segment",
            "condition_type": "StaticSegment",
            "op": self.pick(("static_is", "static_not")),
            "value": int(tag),
        }

    def _group(self) -> dict[str, Any]:
        groups = self._ids(options.GROUP, "Topics")
        (category,) = self.names.names[options.CATEGORY, "Topics", ""]
        op = self.pick(("interestcontains", "interestcontainsall", "interestnotcontains"))
        return {"field": category, "condition_type": "Interests", "op": op, "value": self.chance.sample(groups, self.pick((1, 2)))}


def compare(number: int, *, flipping: bool) -> Counter[str]:
    """Make a batch of segments by hand, import them, and compare members; return how many were in our language.

    *flipping*: once more without each assumption of the sandbox that the import of a segment does not name.
    """
    rows = people(40, number)
    with account({}, rows) as found:
        hand = Hand(random.Random(number), found.connection.read())
        made = [found.connection.create(_resource(at), hand.options()) for at in range(BATCH)]
        return _compared(found, made, rows, flipping)


def _resource(number: int) -> Resource:
    return Resource(kind=ResourceKind.SEGMENT, key=f"s{number}", title="Made by hand", counted=ALL)


def _compared(found: Account, made: list[str], rows: list[naive.Row], flipping: bool) -> Counter[str]:
    remotes = {each.id: each for each in found.connection.read().remotes if each.kind is ResourceKind.SEGMENT}
    site, told, seen = _site(found), dict[str, Decompiled](), Counter[str]()
    decompiler = MailchimpDecompiler(site, found.connection.read(), [*DOUBTED])
    for identity in made:
        try:
            told[identity] = decompiler.segment(remotes[identity])
        except NotRepresentableError as error:
            seen[error.what] += 1
    segments = {identity: Segment(key=identity, name=identity, where=each.where) for identity, each in told.items()}
    expected = naive.emails(check(replace(site.project, segments=segments)), {"customers": rows}, AS_OF)
    for flipped in ["", *(found.sandbox.assumptions if flipping else ())]:
        found.sandbox.assumptions.update({flipped: False} if flipped else {})
        for identity, each in told.items():
            if flipped not in _leaned(each):
                assert _members(found, identity) == expected[identity], f"{each.where}\n{remotes[identity].body}\nwithout {flipped}"
        found.sandbox.assumptions.update({flipped: True} if flipped else {})
    return seen + Counter({"in our language": len(told), "telling": sum(bool(expected[each]) for each in told)})


def _site(found: Account) -> Site:
    """Return the site without one mapping: another attribute is mapped to the same flag."""
    mapped = {name: mapping for name, mapping in MAPPED.items() if name != "vip"}
    return Site(project=found.site.project, destination=replace(found.site.destination, attributes=mapped))


def _leaned(told: Decompiled) -> frozenset[str]:
    return frozenset(each.id for each in told.assumptions).union(*(DOUBTED[finding] for finding, _ in told.approximated))


def _members(found: Account, identity: str) -> set[str]:
    remote = Remote(kind=ResourceKind.SEGMENT, id=identity, name="x")
    return {contact.email for contact in found.connection.members(remote, _resource(0))} - {"nobody@other.test"}


def check_batches(number: int, *, flipping: bool = False) -> None:
    """Compare *number* batches; many conditions are in our language, and most of those have members."""
    seen: Counter[str] = Counter()
    for at in range(number):
        seen += compare(at, flipping=flipping)
    assert seen["in our language"] > 0.5 * number * BATCH, seen
    assert seen["telling"] > 0.5 * seen["in our language"], seen


def test_handmade_segments_mean_the_same_when_imported() -> None:
    """The sandbox, which knows Mailchimp's documents and not our compiler, counts whom the imported definition selects."""
    check_batches(1)


@pytest.mark.slow
def test_many_handmade_segments_mean_the_same_when_imported() -> None:
    """Many more of them, also without each assumption that an import does not name."""
    check_batches(12, flipping=True)
