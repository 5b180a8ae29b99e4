"""The rules by id: how grave each is, what it means, and where it comes from. What is not listed here cannot be raised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from franca_personalization.copy.records import Severity

ERROR, WARNING = Severity.ERROR, Severity.WARNING

_CEMA = "Washington CEMA, Brown v. Old Navy (2025): a false fact in a subject line is a violation per email"
_CLAIMS = "a promise of Franca: numbers, prices, dates and offers come from a declared brief; CAN-SPAM: subjects may not mislead"
_GREEN = "UCPD and Directive (EU) 2024/825: such claims need proof"
_TIME_LIMITS = "false time limits: UK DMCC Act 2024, EU UCPD Annex I; Washington CEMA"
_SPAM = "Apache SpamAssassin, rule"
_META = "Meta's advertising policy on personal attributes, the best public wording; GDPR Art. 9"
_UNICODE = "Unicode UTS 39 and UAX 15"
_SLOTS = "Franca's copy files: [[name]] is a slot"
_INBOX = "widths of mail clients, measured and published (guardrails.CLIENTS)"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule: its *meaning* is one sentence, its *source* why it exists."""

    id: str
    severity: Severity
    meaning: str
    source: str


def _rules(group: str, source: str, *rows: tuple[str, Severity, str] | tuple[str, Severity, str, str]) -> list[Rule]:
    return [Rule(id=f"{group}.{row[0]}", severity=row[1], meaning=row[2], source=row[3] if len(row) == 4 else source) for row in rows]


