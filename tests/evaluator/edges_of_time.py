"""Edges of time: windows, days when the clock changes, ends of months, anniversaries, words of the calendar, the project's zone."""

from __future__ import annotations

from datetime import UTC, datetime

from evaluator.edges import Topic, orders

WINDOWS = Topic(
    orders=orders(
        "a 2026-02-28T12:37:11Z", "b 2026-02-28T12:37:11.000001Z", "c 2026-03-30T12:37:11Z", "d 2026-03-30T12:37:12Z",
        "d 2027-01-01T00:00:00Z",
    ),
    customers={"e": {"seen": "2026-03-30T12:37:11Z"}, "f": {"seen": "2026-03-30T12:37:11.000001Z"}},
    asked={
        "an event exactly 30 days ago is out, one at T is in, one in the future does not exist": ("{event: order, last: 30 days}", "b c"),
        "only future events are no events": ("{event: order, count: 0}", "d e f"),
        "no event counts in a window of the future": ("{event: order, next: 1 year}", ""),
        "an instant at T is not next, a microsecond later is": ("{attribute: seen, next: 1 minute}", "f"),
        "an instant at T is last": ("{attribute: seen, last: 1 minute}", "e"),
        "the newer edge of ago is in": ("{event: order, ago: [31 days, 30 days]}", "a"),
        "at least 30 days ago holds its edge": ("{event: order, ago: {at_least: 30 days}}", "a"),
        "recency is exact: 30 days to the microsecond": ("{event: order, days_since_last: {is: 30}}", "a"),
        "recency below 30 days by a microsecond": ("{event: order, days_since_last: {lt: 30, gt: 0}}", "b"),
        "recency at T is 0": ("{event: order, days_since_last: {is: 0}}", "c"),
        "recency without events is missing, and not above 30 is true then": ("{not: {event: order, days_since_last: {gte: 0}}}", "d e f"),
        "recency without events is not set": ("{event: order, days_since_first: {is_set: false}}", "d e f"),
        "since an attribute leaves its own instant out": ("{attribute: seen, since: {attribute: seen}}", ""),
    },
)  # fmt: skip
SPRING = Topic(  # the clock went from 2 to 3 on March 29; T is 14:37:11 on March 30
    orders=orders(
        "a 2026-03-29T12:37:11Z", "b 2026-03-29T12:37:12Z", "c 2026-03-28T23:00:00Z", "d 2026-03-28T22:59:59Z", "e 2026-03-29T21:59:59Z",
        "f 2026-03-29T22:00:00Z", "g 2026-03-29T00:59:59Z", "h 2026-03-29T01:00:00Z",
    ),
    asked={
        "the last day is 24 hours, though yesterday had 23": ("{event: order, last: 1 day}", "b e f"),
        "yesterday begins and ends at midnight here": ("{event: order, day: yesterday}", "a b c e g h"),
        "today begins at midnight here": ("{event: order, day: today}", "f"),
        "the day of 23 hours by its date": ("{event: order, day: 2026-03-29}", "a b c e g h"),
        "the previous day is yesterday": ("{event: order, previous: day}", "a b c e g h"),
        "this week began on Monday, today": ("{event: order, this: week}", "f"),
        "the previous week had an hour less": ("{event: order, previous: week}", "a b c d e g h"),
        "a literal in the gap is read by the offset before it": ("{event: order, from: 2026-03-29T02:30:00, to: 2026-03-29T12:00:00}", ""),
        "a literal at the end of the gap": ("{event: order, from: 2026-03-29T03:00:00, to: 2026-03-29T03:30:00}", "h"),
        "no hour is 2 on that day": ("{event: order, where: {time: hour, is: 2}, day: 2026-03-29}", ""),
        "the hour before the gap is 1, the one after it 3": ("{event: order, where: {time: hour, in: [1, 3]}}", "g h"),
        "Sunday is the day before": ("{event: order, where: {time: weekday, is: sunday}}", "a b c e g h"),
    },
)  # fmt: skip
AUTUMN = Topic(  # the clock goes from 3 to 2 on October 26: the day has 25 hours
    as_of=datetime(2025, 10, 26, 12, tzinfo=UTC),
    orders=orders(
        "a 2025-10-25T12:00:00Z", "b 2025-10-25T12:00:01Z", "c 2025-10-25T21:59:59Z", "d 2025-10-25T22:00:00Z", "e 2025-10-26T00:30:00Z",
        "f 2025-10-26T01:30:00Z",
    ),
    customers={"g": {"seen": "2025-10-26T22:59:59Z"}, "h": {"seen": "2025-10-26T23:00:00Z"}},
    asked={
        "the last day is 24 hours on the day of 25": ("{event: order, last: 1 day}", "b c d e f"),
        "today of 25 hours": ("{event: order, day: today}", "d e f"),
        "today ends 25 hours after it began": ("{attribute: seen, day: today}", "g"),
        "this day is today": ("{attribute: seen, this: day}", "g"),
        "an hour that comes twice": ("{event: order, where: {time: hour, is: 2}}", "e f"),
        "a literal that comes twice is the first": ("{event: order, from: 2025-10-26T02:30:00}", "e f"),
        "half an hour after the first": ("{event: order, from: 2025-10-26T02:30:01}", "f"),
    },
)  # fmt: skip
MONTHS = Topic(
    orders=(
        *orders("a 2026-01-31T09:00:00Z", "b 2026-01-31T09:00:00Z", "c 2024-01-31T09:00:00Z", "d 2024-01-31T09:00:00Z"),
        *orders("e 2025-09-30T08:00:00Z", "f 2026-02-28T13:37:11Z", "g 2026-02-28T13:37:12Z", "h 2025-12-30T13:37:11Z"),
        *orders("i 2025-12-30T13:37:12Z", "j 2026-02-28T22:59:59Z", "k 2026-02-28T23:00:00Z", "l 2026-01-31T23:00:00Z",
                "m 2025-12-31T23:00:00Z",
                "n 2025-12-31T22:59:59Z"),
    ),
    visits=(
        *orders("a 2026-02-28T09:00:00Z", "b 2026-02-28T09:00:01Z", "c 2024-02-29T09:00:00Z", "d 2024-02-29T09:00:01Z"),
        *orders("e 2025-10-30T09:00:00Z"),
    ),
    customers={"o": {"born": "2026-02-28"}, "p": {"born": "2026-03-01"}, "q": {"born": "2026-03-31"}, "r": {"born": "2026-04-30"},
               "s": {"born": "2026-05-01"}},
    asked={
        "a month after January 31 is the end of February": ("{sequence: [order, {event: visit, within: 1 month}]}", "a c e"),
        "a month after September 30 is at the same hour here, an hour later": (
            "{sequence: [order, {event: visit, within: 1 month}], starting: {from: 2025-01-01, to: 2025-10-01}}", "e"),
        "a month ago is clamped to February 28, at the same hour here": (
            "[{event: order, last: 1 month}, {event: order, count: 0, from: 2026-02-28T22:00:00Z}]", "g"),
        "a quarter ago": ("[{event: order, last: 1 quarter}, {event: order, to: 2026-01-01}]", "i n"),
        "this month begins at midnight here": ("{event: order, this: month}", "k"),
        "the previous month": ("{event: order, previous: month}", "f g j l"),
        "this quarter and this year begin with January here": (
            "[{event: order, this: quarter}, {event: order, this: year}]", "a b f g j k l m"),
        "the previous year": ("{event: order, previous: year}", "e h i n"),
        "the previous quarter": ("{event: order, previous: quarter}", "h i n"),
        "a month of days ends today": ("{attribute: born, last: 1 month}", "p"),
        "the next month of days begins tomorrow and is clamped": ("{attribute: born, next: 1 month}", "q r"),
        "this month on days": ("{attribute: born, this: month}", "p q"),
    },
)  # fmt: skip
_BORN = ("02-28", "02-29", "03-01", "12-28", "12-29", "12-31", "01-01", "01-04", "01-05")
_PEOPLE = {f"d{day}": {"born": day} for day in _BORN}
_ZERO = {"zero": {"born": "0001-01-01"}, "four": {"born": "0004-03-05"}, "fifth": {"born": "03-05"}}
_YEARS = {"y1984": {"born": "1984-02-29"}, "y2001": {"born": "2001-02-28"}, "none": {}}
ZERO = Topic(
    customers=_ZERO,
    asked={
        "the zero date of many systems is a day of a year": ("{attribute: born, lt: 1990-01-01}", "four zero"),
        "and so is every other of the first years": ("{attribute: born, ago: {at_least: 1 year}}", "four zero"),
        "which are not days without a year": ("{attribute: born, anniversary: {day: 2026-03-05}}", "fifth four"),
    },
)
COMMON = Topic(
    as_of=datetime(2027, 2, 27, 12, tzinfo=UTC),
    customers={**_PEOPLE, **_YEARS},
    asked={
        "February 29 falls on February 28 in a common year": ("{attribute: born, anniversary: {next: 1 day}}", "d02-28 d02-29 y1984 y2001"),
        "and not on March 1": ("{attribute: born, anniversary: {day: 2027-03-01}}", "d03-01"),
        "in a leap year it is its own day": ("{attribute: born, anniversary: {day: 2028-02-29}}", "d02-29 y1984"),
        "an unbounded span holds every anniversary": (
            "{attribute: born, anniversary: {from: 2027-01-01}}",
            "d01-01 d01-04 d01-05 d02-28 d02-29 d03-01 d12-28 d12-29 d12-31 y1984 y2001"),
        "a span longer than a year does too": ("{not: {attribute: born, anniversary: {last: 2 years}}}", "none"),
        "a day without a year is set": ("{attribute: born, is_set: false}", "none"),
        "and not empty": ("{attribute: born, is_empty: true}", "none"),
        "and is not any date": (
            "{attribute: born, is_not: 2001-02-28}", "d01-01 d01-04 d01-05 d02-28 d02-29 d03-01 d12-28 d12-29 d12-31 none y1984"),
        "and in no range": ("{attribute: born, lt: 2100-01-01}", "y1984 y2001"),
        "and in no window": ("{attribute: born, to: 2100-01-01}", "y1984 y2001"),
        "and not in a list": (
            "{attribute: born, not_in: [1984-02-29, 2001-02-28]}", "d01-01 d01-04 d01-05 d02-28 d02-29 d03-01 d12-28 d12-29 d12-31 none"),
    },
)  # fmt: skip
LEAP = Topic(
    as_of=datetime(2028, 2, 28, 12, tzinfo=UTC),
    customers={**_PEOPLE, **_YEARS},
    asked={
        "the day after February 28 of a leap year": ("{attribute: born, anniversary: {next: 1 day}}", "d02-29 y1984"),
        "today, the 28th": ("{attribute: born, anniversary: {day: today}}", "d02-28 y2001"),
        "this month": ("{attribute: born, anniversary: {this: month}}", "d02-28 d02-29 y1984 y2001"),
    },
)
TURN = Topic(
    as_of=datetime(2026, 12, 28, 12, tzinfo=UTC),
    customers={**_PEOPLE, **_YEARS},
    orders=orders("eve 2020-12-31T22:30:00Z", "new 2020-12-31T23:30:00Z"),
    asked={
        "a week over the turn of the year": ("{attribute: born, anniversary: {next: 7 days}}", "d01-01 d01-04 d12-29 d12-31"),
        "the same as dates": ("{attribute: born, anniversary: {from: 2026-12-29, to: 2027-01-05}}", "d01-01 d01-04 d12-29 d12-31"),
        "two windows are one span": ("{attribute: born, anniversary: {next: 7 days, from: 2027-01-01}}", "d01-01 d01-04"),
        "an instant counts as its day here": ("{event: order, anniversary: {day: 2026-12-31}}", "eve"),
        "half past eleven in UTC is the new year here": ("{event: order, anniversary: {day: 2027-01-01}}", "new"),
    },
)
_ZONED = orders(
    "a 2026-03-29T21:30:00Z", "b 2026-03-29T22:30:00Z", "c 2026-03-30T00:30:00Z", "d 2026-02-28T23:30:00Z", "e 2026-03-15T09:00:00Z"
)
_ASKED = ("{event: order, day: today}", "{event: order, this: month}", "{event: order, where: {time: day, is: 30}}",
          "{event: order, from: 2026-03-30}", "{event: order, last: 1 month}", "{attribute: born, day: today}",
          "{event: order, where: {time: hour, is: 0}}")  # fmt: skip
_BIRTHDAYS = {"x": {"born": "2026-03-30"}, "y": {"born": "2026-03-31"}}


def _zoned(timezone: str, *expected: str) -> Topic:
    asked = {f"{where} in {timezone}": (where, keys) for where, keys in zip(_ASKED, expected, strict=True)}
    return Topic(timezone=timezone, orders=_ZONED, customers=_BIRTHDAYS, asked=asked)


ZONES = (
    _zoned("Europe/Berlin", "b c", "a b c d e", "b c", "b c", "a b c d e", "x", "b d"),
    _zoned("UTC", "c", "a b c e", "c", "c", "a b c d e", "x", "c"),
    # T is 01:37:11 on March 31 in Auckland, thirteen hours ahead of UTC: a month ago is 01:37:11 on February 28, also in summer time
    _zoned("Pacific/Auckland", "", "a b c d e", "a b c", "a b c", "a b c d e", "y", ""),
    _zoned("America/Los_Angeles", "", "a b c e", "", "", "a b c d e", "x", ""),
)
TOPICS = (ZERO, WINDOWS, SPRING, AUTUMN, MONTHS, COMMON, LEAP, TURN, *ZONES)
