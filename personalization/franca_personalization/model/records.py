"""What is asked of a language model, what it answers, and what can go wrong.

Prompts, answers and schemas stand in no repr: a record that reaches a log or a traceback says nothing about them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Protocol

from franca.errors import FrancaError

Failed = Mapping[int, tuple[str, ...]]
"""Index of a variant → ids of the rules that it breaks; empty when all are good."""


class Kind(StrEnum):
    """What came of a call that gave no usable answer, in the order in which it is looked for."""

    NOT_FOUND = "endpoint_or_model_not_found"
    QUOTA = "quota"
    RATE_LIMITED = "rate_limited"
    HTTP = "http"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    NOT_JSON = "not_json"  # the server's answer: a page, plain text, half a body
    ENDPOINT_UNSUPPORTED = "endpoint_unsupported"
    PROVIDER_FAILED = "provider_failed"
    CONTENT_FILTER = "content_filter"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    EMPTY = "empty"
    INVALID_JSON = "invalid_json"  # the model's text
    WRONG_SHAPE = "wrong_shape"
    OFFLINE = "offline"
    BUDGET = "budget"
    STOPPED = "stopped"


REMEDIES: Mapping[Kind, str] = {
    Kind.NOT_FOUND: 'check the model\'s name and the base URL (most end in /v1); a server without /responses needs the wire "chat"',
    Kind.QUOTA: "add credit to the account or raise its limit; what was answered is kept, and the same command goes on from there",
    Kind.RATE_LIMITED: "run the command again later, or lower the concurrency",
    Kind.TIMEOUT: "run the command again, or allow more time",
    Kind.CONNECTION: "check the base URL, the network and the certificates (SSL_CERT_FILE names a file of your own)",
    Kind.NOT_JSON: "check the base URL: a web page or a proxy answered",
    Kind.ENDPOINT_UNSUPPORTED: 'check that the base URL ends as the server\'s manual says (most in /v1), or set the other wire ("chat")',
    Kind.PROVIDER_FAILED: "run the command again later",
    Kind.CONTENT_FILTER: "rephrase the brief",
    Kind.TRUNCATED: "raise max_output_tokens (a reasoning model's thinking counts too), or ask for fewer variants",
    Kind.REFUSED: "rephrase the brief",
    Kind.EMPTY: "raise max_output_tokens (a reasoning model's thinking counts too), or use another model",
    Kind.INVALID_JSON: "use a model or a server that can be held to a JSON schema",
    Kind.WRONG_SHAPE: "use a model or a server that can be held to a JSON schema",
    Kind.OFFLINE: "unset FRANCA_LLM_OFFLINE to call the model",
    Kind.BUDGET: "raise the budget; what was answered is kept, and the same command goes on from there",
}

STATUS_REMEDIES: Mapping[int, str] = {
    400: "the server refused the request: check the model, and leave temperature unset for reasoning models",
    401: "check the key",
    403: "check what the key may do, and that the model is open to the account",
    **dict.fromkeys((301, 302, 307, 308), "set the base URL to where it leads: a prompt is never sent on to another server"),
}


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens of one call or of several: *cached* and *cache_write* are parts of *input*, *reasoning* is a part of *output*."""

    input: int = 0
    output: int = 0
    cached: int = 0
    cache_write: int = 0
    reasoning: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(**{part.name: getattr(self, part.name) + getattr(other, part.name) for part in fields(self)})


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Whatever an answer depends on that the settings, the schema and the re-asking do not say: what a cached answer is found by.

    The prompt itself is no part, since it holds a random delimiter; everything it is made from is. All values must be JSON.

    Attributes:
        prompt_version: the name of the prompt files' version, for logs.
        prompts: prompt file → SHA-256 of its text.
        brief, profile: what the data block says of the offer and of the segment.
        locale: the language of the copy.
        dialect: of the tokens that the model writes.
        variants: how many.
        extra: anything else that changes the prompt.
    """

    prompt_version: str
    prompts: Mapping[str, str]
    brief: Any = field(repr=False)
    profile: Any = field(repr=False)
    locale: str
    dialect: str = "neutral"
    variants: int = 1
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One question to a model.

    Attributes:
        schema: of the JSON that must come back; the subset that strict mode allows (see `schema.validator`).
        parts: what a cached answer is found by; None keeps the answer out of the cache.
        round: how often the model was asked again before, because its copy broke rules.
        failed: those rules.
    """

    system: str = field(repr=False)
    user: str = field(repr=False)
    schema: Mapping[str, Any] = field(repr=False)
    schema_name: str
    parts: Parts | None = None
    round: int = 0
    failed: Failed = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a model wrote.

    Attributes:
        text: as it came; *data* is the same, parsed and of the schema's shape.
        usage: None when the server did not say.
        model: the snapshot that answered, which may be another name than was asked for.
        request_id: the server's, for its support.
        warnings: what had to be tolerated, as `text_around_json`.
        stored: it came from the cache: nothing was called.
    """

    text: str = field(repr=False)
    data: Any = field(repr=False)
    usage: Usage | None = None
    model: str = ""
    request_id: str = ""
    warnings: tuple[str, ...] = ()
    stored: bool = False


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why there is no answer. *detail* is ours: it quotes neither the prompt nor the answer nor what the server said at length.

    Attributes:
        status: the HTTP status, when that was the answer.
        usage: tokens that the attempt cost nevertheless; None when the server did not say.
    """

    kind: Kind
    detail: str
    status: int | None = None
    usage: Usage | None = None
    model: str = ""
    request_id: str = ""

    @property
    def name(self) -> str:
        """Return the kind, with the status when that is all there is: `http_503`."""
        return f"{self.kind}_{self.status}" if self.kind is Kind.HTTP else str(self.kind)

    @property
    def remedy(self) -> str:
        """Return what to do; empty when the detail says it."""
        return REMEDIES.get(self.kind, "") or STATUS_REMEDIES.get(self.status or 0, "")

    @property
    def ends_run(self) -> bool:
        """Return whether every further call would fail in the same way."""
        return self.kind in (Kind.NOT_FOUND, Kind.QUOTA, Kind.OFFLINE, Kind.BUDGET) or self.status in (401, 403)

    @property
    def unbilled(self) -> bool:
        """Return whether it is certain that nothing was generated."""
        ours = (Kind.NOT_FOUND, Kind.QUOTA, Kind.RATE_LIMITED, Kind.OFFLINE, Kind.BUDGET, Kind.STOPPED)
        return self.kind in ours or 300 <= (self.status or 0) < 500


class ModelError(FrancaError):
    """There is no usable answer; *failure* says why, and what it cost."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"the model: {failure.name}: {failure.detail}", remedy=failure.remedy)
        self.failure = failure


class Model(Protocol):
    """A language model: one question, one answer."""

    async def complete(self, request: Request) -> Answer:
        """Return the answer, of the shape that the request's schema asks for.

        Raises:
            ModelError: there is none.
        """
        ...
