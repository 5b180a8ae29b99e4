"""Templates of the editor type CODE, and the endpoint that renders them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_klaviyo.sandbox import checks
from franca_klaviyo.sandbox.errors import ProblemError, invalid, not_found
from franca_klaviyo.sandbox.query import page, parse_filter, sorting, sparse
from franca_klaviyo.sandbox.rendering import RenderError, Surroundings, render_context
from franca_klaviyo.sandbox.times import iso
from franca_klaviyo.sandbox.world import World, attributes_of, body_of, document, nothing, ok, resource

PATH = "/api/templates"
PAGE = 10  # documented
MOST = 1_000  # documented: by the API
FILTERS: Mapping[str, Iterable[str]] = {"id": ("any", "equals"), "name": ("any", "equals", "contains")}


@dataclass(kw_only=True)
class Template:
    """One template; a *clone* belongs to a message and is in no list."""

    id: str
    name: str
    html: str
    text: str
    created: float
    updated: float
    clone: bool = False


@dataclass
class Shelf:
    """The account's templates by id."""

    world: World
    held: dict[str, Template] = field(default_factory=dict)

    def find(self, identity: str) -> Template:
        """Return a template.

        Raises:
            ProblemError: 404.
        """
        if identity not in self.held:
            raise not_found("template", identity)
        return self.held[identity]

    def put(self, name: str, html: str, text: str, *, clone: bool = False) -> Template:
        """Keep a new template."""
        now = self.world.now()
        made = Template(id=self.world.store.ids.short(), name=name, html=html, text=text, created=now, updated=now, clone=clone)
        self.held[made.id] = made
        return made


class Templates:
    """The routes."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def routes(self) -> list[Route]:
        """Return the routes."""
        one = f"{PATH}/{{id}}"
        return [
            Route("GET", PATH, self._list, "get_templates"),
            Route("POST", PATH, self._create, "create_template"),
            Route("GET", one, self._get, "get_template"),
            Route("PATCH", one, self._update, "update_template"),
            Route("DELETE", one, self._delete, "delete_template"),
            Route("POST", "/api/template-render", self._render, "render_template"),
        ]

    def _list(self, call: Call) -> Reply:
        clauses = parse_filter(call, FILTERS)
        by, descending = sorting(call, ("created", "id", "name", "updated"), "created")
        held = {t.id: t for t in self._shelf.held.values() if not t.clone and all(c.holds(getattr(t, c.field)) for c in clauses)}
        shown = page(call, [(getattr(t, by), t.id) for t in held.values()], size=PAGE, maximum=PAGE, descending=descending)
        return ok({"data": [_shown(call, held[identity]) for identity in shown.ids], "links": shown.links})

    def _create(self, call: Call) -> Reply:
        optional = {"html": checks.text, "text": checks.text_or_null}
        wanted = attributes_of(call, "template", {"name": checks.filled, "editor_type": checks.one_of("CODE")}, optional)
        if sum(not each.clone for each in self._shelf.held.values()) >= MOST:
            raise invalid(f"There is a limit of {MOST:,} templates that can be created via the API.", "/data")
        made = self._shelf.put(wanted["name"], wanted.get("html") or "", wanted.get("text") or "")
        return ok(document(call, _shown(call, made)), 201)

    def _get(self, call: Call) -> Reply:
        return ok(document(call, _shown(call, self._shelf.find(call.params["id"]))))

    def _update(self, call: Call) -> Reply:
        found = self._shelf.find(call.params["id"])
        optional = {"name": checks.filled, "html": checks.text, "text": checks.text_or_null}
        wanted = attributes_of(call, "template", {}, optional, identity=found.id)
        for name, value in wanted.items():
            setattr(found, name, value or "")
        found.updated = self._shelf.world.now()
        return ok(document(call, _shown(call, found)))

    def _delete(self, call: Call) -> Reply:
        del self._shelf.held[self._shelf.find(call.params["id"]).id]
        return nothing()

    def _render(self, call: Call) -> Reply:
        """Render with the context that is sent, and no profile (documented)."""
        body = body_of(call)
        checks.shape(body, "", {"data": checks.object_})
        checks.shape(body["data"], "/data", {"type": checks.one_of("template"), "id": checks.text, "attributes": checks.object_})
        checks.shape(body["data"]["attributes"], "/data/attributes", {"context": checks.object_})
        found = self._shelf.find(body["data"]["id"])
        try:
            made = {
                part: render_context(getattr(found, part), body["data"]["attributes"]["context"], Surroundings())
                for part in ("html", "text")
            }
        except RenderError as error:
            raise ProblemError(400, "invalid", "Invalid input.", str(error), pointer="/data/attributes/context") from error
        return ok(document(call, _shown(call, found, made)), 201)


def _shown(call: Call, found: Template, changed: Mapping[str, str] | None = None) -> dict[str, Any]:
    attributes = {
        "name": found.name,
        "editor_type": "CODE",
        "html": found.html,
        "text": found.text,
        "amp": None,
        "created": iso(found.created),
        "updated": iso(found.updated),
        **(changed or {}),
    }
    return resource(call, "template", PATH, found.id, sparse(call, "template", attributes))
