"""A small ESP in memory, with an adapter: it holds objects, contacts, members and values, and it can fail at any call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any

from franca.adapter import (
    PROTOCOL,
    Assessment,
    Assumption,
    Connection,
    Contact,
    Finding,
    Holds,
    Limits,
    Marker,
    Policy,
    Ref,
    Remote,
    Resource,
    ResourceKind,
    Site,
    Snapshot,
    UnknownOutcomeError,
    VirtualWaiter,
    Written,
    facts,
    key_of,
    owned_name,
)
from franca.definitions import Attribute, Data, Destination, Everyone, Policies, Predicate, ProfileSource, Project, Realisation, Segment
from franca.definitions.values import TEXT
from franca.plan import Desired, Store, desire

FOLDER = "shop"


class Killed(BaseException):
    """The process ends here: nothing may catch it."""


@dataclass
class Fault:
    """Raises *error* at the call number *at*, before the ESP does anything, or *after* it has done it."""

    at: int
    error: Callable[[], BaseException]
    after: bool = False


@dataclass
class Esp:
    """The ESP's side. Bodies, names and ids are what an account holds; *calls* is what it was asked."""

    account: str = "acc-1"
    batch: int = 2
    objects: dict[str, Remote] = field(default_factory=dict)
    contacts: dict[str, str] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    names: dict[tuple[str, str, str], tuple[str, ...]] = field(default_factory=lambda: {("metric", "Placed Order", "Shopify"): ("m1",)})
    rejects: dict[str, str] = field(default_factory=dict)
    alter: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict
    faults: list[Fault] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    _made: int = 0

    def call(self, what: str, work: Callable[[], Any]) -> Any:
        self.calls.append(what)
        number = len(self.calls)
        due = [fault for fault in self.faults if fault.at == number]
        for fault in due:
            if not fault.after:
                raise fault.error()
        result = work()
        for fault in due:
            raise fault.error()
        return result

    def add(self, kind: ResourceKind, name: str, body: Mapping[str, Any]) -> str:
        self._made += 1
        key = f"{kind}-{self._made}"
        self.objects[key] = Remote(kind=kind, id=key, name=name, body=self.alter(body), key=_key(kind, name))
        return key

    def rename(self, key: str, name: str) -> None:
        old = self.objects[key]
        self.objects[key] = Remote(kind=old.kind, id=key, name=name, body=old.body, key=_key(old.kind, name))

    def people(self, *emails: str) -> None:
        for email in emails:
            self.contacts[email] = f"c-{len(self.contacts)}"

    def contact(self, email: str) -> Contact:
        return Contact(email, self.contacts[email])

    @property
    def writes(self) -> list[str]:
        return [call for call in self.calls if call.split()[0] not in {"read", "known", "members", "values"}]

    def holding(self) -> dict[str, Any]:
        """What it holds, by name: for comparing two accounts."""
        return {
            remote.name: (_by_name(remote.body, self), sorted(self.members.get(key, ())), dict(sorted(self.values.get(key, {}).items())))
            for key, remote in self.objects.items()
        }


def _by_name(body: Mapping[str, Any], esp: Esp) -> dict[str, Any]:
    return {key: esp.objects[value].name if value in esp.objects else value for key, value in body.items()}


def _key(kind: ResourceKind, name: str) -> str | None:
    if kind is ResourceKind.FIELD:
        return name.removeprefix("FRANCA_") if name.startswith("FRANCA_") else None
    return key_of(name)


def _name(resource: Resource) -> str:
    return f"FRANCA_{resource.key}" if resource.kind is ResourceKind.FIELD else owned_name(resource.title, resource.key)


