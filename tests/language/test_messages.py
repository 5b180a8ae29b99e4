"""Every mistake is one line with file, line, column, and what to do."""

from __future__ import annotations

import pytest

from language.conftest import PROJECT, SEGMENTS

WHERE = "segments:\n  vip:\n    name: VIP\n    where: {}\n"


def test_the_project_that_the_others_break_is_fine(messages):
    """Without a mistake there is no message."""
    assert messages() == []


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("{attribute: contry, is: DE}", "segments/a.yaml:4:12: there is no attribute 'contry'; did you mean \"country\"?"),
        ("{event: ordr}", "segments/a.yaml:4:12: there is no event 'ordr'; did you mean \"order\"?"),
        ("{attribute: age, iss: 5}", "segments/a.yaml:4:29: a test on an attribute has no key 'iss'; did you mean \"is\"?"),
        ("{atribute: age, is: 5}", "segments/a.yaml:4:13: a predicate has no subject 'atribute'; did you mean \"attribute\"?"),
        ("{event: order, last: 3 dayz}", "segments/a.yaml:4:33: last: there is no unit 'dayz': did you mean \"days\"?"),
        ("{event: order, last: soon}", 'segments/a.yaml:4:33: last: a duration is a whole number and a unit, such as "30 days"'),
        ('{attribute: age, is: "5"}', 'age\' is integer, and the text "5" is not; write a whole number without quotes'),
        ("{attribute: country, is: 5}", "'country' is text, and 5 is not; put it in quotes"),
        ("{attribute: member, is: 1}", "'member' is boolean, and 1 is not; write true or false without quotes"),
        ("{attribute: age, contains: x}", "'age' is integer, which takes no 'contains'"),
        ("{attribute: born, last: 3 hours}", "'born' is a day: hours and minutes mean nothing for it; use days or longer"),
        ("{attribute: country, last: 3 days}", "'country' is text, not a time; time tests are for date and datetime"),
        ("{attribute: born, is: 31.12.2020}", "'born' is date, and the text \"31.12.2020\" is not; write a date such as 2026-01-31"),
        ("{event: order, sum: {of: sku, gte: 1}}", "sum: property 'sku' is not a number but text"),
        ("{event: order, sum: {of: totl, gte: 1}}", "event 'order' has no property 'totl'; did you mean \"total\"?"),
        ("{event: order, where: {property: colour, is: red}}", "event 'order' has no property 'colour'; known: sku, total"),
        ("{segment: vipp}", "there is no segment 'vipp'; did you mean \"vip\"?"),
        ("{segment: vip}", "segments refer to each other in a circle: vip → vip"),
        ("{mailable: sms}", "no consent is declared for the channel 'sms'; known: email"),
        ("{consent: email, status: subscribd}", "status: there is no 'subscribd'; did you mean \"subscribed\"?"),
        ("{consent: email, status: subscribed, at: {last: 3 days}}", "consent 'email' has no instant; declare its column as `at:`"),
        ("{sample: {percent: 101, salt: x}}", "percent is a number from 0 to 100"),
        ("{all: []}", "all is empty; a list here has at least one item"),
        ("{everyone: false}", "everyone: false is nobody"),
        ("{attribute: country}", "attribute 'country' is not tested for anything"),
        ("{attribute: country, is: }", "is needs a value; to test whether there is one, write is_set: false"),
        ("{attribute: age, is: [1, 2]}", "is takes one value; use in: […]"),
        ("{attribute: age, between: [1]}", "between takes two bounds"),
        ("{event: order, ago: [3 days, 7 days]}", "ago: 3 days is not longer than 7 days"),
        ("{event: order, from: tomorrow}", "from: 'tomorrow' is not a date or an instant"),
        ("{event: order, mailable: email}", "a predicate has one subject, this has event and mailable"),
        ("{native: {klaviyo: {}}}", "native: klaviyo names one segment or list or tag"),
        ("{}", "a predicate has no subject ''"),
        ("vip", "a predicate is a mapping of keys and values"),
    ],
)
def test_a_mistake_in_a_predicate_is_told_with_place_and_remedy(messages, where, message):
    """One wrong word, one line, ending in what to do."""
    found = messages(WHERE.replace("{}", where))
    assert len(found) == 1
    assert message in found[0]
    assert found[0].startswith("segments/a.yaml:4:")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Europe/Berlin\ndata", "Europe/Berlim\ndata", "there is no time zone 'Europe/Berlim'; did you mean \"Europe/Berlin\"?"),
        ("{type: integer}", "{type: int}", "franca.yaml:11:19: there is no type 'int'; did you mean \"integer\"?"),
        ("    key: customer_id\n", "", "franca.yaml:6:5: profile needs 'key'"),
        ("project: acme", "projekt: acme", "franca.yaml:1:1: a project has no key 'projekt'; did you mean \"project\"?"),
        ("value: total}", "value: totl}", "destination 'klaviyo': properties of 'order': there is no 'totl'"),
        ("attributes: {country: country}", "attributes: {land: country}", "destination 'klaviyo': attributes: there is no 'land'"),
        ("subscribed: [SUBSCRIBED]", "subscribd: [SUBSCRIBED]", "consent 'email': there is no status 'subscribd'"),
        ("zone: Europe/Berlin}", "zone: Berlin}", "there is no time zone 'Berlin'"),
    ],
)
def test_a_mistake_in_the_project_is_told_with_place_and_remedy(messages, old, new, message):
    """The schema's own mistakes are told like those of segments."""
    assert old in PROJECT
    assert any(message in line for line in messages(project=PROJECT.replace(old, new, 1)))


