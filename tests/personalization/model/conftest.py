"""Both wires, over both HTTP families that the SDK can use; no test waits, and none calls a real model by mistake."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import pytest
from model_kit import Line, line

from franca_personalization.model import OFFLINE, Wire


@pytest.fixture(autouse=True)
def _online(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OFFLINE, raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.fixture(autouse=True)
def _no_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here speaks TLS, and reading the certificates takes longer than all the rest of a call."""
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_, **__: None)


@pytest.fixture(params=[False, True], ids=["httpx2", "httpx"])
def legacy(request: pytest.FixtureRequest) -> bool:
    """Whether the client is a legacy httpx one."""
    return request.param


@pytest.fixture
def responses(legacy: bool) -> Iterator[Line]:
    with line(Wire.RESPONSES, legacy=legacy) as found:
        yield found


@pytest.fixture
def chat(legacy: bool) -> Iterator[Line]:
    with line(Wire.CHAT, legacy=legacy) as found:
        yield found


@pytest.fixture(params=list(Wire))
def either(request: pytest.FixtureRequest, legacy: bool) -> Iterator[Line]:
    """Each wire in turn."""
    with line(request.param, legacy=legacy) as found:
        yield found


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The SDK's waits between its attempts, which take no time."""
    found: list[float] = []

    async def sleep(seconds: float) -> None:
        found.append(seconds)

    monkeypatch.setattr("openai._base_client.anyio.sleep", sleep)
    return found
