"""Compiling is pure: tried in processes of their own, where every connection is refused."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import subprocess
import sys
from itertools import chain
from typing import Any

from franca.adapter.protocol import Adapter, Site
from franca.adapter.registry import adapter
from franca.adapter.testing.definitions import EXAMPLES, GERMAN, MARKER, segment
from franca.adapter.testing.demand import Check, demand
from franca.adapter.testing.subject import Subject
from franca.definitions import Predicate, Realisation

LOADED_LATE = ("requests", "urllib3", "httpx", "duckdb", "ibis")
"""Modules that nothing but a connection or an evaluation needs."""

_RUN = """
import socket, sys
def refuse(*_): raise AssertionError("a compilation opened a connection")
socket.socket.connect = refuse
sys.path[:0] = {path!r}
from franca.adapter.testing.pure import main
main(sys.stdin.buffer.read(), {late!r})
"""


def compiles_purely(subject: Subject) -> None:
    """No connection, no SDK, no credentials; the same result in every process, whatever the seed of Python's hashes."""
    results = [_elsewhere(subject, seed) for seed in ("1", "2")]
    demand(results[0][0] == results[1][0], "two processes compile differently")
    demand(not results[0][1], f"compiling loads what only a connection needs: {', '.join(results[0][1])}")


def _elsewhere(subject: Subject, seed: str) -> Any:
    handed = pickle.dumps((subject.name, subject.site(), (*chain(*EXAMPLES.values()), *subject.definitions)))
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    run = _RUN.format(path=[each for each in sys.path if each], late=[*LOADED_LATE, *subject.sdk])
    command = [sys.executable, "-c", run]
    done = subprocess.run(command, input=handed, env=environment, capture_output=True, check=False)  # noqa: S603 - our own program
    demand(done.returncode == 0, f"compiling alone fails: {done.stderr.decode(errors='replace').strip()[-2000:]}")
    return json.loads(done.stdout)


def main(handed: bytes, late: list[str]) -> None:
    """Print, in the other process, the digest of all that an adapter says, and which of the *late* modules that loaded."""
    name, site, definitions = pickle.loads(handed)  # noqa: S301 - written by the process that started this one
    text = outcomes(adapter(name), site, definitions)
    loaded = sorted(module for module in late if module in sys.modules)
    sys.stdout.write(json.dumps([hashlib.sha256(text.encode()).hexdigest(), loaded]))


def outcomes(found: Adapter, site: Site, definitions: tuple[Predicate, ...]) -> str:
    """Return all that an adapter says about definitions, as text."""
    lines = [repr(found.compile(segment(GERMAN), Realisation.MEMBERS, site)), repr(found.compile_marker(MARKER, site))]
    for where in definitions:
        each = segment(where)
        assessed = found.assess(each, site)
        lines.append(repr(assessed))
        if not assessed[Realisation.NATIVE].open():
            lines.append(repr(found.compile(each, Realisation.NATIVE, site)))
    return "\n".join(lines)


PURE: tuple[Check, ...] = (compiles_purely,)
