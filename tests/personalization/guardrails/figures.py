"""What the labelled lines showed, by rule group, at the end of a test run."""

from __future__ import annotations

from typing import Any

PROPERTY = "guardrails"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the tables that tests recorded under `PROPERTY`."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    tables = dict.fromkeys(value for report in reports for name, value in getattr(report, "user_properties", ()) if name == PROPERTY)
    for table in tables:
        terminalreporter.section("guardrails: recall and false alarms")
        terminalreporter.write_line(table)
