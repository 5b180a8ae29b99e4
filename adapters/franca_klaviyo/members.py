"""Members of lists and segments, and the values of marker fields.

Only ids of profiles that were read go out: no call here can create a profile, and none knows a word for consent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from franca.adapter import Contact, Remote, ResourceKind, TerminalError, TransientError, Written
from franca.adapter.jobs import LostJobError, OnJob, Rows, lost_if_unknown
from franca_klaviyo.capabilities import FIELDS_BATCH, MEMBERS_BATCH
from franca_klaviyo.client import Client, L, M, Operation
from franca_klaviyo.people import PAGE, contacts_of

ADD = Operation("add to list", "Lists", "add_profiles_to_list", M, answers=False)
REMOVE = Operation("remove from list", "Lists", "remove_profiles_from_list", M, answers=False)
# Repeating an import of the same values changes nothing more.
IMPORT = Operation("write marker", "Profiles", "bulk_import_profiles", M)
READ_IMPORT = Operation("read import", "Profiles", "get_bulk_import_profiles_job", M)
READ_IMPORTS = Operation("read imports", "Profiles", "get_bulk_import_profiles_jobs", M)
UNDER_WAY = 'any(status,["queued","processing"])'
READ_IMPORT_ERRORS = Operation("read import errors", "Profiles", "get_errors_for_bulk_import_profiles_job", M)
MEMBERS = {
    ResourceKind.SEGMENT: Operation("read segment members", "Segments", "get_profiles_for_segment", L),
    ResourceKind.LIST: Operation("read list members", "Lists", "get_profiles_for_list", L),
}

LONGEST_PAUSE, LONGEST_WORK = 15.0, 1_800.0
"""Seconds between two looks at asynchronous work, and until it counts as stuck."""


def wait_until(client: Client, what: str, done: Callable[[], bool]) -> None:
    """Look at asynchronous work ever less often until it is *done*.

    Raises:
        TransientError: it takes longer than half an hour.
    """
    pause, waited = 1.0, 0.0
    while not done():
        if waited >= LONGEST_WORK:
            raise TransientError(f"Klaviyo: {what} is still being processed", remedy="run the command again later")
        client.waiter.sleep(pause)
        waited, pause = waited + pause, min(pause * 2, LONGEST_PAUSE)


# -- lists


def members(client: Client, remote: Remote) -> Iterator[Contact]:
    """Yield the members of a list or segment that have an email."""
    return contacts_of(client.pages(MEMBERS[remote.kind], remote.id, page_size=PAGE, fields_profile=["email"]))


def write_members(client: Client, remote: Remote, add: Sequence[Contact], remove: Sequence[Contact]) -> Iterator[Written]:
    """Take *remove* out and put *add* in, 1,000 a call."""
    for batch in _batches(remove, MEMBERS_BATCH):
        gone, rejected = _related(client, REMOVE, remote, batch)
        yield Written(removed=gone, rejected=rejected)
    for batch in _batches(add, MEMBERS_BATCH):
        came, rejected = _related(client, ADD, remote, batch)
        yield Written(added=came, rejected=rejected)


Related = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]


def _related(client: Client, operation: Operation, remote: Remote, batch: Sequence[Contact]) -> Related:
    """Return the emails that were taken, and those that were not.

    One unknown id refuses the whole call; a profile that was merged or deleted since it was read is found by halving.
    """
    body = {"data": [{"type": "profile", "id": each.id} for each in batch]}
    try:
        client.call(operation, remote.id, body)
    except TerminalError as error:
        if error.status != 404:
            raise
        if len(batch) == 1:
            return (), ((batch[0].email, "Klaviyo no longer has this profile"),)
        middle = len(batch) // 2
        halves = [_related(client, operation, remote, part) for part in (batch[:middle], batch[middle:])]
        return halves[0][0] + halves[1][0], halves[0][1] + halves[1][1]
    return tuple(each.email for each in batch), ()


def _batches(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


# -- marker fields


def write_field(client: Client, remote: Remote, values: Rows, on_job: OnJob) -> Iterator[Written]:
    """Write a custom property of known profiles, 10,000 an import, each import awaited."""
    for batch in _batches(values, FIELDS_BATCH):
        job = _started(client, remote.id, batch)
        on_job(job, batch)
        yield finish(client, job, batch)


def clear_field(client: Client, field: str, contacts: Sequence[Contact]) -> None:
    """Take a custom property away from known profiles.

    Raises:
        TerminalError: some of them keep it, or the import was cancelled.
        TransientError: it takes longer than half an hour.
    """
    meta = {"patch_properties": {"unset": [field]}}
    for batch in _batches(contacts, FIELDS_BATCH):
        found = _awaited(client, _import(client, [{"id": each.id, "attributes": {}, "meta": meta} for each in batch]))
        if failed := int(found.get("failed_count") or 0):
            what = f"Klaviyo: {failed} profiles keep a value of {field}"
            raise TerminalError(what, remedy="run the command again", operation=IMPORT.words)


def finish(client: Client, job: str, rows: Rows) -> Written:
    """Wait until an import is done and return what became of *rows*, which are some of its rows, or none.

    Raises:
        LostJobError: it was cancelled, Klaviyo does not know it any more, or does not say whom it refused.
        TransientError: it takes longer than half an hour.
    """
    failed = int(_awaited(client, job).get("failed_count") or 0)
    rejected = _import_errors(client, job, failed, {each.id: each.email for each, _ in rows}) if failed and rows else ()
    refused = {email for email, _ in rejected}
    return Written(added=tuple(each.email for each, _ in rows if each.email not in refused), rejected=rejected)


def under_way(client: Client) -> Sequence[str]:
    """Return the ids of all imports that are not over yet."""
    return [str(job["id"]) for page in client.pages(READ_IMPORTS, filter=UNDER_WAY, page_size=PAGE) for job in page["data"]]


def _started(client: Client, field: str, batch: Rows) -> str:
    return _import(client, [{"id": each.id, "attributes": {"properties": {field: value}}} for each, value in batch])


def _import(client: Client, rows: Sequence[Mapping[str, Any]]) -> str:
    # Named by id alone: an import that names an email would create the profile if it has gone meanwhile.
    profiles = [{"type": "profile", **row} for row in rows]
    attributes = {"profiles": {"data": profiles}}
    return str(client.call(IMPORT, {"data": {"type": "profile-bulk-import-job", "attributes": attributes}})["data"]["id"])


def _awaited(client: Client, job: str) -> Mapping[str, Any]:
    found: dict[str, Any] = {}

    def done() -> bool:
        with lost_if_unknown():
            found.update(client.call(READ_IMPORT, job)["data"]["attributes"])
        return found["status"] in ("complete", "cancelled")

    wait_until(client, "the import", done)
    if found["status"] == "cancelled":
        raise LostJobError("Klaviyo: the import was cancelled", remedy="run the command again", operation=IMPORT.words)
    return found


def _import_errors(client: Client, job: str, failed: int, emails: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    errors = [error["attributes"] for page in client.pages(READ_IMPORT_ERRORS, job, page_size=PAGE) for error in page["data"]]
    named = [(str((error.get("original_payload") or {}).get("id") or ""), str(error.get("title") or "rejected")) for error in errors]
    by_id = {identity: reason for identity, reason in named if identity}
    if len(by_id) < failed:
        what = f"Klaviyo: {READ_IMPORT_ERRORS.words}: {failed} profiles were refused, and {len(by_id)} of them are named"
        raise LostJobError(what, remedy="run the command again", operation=READ_IMPORT_ERRORS.words)
    return tuple((emails[identity], reason) for identity, reason in by_id.items() if identity in emails)
