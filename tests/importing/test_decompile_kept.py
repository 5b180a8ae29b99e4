"""What Mailchimp keeps besides merge fields, read backwards: days, places, purchases, languages mean what they said when compiled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from adapters.mailchimp.kept_kit import MAPPED, PLANS, TAGS, TOPICS, leaves, people, site, trees
from evaluator import naive
from franca.adapter import Ref, Remote, ResourceKind, Site, Snapshot, replace_refs
from franca.adapter.importing import Decompiled, NotRepresentableError
from franca.definitions import EventMapping, Predicate, Segment
from franca.language import check, load_predicate
from franca.logic import fingerprint
from franca_mailchimp import options
from franca_mailchimp.decompile import MailchimpDecompiler
from franca_mailchimp.segments import native
from schema import AS_OF

NAMES = {
    **{(options.STATIC_SEGMENT, name, ""): (f"tag {name}",) for name in TAGS},
    **{(options.CATEGORY, title, ""): (f"interests-{title}",) for title in ("Topics", "Plan")},
    **{(options.GROUP, name, "Topics"): (f"group {name}",) for name in TOPICS},
    **{(options.GROUP, name, "Plan"): (f"group {name}",) for name in PLANS},
}
ACCOUNT = Snapshot(account="a", names=NAMES)
CONDITION_TYPES = {"BDAY": "BirthdayMerge"}
ACCEPTED = ("day-edges", "recent-campaigns")
CAMPAIGNS = {"events": {"order": EventMapping(metric="open"), "view": EventMapping(metric="click")}}


def without(*names: str, **changes: Any) -> Site:
    """Return the shop's site without some mappings; two attributes are mapped to one flag."""
    return site(attributes={name: mapping for name, mapping in MAPPED.items() if name not in names}, **changes)


def decompiled(body: dict[str, Any], place: Site, accepted: Sequence[str] = ACCEPTED) -> Decompiled:
    """Return what a segment of the audience says."""
    remote = Remote(kind=ResourceKind.SEGMENT, id="1", name="Made by hand", body=options.read(replace_refs(body, _resolved)))
    return MailchimpDecompiler(place, ACCOUNT, accepted).segment(remote)


def _resolved(ref: Ref) -> str:
    if ref.kind == options.CONDITION_TYPE:
        return CONDITION_TYPES.get(ref.name, "TextMerge")
    return ref.name if ref.kind == options.FIELD else NAMES[ref.kind, ref.name, ref.qualifier][0]


def check_there_and_back(several: Sequence[Predicate], place: Site, share: float, lost: float = 0.0) -> None:
    """Compare predicates with what their own compilation says, read backwards; a *share* is native, and of that some is *lost*."""
    refused, told = [], dict[str, tuple[Predicate, Predicate]]()
    for number, tree in enumerate(several):
        found = native(tree, place)
        if found.options is None or found.counted != "all":
            continue
        try:
            told[str(number)] = tree, decompiled(found.options, place).where
        except NotRepresentableError as error:
            refused.append(f"{error.what}: {found.options}")
    assert len(told) + len(refused) > share * len(several)
    assert len(refused) <= lost * (len(told) + len(refused)), "\n".join(refused[:5])
    before, after = (_members(place, {key: both[side] for key, both in told.items()}) for side in (0, 1))
    for key, both in told.items():
        assert before[key] == after[key], f"{both[0]}\n{native(both[0], place).options}\n{both[1]}"


def _members(place: Site, where: dict[str, Predicate]) -> dict[str, set[str]]:
    segments = {key: Segment(key=f"s{key}", name=key, where=each) for key, each in where.items()}
    checked = check(replace(place.project, segments={f"s{key}": each for key, each in segments.items()}))
    found = naive.emails(checked, {"customers": people(60, 11)}, AS_OF)
    return {key: found[f"s{key}"] for key in where}


