"""Runs one program as WebAssembly, and looks after the process that does; imports nothing of ours.

That process is a child of this one, which does what `landlock_main` does: it kills the child on SIGTERM, ends
with the program's exit code, and deletes the job's folder where nobody is there any more who would.
"""

import contextlib
import ctypes
import json
import os
import resource
import shutil
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

__all__: list[str] = []

_TELL_OF_DEATH = 1
_MB = 1 << 20
_STACK = 2 * _MB
_OPEN_FILES = 256
_WASI = "wasi_snapshot_preview1"


def main() -> NoReturn:
    """Compile or run what the first argument describes."""
    request = json.loads(sys.argv[1])
    sys.path.append(request["packages"])
    if "source" in request:
        import wasmtime  # noqa: PLC0415

        module = wasmtime.Module(_engine(wasmtime), Path(request["source"]).read_bytes())
        Path(request["made"]).write_bytes(module.serialize())
        os._exit(0)
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_TELL_OF_DEATH, signal.SIGTERM, 0, 0, 0)
    # Until the child is known, the end may not come: nobody would be killed.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    child = os.fork()
    if child == 0:
        _run(request)
    signal.signal(signal.SIGTERM, lambda *_: _stop(child, parent, request["own"]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.close(request["told"])
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


def _stop(child: int, parent: int, folder: str) -> NoReturn:
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if os.getppid() != parent:
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(128 + signal.SIGKILL)


def _run(request: dict[str, Any]) -> NoReturn:
    try:
        import wasmtime  # noqa: PLC0415

        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        engine = _engine(wasmtime)
        module = wasmtime.Module.deserialize_file(engine, request["module"])
        store = _store(wasmtime, engine, request)
        linker = _linker(wasmtime, engine)
        _limit(request)
        os.write(request["told"], b"1")
        os.close(request["told"])
        linker.instantiate(store, module).exports(store)["_start"](store)
    except Exception as error:  # noqa: BLE001 - the last boundary of this process
        # The program crashed, as by a stack that is too deep; or the walls could not be built.
        os.write(2, f"{' '.join(str(error).split())[-300:]}\n".encode(errors="replace"))
        os._exit(128 + signal.SIGABRT)
    os._exit(0)


def _engine(wasmtime: Any) -> Any:  # noqa: ANN401
    config = wasmtime.Config()
    config.max_wasm_stack = _STACK
    config.wasm_threads = False
    return wasmtime.Engine(config)


def _store(wasmtime: Any, engine: Any, request: dict[str, Any]) -> Any:  # noqa: ANN401
    wasi = wasmtime.WasiConfig()
    wasi.argv = request["argv"]
    wasi.env = request["environment"]
    wasi.inherit_stdin()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    # There is no working directory: names begin at the root, which is therefore the job's folder.
    wasi.preopen_dir(request["folder"], "/")
    wasi.preopen_dir(f"{request['own']}/tmp", "/tmp")  # noqa: S108
    for seen, real in request["readable"].items():
        wasi.preopen_dir(real, seen, False)  # noqa: FBT003 - nothing can be changed there
    store = wasmtime.Store(engine)
    store.set_limits(memory_size=request["memory_mb"] * _MB)
    store.set_wasi(wasi)
    return store


def _linker(wasmtime: Any, engine: Any) -> Any:  # noqa: ANN401
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    # WASI's own knows no exit codes beyond 125.
    linker.allow_shadowing = True
    kind = wasmtime.FuncType([wasmtime.ValType.i32()], [])
    linker.define_func(_WASI, "proc_exit", kind, lambda code: os._exit(code & 0xFF))
    return linker


def _limit(request: dict[str, Any]) -> None:
    cpu_s = int(request["cpu_s"]) + 1
    size = request["disk_mb"] * _MB
    for kind, soft, hard in (
        (resource.RLIMIT_CPU, cpu_s, cpu_s + 1),
        (resource.RLIMIT_FSIZE, size, size),
        (resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        # Limits may be lower already, and cannot be raised.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (soft, hard))


if __name__ == "__main__":
    main()
