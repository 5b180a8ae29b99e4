"""An emulator of the Mailchimp Marketing API 3.0, as far as Franca's adapter uses it.

Every emulated behaviour that Mailchimp's own description does not state plainly is labelled in a comment: *reported* (somebody saw it, with
the place), or *guess* (nobody wrote it down). Unlabelled behaviour is documented in the API description, 3.0.55.
"""

from franca_mailchimp.sandbox.batches import Pace
from franca_mailchimp.sandbox.emulator import API_KEY, Sandbox
from franca_mailchimp.sandbox.records import Account, Audience

__all__ = ["API_KEY", "Account", "Audience", "Pace", "Sandbox"]
