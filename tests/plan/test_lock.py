"""Two runs at once against one destination: one writes, the other is refused, and a run that was killed is in nobody's way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from franca.errors import FrancaError
from franca.plan import LockedError, Result, Store, apply, make_plan
from franca.plan.remote import RemoteFolder
from plan.fake import FakeAdapter, FakeConnection, segment, wanted


def test_a_second_run_is_refused_while_the_first_writes(tmp_path: Path) -> None:
    """Whatever process it is in; another destination is free."""
    store = Store(tmp_path / "state", "klaviyo")
    with store.locked():
        with pytest.raises(LockedError, match="another run of Franca is writing to it"), Store(store.folder, "klaviyo").locked():
            pass
        with Store(store.folder, "brevo").locked():
            pass
    with store.locked():
        pass


@pytest.mark.parametrize("place", ["folder", "url"])
def test_of_two_applies_at_once_one_is_refused_and_nothing_is_made_twice(tmp_path: Path, place: str) -> None:
    """The second begins while the first has made one of three; it writes nothing, and the first comes to its end."""
    adapter = FakeAdapter()
    desired, connection = wanted(tmp_path, adapter, *map(segment, "abc")), FakeConnection(adapter.esp)
    store = Store(RemoteFolder.of(f"memory://{tmp_path.name}") if place == "url" else tmp_path, "shop")
    plan, refused = make_plan(desired, connection.read(), store.load()), []

    def meanwhile(_what: str, done: int, _total: int) -> None:
        if done == 1:
            with pytest.raises(LockedError, match="another run of Franca is writing to it") as caught:
                apply(plan, desired, connection, store)
            refused.append(caught.value.exit_code)

    done = apply(plan, desired, connection, store, progress=meanwhile)
    assert refused == [1]
    assert (done.count(Result.APPLIED), len(adapter.esp.objects)) == (3, 3)
    assert make_plan(desired, connection.read(), store.load()).changes == ()


def test_a_killed_run_lets_go(tmp_path: Path) -> None:
    """The operating system does it: there is no stale lock to delete by hand."""
    code = (
        "import os, sys; from pathlib import Path; from franca.plan import Store; "
        f"lock = Store(Path({str(tmp_path)!r}), 'klaviyo').locked(); lock.__enter__(); print('held', flush=True); os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (killed.stdout, killed.returncode) == ("held\n", -9)
    with Store(tmp_path, "klaviyo").locked():
        pass


def test_a_folder_that_nobody_may_write_is_told(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "state").write_text("", encoding="utf-8")
    with pytest.raises(FrancaError, match="cannot be written"), Store(tmp_path / "state", "klaviyo").locked():
        pass