def test_all_mistakes_of_all_files_come_at_once_and_sorted(messages):
    """A user mends everything in one go."""
    second = "[{attribute: nope, is: x}, {mailable: nope}]"
    segments = f"segments:\n  a:\n    name: A\n    where: {{event: nope}}\n  b:\n    name: B\n    where: {second}\n"
    found = messages(segments)
    assert [line.split(": ")[0] for line in found] == ["segments/a.yaml:4:12", "segments/a.yaml:7:13", "segments/a.yaml:7:39"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("segments:\n  a: {name: x}\n  a: {name: y}\n", 'segments/a.yaml:3:3: duplicate key "a"; the first is at segments/a.yaml:2:3'),
        ("segments: [\n", "is not valid YAML"),
        ("segments: !!python/object:os.system {}\n", "the tag tag:yaml.org,2002:python/object:os.system is not allowed"),
        ("segments:\n\ta: 1\n", "is not valid YAML"),
        ("segments: " + "[" * 100 + "]" * 100, "is nested too deeply"),
        ("segments: " + "[" * 3_000, "is nested too deeply"),
        ("segments: 123456789012345678901234567890123456789012345\n", "a number of more than 28 digits"),
        ("segments: 3\n", "segments/a.yaml:1:11: segments is a mapping of keys and values"),
        ("- 3\n", "a file of segments is a mapping"),
    ],
)
def test_a_file_that_is_no_segment_file_is_one_line(messages, text, message):
    """Bad files never end in a traceback."""
    found = messages(text)
    assert any(message in line for line in found), found


