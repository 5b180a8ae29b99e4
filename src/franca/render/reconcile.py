"""How many are in each segment here and there, and why: text for terminals, Markdown for pull requests, JSON for programs. No people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from franca.render.markdown import code, escape
from franca.render.text import printable
from franca.sync import Compared, Reason, Reconciled

_HERE: Mapping[Reason, str] = {
    Reason.WITHOUT_EMAIL: "have no email",
    Reason.AMBIGUOUS_EMAIL: "share their email with another profile",
    Reason.UNKNOWN: "are no contacts there",
    Reason.OUTSIDE: "are contacts there that no segment has (not confirmed, or archived)",
    Reason.SUPPRESSED: "are suppressed there",
    Reason.TAKEN_OUT: "were taken out by hand since the last sync",
    Reason.WAITING: "wait for the next sync",
    Reason.UNTOLD: "wait for the next sync or were taken out by hand (without ledger_key nothing tells)",
    Reason.LAG: "came lately: the ESP is still processing",
    Reason.FACTS: "have other attributes, events or consent there",
}
_THERE: Mapping[Reason, str] = {
    Reason.AMBIGUOUS_EMAIL: "have an email that several profiles share here",
    Reason.NOT_OURS: "are not in the data here",
    Reason.PUT_IN: "were put in by hand since the last sync",
    Reason.ADOPTED: "are not ours: it is adopted, and whom others put in stays",
    Reason.LEAVING: "leave with the next sync",
    Reason.UNTOLD: "leave with the next sync or were put in by hand (without ledger_key nothing tells)",
    Reason.LAG: "left lately: the ESP is still processing",
    Reason.FACTS: "have other attributes, events or consent there",
}
_UNCOUNTED = "more are counted there than listed with an email (no email there, or still processing)"
_OVERLISTED = "more are listed there than counted (still processing)"
_LISTED = "there: those whom the ESP lists with an email; with --counts its own counts are compared, too"


def render_reconciled(found: Sequence[Reconciled], form: str = "text") -> str:
    """Return comparisons, one for each destination, as "text", "json" or "markdown"."""
    return _FORMS[form](found)


def _text(found: Sequence[Reconciled]) -> str:
    return "\n".join(printable(line) for each in found for line in _text_of_one(each))


def _text_of_one(found: Reconciled) -> Iterator[str]:
    yield f"{found.destination} ({found.adapter}, account {found.account}): {_summary(found)}"
    width = max((len(str(compared.address)) for compared in found.segments), default=0)
    for compared in found.segments:
        yield f"  {compared.address!s:{width}}  {compared.segment}: {_numbers(compared)}"
        yield from (f"    {line}" for line in _reasons(compared))
    if _uncounted(found):
        yield f"  {_LISTED}"


def _summary(found: Reconciled) -> str:
    if not found.segments:
        return "nothing to compare"
    differing, all_ = sum(compared.differs for compared in found.segments), len(found.segments)
    return f"{differing} of {all_} differ" if differing else f"all {all_} the same"


def _uncounted(found: Reconciled) -> bool:
    """Whether the ESP's own count of something was not asked for."""
    return any(compared.uncounted is None and compared.ours is not None for compared in found.segments)


def _numbers(compared: Compared) -> str:
    if compared.ours is None:
        return f"{compared.theirs:,} there; the ESP alone knows whom it means"
    difference = compared.theirs - compared.ours
    return f"{compared.ours:,} here, {compared.theirs:,} there" + (f" ({difference:+,})" if difference else "")


def _reasons(compared: Compared) -> Iterator[str]:
    yield from (f"here alone: {number:,} {_HERE[reason]}" for reason, number in compared.missing.items())
    yield from (f"there alone: {number:,} {_THERE[reason]}" for reason, number in compared.extra.items())
    if compared.uncounted:
        yield f"{abs(compared.uncounted):,} {_UNCOUNTED if compared.uncounted > 0 else _OVERLISTED}"


def _json(found: Sequence[Reconciled]) -> str:
    return json.dumps({"version": 1, "destinations": list(map(_document, found))}, indent=1, ensure_ascii=False)


def _document(found: Reconciled) -> dict[str, Any]:
    return {
        "destination": found.destination,
        "adapter": found.adapter,
        "account": found.account,
        "differs": found.differs,
        "segments": [
            {
                "address": str(compared.address),
                "segment": compared.segment,
                "ours": compared.ours,
                "theirs": compared.theirs,
                "here_alone": dict(compared.missing),
                "there_alone": dict(compared.extra),
                "uncounted": compared.uncounted,
                "differs": compared.differs,
            }
            for compared in found.segments
        ],
    }


def _markdown(found: Sequence[Reconciled]) -> str:
    return "\n".join(line for each in found for line in _markdown_of_one(each))


def _markdown_of_one(found: Reconciled) -> Iterator[str]:
    yield f"### {escape(found.destination)}: {_summary(found)}"
    yield ""
    if found.segments:
        yield "| segment | at the ESP | here | there | why |"
        yield "|---|---|---:|---:|---|"
    for compared in found.segments:
        here = "?" if compared.ours is None else f"{compared.ours:,}"
        why = "<br>".join(map(escape, _reasons(compared)))
        yield f"| {code(compared.segment)} | {code(str(compared.address))} | {here} | {compared.theirs:,} | {why} |"
    if _uncounted(found):
        yield f"\n{escape(_LISTED)}"
    yield ""


_FORMS: Mapping[str, Callable[[Sequence[Reconciled]], str]] = {"text": _text, "json": _json, "markdown": _markdown}
