"""`GET /contacts/segments`: all that the API knows of segments (documented)."""

from __future__ import annotations

from collections.abc import Sequence

from franca.sandbox import Call, Reply, Route
from franca_brevo.sandbox.errors import absent
from franca_brevo.sandbox.reading import page_of
from franca_brevo.sandbox.store import Store


class Segments:
    """Segments made by hand in Brevo's own pages: read only here, planted by the seed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> Sequence[Route]:
        """Return the one route."""
        return (Route("GET", "/v3/contacts/segments", self._list, "getSegments"),)

    def plant(self, name: str, category: str, condition: str | None) -> None:
        """Make a segment as a person would; *condition* is what it holds, in the grammar of the contact filter, None for nobody."""
        sql = "INSERT INTO segments (name, category, updated_at, filter) VALUES (?, ?, ?, ?)"
        self._store.insert(sql, name, category, self._store.now(), condition)

    def filter_of(self, segment: int) -> str | None:
        """Return what a segment holds, None for nobody; refuse an unknown id."""
        row = self._store.row("SELECT filter FROM segments WHERE id = ?", segment)
        if row is None:
            raise absent("Segment ID does not exist")
        condition: str | None = row["filter"]
        return condition

    def _list(self, call: Call) -> Reply:
        # documented: no rules, no count of members
        page = page_of(call, default=10, most=50)
        rows = self._store.rows(f"SELECT * FROM segments ORDER BY id {page.order} LIMIT ? OFFSET ?", page.limit, page.offset)  # noqa: S608 - ASC or DESC
        shown = [
            {"id": row["id"], "segmentName": row["name"], "categoryName": row["category"], "updatedAt": row["updated_at"]} for row in rows
        ]
        return Reply(body={"count": self._store.number("SELECT count(*) FROM segments"), "segments": shown})