def test_aliases_that_multiply_are_refused_quickly(messages):
    """Ten levels of ten aliases are a billion values: refused by counting."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert any("too many values" in line for line in messages("\n".join(lines)))


def test_a_file_that_is_not_utf8_is_told(messages, tmp_path):
    """Encoding mistakes name the byte."""
    messages()
    (tmp_path / "segments" / "b.yaml").write_bytes(b"segments: {a: \xff}")
    from franca.errors import ProblemsError
    from franca.language import load

    with pytest.raises(ProblemsError, match=r"segments/b.yaml: is not UTF-8 \(byte 14\)"):
        load(tmp_path)


def test_bom_and_windows_line_ends_are_fine(messages):
    """Editors on Windows write them."""
    assert messages("\ufeff" + SEGMENTS.replace("\n", "\r\n")) == []


def test_a_missing_project_says_how_to_make_one(tmp_path):
    """The first mistake of a newcomer."""
    from franca.errors import FrancaError
    from franca.language import load

    with pytest.raises(FrancaError, match=r"there is no franca.yaml .*; run `franca init`"):
        load(tmp_path)


GROUPED = (
    "segments:\n  a: {name: A, where: {everyone: true}, group: g, priority: 1}\n  b: {name: B, where: {everyone: true}, group: g, %s}\n"
)


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("priority: 1", "segments 'a' and 'b' have one priority in the group 'g'"),
        ("description: x", "segment 'b' has a group and no priority"),
        ("priority: 2, realise: {klavyo: native}", "realise: there is no 'klavyo'; did you mean \"klaviyo\"?"),
        ("priority: 2, realise: {klaviyo: nativ}", "realise: there is no 'nativ'; did you mean \"native\"?"),
        ("priority: 2, previously: a", "previously: 'a' is still a segment"),
        ("priority: 2, accept: {klavyo: {x: y}}", "accept: there is no 'klavyo'"),
        ("priority: 2, adopt: {klavyo: true}", "adopt: there is no 'klavyo'"),
        ("priority: 2, adopt: {klaviyo: maybe}", "adopt is true or false"),
    ],
)
def test_groups_wishes_and_renames_are_checked(messages, rest, message):
    """What stands beside `where` is checked too."""
    assert any(message in line for line in messages(GROUPED % rest))
    assert messages(GROUPED % "priority: 2") == []


def test_keys_that_differ_by_case_only_are_refused(messages):
    """A marker's value is the key, and ESPs may compare without case."""
    text = "segments:\n  vip: {name: A, where: {everyone: true}}\n  VIP: {name: B, where: {everyone: true}}\n"
    assert any("differs from another only by case" in line for line in messages(text))


KEYED = PROJECT + "ledger_key: env:LEDGER\n"
ADOPTING = "segments:\n  a: {name: VIPs, where: {everyone: true}, adopt: {klaviyo: true}%s}\n"


@pytest.mark.parametrize("rest", ["", ", realise: {klaviyo: members}"])
def test_what_has_members_of_its_own_can_be_adopted(messages, rest):
    """A list, tag or group; other wishes than members are refused below."""
    assert messages(ADOPTING % rest, KEYED) == []


@pytest.mark.parametrize("wish", ["marker", "native", "skip"])
def test_nothing_but_members_can_be_adopted(messages, wish):
    """A field's values and a segment's conditions are no members; the refusal says where."""
    (line,) = messages(ADOPTING % f", realise: {{klaviyo: {wish}}}", KEYED)
    assert line.startswith("segments/a.yaml:2:6: segment 'a' adopts at klaviyo, and realise says " + wish)
    assert "only a list, tag or group can be adopted; realise it as members there, or remove adopt" in line
    assert messages(ADOPTING.replace("true}%s", "false}%s") % f", realise: {{klaviyo: {wish}}}", KEYED) == []


def test_what_is_known_by_its_name_alone_adopts_nothing(messages):
    """It is there as people made it already."""
    (line,) = messages(ADOPTING.replace("{everyone: true}", "{native: {klaviyo: {list: VIPs}}}") % "", KEYED)
    assert "and is native: it is there as people made it" in line


def test_without_a_ledger_key_nothing_is_adopted(messages):
    """Nothing could tell later who was there before, and nobody could ever be taken out."""
    (line,) = messages(ADOPTING % "")
    assert "and nothing could tell later whom sync put in and whom others did; set ledger_key in franca.yaml" in line


def test_two_segments_do_not_adopt_one_object(messages):
    """It is known by its name, and two of one name would fight over it."""
    (line,) = messages(ADOPTING % "" + "  b: {name: VIPs, where: {everyone: true}, adopt: {klaviyo: true}}\n", KEYED)
    assert line.startswith("segments/a.yaml:3:6: segment 'b' adopts at klaviyo, and segment 'a' adopts what has the same name, 'VIPs'")
