"""The vendors' SDKs that Franca does not use make, read and delete through the sandboxes, as they would at the ESPs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from franca.sandbox import Clock, Emulator, Host, Running, serve
from franca_brevo.sandbox import Sandbox as Brevo
from franca_klaviyo.sandbox import Sandbox as Klaviyo
from franca_mailchimp.sandbox import Sandbox as Mailchimp

pytestmark = [pytest.mark.slow, pytest.mark.foreign_traffic("other programs' SDKs: they create contacts, and say what Franca never does")]

SCRIPTS = Path(__file__).parent / "foreign"
KEY = "foreign0123456789-us19"
PACKAGES = ("@mailchimp/mailchimp_marketing@3.0.80", "klaviyo-api@23.0.0")
PEOPLE = {"anna@shop.test": "DE", "ben@shop.test": "AT", "clara@shop.test": "DE"}
NOW = datetime(2026, 3, 30, 12, 37, 11, tzinfo=UTC)
Serve = Callable[[Callable[..., Emulator], str], Running]
GERMANS = ["anna@shop.test", "clara@shop.test"]


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the Node SDKs into a temporary folder; skip where that cannot be done."""
    folder, npm = tmp_path_factory.mktemp("node"), shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed")
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), *PACKAGES]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        pytest.skip(f"npm cannot install {' and '.join(PACKAGES)}: {(done.stderr.strip().splitlines() or ['no reason given'])[0]}")
    return folder / "node_modules"


@pytest.fixture
def served() -> Iterator[Serve]:
    """Return a function that serves an account of three people, whose country is in the given field; each call takes a second."""
    with ExitStack() as stack:

        def start(make: Callable[..., Emulator], field: str) -> Running:
            clock, consent = Clock(NOW), {"status": "subscribed", "suppressed": False}
            host = Host(make(clock, api_key=KEY), clock)
            host.emulator.seed({"contacts": [{"email": email, "fields": {field: c}, "consent": consent} for email, c in PEOPLE.items()]})
            host.on_exchange = lambda _exchange: clock.advance(1.0)
            return stack.enter_context(serve(host))

        yield start


def node(script: str, running: Running, packages: Path) -> Any:
    """Run a script on a sandbox; return what it printed."""
    environment = {**os.environ, "NODE_PATH": str(packages), "SANDBOX_URL": running.url, "SANDBOX_KEY": KEY}
    command = ["node", str(SCRIPTS / script)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_klaviyos_node_sdk(served: Serve, packages: Path) -> None:
    """It makes a list and a segment, reads their members, and deletes them."""
    running = served(partial(Klaviyo, processing_seconds=0.0), "properties['Country']")
    assert node("klaviyo.js", running, packages) == {
        "list": {"name": "Node", "members": sorted(PEOPLE), "gone": 404},
        "segment": {"name": "Germany", "count": 2, "members": GERMANS, "gone": 404},
    }


def test_mailchimps_node_sdk(served: Serve, packages: Path) -> None:
    """It makes a segment, a tag and a merge field, reads their members, and deletes them."""
    running = served(Mailchimp, "COUNTRY")
    assert node("mailchimp.js", running, packages) == {
        "segment": {"name": "Germany", "count": 2, "members": GERMANS, "gone": 404},
        "tag": {"name": "Node", "members": ["anna@shop.test", "ben@shop.test"], "gone": 404},
        "field": {"tag": "TIER", "gone": 404},
    }


def test_brevos_new_python_sdk(served: Serve) -> None:
    """It makes a folder, a list and an attribute, reads the list's members, and deletes them all."""
    brevo = pytest.importorskip("brevo", reason="brevo-python is not installed")
    running = served(Brevo, "COUNTRY")
    with httpx.Client(timeout=30) as client:
        contacts = brevo.Brevo(base_url=f"{running.url}/v3", api_key=KEY, max_retries=0, httpx_client=client).contacts
        folder = contacts.create_folder(name="Python").id
        made = contacts.create_list(name="Germans", folder_id=folder).id
        contacts.add_contact_to_list(made, request={"emails": GERMANS})
        assert sorted(contact.email for contact in contacts.get_contacts_from_list(made).contacts) == GERMANS
        assert contacts.get_list(made).unique_subscribers == 2
        contacts.create_attribute("normal", "TIER", type="text")
        assert "TIER" in {attribute.name for attribute in contacts.get_attributes().attributes}
        contacts.delete_attribute("normal", "TIER")
        contacts.delete_list(made)
        contacts.delete_folder(folder)
        assert "TIER" not in {attribute.name for attribute in contacts.get_attributes().attributes}
        with pytest.raises(brevo.NotFoundError):
            contacts.get_list(made)
