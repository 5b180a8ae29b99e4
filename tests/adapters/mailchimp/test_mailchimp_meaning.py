"""What is compiled natively means at Mailchimp what it means here: random trees, pushed to the sandbox, have the same members."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import strategies as st

import strategies
from adapters.mailchimp.kit import ATTRIBUTES, Account, account, seed, site
from evaluator import naive
from franca.adapter import Remote, Resource
from franca.definitions import Mailable, Predicate, Realisation, Status
from franca_mailchimp.adapter import ADAPTER

MAPPED = strategies.Choice(attributes=tuple(ATTRIBUTES), since=False)
LEAF = st.one_of(*[strategies.attribute_tests(MAPPED)] * 6, st.just(Mailable(channel="email")))
TREE = st.sampled_from((0, 1, 1, 2)).flatmap(lambda depth: strategies.combined(LEAF, depth))
"""Trees over mapped facts: attributes and `mailable`; events are no facts of Mailchimp's."""
BATCH = 30


def test_random_trees_over_mapped_facts_have_the_same_members() -> None:
    """Of random trees over mapped facts 20 % are native, and their members in the sandbox are those of the naive interpreter."""
    seen = compare(batches=6)
    share = seen["native"] / (seen["native"] + seen["refused"])
    print(f"\nMailchimp: {dict(seen.most_common())}, share native {share:.0%}")  # noqa: T201 - shares are asked for
    assert seen["subscribers only"] >= 5
    assert share >= 0.20


def test_what_leans_on_no_assumption_means_the_same_without_it() -> None:
    """With an assumption flipped in the sandbox, the trees that do not name it keep their members."""
    seen = compare(batches=1, start=100, flipped=True)
    assert seen["flips"] > 200
    assert seen["robust"] > seen["flips"] / 2


@pytest.mark.slow
def test_many_random_trees_over_mapped_facts_have_the_same_members() -> None:
    """The same for many more, with every assumption flipped in turn."""
    assert compare(batches=40, start=1000, flipped=True)["native"] >= 600


def compare(batches: int, *, start: int = 0, flipped: bool = False) -> Counter[str]:
    """Push *batches* of trees, each into an account with other people; return what was seen."""
    seen: Counter[str] = Counter()
    people = strategies.drawn(strategies.tables(profiles=20, orders=2, views=2), batches + 2, start)[2:]
    trees = strategies.drawn(TREE, batches * BATCH, start)
    for number, one in enumerate(people):
        batch = Batch(one, {f"s{at}": tree for at, tree in enumerate(trees[number::batches])}, flipped)
        seen.update(batch.outcomes())
    return seen


@dataclass(frozen=True)
class Pushed:
    """A tree that exists at the ESP, and the ids of the assumptions that it names."""

    key: str
    identity: str
    resource: Resource
    body: dict[str, Any]
    assumptions: frozenset[str]


@dataclass(frozen=True)
class Batch:
    tables: strategies.Tables
    trees: dict[str, Predicate]
    flipped: bool

    def outcomes(self) -> Counter[str]:
        """Push what is native; return how many were native, how many refused, and why."""
        place = site(self.trees)
        with account(self.trees) as found:
            found.make_fields()
            found.sandbox.seed(seed(place.project, self.tables, strategies.AS_OF))
            made = list(self.pushed(found))
            flips = self.check(found, made)
        keys = {each.key for each in made}
        refused = [ADAPTER.assess(each, place)[Realisation.NATIVE] for key, each in place.project.segments.items() if key not in keys]
        reasons = [identity for each in refused for identity in {finding.id for finding in each.findings}]
        narrow = sum(each.resource.counted == "subscribed" for each in made)
        return flips + Counter(["native"] * len(made) + ["refused"] * len(refused) + ["subscribers only"] * narrow + reasons)

    def pushed(self, found: Account) -> Iterator[Pushed]:
        resolve = found.resolver()
        for key, segment in found.site.project.segments.items():
            assessment = ADAPTER.assess(segment, found.site)[Realisation.NATIVE]
            if not assessment.findings:
                (resource,) = ADAPTER.compile(segment, Realisation.NATIVE, found.site)
                body = resolve(resource)
                assumptions = frozenset(each.id for each in assessment.assumptions)
                yield Pushed(key, found.connection.create(resource, body), resource, body, assumptions)

    def expected(self, found: Account) -> dict[str, set[str]]:
        """Return the members of each tree among those whom the destination's segments can hold: not the pending."""
        universe = {contact.email for contact in found.connection.contacts()}
        assert universe == {email for email, status in self.statuses(found).items() if status is not Status.PENDING}
        return {key: emails & universe for key, emails in naive.emails(found.site.project, self.tables, strategies.AS_OF).items()}

    def statuses(self, found: Account) -> dict[str, Status | None]:
        """Return the consent of everybody in the universe of language.md section 6; None for the suppressed."""
        inside, _ = naive.universe(found.site.project, self.tables, strategies.AS_OF)
        source = found.site.project.data.profile.consent["email"]
        people = [each for each in naive.people(found.site.project, self.tables, strategies.AS_OF) if each.value("email") in inside]
        return {each.value("email"): None if each.row[source.suppressed] else naive._status(source, each.row) for each in people}

    def check(self, found: Account, made: list[Pushed]) -> Counter[str]:
        expected = self.expected(found)
        remotes = {remote.id: remote for remote in found.connection.read().remotes}
        for each in made:
            assert remotes[each.identity].body == each.body
            self.check_members(found, each, expected)
        return Counter(flips=0) if not self.flipped else self.check_flipped(found, made, expected)

    def check_flipped(self, found: Account, made: list[Pushed], expected: Mapping[str, set[str]]) -> Counter[str]:
        seen: Counter[str] = Counter()
        for assumption in found.sandbox.assumptions:
            found.sandbox.assumptions[assumption] = False
            robust = [each for each in made if assumption not in each.assumptions]
            for each in robust:
                self.check_members(found, each, expected)
            found.sandbox.assumptions[assumption] = True
            seen.update(robust=len(robust), flips=len(made))
        return seen

    def check_members(self, found: Account, each: Pushed, expected: Mapping[str, set[str]]) -> None:
        remote = Remote(kind=each.resource.kind, id=each.identity, name=each.key)
        members = {contact.email for contact in found.connection.members(remote, each.resource)}
        assert members == expected[each.key], f"{self.trees[each.key]}\n{each.body}\n{found.sandbox.assumptions}"
        assert found.connection.count(remote, each.resource) == len(members)
