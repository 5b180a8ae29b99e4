"""A plan for people: text for terminals, Markdown for pull requests, JSON for programs. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from franca.definitions import Realisation
from franca.plan import Action, Change, Decision, Plan, dump_plans
from franca.render.budget import render_budget
from franca.render.changes import differences, summary
from franca.render.comment import render_comment
from franca.render.decision import findings, leaning, realisation
from franca.render.text import printable


def render_plan(plans: Sequence[Plan], form: str = "text", of: str = "") -> str:
    """Return plans, one for each destination, as "text", "json" or "markdown".

    Text and Markdown show realisations, findings, assumptions, changes and the words that unsafe ones need; JSON is `dump_plans`.

    Args:
        plans: one for each destination.
        form: the form.
        of: PROJECT or PROJECT/ENVIRONMENT, for the title of the Markdown and the marker by which its comment is found.
    """
    return _FORMS[form](plans, of)


_SIGNS = {Action.CREATE: "+", Action.UPDATE: "~", Action.DELETE: "-", Action.ADOPT: "=", Action.FORGET: "="}


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
        yield printable(f"  {leaning(assumption)}")
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


_FORMS: Mapping[str, Callable[[Sequence[Plan], str], str]] = {
    "text": lambda plans, _of: _text(plans),
    "json": lambda plans, _of: dump_plans(plans),
    "markdown": render_comment,
}
