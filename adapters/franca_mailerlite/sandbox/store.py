"""What one account holds, in memory. Ids are texts of 17 and more digits, those of fields short (seen)."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from franca.sandbox import Clock

STATUSES = ("active", "unsubscribed", "unconfirmed", "bounced", "junk")  # documented
FIRST_ID = 107_641_591_725_819_839
DEFAULT_FIELDS = ("name", "last_name", "company", "country", "city", "phone", "state", "z_i_p")  # seen


class Ids:
    """Ids of people in the order in which they were given; as many digits each, so that their texts sort as their numbers do."""

    def __init__(self) -> None:
        self._ids: list[str] = []

    def __contains__(self, identity: str) -> bool:
        """Return whether it is there."""
        place = bisect_left(self._ids, identity)
        return place < len(self._ids) and self._ids[place] == identity

    def __iter__(self) -> Iterator[str]:
        """Yield all, the oldest first."""
        return iter(self._ids)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._ids)

    def add(self, identity: str) -> None:
        """Put one in, where it is not there yet."""
        if identity not in self:
            insort(self._ids, identity)

    def discard(self, identity: str) -> None:
        """Take one out, where it is there."""
        if identity in self:
            del self._ids[bisect_left(self._ids, identity)]

    def newest(self, after: str | None = None) -> Iterator[str]:
        """Yield all, the newest first (seen), or those that come after one."""
        start = len(self._ids) if after is None else bisect_left(self._ids, after)
        return (self._ids[place] for place in range(start - 1, -1, -1))


@dataclass(kw_only=True)
class Field:
    """One field of the account; *key* is what subscribers hold it by."""

    id: str
    name: str
    key: str
    type: str
    default: bool = False


@dataclass(kw_only=True)
class Group:
    """One group: a static list; *counts* are of its members by status when groups were last listed (guess: they may lag)."""

    id: str
    name: str
    created_at: str
    members: Ids = field(default_factory=Ids)
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(kw_only=True)
class Segment:
    """One segment that somebody made by hand; *where* is what they had in mind: values that fields must have."""

    id: str
    name: str
    created_at: str
    where: Mapping[str, Any]

    def holds(self, person: Subscriber) -> bool:
        """Return whether somebody is in it."""
        return all(person.fields.get(key) == value for key, value in self.where.items())


@dataclass(kw_only=True)
class Subscriber:
    """Somebody whom the account holds."""

    id: str
    email: str
    status: str
    created_at: str
    updated_at: str
    fields: dict[str, Any] = field(default_factory=dict)


class Store:
    """Everything, by id."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._last = clock, 0
        self.fields: dict[str, Field] = {}
        self.groups: dict[str, Group] = {}
        self.segments: dict[str, Segment] = {}
        self.people: dict[str, Subscriber] = {}
        self.order = Ids()
        self.emails: dict[str, str] = {}
        for number, key in enumerate(DEFAULT_FIELDS, start=1):
            name = "Zip" if key == "z_i_p" else key.replace("_", " ").capitalize()
            self.fields[str(number)] = Field(id=str(number), name=name, key=key, type="text", default=True)

    def new_id(self, *, short: bool = False) -> str:
        """Return an id that was never given."""
        self._last += 1
        return str(947_000 + self._last if short else FIRST_ID + self._last)

    def present(self) -> datetime:
        """Return the clock's present."""
        return self._clock.now()

    def now(self) -> str:
        """Return the present as MailerLite writes it: UTC without a zone (seen)."""
        return stamp(self.present())

    def by_key(self, key: str) -> Field | None:
        """Return the field of a key."""
        return next((each for each in self.fields.values() if each.key == key), None)

    def put(self, person: Subscriber) -> None:
        """Take somebody in."""
        self.people[person.id], self.emails[person.email] = person, person.id
        self.order.add(person.id)

    def drop(self, person: Subscriber) -> None:
        """Let go of somebody, who is in no group any more."""
        for group in self.groups.values():
            group.members.discard(person.id)
        self.order.discard(person.id)
        del self.people[person.id], self.emails[person.email]

    def groups_of(self, person: Subscriber) -> list[Group]:
        """Return the groups that somebody is in."""
        return [group for group in self.groups.values() if person.id in group.members]


def stamp(moment: datetime) -> str:
    """Return an instant as MailerLite writes it."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")
