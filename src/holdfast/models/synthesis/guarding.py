"""Calls of functions that may do anything, within the sandbox: on copies, and stopped in time."""

import copy
import signal
from collections.abc import Callable
from typing import Final

from holdfast.models.synthesis.task import Plain

__all__ = ["guarded"]

_CALL_S: Final = 0.2
"""CPU seconds that one call may take."""
_SLOW_CALLS: Final = 3


def guarded(function: Callable[..., Plain]) -> Callable[..., Plain]:
    """The function on copies of its arguments; TimeoutError where it takes long, always after a few times."""
    slow = 0

    def called(*args: Plain) -> Plain:
        nonlocal slow
        if slow >= _SLOW_CALLS:
            raise TimeoutError
        copies = copy.deepcopy(args)
        before = signal.signal(signal.SIGVTALRM, _stop)
        signal.setitimer(signal.ITIMER_VIRTUAL, _CALL_S)
        try:
            return function(*copies)
        except TimeoutError:
            slow += 1
            raise
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)

    return called


def _stop(*_: object) -> None:
    raise TimeoutError
