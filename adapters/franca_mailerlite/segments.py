"""Segments → groups and fields. No network."""

from __future__ import annotations

from collections.abc import Mapping

from franca.adapter import Assessment, Finding, Holds, Marker, Resource, ResourceKind, Severity, Site, owned_name
from franca.definitions import Realisation, Segment
from franca.errors import FrancaError
from franca_mailerlite.assumptions import EMAILS_LOWER, UPDATE_KEEPS
from franca_mailerlite.names import can_be_field, field_key

LONGEST_NAME = 255  # of groups and fields (documented)


def assess(segment: Segment, site: Site) -> Mapping[Realisation, Assessment]:
    """Say of each realisation whether it is exact."""
    leaning = (EMAILS_LOWER, UPDATE_KEEPS) if site.has_markers else (EMAILS_LOWER,)  # an update might take people out of groups
    return {
        Realisation.NATIVE: Assessment(realisation=Realisation.NATIVE, findings=(_no_api(segment),)),
        Realisation.MARKER: _marker(segment),
        Realisation.MEMBERS: Assessment(realisation=Realisation.MEMBERS, assumptions=leaning),
    }


def _no_api(segment: Segment) -> Finding:
    what = "MailerLite's API cannot make segments: they are made by hand there, and it reads only their names and members"
    return Finding(id="no-segment-api", what=what, fallback="kept as a group by sync", position=segment.position)


def _marker(segment: Segment) -> Assessment:
    finding = _by_hand(segment) if can_be_field(segment.key) else _no_key(segment)
    return Assessment(realisation=Realisation.MARKER, findings=(finding,), assumptions=(EMAILS_LOWER, UPDATE_KEEPS))


def _by_hand(segment: Segment) -> Finding:
    field = field_key(segment.key)
    return Finding(
        id="segment-by-hand",
        what=f'MailerLite\'s API cannot make a segment on the field: make it once by hand, "{field} equals {segment.key}"',
        fallback="the field alone is kept by sync",
        severity=Severity.WARNING,
        position=segment.position,
    )


def _no_key(segment: Segment) -> Finding:
    what = f"MailerLite makes a field's key from its name, and from {segment.key!r} it would make another one"
    return Finding(id="key-changed", what=what, position=segment.position)


def group(segment: Segment, site: Site) -> tuple[Resource, ...]:
    """Return the group that sync makes equal to a segment.

    Raises:
        FrancaError: its name with our mark is longer than MailerLite's names can be.
    """
    if len(owned_name(segment.name, segment.key)) > LONGEST_NAME:
        what = (
            f"{site.destination.name}: the name of {segment.key!r} is too long: with our mark, MailerLite takes {LONGEST_NAME} characters"
        )
        raise FrancaError(what, remedy="shorten the name", position=segment.position)
    return (Resource(kind=ResourceKind.LIST, key=segment.key, title=segment.name, segment=segment.key, holds=Holds.MEMBERS),)


def marker_field(marker: Marker, site: Site) -> tuple[Resource, ...]:
    """Return a marker's field.

    Raises:
        FrancaError: MailerLite would make another key of it.
    """
    if not can_be_field(marker.key):
        raise FrancaError(
            f"{site.destination.name}: the marker {marker.key!r} cannot be a field at MailerLite, which makes keys from names",
            remedy="use small letters and digits, with single underscores between them",
            position=site.destination.position,
        )
    body = {"key": field_key(marker.key), "type": "text"}
    return (Resource(kind=ResourceKind.FIELD, key=marker.key, title=marker.title, body=body, segment=marker.key, holds=Holds.MARKER),)
