"""The contract of an adapter, tried at every installed one: what it declares is so, in both directions; compiling is pure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from contract.corpus import MARKER, corpus
from contract.examples import ADAPTERS, EXAMPLES, GERMAN, MADE, VARIABLE, segment, site
from franca.adapter import (
    PROTOCOL,
    Adapter,
    Assessment,
    Capability,
    Connection,
    Holds,
    Level,
    ResourceKind,
    Site,
    VirtualWaiter,
    adapter,
    check_destinations,
    installed,
)
from franca.content import document
from franca.definitions import Format, Predicate, Realisation, Source, Template
from franca.errors import ProblemsError
from franca.plan import Store, apply, desire, make_plan
from franca.sandbox import Clock, Host, emulator, example_key, serve
from franca.sync import Ledger, sync
from schema import AS_OF

NAMES = sorted(installed())
"""A declared entry point that does not load fails every test of its adapter."""
LOADED_LATE = (
    """klaviyo_api openapi_client mailchimp_marketing sib_api_v3_sdk mailerlite requests urllib3 httpx starlette duckdb ibis""".split()
)

every_adapter = pytest.mark.parametrize("name", NAMES)


def natively(name: str, where: Predicate) -> Assessment:
    """Return an adapter's assessment of a native segment."""
    found = segment(where)
    return adapter(name).assess(found, site(name, found))[Realisation.NATIVE]


# -- declarations


def test_every_installed_adapter_has_an_example() -> None:
    """The suite leaves nobody out: a new adapter is added to contract/examples.py."""
    assert sorted(ADAPTERS) == NAMES


@every_adapter
def test_an_adapter_says_who_it_is(name: str) -> None:
    """Its name is that of its entry point; it speaks this protocol; members are kept as a tag or a list; numbers are positive."""
    found, numbers = adapter(name), [each for each in vars(adapter(name).limits).values() if not isinstance(each, dict)]
    assert (found.name, found.protocol) == (name, PROTOCOL)
    assert found.title
    assert found.members_kind in (ResourceKind.TAG, ResourceKind.LIST)
    assert all(number is None or number > 0 for number in numbers)


@every_adapter
def test_every_capability_is_declared(name: str) -> None:
    """None is left out, and whatever is no plain yes says why and where the vendor says so."""
    declared = adapter(name).capabilities
    assert set(declared) == set(Capability)
    assert all(support.reason and support.source.startswith("https://") for support in declared.values() if support.level is not Level.YES)


@every_adapter
def test_settings_are_declared_and_checked(name: str) -> None:
    """The key is a required secret, the address has a default, the example has no problem, and an unknown setting is one."""
    settings, place = adapter(name).settings, site(name)
    assert settings["api_key"].required
    assert settings["api_key"].secret
    assert str(settings["url"].default or "https://").startswith("https://")
    assert all(setting.meaning for setting in settings.values())
    check_destinations(place.project)
    wrong = replace(place.destination, settings={**place.destination.settings, "api_kee": "env:X"})
    with pytest.raises(ProblemsError, match="api_kee"):
        check_destinations(replace(place.project, destinations={name: wrong}))


# -- capabilities


def test_every_capability_is_tried() -> None:
    """By definitions, or by making things."""
    assert EXAMPLES.keys() | MADE == set(Capability)
    assert not EXAMPLES.keys() & MADE


@every_adapter
@pytest.mark.parametrize("capability", EXAMPLES, ids=lambda each: each.name)
def test_a_capability_of_definitions_is_as_declared(name: str, capability: Capability) -> None:
    """YES: every example is native and compiles. NO: each is refused by a finding. PARTIAL: some of each."""
    assessed = {where: natively(name, where) for where in EXAMPLES[capability]}
    native = {where for where, found in assessed.items() if not found.open()}
    level = adapter(name).capabilities[capability].level
    wanted = {Level.YES: native == assessed.keys(), Level.NO: not native, Level.PARTIAL: 0 < len(native) < len(assessed)}
    assert wanted[level], {str(where): [finding.id for finding in found.findings] for where, found in assessed.items()}
    for where in native:
        compiled(name, where)
    assert all(finding.id and finding.what and finding.fallback for found in assessed.values() for finding in found.findings)


def compiled(name: str, where: Predicate) -> None:
    """Compile natively: one segment of our key, and what it needs."""
    found = segment(where)
    resources = adapter(name).compile(found, Realisation.NATIVE, site(name, found))
    assert [resource.key for resource in resources if resource.kind is ResourceKind.SEGMENT] == [found.key]
    assert all(resource.holds is Holds.NOTHING for resource in resources)


@every_adapter
def test_members_are_as_declared(name: str) -> None:
    """YES: exact for any definition; one resource of the declared kind holds the members."""
    found = adapter(name)
    assert found.capabilities[Capability.MEMBERS].level is Level.YES, "no ESP without it yet: write the other direction here"
    for where in chain(*EXAMPLES.values()):
        each = segment(where)
        assert not found.assess(each, site(name, each))[Realisation.MEMBERS].open()
    holding = [one for one in found.compile(each, Realisation.MEMBERS, site(name, each)) if one.holds is Holds.MEMBERS]
    assert [(one.kind, one.segment) for one in holding] == [(found.members_kind, each.key)]


@every_adapter
def test_markers_are_as_declared(name: str) -> None:
    """One field holds the marker; a native segment for each choice when that is declared, else none and a finding that says so."""
    found, each = adapter(name), segment(GERMAN, "gold")
    assert found.capabilities[Capability.MARKER_FIELD].level is Level.YES, "no ESP without it yet: write the other direction here"
    resources, assessed = found.compile_marker(MARKER, site(name, each)), found.assess(each, site(name, each))[Realisation.MARKER]
    fields = [one.key for one in resources if one.kind is ResourceKind.FIELD and one.holds is Holds.MARKER]
    segments = [one.key for one in resources if one.kind is ResourceKind.SEGMENT]
    assert fields == ["tier"]
    assert not assessed.open()
    if found.capabilities[Capability.MARKER_SEGMENT].level is Level.YES:
        assert segments == ["tier.gold"]
    else:
        assert not segments
        assert assessed.findings


