"""Which wire, which key, what is refused; and what is not even imported."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from model_kit import BASE, FakeModel, answered, chat_body, line, request, settings

from franca.errors import FrancaError
from franca_personalization.model import OFFLINE, Kind, ModelError, ModelSettings, OpenAIModel, TokenCap, Wire


@pytest.mark.parametrize(
    ("url", "wire"),
    [
        ("https://api.openai.com/v1", Wire.RESPONSES),
        ("https://eu.api.openai.com/v1", Wire.RESPONSES),
        ("https://shop.openai.azure.com/openai/v1/", Wire.RESPONSES),
        ("http://localhost:11434/v1", Wire.CHAT),
        ("https://notapi.openai.com.evil.test/v1", Wire.CHAT),
        ("https://fakeapi.openai.com/v1", Wire.CHAT),
        ("https://evilopenai.azure.com/v1", Wire.CHAT),
    ],
)
def test_the_wire_follows_the_server(url: str, wire: Wire) -> None:
    """`responses` where nothing is stored when asked so, `chat` where almost every server listens."""
    assert ModelSettings(model="m", base_url=url).on_wire is wire


@pytest.mark.parametrize(
    ("wire", "url", "cap"),
    [
        (Wire.RESPONSES, BASE, "max_output_tokens"),
        (Wire.CHAT, BASE, "max_tokens"),
        (Wire.CHAT, "https://api.openai.com/v1", "max_completion_tokens"),
    ],
)
def test_the_cap_has_the_name_that_the_server_knows(wire: Wire, url: str, cap: str) -> None:
    """Some servers ignore another one without a word."""
    assert ModelSettings(model="m", base_url=url, wire=wire).token_cap == cap


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"model": ""}, "no model is named"),
        ({"base_url": "llm.test/v1"}, "no web address"),
        ({"base_url": "ftp://llm.test"}, "no web address"),
        ({"base_url": "https://[llm.test/v1"}, "no web address"),
        ({"base_url": "https://llm.test:port/v1"}, "no web address"),
        ({"base_url": "https://me:secret@llm.test/v1"}, "more than host and path"),
        ({"base_url": "https://llm.test/v1?key=secret"}, "more than host and path"),
        ({"max_output_tokens": 0}, "max_output_tokens is 0"),
        ({"timeout": float("nan")}, "timeout is nan"),
        ({"max_retries": -1}, "max_retries is -1"),
        ({"concurrency": 0}, "concurrency is 0"),
        ({"wire": Wire.RESPONSES, "token_cap_parameter": TokenCap.MAX_TOKENS}, "no meaning"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object], said: str) -> None:
    """One line that says what and what to do, without a secret."""
    with pytest.raises(FrancaError, match=said) as caught:
        ModelSettings(**{"model": "m", "base_url": BASE, **wrong})
    assert ";" in str(caught.value)
    assert "secret" not in str(caught.value)


# -- the key


def sent_key(**more: object) -> str:
    with line(Wire.CHAT, legacy=False) as mocked:
        mocked.route.mock(return_value=answered(chat_body('{"subject": "", "body": []}')))
        mocked.ask(**more)
        return mocked.router.calls[0].request.headers["authorization"]


def test_a_server_of_ones_own_gets_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenAI's key in the environment goes to OpenAI alone, whatever the SDK would do."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://elsewhere.test/v1")
    assert sent_key() == "Bearer none"


def test_a_key_is_a_reference(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is read when it is sent."""
    monkeypatch.setenv("MY_KEY", "sk-mine")
    assert sent_key(api_key="env:MY_KEY") == "Bearer sk-mine"
    (tmp_path / "key").write_text("sk-file\n", encoding="utf-8")
    assert settings(api_key="file:key").key(tmp_path).reveal() == "sk-file"


def complete(model_settings: ModelSettings) -> None:
    async def go() -> None:
        async with OpenAIModel(model_settings) as model:
            await model.complete(request())

    asyncio.run(go())


def test_without_a_key_one_line_says_what_to_set() -> None:
    """Nothing is called."""
    with pytest.raises(FrancaError, match="the environment variable OPENAI_API_KEY is not set; set OPENAI_API_KEY"):
        complete(ModelSettings(model="m"))


@pytest.mark.parametrize("key", ["sk secret", "sk-sécret", "sk-a\nb"])
def test_a_key_that_cannot_be_sent_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """The HTTP library's own error would quote it."""
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(FrancaError, match="env:OPENAI_API_KEY holds a space") as caught:
        complete(ModelSettings(model="m"))
    assert key not in str(caught.value)


def test_a_secret_in_place_of_a_reference_is_refused() -> None:
    """It would stand in a file under version control."""
    with pytest.raises(FrancaError, match="not a reference") as caught:
        complete(settings(api_key="sk-secret"))
    assert "sk-secret" not in f"{caught.value}{settings(api_key='sk-secret')!r}{OpenAIModel(settings(api_key='sk-secret'))!r}"


# -- off


def test_the_kill_switch_forbids_every_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """FRANCA_LLM_OFFLINE=1: no key is read, no SDK imported, nothing called."""
    monkeypatch.setenv(OFFLINE, "1")
    with pytest.raises(ModelError) as caught:
        complete(ModelSettings(model="m", api_key="env:NOT_SET"))
    assert caught.value.failure.kind is Kind.OFFLINE
    assert str(caught.value).endswith("unset FRANCA_LLM_OFFLINE to call the model")


@pytest.mark.parametrize("value", ["", "0"])
def test_the_kill_switch_can_be_off(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Empty and 0 are off."""
    monkeypatch.setenv(OFFLINE, value)
    with pytest.raises(FrancaError, match="OPENAI_API_KEY"):
        complete(ModelSettings(model="m"))


def test_importing_and_running_from_the_cache_loads_no_sdk() -> None:
    """The SDK alone takes half a second and 30 MB."""
    code = (
        "import sys; import franca_personalization.model as m; m.OpenAIModel(m.ModelSettings(model='m'));"
        "print(sorted({'openai', 'httpx', 'httpx2', 'ibis'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_missing_sdk_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install."""
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(FrancaError, match=r'writing copy needs openai; pip install "franca\[copy\]"'):
        complete(settings())


def test_models_are_what_the_protocol_says() -> None:
    """The client and a fake are both a `Model`, to the type checker and here."""
    for model in (OpenAIModel(settings()), FakeModel()):
        assert asyncio.iscoroutinefunction(model.complete)
