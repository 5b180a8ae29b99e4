"""An email as real people would see it → text, JSON, and one page of HTML that opens offline."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from itertools import islice

from franca.definitions import Part, Template
from franca.errors import Problem
from franca.render.page import cut, page
from franca.render.text import printable

CLIENTS: Mapping[str, tuple[int, int]] = {
    "iPhone Mail": (35, 80),
    "Gmail app": (33, 40),
    "Outlook mobile": (35, 40),
    "Gmail desktop": (70, 90),
    "Outlook desktop": (50, 55),
    "Apple Mail desktop": (60, 140),
}
"""Characters of subject and preview text that clients show at least (published figures); they cut by pixels."""

GMAIL = 102 * 1024
"""Bytes of HTML after which Gmail clips a message."""

WIDTHS = {"Phone": 375, "Desktop": 700}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one ESP makes of the template for one person.

    Attributes:
        parts: None where its language refuses the template; *why* tells.
        expected: by the reference, with the links that this ESP fills in.
    """

    destination: str
    parts: Mapping[Part, str] | None
    expected: Mapping[Part, str] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One person's email.

    Attributes:
        label: which person, without saying who.
        parts: by the reference.
        taken: numbers of the branches that they took.
        seen: by each ESP's own rules.
    """

    label: str
    parts: Mapping[Part, str]
    taken: frozenset[int]
    seen: tuple[Seen, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reach:
    """One branch: its *numbers* (it stands in several parts), where it is written, what it asks, how many of all people take it."""

    numbers: tuple[int, ...]
    place: str
    asks: str
    people: int


@dataclass(frozen=True, kw_only=True)
class EmailPreview:
    """All that is shown of one template; *base* is the number of people behind `Reach.people`."""

    template: Template
    samples: tuple[Sample, ...]
    reach: tuple[Reach, ...]
    base: int
    notices: tuple[Problem, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of the largest sample's HTML."""
        return max((len(sample.parts.get(Part.HTML, "").encode()) for sample in self.samples), default=0)


_ENTITIES = {"&quot;": "&#34;", "&#x27;": "&#39;", "&#124;": "|"}
_ENTITY = re.compile("|".join(_ENTITIES))


def same(reference: str, other: str) -> bool:
    """Whether two renderings are equal: entities of quotes and bars are written in several ways that mean one thing; see `FILLED_IN`."""
    return _fits(_spelled(reference), _spelled(other))


def _spelled(text: str) -> str:
    return _ENTITY.sub(lambda found: _ENTITIES[found[0]], text)


FILLED_IN = "\ue000"
"""What stands for a text that nobody but the ESP knows, as a link of its own, or what is native to it."""


def comparison(means: str, other: str) -> str:
    """Return how an ESP's own rendering differs from what a template means, white space and `FILLED_IN` apart; empty when it does not."""
    wanted, found = (" ".join(_spelled(text).split()) for text in (means, other))
    if _fits(wanted, found):
        return ""
    lines, theirs = ([" ".join(line.split()) for line in re.split(r"\n|(?=<)", _spelled(text)) if line.strip()] for text in (means, other))
    theirs = [next((line for line in lines if line.strip(FILLED_IN) and _fits(line, each)), each) for each in theirs]
    diff = (line.replace(FILLED_IN, "…") for line in difflib.unified_diff(lines, theirs, "meant", "there", n=0, lineterm=""))
    return "\n".join(map(printable, islice(diff, _SHOWN)))


def _fits(wanted: str, found: str) -> bool:
    if FILLED_IN not in wanted:
        return wanted == found
    return bool(re.fullmatch(".*?".join(map(re.escape, wanted.split(FILLED_IN))), found, re.DOTALL))


_SHOWN = 12
"""Lines of a difference that are shown."""


def differences(seen: Seen) -> tuple[Part, ...]:
    """Return the parts in which an ESP's rendering is not the reference's."""
    return tuple(part for part, text in seen.expected.items() if seen.parts is not None and not same(text, seen.parts.get(part, "")))


def render_email(preview: EmailPreview, form: str = "text") -> str:
    """Return the preview as "text", "json" or "html"."""
    return _FORMS[form](preview)


# -- text


def _text(preview: EmailPreview) -> str:
    return "\n".join(_lines(preview))


def _lines(preview: EmailPreview) -> Iterator[str]:
    yield f"{preview.template.name} ({preview.template.key})"
    for sample in preview.samples:
        yield from ("", f"== {sample.label}", f"subject       {printable(sample.parts[Part.SUBJECT])}")
        if Part.PREVIEW_TEXT in sample.parts:
            yield f"preview text  {printable(sample.parts[Part.PREVIEW_TEXT])}"
        yield from ("", *map(printable, re.sub(r"\n{3,}", "\n\n", sample.parts[Part.TEXT]).splitlines()), "")
        yield from (_verdict(seen) for seen in sample.seen)
    yield from ("", *_reached(preview))
    if preview.size:
        yield f"HTML of at most {preview.size:,} bytes, {preview.size / GMAIL:.0%} of what Gmail shows before it clips"
    yield from map(str, preview.notices)


def _verdict(seen: Seen) -> str:
    if seen.parts is None:
        return f"{seen.destination}: refused: {seen.why}"
    wrong = differences(seen)
    if not wrong:
        return f"{seen.destination}: the same"
    part = wrong[0]
    diff = difflib.unified_diff(
        _spelled(seen.expected[part]).splitlines(), _spelled(seen.parts[part]).splitlines(), "reference", seen.destination, n=0, lineterm=""
    )
    return f"{seen.destination}: DIFFERENT in {', '.join(wrong)}\n" + "\n".join(map(printable, diff))


