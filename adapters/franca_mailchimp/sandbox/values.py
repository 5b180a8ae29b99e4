"""Merge field values: what is accepted, how it is kept, how it is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from franca_mailchimp.sandbox.records import MergeField

# guess: widely stated, not in the API description
TEXT_BYTES = 255
BIRTHDAY = re.compile(r"(0[1-9]|1[0-2])/(0[1-9]|[12]\d|3[01])")
NO_SCHEMA = "Data did not match any of the schemas described in anyOf."  # reported: mailchimp/mc-magento#497


def number(value: Any) -> Decimal | None:
    """Return *value* as a number when it is one or reads as one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def us_date(text: str) -> date | None:
    """Return the day of MM/DD/YYYY, the form of the API description's DateMerge example."""
    return _parsed(text, "%m/%d/%Y")


def iso_date(text: str) -> date | None:
    """Return the day of YYYY-MM-DD, the form in which member dates are documented to be sent."""
    return _parsed(text, "%Y-%m-%d") if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None


def kept(field: MergeField, value: Any) -> str:
    """Return the canonical text of *value* in *field*; the empty text is blank.

    Raises:
        ValueError: the field's type does not take it.
    """
    if value is None or value == "":  # guess: null blanks a field as "" does
        return ""
    return _KEEP.get(field.type, _keep_text)(field, value)


def shown(field: MergeField, text: str | None) -> Any:
    """Return a kept value as the API shows it: "" when blank, numbers as numbers, addresses as objects."""
    if not text:
        return ""
    if field.type == "number":
        found = Decimal(text)
        return int(found) if found == found.to_integral_value() else float(found)
    return json.loads(text) if field.type == "address" and text.startswith("{") else text


def _parsed(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def _keep_text(_field: MergeField, value: Any) -> str:
    if isinstance(value, Mapping | list):
        raise ValueError(NO_SCHEMA)  # noqa: TRY004 - a wrong value, not a wrong program
    text = json.dumps(value) if isinstance(value, bool) else str(value)
    if len(text.encode()) > TEXT_BYTES:
        raise ValueError(f"Please limit this field to {TEXT_BYTES} bytes")
    return text


def _keep_number(_field: MergeField, value: Any) -> str:
    found = number(value)
    if found is None:
        raise ValueError("Please enter a number")
    return format(found.normalize() + 0, "f")


def _keep_date(_field: MergeField, value: Any) -> str:
    text = value.isoformat()[:10] if isinstance(value, date) else str(value)
    # guess: a timestamp keeps its day; MM/DD/YYYY is taken as well as the documented ISO form
    found = iso_date(text) or us_date(text) or (iso_date(text[:10]) if text[10:11] == "T" else None)
    if found is None:
        raise ValueError("Please enter a date")
    return found.isoformat()


def _keep_birthday(_field: MergeField, value: Any) -> str:
    if not BIRTHDAY.fullmatch(str(value)):
        raise ValueError("Please enter a month and day (MM/DD)")
    return str(value)


def _keep_choice(field: MergeField, value: Any) -> str:
    if value not in field.spec.get("options", {}).get("choices", []):
        raise ValueError("The value you selected is not a valid choice")
    return str(value)


def _keep_address(_field: MergeField, value: Any) -> str:
    if isinstance(value, Mapping):
        lacking = [key for key in ("addr1", "city", "state", "zip") if not value.get(key)]  # guess: the required parts
        if lacking:
            raise ValueError("Please enter a complete address")
        return json.dumps(dict(value), ensure_ascii=False)
    return _keep_text(_field, value)


_KEEP: Mapping[str, Callable[[MergeField, Any], str]] = {
    "number": _keep_number,
    "date": _keep_date,
    "birthday": _keep_birthday,
    "radio": _keep_choice,
    "dropdown": _keep_choice,
    "address": _keep_address,
}
