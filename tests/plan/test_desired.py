"""Which realisation a segment gets, and what that makes desired."""

from dataclasses import replace

import pytest

from franca.adapter import Choice, Finding, Limits, Marker, Resource, ResourceKind, Severity
from franca.definitions import AttributeTest, Op, Position, Realisation, ValueTest
from franca.errors import FrancaError, ProblemsError
from plan.fake import NOT_NATIVE, FakeAdapter, as_markers, as_members, segment, wanted


def decided(tmp_path, adapter, found):
    return wanted(tmp_path, adapter, found).decisions[found.key]


def test_native_is_preferred_then_members_then_marker(tmp_path):
    """The first realisation without open findings is taken, and the decision says what stood in the way of a better one."""
    vip = segment("vip")
    native = decided(tmp_path, FakeAdapter(), vip)
    assert (native.realisation, native.why, native.findings) == (Realisation.NATIVE, "exact", ())
    assert [known.id for known in native.assumptions] == ["facts:shop.order"]
    kept = decided(tmp_path, FakeAdapter(findings=as_members("vip")), vip)
    assert (kept.realisation, kept.why) == (Realisation.MEMBERS, "not native: month-windows")
    marked = decided(tmp_path, FakeAdapter(findings=as_markers("vip")), vip)
    assert (marked.realisation, marked.why) == (Realisation.MARKER, "neither native nor members: month-windows, no-lists")
    assert [finding.id for finding in marked.findings] == ["month-windows", "no-lists"]


def test_a_segment_that_nothing_can_hold_is_refused_with_all_reasons(tmp_path):
    """It makes no resource, and the others are made all the same."""
    nothing = {("vip", realisation): (Finding(id=f"no-{realisation}", what="no"),) for realisation in Realisation}
    found = wanted(tmp_path, FakeAdapter(findings=nothing), segment("vip"), segment("other"))
    refused = found.decisions["vip"]
    assert (refused.refused, refused.realisation) == (True, None)
    assert refused.why == "no realisation: no-native, no-members, no-marker"
    assert [str(address) for address in found.resources] == ["segment/other"]


def test_skip_makes_nothing(tmp_path):
    """A destination does without a segment by wish; it is not asked about it."""
    found = decided(tmp_path, FakeAdapter(findings=as_members("vip")), segment("vip", realise={"shop": "skip"}))
    assert (found.realisation, found.refused, found.findings) == (None, False, ())


def test_a_wish_is_met_or_an_error_with_the_findings(tmp_path):
    """Wishing for members of what could be native is fine; wishing for native where it is not exact names the finding and its place."""
    vip = segment("vip", realise={"shop": "members"})
    assert decided(tmp_path, FakeAdapter(), vip).realisation is Realisation.MEMBERS
    at = Position("segments/a.yaml", 3, 5)
    adapter = FakeAdapter(findings={("vip", Realisation.NATIVE): (replace(NOT_NATIVE[0], position=at),)})
    with pytest.raises(ProblemsError, match=r"segments/a.yaml:3:5: segment 'vip' cannot be native at shop: .*month-windows.*accept"):
        wanted(tmp_path, adapter, segment("vip", realise={"shop": "native"}))


def test_an_accept_covers_its_finding_and_no_other(tmp_path):
    """Accepted: native, and the reason is kept. A second finding is not covered. Somewhere else, the accept counts for nothing."""
    accept = {"shop": {"month-windows": "a day does not matter"}}
    found = decided(tmp_path, FakeAdapter(findings=as_members("vip")), segment("vip", accept=accept))
    assert (found.realisation, found.accepted) == (Realisation.NATIVE, accept["shop"])
    assert found.why == "exact but for what is accepted: month-windows"
    two = FakeAdapter(findings={("vip", Realisation.NATIVE): (*NOT_NATIVE, Finding(id="case", what="Fake ignores case"))})
    found = decided(tmp_path, two, segment("vip", accept=accept))
    assert (found.realisation, found.accepted) == (Realisation.MEMBERS, {})
    elsewhere = segment("vip", accept={"other": accept["shop"]})
    assert decided(tmp_path, FakeAdapter(findings=as_members("vip")), elsewhere).realisation is Realisation.MEMBERS


