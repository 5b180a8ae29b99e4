"""What an evaluation answers besides members: sizes, files, emails, the summary, warnings; and when it computes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyarrow.parquet as pq
import pytest

from evaluator.kit import AS_OF, shop
from franca.audience import Summary, evaluate
from franca.errors import FrancaError

CUSTOMERS = """\
id,email,status,status_at,suppressed
10,Anna@X.example,SUB,,
9,bob@x.example ,SUB,,true
8,BOB@x.example,UNSUB,,
7,,SUB,,
6,"  ",,,
,stranger@x.example,SUB,,
ä,carl@x.example,PEND,,
"""
SEGMENTS = {"zz": "{everyone: true}", "mail": "{mailable: email}", "none": "{not: {everyone: true}}"}


@pytest.fixture
def evaluation(tmp_path):
    with evaluate(shop(tmp_path, {"customers.csv": CUSTOMERS}, SEGMENTS), as_of=AS_OF, now=AS_OF) as opened:
        yield opened


def test_the_file_is_sorted_text(evaluation, tmp_path):
    """Two columns of text, sorted by code point; keys that are digits are still text; the number of rows is returned."""
    path = tmp_path / "members.parquet"
    assert evaluation.write(path) == 8
    table = pq.read_table(path)
    assert [(field.name, str(field.type)) for field in table.schema] == [("segment", "string"), ("profile", "string")]
    rows = [tuple(row.values()) for row in table.to_pylist()]
    assert rows == [("mail", "10"), ("mail", "7"), *(("zz", key) for key in ("10", "6", "7", "8", "9", "ä"))]
    assert sorted(entry.name for entry in tmp_path.iterdir() if "unfinished" in entry.name) == []


def test_no_members_make_an_empty_file(tmp_path):
    """The columns are there, the rows are not."""
    with evaluate(shop(tmp_path, {"customers.csv": CUSTOMERS}, {"none": SEGMENTS["none"]}), as_of=AS_OF) as opened:
        assert opened.write(tmp_path / "empty.parquet") == 0
    assert pq.read_table(tmp_path / "empty.parquet").column_names == ["segment", "profile"]


def test_a_file_that_cannot_be_written_leaves_nothing(evaluation, tmp_path):
    """One line, no traceback of the operating system."""
    with pytest.raises(FrancaError, match=r"cannot write members\.parquet"):
        evaluation.write(tmp_path / "no" / "members.parquet")


def test_the_universe_is_one_profile_per_email(evaluation):
    """Emails are trimmed and lower-cased; shared ones, and those of rows that are no profiles, are outside."""
    assert evaluation.universe() == {"anna@x.example", "carl@x.example"}
    assert evaluation.ambiguous() == {"bob@x.example"}
    assert evaluation.emails() == {"zz": {"anna@x.example", "carl@x.example"}, "mail": {"anna@x.example"}, "none": frozenset()}


def test_the_summary_counts_profiles(evaluation):
    """Rows without a key are no profiles; two have no email; one email is shared; two may be mailed."""
    assert evaluation.summary() == Summary(profiles=6, without_key=1, without_email=2, ambiguous_emails=1, mailable=2)


def test_a_schema_without_email_and_consent_has_no_universe(tmp_path):
    """The summary still counts; what needs emails says which attribute is missing."""
    schema = "    profile: {table: customers, key: id, attributes: {}}\n"
    with evaluate(shop(tmp_path, {"customers.csv": CUSTOMERS}, schema=schema), as_of=AS_OF) as opened:
        assert opened.summary() == Summary(profiles=6, without_key=1, without_email=6, ambiguous_emails=0, mailable=None)
        with pytest.raises(FrancaError, match=r"no attribute 'email'.*declare it"):
            opened.emails()


def test_warnings_tell_of_rows_without_a_key_and_of_the_past(tmp_path):
    """Rows are counted; five minutes are now, more is the past."""
    project = shop(tmp_path, {"customers.csv": CUSTOMERS}, SEGMENTS)
    for late, expected in ((timedelta(minutes=5), 1), (timedelta(minutes=6), 2)):
        with evaluate(project, as_of=AS_OF, now=AS_OF + late) as opened:
            texts = [str(warning) for warning in opened.warnings]
        assert len(texts) == expected
        assert "warning: table 'customers': 1 rows have no 'id' and are not profiles" in texts[0]
    assert texts[1] == "warning: the as-of instant is past: attributes and consent are as they are now"


def test_nothing_is_computed_before_it_is_asked_for(tmp_path):
    """Opening reads no table: a file that is not CSV fails at the first answer."""
    with evaluate(shop(tmp_path, {"customers.csv": "id\n"}), as_of=AS_OF) as opened, pytest.raises(FrancaError, match="no column"):
        opened.sizes()


def test_answers_agree_in_any_order(tmp_path):
    """Sizes before and after the members are kept are the same numbers."""
    project = shop(tmp_path, {"customers.csv": CUSTOMERS}, SEGMENTS)
    with evaluate(project, as_of=AS_OF) as first, evaluate(project, as_of=AS_OF) as second:
        sizes = first.sizes()
        assert sizes == {"zz": 6, "mail": 2, "none": 0}
        assert {key: len(second.members(key)) for key in SEGMENTS} == second.sizes() == sizes
        assert first.emails() == second.emails()


def test_an_instant_without_a_zone_is_a_mistake_of_the_caller(tmp_path):
    """It is not guessed."""
    project = shop(tmp_path, {"customers.csv": CUSTOMERS})
    with pytest.raises(ValueError, match="zone"), evaluate(project, as_of=datetime(2026, 1, 1)):  # noqa: DTZ001
        pass


def test_progress_hears_every_step(tmp_path):
    """Done never exceeds total, and something is said."""
    heard = []
    project = shop(tmp_path, {"customers.csv": CUSTOMERS}, SEGMENTS)
    with evaluate(project, as_of=AS_OF, progress=lambda *step: heard.append(step)) as opened:
        opened.write(tmp_path / "members.parquet")
    assert heard
    assert all(0 <= done <= total and what for what, done, total in heard)
    assert heard[-1][1] == heard[-1][2]


def test_importing_franca_loads_no_engine():
    """`import franca` and the definitions cost neither Ibis nor DuckDB."""
    import subprocess
    import sys

    code = "import sys, franca, franca.definitions, franca.errors; print([m for m in ('ibis', 'duckdb', 'pyarrow') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
