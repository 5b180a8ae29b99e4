"""What the tests of equivalence found, in one line each, at the end of a test run (also one on several processes)."""

from __future__ import annotations

from typing import Any

PROPERTY = "equivalence"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the lines that tests recorded under `PROPERTY`."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    lines = dict.fromkeys(value for report in reports for name, value in getattr(report, "user_properties", ()) if name == PROPERTY)
    if lines:
        terminalreporter.section("equivalence with the ESPs' own counts")
        for line in lines:
            terminalreporter.write_line(line)
