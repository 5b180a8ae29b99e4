"""The account's data in SQLite, with the members of each audience kept ready in memory for conditions."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from franca_mailchimp.sandbox.records import Member, MergeField, Purchase, Segment

TABLES = """
create table field (audience text, merge_id integer, tag text, type text, spec text,
    primary key (audience, merge_id), unique (audience, tag));
create table member (id integer primary key, audience text, hash text, email text, status text, created text, opted text, changed text,
    language text, vip integer, rating integer, source text, country text, unique (audience, hash));
create table value (member integer, merge_id integer, text text, primary key (member, merge_id)) without rowid;
create table segment (id integer primary key autoincrement, audience text, name text, kind text, options text, created text, updated text);
create table tagged (segment integer, member integer, primary key (segment, member)) without rowid;
create index tagged_member on tagged (member);
create table forgotten (audience text, hash text, primary key (audience, hash)) without rowid;
create table purchase (audience text, email text, id text, at text, total text, products integer, unique (audience, id));
"""
# one statement, whether the contact exists or not
PUT_MEMBER = """
insert into member (audience, hash, email, status, created, opted, changed, language, vip, rating, source,
country) values (:audience, :hash, :email, :status, :created, :opted, :changed, :language, :vip, :rating, :source, :country)
on conflict (audience, hash) do update set (email, status, created, opted, changed, language, vip, rating, source, country)
= (excluded.email, excluded.status, excluded.created, excluded.opted, excluded.changed, excluded.language, excluded.vip, excluded.rating,
excluded.source, excluded.country) returning id
"""
MEMBERS_OF = "select * from member where audience = ? order by id"
VALUES_OF = "select member, merge_id, text from value where member in (select id from member where audience = ?)"
ONE_MEMBER = "select * from member where id = ?"
ITS_VALUES = "select member, merge_id, text from value where member = ?"
TAGS_ON = "select member, id, name from tagged join segment on segment = id where member in (select value from json_each(?)) order by id"


def digest(email: str) -> str:
    """Return the id of a member: the md5 of the lower-cased address."""
    return hashlib.md5(email.strip().lower().encode()).hexdigest()  # noqa: S324 - Mailchimp's choice


class Store:
    """One account's rows; every method takes the audience's id first."""

    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:", check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.db.executescript(TABLES)
        self._fields: dict[str, list[MergeField]] = {}
        self._members: dict[str, dict[int, Member]] = {}
        self._purchases: dict[str, list[Purchase]] = {}

    def forget(self) -> None:
        """Read fields, members and purchases afresh next time: after a rollback, or after many rows changed at once."""
        self._fields.clear()
        self._members.clear()
        self._purchases.clear()

    # -- merge fields

    def fields(self, audience: str) -> list[MergeField]:
        """Return the audience's merge fields by id."""
        if audience not in self._fields:  # a batch asks for them a thousand times
            rows = self.db.execute("select merge_id, tag, type, spec from field where audience = ? order by merge_id", (audience,))
            self._fields[audience] = [MergeField(merge_id=row[0], tag=row[1], type=row[2], spec=json.loads(row[3])) for row in rows]
        return self._fields[audience]

    def put_field(self, audience: str, field: MergeField) -> None:
        """Write one merge field, new or changed."""
        row = (audience, field.merge_id, field.tag, field.type, json.dumps(dict(field.spec)))
        self.db.execute("insert or replace into field values (?, ?, ?, ?, ?)", row)
        self._fields.pop(audience, None)

    def drop_field(self, audience: str, merge_id: int) -> None:
        """Delete a merge field and what the members had in it."""
        self.db.execute("delete from field where audience = ? and merge_id = ?", (audience, merge_id))
        self.db.execute(
            "delete from value where merge_id = ? and member in (select id from member where audience = ?)", (merge_id, audience)
        )
        self.forget()

    # -- members

    def members(self, audience: str) -> Mapping[int, Member]:
        """Return every contact of the audience by its row id, in order."""
        if audience not in self._members:
            self._members[audience] = {member.id: member for member in self._read(MEMBERS_OF, VALUES_OF, audience)}
        return self._members[audience]

    def member(self, audience: str, key: str) -> Member | None:
        """Return one contact by its hash."""
        row = self.db.execute("select id from member where audience = ? and hash = ?", (audience, key)).fetchone()
        return self.members(audience)[row[0]] if row else None

    def put_member(self, audience: str, columns: Mapping[str, Any], values: Mapping[int, str]) -> int:
        """Write one contact, new or changed; *values* are the fields to set, "" to blank. Returns its row id."""
        member: int = self.db.execute(PUT_MEMBER, {"audience": audience, **columns}).fetchone()[0]
        self.db.executemany("delete from value where member = ? and merge_id = ?", [(member, merge_id) for merge_id in values])
        self.db.executemany("insert into value values (?, ?, ?)", [(member, merge_id, text) for merge_id, text in values.items() if text])
        if audience in self._members:
            self._members[audience].update({read.id: read for read in self._read(ONE_MEMBER, ITS_VALUES, member)})
        return member

    def erase(self, audience: str, member: Member) -> None:
        """Delete one contact for good; its address can never come back."""
        for table, column in (("member", "id"), ("value", "member"), ("tagged", "member"), ("interested", "member")):
            self.db.execute(f"delete from {table} where {column} = ?", (member.id,))  # noqa: S608 - names of our tables
        self.db.execute("insert or ignore into forgotten values (?, ?)", (audience, member.hash))
        self.forget()

    def forgotten(self, audience: str, key: str) -> bool:
        """Whether a contact of this hash was deleted for good."""
        return self.db.execute("select 1 from forgotten where audience = ? and hash = ?", (audience, key)).fetchone() is not None

    def _read(self, members: str, values: str, argument: str | int) -> list[Member]:
        found: dict[int, dict[int, str]] = {}
        for member, merge_id, text in self.db.execute(values, (argument,)):
            found.setdefault(member, {})[merge_id] = text
        return [_member(row, found.get(row["id"], {})) for row in self.db.execute(members, (argument,))]

    # -- segments and tags

    def segments(self, audience: str) -> list[Segment]:
        """Return every segment of the audience, static ones included, by id."""
        return [_segment(row) for row in self.db.execute("select * from segment where audience = ? order by id", (audience,))]

    def static_ids(self, audience: str) -> frozenset[int]:
        """Return the ids of the audience's static segments."""
        return frozenset(row[0] for row in self.db.execute("select id from segment where audience = ? and kind = 'static'", (audience,)))

    def segment(self, audience: str, number: int) -> Segment | None:
        """Return one segment."""
        row = self.db.execute("select * from segment where audience = ? and id = ?", (audience, number)).fetchone()
        return _segment(row) if row else None

    def add_segment(self, audience: str, name: str, options: Mapping[str, Any] | None, now: datetime) -> int:
        """Write a new segment, static without *options*. Returns its id."""
        row = (audience, name, "static" if options is None else "saved", options and json.dumps(options), _text(now), _text(now))
        made = self.db.execute("insert into segment (audience, name, kind, options, created, updated) values (?, ?, ?, ?, ?, ?)", row)
        return int(made.lastrowid or 0)

    def change_segment(self, number: int, name: str, options: Mapping[str, Any] | None, now: datetime) -> None:
        """Rename a segment and replace its conditions."""
        row = (name, options and json.dumps(options), _text(now), number)
        self.db.execute("update segment set name = ?, options = ?, updated = ? where id = ?", row)

    def drop_segment(self, number: int) -> None:
        """Delete a segment, and with a static one the tag on its members."""
        self.db.execute("delete from tagged where segment = ?", (number,))
        self.db.execute("delete from segment where id = ?", (number,))

    def tagged(self, number: int) -> frozenset[int]:
        """Return the row ids of a static segment's members."""
        return frozenset(row[0] for row in self.db.execute("select member from tagged where segment = ?", (number,)))

    def tagged_of(self, number: int, members: Sequence[int]) -> frozenset[int]:
        """Return those of *members* (row ids) who are in a static segment."""
        query = "select member from tagged where segment = ? and member in (select value from json_each(?))"
        return frozenset(row[0] for row in self.db.execute(query, (number, json.dumps(list(members)))))

    def tag(self, number: int, members: Iterable[int]) -> None:
        """Put members into a static segment."""
        self.db.executemany("insert or ignore into tagged values (?, ?)", [(number, member) for member in members])

    def untag(self, number: int, members: Iterable[int]) -> None:
        """Take members out of a static segment."""
        self.db.executemany("delete from tagged where segment = ? and member = ?", [(number, member) for member in members])

    def tags(self, members: Sequence[Member]) -> dict[int, list[dict[str, Any]]]:
        """Return the tags on each of *members*, as the API shows them."""
        found: dict[int, list[dict[str, Any]]] = {member.id: [] for member in members}
        for member, number, name in self.db.execute(TAGS_ON, (json.dumps(list(found)),)):
            found[member].append({"id": number, "name": name})
        return found

    # -- e-commerce

    def add_purchases(self, audience: str, rows: Iterable[tuple[str, str | None, datetime, Decimal, int]]) -> None:
        """Write orders (email, id, instant, total, products); an id seen before is the same order again."""
        texts = [(audience, email, key, _text(at), str(total), products) for email, key, at, total, products in rows]
        self.db.executemany("insert or replace into purchase values (?, ?, ?, ?, ?, ?)", texts)
        self._purchases.pop(audience, None)

    def purchases(self, audience: str) -> Sequence[Purchase]:
        """Return every order of the audience's store by time."""
        if audience not in self._purchases:
            rows = self.db.execute("select email, at, total, products from purchase where audience = ?", (audience,))
            found = [Purchase(email=row[0], at=datetime.fromisoformat(row[1]), total=Decimal(row[2]), products=row[3]) for row in rows]
            self._purchases[audience] = sorted(found, key=lambda purchase: purchase.at)
        return self._purchases[audience]


