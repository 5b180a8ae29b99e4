"""The account's rows in SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from franca.sandbox import Clock
from franca_brevo.sandbox.reading import stamp

# AUTOINCREMENT: an id is never given twice.
_TABLES = """
CREATE TABLE folders (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL);
CREATE TABLE lists (id INTEGER PRIMARY KEY AUTOINCREMENT, folder_id INTEGER NOT NULL, name TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE contacts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE, lower_email TEXT NOT NULL, ext_id TEXT UNIQUE,
    email_blacklisted INTEGER NOT NULL DEFAULT 0, sms_blacklisted INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL, modified_at TEXT NOT NULL, attributes TEXT NOT NULL DEFAULT '{}');
CREATE INDEX contacts_by_email ON contacts (lower_email);
CREATE TABLE members (list_id INTEGER NOT NULL, contact_id INTEGER NOT NULL, PRIMARY KEY (list_id, contact_id)) WITHOUT ROWID;
CREATE INDEX members_by_contact ON members (contact_id);
CREATE TABLE attributes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, category TEXT NOT NULL, type TEXT NOT NULL,
    enumeration TEXT NOT NULL DEFAULT '[]', options TEXT NOT NULL DEFAULT '[]', formula TEXT);
CREATE TABLE segments (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, category TEXT NOT NULL, updated_at TEXT NOT NULL, filter TEXT);
CREATE TABLE processes (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, started REAL NOT NULL, info TEXT);
CREATE TABLE templates (
    id INTEGER PRIMARY KEY AUTOINCREMENT, created_at TEXT NOT NULL, modified_at TEXT NOT NULL, active INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE campaigns (
    id INTEGER PRIMARY KEY AUTOINCREMENT, created_at TEXT NOT NULL, modified_at TEXT NOT NULL, status TEXT NOT NULL, body TEXT NOT NULL,
    sent_at TEXT);
CREATE TABLE sends (
    campaign_id INTEGER NOT NULL, contact_id INTEGER NOT NULL, arm INTEGER NOT NULL, waited INTEGER NOT NULL,
    hard INTEGER NOT NULL, soft INTEGER NOT NULL, opened INTEGER NOT NULL, views INTEGER NOT NULL, clicked INTEGER NOT NULL,
    clicks INTEGER NOT NULL, unsubscribed INTEGER NOT NULL, complained INTEGER NOT NULL,
    PRIMARY KEY (campaign_id, contact_id)) WITHOUT ROWID;
"""


class Store:
    """One in-memory database; every call runs alone, so each statement commits by itself."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(_TABLES)

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Return every row of a query."""
        return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """Return the first row of a query, None when there is none."""
        found: sqlite3.Row | None = self._db.execute(sql, values).fetchone()
        return found

    def number(self, sql: str, *values: Any) -> int:
        """Return the first column of the first row, as a count."""
        return int(self._db.execute(sql, values).fetchone()[0])

    def run(self, sql: str, *values: Any) -> int:
        """Run a statement and return how many rows it changed."""
        return self._db.execute(sql, values).rowcount

    def insert(self, sql: str, *values: Any) -> int:
        """Run an INSERT and return the new id."""
        return int(self._db.execute(sql, values).lastrowid or 0)

    def many(self, sql: str, values: Iterable[tuple[Any, ...]]) -> int:
        """Run a statement once per tuple and return how many rows changed."""
        return self._db.executemany(sql, values).rowcount

    def now(self) -> str:
        """Return the clock's present as Brevo writes it."""
        return stamp(self._clock.now())


def array(values: Iterable[Any]) -> str:
    """Return *values* for `IN (SELECT value FROM json_each(?))`."""
    return json.dumps(list(values))
