"""Files that survive a kill: written whole, or line by line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from franca.errors import FrancaError
from franca.plan.remote import RemoteFile

File = Path | RemoteFile
"""A file of the state: on this machine, or at a URL."""


def write_whole(path: File, text: str) -> None:
    """Write *text*, so that a reader finds the old file or the new one, also after a loss of power.

    Raises:
        FrancaError: the folder cannot be written.
    """
    if isinstance(path, RemoteFile):
        path.write_whole(text)
        return
    beside = path.with_name(path.name + ".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error


def _sync_folder(folder: Path) -> None:
    """Make a rename durable, where folders can be opened (not on Windows)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unwritable(path: Path, error: OSError) -> FrancaError:
    return FrancaError(f"{path.name} cannot be written ({error.strerror})", remedy=f"check the folder {path.parent.name}")


@dataclass(frozen=True)
class Lines:
    """JSON records, one on a line, each on disk before `append` returns. A torn last line (a kill) is as if it had not been written."""

    path: File

    def read(self) -> Iterator[dict[str, Any]]:
        """Yield the records.

        Raises:
            FrancaError: a line other than the last is not JSON: the file was changed by something else.
        """
        for number, line in enumerate(_lines(self.path), 1):
            try:
                yield json.loads(line)
            except ValueError as error:
                raise FrancaError(f"{self.path.name}, line {number} is not JSON", remedy="restore the file or delete it") from error

    def append(self, record: Mapping[str, Any]) -> None:
        """Add a record.

        Raises:
            FrancaError: the folder cannot be written.
        """
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        if isinstance(self.path, RemoteFile):
            self.path.append(line)
        else:
            _append(self.path, line)

    def clear(self) -> None:
        """Start anew."""
        if isinstance(self.path, RemoteFile):
            self.path.clear_lines()
        else:
            self.path.unlink(missing_ok=True)


def _lines(path: File) -> Iterable[bytes]:
    if isinstance(path, RemoteFile):
        return path.read_lines()
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else ()


def _append(path: Path, line: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _cut_torn_line(path)
        with path.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _unwritable(path, error) from error


def _cut_torn_line(path: Path) -> None:
    with path.open("ab+") as file:
        if file.tell() == 0:
            return
        file.seek(-1, os.SEEK_END)
        if file.read(1) != b"\n":
            file.truncate(path.read_bytes().rfind(b"\n") + 1)
