"""`native:`: a segment that people made at an ESP, named and not understood."""

from __future__ import annotations

import pytest

from franca import native
from franca.adapter import Address, ResourceKind
from franca.definitions import Native, NativeKind, Realisation, Segment
from franca.errors import FrancaError, ProblemsError
from franca.language import check, load_predicate
from franca.language.dump import dump_text
from franca.language.english import sentence
from franca.plan import Store, apply, make_plan
from plan.fake import Esp, FakeAdapter, FakeConnection, segment, wanted
from strategies import make_project

THERE = Native(objects=(("shop", NativeKind.SEGMENT, "High value"),))
ELSEWHERE = Native(objects=(("other", NativeKind.TAG, "High value"),))


def made(key: str, where: Native, **more) -> Segment:
    """Return a segment of that predicate."""
    return Segment(key=key, name=key, where=where, **more)


def test_what_is_written_is_read():
    """One object for each destination; the text of a node loads as that node."""
    node = load_predicate("{native: {klaviyo: {list: A, b}, mailchimp: {tag: C}}}".replace("A, b", "'A, b'"))
    assert node == Native(objects=(("klaviyo", NativeKind.LIST, "A, b"), ("mailchimp", NativeKind.TAG, "C")))
    assert load_predicate(dump_text(node)) == node
    assert sentence(node) == "Everyone who is in the list “A, b” of klaviyo or the tag “C” of mailchimp."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{native: {klaviyo: {list: A, tag: B}}}", "native: klaviyo names one segment or list or tag"),
        ("{native: {klaviyo: {folder: A}}}", "native: klaviyo has no key 'folder'"),
        ("{native: {klaviyo: A}}", "native: klaviyo is a mapping"),
    ],
)
def test_a_mistake_is_told(text, told):
    """An object is exactly one of the kinds that hold people."""
    with pytest.raises(ProblemsError, match=told):
        load_predicate(text)


@pytest.mark.parametrize("objects", [{}, {"klaviyo": {}}, {"klaviyo": {"list": "A", "tag": "B"}}, {"klaviyo": {"lst": "A"}}])
def test_python_takes_the_same(objects):
    """The builder makes the same node, and refuses the same."""
    assert native({"klaviyo": {"list": "A"}}) == load_predicate("{native: {klaviyo: {list: A}}}")
    with pytest.raises(FrancaError, match="native names one segment or list or tag for each destination"):
        native(objects)


def test_it_stands_alone(tmp_path):
    """Nobody else knows who is in it: it is no part of another predicate, of no group, under no wish, and names destinations."""
    both = make_project({"a": THERE, "b": load_predicate("{not: {segment: a}}"), "c": THERE & THERE}, root=tmp_path)
    with pytest.raises(ProblemsError) as caught:
        check(both)
    told = str(caught.value)
    for part in ("there is no destination 'shop'", "the segment 'a' is native", "native is the whole of a segment"):
        assert part in told


def test_it_is_not_evaluated():
    """The evaluator leaves it out and says so; asked for it, it refuses."""
    from franca.audience.evaluation import evaluable
    from franca.audience.frame import Frame

    project = make_project({"a": THERE, "b": load_predicate("{everyone: true}")})
    assert list(evaluable(project).segments) == ["b"]
    with pytest.raises(FrancaError, match="nobody but the ESP knows who is in the segment 'High value' of shop"):
        Frame.holds(object.__new__(Frame), THERE)


def test_it_is_itself_where_it_was_made_and_nothing_elsewhere(tmp_path):
    """At its destination it is the object of that name, untouched by an apply; elsewhere it is refused, with the reason."""
    esp = Esp()
    theirs = esp.add(ResourceKind.SEGMENT, "High value", {"any": "thing"})
    desired = wanted(tmp_path, FakeAdapter(esp=esp), segment("vip"), made("high", THERE), made("tagged", ELSEWHERE))
    assert desired.decisions["high"].realisation is Realisation.NATIVE
    assert "not portable" in desired.decisions["high"].why
    assert (desired.decisions["tagged"].refused, desired.decisions["tagged"].findings[0].id) == (True, "not-portable")
    assert desired.counted["high"] == Address(ResourceKind.SEGMENT, "high")
    connection, store = FakeConnection(esp), Store.of(desired.site.project, desired.site.destination.name)
    plan = make_plan(desired, connection.read(), store.load())
    assert [str(change.address) for change in plan.changes] == ["segment/vip"]
    apply(plan, desired, connection, store)
    assert esp.objects[theirs].name == "High value"
    assert Address(ResourceKind.SEGMENT, "high") not in store.load().entries
    assert make_plan(desired, connection.read(), store.load()).changes == ()
