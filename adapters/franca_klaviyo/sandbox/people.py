"""Profiles as they are read: all of them, or the members of a list or segment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_klaviyo.sandbox.conditions import can_receive
from franca_klaviyo.sandbox.errors import not_interpreted
from franca_klaviyo.sandbox.index import Profile
from franca_klaviyo.sandbox.query import Clause, Key, Sorted, chosen, page, parse_filter, sorting, sparse
from franca_klaviyo.sandbox.times import iso
from franca_klaviyo.sandbox.world import World, document, linkage, ok, resource

PATH = "/api/profiles"
DEFAULT, MOST = 20, 100  # documented: page[size]
EQUAL = ("any", "equals")
# Guess: identifiers compare exactly as they are stored; emails also in lower case, by the assumption klaviyo.emails-lower-case.
FILTERS: Mapping[str, Iterable[str]] = {
    **dict.fromkeys(("id", "email", "phone_number", "external_id"), EQUAL),
    **dict.fromkeys(("created", "updated"), ("greater-than", "less-than")),
}
MEMBER_FILTERS: Mapping[str, Iterable[str]] = {
    **dict.fromkeys(("profile_id", "email", "phone_number"), EQUAL),
    "joined_group_at": ("greater-or-equal", "greater-than", "less-or-equal", "less-than"),
}
NATIVE = ("email", "phone_number", "external_id", "first_name", "last_name", "organization", "locale", "title", "image")
PLACES = ("address1", "address2", "city", "country", "latitude", "longitude", "region", "zip", "timezone", "ip")


class People:
    """The profiles of one account."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._kept: tuple[Any, Any, Sorted] | None = None
        self._emails: tuple[Any, Mapping[str, Sequence[str]]] | None = None

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route("GET", PATH, self._list, "get_profiles"), Route("GET", f"{PATH}/{{id}}", self._get, "get_profile")]

    def _list(self, call: Call) -> Reply:
        clauses = parse_filter(call, FILTERS)
        by, descending = sorting(call, ("id", "created", "email", "updated"), "id")
        rows, profiles = self._world.store.profile_rows(), self._world.counting.profiles()
        if by == "id" and not clauses:
            keys: list[Key] = self._sorted(rows, rows, lambda: [(i, i) for i in rows])
        else:
            kept = [i for i in self._candidates(clauses, rows) if self._found(clauses, i, profiles[rows[i]])]
            # Instants are ISO text in one zone, so that text sorts as time.
            keys = [(i if by == "id" else profiles[rows[i]].attributes.get(by) or "", i) for i in kept]
        shown = page(call, keys, size=DEFAULT, maximum=MOST, descending=descending)
        data = [self._shown(call, identity, rows[identity]) for identity in shown.ids]
        return ok({"data": data, "links": shown.links})

    def _candidates(self, clauses: Sequence[Clause], rows: Mapping[str, int]) -> Iterable[str]:
        """Return the ids among which the filter's are: those with the emails that it names, in whatever case, or all."""
        named = next((clause.value for clause in clauses if clause.field == "email"), None)
        if named is None:
            return rows
        if self._emails is None or self._emails[0] is not rows:
            profiles, found = self._world.counting.profiles(), defaultdict(list)
            for identity, row in rows.items():
                found[(profiles[row].attributes.get("email") or "").lower()].append(identity)
            self._emails = (rows, found)
        emails = dict.fromkeys(email.lower() for email in ([named] if isinstance(named, str) else named))
        return [identity for email in emails for identity in self._emails[1].get(email, ())]

    def _found(self, clauses: Sequence[Clause], identity: str, profile: Profile) -> bool:
        emails = {profile.attributes.get("email")}
        if self._world.counting.assumed("klaviyo.emails-lower-case"):
            emails |= {email.lower() for email in emails if email}
        return any(_fits(clauses, profile, {"id": identity, "email": email}) for email in emails)

    def _get(self, call: Call) -> Reply:
        row = self._world.find("profiles", call.params["id"])
        return ok(document(call, self._shown(call, row["id"], row["row"])))

    def _shown(self, call: Call, identity: str, row: int, joined: Mapping[str, Any] | None = None) -> dict[str, Any]:
        more = chosen(call, "additional-fields[profile]", ("subscriptions", "predictive_analytics"))
        if "predictive_analytics" in more:
            raise not_interpreted("predictive analytics", "additional-fields[profile]")
        profile = self._world.counting.profiles()[row]
        attributes = {**_attributes(profile), **(joined or {})}
        if "subscriptions" in more:
            attributes["subscriptions"] = _subscriptions(profile)
        return resource(call, "profile", PATH, identity, sparse(call, "profile", attributes))

    # -- members

    def member_page(self, call: Call, joined: Mapping[int, float]) -> Reply:
        """Return one page of a group's profiles; *joined* is row → instant of joining."""
        rows, shown = self._members(call, joined)
        data = [self._shown(call, i, rows[i], {"joined_group_at": iso(joined[rows[i]])}) for i in shown.ids]
        return ok({"data": data, "links": shown.links})

    def member_ids_page(self, call: Call, joined: Mapping[int, float]) -> Reply:
        """Return one page of a group's profile ids."""
        _rows, shown = self._members(call, joined)
        return ok({"data": linkage("profile", shown.ids), "links": shown.links})

    def _members(self, call: Call, joined: Mapping[int, float]) -> tuple[dict[str, int], Any]:
        clauses = parse_filter(call, MEMBER_FILTERS)
        _by, descending = sorting(call, ("joined_group_at",), "joined_group_at")
        rows, profiles = self._world.store.profile_rows(), self._world.counting.profiles()
        inside = self._sorted(rows, joined, lambda: [(joined[row], i) for i, row in rows.items() if row in joined])
        keys = [key for key in inside if _fits(clauses, profiles[rows[key[1]]], _place(*key))] if clauses else inside
        return rows, page(call, keys, size=DEFAULT, maximum=MOST, descending=descending)

    def _sorted(self, rows: Any, joined: Any, keys: Callable[[], list[Key]]) -> Sorted:
        """Return keys in order, kept while the tables behind them are the same objects: the store makes new ones when they change."""
        if self._kept is None or self._kept[0] is not rows or self._kept[1] is not joined:
            self._kept = (rows, joined, Sorted(sorted(keys())))
        return self._kept[2]


