"""A canary in every email and in every key: no verb shows, stores or logs one, also when an ESP answers with somebody's email."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from cli.conftest import AS_OF, KEYS
from cli.test_reconcile import ESPS, compared, people  # noqa: F401 - a fixture too
from contract.traffic import FOREIGN
from franca.cli.main import app
from franca.sandbox import Fault

NOW = ("--as-of", AS_OF.isoformat())
PERSON = "anna@shop.test"
PROBED = ("--contact", PERSON, "--contact", "emil@shop.test")
CANARIES = (*KEYS.values(), "canary-ledger-key", "@shop.test", "%40shop.test")

VERBS: dict[str, tuple[tuple[str, ...], ...]] = {
    "validate": ((),),
    "explain": ((),),
    "preview": (NOW, (*NOW, "-f", "json"), (*NOW, "-f", "markdown")),
    "plan": ((), ("-f", "json"), ("-f", "markdown")),
    "apply": (("--yes",),),
    "sync": (NOW, (*NOW, "--full")),
    "reconcile": (NOW, (*NOW, "-f", "json"), (*NOW, "-f", "markdown")),
    "probe": tuple((esp, *PROBED, *NOW, "-f", form) for esp in ("klaviyo", "mailchimp") for form in ("text", "json", "markdown")),
    "erase": ((PERSON,), (PERSON, "--everywhere", "--yes")),
}
"""Verb → what it is run with, in this order."""

ELSEWHERE = {
    "init": "writes a starter with invented people, and reads nobody",
    "evaluate": "writes the members where the user says",
    "diff": "counts, of two versions in git: tests/cli/test_diff.py",
    "render": "shows the email of somebody, as that person would see it: that is what it is for",
    "verify-content": "counts and differences without people: tests/cli/test_verify_content.py",
    "import": "reads definitions; its tests are in tests/importing",
    "export-querybuilder": "reads definitions alone",
    "import-querybuilder": "reads definitions alone",
    "parity": "reads definitions alone",
    "sandbox": "serves",
    "demo": "invents its people",
    "capabilities": "reads no project",
    "schema": "reads no project",
}
"""Verbs that are not run here, and why."""

erasing = getattr(pytest.mark, FOREIGN)("franca erase is the one verb that deletes people")


def core() -> set[str]:
    """Return the core's verbs; what optional layers add has tests of its own."""
    return {str(each.name) for each in app.registered_commands if each.callback and each.callback.__module__.startswith("franca.cli.")}


def test_no_verb_is_left_out():
    """A new verb is run here, or a reason says why not."""
    assert core() == VERBS.keys() | ELSEWHERE.keys()


def stored(folder: Path) -> list[bytes]:
    """Return every file of the state."""
    return [path.read_bytes() for path in (folder / ".franca").iterdir() if path.is_file()] if (folder / ".franca").exists() else []


def clean(texts: list[str], what: str) -> None:
    """Insist that there is no canary."""
    assert not [canary for text in texts for canary in CANARIES if canary in text], what


@erasing
def test_no_verb_shows_stores_or_logs_a_person_or_a_secret(franca, compared, caplog):  # noqa: F811
    """Output, errors, warnings that are logged, and every file of the state, after each verb in each form."""
    caplog.set_level(logging.WARNING)
    for verb, runs in VERBS.items():
        for arguments in runs:
            ended = franca(verb, *arguments, "-p", compared)
            assert ended.code == 0, (verb, ended.err)
            clean([ended.out, ended.err, caplog.text], f"{verb} {arguments}")
            clean([text.decode("latin-1") for text in stored(compared)], f"state after {verb} {arguments}")


@erasing
@pytest.mark.parametrize("verb", ["plan", "apply", "sync", "reconcile", "erase"])
def test_an_esps_words_about_somebody_are_not_repeated(franca, compared, esps, verb, tmp_path):  # noqa: F811
    """An error that names a person and the key: one line that names neither, and a state that holds neither."""
    assert franca("apply", "-p", compared, "--yes").code == 0
    assert franca("sync", "-p", compared, *NOW).code == 0
    people(compared, anna=0, gil=600)
    for esp in ESPS:
        esps[esp].host.faults.add(Fault(status=400, body=refusal(esp), times=None))
    for esp in ESPS:
        arguments = {"sync": ("-d", esp, *NOW), "reconcile": (esp, *NOW), "erase": (PERSON, "--from", esp, "--yes")}
        ended = franca(verb, *arguments.get(verb, ("-d", esp)), *(("--yes",) if verb == "apply" else ()), "-p", compared)
        assert ended.code in {1, 4}, ended.out
        clean([ended.out, ended.err], f"{verb} at {esp}")
    clean([text.decode("latin-1") for text in stored(compared)], f"state after {verb}")


def refusal(esp: str) -> object:
    """Return an error in the ESP's shape that names somebody and repeats the key."""
    words = f"{PERSON} is not allowed with {KEYS[esp]}"
    return {
        "klaviyo": {"errors": [{"id": "1", "status": 400, "code": "invalid", "title": words, "detail": words, "source": {"pointer": "/"}}]},
        "mailchimp": {"type": "about:blank", "title": words, "status": 400, "detail": words, "instance": "1"},
        "brevo": {"code": "invalid_parameter", "message": words},
    }[esp]


def test_json_forms_are_json(franca, compared):  # noqa: F811
    """What was looked at above as text is what programs read."""
    assert franca("apply", "-p", compared, "--yes", "-d", "brevo").code == 0
    assert json.loads(franca("reconcile", "brevo", "-p", compared, *NOW, "-f", "json").out)["version"] == 1
