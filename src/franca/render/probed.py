"""What a probe measured: text for terminals, Markdown for pull requests, JSON for programs. No people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict

from franca.probing import Answer, Probed
from franca.render.markdown import escape
from franca.render.text import printable


def render_probed(found: Probed, form: str = "text") -> str:
    """Return what was measured as "text", "json" or "markdown"."""
    return _FORMS[form](found)


def _text(found: Probed) -> str:
    return "\n".join(map(printable, _lines(found)))


def _lines(found: Probed) -> Iterator[str]:
    yield f"{found.destination} ({found.adapter}, account {found.account}): {_summary(found)}"
    if found.swept:
        yield f"  deleted {found.swept} objects that an interrupted probe had left"
    width = max((len(each.assumption) for each in found.answers), default=0)
    for each in found.answers:
        yield f"  {each.assumption:{width}}  {_answer(each)}: {each.why or each.statement}"


def _summary(found: Probed) -> str:
    measured = [each for each in found.answers if each.holds is not None]
    wrong = sum(not each.holds for each in measured)
    outcome = f"{wrong} of them {'does' if wrong == 1 else 'do'} not hold" if wrong else "all of them hold"
    return f"{len(measured)} of {len(found.answers)} assumptions measured" + (f", {outcome}" if measured else "")


def _answer(each: Answer) -> str:
    return _WORDS[each.holds]


_WORDS: Mapping[bool | None, str] = {True: "holds", False: "does not hold", None: "not measured"}


def _markdown(found: Probed) -> str:
    return "\n".join(_markdown_lines(found))


def _markdown_lines(found: Probed) -> Iterator[str]:
    yield f"### {escape(found.destination)}: {escape(_summary(found))}"
    yield ""
    yield "| assumption | answer | what is assumed, or why it was not measured |"
    yield "| --- | --- | --- |"
    for each in found.answers:
        yield f"| {escape(each.assumption)} | {_answer(each)} | {escape(each.why or each.statement)} |"


_FORMS: Mapping[str, Callable[[Probed], str]] = {
    "text": _text,
    "json": lambda found: json.dumps({"version": 1, **asdict(found)}, indent=2, ensure_ascii=False),
    "markdown": _markdown,
}
