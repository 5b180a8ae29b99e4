"""Segments and markers → lists and attributes. Brevo's API has no segment conditions, so that no predicate is compiled here."""

from __future__ import annotations

from collections.abc import Mapping

from franca.adapter import Assessment, Finding, Holds, Marker, Ref, Resource, ResourceKind, Severity, Site
from franca.definitions import SKIP, Native, Realisation, Segment
from franca.errors import FrancaError
from franca_brevo.assumptions import BLOCKLIST_KEPT, EMAIL_CASE
from franca_brevo.names import LANDING, LANDING_TITLE, attribute_name, can_be_attribute
from franca_brevo.settings import folder_of

FIELD_BODY: Mapping[str, str] = {"category": "normal", "type": "text"}


def assess(segment: Segment) -> dict[Realisation, Assessment]:
    """Say of each realisation whether it is exact."""
    return {
        Realisation.NATIVE: Assessment(realisation=Realisation.NATIVE, findings=(_no_api(segment),)),
        Realisation.MARKER: _marker(segment),
        Realisation.MEMBERS: Assessment(realisation=Realisation.MEMBERS, assumptions=(EMAIL_CASE,)),
    }


def _no_api(segment: Segment) -> Finding:
    what = "Brevo's API cannot make segments: they are made by hand there, and it reads only their names"
    return Finding(id="no-segment-api", what=what, fallback="kept as a list by sync", position=segment.position)


def _marker(segment: Segment) -> Assessment:
    finding = _by_hand(segment) if can_be_attribute(segment.key) else _capitals(segment)
    return Assessment(realisation=Realisation.MARKER, findings=(finding,), assumptions=(EMAIL_CASE, BLOCKLIST_KEPT))


def _by_hand(segment: Segment) -> Finding:
    return Finding(
        id="segment-by-hand",
        what=f'Brevo\'s API cannot make a segment on the attribute: make it once by hand, "{attribute_name(segment.key)} is {segment.key}"',
        fallback="the attribute alone is kept by sync",
        severity=Severity.WARNING,
        position=segment.position,
    )


def _capitals(segment: Segment) -> Finding:
    what = f"Brevo's attributes have names in capitals, so that a key with capitals ({segment.key}) cannot be told from its small letters"
    return Finding(id="key-with-capitals", what=what, position=segment.position)


def members_list(segment: Segment, site: Site) -> tuple[Resource, ...]:
    """Return the list that sync makes equal to a segment, and its folder."""
    return _folder(site), _list(segment.key, segment.name, site, segment=segment.key, holds=Holds.MEMBERS)


def marker_field(marker: Marker, site: Site) -> tuple[Resource, ...]:
    """Return a marker's attribute, and the technical list with its folder.

    An import must name a list (sheet 2.1) and adds everybody to it. A list of our own, shared by all markers, is the only one whose
    members may change by that.

    Raises:
        FrancaError: the key cannot be an attribute's name.
    """
    if not can_be_attribute(marker.key):
        raise FrancaError(
            f"{site.destination.name}: the marker {marker.key!r} cannot be an attribute at Brevo: names there are capitals only",
            remedy="use small letters, digits and underscores",
            position=site.destination.position,
        )
    field = Resource(kind=ResourceKind.FIELD, key=marker.key, title=marker.title, body=FIELD_BODY, segment=marker.key, holds=Holds.MARKER)
    return _folder(site), _list(LANDING, LANDING_TITLE, site), field


def needs_folder(site: Site) -> bool:
    """Return whether anything of the project is to be in its folder: else the folder is nobody's, and stays."""
    name = site.destination.name
    made = (segment for segment in site.project.segments.values() if not isinstance(segment.where, Native))
    return bool(site.destination.markers) or any(segment.realise.get(name) != SKIP for segment in made)


def _folder(site: Site) -> Resource:
    name = folder_of(site)
    return Resource(kind=ResourceKind.FOLDER, key=name, title=name)


def _list(key: str, title: str, site: Site, *, segment: str = "", holds: Holds = Holds.NOTHING) -> Resource:
    body = {"folder": Ref(ResourceKind.FOLDER, folder_of(site))}
    return Resource(kind=ResourceKind.LIST, key=key, title=title, body=body, segment=segment, holds=holds)
