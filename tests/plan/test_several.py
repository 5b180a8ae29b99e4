"""Several destinations, one after another: each whatever becomes of the others, and one error that says it of all."""

import pytest

from franca.adapter import TerminalError
from franca.errors import FrancaError
from franca.plan import PartlyAppliedError, SeveralError, Unsafe, UnsafeError, each

ERROR, PARTLY = TerminalError("k: no", remedy="do"), PartlyAppliedError("m: stopped")
UNSAFE = UnsafeError("b", [Unsafe(word="sync:x", what="all would go")])


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ([ERROR, ERROR], 1),
        ([UNSAFE, UNSAFE], 3),
        ([PARTLY, PARTLY], 4),
        ([ERROR, None], 4),
        ([None, UNSAFE], 4),
        ([ERROR, UNSAFE], 4),
    ],
)
def test_the_exit_code_is_theirs_if_all_failed_alike_and_else_partly_done(errors, code):
    """And every one of them is told, in its order."""
    done = []

    def work(error):
        done.append(error)
        if error is not None:
            raise error

    with pytest.raises(SeveralError) as caught:
        each(lambda error=error: work(error) for error in errors)
    assert done == errors
    assert caught.value.exit_code == code
    assert str(caught.value).splitlines() == [str(error) for error in errors if error is not None]


def test_the_error_of_the_only_one_is_itself_and_what_is_no_error_of_ours_is_not_held_back():
    """Nothing is raised when all goes well."""

    def fail(error: BaseException):
        raise error

    each([lambda: None, lambda: None])
    with pytest.raises(TerminalError, match="k: no"):
        each([lambda: fail(ERROR)])
    with pytest.raises(ZeroDivisionError):
        each([lambda: fail(ZeroDivisionError()), lambda: fail(FrancaError("never"))])
