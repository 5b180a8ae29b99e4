"""The adapter under Franca's own plan: what is applied is read back as planned, and a second plan is empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.mailchimp.kit import Account, a, account, site
from franca.adapter import Site
from franca.definitions import All, AnyOf, Count, EventTest, Mailable, Op, Predicate, Project, Segment, ValueTest
from franca.errors import FrancaError
from franca.plan import Plan, Store, apply, desire, make_plan
from franca_mailchimp.adapter import ADAPTER

ORDERED = EventTest(event="order", measures=(Count(tests=(ValueTest(op=Op.GTE, operand=2),)),))
SEGMENTS: Mapping[str, Predicate] = {
    "germans": a("country", Op.IS, "DE"),
    "some": AnyOf(of=(a("points", Op.GT, 5), a("birthday", Op.IS_SET, False), a("score", Op.GTE, 0.5))),
    "mailable": All(of=(Mailable(channel="email"), a("gender", Op.IS_NOT, "f"))),
    "buyers": ORDERED,
}


@pytest.fixture
def found() -> Iterator[Account]:
    with account() as one:
        one.make_fields()
        yield one


def project(found: Account, root: Path, **segments: Segment) -> Site:
    """Return a project with a segment of each realisation, two of them in a group that is a marker."""
    plain = site(SEGMENTS).project
    group = {key: replace(plain.segments["germans"], key=key, group="tier", priority=at) for at, key in enumerate(("gold", "silver"))}
    marked = {"marked": replace(plain.segments["germans"], key="marked", realise={"mailchimp": "marker"})}
    target = replace(found.site.destination, markers=("tier",))
    whole: Project = replace(
        plain, segments={**plain.segments, **group, **marked, **segments}, destinations={"mailchimp": target}, root=root
    )
    return Site(project=whole, destination=target)


def planned(found: Account, place: Site) -> Plan:
    return make_plan(desire(place, ADAPTER), found.connection.read(), Store.of(place.project, "mailchimp").load())


def applied(found: Account, place: Site) -> list[str]:
    """Apply a plan, and return its changes; applying itself proves that nothing is left to do."""
    plan = planned(found, place)
    allow = [each.word for each in plan.unsafe]
    apply(plan, desire(place, ADAPTER), found.connection, Store.of(place.project, "mailchimp"), allow=allow)
    assert not planned(found, place).changes
    return [f"{change.action} {change.address}" for change in plan.changes]


def test_a_second_plan_is_empty(found: Account, tmp_path: Path) -> None:
    """Native segments, a tag, a marker of its own and a group's marker are made, and then there is nothing to do."""
    assert applied(found, project(found, tmp_path)) == [
        "create field/marked",
        "create field/tier",
        "create tag/buyers",
        *(f"create segment/{key}" for key in ("germans", "gold", "mailable", "marked", "silver", "some", "tier.gold", "tier.silver")),
    ]


def test_lost_state_is_rebuilt_from_names(found: Account, tmp_path: Path) -> None:
    """Everything carries its mark: without the state nothing is made twice."""
    place = project(found, tmp_path)
    applied(found, place)
    Store.of(place.project, "mailchimp").state.unlink()
    assert not planned(found, place).changes


def test_a_renamed_marker_keeps_its_field(found: Account, tmp_path: Path) -> None:
    """A new key changes the field's tag and the segment's condition in place: the values stay."""
    place = project(found, tmp_path)
    applied(found, place)
    rest = {key: each for key, each in place.project.segments.items() if key != "marked"}
    renamed = replace(place.project.segments["marked"], key="flagged", previously="marked")
    after = Site(project=replace(place.project, segments={**rest, "flagged": renamed}), destination=place.destination)
    assert applied(found, after) == ["update field/flagged", "update segment/flagged"]


def test_a_missing_merge_field_is_told_before_anything_is_written(found: Account, tmp_path: Path) -> None:
    """A mapping to a merge field that does not exist, or is of another type, is an error of the plan that names it."""
    place = project(found, tmp_path)
    for field, words in (("COUNTRYY", 'did you mean "COUNTRY"'), ("POINTS", "say which: number")):
        attributes = {**place.destination.attributes, "country": replace(place.destination.attributes["country"], field=field)}
        with pytest.raises(FrancaError, match=f"'germans' names the merge-field '{field}' of text, which does not exist there; {words}"):
            planned(found, replace(place, destination=replace(place.destination, attributes=attributes)))
