"""What Brevo shows of segments, which is their names, and the attributes that no attribute of the project is mapped to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

from franca.adapter import Remote, ResourceKind, Site, Snapshot
from franca.adapter.importing import Unmapped, unrepresentable
from franca.definitions import Kind

_KINDS = {"text": Kind.TEXT, "category": Kind.TEXT, "date": Kind.DATE, "float": Kind.NUMBER, "boolean": Kind.BOOLEAN}
_OF_CONTACTS = frozenset({"normal", "category"})
"""Categories of attributes that shops write (sheet 1.5); the others are Brevo's own."""


class BrevoDecompiler:
    """Reads an account backwards as far as the API lets it; see `franca.adapter.importing.Decompiler`."""

    def __init__(self, site: Site, snapshot: Snapshot) -> None:
        self._site, self._snapshot = site, snapshot

    def segment(self, remote: Remote) -> NoReturn:  # noqa: ARG002 - the protocol's signature
        """Refuse.

        Raises:
            NotRepresentableError: always.
        """
        unrepresentable("Brevo's API shows the names of segments, not their conditions")

    def unmapped(self) -> Iterator[Unmapped]:
        """Yield the attributes of contacts that nothing is mapped to."""
        mapped = {mapping.field for mapping in self._site.destination.attributes.values()}
        for remote in self._snapshot.remotes:
            if remote.kind is ResourceKind.FIELD and remote.key is None and remote.name not in mapped:
                kind = "category" if remote.body["category"] == "category" else str(remote.body["type"])
                if remote.body["category"] in _OF_CONTACTS and remote.name != "EMAIL":
                    yield Unmapped(remote.name, remote.name, _KINDS.get(kind))
