"""An emulator of MailerLite's API (connect.mailerlite.com/api), written from the vendor sheet alone.

Labels in the comments of this package say how a behaviour is known: *documented* (MailerLite's own pages), *seen* (in the recorded
answers of the SDK's own tests), *guess* (ours; chosen so that a careful client is not helped).
"""

from franca_mailerlite.sandbox.emulator import Sandbox

__all__ = ["Sandbox"]
