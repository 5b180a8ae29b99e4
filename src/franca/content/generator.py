"""Jinja's code generator, made to ask the environment wherever a person's value could decide."""

from __future__ import annotations

from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, find_undeclared

from franca.content.nodes import Link

_LINKS = frozenset({*Link, "subject"})


def _ask(name: str, *arguments: nodes.Node) -> nodes.Call:
    return nodes.Call(nodes.EnvironmentAttribute(name), [*arguments], [], None, None)


class TracingGenerator(CodeGenerator):
    """Compiles `if`, `and`, `or`, `not`, comparisons, attribute access and loops to calls of the environment (`trace.Tracer`)."""

    _ifs = 0

    # -- places

    def _at(self, node: nodes.Node) -> str:
        return f"{self.name!r}, {node.lineno}"

    def _place(self, node: nodes.Node) -> tuple[nodes.Const, nodes.Const]:
        return nodes.Const(self.name), nodes.Const(node.lineno)

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - the names of Jinja's nodes
        """`a.b` with its place."""
        self.write(f"environment.located({self._at(node)}, ")
        super().visit_Getattr(node, frame)
        self.write(")")

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:  # noqa: N802
        """`a["b"]` with its place; a slice does not ask the environment by itself."""
        self.write(f"environment.located({self._at(node)}, ")
        if isinstance(node.arg, nodes.Slice):
            self.write("environment.solid(")
            self.visit(node.node, frame)
            self.write(")[")
            self.visit(node.arg, frame)
            self.write("]")
        else:
            super().visit_Getitem(node, frame)
        self.write(")")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802
        """`f(…)` with its place."""
        self.write(f"environment.located({self._at(node)}, ")
        super().visit_Call(node, frame, forward_caller=forward_caller)
        self.write(")")

    def visit_Name(self, node: nodes.Name, frame: Frame) -> None:  # noqa: N802
        """A built-in with its place; other names as they are."""
        if node.ctx != "load" or node.name not in _LINKS:
            super().visit_Name(node, frame)
            return
        self.write(f"environment.located({self._at(node)}, ")
        super().visit_Name(node, frame)
        self.write(")")

    # -- logic: the right side is evaluated only when it counts

    def _lazily(self, method: str, node: nodes.Node, frame: Frame, first: nodes.Expr, *rest: nodes.Expr) -> None:
        self.write(f"environment.{method}({self._at(node)}, ")
        self.visit(first, frame)
        for each in rest:
            self.write(", lambda: ")
            self.visit(each, frame)
        self.write(")")

    def visit_And(self, node: nodes.BinExpr, frame: Frame) -> None:  # noqa: N802
        """`a and b`."""
        self._lazily("both", node, frame, node.left, node.right)

    def visit_Or(self, node: nodes.BinExpr, frame: Frame) -> None:  # noqa: N802
        """`a or b`."""
        self._lazily("either", node, frame, node.left, node.right)

    def visit_Not(self, node: nodes.UnaryExpr, frame: Frame) -> None:  # noqa: N802
        """`not a`."""
        self._lazily("negated", node, frame, node.node)

    def visit_CondExpr(self, node: nodes.CondExpr, frame: Frame) -> None:  # noqa: N802
        """`a if test else b`; without else, nothing is shown."""
        self._lazily("chosen", node, frame.soft(), node.test, node.expr1, node.expr2 or nodes.Const(""))

    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:  # noqa: N802
        """`a < b <= c`, also `in` and `not in`."""
        self.write(f"environment.compared({self._at(node)}, ")
        self.visit(node.expr, frame)
        for operand in node.ops:
            self.write(f", ({operand.op!r}, lambda: ")
            self.visit(operand.expr, frame)
            self.write(")")
        self.write(")")

    # -- statements

    def visit_If(self, node: nodes.If, frame: Frame) -> None:  # noqa: N802
        """Both branches, with marks around them, when a person decides; else the one that holds."""
        otherwise = list(node.else_)
        for elif_ in reversed(node.elif_):
            otherwise = [nodes.If(elif_.test, elif_.body, [], otherwise, lineno=elif_.lineno)]
        self._ifs += 1
        self._output(_ask("if_", *self._place(node), node.test), node, frame)
        self._branch("then", node.body, node, frame)
        self._output(_ask("else_"), node, frame)
        self._branch("otherwise", otherwise, node, frame)
        self._output(_ask("end_if"), node, frame)
        self._ifs -= 1

    def _branch(self, ask: str, body: list[nodes.Node], node: nodes.If, frame: Frame) -> None:
        test = self._made(_ask(ask), node)
        super().visit_If(nodes.If(test, body, [], [], lineno=node.lineno), frame)

    def _output(self, call: nodes.Expr, node: nodes.Node, frame: Frame) -> None:
        self.visit_Output(self._made(nodes.Output([call]), node), frame)

    def _made(self, new: Any, node: nodes.Node) -> Any:
        """Return a new node that stands where *node* does."""
        new.set_environment(self.environment)
        return new.set_lineno(node.lineno)

    def visit_For(self, node: nodes.For, frame: Frame) -> None:  # noqa: N802
        """A loop over a person's list runs once, over a name for its items."""
        counts = "loop" in find_undeclared(node.iter_child_nodes(only=("body",)), ("loop",))
        refused = nodes.Const(bool(counts or node.else_ or node.recursive))
        node.iter = self._made(_ask("looped", *self._place(node), node.iter, refused), node)
        begin, end = (self._made(nodes.Output([_ask(name)]), node) for name in ("loop", "end_loop"))
        node.body = [begin, *node.body, end]
        super().visit_For(node, frame)
        self._output(_ask("left_loop"), node, frame)

    def visit_Assign(self, node: nodes.Assign, frame: Frame) -> None:  # noqa: N802
        """`set`, which must not depend on which branch a person takes."""
        self._guard(node, frame)
        super().visit_Assign(node, frame)

    def visit_AssignBlock(self, node: nodes.AssignBlock, frame: Frame) -> None:  # noqa: N802
        """`set … endset`, likewise."""
        self._guard(node, frame)
        super().visit_AssignBlock(node, frame)

    def _guard(self, node: nodes.Node, frame: Frame) -> None:
        if next(node.find_all(nodes.NSRef), None):
            self.writeline(f"environment.named({self._at(node)})")
        elif self._ifs:
            self.writeline(f"environment.assigned({self._at(node)}, {self._ifs})")
        del frame

    def macro_body(self, node: Any, frame: Frame) -> Any:
        """A macro's own names are its own."""
        outside, self._ifs = self._ifs, 0
        try:
            return super().macro_body(node, frame)
        finally:
            self._ifs = outside
