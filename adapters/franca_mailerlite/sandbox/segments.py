"""`/segments`: those that people made, to be read; the API makes none (documented)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_mailerlite.sandbox.errors import absent
from franca_mailerlite.sandbox.pages import by_cursor, numbered, status_of
from franca_mailerlite.sandbox.people import People
from franca_mailerlite.sandbox.store import Segment, Store, Subscriber


class Segments:
    """The calls on segments; renaming and deleting them is not emulated."""

    def __init__(self, store: Store, people: People) -> None:
        self._store, self._people = store, people

    def routes(self) -> Sequence[Route]:
        """Return the routes."""
        return (
            Route("GET", "/api/segments", self._list, "listSegments"),
            Route("GET", "/api/segments/{segment}/subscribers", self._members, "listSegmentSubscribers"),
        )

    def _list(self, call: Call) -> Reply:
        return numbered(call, [self._shown(segment) for segment in self._store.segments.values()])

    def _members(self, call: Call) -> Reply:
        segment = self._store.segments.get(call.params["segment"])
        if segment is None:
            raise absent("Segment\\Segment", call.params["segment"])
        status = status_of(call, "active")  # guess: the default is not stated

        def chosen(person: Subscriber) -> bool:
            return person.status == status and segment.holds(person)

        return by_cursor(call, self._store, self._store.order, chosen, self._people.shown, default=50)

    def _shown(self, segment: Segment) -> dict[str, Any]:
        rate = {"float": 0, "string": "0%"}
        total = sum(map(segment.holds, self._store.people.values()))
        return {
            "id": segment.id,
            "name": segment.name,
            "total": total,
            "open_rate": rate,
            "click_rate": rate,
            "created_at": segment.created_at,
            "automations_using_segment_count": 0,
        }
