"""`franca experiment size`: how large a test has to be, and what a list can tell at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pydantic import TypeAdapter

from franca.definitions import All, Campaign, Mailable, Metric, Predicate, Project, Segment
from franca.errors import FrancaError
from franca.progress import Progress, silent
from franca.render.markdown import escape
from franca.render.text import printable
from franca_personalization.experiments import Advice, Design, Duration, Feasibility, Reach, Size, duration, feasibility, size
from franca_personalization.report.pull import parts_of, segment_of
from franca_personalization.report.render import grid, markdown_table
from franca_personalization.report.tables import Table
from franca_personalization.report.words import MEASURE, lift

EMAIL = "email"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a test is to find, and in whom.

    Attributes:
        recipients: segment → delivered emails that can be sent to it once; empty when nobody said.
        share: of them that takes part.
        weekly: delivered emails a week, of an always-on send.
    """

    design: Design
    metric: Metric = Metric.CLICKS
    recipients: Mapping[str, int] = field(default_factory=dict)
    share: float = 1.0
    weekly: float | None = None


@dataclass(frozen=True, kw_only=True)
class Sizing:
    """The answer: sizes in delivered emails, lifts relative.

    Attributes:
        together: the size when all segments are judged as one; *apart* when each is judged on its own, at its share of α.
        feasibility: what this list can tell; None when nobody said how large it is.
        takes: of an always-on send, how long *together* takes.
    """

    metric: Metric
    design: Design
    together: Size
    apart: Size | None
    feasibility: Feasibility | None
    takes: Duration | None
    notes: tuple[str, ...]


def sized(wanted: Wanted, notes: Sequence[str] = ()) -> Sizing:
    """Return how large the test has to be, and what the list can tell.

    Raises:
        FrancaError: a number that means nothing.
    """
    if not 0 < wanted.share <= 1:
        raise FrancaError(f"a share of {wanted.share:g} of the list", remedy="give a share above 0%, up to 100%")
    taking_part = {key: int(count * wanted.share) for key, count in wanted.recipients.items()}
    segments = max(1, len(taking_part))
    together = size(wanted.design)
    apart = size(replace(wanted.design, segments=segments)) if segments > 1 else None
    return Sizing(
        metric=wanted.metric,
        design=wanted.design,
        together=together,
        apart=apart,
        feasibility=feasibility(wanted.design, taking_part) if taking_part else None,
        takes=duration(together.total, wanted.weekly) if wanted.weekly is not None else None,
        notes=tuple(notes),
    )


# -- from a project


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a campaign's definition says: its design, what is decided on, the share that takes part, and its parts by segment."""

    design: Design
    metric: Metric
    share: float
    campaigns: tuple[Campaign, ...]


def known(project: Project, key: str) -> Known:
    """Return what a campaign says of its experiment.

    Args:
        project: checked; not split, so that a segment has one campaign.
        key: the campaign's, as written.

    Raises:
        FrancaError: there is no such campaign, or it tests nothing.
    """
    campaigns = parts_of(project, key)
    arms = max(len(each.arms) for each in campaigns)
    if arms < 2:
        raise FrancaError(f"the campaign {key!r} has no variants", remedy="name its brief under `variants:`, or ask without a campaign")
    found = campaigns[0].experiment
    design = Design(
        baseline=float(found.baseline),
        effect=float(found.effect),
        alpha=float(found.alpha),
        power=float(found.power),
        arms=arms,
        looks=found.looks,
    )
    return Known(design=design, metric=found.metric, share=float(found.share), campaigns=tuple(campaigns))


