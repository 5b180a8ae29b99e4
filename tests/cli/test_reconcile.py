"""`franca reconcile` against the three sandboxes: ours, theirs, and each reason for a difference, provoked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import AS_OF
from franca.adapter import Site
from franca.cli.account import opened
from franca.language import check, load

PROJECT = """
project: compared
timezone: Europe/Berlin
ledger_key: env:FRANCA_LEDGER_KEY
policies: {{maximum_change: 100%}}
data:
  connect: data
  profile:
    table: people
    key: id
    attributes: {{email: {{type: text}}, country: {{type: text}}, points: {{type: integer}}}}
    consent: {{email: {{status: consent, values: {{subscribed: ["yes"], unsubscribed: ["no"]}}}}}}
  events: {{order: {{table: orders, profile: person, at: at, id: id}}}}
destinations:
  klaviyo:
    adapter: klaviyo
    api_key: env:KLAVIYO_API_KEY
    url: {klaviyo}
    attributes: {{country: "properties['Country']"}}
    events: {{order: {{metric: Placed Order}}}}
  mailchimp: {{adapter: mailchimp, api_key: env:MAILCHIMP_API_KEY, url: {mailchimp}, audience: Customers, attributes: {{country: COUNTRY}}}}
  brevo: {{adapter: brevo, api_key: env:BREVO_API_KEY, url: {brevo}}}
"""
SEGMENTS = """
segments:
  germans: {name: Germans, where: {attribute: country, is: DE}}
  reached: {name: Reached, where: [{attribute: country, is: DE}, {mailable: email}]}
  buyers: {name: Buyers, realise: {mailchimp: skip, brevo: skip}, where: {event: order, count: {gte: 1}, last: 2 days}}
  vip: {name: VIP, realise: {klaviyo: members, mailchimp: members, brevo: members}, where: {attribute: points, gte: 500}}
  fans: {name: Fans, realise: {klaviyo: marker, mailchimp: marker, brevo: marker}, where: {attribute: points, gte: 100}}
"""
PEOPLE = """id,email,country,points,consent
1,anna@shop.test,DE,{anna},yes
2,ben@shop.test,DE,600,yes
3,clara@shop.test,DE,0,yes
4,dora@shop.test,DE,600,yes
5,,DE,600,yes
6,twins@shop.test,DE,600,yes
7,twins@shop.test,DE,600,yes
8,emil@shop.test,FR,0,yes
9,fay@shop.test,DE,0,yes
10,gil@shop.test,FR,{gil},yes
"""
THERE = {"anna": "DE", "ben": "DE", "clara": "DE", "twins": "DE", "emil": "FR", "fay": "DE", "gil": "FR"}
EVERYWHERE = {"without-email": 1, "ambiguous-email": 2, "unknown": 1}
ESPS = ("klaviyo", "mailchimp", "brevo")


def people(folder: Path, **points: int) -> None:
    """Write the shop's people."""
    (folder / "data" / "people.csv").write_text(PEOPLE.format(**{"anna": 600, "gil": 0, **points}), encoding="utf-8")


def contact(esp: str, name: str, country: str, status: str = "subscribed") -> dict[str, Any]:
    """Return a contact as a seed has it."""
    field = "properties['Country']" if esp == "klaviyo" else "COUNTRY"
    return {"email": f"{name}@shop.test", "fields": {field: country}, "consent": {"status": status, "suppressed": False}}


@pytest.fixture
def compared(tmp_path: Path, esps) -> Path:
    """Return the project's folder; the sandboxes hold its people."""
    folder = tmp_path / "compared"
    (folder / "data").mkdir(parents=True)
    (folder / "segments").mkdir()
    (folder / "franca.yaml").write_text(PROJECT.format(**{esp: running.url for esp, running in esps.items()}), encoding="utf-8")
    (folder / "segments" / "all.yaml").write_text(SEGMENTS, encoding="utf-8")
    (folder / "data" / "orders.csv").write_text("id,person,at\n1,1,2026-02-28T23:30:00Z\n2,2,2026-02-27T12:00:00Z\n", encoding="utf-8")
    people(folder)
    for esp, running in esps.items():
        running.host.emulator.seed({"contacts": [contact(esp, name, country) for name, country in THERE.items()]})
    order = {"metric": "Placed Order", "id": "2", "at": "2026-02-27T12:00:00Z", "properties": {}}
    esps["klaviyo"].host.emulator.seed({"events": [{"email": "ben@shop.test", **order}]})
    return folder


@pytest.fixture
def synced(compared: Path, franca, request: pytest.FixtureRequest) -> Path:
    """Return the project after apply and sync: of the test's *esp*, or of all of them."""
    params = getattr(request.node, "callspec", None)
    only = ("-d", params.params["esp"]) if params and "esp" in params.params else ()
    assert franca("apply", "-p", compared, "--yes", *only).code == 0
    assert franca("sync", "-p", compared, "--as-of", AS_OF.isoformat(), *only).code == 0
    return compared


