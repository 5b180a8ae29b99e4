"""Members of static segments. Only addresses of contacts that were read go out; an unknown one is reported, never created."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from franca.adapter import Contact, Remote, Resource, TerminalError, Written
from franca_mailchimp.audience import Audience
from franca_mailchimp.capabilities import MEMBERS_BATCH
from franca_mailchimp.client import Operation
from franca_mailchimp.errors import without_people
from franca_mailchimp.people import members
from franca_mailchimp.segments import ALL

WRITE = Operation("write segment members", "lists", "batch_segment_members")

Batch = Sequence[Contact]


def write_members(audience: Audience, remote: Remote, add: Batch, remove: Batch) -> Iterator[Written]:
    """Put *add* in and take *remove* out, 500 each a call."""
    for coming, leaving in zip_longest(_batches(add, MEMBERS_BATCH), _batches(remove, MEMBERS_BATCH), fillvalue=()):
        yield _written(audience, remote, coming, leaving)


def _batches(rows: Batch, size: int) -> Iterator[Batch]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _written(audience: Audience, remote: Remote, add: Batch, remove: Batch) -> Written:
    lists = {"members_to_add": [each.email for each in add], "members_to_remove": [each.email for each in remove]}
    # The SDK takes the body first here, unlike everywhere else (sheet section 7.2).
    answer = audience.client.call(WRITE, {key: emails for key, emails in lists.items() if emails}, audience.id, remote.id)
    reasons = _reasons(answer.get("errors") or (), {each.email for each in (*add, *remove)})
    staying = _still_inside(audience, remote, {each.email for each in remove} & reasons.keys())
    rejected = [each.email for each in add if each.email in reasons] + sorted(staying)
    return Written(
        added=tuple(each.email for each in add if each.email not in reasons),
        removed=tuple(each.email for each in remove if each.email not in staying),
        rejected=tuple((email, reasons[email]) for email in rejected),
    )


def _reasons(errors: Iterable[Mapping[str, Any]], ours: set[str]) -> dict[str, str]:
    """Return the reason for each address that was rejected; status 200 does not say that all went well.

    Raises:
        TerminalError: a reason is given for nobody of ours, so that what happened to whom cannot be told.
    """
    found: dict[str, str] = {}
    for error in errors:
        reason = without_people(str(error.get("error") or "rejected"))
        emails = {str(email).strip().lower() for email in error.get("email_addresses") or ()} & ours
        if not emails:
            raise TerminalError(f"Mailchimp: {WRITE.words}: {reason}", operation=WRITE.words)
        found |= dict.fromkeys(emails, reason)
    return found


def _still_inside(audience: Audience, remote: Remote, doubtful: set[str]) -> set[str]:
    """Return who is a member though they should have left: leaving twice is reported as an error too (guess), and is none."""
    if not doubtful:
        return set()
    tag = Resource(kind=remote.kind, key="", title="", counted=ALL)
    return {each.email for each in members(audience, remote, tag)} & doubtful
