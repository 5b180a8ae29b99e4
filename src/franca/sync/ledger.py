"""Whom sync wrote, as keyed hashes: what makes the next sync a small one. The key is never stored, and no email is."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from franca.adapter import Secret, resolve
from franca.definitions import Project
from franca.errors import FrancaError
from franca.plan.files import File, Lines, write_whole
from franca.plan.state import Store

VERSION = 1

_CONSTANT = b"franca ledger key"

DOUBTFUL = "\x00"
"""In place of a value: a run that was stopped may have written something. No marker has this value."""

Jobs = dict[str, dict[str, str]]
"""The ESP's id of work that it was given → hash → value."""


@dataclass(kw_only=True)
class Holding:
    """What one resource holds by our account.

    Attributes:
        values: hash → the marker's value, or the empty string for a member; None when it must be read.
        complete: its first sync came to an end.
        doubt: hashes of those about whom something was sent and nothing is known since.
        jobs: work at the ESP that was still under way when a run was stopped.
        writing: a run began to write and did not say that all of it is over.
    """

    values: dict[str, str] | None = None
    complete: bool = False
    doubt: set[str] = field(default_factory=set)
    jobs: Jobs = field(default_factory=dict)
    writing: bool = False


@dataclass
class Ledger:
    """The ledger of one destination: a file written whole after a sync, and a log of the batches since.

    A log belongs to one generation of the file, so that a kill between the two writes leaves nothing to be applied twice.
    Without a key it holds no hashes, and every sync reads what is there.
    """

    path: File
    key: Secret | None
    _holdings: dict[str, Holding] = field(default_factory=dict)
    _generation: int = 0
    _hashes: dict[str, str] = field(default_factory=dict, repr=False)
    _dirty: bool = False

    @classmethod
    def open(cls, project: Project, store: Store) -> Ledger:
        """Return the ledger of a project's destination.

        Raises:
            FrancaError: the key's reference names nothing, or the file is unreadable or of another version.
        """
        key = resolve(project.ledger_key, "ledger_key", project.root) if project.ledger_key else None
        ledger = cls(store.ledger, key)
        ledger.load()
        return ledger

    def hash(self, email: str) -> str:
        """Return the HMAC-SHA-256 of a normalised email as 64 hex digits.

        Raises:
            FrancaError: there is no key.
        """
        if self.key is None:
            raise FrancaError("the ledger has no key", remedy="set ledger_key in franca.yaml")
        if email not in self._hashes:
            self._hashes[email] = hmac.digest(self.key.reveal().encode(), email.encode(), hashlib.sha256).hex()
        return self._hashes[email]

    def held(self, resource: str) -> Mapping[str, str] | None:
        """Return hash → value of those whom *resource* (KIND/ID) holds, perhaps `DOUBTFUL`; None when it is not known and must be read."""
        found = self._holdings.get(resource)
        if found is None or found.values is None or self.key is None:
            return None
        return {**found.values, **dict.fromkeys(found.doubt, DOUBTFUL)} if found.doubt else found.values

    @property
    def entries(self) -> tuple[str, ...]:
        """All resources, as KIND/ID."""
        return tuple(self._holdings)

    def jobs(self, resource: str) -> Jobs:
        """Return the work at the ESP that a stopped run left under way."""
        found = self._holdings.get(resource)
        return dict(found.jobs) if found else {}

    def stopped(self, resource: str) -> bool:
        """Return whether a run was stopped while it wrote: work may be under way at the ESP whose id it did not come to note."""
        found = self._holdings.get(resource)
        return bool(found and (found.writing or found.jobs))

    def complete(self, resource: str) -> bool | None:
        """Return whether the first sync of *resource* came to an end; None when none was begun."""
        found = self._holdings.get(resource)
        return found.complete if found else None

    def begin(self, read: Mapping[str, Mapping[str, str]]) -> None:
        """Start from what was read: resource → email → value."""
        for resource, values in read.items():
            held = None if self.key is None else {self.hash(email): value for email, value in values.items()}
            if resource not in self._holdings or held is not None:
                self._holdings[resource] = Holding(values=held, complete=bool(self.complete(resource)))
                self._dirty = True
        self.save()

    def sending(self, resource: str, emails: Iterable[str]) -> None:
        """Note, on disk when this returns, about whom something is going to be sent: until it is noted what came of it, that is open."""
        known = self._holdings[resource].values is not None
        self._append(resource, {"sent": sorted(map(self.hash, emails)) if known else []})

    def settled(self, resource: str) -> None:
        """Note, on disk when this returns, that nothing which was sent is under way any more."""
        self._append(resource, {"settled": True})

    def sent(self, resource: str, job: str, values: Mapping[str, str]) -> None:
        """Note, on disk when this returns, work that the ESP was given: email → value."""
        rows = {} if self.key is None else {self.hash(email): value for email, value in values.items()}
        self._append(resource, {"job": job, "rows": rows})

    def note(self, resource: str, put: Mapping[str, str], take: Iterable[str], over: Iterable[str] = ()) -> None:
        """Note one batch, on disk when this returns.

        Args:
            resource: KIND/ID.
            put: email → value of those now in.
            take: hashes of those now out.
            over: work at the ESP that has come to an end.
        """
        known = self._holdings[resource].values is not None
        hashed, out = ({self.hash(email): value for email, value in put.items()}, list(take)) if known else ({}, [])
        ended = sorted(over)
        if hashed or out or ended:
            self._append(resource, {"put": hashed, "take": out, **({"over": ended} if ended else {})})

    def _append(self, resource: str, line: dict[str, Any]) -> None:
        Lines(self._log).append({"generation": self._generation, "resource": resource, **line})
        _replay(self._holdings[resource], line)
        self._dirty = True

    def forget(self, email: str) -> int:
        """Drop somebody, whatever is known of them, on disk when this returns; return in how many resources they were.

        Hashes under another key cannot be searched: all of them go.
        """
        if not self._holdings:
            Lines(self._log).clear()  # of a file that somebody deleted
            return 0
        hashed = None if self.key is None else self.hash(email)
        inside = [holding for holding in self._holdings.values() if hashed in _everybody(holding)]
        for holding in inside:
            _drop(holding, str(hashed))
        self._dirty = True
        self.save()
        return len(inside)

    def finish(self, resources: Iterable[str]) -> None:
        """Note that the sync of *resources* came to an end."""
        for resource in resources:
            if not self.complete(resource):
                self._holdings.setdefault(resource, Holding()).complete = True
                self._dirty = True
        self.save()

    def save(self) -> None:
        """Write the file whole, if anything changed, and begin a new log."""
        if not self._dirty:
            return
        self._generation += 1
        resources = {resource: _document(holding) for resource, holding in sorted(self._holdings.items())}
        document = {"version": VERSION, "generation": self._generation, "key": self._key_id(), "resources": resources}
        write_whole(self.path, json.dumps(document, separators=(",", ":")))
        Lines(self._log).clear()
        self._dirty = False

    @property
    def _log(self) -> File:
        return self.path.with_name(f"{self.path.stem}.log.jsonl")

    def _key_id(self) -> str | None:
        """What tells one key from another without saying anything about it."""
        return None if self.key is None else hmac.digest(self.key.reveal().encode(), _CONSTANT, hashlib.sha256).hex()

    def load(self) -> None:
        """Read what is on disk, in place of what was read before.

        Raises:
            FrancaError: unreadable, or of another version.
        """
        self._holdings, self._generation, self._dirty = {}, 0, False
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            if found["version"] != VERSION:
                raise FrancaError(f"the ledger {self.path.name} has version {found['version']}, not {VERSION}", remedy="upgrade Franca")
            same_key = found["key"] is not None and found["key"] == self._key_id()
            self._generation = int(found["generation"])
            self._holdings = {resource: _holding(document, same_key=same_key) for resource, document in found["resources"].items()}
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            what = f"the ledger {self.path.name} cannot be read ({type(error).__name__})"
            raise FrancaError(what, remedy="restore it, or delete it: the next sync reads what is there") from error
        self._replay_log()

    def _replay_log(self) -> None:
        for line in Lines(self._log).read():
            holding = self._holdings.get(line["resource"])
            if line["generation"] == self._generation and holding is not None:
                _replay(holding, line)
                self._dirty = True


