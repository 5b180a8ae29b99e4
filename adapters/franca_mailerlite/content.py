"""Templates at MailerLite: refused as a whole.

Its merge tags are known (`{$name}`, `{$unsubscribe}`). What is not: whether a value is escaped, which form a default has, how text that
looks like a tag is written, and what the server makes of the HTML; there are no conditions, and content needs a paid plan (sheet 4, 5).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from franca.adapter import Dialect, Finding, Say, Translation, Unsaid
from franca.content import Document
from franca.content.nodes import Condition, Print
from franca.definitions import Part
from franca.errors import FrancaError
from franca_mailerlite.constructs import CONSTRUCTS, WHY

REMEDY = "name the destinations that it is for in its front matter, or take it out of the project"


def refusal(what: str) -> FrancaError:
    """Return why something that needs templates is refused."""
    return FrancaError(f"{what}: {WHY}", remedy=REMEDY)


class MailerLiteDialect(Dialect):
    """See `franca.adapter.Dialect`; no method says anything."""

    name = "mailerlite"
    title = "MailerLite"
    constructs = CONSTRUCTS

    def translate(self, document: Document) -> Translation:
        """Find that the template cannot be pushed."""
        return Translation(parts={}, findings=(Finding(id="no-templates", what=WHY, fallback=REMEDY, position=document.template.position),))

    def literal(self, text: str, part: Part) -> str:  # noqa: ARG002 - the signature of Dialect, as below
        """Refuse."""
        raise _UNSAID

    def value(self, piece: Print, part: Part) -> Say:  # noqa: ARG002
        """Refuse."""
        raise _UNSAID

    def condition(self, condition: Condition) -> Say:  # noqa: ARG002
        """Refuse."""
        raise _UNSAID

    def computed(self, key: str, piece: Print, part: Part, *, absent: str = "") -> str:  # noqa: ARG002
        """Refuse."""
        raise _UNSAID

    def flag(self, key: str, value: str) -> str:  # noqa: ARG002
        """Refuse."""
        raise _UNSAID

    def choose(self, branches: tuple[tuple[str, str], ...], otherwise: str) -> str:  # noqa: ARG002
        """Refuse."""
        raise _UNSAID

    def person(self, values: Mapping[str, Any], computed: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG002
        """Return nothing: no template asks."""
        return {}


_UNSAID = Unsaid("no-templates", WHY)
