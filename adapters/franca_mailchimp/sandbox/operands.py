"""Operands of conditions: what is wrong with one, as (key, message); the messages' words are guesses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from franca_mailchimp.sandbox.values import BIRTHDAY, iso_date, number, us_date
from franca_mailchimp.sandbox.view import Condition, View, numeric

BLANKS = ("blank", "blank_not")
TEXT_OPS = ("is", "not", "contains", "notcontain", "starts", "ends", "greater", "less")
NUMBER_OPS = ("is", "not", "greater", "less")


def no_value(_view: View, _condition: Condition) -> Iterator[tuple[str, str]]:
    """Take any operand: the operator needs none."""
    yield from ()


def text_value(view: View, condition: Condition) -> Iterator[tuple[str, str]]:
    """Want a text that is not empty, and reads as a number where numbers are compared."""
    value = condition.get("value")
    if not isinstance(value, str):
        yield "value", f"Schema describes string, {json_type(value)} found instead"
    elif not value:  # guess: an empty operand is refused as a missing one
        yield "value", "This value should not be blank."
    elif numeric(view, condition) and condition["op"] in NUMBER_OPS and number(value) is None:  # guess: not cast to 0
        yield "value", "Please enter a number"


def number_value(_view: View, condition: Condition) -> Iterator[tuple[str, str]]:
    """Want a number; a numeric string is taken since 3.0.91."""
    value = condition.get("value")
    if number(value) is None:
        yield "value", f"Schema describes number, {json_type(value)} found instead"


def date_value(_view: View, condition: Condition) -> Iterator[tuple[str, str]]:
    """Want MM/DD/YYYY or YYYY-MM-DD; that other text is refused is a guess."""
    value = condition.get("value")
    if not isinstance(value, str) or (us_date(value) or iso_date(value)) is None:
        yield "value", "Please enter a date"


def birthday_value(_view: View, condition: Condition) -> Iterator[tuple[str, str]]:
    """Want MM/DD."""
    if not BIRTHDAY.fullmatch(str(condition.get("value"))):
        yield "value", "Please enter a month and day (MM/DD)"


def extra_value(_view: View, condition: Condition) -> Iterator[tuple[str, str]]:
    """Want `value: date` and the day in `extra` (reported form; sheet section 1.4)."""
    if condition["op"] in ("within", "notwithin"):
        yield "op", "the operand of within and notwithin is documented nowhere, and not interpreted by this sandbox"
    elif condition.get("value") in ("last", "campaign"):
        yield "value", "dates of campaigns are documented by Mailchimp, and not interpreted by this sandbox"
    elif condition.get("value") != "date":
        yield "value", "The value you selected is not a valid choice."
    elif not isinstance(condition.get("extra"), str) or iso_date(condition["extra"]) is None:
        yield "extra", "Please enter a date"


def static_value(view: View, condition: Condition) -> Iterator[tuple[str, str]]:
    """Want the id of a static segment."""
    found = number(condition.get("value"))
    if found is None or int(found) not in view.static:
        # reported: "The StaticSegment condition doesn't map to audience segments" (wagtail/wagtail-newsletter#7); refusing is a guess
        yield "value", f"A Static Segment with an id of {condition.get('value')} does not exist for this list."


def interests_value(view: View, condition: Condition) -> Iterator[tuple[str, str]]:
    """Want an array of ids of groups, which are those of the category (guess: another group is refused)."""
    value, category = condition.get("value"), str(condition.get("field")).partition("-")[2]
    if not isinstance(value, list) or not value:
        yield "value", f"Schema describes array, {json_type(value)} found instead"
    elif any(view.interests.get(str(each)) != category for each in value):
        yield "value", "The interest does not exist in this category."


def aim_value(_view: View, condition: Condition) -> Iterator[tuple[str, str]]:
    """Want "any" or the web id of a campaign."""
    if condition.get("value") != "any" and number(condition.get("value")) is None:
        yield "value", "The value you selected is not a valid choice."


def json_type(value: Any) -> str:
    """Return what JSON calls the type of *value*."""
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "null")
