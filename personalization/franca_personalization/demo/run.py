"""Copy from a model on loopback, tested in three sandboxes, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from importlib.resources import as_file, files
from pathlib import Path
from shutil import copytree

from franca.adapter import Address, ResourceKind, Site, VirtualWaiter, adapter, with_splits
from franca.audience import Evaluation, evaluate
from franca.definitions import CONTROL, Campaign, Project
from franca.demo.run import fresh, local, sandbox, write_project
from franca.demo.store import AS_OF, make_store
from franca.errors import FrancaError
from franca.language import check, load
from franca.plan import Store, apply, desire, make_plan
from franca.progress import silent
from franca.sandbox import Running
from franca.sync import Ledger, sync
from franca_personalization.copy.review import render_review
from franca_personalization.copy.run import Asking, limits, reviewed, settings, work
from franca_personalization.copy.store import approved, save
from franca_personalization.loopback import MODEL, Loopback, Mode, serve
from franca_personalization.report.render import render_report
from franca_personalization.report.run import Asking as ReportAsking
from franca_personalization.report.run import make_report

Say = Callable[[str], None]
BRIEF = "spring"
ON = AS_OF.date()
SEED = 7
RATES: Mapping[str, float] = {CONTROL: 0.05, "a": 0.12, "b": 0.055}
"""The true click rates of the simulated sends: one arm is far better, one hardly."""


def run_copy_demo(folder: Path, say: Say, people: int = 10_000) -> None:
    """Run the whole way in *folder*; every step is told with the command that does the same.

    Raises:
        FrancaError: *folder* is somebody's own, or a step did not come out as it must.
    """
    fresh(folder)
    say(f"Writing a shop with {people:,} people to {folder}")
    write_project(folder, make_store(people))
    with as_file(files("franca_personalization.demo") / "project") as more:
        copytree(more, folder, dirs_exist_ok=True)
    _copy(folder, say)
    with ExitStack() as stack:
        project = check(load(folder))
        running = {name: stack.enter_context(sandbox(folder, name)) for name in project.destinations}
        project = with_splits(local(project, running))
        evaluation = stack.enter_context(evaluate(project, as_of=AS_OF))
        for name in project.destinations:
            _drafts(project, name, running[name], evaluation, say)
        for name in project.destinations:
            _send(project, name, running[name], say)
        _report(project, running, say)


def _copy(folder: Path, say: Say) -> None:
    """Generate, check, show and approve."""
    with serve(Loopback(seed=SEED, mode=Mode.MIXED)) as url:
        say(f"\n$ franca copy generate {BRIEF} --model {MODEL} --base-url {url}    (a model on loopback, whose first answers break rules)")
        asking = Asking(project=load(folder), brief=BRIEF, on=ON)
        chosen = settings(MODEL, url)
        result = work(asking, chosen, limits(None, "", None, None), now=AS_OF, progress=silent)
        say(result.shown("text"))
        if not result.complete:
            raise FrancaError("not every variant was written", remedy="this is a bug: please report the lines above")
        again = work(Asking(project=load(folder), brief=BRIEF, on=ON), chosen, limits(None, "", None, None), now=AS_OF, progress=silent)
        say(f"A second run asks nothing and changes nothing: {again.outcomes.spent.calls} calls")
    say(f"\n$ franca copy review {BRIEF}")
    project = load(folder)
    found = reviewed(project, BRIEF, (), ())
    say(render_review(found))
    say(f'$ franca copy approve {BRIEF} --by "Demo"')
    for each in found:
        if each.blocked:
            raise FrancaError(f"{each.title} breaks a rule", remedy="this is a bug: please report the lines above")
        save(folder, approved(each.copy, "Demo", ON))


def _drafts(project: Project, name: str, running: Running, evaluation: Evaluation, say: Say) -> None:
    """Plan, apply and sync; a second plan must be empty."""
    site = Site(project=project, destination=project.destinations[name])
    found = adapter(site.destination.adapter)
    desired, store = desire(site, found), Store.of(project, name)
    connection = found.connect(site, VirtualWaiter(on_sleep=running.host.clock.advance))
    try:
        plan = make_plan(desired, connection.read(), store.load())
        applied = apply(plan, desired, connection, store)
        synced = sync(desired, evaluation, connection, store, Ledger.open(project, store))
        left = make_plan(desired, connection.read(), store.load()).changes
    finally:
        connection.close()
    if left:
        raise FrancaError(f"{name}: a second plan has {len(left)} changes; it must be empty")
    say(f"{name}: applied {len(applied.outcomes)} changes, synced {synced.written:,} rows; {_kept(project, name, found.title)}")


def _kept(project: Project, name: str, title: str) -> str:
    parts = list(_parts(project, name))
    split = [part for part in parts if part.arm]
    if split:
        return f"{len(parts)} drafts, since {title} cannot run this test: the audience is split by a hash"
    return f"{len(parts)} drafts, each a test of {len(parts[0].arms)} subjects by {title} itself"


def _parts(project: Project, name: str) -> Iterator[Campaign]:
    yield from (each for each in project.campaigns.values() if each.of == BRIEF and name in (each.destinations or (name,)))


def _send(project: Project, name: str, running: Running, say: Say) -> None:
    """Do what a person does at the ESP: press send. The sandbox then makes people click, at rates that nobody told Franca."""
    entries = Store.of(project, name).load().entries
    sent = 0
    for part in _parts(project, name):
        arms = [{"click": RATES[arm.key]} for arm in part.arms]
        data = {"campaign": entries[Address(ResourceKind.CAMPAIGN, part.key)].id, "seed": SEED, "arms": arms}
        sent += sum(arm["sent"] for arm in running.host.emulator.send(data)["arms"])
    say(f"{name}: somebody pressed send at the ESP; {sent:,} emails went out")


def _report(project: Project, running: Mapping[str, Running], say: Say) -> None:
    say(f"\n$ franca report {BRIEF}")
    sites = tuple(Site(project=project, destination=each) for each in project.destinations.values())

    def wait(seconds: float) -> None:
        for each in running.values():
            each.host.clock.advance(seconds)

    asking = ReportAsking(project=project, campaign=BRIEF, sites=sites, as_of=AS_OF + timedelta(days=4))
    say(render_report(make_report(asking, waiter=VirtualWaiter(on_sleep=wait))))