@pytest.mark.parametrize("left_out", ["vip", "star"])
def test_every_test_on_what_mailchimp_keeps_is_read_back(left_out: str) -> None:
    """Each test and its negation, alone, as far as it is native."""
    check_there_and_back(leaves(), without(left_out), 0.8)


def test_random_trees_over_what_mailchimp_keeps_are_read_back() -> None:
    """Random combinations, among them guards, and orders beside whether somebody ordered."""
    check_there_and_back(trees(150, 3), without("vip"), 0.2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 8))
def test_many_random_trees_over_what_mailchimp_keeps_are_read_back(seed: int) -> None:
    """Many more of them, with more conditions in one segment."""
    place = without("star")
    settings = {**place.destination.settings, "conditions": "12"}
    check_there_and_back(trees(1_000, seed), replace(place, destination=replace(place.destination, settings=settings)), 0.2)


def said(match: str, *conditions: dict[str, Any]) -> dict[str, Any]:
    """Return options."""
    return {"match": match, "conditions": list(conditions)}


def of(field: str, kind: str, op: str, value: Any = None, **more: Any) -> dict[str, Any]:
    """Return a condition."""
    return {"field": field, "condition_type": kind, "op": op, **({} if value is None else {"value": value}), **more}


def aim(op: str, value: str = "any") -> dict[str, Any]:
    """Return a condition on campaigns."""
    return of("aim", "Aim", op, value)


def orders(op: str, value: str, field: str = "ecomm_orders") -> dict[str, Any]:
    """Return a condition on a number of orders."""
    return of(field, "EcommNumber", op, value)


BOUGHT, NOTHING = (of("ecomm_purchased", "EcommPurchased", op) for op in ("member", "notmember"))
GERMAN, NOT_GERMAN = (of("ipgeo", "IPGeoCountryState", op, "DE") for op in ("ipgeocountry", "ipgeonotcountry"))
NOWHERE = of("ipgeo", "IPGeoUnknown", "ipgeounknown")
SIGNED = of("timestamp_opt", "Date", "greater", "date", extra="2026-01-31")

HANDMADE = [
    (said("all", SIGNED), "{attribute: signed, from: 2026-02-01}"),
    (said("all", of("timestamp_opt", "Date", "blank_not", "")), "{attribute: signed, is_set: true}"),
    (said("all", of("BDAY", "BirthdayMerge", "is", "02/28")), "{attribute: birthday, anniversary: {day: 2000-02-28}}"),
    (said("all", of("BDAY", "BirthdayMerge", "not", "12/24")), "{not: {attribute: birthday, anniversary: {day: 2000-12-24}}}"),
    (said("all", of("BDAY", "BirthdayMerge", "blank")), "{attribute: birthday, is_set: false}"),
    (said("all", GERMAN), "{attribute: place, is: DE}"),
    (said("any", NOT_GERMAN, NOWHERE), "{attribute: place, is_not: DE}"),
    (said("all", of("language", "Language", "not", "de")), "{attribute: language, is_not: de}"),
    (said("all", of("source", "SignupSource", "source_not", "API")), "{attribute: source, is_not: API}"),
    (said("any", orders("less", "3"), NOTHING), "{attribute: orders, lt: 3}"),
    (said("all", orders("greater", "3"), BOUGHT), "{attribute: orders, gt: 3}"),
    (said("any", orders("greater", "3"), NOTHING), "{any: [{attribute: orders, gt: 3}, {not: {attribute: buyer, is: true}}]}"),
    (said("all", orders("less", "3"), BOUGHT), "{all: [{attribute: orders, lt: 3}, {attribute: buyer, is: true}]}"),
    (said("all", orders("less", "3"), orders("greater", "0")), "{all: [{attribute: orders, lt: 3}, {attribute: orders, gt: 0}]}"),
    (said("all", orders("not", "9", "ecomm_spent_avg"), BOUGHT), "{attribute: mean, is_set: true, is_not: 9}"),
    (said("all", orders("less", "9", "ecomm_spent_avg"), BOUGHT), "{attribute: mean, lt: 9}"),
    (said("all", aim("open"), aim("noclick")), "{all: [{event: order}, {not: {event: view}}]}"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "text"), HANDMADE)
