"""Nodes → text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from franca_brevo.sandbox.pongo2.filters import FILTERS, FilterError, escape
from franca_brevo.sandbox.pongo2.lexer import RenderError, problem
from franca_brevo.sandbox.pongo2.nodes import (
    Autoescape,
    Binary,
    Body,
    Expression,
    Filtered,
    For,
    Html,
    If,
    Literal,
    Output,
    Signed,
    Variable,
)
from franca_brevo.sandbox.pongo2.values import contains, equal, floating, integer, is_integer, kind, negation, text, truth


@dataclass(frozen=True, kw_only=True)
class Run:
    """One rendering.

    Attributes:
        source: the template, for errors.
        names: what variables begin with.
        autoescape: whether printed texts are escaped for HTML.
        across: whether `==` holds between a whole and a broken number of one value.
    """

    source: str
    names: Mapping[str, Any]
    autoescape: bool
    across: bool

    def render(self, body: Body) -> str:
        """Return the text of nodes.

        Raises:
            RenderError: pongo2 fails on a value.
        """
        return "".join(part for node in body for part in _NODES[type(node)](self, node))

    def value(self, expression: Expression) -> Any:
        """Return the value of an expression."""
        return _EXPRESSIONS[type(expression)](self, expression)

    def problem(self, at: int, message: str) -> RenderError:
        """Return an error at a place of the source."""
        return problem(self.source, "execution", at, message)


# -- nodes


def _html(_run: Run, node: Html) -> Iterator[str]:
    yield node.text


def _output(run: Run, node: Output) -> Iterator[str]:
    # only texts are escaped; what `escape` made is escaped again, only `safe` prevents it (pongo2 `variable.go`)
    value = run.value(node.of)
    yield escape(value) if run.autoescape and isinstance(value, str) and not _is_safe(node.of) else text(value)


def _is_safe(expression: Expression) -> bool:
    if isinstance(expression, Binary):
        return _is_safe(expression.left) and _is_safe(expression.right)
    if isinstance(expression, Signed):
        return _is_safe(expression.of)
    return isinstance(expression, Filtered) and any(call.filter == "safe" for call in expression.calls)


def _if(run: Run, node: If) -> Iterator[str]:
    for condition, body in node.branches:
        if condition is None or truth(run.value(condition)):
            yield run.render(body)
            return


def _for(run: Run, node: For) -> Iterator[str]:
    items = list(_items(run.value(node.over), node))
    for index, (key, value) in enumerate(items):
        names = {**run.names, node.key: key, **({node.value: value} if node.value and value is not None else {})}
        names["forloop"] = _forloop(index, len(items), run.names.get("forloop"))
        yield replace(run, names=names).render(node.body)
    if not items:
        yield run.render(node.empty)


def _items(over: Any, node: For) -> list[tuple[Any, Any]]:
    """Return what a loop goes over: items, characters, or keys in order with their values; nothing else has any."""
    if isinstance(over, Mapping):
        pairs: list[tuple[Any, Any]] = sorted(over.items())
    elif isinstance(over, (str, list)):
        pairs = [(item, None) for item in (sorted(over, key=text) if node.ordered else over)]
    else:
        pairs = []
    return pairs[::-1] if node.backwards else pairs


def _forloop(index: int, count: int, parent: Any) -> Mapping[str, Any]:
    # the names of a Go struct: in capitals, others are nil
    return {
        "Counter": index + 1,
        "Counter0": index,
        "Revcounter": count - index,
        "Revcounter0": count - index - 1,
        "First": index == 0,
        "Last": index == count - 1,
        "Parentloop": parent,
    }


def _autoescape(run: Run, node: Autoescape) -> Iterator[str]:
    yield replace(run, autoescape=node.on).render(node.body)


_NODES: Mapping[type, Callable[[Run, Any], Iterator[str]]] = {
    Html: _html,
    Output: _output,
    If: _if,
    For: _for,
    Autoescape: _autoescape,
}

# -- expressions


def _literal(_run: Run, expression: Literal) -> Any:
    return expression.value


def _variable(run: Run, expression: Variable) -> Any:
    value = run.names.get(str(expression.parts[0]))
    for part in expression.parts[1:]:
        if value is None:
            return None
        value = _index(run, expression, value, part) if isinstance(part, int) else _field(run, expression, value, part)
    return value


def _index(run: Run, expression: Variable, value: Any, at: int) -> Any:
    if not isinstance(value, (str, list)):
        raise run.problem(expression.at, f"Can't access an index on type {kind(value)} (variable {_name(expression)})")
    series = value.encode() if isinstance(value, str) else value  # of a text, Go's index gives a byte
    return series[at] if at < len(series) else None


def _field(run: Run, expression: Variable, value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(name)
    raise run.problem(expression.at, f"Can't access a field by name on type {kind(value)} (variable {_name(expression)})")


def _name(expression: Variable) -> str:
    return ".".join(map(str, expression.parts))


def _filtered(run: Run, expression: Filtered) -> Any:
    value = run.value(expression.of)
    for call in expression.calls:
        argument = None if call.argument is None else run.value(call.argument)
        try:
            value = FILTERS[call.filter](value, argument)
        except FilterError as error:
            raise problem(run.source, f"filter:{call.filter}", call.at, str(error)) from None
    return value


def _signed(run: Run, expression: Signed) -> Any:
    value = run.value(expression.of)
    value = negation(value) if expression.negated else value
    if not expression.minus:
        return value
    if not is_integer(value) and not isinstance(value, float):
        raise run.problem(expression.at, "Negative sign on a non-number expression")
    return -value


def _binary(run: Run, expression: Binary) -> Any:
    left = run.value(expression.left)
    if expression.operator in ("and", "or"):
        # the second is not looked at when the first decides
        decided = truth(left) is (expression.operator == "or")
        return truth(left) if decided else truth(run.value(expression.right))
    right = run.value(expression.right)
    try:
        return _OPERATORS[expression.operator](run, left, right)
    except TypeError as error:
        raise run.problem(expression.at, str(error)) from None


_EXPRESSIONS: Mapping[type, Callable[[Run, Any], Any]] = {
    Literal: _literal,
    Variable: _variable,
    Filtered: _filtered,
    Signed: _signed,
    Binary: _binary,
}


def _numbers(left: Any, right: Any) -> tuple[Any, Any]:
    """Return both as broken numbers if one is, else as whole numbers: also texts, cut after the point."""
    of = floating if isinstance(left, float) or isinstance(right, float) else integer
    return of(left), of(right)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Run, Any, Any], bool]:
    return lambda _run, left, right: compare(*_numbers(left, right))


def _sum(_run: Run, left: Any, right: Any) -> Any:
    if isinstance(left, str) or isinstance(right, str):
        return text(left) + text(right)
    first, second = _numbers(left, right)
    return first + second


def _difference(_run: Run, left: Any, right: Any) -> Any:
    first, second = _numbers(left, right)
    return first - second


_OPERATORS: Mapping[str, Callable[[Run, Any, Any], Any]] = {
    "==": lambda run, left, right: equal(left, right, across=run.across),
    "!=": lambda run, left, right: not equal(left, right, across=run.across),
    "<": _ordered(lambda left, right: left < right),
    ">": _ordered(lambda left, right: left > right),
    "<=": _ordered(lambda left, right: left <= right),
    ">=": _ordered(lambda left, right: left >= right),
    "in": lambda _run, left, right: contains(right, left),
    "+": _sum,
    "-": _difference,
}
