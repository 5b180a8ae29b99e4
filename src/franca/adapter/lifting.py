"""A vendor's template → the portable language, where that is exact; the rest stays as it is, in `{% native "ESP" %}`, with the reason."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from franca.adapter.dialect import COMPUTED, YES, Unsaid
from franca.adapter.protocol import Site
from franca.definitions import Attribute, Kind


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A tag or block that stays native: how it begins, why, and its line."""

    tag: str
    why: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Lifted:
    """A template in the portable language."""

    text: str
    kept: tuple[Kept, ...] = ()


@dataclass(frozen=True)
class Mark:
    """One tag by its place; *word* is empty for a value, else "if", "elif", "else", "end", or what else opens or closes."""

    word: str
    inside: str
    begin: int
    end: int


@dataclass
class Branch:
    """One condition as written, and what it shows."""

    condition: str
    body: list[Part] = field(default_factory=list)


@dataclass
class Block:
    """An `if`, from its first character to its last."""

    begin: int
    branches: list[Branch]
    otherwise: list[Part] | None = None
    end: int = 0


Part = str | Mark | Block
NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER})
_OF_IF = frozenset({"", "if", "elif", "else", "end"})
_LOOKS_LIKE_JINJA = re.compile(r"\{[{%#]|[%#}]\}")


