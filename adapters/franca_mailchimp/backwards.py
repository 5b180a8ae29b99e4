"""One saved segment being read backwards: names, what stands beside a condition, and what is leaned on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from franca.adapter import Assumption, Finding, Site, Snapshot
from franca.adapter.importing import failing, ours, passing, unrepresentable
from franca.definitions import Attribute, AttributeTest, Constant, FieldMapping, From, Kind, Not, OnDay, Op, Predicate, To
from franca_mailchimp.assumptions import LESS_SKIPS_BLANK, NOT_MATCHES_BLANK
from franca_mailchimp.kept import REFUSED
from franca_mailchimp.options import Condition
from franca_mailchimp.values import STANDS_FOR

NEEDS_A_VALUE = frozenset({"is", "contains", "starts", "ends", "greater"})
"""Operators that match no blank field, whether it is read as nothing, as the empty text, as 0 or as the earliest day; but `is` 0."""
COMPARED = {"is": Op.IS, "not": Op.IS, "greater": Op.GT, "less": Op.LT}
NEGATIONS = frozenset({"not", "notcontain"})
BLANKS = frozenset({"blank", "blank_not"})


@dataclass
class Reading:
    """One segment being read, what is leaned on, and what was consented to."""

    site: Site
    snapshot: Snapshot
    match: str
    conditions: Sequence[Condition]
    accepted: Collection[str] = ()
    leaned: set[Assumption] = field(default_factory=set)
    approximated: set[tuple[str, str]] = field(default_factory=set)

    def approximate(self, finding: Finding) -> None:
        """Note an approximation that the user consents to.

        Raises:
            NotRepresentableError: the user does not.
        """
        if finding.id not in self.accepted:
            unrepresentable(finding.what, finding.id)
        self.approximated.add((finding.id, finding.what))

    def attribute(self, mapped: str) -> tuple[Attribute, FieldMapping]:
        """Return the attribute that is mapped to a field.

        Raises:
            NotRepresentableError: none, or several.
        """
        if mapped in REFUSED:
            unrepresentable(f"{mapped}: {REFUSED[mapped][1]}")
        found = [name for name, mapping in self.site.destination.attributes.items() if mapping.field == mapped]
        if len(found) != 1:
            unrepresentable(f"{'several attributes are' if found else 'no attribute is'} mapped to {mapped}")
        return self.site.project.data.profile.attributes[found[0]], self.site.destination.attributes[found[0]]

    def kept(self, mapped: str) -> Attribute:
        """Return the attribute that is mapped to a fact of Mailchimp's own, whose values are translated for texts alone.

        Raises:
            NotRepresentableError: none, or several, or one whose values are translated all the same.
        """
        attribute, mapping = self.attribute(mapped)
        if mapping.values and attribute.type.kind is not Kind.TEXT:
            unrepresentable(f"{mapped} holds values of Mailchimp's own, and those of {attribute.name!r} are translated")
        return attribute

    def stands_for(self, condition: Condition) -> str:
        """Return what the merge field of a condition stands for; nothing where it is about another fact."""
        if condition.get("condition_type") not in ("TextMerge", "SelectMerge"):
            return ""
        attribute, mapping = self.attribute(str(condition["field"]))
        return STANDS_FOR[Kind.TEXT if mapping.values else attribute.type.kind]

    def words(self, attribute: Attribute, theirs: Sequence[str]) -> tuple[Constant, ...]:
        """Return an attribute's values that the words of its field stand for."""
        mapping = self.site.destination.attributes[attribute.name]
        if not mapping.values:
            return tuple(theirs)
        return tuple(dict.fromkeys(word for each in theirs for word in ours(mapping, attribute.type, each)))

    def beside(self, condition: Condition, ops: Collection[str]) -> bool:
        """Return whether another condition on the same field has one of *ops*."""
        return any(each is not condition and each.get("field") == condition["field"] and each.get("op") in ops for each in self.conditions)

    def blank_is_told(self, condition: Condition) -> bool:
        """Return whether a condition beside says whether a blank field is in, so that it does not matter what this one makes of it."""
        return self.beside(condition, {"blank_not"} if self.match == "all" else {"blank"})

    def named(self, kind: str, identity: str) -> tuple[str, str]:
        """Return the name and the qualifier of an id.

        Raises:
            NotRepresentableError: the account does not show it.
        """
        found = [(name, qualifier) for (each, name, qualifier), ids in self.snapshot.names.items() if each == kind and identity in ids]
        if len(found) != 1:
            unrepresentable(f"it names an object, {identity}, that no attribute of the project is mapped to")
        return found[0]

    def lean_on_not(self, condition: Condition) -> None:
        """Note that a negation is expected to match a blank field, unless a condition beside decides about it."""
        if condition["op"] in NEGATIONS and not self.blank_is_told(condition):
            self.leaned.add(NOT_MATCHES_BLANK)

    def guards(self, condition: Condition) -> bool:
        """Return whether a condition on a blank field only guards one beside it, and says nothing more."""
        guarded = NEGATIONS if condition["op"] == "blank" else NEEDS_A_VALUE
        return self.match == ("any" if condition["op"] == "blank" else "all") and self.beside(condition, guarded)


# -- predicates


def one_of(words: tuple[Constant, ...]) -> Op:
    """Return the operator for one of some words."""
    return Op.IS if len(words) == 1 else Op.IN


def said(name: str, op: Op, words: tuple[Constant, ...], *, positive: bool) -> Predicate:
    """Return a test, or its negation."""
    return (passing if positive else failing)(name, op, words[0] if op is Op.IS else words)


def on_day(condition: Condition, attribute: Attribute, day: date, reading: Reading) -> Predicate:
    """Return a comparison with a day.

    Raises:
        NotRepresentableError: the operator is another one.
    """
    op = str(condition["op"])
    if op not in _ON_DAYS:
        unrepresentable(f"Mailchimp's {op!r} on a date has no exact equal")
    if op == "less" and not reading.blank_is_told(condition):
        reading.leaned.add(LESS_SKIPS_BLANK)
    test = AttributeTest(attribute=attribute.name, tests=(_ON_DAYS[op](day),))
    return Not(of=test) if op == "not" else test


_ON_DAYS: Mapping[str, Callable[[date], From | To | OnDay]] = {
    "is": lambda day: OnDay(day=day),
    "not": lambda day: OnDay(day=day),
    "greater": lambda day: From(at=_after(day)),
    "less": lambda day: To(at=day),
}


def _after(day: date) -> date:
    if day == date.max:
        unrepresentable(f"there is no day after {day}")
    return day + timedelta(days=1)


def day_of(written: object, *forms: str) -> date:
    """Return the day of a text in one of some forms.

    Raises:
        NotRepresentableError: it is none.
    """
    for form in forms:
        try:
            return datetime.strptime(str(written), form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    unrepresentable(f"{written!r} is no day")
