"""Finds the Rocq (or Coq) on the machine: its programs, its version and its libraries."""

import asyncio
import contextlib
import hashlib
import os
import pwd
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.core.errors import InfrastructureError, MissingToolError
from holdfast.core.identity import CheckerIdentity
from holdfast.runtime.child import Limits, run
from holdfast.runtime.sandbox.jobs import Level
from holdfast.runtime.sandbox.sandbox import Sandbox

__all__ = ["Installation", "find_installation", "identify"]

_COMPILERS = (("coqc",), ("rocq", "compile"))
_TOPLEVELS = ("coqidetop.opt", "coqidetop", "rocqidetop.opt", "rocqidetop")
_CHECKERS = ("coqchk", "rocqchk")
_VARIABLES = ("COQPATH", "ROCQPATH", "COQLIB", "ROCQLIB", "OCAMLPATH", "OCAMLFIND_CONF", "OCAMLLIB")
"""The variables that say where libraries are."""
_STORES = (Path("/nix/store"), Path("/gnu/store"))
"""Where some systems keep all programs with all that they need."""
_ADVICE = "install it with: sudo apt-get install coq"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The programs of one installation, as absolute paths."""

    compiler: tuple[str, ...]
    """The command that compiles a file: `coqc`, or `rocq compile`."""
    toplevel: str
    """The interactive program that speaks XML."""
    checker: str | None
    """`coqchk`, where it is installed."""
    version: str
    """As printed by the compiler, for example `8.16.1`."""
    library: Path
    """The folder that holds `theories` and `user-contrib`."""
    sandbox: Sandbox | None = None
    """Where the programs run; None where they run as the user does."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What the programs find in their environment in the sandbox."""
    homes: tuple[Path, ...] = ()
    """The home folders of the user, of which the programs see little there."""

    @property
    def level(self) -> Level:
        """How the programs are kept apart from the machine."""
        return Level.NONE if self.sandbox is None else self.sandbox.level

    @property
    def places(self) -> tuple[Path, ...]:
        """What the programs have to read beside the system's folders: themselves, their libraries."""
        programs = [Path(each) for each in (self.compiler[0], self.toplevel, self.checker) if each]
        folders = [self.library, *_settings(), *_listed(self.variables)]
        beside = self.library.parent.resolve()
        if not any(home.is_relative_to(beside) for home in self.homes):
            folders.append(self.library.parent)  # the libraries of OCaml that plugins rest on
        links = [path for program in programs for path in (program, program.resolve())]
        stores = [store for store in _STORES if any(path.is_relative_to(store) for path in links)]
        return tuple(path for path in dict.fromkeys([*links, *folders, *stores]) if path.exists())


async def find_installation(
    path: str | None = None, *, sandbox: Sandbox | None = None, environ: Mapping[str, str] | None = None
) -> Installation:
    """Look along `path`, a list of folders as in PATH; None means the PATH of this process.

    The programs will run in `sandbox`, and find there what `environ` says of libraries. Raises
    MissingToolError, naming the command that installs what is missing.
    """
    compiler = next((found for words in _COMPILERS if (found := _find(words, path))), None)
    if compiler is None:
        raise MissingToolError(f"Rocq is not installed (no coqc on the PATH); {_ADVICE}")
    folders = _beside(compiler[0])
    toplevel = _first(_TOPLEVELS, folders) or _first(_TOPLEVELS, path)
    if toplevel is None:
        raise MissingToolError(f"Rocq is installed, but its coqidetop is not; {_ADVICE}")
    version = (await _ask(compiler, "--print-version")).split()[0]
    library = await _ask(compiler, "-where")
    checker = _first(_CHECKERS, folders) or _first(_CHECKERS, path)
    return Installation(
        compiler=compiler,
        toplevel=toplevel,
        checker=checker,
        version=version,
        library=Path(library),
        sandbox=sandbox,
        variables={name: value for name, value in (environ or {}).items() if name in _VARIABLES},
        homes=tuple(_homes(environ or {})),
    )


def _homes(environ: Mapping[str, str]) -> Iterator[Path]:
    if environ.get("HOME", "").startswith("/"):
        yield Path(environ["HOME"]).resolve()
    with contextlib.suppress(KeyError):  # in containers, users may have a number only
        yield Path(pwd.getpwuid(os.geteuid()).pw_dir).resolve()


def _settings() -> Iterator[Path]:
    """The files that say where OCaml's libraries are."""
    yield from map(Path, ("/etc/ocamlfind.conf", "/etc/ocamlfind.conf.d", "/etc/findlib.conf"))


def _listed(variables: Mapping[str, str]) -> Iterator[Path]:
    """The folders and files that variables name."""
    for value in variables.values():
        yield from (Path(place) for place in value.split(os.pathsep) if place.startswith("/"))


async def identify(installation: Installation) -> CheckerIdentity:
    """The identity that is stored with records; the digest changes with any installed library file."""
    digest = await asyncio.to_thread(_digest, installation.library)
    return CheckerIdentity("rocq", installation.version, digest)


def _beside(program: str) -> str:
    """The folder of a program as found, and the one that it really lies in."""
    return os.pathsep.join((str(Path(program).parent), str(Path(program).resolve().parent)))


def _find(words: tuple[str, ...], path: str | None) -> tuple[str, ...] | None:
    program = shutil.which(words[0], path=path)
    return None if program is None else (program, *words[1:])


def _first(names: tuple[str, ...], path: str | None) -> str | None:
    return next((found for name in names if (found := shutil.which(name, path=path))), None)


async def _ask(compiler: tuple[str, ...], question: str) -> str:
    done = await run([*compiler, question], limits=Limits(wall_s=30.0))
    answer = done.stdout.decode(errors="replace").strip()
    if done.ended != "exit" or done.returncode or not answer:
        raise InfrastructureError(
            f"{' '.join(compiler)} {question} failed: {done.stderr.decode(errors='replace')}"
        )
    return answer


def _digest(library: Path) -> str:
    digest = hashlib.sha256()
    for line in sorted(_stamps(library)):
        digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:16]


def _stamps(library: Path) -> Iterator[str]:
    for folder, _, names in os.walk(library):
        for name in names:
            if name.endswith(".vo"):
                stat = (Path(folder) / name).stat()
                yield f"{os.path.relpath(folder, library)}/{name} {stat.st_size} {stat.st_mtime_ns}\n"
