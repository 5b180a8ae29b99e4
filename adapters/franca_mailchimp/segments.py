"""Predicates → one flat list of conditions, all or any; what needs both levels is refused.

The conjunctive normal form decides: clauses of one literal each are an AND, one clause alone is an OR. Literals on interest groups of one
category are one literal, since Mailchimp has conditions on several groups at once. Of several forms the one that
leans on the fewest assumptions is taken, of those one that asks for the blank, then the shortest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from franca.adapter import Assumption, Finding, Ref, Site, facts
from franca.definitions import (
    All,
    AnyOf,
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
)
from franca.definitions import (
    Sequence as EventSequence,
)
from franca.errors import FrancaError
from franca.logic import Clause, TooLarge, conjunctive, disjunctive, literals
from franca_mailchimp.activity import activity
from franca_mailchimp.assumptions import LESS_SKIPS_BLANK, NOT_MATCHES_BLANK, ZERO_IS_NO_BLANK
from franca_mailchimp.attributes import attribute
from franca_mailchimp.groups import either, every, of_groups
from franca_mailchimp.options import MEMBER_HAS_EMAIL, MEMBER_HAS_NO_EMAIL, Condition, canonical
from franca_mailchimp.parts import Part, RefusedError, doubted, leaned, refuse
from franca_mailchimp.zero import of_zero

CONDITIONS = 5
"""Conditions of one segment on any plan (reported; sheet section 1.2). Standard and higher plans have no limit."""

SUBSCRIBED, ALL = "subscribed", "all"
"""Whom a segment counts: active subscribers, or everybody whom Mailchimp counts in segments at all."""

BLANK = frozenset({"blank", "notmember"})
"""Operators that match a blank field; of who ordered nothing `notmember` of the buyers."""
NEGATIONS = frozenset({"not", "notcontain", "source_not"})

ONE_LEVEL = "Mailchimp takes one flat list of conditions, of which all or any must hold; this needs both"


@dataclass(frozen=True, kw_only=True)
class Native:
    """What a predicate is at Mailchimp: options (None: it has no form there), whom it counts, what it leans on.

    Attributes:
        findings: what is in the way; where there are options, what must be accepted for them.
    """

    options: dict[str, Any] | None
    counted: str = ALL
    findings: tuple[Finding, ...] = ()
    assumptions: tuple[Assumption, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Form:
    """One way to say a predicate."""

    match: str
    conditions: tuple[Condition, ...]
    assumptions: frozenset[Assumption]
    doubts: frozenset[Finding] = frozenset()

    @property
    def options(self) -> dict[str, Any]:
        """The segment's options."""
        return canonical(self.match, self.conditions)

    @property
    def size(self) -> int:
        """How many conditions it takes."""
        return len(self.options["conditions"])


def native(where: Predicate, site: Site) -> Native:
    """Compile a checked predicate.

    Raises:
        FrancaError: the destination's setting `conditions` is no number.
    """
    budget, clauses = conditions_allowed(site), conjunctive(where)
    if isinstance(clauses, TooLarge):
        return _refused([Finding(id="one-level", what=f"{ONE_LEVEL}; {clauses}", position=where.position)])
    rest = tuple(clause for clause in clauses if not _is_mailable(clause))
    literal_parts = {literal: _part(literal, site) for clause in rest for literal in clause}
    parts = {literal: part for literal, part in literal_parts.items() if isinstance(part, Part)}
    if len(parts) < len(literal_parts):
        return _refused({part for part in literal_parts.values() if isinstance(part, Finding)})
    found = [*_forms([either(parts[each] for each in clause) for clause in rest]), *_forms_of_terms(rest, parts)]
    forms = [replace(each, assumptions=each.assumptions | of_zero(each.match, each.conditions, _stands_for)) for each in found]
    return _best(forms, where, budget, _consent(site) if len(rest) < len(clauses) else frozenset())


