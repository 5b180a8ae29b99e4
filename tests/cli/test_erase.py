"""`franca erase`: one person goes from the ledgers, and where that is asked from the ESPs; nobody else, and nothing is said of whom."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from cli.conftest import AS_OF
from cli.test_reconcile import ESPS, compared, synced  # noqa: F401 - fixtures
from contract.traffic import FOREIGN
from franca.adapter import Capability, Level, Site, VirtualWaiter, adapter, installed
from franca.adapter.erasing import Erasing
from franca.cli.account import opened
from franca.language import check, load
from franca.sandbox import Fault

ANNA = "anna@shop.test"
erasing = getattr(pytest.mark, FOREIGN)("franca erase is the one verb that deletes people; each of its requests is looked at here")


def connection(folder: Path, esp: str):
    """Return a context with an open connection."""
    project = check(load(folder))
    return opened(Site(project=project, destination=project.destinations[esp]), VirtualWaiter())


def holders(folder: Path, esp: str) -> list[str]:
    """Return the entries of the ledger, resource by resource, as hashes."""
    resources = json.loads((folder / ".franca" / f"{esp}.ledger.json").read_text(encoding="utf-8"))["resources"]
    return [hashed for held in resources.values() for hashed in [*held.get("members", ()), *held.get("values", ())]]


def deleting(running) -> list[tuple[str, str, object]]:
    """Return the requests that may have deleted somebody."""
    return [(e.call.method, e.call.path, e.call.body) for e in running.host.exchanges if e.call.method != "GET"]


def test_the_ledgers_of_all_destinations_forget_one_person(franca, synced, esps):  # noqa: F811
    """No hash of hers is left at any destination, everybody else's is; no ESP is called."""
    before = {esp: holders(synced, esp) for esp in ESPS}
    for running in esps.values():
        running.host.exchanges.clear()
    ended = franca("erase", " Anna@Shop.test ", "-p", synced)
    assert ended.code == 0, ended.err
    for esp in ESPS:
        gone = [hashed for hashed in before[esp] if hashed not in holders(synced, esp)]
        assert len(set(gone)) == 1
        assert len(before[esp]) - len(holders(synced, esp)) == len(gone)
        assert f"{esp}: removed from {len(gone)} entries of the ledger; the ESP was not asked" in ended.out
        assert not esps[esp].host.exchanges
    assert "anna" not in ended.out.lower() + ended.err.lower()
    assert "klaviyo: not in the ledger" in franca("erase", ANNA, "-p", synced).out


@erasing
@pytest.mark.parametrize("esp", ESPS)
def test_an_esp_deletes_the_person_for_good(franca, synced, esps, esp):  # noqa: F811
    """The contact is gone from it and from its lists; the others stay; only this one is named in the request."""
    with connection(synced, esp) as account:
        everybody = {contact.email for contact in account.connection.contacts()}
        (anna,) = account.connection.known([ANNA]).values()
    esps[esp].host.exchanges.clear()
    ended = franca("erase", ANNA, "-p", synced, "--from", esp, "--yes")
    assert ended.code == 0, ended.err
    profile = {"data": {"type": "profile", "id": anna.id, "attributes": {}}}
    asked = {"data": {"type": "data-privacy-deletion-job", "attributes": {"profile": profile}}}
    (request,) = deleting(esps[esp])
    assert request[0] == {"klaviyo": "POST", "mailchimp": "POST", "brevo": "DELETE"}[esp]
    assert request[2] == (asked if esp == "klaviyo" else None)
    assert anna.id in (request[1] if esp != "klaviyo" else str(request[2]))
    esps[esp].host.clock.advance(60)
    with connection(synced, esp) as account:
        assert {contact.email for contact in account.connection.contacts()} == everybody - {ANNA}


@erasing
@pytest.mark.parametrize("esp", ESPS)
def test_sync_does_not_bring_the_person_back(franca, synced, esps, esp):  # noqa: F811
    """The shop's data still have her: the next sync, and a full one, find no such contact, and make none."""
    assert franca("erase", ANNA, "-p", synced, "--from", esp, "--yes").code == 0
    esps[esp].host.clock.advance(60)
    for more in ((), ("--full",)):
        ended = franca("sync", "-p", synced, "-d", esp, "--as-of", AS_OF.isoformat(), *more)
        assert ended.code == 0, ended.err
        assert "0 rows written" in ended.out
        assert "2 not known there" in ended.out
    with connection(synced, esp) as account:
        assert not account.connection.known([ANNA])


@erasing
def test_everywhere_means_every_destination(franca, synced, esps):  # noqa: F811
    """Three ESPs, one command; asked again, nobody is there any more."""
    first = franca("erase", ANNA, "-p", synced, "--everywhere", "--yes")
    assert first.code == 0, first.err
    assert "klaviyo: removed from 2 entries of the ledger; the ESP was asked to delete the contact, and does it later" in first.out
    assert "mailchimp: removed from" in first.out
    esps["klaviyo"].host.clock.advance(60)
    again = franca("erase", ANNA, "-p", synced, "--everywhere", "--yes")
    assert again.out.count("not in the ledger; the ESP holds no such contact") == 3


