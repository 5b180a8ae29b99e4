"""Listings: groups, fields and segments by page, people by cursor (seen)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from franca.sandbox import Call, Reply
from franca_mailerlite.sandbox.errors import invalid
from franca_mailerlite.sandbox.store import STATUSES, Ids, Store, Subscriber

MOST = 250
"""Rows of one page: documented of segments, a guess of all else."""


def numbered(call: Call, rows: Sequence[Any], *, default: int = 25) -> Reply:
    """Return one page of a listing that counts its pages."""
    limit, page = number(call, "limit", default, least=1), number(call, "page", 1, least=1)
    last = max(1, -(-len(rows) // limit))
    shown = list(rows[(page - 1) * limit : page * limit])
    meta = {"current_page": page, "last_page": last, "path": call.path, "per_page": limit, "total": len(rows)}
    following = f"{call.path}?page={page + 1}" if page < last else None
    return Reply(body={"data": shown, "links": {"first": None, "last": None, "prev": None, "next": following}, "meta": meta})


def by_cursor(call: Call, store: Store, ids: Ids, chosen: Callable[[Subscriber], bool], shown: Any, *, default: int) -> Reply:
    """Return one page of those of *ids* who are chosen, after the cursor; cursors are opaque (documented)."""
    limit, after = number(call, "limit", default, least=1), _read(call.arg("cursor"))
    found = list(islice(filter(chosen, map(store.people.__getitem__, ids.newest(after))), limit + 1))
    page = found[:limit]
    cursor = _cursor(page[-1].id) if len(found) > limit else None
    following = f"{call.path}?cursor={cursor}" if cursor else None
    return Reply(
        body={
            "data": [shown(person) for person in page],
            "links": {"first": None, "last": None, "prev": None, "next": following},
            "meta": {"path": call.path, "per_page": limit, "next_cursor": cursor, "prev_cursor": None},
        }
    )


def status_of(call: Call, default: str | None) -> str | None:
    """Return the status that a listing is filtered by, its default where none is asked for; any other filter is ignored (guess)."""
    status = call.arg("filter[status]", default)
    if status is not None and status not in STATUSES:
        raise invalid("filter.status", "The selected filter.status is invalid.")
    return status


def number(call: Call, name: str, default: int, *, least: int) -> int:
    """Return a whole number of the query."""
    text = call.arg(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= (MOST if name == "limit" else 10**6):
        raise invalid(name, f"The {name} is invalid.")
    return int(text)


def _cursor(identity: str) -> str:
    return base64.urlsafe_b64encode(json.dumps({"id": int(identity), "_pointsToNextItems": True}).encode()).decode().rstrip("=")


def _read(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    try:
        return str(json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))["id"])
    except (ValueError, KeyError, TypeError):
        return None  # seen: `cursor=1` was answered with the first page
