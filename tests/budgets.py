"""Size budgets, run by `make check`: a function stops at 40 lines, a file at 500; the median function stays at 8 or fewer.

Generated files and tables are exempt by name. Prints the figures; ends with 1 when a budget is broken.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
TREES = ("src", "adapters", "personalization")
FUNCTION_LINES, FILE_LINES, MEDIAN_LINES = 40, 500, 8
EXEMPT: frozenset[str] = frozenset()  # by path; none so far


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every function's place and length, docstring included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def main() -> int:
    """Print the figures and what breaks them."""
    files = [path for tree in TREES for path in sorted((ROOT / tree).rglob("*.py")) if str(path.relative_to(ROOT)) not in EXEMPT]
    lines = {path: path.read_text(encoding="utf-8").count("\n") for path in files}
    lengths = [found for path in files for found in functions(path)]
    median = statistics.median(length for _, length in lengths)
    print(f"{len(files)} files, median {statistics.median(lines.values()):.0f} lines; {len(lengths)} functions, median {median:.0f} lines")
    broken = [f"{path.relative_to(ROOT)}: {count} lines, more than {FILE_LINES}" for path, count in lines.items() if count > FILE_LINES]
    broken += [f"{place}: {length} lines, more than {FUNCTION_LINES}" for place, length in lengths if length > FUNCTION_LINES]
    broken += [f"median function {median:.0f} lines, more than {MEDIAN_LINES}"] if median > MEDIAN_LINES else []
    print("\n".join(broken), end="\n" if broken else "")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
