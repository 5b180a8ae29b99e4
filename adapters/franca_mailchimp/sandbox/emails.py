"""Templates and campaigns of the account, in its SQLite database."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from franca_mailchimp.sandbox.records import Campaign, Template

# What nobody documents and a draft could lean on; True is what this sandbox believes (all guesses).
ASSUMPTIONS = {
    # documented is that templates are "not deleted, but rather marked as inactive"; flipped: they stay in lists, with `active` false
    "mailchimp.deleted-templates-gone": True,
    # `match` beside `saved_segment_id` only has to be there (reported: drewm/mailchimp-api#203); flipped: it replaces the segment's own
    "mailchimp.saved-segment-own-match": True,
}
TABLES = """
create table template (id integer primary key autoincrement, name text, html text, folder text, created text, edited text, active integer);
create table campaign (number integer primary key autoincrement, id text unique, created text, body text, content text);
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

    def fill_campaign(self, identity: str, content: Mapping[str, str]) -> None:
        """Replace a campaign's content."""
        self._db.execute("update campaign set content = ? where id = ?", (json.dumps(content), identity))

    def drop_campaign(self, identity: str) -> None:
        """Delete a campaign."""
        self._db.execute("delete from campaign where id = ?", (identity,))


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
    )
