"""Which program steps through Lean proofs: Lean's own server, or one that was built for this Lean.

`HOLDFAST_PANTOGRAPH` and `HOLDFAST_LEAN_REPL` name programs; else they are looked for where packages put
them. Whichever steps, the file is read and judged by Lean itself.
"""

import importlib.util
import shutil
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from pathlib import Path

from holdfast.checkers.lean.installation import Installation
from holdfast.checkers.lean.pantograph import Pantograph, PantographSettings
from holdfast.checkers.lean.repl import Repl, ReplError, ReplSettings
from holdfast.checkers.lean.steppers import PantographStepper, ReplStepper, Stepper
from holdfast.core.errors import InfrastructureError, MissingToolError, UserError
from holdfast.core.events import Note
from holdfast.core.seams import EventSink

__all__ = ["LeanBackend", "find_stepper"]


class LeanBackend(StrEnum):
    """What steps through Lean proofs."""

    AUTO = "auto"
    """Pantograph, else the REPL, where there is one for this Lean; else the server."""
    SERVER = "server"
    PANTOGRAPH = "pantograph"
    REPL = "repl"


async def find_stepper(
    backend: LeanBackend,
    lean: Installation,
    environ: Mapping[str, str],
    *,
    sink: EventSink,
    step_cpu_s: float = 5.0,
) -> Stepper | None:
    """What was asked for, seen to work with this Lean; None for Lean's own server.

    Raises MissingToolError where it is not installed, UserError where a variable names no program, and
    CheckerError where it does not work with this Lean.
    """
    match backend:
        case LeanBackend.SERVER:
            return None
        case LeanBackend.PANTOGRAPH:
            return await _pantograph(lean, environ, step_cpu_s)
        case LeanBackend.REPL:
            return await _repl(lean, environ, step_cpu_s)
        case LeanBackend.AUTO:
            return await _first(lean, environ, step_cpu_s, sink)


async def _first(
    lean: Installation, environ: Mapping[str, str], step_cpu_s: float, sink: EventSink
) -> Stepper | None:
    tried: tuple[Callable[[Installation, Mapping[str, str], float], Awaitable[Stepper]], ...]
    tried = (_pantograph, _repl)
    for find in tried:
        try:
            return await find(lean, environ, step_cpu_s)
        except MissingToolError:
            continue
        except InfrastructureError as error:
            sink.emit(Note(f"{error}; Lean's own server is used", "warning"))
    return None


async def _pantograph(lean: Installation, environ: Mapping[str, str], step_cpu_s: float) -> Stepper:
    program = _named(environ, "HOLDFAST_PANTOGRAPH") or _on_path(environ, "pantograph-repl")
    program = program or _beside("pantograph", "pantograph-repl")
    if program is None:
        raise MissingToolError(
            "Pantograph is not installed: build it for this very Lean"
            " (https://github.com/leanprover/Pantograph) and name it by HOLDFAST_PANTOGRAPH"
        )
    settings = PantographSettings(argv=(str(program),))
    await (await Pantograph.start(settings, lean)).aclose()
    return PantographStepper(settings, lean, step_cpu_s)


async def _repl(lean: Installation, environ: Mapping[str, str], step_cpu_s: float) -> Stepper:
    built = f"cache/*/*/repl_*_lean-toolchain-v{lean.version}/.lake/build/bin/repl"
    program = _named(environ, "HOLDFAST_LEAN_REPL") or _beside("lean_interact", built)
    if program is None:
        command = f"from lean_interact import LeanREPLConfig as C; C(lean_version='v{lean.version}')"
        raise MissingToolError(
            f"there is no REPL for Lean {lean.version}: pip install 'holdfast[lean]', then python -c"
            f' "{command}" builds it, or name one by HOLDFAST_LEAN_REPL'
        )
    settings = ReplSettings(argv=(str(program),), step_cpu_s=step_cpu_s)
    process = Repl.start(settings, lean)
    try:
        await process.read("")
    except ReplError as error:
        raise InfrastructureError(f"{program} does not work with Lean {lean.version}: {error}") from None
    finally:
        await process.aclose()
    return ReplStepper(settings, lean)


def _named(environ: Mapping[str, str], variable: str) -> Path | None:
    named = environ.get(variable, "").strip()
    if named and not Path(named).is_file():
        raise UserError(f"{variable}={named}: there is no such file")
    return Path(named).absolute() if named else None


def _on_path(environ: Mapping[str, str], name: str) -> Path | None:
    found = shutil.which(name, path=environ.get("PATH"))
    return None if found is None else Path(found)


def _beside(package: str, pattern: str) -> Path | None:
    """The first file of an installed package that fits; the package is not imported."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    return next(iter(sorted(Path(spec.origin).parent.glob(pattern))), None)
