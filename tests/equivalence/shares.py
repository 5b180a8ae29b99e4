"""What the tests of equivalence found, in one line each, at the end of a test run (also one on several processes)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

PROPERTY = "equivalence"
"""Lines, printed as they are."""
TALLY = "equivalence trees"
"""Counts, added up over all tests of one ESP: ESP → what → kind → number."""


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the lines that tests recorded under `PROPERTY`, and the sums of what they recorded under `TALLY`."""
    reports = [report for found in terminalreporter.stats.values() for report in found if getattr(report, "when", "call") == "call"]
    recorded = [pair for report in reports for pair in getattr(report, "user_properties", ())]
    lines = dict.fromkeys(value for name, value in recorded if name == PROPERTY)
    lines |= dict.fromkeys(_summed(value for name, value in recorded if name == TALLY))
    if lines:
        terminalreporter.section("equivalence with the ESPs' own counts")
        for line in lines:
            terminalreporter.write_line(line)


def _summed(tallies: Iterable[Mapping[str, Any]]) -> list[str]:
    sums: defaultdict[str, defaultdict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for tally in tallies:
        for place, counts in tally.items():
            for what, numbers in counts.items():
                sums[place][what].update(numbers)
    return [_line(place, found["trees"], found["compared"], found["different"]["trees"]) for place, found in sums.items()]


def _line(place: str, trees: Counter[str], compared: Counter[str], different: int) -> str:
    shares = ", ".join(f"{number / trees.total():.0%} {kept}" for kept, number in trees.most_common())
    kept = ", ".join(f"{number} {how}" for how, number in compared.most_common())
    return f"{place}: {trees.total()} trees: {shares}; compared: {compared.total()} ({kept}); different: {different}"
