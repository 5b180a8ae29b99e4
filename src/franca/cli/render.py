"""`franca render`: an email as real people would see it, by each ESP's own rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from franca.cli.common import (
    HERE,
    AsOfOption,
    EnvOption,
    Format,
    FormatOption,
    ProjectOption,
    instant,
    load_checked,
    progress,
    sites,
    warn,
)
from franca.errors import FrancaError, did_you_mean

if TYPE_CHECKING:
    from franca.adapter import Site, Translation
    from franca.audience import Evaluation, Individual
    from franca.content import Document, Person, Renderer
    from franca.definitions import Part, Project
    from franca.render.email import EmailPreview, Reach, Sample, Seen

NAME = "render"


def run(  # noqa: PLR0917 - a command's options
    key: Annotated[str, typer.Argument(metavar="TEMPLATE", help="The template's key: its file's name in content/.")],
    project: ProjectOption = HERE,
    env: EnvOption = None,
    profile: Annotated[str | None, typer.Option("--profile", metavar="ID", help="Somebody, by the profile's key.")] = None,
    segments: Annotated[
        list[str] | None, typer.Option("--segment", "-s", metavar="KEY", help="People of this segment; may be given several times.")
    ] = None,
    sample: Annotated[int, typer.Option("--sample", "-n", metavar="N", min=1, help="How many people to show, of each segment.")] = 3,
    as_: Annotated[
        list[str] | None,
        typer.Option(
            "--as", "--destination", "-d", metavar="NAME", help="As this destination renders it; may be repeated.", show_default="all"
        ),
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page that opens offline.")] = None,
    as_of: AsOfOption = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Show an email for real people: what it means, and what each ESP makes of it by its own rules.

    Without --profile or --segment, somebody of each segment that the template asks for is shown first. Every branch is counted over the
    whole base, so that one that reaches nobody is seen. Nothing is sent, and no ESP is asked.

    Example: franca render welcome --segment vip --html welcome.html
    """
    from franca.audience import evaluate
    from franca.plan.files import write_whole
    from franca.render.email import render_email

    checked, found = _loaded(project, env, key)
    _known_segments(checked, segments or ())
    chosen = Choice(profile=profile, segments=tuple(segments or ()), number=sample)
    with progress("rendering") as advance, evaluate(checked, as_of=instant(as_of, checked), progress=advance) as evaluation:
        preview = _Preview(checked, found, list(sites(checked, as_))).of(evaluation, chosen, instant(as_of, checked))
        warn(evaluation.warnings)
    if html:
        write_whole(html, render_email(preview, "html"))
    typer.echo(f"wrote {html}" if html else render_email(preview, "json" if format_ is Format.JSON else "text"))


def _loaded(folder: Path, env: str | None, key: str) -> tuple[Project, Document]:
    checked = load_checked(folder, env)
    return checked, _document(checked, key)


def _document(project: Project, key: str) -> Document:
    from franca.content import document
    from franca.language.content import partials

    if key not in project.templates:
        raise FrancaError(f"there is no template {key!r}", remedy=did_you_mean(key, project.templates))
    return document(project, project.templates[key], partial(partials, project.root))


