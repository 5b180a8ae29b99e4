"""`/contacts/lists/{listId}/contacts`: reading, adding and removing members."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_brevo.sandbox.errors import invalid, missing
from franca_brevo.sandbox.folders import Folders
from franca_brevo.sandbox.people import People
from franca_brevo.sandbox.processes import Processes
from franca_brevo.sandbox.reading import body_of, id_of, instant_arg, is_id, page_of
from franca_brevo.sandbox.store import Store, array

MOST = 150  # documented
REMOVE_ALL = "REMOVE_LIST_CONTACTS"  # guess: the published names of processes have none for this


class Members:
    """Who is in which list."""

    def __init__(self, store: Store, people: People, folders: Folders, processes: Processes) -> None:
        self._store, self._people, self._folders, self._processes = store, people, folders, processes
        self._lookups: Mapping[str, Callable[[Any], dict[Any, int]]] = {
            "emails": people.by_email,
            "ids": people.by_id,
            "extIds": people.by_ext_id,
        }

    def routes(self) -> Sequence[Route]:
        """Return the routes of list members."""
        members = "/v3/contacts/lists/{listId}/contacts"
        return (
            Route("GET", members, self._list, "getContactsFromList"),
            Route("POST", f"{members}/add", self._add, "addContactToList"),
            Route("POST", f"{members}/remove", self._remove, "removeContactFromList"),
        )

    def _list(self, call: Call) -> Reply:
        list_id = self._folders.require_list(id_of(call, "listId"))["id"]
        page = page_of(call, default=50, most=500)
        since = instant_arg(call, "modifiedSince") or ""
        source = "FROM members JOIN contacts ON id = contact_id WHERE list_id = ? AND modified_at >= ?"
        total = self._store.number(f"SELECT count(*) {source}", list_id, since)
        sql = f"SELECT contacts.* {source} ORDER BY id {page.order} LIMIT ? OFFSET ?"
        return Reply(body={"contacts": self._people.shown(self._store.rows(sql, list_id, since, page.limit, page.offset)), "count": total})

    def _add(self, call: Call) -> Reply:
        list_id = self._folders.require_list(id_of(call, "listId"))["id"]
        found, asked = self._named(body_of(call))
        members = self._among(list_id, found.values())
        success = [name for name in asked if name in found and found[name] not in members]
        if not success:
            # reported (APIv3-php-library#47, #92, #134, #191): one message for two opposite situations
            raise invalid("Contact already in list and/or does not exist")
        self._people.join([list_id], [found[name] for name in success])
        return _outcome(asked, success)

    def _remove(self, call: Call) -> Reply:
        list_id = self._folders.require_list(id_of(call, "listId"))["id"]
        body = body_of(call)
        if "all" in body:
            return self._remove_all(list_id, body)
        found, asked = self._named(body)
        members = self._among(list_id, found.values())
        success = [name for name in asked if found.get(name) in members]
        if not success:
            # reported (confirmed on staging 2026-08-20 by a third party)
            raise invalid("Contact already removed from list and/or does not exist")
        self._people.leave([list_id], [found[name] for name in success])
        return _outcome(asked, success)

    def _remove_all(self, list_id: int, body: Mapping[str, Any]) -> Reply:
        # documented: answers with the total and a process
        if body["all"] is not True or any(key in body for key in self._lookups):
            raise invalid("Either all, emails, ids or extIds should be passed")
        total = self._store.number("SELECT count(*) FROM members WHERE list_id = ?", list_id)
        process = self._processes.start(REMOVE_ALL, lambda _: self._empty(list_id))
        return Reply(status=201, body={"contacts": {"total": total, "processId": process}})

    def _empty(self, list_id: int) -> None:
        self._store.run("DELETE FROM members WHERE list_id = ?", list_id)

    def _named(self, body: Mapping[str, Any]) -> tuple[dict[Any, int], list[Any]]:
        """Return the ids of the contacts that exist, by what was asked for, and what was asked for."""
        given = [key for key in self._lookups if key in body]
        if len(given) != 1:
            raise invalid("Either emails, ids or extIds should be passed") if given else missing("emails, ids or extIds")
        names = body[given[0]]
        fits = is_id if given[0] == "ids" else lambda value: isinstance(value, str)
        if not isinstance(names, list) or not all(map(fits, names)):
            raise invalid(f"{given[0]} is invalid")
        if not names:
            raise missing(given[0])
        if len(names) > MOST:
            raise invalid(f"{given[0]} can hold {MOST} at most")  # documented limit; the answer is a guess
        asked = list(dict.fromkeys(names))
        return self._lookups[given[0]](asked), asked

    def _among(self, list_id: int, contacts: Any) -> set[int]:
        sql = "SELECT contact_id FROM members WHERE list_id = ? AND contact_id IN (SELECT value FROM json_each(?))"
        return {row["contact_id"] for row in self._store.rows(sql, list_id, array(contacts))}


def _outcome(asked: Sequence[Any], success: Sequence[Any]) -> Reply:
    done = set(success)
    # documented by the schema, with the wrapper `contacts` that the contract's example lacks; a partly valid batch is a success (reported)
    return Reply(status=201, body={"contacts": {"success": list(success), "failure": [name for name in asked if name not in done]}})
