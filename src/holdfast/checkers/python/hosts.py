"""Starts what serves programs and tests, each in a sandbox of its own."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from holdfast.checkers.python.hosting import HOST, host_text
from holdfast.checkers.python.program import CallLimits, Partner
from holdfast.runtime.sandbox.jobs import PYTHON, Allowance, Job, Ran
from holdfast.runtime.sandbox.sandbox import Sandbox

__all__ = ["Hosts"]

_FILE = ".host.py"
_LONG_S = 24 * 3600.0
"""Limits of a whole process; each request has its own."""


class Hosts:
    """Starts hosts in a sandbox. Belongs to no event loop."""

    def __init__(self, sandbox: Sandbox, *, packages: tuple[Path, ...] = ()) -> None:
        """Every host is a job of `sandbox`; tests, and only they, find the libraries in `packages`."""
        self._sandbox = sandbox
        self.packages = packages
        """Folders of libraries for tests."""

    @property
    def level(self) -> str:
        """How strongly they are kept apart."""
        return self._sandbox.level

    def program(self, files: Mapping[str, bytes], limits: CallLimits) -> Partner:
        """A process that waits for a program to load, to call it; `files` lie in its folder."""
        return self._open(_program_host(), files, limits, "the program")

    def objects(self, files: Mapping[str, bytes], limits: CallLimits) -> Partner:
        """The same, to be asked for objects as well."""
        return self._open(_object_host(), files, limits, "the program")

    def tests(self, files: Mapping[str, bytes], limits: CallLimits) -> Partner:
        """A process that waits for a test program."""
        return self._open(_suite_host(), files, limits, "the tests", self.packages)

    async def run(self, files: Mapping[str, bytes], main: str, stdin: bytes, limits: CallLimits) -> Ran:
        """Run the program `main` among `files` to its end."""
        allowance = _allowance(limits, wall_s=limits.call_wall_s, cpu_s=limits.call_cpu_s)
        return await self._sandbox.run(
            Job(argv=(PYTHON, main), files=files, stdin=stdin, allowance=allowance)
        )

    def _open(
        self,
        text: str,
        files: Mapping[str, bytes],
        limits: CallLimits,
        name: str,
        readable: tuple[Path, ...] = (),
    ) -> Partner:
        job = Job(
            argv=(PYTHON, _FILE),
            files={**files, _FILE: text.encode()},
            allowance=_allowance(limits),
            readable=readable,
        )
        return self._sandbox.open(job, name=name)


def _allowance(limits: CallLimits, *, wall_s: float = _LONG_S, cpu_s: float = _LONG_S) -> Allowance:
    return Allowance(wall_s=wall_s, cpu_s=cpu_s, memory_mb=limits.memory_mb, output_bytes=limits.answer_bytes)


@cache
def _program_host() -> str:
    return _serving("candidate_host", "wire")


@cache
def _object_host() -> str:
    return _serving("object_host", "wire", "candidate_host")


@cache
def _suite_host() -> str:
    return _serving("suite_host", "wire", "candidate_host", "object_host", "proxies")


def _serving(host: str, *needed: str) -> str:
    return host_text(*needed, host) + f"from {HOST}.{host} import serve\nserve()\n"
