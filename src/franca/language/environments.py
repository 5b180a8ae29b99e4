"""`environments:` of a project → definitions: other accounts, other data and a state of their own, for the same segments and emails."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial

from franca.definitions import Destination, Environment, Project
from franca.errors import FrancaError, Problem, did_you_mean
from franca.language.destination import read_destination
from franca.language.reader import Reader
from franca.language.source import Entry, Item

ENVIRONMENT_KEYS = ("state", "data", "destinations")
DATA_KEYS = ("connect",)
_KEY = re.compile(r"[A-Za-z0-9_]+")


def read_environment(reader: Reader, destinations: Item | None, name: str, item: Item) -> Environment:
    """Return one environment; *destinations* are the project's, which its own are laid over, key by key."""
    what = f"environment {name!r}"
    if not _KEY.fullmatch(name):
        reader.fail(item.position, f"{name!r} is not a key", "keys are letters, digits and underscores")
    fields = reader.fields(item, what, ENVIRONMENT_KEYS)
    data = fields.get("data")
    known = destinations.value if destinations is not None and isinstance(destinations.value, Mapping) else {}
    return Environment(
        name=name,
        state=fields.optional("state"),
        connect=reader.fields(data, f"{what}: data", DATA_KEYS).text("connect") if data else None,
        destinations=reader.named(fields.get("destinations"), f"{what}: destinations", partial(_destination, reader, known)),
        position=item.position,
    )


def _destination(reader: Reader, known: Mapping[str, Entry], name: str, item: Item) -> Destination:
    if name not in known:
        reader.fail(item.position, f"the project has no destination {name!r}", did_you_mean(name, known))
    over = reader.mapping(item, f"destination {name!r}")
    return read_destination(reader, name, Item({**reader.mapping(known[name].item, f"destination {name!r}"), **over}, item.position))


def environment_problems(project: Project) -> Iterator[Problem]:
    """Yield the environments that share a state (ids of one account would stand for those of another) or an account with another one."""
    states, accounts = {project.state.rstrip("/"): "the project"}, [("the project", each) for each in project.destinations.values()]
    for environment in project.environments.values():
        called, state = f"environment {environment.name!r}", project.state_of(environment).rstrip("/")
        if state in states:
            what = f"{called} has the state of {states[state]}: {state}"
            yield Problem(what=what, remedy="give it a state of its own, or leave `state` out", position=environment.position)
        states.setdefault(state, called)
        for destination in environment.destinations.values():
            for other, known in accounts:
                if (known.name, known.settings) == (destination.name, destination.settings):
                    what = f"{called}: {destination.name!r} is the account of {other}: nothing that names it differs"
                    yield Problem(what=what, remedy="give it a key of its own", position=destination.position)
        accounts += [(called, each) for each in environment.destinations.values()]


def in_environment(project: Project, name: str | None) -> Project:
    """Return the project as it is in the environment *name*; None is the project itself.

    Raises:
        FrancaError: there is no such environment.
    """
    if name is None:
        return project
    if name not in project.environments:
        remedy = did_you_mean(name, project.environments) if project.environments else "add it under `environments:` in franca.yaml"
        raise FrancaError(f"there is no environment {name!r}", remedy=remedy)
    return project.taken_to(name)
