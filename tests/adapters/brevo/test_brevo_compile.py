"""The Brevo adapter, without a network: what it refuses, what it makes of segments and markers."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.brevo.brevo_kit import OWN, site_of
from franca.adapter import Adapter, Capability, Choice, Holds, Level, Marker, Ref, Resource, ResourceKind, Severity, check_destinations
from franca.definitions import (
    All,
    AnyOf,
    AttributeTest,
    ConsentTest,
    Count,
    Duration,
    EventTest,
    Everyone,
    Last,
    Mailable,
    NoneOf,
    Not,
    Op,
    Position,
    Predicate,
    Realisation,
    Sample,
    Segment,
    Status,
    Sum,
    Unit,
    ValueTest,
)
from franca.errors import FrancaError, ProblemsError
from franca.sandbox import Clock
from franca_brevo.adapter import ADAPTER
from franca_brevo.names import attribute_key, attribute_name, can_be_attribute
from franca_brevo.sandbox import Sandbox
from franca_brevo.segments import needs_folder
from strategies import drawn, predicates

COUNTRY = AttributeTest(attribute="country", tests=(ValueTest(op=Op.IS, operand="DE"),))
NOT_COUNTRY = AttributeTest(attribute="country", tests=(ValueTest(op=Op.IS_NOT, operand="DE"),))
MONTH = (Last(duration=Duration(30, Unit.DAYS)),)
NODES: list[Predicate] = [
    All(of=(COUNTRY, Everyone())),
    AnyOf(of=(COUNTRY, NOT_COUNTRY)),
    NoneOf(of=(COUNTRY,)),
    Not(of=COUNTRY),
    Everyone(),
    COUNTRY,
    NOT_COUNTRY,
    AttributeTest(attribute="created_at", tests=MONTH),
    EventTest(event="order", window=MONTH),
    EventTest(event="order", measures=(Count(tests=(ValueTest(op=Op.IS, operand=0),)),)),
    EventTest(event="order", measures=(Sum(of="total", tests=(ValueTest(op=Op.GTE, operand=Decimal(1000)),)),)),
    ConsentTest(channel="email", statuses=(Status.SUBSCRIBED,)),
    Mailable(channel="email"),
    Sample(percent=Decimal(10), salt="holdout"),
]
FOLDER = Resource(kind=ResourceKind.FOLDER, key="Franca", title="Franca")
IN_FOLDER = {"folder": Ref("folder", "Franca")}


def segment(where: Predicate = COUNTRY, key: str = "vip") -> Segment:
    return replace(Segment(key=key, name="VIP customers", where=where), position=Position("segments/a.yaml", 3, 5))


@pytest.mark.parametrize("where", NODES, ids=lambda node: type(node).__name__)
def test_every_node_is_exact_as_members_and_refused_natively(where: Predicate) -> None:
    """Brevo's API makes no segments: each node type is refused with one finding and its place; lists and markers carry any of them."""
    found = ADAPTER.assess(segment(where), site_of())
    (finding,) = found[Realisation.NATIVE].open()
    assert (finding.id, str(finding.position)) == ("no-segment-api", "segments/a.yaml:3:5")
    assert found[Realisation.MEMBERS].open() == found[Realisation.MARKER].open() == ()


def test_no_random_tree_is_native_and_each_is_exact_as_members() -> None:
    """The share of native trees is none, and the share of exact memberships is all."""
    trees = drawn(predicates(), 100)
    found = [ADAPTER.assess(segment(tree), site_of()) for tree in trees]
    share = sum(not each[Realisation.NATIVE].open() for each in found) / len(found)
    print(f"native at Brevo: {share:.0%} of {len(found)} random trees")  # noqa: T201 - asked for
    assert share == 0
    assert not any(each[Realisation.MEMBERS].findings for each in found)


def test_members_are_a_list_in_the_project_s_folder() -> None:
    """A segment becomes one list that refers to the folder by a symbolic reference; the folder's name is the setting."""
    compiled = ADAPTER.compile(segment(), Realisation.MEMBERS, site_of())
    members = Resource(kind=ResourceKind.LIST, key="vip", title="VIP customers", body=IN_FOLDER, segment="vip", holds=Holds.MEMBERS)
    assert compiled == (FOLDER, members)
    folder, _ = ADAPTER.compile(segment(), Realisation.MEMBERS, site_of(folder="Acme / EU"))
    assert (folder.key, folder.title) == ("Acme / EU", "Acme / EU")


def test_a_marker_is_a_text_attribute_and_the_technical_list_of_its_imports() -> None:
    """All markers share one technical list, whose key no segment can have, so that no foreign list changes by an import."""
    folder, landing, field = ADAPTER.compile_marker(OWN, site_of())
    assert folder == FOLDER
    assert (landing.kind, landing.key, landing.body, landing.holds) == (ResourceKind.LIST, "franca.markers", IN_FOLDER, Holds.NOTHING)
    assert (field.kind, field.key, field.body, field.holds) == (
        ResourceKind.FIELD,
        "vip",
        {"category": "normal", "type": "text"},
        Holds.MARKER,
    )
    other = Marker(key="lifecycle", title="lifecycle", choices=(Choice(segment="vip", key="lifecycle.vip", title="VIP, exclusively"),))
    assert ADAPTER.compile_marker(other, site_of())[:2] == (folder, landing)