def conditions_allowed(site: Site) -> int:
    """Return the destination's budget of conditions.

    Raises:
        FrancaError: the setting is no positive whole number.
    """
    given = str(site.destination.settings.get("conditions") or CONDITIONS)
    if given.isascii() and given.isdecimal() and int(given) > 0:
        return int(given)
    at = site.destination.setting_positions.get("conditions") or site.destination.position
    raise FrancaError(f"destination {site.destination.name!r}: conditions: {given!r} is no number of conditions", position=at)


def _best(forms: Sequence[Form], where: Predicate, budget: int, consent: frozenset[Assumption]) -> Native:
    if not forms:
        return _refused([Finding(id="one-level", what=ONE_LEVEL, position=where.position)])
    fitting = [form for form in forms if form.size <= budget]
    if not fitting:
        what = f"this needs {min(form.size for form in forms)} conditions, and a segment here may have {budget} (`conditions`)"
        return _refused([Finding(id="too-many-conditions", what=what, position=where.position)])
    best = min(fitting, key=lambda form: (len(form.assumptions), ZERO_IS_NO_BLANK not in form.assumptions, form.size, form.match))
    counted = SUBSCRIBED if consent else ALL
    return Native(
        options=best.options, counted=counted, findings=_sorted(best.doubts), assumptions=tuple(sorted(best.assumptions | consent))
    )


def _stands_for(condition: Condition) -> str:
    """Return what the merge field of a condition stands for; nothing where it is about another fact."""
    found = condition["condition_type"]
    return found.qualifier if isinstance(found, Ref) else ""


def _refused(findings: Iterable[Finding]) -> Native:
    return Native(options=None, findings=_sorted(findings))


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda each: (str(each.position or ""), each.id, each.what)))


# -- consent


def _is_mailable(clause: Clause) -> bool:
    """Mailchimp counts a segment's active subscribers unless asked for others (sheet section 1.1): `mailable` needs no condition there."""
    return len(clause) == 1 and isinstance(clause[0], Mailable) and clause[0].channel == "email"


def _consent(site: Site) -> frozenset[Assumption]:
    return frozenset([facts(site.destination.name, "consent")])


# -- forms


def _forms(clauses: Sequence[Sequence[Part]]) -> Iterator[Form]:
    if not clauses or [] in clauses:
        yield Form(match="all", conditions=(MEMBER_HAS_EMAIL if not clauses else MEMBER_HAS_NO_EMAIL,), assumptions=frozenset())
        return
    if len(clauses) == 1:
        yield from _any_of(clauses[0])
    if all(len(clause) == 1 for clause in clauses):
        yield from _all_of(every(clause[0] for clause in clauses))


def _forms_of_terms(clauses: Sequence[Clause], parts: Mapping[Predicate, Part]) -> Iterator[Form]:
    """Yield the OR of terms that are ANDs, where each is one condition: several interest groups of a category."""
    if len(clauses) < 2 or not all(clauses) or not any(map(of_groups, parts.values())):
        return
    terms = disjunctive(All(of=tuple(AnyOf(of=clause) for clause in clauses)))
    if isinstance(terms, TooLarge) or not all(literal in parts for term in terms for literal in term):
        return
    joined = [every(parts[literal] for literal in term) for term in terms]
    if len(joined) > 1 and all(len(term) == 1 for term in joined):
        yield from _any_of([term[0] for term in joined])


def _any_of(parts: Sequence[Part]) -> Iterator[Form]:
    """Yield the OR of literals: whoever has a blank field is named by a condition of their own, so that nothing need be assumed."""
    if not all(part.in_any for part in parts):
        return
    covered = {part.tag: part.presence.blank for part in parts if part.blank and part.presence}
    soft = [part for part in parts if part.soft and part.tag not in covered]
    if not _assumable(soft):
        return
    assumptions = leaned(parts) | (frozenset([LESS_SKIPS_BLANK]) if soft else frozenset())
    if any(part.blank and not part.presence for part in parts):
        assumptions |= {NOT_MATCHES_BLANK}
    conditions = [each for part in parts for each in part.conditions]
    yield Form(match="any", conditions=(*conditions, *covered.values()), assumptions=assumptions, doubts=doubted(parts))


