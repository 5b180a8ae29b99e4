"""Templates and drafts at the three sandboxes: made once, changed in place, read back, removed when they are not what was asked."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from franca.adapter import Address, Connection, ResourceKind, Site, TerminalError, VirtualWaiter, adapter
from franca.definitions import Project
from franca.demo.run import local, sandbox, write_project
from franca.demo.store import make_store
from franca.errors import FrancaError, ProblemsError
from franca.language import check, load
from franca.plan import Desired, Plan, Store, apply, desire, make_plan
from franca.sandbox import Running

ADAPTERS = ("klaviyo", "mailchimp", "brevo")
every_adapter = pytest.mark.parametrize("name", ADAPTERS)
DRAFT = Address(ResourceKind.CAMPAIGN, "early_access")


@dataclass(frozen=True)
class Place:
    """The demo project at one sandbox."""

    folder: Path
    name: str
    running: Running
    connection: Connection

    @property
    def project(self) -> Project:
        found = check(load(self.folder))
        one = dataclasses.replace(found, destinations={self.name: found.destinations[self.name]})
        return local(one, {self.name: self.running})

    @property
    def desired(self) -> Desired:
        project = self.project
        return desire(Site(project=project, destination=project.destinations[self.name]), adapter(self.name))

    @property
    def store(self) -> Store:
        return Store.of(self.project, self.name)

    def plan(self) -> Plan:
        return make_plan(self.desired, self.connection.read(), self.store.load())

    def apply(self) -> None:
        apply(self.plan(), self.desired, self.connection, self.store)

    def changes(self) -> list[str]:
        return [f"{change.action} {change.address}" for change in self.plan().changes]

    def edit(self, file: str, before: str, after: str) -> None:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after), encoding="utf-8")

    def drafts(self) -> list[Any]:
        return [remote for remote in self.connection.read().remotes if remote.kind is ResourceKind.CAMPAIGN]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    write_project(folder, make_store(1000))
    return folder


@contextmanager
def place(shop: Path, folder: Path, name: str) -> Iterator[Place]:
    import shutil

    shutil.copytree(shop, folder, dirs_exist_ok=True)
    with sandbox(folder, name) as running:
        waiter = VirtualWaiter(on_sleep=running.host.clock.advance)
        project = local(check(load(folder)), dict.fromkeys(ADAPTERS, running))
        connection = adapter(name).connect(Site(project=project, destination=project.destinations[name]), waiter)
        try:
            yield Place(folder, name, running, connection)
        finally:
            connection.close()


@every_adapter
def test_a_template_and_a_draft_are_made_once_and_changed_in_place(shop: Path, tmp_path: Path, name: str) -> None:
    with place(shop, tmp_path, name) as at:
        at.apply()
        assert at.changes() == []
        ids = {str(address): entry.id for address, entry in at.store.load().entries.items()}
        at.edit("content/welcome.mjml", "New in this week.", "Brand new!")
        assert at.changes() == ["update template/welcome", "update campaign/early_access"]
        at.apply()
        assert at.changes() == []
        assert {str(address): entry.id for address, entry in at.store.load().entries.items()} == ids


@every_adapter
def test_a_draft_whose_audience_changes_is_aimed_anew(shop: Path, tmp_path: Path, name: str) -> None:
    with place(shop, tmp_path, name) as at:
        at.apply()
        at.edit("campaigns/early_access.yaml", "include: [vip]", "include: [vip, newcomers], exclude: [win_back]")
        assert at.changes()[-1] == "update campaign/early_access"
        at.apply()
        assert at.changes() == []


@every_adapter
def test_a_draft_edited_by_hand_has_drifted(shop: Path, tmp_path: Path, name: str) -> None:
    with place(shop, tmp_path, name) as at:
        at.apply()
        at.edit("content/welcome.mjml", "Welcome, {% endif %}", "Servus, {% endif %}")
        before = at.changes()
        assert "update campaign/early_access" in before
        at.edit("content/welcome.mjml", "Servus, {% endif %}", "Welcome, {% endif %}")
        assert at.changes() == []


def _widened(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let the ESP drop the audience, as Mailchimp does with options that it cannot read (reported)."""
    if name == "mailchimp":
        monkeypatch.setattr("franca_mailchimp.sandbox.recipients._applied", lambda *_: None)
    elif name == "klaviyo":
        monkeypatch.setattr("franca_klaviyo.sandbox.campaigns.Campaigns._groups", lambda *_: [])
    else:
        from franca_brevo import emails

        original = emails._campaign
        monkeypatch.setattr(emails, "_campaign", lambda row: original({**row, "recipients": {"lists": [1, 2]}}))


