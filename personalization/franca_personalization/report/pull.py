"""A campaign's results at one destination, as its ESP tells them. Nothing is written there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape

from franca.adapter import Address, ArmResult, RealWaiter, Remote, ResourceKind, Results, Site, Snapshot, Waiter, adapter
from franca.content import document, varied
from franca.definitions import Campaign, Copy, Format, Project, Source, Template
from franca.definitions import Part as EmailPart
from franca.errors import FrancaError, ProblemsError, did_you_mean
from franca.language.copies import SLOT, WHOLE
from franca.plan import State, Store, check_account
from franca.progress import Progress, silent
from franca_personalization.copy.store import filled
from franca_personalization.report.records import Counts, Part, Standing, rates
from franca_personalization.report.words import named

_FIELDS = tuple(Counts.__dataclass_fields__)


@dataclass(frozen=True, kw_only=True)
class Pulled:
    """What one destination told of a campaign."""

    parts: tuple[Part, ...]
    currency: str = ""


def parts_of(project: Project, key: str) -> list[Campaign]:
    """Return the campaigns that the campaign *key* became: one for each segment, and for each arm where an ESP cannot split.

    Raises:
        FrancaError: there is none of that name.
    """
    found = [each for each in project.campaigns.values() if (each.of or each.key) == key]
    if not found:
        written = {each.of or each.key for each in project.campaigns.values()}
        raise FrancaError(f"there is no campaign {key!r}", remedy=did_you_mean(key, written))
    return found


def goes(campaign: Campaign, project: Project, destination: str) -> bool:
    """Tell whether a campaign goes to a destination: where it says so itself, or else where its template goes."""
    wanted = campaign.destinations if campaign.destinations is not None else project.templates[campaign.template].destinations
    return wanted is None or destination in wanted


def everywhere(project: Project, key: str) -> tuple[str, ...]:
    """Return the destinations that the campaign *key* goes to, with any of its parts.

    Raises:
        FrancaError: there is no campaign of that name.
    """
    campaigns = parts_of(project, key)
    return tuple(name for name in project.destinations if any(goes(each, project, name) for each in campaigns))


def arm_keys(campaign: Campaign) -> tuple[str, ...]:
    """Return the keys of a campaign's arms, the control first; one that is empty for an email without variants."""
    return (campaign.arm,) if campaign.arm else tuple(arm.key for arm in campaign.arms) or ("",)


def segment_of(campaign: Campaign) -> str:
    """Return which segment a part is for."""
    return campaign.include[0] if len(campaign.include) == 1 else WHOLE


def pull(site: Site, campaigns: Sequence[Campaign], *, waiter: Waiter | None = None, progress: Progress = silent) -> Pulled:
    """Read the results of *campaigns* at a destination.

    Raises:
        FrancaError: the account cannot be opened or read, or is not the one that the state describes.
    """
    name, found = site.destination.name, adapter(site.destination.adapter)
    state = Store.of(site.project, name).load()
    connection = found.connect(site, waiter or RealWaiter())
    parts: list[Part] = []
    currency = ""
    try:
        snapshot = connection.read()
        check_account(state, snapshot, name)
        ours = _Ours(snapshot, state)
        for number, campaign in enumerate(campaigns):
            progress(f"{name}: {campaign.key}", number, len(campaigns))
            remote = ours.remote(campaign)
            results = connection.results(remote) if remote else None
            parts.extend(_parts(campaign, site, remote, results))
            currency = (results.currency if results else "") or currency
    finally:
        connection.close()
    return Pulled(parts=tuple(parts), currency=currency)


class _Ours:
    """Our campaigns at a destination: by the ownership mark, or else by the id in the state."""

    def __init__(self, snapshot: Snapshot, state: State) -> None:
        campaigns = tuple(remote for remote in snapshot.remotes if remote.kind is ResourceKind.CAMPAIGN)
        self._marked = replace(snapshot, remotes=campaigns).owned()
        self._by_id = {remote.id: remote for remote in campaigns}
        self._state = state

    def remote(self, campaign: Campaign) -> Remote | None:
        address = Address(ResourceKind.CAMPAIGN, campaign.key)
        entry = self._state.entries.get(address)
        known = self._by_id.get(entry.id) if entry else None
        return self._marked.get(address) or (known if known and known.key is None else None)


