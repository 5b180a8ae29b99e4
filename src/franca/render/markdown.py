"""Foreign words in Markdown: plans become comments on pull requests, and whoever names an object at an ESP writes into them."""

from __future__ import annotations

from franca.render.text import printable

_SPECIAL = set("\\`*_{}[]<>()#+-!|~&:$^=\"'")
_AFTER_AT = "@\u200b"  # a mention would notify a stranger, even one written as an entity; with a zero-width space it is only a name


def escape(text: str) -> str:
    """Return Markdown that shows exactly *text*: no table cell, code, HTML, link or mention comes of it."""
    return _entities(text).replace("@", _AFTER_AT)


def code(text: str) -> str:
    """Return *text* as inline code; backticks, pipes and HTML in it stay text."""
    return f"<code>{_entities(text)}</code>"


def _entities(text: str) -> str:
    return "".join(f"&#{ord(letter)};" if letter in _SPECIAL else letter for letter in printable(text))
