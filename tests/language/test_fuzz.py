"""Whatever a file holds, loading and checking end soon, in a project or in an error for people."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from franca.definitions import Project
from franca.errors import FrancaError
from franca.language import load_and_check
from language import heavy
from language.heavy import PROJECT_FILES, SEGMENT_FILES
from language.mutations import files, trees
from language.nasty import NASTY, NASTY_PROJECTS, PLACES

PATIENCE = 10.0
"""CPU seconds after which a fast test fails: ten times what is promised, for machines that are busy."""


def outcome(folder: Path, **contents: str | bytes) -> Project | str:
    """Return the checked project, its files right except those given by kind, or what is told; any other exception is a failure.

    Campaigns name segments, so that they are there only when the segments are right.
    """
    for kind, (name, right) in PLACES.items():
        if "segments" in contents and kind in ("campaign", "copy"):
            continue
        content = contents.get(kind, right)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    start = time.process_time()
    try:
        return load_and_check(folder)
    except FrancaError as error:
        return str(error)
    finally:
        assert time.process_time() - start < PATIENCE


def agrees(found: Project | str, told: str | None) -> bool:
    """Return whether the outcome is as written in the corpus."""
    return isinstance(found, Project) if told is None else isinstance(found, str) and told in found


def test_the_project_that_is_changed_is_right(tmp_path):
    """It says every word of the language, and no mistake is in it."""
    assert isinstance(outcome(tmp_path), Project)


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_file_ends_in_a_project_or_in_words(tmp_path, name):
    """By hand: encodings, oddities of YAML, bombs, extremes."""
    content, told = NASTY[name]
    found = outcome(tmp_path, segments=content)
    assert agrees(found, told), found if isinstance(found, str) else "it is fine"
    assert isinstance(found, Project) or all(len(line) < 3_000 for line in found.splitlines())


@pytest.mark.parametrize("name", NASTY_PROJECTS)
def test_a_nasty_project_ends_in_a_project_or_in_words(tmp_path, name):
    """The same for franca.yaml."""
    content, told = NASTY_PROJECTS[name]
    found = outcome(tmp_path, project=content)
    assert agrees(found, told), found if isinstance(found, str) else "it is fine"


def examples(number: int) -> settings:
    """Return how many random files a test makes, the same at every run."""
    return settings(max_examples=number, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("kind", PLACES)
def test_a_changed_file_ends_in_a_project_or_in_words(tmp_path, kind):
    """Some right files of each kind with nodes, letters and bytes changed."""
    check_files(tmp_path, kind, 60)


@pytest.mark.slow
@pytest.mark.parametrize("kind", PLACES)
def test_many_changed_files_end_in_a_project_or_in_words(tmp_path, kind):
    """Thousands of them."""
    check_files(tmp_path, kind, 3_000)


def check_files(folder: Path, kind: str, number: int) -> None:
    """Load and check random files of one kind; some of them are right all the same."""
    ends: Counter[bool] = Counter()

    @examples(number)
    @given(st.one_of(trees(kind).map(str.encode), files(kind)))
    def each(content: bytes) -> None:
        found = outcome(folder, **{kind: content})
        ends[isinstance(found, Project)] += 1

    each()
    assert ends[False] > number / 4
    assert ends[True]


def test_braces_that_are_never_closed_end_soon(tmp_path):
    """A template's own copy is cut at its prints in time that grows with the text."""
    _, right = PLACES["template"]
    found = outcome(tmp_path, template=right.replace("copy: {", f"copy: {{braces: '{'{{' * 50_000}', "))
    assert isinstance(found, Project)
    assert [str(part.text) for part in found.templates["welcome"].copy["body"]] == ['{{ "One" }}', '{{ "Two" }}']


@pytest.mark.parametrize("kind", PLACES)
def test_no_more_is_read_of_a_file_than_may_be(tmp_path, kind):
    """Of half a gigabyte (a hole, on the disk) a megabyte at most comes into memory; a pipe is no file."""
    name, _ = PLACES[kind]
    outcome(tmp_path)
    with (tmp_path / name).open("r+b") as file:
        file.truncate(500_000_000)
    tracemalloc.start()
    with pytest.raises(FrancaError, match="is larger than 1,000,000 bytes"):
        load_and_check(tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)
    with pytest.raises(FrancaError, match=r"is not a file|there is no franca\.yaml"):
        load_and_check(tmp_path)


# -- what it costs

SECONDS, MEGABYTES = 1.0, 200
"""What loading and checking a file of the largest size may take."""

BUSY = 3
"""How much longer a CPU second of the slow tier may be, when other work shares its caches."""


@pytest.mark.parametrize("name", ["texts", "predicates", "patterns that repeat", "attributes that are misspelt"])
def test_a_heavy_file_ends_soon(tmp_path, name):
    """A few of the most expensive files; all of them, measured one by one, are in the slow tier."""
    outcome(tmp_path, segments=SEGMENT_FILES[name]())


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SEGMENT_FILES, *PROJECT_FILES])
def test_the_heaviest_files_keep_the_limits(name):
    """Each in a process of its own: CPU seconds without imports, memory with them."""
    ended = subprocess.run([sys.executable, heavy.__file__, name], capture_output=True, text=True, check=True, timeout=120)
    seconds, megabytes, _ = json.loads(ended.stdout)
    assert seconds < SECONDS * BUSY
    assert megabytes < MEGABYTES


@pytest.mark.slow
def test_a_minute_of_atheris(tmp_path):
    """libFuzzer, guided by what the loader and the check do with its inputs, finds nothing that ends otherwise."""
    pytest.importorskip("atheris", reason="the extra `fuzz` is not installed")
    program = Path(__file__).parents[1] / "fuzz" / "atheris_loader.py"
    ended = subprocess.run([sys.executable, program, "60", "1", tmp_path], capture_output=True, text=True, check=False, timeout=400)
    assert ended.returncode == 0, ended.stderr[-3_000:]
    runs = re.search(r"Done ([0-9]+) runs", ended.stdout + ended.stderr)
    assert runs
    assert int(runs[1]) > 200
