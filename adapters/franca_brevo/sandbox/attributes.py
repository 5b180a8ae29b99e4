"""`/contacts/attributes`."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_brevo.sandbox.errors import absent, invalid, missing, too_many
from franca_brevo.sandbox.reading import body_of
from franca_brevo.sandbox.store import Store
from franca_brevo.sandbox.values import Attribute

QUOTA = 200  # reported
LABEL_CHARACTERS = 200  # documented
NAME = re.compile(r"[A-Z0-9_-]+")  # guess; documented are capitals only
IDENTIFIERS = ("EMAIL", "SMS", "EXT_ID", "WHATSAPP", "LANDLINE_NUMBER")  # documented: settable through attributes, never created

# documented, per category
NORMAL = ("text", "date", "float", "boolean", "multiple-choice", "user")
TRANSACTIONAL = ("text", "date", "float", "boolean", "id")


class Attributes:
    """The account's contact attributes. A new account has FIRSTNAME and LASTNAME (documented for English accounts)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        for name in ("LASTNAME", "FIRSTNAME"):
            self.add(Attribute(name=name, category="normal", type="text"))

    def routes(self) -> Sequence[Route]:
        """Return the routes of attributes."""
        one = "/v3/contacts/attributes/{attributeCategory}/{attributeName}"
        option = "/v3/contacts/attributes/multiple-choice/{attributeName}/{option}"
        return (
            Route("GET", "/v3/contacts/attributes", self._list, "getAttributes"),
            Route("POST", one, self._create, "createAttribute"),
            Route("PUT", one, self._update, "updateAttribute"),
            Route("DELETE", one, self._delete, "deleteAttribute"),
            Route("DELETE", option, self._delete_option, "deleteMultiAttributeOptions"),
        )

    def known(self) -> dict[str, Attribute]:
        """Return every attribute by name, in the order of creation."""
        return {row["name"]: _attribute(row) for row in self._store.rows("SELECT * FROM attributes ORDER BY id")}

    def add(self, attribute: Attribute) -> None:
        """Store a new attribute."""
        sql = "INSERT INTO attributes (name, category, type, enumeration, options, formula) VALUES (?, ?, ?, ?, ?, ?)"
        rows = attribute.enumeration, attribute.options
        self._store.insert(sql, attribute.name, attribute.category, attribute.type, *map(json.dumps, rows), attribute.formula)

    def _list(self, _call: Call) -> Reply:
        # a list without pages (documented)
        return Reply(body={"attributes": [_shown(attribute) for attribute in self.known().values()]})

    def _create(self, call: Call) -> Reply:
        # guess: a name in small letters is stored in capitals
        name = call.params["attributeName"].upper()
        make = _CREATE.get(call.params["attributeCategory"])
        if make is None:
            raise invalid("Attribute category is invalid")
        if not NAME.fullmatch(name):
            raise invalid("Attribute name is invalid")
        attribute = make(name, body_of(call))
        known = self.known()
        if name in known or name in IDENTIFIERS:
            raise invalid("Attribute name must be unique")  # reported; names are unique across categories (guess)
        if len(known) >= QUOTA:
            raise too_many("attributes", QUOTA)
        self.add(attribute)
        return Reply(status=201)

    def _require(self, name: str, category: str) -> Attribute:
        found = self.known().get(name.upper())
        if found is None or found.category != category:
            raise absent("Attribute not found")
        return found

    def _update(self, call: Call) -> Reply:
        category, body = call.params["attributeCategory"], body_of(call)
        found = self._require(call.params["attributeName"], category)
        if category == "transactional" or "type" in body:
            raise invalid("Attribute type cannot be updated")  # documented: type and name cannot be changed; the refusal is a guess
        if category == "normal":
            # the call adds options (documented)
            self._set(found.name, "options", json.dumps(list(dict.fromkeys([*found.options, *_options(found.type, body)]))))
        elif category == "category":
            self._set(found.name, "enumeration", json.dumps(_enumeration(body)))  # guess: replaces
        else:
            self._set(found.name, "formula", _formula(body))
        return Reply(status=204)

    def _set(self, name: str, column: str, value: str) -> None:
        self._store.run(f"UPDATE attributes SET {column} = ? WHERE name = ?", value, name)  # noqa: S608 - our own column names

    def _delete(self, call: Call) -> Reply:
        found = self._require(call.params["attributeName"], call.params["attributeCategory"])
        self._store.run("DELETE FROM attributes WHERE name = ?", found.name)
        self._store.run("UPDATE contacts SET attributes = json_remove(attributes, ?)", path_of(found.name))
        return Reply(status=204)

    def _delete_option(self, call: Call) -> Reply:
        found = self._require(call.params["attributeName"], "normal")
        option = call.params["option"]
        if option not in found.options:
            raise absent("Attribute option not found")
        self._set(found.name, "options", json.dumps([kept for kept in found.options if kept != option]))
        return Reply(status=204)  # guess: contacts keep the value


