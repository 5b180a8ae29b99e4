"""The contract kit catches adapters that break the contract, each by the check that states the fact; and loads no test runner."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from contract.examples import subject
from franca.adapter import PROTOCOL, YES, Capability, Contact, Setting, Written
from franca.adapter.constructs import Construct, refused
from franca.adapter.erasing import Erased
from franca.adapter.jobs import unheard
from franca.adapter.standing import Standing
from franca.adapter.testing import CHECKS, BrokenContractError, Check, Rules, Sent, broken, made
from franca.adapter.testing import subject as subjects
from franca.adapter.testing.story import STRANGER
from franca.definitions import Realisation
from franca.errors import FrancaError
from franca.sandbox import Clock
from franca_mailerlite.adapter import MailerLiteAdapter
from franca_mailerlite.capabilities import CAPABILITIES, NO_API
from franca_mailerlite.client import Part
from franca_mailerlite.connection import MailerLiteConnection

GOOD = replace(subject("mailerlite"), definitions=())
BY_NAME: Mapping[str, Check] = {check.__name__: check for check in CHECKS}


class Changed(MailerLiteAdapter):
    """MailerLite's adapter, changed, with a connection that may be changed too."""

    def __init__(self, change: Callable[[Any], None] = lambda _connection: None, **changes: Any) -> None:
        self._change = change
        vars(self).update(changes)

    def connect(self, site: Any, waiter: Any) -> Any:
        connection = super().connect(site, waiter)
        self._change(connection)
        return connection


class Guessing(Changed):
    """It takes any node for one that it can say."""

    def assess(self, segment: Any, site: Any) -> Any:
        found = super().assess(segment, site)
        return {**found, Realisation.NATIVE: replace(found[Realisation.NATIVE], findings=())}


class Unmarked(Changed):
    """Its members are kept nowhere."""

    def compile(self, segment: Any, realisation: Any, site: Any) -> Any:
        return tuple(replace(one, holds="") for one in super().compile(segment, realisation, site))


class Leaning(Changed):
    """It leans on something that it does not name."""

    def assess(self, segment: Any, site: Any) -> Any:
        found = super().assess(segment, site)
        more = replace(next(iter(self.assumptions.values())), id="mailerlite.secret")
        return {**found, Realisation.MEMBERS: replace(found[Realisation.MEMBERS], assumptions=(more,))}


class Talking(Changed):
    """Its dialect declares something else than it says."""

    def dialect(self, site: Any) -> Any:
        found = super().dialect(site)
        found.constructs = {**found.constructs, **self.said}
        return found


def _renames(connection: MailerLiteConnection) -> None:
    """Make groups of another name than the one that is compared."""
    resources = connection._resources
    made = resources._create["list"]  # type: ignore[index]
    resources._create = {**resources._create, "list": lambda one, body: made(replace(one, title="Another"), body)}  # type: ignore[dict-item]


def _upserts(connection: MailerLiteConnection) -> None:
    """Say that strangers are known, and write their values by something that would make them."""
    known, everybody = connection.known, connection.field_values
    connection.known = lambda emails: known(emails) | {e: Contact(e, "1") for e in emails if "stranger" in e}  # type: ignore[method-assign]
    connection.field_values = lambda fields: chain(everybody(fields), [(Contact(STRANGER, "1"), {})])  # type: ignore[method-assign]


def _resubscribes(connection: MailerLiteConnection) -> None:
    """Write the status beside each value."""

    def write(remote: Any, values: Any) -> Iterator[Written]:
        for contact, value in values:
            body = {"fields": {remote.body["key"]: value}, "status": "active"}
            connection._client.batch("write", [Part(method="PUT", path=f"/subscribers/{contact.id}", body=body)])
            yield Written(added=(contact.email,))

    connection.write_field = write  # type: ignore[method-assign]


def _takes_all(connection: MailerLiteConnection) -> None:
    """Take every group for ours."""
    read = connection.read

    def owning() -> Any:
        found = read()
        return replace(found, remotes=tuple(replace(one, key=one.key or f"x{one.id}") for one in found.remotes if one.kind == "list"))

    connection.read = owning  # type: ignore[method-assign]


def _goes_around(connection: MailerLiteConnection) -> None:
    """Read past the policy."""
    read, client = connection.read, connection._client

    def around() -> Any:
        client._send("GET", "/groups", None, None)
        return read()

    connection.read = around  # type: ignore[method-assign]


