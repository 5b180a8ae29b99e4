"""The account itself, and the metrics that events made."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_klaviyo.sandbox.query import page, parse_filter, sparse
from franca_klaviyo.sandbox.store import Row
from franca_klaviyo.sandbox.times import iso
from franca_klaviyo.sandbox.world import World, document, ok, resource

METRICS = "/api/metrics"
ACCOUNTS = "/api/accounts"
PAGE = 200  # documented: fixed, no page[size]
API = "API"  # the integration of events that no integration sent
FILTERS: Mapping[str, Iterable[str]] = {"integration.name": ("equals",), "integration.category": ("equals",)}


class Catalog:
    """Account and metrics: read only."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("GET", ACCOUNTS, self._accounts, "get_accounts"),
            Route("GET", METRICS, self._metrics, "get_metrics"),
            Route("GET", f"{METRICS}/{{id}}", self._metric, "get_metric"),
        ]

    def _accounts(self, call: Call) -> Reply:
        account = self._world.account
        contact = {
            "default_sender_name": account.name,
            "default_sender_email": "sandbox@example.com",
            "website_url": "https://example.com",
            "organization_name": account.name,
            "street_address": dict.fromkeys(("address1", "address2", "city", "region", "country", "zip")),
        }
        attributes = {
            "test_account": True,
            "contact_information": contact,
            "industry": "Ecommerce, Other",
            "timezone": account.timezone,
            "preferred_currency": account.currency,
            "public_api_key": account.id,
            "locale": "en-US",
        }
        return ok(document(call, [resource(call, "account", ACCOUNTS, account.id, sparse(call, "account", attributes))]))

    def _metrics(self, call: Call) -> Reply:
        clauses = parse_filter(call, FILTERS)  # documented: there is no filter on the name
        rows = {row["id"]: row for row in self._world.store.all("select * from metrics")}
        kept = [i for i, row in rows.items() if all(c.holds(_integration(row)[c.field.partition(".")[2]]) for c in clauses)]
        shown = page(call, [(rows[identity]["row"], identity) for identity in kept], size=PAGE, maximum=PAGE)
        return ok({"data": [_shown(call, rows[identity]) for identity in shown.ids], "links": shown.links})

    def _metric(self, call: Call) -> Reply:
        return ok(document(call, _shown(call, self._world.find("metrics", call.params["id"]))))


def _shown(call: Call, row: Row) -> dict[str, Any]:
    times = {"created": iso(row["created"]), "updated": iso(row["created"])}
    attributes = {"name": row["name"], **times, "integration": _integration(row)}
    return resource(call, "metric", METRICS, row["id"], sparse(call, "metric", attributes))


def _integration(row: Row) -> dict[str, str]:
    name = row["integration"]
    identity = uuid.uuid5(uuid.NAMESPACE_URL, name).hex[:6]
    return {"object": "integration", "id": identity, "name": name, "category": API if name == API else "eCommerce"}