def test_a_marker_warns_that_its_segment_is_made_by_hand_and_names_what_it_leans_on() -> None:
    """A marker is a field without a segment at Brevo: a warning, not a refusal; imports lean on the blocklist being kept."""
    found = ADAPTER.assess(segment(), site_of())[Realisation.MARKER]
    assert [(each.id, each.severity) for each in found.findings] == [("segment-by-hand", Severity.WARNING)]
    assert "FRANCA_VIP is vip" in found.findings[0].what
    assert {each.id for each in found.assumptions} == {"brevo.email-case-ignored", "brevo.import-keeps-blocklist"}


def test_a_marker_key_with_capitals_is_refused() -> None:
    """Attribute names are capitals only, so "Vip" could not be told from "vip" when state is lost."""
    assert [each.id for each in ADAPTER.assess(segment(key="Vip"), site_of())[Realisation.MARKER].open()] == ["key-with-capitals"]
    with pytest.raises(FrancaError, match="'Vip' cannot be an attribute"):
        ADAPTER.compile_marker(replace(OWN, key="Vip"), site_of())


@pytest.mark.parametrize("realisation", [Realisation.NATIVE, Realisation.MARKER])
def test_what_cannot_be_compiled_is_refused_with_a_reason(realisation: Realisation) -> None:
    """An accepted finding does not make a native segment possible, and a marker has a call of its own."""
    with pytest.raises(FrancaError, match="vip"):
        ADAPTER.compile(segment(), realisation, site_of())


@given(st.from_regex(r"[a-z0-9_]{1,20}", fullmatch=True))
def test_an_attribute_s_name_gives_its_key_back(key: str) -> None:
    """Lost state is rebuilt from names: every possible key survives."""
    assert attribute_key(attribute_name(key)) == key


@pytest.mark.parametrize("name", ["FIRSTNAME", "FRANCA_", "FRANCA", "FRANCA_A-B", "franca_vip", "FRANCA_vip", "XFRANCA_VIP", "FRANCA_Ä"])
def test_other_names_are_nobody_s_key(name: str) -> None:
    """What `attribute_name` does not make is not ours."""
    assert attribute_key(name) is None


def test_group_names_of_any_text_are_checked() -> None:
    """Groups may be called anything; only small letters, digits and underscores can be an attribute's name."""
    assert [key for key in ("a b", "ä", "", "A", "a.b", "life_cycle2") if can_be_attribute(key)] == ["life_cycle2"]


def test_the_folder_is_needed_until_everything_is_skipped() -> None:
    """A folder that nothing is to be in is nobody's: no plan may want to delete it."""
    site = site_of()
    skipped = {key: replace(each, realise={"brevo": "skip"}) for key, each in site.project.segments.items()}
    nothing = replace(site, project=replace(site.project, segments=skipped))
    marked = replace(nothing, destination=replace(site.destination, markers=("lifecycle",)))
    assert [needs_folder(each) for each in (site, nothing, marked)] == [True, False, True]


def test_every_capability_is_declared_with_a_reason_unless_it_is_a_plain_yes() -> None:
    """The matrix has no holes."""
    assert set(ADAPTER.capabilities) == set(Capability)
    assert all(each.reason and each.source for each in ADAPTER.capabilities.values() if each.level is not Level.YES)


def test_every_assumption_can_be_flipped_in_the_sandbox() -> None:
    """What a realisation leans on is tested both ways."""
    assert set(ADAPTER.assumptions) <= set(Sandbox(Clock()).assumptions)


def test_settings_are_checked() -> None:
    """A misspelt setting is found without a network, with the right one."""
    adapter: Adapter = ADAPTER
    assert adapter.settings["api_key"].secret
    with pytest.raises(ProblemsError, match="folder"):
        check_destinations(site_of(foldr="x").project)


def test_the_pure_half_loads_no_sdk() -> None:
    """Assessing and compiling need no extra."""
    code = "import sys, franca_brevo.adapter; print([name for name in sys.modules if name.split('.')[0] in ('sib_api_v3_sdk', 'urllib3')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_a_missing_extra_is_one_line_with_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the SDK, connecting says how to install it."""
    monkeypatch.setenv("BREVO_API_KEY", "xkeysib-1")
    monkeypatch.setitem(sys.modules, "sib_api_v3_sdk", None)
    waiter: Any = None
    with pytest.raises(FrancaError, match=r'pip install "franca\[brevo\]"'):
        ADAPTER.connect(site_of(), waiter)


@pytest.mark.parametrize(("key", "url"), [("xkeysib-a\nb", "http://127.0.0.1"), ("xkeysib-ä", "http://127.0.0.1"), ("k", "127.0.0.1:80")])
def test_keys_and_addresses_that_cannot_be_ones_are_refused_unseen(key: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The HTTP library would show the key in its error: it is checked before."""
    monkeypatch.setenv("BREVO_API_KEY", key)
    waiter: Any = None
    with pytest.raises(FrancaError) as caught:
        ADAPTER.connect(site_of(url=url), waiter)
    assert key not in str(caught.value)
