"""What an ESP's adapter is. A new ESP is one package with an `Adapter`, found by the entry-point group `franca.adapters`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from franca.adapter.capabilities import Capabilities, Limits
from franca.adapter.findings import Assessment, Assumption
from franca.adapter.resources import Address, Remote, Resource, ResourceKind, Snapshot
from franca.adapter.transport import Policy, Waiter
from franca.definitions import Campaign, Destination, Metric, Part, Project, Realisation, Segment, Template

if TYPE_CHECKING:  # a dialect is made for a site
    from franca.adapter.dialect import Dialect
    from franca.adapter.lifting import Lifter

PROTOCOL = 4

ABSENT = "-"
"""A marker's value for somebody who is in none of its segments. Not the empty string: Brevo's import skips empty values."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One key that a destination of this adapter may hold; *secret* ones are references (`env:NAME`)."""

    meaning: str
    required: bool = False
    secret: bool = False
    default: str | None = None


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where a compilation takes place: the checked project and the destination. No network, no credentials."""

    project: Project
    destination: Destination

    @cached_property
    def has_markers(self) -> bool:
        """Whether sync writes markers there: groups', or a segment's own."""
        name = self.destination.name
        own = (segment.realise.get(name) is Realisation.MARKER for segment in self.project.segments.values())
        return bool(self.destination.markers) or any(own)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One value of a marker: the segment that it stands for, and the native segment on that value."""

    segment: str
    key: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Marker:
    """A field written by sync: its value is the `segment` of the first choice that a person is in, else `ABSENT`.

    A group's marker has its segments by priority; a segment's own marker has itself alone.
    """

    key: str
    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, order=True)
class Contact:
    """Somebody whom the ESP holds: the normalised email (trimmed, lower-case) and the ESP's id."""

    email: str
    id: str


@dataclass(frozen=True, kw_only=True)
class Written:
    """What one batch did: the emails now in, the emails now out, and those the ESP rejected, with its reason."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    rejected: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Email:
    """A template in the ESP's language.

    Attributes:
        parts: subject, HTML (absent when the template is plain text), plain text and, when there is one, the preview text.
    """

    template: Template
    parts: Mapping[Part, str]


@dataclass(frozen=True, kw_only=True)
class Content:
    """Somebody's email as the ESP holds it; the subject is empty where it belongs to messages alone."""

    name: str
    html: str
    subject: str = ""


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One variant of a test, in the ESP's language."""

    key: str
    email: Email


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A campaign at one destination.

    Attributes:
        email: what is sent; the control's when there are *arms*.
        audience: the segment, tag or list that is the audience there.
        arms: the variants of the ESP's own A/B test, the control first, within the adapter's `testing`; empty for a plain draft.
    """

    campaign: Campaign
    email: Email
    audience: Address
    arms: tuple[Arm, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Testing:
    """What the ESP's own A/B tests can do; beyond it Franca splits the audience itself.

    Attributes:
        parts: those in which arms may differ.
        arms: at most so many.
        metrics: what the ESP can choose a winner by, when only a share of the audience takes part.
        counts: what it tells of each arm, in people, so that a test can be decided by it.
        shares: the smallest and the largest share of the audience that may take part, as fractions, when it is not everybody.
        source: where the vendor says so.
    """

    parts: frozenset[Part]
    arms: int
    metrics: frozenset[Metric]
    counts: frozenset[Metric]
    shares: tuple[Decimal, Decimal]
    source: str


@dataclass(frozen=True, kw_only=True)
class ArmResult:
    """What the ESP counted for one arm: people, not events; None is what it does not tell.

    Attributes:
        subject: as it was sent, to recognise the arm by.
        key: of the arm, where the ESP keeps it; empty otherwise.
        delivered: sent and not bounced.
        clicked: people who clicked at least once; *opened* and *ordered* likewise.
        revenue: attributed by the ESP, in its `Results.currency`.
    """

    subject: str
    sent: int
    delivered: int
    clicked: int
    opened: int | None = None
    ordered: int | None = None
    revenue: Decimal | None = None
    unsubscribed: int | None = None
    complained: int | None = None
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Results:
    """What the ESP counted for one campaign that was sent.

    Attributes:
        arms: in the order in which they were made; one for a plain campaign.
        blended: why the arms cannot be compared (an arm counts those too who were sent the winner); empty when they can.
        estimated: what of it the ESP does not say and is derived; empty when all is counted.
    """

    arms: tuple[ArmResult, ...]
    sent_at: str = ""
    currency: str = ""
    blended: str = ""
    estimated: str = ""


class Connection(Protocol):
    """An open account. Every method raises `franca.adapter.errors.DestinationError`s only.

    Writes of members and fields are idempotent and yield after every batch, so that a caller can note how far it came.

    Attributes:
        policy: runs every call; its `before_call` is the seam of fault tests.
    """

    policy: Policy

    def read(self) -> Snapshot:
        """Read all resources of the kinds we manage, and the names that references may use."""
        ...

    def create(self, resource: Resource, body: Mapping[str, Any]) -> str:
        """Make *resource* with its resolved *body*; return the ESP's id.

        Raises:
            UnknownOutcomeError: sent, and no answer came; the caller reads before trying again.
        """
        ...

    def update(self, remote: Remote, resource: Resource, body: Mapping[str, Any]) -> str | None:
        """Make *remote* equal to *resource* in place; where that cannot be, make another one instead and return its id.

        What others refer to stays in place: they would name the old one until they are changed.
        """
        ...

    def delete(self, remote: Remote) -> None:
        """Delete *remote*; a missing one is fine."""
        ...

    def count(self, remote: Remote, resource: Resource) -> int:
        """Return how many members the ESP itself counts, waiting until it has finished processing."""
        ...

    def contacts(self) -> Iterator[Contact]:
        """Yield everybody whom the destination holds, whatever their consent."""
        ...

    def known(self, emails: Collection[str]) -> dict[str, Contact]:
        """Return those of *emails* that the destination holds, in the fewest calls."""
        ...

    def members(self, remote: Remote, resource: Resource) -> Iterator[Contact]:
        """Yield the members of a segment, tag or list as the ESP sees them."""
        ...

    def write_members(self, remote: Remote, add: Sequence[Contact], remove: Sequence[Contact]) -> Iterator[Written]:
        """Put *add* into a tag or list and take *remove* out, in the largest batches that the ESP allows."""
        ...

    def write_field(self, remote: Remote, values: Sequence[tuple[Contact, str]]) -> Iterator[Written]:
        """Write a marker's values, in the largest batches that the ESP allows; `Written.added` are those written."""
        ...

    def field_values(self, fields: Sequence[Remote]) -> Iterator[tuple[Contact, Mapping[str, str]]]:
        """Yield everybody, as `contacts` does, with what they have in *fields*: field's id → value. One reading serves all fields."""
        ...

    def contents(self) -> Iterator[Content]:
        """Yield the account's own emails that are not ours, for import; at Mailchimp those of drafts, since templates show no HTML."""
        ...

    def results(self, remote: Remote) -> Results | None:
        """Return what the ESP counted for a campaign, None while it has not been sent."""
        ...

    def close(self) -> None:
        """Give connections back."""
        ...


