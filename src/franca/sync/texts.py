"""What templates read beside the ESP's own fields: texts that Franca works out for each person."""

from __future__ import annotations

from franca.adapter import Computed
from franca.content import Renderer, Setting
from franca.content.needs import attributes_of, segments_of
from franca.content.reference import person
from franca.plan import Desired
from franca.sync.delta import Audience


def texts(desired: Desired, audience: Audience) -> dict[Computed, dict[str, str]]:
    """Return email → text for each computed field; who has nothing to read is left out."""
    if not desired.computed:
        return {}
    project = desired.site.project
    setting = Setting(locale=project.locale, zone=project.zone)
    pieces = [computed.pieces for computed in desired.computed]
    renderers = {computed: Renderer(computed.pieces, setting) for computed in desired.computed}
    found: dict[Computed, dict[str, str]] = {computed: {} for computed in desired.computed}
    universe = audience.universe()
    for each in audience.people(attributes_of(pieces), segments_of(pieces, project)):
        if each.email is None or each.email not in universe:
            continue
        somebody = person(project, each.values, each.segments)
        for computed, renderer in renderers.items():
            if text := renderer(somebody).text:
                found[computed][each.email] = text
    return found
