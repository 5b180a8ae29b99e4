"""What an adapter declares, and whether it is so: in both directions, without a connection."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from franca.adapter.capabilities import Capability, Level
from franca.adapter.check import check_destinations
from franca.adapter.findings import Assessment
from franca.adapter.protocol import PROTOCOL
from franca.adapter.resources import Holds, ResourceKind
from franca.adapter.testing.definitions import EXAMPLES, GERMAN, GREETING, MARKER, Unheard, segment
from franca.adapter.testing.demand import Check, demand
from franca.adapter.testing.subject import AS_OF, Subject
from franca.content import document
from franca.definitions import All, Predicate, Realisation
from franca.errors import ProblemsError
from franca.sandbox import Clock


def says_who_it_is(subject: Subject) -> None:
    """Its name is that of its entry point, it speaks this protocol, members are a tag or a list, and numbers are positive."""
    found = subject.adapter
    numbers = {name: each for name, each in vars(found.limits).items() if isinstance(each, int)}
    demand(found.name == subject.name, f"its name is {found.name!r}, and its entry point's {subject.name!r}")
    demand(found.protocol == PROTOCOL, f"it speaks protocol {found.protocol}, and this is {PROTOCOL}")
    demand(found.title, "it has no title")
    demand(found.members_kind in (ResourceKind.TAG, ResourceKind.LIST), f"members_kind is {found.members_kind}")
    demand(all(each > 0 for each in numbers.values()), f"limits are positive or None: {numbers}")


def declares_every_capability(subject: Subject) -> None:
    """None is left out, and whatever is no plain yes says why and where the vendor says so."""
    declared = subject.adapter.capabilities
    missing = sorted(each.name for each in set(Capability) - set(declared))
    demand(not missing, f"not declared: {', '.join(missing)}")
    silent = [each.name for each, s in declared.items() if s.level is not Level.YES and not (s.reason and s.source.startswith("https://"))]
    demand(not silent, f"no plain yes, and without a reason or an https source: {', '.join(silent)}")


def checks_its_settings(subject: Subject) -> None:
    """The key is a required secret, the address has a default, each has a meaning, and an unknown setting is a problem."""
    settings, place = subject.adapter.settings, subject.site()
    demand(settings["api_key"].required and settings["api_key"].secret, "api_key is not a required secret")
    demand(str(settings["url"].default or "https://").startswith("https://"), "the default of url is no https address")
    demand(all(setting.meaning for setting in settings.values()), "a setting has no meaning")
    check_destinations(place.project)
    wrong = replace(place.destination, settings={**place.destination.settings, "api_kee": "env:X"})
    try:
        check_destinations(replace(place.project, destinations={subject.name: wrong}))
    except ProblemsError as error:
        demand("api_kee" in str(error), f"the problem names another setting: {error}")
    else:
        demand(False, "an unknown setting is no problem")


# -- segments


def natively(subject: Subject, where: Predicate) -> Assessment:
    """Return the assessment of a native segment."""
    found = segment(where)
    return subject.adapter.assess(found, subject.site(found))[Realisation.NATIVE]


def can_what_it_declares(subject: Subject) -> None:
    """YES: every example of a capability is native and compiles. NO: each is refused by a finding. PARTIAL: some of each."""
    for capability, examples in EXAMPLES.items():
        assessed = {where: natively(subject, where) for where in examples}
        native = [where for where, found in assessed.items() if not found.open()]
        level = subject.adapter.capabilities[capability].level
        wanted = {Level.YES: len(native) == len(assessed), Level.NO: not native, Level.PARTIAL: 0 < len(native) < len(assessed)}
        why = [sorted(finding.id for finding in found.open()) for found in assessed.values()]
        demand(wanted[level], f"{capability.name} is declared {level}; of {len(assessed)} examples {len(native)} are native: {why}")
        mute = [f for found in assessed.values() for f in found.findings if not (f.id and f.what and f.fallback)]
        demand(not mute, f"a finding needs an id, what it is and a fallback: {mute}")
        for where in native:
            _compiles(subject, where)


def _compiles(subject: Subject, where: Predicate) -> None:
    found = segment(where)
    resources = subject.adapter.compile(found, Realisation.NATIVE, subject.site(found))
    keys = [resource.key for resource in resources if resource.kind is ResourceKind.SEGMENT]
    demand(keys == [found.key], f"a native segment compiles to the segments {keys}, and not to one of its own key: {where}")
    demand(all(one.holds is Holds.NOTHING for one in resources), f"sync would write into a native segment: {where}")


def refuses_nodes_that_it_does_not_know(subject: Subject) -> None:
    """A node of a newer language is a finding, alone and among others; never a guess, never a crash."""
    for where in (Unheard(), All(of=(GERMAN, Unheard()))):
        demand(natively(subject, where).open(), f"no finding for a node that it cannot know: {where}")


def keeps_members(subject: Subject) -> None:
    """Exact for any definition; one resource of the declared kind holds them."""
    found = subject.adapter
    demand(found.capabilities[Capability.MEMBERS].level is Level.YES, "no ESP is known that cannot keep members")
    for where in chain(*EXAMPLES.values()):
        each = segment(where)
        opened = found.assess(each, subject.site(each))[Realisation.MEMBERS].open()
        demand(not opened, f"members are refused: {[finding.id for finding in opened]}")
    holding = [one for one in found.compile(each, Realisation.MEMBERS, subject.site(each)) if one.holds is Holds.MEMBERS]
    told = [(one.kind, one.segment) for one in holding]
    demand(told == [(found.members_kind, each.key)], f"members compile to {told}, and not to one {found.members_kind} of the segment")


def keeps_markers(subject: Subject) -> None:
    """One field holds a marker; a native segment for each choice where that is declared, else none and a finding that says so."""
    found, each = subject.adapter, segment(GERMAN, "gold")
    demand(found.capabilities[Capability.MARKER_FIELD].level is Level.YES, "no ESP is known that has no fields")
    resources = found.compile_marker(MARKER, subject.site(each))
    assessed = found.assess(each, subject.site(each))[Realisation.MARKER]
    fields = [one.key for one in resources if one.kind is ResourceKind.FIELD and one.holds is Holds.MARKER]
    segments = [one.key for one in resources if one.kind is ResourceKind.SEGMENT]
    demand(fields == [MARKER.key], f"a marker compiles to the fields {fields}")
    demand(not assessed.open(), f"a marker is refused: {[finding.id for finding in assessed.open()]}")
    if found.capabilities[Capability.MARKER_SEGMENT].level is Level.YES:
        wanted = [choice.key for choice in MARKER.choices]
        demand(segments == wanted, f"segments on a marker are declared, and it compiles to {segments}, not to {wanted}")
    else:
        demand(not segments, f"segments on a marker are not declared, and it compiles to {segments}")
        demand(assessed.findings, "segments on a marker are not declared, and no finding says so")


# -- assumptions


def names_what_it_leans_on(subject: Subject) -> None:
    """Whatever an assessment leans on is declared, or is a claim about a mapped fact; nothing is declared that nothing leans on."""
    found, place = subject.adapter, subject.site()
    assessments = [each for where in _every(subject) for each in found.assess(segment(where), place).values()]
    leaned = {each.id: each for assessment in assessments for each in assessment.assumptions}
    leaned |= {each.id: each for each in found.dialect(place).translate(document(place.project, GREETING, lambda _: None)).assumptions}
    named = {id_: each for id_, each in leaned.items() if not id_.startswith(f"facts:{subject.name}.")}
    secret, idle = sorted(set(named) - set(found.assumptions)), sorted(set(found.assumptions) - set(named))
    demand(not secret, f"leaned on and not declared: {', '.join(secret)}")
    demand(not idle, f"declared, and no definition leans on it: {', '.join(idle)}")
    demand(named == dict(found.assumptions), "an assumption has two wordings")
    mute = [each.id for each in named.values() if not (each.statement and each.reason and each.consequence)]
    demand(not mute, f"without a statement, a reason or a consequence: {', '.join(mute)}")


def _every(subject: Subject) -> tuple[Predicate, ...]:
    return (*chain(*EXAMPLES.values()), *subject.definitions)


def has_a_sandbox_that_flips_them(subject: Subject) -> None:
    """Each declared assumption is a switch of the emulator, and holds there until it is flipped."""
    held = subject.emulator(Clock(AS_OF)).assumptions
    wrong = sorted(id_ for id_ in subject.adapter.assumptions if held.get(id_) is not True)
    demand(not wrong, f"no switch of the emulator, or off: {', '.join(wrong)}")


DECLARED: tuple[Check, ...] = (
    says_who_it_is,
    declares_every_capability,
    checks_its_settings,
    can_what_it_declares,
    refuses_nodes_that_it_does_not_know,
    keeps_members,
    keeps_markers,
    names_what_it_leans_on,
    has_a_sandbox_that_flips_them,
)
