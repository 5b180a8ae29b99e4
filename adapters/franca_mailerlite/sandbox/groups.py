"""`/groups`: static lists, and who is in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_mailerlite.sandbox.errors import absent, body_of, invalid
from franca_mailerlite.sandbox.pages import by_cursor, numbered, status_of
from franca_mailerlite.sandbox.people import People
from franca_mailerlite.sandbox.store import STATUSES, Group, Store

LONGEST_NAME = 255  # documented


class Groups:
    """The calls on groups."""

    def __init__(self, store: Store, people: People, assumptions: Mapping[str, bool]) -> None:
        self._store, self._people, self._assumptions = store, people, assumptions

    def routes(self) -> Sequence[Route]:
        """Return the routes."""
        one, member = "/api/groups/{group}", "/api/subscribers/{subscriber}/groups/{group}"
        return (
            Route("GET", "/api/groups", self._list, "listGroups"),
            Route("POST", "/api/groups", self._create, "createGroup"),
            Route("PUT", one, self._update, "updateGroup"),
            Route("DELETE", one, self._delete, "deleteGroup"),
            Route("GET", f"{one}/subscribers", self._members, "listGroupSubscribers"),
            Route("POST", member, self._assign, "assignSubscriber"),
            Route("DELETE", member, self._unassign, "unassignSubscriber"),
        )

    def _find(self, call: Call) -> Group:
        found = self._store.groups.get(call.params["group"])
        if found is None:
            raise absent("Group\\Group", call.params["group"])
        return found

    def _list(self, call: Call) -> Reply:
        wanted = (call.arg("filter[name]") or "").lower()  # documented: a part of the name
        found = [group for group in self._store.groups.values() if wanted in group.name.lower()]
        for group in found:
            group.counts = Counter(self._store.people[each].status for each in group.members)
        return numbered(call, [self._shown(group) for group in found])

    def _create(self, call: Call) -> Reply:
        name = self._name(call)
        taken = any(group.name == name for group in self._store.groups.values())
        if taken and self._assumptions["mailerlite.names-unique"]:
            raise invalid("name", "The name has already been taken.")
        group = Group(id=self._store.new_id(), name=name, created_at=self._store.now())
        self._store.groups[group.id] = group
        return Reply(status=201, body={"data": self._shown(group)})

    def _update(self, call: Call) -> Reply:
        group = self._find(call)
        group.name = self._name(call)
        return Reply(body={"data": self._shown(group)})

    def _delete(self, call: Call) -> Reply:
        del self._store.groups[self._find(call).id]
        return Reply(status=204)

    def _members(self, call: Call) -> Reply:
        group = self._find(call)
        status = status_of(call, "active")  # documented: the default hides all others
        return by_cursor(call, self._store, group.members, lambda person: person.status == status, self._people.shown, default=50)

    def _assign(self, call: Call) -> Reply:
        person, group = self._people.find(call.params["subscriber"]), self._find(call)
        group.members.add(person.id)
        return Reply(body={"data": self._shown(group)})  # seen: 200 with the group

    def _unassign(self, call: Call) -> Reply:
        person, group = self._people.find(call.params["subscriber"]), self._find(call)
        group.members.discard(person.id)  # guess: nobody complains about who is not in it
        return Reply(status=204)

    def _name(self, call: Call) -> str:
        name = body_of(call.body).get("name")
        if not isinstance(name, str) or not name.strip():
            raise invalid("name", "The name field is required.")
        if len(name) > LONGEST_NAME:
            raise invalid("name", "The name may not be greater than 255 characters.")
        return name

    def _shown(self, group: Group) -> dict[str, Any]:
        rate = {"float": 0, "string": "0%"}
        counts = {f"{status}_count": group.counts[status] for status in STATUSES}
        sends = {"sent_count": 0, "opens_count": 0, "open_rate": rate, "clicks_count": 0, "click_rate": rate}
        return {"id": group.id, "name": group.name, **counts, **sends, "created_at": group.created_at}
