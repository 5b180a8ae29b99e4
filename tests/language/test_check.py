"""What the check refuses, wherever it stands; what it leaves as it is."""

from __future__ import annotations

import pytest

import strategies
from franca.errors import ProblemsError
from franca.language import check, load, load_predicate

SHOP = """\
project: acme
timezone: Europe/Berlin
data:
  connect: data
  profile:
    table: customers
    key: customer_id
    attributes:
      email: {type: text}
      country: {type: text}
      age: {type: integer}
      spent: {type: decimal(3)}
      score: {type: number}
      member: {type: boolean}
      born: {type: date}
      seen_at: {type: datetime}
      tags: {type: list}
    location: {latitude: lat, longitude: lon}
    consent:
      email: {status: s, values: {subscribed: [SUBSCRIBED]}, at: s_at, suppressed: sup}
  memberships: {table: members, profile: customer_id, name: list}
  events:
    order:
      table: orders
      profile: customer_id
      at: ordered_at
      where: {property: state, is_not: cancelled}
      properties: {total: {type: decimal}, sku: {type: text}, due: {type: date}, weight: {type: number}, items: {type: list}}
    refund:
      table: refunds
      profile: customer_id
      at: refunded_at
      properties: {total: {type: integer}, sku: {type: text}}
"""
WHERE = "segments:\n  vip:\n    name: VIP\n    where: {}\n"


@pytest.fixture
def told(messages):
    """Return a function from a predicate in YAML to what is told about it."""
    return lambda where, project=SHOP: messages(WHERE.replace("{}", where), project)


