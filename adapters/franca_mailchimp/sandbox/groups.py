"""Interest groups as the sandbox keeps them (sheet section 2)."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

TABLES = """
create table category (audience text, id text, title text, kind text, primary key (audience, id));
create table interest (audience text, category text, id text primary key, name text);
create table interested (interest text, member integer, primary key (interest, member)) without rowid;
"""
LIMIT = 60
"""Groups over all categories of an audience (reported)."""


@dataclass(frozen=True, kw_only=True)
class Category:
    """One interest category; *kind* is how forms show it."""

    id: str
    title: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """One interest group of a category."""

    id: str
    category: str
    name: str


class Groups:
    """The rows; every method takes the audience's id first."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.executescript(TABLES)

    def categories(self, audience: str) -> list[Category]:
        """Return the audience's categories in the order in which they were made."""
        rows = self._db.execute("select id, title, kind from category where audience = ? order by rowid", (audience,))
        return [Category(id=row[0], title=row[1], kind=row[2]) for row in rows]

    def groups(self, audience: str, category: str | None = None) -> list[Group]:
        """Return the groups of one category, or of all."""
        rows = self._db.execute("select id, category, name from interest where audience = ? order by rowid", (audience,))
        return [Group(id=row[0], category=row[1], name=row[2]) for row in rows if category in (None, row[1])]

    def add_category(self, audience: str, title: str, kind: str) -> Category:
        """Write a new category."""
        made = Category(id=_identity(audience, title, len(self.categories(audience))), title=title, kind=kind)
        self._db.execute("insert into category values (?, ?, ?, ?)", (audience, made.id, title, kind))
        return made

    def add_group(self, audience: str, category: str, name: str) -> Group:
        """Write a new group."""
        made = Group(id=_identity(category, name, len(self.groups(audience))), category=category, name=name)
        self._db.execute("insert into interest values (?, ?, ?, ?)", (audience, category, made.id, name))
        return made

    def choose(self, member: int, chosen: Mapping[str, bool]) -> None:
        """Put a member into groups, by their ids, and take it out of others; what is not named stays."""
        self._db.executemany("delete from interested where interest = ? and member = ?", [(each, member) for each in chosen])
        self._db.executemany("insert into interested values (?, ?)", [(each, member) for each, inside in chosen.items() if inside])

    def members(self, interests: Iterable[str]) -> list[frozenset[int]]:
        """Return for each group the row ids of its members."""
        found = "select member from interested where interest = ?"
        return [frozenset(row[0] for row in self._db.execute(found, (each,))) for each in interests]

    def shown(self, audience: str) -> dict[int, dict[str, bool]]:
        """Return for each member row with a group what the API shows, every group of the audience with yes or no."""
        every = [group.id for group in self.groups(audience)]
        chosen: dict[int, set[str]] = {}
        for interest, member in self._db.execute("select interest, member from interested"):
            chosen.setdefault(member, set()).add(interest)
        return {member: {each: each in inside for each in every} for member, inside in chosen.items()}


def nothing_chosen(groups: Iterable[Group]) -> dict[str, bool]:
    """Return what the API shows of somebody who is in no group."""
    return {group.id: False for group in groups}


def _identity(*parts: Any) -> str:
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:10]  # hexadecimal, as ids of interests are
