"""Our own schemas, one file per ESP in tests/contract/schemas: the request and the responses of every operation that a sandbox knows.

Requests are closed: they have room for what our adapters send, and for nothing else.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema.protocols import Validator as Schema

from contract.calls import Request
from contract.validation import problems, validator

FOLDER = Path(__file__).parent / "schemas"
EXEMPT = {
    (
        "mailchimp",
        "lists.set_list_member",
    ): "it adds contacts: for the tests of the sandbox, forbidden to adapters",
    ("mailchimp", "batches.results"): "a gzipped tar at an address outside the API",
}
"""Operations without schemas, and why."""


@cache
def schemas(esp: str) -> dict[str, Any]:
    """Return the file of one ESP: operation → {"request", "responses": {status or 4XX → schema}}; a null schema is an empty body."""
    found: dict[str, Any] = json.loads((FOLDER / f"{esp}.json").read_text(encoding="utf-8"))
    return found


def request(found: Request) -> list[str]:
    """Return where an accepted request leaves our schema."""
    operation = found.route.name if found.route else ""
    if (found.esp, operation) in EXEMPT:
        return []
    if operation not in schemas(found.esp):
        return ["accepted, and no schema of ours describes it"]
    return body_problems(found.esp, operation, "request", found.body)


def response(found: Request, status: int, body: Any) -> list[str]:
    """Return where an answer leaves our schema; what the ESP does not have is answered by an error."""
    operation = found.route.name if found.route else ""
    if (found.esp, operation) in EXEMPT:
        return []
    described = schemas(found.esp).get(operation) or {"responses": {"4XX": _any_error(found.esp)}}
    key = next((key for key in (str(status), f"{str(status)[0]}XX") if key in described["responses"]), None)
    if key is None:
        return [f"answered {status}, which no schema of ours describes"]
    return body_problems(found.esp, operation, key, body)


def body_problems(esp: str, operation: str, part: str, body: Any) -> list[str]:
    """Return where *body* leaves the schema of one *part* of an operation: "request", or a status."""
    compiled = _compiled(esp, operation, part)
    if compiled is None:
        return [] if body is None else ["a body where none is expected"]
    return problems(compiled, body)


@cache
def _compiled(esp: str, operation: str, part: str) -> Schema | None:
    described = schemas(esp).get(operation) or {"request": None, "responses": {"4XX": _any_error(esp)}}
    schema = described["request"] if part == "request" else described["responses"][part]
    return None if schema is None else validator(schema, draft=2020)


def _any_error(esp: str) -> Any:
    return next(iter(schemas(esp).values()))["responses"]["4XX"]
