"""Edges of values: missing and empty, Unicode, lists, boundaries, references, places on the globe, samples, combinations."""

from __future__ import annotations

from hashlib import sha256

from evaluator.edges import Topic, orders

MISSING = Topic(
    customers={
        "a": {"name": "x", "tags": '["vip"]', "points": "1"},
        "b": {"name": "", "tags": "[]", "points": "0"},
        "c": {"name": " \t\u00a0", "tags": '["vip", null]', "points": "-1"},
        "d": {"tags": "[null]"},
        "e": {},
        "f": {"name": "null", "tags": '["", "VIP"]'},
    },
    asked={
        "is_not holds for who has no value": ("{attribute: name, is_not: x}", "b c d e f"),
        "is_set and is_not leave them out": ("{attribute: name, is_set: true, is_not: x}", "b c f"),
        "not_in too": ("{attribute: points, not_in: [1, 2]}", "b c d e f"),
        "the empty string is a value": ('{attribute: name, is: ""}', "b"),
        "empty is missing, empty, or blank": ("{attribute: name, is_empty: true}", "b c d e"),
        "the text null is a text": ("{attribute: name, is: 'null'}", "f"),
        "no comparison holds for what is missing": ("{any: [{attribute: points, lt: 0}, {attribute: points, gte: 0}]}", "a b c"),
        "and its negation does": ("{not: {attribute: points, lt: 1000}}", "d e f"),
        "a null inside a list does not count": ("{attribute: tags, length: {is: 1}}", "a c"),
        "a list of nulls is set, and empty": ("{attribute: tags, is_set: true, is_empty: true}", "b d"),
        "a missing list has no length, not even another": ("{attribute: tags, length: {is_not: 1}}", "b d f"),
        "has_none holds for a missing list": ("{attribute: tags, has_none: [vip]}", "b d e f"),
        "has_all wants each of them": ('{attribute: tags, has_all: ["", VIP]}', "f"),
        "has_any ignoring case": ("{attribute: tags, has_any: [Vip], ignore_case: true}", "a c f"),
        "has_none ignoring case": ("{attribute: tags, has_none: [Vip], ignore_case: true}", "b d e"),
        "NOT of OR of NOT": ("{not: {any: [{not: {attribute: points, gte: 0}}, {attribute: name, is_empty: true}]}}", "a"),
        "none of a NOT": ("{none: [{not: {attribute: points, is_set: true}}]}", "a b c"),
        "at least two of three": (
            "{at_least: {count: 2, of: [{attribute: points, gte: -9}, {attribute: name, is_not: x}, {attribute: tags, length: {is: 1}}]}}",
            "a b c"),
        "what stands twice counts twice": ("{at_least: {count: 2, of: [{attribute: points, is: 0}, {attribute: points, is: 0}]}}", "b"),
        "at least all is all": ("{at_least: {count: 2, of: [{attribute: points, gte: 0}, {attribute: name, is: x}]}}", "a"),
    },
)  # fmt: skip
_NAMES = {
    "a": "Straße", "b": "STRASSE", "c": "strasse", "d": "İ", "e": "i\u0307", "f": "i", "g": "I", "h": "ı", "i": "ſ", "j": "S",
    "k": "ΣΑΣ", "l": "σας", "m": "Zoe\u0308", "n": "Zoë", "o": "ZOË", "p": "\u212a", "q": "k", "r": "ﬁn", "s": "🎉", "t": "～",
}  # fmt: skip
UNICODE = Topic(
    customers={key: {"name": name, "nick": name.lower()} for key, name in _NAMES.items()},
    asked={
        "case counts": ("{attribute: name, is: strasse}", "c"),
        "sharp s folds to ss": ("{attribute: name, is: strasse, ignore_case: true}", "a b c"),
        "dotted I folds to i and a dot, dotless stays": ("{attribute: name, is: i, ignore_case: true}", "f g"),
        "dotted I is itself with another spelling": ("{attribute: name, is: İ, ignore_case: true}", "d e"),
        "long s folds to s": ("{attribute: name, is: s, ignore_case: true}", "i j"),
        "final sigma folds to sigma": ("{attribute: name, in: [σασ], ignore_case: true}", "k l"),
        "composed and decomposed are one text": ("{attribute: name, is: Zoë}", "m n"),
        "folded after composing": ("{attribute: name, starts_with: zoë, ignore_case: true}", "m n o"),
        "the Kelvin sign is K after composing": ("{attribute: name, is: K}", "p"),
        "and k when folded": ("{attribute: name, is: k, ignore_case: true}", "p q"),
        "a ligature folds to its letters": ("{attribute: name, contains: fi, ignore_case: true}", "r"),
        "not_in ignoring case": (
            "{all: [{attribute: name, not_in: [K, S], ignore_case: true}, {attribute: name, matches: '^[A-Za-z]$'}]}",
            "f g",
        ),
        "order is by code point: an emoji comes after a full-width tilde": ("{attribute: name, gt: ～}", "s"),
        "a pattern sees composed text, its dot one code point": ("{attribute: name, matches: '^Zo.$'}", "m n"),
        "a pattern that ignores case": ("{attribute: name, matches: '^stra', ignore_case: true}", "a b c"),
        "a pattern is searched, not matched": ("{attribute: name, matches: 'A.*S'}", "b"),
        "a lower-cased text equals its attribute": ("{attribute: name, is: {attribute: nick}}", "c e f h i l q r s t"),
    },
)
BOUNDS = Topic(
    customers={
        "a": {"points": "10", "credit": "49.99", "score": "0.3"}, "b": {"points": "11", "credit": "50.00", "score": "0.1"},
        "c": {"points": "9", "credit": "50.01", "score": "-0.0"}, "d": {"credit": "0.30"},
    },
    asked={
        "at least is not above": ("{attribute: points, gte: 10}", "a b"),
        "above": ("{attribute: points, gt: 10}", "b"),
        "at most": ("{attribute: points, lte: 10}", "a c"),
        "between leaves its end out": ("{attribute: points, between: [9, 11]}", "a c"),
        "decimals are exact": ("{attribute: credit, gte: 50}", "b c"),
        "finer constants than the column": ("{attribute: credit, gt: 49.994}", "b c"),
        "minus zero is zero": ("{attribute: score, is: 0}", "c"),
        "a multiple of another attribute is exact": ("{attribute: credit, gte: {attribute: points, times: 4.999}}", "a c"),
        "a decimal and a number compare as doubles": ("{attribute: credit, is_not: {attribute: score}}", "a b c d"),
        "another attribute missing on the right": ("{attribute: credit, gt: {attribute: points}}", "a b c"),
        "missing on the left": ("{attribute: points, lt: {attribute: credit}}", "a b c"),
        "missing on either side is not it": ("{attribute: points, is_not: {attribute: credit}}", "a b c d"),
        "nor is it at least that": ("{not: {attribute: points, gte: {attribute: credit}}}", "a b c d"),
    },
)  # fmt: skip
DOUBLES = Topic(
    customers={"a": {"credit": "0.30", "score": "0.3"}, "b": {"credit": "0.30", "score": "0.1"}, "c": {"score": "0.3"},
               "d": {"credit": "0.30"}},
    asked={
        "0.30 is the double 0.3": ("{attribute: credit, is: {attribute: score}}", "a"),
        "0.30 is below three times the double 0.1, which is a little more": (
            "{attribute: credit, lt: {attribute: score, times: 3}}", "a b"),
    },
)  # fmt: skip
DAYS = Topic(
    customers={
        "a": {"born": "2000-02-29", "other": "2000-02-29", "seen": "2000-02-28T23:00:00Z"}, "b": {"born": "02-29", "other": "02-29"},
        "c": {"born": "2000-01-01", "other": "02-29"}, "d": {"born": "2000-01-01"}, "e": {"other": "1999-01-01", "born": "2000-01-01"},
    },
    asked={
        "a date is another": ("{attribute: born, is: {attribute: other}}", "a"),
        "days without a year are not even equal": ("{attribute: born, is_not: {attribute: other}}", "b c d e"),
        "and not ordered": ("{any: [{attribute: born, gte: {attribute: other}}, {attribute: born, lt: {attribute: other}}]}", "a e"),
    },
)  # fmt: skip
GLOBE = Topic(
    customers={
        "berlin": {"lat": "52.52", "lon": "13.405"}, "potsdam": {"lat": "52.3989", "lon": "13.0657"},
        "paris": {"lat": "48.8566", "lon": "2.3522"},
        "east": {"lat": "-17", "lon": "179.9"}, "west": {"lat": "-17", "lon": "-179.9"}, "pole": {"lat": "90", "lon": "45"},
        "nearpole": {"lat": "89.9", "lon": "-135"}, "south": {"lat": "-90", "lon": "0"}, "half": {"lat": "52.52"}, "other": {"lon": "13"},
        "none": {}, "null": {"lat": "0", "lon": "0"},
    },
    asked={
        "the very place": ("{near: {latitude: 52.52, longitude: 13.405, within: 1 km}}", "berlin"),
        "a neighbour is 26.6 km away": ("{near: {latitude: 52.52, longitude: 13.405, within: 26 km}}", "berlin"),
        "27 km reach it": ("{near: {latitude: 52.52, longitude: 13.405, within: 27 km}}", "berlin potsdam"),
        "in miles": ("{near: {latitude: 52.52, longitude: 13.405, within: 17 mi}}", "berlin potsdam"),
        "Paris is 877 km from Berlin": ("{near: {latitude: 52.52, longitude: 13.405, within: 880 km}}", "berlin paris potsdam"),
        "over the antimeridian it is 21.3 km": ("{near: {latitude: -17, longitude: 179.9, within: 22 km}}", "east west"),
        "and not 20": ("{near: {latitude: -17, longitude: 179.9, within: 20 km}}", "east"),
        "180 and -180 are one meridian": (
            "[{near: {latitude: -17, longitude: 180, within: 11 km}}, {near: {latitude: -17, longitude: -180, within: 11 km}}]",
            "east west"),
        "at the pole the longitude does not matter": ("{near: {latitude: 90, longitude: -100, within: 1 km}}", "pole"),
        "11.1 km from the pole, on the other side": ("{near: {latitude: 90, longitude: 45, within: 12 km}}", "nearpole pole"),
        "the south pole is far": ("{near: {latitude: -90, longitude: 179, within: 100 mi}}", "south"),
        "null island is a place": ("{near: {latitude: 0, longitude: 0, within: 1 km}}", "null"),
        "half a place is none": (
            "{not: {near: {latitude: 0, longitude: 0, within: 20016 km}}}", "half none other"),
    },
)  # fmt: skip
_KEYS = tuple(f"k{number}" for number in range(40))


