"""Patterns of `matches`: RE2, whose time grows with the text only, and whose programs are kept small."""

from __future__ import annotations

MAXIMUM_PATTERN = 500  # characters
_MEMORY = 1 << 20
"""Bytes that RE2 may take for one program: (((a{1,1000}){1,1000}){1,1000}) and its like are refused."""

_CHARACTER, _INSTRUCTION, _REFUSED = 30, 1, 9_000
"""Microseconds of compiling, at most: a character (a class such as \\pL), an instruction, a program that grew until it was refused."""

_BUDGET = 300_000
"""A third of a second: some 300 different patterns of thirty characters."""


Wrong = tuple[str, str]
"""What is wrong, and what to do."""


class Patterns:
    """The patterns of one project, each compiled once."""

    def __init__(self) -> None:
        self._known: dict[str, Wrong | None] = {}
        self._spent = 0

    def problem(self, pattern: str) -> Wrong | None:
        """Return what is wrong with a pattern and what to do, or None."""
        if len(pattern) > MAXIMUM_PATTERN:
            return f"a pattern of {len(pattern):,} characters is longer than {MAXIMUM_PATTERN}", "write a shorter one, or in: […]"
        if pattern not in self._known:
            if self._spent > _BUDGET:
                return "the patterns of the project together are too large", "use fewer: in, contains and starts_with take lists"
            self._known[pattern] = self._compile(pattern)
        return self._known[pattern]

    def _compile(self, pattern: str) -> Wrong | None:
        import re2

        options = re2.Options()
        options.log_errors = False
        options.max_mem = _MEMORY
        self._spent += _CHARACTER * len(pattern)
        try:
            self._spent += _INSTRUCTION * re2.compile(pattern, options).programsize
        except re2.error as error:
            self._spent += _REFUSED
            told = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
            return told, "write a pattern of RE2, without look-around and back-references"
        return None
