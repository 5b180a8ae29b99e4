"""Events that are Mailchimp's own: whether somebody ever opened, clicked or was sent a campaign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from franca.adapter import Finding, Site, facts
from franca.definitions import Count, EventTest, Op, ValueTest, names_of
from franca_mailchimp.parts import Part, refuse

METRICS: Mapping[str, tuple[str, str]] = {"open": ("open", "noopen"), "click": ("click", "noclick"), "sent": ("sent", "nosent")}
"""What `events: {NAME: {metric: …}}` may say → the operator, and that of who did not (sheet section 1.3)."""

RECENT = Finding(
    id="recent-campaigns",
    what="any campaign may mean one of the 500 most recent ones, as in Mailchimp's web application: the API's description says no more",
)
_ONCE = frozenset({(Op.GTE, 1), (Op.GT, 0), (Op.IS_NOT, 0)})
_NEVER = frozenset({(Op.LT, 1), (Op.LTE, 0), (Op.IS, 0)})


def activity(leaf: EventTest, positive: bool, site: Site) -> Part:
    """Compile "ever" and "never" of what members did with campaigns; everything else about events has no condition.

    Raises:
        RefusedError: the event is not Mailchimp's, or more is asked of it.
    """
    names = names_of(leaf.event)
    found = [site.destination.events[name].metric for name in names if name in site.destination.events]
    if len(found) < len(names) or not set(found) <= METRICS.keys():
        raise refuse("no-events", f"Mailchimp's segments have no conditions on events but its own ({', '.join(METRICS)} of campaigns)")
    if leaf.where is not None or leaf.window or leaf.per is not None:
        raise refuse("ever-or-never", "Mailchimp asks whether somebody ever did it, not when, or with which of its own campaigns")
    did = _ever(leaf) is positive
    conditions = tuple(_condition(METRICS[metric][0 if did else 1]) for metric in dict.fromkeys(found))
    claims = frozenset(facts(site.destination.name, name) for name in names)
    return Part(tag=f"aim {' '.join(sorted(set(found)))}", conditions=conditions, any=did, doubts=frozenset([RECENT]), assumptions=claims)


def _condition(op: str) -> dict[str, Any]:
    return {"field": "aim", "condition_type": "Aim", "op": op, "value": "any"}


def _ever(leaf: EventTest) -> bool:
    """Return whether it is asked that there is one, or that there is none."""
    tests = [test for measure in leaf.measures if isinstance(measure, Count) for test in measure.tests]
    asked = {(test.op, test.operand) for test in tests if isinstance(test, ValueTest)}
    if not leaf.measures or (len(leaf.measures) == 1 and len(tests) == 1 and asked <= _ONCE and asked):
        return True
    if len(leaf.measures) == 1 and len(tests) == 1 and asked <= _NEVER and asked:
        return False
    raise refuse("ever-or-never", "Mailchimp asks whether somebody ever did it, not how often")
