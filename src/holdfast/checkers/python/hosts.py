"""Starts what serves programs and tests, each in a sandbox of its own."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path

from holdfast.checkers.python.program import CallLimits, Candidate, Partner
from holdfast.core.errors import InfrastructureError
from holdfast.runtime.sandbox.jobs import PYTHON, Allowance, Job, Ran
from holdfast.runtime.sandbox.sandbox import Sandbox
from holdfast.runtime.sandbox.zygote import Zygote

__all__ = ["Hosts", "open_hosts"]

_INSIDE = Path(__file__).with_name("inside")
_PACKAGE = "holdfast.checkers.python.inside"
_MOST_KINDS = 8
"""How many kinds of processes are started ahead."""
_LONG_S = 24 * 3600.0
"""Limits of a whole process; each request has its own."""
_COMMON = (
    "abc", "bisect", "collections", "copy", "dataclasses", "datetime", "decimal", "enum", "fractions",
    "functools", "hashlib", "heapq", "io", "itertools", "json", "math", "operator", "random", "re",
    "statistics", "string", "textwrap", "threading", "time", "types", "typing", "unicodedata",
)  # fmt: skip
"""What programs import most."""
_MAIN = (
    "import os, runpy, sys; sys.path.insert(0, os.getcwd()); sys.argv[:] = [{path!r}]; "
    "runpy.run_module({module!r}, run_name='__main__', alter_sys=True) if {module!r} else "
    "runpy.run_path({path!r}, run_name='__main__')"
)
"""Runs a program that has files beside it."""
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
        libraries: Sequence[Path],
        hash_seed: int,
    ) -> None:
        self._sandbox = sandbox
        self._programs = programs
        self._stack = stack
        self._hash_seed = hash_seed
        self._tests: Zygote | None = None
        self._starting = asyncio.Lock()
        self._kinds: dict[tuple[int, CallLimits], Mapping[str, bytes]] = {}
        self._ahead: dict[tuple[int, CallLimits], Partner] = {}
        self.packages = tuple(dict.fromkeys((*libraries, *packages)))
        """Folders of libraries that tests find."""

    @property
    def level(self) -> str:
        """How strongly they are kept apart."""
        return self._sandbox.level

    def program(self, files: Mapping[str, bytes], limits: CallLimits) -> Partner:
        """A process that waits for a program to load, to call it; `files` lie in its folder.

        Whoever asks for a second one of a kind will ask for more: from then on the next one is started
        ahead, and waits, untouched, while this one is at work.
        """
        kind = (id(files), limits)
        if kind not in self._kinds:
            # The files are kept, so that no others come to be at their address.
            if len(self._kinds) < _MOST_KINDS:
                self._kinds[kind] = files
            return self._program(files, limits)
        ahead = self._ahead.pop(kind, None)
        self._ahead[kind] = self._program(files, limits)
        if ahead is None or ahead.ended is not None:
            return self._program(files, limits)
        return ahead

    def _program(self, files: Mapping[str, bytes], limits: CallLimits) -> Partner:
        return self._programs.open(_job("candidate_host", files, limits), name="the program")

    async def aclose(self) -> None:
        """End the processes that nobody asked for any more."""
        for partner in self._ahead.values():
            await partner.aclose()
        self._ahead.clear()

    def objects(self, files: Mapping[str, bytes], limits: CallLimits) -> Partner:
        """The same, to be asked for objects as well."""
        return self._programs.open(_job("object_host", files, limits), name="the program")

    async def tests(self, files: Mapping[str, bytes], limits: CallLimits) -> Partner:
        """A process that waits for a test program."""
        async with self._starting:
            if self._tests is None:
                preload = ("warm", f"{_PACKAGE}.suite_host", *self._testing())
                zygote = self._sandbox.zygote(
                    preload=preload, readable=(_INSIDE, *self.packages), hash_seed=self._hash_seed
                )
                self._tests = await self._stack.enter_async_context(zygote)
        return self._tests.open(_job("suite_host", files, limits), name="the tests")

    async def run(self, candidate: Candidate, stdin: bytes, limits: CallLimits) -> Ran:
        """Run a program as a whole to its end."""
        allowance = _allowance(limits, wall_s=limits.call_wall_s, cpu_s=limits.call_cpu_s)
        files = {**candidate.beside.files, candidate.path: candidate.text.encode()}
        argv: tuple[str, ...] = (PYTHON, candidate.path)
        if len(files) > 1:
            module = candidate.full_name if candidate.beside.package else ""
            argv = (PYTHON, "-c", _MAIN.format(path=candidate.path, module=module))
        environment = {"PYTHONHASHSEED": str(self._hash_seed)}
        job = Job(argv=argv, files=files, stdin=stdin, allowance=allowance, environment=environment)
        return await self._programs.run(job)

    def _testing(self) -> list[str]:
        """The test libraries that are there."""
        return [name for name in _TESTING if any((path / name).is_dir() for path in self.packages)]


@asynccontextmanager
async def open_hosts(
    sandbox: Sandbox,
    *,
    packages: Sequence[Path] = (),
    libraries: Sequence[Path] = (),
    preload: Sequence[str] = (),
    hash_seed: int = 0,
) -> AsyncIterator[Hosts]:
    """Hosts for this event loop; `packages` are folders of libraries that tests, and only they, find.

    Programs find `libraries`, and those modules of them that `preload` names are imported only once.
    `hash_seed` decides the order of sets of texts. Raises InfrastructureError where the sandbox does not
    start.
    """
    known = ("warm", f"{_PACKAGE}.object_host", *_COMMON)
    readable = (_INSIDE, *libraries)
    async with AsyncExitStack() as stack:
        try:
            zygote = sandbox.zygote(preload=(*known, *preload), readable=readable, hash_seed=hash_seed)
            programs = await stack.enter_async_context(zygote)
        except InfrastructureError:
            if not preload:
                raise
            # One of them cannot be imported: the program that tries to will be told so.
            zygote = sandbox.zygote(preload=known, readable=readable, hash_seed=hash_seed)
            programs = await stack.enter_async_context(zygote)
        async with aclosing(Hosts(sandbox, programs, stack, packages, libraries, hash_seed)) as hosts:
            yield hosts


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
