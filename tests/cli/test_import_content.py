"""`franca import --content`: what an account holds becomes files of the project."""

from __future__ import annotations

import json
from urllib.request import Request, urlopen

import pytest

HTML = "<p>{{ first_name|default:'you' }}{% if person.Country == 'DE' %}a{% endif %}</p>"


@pytest.mark.foreign_traffic("somebody's own template is made, by hand as it were")
def test_templates_of_an_account_become_files(franca, connected, esps) -> None:
    """Those that are not ours; named by their names, with what stays native and why; never written twice."""
    _make(esps["klaviyo"].url, "Spring sale: 1")
    assert franca("apply", "--project", str(connected), "--yes", "-d", "klaviyo").code == 0  # ours are not imported
    ended = franca("import", "klaviyo", "--content", "--project", str(connected))
    assert ended.code == 0, ended.err
    file = connected / "content" / "Spring_sale_1.html"
    assert f"wrote {file}: 2 parts stay native" in ended.out
    assert "no attribute is mapped to first_name" in ended.out
    assert [path.name for path in sorted((connected / "content").iterdir())] == ["Spring_sale_1.html", "welcome.html"]
    assert "destinations: [klaviyo]" in file.read_text("utf-8")
    again = franca("import", "klaviyo", "--content", "--project", str(connected))
    assert again.code == 1
    assert "is there already" in again.err


def test_an_account_without_any_is_told(franca, connected) -> None:
    ended = franca("import", "brevo", "--content", "--project", str(connected), "--format", "json")
    assert json.loads(ended.out) == {"files": []}


def _make(url: str, name: str) -> None:
    attributes = {"name": name, "editor_type": "CODE", "html": HTML}
    body = json.dumps({"data": {"type": "template", "attributes": attributes}}).encode()
    headers = {"Authorization": "Klaviyo-API-Key pk_canary_key", "revision": "2026-10-15", "Content-Type": "application/vnd.api+json"}
    with urlopen(Request(f"{url}/api/templates", data=body, headers=headers), timeout=60) as answer:
        assert answer.status == 201
