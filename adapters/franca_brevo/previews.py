"""What Brevo makes of a stored template for one of its contacts (`/smtp/template/preview`, sheet section 3.5)."""

from __future__ import annotations

from franca.definitions import Part
from franca_brevo.client import Client

PREVIEW = "/smtp/template/preview"


def rendered(client: Client, template: str, email: str) -> dict[Part, str]:
    """Return the subject and the HTML of a template for a contact; templates keep no preview text, and no plain text."""
    body = {"templateId": int(template), "email": email}
    shown = client.call("preview a template", "POST", PREVIEW, safe=True, body=body, needs=("html", "subject"))
    return {Part.SUBJECT: shown["subject"], Part.HTML: shown["html"]}