def _makes_twins(connection: MailerLiteConnection) -> None:
    """Repeat a creation whose answer was lost."""
    call = connection._client.call
    connection._client.call = lambda *args, **kwargs: call(*args, **{**kwargs, "safe": True})  # type: ignore[method-assign]


def _loses_a_member(connection: MailerLiteConnection) -> None:
    """Write the first of every batch not at all, and say that it came to nothing."""
    write = connection.write_members

    def lossy(remote: Any, add: Any, remove: Any) -> Iterator[Written]:
        yield from write(remote, add[1:], remove)
        yield Written(rejected=tuple((contact.email, "lost") for contact in add[:1]))

    connection.write_members = lossy  # type: ignore[method-assign]


def _replaces_members(connection: MailerLiteConnection) -> None:
    """Make a group hold whom it is given, and nobody else."""
    write, members = connection.write_members, connection.members

    def equal(remote: Any, add: Any, remove: Any) -> Iterator[Written]:
        yield from write(remote, add, [*remove, *(each for each in members(remote, None) if each not in add)])  # type: ignore[arg-type]

    connection.write_members = equal  # type: ignore[method-assign]


def _forgets_nobody(connection: MailerLiteConnection) -> None:
    """Say that somebody is gone."""
    connection.erase = lambda email: Erased.NOBODY if "stranger" in email else Erased.DONE  # type: ignore[method-assign]


def _mails_everybody(connection: MailerLiteConnection) -> None:
    """Call everybody mailable."""
    connection.standings = lambda emails: dict.fromkeys(connection.known(emails), Standing.MAILABLE)  # type: ignore[method-assign]


def _tells_of_jobs(connection: MailerLiteConnection) -> None:
    """Tell of jobs that nobody can ask for."""
    connection.on_job = unheard  # type: ignore[attr-defined]


def _leaves_a_job(connection: MailerLiteConnection) -> None:
    """End a write before its job does."""
    _tells_of_jobs(connection)
    connection.resume_field = lambda _remote, _job, _rows: Written()  # type: ignore[attr-defined]
    connection.under_way = lambda: ["job-1"]  # type: ignore[attr-defined]


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str], None]:
    """Run one check with another adapter in MailerLite's place."""

    def run(adapter: Any, check: str) -> None:
        monkeypatch.setattr(subjects, "adapter", lambda _name: adapter)
        BY_NAME[check](GOOD)

    return run


BROKEN = [
    (Changed(name="mailer"), "says_who_it_is", "its name is 'mailer'"),
    (Changed(protocol=PROTOCOL + 1), "says_who_it_is", "it speaks protocol"),
    (Changed(capabilities={}), "declares_every_capability", "ANY_OF_ALL"),
    (Changed(settings={"api_key": Setting(meaning="x"), "url": Setting(meaning="x")}), "checks_its_settings", "not a required secret"),
    (Changed(capabilities={**CAPABILITIES, Capability.NESTED: YES}), "can_what_it_declares", "NESTED is declared yes; of 1 examples 0"),
    (Guessing(), "can_what_it_declares", "are native"),
    (Guessing(), "refuses_nodes_that_it_does_not_know", "no finding for a node"),
    (Unmarked(), "keeps_members", r"members compile to \[\]"),
    (Changed(capabilities={**CAPABILITIES, Capability.MARKER_SEGMENT: YES}), "keeps_markers", r"it compiles to \[\]"),
    (Leaning(), "names_what_it_leans_on", "not declared: mailerlite.secret"),
    (Changed(assumptions={"x": None}), "has_a_sandbox_that_flips_them", "no switch of the emulator, or off: x"),
    (Talking(said={Construct.COUPON: YES}), "says_in_templates_what_it_declares", "COUPON is declared yes; the findings are"),
    (Talking(said={Construct.TEXT: refused("no")}), "says_in_templates_what_it_declares", r"TEXT is declared no; .* not \['no'\]"),
    (Talking(said={Construct.TEXT: refused("")}), "declares_every_construct", "a reason stands with all"),
    (Changed(_renames), "reads_back_what_it_makes", "."),
    (Changed(_upserts), "makes_nobody_and_changes_no_consent", "sync does not report"),
    (Changed(_resubscribes), "makes_nobody_and_changes_no_consent", "a consent changed"),
    (Changed(_goes_around), "makes_nobody_and_changes_no_consent", "calls through the policy"),
    (Changed(_takes_all), "deletes_only_what_is_ours", "taken for ours"),
    (Changed(_replaces_members), "fills_what_people_made", "ours and others' are to be in it, and it holds"),
    (Changed(capabilities={**CAPABILITIES, Capability.ERASURE: NO_API}), "erases_whom_it_is_asked_to", "declared no, and the connection"),
    (Changed(_forgets_nobody), "erases_whom_it_is_asked_to", "who is still there"),
    (Changed(_mails_everybody), "tells_who_is_mailed", "it calls mailable"),
    (Changed(_tells_of_jobs), "knows_its_jobs", "it tells of jobs, and lacks"),
    (Changed(_leaves_a_job), "knows_its_jobs", "jobs are under way"),
    (Changed(_loses_a_member), "ends_right_after_a_stop", "1 of 2 members of list/gold would change"),
    (Changed(_makes_twins), "makes_nothing_twice", "two objects at the destination carry the mark"),
]