def columns(member: Member) -> dict[str, Any]:
    """Return what `put_member` takes, of a contact that exists."""
    return {
        "hash": member.hash,
        "email": member.email,
        "status": member.status,
        "created": _text(member.created),
        "opted": member.opted and _text(member.opted),
        "changed": _text(member.changed),
        "language": member.language,
        "vip": member.vip,
        "rating": member.rating,
        "source": member.source,
        "country": member.country,
    }


def fresh(email: str, status: str, now: datetime) -> dict[str, Any]:
    """Return what `put_member` takes, of a contact that an API call adds; two stars are a new contact's rating (guess)."""
    return {
        "hash": digest(email),
        "email": email.strip(),
        "status": status,
        "created": _text(now),
        "opted": _text(now) if status == "subscribed" else None,
        "changed": _text(now),
        "language": "",
        "vip": False,
        "rating": 2,
        "source": "API - Generic",
        "country": "",
    }


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()


def _member(row: sqlite3.Row, values: Mapping[int, str]) -> Member:
    return Member(
        id=row["id"],
        email=row["email"],
        hash=row["hash"],
        status=row["status"],
        created=datetime.fromisoformat(row["created"]),
        opted=datetime.fromisoformat(row["opted"]) if row["opted"] else None,
        changed=datetime.fromisoformat(row["changed"]),
        language=row["language"],
        vip=bool(row["vip"]),
        rating=row["rating"],
        source=row["source"],
        country=row["country"],
        values=values,
    )


def _segment(row: sqlite3.Row) -> Segment:
    return Segment(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        options=json.loads(row["options"]) if row["options"] else None,
        created=datetime.fromisoformat(row["created"]),
        updated=datetime.fromisoformat(row["updated"]),
    )
