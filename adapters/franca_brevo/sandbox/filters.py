"""The one-operator filter of `GET /contacts`: `equals(ATTR,value)` (documented)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from franca_brevo.sandbox.attributes import path_of
from franca_brevo.sandbox.errors import invalid
from franca_brevo.sandbox.values import Attribute, fitting

Condition = tuple[str, tuple[Any, ...]]  # SQL over the row of a contact, and its values

_FORM = re.compile(r'equals\(\s*([A-Z0-9_-]+)\s*,\s*(?:"([^"]*)"|([^",()\s]+))\s*\)')


def condition(text: str, attributes: Mapping[str, Attribute]) -> Condition:
    """Return the SQL of a filter; anything but a single `equals` on a known attribute is refused (the refusal is a guess).

    Text is compared exactly (guess). A contact without the attribute never matches (guess).
    """
    match = _FORM.fullmatch(text.strip())
    attribute = attributes.get(match[1]) if match else None
    if match is None or attribute is None:
        raise invalid("Invalid filter")
    value = match[2] if match[2] is not None else match[3]
    return _FORMS.get(attribute.type, _same)(attribute, value)


def _same(attribute: Attribute, value: str) -> Condition:
    return "json_extract(attributes, ?) = ?", (path_of(attribute.name), value)


def _float(attribute: Attribute, value: str) -> Condition:
    try:
        return "json_extract(attributes, ?) = ?", (path_of(attribute.name), float(value))
    except ValueError:
        raise invalid("Invalid filter") from None


def _boolean(attribute: Attribute, value: str) -> Condition:
    # the bare words true and false (documented)
    if value not in ("true", "false"):
        raise invalid("Invalid filter")
    return "json_type(attributes, ?) = ?", (path_of(attribute.name), value)


def _category(attribute: Attribute, value: str) -> Condition:
    # documented: by id or by label
    return _same(attribute, fitting(attribute, value) or "")


def _choices(attribute: Attribute, value: str) -> Condition:
    # "USA, INDIA" asks for both options (documented)
    wanted = [part.strip() for part in value.split(",")]
    one = "EXISTS (SELECT 1 FROM json_each(attributes, ?) AS choice WHERE choice.value = ?)"
    return " AND ".join([one] * len(wanted)), tuple(item for part in wanted for item in (path_of(attribute.name), part))


_FORMS: Mapping[str, Callable[[Attribute, str], Condition]] = {
    "float": _float,
    "boolean": _boolean,
    "category": _category,
    "multiple-choice": _choices,
}
