"""`/fields`: texts, numbers and days; the key is made from the name and stays when the name changes (seen)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_mailerlite.sandbox.errors import absent, body_of, invalid
from franca_mailerlite.sandbox.pages import numbered
from franca_mailerlite.sandbox.store import Field, Store

TYPES = ("text", "number", "date")  # documented


class Fields:
    """The calls on fields."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> Sequence[Route]:
        """Return the routes."""
        return (
            Route("GET", "/api/fields", self._list, "listFields"),
            Route("POST", "/api/fields", self._create, "createField"),
            Route("PUT", "/api/fields/{field}", self._update, "updateField"),
            Route("DELETE", "/api/fields/{field}", self._delete, "deleteField"),
        )

    def add(self, name: str, kind: str) -> Field:
        """Make a field."""
        made = Field(id=self._store.new_id(short=True), name=name, key=slug(name), type=kind)
        self._store.fields[made.id] = made
        return made

    def _list(self, call: Call) -> Reply:
        return numbered(call, [shown(field) | {"used_in_automations": False} for field in self._store.fields.values()])

    def _create(self, call: Call) -> Reply:
        name, kind = self._name(call), body_of(call.body).get("type")
        if kind not in TYPES:
            raise invalid("type", "The selected type is invalid.")
        if self._store.by_key(slug(name)) is not None:
            raise invalid("name", "The name has already been taken.")  # guess
        return Reply(status=201, body={"data": shown(self.add(name, kind))})

    def _update(self, call: Call) -> Reply:
        field = self._find(call)
        field.name = self._name(call)
        return Reply(body={"data": shown(field)})

    def _delete(self, call: Call) -> Reply:
        field = self._find(call)
        if field.default:
            raise invalid("field", "Default fields cannot be deleted.")  # guess
        del self._store.fields[field.id]
        for person in self._store.people.values():
            person.fields.pop(field.key, None)
        return Reply(status=204)

    def _find(self, call: Call) -> Field:
        found = self._store.fields.get(call.params["field"])
        if found is None:
            raise absent("Field", call.params["field"])
        return found

    def _name(self, call: Call) -> str:
        name = body_of(call.body).get("name")
        if not isinstance(name, str) or not name.strip() or len(name) > 255:  # documented: 255 characters
            raise invalid("name", "The name field is required.")
        return name


def slug(name: str) -> str:
    """Return the key of a name: "My Field" is `my_field`, "ZIP" is `z_i_p` (seen); other characters than words hold go (guess)."""
    words = re.sub(r"\W+", " ", name).strip()
    joined = "".join(part[:1].upper() + part[1:] for part in words.split())
    return re.sub(r"(.)(?=[A-Z])", r"\1_", joined).lower()


def shown(field: Field) -> dict[str, Any]:
    """Return a field as the API shows it (seen)."""
    return {"id": field.id, "name": field.name, "key": field.key, "type": field.type, "is_default": field.default}