def _replay(holding: Holding, line: Mapping[str, Any]) -> None:
    if "job" in line:
        holding.jobs[line["job"]] = dict(line["rows"]) if holding.values is not None else {}  # hashes under another key say nothing
    for job in line.get("over", ()):
        holding.jobs.pop(job, None)
    holding.writing = "sent" in line or (holding.writing and "settled" not in line)
    if holding.values is None:
        return
    put, take = line.get("put", {}), line.get("take", ())
    holding.doubt.update(line.get("sent", ()))
    holding.doubt.difference_update(put, take)
    holding.values.update(put)
    for out in take:
        holding.values.pop(out, None)


def _everybody(holding: Holding) -> set[str]:
    return holding.doubt.union(holding.values or (), *holding.jobs.values())


def _drop(holding: Holding, hashed: str) -> None:
    holding.doubt.discard(hashed)
    for rows in (holding.values or {}, *holding.jobs.values()):
        rows.pop(hashed, None)


def _document(holding: Holding) -> dict[str, Any]:
    work = ({"jobs": holding.jobs} if holding.jobs else {}) | ({"writing": True} if holding.writing else {})
    if holding.values is None:
        return {"complete": holding.complete, **work}
    doubt = {"doubt": sorted(holding.doubt)} if holding.doubt else {}
    if any(holding.values.values()):
        return {"complete": holding.complete, "values": dict(sorted(holding.values.items())), **doubt, **work}
    return {"complete": holding.complete, "members": sorted(holding.values), **doubt, **work}


def _holding(document: Mapping[str, Any], *, same_key: bool) -> Holding:
    values = None
    if same_key and "values" in document:
        values = {str(known): str(value) for known, value in document["values"].items()}
    elif same_key and "members" in document:
        values = dict.fromkeys(map(str, document["members"]), "")
    # Under another key the hashes say nothing, and the work goes on all the same.
    jobs = {str(job): dict(rows) if same_key else {} for job, rows in document.get("jobs", {}).items()}
    doubt, writing = set(document.get("doubt", ())), bool(document.get("writing"))
    return Holding(values=values, complete=bool(document["complete"]), doubt=doubt, jobs=jobs, writing=writing)
