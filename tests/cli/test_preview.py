"""`franca preview`: what it shows, what it keeps, and whom it shows to nobody."""

from __future__ import annotations

import builtins
import json
import os
import pty
import subprocess
import sys
from importlib.resources import files

import jsonschema
import pyarrow.parquet as pq
import pytest

SCHEMA = json.loads((files("franca.render") / "preview.schema.json").read_text(encoding="utf-8"))
T = ("--as-of", "2026-03-01")
KEYED = "ledger_key: env:FRANCA_LEDGER_KEY\n"


@pytest.fixture
def keyed(shop, monkeypatch):
    """Return the starter project with a key for hashes."""
    with (shop / "franca.yaml").open("a", encoding="utf-8") as file:
        file.write(KEYED)
    monkeypatch.setenv("FRANCA_LEDGER_KEY", "canary-ledger-key")
    return shop


def shown(franca, shop, *arguments):
    """Return the preview as JSON, which is as its schema says."""
    found = franca("preview", "-p", shop, *T, "-f", "json", *arguments)
    assert found.code == 0, found.err
    made = json.loads(found.out)
    jsonschema.validate(made, SCHEMA)
    return made


def changed(preview):
    return {row["segment"]: row["change"] and (row["change"]["entered"], row["change"]["left"]) for row in preview["segments"]}


def order(shop, line: str) -> None:
    with (shop / "data" / "orders.csv").open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def test_who_entered_and_left_is_told_from_run_to_run(franca, keyed):
    """The first run begins; the second tells what an order changed."""
    assert changed(shown(franca, keyed)) == {"vip": None, "win_back": None, "never_ordered": None}
    order(keyed, "2001,4,2026-02-25T10:00:00Z,1500.00,paid")
    assert changed(shown(franca, keyed)) == {"vip": (1, 0), "win_back": (0, 0), "never_ordered": (0, 1)}
    assert changed(shown(franca, keyed)) == {"vip": (0, 0), "win_back": (0, 0), "never_ordered": (0, 0)}


def test_no_remember_compares_and_writes_nothing(franca, keyed):
    """Neither the first time, nor over what an earlier run left."""
    assert shown(franca, keyed, "--no-remember")["since"] is None
    assert not (keyed / ".franca").exists()
    shown(franca, keyed)
    order(keyed, "2001,4,2026-02-25T10:00:00Z,1500.00,paid")
    for _ in range(2):
        assert changed(shown(franca, keyed, "--no-remember"))["vip"] == (1, 0)


def test_a_preview_of_some_segments_is_compared_and_not_remembered(franca, keyed):
    """Only they are shown; what was remembered of the others stays; a note says so."""
    shown(franca, keyed)
    found = shown(franca, keyed, "win_back")
    assert changed(found) == {"win_back": (0, 0)}
    assert found["notes"] == ["not remembered for the next preview: it is of some segments only"]
    assert changed(shown(franca, keyed)) == {"vip": (0, 0), "win_back": (0, 0), "never_ordered": (0, 0)}


def test_an_unknown_segment_is_told_with_what_was_meant(franca, shop):
    """Before anything is evaluated."""
    ended = franca("preview", "vpi", "-p", shop)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "there is no segment 'vpi'; did you mean \"vip\"?\n"


def test_without_a_key_the_preview_says_what_it_cannot_tell(franca, shop, monkeypatch):
    """Only sizes are kept; the note says what to do; a reference that names nothing is no error here."""
    monkeypatch.delenv("FRANCA_LEDGER_KEY", raising=False)  # another test may have run the demo
    found = shown(franca, shop)
    assert found["notes"] == ["only sizes are remembered, not who enters and leaves: set ledger_key in franca.yaml"]
    order(shop, "2001,4,2026-02-25T10:00:00Z,1500.00,paid")
    found = shown(franca, shop)
    assert found["since"]["unknown"] == "there is no key for hashes"
    assert [(row["change"]["change"], row["change"]["entered"]) for row in found["segments"]] == [(1, None), (0, None), (-1, None)]
    assert pq.read_table(shop / ".franca" / "preview.parquet").num_rows == 0
    (shop / "franca.yaml").write_text((shop / "franca.yaml").read_text(encoding="utf-8") + KEYED, encoding="utf-8")
    (note,) = shown(franca, shop)["notes"]
    assert note.endswith("ledger_key: the environment variable FRANCA_LEDGER_KEY is not set")


def test_another_definition_is_told(franca, keyed):
    """By its key, where the change is told; the same said otherwise is the same."""
    shown(franca, keyed)
    file = keyed / "segments" / "loyalty.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("gte: 1000", "gte: 1200").replace("- {event: order, count: 0}\n", "- {not: {event: order}}\n"), encoding="utf-8"
    )
    found = shown(franca, keyed, "--no-remember")
    assert [row["segment"] for row in found["segments"] if row["change"]["redefined"]] == ["vip"]
    assert "definition changed since: vip\n" in franca("preview", "-p", keyed, *T).out


