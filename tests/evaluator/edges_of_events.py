"""Edges of events: duplicates, refunds, ties, sequences, regular customers, quotients, places in an order, one value of many."""

from __future__ import annotations

from datetime import UTC, datetime

from evaluator.edges import Cells, Topic, orders


def order(customer_at: str, number: str | None = None, total: str | None = None, **cells: str) -> tuple[str, Cells]:
    own = {"number": number, "total": total}
    return customer_at, {**{name: value for name, value in own.items() if value is not None}, **cells}


SUMS = Topic(
    orders=(
        order("a 2026-01-01", "1", "10.00"), order("a 2026-01-02", "1", "99.00"), order("a 2026-01-03", "2", "20.00", state="cancelled"),
        order("b 2026-01-01", "3", "0.00"), order("b 2026-01-02", "4", "0.00"),
        order("c 2026-01-01", "5", "50.00"), order("c 2026-01-01", "6", "-50.00"), order("c 2026-01-02", "7", "-5.00"),
        order("d 2026-01-01", "8", "10.00"), order("d 2026-01-01", "9", "10.00"), order("d 2026-01-01", "10", "10.01"),
        order("e 2026-01-01", "11"), order("f 2026-01-01", "12", state="cancelled"), order("g 2026-01-01", None, "5.00"),
        order("g 2026-01-01", None, "5.00"),
    ),
    customers={"h": {}},
    asked={
        "a repeated id is one event, the earliest": ("{event: order, sum: {of: total, is: 10}}", "a g"),
        "a cancelled order is none": ("{event: order, count: 0}", "f h"),
        "orders without an id are several": ("{event: order, count: 2, sum: {of: total, is: 10}}", "g"),
        "the sum of nothing is 0, of zeros too": ("{event: order, sum: {of: total, is: 0}}", "b e f h"),
        "the mean of nothing is missing, of zeros 0": ("{event: order, avg: {of: total, lt: 1}}", "b c"),
        "not below holds for the missing": ("{not: {event: order, avg: {of: total, lt: 1}}}", "a d e f g h"),
        "the mean is not set": ("{event: order, avg: {of: total, is_set: false}}", "e f h"),
        "is_not holds for a missing mean": ("{event: order, avg: {of: total, is_not: 0}}", "a c d e f g h"),
        "a mean is not rounded: 10.00333 is above 10.0033": ("{event: order, avg: {of: total, gt: 10.0033, lt: 10.0034}}", "d"),
        "refunds make sums negative": ("{event: order, sum: {of: total, lt: 0}}", "c"),
        "and means": ("{event: order, avg: {of: total, between: [-2, 0]}}", "c"),
        "the smallest is the refund": ("{event: order, min: {of: total, lte: -50}}", "c"),
        "the largest of none is missing": ("{event: order, max: {of: total, is_set: true}}", "a b c d g"),
        "three different totals": ("{event: order, distinct: {of: total, is: 3}}", "c"),
        "two equal totals are one": ("{event: order, distinct: {of: total, is: 1}}", "a b g"),
        "missing totals are no value": ("{event: order, distinct: {of: total, is: 0}}", "e f h"),
        "a count at its bound": ("{event: order, count: {gte: 3}}", "c d"),
        "a count above it": ("{event: order, count: {gt: 3}}", ""),
        "a sum at a boundary of cents": ("{event: order, sum: {of: total, gte: 30.01}}", "d"),
        "a sum above it": ("{event: order, sum: {of: total, gt: 30.01}}", ""),
    },
)  # fmt: skip
COUNTRIES = Topic(
    orders=(
        order("a 2026-01-01", "1", "10.00", country="DE"), order("a 2026-01-02", "2", "10.00", country="FR"),
        order("b 2026-01-01", "3", "10.00", country="DE"), order("b 2026-01-02", "4", "15.00", country="DE"),
        order("c 2026-01-01", "5", "25.00", country="FR", kinds='["x", "y", "x"]'), order("c 2026-01-02", "6", "0.00", kinds='["x", null]'),
        order("d 2026-01-01", "7", "1.00"), order("d 2026-01-02", "8", "1.00"),
        order("e 2026-01-01", "9", "30.00", country="", kinds="[]"),
    ),
    customers={"f": {}},
    visits=(("a 2026-02-01", {"page": "home"}), ("d 2026-02-01", {"pieces": "2"})),
    asked={
        "in several countries": ("{event: order, distinct: {of: country, gte: 2}}", "a"),
        "twice in one country": ("{event: order, per: country, count: {gte: 2}}", "b"),
        "twice, wherever": ("{event: order, count: {gte: 2}}", "a b c d"),
        "any country will do, an empty one too": ("{event: order, per: country}", "a b c e"),
        "one value satisfies all measures": ("{event: order, per: country, count: 1, sum: {of: total, gte: 25}}", "c e"),
        "other than two of them together": ("{event: order, count: {lte: 2}, sum: {of: total, gte: 25}}", "b c e"),
        "who did nothing has no value": ("{event: order, per: country, count: {gte: 0}}", "a b c e"),
        "nor is there one with no event": ("{event: order, per: country, count: 0}", ""),
        "of a list each different element counts once": ("{event: order, per: kinds, count: 2}", "c"),
        "one element, one event": ("{event: order, per: kinds, count: 1}", "c"),
        "elements are distinct over all events": ("{event: order, distinct: {of: kinds, is: 2}}", "c"),
        "of several kinds, by what they share": ("{event: [order, visit], per: pieces}", "d"),
        "the window applies before": ("{event: order, per: country, count: 1, from: 2026-01-02}", "a b"),
    },
)  # fmt: skip
_AT = "2026-03-01T10:00:00Z"
TIES = Topic(
    orders=(
        order(f"a {_AT}", "10", "1.00"), order(f"a {_AT}", "9", "2.00"),
        order(f"b {_AT}", None, "1.00"), order(f"b {_AT}", "9b", "2.00"),
        order(f"c {_AT}", None, "1.00"), order(f"c {_AT}", None, "2.00"),
        order("d 2026-03-01T09:59:59Z", "d1", "1.00"), order(f"d {_AT}", "d2", "2.00"),
        order(f"e {_AT}", "e1", "1.00", state="cancelled"),
        order(f"f {_AT}", "f1"),
    ),
    visits=((f"b {_AT}", {}), (f"c {_AT}", {}), ("c 2026-03-02T10:00:00Z", {"page": "x"}), ("d 2026-03-01T10:00:01Z", {})),
    asked={
        "of ids at one instant the smallest as text": ("{latest: order, having: {property: total, is: 1}}", "a c"),
        "an id comes before none; without ids any of them": ("{latest: order, having: {property: total, is: 2}}", "b c d"),
        "the first of them is chosen alike": ("{first: order, having: {property: total, is: 2}}", "b c"),
        "where chooses the candidates": ("{latest: order, where: {property: total, lt: 2}, having: {property: total, is: 1}}", "a b c d"),
        "having does not": ("{first: order, having: {property: total, is: 1}}", "a c d"),
        "a missing property passes no positive test": ("{latest: order, having: {property: total, gte: 0}}", "a b c d"),
        "a negative one it does": ("{latest: order, having: {property: total, is_not: 1}}", "b c d f"),
        "no candidate: false, whatever having says": (
            "{latest: order, where: {property: total, gt: 1000}, having: {property: total, is_not: 1}}", ""),
        "and its negation is true": ("{not: {latest: order}}", "e"),
        "what is at the same instant does not follow": ("{latest: order, followed_by: visit}", "c d"),
        "not followed": ("{latest: order, not_followed_by: visit}", "a b f"),
        "a day later is followed within a day": ("{latest: order, followed_by: {event: visit, within: 1 day}}", "c d"),
        "and not within 23 hours": ("{latest: order, followed_by: {event: visit, within: 23 hours}}", "d"),
        "followed by one with a property": ("{latest: order, followed_by: {event: visit, where: {property: page, is: x}}}", "c"),
        "the first of several kinds": ("{first: [order, visit], having: {property: pieces, is_set: false}}", "a b c d f"),
        "the latest of several kinds": ("{latest: [order, visit], having: {time: at, from: 2026-03-01T10:00:01Z}}", "c d"),
    },
)  # fmt: skip
_T0 = "2026-03-01T10:00:00Z"
SEQUENCES = Topic(
    orders=orders(f"a {_T0}", f"b {_T0}", f"c {_T0}", f"d {_T0}", "e 2026-03-27T12:37:11Z", "f 2026-03-27T12:37:12Z",
                  "g 2026-03-01T10:00:00Z", "g 2026-03-02T10:00:00Z", "h 2026-03-01T10:00:00Z", "h 2026-03-01T10:00:00Z"),
    visits=(("a 2026-03-04T10:00:00Z", {"page": "x"}), ("b 2026-03-04T10:00:01Z", {}), (f"c {_T0}", {}), ("g 2026-03-05T09:00:00Z", {}),
            ("i 2026-03-01T00:00:00Z", {}), ("i 2026-03-02T00:00:00Z", {})),
    asked={
        "a step is strictly later": ("{sequence: [order, visit]}", "a b g"),
        "exactly three days later is within them": ("{sequence: [order, {event: visit, within: 3 days}]}", "a g"),
        "within is of the step before, whichever fits": ("{sequence: [order, order, {event: visit, within: 3 days}]}", "g"),
        "two at one instant are not one after another": ("{sequence: [order, order]}", "g"),
        "the same kind twice": ("{sequence: [visit, visit]}", "i"),
        "without: none in (t, t + 3 days]": ("{sequence: [order, {without: visit, within: 3 days}]}", "b c d e g h"),
        "without an event at its end is not without": (
            "[{sequence: [order, {without: visit, within: 3 days}]}, {event: visit, where: {property: page, is: x}}]", ""),
        "the time is over at T exactly, a second later it is not": (
            "[{sequence: [order, {without: visit, within: 3 days}]}, {event: order, from: 2026-03-27}]", "e"),
        "open: or still running": (
            "[{sequence: [order, {without: visit, within: 3 days, open: true}]}, {event: order, from: 2026-03-27}]", "e f"),
        "without, then a step after the one before": ("{sequence: [order, {without: visit, within: 3 days}, visit]}", "b g"),
        "two withouts count from the same step": (
            "{sequence: [order, {without: visit, within: 2 days}, {without: order, within: 1 day}, visit]}", "a b g"),
        "starting tests the first step": ("{sequence: [order, visit], starting: {from: 2026-03-02}}", "g"),
        "a single step": ("{sequence: [{event: visit, where: {property: page, is: x}}]}", "a"),
        "any kind of several": ("{sequence: [[order, visit], [visit, order]]}", "a b g i"),
    },
)  # fmt: skip
REGULAR = Topic(
    as_of=datetime(2026, 1, 2, 12, tzinfo=UTC),  # a Friday; its week began on December 29
    orders=orders(
        "a 2025-12-28T22:59:59Z", "a 2025-12-28T23:00:00Z", "b 2025-12-29T08:00:00Z", "b 2025-12-31T23:00:00Z",
        "c 2025-10-26T00:30:00Z", "c 2025-10-26T01:30:00Z", "d 2025-10-25T22:00:00Z", "d 2025-10-26T22:59:59Z", "d 2025-10-26T23:00:00Z",
        "e 2025-01-31T12:00:00Z", "e 2025-02-28T12:00:00Z", "e 2025-12-31T22:59:59Z", "f 2026-01-02T12:00:00Z", "f 2026-01-02T12:00:01Z",
    ),
    asked={
        "a week begins on Monday here, over the turn of the year": ("{regular: order, every: week, at_least: 2, of_last: 2}", "a"),
        "two days of one week are one period": ("{regular: order, every: week, at_least: 1, of_last: 1}", "a b e f"),
        "a new year begins at midnight here": ("{regular: order, every: year, at_least: 2, of_last: 2}", "b"),
        "a day of 25 hours is one day": ("{regular: order, every: day, at_least: 1, of_last: 100}", "a b c d e f"),
        "the second hour of two is the same day": ("{regular: order, every: day, at_least: 2, of_last: 100}", "a b d"),
        "months of different length": ("{regular: order, every: month, at_least: 3, of_last: 12}", ""),
        "thirteen months reach January": ("{regular: order, every: month, at_least: 3, of_last: 13}", "e"),
        "quarters": ("{regular: order, every: quarter, at_least: 2, of_last: 5}", "b e"),
        "the running period counts, what is after T does not": ("{regular: order, every: day, at_least: 1, of_last: 1}", "f"),
        "with a filter": ("{regular: order, every: day, at_least: 1, of_last: 7, where: {time: weekday, is: monday}}", "a b"),
    },
)  # fmt: skip
RATIOS = Topic(
    orders=(
        order("a 2026-01-01", "1", "10.00"), order("a 2026-03-29", "2", "20.00"),
        order("b 2026-01-01", "3", "10.00"), order("b 2026-01-01", "4", "-10.00"),
        order("c 2026-01-01", "5", "-30.00"), order("d 2026-03-29", "6", "0.00"), order("e 2026-01-01", "7"),
        order("f 2026-01-01", "8", "1.00"), order("f 2026-01-01", "9", "1.00"), order("f 2026-03-29", "10", "1.00"),
    ),
    customers={"g": {"points": "0"}, "a": {"points": "15"}, "c": {"points": "-1"}},
    visits=(("g 2026-01-01", {}), ("a 2026-01-01", {})),
    asked={
        "per order": ("{measure: {event: order, sum: total}, divided_by: {event: order}, gte: 15}", "a"),
        "division by nothing is missing": ("{measure: {event: visit}, divided_by: {event: order}, is_set: false}", "g"),
        "missing passes is_not": ("{measure: {event: visit}, divided_by: {event: order}, is_not: 0}", "a g"),
        "nothing divided by something is 0": ("{measure: {event: visit}, divided_by: {event: order}, is: 0}", "b c d e f"),
        "division by a sum of 0 is missing": (
            "{measure: {event: order}, divided_by: {event: order, sum: total}, is_set: false}", "b d e g"),
        "a negative divisor keeps its sign": ("{measure: {event: order}, divided_by: {event: order, sum: total}, lt: 0}", "c"),
        "and orders as a quotient does": (
            "{measure: {event: order}, divided_by: {event: order, sum: total}, gte: -0.0334, lt: -0.0333}", "c"),
        "a third is not 0.3333": ("{measure: {event: order, last: 30 days}, divided_by: {event: order}, gt: 0.3333, lt: 0.3334}", "f"),
        "half": ("{measure: {event: order, last: 30 days}, divided_by: {event: order}, is: 0.5}", "a"),
        "with an attribute on the right": (
            "{measure: {event: order, sum: total}, divided_by: {event: order}, gte: {attribute: points}}", "a"),
        "a missing measure is a missing quotient": (
            "{measure: {event: order, avg: total}, divided_by: {event: order}, is_set: false}", "e g"),
    },
)  # fmt: skip
_TEN = {f"k{number}": {"points": str(points)} for number, points in enumerate((5, 5, 5, 1, 2, 3, 4, 6, 7, 8))}
RANKS = Topic(
    customers={**_TEN, "z": {}, "credit": {"credit": "1.00"}},
    orders=(order("k0 2026-01-01", "1", "0.00"), order("k1 2026-01-02", "2", "5.00"), order("k1 2026-01-02", "3", "5.00"),
            order("k2 2026-01-03", "4", "10.00"), order("k3 2026-01-03", "5"), order("k4 2026-01-03", "6", "-1.00", state="cancelled")),
    asked={
        "the three first": ("{rank: {attribute: points}, top: 3}", "k7 k8 k9"),
        "ties by key, ascending": ("{rank: {attribute: points}, top: 5}", "k0 k1 k7 k8 k9"),
        "from the bottom by key too": ("{rank: {attribute: points}, bottom: 5}", "k0 k3 k4 k5 k6"),
        "a share rounds up: 31 % of ten are four": ("{rank: {attribute: points}, top: 31%}", "k0 k7 k8 k9"),
        "30 % of ten are three": ("{rank: {attribute: points}, top: 30%}", "k7 k8 k9"),
        "a hundredth of ten is one": ("{rank: {attribute: points}, bottom: 1%}", "k3"),
        "all of them, who have a value": ("{rank: {attribute: points}, top: 100%}", "k0 k1 k2 k3 k4 k5 k6 k7 k8 k9"),
        "more places than people": ("{rank: {attribute: points}, bottom: 1000}", "k0 k1 k2 k3 k4 k5 k6 k7 k8 k9"),
        "the first tile of three has four": ("{rank: {attribute: points}, tile: {of: 3, in: [1]}}", "k3 k4 k5 k6"),
        "the others three each": ("{rank: {attribute: points}, tile: {of: 3, in: [3]}}", "k7 k8 k9"),
        "fewer people than tiles": ("{rank: {attribute: points}, tile: {of: 100, in: [1, 10, 11, 100]}}", "k3 k9"),
        "one is all": ("{rank: {attribute: credit}, tile: {of: 4, in: [1]}}", "credit"),
        "and in no other tile": ("{rank: {attribute: credit}, tile: {of: 4, in: [2, 3, 4]}}", ""),
        "nobody has a value": ("{rank: {attribute: score}, top: 100%}", ""),
        "who did nothing has no place": ("{rank: {event: order}, top: 100%}", "k0 k1 k2 k3"),
        "a sum of nothing, of an event counted, is 0": ("{rank: {event: order, sum: total}, bottom: 2}", "k0 k3"),
        "a missing mean has no place": ("{rank: {event: order, avg: total}, top: 100%}", "k0 k1 k2"),
        "equal sums by key": ("{rank: {event: order, sum: total}, top: 1}", "k1"),
        "the most recent": ("{rank: {event: order, days_since_last: true}, bottom: 2}", "k2 k3"),
        "nobody in the window": ("{rank: {event: order, last: 1 day}, top: 100%}", ""),
    },
)  # fmt: skip
EQUAL = Topic(
    customers={key: {"points": "1"} for key in ("b", "10", "9", "ä", "B", "a")},
    asked={
        "all equal: by code point of the key": ("{rank: {attribute: points}, top: 50%}", "10 9 B"),
        "from the bottom the same": ("{rank: {attribute: points}, bottom: 50%}", "10 9 B"),
        "the last tile": ("{rank: {attribute: points}, tile: {of: 6, in: [6]}}", "ä"),
    },
)
SHARED = Topic(  # one id in two kinds is two events; one kind twice is an error of the check
    orders=(order("a 2026-01-01", "1", "1.00", pieces="1"), order("b 2026-01-02", "1", "1.00"),
            order("c 2026-01-01", "2", "1.00", pieces="5")),
    visits=(("a 2026-01-01", {"pieces": "2"}), ("c 2025-01-01", {"pieces": "7"}), ("d 2026-01-01", {})),
    asked={
        "of either kind": ("{event: [order, visit]}", "a c d"),
        "counts add up": ("{event: [order, visit], count: 2}", "a c"),
        "so do sums of what they share": ("{event: [order, visit], sum: {of: pieces, gte: 3}}", "a c"),
        "a window applies to both": ("{event: [order, visit], count: 1, from: 2026-01-01}", "c d"),
        "none of either": ("{event: [order, visit], count: 0}", "b"),
        "since the latest of either": ("{event: order, since: {latest: [order, visit], where: {property: pieces, gte: 7}}}", "c"),
        "another property on the right": ("{event: order, where: {property: total, is: {property: pieces}}}", "a"),
        "missing on the right": ("{event: order, where: {property: total, is_not: {property: pieces}}}", "c"),
    },
)  # fmt: skip
LARGE = Topic(  # what fits its column is calculated with, whatever it is multiplied by
    customers={"a": {"points": str(2**40), "credit": "100.00"}, "b": {"points": "1", "credit": "10.00"}, "c": {"points": "10"}},
    orders=(order("a 2026-03-01", "1", "99999999.99"), order("b 2026-03-01", "2", "5.00"), order("c 2026-03-01", "3", "5.00")),
    visits=(("a 2026-02-28", {"page": "x"}), ("a 2026-03-05", {}), ("b 2026-03-05", {"page": "x"})),
    asked={
        "days compare with a very large number": ("{event: order, days_since_last: {lt: {attribute: points}}}", "a"),
        "money per day": ("{measure: {event: order, max: total}, divided_by: {event: order, days_since_first: true}, gte: 3000000}", "a"),
        "days per money": ("{measure: {event: order, days_since_first: true}, divided_by: {event: order, sum: total}, gte: 5}", "b c"),
        "days per order against a multiple": (
            "{measure: {event: order, days_since_last: true}, divided_by: {event: order}, gte: {attribute: credit, times: 0.5}}", "b"),
        "an extreme against half an integer": ("{event: order, max: {of: total, gte: {attribute: points, times: 0.5}}}", "b c"),
        "a property against half an integer": ("{event: order, where: {property: total, lt: {attribute: points, times: 0.5001}}}", "a c"),
        "the running month alone": ("{regular: visit, every: month, at_least: 1, of_last: 1}", "a b"),
        "since an event of another kind, inside where": (
            "{event: order, where: {time: at, since: {latest: visit, where: {property: page, is: x}}}}", "a"),
    },
)  # fmt: skip
TOPICS = (LARGE, SUMS, COUNTRIES, TIES, SEQUENCES, REGULAR, RATIOS, RANKS, EQUAL, SHARED)
