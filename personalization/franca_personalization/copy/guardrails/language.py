"""Whether a text is in the language of its file."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from franca_personalization.copy.guardrails.lexicon import stop_words
from franca_personalization.copy.guardrails.reading import Reading, Setting
from franca_personalization.copy.guardrails.rules import RULES
from franca_personalization.copy.records import Violation

SHARE, FOREIGN = 0.5, 2
"""The share of letters in the expected script, and by how many more frequent words of another language a text is told to be in that one."""

_LETTER = regex.compile(r"\p{L}")


def lexicon_missing(setting: Setting) -> Iterator[Violation]:
    """Yield an error when no lexicon has the copy's language: what it would find is not found, so nothing passes."""
    if not setting.lexicon.words:
        rule = RULES["language.no_lexicon"]
        language = setting.copy.language
        yield Violation(
            rule=rule.id,
            severity=rule.severity,
            variant="",
            field="",
            reason=f"there is no lexicon of {language!r}: number words, dates, superlatives and urgency are not found",
            suggestion="pass a lexicon file of your own (read_lexicon), or install a package that offers one under franca.lexicons",
            position=setting.copy.position,
        )


def language(reading: Reading) -> Iterator[Violation]:
    """Yield texts in another script or language than their file's."""
    script, span = reading.setting.lexicon.script, (0, len(reading.written))
    letters = _LETTER.findall(reading.blanked)
    own = regex.findall(rf"\p{{Script={script}}}", "".join(letters)) if script else letters
    if len(own) < SHARE * len(letters):
        yield reading.breaks(
            "language.script", span, f"less than half of the letters are {script}", f"write in {reading.setting.copy.language!r}"
        )
    elif other := _other(reading):
        reason = f"the text reads as {other!r}, and its file is for {reading.setting.copy.language!r}"
        yield reading.breaks("language.mismatch", span, reason, f"write in {reading.setting.copy.language!r}")


def _other(reading: Reading) -> str | None:
    """Return the language whose frequent words outnumber those of the expected one, or None."""
    expected = reading.setting.lexicon
    words = {key for token in reading.masked.tokens for key in token.keys}
    own = len(words & expected.words.get("stop", frozenset()))
    counts = {
        name: len((words & stops) - expected.words.get("stop", frozenset()))
        for name, stops in stop_words().items()
        if name != expected.language
    }
    best = max(counts, key=lambda name: (counts[name], name), default=None)
    return best if best and counts[best] >= own + FOREIGN and expected.words else None
