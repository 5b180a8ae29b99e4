"""The adapter: what Franca sees of Brevo. Pure but for `connect`, which loads the SDK."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

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
    Snapshot,
    Testing,
    Waiter,
    draft_resource,
    template_resource,
    testing_of,
)
from franca.adapter.importing import Decompiler
from franca.adapter.probing import Probes
from franca.definitions import Destination, Part, Realisation, Segment
from franca.errors import FrancaError
from franca_brevo.assumptions import ASSUMPTIONS
from franca_brevo.capabilities import CAPABILITIES, LIMITS, TESTING
from franca_brevo.content import BrevoDialect
from franca_brevo.decompile import BrevoDecompiler
from franca_brevo.experiments import test_resource
from franca_brevo.lifting import BrevoLifter
from franca_brevo.probes import probes
from franca_brevo.segments import assess, marker_field, members_list
from franca_brevo.settings import SETTINGS, tests_of


class BrevoAdapter:
    """Brevo: lists as members, a text attribute as marker, no native segments."""

    name = "brevo"
    title = "Brevo"
    protocol = PROTOCOL
    settings: Mapping[str, Setting] = SETTINGS
    assumptions: Mapping[str, Assumption] = ASSUMPTIONS
    capabilities: Capabilities = CAPABILITIES
    limits: Limits = LIMITS
    members_kind = ResourceKind.LIST

    def assess(self, segment: Segment, site: Site) -> Mapping[Realisation, Assessment]:  # noqa: ARG002 - the protocol's signature
        """Say of each realisation whether it is exact: lists always, markers too, native segments never."""
        return assess(segment)

    def compile(self, segment: Segment, realisation: Realisation, site: Site) -> tuple[Resource, ...]:
        """Return the list that sync makes equal to the segment, and its folder.

        Raises:
            FrancaError: a native segment, which the API cannot make, or a marker was asked for.
        """
        if realisation is Realisation.MEMBERS:
            return members_list(segment, site)
        if realisation is Realisation.MARKER:
            raise FrancaError(f"{segment.key}: a marker is compiled with its field", remedy="call compile_marker")
        raise FrancaError(
            f"{segment.key} has no native form: Brevo's API cannot make segments",
            remedy=f"an accept cannot help here: leave it out, and realise: {{{site.destination.name}: native}} too",
            position=segment.position,
        )

    def compile_marker(self, marker: Marker, site: Site) -> tuple[Resource, ...]:
        """Return the marker's attribute, the technical list of its imports, and the folder; no segment: the API cannot make one.

        Raises:
            FrancaError: the marker's key cannot be an attribute's name.
        """
        return marker_field(marker, site)

    def dialect(self, site: Site) -> Dialect:
        """Return Brevo's template language."""
        return BrevoDialect(site)

    def lifter(self, site: Site) -> Lifter:
        """Return what reads templates backwards."""
        return BrevoLifter(site)

    def decompiler(self, site: Site, snapshot: Snapshot, accepted: Collection[str] = ()) -> Decompiler:  # noqa: ARG002 - nothing can be accepted
        """Return what tells attributes without a mapping; segments show their names alone (`franca.adapter.importing`)."""
        return BrevoDecompiler(site, snapshot)

    def probes(self, site: Site, now: datetime) -> Probes:  # noqa: ARG002 - nothing is measured here
        """Return why the assumptions are not measured (`franca.adapter.probing`)."""
        return probes()

    def compile_template(self, email: Email, site: Site) -> Resource:
        """Return the template, active: only active ones can be used.

        Raises:
            FrancaError: it is plain text, or the destination names no sender.
        """
        sender = site.destination.settings.get("sender")
        if not sender:
            what = f"destination {site.destination.name!r}: Brevo's templates need a sender"
            raise FrancaError(what, remedy="add sender: an address that is a sender of the account", position=site.destination.position)
        subject = email.parts[Part.SUBJECT]
        return template_resource(email, self.title, subject=subject, sender=str(sender), active=True)

    def testing_at(self, destination: Destination) -> Testing:
        """Return what Brevo's tests can do at a destination: `tests: split` there makes it nothing.

        Raises:
            FrancaError: `tests` is another word.
        """
        return testing_of(destination, tests_of(destination), TESTING)

    def compile_draft(self, draft: Draft, site: Site) -> tuple[Resource, ...]:  # noqa: ARG002 - the protocol's signature
        """Return the draft; it says so when its audience is a segment that people made: ids of segments are not those of lists.

        Raises:
            FrancaError: it is plain text, or a test that Brevo cannot tell the arms of.
        """
        made = test_resource(draft, self.title) if draft.arms else draft_resource(draft, self.title)
        by_hand = {"audience_is": str(ResourceKind.SEGMENT)} if draft.audience.kind is ResourceKind.SEGMENT else {}
        return (replace(made, body={**made.body, **by_hand}),)

    def connect(self, site: Site, waiter: Waiter) -> Connection:
        """Open the account.

        Raises:
            FrancaError: a missing key or a missing extra.
        """
        from franca_brevo.connection import connect

        return connect(site, waiter)


ADAPTER = BrevoAdapter()
