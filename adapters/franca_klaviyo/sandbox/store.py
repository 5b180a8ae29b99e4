"""What one Klaviyo account holds, in SQLite."""

from __future__ import annotations

import json
import random
import sqlite3
import string
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

SCHEMA = """
create table profiles (row integer primary key, id text unique, email text unique, attributes text, properties text,
    created real, updated real, consent text, consent_at real, suppressed_at real,
    channels text, computed text);
create table metrics (row integer primary key, id text unique, name text, integration text, created real, unique (name, integration));
create table events (profile integer, metric integer, at integer, value text, properties text, uid text, unique (profile, metric, uid));
create table lists (row integer primary key, id text unique, name text, opt_in_process text, created real, updated real);
create table list_members (list integer, profile integer, joined_at real, primary key (list, profile)) without rowid;
create table segments (row integer primary key, id text unique, name text, definition text, is_starred integer, is_active integer,
    created real, updated real, ready_at real);
create table tags (row integer primary key, id text unique, name text unique);
create table tag_links (tag text, kind text, target text, primary key (tag, kind, target)) without rowid;
create table jobs (row integer primary key, id text unique, body text, created real, due real, done integer, total integer,
    completed integer, completed_at real, errors text);
"""

Row = sqlite3.Row


class Ids:
    """Identifiers in Klaviyo's shapes (documented by the examples of the contract), the same for the same *account*."""

    def __init__(self, account: str) -> None:
        self._random = random.Random(account)  # noqa: S311 - reproducible ids, not secrets

    def short(self) -> str:
        """Return an id of a metric, list or segment, like `Y6nRLr`."""
        return "".join(self._random.choices(string.ascii_letters + string.digits, k=6))

    def long(self) -> str:
        """Return an id of a profile or job, like `01GDDKASAP8TKDDA2GRZDSVP4H`."""
        return "01" + "".join(self._random.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=24))

    def tag(self) -> str:
        """Return an id of a tag: a UUID."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))


class Store:
    """The tables, and how often what segments count over has changed (for caches).

    Attributes:
        profiles_version: grows with every change of a profile.
        lists_version: grows with every change of a list's members.
        events_version: grows with every batch of events.
    """

    def __init__(self, account: str) -> None:
        self.ids = Ids(account)
        self.profiles_version = 0
        self.lists_version = 0
        self.events_version = 0
        self._rows: tuple[int, dict[str, int]] = (-1, {})
        self._members: tuple[int, dict[int, dict[int, float]]] = (-1, {})
        # One call runs at a time, but the seed may come from another thread than the server's.
        self._db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(SCHEMA)

    # -- plain access

    def all(self, sql: str, *values: Any) -> list[Row]:
        """Return every row of a query."""
        return self._db.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> Row | None:
        """Return the first row of a query."""
        row: Row | None = self._db.execute(sql, values).fetchone()
        return row

    def stream(self, sql: str, *values: Any) -> Iterator[Row]:
        """Return the rows of a query one by one."""
        return iter(self._db.execute(sql, values))

    def insert(self, table: str, fields: Mapping[str, Any]) -> int:
        """Insert one row; return its row number."""
        marks = ", ".join("?" * len(fields))
        cursor = self._db.execute(f"insert into {table} ({', '.join(fields)}) values ({marks})", tuple(fields.values()))  # noqa: S608 - names of our schema
        return int(cursor.lastrowid or 0)

    def update(self, table: str, identity: str, fields: Mapping[str, Any]) -> None:
        """Change fields of the row with this id."""
        sets = ", ".join(f"{name} = ?" for name in fields)
        self._db.execute(f"update {table} set {sets} where id = ?", (*fields.values(), identity))  # noqa: S608 - names of our schema

    def run(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for many rows, in one transaction."""
        self._db.execute("begin")
        try:
            self._db.executemany(sql, rows)
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    # -- profiles, metrics, members

    def profile_rows(self) -> dict[str, int]:
        """Return id → row number of every profile, by id."""
        if self._rows[0] != self.profiles_version:
            self._rows = (self.profiles_version, {row["id"]: row["row"] for row in self.all("select id, row from profiles order by id")})
        return self._rows[1]

    def add_profile(self, email: str | None, created: float) -> int:
        """Create an empty profile that never subscribed; return its row number."""
        self.profiles_version += 1
        fields = {"id": self.ids.long(), "email": email, "attributes": "{}", "properties": "{}", "created": created, "updated": created}
        return self.insert("profiles", {**fields, "consent": "NEVER_SUBSCRIBED", "channels": "{}", "computed": "{}"})

    def write_profile(self, row: int, attributes: Mapping[str, Any], properties: Mapping[str, Any], now: float) -> None:
        """Lay attributes and custom properties over a profile; None clears (documented)."""
        self.profiles_version += 1
        old = self.one("select * from profiles where row = ?", row)
        if old is None:
            raise LookupError(f"no profile in row {row}")
        self._db.execute(
            "update profiles set attributes = ?, properties = ?, updated = ? where row = ?",
            (_laid(old["attributes"], attributes), _laid(old["properties"], properties), now, row),
        )

    def remove_profile(self, row: int) -> None:
        """Delete a profile with its memberships and events."""
        for table, column in (("profiles", "row"), ("list_members", "profile"), ("events", "profile")):
            self._db.execute(f"delete from {table} where {column} = ?", (row,))  # noqa: S608 - names of our schema
        self.profiles_version, self.lists_version, self.events_version = (
            version + 1 for version in (self.profiles_version, self.lists_version, self.events_version)
        )

    def metric(self, name: str, integration: str, created: float) -> int:
        """Return the row number of a metric, made when it is new."""
        found = self.one("select row from metrics where name = ? and integration = ?", name, integration)
        if found is not None:
            return int(found["row"])
        return self.insert("metrics", {"id": self.ids.short(), "name": name, "integration": integration, "created": created})

    def add_members(self, list_row: int, profiles: Iterable[int], now: float) -> None:
        """Put profiles on a list; those on it keep their date."""
        self.lists_version += 1
        self.run("insert or ignore into list_members values (?, ?, ?)", [(list_row, profile, now) for profile in profiles])

    def members(self, list_row: int) -> dict[int, float]:
        """Return profile → instant of joining of a list; kept until a list changes, since it is read page by page."""
        if self._members[0] != self.lists_version:
            self._members = (self.lists_version, {})
        kept = self._members[1]
        if list_row not in kept:
            rows = self.all("select profile, joined_at from list_members where list = ?", list_row)
            kept[list_row] = {row["profile"]: row["joined_at"] for row in rows}
        return kept[list_row]

    def remove_members(self, list_row: int, profiles: Iterable[int]) -> None:
        """Take profiles off a list; those not on it are passed over."""
        self.lists_version += 1
        self.run("delete from list_members where list = ? and profile = ?", [(list_row, profile) for profile in profiles])


def _laid(old: str, new: Mapping[str, Any]) -> str:
    merged: dict[str, Any] = json.loads(old)
    for name, value in new.items():
        merged[name] = {**merged.get(name, {}), **value} if name == "location" and isinstance(value, Mapping) else value
    return json.dumps({name: value for name, value in merged.items() if value is not None}, ensure_ascii=False)
