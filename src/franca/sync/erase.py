"""Removing one person: from the ledger of a destination, and where that is asked from the ESP. The only thing that deletes a contact."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from franca.adapter import Adapter, Capability, Connection, Level, Remote, ResourceKind
from franca.adapter.erasing import Erased, Erasing
from franca.errors import FrancaError
from franca.plan import Store, check_account
from franca.sync.ledger import Ledger
from franca.sync.writing import await_work

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """What was erased at one destination.

    Attributes:
        entries: in how many tags, lists and fields the ledger had the person.
        there: what came of asking the ESP; None when it was not asked.
    """

    destination: str
    entries: int
    there: Erased | None = None


def normalised(text: str) -> str:
    """Return an email as destinations compare it.

    Raises:
        FrancaError: it is none; the message does not repeat it.
    """
    email = unicodedata.normalize("NFC", text).strip().lower()
    if not _EMAIL.fullmatch(email):
        raise FrancaError("that is not one email", remedy="give one email, on one line")
    return email


def forgotten_stores(store: Store, known: Collection[str]) -> list[Store]:
    """Return the stores beside *store* that have a ledger, but for those of the *known* destinations: of some that the project had once."""
    folder, ending = store.folder, ".ledger.json"
    names = [path.name for path in folder.glob(f"*{ending}")] if isinstance(folder, Path) else folder.names()
    left = {name.removesuffix(ending) for name in names if name.endswith(ending)} - set(known)
    return [Store(folder, name) for name in sorted(left)]


def insist_on_erasing(destination: str, adapter: Adapter) -> None:
    """Refuse an ESP that deletes nobody through its API.

    Raises:
        FrancaError: it does not; the message says why.
    """
    support = adapter.capabilities[Capability.ERASURE]
    if support.level is Level.NO:
        what = f"{destination}: nobody can be erased at {adapter.title} from here: {support.reason}"
        raise FrancaError(what, remedy="erase the person there by hand, and leave the destination out; nothing was erased")


def erase(email: str, destination: str, store: Store, ledger: Ledger, connection: Connection | None = None) -> Erasure:
    """Erase a person.

    Args:
        email: normalised.
        destination: its name.
        store: of the destination; locked meanwhile.
        ledger: whom sync wrote.
        connection: to the account, when the ESP is to delete the contact too.

    Raises:
        FrancaError: the ESP refuses, the key opens another account, or another run is at it. Doing it again goes on from there.
    """
    with store.locked():
        ledger.load()
        if connection:
            _insist_on_account(store, connection, destination)
        there = _erased_there(email, destination, ledger, connection) if connection else None
        return Erasure(destination=destination, entries=ledger.forget(email), there=there)


def _insist_on_account(store: Store, connection: Connection, destination: str) -> None:
    state = store.load()
    if state.account:  # or nothing was applied yet, and nothing tells whose the key is
        check_account(state, connection.read(), destination)


def _erased_there(email: str, destination: str, ledger: Ledger, connection: Connection) -> Erased:
    if not isinstance(connection, Erasing):
        raise FrancaError(f"{destination}: its adapter declares that it can erase people, and cannot: a bug of the adapter")
    stopped = {entry: _remote(entry) for entry in ledger.entries if ledger.stopped(entry)}
    fields = {entry: remote for entry, remote in stopped.items() if remote.kind is ResourceKind.FIELD}
    await_work(connection, ledger, fields)  # an import that is still under way would make the contact again (Brevo's do)
    return connection.erase(email)


def _remote(entry: str) -> Remote:
    kind, _, id_ = entry.partition("/")
    return Remote(kind=ResourceKind(kind), id=id_, name=id_)
