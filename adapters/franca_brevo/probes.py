"""Why nothing that a Brevo realisation leans on is measured from here."""

from __future__ import annotations

from franca.adapter.probing import Probes
from franca_brevo.assumptions import BLOCKLIST_KEPT, EMAIL_CASE

UNMEASURED = {
    EMAIL_CASE.id: "it takes a contact whose email is kept with capitals, and a probe makes nobody and changes no email",
    BLOCKLIST_KEPT.id: "it takes an import of somebody who is blocklisted: were it not so, the probe would resubscribe a person",
}


def probes() -> Probes:
    """Return the reasons; there is nothing to make."""
    return Probes(contacts=None, probes=(), unmeasured=UNMEASURED)
