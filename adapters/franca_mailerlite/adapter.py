"""The adapter: what Franca sees of MailerLite. Pure but for `connect`, which loads the SDK."""

from __future__ import annotations

from collections.abc import Mapping

from franca.adapter import (
    PROTOCOL,
    Assessment,
    Assumption,
    Capabilities,
    Connection,
    Dialect,
    Draft,
    Email,
    Lifter,
    Limits,
    Marker,
    Resource,
    ResourceKind,
    Setting,
    Site,
    Testing,
    Waiter,
)
from franca.definitions import Destination, Realisation, Segment
from franca.errors import FrancaError
from franca_mailerlite.assumptions import ASSUMPTIONS
from franca_mailerlite.capabilities import CAPABILITIES, LIMITS, TESTING
from franca_mailerlite.content import MailerLiteDialect, refusal
from franca_mailerlite.segments import assess, group, marker_field
from franca_mailerlite.settings import SETTINGS


class MailerLiteAdapter:
    """MailerLite: groups as members, a text field as marker, no native segments, no templates."""

    name = "mailerlite"
    title = "MailerLite"
    protocol = PROTOCOL
    settings: Mapping[str, Setting] = SETTINGS
    assumptions: Mapping[str, Assumption] = ASSUMPTIONS
    capabilities: Capabilities = CAPABILITIES
    limits: Limits = LIMITS
    members_kind = ResourceKind.LIST

    def assess(self, segment: Segment, site: Site) -> Mapping[Realisation, Assessment]:
        """Say of each realisation whether it is exact: groups always, markers too, native segments never."""
        return assess(segment, site)

    def compile(self, segment: Segment, realisation: Realisation, site: Site) -> tuple[Resource, ...]:
        """Return the group that sync makes equal to the segment.

        Raises:
            FrancaError: a native segment, which the API cannot make, or a marker was asked for; a name that is too long.
        """
        if realisation is Realisation.MEMBERS:
            return group(segment, site)
        if realisation is Realisation.MARKER:
            raise FrancaError(f"{segment.key}: a marker is compiled with its field", remedy="call compile_marker")
        raise FrancaError(
            f"{segment.key} has no native form: MailerLite's API cannot make segments",
            remedy=f"an accept cannot help here: leave it out, and realise: {{{site.destination.name}: native}} too",
            position=segment.position,
        )

    def compile_marker(self, marker: Marker, site: Site) -> tuple[Resource, ...]:
        """Return the marker's field; no segment: the API cannot make one.

        Raises:
            FrancaError: MailerLite would make another key of the marker's.
        """
        return marker_field(marker, site)

    def dialect(self, site: Site) -> Dialect:
        """Return the language of templates that are refused."""
        return MailerLiteDialect(site)

    def lifter(self, site: Site) -> Lifter:
        """Refuse: templates are not read either.

        Raises:
            FrancaError: always.
        """
        raise refusal(f"destination {site.destination.name!r}")

    def compile_template(self, email: Email, site: Site) -> Resource:
        """Refuse.

        Raises:
            FrancaError: always.
        """
        raise refusal(f"template {email.template.key!r} at {site.destination.name}")

    def testing_at(self, destination: Destination) -> Testing:  # noqa: ARG002 - the protocol's signature
        """Return that MailerLite runs no tests of ours."""
        return TESTING

    def compile_draft(self, draft: Draft, site: Site) -> tuple[Resource, ...]:
        """Refuse.

        Raises:
            FrancaError: always.
        """
        raise refusal(f"campaign {draft.campaign.key!r} at {site.destination.name}")

    def connect(self, site: Site, waiter: Waiter) -> Connection:
        """Open the account.

        Raises:
            FrancaError: a missing key or a missing extra.
        """
        from franca_mailerlite.connection import connect

        return connect(site, waiter)


ADAPTER = MailerLiteAdapter()
