"""MailerLite's emulator holds objects and no rows: they are shown as a database, and kept as copies."""

from __future__ import annotations

import json
import sqlite3
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

TABLES = """
create table fields (id, name, key, type, by_default);
create table groups (id, name, created_at);
create table members (group_id, person_id);
create table people (id, email, status, created_at, updated_at, fields);
"""


def mirror(store: Any) -> sqlite3.Connection:
    """Return a database of all that a store holds now; what is written to it changes nothing there."""
    database = sqlite3.connect(":memory:", isolation_level=None)  # no open transaction, under which it could not be copied
    database.executescript(TABLES)
    fields = ((each.id, each.name, each.key, each.type, each.default) for each in store.fields.values())
    database.executemany("insert into fields values (?, ?, ?, ?, ?)", fields)
    database.executemany("insert into groups values (?, ?, ?)", ((each.id, each.name, each.created_at) for each in store.groups.values()))
    database.executemany("insert into members values (?, ?)", ((each.id, one) for each in store.groups.values() for one in each.members))
    people = (
        (each.id, each.email, each.status, each.created_at, each.updated_at, json.dumps(each.fields, sort_keys=True))
        for each in store.people.values()
    )
    database.executemany("insert into people values (?, ?, ?, ?, ?, ?)", people)
    return database


@dataclass(frozen=True)
class Objects:
    """The objects of a store, kept and put back as the state of a `random.Random` is."""

    store: Any

    def getstate(self) -> dict[str, Any]:
        """Return a copy of all of them."""
        return deepcopy({name: value for name, value in vars(self.store).items() if name != "_clock"})

    def setstate(self, kept: dict[str, Any]) -> None:
        """Put a copy in their place."""
        vars(self.store).update(deepcopy(kept))
