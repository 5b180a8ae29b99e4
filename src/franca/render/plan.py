"""A plan for people: text for terminals, Markdown for pull requests, JSON for programs. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from franca.definitions import Realisation
from franca.plan import Action, Change, Decision, Plan, dump_plans
from franca.render.budget import render_budget
from franca.render.decision import findings, realisation
from franca.render.markdown import code, escape
from franca.render.text import printable, value


def render_plan(plans: Sequence[Plan], form: str = "text") -> str:
    """Return plans, one for each destination, as "text", "json" or "markdown".

    Text and Markdown show realisations, findings, assumptions, changes and the words that unsafe ones need; JSON is `dump_plans`.
    """
    return _FORMS[form](plans)


_SIGNS = {Action.CREATE: "+", Action.UPDATE: "~", Action.DELETE: "-"}

_PAST = {Action.CREATE: "to create", Action.UPDATE: "to update", Action.DELETE: "to delete"}


def summary(plan: Plan) -> str:
    """Return how many changes there are, in words."""
    counted = [f"{number} {_PAST[action]}" for action, number in plan.counts().items() if number]
    by_hand = sum(change.drift for change in plan.changes)
    return (", ".join(counted) or "nothing to do") + (f"; {by_hand} changed by hand there" if by_hand else "")


def _text(plans: Sequence[Plan]) -> str:
    return "\n".join(line for plan in plans for line in _text_of_one(plan))


def _text_of_one(plan: Plan) -> Iterator[str]:
    yield printable(f"{plan.destination} ({plan.adapter}, account {plan.account}): {summary(plan)}")
    yield from _indented(_text_decisions(plan.decisions), 2)
    for change in plan.changes:
        yield from _indented(_text_change(change), 2)
    if costs := _costs(plan):
        yield printable(f"  costs {costs}")
    for assumption in plan.assumptions:
        yield printable(f"  leans on {assumption.id}: {assumption.statement}")
    for problem in plan.warnings:
        yield printable(f"  warning: {problem}")
    if plan.unsafe:
        yield "  unsafe; apply refuses without:"
        yield from (printable(f"    --allow {reason.word}  ({reason.what})") for reason in plan.unsafe)


def _costs(plan: Plan) -> str:
    return render_budget(plan.budget) if plan.budget else ""


def _indented(lines: Iterator[str], by: int) -> Iterator[str]:
    return (" " * by + line for line in lines)


def _text_decisions(decisions: Sequence[Decision]) -> Iterator[str]:
    width = max((len(decision.segment) for decision in decisions), default=0)
    for decision in decisions:
        note = ", refreshed by sync" if decision.realisation in {Realisation.MEMBERS, Realisation.MARKER} else ""
        yield printable(f"{decision.segment:{width}}  {realisation(decision):9}{decision.why}{note}")
        for finding, about in findings(decision):
            yield printable(f"  {finding}: {about}")


def _text_change(change: Change) -> Iterator[str]:
    yield printable(f"{_SIGNS[change.action]} {change.address}  {change.name!r}: {change.reason}")
    yield from (printable(f"    {key}: {before} → {after}") for key, before, after in differences(change))


def differences(change: Change) -> Iterator[tuple[str, str, str]]:
    """Yield what an update changes: key, before, after; values are cut where they are long."""
    if change.action is not Action.UPDATE:
        return
    if change.named is not None:
        yield "name", value(change.named), value(change.name)
    before, after = change.before or {}, change.after or {}
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            yield key, value(before.get(key)), value(after.get(key))


def _markdown(plans: Sequence[Plan]) -> str:
    return "\n".join(line for plan in plans for line in _markdown_of_one(plan))


def _markdown_of_one(plan: Plan) -> Iterator[str]:
    yield f"### {escape(plan.destination)}: {summary(plan)}"
    yield ""
    yield f"{escape(plan.adapter)}, account {escape(plan.account)}, plan {code(plan.fingerprint[:12])}"
    yield ""
    if costs := _costs(plan):
        yield f"Costs {escape(costs)}."
        yield ""
    yield from _unsafe(plan)
    yield from _table(("change", "resource", "name", "why"), _change_rows(plan))
    yield from _table(("segment", "realisation", "why"), _decision_rows(plan))
    yield from _list("Findings", [f"{d.segment}: {id_}: {about}" for d in plan.decisions for id_, about in findings(d)])
    yield from _list("Leans on", [f"{assumption.id}: {assumption.statement}" for assumption in plan.assumptions])
    yield from _list("Warnings", plan.warnings)


def _unsafe(plan: Plan) -> Iterator[str]:
    if not plan.unsafe:
        return
    yield "**Unsafe:** apply refuses without these words."
    yield ""
    yield from (f"- {code(f'--allow {reason.word}')}: {escape(reason.what)}" for reason in plan.unsafe)
    yield ""


def _change_rows(plan: Plan) -> Iterator[tuple[str, ...]]:
    for change in plan.changes:
        yield change.action, str(change.address), change.name, change.reason
        yield from (("", key, f"{before} → {after}", "") for key, before, after in differences(change))


def _decision_rows(plan: Plan) -> Iterator[tuple[str, ...]]:
    return ((f"{decision.segment} ({decision.name})", realisation(decision), decision.why) for decision in plan.decisions)


def _table(head: Sequence[str], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    found = list(rows)
    if not found:
        return
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    yield from (f"| {' | '.join(map(escape, row))} |" for row in found)
    yield ""


def _list(title: str, items: Sequence[str]) -> Iterator[str]:
    if not items:
        return
    yield f"<details><summary>{title} ({len(items)})</summary>"
    yield ""
    yield from (f"- {escape(item)}" for item in items)
    yield ""
    yield "</details>"
    yield ""


_FORMS: Mapping[str, Callable[[Sequence[Plan]], str]] = {"text": _text, "json": dump_plans, "markdown": _markdown}
