"""What no Mailchimp document states and a compilation leans on; the sandbox can flip each."""

from __future__ import annotations

from franca.adapter import Assumption

NOT_MATCHES_BLANK = Assumption(
    id="mailchimp.not-matches-blank",
    statement="`not` and `notcontain` match members whose field is blank",
    reason="undocumented; a blank field is read as one that holds something else",
    consequence="people without the value are missing from the segment",
)
LESS_SKIPS_BLANK = Assumption(
    id="mailchimp.less-skips-blank",
    statement="`less`, `greater` and, of numbers, `is` 0 match nobody whose field is blank",
    reason="undocumented; a blank field holds no number and no day to compare",
    consequence="people without the value are in the segment as well",
)
ZERO_IS_NO_BLANK = Assumption(
    id="mailchimp.zero-is-no-blank",
    statement="a field that holds 0 is not blank",
    reason="undocumented; a missing value is the only blank that is described",
    consequence="people with 0 are missing from the segment, or in it, as those are without a value",
)
CASE_SENSITIVE = Assumption(
    id="mailchimp.case-sensitive",
    statement="texts in conditions compare with upper and lower case kept apart",
    reason="undocumented; the legacy API described contains and starts as SQL LIKE, which may ignore case",
    consequence="people whose value differs in case only are in the segment as well",
)
ACCENTS_DISTINCT = Assumption(
    id="mailchimp.accents-distinct",
    statement="texts in conditions compare with accents kept apart: é is not e",
    reason="undocumented",
    consequence="people whose value differs in accents only are in the segment as well",
)
WILDCARDS_LITERAL = Assumption(
    id="mailchimp.wildcards-literal",
    statement="% and _ stand for themselves in contains, notcontain, starts and ends",
    reason="undocumented; the legacy API described them as SQL LIKE",
    consequence="people whose value has anything in place of the % or _ are in the segment as well",
)
NUMERIC = Assumption(
    id="mailchimp.number-compares-numerically",
    statement="TextMerge on a number field compares numbers, not their digits as text",
    reason="the API description gives greater and less to number fields, with the operand as a string",
    consequence="10 counts as less than 9",
)

PRINTED_ONCE = Assumption(
    id="mailchimp.values-printed-once",
    statement="a tag within the value of a merge field is not looked at again",
    reason="undocumented; tags are documented in content alone",
    consequence="somebody who writes a tag into a form sees what it stands for",
    templates=True,
)
ZERO_IS_TRUE = Assumption(
    id="mailchimp.if-zero-true",
    statement='IF:TAG holds for every text that is not blank, "0" included',
    reason="undocumented; blank is the only case that is described",
    consequence='people whose value is "0" see the other branch',
    templates=True,
)
NESTED_IF = Assumption(
    id="mailchimp.nested-if",
    statement="an IF within an IF belongs to it",
    reason="two to three levels are reported; the documentation of Transactional promises it, that of Marketing does not",
    consequence="branches end too early, and an END:IF is printed",
    templates=True,
)
VALUES_RAW = Assumption(
    id="mailchimp.values-raw",
    statement="merge tags print values as they are, without escaping them for HTML",
    reason="undocumented; nothing in the documentation mentions escaping",
    consequence="texts that Franca wrote into fields show their entities",
    templates=True,
)

ASSUMPTIONS = {
    each.id: each
    for each in (
        *(NOT_MATCHES_BLANK, LESS_SKIPS_BLANK, ZERO_IS_NO_BLANK, CASE_SENSITIVE, ACCENTS_DISTINCT, WILDCARDS_LITERAL, NUMERIC),
        *(PRINTED_ONCE, ZERO_IS_TRUE, NESTED_IF, VALUES_RAW),
    )
}
