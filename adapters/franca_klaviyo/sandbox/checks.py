"""Small checks of JSON values, and what is refused when they fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from franca_klaviyo.sandbox.errors import invalid
from franca_klaviyo.sandbox.times import seconds_of

Check = Callable[[Any, str], None]


def _check(test: Callable[[Any], bool], what: str) -> Check:
    def check(value: Any, pointer: str) -> None:
        if not test(value):
            raise invalid(f"{value!r} is not {what}.", pointer)

    return check


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and seconds_of(value) is not None
    except ValueError:
        return False


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


text = _check(lambda value: isinstance(value, str), "a string")
filled = _check(lambda value: isinstance(value, str) and value.strip() != "", "a filled string")
text_or_null = _check(lambda value: value is None or isinstance(value, str), "a string or null")
texts = _check(_texts, "a list of strings")
scalar = _check(lambda value: isinstance(value, str) or _is_whole(value), "a string or an integer")
number = _check(lambda value: isinstance(value, float) or _is_whole(value), "a number")
whole = _check(_is_whole, "an integer")
positive = _check(lambda value: _is_whole(value) and value > 0, "a positive integer")  # guess: zero and less are refused
natural = _check(lambda value: _is_whole(value) and value >= 0, "an integer from 0")
month = _check(lambda value: _is_whole(value) and 1 <= value <= 12, "a month from 1 to 12")
boolean = _check(lambda value: isinstance(value, bool), "a boolean")
null = _check(lambda value: value is None, "null")
array = _check(lambda value: isinstance(value, list), "a list")
object_ = _check(lambda value: isinstance(value, dict), "an object")
date = _check(_is_date, "a date")


def one_of(*allowed: Any) -> Check:
    """Return the check that a value is one of these, of the same type."""
    return _check(lambda value: any(type(value) is type(each) and value == each for each in allowed), f"one of {list(allowed)}")


def shape(value: Any, pointer: str, required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> None:
    """Check an object: what is required is there, each member passes, and nothing else is there.

    Klaviyo refuses unknown attributes (reported: "... is not a valid field for the resource"); inside a definition that is a guess.
    """
    known = {**required, **(optional or {})}
    mapping(value, pointer)
    for name in required:
        if name not in value:
            raise invalid(f"{name} is a required field.", f"{pointer}/{name}")
    for name, member in value.items():
        if name not in known:
            raise invalid(f"'{name}' is not a valid field.", f"{pointer}/{name}")
        if not (member is None and name not in required):
            known[name](member, f"{pointer}/{name}")


def mapping(value: Any, pointer: str) -> Mapping[str, Any]:
    """Return *value* when it is an object."""
    if not isinstance(value, dict):
        raise invalid("Expected an object.", pointer)
    return value


def items(value: Any, pointer: str, *, least: int = 0, most: int | None = None) -> Sequence[Any]:
    """Return *value* when it is a list of an allowed length."""
    if not isinstance(value, list):
        raise invalid("Expected a list.", pointer)
    if len(value) < least:
        raise invalid(f"Expected at least {least} items.", pointer)
    if most is not None and len(value) > most:
        raise invalid(f"Expected at most {most} items, got {len(value)}.", pointer)
    return value
