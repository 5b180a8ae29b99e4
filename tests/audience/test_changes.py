"""What a run leaves for the next one, and what changed in between."""

from __future__ import annotations

import hashlib
import hmac

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audience.sets import batches
from franca.audience.changes import Change, Memory, Recorder, Run
from franca.errors import FrancaError

PEOPLE = [f"person-{number}" for number in range(90)]
KEY = b"canary ledger key"
SOME = st.frozensets(st.sampled_from(PEOPLE))


def run(memory, sets, *, prints=None, as_of="2026-03-01T00:00:00+00:00", keep=True, everyone=PEOPLE, renamed=None):
    """Record one run; return what changed."""
    prints = dict.fromkeys(sets, "same") | (prints or {})
    with Recorder(memory, list(sets), renamed or {}) as recorder:
        for batch in batches(sets, everyone, [20, 33]):
            recorder.add(batch)
        since = recorder.compare(prints)
        if keep:
            sizes = {key: len(inside) for key, inside in sets.items()}
            recorder.keep(Run(as_of=as_of, key=memory.key_id, sizes=sizes, fingerprints=prints))
    return since


def some_runs(most: int):
    """Return a decorator: *most* examples of what two runs hold, and whether the segments are turned round in between."""
    given_runs = given(st.lists(st.tuples(SOME, SOME), min_size=1, max_size=4), st.booleans())
    limits = settings(max_examples=most, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    return lambda test: limits(given_runs(test))


@some_runs(6)
def test_entries_and_exits_are_those_of_sets(tmp_path, found, turned):
    """Of every segment that both runs have, wherever it stands among the others and whatever else is new."""
    as_sets(tmp_path, found, turned=turned)


@pytest.mark.slow
@some_runs(100)
def test_entries_and_exits_are_always_those_of_sets(tmp_path, found, turned):
    """The same, more often."""
    as_sets(tmp_path, found, turned=turned)


def as_sets(tmp_path, found, *, turned):
    memory = Memory(tmp_path / "x" / "last.parquet", KEY)
    memory.path.unlink(missing_ok=True)
    before = {f"s{number}": one for number, (one, _) in enumerate(found)}
    after = {"new": frozenset(PEOPLE[:3]), **{f"s{number}": other for number, (_, other) in enumerate(found)}}
    after = dict(reversed(after.items())) if turned else after
    assert run(memory, before) is None
    since = run(memory, after, everyone=PEOPLE[::-1])
    assert since.unknown == ""
    assert since.changes == {
        key: Change(before=len(before[key]), entered=len(after[key] - before[key]), left=len(before[key] - after[key]), redefined=False)
        for key in before
    }
    assert run(memory, after).changes["new"] == Change(before=3, entered=0, left=0, redefined=False)


def test_more_segments_than_bits_of_a_column(tmp_path):
    """Seventy segments take three columns; the last ones are not mixed up."""
    memory = Memory(tmp_path / "last.parquet", KEY)
    sets = {f"s{number}": frozenset(PEOPLE[number : number + 2]) for number in range(70)}
    run(memory, sets)
    since = run(memory, {key: inside if key != "s69" else frozenset(PEOPLE[70:72]) for key, inside in sets.items()})
    moved = {key: (change.entered, change.left) for key, change in since.changes.items() if change.entered or change.left}
    assert moved == {"s69": (1, 1)}


def test_the_file_holds_hashes_in_their_own_order(tmp_path):
    """The first 128 bits of HMAC-SHA-256 of members' keys, sorted; no key of a profile, nor that of the hashes."""
    memory = Memory(tmp_path / "last.parquet", KEY)
    members = frozenset(PEOPLE[10:60])
    run(memory, {"x": members})
    hashes = pq.read_table(memory.path)["hash"].to_pylist()
    assert hashes == sorted(hmac.digest(KEY, person.encode(), hashlib.sha256)[:16] for person in members)
    content = memory.path.read_bytes()
    assert b"person-" not in content
    assert KEY not in content
    assert [path.name for path in tmp_path.iterdir()] == ["last.parquet"]


def test_a_long_key_is_hashed_as_hmac_says(tmp_path):
    """Keys longer than a block of SHA-256 are hashed first."""
    memory = Memory(tmp_path / "last.parquet", b"k" * 100)
    run(memory, {"x": frozenset(PEOPLE[:1])})
    assert pq.read_table(memory.path)["hash"].to_pylist() == [hmac.digest(b"k" * 100, PEOPLE[0].encode(), hashlib.sha256)[:16]]


@pytest.mark.parametrize(
    ("before", "now", "why"),
    [
        (KEY, None, "there is no key for hashes"),
        (None, KEY, "the last preview had no key for hashes"),
        (KEY, b"other", "the last preview had another key for hashes"),
        (None, None, "there is no key for hashes"),
    ],
)
def test_without_one_key_only_sizes_are_compared(tmp_path, before, now, why):
    """And the reason is told."""
    path = tmp_path / "last.parquet"
    run(Memory(path, before), {"x": frozenset(PEOPLE[:5])})
    since = run(Memory(path, now), {"x": frozenset(PEOPLE[5:7])})
    assert since.unknown == why
    assert since.changes == {"x": Change(before=5, entered=None, left=None, redefined=False)}
    assert now is not None or pq.read_table(path).num_rows == 0


def test_another_definition_is_told(tmp_path):
    """By its fingerprint; the instant of the last run is told, too."""
    memory = Memory(tmp_path / "last.parquet", KEY)
    run(memory, {"x": frozenset(PEOPLE[:5]), "y": frozenset()}, as_of="2026-01-01T00:00:00+00:00")
    since = run(memory, {"x": frozenset(PEOPLE[:5]), "y": frozenset()}, prints={"x": "other"})
    assert since.as_of == "2026-01-01T00:00:00+00:00"
    assert {key: change.redefined for key, change in since.changes.items()} == {"x": True, "y": False}


def test_a_renamed_segment_is_compared_with_what_it_was(tmp_path):
    """By the key that it had; a new one that had another's key is not."""
    memory = Memory(tmp_path / "last.parquet", KEY)
    run(memory, {"old": frozenset(PEOPLE[:5]), "y": frozenset(PEOPLE[:1])})
    since = run(memory, {"new": frozenset(PEOPLE[2:6]), "y": frozenset()}, renamed={"new": "old", "y": "z"})
    assert since.changes["new"] == Change(before=5, entered=1, left=2, redefined=False)
    assert since.changes["y"] == Change(before=1, entered=0, left=1, redefined=False)


def test_a_run_that_is_not_kept_leaves_nothing(tmp_path):
    """Neither a file nor a folder; the last run stays."""
    memory = Memory(tmp_path / "state" / "last.parquet", KEY)
    assert run(memory, {"x": frozenset(PEOPLE[:5])}, keep=False) is None
    assert list(tmp_path.iterdir()) == []
    run(memory, {"x": frozenset(PEOPLE[:5])})
    run(memory, {"x": frozenset()}, keep=False)
    assert run(memory, {"x": frozenset()}).changes["x"].left == 5


def test_the_key_is_in_no_repr():
    """Not even by accident."""
    assert KEY.decode() not in repr(Memory(path=None, key=KEY))


@pytest.mark.parametrize("content", [b"", b"no parquet", b"PAR1"])
def test_an_unreadable_file_is_told_with_what_to_do(tmp_path, content):
    """It is not overwritten."""
    path = tmp_path / "last.parquet"
    path.write_bytes(content)
    with pytest.raises(FrancaError, match=r"last\.parquet.*cannot be read.*delete it"):
        run(Memory(path, KEY), {"x": frozenset()})
    assert path.read_bytes() == content


def test_a_file_that_lacks_what_it_says_is_told(tmp_path):
    """Its metadata is there, its columns are not."""
    memory = Memory(tmp_path / "last.parquet", KEY)
    run(memory, {"x": frozenset(PEOPLE[:5])})
    pq.write_table(pq.read_table(memory.path).drop_columns(["m0"]), memory.path)
    with pytest.raises(FrancaError, match=r"last\.parquet.*cannot be read.*delete it"):
        run(memory, {"x": frozenset()})


def test_a_file_of_another_version_or_kind_is_refused(tmp_path):
    """A later Franca's file is not misread; nor is some other Parquet file."""
    path = tmp_path / "last.parquet"
    run(Memory(path, KEY), {"x": frozenset()})
    table = pq.read_table(path)
    for meta, why in (({"franca": '{"version": 2}'}, "version 2, not 1; upgrade"), ({}, "cannot be read")):
        pq.write_table(table.replace_schema_metadata(meta), path)
        with pytest.raises(FrancaError, match=why):
            Memory(path).last()


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    """With the option that does without."""
    (tmp_path / "state").write_text("a file")
    with pytest.raises(FrancaError, match=r"cannot be written.*--no-remember"):
        run(Memory(tmp_path / "state" / "last.parquet", KEY), {"x": frozenset()})
