"""What a send would have come to: `POST /_send` of the sandbox. No path of the API gets here, and nothing leaves the machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from franca.sandbox.sending import Rates, Sent, rates, send, send_rest
from franca_klaviyo.sandbox.conditions import can_receive
from franca_klaviyo.sandbox.things import AUDIENCE, CAMPAIGN, MESSAGE, VARIATION, Thing, Things
from franca_klaviyo.sandbox.times import iso
from franca_klaviyo.sandbox.world import World

COUNTED: Mapping[str, Callable[[Sent], bool]] = {
    "opens_unique": lambda each: each.opened,
    "clicks_unique": lambda each: each.clicked,
    "placed_orders_unique": lambda each: each.ordered,
}
"""How a winner is chosen: per delivered email (guess; KHC 360052794352 says rates)."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one campaign: who got which of its variations, in their order; *at* is the instant of the send."""

    message: Thing
    variations: tuple[Thing, ...]
    at: float
    sent: tuple[Sent, ...]

    def of(self, arm: int) -> list[Sent]:
        """Return the people who were sent one variation; those who were sent the winner are its own (guess)."""
        return [each for each in self.sent if each.arm == arm]


class Sends:
    """The sends of one account.

    Attributes:
        outcomes: by the campaign's id, in order.
    """

    def __init__(self, world: World, things: Things) -> None:
        self._world, self._things = world, things
        self.outcomes: dict[str, Outcome] = {}

    def send(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Send the draft {"campaign": id, "seed": number, "arms": [rates, ...]}; return what was sent and delivered of each variation.

        Raises:
            ValueError: no such draft, or it cannot be sent as it is.
        """
        message, variations = self._draft(str(data["campaign"]))
        true, seed = _rates(data["arms"], len(variations)), int(data.get("seed", 0))
        outcome = Outcome(
            message=message,
            variations=tuple(variations),
            at=self._world.now(),
            sent=_sent(self._recipients(message), true, seed, message.definition["ab_test"]),
        )
        self.outcomes[str(data["campaign"])] = outcome
        self._note(outcome)
        people = [outcome.of(arm) for arm in range(len(variations))]
        return {"arms": [{"sent": len(each), "delivered": sum(not one.bounced for one in each)} for each in people]}

    def _draft(self, identity: str) -> tuple[Thing, list[Thing]]:
        campaign = self._things.held.get(identity)
        if campaign is None or campaign.kind != CAMPAIGN:
            raise ValueError(f"there is no campaign {identity}")
        messages = self._things.of(MESSAGE, identity)
        if len(messages) != 1:
            raise ValueError(f"the sandbox sends campaigns of one message; {identity} has {len(messages)}")
        if messages[0].definition["status"] != "draft":
            raise ValueError(f"the campaign {identity} is {messages[0].definition['status']} already")
        variations = self._things.of(VARIATION, messages[0].id)
        if any(not each.definition["details"].get(part) for each in variations for part in ("subject", "template_id", "from_email")):
            raise ValueError(f"a variation of {identity} has no subject, template or sender")  # guess: Klaviyo would not send it either
        return messages[0], variations

    def _recipients(self, message: Thing) -> list[str]:
        """Return the emails of the audience, without the excluded groups and without those who may not be mailed (documented)."""
        audience = self._things.find(AUDIENCE, message.audience).definition
        included, excluded = (
            set[int]().union(*(self._members(group) for group in audience[name] or ())) for name in ("included", "excluded")
        )
        people = self._world.counting.profiles()
        return [people[row].attributes["email"] for row in sorted(included - excluded) if can_receive(people[row])]

    def _members(self, group: str) -> set[int]:
        store, now = self._world.store, self._world.now()
        if found := store.one("select row from lists where id = ?", group):
            return set(store.members(found["row"]))
        found = store.one("select * from segments where id = ?", group)
        if found is None:
            raise ValueError(f"there is no list or segment {group} any more")
        if not found["is_active"]:  # documented: KHC 360015118592
            raise ValueError(f"the segment {group} is inactive and cannot be sent to")
        return set(self._world.counting.members(json.loads(found["definition"]), now))

    def _note(self, outcome: Outcome) -> None:
        """Change what a send changes: the message's status, and whom may be mailed (a complaint suppresses: sheet 2.3)."""
        now, message, store = outcome.at, outcome.message, self._world.store
        options = {**(message.definition.get("send_options") or {}), "send_time": iso(now)}
        self._things.change(message, {**message.definition, "status": "sent", "send_options": options})
        gone = [(now, each.recipient) for each in outcome.sent if each.unsubscribed]
        store.run("update profiles set consent = 'UNSUBSCRIBED', consent_at = ? where email = ?", gone)
        angry = [(now, each.recipient) for each in outcome.sent if each.complained]
        store.run("update profiles set suppressed_at = ? where email = ? and suppressed_at is null", angry)
        store.profiles_version += 1


def _rates(given: Sequence[Mapping[str, float]], variations: int) -> list[Rates]:
    if len(given) != variations:
        raise ValueError(f"the campaign has {variations} variations, and rates were given for {len(given)}")
    try:
        return [rates(each) for each in given]
    except TypeError as error:
        raise ValueError(f"rates are open, click, order, unsubscribe, complaint and bounce ({error})") from error


def _sent(people: Sequence[str], true: Sequence[Rates], seed: int, test: Mapping[str, Any] | None) -> tuple[Sent, ...]:
    """Return what each of *people* did: those who take part and, when there is a rest, those who were sent the winner."""
    if len(true) == 1:
        return send(people, true, seed)
    if not test or test.get("winner_percentage") is None:  # unverified: what Klaviyo does with several variations and no ab_test
        raise ValueError("the message has several variations and no ab_test")
    rest = test["winner_percentage"]
    if rest and not test.get("winner_metric"):
        raise ValueError("the message's ab_test has no winner_metric")
    sent = send(people, true, seed, share=(100 - rest) / 100)
    if not rest:
        return sent
    winner = _winner(sent, len(true), COUNTED[test["winner_metric"]])
    return (*(each for each in sent if each.arm is not None), *send_rest(sent, winner, true[winner], seed))


def _winner(sent: Sequence[Sent], arms: int, counts: Callable[[Sent], bool]) -> int:
    """Return the variation with the best rate per delivered email; of equals the first (guess)."""

    def rate(arm: int) -> float:
        delivered = [each for each in sent if each.arm == arm and not each.bounced]
        return sum(map(counts, delivered)) / len(delivered) if delivered else 0.0

    return max(range(arms), key=rate)
