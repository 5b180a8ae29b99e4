"""A small shop on disk, and who is in which of its segments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from franca.audience import Summary, evaluate
from franca.definitions import Project
from franca.language import check, load

AS_OF = datetime.fromisoformat("2026-03-30T12:37:11Z")
"""The day after the clocks went forward in Berlin, at 14:37:11 there."""
NOTHING: Mapping[str, str] = {}
SCHEMA = """\
    profile:
      table: customers
      key: id
      attributes:
        email: {type: text}
        name: {type: text}
        points: {type: integer}
        credit: {type: decimal}
        score: {type: number}
        gold: {type: boolean}
        born: {type: date}
        seen: {type: datetime}
        made: {type: datetime, zone: Europe/Berlin}
        tags: {type: list}
      consent:
        email:
          status: status
          values: {subscribed: [SUB, YES], unsubscribed: [UNSUB], pending: [PEND]}
          at: status_at
          suppressed: suppressed
    events:
      order:
        table: orders
        profile: customer
        at: placed
        id: number
        where: {property: state, is_not: cancelled}
        properties: {total: {type: decimal}, sku: {type: text}, pieces: {type: integer}, weight: {type: number}, kinds: {type: list}}
      view: {table: views, profile: customer, at: seen_at, zone: Europe/Berlin, properties: {page: {type: text}}}
"""


def shop(
    root: Path,
    files: Mapping[str, str | bytes | pa.Table],
    segments: Mapping[str, str] = NOTHING,
    *,
    schema: str = SCHEMA,
    connect: str = "data",
    timezone: str = "Europe/Berlin",
) -> Project:
    """Write a project with *segments* (key → predicate as YAML) over *files* (name → content), and return it checked."""
    (root / "data").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        if isinstance(content, pa.Table):
            pq.write_table(content, root / "data" / name)
        else:
            (root / "data" / name).write_bytes(content.encode() if isinstance(content, str) else content)
    lines = [f"  {key}: {{name: {key}, where: {where}}}" for key, where in (segments or {"everyone": "{everyone: true}"}).items()]
    head = f"project: shop\ntimezone: {timezone}\ndata:\n    connect: {connect}\n"
    (root / "franca.yaml").write_text(head + schema, encoding="utf-8")
    (root / "segments").mkdir(exist_ok=True)
    (root / "segments" / "all.yaml").write_text("\n".join(["segments:", *lines, ""]), encoding="utf-8")
    return check(load(root))


def members(project: Project, as_of: datetime = AS_OF) -> dict[str, str]:
    """Return the members of every segment, as keys with spaces between them."""
    with evaluate(project, as_of=as_of) as evaluation:
        found = {key: " ".join(evaluation.members(key)) for key in project.segments}
        assert {key: len(keys.split()) for key, keys in found.items()} == evaluation.sizes()
        return found


def summary(project: Project) -> Summary:
    """Return the numbers about all profiles."""
    with evaluate(project, as_of=AS_OF) as evaluation:
        return evaluation.summary()
