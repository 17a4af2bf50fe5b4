"""The interpreter that jobs are forked from; runs in a sandbox of its own, and imports nothing of ours.

It is the first process of that sandbox, and single-threaded. A request is a few numbers and four descriptors;
what the job is made of is read by the job itself, behind its own walls: nothing of one job is ever in the
memory that the next one is forked from.
"""

import atexit
import contextlib
import ctypes
import gc
import importlib
import io
import json
import os
import platform
import resource
import select
import signal
import socket
import sys
import threading
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

__all__: list[str] = []

_LIBC = ctypes.CDLL(None, use_errno=True)
_HELD = ctypes.PyDLL(None, use_errno=True)
_CLONE = {"x86_64": 56}.get(platform.machine(), 220)
_GIVE_DESCRIPTOR, _WRITE_NUMBER, _THREAD_NUMBER = 0x1000, 0x01000000 | 0x00200000, 40
_USER, _GROUP = os.getuid(), os.getgid()
_SPACES = 0x10000000 | 0x20000000 | 0x00020000 | 0x08000000
"""New users, processes, mounts and shared memory. The network is that of this sandbox: it has none, and the
filter forbids jobs to make sockets."""
_CAREFUL = 0x2 | 0x4
"""Mounts with neither devices nor programs that change users."""
_NO_NEW_PRIVILEGES, _SET_FILTER, _DROP_BOUND, _SET_DUMPABLE = 38, 22, 24, 4
_CAPABILITIES = 0x20080522
_LAST_CAPABILITY = 63
_NOBODY = 1000
_MB = 1 << 20
_PACKET = 4096


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_char_p))


