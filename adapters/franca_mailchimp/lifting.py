"""Merge tags read backwards: one test in each IF, values unquoted (sheet section 3.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from franca.adapter import Unsaid
from franca.adapter.lifting import Lifter, Mark
from franca.definitions import Kind
from franca_mailchimp.names import marker_tag

_TAG = re.compile(r"\*\|([^|\n]+)\|\*")
_WORDS = {"IF": "if", "ELSEIF": "elif", "ELSE": "else", "END": "end"}
_BLANK = "IFNOT:"
_LINKS = {
    "UNSUB": "unsubscribe_url",
    "UPDATE_PROFILE": "preferences_url",
    "ARCHIVE": "view_in_browser_url",
    "LIST:ADDRESSLINE": "company_address",
    "CURRENT_YEAR": "current_year",
}


class MailchimpLifter(Lifter):
    """See `franca.adapter.lifting.Lifter`."""

    name = "mailchimp"
    ends = "END:{}"

    def variable(self, field_name: str) -> str:
        """Return the merge tag of a mapped field."""
        return field_name

    def marks(self, text: str) -> Sequence[Mark]:
        """Return the tags; blocks of interest groups and the like open with words of their own."""
        return [self._mark(found) for found in _TAG.finditer(text)]

    def _mark(self, found: re.Match[str]) -> Mark:
        word, _, rest = found[1].partition(":")
        if found[1] in _LINKS or not (word in _WORDS or word in ("IFNOT", "INTERESTED")):
            return Mark("", found[1], found.start(), found.end())
        if word == "END" and rest != "IF":
            return Mark(found[1], "", found.start(), found.end())
        if word == "IFNOT":  # one `if` like others, ended by END:IF
            return Mark("if", found[1], found.start(), found.end())
        return Mark(_WORDS.get(word, word), rest, found.start(), found.end())

    def value(self, inside: str, guarded: frozenset[str]) -> str:
        """Lift a link, or a field that is known to be there; a blank one prints the default of the audience, which is not ours to know."""
        if inside in _LINKS:
            return f"{{{{ {_LINKS[inside]} }}}}"
        return self.printed(inside, None, guarded)

    def condition(self, text: str) -> tuple[str, frozenset[str]]:
        """Lift one test: a field is not blank, or equals a text."""
        if text.startswith(_BLANK):
            return self._blank(text.removeprefix(_BLANK))
        tag, equals, wanted = text.partition("=")
        if equals and tag[-1:] not in "!<>":
            return self.compared(tag, "==", wanted), frozenset()
        if equals or any(sign in text for sign in "<>") or (self.fields.get(text) and self.fields[text].type.kind is not Kind.TEXT):
            raise Unsaid("condition", "what this asks of a blank field is not documented")
        return self.there(text)

    def _blank(self, tag: str) -> tuple[str, frozenset[str]]:
        """Lift IFNOT, which is documented of a field alone."""
        if any(sign in tag for sign in "=<>!") or (self.fields.get(tag) and self.fields[tag].type.kind is not Kind.TEXT):
            raise Unsaid("condition", "IFNOT is documented of one field of text alone")
        return f"not ({self.there(tag)[0]})", frozenset()

    def marker(self, variable: str) -> str | None:
        """Return the group or membership whose field this is."""
        segments, groups = self.site.project.segments, {each.group for each in self.site.project.segments.values() if each.group}
        keys = [*(f"content_in_{key}" for key in segments), *sorted(groups)]
        return next((key for key in keys if marker_tag(key) == variable), None)
