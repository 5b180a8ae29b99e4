"""Reports of campaigns that were sent. What is counted is documented; how often somebody opens and clicks is made up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from franca.sandbox import Call, Reply
from franca_mailchimp.sandbox import recipients, variate
from franca_mailchimp.sandbox.context import Context, Endpoint
from franca_mailchimp.sandbox.problems import missing
from franca_mailchimp.sandbox.records import Campaign, Child, Tally
from franca_mailchimp.sandbox.shapes import instant

CURRENCY = "EUR"


def get_campaign_report(context: Context, call: Call) -> Reply:
    """GET /reports/{campaign_id}: of a campaign, or of one of the hidden ones that a test is sent as (reported)."""
    wanted = call.params["campaign_id"]
    for campaign in context.emails.campaigns():
        if campaign.sent and campaign.id == wanted:
            return Reply(body=report(context, campaign))
        child = next((each for each in campaign.sent.children if each.id == wanted), None) if campaign.sent else None
        if child:
            return Reply(body=report(context, campaign, child))
    raise missing()  # guess: what was not sent has no report


def get_sub_reports(context: Context, call: Call) -> Reply:
    """GET /reports/{campaign_id}/sub-reports: one for each hidden campaign of a test (reported: brandonseydel/MailChimp.Net#550)."""
    campaign = context.emails.campaign(call.params["campaign_id"])
    if campaign is None or campaign.sent is None:
        raise missing()
    children = campaign.sent.children if campaign.body["variate_settings"] else ()
    found = [report(context, campaign, child) for child in children]
    return Reply(body={"reports": found, "campaign_id": campaign.id, "total_items": len(found)})


def report(context: Context, campaign: Campaign, child: Child | None = None) -> dict[str, Any]:
    """Return the report of one hidden campaign, or of all that was sent (reported: a test's own counts the winner's recipients too)."""
    found, settings = context.emails.tally(campaign.id, child.id if child else None), campaign.body["settings"]
    to = recipients.shown(context, campaign.body["recipients"])
    combination = variate.combinations(campaign)[child.combination] if child and campaign.body["variate_settings"] else None
    return {
        "id": child.id if child else campaign.id,
        "campaign_title": settings["title"],
        "type": variate.CHILD if child else campaign.body["type"],
        "list_id": to["list_id"],
        "list_is_active": True,
        "list_name": to["list_name"],
        # reported: a test has no subject of its own; here it has what was set
        "subject_line": variate.subject(campaign, combination) if combination else settings["subject_line"],
        "preview_text": settings["preview_text"],
        "send_time": instant(campaign.sent.at if campaign.sent else None),
        **_counted(campaign, found),
    }


def summary(context: Context, campaign: Campaign) -> dict[str, Any]:
    """Return `report_summary`, which a sent campaign carries itself."""
    found = _counted(campaign, context.emails.tally(campaign.id))
    return {
        "opens": found["opens"]["opens_total"],
        "unique_opens": found["opens"]["unique_opens"],
        "open_rate": found["opens"]["open_rate"],
        "clicks": found["clicks"]["clicks_total"],
        "subscriber_clicks": found["clicks"]["unique_subscriber_clicks"],
        "click_rate": found["clicks"]["click_rate"],
        "ecommerce": {key: value for key, value in found["ecommerce"].items() if key != "currency_code"},
    }


def _counted(campaign: Campaign, found: Tally) -> dict[str, Any]:
    """Return the numbers. Opens and clicks are more than the people: everybody opens twice, and clicks two links, one of them twice."""
    tracking, delivered = campaign.body["tracking"], found.sent - found.bounced
    opened = found.opened if tracking["opens"] else 0
    clicked = found.clicked if tracking["html_clicks"] or tracking["text_clicks"] else 0
    last = instant(campaign.sent.at if campaign.sent else None)
    return {
        "emails_sent": found.sent,
        "abuse_reports": found.complained,
        "unsubscribed": found.unsubscribed,
        "bounces": {"hard_bounces": found.hard, "soft_bounces": found.bounced - found.hard, "syntax_errors": 0},
        "forwards": {"forwards_count": 0, "forwards_opens": 0},
        "opens": {"opens_total": 2 * opened, "unique_opens": opened, "open_rate": _share(opened, delivered), "last_open": last},
        "clicks": {
            "clicks_total": 3 * clicked,
            "unique_clicks": 2 * clicked,
            "unique_subscriber_clicks": clicked,
            "click_rate": _share(clicked, delivered),
            "last_click": last,
        },
        "ecommerce": _shop(campaign, found),
        "delivery_status": {"enabled": False},
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _shop(campaign: Campaign, found: Tally) -> dict[str, Any]:
    """Return orders, one for each who ordered; none unless the campaign tracks them (guess). Shipping and tax are another tenth."""
    tracked = campaign.body["tracking"]["ecomm360"]
    revenue = found.revenue if tracked else Decimal(0)
    return {
        "total_orders": found.ordered if tracked else 0,
        "total_spent": float(round(revenue * Decimal("1.1"), 2)),
        "total_revenue": float(revenue),  # without shipping and tax (documented)
        "currency_code": CURRENCY,
    }


_PATH = "/reports/{campaign_id}"
ENDPOINTS = (
    Endpoint("GET", _PATH, get_campaign_report, "reports.get_campaign_report"),
    Endpoint("GET", _PATH + "/sub-reports", get_sub_reports, "reports.get_sub_reports_for_campaign"),
)