def _reached(preview: EmailPreview) -> Iterator[str]:
    for each in preview.reach:
        people = f"{each.people:,} of {preview.base:,} people" if each.people else "NOBODY"
        yield f"{each.place}: {each.asks}: reaches {people}"


# -- JSON


def _json(preview: EmailPreview) -> str:
    found = {
        "template": preview.template.key,
        "bytes": preview.size,
        "samples": [
            {
                "label": sample.label,
                "parts": {str(part): text for part, text in sample.parts.items()},
                "branches": sorted(sample.taken),
                "destinations": {
                    seen.destination: {"refused": seen.why} if seen.parts is None else {"different": list(differences(seen))}
                    for seen in sample.seen
                },
            }
            for sample in preview.samples
        ],
        "branches": [{"numbers": list(r.numbers), "place": r.place, "asks": r.asks, "people": r.people} for r in preview.reach],
        "base": preview.base,
        "notices": [str(notice) for notice in preview.notices],
    }
    return json.dumps(found, indent=2, ensure_ascii=False)


# -- HTML

_STYLE = """
body{max-width:1640px}table{width:100%}
.views{display:flex;flex-wrap:wrap;gap:1.5rem;align-items:flex-start}.view{border:1px solid var(--line);border-radius:8px;overflow:hidden}
.view header{background:var(--soft);padding:.3rem .7rem;font-size:13px}
iframe{border:0;background:#fff;display:block;height:640px}
.bar{background:var(--soft);height:.6rem;border-radius:.3rem;min-width:8rem}
.bar i{display:block;height:100%;border-radius:.3rem;background:var(--accent)}
pre{white-space:pre-wrap;margin:0;padding:.7rem;font:13px/1.45 ui-monospace,monospace}details{margin:.5rem 0}
.view pre{max-height:640px;box-sizing:border-box;overflow:auto}
.there{border-top:1px solid var(--line);padding-top:.5rem}.there .views{margin-top:.7rem}
"""


def _html(preview: EmailPreview) -> str:
    body = "".join((_head(preview), _coverage(preview), *(_sample(sample, preview) for sample in preview.samples)))
    return page(f"{preview.template.name} · preview", body, style=_STYLE)


def _head(preview: EmailPreview) -> str:
    share = preview.size / GMAIL
    size = f"<p>{preview.size:,} bytes of HTML: {share:.0%} of the 102 KB that Gmail shows. {_bar(share)}</p>" if preview.size else ""
    notices = "".join(f"<li>{escape(str(notice))}</li>" for notice in preview.notices)
    return f"<h1>{escape(preview.template.name)}</h1>{size}" + (f"<ul>{notices}</ul>" if notices else "")


def _bar(share: float) -> str:
    return f'<span class="bar" style="display:inline-block"><i style="width:{min(share, 1):.1%}"></i></span>'


def _coverage(preview: EmailPreview) -> str:
    if not preview.reach:
        return ""
    rows = "".join(
        f"<tr><td>{escape(each.place)}</td><td><code>{escape(each.asks)}</code></td>"
        f"<td>{f'{each.people:,}' if each.people else '<span class=bad>nobody</span>'}</td>"
        f"<td>{_bar(each.people / preview.base if preview.base else 0)}</td></tr>"
        for each in preview.reach
    )
    return (
        f"<h2>Branches, over {preview.base:,} people</h2><table><tr><th>where</th><th>asks</th><th>reaches</th><th></th></tr>{rows}</table>"
    )


def _sample(sample: Sample, preview_of: EmailPreview) -> str:
    subject, preview = sample.parts[Part.SUBJECT], sample.parts.get(Part.PREVIEW_TEXT, "")
    lines = "".join(
        f"<tr><td>{client}</td><td>{cut(subject, widths[0])}</td><td>{cut(preview, widths[1])}</td></tr>"
        for client, widths in CLIENTS.items()
    )
    inbox = f"<details><summary>In the inbox: <b>{escape(subject)}</b> {escape(preview)}</summary><table>{lines}</table></details>"
    views, seen = "".join(_views("reference", sample.parts)), "".join(view for seen in sample.seen for view in _seen(seen))
    took = [f"<code>{escape(each.asks)}</code>" for each in preview_of.reach if sample.taken & set(each.numbers)]
    taken = ", ".join(took) or "none"
    return f'<h2>{escape(sample.label)}</h2>{inbox}<p>Branches taken: {taken}</p><div class="views">{views}</div>{seen}'


def _seen(seen: Seen) -> Iterator[str]:
    if seen.parts is None:
        verdict = '<span class="bad">refused</span>'
        yield f'<p class="there">{escape(seen.destination)}: {verdict}: {escape(seen.why)}</p>'
        return
    wrong = differences(seen)
    verdict = f'<span class="bad">different in {", ".join(wrong)}</span>' if wrong else '<span class="good">the same</span>'
    title, shown = f"{escape(seen.destination)}: {verdict}", "".join(_views(escape(seen.destination), seen.parts))
    state = " open" if wrong else ""  # what is the same need not be looked at; it can be
    yield f'<details class="there"{state}><summary>{title}</summary><div class="views">{shown}</div></details>'


def _views(title: str, parts: Mapping[Part, str]) -> Iterator[str]:
    html = parts.get(Part.HTML)
    for name, width in WIDTHS.items() if html else ():
        frame = f'<iframe sandbox="" title="{name}" width="{width}" srcdoc="{escape(html or "")}"></iframe>'
        yield f'<div class="view"><header>{title} · {name}</header>{frame}</div>'
    yield f'<div class="view" style="max-width:420px"><header>{title} · plain text</header><pre>{escape(parts[Part.TEXT])}</pre></div>'


_FORMS: Mapping[str, Callable[[EmailPreview], str]] = {"text": _text, "json": _json, "html": _html}
