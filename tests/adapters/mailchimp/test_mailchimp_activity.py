"""Opens, clicks and sends of campaigns, as events that Mailchimp keeps itself: ever or never, for who accepts what `any` may mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from adapters.mailchimp.kit import Account, a, account, segment, site
from franca.adapter import Remote
from franca.definitions import (
    All,
    AnyOf,
    Count,
    EventMapping,
    EventTest,
    Last,
    Not,
    Op,
    Predicate,
    Realisation,
    Sum,
    ValueTest,
)
from franca.errors import FrancaError
from franca_mailchimp.adapter import ADAPTER
from franca_mailchimp.options import canonical
from franca_mailchimp.segments import native
from sandbox.mailchimp_kit import LIST
from schema import length

EVENTS = {
    "order": EventMapping(metric="open"),
    "view": EventMapping(metric="click"),
    "cancellation": EventMapping(metric="sent"),
    "cart": EventMapping(metric="Started Checkout"),
}
"""Events of the schema of tests/schema.py, as whatever happens at Mailchimp."""


def count(event: Any, op: Op, operand: int) -> EventTest:
    return EventTest(event=event, measures=(Count(tests=(ValueTest(op=op, operand=operand),)),))


def aim(op: str) -> dict[str, Any]:
    return {"field": "aim", "condition_type": "Aim", "op": op, "value": "any"}


OPENED, CLICKED = EventTest(event="order"), EventTest(event="view")
SUM = EventTest(event="order", measures=(Sum(of="total", tests=(ValueTest(op=Op.GTE, operand=5),)),))


@pytest.mark.parametrize(
    ("where", "match", "ops"),
    [
        (OPENED, "all", ["open"]),
        (Not(of=OPENED), "all", ["noopen"]),
        (count("view", Op.GTE, 1), "all", ["click"]),
        (count("view", Op.IS, 0), "all", ["noclick"]),
        (Not(of=count("view", Op.IS, 0)), "all", ["click"]),
        (EventTest(event=("order", "view")), "any", ["open", "click"]),
        (Not(of=EventTest(event=("order", "view"))), "all", ["noopen", "noclick"]),
        (All(of=(EventTest(event="cancellation"), Not(of=OPENED))), "all", ["sent", "noopen"]),
        (AnyOf(of=(OPENED, CLICKED)), "any", ["open", "click"]),
    ],
)
def test_ever_and_never(where: Predicate, match: str, ops: list[str]) -> None:
    """Each has an operator and an opposite; what `any` campaign reaches back to must be accepted."""
    found = native(where, site(events=EVENTS))
    assert found.options == canonical(match, map(aim, ops))
    assert {each.id for each in found.findings} == {"recent-campaigns"}
    assert {each.id for each in found.assumptions} <= {f"facts:mailchimp.{name}" for name in EVENTS}
    with pytest.raises(FrancaError, match="recent-campaigns"):
        ADAPTER.compile(segment(where), Realisation.NATIVE, site(events=EVENTS))


@pytest.mark.parametrize(
    ("where", "identity"),
    [
        (EventTest(event="cart"), "no-events"),
        (EventTest(event=("order", "cart")), "no-events"),
        (replace(OPENED, window=(Last(duration=length("30 days")),)), "ever-or-never"),
        (count("order", Op.GTE, 2), "ever-or-never"),
        (count("order", Op.LT, 2), "ever-or-never"),
        (SUM, "ever-or-never"),
        (replace(OPENED, per="sku", measures=(Count(),)), "ever-or-never"),
    ],
)
def test_more_than_ever_and_never_is_refused(where: Predicate, identity: str) -> None:
    """Windows, numbers, sums, and events that are not Mailchimp's."""
    found = native(where, site(events=EVENTS))
    assert ([each.id for each in found.findings], found.options) == ([identity], None)


def test_events_of_other_words_are_none_of_mailchimps() -> None:
    """Without a mapping, or with another metric, nothing about an event is native."""
    assert [each.id for each in native(OPENED, site()).findings] == ["no-events"]


@pytest.fixture
def shop() -> Iterator[Account]:
    """Three who were sent a campaign, of whom one clicked, and one who was not."""
    with account() as found:
        found.seed(4, FNAME="Ann")
        lists = found.others.lists
        tag = lists.create_segment(LIST, {"name": "sent", "static_segment": [f"c{n:05}@shop.test" for n in range(3)]})["id"]
        condition = {"condition_type": "StaticSegment", "field": "static_segment", "op": "static_is", "value": tag}
        recipients = {"list_id": LIST, "segment_opts": {"match": "all", "conditions": [condition]}}
        settings = {"subject_line": "Hi", "from_name": "Shop", "reply_to": "shop@x.de", "title": "Hi"}
        campaign = found.others.campaigns.create({"type": "regular", "recipients": recipients, "settings": settings})["id"]
        found.others.campaigns.set_content(campaign, {"html": '<a href="*|UNSUB|*">x</a> *|LIST:ADDRESSLINE|*'})
        rates = {"open": 0.7, "click": 0.4, "bounce": 0.0, "unsubscribe": 0.0, "complaint": 0.0}
        found.sandbox.send({"campaign": campaign, "seed": 3, "arms": [rates]})
        yield found


@pytest.mark.foreign_traffic("somebody makes the campaign that is sent")
@pytest.mark.parametrize(
    ("where", "what", "inside"),
    [
        (OPENED, "opened", True),
        (CLICKED, "clicked", True),
        (EventTest(event="cancellation"), "1", True),
        (Not(of=OPENED), "opened", False),
        (Not(of=CLICKED), "clicked", False),
        (Not(of=EventTest(event="cancellation")), "1", False),
    ],
)
def test_members_are_those_who_did(shop: Account, where: Predicate, what: str, inside: bool) -> None:
    """Whom the sandbox counts are those of whom it holds a delivery like that; never holds of who was not sent anything too."""
    accepting = segment(where, accept={"mailchimp": {"recent-campaigns": "there are fewer than 500"}})
    (resource,) = ADAPTER.compile(accepting, Realisation.NATIVE, site(events=EVENTS))
    made = shop.connection.create(resource, dict(resource.body))
    members = {each.email for each in shop.connection.members(Remote(kind=resource.kind, id=made, name=""), resource)}
    rows = shop.sandbox._context.store.db.execute(f"select recipient from delivery where {what}").fetchall()
    did = {row[0] for row in rows}
    assert 0 < len(did) < 4
    assert members == {each for each in (f"c{n:05}@shop.test" for n in range(4)) if (each in did) is inside}


def test_activity_stands_beside_fields() -> None:
    """It is a literal like others, also in an AND with a guard."""
    where = All(of=(CLICKED, a("points", Op.GT, 5)))
    found = native(where, site(events=EVENTS))
    assert found.options is not None
    assert [each["op"] for each in found.options["conditions"]] == ["greater", "click"]
