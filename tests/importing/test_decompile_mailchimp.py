"""Mailchimp's saved segments read backwards mean what they said; what has no exact equal is refused with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.mailchimp import kit
from equivalence.trees import trees
from franca.adapter import Ref, Remote, ResourceKind, Snapshot, replace_refs
from franca.adapter.importing import Decompiled, Decompiling, NotRepresentableError
from franca.definitions import FieldMapping
from franca.logic import fingerprint
from franca_mailchimp import options
from franca_mailchimp.adapter import ADAPTER
from franca_mailchimp.decompile import MailchimpDecompiler
from franca_mailchimp.segments import native
from logic.crowd import members, written

NAMES = {
    (options.STATIC_SEGMENT, "Wholesale", ""): ("77",),
    (options.STATIC_SEGMENT, "VIP [franca:vip]", ""): ("78",),
    (options.CATEGORY, "Topics", ""): ("interests-c1",),
    (options.GROUP, "Wine", "Topics"): ("g1",),
    (options.GROUP, "Tea", "Topics"): ("g2",),
}
ACCOUNT = Snapshot(account="a", names=NAMES)
MAPPED = {**kit.ATTRIBUTES, "tags": FieldMapping(field="interests:Topics")}


def decompiled(body: dict[str, Any], **changes: Any) -> Decompiled:
    """Return what a segment of the audience says."""
    resolved = replace_refs(body, _resolved)
    remote = Remote(kind=ResourceKind.SEGMENT, id="1", name="Made by hand", body=options.read(resolved))
    return MailchimpDecompiler(kit.site(**{"attributes": MAPPED, **changes}), ACCOUNT).segment(remote)


def _resolved(ref: Ref) -> str:
    if ref.kind == options.CONDITION_TYPE:
        return {"date": "DateMerge"}.get(ref.qualifier, "TextMerge")
    return ref.name


def said(match: str, *conditions: dict[str, Any]) -> dict[str, Any]:
    """Return options."""
    return {"match": match, "conditions": list(conditions)}


def of(field: str, op: str, value: Any = None, kind: str = "TextMerge") -> dict[str, Any]:
    """Return a condition."""
    return {"field": field, "condition_type": kind, "op": op, **({} if value is None else {"value": value})}


def check_there_and_back(number: int) -> None:
    """Compare random predicates with what their own compilation says, read backwards, of a crowd of people."""
    found = [(tree, native(tree, kit.site())) for tree in trees("mailchimp", number, 1)]
    # Who is subscribed is no condition there: a segment is asked for its subscribers only.
    tried = [(tree, each.options) for tree, each in found if each.options is not None and each.counted == "all"]
    refused = []
    assert len(tried) > number // 10
    for tree, body in tried:
        try:
            where = decompiled(body).where
        except NotRepresentableError as error:
            refused.append(f"{error.what}: {body}")
            continue
        assert members(where) == members(tree), f"{tree}\n{body}\n{where}"
    assert len(refused) <= len(tried) // 20, "\n".join(refused[:5])


def test_what_was_compiled_is_read_back_with_its_meaning() -> None:
    """Random predicates, compiled and read backwards, hold for the same people."""
    check_there_and_back(120)


@pytest.mark.slow
def test_much_that_was_compiled_is_read_back_with_its_meaning() -> None:
    """Many more of them."""
    check_there_and_back(1_500)


HANDMADE = [
    (said("all", of("COUNTRY", "is", "DE"), of("POINTS", "greater", "5")), "[{attribute: country, is: DE}, {attribute: points, gt: 5}]"),
    (
        said("any", of("COUNTRY", "is", "DE"), of("COUNTRY", "is", "AT")),
        "{attribute: country, in: [DE, AT]}",
    ),
    (said("any", of("COUNTRY", "not", "DE"), of("COUNTRY", "blank")), "{attribute: country, is_not: DE}"),
    (said("all", of("COUNTRY", "contains", "D"), of("COUNTRY", "blank_not")), "{attribute: country, contains: D}"),
    (said("all", of("POINTS", "blank_not"), of("POINTS", "less", "3")), "{attribute: points, lt: 3}"),
    (said("all", of("BORN", "greater", "01/30/2015", "DateMerge")), "{attribute: birthday, from: 2015-01-31}"),
    (said("all", of("VIP", "is", "Yes")), "{attribute: vip, is: true}"),
    (said("all", of("interests-c1", "interestcontains", ["g1", "g2"], "Interests")), "{attribute: tags, has_any: [Wine, Tea]}"),
    (said("all", of("interests-c1", "interestnotcontains", ["g1"], "Interests")), "{not: {attribute: tags, has_any: [Wine]}}"),
]


@pytest.mark.parametrize(("body", "text"), HANDMADE)
def test_what_people_make_becomes_what_people_would_write(body: dict[str, Any], text: str) -> None:
    """Each kind of condition, in the words of our language; guards against blank fields say nothing more."""
    assert fingerprint(decompiled(body).where) == fingerprint(written(text))


KEPT = [
    ("points", "ecomm_orders", of("ecomm_orders", "greater", "2", "EcommNumber"), "{attribute: points, gt: 2}"),
    ("credit", "ecomm_spent_all", of("ecomm_spent_all", "greater", "50", "EcommSpent"), "{attribute: credit, gt: 50}"),
    ("first_name", "language", of("language", "is", "de", "Language"), "{attribute: first_name, is: de}"),
    ("country", "source", of("source", "source_is", "Import", "SignupSource"), "{attribute: country, is: Import}"),
    ("vip", "vip", of("gmonkey", "notmember", kind="VIP"), "{not: {attribute: vip, is: true}}"),
    ("points", "ecomm_orders", of("ecomm_orders", "less", "2", "EcommNumber"), "who ordered nothing"),
    ("first_name", "language", of("language", "is", "fr", "Language"), "regional form"),
    ("credit", "ecomm_spent_one", of("ecomm_spent_one", "greater", "50", "EcommSpent"), "several orders"),
]


@pytest.mark.parametrize(("attribute", "field", "condition", "text"), KEPT)
def test_what_mailchimp_keeps_besides_is_read_back(attribute: str, field: str, condition: dict[str, Any], text: str) -> None:
    """Orders, languages, sources and VIPs over the attributes that are mapped to them, where nothing undocumented is in the way."""
    mapped = {"attributes": {attribute: FieldMapping(field=field)}}
    if text.startswith("{"):
        assert fingerprint(decompiled(said("all", condition), **mapped).where) == fingerprint(written(text))
    else:
        with pytest.raises(NotRepresentableError, match=text):
            decompiled(said("all", condition), **mapped)


INTERESTS = {"field": "interests-c1", "condition_type": "Interests", "value": ["g1", "g2"]}
TRANSLATED = [
    ("country", "interests:Topics", {"D": "Wine", "A": "Tea"}, {**INTERESTS, "op": "interestcontains"}, "{attribute: country, in: [A, D]}"),
    ("country", "interests:Topics", {"Tea": "Wine", "Wine": "Tea"}, {**INTERESTS, "op": "interestnotcontains", "value": ["g1"]},
     "{attribute: country, is_not: Tea}"),
    ("country", "interests:Topics", {"D": "Wine"}, {**INTERESTS, "op": "interestcontains"}, "'Tea' is not among them"),
    ("country", "source", {"a": "Import", "b": "Import"}, of("source", "source_is", "Import", "SignupSource"),
     "{attribute: country, in: [a, b]}"),
    ("first_name", "language", {"German": "de"}, of("language", "is", "de", "Language"), "{attribute: first_name, is: German}"),
    ("vip", "vip", {"true": "yes"}, of("gmonkey", "member", kind="VIP"), "are translated"),
    ("points", "ecomm_orders", {"1": "3"}, of("ecomm_orders", "is", "3", "EcommNumber"), "are translated"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("attribute", "field", "condition"),
    [
        ("tags", "tags", {"field": "static_segment", "condition_type": "StaticSegment", "op": "static_was", "value": "77"}),
        ("tags", "interests:Topics", {**INTERESTS, "op": "interestcontainsone"}),
        ("vip", "vip", of("gmonkey", "exmember", kind="VIP")),
    ],
)
def test_an_operator_that_no_document_knows_is_refused(attribute: str, field: str, condition: dict[str, Any]) -> None:
    """It is not taken for another one: a later Mailchimp may show more. Reading an account refuses what raises so, with the reason."""
    site = kit.site(attributes={attribute: FieldMapping(field=field)})
    remote = Remote(kind=ResourceKind.SEGMENT, id="1", name="Made by hand", body=options.read(said("all", condition)))
    with pytest.raises(LookupError, match=str(condition["op"])):
        MailchimpDecompiler(site, ACCOUNT).segment(remote)


@pytest.mark.parametrize(("attribute", "field", "values", "condition", "text"), TRANSLATED)
def test_what_mailchimp_keeps_besides_is_translated_back(
    attribute: str, field: str, values: dict[str, str], condition: dict[str, Any], text: str
) -> None:
    """Words of groups, languages and sources become the values that a mapping translates; other facts are translated nowhere."""
    mapped = {"attributes": {attribute: FieldMapping(field=field, values=values)}}
    if text.startswith("{"):
        assert fingerprint(decompiled(said("all", condition), **mapped).where) == fingerprint(written(text))
    else:
        with pytest.raises(NotRepresentableError, match=text):
            decompiled(said("all", condition), **mapped)


def test_tags_become_lists() -> None:
    """A condition on a tag is a test on the attribute that is mapped to tags; on one of ours it is refused."""
    tagged = {"attributes": {"tags": FieldMapping(field="tags")}}
    is_tagged = said("all", of("static_segment", "static_is", 77, "StaticSegment"))
    assert decompiled(is_tagged, **tagged).where == written("{attribute: tags, has_any: [Wholesale]}")
    with pytest.raises(NotRepresentableError, match="a tag that Franca keeps"):
        decompiled(said("all", of("static_segment", "static_is", 78, "StaticSegment")), **tagged)


REFUSED = [
    ({"match": "all"}, "shows no conditions"),
    (said("all", of("COUNTRY", "blank")), "a blank text from a missing one"),
    (said("all", of("COUNTRY", "is", "anna@x.de")), "names somebody"),
    (said("all", of("MMERGE9", "is", "x")), "no attribute is mapped to MMERGE9"),
    (said("all", of("POINTS", "contains", "5")), "'contains' on a number"),
    (said("all", of("BORN", "is", "soon", "DateMerge")), "is no day"),
    (said("all", of("BORN", "is", "x")), "asked otherwise"),
    (said("all", of("poll", "member", "1", "CampaignPoll")), "'CampaignPoll'"),
    (said("all", of("EMAIL", "ends", "x.de", "EmailAddress")), "EmailAddress"),
    (said("all", of("aim", "open", "any", "Aim")), "no event is mapped to the metric 'open'"),
    (said("all", of("interests-c9", "interestcontains", ["g9"], "Interests")), "no attribute of the project is mapped to"),
]


@pytest.mark.parametrize(("body", "why"), REFUSED)
def test_what_has_no_exact_equal_is_refused_with_the_reason(body: dict[str, Any], why: str) -> None:
    """Whatever Mailchimp does not document, or our language cannot say, or names people."""
    with pytest.raises(NotRepresentableError, match=why):
        decompiled(body)


def test_what_is_leaned_on_is_told() -> None:
    """A guard takes an assumption away; that the conditions are shown whole is always one."""
    leaned = {each.id for each in decompiled(said("all", of("COUNTRY", "not", "DE"))).assumptions}
    guarded = {each.id for each in decompiled(said("any", of("COUNTRY", "not", "DE"), of("COUNTRY", "blank"))).assumptions}
    assert leaned - guarded == {"mailchimp.not-matches-blank"}
    nothing = {each.id for each in decompiled(said("all", of("POINTS", "is", "0"))).assumptions}
    something = {each.id for each in decompiled(said("all", of("POINTS", "is", "0"), of("POINTS", "blank_not"))).assumptions}
    assert nothing - something == {"mailchimp.less-skips-blank"}
    assert "mailchimp.options-shown-whole" in guarded


def test_the_adapter_offers_it() -> None:
    """A segment of the audience is read backwards through the adapter; unmapped merge fields are told."""
    assert isinstance(ADAPTER, Decompiling)
    body = {"tag": "SIZE", "type": "dropdown"}
    field = Remote(kind=ResourceKind.FIELD, id="4", name="Shoe size", body=body)
    (found,) = ADAPTER.decompiler(kit.site(), Snapshot(account="a", remotes=(field,))).unmapped()
    assert (found.field, found.title, str(found.kind)) == ("SIZE", "Shoe size", "text")