def test_previews_are_remembered_here_when_the_state_is_at_a_url(franca, shop):
    """They are nobody else's: below .franca, whatever the state's address."""
    with (shop / "franca.yaml").open("a", encoding="utf-8") as file:
        file.write("state: s3://bucket/x\n")
    assert shown(franca, shop)["notes"] == ["only sizes are remembered, not who enters and leaves: set ledger_key in franca.yaml"]
    assert (shop / ".franca" / "preview.parquet").is_file()


def test_what_is_kept_names_nobody(franca, keyed):
    """No key of a profile, no email, no key of the hashes: in the state, the page, or any form."""
    with (keyed / "data" / "customers.csv").open("a", encoding="utf-8") as file:
        file.write("canary-profile,canary@shop.test,Canary,DE,2024-02-11T09:30:00Z,SUBSCRIBED\n")
    outputs = [franca("preview", "-p", keyed, *T, "-f", form, "--html", keyed / "p.html") for form in ("text", "json", "markdown")]
    assert "never_ordered" in outputs[0].out
    texts = [part for output in outputs for part in (output.out, output.err)] + [(keyed / "p.html").read_text(encoding="utf-8")]
    kept = [file.read_bytes() for file in (keyed / ".franca").iterdir()]
    assert len(kept) == 1
    assert not any(b"canary" in content.lower() for content in [*kept, *(text.encode() for text in texts)])


def test_the_page_is_written_beside_any_form(franca, shop):
    """Whole; standard output stays what the form says."""
    found = shown(franca, shop, "--html", shop / "pages" / "p.html")
    assert found["profiles"] == 5
    text = (shop / "pages" / "p.html").read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert text.endswith("</html>\n")


def test_a_page_without_what_draws_plots_says_what_to_install(franca, shop, monkeypatch):
    """One line, before anything is evaluated or written."""
    real = builtins.__import__

    def without(name, *arguments, **keywords):
        if name == "altair":
            raise ImportError("no altair", name="altair")
        return real(name, *arguments, **keywords)

    monkeypatch.setattr(builtins, "__import__", without)
    ended = franca("preview", "-p", shop, *T, "--html", shop / "p.html")
    assert (ended.code, ended.out, ended.err) == (1, "", 'plots need altair; pip install "franca[plots]"\n')
    assert not (shop / "p.html").exists()
    assert franca("preview", "-p", shop, *T, "-f", "json").code == 0


# -- people


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "its output is not a terminal"),
        (("-f", "json"), "it goes with --format text only"),
        (("-f", "markdown"), "it goes with --format text only"),
        (("--html", "p.html"), "it does not go with --html"),
    ],
)
def test_members_are_refused_but_on_a_terminal(franca, shop, arguments, why):
    """With the reason, before anything is evaluated."""
    ended = franca("preview", "vip", "-p", shop, "--show-members", "2", *arguments)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(f"--show-members: {why}; people are shown on a terminal only")


@pytest.mark.parametrize("arguments", [("-f", "json"), ("-f", "markdown"), ("--html", "p.html")])
def test_members_are_refused_in_every_other_form_on_a_terminal_too(franca, shop, monkeypatch, arguments):
    """A terminal does not make a page or a pipeline's input of them."""
    monkeypatch.setattr("franca.cli.preview.on_terminal", lambda: True)
    ended = franca("preview", "vip", "-p", shop, "--show-members", "2", *arguments)
    assert (ended.code, ended.out) == (1, "")
    assert not (shop / "p.html").exists()


def test_members_are_shown_on_a_terminal(shop):
    """A real one: keys, so many, and nothing else of them; lines are no wider than it."""
    leader, follower = pty.openpty()
    command = [
        sys.executable,
        "-c",
        "from franca.cli.main import main; main()",
        "preview",
        "vip",
        "-p",
        str(shop),
        *T,
        "--show-members",
        "1",
        "--no-remember",
    ]
    environment = {**os.environ, "COLUMNS": "60", "CI": "1"}
    with subprocess.Popen(command, stdout=follower, stderr=subprocess.DEVNULL, env=environment) as process:
        os.close(follower)
        found = b""
        while chunk := _read(leader):
            found += chunk
    os.close(leader)
    assert process.returncode == 0
    lines = found.decode().replace("\r\n", "\n").splitlines()
    assert lines[-2:] == ["vip: 1 of 2 members", "  1"]
    assert "anna" not in found.decode().lower()
    assert all(len(line) <= 60 for line in lines[lines.index("") + 1 :] if not line.startswith("warning"))


def _read(leader: int) -> bytes:
    """Return what the terminal shows next; nothing when the program has ended."""
    try:
        return os.read(leader, 65_536)
    except OSError:
        return b""
