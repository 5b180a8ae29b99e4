"""Consent → conditions of type profile-marketing-consent (section 1.5 of the contract)."""

from __future__ import annotations

from collections.abc import Mapping

from franca.adapter import Assumption, facts
from franca.definitions import ConsentTest, Kind, Mailable, Status
from franca_klaviyo.parts import Condition, Context, Filter, Part, refuse
from franca_klaviyo.values import IS_SET
from franca_klaviyo.windows import Time, leaned, spans

SUPPRESSIONS = ("bounce_date", "manual_suppression_date", "invalid_email_date")


def consent(receives: bool, subscription: str, field: str = "", test: Filter = IS_SET, channel: str = "email") -> Condition:
    """Return one condition, with a filter on a *field* when there is one.

    Whoever cannot receive emails without having unsubscribed has one of three suppressions.
    """
    filters = {"filters": [{"field": field, "filter": test}]} if field else {}
    status = {"channel": channel, "can_receive_marketing": receives, "consent_status": {"subscription": subscription, **filters}}
    return {"type": "profile-marketing-consent", "consent": status}


def _with_suppressed(subscription: str) -> tuple[Condition, ...]:
    return consent(True, subscription), *(consent(False, subscription, each) for each in SUPPRESSIONS)


Reached = tuple[tuple[Condition, ...], tuple[Condition, ...]]

# "Can receive email" without "subscribed" includes those who never subscribed; texts and pushes reach subscribers alone.
MAILABLE: Mapping[str, Reached] = {
    "email": ((consent(True, "subscribed"),), (consent(False, "any"), consent(True, "never_subscribed"))),
    "sms": ((consent(True, "subscribed", channel="sms"),), (consent(False, "any", channel="sms"),)),
    "push": ((consent(True, "any", channel="push"),), (consent(False, "any", channel="push"),)),
}
"""Who can be reached on a channel, and who cannot."""

# Whoever has not confirmed yet has, for Klaviyo, never subscribed: both or none of the two.
STATUSES: Mapping[str, Mapping[Status, tuple[Condition, ...]]] = {
    "email": {
        Status.SUBSCRIBED: _with_suppressed("subscribed"),
        Status.UNSUBSCRIBED: (consent(False, "unsubscribed"),),
        Status.NEVER: _with_suppressed("never_subscribed"),
    },
    "sms": {
        Status.SUBSCRIBED: (consent(True, "subscribed", channel="sms"),),
        Status.UNSUBSCRIBED: (consent(False, "unsubscribed", channel="sms"),),
        Status.NEVER: (consent(False, "never_subscribed", channel="sms"),),
    },
}


def mailable(leaf: Mailable, positive: bool, context: Context) -> Part:
    """Compile `mailable`.

    Raises:
        RefusedError: a channel that Klaviyo's consent has not.
    """
    if leaf.channel not in MAILABLE:
        raise refuse("consent-channel", f"Klaviyo's consent is for {', '.join(MAILABLE)}, not for {leaf.channel}")
    return Part(groups=(MAILABLE[leaf.channel][0 if positive else 1],), assumptions=_facts(leaf.channel, context))


def consented(leaf: ConsentTest, positive: bool, context: Context) -> Part:
    """Compile a test on the consent status, or on its date.

    Raises:
        RefusedError: another channel, or a distinction that Klaviyo does not make.
    """
    if leaf.channel not in STATUSES:
        raise refuse("consent-channel", f"Klaviyo tells a status for {' and '.join(STATUSES)}, not for {leaf.channel}")
    if leaf.at:
        return _dated(leaf, positive, context)
    wanted = {status for status in Status if (status in leaf.statuses) is positive}
    source = context.site.project.data.profile.consent[leaf.channel]
    if len(wanted & {Status.PENDING, Status.NEVER}) == 1 and Status.PENDING in source.values:
        raise refuse("pending-consent", "Klaviyo does not tell who has not confirmed from who never subscribed")
    if leaf.channel != "email" and source.suppressed and Status.SUBSCRIBED in wanted:
        raise refuse("suppressed-consent", f"Klaviyo does not tell a subscription to {leaf.channel} that is suppressed")
    known = STATUSES[leaf.channel]
    group = tuple(condition for status in Status if status in wanted for condition in known.get(status, ()))
    return Part(groups=(group,), assumptions=_facts(leaf.channel, context))


# -- dates: Klaviyo knows them together with a status, which the definition must ask for besides


def _dated(leaf: ConsentTest, positive: bool, context: Context) -> Part:
    subscribed, unsubscribed = (ConsentTest(channel=leaf.channel, statuses=(each,)) for each in (Status.SUBSCRIBED, Status.UNSUBSCRIBED))
    # Of emails a subscription may be suppressed, and then it has no date.
    reached = {Mailable(channel=leaf.channel), *([] if leaf.channel == "email" else [subscribed])}
    if positive and reached & context.given:
        receives, subscription = True, "subscribed"
    elif positive and unsubscribed in context.given:
        receives, subscription = False, "unsubscribed"
    else:
        raise refuse("consent-dates", "Klaviyo has the date of a consent for all who can be reached, or all who unsubscribed, alone")
    alternatives = [span.inside() for span in spans(leaf.at[0], Time(kind=Kind.DATETIME, zone=context.site.project.zone, context=context))]

    def dated(test: Filter) -> Condition:
        return consent(receives, subscription, "status_date", test, leaf.channel)

    leaning = leaned(each for filters in alternatives for each in filters)
    groups = tuple(tuple(map(dated, filters)) for filters in alternatives)
    return Part(groups=groups, assumptions=_facts(leaf.channel, context) | leaning)


def _facts(channel: str, context: Context) -> frozenset[Assumption]:
    return frozenset({facts(context.site.destination.name, f"consent to {channel}")})
