"""What stops a plan: a missing word, or a failure on the way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
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


class LockedError(FrancaError):
    """Another run writes to the destination from this state; this one has written nothing."""


class SeveralError(FrancaError):
    """Several destinations were worked on, and some failed: one line for each that did.

    Its exit code is theirs when all failed with one; otherwise something was done and something was not (4).

    Attributes:
        errors: in the order of the destinations.
    """

    def __init__(self, errors: Sequence[FrancaError], of: int) -> None:
        self.errors = tuple(errors)
        codes = {error.exit_code for error in errors}
        self.exit_code = codes.pop() if len(errors) == of and len(codes) == 1 else PartlyAppliedError.exit_code
        lines = "\n".join(map(str, errors))
        super().__init__(lines)
        self.args = (lines,)  # each is short, and all of them are told


def each(work: Iterable[Callable[[], object]]) -> None:
    """Do every piece of *work*, one for each destination, whatever becomes of the others.

    Raises:
        FrancaError: that of the only piece, or a `SeveralError`.
    """
    pieces, failures = list(work), list[FrancaError]()
    for piece in pieces:
        try:
            piece()
        except FrancaError as error:
            failures.append(error)
    if failures:
        raise failures[0] if len(pieces) == 1 else SeveralError(failures, of=len(pieces))


def refuse(destination: str, reasons: Iterable[Unsafe], allow: Collection[str]) -> None:
    """Do nothing if every reason's word is in *allow*.

    Raises:
        UnsafeError: words are missing.
    """
    missing = [reason for reason in reasons if reason.word not in allow]
    if missing:
        raise UnsafeError(destination, missing)
