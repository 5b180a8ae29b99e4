"""Predicates about a profile and about one event → mappings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from franca.definitions import (
    All,
    AnyOf,
    AtLeast,
    AttributeTest,
    CalendarTest,
    ConsentTest,
    Everyone,
    InSegment,
    InstantTest,
    Mailable,
    MemberOf,
    Native,
    Near,
    NoneOf,
    Not,
    PropertyTest,
    Sample,
)
from franca.language.dump.core import DUMPS, Data, data, one_or_list, plain
from franca.language.dump.tests import fits, singles, tests


def _parts(name: str) -> Callable[[Any], Data]:
    return lambda node: {name: [data(part) for part in node.of]}


def _tested(subject: Callable[[Any], Data]) -> Callable[[Any], Data]:
    """Return the dump of a node whose tests can be taken apart: what does not fit into one mapping becomes all of several."""

    def dumped(node: Any) -> Data:
        if fits(node.tests):
            return subject(node) | tests(node.tests)
        return {"all": [data(replace(node, tests=(test,))) for test in singles(node.tests)]}

    return dumped


def _consent(node: ConsentTest) -> Data:
    if not fits(node.at):
        statuses = [replace(node, at=())] if node.statuses else []
        return {"all": [data(part) for part in (*statuses, *(replace(node, statuses=(), at=(test,)) for test in node.at))]}
    found: Data = {"consent": node.channel}
    if node.statuses:
        found["status"] = one_or_list([str(status) for status in node.statuses])
    return found | ({"at": tests(node.at)} if node.at else {})


def _near(node: Near) -> Data:
    return {"near": {"latitude": plain(node.latitude), "longitude": plain(node.longitude), "within": str(node.within)}}


DUMPS.update(
    {
        All: _parts("all"),
        AnyOf: _parts("any"),
        NoneOf: _parts("none"),
        Not: lambda node: {"not": data(node.of)},
        AtLeast: lambda node: {"at_least": {"count": node.count, "of": [data(part) for part in node.of]}},
        Everyone: lambda _: {"everyone": True},
        AttributeTest: _tested(lambda node: {"attribute": node.attribute}),
        PropertyTest: _tested(lambda node: {"property": node.property}),
        InstantTest: _tested(lambda _: {"time": "at"}),
        CalendarTest: _tested(lambda node: {"time": str(node.part)}),
        ConsentTest: _consent,
        Mailable: lambda node: {"mailable": node.channel},
        MemberOf: lambda node: {"member_of": node.name},
        Native: lambda node: {"native": {place: {str(kind): name} for place, kind, name in node.objects}},
        Near: _near,
        InSegment: lambda node: {"segment": node.key},
        Sample: lambda node: {"sample": {"percent": plain(node.percent), "salt": node.salt}},
    }
)
