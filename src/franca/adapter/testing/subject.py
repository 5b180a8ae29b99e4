"""How the kit uses one adapter."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.routing import compile_path

from franca.adapter.protocol import Adapter, Connection, Site
from franca.adapter.registry import adapter
from franca.adapter.testing.definitions import PROJECT
from franca.adapter.testing.rules import Rules
from franca.adapter.transport import VirtualWaiter
from franca.definitions import Destination, EventMapping, FieldMapping, Predicate, Project, Segment
from franca.sandbox import Call, Clock, Emulator, Host, emulator, example_key, serve

AS_OF = datetime(2026, 3, 30, 12, 37, 11, tzinfo=UTC)
NOWHERE = "http://127.0.0.1:9"
KEY_FILE = "key"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """An adapter and its emulator, both by the name of their entry points.

    Attributes:
        people: reads from the emulator, past its API, everybody whom it holds, with all that says whether they may be written to.
        rules: what no request may hold.
        settings: of the destination, beside api_key and url.
        attributes, events: how the ESP maps those of *project*, as far as it can hold them.
        template_attributes: the same of what templates print (`franca.adapter.testing.templates`), where they differ.
        world: what a shop's integration has put into the account (`Emulator.seed`), so that every mapped name exists.
        by_hand: (method, path, body) of calls that make things as people would: a list (`adopt` fills it), a field; none may be changed.
        sdk: modules that only `connect` may load.
        key: what opens the emulator; empty for its example key.
        project: the schema; a project of your own needs the attributes and the event of the kit's.
        definitions: more of your own, over *project*: with the kit's they lean on every assumption that is declared.
    """

    name: str
    people: Callable[[Any], Mapping[str, Any]]
    rules: Rules
    settings: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, FieldMapping] = field(default_factory=dict)
    events: Mapping[str, EventMapping] = field(default_factory=dict)
    template_attributes: Mapping[str, FieldMapping] = field(default_factory=dict)
    world: Mapping[str, Any] = field(default_factory=dict)
    by_hand: tuple[tuple[str, str, Any], ...] = ()
    sdk: tuple[str, ...] = ()
    key: str = ""
    project: Project = PROJECT
    definitions: tuple[Predicate, ...] = ()

    @property
    def adapter(self) -> Adapter:
        """The adapter."""
        return adapter(self.name)

    def emulator(self, clock: Clock) -> Emulator:
        """Return an empty account."""
        return emulator(self.name, clock, self.key or example_key(self.name))

    def site(self, *segments: Segment, url: str = NOWHERE, root: Path = Path(), markers: tuple[str, ...] = ()) -> Site:
        """Return a project with these segments and one destination, its key in a file of the project."""
        settings = {"api_key": f"file:{KEY_FILE}", "url": url, **self.settings}
        facts: dict[str, Any] = {"attributes": self.attributes, "events": self.events}
        target = Destination(name=self.name, adapter=self.name, settings=settings, markers=markers, **facts)
        made = replace(self.project, root=root, destinations={self.name: target}, segments={each.key: each for each in segments})
        return Site(project=made, destination=target)

    def contact(self, email: str, values: Mapping[str, Any], status: str = "subscribed") -> dict[str, Any]:
        """Return the seed of somebody with *values* of our attributes, as far as they are mapped."""
        fields = {self.attributes[name].field: value for name, value in values.items() if name in self.attributes}
        return {"email": email, "fields": fields, "consent": {"status": status, "suppressed": False}}


class StoppedError(BaseException):
    """The process ends here; nothing may catch it."""


@dataclass(kw_only=True)
class Account:
    """An account at the emulator, served on loopback.

    Attributes:
        calls: what the adapter's policy was asked to run, in our words.
        stop: how many calls are made before the process ends, once; None is all.
    """

    subject: Subject
    url: str
    root: Path
    host: Host
    calls: list[str] = field(default_factory=list)
    stop: int | None = None
    stopped: bool = False

    def site(self, *segments: Segment, markers: tuple[str, ...] = ()) -> Site:
        """Return a project with these segments, at this account."""
        return self.subject.site(*segments, url=self.url, root=self.root, markers=markers)

    @contextmanager
    def connected(self, site: Site) -> Iterator[Connection]:
        """Connect on the account's virtual clock, as every command does anew."""
        connection = self.subject.adapter.connect(site, VirtualWaiter(on_sleep=self.host.clock.advance))
        connection.policy.before_call = self._heard
        try:
            yield connection
        finally:
            connection.close()

    def _heard(self, operation: str) -> None:
        if len(self.calls) == self.stop and not self.stopped:
            self.stopped = True
            raise StoppedError
        self.calls.append(operation)


@contextmanager
def opened(subject: Subject, *contacts: Mapping[str, Any]) -> Iterator[Account]:
    """Serve an account that holds *contacts*, and what people made by hand."""
    clock = Clock(AS_OF)
    account = subject.emulator(clock)
    account.seed({**subject.world, "contacts": list(contacts)})
    for method, path, body in subject.by_hand:
        _by_hand(account, method, path, body)
    host = Host(account, clock)
    with tempfile.TemporaryDirectory() as folder, serve(host) as running:
        root = Path(folder)
        (root / KEY_FILE).write_text(subject.key or example_key(subject.name), encoding="utf-8")
        yield Account(subject=subject, url=running.url, root=root, host=host)


def _by_hand(account: Emulator, method: str, path: str, body: Any) -> None:
    """Make a call past HTTP, rate limits and records.

    Raises:
        LookupError: the emulator has no such call.
        ValueError: it refused it.
    """
    for route in account.routes():
        found = compile_path(route.path)[0].match(path)
        if route.method == method and found:
            headers = {"content-type": "application/json"}
            reply = route.handler(Call(method=method, path=path, params=found.groupdict(), headers=headers, body=body))
            if reply.status >= 400:
                raise ValueError(f"by hand: {method} {path} was answered {reply.status}: {reply.body}")
            return
    raise LookupError(f"by hand: there is no {method} {path}")