MISTAKES = [
    # operators and types
    ("{attribute: age, matches: x}", "'age' is integer, which takes no 'matches'"),
    ("{attribute: tags, contains: x}", "'tags' is list, which takes no 'contains'; known: has_all, has_any, has_none, is_empty, is_set"),
    ("{attribute: country, has_all: [x]}", "'country' is text, which takes no 'has_all'"),
    ("{attribute: age, ignore_case: true, is: 5}", "attribute 'age' is integer: 'is' has no case to ignore"),
    ("{attribute: country, matches: 'a(b'}", "matches: missing ): a(b; write a pattern of RE2"),
    ("{attribute: country, matches: 'a(?=b)'}", "matches: invalid perl operator: (?="),
    ("{attribute: country, length: {gte: 2}}", "attribute 'country' is text, and only a list has a length"),
    ("{attribute: tags, length: {gte: two}}", "the length of attribute 'tags' is integer, and the text \"two\" is not"),
    ("{attribute: age, between: [5, 5]}", "nothing lies between 5 and 5: the first counts, the second does not"),
    ("{attribute: country, between: [b, a]}", 'nothing lies between the text "b" and the text "a"'),
    ("{attribute: seen_at, between: ['2026-02-01', '2026-01-01T12:00:00Z']}", "nothing lies between"),
    # other values
    ("{attribute: age, gt: {attribute: agee}}", "there is no attribute 'agee'; did you mean \"age\"?"),
    ("{attribute: age, is: {attribute: country}}", "attribute 'age' is integer, and attribute 'country' is text; only values"),
    ("{attribute: born, lt: {attribute: seen_at}}", "attribute 'born' is date, and attribute 'seen_at' is datetime"),
    ("{attribute: tags, is: {attribute: tags}}", "a list is not compared with another value: attribute 'tags' is list"),
    ("{attribute: member, gt: {attribute: member}}", "attribute 'member' is boolean, which takes no 'gt'; known: is, is_not"),
    ("{attribute: country, is: {attribute: email, times: 2}}", "attribute 'email' is text: only a number has a multiple"),
    ("{event: order, where: {property: total, gt: {property: sku}}}", "property 'total' is decimal, and property 'sku' is text"),
    ("{event: order, where: {property: total, gt: {property: totl}}}", "event 'order' has no property 'totl'; did you mean \"total\"?"),
    ("{event: order, count: {gt: {attribute: country}}}", "count is integer, and attribute 'country' is text"),
    ("{event: order, days_since_last: {gt: {attribute: born}}}", "days_since_last is decimal, and attribute 'born' is date"),
    # several kinds of events
    ("{event: [order, refnd], count: 1}", "there is no event 'refnd'; did you mean \"refund\"?"),
    ("{event: [order, order]}", "the event 'order' is named twice"),
    ("{event: [order, refund], where: {property: due, is_set: true}}", "event 'refund' has no property 'due', and only what all"),
    ("{event: [order, refund], sum: {of: total, gt: 5}}", "the property 'total' is decimal on 'order' and integer on 'refund'"),
    # measures
    ("{event: order, avg: {of: sku, gt: 5}}", "avg: property 'sku' is not a number but text"),
    ("{event: order, max: {of: items, gt: 5}}", "max: property 'items' is not a number or time but list"),
    ("{event: order, min: {of: due, gt: 5}}", "min is date, and 5 is not; write a date such as 2026-01-31"),
    ("{event: order, distinct: {of: sq, gt: 5}}", "event 'order' has no property 'sq'"),
    ("{event: order, distinct: {of: sku, gt: 2.5}}", "distinct is integer, and 2.5 is not"),
    ("{event: order, count: {gte: 2.5}}", "count is integer, and 2.5 is not"),
    ("{event: order, count: {between: [5, 2]}}", "nothing lies between 5 and 2"),
    ("{event: order, count: {gte: 2}, per: sq}", "event 'order' has no property 'sq'"),
    # times
    ("{attribute: country, this: month}", "attribute 'country' is text, not a time"),
    ("{attribute: country, anniversary: {this: month}}", "attribute 'country' is text, not a time"),
    ("{attribute: born, anniversary: {next: 7 hours}}", "an anniversary is a day: hours and minutes mean nothing for it"),
    ("{attribute: seen_at, anniversary: {ago: [7 days, 30 minutes]}}", "an anniversary is a day"),
    ("{attribute: born, anniversary: {since: {attribute: seen_at}}}", "an anniversary has no year, so that it is not since anything"),
    ("{attribute: born, anniversary: {anniversary: {this: month}}}", "an anniversary of an anniversary is that anniversary"),
    ("{event: order, from: '2026-02-01', to: '2026-02-01'}", "from 2026-02-01 to 2026-02-01 holds no time at all; the end lies"),
    ("{event: order, from: '2026-02-01', to: '2026-01-31T23:00:00Z'}", "holds no time at all"),
    ("{event: order, last: 0 days}", "0 days is no time at all; write a longer time, or day: today"),
    ("{attribute: born, anniversary: {next: 0 weeks}}", "0 weeks is no time at all"),
    ("{consent: email, at: {from: '2026-02-01', to: '2026-01-01'}}", "holds no time at all"),
    ("{event: order, since: {attribute: country}}", "since: attribute 'country' is not a time but text"),
    ("{event: order, since: {latest: refnd}}", "there is no event 'refnd'"),
    ("{event: order, since: {latest: refund, where: {property: skuu, is: x}}}", "event 'refund' has no property 'skuu'"),
    ("{event: order, since: {latest: refund, where: {time: at, since: {attribute: born}}}}", "inside a since: no other since: may stand"),
    ("{event: order, since: {latest: refund, where: {any: [{not: {time: at, since: {latest: order}}}]}}}", "inside a since: no other"),
    ("{event: order, where: {time: hour, is: 24}}", "there is no hour 24; it is a number from 0 to 23"),
    ("{event: order, where: {time: month, in: [1, 13]}}", "there is no month 13; it is a number from 1 to 12"),
    ("{event: order, where: {time: day, gte: 0}}", "there is no day 0; it is a number from 1 to 31"),
    ("{event: order, where: {time: weekday, is: sundae}}", "there is no weekday 'sundae'; did you mean \"sunday\"?"),
    ("{event: order, where: {time: weekday, is: Sunday}}", "there is no weekday 'Sunday'; did you mean \"sunday\"?"),
    ("{event: order, where: {time: weekday, gt: monday}}", "the weekday is text, which takes no 'gt'; known: in, is, is_not, not_in"),
    # picked events, sequences, regularity
    ("{latest: ordr}", "there is no event 'ordr'"),
    ("{latest: order, having: {property: sq, is: x}}", "event 'order' has no property 'sq'"),
    ("{latest: order, where: {property: sq, is: x}}", "event 'order' has no property 'sq'"),
    ("{first: order, followed_by: refnd}", "there is no event 'refnd'"),
    ("{first: order, not_followed_by: {event: refund, where: {property: due, is_set: true}}}", "event 'refund' has no property 'due'"),
    ("{first: order, followed_by: {event: refund, within: 0 days}}", "within 0 days is no time at all"),
    ("{sequence: [{without: order, within: 3 days}, order]}", "a sequence begins with an event that happened"),
    ("{sequence: [{event: order, within: 3 days}]}", "the first step has no step before it"),
    ("{sequence: [order, refnd]}", "there is no event 'refnd'"),
    ("{sequence: [order, {without: refund, where: {property: due, is: x}, within: 3 days}]}", "event 'refund' has no property 'due'"),
    ("{sequence: [order, {event: refund, within: 0 hours}]}", "within 0 hours is no time at all"),
    ("{sequence: [order], starting: {since: {attribute: age}}}", "since: attribute 'age' is not a time but integer"),
    ("{regular: order, every: month, at_least: 7, of_last: 6}", "at_least: 7 of 6 months; it is a number from 1 to 6"),
    ("{regular: order, every: month, at_least: 0, of_last: 6}", "at_least: 0 of 6 months"),
    ("{regular: order, every: day, at_least: 1, of_last: 401}", "of_last: 401 days; it is a number from 1 to 400"),
    ("{regular: order, every: day, at_least: 1, of_last: 5, where: {property: sq, is: x}}", "event 'order' has no property 'sq'"),
    # ratios, ranks
    ("{measure: {event: order, max: due}, divided_by: {event: order}, gte: 1}", "max is date here, and only numbers are divided"),
    ("{measure: {event: order, sum: totl}, divided_by: {event: order}, gte: 1}", "event 'order' has no property 'totl'"),
    ("{measure: {event: order}, divided_by: {event: refnd}, gte: 1}", "there is no event 'refnd'"),
    ("{measure: {event: order}, divided_by: {event: order}, gte: many}", 'the ratio is decimal, and the text "many" is not'),
    ("{rank: {attribute: country}, top: 5}", "rank: attribute 'country' is text; numbers and times have an order"),
    ("{rank: {attribute: cuontry}, top: 5}", "there is no attribute 'cuontry'"),
    ("{rank: {event: order, sum: sku}, top: 5}", "sum: property 'sku' is not a number but text"),
    ("{rank: {event: order, where: {property: sq, is: x}}, top: 5}", "event 'order' has no property 'sq'"),
    ("{rank: {event: order}, top: 0}", "top: 0 profiles; write a number from 1"),
    ("{rank: {event: order}, bottom: -3}", "bottom: -3 profiles"),
    ("{rank: {event: order}, top: 0%}", "top: 0% of the profiles; write a share above 0% and up to 100%"),
    ("{rank: {event: order}, top: 101%}", "top: 101% of the profiles"),
    ("{rank: {event: order}, tile: {of: 3, in: [4]}}", "the parts of 3 are numbered from 1 to 3, 1 being the lowest"),
    ("{rank: {event: order}, tile: {of: 0, in: [1]}}", "there are no 0 parts"),
    # the rest
    ("{at_least: {count: 3, of: [{mailable: email}, {event: order}]}}", "at least 3 of 2 is never true; write a count from 1 to 2"),
    ("{at_least: {count: 0, of: [{mailable: email}]}}", "at least 0 of 1 is always true"),
    ("{at_least: {count: 1, of: [{segment: nobody}]}}", "there is no segment 'nobody'"),
    ("{at_least: {count: 1, of: [{segment: vip}]}}", "segments refer to each other in a circle: vip → vip"),
    ("{near: {latitude: 91, longitude: 0, within: 1 km}}", "near: there is no latitude 91; it is a number of degrees from -90 to 90"),
    ("{near: {latitude: 0, longitude: -181, within: 1 km}}", "near: there is no longitude -181"),
    ("{near: {latitude: 0, longitude: 0, within: 0 km}}", "near: within 0 km; write a length above 0 in km or mi"),
]  # fmt: skip


