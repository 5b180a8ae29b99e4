"""A plan as data: what would change, where, why; JSON with a published schema."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer, TypeAdapter, ValidationError

from franca.adapter import Address, Assumption, ResourceKind, digest
from franca.errors import FrancaError
from franca.plan.decision import Decision
from franca.plan.errors import Unsafe


class Action(StrEnum):
    """What is done to a resource; the last two ask the ESP for nothing: they are noted in the state."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ADOPT = "adopt"
    FORGET = "forget"


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
        drift: it undoes what somebody did at the ESP since the last apply.
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
    drift: bool = False


_WINDOWS = {3600: "an hour", 86_400: "a day"}


@dataclass(frozen=True, kw_only=True, order=True)
class Cap:
    """An hour's or a day's worth of one kind of call: so many of the *limit* in *seconds* are used by the plan.

    Attributes:
        calls: of the changes, and of the readings around them.
        used: how many we made already (`franca.plan.caps`).
    """

    what: str
    calls: int
    limit: int
    seconds: int
    used: int = 0

    @property
    def left(self) -> int:
        """How many of the calls can be made now."""
        return min(self.calls, max(0, self.limit - self.used))

    @property
    def per(self) -> str:
        """The window in words: "a day"."""
        return _WINDOWS.get(self.seconds) or f"in {self.seconds} seconds"


@dataclass(frozen=True, kw_only=True)
class Processing:
    """Resources that the ESP works on after the calls, *at_once* at a time, as long as it takes."""

    kind: ResourceKind
    number: int
    at_once: int


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What a plan costs at the ESP (`franca.plan.budget`).

    Attributes:
        esp: its name.
        calls: of the changes; reading comes on top.
        seconds: that its rates ask for, of what can be made before a cap; None where it names no rate.
        caps: the long windows that the plan uses.
        first: how many changes can be made before a cap ends the apply; None when all can.
        uncounted: changes whose calls depend on more than their kind.
    """

    esp: str
    calls: int = 0
    seconds: float | None = None
    caps: tuple[Cap, ...] = ()
    first: int | None = None
    processing: tuple[Processing, ...] = ()
    uncounted: int = 0


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
        budget: what the changes cost; None in a file of before there were budgets.
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
    budget: Budget | None = None

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
