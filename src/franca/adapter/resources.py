"""Anything that exists in an ESP, as data: desired ones with symbolic references, remote ones with ids."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from franca.errors import FrancaError


class ResourceKind(StrEnum):
    """Kinds of resource, in the order in which they are made."""

    FOLDER = "folder"
    FIELD = "field"
    TAG = "tag"
    LIST = "list"
    SEGMENT = "segment"
    TEMPLATE = "template"
    CAMPAIGN = "campaign"


ORDER = {kind: number for number, kind in enumerate(ResourceKind)}


@dataclass(frozen=True, order=True)
class Address:
    """Our name of a resource at a destination: "segment/vip"."""

    kind: ResourceKind
    key: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.key}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Return the address written as KIND/KEY.

        Raises:
            FrancaError: no such kind.
        """
        kind, _, key = text.partition("/")
        if kind not in set(ResourceKind) or not key:
            raise FrancaError(f"{text!r} is not an address", remedy=f"write KIND/KEY with one of {', '.join(ResourceKind)}")
        return cls(ResourceKind(kind), key)


@dataclass(frozen=True, order=True)
class Ref:
    """A symbolic reference inside a body, replaced by an id when a plan is made.

    Attributes:
        kind: a resource kind (then *name* is our key, possibly of the same plan) or an adapter's own word ("metric").
        qualifier: what tells several of one name apart (a metric's integration).
    """

    kind: str
    name: str
    qualifier: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r}" + (f" of {self.qualifier}" if self.qualifier else "")


class Holds(StrEnum):
    """What sync writes into a resource."""

    NOTHING = ""
    MEMBERS = "members"
    MARKER = "marker"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource as it should be.

    Attributes:
        title: what people read at the ESP; ownership marks are added by `owned_name`.
        body: canonical JSON in the adapter's form; may hold `Ref`s; compared with a `Remote.body` after resolving.
        payload: what is sent besides, and stands in the body by its digest: long texts.
        segment: the segment (or group) it realises; empty for supporting resources (a folder).
        holds: what sync writes into it.
        counted: how the ESP is asked for its members, where that is a choice ("subscribed", "all"); not part of the diff.
        theirs: people made it at the ESP: it is known by its title alone, must be there, and is never made, changed or deleted here.
        adopt: what people made there under its title is taken, and then never changed or deleted; sync takes nobody out but whom it put in.
    """

    kind: ResourceKind
    key: str
    title: str
    body: Mapping[str, Any] = field(default_factory=dict)
    payload: Mapping[str, str] = field(default_factory=dict, repr=False)
    segment: str = ""
    holds: Holds = Holds.NOTHING
    counted: str = ""
    theirs: bool = False
    adopt: bool = False

    @property
    def address(self) -> Address:
        """KIND/KEY."""
        return Address(self.kind, self.key)


@dataclass(frozen=True, kw_only=True)
class Remote:
    """A resource as it is.

    Attributes:
        id: the ESP's.
        name: as the ESP shows it.
        key: our key read from its ownership mark; None when it is not ours.
        version: the ESP's time of last change, or empty.
        settled: why nothing may be done with it any more ("it was sent"); empty otherwise.
    """

    kind: ResourceKind
    id: str
    name: str
    body: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    version: str = ""
    settled: str = ""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What a destination holds, read once.

    Attributes:
        account: the ESP's id of the account.
        remotes: every resource of the kinds that we manage, ours or not.
        names: what `Ref`s of an adapter's own kinds may name: (kind, name, qualifier) → ids; several ids are ambiguous.
    """

    account: str
    remotes: tuple[Remote, ...] = ()
    names: Mapping[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict)

    def owned(self) -> dict[Address, Remote]:
        """Return our resources by address.

        Raises:
            FrancaError: two resources carry one ownership mark.
        """
        found: dict[Address, Remote] = {}
        for remote in self.remotes:
            if remote.key is None:
                continue
            address = Address(remote.kind, remote.key)
            if address in found:
                twins = f"{found[address].id} and {remote.id}"
                raise FrancaError(
                    f"two objects at the destination carry the mark of {address}: {twins}", remedy="rename or delete one by hand"
                )
            found[address] = remote
        return found


_MARK = re.compile(r" \[franca:([A-Za-z0-9_.]+)\]$")


def owned_name(title: str, key: str) -> str:
    """Return the name at the ESP that marks a resource as ours."""
    return f"{title} [franca:{key}]"


def key_of(name: str) -> str | None:
    """Return our key from a name made by `owned_name`; None for anybody else's."""
    found = _MARK.search(name)
    return found.group(1) if found else None


def refs(value: Any) -> Iterator[Ref]:
    """Yield every reference inside a body."""
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from refs(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from refs(item)


def replace_refs(value: Any, to: Callable[[Ref], Any]) -> Any:
    """Return *value* with every reference replaced; tuples become lists, so that the result is plain JSON."""
    if isinstance(value, Ref):
        return to(value)
    if isinstance(value, Mapping):
        return {key: replace_refs(item, to) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [replace_refs(item, to) for item in value]
    return value


def symbolic(value: Any) -> Any:
    """Return *value* as JSON with references spelled out."""
    return replace_refs(value, lambda ref: {"$ref": [ref.kind, ref.name, ref.qualifier]})


def digest(value: Any) -> str:
    """Return the SHA-256 of *value* as canonical JSON."""
    return hashlib.sha256(json.dumps(symbolic(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def fingerprint(resource: Resource) -> str:
    """Return the identity of what a resource should be, over its symbolic form."""
    adopted = {"adopt": True} if resource.adopt else {}
    return digest({"kind": resource.kind, "key": resource.key, "title": resource.title, "body": resource.body, **adopted})
