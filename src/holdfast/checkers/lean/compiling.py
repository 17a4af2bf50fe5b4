"""Has Lean check a whole text: a fresh process, a fresh folder, in the sandbox where there is one."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from holdfast.checkers.lean.installation import STACK_KB, Installation
from holdfast.checkers.lean.messages import Message, read_messages
from holdfast.core.errors import CheckerDiedError, CheckerError, CheckerTimeoutError
from holdfast.runtime.child import Limits, run
from holdfast.runtime.sandbox.jobs import Allowance, Job

__all__ = ["Checked", "CompileSettings", "check_text"]

_FILE = "Checked.lean"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileSettings:
    """What one check may use."""

    cpu_s: float = 600.0
    wall_s: float = 1200.0
    memory_mb: int = 8000
    threads: int = 2
    processes: int = 256
    """Processes and threads at a time."""
    output_mb: int = 64


@dataclass(frozen=True, slots=True)
class Checked:
    """What Lean said of a text."""

    messages: tuple[Message, ...]
    accepted: bool
    """Whether Lean itself ended well, without an error."""
    cpu_s: float


async def check_text(text: str, installation: Installation, settings: CompileSettings) -> Checked:
    """Run `lean --json` on a text.

    Raises CheckerError where Lean gives no verdict: it ran out of time or memory, crashed, or wrote
    something else than messages.
    """
    argv = (str(installation.program), "--json", f"-j{settings.threads}", f"-s{STACK_KB}", _FILE)
    if installation.sandbox is None:
        return await _bare(text, argv, installation, settings)
    allowance = Allowance(
        wall_s=settings.wall_s,
        cpu_s=settings.cpu_s,
        memory_mb=settings.memory_mb,
        processes=settings.processes,
        output_bytes=settings.output_mb << 20,
    )
    job = Job(
        argv=argv,
        files={_FILE: text.encode()},
        allowance=allowance,
        readable=installation.places,
        environment=installation.variables,
    )
    ran = await installation.sandbox.run(job)
    return _checked(ran.ended, ran.returncode, ran.stdout, ran.stderr, ran.cpu_s)


async def _bare(
    text: str, argv: tuple[str, ...], installation: Installation, settings: CompileSettings
) -> Checked:
    with tempfile.TemporaryDirectory(prefix="holdfast-") as folder:
        (Path(folder) / _FILE).write_text(text, encoding="utf-8", newline="")
        done = await run(
            argv,
            limits=Limits(wall_s=settings.wall_s, cpu_s=settings.cpu_s),
            cwd=Path(folder),
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": folder, **installation.variables},
            output_limit=settings.output_mb << 20,
        )
    return _checked(done.ended, done.returncode, done.stdout, done.stderr, done.cpu_s)


def _checked(ended: str, code: int, stdout: bytes, stderr: bytes, cpu_s: float) -> Checked:
    if ended in {"timeout", "cpu"}:
        raise CheckerTimeoutError("Lean did not finish the file in time")
    if ended != "exit":
        raise CheckerDiedError(f"Lean ended in the middle of the file ({ended}){_words(stderr)}")
    messages = read_messages(stdout)
    if messages is None:
        raise CheckerError("Lean wrote something else than messages: a program in the file prints")
    failed = any(message.severity == "error" for message in messages)
    if code != 0 and not failed:
        raise CheckerDiedError(f"Lean ended with {code} and no error{_words(stderr)}")
    return Checked(messages, code == 0 and not failed, cpu_s)


def _words(stderr: bytes) -> str:
    words = " ".join(stderr.decode(errors="replace").split())
    return f": {words[-300:]}" if words else ""
