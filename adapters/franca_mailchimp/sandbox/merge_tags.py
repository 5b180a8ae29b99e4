"""Merge tags as a tree: text, tags, and blocks of conditions (sheet section 3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TAG = re.compile(r"\*\|((?:(?!\*\|)[^\r\n])*?)\|\*")  # of several beginnings the last one counts (guess); a tag holds no line break
_OPENING = ("IF", "IFNOT")


class RenderError(ValueError):
    """The content cannot be rendered here. Mailchimp has no such error: what it does not understand stays, or vanishes."""


@dataclass(frozen=True)
class Tag:
    """One tag that is no part of a block: as it is written, and what stands between its bars."""

    whole: str
    name: str


@dataclass(frozen=True)
class Test:
    """What a branch asks: `TAG` or `TAG op value`, negated by IFNOT; *text* is None for ELSE."""

    text: str | None
    negated: bool = False


@dataclass(frozen=True)
class Branch:
    """One branch of a block."""

    test: Test
    body: tuple[Node, ...]


@dataclass(frozen=True)
class Block:
    """IF … END:IF: the first true branch wins."""

    branches: tuple[Branch, ...]


Node = str | Tag | Block


@dataclass
class _Open:
    """A block whose end has not come yet, or the text as a whole."""

    test: Test = Test(None)
    body: list[Node] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)

    def next(self, test: Test) -> None:
        """End the present branch and begin another."""
        self.branches.append(Branch(self.test, tuple(self.body)))
        self.test, self.body = test, []


def parse(source: str, *, conditions: bool = True, nested: bool = True) -> tuple[Node, ...]:
    """Return the tree of a text.

    A block that is never closed is not in it, nor is anything after its beginning (reported). Parts of blocks without a block are tags.

    Args:
        source: HTML, plain text, subject or preview text.
        conditions: False where conditions are not understood: their tags are tags like others then.
        nested: False when an IF within an IF is none, so that the first END:IF ends the outer one.

    Raises:
        RenderError: a block of interest groups, which this sandbox does not store.
    """
    stack = [_Open()]
    for token in _tokens(source):
        if isinstance(token, str) or not conditions:
            stack[-1].body.append(token)
        else:
            _take(stack, token, nested)
    return tuple(stack[0].body)


def _tokens(source: str) -> Iterator[str | Tag]:
    end = 0
    for found in _TAG.finditer(source):
        yield source[end : found.start()]
        yield Tag(found[0], found[1])
        end = found.end()
    yield source[end:]


def _take(stack: list[_Open], tag: Tag, nested: bool) -> None:
    word, colon, rest = tag.name.partition(":")
    inside = len(stack) > 1
    if word == "INTERESTED" or tag.name == "END:INTERESTED":
        raise RenderError("blocks of interest groups (INTERESTED) are documented by Mailchimp, and not rendered by this sandbox")
    if colon and word in _OPENING and (nested or not inside):
        stack.append(_Open(Test(rest, negated=word == "IFNOT")))
    elif inside and (tag.name == "ELSE:" or (colon and word == "ELSEIF")):  # documented: ELSE needs the colon
        stack[-1].next(Test(rest if word == "ELSEIF" else None))
    elif inside and tag.name == "END:IF":
        closed = stack.pop()
        closed.next(Test(None))
        stack[-1].body.append(Block(tuple(closed.branches)))
    else:
        stack[-1].body.append(tag)
