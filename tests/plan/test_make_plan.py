"""What a plan refuses, says and is identified by."""

import json
from decimal import Decimal

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from franca.adapter import ORDER, Address, Limits, Rate, Ref, Resource, ResourceKind
from franca.definitions import Policies
from franca.errors import FrancaError
from franca.plan import State, UnsafeError, apply, dump_plans, load_plans, make_plan, plan_schema
from franca.plan.order import deletes, makes
from plan.fake import Esp, FakeAdapter, FakeConnection, as_members, segment, store, wanted


def plan_of(tmp_path, esp, *segments, state=None, **more):
    return make_plan(wanted(tmp_path, FakeAdapter(esp=esp), *segments, **more), FakeConnection(esp).read(), state or State())


def marked(number: int, **more) -> Esp:
    esp = Esp(**more)
    for key in range(number):
        esp.add(ResourceKind.SEGMENT, f"S{key} [franca:s{key}]", {})
    return esp


def words(plan) -> list[str]:
    return [reason.word for reason in plan.unsafe]


def test_two_accounts_never_share_a_fingerprint(tmp_path):
    """Same definitions, same names, same contents: another account, another destination or another adapter is another plan."""

    def fingerprint(account="acc-1", name="shop", adapter="fake"):
        esp = Esp(account=account)
        desired = wanted(tmp_path, FakeAdapter(esp=esp, name=adapter), segment("vip"))
        object.__setattr__(desired.site.destination, "name", name)
        return make_plan(desired, FakeConnection(esp).read(), State()).fingerprint

    found = [fingerprint(), fingerprint(account="acc-2"), fingerprint(name="other"), fingerprint(adapter="twin")]
    assert len(set(found)) == 4
    assert fingerprint() == found[0]


def test_a_fingerprint_follows_what_is_ours_there_and_nothing_else(tmp_path):
    """Somebody else's object does not make a plan out of date; a change of ours does."""
    esp = Esp()
    before = plan_of(tmp_path, esp, segment("vip")).fingerprint
    esp.add(ResourceKind.LIST, "theirs", {})
    assert plan_of(tmp_path, esp, segment("vip")).fingerprint == before
    esp.add(ResourceKind.SEGMENT, "Old [franca:vip]", {})
    assert plan_of(tmp_path, esp, segment("vip")).fingerprint != before


def test_every_delete_needs_its_word_and_deleting_all_another(tmp_path):
    """Nine of nine: nine words, one for all of a kind, one for the share; apply refuses with exit code 3 and writes nothing."""
    esp = marked(9)
    plan = plan_of(tmp_path, esp)
    assert words(plan) == ["changes:shop", "delete-all:segment", *(f"delete:segment/s{key}" for key in range(9))]
    desired = wanted(tmp_path, FakeAdapter(esp=esp))
    with pytest.raises(UnsafeError, match=r"segment/s8 would be deleted; if that is meant, add --allow delete:segment/s8$") as caught:
        apply(plan, desired, FakeConnection(esp), store(tmp_path), allow=[*words(plan)[:-1], "delete:segment/other"])
    assert caught.value.exit_code == 3
    assert [reason.word for reason in caught.value.reasons] == ["delete:segment/s8"]
    assert len(esp.objects) == 9
    apply(plan, desired, FakeConnection(esp), store(tmp_path), allow=words(plan))
    assert esp.objects == {}


def test_the_share_of_changes_counts_from_five_resources_up(tmp_path):
    """Four of four may change; of ten, three may and four may not, at 30%; creates do not count."""

    def unsafe(owned, wanted_keys, maximum="0.30"):
        kept = [segment(f"s{key}") for key in range(owned)]
        esp = Esp()
        desired = wanted(tmp_path, FakeAdapter(esp=esp), *kept)
        apply(
            make_plan(desired, FakeConnection(esp).read(), State()),
            desired,
            FakeConnection(esp),
            store(tmp_path / str((owned, wanted_keys))),
        )
        changed = [segment(f"s{key}", name="New" if key < wanted_keys else f"The s{key}") for key in range(owned + 20)]
        return words(plan_of(tmp_path, esp, *changed, policies=Policies(maximum_change=Decimal(maximum))))

    assert unsafe(4, 4) == []
    assert unsafe(10, 3) == []
    assert unsafe(10, 4) == ["changes:shop"]


