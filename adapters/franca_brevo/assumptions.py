"""What no Brevo document states and a realisation leans on; the sandbox can flip each."""

from __future__ import annotations

from franca.adapter import Assumption

EMAIL_CASE = Assumption(
    id="brevo.email-case-ignored",
    statement="contacts are found by email without regard to case",
    reason="an email identifies one contact, and Brevo shows emails in small letters",
    consequence="people whose email is stored with capitals may be reported as unknown, and are not written",
)
BLOCKLIST_KEPT = Assumption(
    id="brevo.import-keeps-blocklist",
    statement="an import that says nothing of the blocklist leaves blocklisted contacts blocklisted",
    reason="emailBlacklist is documented as what puts contacts on the blocklist, nowhere as what takes them off",
    consequence="writing a marker would resubscribe people: realise as members in its place",
)

ASSUMPTIONS = {each.id: each for each in (EMAIL_CASE, BLOCKLIST_KEPT)}
