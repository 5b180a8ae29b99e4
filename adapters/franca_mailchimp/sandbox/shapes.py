"""What the API shows of each resource; `_links` are left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from franca.sandbox import Call
from franca_mailchimp.sandbox.context import Context
from franca_mailchimp.sandbox.groups import nothing_chosen
from franca_mailchimp.sandbox.records import Audience, Member, MergeField, Segment
from franca_mailchimp.sandbox.values import shown


def instant(found: datetime | None) -> str:
    """Return an instant as Mailchimp writes it, to the second; "" for none."""
    return found.astimezone(UTC).isoformat(timespec="seconds") if found else ""


def audience_body(context: Context, audience: Audience) -> dict[str, Any]:
    """Return one list."""
    statuses = Counter(member.status for member in context.store.members(audience.id).values())
    stats = {
        "member_count": statuses["subscribed"],
        "total_contacts": statuses.total(),
        "unsubscribe_count": statuses["unsubscribed"],
        "cleaned_count": statuses["cleaned"],
        # guess: every merge field is counted, the email address not
        "merge_field_count": len(context.store.fields(audience.id)),
    }
    return {"id": audience.id, "name": audience.name, "visibility": "prv", "double_optin": False, "stats": stats}


def field_body(audience: str, field: MergeField) -> dict[str, Any]:
    """Return one merge field."""
    return {"merge_id": field.merge_id, "tag": field.tag, "type": field.type, **field.spec, "list_id": audience}


def member_bodies(context: Context, audience: str, members: Sequence[Member]) -> list[dict[str, Any]]:
    """Return contacts, each with every merge field of the audience, "" where blank."""
    fields, tags = context.store.fields(audience), context.store.tags(members)
    chosen, nothing = context.groups.shown(audience), nothing_chosen(context.groups.groups(audience))
    return [
        {
            **_member(audience, member, fields),
            "interests": chosen.get(member.id, nothing),
            "tags_count": len(tags[member.id]),
            "tags": tags[member.id][:50],
        }
        for member in members
    ]


def segment_body(context: Context, audience: str, segment: Segment, call: Call) -> dict[str, Any]:
    """Return one segment with its count; static segments have no options."""
    body = {
        "id": segment.id,
        "name": segment.name,
        "member_count": context.membership.count(audience, segment, call),
        "type": segment.kind,
        "created_at": instant(segment.created),
        "updated_at": instant(segment.updated),
        "list_id": audience,
    }
    return body if segment.options is None else {**body, "options": _options(segment.options, context.holds["mailchimp.conditions-echoed"])}


def _options(options: Mapping[str, Any], echoed: bool) -> dict[str, Any]:
    conditions = options["conditions"] if echoed else [_normalised(condition) for condition in options["conditions"]]
    return {"match": options["match"], "conditions": conditions}


def _normalised(condition: Mapping[str, Any]) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, int | float) else value for key, value in sorted(condition.items())}


def _member(audience: str, member: Member, fields: Sequence[MergeField]) -> dict[str, Any]:
    return {
        "id": member.hash,
        "email_address": member.email,
        "unique_email_id": member.hash[:10],
        "contact_id": member.hash,
        "web_id": member.id,
        "email_type": "html",
        "status": member.status,
        "merge_fields": {field.tag: shown(field, member.values.get(field.merge_id)) for field in fields},
        "timestamp_signup": instant(member.created),
        "timestamp_opt": instant(member.opted),
        "member_rating": member.rating,
        "last_changed": instant(member.changed),
        "language": member.language,
        "vip": member.vip,
        "source": member.source,
        "location": {"country_code": member.country},
        "list_id": audience,
    }
