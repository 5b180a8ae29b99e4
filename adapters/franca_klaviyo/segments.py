"""Predicates → segment definitions: conjunctive normal form, then each literal by its table entry; no entry is a finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from franca.adapter import Assumption, Finding, Site
from franca.definitions import (
    AttributeTest,
    ConsentTest,
    EventTest,
    Mailable,
    MemberOf,
    Near,
    PickedEvent,
    Predicate,
    Rank,
    Ratio,
    Regular,
    Sample,
    Sequence,
)
from franca.logic import Clause, TooLarge, conjunctive, literals
from franca_klaviyo.attributes import attribute, of_property
from franca_klaviyo.consent import consented, mailable
from franca_klaviyo.definition import canonical, groups_of, size
from franca_klaviyo.empty import of_empty
from franca_klaviyo.events import event
from franca_klaviyo.missing import of_unset
from franca_klaviyo.parts import NOBODY, Condition, Context, Groups, Part, RefusedError, either, refuse
from franca_klaviyo.regular import regular
from franca_klaviyo.rewriting import sayable
from franca_klaviyo.values import IS_SET, NOT_SET

CONDITIONS = 100
"""Conditions of one segment (segments_api_overview)."""

HAS_EMAIL, HAS_NO_EMAIL = of_property("email", IS_SET), of_property("email", NOT_SET)


@dataclass(frozen=True, kw_only=True)
class Native:
    """What a predicate is at Klaviyo: its definition (None: it has no form there), what it leans on, what is not exact."""

    definition: dict[str, Any] | None
    findings: tuple[Finding, ...] = ()
    assumptions: tuple[Assumption, ...] = ()


def native(where: Predicate, site: Site, accepted: frozenset[str] = frozenset()) -> Native:
    """Compile a checked predicate; *accepted* are the ids of the approximations that the user agrees to."""
    clauses = conjunctive(sayable(where, site.project))
    if isinstance(clauses, TooLarge):
        return Native(definition=None, findings=(Finding(id="too-large", what=f"Klaviyo takes all of any: {clauses}"),))
    given = frozenset(clause[0] for clause in clauses if len(clause) == 1)
    context = Context(site=site, accepted=accepted, given=given)
    parts = {literal: _part(literal, context) for clause in clauses for literal in clause}
    findings = {finding for part in parts.values() for finding in part.findings}
    if any(isinstance(part, _Refused) for part in parts.values()):
        return Native(definition=None, findings=tuple(sorted(findings, key=_order)))
    return _built(clauses, {literal: part for literal, part in parts.items() if isinstance(part, Part)}, findings, site)


def _built(clauses: tuple[Clause, ...], parts: Mapping[Predicate, Part], findings: set[Finding], site: Site) -> Native:
    try:
        definition = canonical(_finished(tuple(group for clause in clauses for group in _groups(clause, parts))))
    except RefusedError as refused:
        return Native(definition=None, findings=tuple(sorted({*findings, refused.finding}, key=_order)))
    groups = groups_of(definition)
    assumptions = (of_unset(groups) | of_empty(groups, site)).union(*(part.assumptions for part in parts.values()))
    return Native(definition=definition, findings=tuple(sorted(findings, key=_order)), assumptions=tuple(sorted(assumptions)))


def _order(finding: Finding) -> tuple[str, str, str]:
    return str(finding.position or ""), finding.id, finding.what


def _groups(clause: Clause, parts: Mapping[Predicate, Part]) -> Groups:
    """Return the groups of "one of these literals holds"."""
    groups = NOBODY
    for literal in clause:
        groups = either(groups, parts[literal].groups)
        if len(groups) > CONDITIONS:
            raise _too_many()
    return groups


def _finished(groups: Groups) -> Groups:
    """Return groups that Klaviyo takes: at least one, none empty, not too many.

    Everybody in the destination's universe has an email (language.md section 6).
    """
    if () in groups:
        return ((HAS_EMAIL,), (HAS_NO_EMAIL,))
    if size(canonical(groups)) > CONDITIONS:
        raise _too_many()
    return groups or ((HAS_EMAIL,),)


def _too_many() -> RefusedError:
    return refuse("too-many-conditions", f"Klaviyo takes {CONDITIONS} conditions in a segment, as all of any this one has more")


# -- literals


@dataclass(frozen=True, kw_only=True)
class _Refused:
    findings: frozenset[Finding]


def _part(literal: Predicate, context: Context) -> Part | _Refused:
    ((leaf, positive),) = literals([literal])
    try:
        part = LITERALS.get(type(leaf), _UNKNOWN)(leaf, positive, context)
    except RefusedError as refused:
        return _Refused(findings=frozenset({replace(refused.finding, position=leaf.position)}))
    return replace(part, findings=frozenset(replace(finding, position=leaf.position) for finding in part.findings))


def _refusal(identity: str, what: str) -> Callable[[Any, bool, Context], Part]:
    def refuse_it(_leaf: Any, _positive: bool, _context: Context) -> Part:
        raise refuse(identity, what)

    return refuse_it


_UNKNOWN = _refusal("unknown-node", "this adapter does not know what a newer Franca asks here")

LITERALS: Mapping[type[Predicate], Callable[[Any, bool, Context], Part]] = {
    AttributeTest: attribute,
    EventTest: event,
    Mailable: mailable,
    ConsentTest: consented,
    Sample: _refusal("sample", "Klaviyo has no random samples in segments"),
    PickedEvent: _refusal(
        "picked-events", "Klaviyo tells when the latest or the first of some events was, not what it was or what followed it"
    ),
    Sequence: _refusal("sequences", "Klaviyo has funnels, and no document says how their steps are matched"),
    Regular: regular,
    Ratio: _refusal("ratios", "Klaviyo does not divide one measure by another"),
    Rank: _refusal("ranks", "Klaviyo's segments do not compare profiles with each other"),
    MemberOf: _refusal("memberships", "a membership in the shop's data is none at Klaviyo"),
    Near: _refusal("places", "Klaviyo measures distances from postal codes, not from a latitude and a longitude"),
}


def on_marker(field: str, value: str) -> Condition:
    """Return the condition that a marker field holds *value*."""
    return of_property(field, {"type": "string", "operator": "equals", "value": value})