@pytest.mark.foreign_traffic("adapters that break the contract on purpose")
@pytest.mark.parametrize(("adapter", "check", "words"), BROKEN, ids=[f"{check}-{words[:20]}" for _, check, words in BROKEN])
def test_a_broken_adapter_is_caught(tried: Callable[[Any, str], None], adapter: Any, check: str, words: str) -> None:
    """By the check whose fact it breaks, in words that name the matter."""
    with pytest.raises((BrokenContractError, FrancaError), match=words):
        tried(adapter, check)


def test_what_is_broken_is_told_without_a_test_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line for each, the fact first; an adapter that keeps its contract has none."""
    fast = [BY_NAME[name] for name in ("says_who_it_is", "declares_every_capability", "keeps_members")]
    assert broken(GOOD, fast) == []
    monkeypatch.setattr(subjects, "adapter", lambda _name: Changed(title=""))
    (line,) = broken(GOOD, fast)
    assert line.startswith("mailerlite: Its name is that of its entry point")
    assert line.endswith("But: it has no title")


def test_things_made_by_hand_must_be_what_the_emulator_takes() -> None:
    """A mistake in a subject is told at once."""
    with pytest.raises(LookupError, match="there is no GET /api/nothing"):
        subjects._by_hand(GOOD.emulator(Clock()), "GET", "/api/nothing", None)
    with pytest.raises(BrokenContractError, match="`people` reads"):
        BY_NAME["makes_nobody_and_changes_no_consent"](replace(GOOD, people=lambda _sandbox: {}))


def test_rules_find_what_is_forbidden_wherever_it_stands() -> None:
    """A call, a key at any depth, a request inside another; what only asks for consent is let through."""
    rules = Rules(
        keys=frozenset({"status"}),
        calls=(("POST", r"/people", "makes somebody"),),
        inside=lambda sent: (Sent(method="POST", path=each) for each in (sent.body or {}).get("parts", ())),
        reads=lambda _sent, place, _value: place == "$.where",
    )
    assert rules.violations(Sent(method="GET", path="/people", body={"where": {"status": 1}})) == []
    assert rules.violations(Sent(method="POST", path="/people")) == ["makes somebody"]
    assert rules.violations(Sent(method="PUT", path="/x", body={"a": [{"status": 1}]})) == ["$.a[0].status: a key of consent"]
    assert rules.violations(Sent(method="PUT", path="/x", body={"parts": ["/people"]})) == ["makes somebody"]


def test_the_kit_needs_no_test_runner_and_no_sdk() -> None:
    """Importing it loads neither pytest nor what only connections and evaluations need."""
    names = ["pytest", "requests", "urllib3", "duckdb", "ibis", "mailerlite", "franca_mailerlite"]
    program = f"import sys, franca.adapter.testing; print([n for n in {names!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_key_never_stands_in_a_subject_s_project() -> None:
    """It stands in a file beside it."""
    assert GOOD.site().destination.settings["api_key"] == "file:key"


def test_the_example_of_the_guide_runs() -> None:
    """The subject that adapters/README.md shows, at MailerLite, keeps the whole contract without more definitions."""
    guide = (Path(__file__).parents[2] / "adapters" / "README.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    names: dict[str, Any] = {}
    exec(program.replace('name="example"', 'name="mailerlite"'), names)
    assert broken(names["SUBJECT"], [check for check in CHECKS if check is not made.erases_whom_it_is_asked_to]) == []
