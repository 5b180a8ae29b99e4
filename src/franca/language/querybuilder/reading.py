"""A query of react-querybuilder → predicates, with constants in the types of the project's attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from franca.definitions import (
    COMPARISONS,
    All,
    AnyOf,
    Attribute,
    AttributeRef,
    AttributeTest,
    Everyone,
    Kind,
    Not,
    Op,
    Predicate,
    Project,
    ReferenceTest,
    ValueTest,
)
from franca.errors import Problem, ProblemsError, did_you_mean
from franca.language.querybuilder.writing import OPERATORS
from franca.language.types import NUMERIC, typed_test

Data = dict[str, Any]

DEEPEST = 64
"""Groups inside groups."""

_COMMON = frozenset({"id", "path", "disabled", "muted"})
_GROUP = _COMMON | {"combinator", "not", "rules"}
_RULE = _COMMON | {"field", "operator", "value", "valueSource", "match"}
_PLAIN = {theirs: ours for ours, theirs in OPERATORS.items()}
_NEGATED = {"doesNotContain": Op.CONTAINS, "doesNotBeginWith": Op.STARTS_WITH, "doesNotEndWith": Op.ENDS_WITH}
_KNOWN = sorted({*_PLAIN, *_NEGATED, "null", "notNull", "between", "notBetween"})


class _NotMeantError(Exception):
    """We cannot mean something; the text begins with its JSON path."""

    def __init__(self, path: str, what: str, remedy: str = "") -> None:
        self.problem = Problem(what=f"{path}: {what}", remedy=remedy)
        super().__init__(what)


def read_query(query: object, project: Project, root: str = "$") -> Predicate:
    """Return what a query means; numbers of JSON are best read with `parse_float=Decimal`.

    Raises:
        ProblemsError: what Franca cannot mean, each with its path in the JSON, which begins with *root*.
    """
    reader = _Reader(project)
    predicate = reader.node(query, root, 0)
    if reader.problems:
        raise ProblemsError(reader.problems)
    return predicate


class _Reader:
    """Reads rules by the project's attributes; collects all that is wrong."""

    def __init__(self, project: Project) -> None:
        self.attributes: Mapping[str, Attribute] = project.data.profile.attributes
        self.zone = project.zone
        self.problems: list[Problem] = []

    def node(self, data: object, path: str, depth: int) -> Predicate:
        try:
            return (
                self._group(_mapping(data, path), path, depth) if _is_group(data) or not depth else self._rule(_mapping(data, path), path)
            )
        except _NotMeantError as error:
            self.problems.append(error.problem)
            return Everyone()

    # -- groups

    def _group(self, data: Data, path: str, depth: int) -> Predicate:
        _check_keys(data, _GROUP, path)
        if depth > DEEPEST:
            _refuse(path, f"more than {DEEPEST} groups inside each other")
        rules = data.get("rules")
        if not isinstance(rules, list):
            _refuse(path, "a group has a list of `rules`")
        negated = data.get("not", False)
        if not isinstance(negated, bool):
            _refuse(f"{path}.not", "true or false")
        joined = self._between(rules, path, depth) if data.get("combinator") is None else self._beside(data, rules, path, depth)
        return Not(of=joined) if negated else joined

    def _beside(self, data: Data, rules: list[object], path: str, depth: int) -> Predicate:
        combinator = _combinator(data["combinator"], f"{path}.combinator")
        return _joined(combinator, [self.node(rule, f"{path}.rules[{at}]", depth + 1) for at, rule in enumerate(rules)])

    def _between(self, rules: list[object], path: str, depth: int) -> Predicate:
        """Read rules with combinators between them; `and` binds more closely than `or`."""
        alternatives: list[list[Predicate]] = [[]]
        for at, rule in enumerate(rules):
            place = f"{path}.rules[{at}]"
            if at % 2:
                if _combinator(rule, place) == "or":
                    alternatives.append([])
                continue
            alternatives[-1].append(self.node(rule, place, depth + 1))
        if rules and not len(rules) % 2:
            _refuse(f"{path}.rules", "a combinator must stand between two rules")
        return _joined("or", [_joined("and", parts) for parts in alternatives])

    # -- rules

    def _rule(self, data: Data, path: str) -> Predicate:
        _check_keys(data, _RULE, path)
        field, operator = data.get("field"), data.get("operator")
        if not isinstance(field, str) or field not in self.attributes:
            _refuse(f"{path}.field", f"there is no attribute {field!r}", did_you_mean(str(field), self.attributes))
        attribute = self.attributes[field]
        if not isinstance(operator, str):
            _refuse(f"{path}.operator", f"{operator!r} is no operator", f"known: {', '.join(_KNOWN)}")
        if data.get("match") is not None:
            return self._match(attribute, data, path)
        if data.get("valueSource", "value") == "field":
            return self._reference(attribute, operator, data.get("value"), path)
        if data.get("valueSource", "value") != "value":
            _refuse(f"{path}.valueSource", "value or field")
        return self._tested(attribute, operator, data.get("value"), path)

    def _tested(self, attribute: Attribute, operator: str, value: object, path: str) -> Predicate:
        if operator in {"null", "notNull"}:
            return self._test(attribute, Op.IS_SET, operator == "notNull", path)
        if operator in {"between", "notBetween"}:
            low, high = self._bounds(attribute, value, f"{path}.value")
            within = All(of=(self._test(attribute, Op.GTE, low, path), self._test(attribute, Op.LTE, high, path)))
            return within if operator == "between" else Not(of=within)
        if operator in {"in", "notIn"}:
            return self._test(attribute, _PLAIN[operator], self._values(attribute, value, f"{path}.value"), path)
        op = _op(operator, f"{path}.operator")
        constant = _constant(attribute.type.kind, value, f"{path}.value")
        many = (constant,) if op in {Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH} else constant
        tested = self._test(attribute, op, many, path)
        return Not(of=tested) if operator in _NEGATED else tested

    def _test(self, attribute: Attribute, op: Op, operand: Any, path: str) -> Predicate:
        what = f"attribute {attribute.name!r}"
        test = typed_test(ValueTest(op=op, operand=operand), what, attribute.type, self.zone)
        if isinstance(test, Problem):
            _refuse(path, test.what, "test its elements with a match mode" if attribute.type.kind is Kind.LIST else test.remedy)
        return AttributeTest(attribute=attribute.name, tests=(test,))

    def _reference(self, attribute: Attribute, operator: str, other: object, path: str) -> Predicate:
        op = _op(operator, f"{path}.operator")
        if op not in COMPARISONS:
            _refuse(f"{path}.operator", f"{operator!r} compares with constants only, not with another field")
        if not isinstance(other, str) or other not in self.attributes:
            _refuse(f"{path}.value", f"there is no attribute {other!r}", did_you_mean(str(other), self.attributes))
        kinds = attribute.type.kind, self.attributes[other].type.kind
        if Kind.LIST in kinds or (kinds[0] is not kinds[1] and not set(kinds) <= NUMERIC):
            _refuse(path, f"{attribute.name!r} is {attribute.type} and {other!r} is {self.attributes[other].type}: they do not compare")
        return AttributeTest(attribute=attribute.name, tests=(ReferenceTest(op=op, reference=AttributeRef(attribute=other)),))

    def _values(self, attribute: Attribute, value: object, path: str) -> tuple[Any, ...]:
        several = _split(value)
        if not several:
            _refuse(path, "a list of values")
        return tuple(_constant(attribute.type.kind, each, f"{path}[{at}]") for at, each in enumerate(several))

    def _bounds(self, attribute: Attribute, value: object, path: str) -> tuple[Any, Any]:
        found = self._values(attribute, value, path)
        if len(found) != 2:
            _refuse(path, "two values, the smaller one first; both count")
        return found[0], found[1]

    # -- elements of lists

    def _match(self, attribute: Attribute, data: Data, path: str) -> Predicate:
        if attribute.type.kind is not Kind.LIST:
            _refuse(f"{path}.match", f"{attribute.name!r} is {attribute.type}, and match modes are for lists")
        op = _mode(_mapping(data["match"], f"{path}.match"), f"{path}.match")
        return self._test(attribute, op, tuple(_elements(data.get("value"), f"{path}.value")), path)