def test_an_accept_that_no_finding_needs_is_a_warning(tmp_path):
    """It would cover a finding that does not exist yet."""
    (warning,) = wanted(tmp_path, FakeAdapter(), segment("vip", accept={"shop": {"month-windows": "why not"}})).warnings
    assert warning.warning
    assert "accepts 'month-windows' at shop, and no finding needs it" in warning.what


def test_a_finding_of_severity_warning_refuses_nothing(tmp_path):
    """It is shown with the realisation."""
    mild = Finding(id="slow", what="Fake is slow", severity=Severity.WARNING)
    found = decided(tmp_path, FakeAdapter(findings={("vip", Realisation.NATIVE): (mild,)}), segment("vip"))
    assert (found.realisation, found.findings) == (Realisation.NATIVE, (mild,))


def test_who_holds_what_is_known_by_segment_and_marker(tmp_path):
    """Lists by segment; a field for each group in `markers`, by priority, and for each segment kept as a marker."""
    adapter = FakeAdapter(findings={**as_members("a"), **as_markers("c")})
    group = [segment("b", group="g", priority=2), segment("a", group="g", priority=1, name="Ace")]
    found = wanted(tmp_path, adapter, *group, segment("c"), markers=("g",))
    assert {key: str(address) for key, address in found.members.items()} == {"a": "list/a"}
    markers = {marker.key: (marker, str(address)) for marker, address in found.markers.items()}
    choices = (Choice(segment="a", key="g.a", title="Ace, exclusively"), Choice(segment="b", key="g.b", title="The b, exclusively"))
    assert markers["g"] == (Marker(key="g", title="g", choices=choices), "field/g")
    assert markers["c"][0].choices == (Choice(segment="c", key="c", title="The c"),)
    assert {key: str(address) for key, address in found.counted.items()} == {"a": "list/a", "b": "segment/b", "c": "segment/c"}


def test_a_skipped_segment_keeps_its_place_in_a_groups_marker(tmp_path):
    """Without it the marker of the others would mean something else."""
    group = [segment("a", group="g", priority=1, realise={"shop": "skip"}), segment("b", group="g", priority=2)]
    (marker,) = wanted(tmp_path, FakeAdapter(), *group, markers=("g",)).markers
    assert [choice.segment for choice in marker.choices] == ["a", "b"]


def test_an_unknown_group_is_an_error_with_a_near_miss(tmp_path):
    """Under `markers`."""
    with pytest.raises(FrancaError, match=r'there is no group \'lifecicle\'; did you mean "lifecycle"'):
        wanted(tmp_path, FakeAdapter(), segment("a", group="lifecycle", priority=1), markers=("lifecicle",))


def test_equal_resources_are_one_and_unequal_ones_an_error(tmp_path):
    """A folder that several lists need is made once; two different things of one address are somebody's mistake."""
    adapter = FakeAdapter(findings=as_members("a", "b"))
    assert [str(address) for address in wanted(tmp_path, adapter, segment("a"), segment("b")).resources] == [
        "folder/shop",
        "list/a",
        "list/b",
    ]

    class Odd(FakeAdapter):
        def compile(self, segment, realisation, site):
            return (Resource(kind=ResourceKind.FOLDER, key="one", title=segment.name), *super().compile(segment, realisation, site))

    with pytest.raises(FrancaError, match="folder/one is compiled in two ways"):
        wanted(tmp_path, Odd(), segment("a"), segment("b"))


def test_the_digest_of_definitions_follows_their_meaning(tmp_path):
    """Another condition changes it also where no resource shows it (members); another order of one disjunction does not."""

    def digest(where):
        return wanted(tmp_path, FakeAdapter(findings=as_members("vip")), segment("vip", where)).definitions

    de, at = (AttributeTest(attribute="c", tests=(ValueTest(op=Op.IS, operand=word),)) for word in ("DE", "AT"))
    assert digest(de) != digest(at)
    assert digest(de | at) == digest(at | de)


def test_more_fields_than_the_esp_has_is_a_warning(tmp_path):
    """The limit is the account's; the plan says so before it is hit."""
    adapter = FakeAdapter(findings=as_markers("a", "b"), limits=Limits(fields=1))
    (warning,) = wanted(tmp_path, adapter, segment("a"), segment("b")).warnings
    assert "2 fields are wanted, and Fake has 1" in warning.what