# -- assumptions


GREETING = Template(
    key="greeting",
    name="Greeting",
    format=Format.HTML,
    subject=Source(text='Hi {{ profile.first_name | default("you") }}'),
    body=Source(
        text="<p>{% if profile.first_name is defined %}"
        '{{ profile.first_name | upper | default("you") }}{{ profile.first_name | default("x") }}'
        '{% if profile.country == "DE" %}x{% endif %}{% endif %}</p>{{ unsubscribe_url }} {{ company_address }}'
    ),
)


@every_adapter
def test_assumptions_are_declared_and_leaned_on(name: str) -> None:
    """Whatever an assessment leans on is declared, or is a claim about a mapped fact; nothing is declared that nothing leans on."""
    found, place = adapter(name), site(name)
    assessments = [each for where in corpus() for each in found.assess(segment(where), place).values()]
    leaned = {each.id: each for assessment in assessments for each in assessment.assumptions}
    leaned |= {each.id: each for each in found.dialect(place).translate(document(place.project, GREETING, lambda _: None)).assumptions}
    named = {id_: each for id_, each in leaned.items() if not id_.startswith(f"facts:{name}.")}
    assert named == dict(found.assumptions)
    assert all(each.id == id_ and each.statement and each.reason and each.consequence for id_, each in named.items())


@every_adapter
def test_the_sandbox_can_flip_every_assumption(name: str) -> None:
    """Each declared assumption about the ESP is a switch of its sandbox, and holds there until it is flipped."""
    sandbox = emulator(name, Clock(AS_OF))
    assert {id_: sandbox.assumptions.get(id_) for id_ in adapter(name).assumptions} == dict.fromkeys(adapter(name).assumptions, True)


# -- purity

PURE = f"""
import hashlib, json, socket, sys
def refuse(*_): raise AssertionError("a compilation opened a connection")
socket.socket.connect = refuse
from contract.corpus import outcomes
text = outcomes(sys.argv[1])
loaded = sorted(name for name in {LOADED_LATE!r} if name in sys.modules)
print(json.dumps([hashlib.sha256(text.encode()).hexdigest(), loaded]))
"""


@every_adapter
def test_compiling_is_pure(name: str) -> None:
    """No connection, no SDK, no credentials; the same result in every process, whatever the seed of Python's hashes."""
    results = [_elsewhere(name, seed) for seed in ("1", "2")]
    assert results[0] == results[1]
    assert results[0][1] == []


def _elsewhere(name: str, seed: str) -> Any:
    path = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {key: value for key, value in os.environ.items() if key != VARIABLE} | {"PYTHONHASHSEED": seed, "PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", PURE, name], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# -- made


@dataclass(frozen=True)
class People:
    """Who is in which segment."""

    of: Mapping[str, frozenset[str]]

    def emails(self) -> Mapping[str, frozenset[str]]:
        return self.of

    def universe(self) -> frozenset[str]:
        return frozenset().union(*self.of.values())

    def summary(self) -> Any:
        return SimpleNamespace(without_email=0, ambiguous_emails=0)


PEOPLE = {f"p{number}@shop.test": {"country": "DE" if number < 3 else "FR", "points": number} for number in range(5)}
GERMANS = frozenset(email for email, values in PEOPLE.items() if values["country"] == "DE")


@contextmanager
def account(name: str, root: Path, found: Adapter) -> Iterator[tuple[Site, Connection]]:
    """Serve an account with five people, and connect to it."""
    clock, example = Clock(AS_OF), ADAPTERS[name]
    sandbox = emulator(name, clock)
    sandbox.seed({**example.world, "contacts": [example.contact(email, values) for email, values in PEOPLE.items()]})
    kinds = ("native", "members", "marker") if found.capabilities[Capability.NATIVE_SEGMENT].level is Level.YES else ("members", "marker")
    made = [segment(GERMAN, kind, realise={name: kind}) for kind in kinds] + [segment(GERMAN, "gold", group="tier", priority=1)]
    with serve(Host(sandbox, clock)) as running:
        place = site(name, *made, url=running.url, root=root, markers=("tier",))
        connection = found.connect(place, VirtualWaiter(on_sleep=clock.advance))
        try:
            yield place, connection
        finally:
            connection.close()


@every_adapter
def test_what_is_made_is_read_back_and_counted(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A segment of each realisation and a group's marker: a second plan and a second sync are empty; the ESP counts whom we count."""
    monkeypatch.setenv(VARIABLE, example_key(name))
    found = adapter(name)
    with account(name, tmp_path, found) as (place, connection):
        desired, store = desire(place, found), Store.of(place.project, name)
        first = make_plan(desired, connection.read(), store.load())
        apply(first, desired, connection, store, allow=[each.word for each in first.unsafe])
        people = People(dict.fromkeys(place.project.segments, GERMANS))
        assert sync(desired, people, connection, store, Ledger.open(place.project, store)).written > 0
        assert first.changes
        assert not make_plan(desired, connection.read(), store.load()).changes
        assert sync(desired, people, connection, store, Ledger.open(place.project, store)).written == 0
        owned = connection.read().owned()
        counts = {key: connection.count(owned[address], desired.resources[address]) for key, address in desired.counted.items()}
    assert counts == dict.fromkeys(desired.counted, len(GERMANS))
    assert {"members"} <= counts.keys()