def found(franca, folder: Path, esp: str, *more: str) -> dict[str, dict[str, Any]]:
    """Return what reconcile says of one destination, by address, without what it says of seeded contacts of other tests."""
    ended = franca("reconcile", esp, "-p", folder, "--as-of", AS_OF.isoformat(), "-f", "json", *more)
    assert ended.code == 0, ended.err
    (destination,) = json.loads(ended.out)["destinations"]
    for row in destination["segments"]:
        both = sum(row["there_alone"].values()) - sum(row["here_alone"].values()) + (row["uncounted"] or 0)
        assert row["theirs"] == row["ours"] + both, "what is said of the difference adds up to it"
    return {row["address"]: row for row in destination["segments"]}


def of_kind(rows: dict[str, dict[str, Any]], key: str, *kinds: str) -> dict[str, Any]:
    """Return the row of a segment."""
    (row,) = [row for address, row in rows.items() if address.partition("/")[::2] in [(kind, key) for kind in kinds]]
    return row


def by_hand(folder: Path, esp: str, *, add: str, remove: str) -> None:
    """Put somebody into the list or tag `vip` and take somebody out, as a person at the ESP would."""
    project = check(load(folder))
    with opened(Site(project=project, destination=project.destinations[esp])) as account:
        known = account.connection.known([add, remove])
        (remote,) = [each for each in account.connection.read().remotes if each.key == "vip" and each.kind in {"list", "tag"}]
        assert list(account.connection.write_members(remote, [known[add]], [known[remove]]))


@pytest.mark.parametrize("esp", ESPS)
def test_after_a_sync_only_those_differ_whom_nobody_can_push(franca, synced, esp):
    """Without an email, of an ambiguous email, unknown at the ESP: nothing else, and in every segment that they are in."""
    rows = found(franca, synced, esp)
    vip = of_kind(rows, "vip", "list", "tag")
    assert (vip["ours"], vip["theirs"], vip["here_alone"], vip["there_alone"]) == (6, 2, EVERYWHERE, {})
    field = next(row for address, row in rows.items() if address.startswith("field/") and row["segment"] == "fans")
    assert (field["ours"], field["theirs"], field["here_alone"]) == (6, 2, EVERYWHERE)
    germans = of_kind(rows, "germans", "segment", "list", "tag")
    twins = 1 if germans["address"].startswith("segment") else 0
    assert (germans["here_alone"], germans["there_alone"]) == (EVERYWHERE, {"ambiguous-email": twins} if twins else {})


@pytest.mark.parametrize("esp", ESPS)
def test_what_was_done_by_hand_is_told_from_what_waits_for_sync(franca, synced, esp):
    """Taken out and put in at the ESP; come and gone in our data since."""
    by_hand(synced, esp, add="emil@shop.test", remove="ben@shop.test")
    people(synced, anna=0, gil=600)
    vip = of_kind(found(franca, synced, esp), "vip", "list", "tag")
    assert vip["here_alone"] == {**EVERYWHERE, "taken-out": 1, "waiting": 1}
    assert vip["there_alone"] == {"put-in": 1, "leaving": 1}


def test_without_a_ledger_key_nothing_tells_by_hand_from_waiting(franca, synced):
    """The reason says so instead of guessing."""
    path = synced / "franca.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("ledger_key: env:FRANCA_LEDGER_KEY\n", ""), encoding="utf-8")
    by_hand(synced, "brevo", add="emil@shop.test", remove="ben@shop.test")
    vip = of_kind(found(franca, synced, "brevo"), "vip", "list")
    assert (vip["here_alone"], vip["there_alone"]) == ({**EVERYWHERE, "untold": 1}, {"untold": 1})


@pytest.mark.parametrize("esp", ["klaviyo", "mailchimp"])
def test_native_segments_are_compared_with_whom_the_esp_lists(franca, synced, esps, esp):
    """Another country there, no such person here, unsubscribed there."""
    changed = [contact(esp, "fay", "AT"), contact(esp, "gil", "DE"), contact(esp, "stranger", "DE")]
    esps[esp].host.emulator.seed({"contacts": [*changed, contact(esp, "clara", "DE", "unsubscribed")]})
    rows = found(franca, synced, esp)
    germans = of_kind(rows, "germans", "segment")
    assert germans["here_alone"] == {**EVERYWHERE, "facts": 1}
    assert germans["there_alone"] == {"facts": 1, "not-ours": 1, "ambiguous-email": 1}
    reached = of_kind(rows, "reached", "segment", "tag")
    if reached["address"].startswith("segment"):
        assert reached["here_alone"] == {**EVERYWHERE, "facts": 1, "suppressed": 1}


