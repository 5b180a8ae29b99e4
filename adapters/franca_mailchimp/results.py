"""What Mailchimp counted for a campaign that was sent: people, not events.

The report of a test counts all who were sent anything; those of its arms, and of what was sent to the rest, are its sub-reports. That
their ids are those of the combinations, and that the winner is sent as one more campaign, is reported (a dashboard in public use, with the
figures of a test of 2026: 2 x 2,083 and 4,167 of 8,333). Arms are known by their subjects, which are documented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from franca.adapter import ArmResult, Remote, Results, TerminalError
from franca_mailchimp.client import Client, Operation
from franca_mailchimp.emails import READ_CAMPAIGN
from franca_mailchimp.variate import VARIATE, same_subject, subjects

READ_REPORT = Operation("read report", "reports", "get_campaign_report")
READ_ARMS = Operation("read reports of a test", "reports", "get_sub_reports_for_campaign")

UNFINISHED = frozenset(["save", "paused", "schedule", "sending", "canceling"])
BLENDED = "Mailchimp sent the winner to the rest of the audience, and its reports do not keep these people apart from the test's"

_BOUNCES = ("hard_bounces", "soft_bounces", "syntax_errors")
_REPORT = (
    *("id", "subject_line", "emails_sent", "unsubscribed", "abuse_reports", "opens.unique_opens", "clicks.unique_subscriber_clicks"),
    *("ecommerce.total_orders", "ecommerce.total_revenue", "ecommerce.currency_code", *(f"bounces.{name}" for name in _BOUNCES)),
)
_CAMPAIGN = ("id", "status", "type", "send_time", "tracking.ecomm360", "settings.subject_line", "variate_settings")

Report = Mapping[str, Any]
Arm = tuple[str, Sequence[Report]]
"""Its subject, and the reports that count its people."""


def results(client: Client, remote: Remote) -> Results | None:
    """Return a campaign's results; None while it is not sent.

    Who ordered is not told: Mailchimp counts orders, and somebody may have placed two. Revenue is None when the campaign does not track
    it. *Delivered* is `emails_sent` without what bounced, which is what the rates of the report are of (documented).

    Raises:
        DestinationError: the report of an arm is missing, or as ever.
    """
    campaign = client.call(READ_CAMPAIGN, remote.id, fields=list(_CAMPAIGN))
    if campaign["status"] in UNFINISHED:
        return None
    arms, blended = _grouped(client, remote, campaign)
    reports = [report for _, each in arms for report in each]
    if not any(report["emails_sent"] for report in reports):  # cancelled in time
        return None
    tracked = bool((campaign.get("tracking") or {}).get("ecomm360"))
    return Results(
        arms=tuple(_arm(subject, reports, tracked=tracked) for subject, reports in arms),
        sent_at=campaign.get("send_time") or "",
        currency=next((code for report in reports if (code := _shop(report).get("currency_code"))), ""),
        blended=BLENDED if blended else "",
    )


def _grouped(client: Client, remote: Remote, campaign: Mapping[str, Any]) -> tuple[list[Arm], bool]:
    """Return the arms, and whether they count people who were sent the winner."""
    lines = subjects(campaign)
    if campaign["type"] != VARIATE:
        return [(lines[0], [client.call(READ_REPORT, remote.id, fields=list(_REPORT))])], False
    answer = client.call(READ_ARMS, remote.id, fields=["total_items", *(f"reports.{field}" for field in _REPORT)])
    reports, settings = answer.get("reports") or [], campaign.get("variate_settings") or {}
    found = _by_subject(lines, [report for report in reports if report["id"] != settings.get("winning_campaign_id")])
    if not all(each for _, each in found):  # the winner went out as the arm itself
        found = _by_subject(lines, reports)
    if not all(each for _, each in found) or len({same_subject(line) for line in lines}) < len(lines):
        what = f"Mailchimp: the reports of the test {remote.name!r} do not name each of its {len(lines)} subjects once"
        raise TerminalError(what, remedy="look at its report at Mailchimp: was a subject edited by hand?", operation=READ_ARMS.words)
    return found, _blended(settings, found)


def _by_subject(lines: Sequence[str], reports: Sequence[Report]) -> list[Arm]:
    return [(line, [each for each in reports if same_subject(each.get("subject_line") or "") == same_subject(line)]) for line in lines]


def _blended(settings: Mapping[str, Any], found: Sequence[Arm]) -> bool:
    """Return whether an arm has more people than took part in the test: a combination says how many those were."""
    if int(settings.get("test_size") or 100) == 100:
        return False
    took_part = {each.get("subject_line"): int(each.get("recipients") or 0) for each in settings.get("combinations") or ()}
    return any(sum(each["emails_sent"] for each in reports) > took_part.get(at, 0) for at, (_, reports) in enumerate(found))


def _arm(subject: str, reports: Sequence[Report], *, tracked: bool) -> ArmResult:
    def people(part: str, key: str) -> int:
        return sum(int((report.get(part) or {}).get(key) or 0) for report in reports)

    sent = sum(int(report["emails_sent"]) for report in reports)
    shop = [_shop(report) for report in reports]
    # orders without tracking: a shop may name the campaign by itself
    counted = tracked or any(each.get("total_orders") for each in shop)
    return ArmResult(
        subject=subject,
        sent=sent,
        delivered=sent - sum(people("bounces", kind) for kind in _BOUNCES),
        clicked=people("clicks", "unique_subscriber_clicks"),  # `unique_clicks` counts links
        opened=people("opens", "unique_opens"),
        revenue=sum((Decimal(str(each.get("total_revenue") or 0)) for each in shop), Decimal(0)) if counted else None,
        unsubscribed=sum(int(report.get("unsubscribed") or 0) for report in reports),
        complained=sum(int(report.get("abuse_reports") or 0) for report in reports),
    )


def _shop(report: Report) -> Mapping[str, Any]:
    return report.get("ecommerce") or {}
