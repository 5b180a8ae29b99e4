"""An emulator of the Brevo API v3 (formerly Sendinblue), written from the vendor sheet alone.

Labels in the comments of this package say how a behaviour is known: *documented* (Brevo's own text or contract),
*reported* (third parties against the live API), *guess* (ours; chosen so that a careful client is not helped).
"""

from franca_brevo.sandbox.emulator import Sandbox

__all__ = ["Sandbox"]
