"""What stops a plan: a missing word, or a failure on the way."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from franca.errors import FrancaError


@dataclass(frozen=True, kw_only=True, order=True)
class Unsafe:
    """Something that needs an explicit word: *what* would happen, and the *word* that allows it (`--allow WORD`)."""

    word: str
    what: str


class UnsafeError(FrancaError):
    """A plan or a sync needs words that were not given; nothing was written.

    Attributes:
        reasons: those whose word is missing.
    """

    exit_code = 3

    def __init__(self, destination: str, reasons: Iterable[Unsafe]) -> None:
        self.reasons = tuple(reasons)
        what = "; ".join(reason.what for reason in self.reasons)
        words = " ".join(f"--allow {reason.word}" for reason in self.reasons)
        super().__init__(f"{destination}: refused as unsafe: {what}", remedy=f"if that is meant, add {words}")


class PartlyAppliedError(FrancaError):
    """Some changes are made and some are not; running the command again goes on from there.

    Attributes:
        report: what was done until then (`Applied` or `Synced`), for those who print it.
        retry_after: seconds until the ESP takes the rest, when it said so.
    """

    exit_code = 4

    def __init__(self, what: str, *, remedy: str = "", report: object = None, retry_after: float | None = None) -> None:
        super().__init__(what, remedy=remedy)
        self.report, self.retry_after = report, retry_after


def refuse(destination: str, reasons: Iterable[Unsafe], allow: Collection[str]) -> None:
    """Do nothing if every reason's word is in *allow*.

    Raises:
        UnsafeError: words are missing.
    """
    missing = [reason for reason in reasons if reason.word not in allow]
    if missing:
        raise UnsafeError(destination, missing)
