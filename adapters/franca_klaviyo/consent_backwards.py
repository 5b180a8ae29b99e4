"""Conditions on consent read backwards: what those of one group say together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from franca.adapter import Assumption
from franca.adapter.importing import all_of, unrepresentable
from franca.definitions import (
    ConsentTest,
    Kind,
    Mailable,
    Not,
    Predicate,
    Status,
)
from franca_klaviyo.backwards import Names
from franca_klaviyo.consent import SUPPRESSIONS
from franca_klaviyo.parts import Condition
from franca_klaviyo.times_backwards import Approximating, times
from franca_klaviyo.values import IS_SET

Key = tuple[bool, str, str]
"""Can receive, subscription, suppression."""
Bundle = tuple[frozenset[Key], Predicate]


def _with_suppressed(subscription: str) -> frozenset[Key]:
    return frozenset({(True, subscription, ""), *((False, subscription, each) for each in SUPPRESSIONS)})


def _status(channel: str, *statuses: Status) -> Predicate:
    return ConsentTest(channel=channel, statuses=statuses)


_BUNDLES: Mapping[str, Sequence[Bundle]] = {
    "email": (
        (_with_suppressed("subscribed"), _status("email", Status.SUBSCRIBED)),
        (_with_suppressed("never_subscribed"), _status("email", Status.PENDING, Status.NEVER)),
        (frozenset({(False, "unsubscribed", "")}), _status("email", Status.UNSUBSCRIBED)),
        (frozenset({(False, "any", ""), (True, "never_subscribed", "")}), Not(of=Mailable(channel="email"))),
        (frozenset({(True, "subscribed", "")}), Mailable(channel="email")),
    ),
    "sms": (
        (frozenset({(True, "subscribed", "")}), Mailable(channel="sms")),
        (frozenset({(False, "any", "")}), Not(of=Mailable(channel="sms"))),
        (frozenset({(False, "unsubscribed", "")}), _status("sms", Status.UNSUBSCRIBED)),
        (frozenset({(False, "never_subscribed", "")}), _status("sms", Status.PENDING, Status.NEVER)),
    ),
    "push": (
        (frozenset({(True, "any", "")}), Mailable(channel="push")),
        (frozenset({(False, "any", "")}), Not(of=Mailable(channel="push"))),
    ),
}
"""What conditions on consent say together, in one group."""


def consents(conditions: Sequence[Condition], names: Names, consent: Approximating) -> Iterator[tuple[Predicate, frozenset[Assumption]]]:
    """Yield what the conditions of a group say about consent, and what that leans on.

    Raises:
        NotRepresentableError: our language does not tell them apart so, or the project has no such consent.
    """
    plain: dict[str, set[Key]] = {}
    for each in conditions:
        channel = str(each["consent"]["channel"])
        if channel not in names.channels:
            unrepresentable(f"it tests consent to {channel}, and the project's data has none")
        if _dates(each):
            yield _dated(each, names, consent)
        else:
            plain.setdefault(channel, set()).add(_key(each))
    for channel, keys in sorted(plain.items()):
        yield from ((_known(says, names), frozenset()) for says in _said_together(channel, keys))


def _said_together(channel: str, keys: set[Key]) -> Iterator[Predicate]:
    found = [(bundle, says) for bundle, says in _BUNDLES.get(channel, ()) if bundle <= keys]
    found = [(bundle, says) for bundle, says in found if not any(bundle < other for other, _ in found)]
    if keys - frozenset().union(*(bundle for bundle, _ in found)):
        unrepresentable("our language knows who is subscribed and who may be mailed, and not each reason why somebody may not")
    yield from (says for _, says in found)


def _known(says: Predicate, names: Names) -> Predicate:
    if isinstance(says, ConsentTest) and Status.PENDING in says.statuses and Status.PENDING not in names.channels[says.channel].values:
        return _status(says.channel, Status.NEVER)
    return says


def _filters(condition: Condition) -> Sequence[Mapping[str, Any]]:
    return condition["consent"]["consent_status"].get("filters") or ()


def _dates(condition: Condition) -> bool:
    return [each["field"] for each in _filters(condition)] == ["status_date"]


def _dated(condition: Condition, names: Names, consent: Approximating) -> tuple[Predicate, frozenset[Assumption]]:
    """Return a status with its date."""
    channel, (receives, subscription, _) = str(condition["consent"]["channel"]), _key(condition, filtered=False)
    if names.channels[channel].at is None:
        unrepresentable(f"it tests when somebody consented to {channel}, and the project's data do not say")
    (status,) = _said_together(channel, {(receives, subscription, "")})
    when = times(_filters(condition)[0]["filter"], Kind.DATETIME, names.zone, consent)
    return all_of([status, ConsentTest(channel=channel, at=when.tests)]), when.leaned


def _key(condition: Condition, *, filtered: bool = True) -> Key:
    consent, filters = condition["consent"], _filters(condition) if filtered else ()
    suppressions = [each["field"] for each in filters if each["field"] in SUPPRESSIONS and each["filter"] == IS_SET]
    if len(suppressions) != len(filters) or len(suppressions) > 1:
        unrepresentable("it tests how somebody consented")
    return bool(consent["can_receive_marketing"]), str(consent["consent_status"]["subscription"]), "".join(suppressions)
