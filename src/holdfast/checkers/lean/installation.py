"""Finds Lean 4 on the machine, and the project around a file. Nothing of a project is run to find out."""

import asyncio
import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from holdfast.core.errors import InfrastructureError, MissingToolError, UserError
from holdfast.core.identity import CheckerIdentity
from holdfast.runtime.child import Limits, run
from holdfast.runtime.sandbox.jobs import Level
from holdfast.runtime.sandbox.sandbox import Sandbox

__all__ = ["STACK_KB", "Installation", "Project", "find_installation", "find_project", "identify"]

STACK_KB = 1 << 17
"""Stack of each of Lean's threads in units of 2**10 bytes: by itself Lean takes a gigabyte, which counts as
memory."""
ADVICE = "install it with elan: https://lean-lang.org/install (then `elan default stable`)"
_VERSION = re.compile(r"version (\d+\.\d+\.\d+(?:-[\w.]+)?)")
_PIN = re.compile(r"(?:.*:)?v?(\d+\.\d+\.\d+(?:-[\w.]+)?)\s*")
_MARKS = ("lakefile.toml", "lakefile.lean", "lean-toolchain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A folder that Lake builds."""

    folder: Path
    toolchain: str = ""
    """The version of Lean that it asks for, empty where it names none or only a channel."""

    def libraries(self) -> tuple[Path, ...]:
        """The folders of compiled modules, the project's own and those of its packages, as they are now."""
        roots = [self.folder, *sorted((self.folder / ".lake" / "packages").glob("*"))]
        places = [root / ".lake" / "build" / "lib" for root in roots]
        # Since 2024 modules lie one folder deeper.
        found = [place / "lean" if (place / "lean").is_dir() else place for place in places]
        return tuple(place for place in found if place.is_dir())


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """One Lean, as absolute paths, and the libraries that a file is checked against."""

    program: Path
    """`lean` itself, never the proxy that elan puts on the PATH."""
    version: str
    prefix: Path
    """The folder that holds `bin` and `lib`."""
    sandbox: Sandbox | None = None
    """Where Lean runs: elaboration runs code of the file. None where it runs as the user does."""
    path: tuple[Path, ...] = ()
    """Folders of compiled modules beside Lean's own."""

    def within(self, sandbox: Sandbox) -> "Installation":
        """The same Lean, run in a sandbox."""
        return replace(self, sandbox=sandbox)

    @property
    def level(self) -> Level:
        """How Lean is kept apart from the machine."""
        return Level.NONE if self.sandbox is None else self.sandbox.level

    @property
    def places(self) -> tuple[Path, ...]:
        """All that Lean has to read beside the system's folders."""
        libraries = (self.prefix / "lib").glob("*.so")
        stores = sorted({library.resolve().parent for library in libraries if library.is_symlink()})
        return tuple(dict.fromkeys((self.prefix, self.program.parent, *self.path, *stores)))

    @property
    def variables(self) -> Mapping[str, str]:
        """What Lean finds in its environment."""
        return {"LEAN_PATH": os.pathsep.join(map(str, self.path))} if self.path else {}


async def find_installation(
    path: str | None = None,
    *,
    sandbox: Sandbox | None = None,
    project: Project | None = None,
    home: Path | None = None,
) -> Installation:
    """Look along `path`, a list of folders as in PATH, then where elan puts itself below `home`.

    Raises MissingToolError where there is no Lean, UserError where it is not the one that `project` asks for.
    """
    elan = None if home is None else str(home / ".elan" / "bin")
    found = shutil.which("lean", path=path) or (elan and shutil.which("lean", path=elan))
    if not found:
        raise MissingToolError(f"Lean is not installed (no lean on the PATH); {ADVICE}")
    folder = None if project is None else project.folder
    prefix = Path(await _ask(found, "--print-prefix", folder))
    program = prefix / "bin" / "lean"
    said = _VERSION.search(await _ask(str(program), "--version", folder))
    version = said[1] if said else "unknown"
    if project is not None and project.toolchain not in {"", version}:
        raise UserError(
            f"{project.folder / 'lean-toolchain'} asks for Lean {project.toolchain}, but {program} is"
            f" {version}: elan installs the right one"
        )
    libraries = () if project is None else project.libraries()
    return Installation(program=program, version=version, prefix=prefix, sandbox=sandbox, path=libraries)


def find_project(file: Path) -> Project | None:
    """The project that a file lies in, None for a file on its own."""
    for folder in file.absolute().parents:
        if any((folder / mark).is_file() for mark in _MARKS):
            pin = folder / "lean-toolchain"
            said = _PIN.fullmatch(pin.read_text(encoding="utf-8")) if pin.is_file() else None
            return Project(folder=folder, toolchain=said[1] if said else "")
    return None


async def identify(installation: Installation) -> CheckerIdentity:
    """The identity that is stored with records; the digest changes with any compiled module."""
    digest = await asyncio.to_thread(_digest, installation)
    return CheckerIdentity("lean", installation.version, digest)


async def _ask(program: str, option: str, folder: Path | None) -> str:
    done = await run([program, option], limits=Limits(wall_s=60.0), cwd=folder)
    text = done.stdout.decode(errors="replace").strip()
    if done.returncode != 0 or not text:
        words = " ".join(done.stderr.decode(errors="replace").split())[:300]
        raise InfrastructureError(f"{program} {option} failed ({words or done.returncode}): reinstall Lean")
    return text


def _digest(installation: Installation) -> str:
    digest = hashlib.sha256()
    for folder in (installation.prefix / "lib" / "lean", *installation.path):
        for file, size, changed in sorted(_modules(folder)):
            digest.update(f"{file}\0{size}\0{changed}\n".encode())
    return digest.hexdigest()[:16]


def _modules(folder: Path) -> Iterator[tuple[str, int, int]]:
    for file in folder.rglob("*.olean"):
        state = file.stat()
        yield str(file.relative_to(folder)), state.st_size, state.st_mtime_ns
