"""What would have happened had somebody sent a campaign in Mailchimp's web application. No call of the API leads here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from franca.sandbox.sending import Rates, Sent, rates, send, send_rest
from franca_mailchimp.sandbox import recipients, variate
from franca_mailchimp.sandbox.content import checklist
from franca_mailchimp.sandbox.context import Context
from franca_mailchimp.sandbox.records import Campaign, Child, Delivery, Member, Sending
from franca_mailchimp.sandbox.shapes import instant
from franca_mailchimp.sandbox.store import columns

_WINNER: Mapping[str, Callable[[Sequence[Sent]], Any]] = {
    "clicks": lambda found: _rate(found, "clicked"),
    "opens": lambda found: _rate(found, "opened"),
    "total_revenue": lambda found: sum((each.revenue for each in found), Decimal(0)),
}


def deliver(context: Context, data: Mapping[str, Any]) -> dict[str, Any]:
    """Send a draft: {"campaign": id, "seed": number, "arms": [rates of each arm]}; return how many each arm was sent and got.

    Raises:
        ValueError: it is unknown or no draft, is not ready, or has another number of arms.
    """
    campaign = _ready(context, str(data.get("campaign")))
    true = _rates(campaign, data.get("arms") or ())
    seed, settings = int(data.get("seed", 0)), campaign.body["variate_settings"]
    people = {member.email: member for member in recipients.members(context, campaign.body["recipients"])}
    share = settings["test_size"] / 100 if settings else 1.0
    first = send(list(people), true, seed, share)
    arms = [[each for each in first if each.arm == number] for number in range(len(true))]
    winner = _winner(settings, arms) if any(each.arm is None for each in first) else None
    rest = send_rest(first, winner, true[winner], seed) if winner is not None else ()
    sending = _sending(context, campaign, arms, winner, rest)
    every = [*(sent for sent in first if sent.arm is not None), *rest]
    deliveries = [*_deliveries(people, sending.arms, arms), *(_deliveries(people, (sending.winner,), (rest,)) if sending.winner else ())]
    context.emails.send_campaign(campaign.id, sending, deliveries)
    _consent(context, campaign, people, every)
    return {"arms": [{"sent": len(arm), "delivered": sum(not each.bounced for each in arm)} for arm in arms]}


def _ready(context: Context, identity: str) -> Campaign:
    found = context.emails.campaign(identity)
    if found is None:
        raise ValueError(f"there is no campaign {identity!r}")
    if found.sent:
        raise ValueError(f"the campaign {identity!r} was sent already")
    wrong = [f"{heading}: {details}" for kind, heading, details in checklist(context, found) if kind == "error"]
    if wrong:
        raise ValueError(f"the campaign {identity!r} is not ready: {' '.join(wrong)}")
    return found


def _rates(campaign: Campaign, given: Sequence[Mapping[str, float]]) -> list[Rates]:
    arms = len(variate.combinations(campaign)) if campaign.body["variate_settings"] else 1
    if len(given) != arms:
        raise ValueError(f"the campaign has {arms} arm(s), and rates of {len(given)} are given")
    try:
        return [rates(each) for each in given]
    except TypeError as error:
        raise ValueError(str(error)) from error


def _winner(settings: Mapping[str, Any], arms: Sequence[Sequence[Sent]]) -> int:
    """Return the arm that does best by the campaign's own criterion; the first of equal ones (guess)."""
    if settings["winner_criteria"] not in _WINNER:
        raise ValueError("its winner is chosen by hand in Mailchimp's web application, which this sandbox does not have")
    value = _WINNER[settings["winner_criteria"]]
    return max(range(len(arms)), key=lambda number: (value(arms[number]), -number))


def _rate(found: Sequence[Sent], what: str) -> float:
    delivered = sum(not each.bounced for each in found)
    return sum(getattr(each, what) for each in found) / delivered if delivered else 0.0


def _sending(context: Context, campaign: Campaign, arms: Sequence[Sequence[Sent]], winner: int | None, rest: Sequence[Sent]) -> Sending:
    """Return the hidden campaigns, one for each arm; the rest is sent one more (reported), or the winning one goes on."""
    at = context.clock.now()
    children = tuple(
        Child(id=_child(context, campaign, number), combination=number, recipients=len(arm)) for number, arm in enumerate(arms)
    )
    if winner is None:
        return Sending(at=at, arms=children)
    apart = context.holds["mailchimp.winner-sent-apart"]
    identity = variate.child_id(campaign, "winner") if apart else children[winner].id
    return Sending(at=at, arms=children, winner=Child(id=identity, combination=winner, recipients=len(rest)))


def _child(context: Context, campaign: Campaign, number: int) -> str:
    if not campaign.body["variate_settings"]:
        return campaign.id
    if context.holds["mailchimp.combination-is-child"]:
        return variate.combinations(campaign)[number].id
    return variate.child_id(campaign, str(number))


def _deliveries(people: Mapping[str, Member], children: Sequence[Child], arms: Sequence[Iterable[Sent]]) -> list[Delivery]:
    return [
        Delivery(child=child.id, member=people[sent.recipient].hash, sent=sent, hard=sent.bounced and _hard(people[sent.recipient]))
        for child, arm in zip(children, arms, strict=True)
        for sent in arm
    ]


def _hard(member: Member) -> bool:
    """Return whether a bounce is a hard one: about every second, by the address."""
    return int(member.hash[-1], 16) % 2 == 0


def _consent(context: Context, campaign: Campaign, people: Mapping[str, Member], every: Iterable[Sent]) -> None:
    """Change statuses: who unsubscribes or complains is unsubscribed, who bounces hard is cleaned (general knowledge, unverified)."""
    now = instant(context.clock.now())
    for sent in every:
        member = people[sent.recipient]
        cleaned = sent.bounced and _hard(member)
        if cleaned or sent.unsubscribed or sent.complained:
            row = {**columns(member), "status": "cleaned" if cleaned else "unsubscribed", "changed": now}
            context.store.put_member(campaign.body["recipients"]["list_id"], row, {})
