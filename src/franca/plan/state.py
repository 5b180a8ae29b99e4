"""What we made at a destination: our names → the ESP's ids. No personal data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.request import url2pathname

from filelock import FileLock, Timeout

from franca.adapter import Address
from franca.definitions import Destination, Environment, Project
from franca.errors import FrancaError
from franca.plan.errors import LockedError
from franca.plan.files import File, write_whole
from franca.plan.measured import Measured
from franca.plan.remote import RemoteFolder

VERSION = 1

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One resource as last applied: the ESP's id, the fingerprint of its definition, and its title.

    Attributes:
        adopted: what an imported object was like, by digest (`franca.plan.adoption`); empty for what was made or changed here.
    """

    id: str
    fingerprint: str
    title: str
    adopted: str = ""


@dataclass(frozen=True, kw_only=True)
class State:
    """What we made at one account; *account* is empty before the first apply or probe.

    Attributes:
        measured: what `franca probe` saw there, by the assumption's id.
    """

    account: str = ""
    entries: Mapping[Address, Entry] = field(default_factory=dict)
    measured: Mapping[str, Measured] = field(default_factory=dict)

    def put(self, address: Address, entry: Entry) -> State:
        """Return the state with *entry* at *address*, and at no other address (a rename)."""
        others = {known: other for known, other in self.entries.items() if (known.kind, other.id) != (address.kind, entry.id)}
        return replace(self, entries={**others, address: entry})

    def drop(self, address: Address) -> State:
        """Return the state without *address*."""
        return replace(self, entries={known: entry for known, entry in self.entries.items() if known != address})


@dataclass(frozen=True)
class Store:
    """The files that Franca keeps about one destination, in the project's state folder."""

    folder: Path | RemoteFolder
    destination: str

    @classmethod
    def of(cls, project: Project, destination: str) -> Store:
        """Return the store of a project's destination; nothing is read or written yet.

        Raises:
            FrancaError: the state is neither a folder nor a URL that can be opened, or the destination's name cannot be a file's.
        """
        if not _NAME.fullmatch(destination):
            raise FrancaError(f"destination {destination!r}: its name is a file's", remedy="use letters, digits, _ - and .")
        return cls(_folder(project), destination)

    @property
    def state(self) -> File:
        """Ids and fingerprints."""
        return self.folder / f"{self.destination}.json"

    @property
    def journal(self) -> File:
        """What the last apply was about to do, and what came of it."""
        return self.folder / f"{self.destination}.journal.jsonl"

    @property
    def calls(self) -> File:
        """What was used of an hour's or a day's calls (`franca.plan.caps`)."""
        return self.folder / f"{self.destination}.calls.json"

    @property
    def ledger(self) -> File:
        """Keyed hashes of those whom sync wrote."""
        return self.folder / f"{self.destination}.ledger.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody else write to the destination from this state meanwhile.

        On this machine a run that is killed lets go of it; at a URL its lock stays, and the refusal says whose it is and what to delete.

        Raises:
            LockedError: another run is at it.
            FrancaError: the folder cannot be written.
        """
        name = f"{self.destination}.lock"
        with (self.folder / name).held(self.destination) if isinstance(self.folder, RemoteFolder) else self._locked_here(self.folder, name):
            yield

    @contextmanager
    def _locked_here(self, folder: Path, name: str) -> Iterator[None]:
        lock = FileLock(folder / name, timeout=0)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            what = f"{self.destination}: another run of Franca is writing to it from this state"
            raise LockedError(what, remedy="wait until it has ended; nothing was written") from None
        except OSError as error:
            raise FrancaError(f"the folder {folder.name} cannot be written ({error.strerror})", remedy="check its permissions") from None
        try:
            yield
        finally:
            lock.release()

    def load(self) -> State:
        """Return the state; an empty one when there is no file.

        Raises:
            FrancaError: unreadable, or written by another version.
        """
        try:
            text = self.state.read_text(encoding="utf-8")
        except FileNotFoundError:
            return State()
        except (OSError, UnicodeDecodeError) as error:
            raise self._broken(type(error).__name__) from error
        return self._parse(text)

    def measured_here(self) -> Mapping[str, Measured]:
        """Return what was measured at the account, as far as that is told without a network: a state at a URL is not asked.

        Raises:
            FrancaError: as `load`.
        """
        return self.load().measured if isinstance(self.folder, Path) else {}

    def save(self, state: State) -> None:
        """Write the state, whole or not at all."""
        entries = {
            str(address): {"id": entry.id, "fingerprint": entry.fingerprint, "title": entry.title, **_adoption(entry)}
            for address, entry in sorted(state.entries.items())
        }
        document = {"version": VERSION, "account": state.account, "resources": entries, **_answers(state)}
        write_whole(self.state, json.dumps(document, indent=1, ensure_ascii=False))

    def _parse(self, text: str) -> State:
        try:
            found = json.loads(text)
            if found["version"] != VERSION:
                raise FrancaError(f"the state of {self.destination} has version {found['version']}, not {VERSION}", remedy="upgrade Franca")
            return State(
                account=str(found["account"]), entries=_entries(found["resources"]), measured=_measured(found.get("measured") or {})
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._broken(type(error).__name__) from error

    def _broken(self, why: str) -> FrancaError:
        return FrancaError(
            f"the state file {self.state.name} cannot be read ({why})",
            remedy="restore it, or delete it: it is rebuilt from the names at the destination",
        )


def insist_on_own_account(project: Project, destination: str, account: str) -> None:
    """Refuse an account that the state of another environment describes, under whatever name: one would undo what the other does.

    Raises:
        FrancaError: it does, or that state cannot be read.
    """
    for other in project.environments.values():
        there = replace(project, state=project.state_of(other))
        for name in _alike(project.destinations[destination], other):
            if Store.of(there, name).load().account == account:
                whose = f"the environment {other.name!r}" if other.name else "the project without --env"
                under = "" if name == destination else f" ({name!r})"
                what = f"{destination}: the account {account} is that of {whose}{under}, as its state says"
                raise FrancaError(what, remedy="use the key of another account; nothing was written")


def _alike(destination: Destination, other: Environment) -> Iterable[str]:
    """Return the names under which another environment may have a destination's account; its own also where it is not named any more."""
    return dict.fromkeys([destination.name, *(each.name for each in other.destinations.values() if each.adapter == destination.adapter)])


def _folder(project: Project) -> Path | RemoteFolder:
    """Return where a project's state is; `file://` (or `local://`) is a folder of this machine like any other."""
    scheme, separator, path = project.state.partition("://")
    if not separator:
        return project.root / project.state
    return project.root / url2pathname(path) if scheme in {"file", "local"} else RemoteFolder.of(project.state)


def _adoption(entry: Entry) -> dict[str, str]:
    return {"adopted": entry.adopted} if entry.adopted else {}


def _answers(state: State) -> dict[str, Any]:
    found = {key: {"holds": each.holds, "at": each.at.isoformat()} for key, each in sorted(state.measured.items())}
    return {"measured": found} if found else {}


def _measured(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Measured]:
    return {key: Measured(holds=each["holds"] is True, at=date.fromisoformat(each["at"])) for key, each in found.items()}


def _entries(found: Mapping[str, Mapping[str, Any]]) -> dict[Address, Entry]:
    return {Address.parse(address): _entry(entry) for address, entry in found.items()}


def _entry(found: Mapping[str, Any]) -> Entry:
    return Entry(
        id=str(found["id"]), fingerprint=str(found["fingerprint"]), title=str(found["title"]), adopted=str(found.get("adopted", ""))
    )
