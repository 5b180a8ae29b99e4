"""Definitions → the data and the text of a YAML file (language.md section 3): `load(dump(node)) == node`.

A mapping holds a key once: a node with two tests of one kind is written as all of two nodes, which means the same.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from franca.definitions import (
    Ago,
    All,
    AnyOf,
    AttributeTest,
    ConsentTest,
    Constant,
    Count,
    EventTest,
    Everyone,
    From,
    InSegment,
    Last,
    Mailable,
    Measure,
    Next,
    Node,
    NoneOf,
    Not,
    OnDay,
    Op,
    Predicate,
    PropertyTest,
    Sample,
    Segment,
    SinceAttribute,
    SinceLatest,
    Sum,
    To,
    ValueTest,
)
from franca.errors import FrancaError

Data = dict[str, Any]
WIDTH = 140


def dump(predicate: Predicate) -> Data:
    """Return the data of a predicate: dicts, lists, texts, booleans and numbers.

    A Decimal is written as a float that reads back as the same number; one with more digits than a float holds stays a Decimal,
    which `json.dumps` refuses rather than rounds, and which `dump_text` and `dump_yaml` write in full.
    """
    data: Data = _jsonable(_data(predicate))
    return data


def dump_segment(segment: Segment) -> Data:
    """Return the data under a segment's key, as `dump` does, without what is left at its default."""
    data: Data = _jsonable(_segment(segment))
    return data


def dump_text(predicate: Predicate) -> str:
    """Return a predicate as YAML text."""
    return _text(_styled(_data(predicate)))


def dump_yaml(segments: Iterable[Segment]) -> str:
    """Return the text of a file of segments: lists of predicates one below the other, each leaf on one line."""
    styled = {segment.key: CommentedMap({name: _styled(value) for name, value in _segment(segment).items()}) for segment in segments}
    return _text(CommentedMap({"segments": CommentedMap(styled)}))


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _jsonable(child) for name, child in value.items()}
    if isinstance(value, list):
        return list(map(_jsonable, value))
    if isinstance(value, Decimal) and Decimal(repr(float(value))) == value:
        return float(value)
    return value


# ── predicates ───────────────────────────────────────────────────────────────


def _data(predicate: Predicate) -> Data:
    return _DUMPS[type(predicate)](predicate)


def _where(predicate: Predicate) -> Data | list[Data]:
    """Return the data of a predicate in a place where a list means all of them."""
    return list(map(_data, predicate.of)) if isinstance(predicate, All) and len(predicate.of) > 1 else _data(predicate)


def _segment(segment: Segment) -> Data:
    entries = {
        "name": segment.name,
        "description": segment.description,
        "where": _where(segment.where),
        "group": segment.group,
        "priority": segment.priority,
        "realise": {destination: str(wish) for destination, wish in segment.realise.items()},
        "accept": {destination: dict(reasons) for destination, reasons in segment.accept.items()},
        "previously": segment.previously,
    }
    return {name: value for name, value in entries.items() if value not in (None, "", {})}


def _parts(name: str) -> Callable[[Any], Data]:
    return lambda node: {name: [_data(part) for part in node.of]}


def _attribute(node: AttributeTest) -> Data:
    return _tested(node, {"attribute": node.attribute})


def _property(node: PropertyTest) -> Data:
    return _tested(node, {"property": node.property})


def _tested(node: Any, subject: Data) -> Data:
    if _repeated(map(_key, node.tests)):
        return {"all": [_data(replace(node, tests=(test,))) for test in node.tests]}
    return subject | _tests(node.tests)


def _event(node: EventTest) -> Data:
    singles = [replace(measure, tests=(test,)) for measure in node.measures for test in measure.tests]
    if _repeated(map(type, node.measures)) or any(_repeated(map(_key, measure.tests)) for measure in node.measures):
        return {"all": [_data(replace(node, measures=(single,))) for single in singles]}
    data: Data = {"event": node.event}
    if node.where is not None:
        data["where"] = _where(node.where)
    for measure in node.measures:
        data |= _MEASURES[type(measure)](measure)
    return data | _window(node)


def _window(node: EventTest) -> Data:
    if _repeated(map(_key, node.window)):
        raise FrancaError(
            "a window with two tests of one kind cannot be written in YAML", position=node.position, remedy="keep the narrower"
        )
    return _tests(node.window)


def _consent(node: ConsentTest) -> Data:
    if _repeated(map(_key, node.at)):
        statuses = [replace(node, at=())] if node.statuses else []
        return {"all": [_data(part) for part in (*statuses, *(replace(node, statuses=(), at=(test,)) for test in node.at))]}
    data: Data = {"consent": node.channel}
    if node.statuses:
        data["status"] = _one_or_list([str(status) for status in node.statuses])
    return data | ({"at": _tests(node.at)} if node.at else {})


