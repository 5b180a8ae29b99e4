"""What the sandbox holds, as it reads it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from franca.sandbox.sending import Sent


@dataclass(frozen=True, kw_only=True)
class Audience:
    """One list; the id is ten hexadecimal characters."""

    id: str = "a1b2c3d4e5"
    name: str = "Customers"


@dataclass(frozen=True, kw_only=True)
class Account:
    """One Mailchimp account.

    Attributes:
        timezone: IANA name; days of conditions are cut in it while `mailchimp.days-in-account-zone` holds.
        fields: how many merge fields an audience may have, defaults included (reported: 30, or 80 on Premium).
        conditions: how many conditions a segment may have; None is without limit. Whether the server enforces a plan's limit of 5
            is not documented.
        multivariate: whether the plan tests several variables at once (Premium).
    """

    id: str = "8d3a3db4d97663a9074efcc16"
    name: str = "Franca sandbox"
    timezone: str = "UTC"
    audiences: tuple[Audience, ...] = (Audience(),)
    fields: int = 30
    conditions: int | None = None
    multivariate: bool = False

    def renamed(self, audience: str) -> Account:
        """Return the account with another name of its first audience."""
        first, *more = self.audiences
        return replace(self, audiences=(replace(first, name=audience), *more))


def numbered(number: int) -> Account:
    """Return an example account: 1 is the default one; others have other ids."""
    if number == 1:
        return Account()
    return Account(id=f"{Account.id[:-2]}{number:02x}", audiences=(Audience(id=f"{Audience.id[:-2]}{number:02x}"),))


@dataclass(frozen=True, kw_only=True)
class MergeField:
    """One audience field; *spec* is what the API shows besides the ids."""

    merge_id: int
    tag: str
    type: str
    spec: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One contact of one audience.

    Attributes:
        country: two letters, as Mailchimp tells it from addresses of the network; empty when that is unknown.
        values: merge id → canonical text, without an entry for a blank field.
    """

    id: int
    email: str
    hash: str
    status: str
    created: datetime
    opted: datetime | None
    changed: datetime
    language: str
    vip: bool
    rating: int
    source: str
    country: str
    values: Mapping[int, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Purchase:
    """One order, whoever placed it."""

    email: str
    at: datetime
    total: Decimal
    products: int


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One saved segment, or one static segment (= tag), which has no *options*."""

    id: int
    name: str
    kind: str
    options: Mapping[str, Any] | None
    created: datetime
    updated: datetime


@dataclass(frozen=True, kw_only=True)
class Template:
    """One template of the account; a deleted one is inactive (documented)."""

    id: int
    name: str
    html: str
    folder: str
    created: datetime
    edited: datetime
    active: bool


@dataclass(frozen=True, kw_only=True)
class Combination:
    """One arm of a test: indices of its variations, 0 for what is not tested."""

    id: str
    subject: int
    sender: int
    time: int
    content: int


@dataclass(frozen=True, kw_only=True)
class Child:
    """One of the hidden campaigns that a test is sent as, or a plain campaign itself; *combination* is the index of its arm."""

    id: str
    combination: int
    recipients: int


@dataclass(frozen=True, kw_only=True)
class Sending:
    """When a campaign was sent, and as what; the *winner* is None when nobody was left to be sent it."""

    at: datetime
    arms: tuple[Child, ...]
    winner: Child | None = None

    @property
    def children(self) -> tuple[Child, ...]:
        """Every campaign that has a report."""
        apart = self.winner is not None and self.winner.id not in {arm.id for arm in self.arms}
        return (*self.arms, self.winner) if self.winner and apart else self.arms

    @property
    def recipients(self) -> int:
        """How many it went to in all."""
        return sum(arm.recipients for arm in self.arms) + (self.winner.recipients if self.winner else 0)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What became of one recipient, by the hash of the *member*; *hard* is a bounce for good."""

    child: str
    member: str
    sent: Sent
    hard: bool


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many of those whom a campaign was sent to did what."""

    sent: int
    bounced: int
    hard: int
    opened: int
    clicked: int
    ordered: int
    unsubscribed: int
    complained: int
    revenue: Decimal


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """One campaign: a draft unless it was sent.

    Attributes:
        number: the `web_id`.
        id: ten hexadecimal characters.
        body: what was set: type, content_type, settings, tracking, variate_settings (None unless it is a test), and recipients with the
            `segment_opts` that apply, None for everybody.
        content: html and plain_text, or variate_contents.
        sent: None for a draft.
    """

    number: int
    id: str
    created: datetime
    body: Mapping[str, Any]
    content: Mapping[str, Any]
    sent: Sending | None = None
