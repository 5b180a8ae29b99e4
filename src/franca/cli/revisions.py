"""Versions of a project: a folder, or what git has of it at a revision."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from franca.errors import FrancaError

if TYPE_CHECKING:
    from franca.definitions import Project
    from franca.logic.comparison import Version

_DATA = ("*.csv", "*.csv.gz", "*.parquet")
"""Files of data, which no definition is read from."""


def chosen(old: str, new: str | None) -> tuple[str, str | None]:
    """Return the two versions that were asked for; `A..B` are two, and `A..` is A and HEAD, as git has it."""
    if new is None and ".." in old and not Path(old).is_dir():
        first, _, second = old.partition("..")
        return first or "HEAD", second.lstrip(".") or "HEAD"
    return old, new


def version(wanted: str | None, project: Path, scratch: Path) -> Version:
    """Return a version of the project: None is its folder, the name of a folder is that folder, anything else a revision.

    The data of a revision is that of the project's folder.

    Raises:
        FrancaError: there is no such revision, or no project in it, or the project there has mistakes.
    """
    if wanted is None or Path(wanted).is_dir():
        folder = project if wanted is None else Path(wanted)
        return _loaded(str(folder), folder, folder)
    return _loaded(wanted, _unpacked(wanted, project, scratch), project)


def _loaded(label: str, folder: Path, data: Path) -> Version:
    from dataclasses import replace

    from franca.language import check, load
    from franca.logic.comparison import Version

    def rooted(project: Project) -> Project:
        return replace(project, root=data)

    try:
        written = load(folder)
        return Version(label=label, written=rooted(written), checked=rooted(check(written)))
    except FrancaError as error:
        raise FrancaError("\n".join(f"{label}: {line}" for line in str(error).splitlines())) from error


def _unpacked(revision: str, project: Path, scratch: Path) -> Path:
    """Write the project's files at *revision* into *scratch* and return its folder there."""
    top = Path(_git(project, "rev-parse", "--show-toplevel", shown=revision).decode().strip())
    inside = project.resolve().relative_to(top.resolve())
    commit = (
        _git(project, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", shown=revision).decode().strip()
    )
    without = [f":(exclude){pattern}" for pattern in _DATA]
    packed = _git(top, "archive", "--format=tar", commit, "--", inside.as_posix(), *without, shown=revision)
    try:
        with tarfile.open(fileobj=BytesIO(packed)) as archive:
            archive.extractall(scratch, filter="data")
    except tarfile.TarError as error:
        raise FrancaError(f"{revision}: its files cannot be unpacked: {error}") from error
    return scratch / inside


def _git(folder: Path, *arguments: str, shown: str) -> bytes:
    git = shutil.which("git")
    if git is None:
        raise FrancaError("git is not installed", remedy="give two folders to compare")
    ended = subprocess.run([git, "-C", str(folder), *arguments], capture_output=True, check=False)  # noqa: S603 - no shell, no option of the user's
    if ended.returncode:
        told = ended.stderr.decode(errors="replace").strip().splitlines()
        why = told[-1].removeprefix("fatal: ") if told else "git knows no such commit"
        raise FrancaError(f"{shown!r} is neither a folder nor a revision that holds {folder}: {why}", remedy="see `git log`")
    return ended.stdout