def test_what_people_make_becomes_what_people_would_write(body: dict[str, Any], text: str) -> None:
    """Each kind of condition, in the words of our language."""
    place = without("vip", **CAMPAIGNS)
    checked = check(replace(place.project, segments={"s": Segment(key="s", name="s", where=load_predicate(text))})).segments["s"].where
    assert fingerprint(decompiled(body, place).where) == fingerprint(checked)


REFUSED = [
    (said("all", of("timestamp_opt", "Date", "within", "7")), "the day of a campaign"),
    (said("all", of("timestamp_opt", "Date", "greater", "campaign", extra="7")), "the day of a campaign"),
    (said("all", of("timestamp_opt", "Date", "greater", "date", extra="soon")), "is no day"),
    (said("all", of("BDAY", "BirthdayMerge", "is", "13/01")), "is no day"),
    (said("all", of("POINTS", "BirthdayMerge", "is", "01/01")), "asked otherwise"),
    (said("all", NOT_GERMAN), "somebody who is nowhere"),
    (said("any", NOWHERE), "a blank text from a missing one"),
    (said("all", of("ipgeo", "IPGeoCountryState", "ipgeocountry", "Texas")), "no country"),
    (said("all", orders("less", "3")), "who ordered nothing"),
    (said("all", orders("not", "3"), GERMAN), "who ordered nothing"),
    (said("any", orders("is", "0"), BOUGHT), "who ordered nothing"),
    (said("all", aim("open", "1234")), "one campaign"),
    (said("all", aim("sent")), "no event is mapped to the metric 'sent'"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "why"), REFUSED)
def test_what_has_no_exact_equal_is_refused_with_the_reason(body: dict[str, Any], why: str) -> None:
    """Whatever Mailchimp does not document, or our language cannot say."""
    with pytest.raises(NotRepresentableError, match=why):
        decompiled(body, without("vip", **CAMPAIGNS))


@pytest.mark.parametrize(("condition", "finding"), [(SIGNED, "day-edges"), (aim("noopen"), "recent-campaigns")])
def test_what_may_be_otherwise_is_taken_with_consent_only(condition: dict[str, Any], finding: str) -> None:
    """Where an edge may lie a day off, and which campaigns are any, the user consents, and the import says so."""
    place = without("vip", **CAMPAIGNS)
    with pytest.raises(NotRepresentableError) as refused:
        decompiled(said("all", condition), place, ())
    assert refused.value.finding == finding
    assert [each for each, _ in decompiled(said("all", condition), place, (finding,)).approximated] == [finding]


def test_who_bought_is_told_by_a_mean_where_nothing_else_is_mapped() -> None:
    """Whoever ordered nothing has none."""
    place = without("vip", "buyer")
    assert fingerprint(decompiled(said("all", BOUGHT), place).where) == fingerprint(load_predicate("{attribute: mean, is_set: true}"))
    with pytest.raises(NotRepresentableError, match="no attribute is mapped to ecomm_purchased"):
        decompiled(said("all", BOUGHT), without("vip", "buyer", "mean"))


def test_a_total_that_may_be_missing_is_no_total_of_mailchimp() -> None:
    """It knows one of everybody."""
    place = without("vip")
    attributes = {**place.project.data.profile.attributes}
    attributes["orders"] = replace(attributes["orders"], required=False)
    profile = replace(place.project.data.profile, attributes=attributes)
    place = replace(place, project=replace(place.project, data=replace(place.project.data, profile=profile)))
    with pytest.raises(NotRepresentableError, match="may be missing"):
        decompiled(said("any", orders("less", "3"), NOTHING), place)
