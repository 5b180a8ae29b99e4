"""What all tests share."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))  # tests import their helpers by folder: `from language.conftest import …`

from contract.traffic import FOREIGN, Traffic
from equivalence.shares import pytest_terminal_summary  # noqa: F401 - pytest finds it here, in the process that all others report to

# The same examples in every run, however busy the machine is.
settings.register_profile("franca", derandomize=True, database=None, deadline=None)
settings.load_profile("franca")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{FOREIGN}(reason): a sandbox used by another program than Franca; its requests may hold consent")


@pytest.fixture(autouse=True, scope="session")
def _loopback_only():
    """No test reaches beyond loopback."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address[0]}")
        return connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def _all_traffic() -> Iterator[Traffic]:
    """Every host of every test is heard, from here on."""
    traffic = Traffic()
    with pytest.MonkeyPatch.context() as patch:
        traffic.listen(patch)
        yield traffic
    assert not (found := traffic.problems()), "\n".join(found)


@pytest.fixture(autouse=True)
def _traffic_conforms(request: pytest.FixtureRequest, _all_traffic: Traffic) -> Iterator[None]:
    """Every test: what was sent and answered is as described, and no request touches consent (tests/contract/traffic.py)."""
    yield
    foreign = request.node.get_closest_marker(FOREIGN)
    assert foreign is None or foreign.args, f"{FOREIGN} needs a reason"
    found = _all_traffic.problems(foreign=foreign is not None)
    assert not found, "traffic that breaks the contract (tests/contract):\n" + "\n".join(found[:20])
