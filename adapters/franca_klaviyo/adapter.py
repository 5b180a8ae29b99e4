"""The adapter: what Franca sees of Klaviyo. Pure but for `connect`, which loads the SDK."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from franca.adapter import (
    PROTOCOL,
    Assessment,
    Assumption,
    Capabilities,
    Connection,
    Dialect,
    Draft,
    Email,
    Holds,
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
    template_resource,
)
from franca.adapter.importing import Decompiler
from franca.adapter.probing import Probes
from franca.definitions import Destination, Realisation, Segment
from franca.errors import FrancaError
from franca_klaviyo.arms import compiled, with_fields
from franca_klaviyo.assumptions import ASSUMPTIONS, LOWER_CASE
from franca_klaviyo.capabilities import CAPABILITIES, LIMITS, TESTING
from franca_klaviyo.content import KlaviyoDialect
from franca_klaviyo.decompile import KlaviyoDecompiler
from franca_klaviyo.definition import canonical
from franca_klaviyo.lifting import KlaviyoLifter
from franca_klaviyo.names import custom_property, field_title, tag_name
from franca_klaviyo.probes import probes
from franca_klaviyo.segments import Native, native, on_marker

SETTINGS = {
    "api_key": Setting(meaning="a private API key with the scopes of the adapter's README", required=True, secret=True),
    "url": Setting(meaning="base URL of a sandbox or proxy", default="https://a.klaviyo.com"),
}


class KlaviyoAdapter:
    """Klaviyo: native segments as AND of ORs, lists as members, a custom profile property as marker."""

    name = "klaviyo"
    title = "Klaviyo"
    protocol = PROTOCOL
    settings: Mapping[str, Setting] = SETTINGS
    assumptions: Mapping[str, Assumption] = ASSUMPTIONS
    capabilities: Capabilities = CAPABILITIES
    limits: Limits = LIMITS
    members_kind = ResourceKind.LIST

    def assess(self, segment: Segment, site: Site) -> Mapping[Realisation, Assessment]:
        """Say of each realisation whether it is exact here; lists and markers always are."""
        found = _native(segment, site)
        natively = Assessment(realisation=Realisation.NATIVE, findings=found.findings, assumptions=found.assumptions)
        kept = (Assessment(realisation=each, assumptions=(LOWER_CASE,)) for each in (Realisation.MARKER, Realisation.MEMBERS))
        return {each.realisation: each for each in (natively, *kept)}

    def compile(self, segment: Segment, realisation: Realisation, site: Site) -> tuple[Resource, ...]:
        """Return the segment or the list.

        Raises:
            FrancaError: what a finding says was accepted has no approximation, or a marker was asked for.
        """
        if realisation is Realisation.MEMBERS:
            body = {"tag": tag_name(site.project)}
            holds = Holds.MEMBERS
            return (Resource(kind=ResourceKind.LIST, key=segment.key, title=segment.name, body=body, segment=segment.key, holds=holds),)
        if realisation is Realisation.MARKER:
            raise FrancaError(f"{segment.key}: a marker is compiled with its field", remedy="call compile_marker")
        found = _native(segment, site)
        if found.definition is None:
            reasons = "; ".join(finding.what for finding in found.findings)
            raise FrancaError(
                f"{segment.key} has no native form: {reasons}",
                remedy=f"an accept cannot help here: realise it as members, or leave out realise: {{{site.destination.name}: native}}",
                position=segment.position,
            )
        return (_segment(segment.key, segment.name, found.definition, segment.key, site),)

    def compile_marker(self, marker: Marker, site: Site) -> tuple[Resource, ...]:
        """Return the marker's field and a native segment for each choice.

        A custom property is made by being written: the field's body is empty and making it is no call.
        """
        field = custom_property(marker.key)
        title = field_title(marker.key)
        resource = Resource(kind=ResourceKind.FIELD, key=marker.key, title=title, segment=marker.key, holds=Holds.MARKER)
        segments = (
            _segment(each.key, each.title, canonical(((on_marker(field, each.segment),),)), each.segment, site) for each in marker.choices
        )
        return (resource, *segments)

    def testing_at(self, destination: Destination) -> Testing:  # noqa: ARG002 - the protocol's signature
        """Return what A/B tests can do; it is the same in every account."""
        return TESTING

    def dialect(self, site: Site) -> Dialect:
        """Return Klaviyo's template language."""
        return KlaviyoDialect(site)

    def lifter(self, site: Site) -> Lifter:
        """Return what reads templates backwards."""
        return KlaviyoLifter(site)

    def decompiler(self, site: Site, snapshot: Snapshot, accepted: Collection[str] = ()) -> Decompiler:
        """Return what reads segments backwards (`franca.adapter.importing`)."""
        return KlaviyoDecompiler(site, snapshot, accepted)

    def probes(self, site: Site, now: datetime) -> Probes:
        """Return how the assumptions are measured (`franca.adapter.probing`)."""
        return probes(site, now)

    def compile_template(self, email: Email, site: Site) -> Resource:  # noqa: ARG002 - the protocol's signature
        """Return the template; subject and preview text belong to messages.

        Raises:
            FrancaError: it is plain text.
        """
        return template_resource(with_fields(email), self.title)

    def compile_draft(self, draft: Draft, site: Site) -> tuple[Resource, ...]:
        """Return the draft: one message with a variation for each arm, its template assigned; the arms' own templates beside it.

        Raises:
            FrancaError: it is plain text, or it decides on orders and the destination does not say what they are.
        """
        return compiled(draft, self.title, site.destination)

    def connect(self, site: Site, waiter: Waiter) -> Connection:
        """Open the account.

        Raises:
            FrancaError: a missing key or a missing extra.
        """
        # What it imports is there only with the extra.
        from franca_klaviyo.connection import connect

        return connect(site, waiter)


def _native(segment: Segment, site: Site) -> Native:
    return native(segment.where, site, frozenset(segment.accept.get(site.destination.name, ())))


def _segment(key: str, title: str, definition: Mapping[str, Any], of: str, site: Site) -> Resource:
    # An inactive segment is not kept fresh (KHC 360015118592): `active` makes a plan wake it up again.
    body = {"definition": definition, "active": True, "tag": tag_name(site.project)}
    return Resource(kind=ResourceKind.SEGMENT, key=key, title=title, body=body, segment=of)


ADAPTER = KlaviyoAdapter()
