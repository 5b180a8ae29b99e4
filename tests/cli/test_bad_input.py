"""Bad input ends in one message of one line with place and remedy (and the line that it is in), exit 1, and nothing written."""

from __future__ import annotations

import re

import pytest

NOW = ("--as-of", "2026-03-01")
LOYALTY = "segments/loyalty.yaml"


def one_line(ended, *parts):
    """Check that a command ended with one message of one line that holds *parts*; an excerpt and its caret may follow."""
    assert ended.code == 1
    message, *excerpt = ended.err.rstrip("\n").split("\n")
    assert len(excerpt) in (0, 2), ended.err
    if excerpt:
        assert re.match(r"  [0-9]+ \| ", excerpt[0])
        assert excerpt[1].strip() == "^"
    assert "Traceback" not in ended.err
    for part in parts:
        assert part in message


@pytest.mark.parametrize(
    ("file", "old", "new", "parts"),
    [
        (
            "segments/loyalty.yaml",
            "event: order, count: {gte: 5}",
            "event: ordr, count: {gte: 5}",
            [f"{LOYALTY}:8:", 'did you mean "order"'],
        ),
        (LOYALTY, "gte: 5", "gtee: 5", [f"{LOYALTY}:8:", 'did you mean "gte"']),
        (LOYALTY, "365 days", "365 dais", [f"{LOYALTY}:8:", 'did you mean "days"']),
        (LOYALTY, "gte: 1000", "gte: lots", [f"{LOYALTY}:9:", "write a number"]),
        (LOYALTY, "{mailable: email}", "{segment: win_back}", ["circle: win_back → win_back"]),
        (LOYALTY, "  never_ordered:", "  vip:", ['duplicate key "vip"']),
        ("franca.yaml", "total: {type: decimal}", "total: {type: decimal, column: totl}", ["totl", "orders", 'did you mean "total"']),
        ("franca.yaml", "table: orders", "table: order", ["order", "orders"]),
        ("franca.yaml", "connect: data", "connect: nowhere", ["nowhere"]),
        ("data/orders.csv", "120.00", "lots", ["orders.csv", "2"]),
        ("data/orders.csv", "2025-04-02T10:00:00Z", "yesterday", ["orders.csv", "2"]),
        ("data/customers.csv", "SUBSCRIBED", "SIGNED_UP", ["email_status"]),
    ],
)
def test_a_mistake_in_files_or_data(franca, shop, tmp_path, file, old, new, parts):
    """Definitions, schema and data alike."""
    path = shop / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    out = tmp_path / "out.parquet"
    one_line(franca("evaluate", "-p", shop, *NOW, "--out", out), *parts)
    assert not out.exists()


def test_an_empty_data_folder(franca, shop, tmp_path):
    """Nothing to evaluate is said, not guessed."""
    for path in (shop / "data").iterdir():
        path.unlink()
    one_line(franca("evaluate", "-p", shop, *NOW, "--out", tmp_path / "x.parquet"), "data")


def test_an_unreadable_file(franca, shop, tmp_path):
    """A file that is no Parquet says so."""
    (shop / "data" / "orders.csv").unlink()
    (shop / "data" / "orders.parquet").write_bytes(b"not parquet")
    one_line(franca("evaluate", "-p", shop, *NOW, "--out", tmp_path / "x.parquet"), "orders.parquet")


def test_two_files_of_one_table(franca, shop, tmp_path):
    """orders.csv and orders.csv.gz: which one is meant is not guessed."""
    (shop / "data" / "orders.csv.gz").write_bytes(b"")
    one_line(franca("evaluate", "-p", shop, *NOW, "--out", tmp_path / "x.parquet"), "orders.csv.gz")


@pytest.mark.parametrize("name", ["klaviyo", "mailchimp", "brevo"])
def test_a_missing_key_names_the_variable(franca, connected, monkeypatch, name):
    """The message says what to set."""
    variable = f"{name.upper()}_API_KEY"
    monkeypatch.delenv(variable)
    one_line(franca("plan", "-p", connected, "-d", name), variable)


@pytest.mark.parametrize("name", ["klaviyo", "mailchimp", "brevo"])
def test_a_wrong_key_is_told_without_showing_it(franca, connected, monkeypatch, name):
    """The ESP's refusal, not a traceback, and not the key."""
    monkeypatch.setenv(f"{name.upper()}_API_KEY", "wrong-us1")
    ended = franca("plan", "-p", connected, "-d", name)
    one_line(ended, "key")
    assert "wrong-us1" not in ended.err
    assert not (connected / ".franca").exists()


@pytest.mark.parametrize("name", ["klaviyo", "mailchimp", "brevo"])
def test_an_unreachable_esp(franca, connected, monkeypatch, name, esps):
    """Nobody listens there: one line, nothing written."""
    path = connected / "franca.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(esps[name].url, "http://127.0.0.1:9"), encoding="utf-8")
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    one_line(franca("plan", "-p", connected, "-d", name), "reach")
    assert not (connected / ".franca").exists()


def test_a_missing_extra_says_what_to_install(franca, connected, monkeypatch):
    """An SDK that is not installed is one line with the command to type."""
    import sys

    for name in [module for module in sys.modules if module.split(".")[0] in ("klaviyo_api", "openapi_client")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "klaviyo_api", None)
    one_line(franca("plan", "-p", connected, "-d", "klaviyo"), 'pip install "franca[klaviyo]"')


def test_an_unknown_destination(franca, connected):
    """Names get a suggestion."""
    one_line(franca("plan", "-p", connected, "-d", "klavio"), 'did you mean "klaviyo"?')


def test_a_secret_in_the_project_is_refused(franca, connected):
    """Keys are references."""
    path = connected / "franca.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("env:BREVO_API_KEY", "xkeysib-123"), encoding="utf-8")
    ended = franca("validate", "-p", connected)
    one_line(ended, "not a reference to a secret", "env:NAME")
    assert "xkeysib-123" not in ended.err


def test_an_instant_that_is_none(franca, shop):
    """--as-of has one form."""
    one_line(franca("preview", "-p", shop, "--as-of", "soon"), "--as-of", "write 2026-01-31T09:00:00Z")