def _mode(match: Data, path: str) -> Op:
    mode, threshold = match.get("mode"), match.get("threshold")
    if mode == "some" or (mode == "atLeast" and threshold == 1 and not isinstance(threshold, bool)):
        return Op.HAS_ANY
    if mode == "none":
        return Op.HAS_NONE
    _refuse(
        f"{path}.mode",
        f"{mode!r} has no equal in Franca, which asks whether some or none of the elements is one of several",
        "use some or none",
    )


def _elements(group: object, path: str) -> list[str]:
    """Return the words of "an element is one of them": a group of `=` and `in` joined by or."""
    data = _mapping(group, path)
    rules, combinator = data.get("rules"), data.get("combinator")
    if not isinstance(rules, list) or not rules or data.get("not"):
        _refuse(path, "a group of rules on the element, which is not negated")
    between = rules[1::2] if combinator is None else [combinator] * (len(rules) - 1)
    if any(_combinator(each, path) != "or" for each in between):
        _refuse(path, "Franca asks whether an element is one of several: join its rules by or")
    tests = rules[::2] if combinator is None else rules
    return [word for at, rule in enumerate(tests) for word in _words(rule, f"{path}.rules[{at}]")]


def _words(rule: object, path: str) -> list[str]:
    data = _mapping(rule, path)
    operator, value = data.get("operator"), data.get("value")
    if data.get("field", "") != "" or operator not in ("=", "in") or data.get("valueSource", "value") != "value":
        _refuse(path, "Franca compares whole elements with texts: `=` or `in`, on a field without a name")
    several = _split(value) if operator == "in" else [value]
    words = [word for word in several if isinstance(word, str)]
    if not words or len(words) < len(several):
        _refuse(f"{path}.value", "elements are texts")
    return words