@every_adapter
def test_a_draft_that_came_out_with_another_audience_is_removed(
    shop: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with place(shop, tmp_path, name) as at:
        _widened(monkeypatch, name)
        with pytest.raises(FrancaError) as refused:
            at.apply()
        assert "audience" in str(refused.value)
        assert "removed" in str(refused.value)
        monkeypatch.undo()
        assert at.drafts() == []


def test_a_draft_that_cannot_be_removed_is_told() -> None:
    from franca.adapter import insist_on

    def remove() -> None:
        raise TerminalError("gone offline")

    with pytest.raises(TerminalError, match="could not be removed"):
        insist_on("ESP: campaign 'x'", {"audience": "1"}, {"audience": ""}, remove)


@every_adapter
def test_a_campaign_that_was_sent_is_left_alone(shop: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with place(shop, tmp_path, name) as at:
        at.apply()
        snapshot = at.connection.read()
        sent = [dataclasses.replace(r, settled="it was sent", body={}) if r.kind is ResourceKind.CAMPAIGN else r for r in snapshot.remotes]
        settled = dataclasses.replace(snapshot, remotes=tuple(sent))
        assert make_plan(at.desired, settled, at.store.load()).changes == ()
        (at.folder / "campaigns" / "early_access.yaml").unlink()
        plan = make_plan(at.desired, settled, at.store.load())
        assert DRAFT not in {change.address for change in plan.changes}


@every_adapter
def test_removing_a_template_needs_its_word_and_a_computed_field_goes_without(shop: Path, tmp_path: Path, name: str) -> None:
    with place(shop, tmp_path, name) as at:
        at.apply()
        at.edit("content/welcome.mjml", '{{ profile.birthday | date("%d.%m.") | default("tell us, and get a present") }}', "soon")
        plan = at.plan()
        assert not plan.unsafe
        apply(plan, at.desired, at.connection, at.store)
        assert at.changes() == []


@pytest.mark.foreign_traffic("somebody's own email is made, by hand as it were")
@every_adapter
def test_what_others_wrote_there_can_be_imported_and_ours_is_left_out(shop: Path, tmp_path: Path, name: str) -> None:
    with place(shop, tmp_path, name) as at:
        at.apply()
        assert list(at.connection.contents()) == []
        _foreign(at)
        found = [(each.name, each.html) for each in at.connection.contents()]
        assert found == [("Theirs", "<p>Hello, this is theirs</p>")]


def _foreign(at: Place) -> None:
    """Make an email without our mark, as somebody would by hand."""
    html, client = "<p>Hello, this is theirs</p>", at.connection._client if at.name != "mailchimp" else at.connection._audience.client
    if at.name == "klaviyo":
        from franca_klaviyo.emails import CREATE_TEMPLATE

        client.call(CREATE_TEMPLATE, {"data": {"type": "template", "attributes": {"name": "Theirs", "editor_type": "CODE", "html": html}}})
    elif at.name == "brevo":
        body = {"templateName": "Theirs", "subject": "S", "sender": {"email": "a@b.test"}, "htmlContent": html}
        client.call("create", "POST", "/smtp/templates", safe=False, body=body)
    else:
        from franca_mailchimp.emails import CREATE_CAMPAIGN, WRITE_CONTENT

        settings = {"title": "Theirs", "subject_line": "S", "from_name": "A", "reply_to": "a@b.test"}
        recipients = {"list_id": at.connection._audience.id}
        made = client.call(CREATE_CAMPAIGN, {"type": "regular", "recipients": recipients, "settings": settings})
        client.call(WRITE_CONTENT, made["id"], {"html": html})


def test_what_an_esp_cannot_say_stops_the_plan_with_its_place(shop: Path, tmp_path: Path) -> None:
    with place(shop, tmp_path, "mailchimp") as at:
        at.edit("content/welcome.mjml", "<mj-text>New in this week.</mj-text>", '<mj-text>{{ coupon("X") }}</mj-text>')
        with pytest.raises(ProblemsError) as refused:
            _ = at.desired
        assert re.match(r"content/welcome\.mjml:\d+:\d+: mailchimp: .*native", str(refused.value))


def test_no_adapter_has_a_call_that_sends() -> None:
    """The contract suite searches every request of the whole run as well."""
    root = Path(__file__).parents[2] / "adapters"
    for path in root.glob("franca_*/*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"sendNow|sendTest|send_campaign|campaign-send|actions/send|\"send\"|schedule_campaign|scheduledAt\"", text), (
            path
        )
