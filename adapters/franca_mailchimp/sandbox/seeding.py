"""Contacts and orders, put there as a shop's integration would have.

How the neutral consent maps to Mailchimp's one status per contact: suppressed → `cleaned` (bounced; whatever the consent was); else
subscribed → `subscribed`, unsubscribed → `unsubscribed`, pending → `pending`, never → `transactional` (a customer without an opt-in, which
is what the e-commerce endpoints add). A contact seeded without consent is `transactional` too.

Besides the neutral keys a contact may have `list_id`, `language`, `vip`, `member_rating` and `source`. Among its `fields` are those too
that are no merge fields, as a destination's mapping names them: `tags`, `interests:TITLE` (a text or a list), `vip`, `rating`, `language`,
`source`, `ipgeo`. Those of orders (`ecomm_…`) are left out: they follow from the orders. Events other than orders are not
kept: Mailchimp has no condition on events (sheet section 6). An order of an unknown email waits for its contact, and adds none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from franca.sandbox import check_seed
from franca_mailchimp.sandbox.context import Context
from franca_mailchimp.sandbox.merge_fields import add_field
from franca_mailchimp.sandbox.records import MergeField
from franca_mailchimp.sandbox.store import columns, digest, fresh
from franca_mailchimp.sandbox.values import kept

STATUSES = {"subscribed": "subscribed", "unsubscribed": "unsubscribed", "pending": "pending", "never": "transactional"}
ORDER, INTERESTS = "order", "interests:"


def seed(context: Context, data: Mapping[str, Any]) -> None:
    """Store the contacts and events of *data*.

    Raises:
        ValueError: another format, an unknown audience, or a value that its merge field does not take.
        Problem: a field's tag is malformed, or the audience cannot have more fields.
    """
    check_seed(data)
    default = context.account.audiences[0].id
    for listed, contacts in _by_audience(context, data.get("contacts", ()), default).items():
        _create_fields(context, listed, contacts)
        _put(context, listed, contacts)
    for listed, events in _by_audience(context, data.get("events", ()), default).items():
        orders = (event for event in events if event["metric"] == ORDER)
        context.store.add_purchases(listed, map(_purchase, orders))


def _by_audience(context: Context, items: Iterable[Mapping[str, Any]], default: str) -> dict[str, list[Mapping[str, Any]]]:
    grouped: dict[str, list[Mapping[str, Any]]] = {audience.id: [] for audience in context.account.audiences}
    for item in items:
        listed = item.get("list_id", default)
        if listed not in grouped:
            raise ValueError(f"unknown audience {listed!r}; known: {', '.join(grouped)}")
        grouped[listed].append(item)
    return {listed: found for listed, found in grouped.items() if found}


def _create_fields(context: Context, listed: str, contacts: Iterable[Mapping[str, Any]]) -> None:
    known = {field.tag for field in context.store.fields(listed)}
    for contact in contacts:
        for tag, value in _merge_fields(contact).items():
            if tag not in known:
                add_field(context.store, listed, {"name": tag, "tag": tag, "type": _type(value)}, context.account.fields)
                known.add(tag)


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "text"
    if isinstance(value, int | float | Decimal):
        return "number"
    return "date" if isinstance(value, date) else "text"


def _put(context: Context, listed: str, contacts: Iterable[Mapping[str, Any]]) -> None:
    rows = {member.hash: columns(member) for member in context.store.members(listed).values()}
    fields = {field.tag: field for field in context.store.fields(listed)}
    context.store.forget()  # before many writes, so that none of them refreshes what is kept in memory
    for contact in contacts:
        besides = _kept(contact)
        row = rows.get(digest(contact["email"])) or fresh(contact["email"], "transactional", context.clock.now())
        rows[row["hash"]] = {**row, **_columns(contact, row)}
        member = context.store.put_member(listed, rows[row["hash"]], _values(fields, contact))
        _tag(context, listed, member, besides.get("tags", []))
        _choose(context, listed, member, besides)


def _merge_fields(contact: Mapping[str, Any]) -> dict[str, Any]:
    return {tag: value for tag, value in contact.get("fields", {}).items() if value is not None and tag == tag.upper()}


def _kept(contact: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Mailchimp keeps besides merge fields, by the words of mappings."""
    return {word: value for word, value in contact.get("fields", {}).items() if value is not None and word != word.upper()}


def _tag(context: Context, listed: str, member: int, names: Iterable[str]) -> None:
    for name in names:
        known = [each.id for each in context.store.segments(listed) if each.name == name and each.options is None]
        number = known[0] if known else context.store.add_segment(listed, name, None, context.clock.now())
        context.store.tag(number, [member])


def _choose(context: Context, listed: str, member: int, besides: Mapping[str, Any]) -> None:
    for word, value in besides.items():
        if word.startswith(INTERESTS):
            names = [value] if isinstance(value, str) else value
            chosen = {_group(context, listed, word.removeprefix(INTERESTS), name): True for name in names}
            context.groups.choose(member, chosen)


def _group(context: Context, listed: str, title: str, name: str) -> str:
    """Return the id of a group, made when it is new."""
    known = [each for each in context.groups.categories(listed) if each.title == title]
    category = known[0] if known else context.groups.add_category(listed, title, "checkboxes")
    found = [each.id for each in context.groups.groups(listed, category.id) if each.name == name]
    return found[0] if found else context.groups.add_group(listed, category.id, name).id


def _columns(contact: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    besides = _kept(contact)
    given = {
        "language": contact.get("language", besides.get("language")),
        "vip": contact.get("vip", besides.get("vip")),
        "rating": contact.get("member_rating", besides.get("rating")),
        "source": contact.get("source", besides.get("source")),
        "country": besides.get("ipgeo"),
    }
    created = _instant(contact.get("created_at")) or row["created"]
    found = {key: value for key, value in given.items() if value is not None}
    if "consent" not in contact:
        return {**found, "created": created}
    consent = contact["consent"]
    status = "cleaned" if consent.get("suppressed") else STATUSES[consent["status"]]
    # guess: who never opted in, or has not confirmed, has no timestamp_opt
    opted = None if consent["status"] in ("never", "pending") else _instant(consent.get("at")) or created
    return {**found, "created": created, "status": status, "opted": opted}


def _instant(value: Any) -> str | None:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    if found is None:
        return None
    if found.tzinfo is None:
        raise ValueError(f"an instant without an offset: {value}")
    return str(found.isoformat())


def _values(fields: Mapping[str, MergeField], contact: Mapping[str, Any]) -> dict[int, str]:
    return {fields[tag].merge_id: kept(fields[tag], value) for tag, value in _merge_fields(contact).items()}


def _purchase(event: Mapping[str, Any]) -> tuple[str, str | None, datetime, Decimal, int]:
    at = datetime.fromisoformat(str(_instant(event["at"])))
    lines = event.get("properties", {}).get("lines")
    products = sum(int(line.get("quantity", 1)) for line in lines) if lines else 1  # an order has at least one line
    return event["email"].strip().lower(), event.get("id"), at, Decimal(str(event.get("value") or 0)), products