@dataclass
class FakeConnection:
    """What the protocol asks for, over an `Esp`."""

    esp: Esp
    remakes: set[ResourceKind] = field(default_factory=set)
    policy: Policy = field(default_factory=lambda: Policy(esp="Fake", waiter=VirtualWaiter(), read_failure=lambda _error: None))

    def read(self) -> Snapshot:
        return self.esp.call(
            "read", lambda: Snapshot(account=self.esp.account, remotes=tuple(self.esp.objects.values()), names=self.esp.names)
        )

    def create(self, resource: Resource, body: Mapping[str, Any]) -> str:
        return self.esp.call(f"create {resource.address}", lambda: self.esp.add(resource.kind, _name(resource), body))

    def update(self, remote: Remote, resource: Resource, body: Mapping[str, Any]) -> str | None:
        def remake() -> str:
            self.esp.objects.pop(remote.id, None)
            return self.esp.add(remote.kind, _name(resource), body)

        def work() -> None:
            changed = Remote(kind=remote.kind, id=remote.id, name=_name(resource), body=self.esp.alter(body), key=resource.key)
            self.esp.objects[remote.id] = changed

        return self.esp.call(f"update {resource.address}", remake if resource.kind in self.remakes else work)

    def delete(self, remote: Remote) -> None:
        self.esp.call(f"delete {remote.id}", lambda: self.esp.objects.pop(remote.id, None))

    def count(self, remote: Remote, resource: Resource) -> int:
        return len(self.esp.members[remote.id])

    def contacts(self) -> Iterator[Contact]:
        yield from map(self.esp.contact, sorted(self.esp.contacts))

    def known(self, emails: Collection[str]) -> dict[str, Contact]:
        return self.esp.call(f"known {len(emails)}", lambda: {e: self.esp.contact(e) for e in emails if e in self.esp.contacts})

    def members(self, remote: Remote, resource: Resource) -> Iterator[Contact]:
        yield from self.esp.call("members", lambda: [self.esp.contact(e) for e in sorted(self.esp.members.get(remote.id, ()))])

    def write_members(self, remote: Remote, add: Sequence[Contact], remove: Sequence[Contact]) -> Iterator[Written]:
        for part in _parts(add, self.esp.batch):
            yield self.esp.call(f"add {remote.kind} {len(part)}", lambda part=part: self._add(remote, part))
        for part in _parts(remove, self.esp.batch):
            yield self.esp.call(f"remove {remote.kind} {len(part)}", lambda part=part: self._remove(remote, part))

    def _add(self, remote: Remote, part: Sequence[Contact]) -> Written:
        assert all(self.esp.contacts[contact.email] == contact.id for contact in part), "a contact that the ESP does not hold"
        good = [contact.email for contact in part if contact.email not in self.esp.rejects]
        self.esp.members.setdefault(remote.id, set()).update(good)
        return Written(added=tuple(good), rejected=tuple((c.email, self.esp.rejects[c.email]) for c in part if c.email not in good))

    def _remove(self, remote: Remote, part: Sequence[Contact]) -> Written:
        self.esp.members[remote.id] -= {contact.email for contact in part}
        return Written(removed=tuple(contact.email for contact in part))

    def write_field(self, remote: Remote, values: Sequence[tuple[Contact, str]]) -> Iterator[Written]:
        for part in _parts(values, self.esp.batch):
            yield self.esp.call(f"write {remote.kind} {len(part)}", lambda part=part: self._write(remote, part))

    def _write(self, remote: Remote, part: Sequence[tuple[Contact, str]]) -> Written:
        self.esp.values.setdefault(remote.id, {}).update({contact.email: value for contact, value in part})
        return Written(added=tuple(contact.email for contact, _ in part))

    def field_values(self, fields: Sequence[Remote]) -> Iterator[tuple[Contact, Mapping[str, str]]]:
        held = self.esp.call("values", lambda: {field.id: dict(self.esp.values.get(field.id, {})) for field in fields})
        for contact in self.contacts():
            yield contact, {field: values[contact.email] for field, values in held.items() if contact.email in values}

    def close(self) -> None:
        pass


