"""Starts what serves programs and tests, each in a sandbox of its own."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from holdfast.checkers.python.program import CallLimits, Partner
from holdfast.runtime.sandbox.jobs import PYTHON, Allowance, Job, Ran
from holdfast.runtime.sandbox.sandbox import Sandbox
from holdfast.runtime.sandbox.zygote import Zygote

__all__ = ["Hosts", "open_hosts"]

_INSIDE = Path(__file__).with_name("inside")
_PACKAGE = "holdfast.checkers.python.inside"
_LONG_S = 24 * 3600.0
"""Limits of a whole process; each request has its own."""
_COMMON = (
    "abc", "bisect", "collections", "copy", "dataclasses", "datetime", "decimal", "enum", "fractions",
    "functools", "hashlib", "heapq", "io", "itertools", "json", "math", "operator", "random", "re",
    "statistics", "string", "textwrap", "threading", "time", "types", "typing", "unicodedata",
)  # fmt: skip
"""What programs import most."""
_TESTING = ("pytest", "hypothesis")
# Looking for plugins costs more than most tests; those that a test file needs are loaded by name.
_ENVIRONMENT = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


class Hosts:
    """Starts hosts in zygotes. Belongs to one event loop; `open_hosts` makes it."""

    def __init__(
        self,
        sandbox: Sandbox,
        programs: Zygote,
        stack: AsyncExitStack,
        packages: Sequence[Path],
    ) -> None:
        self._sandbox = sandbox
        self._programs = programs
        self._stack = stack
        self._tests: Zygote | None = None
        self._starting = asyncio.Lock()
        self.packages = tuple(packages)
        """Folders of libraries that tests, and only they, find."""

    @property
    def level(self) -> str:
        """How strongly they are kept apart."""
        return self._sandbox.level

    def program(self, files: Mapping[str, bytes], limits: CallLimits) -> Partner:
        """A process that waits for a program to load, to call it; `files` lie in its folder."""
        return self._programs.open(_job("candidate_host", files, limits), name="the program")

    def objects(self, files: Mapping[str, bytes], limits: CallLimits) -> Partner:
        """The same, to be asked for objects as well."""
        return self._programs.open(_job("object_host", files, limits), name="the program")

    async def tests(self, files: Mapping[str, bytes], limits: CallLimits) -> Partner:
        """A process that waits for a test program."""
        async with self._starting:
            if self._tests is None:
                preload = ("warm", f"{_PACKAGE}.suite_host", *self._testing())
                zygote = self._sandbox.zygote(preload=preload, readable=(_INSIDE, *self.packages))
                self._tests = await self._stack.enter_async_context(zygote)
        return self._tests.open(_job("suite_host", files, limits), name="the tests")

    async def run(self, files: Mapping[str, bytes], main: str, stdin: bytes, limits: CallLimits) -> Ran:
        """Run the program `main` among `files` to its end."""
        allowance = _allowance(limits, wall_s=limits.call_wall_s, cpu_s=limits.call_cpu_s)
        job = Job(argv=(PYTHON, main), files=files, stdin=stdin, allowance=allowance)
        return await self._programs.run(job)

    def _testing(self) -> list[str]:
        """The test libraries that are there."""
        return [name for name in _TESTING if any((path / name).is_dir() for path in self.packages)]


@asynccontextmanager
async def open_hosts(sandbox: Sandbox, *, packages: Sequence[Path] = ()) -> AsyncIterator[Hosts]:
    """Hosts for this event loop; `packages` are folders of libraries that tests, and only they, find.

    Raises InfrastructureError where the sandbox does not start.
    """
    async with AsyncExitStack() as stack:
        preload = ("warm", f"{_PACKAGE}.object_host", *_COMMON)
        programs = await stack.enter_async_context(sandbox.zygote(preload=preload, readable=(_INSIDE,)))
        yield Hosts(sandbox, programs, stack, packages)


def _job(host: str, files: Mapping[str, bytes], limits: CallLimits) -> Job:
    program = f"from {_PACKAGE}.{host} import serve\nserve()\n"
    return Job(
        argv=(PYTHON, "-c", program),
        files=files,
        allowance=_allowance(limits),
        environment=_ENVIRONMENT,
    )


def _allowance(limits: CallLimits, *, wall_s: float = _LONG_S, cpu_s: float = _LONG_S) -> Allowance:
    return Allowance(wall_s=wall_s, cpu_s=cpu_s, memory_mb=limits.memory_mb, output_bytes=limits.answer_bytes)
