"""Copy as people read it → text, JSON, Markdown, and a page that shows it as a line of common inboxes. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from franca.definitions import Copy, Wording
from franca.language.copies import copy_digest
from franca.render.email import CLIENTS
from franca.render.markdown import escape as markdown
from franca.render.page import cut, page
from franca.render.text import printable
from franca_personalization.copy.records import Severity, Violation
from franca_personalization.copy.store import filled, state, texts


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """One file of copy with what the guardrails say of it."""

    copy: Copy
    violations: tuple[Violation, ...]

    @property
    def title(self) -> str:
        """Brief, segment and language."""
        return f"{self.copy.brief} · {self.copy.segment} · {self.copy.language}"

    @property
    def blocked(self) -> bool:
        """Whether an error keeps it from being approved."""
        return any(each.severity is Severity.ERROR for each in self.violations)

    def of(self, wording: Wording) -> list[Violation]:
        """Return what is wrong with one variant."""
        return [each for each in self.violations if each.variant == wording.key]


def render_review(found: Sequence[Reviewed], form: str = "text") -> str:
    """Return files of copy as "text", "json", "markdown" or "html"."""
    return _FORMS[form](found)


def where(violation: Violation) -> str:
    """Return the field, with the paragraph where there are several."""
    return f"{violation.field}[{violation.index}]" if violation.field == "body" else violation.field


# -- text


def _text(found: Sequence[Reviewed]) -> str:
    return "\n".join(line for each in found for line in _lines(each))


def _lines(found: Reviewed) -> Iterator[str]:
    approval = f", approved by {printable(found.copy.approval.by)} on {found.copy.approval.at}" if found.copy.approval else ""
    yield f"== {found.title}: {state(found.copy)}{approval}"
    for wording in found.copy.wordings:
        angle = f" ({printable(wording.angle)})" if wording.angle else ""
        yield f"-- {wording.key}{angle}"
        yield from (f"   {name:<13} {printable(filled(found.copy, text))}" for name, text in texts(wording))
        yield from (f"   {each.severity.upper()} {each.rule}: {where(each)}: {printable(each.reason)}; {printable(each.suggestion)}"
                    for each in found.of(wording))  # fmt: skip
    yield ""


# -- JSON and Markdown


def _json(found: Sequence[Reviewed]) -> str:
    return json.dumps([_plain(each) for each in found], indent=2, ensure_ascii=False)


def _plain(found: Reviewed) -> dict[str, Any]:
    copy = found.copy
    return {
        "brief": copy.brief,
        "segment": copy.segment,
        "language": copy.language,
        "state": state(copy),
        "text": copy_digest(copy),
        "blocked": found.blocked,
        "variants": [
            {"key": each.key, "angle": each.angle, "texts": {name: filled(copy, text) for name, text in texts(each)}}
            for each in copy.wordings
        ],
        "violations": [
            {
                "rule": each.rule,
                "severity": each.severity,
                "variant": each.variant,
                "field": where(each),
                "span": list(each.span),
                "reason": each.reason,
                "suggestion": each.suggestion,
            }
            for each in found.violations
        ],
    }


def _markdown(found: Sequence[Reviewed]) -> str:
    return "\n".join(line for each in found for line in _markdown_lines(each))


def _markdown_lines(found: Reviewed) -> Iterator[str]:
    yield f"### {markdown(found.title)}: {state(found.copy)}"
    yield ""
    yield "| variant | field | text |"
    yield "|---|---|---|"
    for wording in found.copy.wordings:
        yield from (f"| {wording.key} | {name} | {markdown(filled(found.copy, text))} |" for name, text in texts(wording))
    yield ""
    yield from (f"- {each.severity}: {each.rule}, {each.variant} {where(each)}: {markdown(each.reason)}" for each in found.violations)
    yield ""


# -- HTML

_STYLE = """
.tag{font-size:12px;padding:.1rem .5rem;border-radius:1rem;background:var(--soft)}
table{width:100%}td:first-child,th:first-child{width:11rem}
.arm{border:1px solid var(--line);border-radius:8px;margin:1rem 0;padding:.7rem 1rem}.arm h3{margin:0 0 .4rem}
mark{background:#ffd54a66;color:inherit}
"""


def _html(found: Sequence[Reviewed]) -> str:
    body = "".join(map(_file, found))
    return page("Copy to review", f"<h1>Copy to review</h1>{body}", style=_STYLE)


def _file(found: Reviewed) -> str:
    how = state(found.copy)
    colour = "good" if how == "approved" and not found.blocked else "bad" if found.blocked or how == "stale" else ""
    arms = "".join(_arm(found, wording) for wording in found.copy.wordings)
    return f'<h2>{escape(found.title)} <span class="tag {colour}">{how}</span></h2>{arms}'


def _arm(found: Reviewed, wording: Wording) -> str:
    angle = f' <span class="tag">{escape(wording.angle)}</span>' if wording.angle else ""
    subject = filled(found.copy, str(wording.texts.get("subject", "")))
    preview = filled(found.copy, str(wording.texts.get("preview_text", "")))
    lines = "".join(
        f"<tr><td>{client}</td><td class=line><b>{cut(subject, widths[0])}</b> {cut(preview, widths[1])}</td></tr>"
        for client, widths in CLIENTS.items()
    )
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{_marked(found, wording, name, text)}</td></tr>" for name, text in texts(wording))
    wrong = "".join(f"<li>{_violation(each)}</li>" for each in found.of(wording)) or '<li class="good">no rule is broken</li>'
    return f'<div class="arm"><h3>{escape(wording.key)}{angle}</h3><table>{lines}</table><table>{rows}</table><ul>{wrong}</ul></div>'


def _marked(found: Reviewed, wording: Wording, name: str, text: str) -> str:
    """Return a text as it is written, slots and all, with what breaks a rule marked."""
    spans = sorted(each.span for each in found.of(wording) if where(each) == name and each.span[0] < each.span[1])
    shown, end = "", 0
    for start, stop in spans:
        if start >= end:
            shown += escape(text[end:start]) + f"<mark>{escape(text[start:stop])}</mark>"
            end = stop
    return shown + escape(text[end:])


def _violation(each: Violation) -> str:
    colour = ' class="bad"' if each.severity is Severity.ERROR else ""
    said = escape(f"{where(each)}: {each.reason}; {each.suggestion}")
    return f"<span{colour}>{each.severity}</span> <code>{escape(each.rule)}</code> {said}"


_FORMS: Mapping[str, Callable[[Sequence[Reviewed]], str]] = {"text": _text, "json": _json, "markdown": _markdown, "html": _html}