def _known_segments(project: Project, segments: Sequence[str]) -> None:
    for segment in segments:
        if segment not in project.segments:
            raise FrancaError(f"there is no segment {segment!r}", remedy=did_you_mean(segment, project.segments))


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Whom to show: one profile, or a *number* of people of each segment, or, with neither, of everybody."""

    profile: str | None
    segments: tuple[str, ...]
    number: int

    def among(self, people: Sequence[Individual], asked: Sequence[str]) -> list[Individual]:
        """Return whom to show; *asked* are the segments that the template asks for: somebody of each, and of none, comes first.

        Raises:
            FrancaError: there is nobody.
        """
        if self.profile is not None:
            return self._some([each for each in people if each.profile == self.profile], f"with the key {self.profile!r}")
        if self.segments:
            inside = {key: [each for each in people if key in each.segments] for key in self.segments}
            return _once(
                [each for key, of in inside.items() for each in islice(_spread(self._some(of, f"in {key!r}"), self.number), self.number)]
            )
        tests = [*({key} for key in asked), *([set()] if asked else [])]  # somebody in each, and somebody in none of them
        firsts = [next((each for each in people if each.segments & {*asked} == test), None) for test in tests]
        return _once([*(each for each in firsts if each), *_spread(self._some(people, "in the data"), self.number)])[: self.number]

    def _some(self, people: Sequence[Individual], who: str) -> list[Individual]:
        if not people:
            raise FrancaError(f"there is nobody {who}", remedy="`franca preview` shows sizes")
        return list(people)


def _once(people: Sequence[Individual]) -> list[Individual]:
    return list({each.profile: each for each in people}.values())


class _Preview:
    """One template, its renderers, and the ESPs that it is compared at."""

    def __init__(self, project: Project, document: Document, places: Sequence[Site]) -> None:
        from franca.adapter import adapter
        from franca.content import Renderer, Setting

        self._project, self._document, self._places = project, document, places
        self._setting = Setting(locale=project.locale, zone=project.zone)
        self._renderers: Mapping[Part, Renderer] = {part: Renderer(pieces, self._setting) for part, pieces in document.parts.items()}
        self._dialects = {site.destination.name: adapter(site.destination.adapter).dialect(site) for site in places}
        self._expected = {site.destination.name: self._with_natives(site.destination.adapter) for site in places}
        self._said: dict[str, Translation] = {name: dialect.translate(document) for name, dialect in self._dialects.items()}

    def _with_natives(self, adapter: str) -> Mapping[Part, Renderer]:
        """Return the renderers for one ESP; what is native to it, it alone can render."""
        from franca.content import Renderer
        from franca.content.assemble import with_natives
        from franca.render.email import FILLED_IN

        parts = {part: with_natives(pieces, adapter, FILLED_IN) for part, pieces in self._document.parts.items()}
        return {part: Renderer(pieces, self._setting) for part, pieces in parts.items()}

    def of(self, evaluation: Evaluation, choice: Choice, now: datetime) -> EmailPreview:
        from franca.content.needs import segments_of
        from franca.render.email import EmailPreview

        people = list(self._people(evaluation))
        shown = choice.among([each for each, _ in people], segments_of(self._document.parts.values(), self._project))
        return EmailPreview(
            template=self._document.template,
            samples=tuple(self._sample(each, now) for each in shown),
            reach=tuple(self._reach([person for _, person in people])),
            base=len(people),
            notices=self._document.notices,
        )

    def _people(self, evaluation: Evaluation) -> Iterator[tuple[Individual, Person]]:
        from franca.audience.evaluation import evaluable
        from franca.content.needs import attributes_of
        from franca.content.reference import person

        mapped = {name for site in self._places for name in site.destination.attributes}
        names = {*attributes_of(self._document.parts.values()), *mapped, *({"email"} & self._project.data.profile.attributes.keys())}
        for each in evaluation.people(sorted(names), list(evaluable(self._project).segments)):
            yield each, person(self._project, each.values, each.segments)

    def _reach(self, people: Sequence[Person]) -> Iterator[Reach]:
        from franca.content.assemble import walk
        from franca.content.nodes import Choose
        from franca.content.reference import otherwise_of
        from franca.content.words import words
        from franca.render.email import Reach

        counts: dict[int, int] = {}
        for person in people:
            for number in {number for renderer in self._renderers.values() for number in renderer(person).taken}:
                counts[number] = counts.get(number, 0) + 1
        told: dict[tuple[str, str], list[int]] = {}
        for branch in self._document.branches:
            told.setdefault((str(branch.position or ""), words(branch.condition)), []).append(branch.number)
        for piece in (each for pieces in self._document.parts.values() for each in walk(pieces)):
            if isinstance(piece, Choose) and piece.otherwise:
                asks = "else, after " + ", ".join(words(branch.condition) for branch in piece.branches)
                told.setdefault((str(piece.branches[0].position or ""), asks), []).append(otherwise_of(piece))
        for (place, asks), numbers in told.items():
            reached = max(counts.get(number, 0) for number in numbers)
            yield Reach(numbers=tuple(numbers), place=place, asks=asks, people=reached)

    def _sample(self, each: Individual, now: datetime) -> Sample:
        from franca.content.reference import person
        from franca.render.email import Sample

        somebody = person(self._project, each.values, each.segments)
        made = {part: renderer(somebody) for part, renderer in self._renderers.items()}
        inside = ", ".join(sorted(each.segments)) or "no segment"
        return Sample(
            label=f"profile {each.profile} ({inside})",
            parts={part: found.text for part, found in made.items()},
            taken=frozenset().union(*(found.taken for found in made.values())),
            seen=tuple(self._seen(site, each, somebody, now) for site in self._places),
        )

    def _seen(self, site: Site, each: Individual, somebody: Person, now: datetime) -> Seen:
        from franca.adapter import ABSENT
        from franca.cli.esp import filled_in, rendered
        from franca.content import Renderer
        from franca.render.email import Seen

        name = site.destination.name
        said = self._said[name]
        if said.findings:
            return Seen(destination=name, parts=None, why="; ".join(finding.what for finding in said.findings))
        fields = {c.key: Renderer(c.pieces, self._setting)(somebody).text or ABSENT for c in said.computed}
        groups = {group: somebody.primary.get(group, ABSENT) for group in said.groups}
        held = self._dialects[name].person(each.values, {**fields, **groups})
        around = filled_in(site.destination.adapter, self._dialects[name], now)
        expected = {part: renderer(somebody, around).text for part, renderer in self._expected[name].items()}
        return Seen(destination=name, parts=rendered(site.destination.adapter, said.parts, held, now), expected=expected)


def _spread(people: Sequence[Individual], most: int) -> Iterator[Individual]:
    """Yield people from the whole of a list, not from its beginning alone."""
    step = max(len(people) // max(most, 1), 1)
    yield from people[::step]
