"""What MailerLite's templates can say: nothing that Franca would push, with the reason."""

from __future__ import annotations

from collections.abc import Mapping

from franca.adapter import Support
from franca.adapter.constructs import Construct, refused

WHY = "MailerLite's API keeps no templates, and it rewrites the HTML of campaigns, so that what it made of ours cannot be checked"
_SOURCE = "https://developers.mailerlite.com/docs/campaigns.html"

CONSTRUCTS: Mapping[Construct, Support] = dict.fromkeys(Construct, refused(WHY, _SOURCE))