def _sample(node: Sample) -> Data:
    return {"sample": {"percent": _plain(node.percent), "salt": node.salt}}


_DUMPS: Mapping[type[Predicate], Callable[[Any], Data]] = {
    All: _parts("all"),
    AnyOf: _parts("any"),
    NoneOf: _parts("none"),
    Not: lambda node: {"not": _data(node.of)},
    Everyone: lambda _: {"everyone": True},
    AttributeTest: _attribute,
    PropertyTest: _property,
    EventTest: _event,
    ConsentTest: _consent,
    Mailable: lambda node: {"mailable": node.channel},
    InSegment: lambda node: {"segment": node.key},
    Sample: _sample,
}


def _count(measure: Count) -> Data:
    exact = len(measure.tests) == 1 and measure.tests[0].op is Op.IS
    return {"count": _plain(measure.tests[0].operands[0]) if exact else _tests(measure.tests)}


_MEASURES: Mapping[type[Measure], Callable[[Any], Data]] = {
    Count: _count,
    Sum: lambda measure: {"sum": {"of": measure.of} | _tests(measure.tests)},
}


# ── tests ────────────────────────────────────────────────────────────────────


def _repeated(keys: Iterable[object]) -> bool:
    seen = list(keys)
    return len(set(seen)) < len(seen)


def _key(test: Node) -> str:
    return next(iter(_tests((test,))))


def _tests(tests: Iterable[Node]) -> Data:
    data: Data = {}
    for test in tests:
        data |= _value_test(test) if isinstance(test, ValueTest) else _TIMES[type(test)](test)
    return data


_SCALAR = frozenset({Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH})
"""Operators that read better without the brackets of a list of one."""


def _value_test(test: ValueTest) -> Data:
    if not isinstance(test.operand, tuple):
        return {test.op.value: _plain(test.operand)}
    operands = [_plain(operand) for operand in test.operand]
    return {test.op.value: _one_or_list(operands) if test.op in _SCALAR else operands}


def _one_or_list(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _plain(constant: Constant) -> Any:
    if isinstance(constant, date):
        return constant.isoformat()
    whole = isinstance(constant, Decimal) and "." not in format(constant, "f")
    return int(constant) if whole else constant


def _since(test: SinceLatest) -> Data:
    return {"since": {"latest": test.event} | ({} if test.where is None else {"where": _where(test.where)})}


_TIMES: Mapping[type[Node], Callable[[Any], Data]] = {
    Last: lambda test: {"last": str(test.duration)},
    Next: lambda test: {"next": str(test.duration)},
    Ago: lambda test: {"ago": {"at_least": str(test.older)} if test.newer is None else [str(test.older), str(test.newer)]},
    From: lambda test: {"from": test.at.isoformat()},
    To: lambda test: {"to": test.at.isoformat()},
    OnDay: lambda test: {"day": test.day.isoformat() if isinstance(test.day, date) else str(test.day)},
    SinceAttribute: lambda test: {"since": {"attribute": test.attribute}},
    SinceLatest: _since,
}


# ── text ─────────────────────────────────────────────────────────────────────


class _Representer(RoundTripRepresenter):
    """Writes Decimal with all its digits."""


def _write_decimal(representer: RoundTripRepresenter, value: Decimal) -> ScalarNode:
    node: ScalarNode = representer.represent_scalar("tag:yaml.org,2002:float", format(value, "f"))
    return node


_Representer.add_representer(Decimal, _write_decimal)


def _text(data: CommentedMap) -> str:
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.width = WIDTH
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump(data, out)
    return out.getvalue()


_BREAKS = frozenset("\n\r\x85\u2028\u2029\ufeff")
"""Characters that are escaped in double quotes only: ruamel would write them as line breaks, which are read back as a space."""


def _styled(value: Any) -> Any:
    """Return ruamel's collections: a mapping without a list of mappings in it is written on one line, in braces."""
    if isinstance(value, str):
        return DoubleQuotedScalarString(value) if _BREAKS & set(value) else value
    if not isinstance(value, (dict, list)):
        return value
    styled = (
        CommentedMap({name: _styled(child) for name, child in value.items()})
        if isinstance(value, dict)
        else CommentedSeq(map(_styled, value))
    )
    if _is_flat(value):
        styled.fa.set_flow_style()
    return styled


def _is_flat(value: Any) -> bool:
    if isinstance(value, list):
        return not any(isinstance(child, dict) for child in value)
    return all(map(_is_flat, value.values())) if isinstance(value, dict) else True