def test_people_whom_an_esp_counts_and_cannot_list_by_email_are_told_when_asked(franca, synced, esps):
    """A profile with a phone number alone is in Klaviyo's count of Germans, which takes a call of its own; no email tells who it is."""
    nameless = {**contact("klaviyo", "nameless", "DE"), "email": None}
    esps["klaviyo"].host.emulator.seed({"contacts": [nameless]})
    germans = of_kind(found(franca, synced, "klaviyo", "--counts"), "germans", "segment")
    assert germans["uncounted"] == 1
    assert of_kind(found(franca, synced, "klaviyo"), "germans", "segment") == {
        **germans,
        "uncounted": None,
        "theirs": germans["theirs"] - 1,
    }


def test_a_long_reading_is_announced(franca, synced, monkeypatch):
    """On the error stream, so that the answer stays what it is; a short one is not worth a word."""
    command = ("reconcile", "klaviyo", "-p", synced, "--as-of", AS_OF.isoformat(), "--counts")
    assert "reading takes" not in franca(*command).err
    monkeypatch.setattr("franca.cli.reconcile.LONG", 0.0)
    ended = franca(*command)
    assert "klaviyo: reading takes about 3 seconds at Klaviyo's rate limits" in ended.err
    assert "reading takes" not in ended.out


def test_who_came_within_the_hour_is_taken_for_processing_lag(franca, synced):
    """Anna ordered half an hour ago, and Klaviyo has no such event yet; Ben's older order is there."""
    buyers = of_kind(found(franca, synced, "klaviyo"), "buyers", "segment")
    assert (buyers["ours"], buyers["theirs"], buyers["here_alone"]) == (2, 1, {"lag": 1})


def test_reconcile_writes_nothing_and_ends_with_2_when_asked(franca, synced, esps):
    """Reads only, at every ESP; our own files stay as they are; the exit code is for CI."""
    before = {name: len(running.host.exchanges) for name, running in esps.items()}
    files = {path: path.read_bytes() for path in (synced / ".franca").iterdir()}
    ended = franca("reconcile", "-p", synced, "--as-of", AS_OF.isoformat(), "--exit-code")
    assert ended.code == 2
    for name, running in esps.items():
        assert {exchange.call.method for exchange in running.host.exchanges[before[name] :]} == {"GET"}
    assert files == {path: path.read_bytes() for path in (synced / ".franca").iterdir()}


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_no_person_and_no_secret_is_shown(franca, synced, form):
    """Counts only, in every form."""
    by_hand(synced, "mailchimp", add="emil@shop.test", remove="ben@shop.test")
    ended = franca("reconcile", "-p", synced, "--as-of", AS_OF.isoformat(), "-f", form)
    assert "vip" in ended.out
    assert "@shop.test" not in ended.out + ended.err
    assert "canary" not in ended.out + ended.err


def test_before_apply_it_says_what_to_do(franca, compared):
    """Nothing exists there yet."""
    ended = franca("reconcile", "brevo", "-p", compared)
    assert ended.code == 1
    assert "run `franca apply` first" in ended.err


def test_standings_come_from_each_esp(compared, esps):
    """Mailed, suppressed, and not held at all; at Mailchimp who has not confirmed is in no segment."""
    project = check(load(compared))
    asked = [f"{name}@shop.test" for name in ("anna", "clara", "fay", "nobody")]
    for esp, running in esps.items():
        changed = [contact(esp, "clara", "DE", "unsubscribed"), contact(esp, "fay", "DE", "pending")]
        running.host.emulator.seed({"contacts": changed})
        with opened(Site(project=project, destination=project.destinations[esp])) as account:
            told = account.connection.standings(asked)
        pending = "outside" if esp == "mailchimp" else "mailable"
        assert told == {asked[0]: "mailable", asked[1]: "suppressed", asked[2]: pending}


def test_the_hour_before_is_evaluated_once(franca, synced, monkeypatch):
    """However many destinations ask who was in which segment then."""
    from franca import audience

    path, kept, instants = synced / "data" / "people.csv", audience.evaluate, []

    def evaluate(project, *, as_of, **more):
        instants.append(as_of)
        return kept(project, as_of=as_of, **more)

    path.write_text(path.read_text(encoding="utf-8").replace("emil@shop.test,FR", "emil@shop.test,DE"), encoding="utf-8")
    monkeypatch.setattr(audience, "evaluate", evaluate)
    ended = franca("reconcile", "-p", synced, "--as-of", AS_OF.isoformat())
    assert ended.out.count("have other attributes, events or consent there") > 1
    assert len(instants) == len(set(instants)) == 2
