"""The contract of an adapter as a kit that an adapter runs against itself and its emulator. Needs no test runner.

    import pytest
    from franca.adapter.testing import CHECKS, Subject

    SUBJECT = Subject(name="example", attributes={...}, people=..., rules=...)

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    def test_the_contract(check):
        check(SUBJECT)

Each check states its fact in its docstring and raises a `BrokenContractError` that says what is wrong. Adapter and emulator are found by
their entry points, as everybody finds them.
"""

from franca.adapter.testing.declared import DECLARED
from franca.adapter.testing.definitions import EXAMPLES, MADE, PROJECT, segment
from franca.adapter.testing.demand import BrokenContractError, Check, broken
from franca.adapter.testing.made import MAKING
from franca.adapter.testing.pure import PURE
from franca.adapter.testing.rules import Rules, Sent
from franca.adapter.testing.subject import Account, Subject
from franca.adapter.testing.templates import SAYING

CHECKS: tuple[Check, ...] = (*DECLARED, *SAYING, *PURE, *MAKING)
"""All of the contract: declarations first, then what is compiled, then what is made at the emulator."""

__all__ = [
    "CHECKS",
    "DECLARED",
    "EXAMPLES",
    "MADE",
    "MAKING",
    "PROJECT",
    "PURE",
    "SAYING",
    "Account",
    "BrokenContractError",
    "Check",
    "Rules",
    "Sent",
    "Subject",
    "broken",
    "segment",
]
