"""References in bodies → the ESP's ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from franca.adapter import Address, Ref, Resource, ResourceKind, refs, replace_refs
from franca.errors import FrancaError, did_you_mean


@dataclass(frozen=True, kw_only=True)
class Resolver:
    """What references may name.

    Attributes:
        ids: our resources that exist → the ESP's id.
        planned: our resources that this plan makes; references to them stay symbolic until they are made.
        names: the ESP's own things, as the snapshot lists them.
    """

    destination: str
    ids: Mapping[Address, str]
    planned: frozenset[Address]
    names: Mapping[tuple[str, str, str], tuple[str, ...]]

    def body(self, resource: Resource) -> dict[str, Any]:
        """Return a resource's body with ids; what is not made yet is {"$ref": […]}.

        Raises:
            FrancaError: a reference names nothing, or several things.
        """
        found: dict[str, Any] = replace_refs(dict(resource.body), lambda ref: self._id(ref, resource))
        return found

    def _id(self, ref: Ref, resource: Resource) -> Any:
        return self._ours(ref, resource) if ref.kind in set(ResourceKind) else self._theirs(ref, resource)

    def _ours(self, ref: Ref, resource: Resource) -> Any:
        address = Address(ResourceKind(ref.kind), ref.name)
        if address in self.ids:
            return self.ids[address]
        if address in self.planned:
            return {"$ref": [ref.kind, ref.name, ref.qualifier]}
        known = {other.key for other in (*self.ids, *self.planned) if other.kind == ref.kind}
        raise self._error(ref, resource, "which is not part of the plan", did_you_mean(ref.name, known))

    def _theirs(self, ref: Ref, resource: Resource) -> str:
        found = self.names.get((ref.kind, ref.name, ref.qualifier), ())
        if not found and not ref.qualifier:
            found = self._of_any_qualifier(ref)
        if len(found) == 1:
            return found[0]
        if found:
            raise self._error(ref, resource, f"and {len(found)} are called so", _qualifiers(ref, self.names))
        raise self._error(ref, resource, "which does not exist there", self._near(ref))

    def _of_any_qualifier(self, ref: Ref) -> tuple[str, ...]:
        return tuple(sorted({id_ for (kind, name, _), ids in self.names.items() if (kind, name) == (ref.kind, ref.name) for id_ in ids}))

    def _near(self, ref: Ref) -> str:
        if any((kind, name) == (ref.kind, ref.name) for kind, name, _ in self.names):
            return _qualifiers(ref, self.names)
        return did_you_mean(ref.name, {name for kind, name, _ in self.names if kind == ref.kind})

    def _error(self, ref: Ref, resource: Resource, why: str, remedy: str) -> FrancaError:
        user = f"segment {resource.segment!r}" if resource.segment else str(resource.address)
        return FrancaError(f"{self.destination}: {user} names the {ref}, {why}", remedy=remedy)


def _qualifiers(ref: Ref, names: Mapping[tuple[str, str, str], tuple[str, ...]]) -> str:
    known = sorted({qualifier for kind, name, qualifier in names if (kind, name) == (ref.kind, ref.name) and qualifier})
    return f"say which: {', '.join(known)}" if known else "rename all but one at the ESP"


def edges(resource: Resource) -> frozenset[Address]:
    """Return the resources of ours that must exist before *resource*."""
    return frozenset(Address(ResourceKind(ref.kind), ref.name) for ref in refs(resource.body) if ref.kind in set(ResourceKind))