@pytest.mark.parametrize(("where", "message"), MISTAKES, ids=[where for where, _ in MISTAKES])
def test_a_mistake_is_told_once_with_its_place_and_what_to_do(told, where, message):
    """One wrong thing, one line."""
    found = told(where)
    assert len(found) == 1, found
    assert found[0].startswith("segments/a.yaml:4:")
    assert message in found[0]


FINE = [
    "{attribute: country, matches: '^(?i)d', is_not: DE, ignore_case: true}",
    "{attribute: age, gt: {attribute: score, times: 1.5}, is_not: {attribute: spent}}",
    "{attribute: tags, length: {gte: 1, lt: 5}, has_none: [x]}",
    "{event: order, avg: {of: total, gte: 2.125}, max: {of: due, gte: '2026-01-01'}, days_since_first: {lt: 1.5}, per: items}",
    "{event: [order, refund], where: {property: sku, is: X}, distinct: {of: sku, gte: 2}, this: quarter}",
    "{event: order, where: [{time: hour, between: [20, 24]}, {time: weekday, in: [saturday]}, {property: weight, gt: {attribute: spent}}]}",
    "{event: order, anniversary: {previous: month}, since: {attribute: born}}",
    "{consent: email, at: {since: {latest: refund, where: {time: at, last: 3 days}}}}",
    "{measure: {event: order, days_since_last: true}, divided_by: {event: refund, sum: total}, gt: {attribute: score}}",
    "{rank: {event: order, max: due}, tile: {of: 4, in: [1, 4]}}",
    "{sequence: [order, {without: refund, within: 1 day, open: true}, order], starting: {from: '2026-01-01', to: '2026-01-01T00:00:01'}}",
    "[{member_of: x}, {near: {latitude: -90, longitude: 180, within: 0.5 mi}}, {rank: {attribute: born}, bottom: 0.01%}]",
]


