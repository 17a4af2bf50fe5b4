"""Every error of ours is a word of the list."""

import pytest

from holdfast.apps.kept import StillReadingError
from holdfast.apps.live import NoGoalError
from holdfast.apps.problems import Reason, problem_of
from holdfast.core import errors


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NoGoalError("no proof is open here"), Reason.NO_GOAL),
        (StillReadingError("slow"), Reason.TIMED_OUT),
        (errors.CheckerDiedError("gone"), Reason.NO_VERDICT),
        (errors.MissingToolError("apt-get install coq"), Reason.TOOL_MISSING),
        (errors.SandboxUnavailableError("none"), Reason.NO_SANDBOX),
        (ExceptionGroup("both", [errors.UserError("yours")]), Reason.CANNOT_BE_DONE),
        (TimeoutError(), Reason.TIMED_OUT),
        (OSError(28, "No space left on device"), Reason.STORAGE_FAILED),
        (KeyError("secret"), Reason.BUG),
    ],
)
def test_reasons(error: BaseException, reason: Reason) -> None:
    assert problem_of(error).reason is reason
    assert "secret" not in problem_of(error).message


def test_no_error_of_ours_is_a_bug() -> None:
    kinds = [getattr(errors, name) for name in errors.__all__]
    told = {kind.__name__: problem_of(kind("said")) for kind in kinds if kind is not errors.HoldfastError}
    assert [name for name, problem in told.items() if problem.reason is Reason.BUG] == []
    assert {problem.message for problem in told.values()} == {"said"}
