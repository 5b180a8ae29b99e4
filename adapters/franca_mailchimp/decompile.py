"""Saved segments → predicates: a table from condition type to a short function; no entry is a refusal.

Where Mailchimp documents nothing (blank fields, case), the same named assumptions are leaned on as when compiling.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from franca.adapter import Assumption, Remote, ResourceKind, Site, Snapshot, key_of
from franca.adapter.importing import Decompiled, Unmapped, all_of, any_of, failing, number, ours, passing, text, unrepresentable
from franca.definitions import (
    Attribute,
    AttributeTest,
    Constant,
    Everyone,
    FieldMapping,
    From,
    Kind,
    Not,
    OnDay,
    Op,
    Predicate,
    To,
)
from franca_mailchimp.assumptions import ACCENTS_DISTINCT, CASE_SENSITIVE, LESS_SKIPS_BLANK, NOT_MATCHES_BLANK, NUMERIC, WILDCARDS_LITERAL
from franca_mailchimp.kept import REFUSED, REGIONAL
from franca_mailchimp.options import CATEGORY, GROUP, MEMBER_HAS_EMAIL, MEMBER_HAS_NO_EMAIL, STATIC_SEGMENT, Condition
from franca_mailchimp.values import may_hold_of_nothing

SHOWN_WHOLE = Assumption(
    id="mailchimp.options-shown-whole",
    statement="the conditions that the API shows of a segment are all that it has",
    reason="of segments with nested conditions, which its web application makes, no form is documented: they are expected to show none",
    consequence="an imported segment is wider or narrower than the one it was made of: compare the counts",
)
BORDER = timedelta(days=1)
NEEDS_A_VALUE = frozenset({"is", "contains", "starts", "ends", "greater"})
"""Operators that match no blank field, whether it is read as nothing, as the empty text, as 0 or as the earliest day; but `is` 0."""


class MailchimpDecompiler:
    """Reads the segments of one audience backwards; see `franca.adapter.importing.Decompiler`."""

    def __init__(self, site: Site, snapshot: Snapshot) -> None:
        self._site, self._snapshot = site, snapshot

    def segment(self, remote: Remote) -> Decompiled:
        """Return what a segment says.

        Raises:
            NotRepresentableError: our language has no exact equal for it.
        """
        match, conditions = remote.body.get("match"), remote.body.get("conditions") or ()
        if match not in ("any", "all") or not conditions:
            unrepresentable("Mailchimp shows no conditions of it, as of segments with nested ones")
        reading = Reading(self._site, self._snapshot, str(match), conditions)
        parts = [part for each in conditions if (part := reading.read(each)) is not None]
        return Decompiled(where=(all_of if match == "all" else any_of)(parts), assumptions=frozenset({SHOWN_WHOLE, *reading.leaned}))

    def unmapped(self) -> Iterator[Unmapped]:
        """Yield the merge fields and interest categories that no attribute is mapped to, and the word for tags where there are any."""
        mapped = {mapping.field for mapping in self._site.destination.attributes.values()}
        if "tags" not in mapped and any(each.kind is ResourceKind.TAG and each.key is None for each in self._snapshot.remotes):
            yield Unmapped("tags", "the names of a member's tags", Kind.LIST)
        for remote in self._snapshot.remotes:
            if remote.kind is ResourceKind.FIELD and remote.key is None and remote.body["tag"] not in mapped:
                yield Unmapped(str(remote.body["tag"]), remote.name, _KINDS.get(str(remote.body["type"])))


_KINDS = {"interests": Kind.LIST, "text": Kind.TEXT, "dropdown": Kind.TEXT, "radio": Kind.TEXT, "number": Kind.NUMBER, "date": Kind.DATE}


@dataclass
class Reading:
    """One segment being read, and what is leaned on."""

    site: Site
    snapshot: Snapshot
    match: str
    conditions: Sequence[Condition]
    leaned: set[Assumption] = field(default_factory=set)

    def read(self, condition: Condition) -> Predicate | None:
        """Return what a condition says; None when those beside it say it too."""
        if condition in (MEMBER_HAS_EMAIL, MEMBER_HAS_NO_EMAIL):  # every member has an address
            return Everyone() if condition == MEMBER_HAS_EMAIL else Not(of=Everyone())
        read = CONDITIONS.get(str(condition.get("condition_type")))
        if read is None:
            unrepresentable(f"our language has nothing for conditions of type {condition.get('condition_type')!r}")
        return read(condition, self)

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


# -- merge fields


def _merge(condition: Condition, reading: Reading) -> Predicate | None:
    attribute, mapping = reading.attribute(str(condition["field"]))
    op = str(condition["op"])
    if attribute.name == "email":
        unrepresentable("a test on emails names people, who do not belong into a file")
    if op in ("blank", "blank_not"):
        return _blank(condition, attribute, mapping, reading)
    read = _translated if mapping.values else _VALUES.get(attribute.type.kind)
    if read is None or op not in _OPERATORS:
        unrepresentable(f"Mailchimp's {op!r} on {mapping.field} has no exact equal on a {attribute.type}")
    if op in ("not", "notcontain") and not reading.blank_is_told(condition):
        reading.leaned.add(NOT_MATCHES_BLANK)
    return read(condition, attribute, mapping, reading)


def _blank(condition: Condition, attribute: Attribute, mapping: FieldMapping, reading: Reading) -> Predicate | None:
    """Return a test of presence; what only guards a condition beside it says nothing."""
    guarded = {"not", "notcontain"} if condition["op"] == "blank" else NEEDS_A_VALUE
    if reading.match == ("any" if condition["op"] == "blank" else "all") and reading.beside(condition, guarded):
        return None
    if attribute.type.kind is Kind.TEXT and not mapping.values:
        unrepresentable("Mailchimp does not tell a blank text from a missing one")
    return passing(attribute.name, Op.IS_SET, condition["op"] == "blank_not")


def _text(condition: Condition, attribute: Attribute, _mapping: FieldMapping, reading: Reading) -> Predicate:
    found, (op, positive) = text(condition.get("value")), _TEXTS[str(condition["op"])]
    if not found.strip() or found != found.strip():
        unrepresentable(f"whether Mailchimp keeps the white space of {found!r} is not documented")
    reading.leaned |= {CASE_SENSITIVE, ACCENTS_DISTINCT}
    if op is not Op.IS and ("%" in found or "_" in found):
        reading.leaned.add(WILDCARDS_LITERAL)
    return _said(attribute.name, op, (found,), positive=positive)


def _one_of(words: tuple[Constant, ...]) -> Op:
    return Op.IS if len(words) == 1 else Op.IN


def _said(name: str, op: Op, words: tuple[Constant, ...], *, positive: bool) -> Predicate:
    return (passing if positive else failing)(name, op, words[0] if op is Op.IS else words)


def _translated(condition: Condition, attribute: Attribute, mapping: FieldMapping, reading: Reading) -> Predicate:
    if condition["op"] not in ("is", "not"):
        unrepresentable(f"{condition['op']!r} cannot be asked of the translated values of {mapping.field}")
    reading.leaned |= {CASE_SENSITIVE, ACCENTS_DISTINCT}
    words = reading.words(attribute, (text(condition.get("value")),))
    return _said(attribute.name, _one_of(words), words, positive=condition["op"] == "is")


def _number(condition: Condition, attribute: Attribute, _mapping: FieldMapping, reading: Reading) -> Predicate:
    op, value = str(condition["op"]), number(attribute.type, condition.get("value"))
    if op not in _COMPARED:
        unrepresentable(f"Mailchimp's {op!r} on a number has no exact equal")
    reading.leaned.add(NUMERIC)
    if op != "not" and may_hold_of_nothing(op, float(str(value))) and not reading.blank_is_told(condition):
        reading.leaned.add(LESS_SKIPS_BLANK)
    return failing(attribute.name, Op.IS, value) if op == "not" else passing(attribute.name, _COMPARED[op], value)


def _date(condition: Condition, attribute: Attribute, _mapping: FieldMapping, reading: Reading) -> Predicate:
    op, day = str(condition["op"]), _day(condition.get("value"))
    if op not in _ON_DAYS:
        unrepresentable(f"Mailchimp's {op!r} on a date has no exact equal")
    if op == "less" and not reading.blank_is_told(condition):
        reading.leaned.add(LESS_SKIPS_BLANK)
    test = AttributeTest(attribute=attribute.name, tests=(_ON_DAYS[op](day),))
    return Not(of=test) if op == "not" else test


def _day(written: object) -> date:
    for form in ("%m/%d/%Y", "%Y-%m-%d"):  # the API description's example, and what members' fields hold
        try:
            return datetime.strptime(str(written), form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    unrepresentable(f"{written!r} is no day")


_TEXTS = {
    "is": (Op.IS, True),
    "not": (Op.IS, False),
    "contains": (Op.CONTAINS, True),
    "notcontain": (Op.CONTAINS, False),
    "starts": (Op.STARTS_WITH, True),
    "ends": (Op.ENDS_WITH, True),
}
_COMPARED = {"is": Op.IS, "not": Op.IS, "greater": Op.GT, "less": Op.LT}
_ON_DAYS: Mapping[str, Callable[[date], From | To | OnDay]] = {
    "is": lambda day: OnDay(day=day),
    "not": lambda day: OnDay(day=day),
    "greater": lambda day: From(at=day + BORDER),
    "less": lambda day: To(at=day),
}
_OPERATORS = {*_TEXTS, *_COMPARED}
_VALUES: Mapping[Kind, Callable[[Condition, Attribute, FieldMapping, Reading], Predicate]] = {
    Kind.TEXT: _text,
    Kind.DATE: _date,
    **dict.fromkeys([Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER], _number),
}


def _merge_of(*kinds: Kind) -> Callable[[Condition, Reading], Predicate | None]:
    def read(condition: Condition, reading: Reading) -> Predicate | None:
        attribute, mapping = reading.attribute(str(condition["field"]))
        if not mapping.values and attribute.type.kind not in kinds:
            unrepresentable(f"{condition['field']} is asked otherwise than {attribute.name!r}, which is a {attribute.type}, can be")
        return _merge(condition, reading)

    return read


# -- what Mailchimp keeps besides

_INSIDE = {
    "static_is": True,
    "static_not": False,
    "member": True,
    "notmember": False,
    "interestcontains": True,
    "interestcontainsall": True,
    "interestnotcontains": False,
}
"""Operators, and whether they ask for those who are in it; any other is one that no document knows."""


def _tag(condition: Condition, reading: Reading) -> Predicate:
    attribute = reading.kept("tags")
    name, _ = reading.named(STATIC_SEGMENT, str(condition["value"]))
    if key_of(name) is not None:
        unrepresentable("it asks for a tag that Franca keeps")
    return _said(attribute.name, Op.HAS_ANY, (text(name),), positive=_INSIDE[condition["op"]])


def _interests(condition: Condition, reading: Reading) -> Predicate:
    title, _ = reading.named(CATEGORY, str(condition["field"]))
    attribute = reading.kept(f"interests:{title}")
    groups = reading.words(attribute, [text(reading.named(GROUP, str(each))[0]) for each in condition["value"]])
    listed = attribute.type.kind is Kind.LIST
    if condition["op"] == "interestcontainsall" and not listed:
        unrepresentable("it asks for several groups of which the attribute holds one")
    op = Op.HAS_ALL if condition["op"] == "interestcontainsall" else Op.HAS_ANY if listed else Op.IN
    return _said(attribute.name, op, groups, positive=_INSIDE[condition["op"]])


def _flag(mapped: str) -> Callable[[Condition, Reading], Predicate]:
    def read(condition: Condition, reading: Reading) -> Predicate:
        attribute = reading.kept(mapped)
        return _said(attribute.name, Op.IS, (True,), positive=_INSIDE[condition["op"]])

    return read


def _rating(condition: Condition, reading: Reading) -> Predicate:
    attribute = reading.kept("rating")
    if not attribute.required:
        unrepresentable(f"Mailchimp knows a rating of everybody, and {attribute.name!r} may be missing")
    op, value = str(condition["op"]), number(attribute.type, condition.get("value"))
    if op not in _COMPARED:
        unrepresentable(f"Mailchimp's {op!r} on a rating has no exact equal")
    return failing(attribute.name, Op.IS, value) if op == "not" else passing(attribute.name, _COMPARED[op], value)


def _orders(condition: Condition, reading: Reading) -> Predicate:
    """Return a count or an amount of orders, as far as somebody without any surely does not pass."""
    attribute = reading.kept(str(condition["field"]))
    op, value = str(condition["op"]), number(attribute.type, condition.get("value"))
    if not (op == "greater" and float(str(value)) >= 0) and not (op == "is" and float(str(value)) > 0):
        unrepresentable("what conditions on orders do with who ordered nothing is not documented")
    return passing(attribute.name, _COMPARED[op], value)


def _word(mapped: str, op: str, refused: Collection[str] = ()) -> Callable[[Condition, Reading], Predicate]:
    def read(condition: Condition, reading: Reading) -> Predicate:
        attribute = reading.kept(mapped)
        found = text(condition.get("value"))
        if condition["op"] != op or found in refused or attribute.type.kind is not Kind.TEXT:
            unrepresentable(f"{condition['op']!r} of {found!r} has no exact equal for {mapped}")
        reading.leaned |= {CASE_SENSITIVE, ACCENTS_DISTINCT}
        words = reading.words(attribute, (found,))
        return _said(attribute.name, _one_of(words), words, positive=True)

    return read


CONDITIONS: Mapping[str, Callable[[Condition, Reading], Predicate | None]] = {
    "TextMerge": _merge_of(Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER),
    "SelectMerge": _merge_of(Kind.TEXT),
    "DateMerge": _merge_of(Kind.DATE),
    "StaticSegment": _tag,
    "Interests": _interests,
    "VIP": _flag("vip"),
    "EcommPurchased": _flag("ecomm_purchased"),
    "MemberRating": _rating,
    "EcommNumber": _orders,
    "EcommSpent": _orders,
    "Language": _word("language", "is", REGIONAL),
    "SignupSource": _word("source", "source_is"),
}
