"""Deleting a person for good, on request: `POST /data-privacy-deletion-jobs`, answered at once and done later."""

from __future__ import annotations

from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_klaviyo.sandbox import checks
from franca_klaviyo.sandbox.checks import shape
from franca_klaviyo.sandbox.errors import invalid
from franca_klaviyo.sandbox.world import World, attributes_of, ok

PATH = "/api/data-privacy-deletion-jobs"
IDENTIFIERS = ("id", "email", "phone_number")
_PROFILE = "/data/attributes/profile/data"


class Erasure:
    """The requests of one account."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._store = world.store
        self._due: list[tuple[float, str, str]] = []

    def routes(self) -> list[Route]:
        """Return the one route."""
        return [Route("POST", PATH, self._create, "request_profile_deletion")]

    def _create(self, call: Call) -> Reply:
        profile = attributes_of(call, "data-privacy-deletion-job", {"profile": checks.object_})["profile"]
        shape(profile, "/data/attributes/profile", {"data": checks.object_})
        data = profile["data"]
        shape(data, _PROFILE, {"type": checks.one_of("profile"), "attributes": checks.object_}, {"id": checks.text_or_null})
        shape(data["attributes"], f"{_PROFILE}/attributes", {}, dict.fromkeys(IDENTIFIERS[1:], checks.text_or_null))
        given = {name: value for name, value in {**data["attributes"], "id": data.get("id")}.items() if value is not None}
        if len(given) != 1:  # documented of several; of none a guess
            raise invalid("Exactly one of id, email and phone_number must be given.")
        ((name, value),) = given.items()
        self._due.append((self._world.clock.ticks() + self._world.import_seconds, name, value))
        return ok(None, 202)  # documented: nothing tells whether there is such a profile

    def settle(self) -> None:
        """Do the deletions that are due; called before every request."""
        due = [each for each in self._due if each[0] <= self._world.clock.ticks()]
        for each in due:
            self._due.remove(each)
            for row in self._matching(*each[1:]):
                self._store.remove_profile(row)

    def _matching(self, name: str, value: str) -> list[Any]:
        if name == "phone_number":
            profiles = self._world.counting.profiles().values()
            return [profile.row for profile in profiles if profile.attributes.get(name) == value]
        column = {"id": "id", "email": "lower(email)"}[name]
        found = self._store.all(f"select row from profiles where {column} = ?", value if name == "id" else value.lower())  # noqa: S608 - our own column names
        return [row["row"] for row in found]