def main() -> None:
    """Serve until the other end of the control socket is closed."""
    settings = json.loads(sys.argv[1])
    control = socket.socket(fileno=settings["control"])
    sys.path.extend(settings["path"])
    for name in settings["preload"]:
        importlib.import_module(name)
    program = Path(settings["filter"]).read_bytes()
    waking, wakes = os.pipe()
    os.set_blocking(waking, False)
    os.set_blocking(wakes, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    gc.collect()
    gc.freeze()
    control.send(b'{"ready": 1}')
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(waking, select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == waking:
                _reap(control, waking)
            elif not _serve(control, program):
                return


def _reap(control: socket.socket, waking: int) -> None:
    with contextlib.suppress(BlockingIOError):
        os.read(waking, _PACKET)
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status, used = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                return
            cpu_s = used.ru_utime + used.ru_stime
            control.send(json.dumps({"gone": pid, "status": status, "cpu_s": cpu_s}).encode())


def _serve(control: socket.socket, program: bytes) -> bool:
    packet, descriptors, _, _ = socket.recv_fds(control, _PACKET, 4)
    if not packet:
        return False
    request = json.loads(packet)
    try:
        pid, handle = _fork()
    except OSError as error:
        _tell_failure(control, request, error)
        for descriptor in descriptors:
            os.close(descriptor)
        return True
    if pid == 0:
        # Whatever happens from here on, this process must never return to the loop.
        try:
            start = _job(control, request, descriptors, program)
        except BaseException as error:  # noqa: BLE001
            _failed(control, request, error)
        _run(start)
    socket.send_fds(control, [json.dumps({"born": request["job"], "pid": pid}).encode()], [handle])
    for descriptor in (*descriptors, handle):
        os.close(descriptor)
    return True


def _fork() -> tuple[int, int]:
    """Fork into new namespaces, of which the child is the first process.

    Comes back as `os.fork` does, in the parent with a process descriptor too. The C library would need two
    forks for it, and remembers the number of its thread, which the kernel is asked to write down anew.
    """
    flags, place = _SPACES | _GIVE_DESCRIPTOR | signal.SIGCHLD, ctypes.c_void_p()
    if _LIBC.prctl(_THREAD_NUMBER, ctypes.byref(place), 0, 0, 0) == 0:
        flags |= _WRITE_NUMBER
    handle = ctypes.c_int(-1)
    order = (place, None) if platform.machine() == "x86_64" else (None, place)
    ctypes.pythonapi.PyOS_BeforeFork()
    # Called with the interpreter's lock, as a fork is.
    pid = _HELD.syscall(ctypes.c_long(_CLONE), ctypes.c_long(flags), None, ctypes.byref(handle), *order)
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
        return 0, -1
    number = ctypes.get_errno()
    ctypes.pythonapi.PyOS_AfterFork_Parent()
    if pid < 0:
        raise OSError(number, os.strerror(number), "clone")
    return pid, handle.value


def _become_nobody() -> None:
    maps = {"setgroups": "deny", "uid_map": f"{_NOBODY} {_USER} 1", "gid_map": f"{_NOBODY} {_GROUP} 1"}
    for name, text in maps.items():
        descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(descriptor, text.encode())
        os.close(descriptor)


def _failed(control: socket.socket, request: dict[str, Any], error: BaseException) -> NoReturn:
    _tell_failure(control, request, error)
    os._exit(0)


def _tell_failure(control: socket.socket, request: dict[str, Any], error: BaseException) -> None:
    control.send(
        json.dumps({"failed": request["job"], "why": f"{type(error).__name__}: {error}"[:500]}).encode()
    )


def _job(
    control: socket.socket, request: dict[str, Any], descriptors: list[int], program: bytes
) -> Callable[[], object]:
    """Build the walls around this process; what comes back runs the job inside them."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    _become_nobody()
    _mount(request)
    content = memoryview(_content(descriptors[3]))
    length = int.from_bytes(content[:8], "big")
    job = json.loads(bytes(content[8 : 8 + length]))
    _write_files(job["files"], content[8 + length :])
    os.environ.clear()
    os.environ.update(job["environment"])
    for place, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, place)
    _limit(request)
    start = _starter(job["argv"])
    control.close()
    os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    _confine(program)
    return start


def _content(descriptor: int) -> bytes:
    with open(descriptor, "rb") as file:
        return file.read()


def _mount(request: dict[str, Any]) -> None:
    size = f"size={request['disk_mb']}m,nr_inodes={request['disk_mb'] * 1000},mode=755"
    _checked(_LIBC.mount(b"box", b"/box", b"tmpfs", _CAREFUL, size.encode()), "/box")
    for name in ("job", "tmp", "shm"):
        Path(f"/box/{name}").mkdir()
    _checked(_LIBC.mount(b"proc", b"/proc", b"proc", _CAREFUL | 0x8, None), "/proc")
    os.chdir("/box/job")


def _write_files(files: list[list[Any]], content: memoryview) -> None:
    start = 0
    for name, size in files:
        path = Path(name)
        if len(path.parts) > 1:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content[start : start + size])
        start += size


def _limit(request: dict[str, Any]) -> None:
    cpu_s = int(request["cpu_s"]) + 1
    disk = request["disk_mb"] * _MB
    data = request["memory_mb"] * _MB
    for kind, soft, hard in (
        (resource.RLIMIT_CPU, cpu_s, cpu_s + 1),
        (resource.RLIMIT_DATA, data, data),
        (resource.RLIMIT_FSIZE, disk, disk),
        (resource.RLIMIT_NPROC, request["processes"], request["processes"]),
        (resource.RLIMIT_NOFILE, 256, 256),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))


def _confine(program: bytes) -> None:
    """Give up every capability, for good, and have the kernel filter all further calls."""
    for number in range(_LAST_CAPABILITY + 1):
        if _LIBC.prctl(_DROP_BOUND, number, 0, 0, 0) < 0:
            break
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES, 0)
    none = (ctypes.c_uint32 * 6)()
    _checked(_LIBC.capset(header, none), "capset")
    _checked(_LIBC.prctl(_SET_DUMPABLE, 1, 0, 0, 0), "prctl")
    _checked(_LIBC.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "prctl")
    filters = _Filter(len(program) // 8, program)
    _checked(_LIBC.prctl(_SET_FILTER, 2, ctypes.byref(filters), 0, 0), "prctl")


def _starter(argv: list[str]) -> Callable[[], object]:
    """What runs the job: here, where it is Python that needs no options of its own, else its own program."""
    words = argv[1:]
    is_unbuffered = bool(words) and words[0] == "-u"
    words = words[is_unbuffered:]
    if argv[0] != "python" or not words or (words[0].startswith("-") and words[0] != "-c"):
        program = [sys.executable, "-s", "-P", *argv[1:]] if argv[0] == "python" else argv
        return lambda: os.execvp(program[0], program)  # noqa: S606
    if words[0] == "-c":
        return lambda: _python(words[1], "<string>", ["-c", *words[2:]], is_unbuffered=is_unbuffered)
    return lambda: _python(None, words[0], words, is_unbuffered=is_unbuffered)


def _run(start: Callable[[], object]) -> NoReturn:
    code = 1
    try:
        start()
        code = 0
    except SystemExit as error:
        code = _code(error)
    except OSError as error:
        os.write(2, f"{error}\n".encode())
        code = 127
    finally:
        os._exit(code)


def _python(source: str | None, name: str, argv: list[str], *, is_unbuffered: bool) -> None:
    """Run a program as the interpreter would have; raises SystemExit with its exit code."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    sys.argv[:] = argv
    sys.stdin = io.TextIOWrapper(open(0, "rb", closefd=False), "utf-8", "surrogateescape")  # noqa: SIM115
    sys.stdout = _writer(1, "surrogateescape", is_direct=is_unbuffered)
    sys.stderr = _writer(2, "backslashreplace", is_direct=True)
    vars(sys).update({"__stdin__": sys.stdin, "__stdout__": sys.stdout, "__stderr__": sys.stderr})
    code: object = None
    try:
        if source is None:
            module.__file__ = name
            source_bytes: str | bytes = Path(name).read_bytes()
        else:
            source_bytes = source
        exec(compile(source_bytes, name, "exec", dont_inherit=True), module.__dict__)  # noqa: S102
    except SystemExit as error:
        code = error.code
    except BaseException as error:  # noqa: BLE001 - as the interpreter does
        code = 1
        # Without our own line, which is the first.
        shown = error.with_traceback(error.__traceback__ and error.__traceback__.tb_next)
        sys.excepthook(type(shown), shown, shown.__traceback__)
    for finish in (vars(threading)["_shutdown"], vars(atexit)["_run_exitfuncs"], sys.stdout.flush):
        with contextlib.suppress(BaseException):
            finish()
    raise SystemExit(code)


def _writer(descriptor: int, errors: str, *, is_direct: bool) -> io.TextIOWrapper:
    raw = open(descriptor, "wb", buffering=0 if is_direct else -1, closefd=False)  # noqa: SIM115
    return io.TextIOWrapper(raw, "utf-8", errors, write_through=is_direct)


def _code(error: SystemExit) -> int:
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return error.code & 0xFF
    with contextlib.suppress(BaseException):
        os.write(2, f"{error.code}\n".encode(errors="backslashreplace"))
    return 1


def _checked(result: int, name: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)


if __name__ == "__main__":
    main()
