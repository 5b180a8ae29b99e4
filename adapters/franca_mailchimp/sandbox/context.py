"""What every handler works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from franca.sandbox import Call, Clock, Reply
from franca_mailchimp.sandbox.compare import Assumptions
from franca_mailchimp.sandbox.emails import Emails
from franca_mailchimp.sandbox.groups import Groups
from franca_mailchimp.sandbox.membership import Membership
from franca_mailchimp.sandbox.problems import FieldError, Problem, invalid, missing, refused
from franca_mailchimp.sandbox.records import Account
from franca_mailchimp.sandbox.store import Store


@dataclass(frozen=True, kw_only=True)
class Context:
    """One account: its data, its present, and the interpreter of its segments."""

    account: Account
    store: Store
    groups: Groups
    emails: Emails
    clock: Clock
    holds: Assumptions
    membership: Membership


@dataclass(frozen=True)
class Endpoint:
    """One operation: *path* is below /3.0; *name* is the SDK's method name."""

    method: str
    path: str
    handler: Callable[[Context, Call], Reply]
    name: str


def audience(context: Context, call: Call) -> str:
    """Return the id of the audience in the path, or raise the 404."""
    found = call.params["list_id"]
    if found not in {audience.id for audience in context.account.audiences}:
        raise missing()
    return found


def body(call: Call) -> Mapping[str, Any]:
    """Return the body as an object; unknown keys are left in, to be ignored (guess).

    Raises:
        Problem: the body is not JSON (reported title), or no object.
    """
    if call.raw and call.body is None and call.raw != b"null":
        raise Problem(400, "JSON Parse Error", "We encountered an unspecified JSON parsing error.")
    if not isinstance(call.body, Mapping):
        raise refused("Schema describes object, another type found instead")
    return call.body


def require(given: Mapping[str, Any], kinds: Mapping[str, type], required: tuple[str, ...], at: str = "") -> None:
    """Raise the 400 unless the *required* keys are there and every known key has its type; a null counts as absent (guess).

    Where *given* is not the body itself, *at* says where it stands, ending in a dot.
    """
    lacking = [FieldError(at + key, "This value should not be blank.") for key in required if given.get(key) in (None, "")]
    wrong = [
        FieldError(at + key, _mismatch(given[key], kind))
        for key, kind in kinds.items()
        if given.get(key) is not None and not _is(given[key], kind)
    ]
    if lacking or wrong:
        raise invalid(*lacking, *wrong)


def _is(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _mismatch(value: Any, kind: type) -> str:
    names = {str: "string", int: "integer", float: "number", bool: "boolean", list: "array", dict: "object"}
    return f"Schema describes {names[kind]}, {names.get(type(value), 'null')} found instead"  # reported form: drewm/mailchimp-api#160
