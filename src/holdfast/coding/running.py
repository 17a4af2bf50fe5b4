"""Runs programs of every language in the sandbox.

What is compiled is compiled in one job and run in another, so that nothing but the program itself passes from
the compiler to the run, and tests of one program share one compilation.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files as resources
from pathlib import Path

from holdfast.coding.languages import PROGRAM, Language
from holdfast.coding.records import Place, RunRequest, RunResult, Stage
from holdfast.core.errors import UserError
from holdfast.runtime.sandbox.jobs import Allowance, Job, Ran
from holdfast.runtime.sandbox.sandbox import Sandbox

__all__ = ["Built", "build", "readable_text", "run", "run_built"]

_BUILD_S = 60.0
_BUILD_MB = 1024
_BUILT_BYTES = 32 << 20
_OUTPUT_BYTES = 1 << 20
_LOOK_S = 0.01
"""Programs are short here, and people want to know what memory they took."""
_MOST_BYTES = 4 << 20
"""Of a program's text and of its input."""
_MOST_ARGS = 1 << 16
"""Characters of all arguments together."""
_LONGEST_S = 600.0
_MOST_MB = 1 << 14
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Built:
    """A program that is ready to run."""

    language: Language
    files: dict[str, bytes]


async def run(
    request: RunRequest, language: Language, sandbox: Sandbox, told: Callable[[Stage], None]
) -> RunResult:
    """Compile where that has to be, and run. Raises as `build` does."""
    built = await build(request.code, language, sandbox, told)
    if isinstance(built, RunResult):
        return built
    told(Stage("running"))
    return await run_built(built, request, sandbox)


async def build(
    code: str, language: Language, sandbox: Sandbox, told: Callable[[Stage], None]
) -> Built | RunResult:
    """The program made ready, or why it does not compile.

    Raises UserError where it is too long, InfrastructureError where the sandbox fails.
    """
    source = code.encode("utf-8", "replace")
    if len(source) > _MOST_BYTES:
        raise UserError(f"the program has {len(source)} bytes, and at most {_MOST_BYTES} are run")
    if not language.build:
        return Built(language, {language.file: source} | _inside(language))
    told(Stage("compiling"))
    job = Job(
        argv=("sh", "-c", language.build, "build", language.file),
        files={language.file: source},
        allowance=Allowance(
            wall_s=_BUILD_S, cpu_s=_BUILD_S, memory_mb=_BUILD_MB, disk_mb=128, output_bytes=_BUILT_BYTES
        ),
    )
    ran = await sandbox.run(job)
    if ran.ended != "exit" or ran.returncode != 0:
        return _result(ran, language, "compile", stdout=b"")
    return Built(language, {"program": ran.stdout})


async def run_built(built: Built, request: RunRequest, sandbox: Sandbox) -> RunResult:
    """Run a program that is ready. Raises UserError where its input or its limits cannot be."""
    stdin = request.stdin.encode("utf-8", "replace")
    _check(request, len(stdin))
    language = built.language
    words = tuple(word.replace(PROGRAM, language.file) for word in language.run)
    allowance = Allowance(
        wall_s=request.wall_s,
        cpu_s=request.wall_s,
        memory_mb=request.memory_mb + language.memory_mb,
        disk_mb=128,
        output_bytes=_OUTPUT_BYTES,
        look_s=_LOOK_S,
    )
    job = Job(
        argv=(*words, *request.args),
        files=built.files,
        stdin=stdin,
        allowance=allowance,
        readable=_settings(language),
    )
    return _result(await sandbox.run(job), language, "run")


def readable_text(data: bytes) -> str:
    r"""Output as text that is safe to show: control characters are written out.

    >>> readable_text(b"a\x1b[2Jb\r\n")
    'a\\x1b[2Jb\n'
    """
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text).replace("\r", "\n")


def _check(request: RunRequest, stdin_bytes: int) -> None:
    if stdin_bytes > _MOST_BYTES:
        raise UserError(
            f"the input has {stdin_bytes} bytes, and at most {_MOST_BYTES} are given to a program"
        )
    if any("\0" in word for word in request.args):
        raise UserError("an argument has a zero byte in it, which no program can be given")
    if sum(len(word) + 1 for word in request.args) > _MOST_ARGS:
        raise UserError(f"the arguments have more than {_MOST_ARGS} characters: give them as input")
    if not 0 < request.wall_s <= _LONGEST_S or not 1 <= request.memory_mb <= _MOST_MB:
        raise UserError(f"a run takes at most {_LONGEST_S:g} seconds and {_MOST_MB} MB")


def _settings(language: Language) -> tuple[Path, ...]:
    return tuple(path for pattern in language.settings for path in Path("/").glob(pattern))


def _inside(language: Language) -> dict[str, bytes]:
    """The files that a language's command names beside the program's own."""
    names = [word for word in language.run if word.endswith("_main.py")]
    folder = resources("holdfast.coding").joinpath("inside")
    return {name: folder.joinpath(name).read_bytes() for name in names}


def _result(ran: Ran, language: Language, stage: str, *, stdout: bytes | None = None) -> RunResult:
    stderr = readable_text(ran.stderr)
    failed = ran.ended != "exit" or ran.returncode != 0
    refused = failed and bool(language.uncompiled) and stderr.rstrip().endswith(language.uncompiled)
    return RunResult(
        stage="compile" if refused or stage == "compile" else "run",
        stdout=readable_text(ran.stdout if stdout is None else stdout),
        stderr=stderr,
        exit=ran.returncode,
        ended=ran.ended,
        cpu_s=ran.cpu_s,
        wall_s=ran.wall_s,
        memory_mb=ran.memory_mb,
        isolation=str(ran.level),
        missing=ran.missing,
        place=_place(stderr, language) if failed else None,
    )


def _place(stderr: str, language: Language) -> Place | None:
    """The place that the messages point at."""
    found = list(re.finditer(language.place, stderr, re.MULTILINE)) if language.place else []
    if not found:
        return None
    groups = found[-1 if language.latest else 0].groupdict()
    return Place(int(groups["line"]), int(groups.get("column") or 0))
