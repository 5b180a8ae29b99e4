"""State that is kept elsewhere than on this machine: any URL that fsspec knows (s3://, gs://, abfs://, sftp://, memory://).

An object is written in one call, which object stores do whole or not at all. Lines are one object each, for objects cannot grow.
"""

from __future__ import annotations

import json
import os
import platform
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from franca.errors import FrancaError
from franca.plan.errors import LockedError

_DIGITS = 9


@dataclass(frozen=True)
class RemoteFolder:
    """A folder at a URL."""

    url: str
    fs: Any
    path: str

    @classmethod
    def of(cls, url: str) -> RemoteFolder:
        """Return the folder at *url*; nothing is read or written yet.

        Raises:
            FrancaError: no such kind of URL, a package is missing, or a password stands in it.
        """
        if urlsplit(url).password:
            raise FrancaError("state: a password stands in the URL", remedy="leave it to the environment, as the store's own tools do")
        import fsspec

        try:
            fs, path = fsspec.url_to_fs(url)
        except ImportError as error:
            raise FrancaError(f"state: {url}: {error}", remedy="install what it names, beside franca") from error
        except ValueError as error:
            raise FrancaError(f"state: {url}: {error}", remedy="name a folder, or a URL that fsspec knows") from error
        return cls(url.rstrip("/"), fs, path.rstrip("/"))

    @property
    def name(self) -> str:
        """The URL, for messages."""
        return self.url

    def __truediv__(self, name: str) -> RemoteFile:
        return RemoteFile(self, name)

    def names(self) -> list[str]:
        """Return the names of the objects in it.

        Raises:
            FrancaError: it cannot be read.
        """
        self.fs.invalidate_cache()  # stores remember listings, and others write too
        try:
            with self.told("read", "what is in it"):
                found = self.fs.ls(self.path, detail=False)
        except FileNotFoundError:
            return []
        return [str(each).rpartition("/")[2] for each in found]

    @contextmanager
    def told(self, done: str, name: str) -> Iterator[None]:
        """Say in our words what any store says in its own; that a file is there or not is an answer, not a failure."""
        try:
            yield
        except (FileNotFoundError, FileExistsError):
            raise
        except Exception as error:  # whatever store it is: fsspec lets its client's errors through, and they have no base of their own
            what = f"the state at {self.url} cannot be {done}: {name}: {type(error).__name__}"
            raise FrancaError(what, remedy="check the address, the network and your rights there") from error


@dataclass(frozen=True)
class RemoteFile:
    """A file of a remote folder; it answers to the names that a `Path` has for the same things."""

    folder: RemoteFolder
    name: str

    @property
    def stem(self) -> str:
        """The name without its last suffix."""
        return self.name.rpartition(".")[0]

    def with_name(self, name: str) -> RemoteFile:
        """Return the file of another name beside it."""
        return RemoteFile(self.folder, name)

    def read_text(self, encoding: str = "utf-8") -> str:
        """Return the whole.

        Raises:
            FileNotFoundError: it is not there.
            FrancaError: it cannot be read.
        """
        with self._told("read"):
            return bytes(self.folder.fs.cat_file(self._path)).decode(encoding)

    def unlink(self, *, missing_ok: bool = False) -> None:
        """Delete it."""
        try:
            with self._told("written"):
                self.folder.fs.rm_file(self._path)
        except FileNotFoundError:
            if not missing_ok:
                raise

    def write_whole(self, text: str) -> None:
        """Write it, whole or not at all where the store can.

        Raises:
            FrancaError: it cannot be written.
        """
        self._put(self._path, text.encode())

    # -- lines: one object each

    def read_lines(self) -> Iterator[bytes]:
        """Yield the lines, in the order in which they were added.

        Raises:
            FrancaError: they cannot be read, or another run takes them away meanwhile.
        """
        try:
            for part in self._parts():
                with self._told("read"):
                    line = bytes(self.folder.fs.cat_file(part))
                yield line
        except FileNotFoundError as error:
            what = f"the state at {self.folder.url} changed while it was read: {self.name}"
            raise FrancaError(what, remedy="another run of Franca writes to it: run the command again when that has ended") from error

    def append(self, line: bytes) -> None:
        """Add a line."""
        parts = self._parts()
        number = int(parts[-1][-_DIGITS:]) + 1 if parts else 1
        self._put(f"{self._path}.{number:0{_DIGITS}}", line)

    def clear_lines(self) -> None:
        """Remove the lines, the oldest first: what a kill leaves is the end of them."""
        for part in self._parts():
            with self._told("written"):
                self.folder.fs.rm_file(part)

    # -- a lock: an object that only one can make

    @contextmanager
    def held(self, what: str) -> Iterator[None]:
        """Hold the lock that this file is, while the block runs.

        Raises:
            LockedError: somebody holds it; the message says who, and since when.
        """
        token = uuid.uuid4().hex
        note = {"token": token, "host": platform.node(), "process": os.getpid(), "since": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"}
        self._ask_for(json.dumps(note))
        if self._holder().get("token") != token:
            raise self._refusal(what)
        try:
            yield
        except BaseException:
            with suppress(FrancaError):  # what stopped the run is told, not that its lock could not be deleted after that
                self._release(token)
            raise
        self._release(token)

    def _release(self, token: str) -> None:
        if self._holder().get("token") == token:
            self.unlink(missing_ok=True)

    def _ask_for(self, note: str) -> None:
        """Make the object, if nobody has; what is there afterwards tells who did.

        Not every store says in the same words that it was there, and a call without an answer, or repeated by a client, may have made it.
        """
        try:
            self._put(self._path, note.encode(), mode="create")
        except FileExistsError:
            return
        except FrancaError:
            if not self._holder():
                raise

    def _holder(self) -> dict[str, Any]:
        try:
            found = json.loads(self.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _refusal(self, what: str) -> LockedError:
        holder = self._holder()
        who = ", ".join(f"{word} {holder.get(word, 'unknown')}" for word in ("host", "process", "since"))
        remedy = f"wait until it has ended; nothing was written. If it was killed, delete {self.folder.url}/{self.name} and run again"
        return LockedError(f"{what}: another run of Franca is writing to it from this state ({who})", remedy=remedy)

    # -- the store

    @property
    def _path(self) -> str:
        return f"{self.folder.path}/{self.name}"

    def _parts(self) -> list[str]:
        wanted = (name for name in self.folder.names() if name.startswith(f"{self.name}.") and name[len(self.name) + 1 :].isdigit())
        return [f"{self.folder.path}/{name}" for name in sorted(wanted)]

    def _put(self, path: str, content: bytes, mode: str = "overwrite") -> None:
        """Write one object. No folder is made for it: to some stores that is a bucket, and a mistyped one would be made."""
        try:
            with self._told("written"):
                self.folder.fs.pipe_file(path, content, mode=mode)
        except FileNotFoundError as error:
            raise FrancaError(f"the state's folder {self.folder.url} is not there", remedy="make it, or correct its address") from error

    def _told(self, done: str) -> AbstractContextManager[None]:
        return self.folder.told(done, self.name)
