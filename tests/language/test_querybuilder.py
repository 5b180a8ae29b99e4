"""Segments and the JSON of react-querybuilder: there and back, and what neither side holds."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import strategies
from choices import Extra
from franca.definitions import AttributeTest, Everyone, Not, Op, Predicate, Project
from franca.errors import ProblemsError
from franca.language.querybuilder import fields, read_query, write_query
from franca.logic import fingerprint
from logic.crowd import members, written
from strategies import ANYTHING

HELD = strategies.Choice(attributes=ANYTHING.attributes, since=False, extras=frozenset({Extra.LISTS, Extra.REFERENCES}))


@cache
def project() -> Project:
    return strategies.make_project({})


def there_and_back(predicate: Predicate) -> Predicate:
    return read_query(json.loads(json.dumps(write_query(predicate)), parse_float=Decimal), project())


def refusal(query: object) -> str:
    with pytest.raises(ProblemsError) as told:
        read_query(query, project())
    return "\n".join(problem.what for problem in told.value.problems)


def rule(field: str, operator: str, value: Any = None, **more: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value, **more}


def group(*rules: Any, combinator: str | None = "and", **more: Any) -> dict[str, Any]:
    return {**({} if combinator is None else {"combinator": combinator}), "rules": list(rules), **more}


def read(query: object) -> Predicate:
    return read_query(query, project())


def refused(predicate: Predicate) -> tuple[str, ...]:
    """The reasons why a predicate cannot be exported; none when it can."""
    try:
        write_query(predicate)
    except ProblemsError as error:
        return tuple(problem.what for problem in error.problems)
    return ()


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.data())
def test_what_is_exported_comes_back_as_it_was(data: st.DataObject) -> None:
    """Any tree of attribute tests has the same fingerprint after both ways, or is refused with reasons."""
    predicate = data.draw(strategies.attribute_predicates(2, HELD))
    reasons = refused(predicate)
    assert all(reason.startswith("a query builder ") for reason in reasons)
    assert reasons or fingerprint(there_and_back(predicate)) == fingerprint(predicate)


def test_most_trees_of_attributes_are_held() -> None:
    """The property above is not empty: many trees go both ways, and the same people are meant."""
    held = [one for one in strategies.drawn(strategies.attribute_predicates(2, HELD), 200, 3) if not refused(one)]
    assert len(held) > 60
    assert all(members(there_and_back(one)) == members(one) for one in held)


WORDS = [
    ("{attribute: country, is: DE}", group(rule("country", "=", "DE"), not_=False)),
    ("{attribute: country, in: [DE, FR]}", group(rule("country", "in", ["DE", "FR"]))),
    ("{attribute: points, between: [1, 5]}", group(rule("points", ">=", 1), rule("points", "<", 5))),
    ("{attribute: credit, gt: 10.5}", group(rule("credit", ">", 10.5))),
    ("{attribute: country, is_set: false}", group(rule("country", "null"))),
    (
        "{attribute: first_name, contains: [a, b]}",
        group(rule("first_name", "contains", "a"), rule("first_name", "contains", "b"), combinator="or"),
    ),
    ("{none: [{attribute: country, is: DE}]}", group(rule("country", "=", "DE"), combinator="or", not_=True)),
    ("{attribute: credit, gt: {attribute: minimum_spend}}", group(rule("credit", ">", "minimum_spend", valueSource="field"))),
    (
        "{attribute: tags, has_none: [vip]}",
        group(rule("tags", "=", group(rule("", "=", "vip"), combinator="or", not_=False), match={"mode": "none"})),
    ),
    ("{everyone: true}", group()),
    ("{not: {everyone: true}}", group(group(), not_=True)),
    ("{attribute: last_seen, gte: 2026-01-01}", group(rule("last_seen", ">=", "2025-12-31T23:00:00Z"))),
    ("{attribute: birthday, lt: 1990-05-06}", group(rule("birthday", "<", "1990-05-06"))),
]


def _spelled(query: Any) -> Any:
    """Groups have `not`, which Python cannot name so."""
    if isinstance(query, list):
        return list(map(_spelled, query))
    if not isinstance(query, dict):
        return query
    found = {"not" if key == "not_" else key: _spelled(value) for key, value in query.items()}
    return {"not": False, **found} if "rules" in found else found


@pytest.mark.parametrize(("text", "expected"), WORDS)
def test_each_word_has_its_rule(text: str, expected: dict[str, Any]) -> None:
    """Operators, lists, bounds, references and elements stand as the builder writes them."""
    predicate = written(text)
    assert write_query(predicate) == _spelled(expected)
    assert fingerprint(read(_spelled(expected))) == fingerprint(predicate)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{event: order}", "holds tests on attributes, and this is none"),
        ("{sample: {percent: 10, salt: x}}", "holds tests on attributes"),
        ("{attribute: last_seen, last: 30 days}", "has no windows of time"),
        ("{attribute: first_name, is: anna, ignore_case: true}", "has no tests that ignore case"),
        ("{attribute: first_name, matches: '^A'}", "has no patterns"),
        ("{attribute: first_name, is_empty: true}", "does not know blank values"),
        ("{attribute: tags, length: {gte: 2}}", "does not count the elements of a list"),
        ("{attribute: points, gt: {attribute: credit, times: 2}}", "does not multiply"),
        ("{at_least: {count: 2, of: [{attribute: points, is: 1}, {attribute: credit, is: 2}]}}", "holds tests on attributes"),
    ],
)
def test_what_no_builder_holds_is_refused_with_its_place(text: str, why: str) -> None:
    """A refusal says what a query builder lacks and where in the file it is needed."""
    with pytest.raises(ProblemsError) as told:
        write_query(written(text))
    (problem,) = told.value.problems
    assert why in problem.what
    assert problem.position is not None
    assert problem.position.line == 1


def test_all_refusals_are_told_at_once() -> None:
    """Two things that cannot be held are two problems."""
    with pytest.raises(ProblemsError) as told:
        write_query(written("{any: [{event: order}, {attribute: country, is: DE}, {not: {attribute: last_seen, last: 1 day}}]}"))
    assert len(told.value.problems) == 2


# -- import


def test_texts_of_editors_become_constants_of_their_type() -> None:
    """Editors keep numbers, truth and lists as text: "28", "true", "DE, FR"."""
    query = group(rule("points", ">", "28"), rule("vip", "=", "true"), rule("country", "in", "DE, FR"), rule("credit", "between", "1,2.50"))
    expected = written(
        "{all: [{attribute: points, gt: 28}, {attribute: vip, is: true}, {attribute: country, in: [DE, FR]},"
        " {attribute: credit, gte: 1}, {attribute: credit, lte: 2.50}]}"
    )
    assert fingerprint(read(query)) == fingerprint(expected)


def test_negative_operators_hold_for_missing_values() -> None:
    """`doesNotContain`, `notBetween` and `!=` are negations: people without a value are in."""
    for operator, value, positive in (
        ("doesNotContain", "a", "{attribute: first_name, contains: a}"),
        ("doesNotBeginWith", "a", "{attribute: first_name, starts_with: a}"),
        ("doesNotEndWith", "a", "{attribute: first_name, ends_with: a}"),
        ("!=", "a", "{attribute: first_name, is: a}"),
        ("notIn", ["a", "b"], "{attribute: first_name, in: [a, b]}"),
        ("notBetween", ["a", "b"], "{all: [{attribute: first_name, gte: a}, {attribute: first_name, lte: b}]}"),
    ):
        assert fingerprint(read(group(rule("first_name", operator, value)))) == fingerprint(Not(of=written(positive)))


def test_and_binds_more_closely_between_rules() -> None:
    """With independent combinators, `a or b and c` is `a or (b and c)`, as the builder converts it."""
    a, b, c = (rule("country", "=", word) for word in ("DE", "FR", "AT"))
    loose = read(group(a, "or", b, "and", rule("points", ">", 5), combinator=None))
    tight = read(group(a, group(b, rule("points", ">", 5)), combinator="or"))
    assert fingerprint(loose) == fingerprint(tight)
    assert fingerprint(read(group(a, "AND", group(b, "or", c, combinator=None), combinator=None))) == fingerprint(
        read(group(a, group(b, c, combinator="or")))
    )


def test_match_modes_that_mean_the_same() -> None:
    """Some, and at least one, are has_any; none is has_none; alternatives may be one `in`."""
    words = group(rule("", "=", "vip"), rule("", "in", "new, sale"), combinator="or")
    some = written("{attribute: tags, has_any: [vip, new, sale]}")
    for mode in ({"mode": "some"}, {"mode": "atLeast", "threshold": 1}):
        assert fingerprint(read(group(rule("tags", "=", words, match=mode)))) == fingerprint(some)
    assert fingerprint(read(group(rule("tags", "=", words, match={"mode": "none"})))) == fingerprint(Not(of=some))


def test_ids_and_the_builders_marks_do_not_count() -> None:
    """`id`, `path` and `disabled` are the builder's own affair."""
    plain = AttributeTest(attribute="country", tests=(written("{attribute: country, is: DE}").tests[0],))
    marked = group(rule("country", "=", "DE", id="r", path=[0], disabled=True, muted=False, valueSource="value"), id="root")
    assert fingerprint(read(marked)) == fingerprint(plain)
    assert read(group()) == Everyone()


