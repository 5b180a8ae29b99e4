"""Conditions on tags, interest groups, ratings and purchases mean at Mailchimp what the attributes mean that are mapped to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest

from adapters.mailchimp.kept_kit import account, leaves, people, trees
from adapters.mailchimp.kit import Account
from evaluator import naive
from franca.adapter import Remote, Resource
from franca.definitions import Predicate, Realisation
from franca_mailchimp.adapter import ADAPTER
from schema import AS_OF

REFUSED = {"one-level", "too-many-conditions", "no-such-test", "mailable-inside"}


def compare(where: list[Predicate], seed: int, *, flipped: bool = True) -> Counter[str]:
    """Push what is native, and compare its members, once as the sandbox is and, *flipped*, once without each assumption."""
    rows = people(60, seed)
    with account({f"s{at}": tree for at, tree in enumerate(where)}, rows) as found:
        expected = naive.emails(found.site.project, {"customers": rows}, AS_OF)
        made = _pushed(found)
        seen = Counter({"native": len(made), "refused": len(where) - len(made)})
        for assumption in ["", *(found.sandbox.assumptions if flipped else ())]:
            seen["compared"] += _check(found, made, expected, assumption)
    return seen


Made = list[tuple[str, Remote, Resource, frozenset[str]]]
DOUBTED = {"day-edges": frozenset({"mailchimp.date-compares-days", "mailchimp.days-in-account-zone"})}
"""Findings that may be accepted, and the switches of the sandbox that they are about."""


def _pushed(found: Account) -> Made:
    resolve, made = found.resolver(), []
    for key, segment in found.site.project.segments.items():
        assessment = ADAPTER.assess(segment, found.site)[Realisation.NATIVE]
        ids = {finding.id for finding in assessment.findings}
        if ids - DOUBTED.keys():
            assert ids <= REFUSED | DOUBTED.keys()
            continue
        accepting = replace(segment, accept={"mailchimp": dict.fromkeys(ids, "nobody signed up near midnight")})
        (resource,) = ADAPTER.compile(accepting, Realisation.NATIVE, found.site)
        remote = Remote(kind=resource.kind, id=found.connection.create(resource, resolve(resource)), name=key, body=resolve(resource))
        leaned = frozenset(each.id for each in assessment.assumptions).union(*(DOUBTED[each] for each in ids))
        made.append((key, remote, resource, leaned))
    return made


def _check(found: Account, made: Made, expected: Mapping[str, set[str]], flipped: str) -> int:
    """Compare everything that does not lean on *flipped*; return how many were compared."""
    shown = {remote.id: remote.body for remote in found.connection.read().remotes}
    robust = [each for each in made if flipped not in each[3]]
    if flipped:
        found.sandbox.assumptions[flipped] = False
    for key, remote, resource, _ in robust:
        members = {contact.email for contact in found.connection.members(remote, resource)}
        assert members == expected[key], f"{found.site.project.segments[key].where}\n{remote.body}\n{flipped}"
        assert shown[remote.id] == remote.body
    if flipped:
        found.sandbox.assumptions[flipped] = True
    return len(robust)


def test_every_test_on_what_mailchimp_keeps_has_the_same_members() -> None:
    """Each test and its negation, alone: its members in the sandbox are those of the naive interpreter."""
    seen = compare(leaves(), 1, flipped=False)
    assert seen["native"] > 9 * seen["refused"]


def test_some_random_trees_over_what_mailchimp_keeps_have_the_same_members() -> None:
    """A few random combinations, also with each assumption flipped that they do not name."""
    assert compare(trees(25, 7), 7)["native"] >= 8


@pytest.mark.slow
def test_every_test_on_what_mailchimp_keeps_is_robust() -> None:
    """Each test and its negation, with each assumption flipped that it does not name."""
    seen = compare(leaves(), 2)
    assert seen["compared"] > 10 * seen["native"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3, 7))
def test_random_trees_over_what_mailchimp_keeps_have_the_same_members(seed: int) -> None:
    """Many random combinations, among them such as one interest condition makes flat."""
    assert compare(trees(150, seed), seed)["native"] >= 50
