"""What would have happened had somebody sent a campaign in Brevo's own pages. No call of the API does that here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from franca.sandbox.sending import Rates, Sent, rates, send, send_rest
from franca_brevo.sandbox.abtests import HALVES
from franca_brevo.sandbox.attributes import Attributes
from franca_brevo.sandbox.emails import body_of_row
from franca_brevo.sandbox.filters import condition
from franca_brevo.sandbox.people import People
from franca_brevo.sandbox.segments import Segments
from franca_brevo.sandbox.store import Store, array

KEYS = {"campaign", "seed", "arms"}


class Sending:
    """Sends drafts, and keeps what became of each recipient."""

    def __init__(self, store: Store, people: People, attributes: Attributes, segments: Segments, assumptions: Mapping[str, bool]) -> None:
        self._store, self._people, self._attributes, self._segments = store, people, attributes, segments
        self._assumptions = assumptions

    def send(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Send a draft: `{"campaign": id, "seed": number, "arms": [rates, …]}`; return how many emails each arm was, and how many arrived.

        Raises:
            ValueError: there is no such draft, it has another number of arms, or nobody would get it; nothing was sent.
        """
        if set(data) != KEYS:
            raise ValueError(f"a send has the keys {', '.join(sorted(KEYS))}")
        row = self._draft(data["campaign"])
        body, arms = body_of_row(row), _arms(data["arms"])
        wanted = 2 if body.get("abTesting") else 1
        if len(arms) != wanted:
            raise ValueError(f"campaign {row['id']} has {wanted} arms, and rates were given for {len(arms)}")
        recipients = self._recipients(body.get("recipients") or {})
        if not recipients:
            raise ValueError(f"campaign {row['id']} has no recipients")
        test, rest = self._fates(body, list(recipients), arms, int(data["seed"]))
        self._keep(row["id"], recipients, test, rest)
        return {"arms": [_tally(number, (*test, *rest)) for number in range(wanted)]}

    def _draft(self, campaign: object) -> sqlite3.Row:
        known = isinstance(campaign, (int, str)) and str(campaign).isdecimal()
        row = self._store.row("SELECT * FROM campaigns WHERE id = ?", int(str(campaign))) if known else None
        if row is None:
            raise ValueError(f"there is no campaign {campaign}")
        if row["status"] != "draft":
            raise ValueError(f"campaign {campaign} was sent already")
        return row

    # -- recipients

    def _recipients(self, audience: Mapping[str, Sequence[int]]) -> dict[str, int]:
        """Return email → contact: of the lists and segments included, without those excluded (guess: unions) and the blocklisted.

        Documented: blocklisted contacts get no campaign (help.brevo.com 209458705).
        """
        included = self._inside(audience.get("lists", ()), audience.get("segments", ()))
        excluded = self._inside(audience.get("exclusionLists", ()), audience.get("exclusionSegments", ()))
        sql = "SELECT id, email FROM contacts WHERE NOT email_blacklisted AND id IN (SELECT value FROM json_each(?)) ORDER BY id"
        return {row["email"]: row["id"] for row in self._store.rows(sql, array(included - excluded))}

    def _inside(self, lists: Sequence[int], segments: Sequence[int]) -> set[int]:
        sql = "SELECT DISTINCT contact_id FROM members WHERE list_id IN (SELECT value FROM json_each(?))"
        members = {row["contact_id"] for row in self._store.rows(sql, array(lists))}
        return members.union(*(self._of_segment(each) for each in segments))

    def _of_segment(self, segment: int) -> set[int]:
        text = self._segments.filter_of(segment)
        if text is None:
            return set()
        where, values = condition(text, self._attributes.known())
        return {row["id"] for row in self._store.rows(f"SELECT id FROM contacts WHERE {where}", *values)}  # noqa: S608 - our own conditions

    # -- what becomes of them

    def _fates(
        self, body: Mapping[str, Any], recipients: Sequence[str], arms: Sequence[Rates], seed: int
    ) -> tuple[tuple[Sent, ...], tuple[Sent, ...]]:
        """Return those of the test, or of a plain campaign, and those who were sent the winner."""
        rule = body.get("splitRule", HALVES)
        dealt = tuple(self._dealt(send(recipients, self._weighted(arms), seed, self._share(rule))))
        test = tuple(each for each in dealt if each.arm is not None)
        if len(test) == len(dealt):
            return test, ()
        winner = _winner(test, body["winnerCriteria"])
        return test, send_rest(dealt, winner, arms[winner], seed)

    def _share(self, rule: int) -> float:
        per_version = rule == HALVES or self._assumptions["brevo.split-rule-per-version"]
        return rule * (2 if per_version else 1) / 100

    def _weighted(self, arms: Sequence[Rates]) -> Sequence[Rates]:
        """Return the arms as they are dealt in turn; where halves are not even, the second one is dealt twice."""
        return arms if self._assumptions["brevo.test-splits-evenly"] else (*arms, *arms[1:])

    def _dealt(self, sent: Sequence[Sent]) -> Iterator[Sent]:
        yield from (replace(each, arm=min(each.arm, 1)) if each.arm is not None else each for each in sent)

    # -- what is kept

    def _keep(self, campaign: int, recipients: Mapping[str, int], test: Sequence[Sent], rest: Sequence[Sent]) -> None:
        """Store every recipient's fate; documented: unsubscribing, complaining and a hard bounce blocklist (help.brevo.com 209458705)."""
        fates = [_Fate(recipients[each.recipient], each, waited) for waited, sent in ((False, test), (True, rest)) for each in sent]
        sql = "INSERT INTO sends VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        self._store.many(sql, ((campaign, *fate.columns()) for fate in fates))
        for fate in fates:
            if fate.blocks:
                self._people.blocklist(fate.contact, email=True)
        now = self._store.now()
        self._store.run("UPDATE campaigns SET status = 'sent', sent_at = ?, modified_at = ? WHERE id = ?", now, now, campaign)