def path_of(name: str) -> str:
    """Return the SQLite JSON path of an attribute; names hold no quotes (see `NAME`)."""
    return f'$."{name}"'


def _attribute(row: sqlite3.Row) -> Attribute:
    return Attribute(
        name=row["name"],
        category=row["category"],
        type=row["type"],
        enumeration=tuple(json.loads(row["enumeration"])),
        options=tuple(json.loads(row["options"])),
        formula=row["formula"],
    )


def _shown(attribute: Attribute) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": attribute.name, "category": attribute.category}
    if attribute.category == "category":
        # documented since May 2026: valueStr holds the value; `type` is absent on category attributes (documented)
        return shown | {"enumeration": [{**entry, "valueStr": str(entry["value"])} for entry in attribute.enumeration]}
    if attribute.formula is not None:
        return shown | {"type": attribute.type, "calculatedValue": attribute.formula}
    options = {"multiCategoryOptions": list(attribute.options)} if attribute.type == "multiple-choice" else {}
    return shown | {"type": attribute.type} | options


def _normal(name: str, body: Mapping[str, Any]) -> Attribute:
    kind = _type(body, NORMAL)
    options = tuple(_options(kind, body)) if kind == "multiple-choice" or "multiCategoryOptions" in body else ()
    return Attribute(name=name, category="normal", type=kind, options=options)


def _transactional(name: str, body: Mapping[str, Any]) -> Attribute:
    return Attribute(name=name, category="transactional", type=_type(body, TRANSACTIONAL))


def _category(name: str, body: Mapping[str, Any]) -> Attribute:
    return Attribute(name=name, category="category", type=_type(body, ("category",)), enumeration=tuple(_enumeration(body)))


def _computed(category: str) -> Callable[[str, Mapping[str, Any]], Attribute]:
    """Formulas are kept as text and never computed: the language is a legacy that nothing here compiles to."""
    return lambda name, body: Attribute(name=name, category=category, type="float", formula=_formula(body))


_CREATE: Mapping[str, Callable[[str, Mapping[str, Any]], Attribute]] = {
    "normal": _normal,
    "transactional": _transactional,
    "category": _category,
    "calculated": _computed("calculated"),
    "global": _computed("global"),
}


def _type(body: Mapping[str, Any], allowed: Sequence[str]) -> str:
    kind = body.get("type")
    if kind is None:
        raise missing("type")
    if not isinstance(kind, str) or kind not in allowed:
        raise invalid("Invalid attribute type")
    return kind


def _formula(body: Mapping[str, Any]) -> str:
    value = body.get("value")
    if value is None:
        raise missing("value")
    if not isinstance(value, str):
        raise invalid("value should be a string")
    return value


def _options(kind: str, body: Mapping[str, Any]) -> list[str]:
    options = body.get("multiCategoryOptions")
    if options is None:
        raise missing("multiCategoryOptions")
    if kind != "multiple-choice" or not isinstance(options, list) or not all(map(_is_label, options)):
        raise invalid("multiCategoryOptions is invalid")
    return list(dict.fromkeys(options))


def _enumeration(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    entries = body.get("enumeration")
    if entries is None:
        raise missing("enumeration")
    if not isinstance(entries, list) or not all(map(_is_entry, entries)):
        raise invalid("enumeration is invalid")
    return [{"value": entry["value"], "label": entry["label"]} for entry in entries]


def _is_label(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LABEL_CHARACTERS


def _is_entry(entry: object) -> bool:
    # documented: the value is an integer on write
    return isinstance(entry, dict) and type(entry.get("value")) is int and _is_label(entry.get("label"))
