"""The files of a project as JSON Schema (draft 2020-12), for editors: made of the loader's own tables of words.

A schema holds shapes: keys, what stands beside what, what is a number. Names and types of a project are checked by `franca validate`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from franca.language.json_schema.files import campaign_schema, project_schema, segments_schema

__all__ = ["SCHEMAS", "schema_text", "write_schemas"]

SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "project": project_schema,
    "segments": segments_schema,
    "campaign": campaign_schema,
}
"""Name → the schema of `franca.yaml`, of `segments/*.yaml`, of `campaigns/*.yaml`."""


def schema_text(name: str) -> str:
    """Return a schema as the text of a file."""
    return json.dumps(SCHEMAS[name](), ensure_ascii=False, indent=1) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write every schema as NAME.json into *folder*, which is made when it is not there, and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.json" for name in SCHEMAS]
    for path in paths:
        path.write_text(schema_text(path.stem), encoding="utf-8")
    return paths
