"""`franca import` without --content: segments, lists and tags."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from franca.cli.common import Format, load_checked, progress, sites
from franca.errors import FrancaError

if TYPE_CHECKING:
    from franca.adapter import Site, Snapshot
    from franca.importing import Import
    from franca.plan import Store


def import_segments(destination: str, folder: Path, *, env: str | None, accepted: Collection[str], dry_run: bool, form: Format) -> str:
    """Import an account's segments; return what to tell.

    Raises:
        FrancaError: the account cannot be read, the state is another account's, or what was written is not what a plan wants.
    """
    from franca.cli.account import opened
    from franca.importing import read_account, with_foreign
    from franca.language import load
    from franca.plan import check_account
    from franca.render.imported import render_import

    site = next(sites(load_checked(folder, env), [destination]))
    with opened(site) as account, progress("reading"):
        snapshot, state = with_foreign(account.connection), account.store.load()
    check_account(state, snapshot, destination)
    adapter = account.desired.adapter
    found = read_account(site, adapter, snapshot, state=state, written=load(folder), accepted=accepted)
    path = None if dry_run else _written(found, folder)
    if not dry_run:
        again = next(sites(load_checked(folder, env), [destination]))
        _adopted(found, again, snapshot, account.store)
    return render_import(found, path, form.value)


def _written(found: Import, folder: Path) -> Path | None:
    """Write a file that was not there; return it, None when there is nothing new."""
    from franca.importing import file_text
    from franca.language import SEGMENTS_FOLDER

    new = [each for each in found.imported if not each.written]
    if not new:
        return None
    names = (f"imported_{found.destination}{number}.yaml" for number in ("", *(f"_{at}" for at in range(2, 1_000))))
    path = next(path for path in (folder / SEGMENTS_FOLDER / name for name in names) if not path.exists())
    text = file_text(new, found.destination)
    path.parent.mkdir(exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    return path


def _adopted(found: Import, site: Site, snapshot: Snapshot, store: Store) -> None:
    """Tell the state; *site* has the project as it is now.

    Raises:
        FrancaError: a plan would change what was just imported.
    """
    from franca.adapter import adapter
    from franca.importing import adopt
    from franca.plan import desire

    left = adopt(found.imported, desire(site, adapter(site.destination.adapter)), snapshot, store)
    if left:
        what = ", ".join(f"{change.action} {change.address}" for change in left)
        raise FrancaError(f"after the import a plan would still {what}", remedy="please report it; nothing was changed at the ESP")