def _below(percent: float) -> str:
    bound = f"{round(percent * 2**32 / 100):08x}"
    return " ".join(sorted(key for key in _KEYS if sha256(f"holdout:{key}".encode()).hexdigest()[:8] < bound))


OTHERS = Topic(
    customers={**{key: {} for key in _KEYS}, "p": {}},
    lists=(("k1", "news"), ("k1", "news"), ("k2", "News"), ("k3", "Zoe\u0308s"), ("stranger", "news"), ("k4", ""), ("k05", "news")),
    orders=orders("p 2026-01-01T00:00:00Z"),
    asked={
        "a member of a list, named twice": ("{member_of: news}", "k1"),
        "the name is composed": ("{member_of: Zoës}", "k3"),
        "of nothing known": ("{member_of: nothing}", ""),
        "not a member": ("[{not: {member_of: news}}, {event: order}]", "p"),
        "a quarter by hash": ("[{sample: {percent: 25, salt: holdout}}, {event: order, count: 0}]", _below(25)),
        "half by hash holds the quarter": ("[{sample: {percent: 50, salt: holdout}}, {event: order, count: 0}]", _below(50)),
        "sha256 of holdout:p begins with 4419cabd: 26.602 %": ("[{sample: {percent: 26.61, salt: holdout}}, {event: order}]", "p"),
        "and is not below 26.60 %": ("[{sample: {percent: 26.6, salt: holdout}}, {event: order}]", ""),
        "another salt, another share": ("[{sample: {percent: 0, salt: other}}]", ""),
    },
)
TOPICS = (MISSING, UNICODE, BOUNDS, DOUBLES, DAYS, GLOBE, OTHERS)
