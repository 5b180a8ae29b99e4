"""Plans as one comment on a pull request: found again by its first line, below the size that forges take, and safe to show.

A forge takes 65,536 characters (GitHub; GitLab takes more). What does not fit is left out row by row, what people must decide on last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from franca.plan import Plan
from franca.render.budget import render_budget
from franca.render.changes import differences, summary
from franca.render.decision import findings, realisation
from franca.render.markdown import code, escape

LARGEST = 60_000
"""Bytes of UTF-8, which are never fewer than the characters that a forge counts."""
_NOTICE = 120
"""Bytes kept for the line that says what was left out of a section."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of a comment: *rows* may be left out from the end; sections of a smaller *rank* get their place first."""

    rank: int
    head: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()


def render_comment(plans: Sequence[Plan], of: str = "", largest: int = LARGEST) -> str:
    """Return plans as Markdown.

    Args:
        plans: one for each destination.
        of: the project, and its environment after a slash: what tells this comment from others of Franca's on the same pull request.
        largest: bytes.
    """
    sections = [Section(rank=0, head=(marker(of), *_title(plans, of))), *(section for plan in plans for section in _sections(plan))]
    kept = _fitting(sections, largest)
    return "\n".join(line for section, rows in zip(sections, kept, strict=True) for line in _lines(section, rows))


def marker(of: str = "") -> str:
    """Return the first line of every comment on *of*: an HTML comment that nobody sees and a script finds."""
    named = re.sub(r"[^A-Za-z0-9_/]", "", of)
    return f"<!-- franca plan{f': {named}' if named else ''} -->"


def _fitting(sections: Sequence[Section], largest: int) -> list[int]:
    """Return how many rows of each section there is room for."""
    left = largest - sum(_size((*each.head, *each.foot)) for each in sections)
    kept = [0] * len(sections)
    for place in sorted(range(len(sections)), key=lambda each: sections[each].rank):
        rows = sections[place].rows
        whole = _size(rows)
        if whole <= left:
            kept[place], left = len(rows), left - whole
            continue
        left -= _NOTICE
        for row in rows:
            if _size((row,)) > left:
                break
            kept[place], left = kept[place] + 1, left - _size((row,))
    return kept


def _size(lines: Iterable[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)


def _lines(section: Section, kept: int) -> Iterator[str]:
    if section.rows and not kept and section.rank:
        yield from ("", f"*{len(section.rows)} lines are left out here: `franca plan` shows them.*", "")
        return
    yield from section.head
    yield from section.rows[:kept]
    if left := len(section.rows) - kept:
        yield from ("", f"*{left} more lines are left out here: `franca plan` shows them.*")
    yield from section.foot


# -- what there is to say


def _title(plans: Sequence[Plan], of: str) -> Iterator[str]:
    if of:
        yield f"## Franca: {escape(of)}"
        yield ""
    if len(plans) > 1:
        yield "| destination | changes |"
        yield "| --- | --- |"
        yield from (f"| {escape(plan.destination)} | {summary(plan)}{', **unsafe**' if plan.unsafe else ''} |" for plan in plans)
        yield ""


def _sections(plan: Plan) -> Iterator[Section]:
    yield Section(rank=0, head=tuple(_head(plan)))
    yield from _unsafe(plan)
    yield from _table(2, ("change", "resource", "name", "why"), _change_rows(plan))
    yield from _table(4, ("segment", "realisation", "why"), _decision_rows(plan))
    yield from _list(3, "Findings", [f"{d.segment}: {id_}: {about}" for d in plan.decisions for id_, about in findings(d)])
    yield from _list(5, "Leans on", [f"{each.id}: {each.statement}" for each in plan.assumptions if not each.measured])
    measured = [f"{each.id}, on {each.measured}: {each.statement}" for each in plan.assumptions if each.measured]
    yield from _list(6, "Measured at the account", measured)
    yield from _list(1, "Warnings", plan.warnings)


def _head(plan: Plan) -> Iterator[str]:
    yield f"### {escape(plan.destination)}: {summary(plan)}"
    yield ""
    yield f"{escape(plan.adapter)}, account {escape(plan.account)}, plan {code(plan.fingerprint[:12])}"
    yield ""
    if plan.budget and (costs := render_budget(plan.budget)):
        yield f"Costs {escape(costs)}."
        yield ""


def _unsafe(plan: Plan) -> Iterator[Section]:
    if plan.unsafe:
        rows = tuple(f"- {code(f'--allow {reason.word}')}: {escape(reason.what)}" for reason in plan.unsafe)
        yield Section(rank=1, head=("**Unsafe:** apply refuses without these words.", ""), rows=rows, foot=("",))


def _change_rows(plan: Plan) -> Iterator[tuple[str, ...]]:
    for change in plan.changes:
        yield change.action, str(change.address), change.name, change.reason
        yield from (("", key, f"{before} → {after}", "") for key, before, after in differences(change))


def _decision_rows(plan: Plan) -> Iterator[tuple[str, ...]]:
    return ((f"{decision.segment} ({decision.name})", realisation(decision), decision.why) for decision in plan.decisions)


def _table(rank: int, head: Sequence[str], rows: Iterator[tuple[str, ...]]) -> Iterator[Section]:
    found = tuple(f"| {' | '.join(map(escape, row))} |" for row in rows)
    if found:
        yield Section(rank=rank, head=(f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"), rows=found, foot=("",))


def _list(rank: int, title: str, items: Sequence[str]) -> Iterator[Section]:
    if items:
        head = (f"<details><summary>{title} ({len(items)})</summary>", "")
        yield Section(rank=rank, head=head, rows=tuple(f"- {escape(item)}" for item in items), foot=("", "</details>", ""))