_ALL = [
    *_rules(
        "structure",
        "the brief's list of what to write; RFC 5322 for line breaks",
        ("no_control", ERROR, "The first wording is the one that people wrote."),
        ("missing", ERROR, "Every text that the brief asks for is there."),
        ("type", ERROR, "The body is a list of paragraphs, every other text of the brief is one text."),
        ("empty", ERROR, "No text is blank."),
        ("unexpected", WARNING, "There is no text that the brief does not ask for."),
        ("count", WARNING, "There are as many variants beside the control as the brief asks for."),
        ("line_break", ERROR, "Texts of one line have no line break: in a subject it would be header injection."),
        ("spaces", WARNING, "No blanks at the ends, no double ones."),
        ("placeholder", ERROR, "No text that was meant to be replaced is left over."),
        ("angle", ERROR, "A variant's angle is one that the brief allows."),
    ),
    *_rules(
        "slots",
        _SLOTS,
        ("unknown", ERROR, "Every slot is one of the brief, or, without a brief, of the file."),
        ("missing", ERROR, "Every variant has the slots that the brief requires."),
        ("repeated", ERROR, "No slot stands twice in one text."),
        ("malformed", ERROR, "Slots are written [[name]], with both pairs of brackets and no blanks."),
        ("in_url", ERROR, "No slot stands within an address."),
        ("place", ERROR, "Links stand in the body or the call to action, not in what the inbox shows."),
        ("tag", ERROR, "There is no tag of any ESP's language, and no brace."),
        ("value", ERROR, "What a file says a slot stands for is what the brief says."),
        ("no_text", ERROR, "Every fact that is used has a text in the copy's language."),
        ("no_default", ERROR, "Every slot for a person's attribute has a text for those without it."),
        ("literal", WARNING, "People may write a fact's text out in the control, but a slot follows the brief and a literal does not."),
    ),
    *_rules(
        "claims",
        _CLAIMS,
        ("number", ERROR, "No number in digits, words, fractions or multiples stands outside a slot."),
        ("percent", ERROR, "No percentage stands outside a slot."),
        ("price", ERROR, "No price and no currency stands outside a slot."),
        ("date", ERROR, "No date, weekday, month, time or relative date stands outside a slot."),
        ("code", ERROR, "No code stands outside a slot, and none is spoken of that the brief does not have."),
        ("superlative", ERROR, "No superlative stands outside the brief's allowed phrases."),
        ("loaded", ERROR, "No word that needs proof (guaranteed, tested, award) stands outside the brief's allowed phrases.", _GREEN),
        ("free", ERROR, "Nothing is called free unless the brief says so in those words."),
        ("offer", ERROR, "No offer is spoken of when the brief declares none."),
        ("qualifier", ERROR, "A figure keeps the words that qualify it in the brief (up to, from, per month), and gets no others."),
        ("unfounded", ERROR, "Every figure, date and code that readers see is one of the brief."),
    ),
    *_rules(
        "urgency",
        _TIME_LIMITS,
        ("no_deadline", ERROR, "Urgency needs a fact of the brief with an end."),
        ("unbacked", ERROR, "A variant with urgency shows the deadline by its slot.", _CEMA),
        ("scarcity", ERROR, "Scarcity is said in the brief's allowed phrases only: a deadline does not make it true."),
        ("angle", ERROR, "A variant leads with urgency only when the brief has an end."),
    ),
    *_rules(
        "deceptive",
        "CAN-SPAM 15 U.S.C. 7704(a)(2): subjects that would mislead; " + _CEMA,
        ("reply", ERROR, "Nothing looks like a reply or a forwarded message."),
        ("transaction", ERROR, "Nothing looks like a message on an order, an invoice, an account, a delivery or security."),
    ),
    *_rules(
        "length",
        _INBOX,
        ("subject_long", ERROR, "A subject has at most 78 characters, slots filled with their longest value.", "RFC 5322 section 2.1.1"),
        ("subject_cut", WARNING, "A subject above 50 characters is cut by many clients."),
        ("offer_late", WARNING, "The offer stands within the first 33 characters."),
        ("preview_short", WARNING, "A preview text has at least 35 characters; clients fill the rest with the body."),
        ("preview_long", WARNING, "A preview text above 110 characters is cut by every client."),
        (
            "headline_long",
            WARNING,
            "A headline has at most 60 characters, so that it stays on two lines of a phone.",
            "what Franca asks of the model",
        ),
        ("cta_long", WARNING, "A call to action has at most 25 characters, so that it fits a button.", "what Franca asks of the model"),
        ("preview_repeats", WARNING, "The preview text says something else than the subject."),
    ),
    *_rules(
        "spam",
        "product rules seen in several tools",
        ("all_caps", WARNING, "The subject is not in capitals alone.", f"{_SPAM} SUBJ_ALL_CAPS, score 0.5"),
        ("pling_query", WARNING, "The subject does not both ask and exclaim.", f"{_SPAM} PLING_QUERY, score 0.1"),
        ("dollars", WARNING, "The subject does not begin with an amount of dollars.", f"{_SPAM} SUBJ_DOLLARS, score 0.1"),
        ("gappy", WARNING, "Words are not spaced out.", f"{_SPAM} GAPPY_SUBJECT, score 0.1"),
        ("buy", WARNING, "The subject does not begin with buy.", f"{_SPAM} SUBJ_BUY, scores 0.59/1.50/0.00/0.64"),
        ("as_seen", WARNING, "The subject does not say as seen.", f"{_SPAM} SUBJ_AS_SEEN, scores 2.71/3.10/3.10/1.46"),
        ("your_family", WARNING, "The subject does not say your family.", f"{_SPAM} SUBJ_YOUR_FAMILY, scores 2.9 to 3.0"),
        ("diet", WARNING, "The subject does not speak of losing weight.", f"{_SPAM} SUBJECT_DIET, scores 1.93/1.56/0.82/1.47"),
        ("dear_friend", WARNING, "The text does not say dear friend.", f"{_SPAM} DEAR_FRIEND, scores 1.8 to 2.7"),
        ("dear_winner", WARNING, "The text does not say dear winner.", f"{_SPAM} DEAR_WINNER, scores 2.3 to 3.1"),
        ("urgent_business", WARNING, "The text does not speak of urgent business.", f"{_SPAM} URG_BIZ, scores 0.6 to 1.8"),
        ("localpart", WARNING, "The subject does not show the address.", f"{_SPAM} LOCALPART_IN_SUBJECT, scores 0/0.73/1.2/1.1"),
        ("punctuation", WARNING, "The subject has at most four punctuation marks."),
        ("capitals", WARNING, "Less than half of the subject's letters are capitals."),
    ),
    *_rules(
        "people",
        _META,
        ("attribute", ERROR, "Nothing says or implies a reader's health, money, faith, origin, sex, orientation or age."),
        ("address", ERROR, "Readers are not addressed as members of a protected group."),
        ("history", ERROR, "Nothing tells a reader the count or date of what they did."),
        ("inclusive", WARNING, "No word that leaves people out or hurts them.", "Franca's own small list per language"),
        ("profanity", WARNING, "No swear words; whole words only, so that place names pass.", "Franca's own small list per language"),
    ),
    *_rules(
        "language",
        "the copy's language, as its file is named",
        (
            "no_lexicon",
            ERROR,
            "The rules that need words have a lexicon of the copy's language.",
            "a promise of Franca: never silently fewer checks",
        ),
        ("script", ERROR, "Most letters are of the language's script."),
        ("mismatch", ERROR, "The text is in the copy's language, by its frequent small words."),
    ),
    *_rules(
        "diversity",
        "near-duplicates teach a test nothing",
        ("angle", ERROR, "No two variants lead with the same angle."),
        ("no_angle", ERROR, "Of several variants each declares its angle: similarity of letters does not see one idea in two wordings."),
        ("similar", ERROR, "No two variants are alike (ratio 0.85 and above, slots masked)."),
        ("recent", ERROR, "No subject is like one sent lately (ratio 0.9 and above, slots masked)."),
    ),
    *_rules(
        "html",
        "copy is text: code writes markup and links",
        ("tag", ERROR, "No markup and no comment."),
        ("entity", ERROR, "No character references."),
        ("markdown", ERROR, "No Markdown."),
        ("url", ERROR, "No address of a page."),
        ("domain", ERROR, "No domain name, spelled out or not."),
        ("email", ERROR, "No email address."),
        ("phone", ERROR, "No telephone number."),
    ),
    *_rules(
        "injection",
        "feeds, reviews and labels are untrusted; their instructions may come back in copy",
        ("phrase", ERROR, "No instruction to a model."),
        ("chatter", ERROR, "Nothing that a model says around its answer."),
        ("canary", ERROR, "Nothing of the prompt's secret marker."),
    ),
    *_rules(
        "characters",
        _UNICODE,
        ("lookalike", ERROR, "No letters or digits that only look like others (full width, mathematical, circled, small capitals)."),
        ("mixed_script", ERROR, "No word mixes alphabets or is spelled in another one's look-alikes."),
        ("invisible", ERROR, "No invisible characters: zero width, soft hyphen, fillers, stray variation selectors."),
        ("bidi", ERROR, "No characters that turn the direction of text."),
        ("control", ERROR, "No control characters, unassigned ones, or signs of a broken encoding."),
        ("stacked_marks", ERROR, "No letters struck out or piled with marks."),
        ("not_nfc", ERROR, "Texts are in Unicode's composed form (NFC)."),
    ),
    *_rules(
        "emoji",
        "Nielsen Norman Group: emoji did not raise opening; Mailchimp advises one at most",
        ("too_many", ERROR, "No more emoji than the brief allows; a joined sequence counts as one."),
        ("unqualified", ERROR, "Emoji are fully qualified, so that every client shows the same one.", "Unicode UTS 51"),
        ("alone", ERROR, "Emoji never carry the meaning alone."),
    ),
    *_rules(
        "brand",
        "the brief",
        ("avoid", ERROR, "None of the words that the brand avoids."),
        ("spelling", WARNING, "Names of brands and products are written as in the brief."),
        ("unknown_name", WARNING, "Words that look like names are listed in the brief."),
    ),
]

RULES: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in _ALL})
"""Rule id → rule, in the order of the documentation."""