@pytest.mark.parametrize("where", FINE)
def test_what_means_something_is_not_refused(told, where):
    """The edges of what can be written."""
    assert told(where) == []


def test_what_the_schema_does_not_declare_is_told_with_what_to_declare(told):
    """Memberships, a place, an instant of consent."""
    project = SHOP.replace("  memberships: {table: members, profile: customer_id, name: list}\n", "")
    project = project.replace("    location: {latitude: lat, longitude: lon}\n", "").replace(", at: s_at", "")
    found = told("[{member_of: x}, {near: {latitude: 0, longitude: 0, within: 1 km}}, {consent: email, at: {last: 3 days}}]", project)
    assert [line.split(": ", 1)[1] for line in found] == [
        "no memberships are declared; name their table in the schema: memberships: {table: …, profile: …, name: …}",
        "no location is declared; name its columns in the schema: location: {latitude: …, longitude: …}",
        "consent 'email' has no instant; declare its column as `at:` in the schema",
    ]


def test_constants_take_their_subjects_type_wherever_they_stand(messages, tmp_path):
    """The mean of a decimal, a length, a day, an instant in a follower's where."""
    where = (
        "[{event: order, avg: {of: weight, gte: 2}, max: {of: due, gte: '2026-01-01'}, days_since_last: {gt: 3}}, "
        "{latest: order, not_followed_by: {event: order, where: {property: total, gt: 5}}}]"
    )
    assert messages(WHERE.replace("{}", where), SHOP) == []
    event, latest = check(load(tmp_path)).segments["vip"].where.of
    assert [type(measure.tests[0].operand).__name__ for measure in event.measures] == ["float", "date", "Decimal"]
    assert type(latest.not_followed_by.where.tests[0].operand).__name__ == "Decimal"