# -- results → parts


def _parts(campaign: Campaign, site: Site, remote: Remote | None, results: Results | None) -> Iterator[Part]:
    if remote is None or results is None:
        standing, note = _without(remote)
        yield from (replace(_part(campaign, key), standing=standing, note=note) for key in arm_keys(campaign))
        return
    for arm in _attributed(campaign, site, results):
        yield _told(campaign, arm, results)


def _part(campaign: Campaign, key: str) -> Part:
    """Return what the definition tells of an arm."""
    copy = campaign.copy
    angles = {wording.key: wording.angle for wording in copy.wordings} if copy else {}
    return Part(
        campaign=campaign.key,
        segment=segment_of(campaign),
        arm=key,
        standing=Standing.UNTOLD,
        angle=angles.get(key, ""),
        copy=f"{copy.segment}.{copy.language}" if copy else "",
    )


@dataclass(frozen=True, kw_only=True)
class _Arm:
    """A result with the key of its arm; *unclear* when it may be that of another."""

    key: str
    result: ArmResult
    note: str = ""
    unclear: bool = False


def _without(remote: Remote | None) -> tuple[Standing, str]:
    if remote is None:
        return Standing.MISSING, "it is not at the destination: `franca apply` makes the draft"
    if not remote.settled:
        return Standing.WAITING, "it is a draft: somebody has to send it at the ESP"
    return Standing.UNTOLD, f"{remote.settled}, and the ESP tells no results yet, or no more"


def _told(campaign: Campaign, arm: _Arm, results: Results) -> Part:
    result = arm.result
    counts = Counts(**{name: getattr(result, name) for name in _FIELDS})
    odd = _contradiction(counts)
    return replace(
        _part(campaign, arm.key),
        standing=Standing.UNCLEAR if arm.unclear or odd else Standing.TOLD,
        note="; ".join(filter(None, (arm.note, odd))),
        subject=result.subject,
        sent_at=results.sent_at,
        counts=counts,
        rates=rates(counts),
        blended=results.blended,
        estimated=results.estimated,
    )


def _contradiction(counts: Counts) -> str:
    """Return what cannot be: more people did something than were reached. Rates of such counts mean nothing."""
    if not 0 <= counts.delivered <= counts.sent:
        return f"the ESP tells of {counts.delivered:,} delivered and {counts.sent:,} sent"
    for name in ("clicked", "ordered"):
        people = getattr(counts, name)
        if people is not None and not 0 <= people <= counts.delivered:
            return f"the ESP tells of {people:,} people who {name} and {counts.delivered:,} delivered"
    return ""


# -- whose results they are


def _attributed(campaign: Campaign, site: Site, results: Results) -> Iterator[_Arm]:
    """Yield the results in the order of the definition, or by number where whose they are cannot be told."""
    keys, lines = arm_keys(campaign), _subjects(campaign, site.project.templates[campaign.template])
    found = _matched(_named(results.arms, keys, _compiled(campaign, site)), keys, lines)
    if why := _unclear(results.arms, keys, found):
        yield from (_Arm(key=f"#{number}", result=each, note=why, unclear=True) for number, each in enumerate(results.arms, start=1))
        return
    for key, line in zip(keys, lines, strict=True):
        result = results.arms[found.index(key)]
        edited = _comparable(result.subject, line) and not _same(result.subject, line)
        yield _Arm(key=key, result=result, note="its subject as sent is not the one in its definition now" if edited else "")


