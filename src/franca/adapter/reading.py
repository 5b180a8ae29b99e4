"""Reading one field of everybody."""

from __future__ import annotations

from collections.abc import Iterator

from franca.adapter.protocol import Connection, Contact
from franca.adapter.resources import Remote


def values_of(connection: Connection, field: Remote) -> Iterator[tuple[Contact, str]]:
    """Yield everybody who has something in *field*, with it.

    Raises:
        DestinationError: the ESP refuses, or is not reached.
    """
    return ((contact, values[field.id]) for contact, values in connection.field_values([field]) if field.id in values)
