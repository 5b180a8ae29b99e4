"""What becomes of each object of an account: never a crash, never the key or the object of another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.klaviyo import kit
from franca.adapter import Address, Remote, ResourceKind, Snapshot
from franca.definitions import Native, Predicate, Segment
from franca.importing import Import, read_account
from franca.plan import Entry, State
from franca_klaviyo.adapter import ADAPTER
from importing.test_decompile_klaviyo import ACCOUNT, HANDMADE, groups
from logic.crowd import written
from plan.fake import Esp, FakeAdapter

GERMAN = written("{attribute: country, is: DE}")
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=5), inner, max_size=2)),
    max_leaves=4,
)


def handmade(definition: Any, name: str = "Germans", identity: str = "1", key: str | None = None) -> Remote:
    """Return a segment of the account."""
    body = {"definition": definition, "active": True, "tag": ""}
    return Remote(kind=ResourceKind.SEGMENT, id=identity, name=name, body=body, key=key)


def read(*remotes: Remote, state: State | None = None, segments: Mapping[str, Predicate] | None = None) -> Import:
    """Return what an account with these objects is read as."""
    site = kit.site(segments)
    named = {key: replace(each, name="Germans") for key, each in site.project.segments.items()}
    site = replace(site, project=replace(site.project, segments=named))
    snapshot = Snapshot(account="a", remotes=remotes, names=ACCOUNT.names)
    return read_account(site, ADAPTER, snapshot, state=state or State(), written=site.project)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Return every container and key inside a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, each in items for place in ((value, key), *_places(each))]


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list) else value


@given(st.sampled_from(HANDMADE), st.data())
def test_what_no_document_knows_is_kept_by_name(case: tuple[list[dict[str, Any]], str], data: st.DataObject) -> None:
    """Whatever stands anywhere in a condition, the segment is imported: in our language or by its name."""
    definition = _copied(groups(case[0]))
    container, key = data.draw(st.sampled_from(_places(definition["condition_groups"][0]["conditions"][0])))
    if isinstance(container, dict) and data.draw(st.booleans()):
        del container[key]
    else:
        container[key] = data.draw(JSON)
    (found,) = read(handmade(definition)).imported
    assert found.is_native is bool(found.why)


def test_a_twin_of_ours_is_another_segment() -> None:
    """A hand-made segment like one that Franca keeps there is not taken for it, known by its mark or by the state."""
    theirs, ours = handmade(groups(HANDMADE[0][0])), handmade(groups(HANDMADE[0][0]), "Germans [franca:german]", "2", "german")
    (found,) = read(theirs, ours, segments={"german": GERMAN}).imported
    assert (found.segment.key, found.written) == ("germans", False)
    state = State(account="a").put(Address(ResourceKind.SEGMENT, "german"), Entry(id="9", fingerprint="f", title="Germans"))
    assert not read(theirs, state=state, segments={"german": GERMAN}).imported[0].written
    assert read(theirs, segments={"german": GERMAN}).imported[0].written


def test_the_mark_of_what_was_dropped_is_no_key_again() -> None:
    """An object of ours whose definition is gone keeps its key, so that a new segment is not taken for it."""
    stale = handmade(groups(HANDMADE[0][0]), "Old [franca:germans]", "2", "germans")
    (found,) = read(handmade(groups(HANDMADE[0][0])), stale).imported
    assert found.segment.key == "germans_2"


def test_two_of_one_name_cannot_be_kept_by_it() -> None:
    """In our language both are imported, since the state knows ids; by name neither is."""
    exact, other = groups(HANDMADE[0][0]), groups([{"type": "profile-region"}])
    assert [each.segment.key for each in read(handmade(exact), handmade(exact, identity="2")).imported] == ["germans", "germans_2"]
    found = read(handmade(other), handmade(other, identity="2"))
    assert (found.imported, ["2 are called so" in each.why for each in found.left_out]) == ((), [True, True])


def test_an_adapter_that_reads_nothing_backwards_keeps_names() -> None:
    """A third party's adapter needs no decompiler: its segments are kept by their names."""
    snapshot = Snapshot(account="a", remotes=(handmade(groups(HANDMADE[0][0])),))
    (found,) = read_account(kit.site(), FakeAdapter(esp=Esp()), snapshot, state=State(), written=kit.site().project).imported
    assert found.is_native
    assert "does not show the conditions of segments" in found.why


def test_what_the_project_names_already_is_known() -> None:
    """An object that a native segment names, or whose id the state has, is not imported again."""
    site = kit.site()
    known = Segment(key="x", name="x", where=Native(objects=(("klaviyo", "segment", "Germans"),)))  # type: ignore[arg-type]
    written_project = replace(site.project, segments={"x": known})
    snapshot = Snapshot(account="a", remotes=(handmade(groups(HANDMADE[0][0])),), names=ACCOUNT.names)
    found = read_account(site, ADAPTER, snapshot, state=State(), written=written_project)
    assert (found.imported, found.known) == ((), 1)


@pytest.mark.parametrize("name", ["", "  ", "write to anna@x.de", "Theirs [franca:theirs]"])
def test_names_that_cannot_stand_in_a_file_are_left_out(name: str) -> None:
    """No name, a name that names somebody, and what another project of Franca keeps."""
    found = read(handmade(groups(HANDMADE[0][0]), name))
    assert (found.imported, len(found.left_out)) == ((), 1)
