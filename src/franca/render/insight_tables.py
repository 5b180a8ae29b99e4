"""An insight → the tables and lines that text, Markdown and HTML share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from franca.definitions import All, AnyOf, AtLeast, NoneOf, Not, Predicate, Project
from franca.language.english import sentence

if TYPE_CHECKING:  # loading it loads Ibis, which plans do not need
    from franca.audience.changes import Since
    from franca.audience.insight import Insight
    from franca.audience.reach import Reach

DASH = "—"
PAIRS = 10
"""Pairs that are shown where nobody asks for more."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of texts.

    Attributes:
        words: so many of the first columns are words; the others are numbers.
        spare: a column of words that is left out where there is no room for it.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1
    spare: int | None = None

    def without(self, column: int) -> Table:
        """Return the table without one column of words."""
        head, *rows = ((*row[:column], *row[column + 1 :]) for row in (self.head, *self.rows))
        return replace(self, head=head, rows=tuple(rows), words=self.words - 1, spare=None)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One line of how a segment comes about; *depth* is 0 for the segment itself."""

    label: str
    depth: int
    reach: Reach


# -- lines


def heading(insight: Insight) -> Iterator[str]:
    """Yield whom the numbers are about."""
    summary = insight.summary
    mailable = "" if summary.mailable is None else f", {summary.mailable:,} may be mailed"
    yield f"{summary.profiles:,} profiles as of {_local(insight.as_of, insight.project)}{mailable}"
    if summary.without_email or summary.ambiguous_emails:
        outside = f"{summary.without_email:,} without an email, {summary.ambiguous_emails:,} emails of several profiles"
        yield f"outside every destination: {outside}"
    if insight.since is not None:
        yield from _since(insight.since, insight)


def _local(instant: datetime, project: Project) -> str:
    return instant.astimezone(project.zone).isoformat()


def _since(since: Since, insight: Insight) -> Iterator[str]:
    unknown = f"; who entered and left is not known: {since.unknown}" if since.unknown else ""
    yield f"change since the last preview, as of {_local(datetime.fromisoformat(since.as_of), insight.project)}{unknown}"
    redefined = [key for key in insight.segments if key in since.changes and since.changes[key].redefined]
    if redefined:
        yield f"definition changed since: {', '.join(redefined)}"


def share(part: int, whole: int | None) -> float | None:
    """Return a share; None of nothing."""
    return part / whole if whole else None


def percent(part: int, whole: int | None) -> str:
    """Return a share as a text."""
    found = share(part, whole)
    return DASH if found is None else f"{found:.1%}"


# -- tables


def sizes(insight: Insight) -> Table:
    """Return the sizes, and what changed."""
    head = ["segment", "name", "members", "of all"]
    if insight.mailable is not None:
        head += ["mailable", "of mailable"]
    if insight.since is not None:
        head += ["change"] if insight.since.unknown else ["change", "entered", "left"]
    rows = tuple((key, insight.project.segments[key].name, *_numbers(insight, key)) for key in insight.segments)
    return Table(title="Sizes", head=tuple(head), rows=rows, words=2, spare=1)


def _numbers(insight: Insight, key: str) -> Iterator[str]:
    size, summary = insight.sizes[key], insight.summary
    yield from (f"{size:,}", percent(size, summary.profiles))
    if insight.mailable is not None:
        yield from (f"{insight.mailable[key]:,}", percent(insight.mailable[key], summary.mailable))
    if insight.since is not None:
        yield from _changed(insight.since, key, size)


def _changed(since: Since, key: str, size: int) -> Iterator[str]:
    change = since.changes.get(key)
    moved = () if since.unknown else (change.entered, change.left) if change else (None, None)
    yield "new" if change is None else f"{size - change.before:+,}" if size != change.before else "0"
    yield from (DASH if number is None else f"{number:,}" for number in moved)


def groups(insight: Insight) -> Iterator[Table]:
    """Yield whom each segment of a group keeps."""
    for name, shares in insight.groups.items():
        rows = tuple((each.segment, f"{each.members:,}", f"{each.keeps:,}", percent(each.keeps, each.members)) for each in shares)
        yield Table(title=f"Group {name}: each person belongs to the first", head=("segment", "members", "keeps", "of members"), rows=rows)


def overlap(insight: Insight, most: int = PAIRS) -> Table | None:
    """Return the strongest pairs; None when there is nothing to show."""
    shown = insight.pairs[:most]
    if not shown:
        return None
    rows = tuple(
        (each.first, each.second, f"{each.both:,}", f"{each.jaccard:.1%}", f"{each.first_in_second:.1%}", f"{each.second_in_first:.1%}")
        for each in shown
    )
    rest = len(insight.pairs) - len(shown)
    title = f"Overlap: the {len(shown)} strongest pairs; {rest:,} more share somebody" if rest else "Overlap: all pairs that share somebody"
    head = ("first", "second", "in both", "of either", "of the first", "of the second")
    return Table(title=title, head=head, rows=rows, words=2)


# -- how segments come about

_JUNCTIONS: Mapping[type[Predicate], str] = {All: "all of", AnyOf: "any of", NoneOf: "none of", Not: "not"}
KINDS: Mapping[type[Predicate], str] = {All: "all", AnyOf: "any", NoneOf: "none", Not: "not", AtLeast: "at_least"}
"""The combinations → their names in JSON."""


def clause(predicate: Predicate, project: Project) -> str:
    """Return a condition in English, as it stands after "everyone"."""
    return sentence(predicate, project).removeprefix("Everyone ").removesuffix(".")


def conditions(insight: Insight, key: str) -> list[Condition]:
    """Return how a segment comes about, line by line; empty when it has one condition only."""
    reach = insight.reaches[key]
    return list(_lines(reach, insight.project, 0)) if reach.parts else []


def _lines(reach: Reach, project: Project, depth: int) -> Iterator[Condition]:
    yield Condition(label=_label(reach, project), depth=depth, reach=reach)
    for part in reach.parts:
        yield from _lines(part, project, depth + 1)


def _label(reach: Reach, project: Project) -> str:
    if not reach.parts:
        return clause(reach.predicate, project)
    node = reach.predicate
    return f"at least {node.count} of" if isinstance(node, AtLeast) else _JUNCTIONS[type(node)]


def funnel(insight: Insight, key: str) -> Table | None:
    """Return how a segment comes about; None when it has one condition only."""
    found = conditions(insight, key)
    rows = tuple(("  " * each.depth + each.label, f"{each.reach.alone:,}", _after(each.reach)) for each in found)
    title = f"{key}: {insight.project.segments[key].name}"
    return Table(title=title, head=("condition", "alone", "so far"), rows=rows) if rows else None


def _after(reach: Reach) -> str:
    return "" if reach.after is None else f"{reach.after:,}"
