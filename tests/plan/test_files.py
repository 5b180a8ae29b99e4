"""State and journal on disk."""

import json

import pytest

from franca.adapter import Address, ResourceKind
from franca.errors import FrancaError
from franca.plan import Entry, Intent, Journal, State, Store
from franca.plan.files import Lines
from plan.fake import project, segment, store

VIP = Address(ResourceKind.SEGMENT, "vip")
ENTRY = Entry(id="1", fingerprint="f", title="VIP")


def test_a_state_is_read_as_it_was_written(tmp_path):
    """And no file is an empty state."""
    assert store(tmp_path).load() == State()
    state = State(account="acc", entries={VIP: ENTRY})
    store(tmp_path).save(state)
    assert store(tmp_path).load() == state
    assert [path.name for path in (tmp_path / ".franca").iterdir()] == ["shop.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', '{"version": 1, "account": "a", "resources": {"segment/vip": 3}}'])
def test_a_broken_state_is_one_line_with_a_remedy(tmp_path, text):
    """It is never taken for an empty one."""
    store(tmp_path).save(State())
    store(tmp_path).state.write_text(text)
    with pytest.raises(FrancaError, match=r"^the state file shop.json cannot be read .*delete it: it is rebuilt"):
        store(tmp_path).load()


def test_a_state_of_another_version_is_an_error(tmp_path):
    """Also of a later one."""
    store(tmp_path).save(State())
    store(tmp_path).state.write_text(json.dumps({"version": 2}))
    with pytest.raises(FrancaError, match="has version 2, not 1; upgrade Franca"):
        store(tmp_path).load()


def test_an_unwritable_folder_is_one_line(tmp_path):
    """A file stands where the folder should be."""
    (tmp_path / ".franca").write_text("")
    with pytest.raises(FrancaError, match=r"shop.json cannot be written .*check the folder .franca"):
        store(tmp_path).save(State())


def test_one_id_has_one_address():
    """A rename moves the entry."""
    other = Address(ResourceKind.SEGMENT, "gold")
    assert State(entries={VIP: ENTRY}).put(other, ENTRY).entries == {other: ENTRY}


def test_a_store_is_in_the_projects_folder_and_nowhere_else(tmp_path):
    """A destination's name is a file's name."""
    found = project(tmp_path, segment("vip"))
    assert Store.of(found, "shop").state == tmp_path / ".franca" / "shop.json"
    with pytest.raises(FrancaError, match="its name is a file's"):
        Store.of(found, "../shop")


def test_a_journal_knows_what_was_begun_and_not_ended(tmp_path):
    """Across processes; numbers go on."""
    journal = Journal(store(tmp_path).journal)
    first = journal.begin("create", VIP, "p")
    journal.end(first, "applied")
    second = journal.begin("delete", VIP, "p")
    again = Journal(store(tmp_path).journal)
    assert again.unfinished() == (Intent(number=second, action="delete", address=VIP),)
    assert again.begin("create", VIP, "p") == second + 1
    again.clear()
    assert again.unfinished() == ()


def test_a_torn_last_line_is_as_if_it_had_not_been_written(tmp_path):
    """At every byte: what was complete stays, and the next record is whole."""
    path = tmp_path / "lines"
    Lines(path).append({"n": 1})
    Lines(path).append({"n": 2})
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        kept = [{"n": n} for n in range(1, whole[:cut].count(b"\n") + 1)]
        assert list(Lines(path).read()) == kept
        Lines(path).append({"n": 3})
        assert list(Lines(path).read()) == [*kept, {"n": 3}]


def test_a_line_that_is_not_json_is_an_error(tmp_path):
    """Only a last line without an end can be torn; anything else was changed by somebody."""
    path = tmp_path / "shop.journal.jsonl"
    path.write_text("nonsense\n")
    with pytest.raises(FrancaError, match=r"^shop.journal.jsonl, line 1 is not JSON"):
        list(Lines(path).read())
