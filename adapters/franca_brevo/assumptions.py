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

# No realisation leans on these, and they are not among the adapter's: the results of tests do, and name them (results.py).

EVEN_HALVES = Assumption(
    id="brevo.test-splits-evenly",
    statement="each version of a test goes to half of those who take part, give or take one person",
    reason="Brevo's help of the former design says that each gets exactly half of the sample (help.sendinblue.com 360001298940)",
    consequence="each version's sent and delivered would be other numbers, and so would its rates",
)
VERSION_GROUPS = Assumption(
    id="brevo.split-rule-per-version",
    statement="splitRule is the percentage of the audience that each version goes to",
    reason="at 50 the winner's fields are ignored (documented), which only two halves explain; the text says: the size of your test groups",
    consequence="a test with a winner for the rest would go to half as many people as planned; one without a winner is the same",
)


def feed_texts(destination: str) -> Assumption:
    """Return the claim about a shop's own data feeds, which holds at one destination, that a template leans on."""
    return Assumption(
        id=f"facts:{destination}.feeds",
        statement="the fields of a data feed that a template prints or compares are texts",
        reason="a feed's types are its own, and the language that Brevo's is built on prints numbers with six decimals",
        consequence="a price of 10.5 is shown as 10.500000: let the feed hold it as it is to be read",
        templates=True,
    )
