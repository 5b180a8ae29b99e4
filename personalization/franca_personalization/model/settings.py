"""Which model, where, and how it is called."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from franca.adapter import Secret, resolve
from franca.errors import FrancaError

OFFLINE = "FRANCA_LLM_OFFLINE"
OPENAI = "https://api.openai.com/v1"
OPENAI_KEY = "env:OPENAI_API_KEY"
_OPENAI_HOSTS = ("api.openai.com", ".api.openai.com", ".openai.azure.com")  # the second for data residency, the third for Azure's v1 route
_NO_KEY = Secret("none")  # the SDK refuses to start without one; local servers ignore it


class Wire(StrEnum):
    """The two shapes in which the question can be put."""

    RESPONSES = "responses"
    CHAT = "chat"


class TokenCap(StrEnum):
    """The names under which the wire `chat` knows the cap."""

    MAX_COMPLETION_TOKENS = "max_completion_tokens"
    MAX_TOKENS = "max_tokens"


@dataclass(frozen=True, kw_only=True)
class ModelSettings:
    """A model and how to call it.

    Attributes:
        model: its name at the server.
        base_url: most end in /v1.
        api_key: a reference, env:NAME or file:PATH; None is env:OPENAI_API_KEY at OpenAI and at Azure, and no key elsewhere.
        wire: None is `responses` at OpenAI and at Azure, which keep nothing when asked so, and `chat` elsewhere.
        temperature: None sends none; reasoning models refuse any but 1.
        max_output_tokens: for one answer; the tokens of a reasoning model's thinking count.
        token_cap_parameter: what the wire `chat` calls that cap. None is `max_completion_tokens` at OpenAI and at Azure and `max_tokens`
            elsewhere: every server knows that one, and some ignore the other without a word.
        timeout: seconds without a byte from the server.
        max_retries: by the SDK: on 408, 409, 429, 5xx, timeouts and connection errors, at most 120 seconds apart.
        concurrency: calls at a time.

    Raises:
        FrancaError: a value is out of range, or contradicts another.
    """

    model: str
    base_url: str = OPENAI
    api_key: str | None = field(default=None, repr=False)  # a reference, unless somebody wrote the key itself
    wire: Wire | None = None
    temperature: float | None = None
    max_output_tokens: int = 4000
    token_cap_parameter: TokenCap | None = None
    timeout: float = 60.0
    max_retries: int = 2
    concurrency: int = 8

    def __post_init__(self) -> None:
        _check_url(self.base_url)
        if not self.model:
            raise FrancaError("no model is named", remedy="set model to a name that the server knows")
        for name, least in (("max_output_tokens", 1), ("timeout", 0.001), ("max_retries", 0), ("concurrency", 1)):
            if not getattr(self, name) >= least:
                raise FrancaError(f"{name} is {getattr(self, name)}", remedy=f"give at least {least}")
        if self.token_cap_parameter and self.on_wire is Wire.RESPONSES:
            raise FrancaError("token_cap_parameter has no meaning on the wire responses", remedy="leave it out, or set wire: chat")

    @property
    def at_openai(self) -> bool:
        """Return whether OpenAI or Azure's OpenAI service answers."""
        host = urlsplit(self.base_url).hostname or ""
        return any(host == known or (known.startswith(".") and host.endswith(known)) for known in _OPENAI_HOSTS)

    @property
    def on_wire(self) -> Wire:
        """Return the wire in use."""
        return self.wire or (Wire.RESPONSES if self.at_openai else Wire.CHAT)

    @property
    def token_cap(self) -> str:
        """Return what the wire in use calls the cap."""
        if self.on_wire is Wire.RESPONSES:
            return "max_output_tokens"
        return self.token_cap_parameter or (TokenCap.MAX_COMPLETION_TOKENS if self.at_openai else TokenCap.MAX_TOKENS)

    def key(self, root: Path) -> Secret:
        """Return the key; a relative path is below *root*.

        Raises:
            FrancaError: the reference names nothing, or something that cannot be sent in a header.
        """
        reference = self.api_key or (OPENAI_KEY if self.at_openai else None)
        if reference is None:
            return _NO_KEY
        key = resolve(reference, "the model's api_key", root)
        if not all("!" <= letter <= "~" for letter in key.reveal()):
            raise FrancaError(f"the model's api_key: {reference} holds a space or a letter that no key has", remedy="copy the key anew")
        return key


def offline() -> bool:
    """Return whether the environment forbids every call to a model."""
    return os.environ.get(OFFLINE, "") not in ("", "0")


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # brackets or a port that are none
        usable = False
    if not usable:
        raise FrancaError("base_url is no web address", remedy="write https://HOST/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise FrancaError("base_url holds more than host and path", remedy="write https://HOST/v1, and the key under api_key")
