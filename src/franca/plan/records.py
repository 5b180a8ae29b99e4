"""A plan as data: what would change, where, why; JSON with a published schema."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer, TypeAdapter, ValidationError

from franca.adapter import Address, Assumption, digest
from franca.errors import FrancaError
from franca.plan.decision import Decision
from franca.plan.errors import Unsafe


class Action(StrEnum):
    """What is done to a resource."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


def _address(value: object) -> object:
    return Address.parse(value) if isinstance(value, str) else value


Written = Annotated[Address, BeforeValidator(_address, json_schema_input_type=str), PlainSerializer(str, return_type=str)]
"""An address in JSON: "segment/vip"."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One step of a plan.

    Attributes:
        name: at the ESP, after the change.
        before, after: resolved bodies; {"$ref": [kind, key, …]} is what the plan itself makes first; None is nothing.
        named: the name before the change, if it differs.
        id: the ESP's; None for what is not made yet.
        segment: whose resource it is; empty for a supporting one.
    """

    action: Action
    address: Written
    name: str
    reason: str
    segment: str = ""
    named: str | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What `apply` would do at one account. Data only.

    Attributes:
        definitions: a digest of what the segments mean and become.
        remote: a digest of what is ours at the destination.
        changes: in the order in which they are made.
        decisions: each segment's realisation, with findings.
        assumptions: all that the realisations lean on.
        unsafe: what needs an explicit word.
        warnings: one line each, with the place.
    """

    destination: str
    adapter: str
    account: str
    definitions: str
    remote: str
    changes: tuple[Change, ...] = ()
    decisions: tuple[Decision, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    unsafe: tuple[Unsafe, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The identity of the plan: 64 hex digits; reasons and warnings take no part, destination and account do."""
        steps = [[c.action, str(c.address), c.id, c.name, c.named, c.before, c.after] for c in self.changes]
        identity = [self.destination, self.adapter, self.account, self.definitions, self.remote]
        return digest({"identity": identity, "changes": steps, "unsafe": [reason.word for reason in self.unsafe]})

    def counts(self) -> dict[Action, int]:
        """Return how many changes there are of each action."""
        counted = Counter(change.action for change in self.changes)
        return {action: counted[action] for action in Action}


@dataclass(frozen=True, kw_only=True)
class PlanFile:
    """The JSON document: plans, each for one destination."""

    plans: tuple[Plan, ...]
    version: Literal[1] = 1


_FILE: TypeAdapter[PlanFile] = TypeAdapter(PlanFile)


def plan_schema() -> dict[str, Any]:
    """Return the JSON Schema of `dump_plans`."""
    return _FILE.json_schema(mode="serialization")


def dump_plans(plans: Sequence[Plan]) -> str:
    """Return plans as JSON."""
    return json.dumps(_FILE.dump_python(PlanFile(plans=tuple(plans)), mode="json"), indent=2, ensure_ascii=False)


def load_plans(text: str) -> tuple[Plan, ...]:
    """Return the plans of a JSON document.

    Raises:
        FrancaError: it is not a plan file of this version.
    """
    try:
        return _FILE.validate_json(text).plans
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the document"
        raise FrancaError(f"not a plan file: {where}: {first['msg']}", remedy="make it with `franca plan --out FILE`") from None
