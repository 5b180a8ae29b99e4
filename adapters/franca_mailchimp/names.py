"""What our objects are called at Mailchimp."""

from __future__ import annotations

import base64
import hashlib


def marker_tag(key: str) -> str:
    """Return the merge tag of a marker: at most ten characters A-Z, 0-9 and _ are known to be taken (sheet section 2)."""
    return "FR_" + base64.b32encode(hashlib.sha256(key.encode()).digest()).decode()[:7]


def marker_title(key: str) -> str:
    """Return the title of a marker's merge field; its name there carries the mark as well."""
    return f"Franca {key}"