def _split(value: object) -> list[object]:
    """Return a list of values, which the builder's text editors keep as a text with commas."""
    if isinstance(value, str):
        return [each.strip() for each in value.split(",")]
    return value if isinstance(value, list) else []


# -- parts


def _refuse(path: str, what: str, remedy: str = "") -> NoReturn:
    raise _NotMeantError(path, what, remedy)


def _is_group(data: object) -> bool:
    return isinstance(data, dict) and "rules" in data


def _mapping(data: object, path: str) -> Data:
    if not isinstance(data, dict):
        _refuse(path, "a mapping")
    return data


def _check_keys(data: Data, known: frozenset[str], path: str) -> None:
    for key in data:
        if key not in known:
            _refuse(f"{path}.{key}", "an unknown key", did_you_mean(str(key), known))
    if data.get("muted"):
        _refuse(f"{path}.muted", "the builder leaves muted rules out of what it exports", "remove what is muted, or unmute it")


def _combinator(data: object, path: str) -> str:
    word = data.lower() if isinstance(data, str) else ""
    if word in {"and", "or"}:
        return word
    what = "Franca has no exclusive or" if word == "xor" else f"{data!r} is no combinator"
    _refuse(path, what, "say it with and, or and not")


def _joined(combinator: str, parts: list[Predicate]) -> Predicate:
    """Join rules; the builder takes a group without rules for true."""
    if not parts:
        return Everyone()
    if len(parts) == 1:
        return parts[0]
    return All(of=tuple(parts)) if combinator == "and" else AnyOf(of=tuple(parts))


def _op(operator: str, path: str) -> Op:
    op = {**_PLAIN, **_NEGATED}.get(operator)
    if op is None:
        _refuse(path, f"{operator!r} is no operator that Franca knows", did_you_mean(operator, _KNOWN))
    return op


# -- constants


def _constant(kind: Kind, value: object, path: str) -> Any:
    """Return a value of JSON as a constant: editors keep numbers, and truth, as text."""
    convert = _CONVERT.get(kind)
    found = convert(value) if convert and isinstance(value, str) else value
    if found is None or isinstance(found, (list, dict)):
        _refuse(path, f"{value!r} is no {kind}")
    return Decimal(repr(found)) if isinstance(found, float) else found


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


_CONVERT: Mapping[Kind, Callable[[str], Any]] = {
    **dict.fromkeys(NUMERIC, _number),
    Kind.BOOLEAN: {"true": True, "false": False}.get,
}