def counted(
    project: Project, campaigns: Sequence[Campaign], as_of: datetime, progress: Progress = silent
) -> tuple[dict[str, int], list[str]]:
    """Return segment → how many of it may be mailed, and notes; only counts leave the data. Fewer emails arrive, by what bounces.

    Raises:
        FrancaError: the data cannot be read.
    """
    from franca.audience import evaluate

    told = EMAIL in project.data.profile.consent
    reached: tuple[Predicate, ...] = (Mailable(channel=EMAIL),) if told else ()
    where = {segment_of(each): All(of=(project.segments[each.audience].where, *reached)) for each in campaigns}
    segments = {key: Segment(key=key, name=key, where=each) for key, each in where.items()}
    with evaluate(replace(project, segments=segments, templates={}, campaigns={}), as_of=as_of, progress=progress) as evaluation:
        sizes = evaluation.sizes()
    return sizes, [] if told else ["the schema tells of no consent, so that those who may not be mailed are counted too"]


# -- shown

_ADVICE: Mapping[Advice, str] = {
    Advice.SEGMENTS: "Judge every segment on its own: each is large enough.",
    Advice.POOL: "Judge all segments together: that is large enough, and single segments are not all.",
    Advice.FEWER_ARMS: "Test fewer arms: {arms} at most, all segments together.",
    Advice.REFUSE: (
        "Do not test: even two arms over everybody cannot find this lift. Look for a larger one, wait until the list is longer, or pool "
        "several campaigns."
    ),
}


def render_sizing(found: Sizing, form: str = "text") -> str:
    """Return the answer as "text", "json" or "markdown"."""
    return _FORMS[form](found)


def _lines(found: Sizing) -> Iterator[str]:
    design = found.design
    yield (
        f"To find a lift of {lift(design.effect)} over a rate of {100 * design.baseline:.3g}% ({MEASURE[found.metric]}) with a power of "
        f"{design.power:.0%}, when at most {100 * design.alpha:.3g}% of tests may err {_looks(design)}(pooled two-proportion formula):"
    )
    yield f"{found.together.control:,} delivered emails per arm, {found.together.total:,} in all, when everybody is judged together"
    if found.apart:
        yield f"{found.apart.control:,} per arm in every segment, {found.apart.total:,} in all, when each segment is judged on its own"
    if found.takes:
        yield f"at this pace it takes {_weeks(found.takes)}, and {found.takes.days} days until the last click window has closed"
    if found.feasibility:
        yield _ADVICE[found.feasibility.advice].format(arms=found.feasibility.arms)
    yield from found.notes


def _looks(design: Design) -> str:
    return "" if design.looks == 1 else f"over {design.looks} looks "


def _weeks(found: Duration) -> str:
    return "1 week" if found.weeks == 1 else f"{found.weeks:,} weeks"


def _table(found: Sizing) -> Table | None:
    if found.feasibility is None:
        return None
    single = found.feasibility.segments
    together = replace(found.feasibility.together, key="all segments together" if len(single) > 1 else single[0].key)
    rows = [together, *(single if len(single) > 1 else ())]
    head = ("list", "recipients", "needed", "least lift that can be found", "enough")
    return Table(title="What this list can tell", head=head, rows=tuple(map(_reach, rows)))


def _reach(found: Reach) -> tuple[str, ...]:
    return (
        found.key,
        f"{found.recipients:,}",
        f"{found.needed:,}",
        lift(found.lift) if found.lift else "none",
        "yes" if found.enough else "no",
    )


def _text(found: Sizing) -> str:
    table = _table(found)
    return "\n".join(map(printable, (*_lines(found), *(grid(table) if table else ()))))


def _markdown(found: Sizing) -> str:
    table = _table(found)
    return "\n".join((*(f"- {escape(line)}" for line in _lines(found)), "", *(markdown_table(table) if table else ())))


def _json(found: Sizing) -> str:
    return json.dumps(_SIZING.dump_python(found, mode="json"), indent=2, ensure_ascii=False)


_SIZING: TypeAdapter[Sizing] = TypeAdapter(Sizing)
_FORMS: Mapping[str, Callable[[Sizing], str]] = {"text": _text, "json": _json, "markdown": _markdown}