def test_an_esp_is_never_asked_without_consent(franca, synced, esps):  # noqa: F811
    """Without a terminal and without --yes nothing is erased, also in no ledger."""
    before = holders(synced, "brevo")
    esps["brevo"].host.exchanges.clear()
    ended = franca("erase", ANNA, "-p", synced, "--from", "brevo")
    assert (ended.code, holders(synced, "brevo")) == (1, before)
    assert "add --yes; nothing was erased" in ended.err
    assert not esps["brevo"].host.exchanges


@pytest.mark.parametrize("way", ["stdin", "dash", "file"])
def test_the_email_need_not_stand_in_the_command(franca, synced, monkeypatch, tmp_path, way):  # noqa: F811
    """From standard input or from a file, so that no shell keeps it."""
    path = tmp_path / "person.txt"
    path.write_text(f"{ANNA}\n", encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{ANNA}\n"))
    more = {"stdin": (), "dash": ("-",), "file": ("--file", path)}[way]
    assert "brevo: removed from 4 entries" in franca("erase", "-p", synced, *more).out


@pytest.mark.parametrize("wrong", ["canary", "canary@shop.test other@shop.test", "", "canary@shop.test\nother@shop.test"])
def test_what_is_not_one_email_is_refused_without_repeating_it(franca, synced, wrong):  # noqa: F811
    """The message says what is wanted."""
    ended = franca("erase", wrong, "-p", synced)
    assert ended.code == 1
    assert "that is not one email; give one email, on one line" in ended.err
    assert "canary" not in ended.err


@erasing
def test_a_refusal_of_an_esp_names_nobody_and_leaves_the_others_done(franca, synced, esps):  # noqa: F811
    """Exit code 4; the ESP's words may hold the email, ours do not; run again, it goes on."""
    body = {"code": "method_not_allowed", "message": f"{ANNA} is a user of this account"}
    esps["brevo"].host.faults.add(Fault(match="DELETE .*", status=405, body=body, times=1))
    ended = franca("erase", ANNA, "-p", synced, "--everywhere", "--yes")
    assert ended.code == 4
    assert "Brevo: delete a contact" in ended.err
    assert "anna" not in (ended.out + ended.err).lower()
    assert "mailchimp: removed from" in ended.out
    assert (
        "brevo: removed from 4 entries of the ledger; deleted at the ESP"
        in franca("erase", ANNA, "-p", synced, "--everywhere", "--yes").out
    )


BROKEN = {
    "a word that is none": "segments:\n  vip: {name: VIP, whre: {everyone: true}}\n",
    "an attribute that is none": "segments:\n  vip: {name: VIP, where: {attribute: nothing, is: 1}}\n",
    "a wish that cannot be met": "segments:\n  vip: {name: VIP, where: {attribute: points, gte: 500}, realise: {brevo: native}}\n",
}


@erasing
@pytest.mark.parametrize("what", BROKEN)
def test_nobody_waits_for_a_segment_to_be_mended(franca, synced, esps, what):  # noqa: F811
    """Every other verb refuses the project at that ESP; the person goes from all ledgers and from it all the same."""
    (synced / "segments" / "all.yaml").write_text(BROKEN[what], encoding="utf-8")
    assert franca("plan", "-p", synced, "-d", "brevo").code == 1
    ended = franca("erase", ANNA, "-p", synced, "--from", "brevo", "--yes")
    assert ended.code == 0, ended.err
    assert "brevo: removed from 4 entries of the ledger; deleted at the ESP" in ended.out
    assert "klaviyo: removed from" in ended.out


@erasing
def test_nobody_waits_for_another_destination_to_be_mended(franca, synced, esps):  # noqa: F811
    """A key that Klaviyo does not have stands in the way of asking Klaviyo, and of nothing else."""
    path = synced / "franca.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("adapter: klaviyo", "adapter: klaviyo\n    colour: red"), encoding="utf-8")
    refused = franca("erase", ANNA, "-p", synced, "--everywhere", "--yes")
    assert (refused.code, "Klaviyo has no setting 'colour'" in refused.err, refused.out) == (1, True, "")
    ended = franca("erase", ANNA, "-p", synced, "--from", "brevo", "--yes")
    assert ended.code == 0, ended.err
    assert "brevo: removed from 4 entries of the ledger; deleted at the ESP" in ended.out
    assert "klaviyo: removed from" in ended.out


def test_without_its_main_file_nothing_is_erased(franca, synced):  # noqa: F811
    """It says which accounts and ledgers there are; the refusal says what is wrong with it."""
    before = holders(synced, "brevo")
    with (synced / "franca.yaml").open("a", encoding="utf-8") as file:
        file.write("ledgerkey: env:KEY\n")
    ended = franca("erase", ANNA, "-p", synced)
    assert (ended.code, holders(synced, "brevo")) == (1, before)
    assert "a project has no key 'ledgerkey'; did you mean \"ledger_key\"?" in ended.err


def test_nothing_personal_is_kept_of_an_erasure(franca, synced):  # noqa: F811
    """Neither the email nor its hash is in any file of the state afterwards."""
    held = set(holders(synced, "klaviyo"))
    assert franca("erase", ANNA, "-p", synced).code == 0
    (gone,) = held - set(holders(synced, "klaviyo"))
    for path in (synced / ".franca").iterdir():
        text = path.read_text(encoding="utf-8")
        assert gone not in text
        assert "@shop.test" not in text


def test_what_the_last_preview_kept_goes_too(franca, synced):  # noqa: F811
    """It holds keyed hashes of profiles, and which of them is hers cannot be told from an email."""
    assert franca("preview", "-p", synced, "--as-of", AS_OF.isoformat()).code == 0
    assert (synced / ".franca" / "preview.parquet").exists()
    assert "deleted what the last preview had kept" in franca("erase", ANNA, "-p", synced).out
    assert not (synced / ".franca" / "preview.parquet").exists()


def test_ledgers_of_destinations_that_are_gone_are_reached_too(franca, synced):  # noqa: F811
    """The project names the destination no more, and its file still knows her."""
    path = synced / ".franca" / "brevo.ledger.json"
    path.rename(path.with_name("former.ledger.json"))
    before = holders(synced, "former")
    shown = franca("erase", ANNA, "-p", synced).out
    assert "former: removed from 4 entries of the ledger" in shown
    assert "brevo: not in the ledger" in shown
    assert len(holders(synced, "former")) == len(before) - 4


def test_a_state_at_a_url_is_reached_too(franca, compared):  # noqa: F811
    """Its ledgers are objects of a store; also there, those of destinations that are gone are found."""
    from fsspec.implementations.memory import MemoryFileSystem

    with (compared / "franca.yaml").open("a", encoding="utf-8") as file:
        file.write("state: memory://erase\n")
    MemoryFileSystem.store.clear()
    MemoryFileSystem().pipe_file("/erase/.keep", b"")
    for verb in (("apply", "--yes"), ("sync", "--as-of", AS_OF.isoformat())):
        ended = franca(*verb, "-p", compared, "-d", "brevo")
        assert ended.code == 0, ended.err
    memory = MemoryFileSystem()
    memory.mv("/erase/brevo.ledger.json", "/erase/former.ledger.json")
    shown = franca("erase", ANNA, "-p", compared)
    assert shown.code == 0, shown.err
    assert "former: removed from 4 entries of the ledger" in shown.out
    MemoryFileSystem.store.clear()


def test_under_another_ledger_key_no_hash_is_kept_at_all(franca, synced, monkeypatch):  # noqa: F811
    """Hashes that cannot be searched may be hers: all go, and the next sync reads what is there."""
    monkeypatch.setenv("FRANCA_LEDGER_KEY", "another canary key")
    assert franca("erase", ANNA, "-p", synced).code == 0
    assert [holders(synced, esp) for esp in ESPS] == [[], [], []]


def test_an_adapter_that_declares_it_can_erase_and_no_other():
    """The declaration and the connection agree; a no has its reason."""
    import importlib

    for name in installed():
        support = adapter(name).capabilities[Capability.ERASURE]
        module = importlib.import_module(f"franca_{name}.connection")
        (kind,) = [each for key, each in vars(module).items() if key.endswith("Connection") and each.__module__ == module.__name__]
        assert hasattr(kind, "erase") is (support.level is not Level.NO), name
        assert support.level is Level.YES or support.reason
    assert hasattr(Erasing, "erase")


@erasing
def test_one_ledger_that_cannot_be_read_hides_no_other_failure_and_stops_nothing(franca, synced, esps):  # noqa: F811
    """That of a destination the project had once is broken, and an ESP refuses: both are told, and the rest is erased."""
    state = synced / ".franca"
    (state / "aaa.ledger.json").write_text("{", encoding="utf-8")
    (state / "brevo.ledger.json").rename(state / "former.ledger.json")
    esps["mailchimp"].host.faults.add(Fault(match="POST .*delete-permanent", status=400, body={"title": "no"}, times=1))
    ended = franca("erase", ANNA, "-p", synced, "--from", "mailchimp", "--yes")
    assert ended.code == 4
    assert "Mailchimp: delete a contact for good" in ended.err
    assert "the ledger aaa.ledger.json cannot be read" in ended.err
    assert "former: removed from 4 entries of the ledger" in ended.out


@erasing
def test_nobody_is_erased_at_another_account(franca, synced, esps):  # noqa: F811
    """The key opens another one than that which the state describes: what is deleted there is somebody else's, and cannot come back."""
    path = synced / ".franca" / "brevo.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"account": "', '"account": "x'), encoding="utf-8")
    before = holders(synced, "brevo")
    ended = franca("erase", ANNA, "-p", synced, "--from", "brevo", "--yes")
    assert ended.code == 4
    assert "brevo: the key opens the account" in ended.err
    assert holders(synced, "brevo") == before
    with connection(synced, "brevo") as account:
        assert account.connection.known([ANNA])
