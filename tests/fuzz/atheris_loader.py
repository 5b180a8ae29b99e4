"""Coverage-guided fuzzing of loading and checking; needs the extra `fuzz`: `python tests/fuzz/atheris_loader.py SECONDS SEED FOLDER`.

The bytes are franca.yaml when they begin as a project does, and a file of segments otherwise. An input that ends in anything but a project
or an error for people, or takes more than `PATIENCE` CPU seconds, is a crash: libFuzzer tells it, and leaves it in FOLDER.
"""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[1]))

with atheris.instrument_imports(include=["franca"]):
    from franca.errors import FrancaError
    from franca.language import load_and_check
    from language.mutations import right_files
    from language.nasty import NASTY, PROJECT, SEGMENTS

PATIENCE = 5.0
LONGEST = 4_000
"""Bytes of an input: the size of a file is fuzzed elsewhere."""


def main() -> None:
    """Fuzz for so many seconds, from a seed; what is found is left in a folder."""
    program, seconds, seed, left = sys.argv
    with tempfile.TemporaryDirectory(prefix="franca-fuzz-") as made:
        folder = Path(made)
        (folder / "corpus").mkdir()
        for number, content in enumerate(_corpus()):
            (folder / "corpus" / str(number)).write_bytes(content)
        (folder / "segments").mkdir()
        options = [f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={LONGEST}", f"-artifact_prefix={left}/", "-timeout=20"]
        atheris.Setup([program, *options, str(folder / "corpus")], lambda content: _one(folder, content))
        atheris.Fuzz()


def _corpus() -> list[bytes]:
    """Return right files, and nasty ones that are short."""
    nasty = [content if isinstance(content, bytes) else content.encode() for content, _ in NASTY.values()]
    return [
        *(text.encode() for kind in ("segments", "project") for text in right_files(kind)),
        *(each for each in nasty if len(each) <= LONGEST),
    ]


def _one(folder: Path, content: bytes) -> None:
    is_project = content.startswith(b"project")
    (folder / "franca.yaml").write_bytes(content if is_project else PROJECT.encode())
    (folder / "segments" / "a.yaml").write_bytes(SEGMENTS.encode() if is_project else content)
    start = time.process_time()
    with suppress(FrancaError):
        load_and_check(folder)
    if time.process_time() - start > PATIENCE:
        raise RuntimeError(f"took {time.process_time() - start:.1f} CPU seconds")


if __name__ == "__main__":
    main()
