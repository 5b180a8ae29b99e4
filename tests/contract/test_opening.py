"""What no account is opened with: a key that no header can hold, an address that is none. The same at every installed adapter."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract.examples import subject
from franca.adapter import Site, VirtualWaiter, adapter, installed
from franca.errors import FrancaError

NAMES = sorted(installed())
NOWHERE = "http://127.0.0.1:9"


def _site(name: str, url: str) -> Site:
    place = subject(name).site()
    target = replace(place.destination, settings={**place.destination.settings, "api_key": "env:KEY_OF_THIS_TEST", "url": url})
    return Site(project=replace(place.project, destinations={name: target}), destination=target)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("key", ["canary-us1\n", "canary\r\nX-Other: 1-us1", "can ary-us1", "canäry-us1", "can€ry-us1"])
def test_a_key_that_no_header_can_hold_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch, name: str, key: str) -> None:
    """Before any call, by the setting's name: the HTTP libraries refuse it too, in messages that hold it."""
    monkeypatch.setenv("KEY_OF_THIS_TEST", key)
    with pytest.raises(FrancaError, match=f"^destinations.{name}.api_key holds characters that no key has; copy it again$"):
        adapter(name).connect(_site(name, NOWHERE), VirtualWaiter())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("url", ["not a url", "ftp://127.0.0.1:9", "127.0.0.1:9", "http://[::1"])
def test_what_is_no_web_address_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, url: str) -> None:
    """Before any call, by the setting's name."""
    monkeypatch.setenv("KEY_OF_THIS_TEST", "canary-us1")
    with pytest.raises(FrancaError, match=f"^destinations.{name}.url is not a web address; "):
        adapter(name).connect(_site(name, url), VirtualWaiter())


@pytest.mark.parametrize("name", NAMES)
def test_a_key_and_an_address_open_an_account(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Nothing is called by that."""
    monkeypatch.setenv("KEY_OF_THIS_TEST", "canary-us1")
    adapter(name).connect(_site(name, NOWHERE), VirtualWaiter()).close()