def test_a_reference_to_nothing_names_the_segment_and_a_near_miss(tmp_path):
    """A metric that the account does not have, or has twice."""
    esp = Esp(names={("metric", "Placed order", ""): ("m1",)})
    with pytest.raises(
        FrancaError, match=r"shop: segment 'vip' names the metric 'Placed Order', which does not exist there; did you mean \"Placed order\""
    ):
        plan_of(tmp_path, esp, segment("vip"))
    esp = Esp(names={("metric", "Placed Order", "Shopify"): ("m1",), ("metric", "Placed Order", "API"): ("m2",)})
    with pytest.raises(FrancaError, match="and 2 are called so; say which: API, Shopify"):
        plan_of(tmp_path, esp, segment("vip"))
    esp = Esp(names={("metric", "Placed Order", ""): ("m1", "m2")})
    with pytest.raises(FrancaError, match="rename all but one at the ESP"):
        plan_of(tmp_path, esp, segment("vip"))


def test_a_reference_to_a_resource_that_is_not_planned_is_an_error(tmp_path):
    """An adapter's own references are checked like everybody's."""

    class Odd(FakeAdapter):
        def compile(self, segment, realisation, site):
            return (Resource(kind=ResourceKind.LIST, key=segment.key, title="x", body={"in": Ref("folder", "shopp")}, segment=segment.key),)

    with pytest.raises(FrancaError, match="names the folder 'shopp', which is not part of the plan"):
        make_plan(wanted(tmp_path, Odd(), segment("vip")), FakeConnection(Esp()).read(), State())


def test_more_segments_than_the_esp_makes_in_a_day_is_a_warning(tmp_path):
    """Klaviyo makes a hundred a day; the plan says so, and a second apply goes on."""
    rates = {"create segment": Rate(((1, 86_400.0),))}
    adapter = FakeAdapter(limits=Limits(rates=rates, calls={("create", ResourceKind.SEGMENT): ("create segment",)}))
    plan = make_plan(wanted(tmp_path, adapter, segment("a"), segment("b")), FakeConnection(adapter.esp).read(), State())
    assert "2 changes are to be made, and Fake allows 1 a day (create segment)" in plan.warnings[0]


def test_a_plan_survives_its_file_and_the_file_keeps_its_schema(tmp_path):
    """JSON and back is the same plan; the document is valid under the published schema."""
    esp = marked(2)
    desired = wanted(tmp_path, FakeAdapter(esp=esp, findings=as_members("a")), segment("a"), segment("b"), segment("s1"))
    plan = make_plan(desired, FakeConnection(esp).read(), State())
    text = dump_plans([plan])
    jsonschema.Draft202012Validator(plan_schema()).validate(json.loads(text))
    (again,) = load_plans(text)
    assert again == plan
    assert again.fingerprint == plan.fingerprint


@pytest.mark.parametrize("text", ["", "{}", '{"version": 2, "plans": []}', '{"version": 1, "plans": [{"destination": "x"}]}'])
def test_anything_else_is_not_a_plan_file(text):
    """One line that says where."""
    with pytest.raises(FrancaError, match=r"^not a plan file: .*franca plan --out FILE") as caught:
        load_plans(text)
    assert "\n" not in str(caught.value)


addresses = st.builds(Address, st.sampled_from(ResourceKind), st.sampled_from("abcdef"))


@given(st.dictionaries(addresses, st.sets(addresses, max_size=3), max_size=12))
def test_what_others_need_comes_first(wanted_edges):
    """On random graphs without circles: every need stands before its user, nothing is lost, and the order is the same every time."""
    graph = {user: {need for need in needs if need < user} for user, needs in wanted_edges.items()}
    order = makes(graph)
    assert sorted(order) == sorted(graph)
    assert all(order.index(need) < order.index(user) for user, needs in graph.items() for need in needs if need in graph)
    assert order == makes(dict(reversed(graph.items())))
    kinds = [ORDER[address.kind] for address in deletes(graph)]
    assert kinds == sorted(kinds, reverse=True)


def test_a_circle_of_needs_is_an_error():
    """It is named."""
    a, b = Address(ResourceKind.LIST, "a"), Address(ResourceKind.LIST, "b")
    with pytest.raises(FrancaError, match="resources need each other: list/"):
        makes({a: [b], b: [a]})
