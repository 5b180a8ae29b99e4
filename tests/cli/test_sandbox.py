"""`franca sandbox`: accounts, seeds, faults, and what scripts read."""

from __future__ import annotations

import json
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests

from cli.conftest import Outcome
from franca.adapter.testing import PROJECT
from franca.audience.holdings import Holding
from franca.cli import sandbox
from franca.definitions import Destination, FieldMapping
from franca.demo.integration import contact, seed_of
from franca.demo.run import write_project
from franca.demo.seeds import seed
from franca.demo.store import AS_OF, make_store
from franca.language import check, load

Serve = Callable[..., Outcome]
KLAVIYO = {"Authorization": "Klaviyo-API-Key pk_sandbox", "revision": "2026-10-15"}


@pytest.fixture
def serving(franca: Serve, monkeypatch: pytest.MonkeyPatch, unused_port: int) -> Serve:
    """Return a function that runs `franca sandbox --format json ARGUMENTS`, and *look* while the sandboxes answer."""

    def run(*arguments: object, look: Callable[[], Any] = lambda: None) -> Outcome:
        monkeypatch.setattr(sandbox, "until_stopped", look)
        return franca("sandbox", "--format", "json", "--port", unused_port, *arguments)

    return run


@pytest.fixture
def unused_port() -> int:
    """Return the first of four ports in a row that nobody uses."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as server:
            first = int(server.getsockname()[1])
        try:
            with ExitStack() as stack:
                for port in range(first, first + 4):
                    stack.enter_context(socket.create_server(("127.0.0.1", port)))
        except OSError:
            continue
        return first


def klaviyo(port: int, path: str, key: str = "pk_sandbox") -> requests.Response:
    headers = {**KLAVIYO, "Authorization": f"Klaviyo-API-Key {key}"}
    return requests.get(f"http://127.0.0.1:{port}/api/{path}", headers=headers, timeout=30)


def test_one_line_tells_scripts_where_everything_is(serving: Serve, unused_port: int) -> None:
    """The JSON names every account with its address and key."""
    outcome = serving("klaviyo", "brevo")
    assert outcome.code == 0, outcome.err
    first, second = json.loads(outcome.out)["sandboxes"]
    assert first == {"name": "klaviyo", "esp": "klaviyo", "url": f"http://127.0.0.1:{unused_port}", "key": "pk_sandbox"}
    assert (second["name"], second["key"]) == ("brevo", "xkeysib-sandbox")


def test_accounts_at_one_esp_are_told_apart(serving: Serve, unused_port: int) -> None:
    """Two accounts have two ids and two keys, and neither key opens the other."""
    ids = []

    def look() -> None:
        for place, key in enumerate(("pk_sandbox", "pk_sandbox2")):
            ids.append(klaviyo(unused_port + place, "accounts", key).json()["data"][0]["id"])
        assert klaviyo(unused_port, "accounts", "pk_sandbox2").status_code == 401

    outcome = serving("klaviyo", "--accounts", 2, look=look)
    assert outcome.code == 0, outcome.err
    assert len(set(ids)) == 2


IDENTITIES: dict[str, Callable[[Any], Any]] = {
    "klaviyo": lambda made: made._world.account.id,
    "mailchimp": lambda made: (made._context.account.id, made._context.account.audiences[0].id),
    "brevo": lambda made: made._known[0].handler(None).body["organization_id"],
    "mailerlite": lambda made: made._account,
}


@pytest.mark.parametrize("esp", IDENTITIES)
def test_further_accounts_have_ids_of_their_own(esp: str) -> None:
    """What Franca takes for the identity of an account differs from number to number."""
    from franca.sandbox import Clock, emulator

    assert len({IDENTITIES[esp](emulator(esp, Clock(), number=number)) for number in range(1, 10)}) == 9


def test_faults_strike_and_say_which_they_were(serving: Serve, unused_port: int) -> None:
    """Of two rules one always strikes reads of lists, the other never comes to anything."""

    def look() -> None:
        assert klaviyo(unused_port, "lists").status_code == 429
        assert klaviyo(unused_port, "tags").status_code == 200
        recorded = requests.get(f"http://127.0.0.1:{unused_port}/_requests", timeout=30).json()
        assert [each["fault"] for each in recorded] == ["status", ""]

    outcome = serving("klaviyo", "--fault", "429@GET /api/lists", "--fault", "half:0.5", "--fault", "slow:30", look=look)
    assert outcome.code == 0, outcome.err


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("429:2", "the share 2 is not above 0"),
        ("200", "the status 200 is no error"),
        ("explode", "unknown kind of fault 'explode'"),
        ("500@(", "is no regular expression"),
        ("slow:0.5", "would not be slower"),
        ("slow:much", "could not convert"),
        ("", "is not KIND"),
    ],
)
def test_a_fault_that_is_none_is_one_line(serving: Serve, fault: str, said: str) -> None:
    """What is wrong, and how faults are written."""
    outcome = serving("--fault", fault)
    assert outcome.code == 1
    assert said in outcome.err
    assert "throttled:0.1" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--seed", "nowhere"], "there is no folder nowhere"),
        (["--env", "staging"], "--env needs a project's folder"),
        (["klavyio"], "there is no sandbox 'klavyio'"),
        (["--format", "markdown"], "there is no markdown"),
    ],
)
def test_what_cannot_be_served_is_one_line(franca: Serve, arguments: list[str], said: str) -> None:
    """Nothing is started then."""
    outcome = franca("sandbox", *arguments)
    assert outcome.code == 1
    assert said in outcome.err


def test_a_project_fills_its_own_accounts(serving: Serve, unused_port: int, tmp_path: Path) -> None:
    """Every destination has an account with the people of the project's data, their fields and events."""
    write_project(tmp_path, make_store(1000))

    def look() -> None:
        found = klaviyo(unused_port, "profiles?page[size]=100").json()["data"]
        assert {each["attributes"]["location"]["country"] for each in found} > {"Germany"}
        assert "Placed Order" in {each["attributes"]["name"] for each in klaviyo(unused_port, "metrics").json()["data"]}

    outcome = serving("--seed", tmp_path, "--as-of", AS_OF.isoformat(), look=look)
    assert outcome.code == 0, outcome.err
    assert [each["name"] for each in json.loads(outcome.out)["sandboxes"]] == ["klaviyo", "mailchimp", "brevo"]


