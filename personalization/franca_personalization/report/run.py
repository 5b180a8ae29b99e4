"""What `franca report` does: read every destination, analyse, conclude, and keep the sums for later trends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from franca.adapter import Site, Waiter, adapter
from franca.definitions import Campaign, Experiment, Project
from franca.errors import FrancaError
from franca.progress import Progress, silent
from franca_personalization.report.analysis import Question, analyse
from franca_personalization.report.history import Kept, Sums, history
from franca_personalization.report.pull import Pulled, everywhere, goes, parts_of, pull
from franca_personalization.report.records import (
    Analysis,
    Counts,
    DestinationReport,
    Part,
    Registered,
    Report,
)
from franca_personalization.report.segments import Judging, duplicates, rows, sound
from franca_personalization.report.strata import Comparable, apart, by_segment, comparable, same_arms
from franca_personalization.report.words import concluded, nothing, whole

OPTIONAL = ("ordered", "revenue", "unsubscribed", "complained", "opened")


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What is asked for: a campaign of a checked project, at some of its destinations, at an instant."""

    project: Project
    campaign: str
    sites: tuple[Site, ...]
    as_of: datetime
    with_data: bool = False


def registered(experiment: Experiment) -> Registered:
    """Return an experiment as a report shows it."""
    return Registered(
        metric=experiment.metric,
        baseline=float(experiment.baseline),
        effect=float(experiment.effect),
        alpha=float(experiment.alpha),
        power=float(experiment.power),
        looks=experiment.looks,
        share=float(experiment.share),
    )


def make_report(asking: Asking, *, waiter: Waiter | None = None, progress: Progress = silent) -> Report:
    """Read a campaign's results and return what they show. Nothing is written, at no ESP and here.

    Raises:
        FrancaError: there is no such campaign, it goes to none of the destinations, or none of them could be read.
    """
    campaigns = parts_of(asking.project, asking.campaign)
    read: dict[str, Pulled | FrancaError] = {}
    sites = [site for site in asking.sites if _there(campaigns, site)]
    for site in sites:
        try:
            read[site.destination.name] = pull(site, _there(campaigns, site), waiter=waiter, progress=progress)
        except FrancaError as error:
            read[site.destination.name] = error
    _insist_on_some(asking, read)
    found = _Analysed(asking, campaigns[0], read)
    destinations = tuple(found.destination(site) for site in sites)
    overall = found.overall()
    return Report(
        campaign=asking.campaign,
        brief=campaigns[0].brief or "",
        as_of=asking.as_of.isoformat(),
        registered=found.registered,
        destinations=destinations,
        overall=overall,
        conclusion=whole(destinations, overall),
        duplicates=duplicates(asking.project, campaigns, asking.as_of) if asking.with_data else None,
    )


def _there(campaigns: Sequence[Campaign], site: Site) -> list[Campaign]:
    return [each for each in campaigns if goes(each, site.project, site.destination.name)]


def _insist_on_some(asking: Asking, read: Mapping[str, Pulled | FrancaError]) -> None:
    if not read:
        names = ", ".join(site.destination.name for site in asking.sites)
        raise FrancaError(f"the campaign {asking.campaign!r} does not go to {names}", remedy="`franca plan` shows what goes where")
    errors = [each for each in read.values() if isinstance(each, FrancaError)]
    if len(errors) == len(read):
        raise errors[0]


