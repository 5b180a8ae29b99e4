"""What the tests of reports share."""

from __future__ import annotations

from personalization.report.report_kit import abilities, esps  # noqa: F401 - fixtures
