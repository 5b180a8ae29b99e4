"""Approval is written into the file that people wrote, and leaves the rest of it as it was."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from franca.definitions import Copy
from franca.language.copies import read_copy, unapproved
from franca.language.reader import Reader
from franca_personalization.copy.store import approved, sign

BY_HAND = """\
# Ann's, for the launch
variants:
    control:   # what we have always said
        subject: "Our [[discount]]"   # not "up to"
        body:
          - One
          # the legal department asked for this one
          - 'Two: and three'
    a:
        subject: >
            folded over
            two lines
slots: {discount: {profile: points, default: '20'}}   # by the shop
# the end
"""


def read(path: Path) -> Copy:
    reader = Reader()
    found = read_copy(reader, path, f"copy/{path.parent.name}/{path.name}")
    reader.finish()
    return found


def signed(root: Path, text: str, by: str = "Ann", name: str = "vip.en.yaml") -> str:
    """Return a file's text once it is approved; reading it gives the approved record."""
    path = root / "copy" / "spring" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    copy = approved(read(path), by, date(2026, 3, 30))
    assert sign(root, copy) == path
    assert read(path) == copy
    assert unapproved(read(path)) is None
    assert [each.name for each in path.parent.iterdir()] == [name]
    return path.read_text(encoding="utf-8")


def test_comments_and_quotes_of_a_hand_written_file_stay(tmp_path: Path) -> None:
    """Every line that was there is there still, in its place."""
    found = signed(tmp_path, BY_HAND)
    lines = iter(found.splitlines())
    assert all(line in lines for line in BY_HAND.splitlines()), found
    assert found.count("approved:") == 1


def test_a_second_approval_replaces_the_first(tmp_path: Path) -> None:
    """Comments beside it stay too."""
    once = signed(tmp_path, BY_HAND).replace("by: Ann", "by: Ann # on the phone")
    found = signed(tmp_path, once, by="Bo: a 'name'")
    assert "# on the phone" in found
    assert "# the legal department" in found
    assert found.count("approved:") == 1


@pytest.mark.parametrize(
    "approval", ["approved:\n", "approved: {by: Bo, at: 2026-13-45, text: x}\n", "approved: &a {by: Bo, at: x, text: y}\n"]
)
def test_an_approval_in_any_form_is_replaced(tmp_path: Path, approval: str) -> None:
    """Empty, on one line, with a day that is none: what cannot be put into the file as it is, is written anew."""
    signed(tmp_path, BY_HAND + approval)


def test_a_file_named_yml_is_approved_where_it_is(tmp_path: Path) -> None:
    """There is no second file beside it afterwards."""
    signed(tmp_path, BY_HAND, name="vip.en.yml")


def test_copy_without_a_file_is_written(tmp_path: Path) -> None:
    """As a whole."""
    signed(tmp_path, BY_HAND)
    (tmp_path / "copy/spring/vip.en.yaml").rename(tmp_path / "vip.en.yaml")
    copy = approved(read(tmp_path / "vip.en.yaml"), "Ann", date(2026, 3, 30))
    assert sign(tmp_path / "other", copy).is_file()
