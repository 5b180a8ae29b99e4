"""`franca import` without --content: segments, lists and tags."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from franca.cli.common import Format, load_checked, progress, sites, warn

if TYPE_CHECKING:
    from franca.importing import Import


def import_segments(destination: str, folder: Path, *, env: str | None, accepted: Collection[str], dry_run: bool, form: Format) -> str:
    """Import an account's segments; return what to tell.

    Raises:
        FrancaError: the account cannot be read, or the state or the account is another's.
    """
    from franca.cli.account import opened
    from franca.importing import adopt, read_account, with_foreign
    from franca.language import load
    from franca.plan import check_account, desire, insist_on_own_account
    from franca.render.imported import render_import

    site = next(sites(load_checked(folder, env), [destination]))
    with opened(site) as account, progress("reading"):
        snapshot, state = with_foreign(account.connection), account.store.load()
    check_account(state, snapshot, destination)
    insist_on_own_account(site.project, destination, snapshot.account)
    adapter = account.desired.adapter
    found = read_account(site, adapter, snapshot, state=state, written=load(folder), accepted=accepted)
    unused = sorted({*accepted} - {finding for each in found.imported for finding, _ in each.approximated})
    warn(f"nothing that was imported needed --accept {each}" for each in unused)
    path = None if dry_run else _written(found, folder)
    if not dry_run:
        again = next(sites(load_checked(folder, env), [destination]))
        adopt(found.imported, desire(again, adapter, account.store.load().measured), snapshot, account.store)
    return render_import(found, path, form.value)


def _written(found: Import, folder: Path) -> Path | None:
    """Write a file that was not there; return it, None when there is nothing new."""
    from franca.importing import file_text
    from franca.language import SEGMENTS_FOLDER
    from franca.plan.files import write_whole

    new = [each for each in found.imported if not each.written]
    if not new:
        return None
    names = (f"imported_{found.destination}{number}.yaml" for number in ("", *(f"_{at}" for at in range(2, 1_000))))
    path = next(path for path in (folder / SEGMENTS_FOLDER / name for name in names) if not path.exists())
    write_whole(path, file_text(new, found.destination))
    return path