class _Analysed:
    """What was read, with the analyses that it allows.

    All destinations together are judged at the experiment's α, and once more each on its own at its share of α. The shares are of all
    destinations that the campaign goes to: were they of those that were read, to ask for one at a time would raise what may err.
    """

    def __init__(self, asking: Asking, campaign: Campaign, read: Mapping[str, Pulled | FrancaError]) -> None:
        self.registered = registered(campaign.experiment)
        self._asking, self._read = asking, read
        self._told = {name: each for name, each in read.items() if isinstance(each, Pulled)}
        metric = self.registered.metric
        self._comparable = {name: comparable(each.parts, metric) for name, each in self._told.items()}
        self._sharing = len(everywhere(asking.project, asking.campaign))
        self._fit = [name for name, each in self._comparable.items() if each.segments]
        self._kept = history(asking.project)

    def _question(self, sharing: int) -> Question:
        return Question(registered=self.registered, alpha=self.registered.alpha / sharing, now=self._asking.as_of)

    def destination(self, site: Site) -> DestinationReport:
        """Return one destination's report."""
        name, title = site.destination.name, adapter(site.destination.adapter).title
        pulled = self._read[name]
        if isinstance(pulled, FrancaError):
            return DestinationReport(name=name, title=title, error=str(pulled), conclusion="It could not be read.")
        found = self._comparable[name]
        analysis = analyse(found, self._question(self._sharing)) if found.segments else None
        judging = Judging(
            metric=self.registered.metric,
            alpha=self.registered.alpha,
            kept=self._kept,
            campaign=self._asking.campaign,
            destination=name,
        )
        return DestinationReport(
            name=name,
            title=title,
            currency=pulled.currency,
            parts=pulled.parts,
            segments=rows(pulled.parts, judging),
            analysis=analysis,
            conclusion=concluded(analysis) if analysis else nothing(found.left_out),
            untold=_untold(pulled.parts),
            notes=_notes(pulled.parts),
        )

    def overall(self) -> Analysis | None:
        """Return the analysis over all destinations; None when fewer than two can be pooled.

        A destination that does not tell of the metric, or whose arms are blended, cannot.
        """
        segments = {f"{name}: {key}": parts for name in self._fit for key, parts in self._comparable[name].segments.items()}
        pooled = same_arms(segments, self.registered.metric)
        if len({label.partition(":")[0] for label in pooled.segments}) < 2:
            return None
        left_out = [f"{name}: {each}" for name, found in self._comparable.items() for each in found.left_out]
        errors = [f"{name}: it could not be read" for name in self._read if name not in self._told]
        found = analyse(Comparable(segments=pooled.segments, left_out=(*pooled.left_out, *left_out, *errors)), self._question(1))
        return replace(found, segments=())  # each is judged at its destination, once


def _untold(parts: Sequence[Part]) -> tuple[str, ...]:
    counts = [part.counts for part in parts if part.counts]
    return tuple(name for name in OPTIONAL if counts and all(getattr(each, name) is None for each in counts))


def _notes(parts: Sequence[Part]) -> tuple[str, ...]:
    """Return what the reader should know of a destination's numbers, each once."""
    found = [part.estimated for part in parts if part.estimated]
    found += [f"{part.campaign}, arm {part.arm or '-'}: {part.note}" for part in parts if part.note and part.counts]
    for segment, arms in by_segment(parts).items():
        if between := apart(arms):
            hours = between.total_seconds() / 3600
            found.append(f"{segment}: its arms were sent {hours:.0f} hours apart, so that a difference may be that of the hour")
    return tuple(dict.fromkeys(found))


# -- kept


def sums(report: Report) -> Kept | None:
    """Return what is kept of a report for later trends; None when nothing was told, or when nobody says when it was sent."""
    told = {each.name: _sums(each) for each in report.destinations}
    kept = {name: each for name, each in told.items() if each.segments and each.sent_at}
    return Kept(campaign=report.campaign, brief=report.brief, destinations=kept) if kept else None


def _sums(destination: DestinationReport) -> Sums:
    """Return the sums of segments whose counts can be judged: others would be earlier campaigns to later trends."""
    found = {key: parts for key, parts in by_segment(destination.parts).items() if sound(parts)}
    segments: dict[str, Counts] = {row.key: row.counts for row in destination.segments if row.key in found}
    return Sums(sent_at=max((part.sent_at for parts in found.values() for part in parts), default=""), segments=segments)


def unread(report: Report) -> tuple[DestinationReport, ...]:
    """Return the destinations that could not be read."""
    return tuple(each for each in report.destinations if each.error)
