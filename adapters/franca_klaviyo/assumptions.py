"""What no Klaviyo document states and a compilation leans on; the sandbox can flip each."""

from __future__ import annotations

from franca.adapter import Assumption

HOURS_ROLL = Assumption(
    id="klaviyo.hours-roll",
    statement="windows in hours reach back exactly that far from now: (now - N hours, now]",
    reason="only day units are documented to be cut at midnight UTC (help article 4403222359451)",
    consequence="people within a day of a window's edge differ",
)
AT_LEAST_ROLLS = Assumption(
    id="klaviyo.at-least-rolls",
    statement="at least N hours ago means at or before now - N hours",
    reason="only for day units the exclusion of the boundary day is documented (help article 4403222359451)",
    consequence="people within a day of a window's edge differ",
)
BETWEEN_ROLLS = Assumption(
    id="klaviyo.between-rolls",
    statement="between N and M hours ago reaches from now - M hours to now - N hours, and is not cut at midnights",
    reason="only for day units the inclusion of whole days is documented (help article 4403222359451)",
    consequence="people within a day of a window's edge differ",
)
LEAP_DAYS = Assumption(
    id="klaviyo.leap-days-in-february",
    statement="in common years the anniversary of February 29 is February 28",
    reason="the help article says that leap days are a special case (4403222359451), and not which",
    consequence="people born on February 29 get their anniversary a day late",
)
ZERO_COUNT = Assumption(
    id="klaviyo.zero-events-count-zero",
    statement="whoever has no such event has done it 0 times",
    reason='the segment builder\'s "zero times" is a count that equals 0',
    consequence='"never" and "fewer than" hold for nobody who has no event at all',
)
DECIMAL_SUMS = Assumption(
    id="klaviyo.decimal-sums",
    statement="amounts are added up as decimals, without binary rounding",
    reason="amounts of money that come out right to the cent are the purpose of the condition",
    consequence="people whose sum is exactly the amount asked for may differ",
)
UNSET_NUMBERS = Assumption(
    id="klaviyo.unset-is-no-number",
    statement="whoever has no value passes no numeric test on it",
    reason="the help article leaves them out of boolean, text and negative conditions, and is silent on numeric ones (14837232353691)",
    consequence="people without the value count as 0: they are in segments that 0 would be in",
)
UNSET_DATES = Assumption(
    id="klaviyo.unset-is-no-date",
    statement="whoever has no date passes no test on it",
    reason="the help article leaves them out of boolean, text and negative conditions, and is silent on dates (14837232353691)",
    consequence="people without the date count as of long ago: they are in segments of who was something before, or at least so long ago",
)
EMPTY_TEXTS = Assumption(
    id="klaviyo.empty-text-is-a-value",
    statement="an empty text is a value: it is set, and no other text",
    reason="the help article tells properties without a value from those that are not set, and gives rules for the latter (14837232353691)",
    consequence="people and events with an empty text pass no test on it, not one that it is another text either, or count as without it",
)
LOWER_CASE = Assumption(
    id="klaviyo.emails-lower-case",
    statement="a profile is found by its email in lower case, however it was written",
    reason="emails that differ in case alone are one person to every sender",
    consequence="people whose email Klaviyo keeps with capitals count as unknown and are not put into lists and markers",
)

_WINDOWS = (HOURS_ROLL, AT_LEAST_ROLLS, BETWEEN_ROLLS, LEAP_DAYS)
_ALL = (*_WINDOWS, ZERO_COUNT, DECIMAL_SUMS, UNSET_NUMBERS, UNSET_DATES, EMPTY_TEXTS, LOWER_CASE)
ASSUMPTIONS = {each.id: each for each in _ALL}