def _all_of(parts: Sequence[Part]) -> Iterator[Form]:
    """Yield the AND of literals: with guards against blank fields, and without."""
    if not all(part.in_all for part in parts):
        return
    ordered = sorted(parts, key=lambda part: part.tag)
    fields = [list(group) for _, group in groupby(ordered, key=lambda part: part.tag)]
    if any(_needs_or(group) for group in fields):
        return
    conditions = tuple(each for part in parts for each in part.conditions)
    assumptions = leaned(parts) | frozenset(NOT_MATCHES_BLANK for group in fields if _leans_on_not(group))
    guarded = [group[0] for group in fields if _needs_guard(group)]
    guards = tuple(part.presence.blank_not for part in guarded if part.presence and part.presence.blank_not)
    doubts = doubted(parts)
    yield Form(match="all", conditions=(*conditions, *guards), assumptions=assumptions, doubts=doubts)
    if guards and _assumable(guarded):
        yield Form(match="all", conditions=conditions, assumptions=assumptions | {LESS_SKIPS_BLANK}, doubts=doubts)


def _assumable(parts: Iterable[Part]) -> bool:
    """Tell whether an assumption may say what operators do with a blank field, for each of them."""
    return all(part.presence is None or part.presence.assumable for part in parts)


def _holds_blank(group: Sequence[Part]) -> bool:
    """Whether members with a blank field belong to the AND of these literals about one field."""
    return all(part.blank for part in group)


def _ops(group: Sequence[Part]) -> set[str]:
    return {condition["op"] for part in group for condition in part.conditions}


def _needs_or(group: Sequence[Part]) -> bool:
    """Whether a blank field belongs and an operator does not surely match it: that is "less, or blank"."""
    matching = BLANK | NEGATIONS if _assumable(group) else BLANK
    return _holds_blank(group) and not _ops(group) <= matching


def _leans_on_not(group: Sequence[Part]) -> bool:
    return _holds_blank(group) and bool(_ops(group) & NEGATIONS)


def _needs_guard(group: Sequence[Part]) -> bool:
    """Whether a blank field does not belong and no condition surely leaves it out."""
    return not _holds_blank(group) and all(part.blank or part.soft for part in group)


# -- literals


def _part(literal: Predicate, site: Site) -> Part | Finding:
    ((leaf, positive),) = literals([literal])
    try:
        part = LITERALS.get(type(leaf), _UNKNOWN)(leaf, positive, site)
    except RefusedError as refused:
        return replace(refused.finding, position=leaf.position)
    return replace(part, doubts=frozenset(replace(each, position=leaf.position) for each in part.doubts)) if part.doubts else part


def _refusal(identity: str, what: str) -> Callable[[Any, bool, Site], Part]:
    def refuse_it(_leaf: Any, _positive: bool, _site: Site) -> Part:
        raise refuse(identity, what)

    return refuse_it


_UNKNOWN = _refusal("unknown-node", "this adapter does not know what a newer Franca asks here")
_NO_EVENTS = _refusal("no-events", "Mailchimp's segments have no conditions on events")

LITERALS: Mapping[type[Predicate], Callable[[Any, bool, Site], Part]] = {
    AttributeTest: attribute,
    EventTest: activity,
    **dict.fromkeys([PickedEvent, EventSequence, Regular, Ratio], _NO_EVENTS),
    Rank: _refusal("ranks", "Mailchimp's segments do not compare members with each other"),
    MemberOf: _refusal("memberships", "a membership in the shop's data is none at Mailchimp"),
    Near: _refusal("places", "Mailchimp knows where members are from their clicks, which is not what the shop's data say"),
    ConsentTest: _refusal("no-consent", "Mailchimp's segments have no condition on the subscription status"),
    Mailable: _refusal("mailable-inside", "Mailchimp can count subscribers only, not join `mailable` to conditions by or, or negate it"),
    Sample: _refusal("sample", "Mailchimp has no random samples in segments"),
}