class _Fate(NamedTuple):
    contact: int
    sent: Sent
    waited: bool

    @property
    def hard(self) -> bool:
        """Whether it bounced for good: one half does, by the contact's id."""
        return self.sent.bounced and self.contact % 2 == 1

    @property
    def blocks(self) -> bool:
        return self.hard or self.sent.unsubscribed or self.sent.complained

    def columns(self) -> tuple[Any, ...]:
        """Return a row of `sends`, without the campaign; every second one opens twice, every third one clicks twice."""
        views = self.sent.opened * (1 + self.contact % 2)
        clicks = self.sent.clicked * (2 if self.contact % 3 == 0 else 1)
        bounced = self.hard, self.sent.bounced and not self.hard
        seen = self.sent.opened, views, self.sent.clicked, clicks
        return self.contact, self.sent.arm, self.waited, *bounced, *seen, self.sent.unsubscribed, self.sent.complained


def _arms(given: object) -> list[Rates]:
    if not isinstance(given, list) or not all(isinstance(each, Mapping) for each in given):
        raise ValueError("arms is a list of rates, one for each arm")
    try:
        return [rates(each) for each in given]
    except TypeError as error:
        raise ValueError(f"unknown or unfit rates: {error}") from None


def _winner(test: Sequence[Sent], criterion: str) -> int:
    """Return the arm with the better rate of people who clicked or opened, of those whom it reached; a tie sends the first (guess)."""

    def rate(arm: int) -> float:
        reached = [each for each in test if each.arm == arm and not each.bounced]
        did = [each for each in reached if (each.clicked if criterion == "click" else each.opened)]
        return len(did) / len(reached) if reached else 0.0

    return 1 if rate(1) > rate(0) else 0


def _tally(arm: int, sent: Sequence[Sent]) -> dict[str, int]:
    of_arm = [each for each in sent if each.arm == arm]
    return {"sent": len(of_arm), "delivered": sum(not each.bounced for each in of_arm)}
