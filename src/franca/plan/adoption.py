"""Objects that people made at an ESP.

What `franca import` took in stays as it is, name and all, until its definition changes; what `adopt:` of a segment takes stays so for good.
"""

from __future__ import annotations

from franca.adapter import Remote, Resource, digest, fingerprint, symbolic
from franca.plan.state import Entry


def adopted(resource: Resource, remote: Remote) -> Entry:
    """Return the entry of an object that means what *resource* says, in a form and under a name of its own."""
    return Entry(id=remote.id, fingerprint=fingerprint(resource), title=resource.title, adopted=_likeness(remote))


def as_adopted(resource: Resource, remote: Remote, entry: Entry | None) -> bool:
    """Return whether neither the object nor its definition has changed since it was adopted."""
    return entry is not None and entry.adopted == _likeness(remote) and entry.fingerprint == fingerprint(resource)


def untouched(resource: Resource, remote: Remote) -> bool:
    """Return whether *remote* is what people made, to be filled and nothing else."""
    return resource.adopt and remote.key is None


def _likeness(remote: Remote) -> str:
    return digest([remote.kind, remote.name, symbolic(remote.body)])
