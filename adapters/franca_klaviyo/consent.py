"""Tests on consent → conditions of type profile-marketing-consent (section 1.5 of the contract, channel email)."""

from __future__ import annotations

from franca.adapter import Assumption, facts
from franca.definitions import ConsentTest, Mailable, Status
from franca_klaviyo.parts import Condition, Context, Part, refuse
from franca_klaviyo.values import IS_SET

SUPPRESSIONS = ("bounce_date", "manual_suppression_date", "invalid_email_date")


def consent(receives: bool, subscription: str, suppression: str = "") -> Condition:
    """Return one condition; whoever cannot receive without having unsubscribed has one of three suppressions."""
    filters = {"filters": [{"field": suppression, "filter": IS_SET}]} if suppression else {}
    status = {"channel": "email", "can_receive_marketing": receives, "consent_status": {"subscription": subscription, **filters}}
    return {"type": "profile-marketing-consent", "consent": status}


def _with_suppressed(subscription: str) -> tuple[Condition, ...]:
    return consent(True, subscription), *(consent(False, subscription, each) for each in SUPPRESSIONS)


STATUSES = {
    Status.SUBSCRIBED: _with_suppressed("subscribed"),
    Status.UNSUBSCRIBED: (consent(False, "unsubscribed"),),
    # Whoever has not confirmed yet has, for Klaviyo, never subscribed: both or none of the two.
    Status.NEVER: _with_suppressed("never_subscribed"),
}


def mailable(leaf: Mailable, positive: bool, context: Context) -> Part:
    """Compile `mailable`.

    Raises:
        RefusedError: another channel than email.
    """
    _check_channel(leaf.channel)
    # "Can receive" without "subscribed" includes those who never subscribed.
    group = (consent(True, "subscribed"),) if positive else (consent(False, "any"), consent(True, "never_subscribed"))
    return Part(groups=(group,), assumptions=_facts(leaf.channel, context))


def consented(leaf: ConsentTest, positive: bool, context: Context) -> Part:
    """Compile a test on the consent status.

    Raises:
        RefusedError: another channel than email, or a distinction that Klaviyo does not make.
    """
    _check_channel(leaf.channel)
    if leaf.at:
        raise refuse("consent-dates", "Klaviyo knows the date of a consent only together with its status")
    wanted = {status for status in Status if (status in leaf.statuses) is positive}
    if len(wanted & {Status.PENDING, Status.NEVER}) == 1 and _has_pending(leaf.channel, context):
        raise refuse("pending-consent", "Klaviyo does not tell who has not confirmed from who never subscribed")
    group = tuple(condition for status in Status if status in wanted for condition in STATUSES.get(status, ()))
    return Part(groups=(group,), assumptions=_facts(leaf.channel, context))


def _has_pending(channel: str, context: Context) -> bool:
    return Status.PENDING in context.site.project.data.profile.consent[channel].values


def _facts(channel: str, context: Context) -> frozenset[Assumption]:
    return frozenset({facts(context.site.destination.name, f"consent to {channel}")})


def _check_channel(channel: str) -> None:
    if channel != "email":
        raise refuse("consent-channel", f"consent to {channel} at Klaviyo is not compiled; email is")
