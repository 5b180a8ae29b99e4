"""From a segment to its members."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from franca.sandbox import Call, Clock
from franca_mailchimp.sandbox.compare import Assumptions
from franca_mailchimp.sandbox.conditions import MemberTest, errors, member_test
from franca_mailchimp.sandbox.emails import did
from franca_mailchimp.sandbox.groups import Groups
from franca_mailchimp.sandbox.paging import flag
from franca_mailchimp.sandbox.problems import FieldError
from franca_mailchimp.sandbox.records import Account, Member, Purchase, Segment
from franca_mailchimp.sandbox.store import Store
from franca_mailchimp.sandbox.view import Spending, View

INCLUDES = {"include_unsubscribed": "unsubscribed", "include_cleaned": "cleaned", "include_transactional": "transactional"}
COMBINE: Mapping[str, Callable[[Any], bool]] = {"any": any, "all": all}


class Membership:
    """Interprets conditions over what the store holds, as of the clock's present."""

    def __init__(self, store: Store, groups: Groups, account: Account, clock: Clock, holds: Assumptions) -> None:
        self._store, self._groups, self._account, self._clock, self._holds = store, groups, account, clock, holds
        self._spent: tuple[Sequence[Purchase], int, Mapping[str, Spending]] = ([], 0, {})

    def errors(self, audience: str, options: Any) -> list[FieldError]:
        """Return what is wrong with a segment's `options`."""
        if not isinstance(options, Mapping):
            return [FieldError("options", "Schema describes object, something else found instead")]
        found = [] if options.get("match") in COMBINE else [FieldError("options.match", "The value you selected is not a valid choice.")]
        conditions = options.get("conditions")
        if not isinstance(conditions, list):  # reported: drewm/mailchimp-api#160
            kind = "object" if isinstance(conditions, Mapping) else "null"
            return [*found, FieldError("options.conditions", f"Schema describes array, {kind} found instead")]
        return [*found, *self._size_errors(conditions), *self._condition_errors(audience, conditions)]

    def count(self, audience: str, segment: Segment, call: Call) -> int:
        """Return how many members a segment has among those that the call's include_* flags count."""
        return len(self.members(audience, segment, call))

    def members(self, audience: str, segment: Segment, call: Call) -> list[Member]:
        """Return a segment's members: active (subscribed) ones, and who the call includes besides.

        Pending and archived contacts are in no segment (guess: no include_* parameter names them).
        """
        statuses = {"subscribed", *(status for name, status in INCLUDES.items() if flag(call, name))}
        chosen = self._test(audience, segment)
        return [member for member in self._store.members(audience).values() if member.status in statuses and chosen(member)]

    def _test(self, audience: str, segment: Segment) -> MemberTest:
        if segment.options is None:
            tagged = self._store.tagged(segment.id)
            return lambda member: member.id in tagged
        view = self._view(audience)
        tests = [member_test(view, condition) for condition in segment.options["conditions"]]
        combine = COMBINE[segment.options["match"]]
        return tests[0] if len(tests) == 1 else lambda member: combine(test(member) for test in tests)

    def _view(self, audience: str) -> View:
        return View(
            fields={field.tag: field for field in self._store.fields(audience)},
            static=self._store.static_ids(audience),
            holds=self._holds,
            zone=ZoneInfo(self._account.timezone),
            tagged=self._store.tagged,
            interests={group.id: group.category for group in self._groups.groups(audience)},
            interested=self._groups.members,
            did=partial(did, self._store.db),
            spending=cache(lambda: self._spending(audience)),
        )

    def _size_errors(self, conditions: Sequence[Any]) -> list[FieldError]:
        limit = self._account.conditions
        if not conditions:  # guess: a segment of everybody is not meant
            return [FieldError("options.conditions", "This value should not be blank.")]
        if limit is not None and len(conditions) > limit:  # reported as a limit of plans (r/MailChimp); enforcement here is a guess
            return [FieldError("options.conditions", f"This collection should contain {limit} elements or less.")]
        return []

    def _condition_errors(self, audience: str, conditions: Sequence[Any]) -> list[FieldError]:
        view = self._view(audience)
        found = [(place, key, message) for place, condition in enumerate(conditions) for key, message in errors(view, condition)]
        return [FieldError(f"options.conditions.item:{place}" + (f".{key}" if key else ""), message) for place, key, message in found]

    def _spending(self, audience: str) -> Mapping[str, Spending]:
        """Return what each email ordered up to now; kept while neither the orders nor the share of them in the past change."""
        purchases = self._store.purchases(audience)
        past = bisect_right(purchases, self._clock.now(), key=lambda purchase: purchase.at)
        if self._spent[0] is not purchases or self._spent[1] != past:
            self._spent = (purchases, past, _summed(purchases[:past]))
        return self._spent[2]


def _summed(purchases: Sequence[Purchase]) -> Mapping[str, Spending]:
    grouped: dict[str, list[Purchase]] = {}
    for purchase in purchases:
        grouped.setdefault(purchase.email, []).append(purchase)
    return {email: _sum(found) for email, found in grouped.items()}


def _sum(found: Sequence[Purchase]) -> Spending:
    totals = [purchase.total for purchase in found]
    return Spending(
        orders=len(found),
        total=sum(totals, Decimal(0)),
        largest=max(totals),
        smallest=min(totals),
        products=sum(purchase.products for purchase in found),
        last=found[-1].at,
    )
