"""Answers kept by what they were asked for: a second run costs nothing and changes nothing.

One JSON file for each answer of the right shape; failures are never kept. The guardrails are no part of the key: they judge anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from franca.errors import FrancaError
from franca_personalization.model.records import Answer, Model, Request, Usage
from franca_personalization.model.schema import parse, validator
from franca_personalization.model.settings import ModelSettings

VERSION = 1


def cache_key(settings: ModelSettings, request: Request) -> str:
    """Return the SHA-256 of everything that the answer depends on, as canonical JSON; empty for a request that is not to be kept.

    Raises:
        FrancaError: a part is not JSON.
    """
    if request.parts is None:
        return ""
    asked = {
        "version": VERSION,
        **asdict(request.parts),
        "schema": digest(request.schema),
        "schema_name": request.schema_name,
        "model": settings.model,
        "wire": settings.on_wire,
        "base_url": settings.base_url.rstrip("/"),
        "sampling": {"temperature": settings.temperature, "max_output_tokens": settings.max_output_tokens},
        "again": {"round": request.round, "failed": sorted((index, list(rules)) for index, rules in request.failed.items())},
    }
    return digest(asked)


def digest(value: Any) -> str:
    """Return the SHA-256 of *value* as canonical JSON.

    Raises:
        FrancaError: it is not JSON.
    """
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()
    except (TypeError, ValueError):
        raise FrancaError(
            "what a prompt is made from is not JSON, so that its answer cannot be kept", remedy="give texts, numbers, lists"
        ) from None


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Cache:
    """A folder of answers.

    Attributes:
        now: tells when an answer was kept.
        warn: hears, as a line for the user, of an entry that cannot be read.
    """

    folder: Path
    now: Callable[[], datetime] = _now
    warn: Callable[[str], None] = lambda _line: None

    def get(self, key: str, request: Request) -> Answer | None:
        """Return the answer under *key*, None when there is none; one that is damaged, or not of the request's shape, is as none."""
        path = self._path(key)
        try:
            entry = json.loads(path.read_text(encoding="utf-8"))
            answer = _read(entry, key, request)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            answer = None
        if answer is None:
            self.warn(f"cache: {path.name} is damaged and was ignored; the model is asked again")
        return answer

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer, whole or not at all. A loss of power may damage it: then it is ignored, so nothing waits for the disk.

        Raises:
            FrancaError: the folder cannot be written.
        """
        kept = {name: value for name, value in asdict(answer).items() if name not in ("data", "stored")}
        text = json.dumps({"version": VERSION, "key": key, "at": self.now().isoformat(timespec="seconds"), **kept}, indent=1)
        unfinished = self.folder / f".{key}.{os.getpid()}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(text, encoding="utf-8")
            unfinished.replace(self._path(key))
        except OSError as error:
            raise FrancaError(f"the cache cannot be written ({error.strerror})", remedy=f"check the folder {self.folder.name}") from None

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"


def _read(entry: Mapping[str, Any], key: str, request: Request) -> Answer | None:
    """Return the answer in a file, None when it is another's; errors of any kind say that it is damaged."""
    if entry["version"] != VERSION or entry["key"] != key:
        return None
    parsed = parse(entry["text"], validator(request.schema), tolerant=True)
    usage = Usage(**{part.name: int(entry["usage"][part.name]) for part in fields(Usage)}) if entry["usage"] else None
    answer = Answer(
        text=entry["text"],
        data=parsed.data,
        usage=usage,
        model=str(entry["model"]),
        request_id=str(entry["request_id"]),
        warnings=tuple(map(str, entry["warnings"])),
        stored=True,
    )
    return None if parsed.kind else answer


@dataclass(frozen=True)
class CachedModel:
    """A `Model` that asks another only for what the cache does not have, and keeps its answers."""

    model: Model
    settings: ModelSettings
    cache: Cache

    async def complete(self, request: Request) -> Answer:
        """Return the answer, kept or new."""
        key = cache_key(self.settings, request)
        if not key:
            return await self.model.complete(request)
        if found := self.cache.get(key, request):
            return found
        answer = await self.model.complete(request)
        self.cache.put(key, answer)
        return answer
