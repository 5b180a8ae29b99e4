"""The adapter: what Franca sees of Mailchimp. Pure but for `connect`, which loads the SDK."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from franca.adapter import (
    NATIVE,
    PROTOCOL,
    Assessment,
    Assumption,
    Capabilities,
    Connection,
    Dialect,
    Draft,
    Email,
    Finding,
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
    draft_resource,
    setting,
    template_resource,
    testing_of,
)
from franca.adapter.importing import Decompiler
from franca.adapter.probing import Probes
from franca.definitions import Destination, Realisation, Segment
from franca.errors import FrancaError
from franca_mailchimp.assumptions import ASSUMPTIONS
from franca_mailchimp.attributes import marked
from franca_mailchimp.capabilities import CAPABILITIES, LIMITS, TESTING
from franca_mailchimp.content import MailchimpDialect
from franca_mailchimp.decompile import MailchimpDecompiler
from franca_mailchimp.lifting import MailchimpLifter
from franca_mailchimp.names import marker_tag, marker_title
from franca_mailchimp.options import canonical
from franca_mailchimp.probes import probes
from franca_mailchimp.segments import ALL, CONDITIONS, native
from franca_mailchimp.variate import SUBJECT, testable

SETTINGS = {
    "api_key": Setting(meaning="an API key; its last part is the data centre (…-us19)", required=True, secret=True),
    "audience": Setting(meaning="the name of the audience", required=True),
    "url": Setting(meaning="base URL of a sandbox or proxy, without /3.0; by default the key's data centre"),
    "tests": Setting(
        meaning="who splits the audience of a test of subjects: native (Mailchimp, on plans that have A/B tests), or split (Franca)",
        default=NATIVE,
    ),
    "conditions": Setting(meaning="how many conditions a segment may have; more than 5 needs a Standard plan", default=str(CONDITIONS)),
}


class MailchimpAdapter:
    """Mailchimp: native segments as one flat all or any, static segments (tags) as members, a merge field as marker."""

    name = "mailchimp"
    title = "Mailchimp"
    protocol = PROTOCOL
    settings: Mapping[str, Setting] = SETTINGS
    assumptions: Mapping[str, Assumption] = ASSUMPTIONS
    capabilities: Capabilities = CAPABILITIES
    limits: Limits = LIMITS
    members_kind = ResourceKind.TAG

    def assess(self, segment: Segment, site: Site) -> Mapping[Realisation, Assessment]:
        """Say of each realisation whether it is exact here; tags and markers always are."""
        found = native(segment.where, site)
        natively = Assessment(realisation=Realisation.NATIVE, findings=found.findings, assumptions=found.assumptions)
        kept = (Realisation.MARKER, Realisation.MEMBERS)
        return {Realisation.NATIVE: natively, **{each: Assessment(realisation=each) for each in kept}}

    def compile(self, segment: Segment, realisation: Realisation, site: Site) -> tuple[Resource, ...]:
        """Return the saved segment or the tag.

        Raises:
            FrancaError: there is no native form, or one that may differ and is not accepted, or a marker was asked for.
        """
        if realisation is Realisation.MEMBERS:
            return (_tag(segment),)
        if realisation is Realisation.MARKER:
            raise FrancaError(f"{segment.key}: a marker is compiled with its field", remedy="call compile_marker")
        found = native(segment.where, site)
        if found.options is None:
            reasons = "; ".join(finding.what for finding in found.findings)
            raise FrancaError(
                f"{segment.key} has no native form: {reasons}",
                remedy=f"an accept cannot help here: realise it as members, or leave out realise: {{{site.destination.name}: native}}",
                position=segment.position,
            )
        _insist_on_accepts(segment, site, found.findings)
        return (_segment(segment.key, segment.name, segment.key, found.options, found.counted),)

    def compile_marker(self, marker: Marker, site: Site) -> tuple[Resource, ...]:  # noqa: ARG002 - the same in every project
        """Return the marker's merge field and a saved segment for each choice.

        Raises:
            FrancaError: two choices differ in case only, which Mailchimp may not tell apart.
        """
        _tell_apart(marker)
        # `required` and a default would put something into the field that sync did not write.
        tag = marker_tag(marker.key)
        body = {"tag": tag, "type": "text", "public": False, "required": False, "default_value": ""}
        title = marker_title(marker.key)
        field = Resource(kind=ResourceKind.FIELD, key=marker.key, title=title, body=body, segment=marker.key, holds=Holds.MARKER)
        segments = (
            _segment(each.key, each.title, each.segment, canonical("all", [marked(tag, each.segment)]), ALL) for each in marker.choices
        )
        return (field, *segments)

    def testing_at(self, destination: Destination) -> Testing:
        """Return what A/B tests can do: nothing under `tests: split`.

        Raises:
            FrancaError: `tests` is another word.
        """
        return testing_of(destination, setting(self, destination, "tests"), TESTING)

    def dialect(self, site: Site) -> Dialect:
        """Return merge tags."""
        return MailchimpDialect(site)

    def lifter(self, site: Site) -> Lifter:
        """Return what reads templates backwards."""
        return MailchimpLifter(site)

    def decompiler(self, site: Site, snapshot: Snapshot, accepted: Collection[str] = ()) -> Decompiler:
        """Return what reads segments backwards (`franca.adapter.importing`)."""
        return MailchimpDecompiler(site, snapshot, accepted)

    def probes(self, site: Site, now: datetime) -> Probes:  # noqa: ARG002 - the same at every account, at any time
        """Return how the assumptions are measured (`franca.adapter.probing`)."""
        return probes()

    def compile_template(self, email: Email, site: Site) -> Resource:  # noqa: ARG002 - the protocol's signature
        """Return the template. Its HTML cannot be read back, so that its name carries the digest.

        Raises:
            FrancaError: it is plain text.
        """
        made = template_resource(email, self.title)
        return replace(made, title=f"{made.title} · {made.body['html'][:8]}", body={})

    def compile_draft(self, draft: Draft, site: Site) -> tuple[Resource, ...]:  # noqa: ARG002 - as above
        """Return the draft; Mailchimp sends from the address of `reply_to`. A test says what is tested, so that nothing else is.

        Raises:
            FrancaError: it is plain text, or its arms cannot be a test.
        """
        made = draft_resource(testable(draft), self.title, variables=[SUBJECT]) if draft.arms else draft_resource(draft, self.title)
        return (replace(made, body={key: value for key, value in made.body.items() if key != "from"}),)

    def connect(self, site: Site, waiter: Waiter) -> Connection:
        """Open the account.

        Raises:
            FrancaError: a missing key, one without a data centre, or a missing extra.
        """
        from franca_mailchimp.connection import connect

        return connect(site, waiter)


def _insist_on_accepts(segment: Segment, site: Site, findings: Iterable[Finding]) -> None:
    accepted = segment.accept.get(site.destination.name, {})
    for finding in findings:
        if finding.id not in accepted:
            remedy = f"consent with accept: {{{site.destination.name}: {{{finding.id}: the reason}}}}, or realise it as members"
            raise FrancaError(f"{segment.key} has no exact native form: {finding.what}", remedy=remedy, position=segment.position)


def _tag(segment: Segment) -> Resource:
    return Resource(kind=ResourceKind.TAG, key=segment.key, title=segment.name, segment=segment.key, holds=Holds.MEMBERS, counted=ALL)


def _segment(key: str, title: str, of: str, options: Mapping[str, Any], counted: str) -> Resource:
    return Resource(kind=ResourceKind.SEGMENT, key=key, title=title, body=options, segment=of, counted=counted)


def _tell_apart(marker: Marker) -> None:
    seen: dict[str, str] = {}
    for choice in marker.choices:
        other = seen.setdefault(choice.segment.casefold(), choice.segment)
        if other != choice.segment:
            what = f"{marker.key}: the segments {other!r} and {choice.segment!r} differ in case only, which Mailchimp may not tell apart"
            raise FrancaError(what, remedy="rename one of them")


ADAPTER = MailchimpAdapter()