VIP = group(rule("", "=", "vip"))


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ([], "$: a mapping"),
        ({"combinator": "and"}, "$: a group has a list of `rules`"),
        (rule("country", "=", "DE"), "$.field: an unknown key"),
        (group(rule("country", "=", "DE"), combinator="xor"), "$.combinator: Franca has no exclusive or"),
        (group(rule("country", "=", "DE"), "xor", rule("points", "=", 1), combinator=None), "$.rules[1]: Franca has no exclusive or"),
        (group(rule("country", "=", "DE"), rule("points", "=", 1), combinator=None), "$.rules[1]: {"),
        (group(rule("country", "=", "DE"), "and", combinator=None), "$.rules: a combinator must stand between two rules"),
        (group("and"), "$.rules[0]: a mapping"),
        (group(not_="yes"), "$.not: true or false"),
        (group(rule("contry", "=", "DE")), "$.rules[0].field: there is no attribute 'contry'"),
        (group(rule("~", "~", "")), "$.rules[0].field: there is no attribute '~'"),
        (group(rule("country", "like", "DE")), "$.rules[0].operator: 'like' is no operator"),
        (group(rule("country", ["="], "DE")), "$.rules[0].operator: ['='] is no operator"),
        (group(group(rule("points", "=", "many"))), "$.rules[0].rules[0].value: 'many' is no integer"),
        (group(rule("points", "=", 1.5)), "$.rules[0]: attribute 'points' is integer, and 1.5 is not"),
        (group(rule("country", "=", 5)), "$.rules[0]: attribute 'country' is text, and 5 is not"),
        (group(rule("country", "in", [])), "$.rules[0].value: a list of values"),
        (group(rule("points", "between", [1])), "$.rules[0].value: two values"),
        (group(rule("birthday", "=", "tomorrow")), "$.rules[0]: attribute 'birthday' is date"),
        (group(rule("tags", "contains", "vip")), "$.rules[0]: attribute 'tags' is list, which takes no 'contains'"),
        (group(rule("country", "=", "points", valueSource="field")), "$.rules[0]: 'country' is text and 'points' is integer"),
        (group(rule("country", "contains", "first_name", valueSource="field")), "compares with constants only"),
        (group(rule("country", "=", "nobody", valueSource="field")), "$.rules[0].value: there is no attribute 'nobody'"),
        (group(rule("country", "=", "DE", valueSource="moon")), "$.rules[0].valueSource: value or field"),
        (group(rule("country", "=", "DE", muted=True)), "$.rules[0].muted: the builder leaves muted rules out"),
        (group(rule("country", "=", "DE", color="red")), "$.rules[0].color: an unknown key"),
        (group(rule("country", "=", VIP, match={"mode": "some"})), "$.rules[0].match: 'country' is text"),
        (group(rule("tags", "=", VIP, match={"mode": "all"})), "$.rules[0].match.mode: 'all' has no equal"),
        (group(rule("tags", "=", VIP, match={"mode": "atLeast", "threshold": 2})), "'atLeast' has no equal"),
        (group(rule("tags", "=", VIP, match={"mode": "exactly", "threshold": 0})), "'exactly' has no equal"),
        (group(rule("tags", "=", group(rule("", "contains", "v")), match={"mode": "some"})), "compares whole elements"),
        (group(rule("tags", "=", group(*VIP["rules"] * 2), match={"mode": "some"})), "join its rules by or"),
        (group(rule("tags", "=", group(rule("", "=", "vip"), not_=True), match={"mode": "some"})), "which is not negated"),
        (group(rule("tags", "=", group(rule("", "=", 5)), match={"mode": "some"})), "elements are texts"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_path(query: object, told: str) -> None:
    """Unknown words, wrong types and match modes without an equal are refused, with the path in the JSON."""
    assert told in refusal(_spelled(query) if not isinstance(query, list) else query)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["and", "xor", "=", "in", "some", "country", "tags", "points", "", "x,y"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["combinator", "rules", "not", "field", "operator", "value", "valueSource", "match", "mode", "threshold"]),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(JUNK)
def test_no_json_makes_it_crash(query: object) -> None:
    """Whatever stands in the file is a predicate or problems with paths."""
    try:
        assert isinstance(read(query), Predicate)
    except ProblemsError as error:
        told = [problem.what for problem in error.problems]
        if not all(what.startswith("$") for what in told):
            raise


def test_all_problems_of_a_query_are_told() -> None:
    """Every wrong rule is named, not the first alone."""
    assert refusal(group(rule("nobody", "=", 1), group(rule("country", "like", 1)))).count("\n") == 1


def test_groups_have_a_depth() -> None:
    """A query of a hundred groups inside each other is refused, not a crash."""
    query = group(rule("country", "=", "DE"))
    for _ in range(100):
        query = group(query)
    assert "64 groups" in refusal(query)


def test_fields_name_types_and_operators() -> None:
    """Every attribute is a field, whose operators are those that can be read back."""
    listed = {each["name"]: each for each in fields(project())}
    assert list(listed) == list(project().data.profile.attributes)
    assert listed["points"]["inputType"] == "number"
    assert listed["vip"]["valueEditorType"] == "checkbox"
    assert listed["tags"]["matchModes"] == ["some", "none"]
    values = {"number": "1", "date": "2026-01-01", "datetime-local": "2026-01-01T10:00", "text": "x"}
    for name, field in listed.items():
        for operator in (each["name"] for each in field["operators"]):
            value = values.get(field.get("inputType", ""), True)
            assert read(group(rule(name, operator, [value, value] if operator in SEVERAL else value))) != Everyone()


SEVERAL = {"in", "notIn", "between", "notBetween"}


def test_each_operator_of_ours_is_written_or_refused() -> None:
    """No operator is forgotten."""
    from franca.language.querybuilder import writing

    assert set(writing.OPERATORS) | set(writing._TESTS) == set(Op)
