"""Writing members and values: 50 calls a batch, each on somebody named by id, so that nobody is created and no consent is touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from franca.adapter import Contact, TerminalError, Written
from franca_mailerlite.client import Answer, Client, Part, Row, batched
from franca_mailerlite.people import People, held

GONE = "MailerLite does not hold this person any more"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One call of a batch.

    Attributes:
        stands: whether it is so, given somebody as read by id; None is gone.
        told: whether the answer itself shows somebody, so that it is looked at.
    """

    contact: Contact
    part: Part
    stands: Callable[[Row | None], bool]
    told: bool = False

    def proven(self, answer: Answer) -> bool:
        """Whether the answer alone says that it is so."""
        return answer.done and (not self.told or self.stands(answer.data))


class Writing:
    """Adds to groups, takes from them, and writes fields."""

    def __init__(self, client: Client, people: People) -> None:
        self._client, self._people = client, people

    def members(self, group: str, add: Sequence[Contact], remove: Sequence[Contact]) -> Iterator[Written]:
        """Put *add* in and take *remove* out, yielding after each batch."""
        for batch in batched(add):
            refused = self._write("add group members", [_joins(group, contact) for contact in batch])
            yield Written(added=_done(batch, refused), rejected=tuple(refused.items()))
        for batch in batched(remove):
            refused = self._write("remove group members", [_leaves(group, contact) for contact in batch])
            yield Written(removed=_done(batch, refused), rejected=tuple(refused.items()))

    def values(self, key: str, values: Sequence[tuple[Contact, str]]) -> Iterator[Written]:
        """Write the field *key*, yielding after each batch."""
        for batch in batched(values):
            refused = self._write("write a field", [_holds(key, contact, value) for contact, value in batch])
            yield Written(added=_done([contact for contact, _ in batch], refused), rejected=tuple(refused.items()))

    def _write(self, operation: str, steps: Sequence[Step]) -> dict[str, str]:
        """Do *steps*; return the emails of those that came to nothing, with the reason. What an answer leaves open is looked at.

        Raises:
            TerminalError: not one of them could be done.
        """
        answers = self._client.batch(operation, [step.part for step in steps])
        doubtful = [(step, answer) for step, answer in zip(steps, answers, strict=True) if not step.proven(answer)]
        rows = self._people.rows([step.contact for step, _ in doubtful]) if doubtful else []
        failed = [(step, answer, row) for (step, answer), row in zip(doubtful, rows, strict=True) if not step.stands(row)]
        still_there = [answer for _, answer, row in failed if row is not None]
        if len(still_there) == len(steps):
            first = still_there[0]
            raise TerminalError(f"MailerLite: {operation}: {_why(first)}", operation=operation, status=first.code)
        return {
            step.contact.email: GONE if row is None else f"MailerLite did not {operation}: {_why(answer)}" for step, answer, row in failed
        }


def _why(answer: Answer) -> str:
    return answer.said if not answer.done else "it said nothing, and it is not so"


def _done(batch: Sequence[Contact], refused: dict[str, str]) -> tuple[str, ...]:
    return tuple(contact.email for contact in batch if contact.email not in refused)


def _joins(group: str, contact: Contact) -> Step:
    path = f"/subscribers/{contact.id}/groups/{group}"
    return Step(contact=contact, part=Part(method="POST", path=path), stands=lambda row: row is not None and group in _groups(row))


def _leaves(group: str, contact: Contact) -> Step:
    path = f"/subscribers/{contact.id}/groups/{group}"
    return Step(contact=contact, part=Part(method="DELETE", path=path), stands=lambda row: row is None or group not in _groups(row))


def _holds(key: str, contact: Contact, value: str) -> Step:
    # By id and not by upsert, which makes whoever was deleted meanwhile. `groups` is never named: it would replace them (reported).
    part = Part(method="PUT", path=f"/subscribers/{contact.id}", body={"fields": {key: value}})
    return Step(contact=contact, part=part, stands=lambda row: row is not None and held(row, key) == value, told=True)


def _groups(row: Row) -> set[str]:
    return {str(group.get("id")) for group in row.get("groups") or ()}
