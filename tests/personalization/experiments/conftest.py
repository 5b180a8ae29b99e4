"""The simulations' figures are kept, and printed at the end."""

from __future__ import annotations

import pytest

from personalization.experiments.figures import PROPERTY, pytest_terminal_summary  # noqa: F401 - pytest finds it here


@pytest.fixture
def report(record_property):
    """Keep the figures of long simulations for the summary."""

    def keep(found, at_least=2_000):
        if found.of >= at_least:
            record_property(PROPERTY, str(found))
        return found

    return keep
