"""Texts and tokens in turn → a tree of pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from franca.content.nodes import Branch, Choose, Condition, Context, Literal, Loop, Native, Piece, Pieces, Print
from franca.content.symbols import refuse
from franca.content.tokens import Each, Else, EndEach, EndIf, If, Show, Token, Verbatim
from franca.definitions import Position

Flat = Sequence[str | Token | Print]
"""A token `Show` whose context is known stands there as the `Print` that it becomes."""


@dataclass
class _Open:
    """A piece under way; *then* is what stood before `Else`."""

    token: If | Each | None
    pieces: list[Piece] = field(default_factory=list)
    then: tuple[Piece, ...] | None = None


class Assembler:
    """Builds trees; numbers the branches of one document."""

    def __init__(self) -> None:
        self.branches: list[Branch] = []

    def tree(self, flat: Flat) -> Pieces:
        """Return the tree of one text.

        Raises:
            Refusal: the tokens do not nest, because a text that held them was cut or copied in part.
        """
        stack = [_Open(None)]
        for each in flat:
            self._take(stack, each)
        if len(stack) > 1:
            _torn(stack[-1].token)
        return joined(stack[0].pieces)

    def _take(self, stack: list[_Open], each: str | Token | Print) -> None:
        top = stack[-1]
        if isinstance(each, str):
            top.pieces.append(Literal(text=each))
        elif isinstance(each, Print):
            top.pieces.append(each)
        elif isinstance(each, Show):
            top.pieces.append(Print(value=each.value, context=Context.PLAIN, position=each.value.position))
        elif isinstance(each, Verbatim):
            top.pieces.append(Native(adapter=each.adapter, text=each.text, position=each.position))
        elif isinstance(each, (If, Each)):
            stack.append(_Open(each))
        elif isinstance(each, Else):
            if not isinstance(top.token, If) or top.then is not None:
                _torn(top.token)
            top.then, top.pieces = joined(top.pieces), []
        elif isinstance(each, (EndIf, EndEach)):
            self._close(stack, each)

    def _close(self, stack: list[_Open], end: EndIf | EndEach) -> None:
        done = stack.pop()
        if isinstance(end, EndEach) and isinstance(done.token, Each):
            over = done.token.over
            stack[-1].pieces.append(Loop(number=done.token.number, over=over, body=joined(done.pieces), position=over.position))
        elif isinstance(end, EndIf) and isinstance(done.token, If) and done.then is not None:
            stack[-1].pieces.append(self._choose(done.token.condition, done.then, joined(done.pieces)))
        else:
            _torn(done.token)

    def _choose(self, condition: Condition, then: Pieces, otherwise: Pieces) -> Choose:
        first = Branch(condition=condition, body=then, number=len(self.branches), position=condition.position)
        self.branches.append(first)
        if len(otherwise) == 1 and isinstance(otherwise[0], Choose):  # an elif
            return replace(otherwise[0], branches=(first, *otherwise[0].branches), position=condition.position)
        return Choose(branches=(first,), otherwise=otherwise, position=condition.position)


def _torn(token: If | Each | None) -> None:
    at: Position | None = None
    if isinstance(token, If):
        at = token.condition.position
    elif isinstance(token, Each):
        at = token.over.position
    refuse("an `if` or a loop over a person's value was cut in two by a filter", "apply filters to values, not to whole blocks", at)


def joined(pieces: Sequence[Piece]) -> Pieces:
    """Return pieces with neighbouring literals as one, and without empty ones."""
    found: list[Piece] = []
    for piece in pieces:
        last = found[-1] if found else None
        if isinstance(piece, Literal) and isinstance(last, Literal):
            found[-1] = Literal(text=last.text + piece.text)
        elif not (isinstance(piece, Literal) and not piece.text):
            found.append(piece)
    return tuple(found)


def with_natives(pieces: Pieces, adapter: str, text: str) -> Pieces:
    """Return pieces with *text* in place of each block that is native to an ESP."""
    return tuple(_with_natives(piece, adapter, text) for piece in pieces)


def _with_natives(piece: Piece, adapter: str, text: str) -> Piece:
    if isinstance(piece, Native) and piece.adapter == adapter:
        return Literal(text=text)
    if isinstance(piece, Choose):
        branches = tuple(replace(each, body=with_natives(each.body, adapter, text)) for each in piece.branches)
        return replace(piece, branches=branches, otherwise=with_natives(piece.otherwise, adapter, text))
    return replace(piece, body=with_natives(piece.body, adapter, text)) if isinstance(piece, Loop) else piece


def walk(pieces: Pieces) -> Iterator[Piece]:
    """Yield every piece, outer ones first."""
    for piece in pieces:
        yield piece
        if isinstance(piece, Choose):
            for branch in piece.branches:
                yield from walk(branch.body)
            yield from walk(piece.otherwise)
        elif isinstance(piece, Loop):
            yield from walk(piece.body)
