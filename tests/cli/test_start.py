"""Starting: help, version, a first project; nothing heavy is loaded before it is needed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

VERBS = "init validate explain evaluate preview diff schema export-querybuilder import-querybuilder".split()
VERBS += "render import plan apply sync sandbox demo capabilities".split()


def test_the_version_is_one_line(franca):
    """Scripts read it."""
    import franca as package

    assert franca("--version").out == f"franca {package.__version__}\n"


def test_help_names_every_verb_and_where_to_start(franca):
    """A newcomer sees what there is."""
    shown = franca("--help").out
    assert all(f"{verb} " in shown for verb in VERBS)
    assert "franca demo" in shown


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb_teaches_by_example(franca, verb):
    """Every verb shows one line that works."""
    shown = franca(verb, "--help").out
    assert f"Example: franca {verb}" in shown or f"franca {verb}" in shown.split("Example:")[1]


def test_importing_franca_loads_no_sdk_no_ibis_no_duckdb():
    """`import franca` and the command line's own start are light."""
    heavy = "ibis duckdb pandas pyarrow pydantic klaviyo_api openapi_client mailchimp_marketing sib_api_v3_sdk uvicorn starlette".split()
    heavy += "jinja2 babel mrml django re2".split()
    code = f"import sys, franca, franca.cli.main; print([name for name in {heavy!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found == "[]\n"


def test_importing_the_definitions_and_adapters_loads_no_sdk():
    """Compiling needs no SDK: only connecting does."""
    heavy = "ibis duckdb klaviyo_api openapi_client mailchimp_marketing sib_api_v3_sdk".split()
    code = (
        "import sys; from franca.adapter import adapter, installed; [adapter(name) for name in installed()]; "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found == "[]\n"


def test_a_new_project_works_at_once(franca, shop):
    """`init`, then `validate` and `preview`: no editing in between."""
    assert franca("validate", "-p", shop).out == "3 segments, 1 templates and 0 destinations are fine\n"
    shown = franca("preview", "-p", shop, "--as-of", "2026-03-01", "-f", "json")
    sizes = {row["segment"]: row["members"] for row in json.loads(shown.out)["segments"]}
    assert sizes == {"vip": 2, "win_back": 1, "never_ordered": 1}


def test_init_does_not_write_over_a_project(franca, shop):
    """Nothing is lost."""
    (shop / "franca.yaml").write_text("mine", encoding="utf-8")
    ended = franca("init", shop)
    assert (ended.code, ended.out) == (1, "")
    assert "nothing was written" in ended.err
    assert (shop / "franca.yaml").read_text(encoding="utf-8") == "mine"


def test_explain_speaks_english(franca, shop):
    """A marketer can read what a segment means."""
    shown = franca("explain", "win_back", "-p", shop).out
    assert "365 days" in shown
    assert "180 days" in shown
    assert "{" not in shown


def test_evaluate_writes_sorted_members(franca, shop, tmp_path):
    """The file has two columns of text, sorted by both."""
    import pyarrow.parquet as parquet

    out = tmp_path / "members.parquet"
    assert franca("evaluate", "-p", shop, "--as-of", "2026-03-01", "--out", out).code == 0
    table = parquet.read_table(out)
    rows = list(zip(table["segment"].to_pylist(), table["profile"].to_pylist(), strict=True))
    assert table.column_names == ["segment", "profile"]
    assert rows == sorted(rows) == [("never_ordered", "4"), ("vip", "1"), ("vip", "3"), ("win_back", "2")]