class Lifter(ABC):
    """One ESP's tags read backwards. Methods raise `Unsaid` where the portable language has no exact form.

    Attributes:
        ends: how the tag is called that ends a block, by how the block is called.
    """

    name: str
    ends = "end{}"

    def __init__(self, site: Site) -> None:
        self.site = site
        attributes = site.project.data.profile.attributes
        self.fields: Mapping[str, Attribute] = {
            self.variable(mapping.field): attributes[name] for name, mapping in site.destination.attributes.items() if name in attributes
        }
        self._inverse = {
            name: {theirs: ours for ours, theirs in mapping.values.items()} for name, mapping in site.destination.attributes.items()
        }
        self._kept: list[Kept] = []
        self._source, self._bound = "", frozenset[str]()

    @abstractmethod
    def variable(self, field_name: str) -> str:
        """Return how templates name a mapped field; empty when they cannot."""

    @abstractmethod
    def marks(self, text: str) -> Sequence[Mark]:
        """Return every tag, in order."""

    @abstractmethod
    def value(self, inside: str, guarded: frozenset[str]) -> str:
        """Return the print of a tag; *guarded* are the variables that are known to be there."""

    @abstractmethod
    def condition(self, text: str) -> tuple[str, frozenset[str]]:
        """Return a condition in Jinja, and the variables that are there when it holds."""

    def lift(self, text: str) -> Lifted:
        """Return a template in the portable language."""
        self._kept, self._source, self._bound = [], text, self.bound(text)
        made = self._text(self._tree(), frozenset())
        return Lifted(text=made, kept=tuple(self._kept))

    # -- reading

    def _tree(self) -> list[Part]:
        parts: list[Part] = []
        stack: list[tuple[Block, list[Part]]] = []
        end = 0
        for mark in self._whole_blocks(list(self.marks(self._source))):
            parts.append(self._source[end : mark.begin])
            end = mark.end
            if mark.word == "if":
                block = Block(mark.begin, [Branch(mark.inside)])
                stack.append((block, parts))
                parts = block.branches[0].body
            elif mark.word == "elif" and stack:
                stack[-1][0].branches.append(Branch(mark.inside))
                parts = stack[-1][0].branches[-1].body
            elif mark.word == "else" and stack:
                stack[-1][0].otherwise = []
                parts = stack[-1][0].otherwise
            elif mark.word == "end" and stack:
                block, parts = stack.pop()
                block.end = mark.end
                parts.append(block)
            else:
                parts.append(mark)
        parts.append(self._source[end:])
        while stack:  # an if that is never closed: all of it stays as it is
            block, parts = stack.pop()
            parts.append(Mark("if", "", block.begin, len(self._source)))
        return parts

    def _whole_blocks(self, marks: Sequence[Mark]) -> Iterator[Mark]:
        """Yield the tags, a block that has no equal as one: what stands inside is for those who see the block."""
        number = 0
        while number < len(marks):
            mark = marks[number]
            last = self._end_of(marks, number) if mark.word not in _OF_IF else None
            yield mark if last is None else Mark(mark.word, mark.inside, mark.begin, marks[last].end)
            number = (number if last is None else last) + 1

    def _end_of(self, marks: Sequence[Mark], begin: int) -> int | None:
        word, depth = marks[begin].word, 0
        for number in range(begin, len(marks)):
            depth += {word: 1, self.ends.format(word): -1}.get(marks[number].word, 0)
            if not depth:
                return number
        return None

    def bound(self, text: str) -> frozenset[str]:
        """Return names that blocks of the text give another meaning."""
        del text
        return frozenset()

    # -- writing

    def _text(self, parts: Sequence[Part], guarded: frozenset[str]) -> str:
        return "".join(self._part(part, guarded) for part in parts)

    def _part(self, part: Part, guarded: frozenset[str]) -> str:
        if isinstance(part, str):
            return f"{{% raw %}}{part}{{% endraw %}}" if _LOOKS_LIKE_JINJA.search(part) else part
        before = len(self._kept)
        try:
            if isinstance(part, Block):
                return self._block(part, guarded)
            return self._value(part, guarded)
        except Unsaid as unsaid:
            del self._kept[before:]
            return self._native(part.begin, part.end, unsaid.why)

    def _value(self, mark: Mark, guarded: frozenset[str]) -> str:
        if mark.word:
            raise Unsaid("tag", "the portable language has no such tag")
        return self.value(mark.inside, guarded)

    def _block(self, block: Block, guarded: frozenset[str]) -> str:
        conditions = [self.condition(branch.condition) for branch in block.branches]
        found = []
        for number, (branch, (condition, known)) in enumerate(zip(block.branches, conditions, strict=True)):
            found.append(f"{{% {'elif' if number else 'if'} {condition} %}}{self._text(branch.body, guarded | known)}")
        if block.otherwise is not None:
            found.append(f"{{% else %}}{self._text(block.otherwise, guarded)}")
        return "".join(found) + "{% endif %}"

    def _native(self, begin: int, end: int, why: str) -> str:
        source = self._source[begin:end]
        line = self._source.count("\n", 0, begin) + 1
        self._kept.append(Kept(tag=source.splitlines()[0][:60], why=why, line=line))
        return f'{{% native "{self.name}" %}}{source}{{% endnative %}}'

    # -- what the ESPs share

    def attribute(self, variable: str) -> Attribute:
        """Return our attribute of a variable."""
        if re.split(r"[.|]", variable, maxsplit=1)[0] in self._bound:
            raise Unsaid("bound", f"a block of this template gives {variable} another meaning")
        found = self.fields.get(variable)
        if found is None:
            raise Unsaid("unmapped", f"no attribute is mapped to {variable}")
        return found

    def printed(self, variable: str, default: str | None, guarded: frozenset[str], chain: str = "") -> str:
        """Return the print of a text; without a default it must be known to be there."""
        found = self.attribute(variable)
        if found.type.kind is not Kind.TEXT or self._inverse.get(found.name):
            raise Unsaid("print", f"whether {variable} is printed in the same way is not certain")
        if default is None and variable not in guarded and not found.required:
            raise Unsaid("no-default", f"{variable} may be missing, and has no default")
        shown = f" | default({json.dumps(default or '-', ensure_ascii=False)})" if not found.required else ""
        return f"{{{{ profile.{found.name}{chain}{shown} }}}}"

    def there(self, variable: str) -> tuple[str, frozenset[str]]:
        """Return whether a variable is set and neither empty, 0 nor false."""
        found = self.attribute(variable)
        text = found.type.kind in (Kind.TEXT, Kind.LIST)
        return f"profile.{found.name}" + (" is defined" if text else ""), frozenset({variable})

    def compared(self, variable: str, op: str, constant: Any) -> str:
        """Return a comparison with a constant of the attribute's type; our own markers become what they stand for."""
        if marked := self._marker(variable, op, constant):
            return marked
        found = self.attribute(variable)
        kind = found.type.kind
        if kind is Kind.TEXT and isinstance(constant, str) and op in ("==", "!="):
            inverse = self._inverse.get(found.name)
            ours = inverse.get(constant) if inverse else constant
            if ours is None or ours == "":
                raise Unsaid("value", f"the mapping of {found.name} has no word for {constant!r}")
            return f"profile.{found.name} {op} {json.dumps(ours, ensure_ascii=False)}"
        if kind in NUMBERS and isinstance(constant, (int, float)) and not isinstance(constant, bool):
            return f"profile.{found.name} {op} {constant}"
        if kind is Kind.BOOLEAN and isinstance(constant, bool) and op == "==":
            return f"profile.{found.name} == {str(constant).lower()}"
        raise Unsaid("compare", f"{variable} {op} {constant!r} has no exact form")

    @abstractmethod
    def marker(self, variable: str) -> str | None:
        """Return the key of a field of ours, None for any other variable."""

    def _marker(self, variable: str, op: str, constant: Any) -> str | None:
        key = self.marker(variable)
        groups = {segment.group for segment in self.site.project.segments.values() if segment.group}
        if key is None or op != "==":
            return None
        segment = key.removeprefix(f"{COMPUTED}in_")
        if segment != key and constant == YES and segment in self.site.project.segments:
            return f'in_segment("{segment}")'
        return f'primary("{key}") == {json.dumps(constant)}' if key in groups else None