@pytest.mark.parametrize("esp", ["klaviyo", "mailchimp", "brevo"])
def test_a_projects_seed_is_what_its_integration_would_have_stored(esp: str, tmp_path: Path) -> None:
    """From the files and mappings alone comes what the example shop's own seed holds, which is written from the shop's rows."""
    store = make_store(1000)
    write_project(tmp_path, store)
    project = check(load(tmp_path))
    found, wanted = seed_of(project, project.destinations[esp], as_of=AS_OF), seed(store, esp)
    contacts = {each["email"]: each for each in found["contacts"]}
    emails = Counter(person.email.strip().lower() for person in store.people if person.email)
    shared = {email for email, holders in emails.items() if holders > 1}
    for each in wanted["contacts"]:
        if each["email"].startswith("stranger") or each["email"] in shared:
            continue
        held = contacts[each["email"]]
        assert _texts(held["fields"]) == _texts(each["fields"])
        assert _texts(held["consent"]) == _texts(each["consent"])
    assert {_event(event) for event in _once(wanted["events"]) if event["email"] not in shared} <= {_event(e) for e in found["events"]}


@pytest.mark.parametrize(
    ("value", "words", "held"),
    [
        (True, {"true": "yes", "false": "no"}, "yes"),
        (False, {"true": "yes", "false": "no"}, "no"),
        (3, {"3": "gold"}, "gold"),
        (4, {"3": "gold"}, 4),
        ("DE", {"DE": "Germany"}, "Germany"),
        (["a", "b"], {"a": "A"}, ["A", "b"]),
        (True, {}, True),
    ],
)
def test_a_projects_seed_is_in_the_words_that_segments_ask_for(value: Any, words: dict[str, str], held: Any) -> None:
    """Values of mappings are spelled `true`, `false` and as numbers in them: what is compiled natively counts what was seeded."""
    mapping = FieldMapping(field="theirs", values=words)
    destination = Destination(name="klaviyo", adapter="klaviyo", attributes={"ours": mapping})
    person = Holding(key="1", email="a@x.de", values={"ours": value}, status=None, at=None, suppressed=None)
    assert contact(PROJECT, destination, person)["fields"] == {"theirs": held}


def _once(events: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield events until the as-of instant, the earliest of each id: a retry wrote some orders twice."""
    seen = set()
    for event in sorted(events, key=lambda event: event["at"]):
        once = (event["email"], event["metric"], event.get("id"))
        if event["at"] <= AS_OF.isoformat() and not (event.get("id") and once in seen):
            seen.add(once)
            yield event


def _texts(values: dict[str, Any]) -> dict[str, str]:
    """Return values as text, without empty ones, which an ESP cannot tell from missing."""
    shown = {name: value.isoformat() if hasattr(value, "isoformat") else str(value) for name, value in values.items()}
    return {name: value for name, value in shown.items() if value}


def _event(event: dict[str, Any]) -> tuple[Any, ...]:
    return (
        event["email"],
        event["metric"],
        str(_texts({"at": event["at"]})),
        event.get("id"),
        event.get("value"),
        event["properties"].get("Discount Amount"),
    )
