"""What no MailerLite document states and a realisation leans on; the sandbox can flip each."""

from __future__ import annotations

from franca.adapter import Assumption

EMAILS_LOWER = Assumption(
    id="mailerlite.emails-lower",
    statement="emails are kept in small letters",
    reason="somebody made with capitals was answered in small letters (the SDK's recorded answers, 2024-12-04)",
    consequence="people whose email is kept with capitals are reported as unknown, and are not written",
)
UPDATE_KEEPS = Assumption(
    id="mailerlite.update-keeps-the-rest",
    statement="an update of a subscriber by id leaves alone what it does not name: other fields, groups, the status",
    reason="that is documented of the upsert, which would create whoever was deleted meanwhile; of the update nothing is",
    consequence="writing a marker would clear other fields, or take people out of groups: realise as members in its place",
)

ASSUMPTIONS = {each.id: each for each in (EMAILS_LOWER, UPDATE_KEEPS)}
