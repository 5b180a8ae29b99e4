"""A destination's own keys against what its adapter declares. No network, no credentials."""

from __future__ import annotations

from collections.abc import Iterator

from franca.adapter.protocol import Adapter, Setting
from franca.adapter.registry import adapter
from franca.definitions import Destination, Project
from franca.errors import FrancaError, Problem, ProblemsError, did_you_mean

SECRET_FORMS = ("env:", "file:")


def check_destinations(project: Project) -> None:
    """Find what is wrong with the settings of all destinations.

    Raises:
        ProblemsError: all of it, sorted by place.
    """
    problems = [problem for destination in project.destinations.values() for problem in _destination(destination)]
    if problems:
        raise ProblemsError(problems)


def _destination(destination: Destination) -> Iterator[Problem]:
    try:
        found = adapter(destination.adapter)
    except FrancaError as error:
        yield Problem(what=error.problem.what, remedy=error.problem.remedy, position=destination.position)
        return
    yield from _unknown(destination, found)
    for key, setting in found.settings.items():
        yield from _setting(destination, key, setting)


def _unknown(destination: Destination, found: Adapter) -> Iterator[Problem]:
    for key in destination.settings:
        if key not in found.settings:
            remedy = did_you_mean(key, [*found.settings, "attributes", "events", "markers"])
            what = f"destination {destination.name!r}: {found.title} has no setting {key!r}"
            yield Problem(what=what, remedy=remedy, position=destination.setting_positions.get(key))


def _setting(destination: Destination, key: str, setting: Setting) -> Iterator[Problem]:
    value = destination.settings.get(key)
    at = destination.setting_positions.get(key) or destination.position
    what = f"destination {destination.name!r}: {key}"
    if value is None:
        if setting.required and setting.default is None:
            yield Problem(what=f"{what} is missing", remedy=setting.meaning, position=at)
    elif isinstance(value, bool) or not isinstance(value, (str, int)):
        yield Problem(what=f"{what} is a text or a whole number", remedy=setting.meaning, position=at)
    elif setting.secret and not str(value).startswith(SECRET_FORMS):
        yield Problem(what=f"{what} is not a reference to a secret", remedy="write env:NAME or file:PATH, never the secret", position=at)


def setting(found: Adapter, destination: Destination, key: str) -> str:
    """Return a destination's setting, or its default, or the empty string."""
    value = destination.settings.get(key, found.settings[key].default)
    return str(value) if value is not None else ""
