"""What the demo prints of drafts is what the ESP holds: the subject as it came out, and the fields that sync wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from franca.adapter import Site, VirtualWaiter, adapter
from franca.audience import evaluate
from franca.demo.emails import subjects
from franca.demo.run import local, sandbox, write_project
from franca.demo.store import AS_OF, make_store
from franca.errors import FrancaError
from franca.language import check, load
from franca.plan import Store, apply, desire, make_plan
from franca.sync import Ledger, sync


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    write_project(folder, make_store(1000))
    return folder


@pytest.mark.parametrize("name", ["brevo", *(pytest.param(name, marks=pytest.mark.slow) for name in ("klaviyo", "mailchimp"))])
def test_the_subject_is_read_as_a_member_reads_it(shop: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what the ESP holds; an engine that makes another subject of it is an error."""
    with sandbox(shop, name) as running, evaluate(check(load(shop)), as_of=AS_OF) as evaluation:
        project = local(check(load(shop)), dict.fromkeys(check(load(shop)).destinations, running))
        site = Site(project=project, destination=project.destinations[name])
        connection = adapter(name).connect(site, VirtualWaiter(on_sleep=running.host.clock.advance))
        desired, store, esp = desire(site, adapter(name)), Store.of(project, name), running.host.emulator
        apply(make_plan(desired, connection.read(), store.load()), desired, connection, store)
        sync(desired, evaluation, connection, store, Ledger.open(project, store))
        (line,) = subjects(desired, evaluation, connection, esp)
        assert line.startswith(f"{name}: the draft early_access greets one of its audience with 'Early access for you, ")
        render = esp.render
        monkeypatch.setattr(esp, "render", lambda *given, **more: render(*given, **more).replace("Early", "Late"))
        with pytest.raises(FrancaError, match="by the reference"):
            list(subjects(desired, evaluation, connection, esp))
        connection.close()
