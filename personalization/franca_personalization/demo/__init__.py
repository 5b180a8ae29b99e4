"""`franca demo --copy`: generate, check, approve, test at each ESP, report; without an account and without a key."""

from franca_personalization.demo.run import run_copy_demo

__all__ = ["run_copy_demo"]
