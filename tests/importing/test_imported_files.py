"""Names that people gave become keys and files that are read back, whatever they are."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import strategies
from franca.adapter import Remote, ResourceKind
from franca.definitions import Native, NativeKind, Segment
from franca.importing import Imported, file_text
from franca.importing.keys import LONGEST, key_for
from franca.language import load
from franca.logic import normal_form

NAMES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30),
    st.sampled_from(["Größe & Maß", "VIP: 50%", "- x", "#1", "a\nb: c", "'", '"', "{x}", "yes", "1e5", "null", "顧客", "\u2028", "*"]),
)


@given(st.lists(NAMES, max_size=8))
def test_every_name_has_a_key_of_its_own(names: list[str]) -> None:
    """Small letters, digits and underscores; none twice, whatever the case of those that are taken."""
    taken = {"VIP"}
    for name in names:
        key = key_for(name, "segment", taken)
        assert re.fullmatch(r"[a-z0-9_]+", key)
        assert len(key) <= LONGEST + 4
        assert key not in {each.lower() for each in taken}
        taken.add(key)


def test_keys_read_like_the_names() -> None:
    """Letters lose their marks, signs become words or lines; what cannot be spelled gets the kind's name."""
    names = ["Größe & Maß", "VIP", "vip", "Łódź 50%", "顧客", "Café – Paris"]
    taken = {"vip"}
    found = [key_for(name, "segment", taken) for name in names]
    assert found == ["grosse_and_mass", "vip_2", "vip_2", "lodz_50_percent", "segment", "cafe_paris"]


@given(NAMES.filter(str.strip), NAMES, st.data())
def test_a_file_is_read_back_as_it_was_meant(name: str, why: str, data: st.DataObject) -> None:
    """Foreign words make no YAML of their own, neither as names nor in comments; `file_text` insists on it itself.

    A normal form has no test twice, which a mapping of YAML could not say.
    """
    remote = Remote(kind=ResourceKind.SEGMENT, id="1", name=name)
    native = Segment(key="a", name=name, where=Native(objects=(("klaviyo", NativeKind.SEGMENT, name),)))
    exact = Segment(key="b", name=name, where=normal_form(data.draw(strategies.predicates(1))))
    text = file_text([Imported(segment=native, remote=remote, why=why), Imported(segment=exact, remote=remote, beside=why)], "klaviyo")
    assert text.count("\n  # ") == (1 + 1 if why else 0)


def test_a_project_loads_with_the_file(tmp_path: Path) -> None:
    """The file is one of the project's segments like any other."""
    (tmp_path / "segments").mkdir()
    (tmp_path / "franca.yaml").write_text("project: p\ntimezone: UTC\ndata: {connect: data, profile: {table: t, key: k, attributes: {}}}\n")
    remote = Remote(kind=ResourceKind.LIST, id="1", name="News")
    segment = Segment(key="news", name="News", where=Native(objects=(("x", NativeKind.LIST, "News"),)))
    text = file_text([Imported(segment=segment, remote=remote, why="people decide")], "x")
    (tmp_path / "segments" / "imported_x.yaml").write_text(text)
    assert load(tmp_path).segments["news"] == segment