def _place(joined: float, identity: str) -> dict[str, Any]:
    return {"profile_id": identity, "joined_group_at": joined}


def _fits(clauses: Sequence[Clause], profile: Profile, more: Mapping[str, Any]) -> bool:
    """Return whether a profile passes a filter; *more* are the fields that are not its own attributes."""
    return all(clause.holds(more[clause.field] if clause.field in more else _own(profile, clause.field)) for clause in clauses)


def _own(profile: Profile, name: str) -> Any:
    return getattr(profile, name) if name in ("created", "updated") else profile.attributes.get(name)


def _attributes(profile: Profile) -> dict[str, Any]:
    native = {name: profile.attributes.get(name) for name in NATIVE}
    location = {name: (profile.attributes.get("location") or {}).get(name) for name in PLACES}
    times = {name: profile.attributes.get(name) for name in ("created", "updated", "last_event_date")}
    return {**native, **times, "location": location, "properties": profile.properties}


def _subscriptions(profile: Profile) -> dict[str, Any]:
    suppressed = profile.suppressed_at is not None
    suppression = [{"reason": "USER_SUPPRESSED", "timestamp": iso(profile.suppressed_at)}] if suppressed else []
    marketing = {
        "can_receive_email_marketing": can_receive(profile),
        "consent": profile.consent,
        "consent_timestamp": iso(profile.consent_at),
        "last_updated": iso(profile.consent_at),
        "method": None,
        "method_detail": None,
        "custom_method_detail": None,
        "double_optin": None,
        "suppression": suppression,
        "list_suppressions": [],
    }
    return {"email": {"marketing": marketing}, "sms": None, "mobile_push": None}
