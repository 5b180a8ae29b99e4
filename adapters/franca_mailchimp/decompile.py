"""Saved segments → predicates: a table from condition type to a short function; no entry is a refusal.

Where Mailchimp documents nothing (blank fields, case), the same named assumptions are leaned on as when compiling.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from franca.adapter import Assumption, Remote, ResourceKind, Site, Snapshot
from franca.adapter.importing import Decompiled, Unmapped, all_of, any_of, failing, number, passing, text, unrepresentable
from franca.definitions import Anniversary, Attribute, AttributeTest, Everyone, FieldMapping, Kind, Not, OnDay, Op, Predicate
from franca_mailchimp.assumptions import ACCENTS_DISTINCT, CASE_SENSITIVE, LESS_SKIPS_BLANK, NUMERIC, WILDCARDS_LITERAL
from franca_mailchimp.backwards import BLANKS, COMPARED, Reading, day_of, on_day, one_of, said
from franca_mailchimp.kept_backwards import KEPT
from franca_mailchimp.options import MEMBER_HAS_EMAIL, MEMBER_HAS_NO_EMAIL, Condition
from franca_mailchimp.values import may_hold_of_nothing
from franca_mailchimp.zero import of_zero

SHOWN_WHOLE = Assumption(
    id="mailchimp.options-shown-whole",
    statement="the conditions that the API shows of a segment are all that it has",
    reason="of segments with nested conditions, which its web application makes, no form is documented: they are expected to show none",
    consequence="an imported segment is wider or narrower than the one it was made of: compare the counts",
)


class MailchimpDecompiler:
    """Reads the segments of one audience backwards; see `franca.adapter.importing.Decompiler`."""

    def __init__(self, site: Site, snapshot: Snapshot, accepted: Collection[str] = ()) -> None:
        self._site, self._snapshot, self._accepted = site, snapshot, frozenset(accepted)

    def segment(self, remote: Remote) -> Decompiled:
        """Return what a segment says.

        Raises:
            NotRepresentableError: our language has no exact equal for it.
        """
        match, conditions = remote.body.get("match"), remote.body.get("conditions") or ()
        if match not in ("any", "all") or not conditions:
            unrepresentable("Mailchimp shows no conditions of it, as of segments with nested ones")
        reading = Reading(self._site, self._snapshot, str(match), conditions, self._accepted)
        parts = [part for each in conditions if (part := _said_by(each, reading)) is not None]
        where = (all_of if match == "all" else any_of)(parts)
        leaned = of_zero(str(match), conditions, reading.stands_for) | reading.leaned | {SHOWN_WHOLE}
        return Decompiled(where=where, assumptions=leaned, approximated=tuple(sorted(reading.approximated)))

    def unmapped(self) -> Iterator[Unmapped]:
        """Yield the merge fields and interest categories that no attribute is mapped to, and the word for tags where there are any."""
        mapped = {mapping.field for mapping in self._site.destination.attributes.values()}
        if "tags" not in mapped and any(each.kind is ResourceKind.TAG and each.key is None for each in self._snapshot.remotes):
            yield Unmapped("tags", "the names of a member's tags", Kind.LIST)
        for remote in self._snapshot.remotes:
            if remote.kind is ResourceKind.FIELD and remote.key is None and remote.body["tag"] not in mapped:
                yield Unmapped(str(remote.body["tag"]), remote.name, _KINDS.get(str(remote.body["type"])))


_KINDS = {
    "interests": Kind.LIST,
    "text": Kind.TEXT,
    "dropdown": Kind.TEXT,
    "radio": Kind.TEXT,
    "number": Kind.NUMBER,
    "date": Kind.DATE,
    "birthday": Kind.DATE,
}


def _said_by(condition: Condition, reading: Reading) -> Predicate | None:
    """Return what a condition says; None when those beside it say it too."""
    if condition in (MEMBER_HAS_EMAIL, MEMBER_HAS_NO_EMAIL):  # every member has an address
        return Everyone() if condition == MEMBER_HAS_EMAIL else Not(of=Everyone())
    read = CONDITIONS.get(str(condition.get("condition_type")))
    if read is None:
        unrepresentable(f"our language has nothing for conditions of type {condition.get('condition_type')!r}")
    return read(condition, reading)


# -- merge fields

Read = Callable[[Condition, Attribute, FieldMapping, Reading], Predicate]


def _merge(condition: Condition, reading: Reading, read: Read | None) -> Predicate | None:
    attribute, mapping = reading.attribute(str(condition["field"]))
    op = str(condition["op"])
    if attribute.name == "email":
        unrepresentable("a test on emails names people, who do not belong into a file")
    if op in BLANKS:
        return _blank(condition, attribute, mapping, reading)
    read = _translated if mapping.values else read or _VALUES.get(attribute.type.kind)
    if read is None or op not in _OPERATORS:
        unrepresentable(f"Mailchimp's {op!r} on {mapping.field} has no exact equal on a {attribute.type}")
    reading.lean_on_not(condition)
    return read(condition, attribute, mapping, reading)


def _blank(condition: Condition, attribute: Attribute, mapping: FieldMapping, reading: Reading) -> Predicate | None:
    """Return a test of presence; what only guards a condition beside it says nothing."""
    if reading.guards(condition):
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
    return said(attribute.name, op, (found,), positive=positive)


def _translated(condition: Condition, attribute: Attribute, mapping: FieldMapping, reading: Reading) -> Predicate:
    if condition["op"] not in ("is", "not"):
        unrepresentable(f"{condition['op']!r} cannot be asked of the translated values of {mapping.field}")
    reading.leaned |= {CASE_SENSITIVE, ACCENTS_DISTINCT}
    words = reading.words(attribute, (text(condition.get("value")),))
    return said(attribute.name, one_of(words), words, positive=condition["op"] == "is")


def _number(condition: Condition, attribute: Attribute, _mapping: FieldMapping, reading: Reading) -> Predicate:
    op, value = str(condition["op"]), number(attribute.type, condition.get("value"))
    if op not in COMPARED:
        unrepresentable(f"Mailchimp's {op!r} on a number has no exact equal")
    reading.leaned.add(NUMERIC)
    if op != "not" and may_hold_of_nothing(op, float(str(value))) and not reading.blank_is_told(condition):
        reading.leaned.add(LESS_SKIPS_BLANK)
    return failing(attribute.name, Op.IS, value) if op == "not" else passing(attribute.name, COMPARED[op], value)


def _date(condition: Condition, attribute: Attribute, _mapping: FieldMapping, reading: Reading) -> Predicate:
    # the API description's example, and what members' fields hold
    return on_day(condition, attribute, day_of(condition.get("value"), "%m/%d/%Y", "%Y-%m-%d"), reading)


def _birthday(condition: Condition, attribute: Attribute, _mapping: FieldMapping, _reading: Reading) -> Predicate:
    """Return an anniversary on a day of a leap year: on February 28 it is that of nobody else (language.md section 4, item 6)."""
    if condition["op"] not in ("is", "not"):
        unrepresentable(f"Mailchimp's {condition['op']!r} on a birthday has no exact equal")
    day = day_of(f"2000/{condition.get('value')}", "%Y/%m/%d")
    test = AttributeTest(attribute=attribute.name, tests=(Anniversary(tests=(OnDay(day=day),)),))
    return Not(of=test) if condition["op"] == "not" else test


_TEXTS = {
    "is": (Op.IS, True),
    "not": (Op.IS, False),
    "contains": (Op.CONTAINS, True),
    "notcontain": (Op.CONTAINS, False),
    "starts": (Op.STARTS_WITH, True),
    "ends": (Op.ENDS_WITH, True),
}
_OPERATORS = {*_TEXTS, *COMPARED}
_VALUES: Mapping[Kind, Read] = {
    Kind.TEXT: _text,
    Kind.DATE: _date,
    **dict.fromkeys([Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER], _number),
}


def _merge_of(*kinds: Kind, by: Read | None = None) -> Callable[[Condition, Reading], Predicate | None]:
    def read(condition: Condition, reading: Reading) -> Predicate | None:
        attribute, mapping = reading.attribute(str(condition["field"]))
        if not mapping.values and attribute.type.kind not in kinds:
            unrepresentable(f"{condition['field']} is asked otherwise than {attribute.name!r}, which is a {attribute.type}, can be")
        return _merge(condition, reading, by)

    return read


CONDITIONS: Mapping[str, Callable[[Condition, Reading], Predicate | None]] = {
    "TextMerge": _merge_of(Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER),
    "SelectMerge": _merge_of(Kind.TEXT),
    "DateMerge": _merge_of(Kind.DATE),
    "BirthdayMerge": _merge_of(Kind.DATE, by=_birthday),
    **KEPT,
}
