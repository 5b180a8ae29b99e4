"""Tokens → nodes (vendor sheet 3.4; pongo2 `parser_expression.go`, `variable.go`, `tags_*.go`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from franca_brevo.sandbox.pongo2.filters import FILTERS
from franca_brevo.sandbox.pongo2.lexer import BLANKS, RenderError, Sort, Token, lex, problem
from franca_brevo.sandbox.pongo2.nodes import (
    Autoescape,
    Binary,
    Body,
    Call,
    Expression,
    Filtered,
    For,
    Html,
    If,
    Literal,
    Node,
    Output,
    Signed,
    Variable,
)

COMPARISONS = ("==", "<=", ">=", "!=", "<>", ">", "<")


def parse(source: str) -> Body:
    """Return a template's nodes.

    Raises:
        RenderError: it is no template, in pongo2's words.
    """
    return _Parser(source).document()


class _Parser:
    def __init__(self, source: str) -> None:
        self._source, self._tokens, self._at = source, lex(source), 0

    # -- tokens

    def _peek(self, sort: Sort, *texts: str) -> Token | None:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        return token if token is not None and token.sort is sort and (not texts or token.text in texts) else None

    def _take(self, sort: Sort, *texts: str) -> Token | None:
        token = self._peek(sort, *texts)
        self._at += token is not None
        return token

    def _need(self, sort: Sort, message: str, *texts: str) -> Token:
        token = self._take(sort, *texts)
        if token is None:
            raise self._problem(message)
        return token

    @property
    def _place(self) -> int:
        return self._tokens[self._at].at if self._at < len(self._tokens) else len(self._source)

    def _problem(self, message: str) -> RenderError:
        return problem(self._source, "parser", self._place, message)

    # -- the document

    def document(self) -> Body:
        """Return all nodes."""
        return self._body()[0]

    def _body(self, *ends: str) -> tuple[Body, str]:
        """Return nodes up to one of the tags *ends*, and which it was; its arguments are still to be read."""
        nodes: list[Node] = []
        while self._at < len(self._tokens):
            if self._take(Sort.SYMBOL, "{%"):
                tag = self._need(Sort.NAME, "Tag name must be an identifier.")
                if tag.text in ends:
                    return tuple(nodes), tag.text
                nodes.append(self._tag(tag))
            elif self._take(Sort.SYMBOL, "{{"):
                nodes.append(self._output())
            else:
                nodes.append(self._html())
        if ends:
            raise self._problem(f"Unexpected EOF, expected tag {' or '.join(ends)}.")
        return tuple(nodes), ""

    def _html(self) -> Html:
        token = self._need(Sort.HTML, "Unexpected token.")
        before, after = (self._tokens[at] if 0 <= at < len(self._tokens) else None for at in (self._at - 2, self._at))
        text = token.text.lstrip(BLANKS) if before is not None and before.trims else token.text
        return Html(text.rstrip(BLANKS) if after is not None and after.trims else text)

    def _output(self) -> Output:
        made = Output(self._expression())
        self._need(Sort.SYMBOL, "'}}' expected", "}}")
        return made

    # -- tags

    def _tag(self, tag: Token) -> Node:
        make = _TAGS.get(tag.text)
        if make is None:
            raise problem(self._source, "parser", tag.at, f"Tag '{tag.text}' not found (or beginning tag not provided)")
        return make(self)

    def _close(self, message: str = "Arguments not allowed here.") -> None:
        self._need(Sort.SYMBOL, message, "%}")

    def _if(self) -> If:
        branches: list[tuple[Expression | None, Body]] = []
        condition: Expression | None = self._condition("If-condition is malformed.")
        while True:
            body, end = self._body("elif", "else", "endif")
            branches.append((condition, body))
            if end == "elif":
                condition = self._condition("Elif-condition is malformed.")
                continue
            self._close()
            if end == "endif":
                return If(tuple(branches))
            condition = None

    def _condition(self, message: str) -> Expression:
        condition = self._expression()
        self._close(message)
        return condition

    def _for(self) -> For:
        key = self._need(Sort.NAME, "Expected an key identifier as first argument for 'for'-tag").text
        value = self._need(Sort.NAME, "Value name must be an identifier.").text if self._take(Sort.SYMBOL, ",") else ""
        self._need(Sort.KEYWORD, "Expected keyword 'in'.", "in")
        over = self._expression()
        backwards, ordered = self._take(Sort.NAME, "reversed") is not None, self._take(Sort.NAME, "sorted") is not None
        self._close("Malformed for-loop arguments.")
        body, end = self._body("empty", "endfor")
        self._close()
        empty: Body = ()
        if end == "empty":
            empty, _ = self._body("endfor")
            self._close()
        return For(key=key, value=value, over=over, backwards=backwards, ordered=ordered, body=body, empty=empty)

    def _autoescape(self) -> Autoescape:
        mode = self._need(Sort.NAME, "A mode is required for autoescape-tag.").text
        if mode not in ("on", "off"):
            raise self._problem("Only 'on' or 'off' is valid as an autoescape-mode.")
        self._close("Malformed autoescape-tag arguments.")
        body, _ = self._body("endautoescape")
        self._close()
        return Autoescape(mode == "on", body)

    # -- expressions

    def _expression(self) -> Expression:
        # documented (sheet 3.4): `and` and `or` have one rank and associate to the right
        left = self._relation()
        token = self._take(Sort.SYMBOL, "&&", "||") or self._take(Sort.KEYWORD, "and", "or")
        return left if token is None else Binary(_WORDS.get(token.text, token.text), left, self._expression(), token.at)

    def _relation(self) -> Expression:
        left = self._sum()
        if token := self._take(Sort.SYMBOL, *COMPARISONS):
            return Binary("!=" if token.text == "<>" else token.text, left, self._relation(), token.at)
        if token := self._take(Sort.KEYWORD, "in"):
            return Binary("in", left, self._sum(), token.at)
        return left

    def _sum(self) -> Expression:
        # pongo2 also has * / % and ^, which Brevo does not name: left out
        at, sign = self._place, self._take(Sort.SYMBOL, "+", "-")
        # documented (sheet 3.4): `not` binds to the first operand
        negated = (self._take(Sort.SYMBOL, "!") or self._take(Sort.KEYWORD, "not")) is not None
        left, minus = self._factor(), sign is not None and sign.text == "-"
        left = Signed(left, minus=minus, negated=negated, at=at) if minus or negated else left
        token = self._take(Sort.SYMBOL, "+", "-")
        return left if token is None else Binary(token.text, left, self._sum(), token.at)

    def _factor(self) -> Expression:
        if self._take(Sort.SYMBOL, "("):
            inner = self._expression()
            self._need(Sort.SYMBOL, "Closing bracket expected after expression", ")")
            return inner
        of = self._operand()
        calls: list[Call] = []
        while self._take(Sort.SYMBOL, "|"):
            calls.append(self._call())
        return Filtered(of, tuple(calls)) if calls else of

    def _call(self) -> Call:
        token = self._need(Sort.NAME, "Filter name must be an identifier.")
        if token.text not in FILTERS:
            raise problem(self._source, "parser", token.at, f"Filter '{token.text}' does not exist.")
        argument = None
        if self._take(Sort.SYMBOL, ":"):
            if self._peek(Sort.SYMBOL, "%}"):
                raise self._problem("Filter parameter required after ':'.")
            argument = self._operand()
        return Call(token.text, argument, token.at)

    def _operand(self) -> Literal | Variable:
        if token := self._take(Sort.NUMBER):
            return Literal(self._number(token.text))
        if token := self._take(Sort.TEXT):
            return Literal(token.text)
        if token := self._take(Sort.KEYWORD, "true", "false"):
            return Literal(token.text == "true")
        if token := self._peek(Sort.KEYWORD):
            raise self._problem(f"This keyword is not allowed here: {token.text}")
        return self._variable(self._need(Sort.NAME, "Expected either a number, string, keyword or identifier."))

    def _number(self, whole: str) -> int | float:
        # a broken number is three tokens
        if not self._take(Sort.SYMBOL, "."):
            return int(whole)
        fraction = self._need(Sort.NUMBER, "Expected a number after the '.'.").text
        return float(f"{whole}.{fraction}")

    def _variable(self, first: Token) -> Variable:
        parts: list[str | int] = [first.text]
        while self._take(Sort.SYMBOL, "."):
            if number := self._take(Sort.NUMBER):
                parts.append(int(number.text))
            else:
                parts.append(self._need(Sort.NAME, "This token is not allowed within a variable name.").text)
        return Variable(tuple(parts), first.at)


_WORDS = {"&&": "and", "||": "or"}

# documented by Brevo (sheet 3.3); pongo2 has more tags, and Brevo names none of them
_TAGS: Mapping[str, Callable[[_Parser], Node]] = {
    "if": _Parser._if,  # noqa: SLF001 - a table of the class's own methods
    "for": _Parser._for,  # noqa: SLF001 - same
    "autoescape": _Parser._autoescape,  # noqa: SLF001 - same
}
