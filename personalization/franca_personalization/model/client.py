"""The model behind OpenAI's SDK, on either wire; and what its exceptions and answers mean.

What the SDK raises holds the request, its key and the server's words. Nothing of it leaves this module: a failure is written anew, and
raised outside of the handler, so that it has no context.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from franca.errors import FrancaError
from franca_personalization.model.records import Answer, Failure, Kind, ModelError, Request
from franca_personalization.model.schema import Parsed, outermost, parse, validator
from franca_personalization.model.settings import OFFLINE, ModelSettings, Wire, offline
from franca_personalization.model.wires import SPEECH, Reading, get

if TYPE_CHECKING:
    from openai import AsyncOpenAI

TEXT_AROUND = "text_around_json"

_DETAILS = {
    Kind.NOT_JSON: "the server's answer is not JSON",
    Kind.ENDPOINT_UNSUPPORTED: "the server answered with success, yet not in the way of this endpoint",
    Kind.PROVIDER_FAILED: "the server could not finish the answer",
    Kind.CONTENT_FILTER: "the answer was held back by a content filter",
    Kind.TRUNCATED: "the answer ended before it was complete",
    Kind.REFUSED: "the model refused",
    Kind.EMPTY: "the answer holds no text",
    Kind.INVALID_JSON: "the model's text is not what was asked for",
    Kind.WRONG_SHAPE: "the model's text is not what was asked for",
}


class OpenAIModel:
    """A `Model` at OpenAI, at Azure, or at any server that speaks like them. Nothing is imported, read or opened before the first call.

    Use it in an `async with`, which closes the connections. Retries are the SDK's, but for one: an exhausted account is not asked again.
    """

    def __init__(self, settings: ModelSettings, *, root: Path = Path(), http_client: Any = None) -> None:
        """Take the settings.

        Args:
            settings: which model, where, how.
            root: the folder below which `file:PATH` of the key is.
            http_client: another than the SDK's own, as its AsyncOpenAI takes it; it is closed with this model.
        """
        self.settings = settings
        self._root, self._http_client = root, http_client
        self._speech = SPEECH[settings.on_wire]
        self._client: AsyncOpenAI | None = None

    def __repr__(self) -> str:
        return f"OpenAIModel({self.settings!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._client:
            await self._client.close()

    async def complete(self, request: Request) -> Answer:
        """Return the answer, checked against the request's schema.

        Raises:
            ModelError: there is none; nothing was called when FRANCA_LLM_OFFLINE is set.
            FrancaError: the SDK is not installed, the key's reference names nothing, or the schema is not one of strict mode.
        """
        if offline():
            raise ModelError(Failure(kind=Kind.OFFLINE, detail=f"{OFFLINE} is set, so nothing is called"))
        check = validator(request.schema)
        result = await self._create(request)
        reading = Reading(kind=Kind.NOT_JSON) if isinstance(result, str) else self._speech.read(result)
        parsed = Parsed() if reading.kind else parse(reading.text, check, tolerant=self._speech.tolerant)
        usage, model, request_id = self._speech.usage(result), _clean(get(result, "model")), _clean(getattr(result, "_request_id", ""))
        if kind := reading.kind or parsed.kind:
            detail = _DETAILS[kind] + (f" ({said})" if (said := parsed.problems or _word(reading.code)) else "")
            raise ModelError(Failure(kind=kind, detail=detail, usage=usage, model=model, request_id=request_id))
        warnings = (TEXT_AROUND,) if outermost(reading.text) != reading.text.strip() else ()
        return Answer(text=reading.text, data=parsed.data, usage=usage, model=model, request_id=request_id, warnings=warnings)

    async def _create(self, request: Request) -> Any:
        """Return what the SDK makes of the answer, which may be anything."""
        openai = _sdk()
        create: Any = self._connected()
        for name in self._speech.create:
            create = getattr(create, name)
        try:
            return await create(**self._speech.arguments(self.settings, request))
        except openai.OpenAIError as error:
            failure = self._failure(error)
        except ValueError:  # the SDK lets the JSON decoder's own error through, with the whole body in it
            failure = Failure(kind=Kind.NOT_JSON, detail=_DETAILS[Kind.NOT_JSON])
        raise ModelError(failure)

    def _connected(self) -> AsyncOpenAI:
        if self._client is None:
            self._client = _client(self.settings, self._root, self._http_client)
        return self._client

    def _failure(self, error: Exception) -> Failure:
        for kind, read in _readers(_sdk()):
            if isinstance(error, kind):
                return read(error, self.settings)
        return Failure(kind=Kind.NOT_JSON, detail=f"the SDK could not read the answer ({type(error).__name__})")


def _sdk() -> Any:
    try:
        import openai
    except ModuleNotFoundError as error:
        raise FrancaError(f"writing copy needs {error.name}", remedy='pip install "franca[copy]"') from None
    return openai


def _client(settings: ModelSettings, root: Path, http_client: Any) -> AsyncOpenAI:
    openai = _sdk()
    # A redirect would take the prompt to another server than the one that was named.
    transport = http_client or openai.DefaultAsyncHttpx2Client(follow_redirects=False)
    transport.event_hooks["response"].append(_spare_exhausted)
    client: AsyncOpenAI = openai.AsyncOpenAI(
        api_key=settings.key(root).reveal(),
        base_url=settings.base_url,
        timeout=settings.timeout,
        max_retries=settings.max_retries,
        http_client=transport,
    )
    return client


async def _spare_exhausted(response: Any) -> None:
    """Tell the SDK by its own header not to repeat a call to an account without credit: it would do so as for any 429 (measured, 3.54)."""
    if response.status_code == 429 and b"insufficient_quota" in await response.aread():
        response.headers["x-should-retry"] = "false"


def _readers(openai: Any) -> list[tuple[type[Exception], Callable[[Any, ModelSettings], Failure]]]:
    """Return how each exception reads; the order matters, since some are kinds of others."""
    return [
        (openai.NotFoundError, _not_found),
        (openai.RateLimitError, _throttled),
        (openai.APIStatusError, _status),
        (openai.APITimeoutError, lambda _, settings: Failure(kind=Kind.TIMEOUT, detail=f"no answer within {settings.timeout:g} seconds")),
        (openai.APIConnectionError, lambda _, settings: Failure(kind=Kind.CONNECTION, detail=f"{settings.base_url} cannot be reached")),
    ]


def _not_found(error: Any, settings: ModelSettings) -> Failure:
    path = "responses" if settings.on_wire is Wire.RESPONSES else "chat/completions"
    detail = f"{settings.base_url} has no /{path}, or no model {settings.model}"
    return Failure(kind=Kind.NOT_FOUND, detail=detail, status=404, request_id=_clean(error.request_id))


def _throttled(error: Any, _: ModelSettings) -> Failure:
    if error.code == "insufficient_quota":
        return Failure(kind=Kind.QUOTA, detail="the account has no credit left", status=429, request_id=_clean(error.request_id))
    asked = error.response.headers.get("retry-after", "")
    until = f", to be asked again in {int(asked)} seconds" if asked.isascii() and asked.isdigit() and len(asked) < 9 else ""
    return Failure(kind=Kind.RATE_LIMITED, detail=f"too many requests{until}", status=429, request_id=_clean(error.request_id))


def _status(error: Any, _: ModelSettings) -> Failure:
    words = [word for word in (_word(error.code), _word(error.param)) if word]
    said = f" ({': '.join(words)})" if words else ""
    detail = f"the server answered {error.status_code}{said}"
    return Failure(kind=Kind.HTTP, detail=detail, status=error.status_code, request_id=_clean(error.request_id))


def _word(text: object) -> str:
    """Return a server's word for an error, or a parameter's name, if it looks like one; anything else might be an echo of the prompt."""
    return text if isinstance(text, str) and re.fullmatch(r"[a-z][a-z_.]{0,60}", text) else ""


def _clean(text: object) -> str:
    """Return a server's identifier, if it looks like one."""
    return text if isinstance(text, str) and re.fullmatch(r"[\w.:/@+-]{1,128}", text, re.ASCII) else ""
