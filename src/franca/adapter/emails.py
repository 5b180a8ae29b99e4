"""Templates and drafts as resources: what the three ESPs' adapters share."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from franca.adapter.errors import DestinationError, TerminalError
from franca.adapter.protocol import Draft, Email
from franca.adapter.resources import Ref, Resource, ResourceKind
from franca.definitions import Experiment, Part
from franca.errors import FrancaError


def content_digest(text: str) -> str:
    """Return the identity of a text whatever its white space: ESPs change that on the way in."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def html_of(email: Email, title: str) -> str:
    """Return the HTML part.

    Raises:
        FrancaError: the template is plain text alone.
    """
    if Part.HTML not in email.parts:
        raise FrancaError(
            f"{title}'s templates are HTML, and this one is plain text",
            remedy="write it as .html or .mjml, or name its destinations in the front matter",
            position=email.template.position,
        )
    return email.parts[Part.HTML]


def template_resource(email: Email, title: str, **body: Any) -> Resource:
    """Return a template whose HTML (and *body*) can be read back; what is read holds the HTML's digest in its place."""
    html, text = html_of(email, title), email.parts[Part.TEXT]
    return Resource(
        kind=ResourceKind.TEMPLATE,
        key=email.template.key,
        title=email.template.name,
        body={"html": content_digest(html), **body},
        payload={"html": html, "text": text},
    )


def draft_resource(draft: Draft, title: str, **body: Any) -> Resource:
    """Return a campaign draft, its audience by a reference.

    A plain one has `subject`, `preview_text` and `html` (a digest) in its body; a test has them once for each of its `arms`, and `test`:
    the share of the audience that takes part, in percent, what the winner for the rest is chosen by (empty when there is no rest), and
    after how many hours. The payload's html and text are the control's.
    """
    email, campaign = draft.email, draft.campaign
    content: dict[str, Any] = {"arms": [_content(each.email, title) for each in draft.arms], "test": _test(campaign.experiment)}
    return Resource(
        kind=ResourceKind.CAMPAIGN,
        key=campaign.key,
        title=campaign.name,
        body={
            "audience": Ref(str(draft.audience.kind), draft.audience.key),
            "from": campaign.send_from,
            "from_name": email.template.from_name,
            "reply_to": email.template.reply_to or campaign.send_from,
            **(content if draft.arms else _content(email, title)),
            **body,
        },
        payload={"html": html_of(email, title), "text": email.parts[Part.TEXT]},
        segment=campaign.audience,
    )


def _content(email: Email, title: str) -> dict[str, str]:
    return {
        "subject": email.parts[Part.SUBJECT],
        "preview_text": email.parts.get(Part.PREVIEW_TEXT, ""),
        "html": content_digest(html_of(email, title)),
    }


def _test(experiment: Experiment) -> dict[str, Any]:
    share = int(experiment.share * 100)
    rest = share < 100
    return {"share": share, "metric": str(experiment.metric) if rest else "", "wait_hours": experiment.wait_hours if rest else 0}


def insist_on(what: str, wanted: Mapping[str, Any], read: Mapping[str, Any], remove: Callable[[], None]) -> None:
    """Compare a draft with what was asked for, and remove it when it is anything else: its audience above all.

    Raises:
        TerminalError: it differs, and is gone.
    """
    different = sorted(key for key in wanted if wanted[key] != read.get(key))
    if not different:
        return
    try:
        remove()
    except DestinationError as error:
        raise TerminalError(
            f"{what}: the draft came out with another {' and '.join(different)}, and could not be removed", remedy="remove it by hand"
        ) from error
    raise TerminalError(
        f"{what}: the draft came out with another {' and '.join(different)} than asked for; it was removed",
        remedy="nothing was sent; apply again, and report it if it happens again",
    )