def test_a_pattern_keeps_its_case_where_emails_lose_theirs(messages, tmp_path):
    r"""`\D` is not `\d`; a constant beside it is trimmed and lower-cased."""
    assert messages(WHERE.replace("{}", r"{attribute: email, matches: '^\D+@X', is_not: ' A@X.de '}"), SHOP) == []
    tests = check(load(tmp_path)).segments["vip"].where.tests
    assert [test.operand for test in tests] == [r"^\D+@X", "a@x.de"]


def test_a_bad_pattern_writes_nothing_of_its_own(told, capfd):
    """RE2 would log it, beside our message."""
    assert len(told("{attribute: country, matches: '*'}")) == 1
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ("{property: sku, is: x}", "this is about one event, and no event is spoken of here"),
        ("{time: at, last: 3 days}", "this is about one event, and no event is spoken of here"),
        ("{time: hour, is: 3}", "this is about one event, and no event is spoken of here"),
    ],
)
def test_python_cannot_speak_of_an_event_where_there_is_none(node, message):
    """The loader refuses it before; nodes can be made by hand."""
    where = load_predicate(f"{{event: order, where: {node}}}").where
    with pytest.raises(ProblemsError, match=message):
        check(strategies.make_project({"a": where}))


def test_python_cannot_ask_a_profile_inside_where():
    """Nodes can be made by hand."""
    event = load_predicate("{event: order, where: {property: sku, is: x}}")
    profile = load_predicate("{attribute: country, is: x}")
    with pytest.raises(ProblemsError, match="a predicate is about one event: its properties and its time"):
        check(strategies.make_project({"a": type(event)(event="order", where=profile)}))


def test_random_trees_are_fine_and_stay_as_they_are():
    """Their constants have their subjects' types already."""
    trees = strategies.drawn(strategies.predicates(2, strategies.ANYTHING), 150)
    found = check(strategies.make_project({f"s{number}": tree for number, tree in enumerate(trees)}))
    assert [segment.where for segment in found.segments.values()] == trees


def test_mistakes_in_three_files_come_at_once_sorted_and_each_at_its_word(messages, tmp_path):
    """A user mends everything in one go, with a zone that does not exist among it."""
    (tmp_path / "segments").mkdir()
    (tmp_path / "segments" / "b.yaml").write_text("segments:\n  b: {name: B, where: {sequence: [order, refnd]}}\n", encoding="utf-8")
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "c.yaml").write_text("template: t\nsend_from: a@b.test\naudience: {include: [vipp]}\n", encoding="utf-8")
    project = SHOP.replace("Europe/Berlin", "Europe/Berlim") + "policies: {email_cap: {event: mail, count: {lt: 3}}}\n"
    found = messages(WHERE.replace("{}", "{rank: {attribute: agee}, top: 0}"), project)
    texts = {name: (tmp_path / name).read_text(encoding="utf-8").splitlines() for name in ("segments/a.yaml", "segments/b.yaml")}
    assert [line.split(": ")[0] for line in found] == [
        "campaigns/c.yaml:1:1", "campaigns/c.yaml:1:1", "franca.yaml:1:1", "franca.yaml:34:23",
        "segments/a.yaml:4:19", "segments/a.yaml:4:43", "segments/b.yaml:2:42",
    ]  # fmt: skip
    assert texts["segments/a.yaml"][3][18:].startswith("{attribute: agee}")
    assert texts["segments/b.yaml"][1][41:].startswith("refnd")
