"""What maps from one destination to another → text, JSON, Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator

from franca.importing.parity import Becomes, Parity, verdict
from franca.plan import Decision
from franca.render.decision import findings, realisation
from franca.render.markdown import escape
from franca.render.text import printable

_HEADS = {Becomes.EXACTLY: "map exactly", Becomes.OTHERWISE: "map with another realisation", Becomes.NOT: "do not map"}


def render_parity(parity: Parity, form: str) -> str:
    """Return the report, what does not map last."""
    if form == "json":
        return json.dumps(_data(parity), indent=2, ensure_ascii=False)
    return "\n".join(_markdown(parity) if form == "markdown" else _text(parity))


def _data(parity: Parity) -> dict[str, object]:
    return {
        "from": parity.source,
        "to": parity.target,
        "segments": {
            key: {
                "name": there.name,
                "from": realisation(here),
                "to": realisation(there),
                "maps": str(verdict(there)),
                "why": there.why,
                "findings": dict(findings(there)),
                "assumptions": [each.id for each in there.assumptions],
            }
            for key, (here, there) in parity.segments.items()
        },
        "unmapped": {"attributes": list(parity.attributes), "events": list(parity.events)},
    }


def _text(parity: Parity) -> Iterator[str]:
    yield printable(f"{parity.source} → {parity.target}: {_counts(parity)}")
    for becomes in Becomes:
        for there in parity.of(becomes):
            yield printable(f"  {there.segment}: {becomes}: {_why(there)}")
    yield from (printable(line) for line in _unmapped(parity))


def _counts(parity: Parity) -> str:
    return ", ".join(f"{len(parity.of(becomes))} {what}" for becomes, what in _HEADS.items())


def _why(there: Decision) -> str:
    """Return what it becomes, and why; of what maps exactly, what that leans on."""
    if verdict(there) is Becomes.EXACTLY:
        leaning = ", ".join(each.id for each in there.assumptions)
        return f"native, {there.why}" + (f", leaning on {leaning}" if leaning else "")
    kept = f"kept as a {there.kept_as or realisation(there)}, " if there.realisation else ""
    reasons = "; ".join(dict.fromkeys(finding.what for finding in there.findings))
    return f"{kept}{there.why}" + (f": {reasons}" if reasons else "")


def _unmapped(parity: Parity) -> Iterator[str]:
    for what, names in (("attributes", parity.attributes), ("events", parity.events)):
        if names:
            yield f"{what} without a mapping at {parity.target}, where nothing about them is native: {', '.join(names)}"


def _markdown(parity: Parity) -> Iterator[str]:
    yield f"### {escape(parity.source)} → {escape(parity.target)}"
    yield ""
    yield _counts(parity)
    if parity.segments:
        yield ""
        yield "| segment | maps | how, and why |"
        yield "|---|---|---|"
    for becomes in Becomes:
        for there in parity.of(becomes):
            yield f"| {escape(there.name)} (`{there.segment}`) | {becomes} | {escape(_why(there))} |"
    for line in _unmapped(parity):
        yield ""
        yield escape(line)