def _parts(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


@dataclass
class FakeAdapter:
    """Compiles segments to bodies with references; *findings* says what each segment's realisations cost."""

    esp: Esp = field(default_factory=Esp)
    findings: dict[tuple[str, Realisation], tuple[Finding, ...]] = field(default_factory=dict)
    name: str = "fake"
    title: str = "Fake"
    protocol: int = PROTOCOL
    settings: dict[str, Any] = field(default_factory=dict)
    assumptions: dict[str, Assumption] = field(default_factory=dict)
    capabilities: dict[Any, Any] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    members_kind: ResourceKind = ResourceKind.LIST

    def assess(self, segment: Segment, site: Site) -> Mapping[Realisation, Assessment]:
        return {
            realisation: Assessment(
                realisation=realisation,
                findings=self.findings.get((segment.key, realisation), ()),
                assumptions=(facts(site.destination.name, "order"),) if realisation is Realisation.NATIVE else (),
            )
            for realisation in Realisation
        }

    def compile(self, segment: Segment, realisation: Realisation, site: Site) -> tuple[Resource, ...]:
        if realisation is Realisation.NATIVE:
            body = {"where": repr(segment.where), "metric": Ref("metric", "Placed Order")}
            return (Resource(kind=ResourceKind.SEGMENT, key=segment.key, title=segment.name, body=body, segment=segment.key),)
        folder = Resource(kind=ResourceKind.FOLDER, key=FOLDER, title="Franca")
        body = {"folder": Ref("folder", FOLDER)}
        kept = Resource(kind=ResourceKind.LIST, key=segment.key, title=segment.name, body=body, segment=segment.key, holds=Holds.MEMBERS)
        return (folder, kept)

    def compile_marker(self, marker: Marker, site: Site) -> tuple[Resource, ...]:
        kept = Resource(kind=ResourceKind.FIELD, key=marker.key, title=marker.title, segment=marker.key, holds=Holds.MARKER)
        on_it = [
            Resource(
                kind=ResourceKind.SEGMENT,
                key=choice.key,
                title=choice.title,
                body={"field": Ref("field", marker.key), "is": choice.segment},
                segment=choice.segment,
            )
            for choice in marker.choices
        ]
        return (*on_it, kept)

    def connect(self, site: Site, waiter: Any) -> Connection:
        return FakeConnection(self.esp)


def segment(key: str, where: Predicate | None = None, **more: Any) -> Segment:
    return Segment(key=key, name=more.pop("name", f"The {key}"), where=Everyone() if where is None else where, **more)


def project(root: Path, *segments: Segment, markers: tuple[str, ...] = (), **more: Any) -> Project:
    profile = ProfileSource(table="p", key="id", attributes={"email": Attribute(name="email", type=TEXT, column="email")})
    return Project(
        name="acme",
        timezone=str(UTC),
        data=Data(connect="data", profile=profile),
        segments={segment.key: segment for segment in segments},
        destinations={"shop": Destination(name="shop", adapter="fake", markers=markers)},
        policies=more.pop("policies", Policies()),
        root=root,
        **more,
    )


def wanted(root: Path, adapter: FakeAdapter, *segments: Segment, markers: tuple[str, ...] = (), **more: Any) -> Desired:
    found = project(root, *segments, markers=markers, **more)
    return desire(Site(project=found, destination=found.destinations["shop"]), adapter)


def store(root: Path) -> Store:
    return Store(root / ".franca", "shop")


def lost() -> UnknownOutcomeError:
    return UnknownOutcomeError("Fake: create: no answer", remedy="run the command again: it looks first")


NOT_NATIVE = (Finding(id="month-windows", what="Fake has no months"),)


def as_members(*keys: str) -> dict[tuple[str, Realisation], tuple[Finding, ...]]:
    return {(key, Realisation.NATIVE): NOT_NATIVE for key in keys}


def as_markers(*keys: str) -> dict[tuple[str, Realisation], tuple[Finding, ...]]:
    no_lists = (Finding(id="no-lists", what="Fake has no lists"),)
    return {**as_members(*keys), **{(key, Realisation.MEMBERS): no_lists for key in keys}}
