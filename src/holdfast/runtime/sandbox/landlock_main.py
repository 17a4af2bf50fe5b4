"""Runs one program under Landlock and a filter of system calls, and looks after it; imports nothing of ours.

This process stays outside the walls, where the program cannot reach it. Whatever the program starts becomes
its child in the end, and is killed when the program ends, when SIGTERM arrives, or when holdfast is gone. It
ends as a shell does: with the exit code of the program, or 128 and the number of the signal that ended it.
"""

import contextlib
import ctypes
import importlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

__all__: list[str] = []

_LIBC = ctypes.CDLL(None, use_errno=True)
_CREATE, _ADD, _ENTER = 444, 445, 446
_LEAST_VERSION = 6
"""The first version that keeps signals and sockets without files inside."""
_NO_NEW_PRIVILEGES, _SET_FILTER, _ADOPT, _TELL_OF_DEATH = 38, 22, 36, 1
_EXECUTE, _WRITE, _READ, _LIST = 1, 2, 4, 8
_EVERYTHING = (1 << 16) - 1
_ON_FILES = _EXECUTE | _WRITE | _READ | 1 << 14 | 1 << 15
"""Rights that a file can have; the others are a folder's."""
_NET = 3
_SIGNALS, _SIGNALS_AND_SOCKETS = 2, 3


class _Rules(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("place", ctypes.c_int32))


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_char_p))


def main() -> NoReturn:
    """Run what the first argument describes."""
    parent = os.getppid()
    request = json.loads(sys.argv[1])
    told = os.fdopen(request["told"], "wb", 0)
    try:
        _checked(_LIBC.prctl(_ADOPT, 1, 0, 0, 0), "prctl")
        _checked(_LIBC.prctl(_TELL_OF_DEATH, signal.SIGTERM, 0, 0, 0), "prctl")
        os.chdir(request["folder"])
        program = Path(f"/proc/self/fd/{request['filter']}").read_bytes()
        rules = _rules(request)
        _close_in(parent)
        # Until the program is known, the end may not come: nobody would be killed.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        child = os.fork()
        if child == 0:
            _begin(request, rules, program)
    except OSError as error:
        sys.stderr.write(f"{error.filename or 'landlock'}: {error.strerror}\n")
        sys.stderr.flush()
        os._exit(1)
    told.write(b"1")
    told.close()
    signal.signal(signal.SIGTERM, lambda *_: _stop(parent, request["own"]))
    signal.signal(signal.SIGINT, lambda *_: _interrupt(child))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    while True:
        pid, status = os.wait()
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            _end(code if code >= 0 else 128 - code)


def _stop(parent: int, folder: str) -> NoReturn:
    """Kill all that is left; where nobody is there any more to delete the job's folder, do that too."""
    _kill_all()
    if os.getppid() != parent:
        importlib.import_module("shutil").rmtree(folder, ignore_errors=True)
    os._exit(128 + signal.SIGKILL)


def _end(code: int) -> NoReturn:
    _kill_all()
    os._exit(code)


def _close_in(parent: int) -> None:
    """Have no signal of this process reach anything but what it starts. Raises OSError where one might."""
    wanted = _Rules(0, 0, _SIGNALS)
    rules = _checked(_call(_CREATE, ctypes.byref(wanted), ctypes.sizeof(wanted), 0), "landlock")
    _checked(_LIBC.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "prctl")
    _checked(_call(_ENTER, rules, 0), "landlock")
    os.close(rules)
    try:
        os.kill(parent, 0)
    except PermissionError:
        return
    raise OSError(0, "signals are not kept inside", "landlock")


def _kill_all() -> None:
    """Kill all that is left: at once, so that nothing can fork faster than it is found."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with contextlib.suppress(ChildProcessError):
        while True:
            with contextlib.suppress(OSError):
                os.kill(-1, signal.SIGKILL)  # to what `_close_in` has left us
            os.wait()


def _interrupt(shell: int) -> None:
    """Hand an interrupt on to the program, which a shell has started."""
    for pid in _children(shell):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_bytes().split()]
    except OSError:
        return []


def _rules(request: dict[str, Any]) -> int:
    version = _call(_CREATE, None, 0, 1)
    if version < _LEAST_VERSION:
        raise OSError(0, f"the kernel has version {max(version, 0)}, {_LEAST_VERSION} is needed", "landlock")
    wanted = _Rules(_EVERYTHING, _NET, _SIGNALS_AND_SOCKETS)
    rules = _checked(_call(_CREATE, ctypes.byref(wanted), ctypes.sizeof(wanted), 0), "landlock")
    for path in request["readable"]:
        _allow(rules, path, _EXECUTE | _READ | _LIST)
    for path in request["devices"]:
        _allow(rules, path, _WRITE | _READ)
    # Devices cannot be made: there are no privileges for that either.
    for path in request["writable"]:
        _allow(rules, path, _EVERYTHING & ~(1 << 6 | 1 << 11))
    return rules


def _allow(rules: int, path: str, rights: int) -> None:
    place = os.open(path, os.O_PATH)
    if not Path(path).is_dir():
        rights &= _ON_FILES
    rule = _Beneath(rights, place)
    _checked(_call(_ADD, rules, 1, ctypes.byref(rule), 0), path)
    os.close(place)


def _begin(request: dict[str, Any], rules: int, program: bytes) -> NoReturn:
    os.setsid()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    try:
        _checked(_LIBC.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "prctl")
        _checked(_call(_ENTER, rules, 0), "landlock")
        filters = _Filter(len(program) // 8, program)
        _checked(_LIBC.prctl(_SET_FILTER, 2, ctypes.byref(filters), 0, 0), "prctl")
        os.closerange(3, 1 << 16)
        argv = request["argv"]
        os.execve(argv[0], argv, request["environment"])  # noqa: S606
    finally:
        os._exit(126)


def _call(number: int, *arguments: object) -> int:
    return int(_LIBC.syscall(ctypes.c_long(number), *arguments))


def _checked(result: int, name: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)
    return result


if __name__ == "__main__":
    main()
