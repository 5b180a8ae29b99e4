"""What the simulations found, in one line each, at the end of a test run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scipy.stats import binom, binomtest

PROPERTY = "calibration"

RISK = 0.001
"""How often a simulation of something true may fail by chance, were its seed not fixed."""


@dataclass(frozen=True)
class Found:
    """How often something happened in a simulation."""

    what: str
    hits: int
    of: int

    def __str__(self) -> str:
        sure = binomtest(self.hits, self.of).proportion_ci(method="exact")
        return f"{self.what}: {self.hits / self.of:.4f} [{sure.low:.4f}, {sure.high:.4f}] of {self.of:,}"

    def at(self, rate: float) -> bool:
        """Is the true rate *rate*? The number is one that chance gives, `RISK` outside."""
        return binom.ppf(RISK / 2, self.of, rate) <= self.hits <= binom.ppf(1 - RISK / 2, self.of, rate)

    def at_most(self, rate: float) -> bool:
        return self.hits <= binom.ppf(1 - RISK, self.of, rate)

    def at_least(self, rate: float) -> bool:
        return self.hits >= binom.ppf(RISK, self.of, rate)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the lines that tests recorded under `PROPERTY`."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    lines = dict.fromkeys(value for report in reports for name, value in getattr(report, "user_properties", ()) if name == PROPERTY)
    if lines:
        terminalreporter.section("calibration of experiments (95 % interval of the simulation)")
        for line in lines:
            terminalreporter.write_line(line)
