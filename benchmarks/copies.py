"""Copy: asking a model 120 times, eight at a time, against the time that its answers alone take; and once more, from the cache.

    python benchmarks/copies.py [--latency SECONDS]

The model is the loopback one in a process of its own, with a fixed latency. What is measured holds all that a run does from its first line:
loading the SDK, opening connections, the keys of the cache, checking, keeping. (Under the name copy.py this file would hide the standard
library's module from everything that runs in this folder.)
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from franca_personalization.model import Cache, Job, ModelSettings, OpenAIModel, Outcomes, Parts, Request, run

SEGMENTS, VARIANTS, CONCURRENCY = 40, 3, 8
LATENCY = 2.0  # seconds; what a model needs for the few hundred tokens of an answer
ANGLES = ("benefit", "curiosity", "news")
_TEXTS = {name: {"type": "string"} for name in ("angle", "subject", "preview_text")}
_VARIANT = {"type": "object", "properties": _TEXTS, "required": list(_TEXTS), "additionalProperties": False}
SCHEMA = {
    "type": "object",
    "properties": {"variants": {"type": "array", "items": _VARIANT}},
    "required": ["variants"],
    "additionalProperties": False,
}
RULES = "Facts are slots; invent nothing. " * 100  # as long as the product's instructions


def measure(latency: float = LATENCY) -> None:
    """Measure and print the two ratios."""
    with model(latency) as url, tempfile.TemporaryDirectory(prefix="franca-bench-") as folder:
        settings = ModelSettings(model="loopback", base_url=url, concurrency=CONCURRENCY)
        seconds, first = timed(settings, Path(folder))
        again, second = timed(settings, Path(folder))
    if first.missing or second.missing:
        sys.exit(f"not answered: {first.missing or second.missing}")
    show(latency, seconds, again, first, second)


@contextlib.contextmanager
def model(latency: float) -> Iterator[str]:
    """Yield the base URL of a loopback model in a process of its own."""
    command = [sys.executable, "-m", "franca_personalization.loopback", "--port", "0", "--latency", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().split()[0]  # type: ignore[union-attr]
        finally:
            process.terminate()


def timed(settings: ModelSettings, folder: Path) -> tuple[float, Outcomes]:
    """Return how long a run takes, and what came of it."""
    jobs = [job(segment, angle) for segment in range(SEGMENTS) for angle in ANGLES]

    async def asked() -> Outcomes:
        async with OpenAIModel(settings) as asking:
            return await run(jobs, asking, settings, cache=Cache(folder))

    start = time.perf_counter()
    found = asyncio.run(asked())
    return time.perf_counter() - start, found


def job(segment: int, angle: str) -> Job:
    """Return one request: one variant for one segment."""
    brief = {"goal": "sell linen", "facts": {"discount": "what is off"}, "required": ["discount"]}
    data = {
        "brief": brief,
        "segment": {"id": segment},
        "language": "en",
        "write": ["subject", "preview_text"],
        "variants": 1,
        "angles": [angle],
    }
    kept = Parts(prompt_version="bench", prompts={}, brief=brief, profile=segment, locale="en", extra={"angle": angle})
    user = f"Write.\n\n<<<bench\n{json.dumps(data)}\nbench>>>\n"
    return Job(key=f"{segment}.{angle}", request=Request(system=RULES, user=user, schema=SCHEMA, schema_name="copy", parts=kept))


def show(latency: float, seconds: float, again: float, first: Outcomes, second: Outcomes) -> None:
    """Print the ratios."""
    calls = SEGMENTS * VARIANTS
    ideal = math.ceil(calls / CONCURRENCY) * latency
    table = Table(title=f"{SEGMENTS} segments, {VARIANTS} variants, {CONCURRENCY} at a time, answers after {latency:g} s")
    for column in ("what", "franca", "other", "ratio", "wanted"):
        table.add_column(column, justify="left" if column == "what" else "right")
    table.add_row(
        f"{first.spent.calls} calls / the answers alone", f"{seconds:.2f} s", f"{ideal:.2f} s", f"{seconds / ideal:.3f}", "≤ 1.15"
    )
    table.add_row(
        f"from the cache, {second.spent.calls} calls / the first run",
        f"{again:.2f} s",
        f"{seconds:.2f} s",
        f"{again / seconds:.4f}",
        "≤ 1 s",
    )
    Console().print(table)


def main() -> None:
    """Measure with the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--latency", type=float, default=LATENCY)
    measure(parser.parse_args().latency)


if __name__ == "__main__":
    main()