def _matched(arms: Sequence[ArmResult], keys: Sequence[str], lines: Sequence[str]) -> list[str]:
    """Return the key of each result, empty where it cannot be told.

    An ESP's own word goes before subjects. The only one whose subject tells nothing is the arm that is left, if all others are in the
    places that they are defined in: otherwise the definition was changed, and what is left may be a new arm.
    """
    if len(arms) == len(keys) == 1:
        return list(keys)
    found = [arm.key or _by_subject(arm.subject, keys, lines) for arm in arms]
    if len(arms) == len(keys) and found.count("") == 1 and all(one in {"", key} for one, key in zip(found, keys, strict=True)):
        return list(keys)
    return found


def _named(arms: Sequence[ArmResult], keys: Sequence[str], written: Sequence[str]) -> list[ArmResult]:
    """Return the results with the key of the one arm whose subject is, to the letter, what the ESP was sent; its tags tell arms apart."""
    texts = [" ".join(text.split()) for text in written]
    return [
        replace(arm, key=keys[texts.index(text)]) if not arm.key and texts.count(text := " ".join(arm.subject.split())) == 1 else arm
        for arm in arms
    ]


def _compiled(campaign: Campaign, site: Site) -> list[str]:
    """Return each arm's subject in the ESP's own tags; none where the ESP's language refuses one now."""
    template, dialect = site.project.templates[campaign.template], adapter(site.destination.adapter).dialect(site)
    try:
        found = [document(site.project, replace(varied(template, arm), format=Format.TXT, body=_BODY), _nothing) for arm in campaign.arms]
    except ProblemsError:
        return []
    said = [dialect.translate(each) for each in found]
    return [] if any(each.findings for each in said) else [each.parts[EmailPart.SUBJECT] for each in said]


_BODY = Source(text="{{ unsubscribe_url }} {{ company_address }}")
"""Subjects are wanted alone; every template has these two."""


def _nothing(_name: str) -> None:
    """Know no partials: a subject has none."""


def _by_subject(subject: str, keys: Sequence[str], lines: Sequence[str]) -> str:
    same = [key for key, line in zip(keys, lines, strict=True) if _comparable(subject, line) and _same(subject, line)]
    return same[0] if len(same) == 1 else ""


def _unclear(arms: Sequence[ArmResult], keys: Sequence[str], found: Sequence[str]) -> str:
    """Return why the results cannot be attributed to the arms of the definition; empty when they can."""
    if len(arms) != len(keys):
        return f"it was sent with {len(arms)} arms, and its definition has {len(keys)} now"
    if any(key and key not in keys for key in found):
        return (
            f"it was sent with the arms {named(key or 'one without a name' for key in found)}, and its definition has {named(keys)} now: "
            "report with the definition that was sent"
        )
    lost = [key for key in keys if found.count(key) != 1]
    if not lost:
        return ""
    return (
        f"which results are those of {named(lost)} cannot be told: the ESP does not name its arms, and their subjects are computed for "
        "each reader, equal, or not those that were sent. Read this test at the ESP, and give each variant a fixed subject of its own"
    )


def _subjects(campaign: Campaign, template: Template) -> list[str]:
    """Return each arm's subject; empty where it is computed for each reader, so that it cannot be compared."""
    if campaign.copy is None:
        return ["" if "{" in template.subject.text else template.subject.text]
    texts = {wording.key: str(wording.texts.get("subject", "")) for wording in campaign.copy.wordings}
    return ["" if _personal(campaign.copy, texts[arm.key]) else filled(campaign.copy, texts[arm.key]) for arm in campaign.arms]


def _personal(copy: Copy, text: str) -> bool:
    return any(copy.slots[name].profile for name in SLOT.findall(text))


def _comparable(sent: str, defined: str) -> bool:
    """Tell whether two subjects can be compared: an ESP keeps its tags in what it tells."""
    return bool(defined and sent) and not any(tag in sent for tag in ("{{", "{%", "*|"))


def _same(sent: str, defined: str) -> bool:
    """Tell whether a subject is what it was defined as: an ESP keeps entities in what it tells."""
    return unescape(sent).split() == defined.split()