class Adapter(Protocol):
    """Code for one kind of ESP. Everything but `connect` is pure: no network, no credentials, no SDK import.

    Attributes:
        name: as in `adapter: NAME`.
        title: the ESP's name.
        settings: the keys that a destination may hold beside those of language.md.
        assumptions: every named assumption that a compilation may lean on.
        members_kind: what a members realisation is at this ESP: a tag or a list.
    """

    name: str
    title: str
    protocol: int
    settings: Mapping[str, Setting]
    assumptions: Mapping[str, Assumption]
    capabilities: Capabilities
    limits: Limits
    members_kind: ResourceKind

    def testing_at(self, destination: Destination) -> Testing:
        """Return what the ESP's own A/B tests can do in an account."""
        ...

    def assess(self, segment: Segment, site: Site) -> Mapping[Realisation, Assessment]:
        """Say of each realisation whether it is exact here, on which assumptions, or why not."""
        ...

    def compile(self, segment: Segment, realisation: Realisation, site: Site) -> tuple[Resource, ...]:
        """Return the resources of a native or members realisation (markers: `compile_marker`)."""
        ...

    def compile_marker(self, marker: Marker, site: Site) -> tuple[Resource, ...]:
        """Return the marker's field and, where the API can, a native segment for each choice."""
        ...

    def dialect(self, site: Site) -> Dialect:
        """Return the ESP's template language at a destination."""
        ...

    def lifter(self, site: Site) -> Lifter:
        """Return what reads the ESP's template language backwards."""
        ...

    def compile_template(self, email: Email, site: Site) -> Resource:
        """Return the template's resource (kind `template`, the template's key)."""
        ...

    def compile_draft(self, draft: Draft, site: Site) -> tuple[Resource, ...]:
        """Return the campaign's resource (kind `campaign`, the campaign's key) and what it needs besides; it names the audience by a `Ref`.

        Making it reads audience and content back: a draft that is not what was asked is removed at once, and that is an error.
        """
        ...

    def connect(self, site: Site, waiter: Waiter) -> Connection:
        """Open the account: resolve the secrets, load the SDK.

        Raises:
            FrancaError: a missing key or a missing extra, with the line to type.
        """
        ...
