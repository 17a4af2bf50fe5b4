"""Starts what serves programs and tests, each in a sandbox of its own."""

from collections.abc import Mapping
from functools import cache

from holdfast.checkers.python.hosting import HOST, host_text
from holdfast.checkers.python.program import CallLimits, Partner
from holdfast.runtime.sandbox.jobs import PYTHON, Allowance, Job
from holdfast.runtime.sandbox.sandbox import Sandbox

__all__ = ["Hosts"]

_FILE = ".host.py"
_LONG_S = 24 * 3600.0
"""Limits of a whole process; each request has its own."""


class Hosts:
    """Starts hosts in a sandbox. Belongs to no event loop."""

    def __init__(self, sandbox: Sandbox) -> None:
        """Every host is a job of `sandbox`."""
        self._sandbox = sandbox

    @property
    def level(self) -> str:
        """How strongly they are kept apart."""
        return self._sandbox.level

    def program(self, files: Mapping[str, bytes], limits: CallLimits) -> Partner:
        """A process that waits for a program to load; `files` lie in its folder."""
        text = _program_host()
        return self._sandbox.open(
            Job(
                argv=(PYTHON, _FILE),
                files={**files, _FILE: text.encode()},
                allowance=_allowance(limits),
            ),
            name="the program",
        )


def _allowance(limits: CallLimits) -> Allowance:
    return Allowance(
        wall_s=_LONG_S, cpu_s=_LONG_S, memory_mb=limits.memory_mb, output_bytes=limits.answer_bytes
    )


@cache
def _program_host() -> str:
    return host_text("wire", "candidate_host") + f"from {HOST}.candidate_host import serve\nserve()\n"
