"""An emulator of the Klaviyo API, revision 2026-10-15, for tests, demos and dry runs.

Behaviour is labelled in comments: documented (by Klaviyo), reported (by third parties), guess (nobody says).
"""

from franca_klaviyo.sandbox.emulator import Sandbox

__all__ = ["Sandbox"]
