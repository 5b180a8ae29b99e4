"""What the tests of the guardrails share."""

from __future__ import annotations

from personalization.guardrails.figures import pytest_terminal_summary  # noqa: F401 - pytest finds it here
