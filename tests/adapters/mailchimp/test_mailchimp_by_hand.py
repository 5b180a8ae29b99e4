"""Tags and segments that people made at Mailchimp: named by a definition, counted, sent to, never changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.mailchimp.trial import Trial, make_shop, trial
from franca.adapter import Address, ResourceKind
from franca.errors import FrancaError
from sandbox.mailchimp_kit import LIST

GERMANS = "{attribute: country, is: DE}"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's shop."""
    folder = tmp_path_factory.mktemp("shop")
    make_shop(folder)
    return folder


@pytest.fixture
def shop(template: Path, tmp_path: Path) -> Iterator[Trial]:
    """The shop, with a tag and a segment that somebody made, and one tag made twice."""
    with trial(template, tmp_path) as found:
        everybody = [
            each["email_address"] for each in found.others.lists.get_list_members_info(LIST, count=5, status="subscribed")["members"]
        ]
        found.others.lists.create_segment(LIST, {"name": "Friends", "static_segment": everybody})
        condition = {"condition_type": "EmailAddress", "field": "EMAIL", "op": "contains", "value": "@"}
        found.others.lists.create_segment(LIST, {"name": "Everybody", "options": {"match": "all", "conditions": [condition]}})
        for _ in range(2):
            found.others.lists.create_segment(LIST, {"name": "Twice", "static_segment": []})
        found.plain()
        yield found


@pytest.mark.foreign_traffic("somebody makes tags and segments")
@pytest.mark.parametrize(("kind", "name"), [("tag", "Friends"), ("segment", "Everybody")])
def test_a_draft_is_aimed_at_it(shop: Trial, kind: str, name: str) -> None:
    """Its id is the draft's saved segment, nothing is made for it, it is not touched, and a second plan is empty."""
    shop.edit("segments/all.yaml", GERMANS, f"{{native: {{mailchimp: {{{kind}: {name}}}}}}}")
    before = _segments(shop)
    shop.apply()
    assert not [each for each in shop.changes() if "germans" in each or "campaign" in each]
    assert {name: each for name, each in _segments(shop).items() if "[franca:" not in name} == before
    assert shop.raw()["recipients"]["segment_opts"]["saved_segment_id"] == before[name]["id"]
    remote = next(each for each in shop.connection.read().remotes if each.name == name)
    resource = shop.desired.resources[Address(ResourceKind(kind), "germans")]
    assert shop.connection.count(remote, resource) == before[name]["member_count"] == len(list(shop.connection.members(remote, resource)))


@pytest.mark.foreign_traffic("somebody makes tags and segments")
@pytest.mark.parametrize(("name", "told"), [("Twice", "2 are called so"), ("Frends", 'did you mean "Friends"')])
def test_a_name_that_is_there_twice_or_not_at_all_is_an_error(shop: Trial, name: str, told: str) -> None:
    """Names need not be unique: several are no answer."""
    shop.edit("segments/all.yaml", GERMANS, f"{{native: {{mailchimp: {{tag: {name}}}}}}}")
    with pytest.raises(FrancaError, match=told):
        shop.plan()


def _segments(shop: Trial) -> dict[str, Any]:
    found = shop.others.lists.list_segments(LIST, count=100)["segments"]
    return {each["name"]: {key: each.get(key) for key in ("id", "type", "member_count", "options", "updated_at")} for each in found}
