"""Running a template without a person: Jinja evaluates all that does not depend on one, and what is left comes out as tokens."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from markupsafe import Markup

from franca.content.constants import BY_CHANCE, COPY, PROFILE, Named, check_filtered, only_ours, printable
from franca.content.fences import Fenced, Fork, Run
from franca.content.filters import FILTERS, Setting, of_constant
from franca.content.generator import TracingGenerator
from franca.content.mail.contexts import PLACE
from franca.content.native import without_natives
from franca.content.nodes import (
    AttributeValue,
    BuiltIn,
    Condition,
    Coupon,
    Defined,
    Either,
    Every,
    Feed,
    ItemValue,
    Link,
    ListItem,
    Member,
    Negation,
    PrimaryValue,
    Value,
    always,
    root,
    type_of,
)
from franca.content.places import PlacingLexer, Start, position
from franca.content.symbols import CLOSE, OPEN, Decided, Refusal, Symbol, apply_filter, compare, condition, placed, refuse, solid
from franca.content.tokens import TOKEN, Each, Else, EndEach, EndIf, If, Show, Subject, Token, Verbatim
from franca.definitions import DataType, Kind, Position, Project, Source
from franca.errors import Problem, did_you_mean

_UNKNOWN = DataType(Kind.TEXT)


class Tracer(Fenced):
    """Jinja's environment for one template: its parts, and the partials that they use.

    Args:
        project: checked; its schema says which attributes there are.
        load: name of a partial → its text, or None.
        allowed: the attributes that the front matter names; None allows all.
        copy: what `copy.NAME` is.
    """

    code_generator_class = TracingGenerator

    def __init__(
        self,
        project: Project,
        load: Callable[[str], str | None],
        allowed: tuple[str, ...] | None,
        copy: Mapping[str, Source | tuple[Source, ...]],
    ) -> None:
        self.starts: dict[str, Start] = {}
        self.problems: list[Problem] = []
        self._project, self._allowed, self._load, self._texts = project, allowed, load, copy
        self.underway, self._loops = Run(), 0
        self._natives: list[Verbatim] = []
        super().__init__(loader=FunctionLoader(self._partial), undefined=StrictUndefined, autoescape=True, finalize=self._finalized)
        self._setting = Setting(locale=project.locale, zone=project.zone)
        self.filters = {name: self._filter(name, self.filters.get(name, only_ours(name))) for name in {**self.filters, **FILTERS}}
        self.tests = {name: self._test(name, each) for name, each in self.tests.items()}
        for name in BY_CHANCE:
            self.filters.pop(name, None)
            self.globals.pop(name, None)
        self.globals.update(self._names())

    @cached_property
    def lexer(self) -> PlacingLexer:
        """The lexer that knows columns."""
        return PlacingLexer(self, self.starts)

    # -- running

    def run(self, name: str, source: str, start: Start, *, escape: bool, names: Mapping[str, Any]) -> list[str | Token] | None:
        """Return texts and tokens in turn, or None when something was wrong with it; `problems` then tells what.

        Args:
            name: of this text, for positions.
            source: in the template language.
            start: where it begins in the user's file.
            escape: whether values of compile time are escaped for HTML.
            names: constants beside the built-in names.
        """
        self.starts[name] = start
        if self.autoescape != escape and self.cache is not None:
            self.cache.clear()  # partials are compiled for one way of escaping
        self.underway, self.autoescape = Run(), escape
        try:
            template = self.from_string(self._prepared(name, source), template_class=None, globals=dict(names), name=name)
            return self._split(template.render(), Position(start.file, start.line, start.column))
        except Refusal as found:
            self.problems.append(found.problem if found.problem.position else self._located(found.problem, found))
        except TemplateError as found:
            self.problems.append(self._wrong(found, name))
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError) as found:
            self.problems.append(self._located(Problem(what=f"this cannot be computed: {found}"), found))
        return None

    def from_string(self, source: Any, globals: Any = None, template_class: Any = None, name: str | None = None) -> Any:  # noqa: A002
        """Return a template that knows its name, so that its errors do."""
        found = self.make_globals(globals)
        cls = template_class or self.template_class
        return cls.from_code(self, self.compile(source, name=name, filename=name), found, None)

    def _split(self, made: str, at: Position) -> list[str | Token]:
        parts: list[str | Token] = []
        for number, part in enumerate(TOKEN.split(made)):
            if number % 2:
                parts.append(Subject() if part == "s" else self.underway.tokens[int(part)])
            elif part:
                if PLACE.search(part):
                    refuse("a text looks like Franca's own placeholders (FRANCAx1x)", "write it in another way", at)
                parts.append(solid(part, at))
        return parts

    def _partial(self, name: str) -> str | None:
        text = self._load(name)
        if text is None:
            return None
        self.starts[name] = Start(file=f"content/{name}")
        return self._prepared(name, text)

    def _prepared(self, name: str, source: str) -> str:
        """Return the source with native blocks as expressions of the same size, so that places stay true."""
        source = source.replace("\r\n", "\n").replace("\r", "\n")
        if OPEN in source or CLOSE in source:
            self.problems.append(Problem(what="holds characters of Unicode's private use (U+E000)", position=Position(self._file(name))))
            source = source.replace(OPEN, "").replace(CLOSE, "")

        def native(adapter: str, text: str, begin: int) -> int:
            line, column = source.count("\n", 0, begin) + 1, begin - source.rfind("\n", 0, begin)
            at = position(self._file(name), self.starts.get(name, Start(file=name)).place(line, column))
            self._natives.append(Verbatim(adapter=adapter, text=text, position=at))
            return len(self._natives) - 1

        return without_natives(source, native)

    # -- what templates may name

    def _names(self) -> dict[str, Any]:
        return {
            "profile": PROFILE,
            "copy": COPY,
            "in_segment": self._in_segment,
            "primary": self._primary,
            "feed": lambda name: self._symbol(Feed(name=_constant_name(name, "feed"))),
            "coupon": lambda name: self._symbol(Coupon(name=_constant_name(name, "coupon"))),
            "native": lambda number: self._mark(self._natives[number]),
            **{link.value: self._symbol(BuiltIn(link=link)) for link in Link},
        }

    def _in_segment(self, key: str) -> Symbol:
        solid(key, None)
        if key not in self._project.segments:
            refuse(f"there is no segment {key!r}", did_you_mean(str(key), self._project.segments))
        return self._symbol(Member(segment=key))

    def _primary(self, group: str) -> Symbol:
        groups = {segment.group for segment in self._project.segments.values() if segment.group}
        if solid(group, None) not in groups:
            refuse(f"there is no group {group!r}", did_you_mean(str(group), groups))
        return self._symbol(PrimaryValue(group=group))

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a person's attribute, a field of an item, or Jinja's answer."""
        if obj is PROFILE:
            return _Missing(attribute) if attribute not in self._project.data.profile.attributes else self._attribute(attribute)
        if isinstance(obj, Symbol):
            return self._field(obj, attribute)
        if obj is COPY:
            return self._copy(attribute)
        return super().getattr(solid(obj), attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return the same for `profile["x"]`."""
        if isinstance(obj, (Named, Symbol)):
            return self.getattr(obj, str(solid(argument)))
        return super().getitem(solid(obj), solid(argument))

    def _copy(self, name: str) -> Any:
        """Return a text of copy, run where it stands: in a text its constants are escaped, in a subject they are not."""
        found = self._texts.get(name)
        if found is None:
            remedy = "write it in the front matter under copy" if not self._texts else did_you_mean(name, self._texts)
            return self.undefined(f"there is no copy {name!r}; {remedy}", name="copy")
        return [self._wording(name, each) for each in found] if isinstance(found, tuple) else self._wording(name, found)

    def _wording(self, name: str, source: Source) -> Markup:
        at = source.position or Position("copy")
        called = f"{at}#{name}"
        self.starts[called] = Start(file=at.file, line=at.line, column=at.column)
        made = self.from_string(source.text, name=called).render()
        return Markup(made)  # noqa: S704 - its constants are escaped, its values are tokens

    def _attribute(self, name: str) -> Symbol:
        declared = self._project.data.profile.attributes[name]
        return self._symbol(AttributeValue(name=name, type=declared.type, required=declared.required))

    def _field(self, symbol: Symbol, name: str) -> Symbol:
        if not isinstance(symbol.meaning, ItemValue):
            refuse(f"a person's value has no {name!r}", "", symbol.meaning.position)
        return self._symbol(ItemValue(loop=symbol.meaning.loop, path=(*symbol.meaning.path, name)))

    def located(self, name: str, number: int, value: Any) -> Any:
        """Return a symbol with its place; an attribute that may not be used is a problem here."""
        at = position(self._file(name), number)
        if isinstance(value, _Missing):
            known = self._project.data.profile.attributes
            self._note(f"there is no attribute {value.name!r}", did_you_mean(value.name, known), at)
            return placed(self._symbol(AttributeValue(name=value.name, type=_UNKNOWN, required=True)), at)
        if not isinstance(value, Symbol) or value.meaning.position:
            return value
        if isinstance(value.meaning, AttributeValue):
            self._permit(value.meaning.name, at)
        return placed(value, at)

    def _permit(self, name: str, at: Position) -> None:
        if self._project.data.profile.attributes[name].protected:
            remedy = "it may select people, and may never enter a text; use a segment whose name says nothing of it"
            self._note(f"the attribute {name!r} is protected", remedy, at)
        elif self._allowed is not None and name not in self._allowed:
            self._note(f"the front matter does not list {name!r} under uses", f"add it, or leave {name!r} out", at)

    # -- what the generated code asks

    def compared(self, name: str, number: int, left: Any, *others: tuple[str, Callable[[], Any]]) -> Any:
        """Compare in a chain."""
        found: Any = True
        for op, right in others:
            value = right()
            one = self._compared(op, left, value, position(self._file(name), number))
            found = one if found is True else self.both(name, number, found, lambda one=one: one)  # type: ignore[misc]
            if found is False:
                return False
            left = value
        return found

    def _compared(self, op: str, left: Any, right: Any, at: Position) -> Any:
        if isinstance(left, Symbol) or isinstance(right, Symbol):
            found = compare(op, left, right, at, self._project)
            return found if isinstance(found, bool) else self._symbol(found)
        return _PLAIN[op](solid(left, at), solid(right, at))

    def both(self, name: str, number: int, left: Any, right: Callable[[], Any]) -> Any:
        """`left and right`."""
        at = position(self._file(name), number)
        if not isinstance(left, Symbol):
            return right() if solid(left, at) else left
        return self._joined(Every, left, right(), at)

    def either(self, name: str, number: int, left: Any, right: Callable[[], Any]) -> Any:
        """`left or right`; a value or a text is the value with a default, as Python has it."""
        at = position(self._file(name), number)
        if not isinstance(left, Symbol):
            return left if solid(left, at) else right()
        other = right()
        if isinstance(left.meaning, Value) and isinstance(other, str) and type_of(left.meaning).kind is Kind.TEXT:
            return self._symbol(apply_filter("default", left, (other,), {}))
        return self._joined(Either, left, other, at)

    def _joined(self, how: type[Every | Either], left: Symbol, right: Any, at: Position) -> Any:
        parts = [each for each in (condition(left, at), condition(right, at)) if each is not (how is Every)]
        found = [each for each in parts if isinstance(each, Condition)]
        if not found or len(found) < len(parts):  # a constant decides
            truth = (how is Every) is not (len(found) < len(parts))
            return truth if isinstance(right, bool) else Decided(truth)
        return self._symbol(found[0] if len(found) == 1 else how(of=tuple(found), position=at))

    def negated(self, name: str, number: int, value: Any) -> Any:
        """`not value`."""
        at = position(self._file(name), number)
        found = condition(value, at)
        return not found if isinstance(found, bool) else self._symbol(Negation(of=found, position=at))

    def chosen(self, name: str, number: int, test: Any, first: Callable[[], Any], second: Callable[[], Any]) -> Any:
        """`first if test else second`."""
        found = condition(test, position(self._file(name), number))
        if isinstance(found, bool):
            return first() if found else second()
        self.underway.forks.append(Fork(None))
        parts = [self._mark(If(condition=found)), self._shown(first()), self._mark(Else()), self._shown(second()), self._mark(EndIf())]
        self.underway.forks.pop()
        # Markup in one of them makes Jinja escape the others, as with ~; else all of it is a text that Jinja escapes, or does not.
        marked = self.autoescape and any(isinstance(each, Markup) for each in parts[1::2])
        return Markup().join(parts) if marked else "".join(map(str, parts))

    def _shown(self, value: Any) -> str:
        found = self._finalized(value)
        return str(found) if isinstance(value, Symbol) or not hasattr(found, "__html__") else Markup(found)  # noqa: S704 - already is

    def if_(self, name: str, number: int, test: Any) -> Markup:
        """Begin an `if`."""
        found = condition(test, position(self._file(name), number))
        self.underway.forks.append(Fork(found if isinstance(found, bool) else None))
        return Markup() if isinstance(found, bool) else self._mark(If(condition=found))

    def then(self) -> bool:
        """Whether the first branch is run."""
        return self.underway.forks[-1].decided is not False

    def else_(self) -> Markup:
        """Between the branches."""
        return self._mark(Else()) if self.underway.forks[-1].decided is None else Markup()

    def otherwise(self) -> bool:
        """Whether the second branch is run."""
        return self.underway.forks[-1].decided is not True

    def end_if(self) -> Markup:
        """End an `if`."""
        return self._mark(EndIf()) if self.underway.forks.pop().decided is None else Markup()

    def assigned(self, name: str, number: int, depth: int) -> None:
        """Refuse a `set` that only some people would reach."""
        if any(fork.decided is None for fork in self.underway.forks[-depth:]):
            what = "`set` inside an `if` that a person decides: the name would mean something else for each person afterwards"
            self._note(what, "set it before the `if`, or use {% with %}", position(self._file(name), number))

    def named(self, name: str, number: int) -> None:
        """Refuse to set a field of a namespace where only some people, or one item standing for all, would do so."""
        if self.divided:
            what = "a namespace is set inside an `if` that a person decides, or in a loop over a person's list"
            self._note(what, "it would mean something else for each person afterwards: leave it out", position(self._file(name), number))

    def looped(self, name: str, number: int, over: Any, counts: bool) -> Any:
        """Return what a loop runs over."""
        if not isinstance(over, Symbol):
            self.underway.loops.append(None)
            return solid(over)
        at = position(self._file(name), number)
        if not isinstance(over.meaning, Value) or type_of(over.meaning).kind is not Kind.LIST:
            refuse("a loop over a person's value needs a list", "", at)
        if counts:
            refuse("`loop` and `else` do not work in a loop over a person's list", "leave them out", at)
        self._loops += 1
        self.underway.loops.append(self._mark_number(Each(number=self._loops, over=over.meaning)))
        return [self._symbol((ItemValue if isinstance(over.meaning, Feed) else ListItem)(loop=self._loops))]

    def loop(self) -> Markup:
        """Begin the body of a loop."""
        number = self.underway.loops[-1]
        return Markup() if number is None else Markup(f"{OPEN}{number}{CLOSE}")  # noqa: S704

    def end_loop(self) -> Markup:
        """End the body of a loop."""
        return Markup() if self.underway.loops[-1] is None else self._mark(EndEach())

    def left_loop(self) -> Markup:
        """Behind a loop."""
        self.underway.loops.pop()
        return Markup()

    # -- printing, filters, tests

    def _finalized(self, value: Any) -> Any:
        if isinstance(value, Symbol):
            return self._print(value.meaning)
        return printable(value)

    def _print(self, value: Value | Condition) -> Markup:
        if isinstance(value, Condition):
            refuse("a condition cannot be printed", "write {% if … %}", value.position)
        kind = type_of(value).kind
        if kind is Kind.BOOLEAN:
            self._note("true and false cannot be printed", "write {% if … %}", value.position)
        elif kind is Kind.LIST:
            self._note("a list cannot be printed as it is", 'write … | join(", "), or a loop', value.position)
        elif isinstance(value, ItemValue) and not value.path:
            self._note("an item of a feed is no text", "print a field of it: … .NAME", value.position)
        elif not always(value) and not isinstance(root(value), (ItemValue, ListItem)):
            self._note("this value may be missing, and has no default", 'add … | default("…")', value.position)
        return self._mark(Show(value=value))

    def _filter(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        skip = 1 if hasattr(original, "jinja_pass_arg") else 0

        @functools.wraps(original)
        def filtered(*arguments: Any, **named: Any) -> Any:
            value = arguments[skip]
            if isinstance(value, Symbol):
                return self._symbol(apply_filter(name, value, arguments[skip + 1 :], named))
            check_filtered(name, value, (*arguments[skip + 1 :], *named.values()))
            made = of_constant(name, value, arguments[skip + 1 :], self._setting) if name in FILTERS and not named else None
            return original(*arguments, **named) if made is None else made

        return filtered

    def _test(self, name: str, original: Any) -> Callable[..., Any]:
        @functools.wraps(original)
        def tested(*arguments: Any, **named: Any) -> Any:
            value = arguments[1 if hasattr(original, "jinja_pass_arg") else 0]
            if not isinstance(value, Symbol):
                if name not in ("defined", "undefined", "none", "string"):
                    solid(value)
                return original(*arguments, **named)
            if not isinstance(value.meaning, Value) or name not in ("defined", "undefined", "none"):
                refuse(f"the test `is {name}` cannot be asked of a person's value", "known: is defined", value.meaning.position)
            at = value.meaning.position
            found: Condition | bool = always(value.meaning) or Defined(of=value.meaning, position=at)
            if name != "defined":
                found = not found if isinstance(found, bool) else Negation(of=found, position=at)
            return found if isinstance(found, bool) else self._symbol(found)

        return tested

    # -- helpers

    def _symbol(self, meaning: Value | Condition) -> Symbol:
        return Symbol(meaning, self._print)

    def _mark_number(self, token: Token) -> int:
        self.underway.tokens.append(token)
        return len(self.underway.tokens) - 1

    def _mark(self, token: Token) -> Markup:
        return Markup(f"{OPEN}{self._mark_number(token)}{CLOSE}")  # noqa: S704

    def _note(self, what: str, remedy: str, at: Position | None) -> None:
        self.problems.append(Problem(what=what, remedy=remedy, position=at))

    def _file(self, name: str) -> str:
        return self.starts[name].file if name in self.starts else name

    def _wrong(self, error: TemplateError, name: str) -> Problem:
        if isinstance(error, TemplateSyntaxError):
            at = position(self._file(error.name or name), error.lineno)
            return Problem(what=f"this is not a template: {error.message}", position=at)
        if isinstance(error, TemplateNotFound):
            what = f"there is no file content/{error.name}"
            return self._located(Problem(what=what, remedy="partials are named from the folder content"), error)
        remedy = "names of the project: profile, in_segment(…), primary(…), " + ", ".join(Link) if isinstance(error, UndefinedError) else ""
        what = "templates may not do this" if isinstance(error, SecurityError) else "this cannot be computed"
        return self._located(Problem(what=f"{what}: {error.message}", remedy=remedy), error)

    def _located(self, problem: Problem, error: BaseException) -> Problem:
        """Return the problem with the innermost place of a template in the traceback."""
        trace, found = error.__traceback__, problem.position
        while trace is not None:
            name = trace.tb_frame.f_code.co_filename
            if name in self.starts:
                found = position(self._file(name), trace.tb_lineno)
            trace = trace.tb_next
        return Problem(what=problem.what, remedy=problem.remedy, position=found)


def _constant_name(name: Any, what: str) -> str:
    if isinstance(name, Symbol) or not isinstance(solid(name), str) or not name:
        refuse(f"the name of a {what} is a text of its own, the same for everybody", f'write {what}("NAME")')
    return str(name)


@dataclass(frozen=True)
class _Missing:
    """An attribute that the schema does not have."""

    name: str


_PLAIN: Mapping[str, Callable[[Any, Any], Any]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "lteq": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "gteq": lambda a, b: a >= b,
    "in": lambda a, b: a in b,
    "notin": lambda a, b: a not in b,
}
