"""Templates and campaigns of the account, in its SQLite database."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from franca.sandbox.sending import Sent
from franca_mailchimp.sandbox.records import Campaign, Child, Delivery, Sending, Tally, Template

# What nobody documents and a draft could lean on; True is what this sandbox believes (all guesses).
ASSUMPTIONS = {
    # documented is that templates are "not deleted, but rather marked as inactive"; flipped: they stay in lists, with `active` false
    "mailchimp.deleted-templates-gone": True,
    # `match` beside `saved_segment_id` only has to be there (reported: drewm/mailchimp-api#203); flipped: it replaces the segment's own
    "mailchimp.saved-segment-own-match": True,
    # the ids of combinations are those of reports (reported: two programs in public use ask for reports by them)
    "mailchimp.combination-is-child": True,
    # the rest of a test's audience is sent a campaign of its own (reported, with figures, by one of them); flipped: the winning one goes on
    "mailchimp.winner-sent-apart": True,
}
TABLES = """
create table template (id integer primary key autoincrement, name text, html text, folder text, created text, edited text, active integer);
create table campaign (number integer primary key autoincrement, id text unique, created text, body text, content text, sent text);
create table delivery (campaign text, child text, member text, hard integer, recipient text, arm integer, bounced integer, opened integer,
    clicked integer, ordered integer, cents integer, unsubscribed integer, complained integer);
create index delivery_of on delivery (campaign, child);
"""
TALLY = """
select count(*) as sent, sum(bounced) as bounced, sum(hard) as hard, sum(opened) as opened, sum(clicked) as clicked,
sum(ordered) as ordered, sum(unsubscribed) as unsubscribed, sum(complained) as complained, sum(cents) as cents
from delivery where campaign = ? and (? is null or child = ?)
"""


class Emails:
    """Rows of templates and campaigns, which belong to the account, not to an audience."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.executescript(TABLES)

    # -- templates

    def templates(self) -> list[Template]:
        """Return every template, inactive ones included, by id."""
        return [_template(row) for row in self._db.execute("select * from template order by id")]

    def template(self, number: int) -> Template | None:
        """Return one template, be it inactive."""
        row = self._db.execute("select * from template where id = ?", (number,)).fetchone()
        return _template(row) if row else None

    def add_template(self, name: str, html: str, folder: str, now: datetime) -> int:
        """Write a new template. Returns its id."""
        row = (name, html, folder, _text(now), _text(now))
        made = self._db.execute("insert into template (name, html, folder, created, edited, active) values (?, ?, ?, ?, ?, 1)", row)
        return int(made.lastrowid or 0)

    def change_template(self, number: int, name: str, html: str, folder: str, now: datetime) -> None:
        """Replace a template."""
        row = (name, html, folder, _text(now), number)
        self._db.execute("update template set name = ?, html = ?, folder = ?, edited = ? where id = ?", row)

    def retire_template(self, number: int) -> None:
        """Mark a template as inactive."""
        self._db.execute("update template set active = 0 where id = ?", (number,))

    # -- campaigns

    def campaigns(self) -> list[Campaign]:
        """Return every campaign, the oldest first."""
        return [_campaign(row) for row in self._db.execute("select * from campaign order by number")]

    def campaign(self, identity: str) -> Campaign | None:
        """Return one campaign."""
        row = self._db.execute("select * from campaign where id = ?", (identity,)).fetchone()
        return _campaign(row) if row else None

    def add_campaign(self, body: Mapping[str, Any], now: datetime) -> str:
        """Write a new campaign without content. Returns its id."""
        row = (_text(now), json.dumps(body), "{}")
        number = self._db.execute("insert into campaign (created, body, content) values (?, ?, ?)", row).lastrowid
        identity = hashlib.md5(f"campaign {number}".encode()).hexdigest()[:10]  # noqa: S324 - an id that looks like Mailchimp's
        self._db.execute("update campaign set id = ? where number = ?", (identity, number))
        return identity

    def change_campaign(self, identity: str, body: Mapping[str, Any]) -> None:
        """Replace what is set of a campaign."""
        self._db.execute("update campaign set body = ? where id = ?", (json.dumps(body), identity))

    def fill_campaign(self, identity: str, content: Mapping[str, Any]) -> None:
        """Replace a campaign's content."""
        self._db.execute("update campaign set content = ? where id = ?", (json.dumps(content), identity))

    def drop_campaign(self, identity: str) -> None:
        """Delete a campaign."""
        self._db.execute("delete from delivery where campaign = ?", (identity,))
        self._db.execute("delete from campaign where id = ?", (identity,))

    # -- what was sent

    def send_campaign(self, identity: str, sending: Sending, deliveries: Iterable[Delivery]) -> None:
        """Write that a campaign was sent, and what became of everybody."""
        outcome = {**asdict(sending), "at": _text(sending.at)}
        self._db.execute("update campaign set sent = ? where id = ?", (json.dumps(outcome), identity))
        rows = ((identity, each.child, each.member, each.hard, *_fate(each.sent)) for each in deliveries)
        self._db.executemany("insert into delivery values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def reached(self, identity: str, member: str) -> bool:
        """Return whether a campaign was sent to a member."""
        found = self._db.execute("select 1 from delivery where campaign = ? and member = ?", (identity, member))
        return found.fetchone() is not None

    def tally(self, identity: str, child: str | None = None) -> Tally:
        """Return what a campaign did, or one of its hidden campaigns."""
        row = self._db.execute(TALLY, (identity, child, child)).fetchone()
        counts = {name: row[name] or 0 for name in row.keys()}  # noqa: SIM118 - a Row iterates over its values
        return Tally(**{name: count for name, count in counts.items() if name != "cents"}, revenue=Decimal(counts["cents"]) / 100)


def did(db: sqlite3.Connection, what: str, number: int | None) -> frozenset[str]:
    """Return the hashes of those who opened, clicked or were sent a campaign, by its web id, or any campaign."""
    column = {"open": "opened", "click": "clicked", "sent": "1"}[what]
    found = f"select member from delivery join campaign on id = campaign where {column} and ? in (number, -1)"  # noqa: S608 - one of three
    return frozenset(row[0] for row in db.execute(found, (-1 if number is None else number,)))


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()


def _template(row: sqlite3.Row) -> Template:
    return Template(
        id=row["id"],
        name=row["name"],
        html=row["html"],
        folder=row["folder"],
        created=datetime.fromisoformat(row["created"]),
        edited=datetime.fromisoformat(row["edited"]),
        active=bool(row["active"]),
    )


def _campaign(row: sqlite3.Row) -> Campaign:
    return Campaign(
        number=row["number"],
        id=row["id"],
        created=datetime.fromisoformat(row["created"]),
        body=json.loads(row["body"]),
        content=json.loads(row["content"]),
        sent=_sending(json.loads(row["sent"])) if row["sent"] else None,
    )


def _sending(outcome: Mapping[str, Any]) -> Sending:
    winner = Child(**outcome["winner"]) if outcome["winner"] else None
    return Sending(at=datetime.fromisoformat(outcome["at"]), arms=tuple(Child(**each) for each in outcome["arms"]), winner=winner)


def _fate(sent: Sent) -> tuple[Any, ...]:
    did = (sent.bounced, sent.opened, sent.clicked, sent.ordered, int(sent.revenue * 100), sent.unsubscribed, sent.complained)
    return (sent.recipient, sent.arm, *did)
