"""`franca verify-content`: what the ESPs themselves make of the templates that are there, against what they mean."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from franca.cli.common import (
    HERE,
    AsOfOption,
    DestinationOption,
    EnvOption,
    Format,
    FormatOption,
    ProjectOption,
    instant,
    load_checked,
    sites,
    warn,
)
from franca.errors import FrancaError, did_you_mean

if TYPE_CHECKING:
    from franca.adapter import Address, Contact, Remote, Site
    from franca.adapter.previews import Previewing
    from franca.audience import Evaluation, Individual
    from franca.cli.account import Account
    from franca.content import Document
    from franca.definitions import Part, Project

NAME = "verify-content"
AT_ONCE = 50
"""How many people are looked for at the ESP for each one that is shown: most shops' people are there."""


def run(  # noqa: PLR0917 - a command's options
    templates: Annotated[list[str] | None, typer.Argument(metavar="[TEMPLATE]...", help="Their keys.", show_default="all")] = None,
    project: ProjectOption = HERE,
    env: EnvOption = None,
    destinations: DestinationOption = None,
    sample: Annotated[int, typer.Option("--sample", "-n", metavar="N", min=1, help="For how many people.")] = 3,
    profile: Annotated[str | None, typer.Option("--profile", metavar="ID", help="Somebody, by the profile's key.")] = None,
    as_of: AsOfOption = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Let each ESP render what was applied, for real people whom it holds, and compare that with what the template means.

    Klaviyo and Brevo can be asked; Mailchimp has no such call. Links that the ESP fills in are left out of the comparison. Nothing is
    written there, and nothing is sent. A difference means that a field is older than the data (`franca sync`), that the ESP holds other
    facts, or that its language does not do what Franca takes it to do.

    Example: franca apply && franca sync && franca verify-content --sample 10
    """
    from franca.audience import evaluate

    checked = load_checked(project, env)
    for key in templates or ():
        if key not in checked.templates:
            raise FrancaError(f"there is no template {key!r}", remedy=did_you_mean(key, checked.templates))
    with evaluate(checked, as_of=instant(as_of, checked)) as evaluation:
        verify = _Verification(checked, evaluation, templates or list(checked.templates), profile, sample)
        found = [verdict for site in sites(checked, destinations) for verdict in verify.at(site)]
        warn(evaluation.warnings)
    typer.echo(json.dumps([each.plain() for each in found], indent=2, ensure_ascii=False) if format_ is Format.JSON else _text(found))
    different = sum(bool(each.differences) for each in found)
    if different:
        raise FrancaError(
            f"{different} renderings differ", remedy="`franca plan` and `franca sync` show whether anything is to be done first"
        )


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One template at one destination: why it was not compared, or for whom it was, and what differs by part."""

    destination: str
    template: str = ""
    person: str = ""
    why: str = ""
    differences: Mapping[Part, str] | None = None

    def plain(self) -> dict[str, object]:
        """Return it for JSON."""
        named = {"destination": self.destination, "template": self.template, "person": self.person, "why": self.why}
        return {**{key: text for key, text in named.items() if text}, **({} if self.why else {"different": sorted(self.differences or ())})}


def _text(found: list[Verdict]) -> str:
    return "\n".join(line for verdict in found for line in _lines(verdict))


def _lines(verdict: Verdict) -> Iterator[str]:
    what = ": ".join(each for each in (verdict.destination, verdict.template, verdict.person) if each)
    if verdict.why:
        yield f"{what}: not compared: {verdict.why}"
    elif verdict.differences:
        yield f"{what}: DIFFERENT in {', '.join(verdict.differences)}"
        yield from (f"  {line}" for diff in verdict.differences.values() for line in diff.splitlines())
    else:
        yield f"{what}: the same"


class _Verification:
    """A comparison under way."""

    def __init__(self, project: Project, evaluation: Evaluation, templates: list[str], profile: str | None, sample: int) -> None:
        from franca.content import Setting

        self._project, self._evaluation, self._templates = project, evaluation, templates
        self._profile, self._sample = profile, sample
        self._setting = Setting(locale=project.locale, zone=project.zone)

    def at(self, site: Site) -> Iterator[Verdict]:
        """Compare the templates at one destination."""
        from franca.adapter import Address, ResourceKind
        from franca.adapter.previews import Previewing
        from franca.cli.account import opened
        from franca.plan.emails import documents

        with opened(site) as account:
            verdict = partial(Verdict, destination=site.destination.name)
            if not isinstance(account.connection, Previewing):
                yield verdict(why=f"{account.desired.adapter.title} has no call that renders a template")
                return
            remotes = account.connection.read().owned()
            changes = {change.address for change in account.plan().changes}
            for key, document in documents(self._project).items():
                address = Address(ResourceKind.TEMPLATE, key)
                if key in self._templates and address in account.desired.resources:
                    why = _not_compared(document, address, remotes, changes)
                    found = [verdict(why=why)] if why else self._people(account, account.connection, document, remotes[address])
                    yield from (Verdict(**{**vars(each), "template": key, "destination": site.destination.name}) for each in found)

    def _people(self, account: Account, connection: Previewing, document: Document, remote: Remote) -> Iterator[Verdict]:
        name, adapter = account.desired.site.destination.name, account.desired.site.destination.adapter
        met = list(islice(self._met(account, document), self._sample))
        if not met:
            yield Verdict(destination=name, why="nobody of the data is there")
        for each, contact in met:
            there = connection.rendered_there(remote, contact)
            yield Verdict(destination=name, person=f"profile {each.profile}", differences=self._different(document, adapter, each, there))

    def _met(self, account: Account, document: Document) -> Iterator[tuple[Individual, Contact]]:
        """Yield people from the whole of the data whom the ESP holds."""
        from franca.content.needs import attributes_of, segments_of

        pieces = list(document.parts.values())
        found = self._evaluation.people(attributes_of(pieces), segments_of(pieces, self._project))
        people = [each for each in found if each.email and self._profile in (None, each.profile)]
        step = max(len(people) // (self._sample * AT_ONCE), 1)
        some = people[::step]
        known = account.connection.known([str(each.email) for each in some])
        yield from ((each, known[str(each.email)]) for each in some if each.email in known)

    def _different(self, document: Document, adapter: str, each: Individual, there: Mapping[Part, str]) -> dict[Part, str]:
        from franca.content import Renderer, Surroundings
        from franca.content.assemble import with_natives
        from franca.content.nodes import Link
        from franca.content.reference import person
        from franca.render.email import FILLED_IN, comparison

        somebody, around = person(self._project, each.values, each.segments), Surroundings(links=dict.fromkeys(Link, FILLED_IN))
        parts = {part: with_natives(pieces, adapter, FILLED_IN) for part, pieces in document.parts.items() if part in there}
        means = {part: Renderer(pieces, self._setting)(somebody, around).text for part, pieces in parts.items()}
        return {part: diff for part, text in means.items() if (diff := comparison(text, there[part]))}


def _not_compared(document: Document, address: Address, remotes: Mapping[Address, Remote], changes: set[Address]) -> str:
    from franca.content.assemble import walk
    from franca.content.nodes import Coupon, Feed, Loop, Print, root

    if address not in remotes:
        return "it is not there yet; run franca apply"
    if address in changes:
        return "another one is there; see franca plan"
    for piece in (each for pieces in document.parts.values() for each in walk(pieces)):
        feed = isinstance(piece, Loop) and isinstance(piece.over, Feed)
        coupon = isinstance(piece, Print) and isinstance(root(piece.value), Coupon)
        if feed or coupon:
            return "it has a feed or a coupon, which nothing but the ESP can fill in"
    return ""
