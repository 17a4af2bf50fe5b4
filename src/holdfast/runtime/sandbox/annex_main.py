"""Builds an annex: runs as root in a process of its own, which imports nothing of ours and nothing installed.

Says `ready`, or in one line what the kernel refused, and ends when standard input does.
"""

import contextlib
import ctypes
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

__all__: list[str] = []

_LIBC = ctypes.CDLL(None, use_errno=True)
_NEW_MOUNTS = 0x00020000
_NEW_USERS = 0x10000000
_RECURSIVE_PRIVATE = 0x4000 | 0x40000
_OPEN_TREE, _MOVE_MOUNT, _SET_ATTRIBUTES = 428, 429, 442
"""The same on every processor: calls that are younger than the agreement on common numbers."""
_HERE = -100
_CLONE = 0x1 | 0o2000000
_EMPTY_PATH = 0x1000
_FROM_EMPTY_PATH = 0x4
_READ_ONLY, _MAP_USERS = 0x1, 0x00100000


class _Attributes(ctypes.Structure):
    _fields_ = (
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("users", ctypes.c_uint64),
    )


def main() -> None:
    """Build what the first argument asks for."""
    request = json.loads(sys.argv[1])
    try:
        _build(request["doors"], _mapping(request["uid"]))
    except OSError as error:
        answer = f"{error.filename or 'mount'}: {error.strerror}"
    else:
        answer = "ready"
    sys.stdout.write(answer + "\n")
    sys.stdout.flush()
    sys.stdin.read()


def _build(doors: Mapping[str, str], users: int) -> None:
    _checked(_LIBC.unshare(_NEW_MOUNTS), "unshare")
    _checked(_LIBC.mount(b"none", b"/", None, _RECURSIVE_PRIVATE, None), "/")
    trees = {path: _opened(path, users) for path in sorted(doors)}
    covers = {door for path, door in doors.items() if door != path}
    kinds = {path: Path(path).is_dir() for path in trees}
    for door in covers:
        _checked(_LIBC.mount(b"none", door.encode(), b"tmpfs", 0, b"mode=755,size=1m"), door)
    for path, tree in trees.items():
        _place(Path(path), is_folder=kinds[path])
        _checked(_call(_MOVE_MOUNT, tree, b"", _HERE, path.encode(), _FROM_EMPTY_PATH), path)
    for door in covers:
        place = os.open(door, os.O_PATH)
        _set(place, _READ_ONLY, 0)


def _opened(path: str, users: int) -> int:
    """A detached, read-only copy of the mount at `path`, in which root's files belong to the mapped user."""
    tree = _checked(_call(_OPEN_TREE, _HERE, path.encode(), _CLONE), path)
    _set(tree, _READ_ONLY, 0)
    # Not every file system can show other owners. What is readable for all can still be read.
    with contextlib.suppress(OSError):
        _set(tree, _MAP_USERS, users)
    return tree


def _set(tree: int, attributes: int, users: int) -> None:
    wanted = _Attributes(set=attributes, users=users)
    _checked(
        _call(_SET_ATTRIBUTES, tree, b"", _EMPTY_PATH, ctypes.byref(wanted), ctypes.sizeof(wanted)),
        "attributes",
    )


def _place(path: Path, *, is_folder: bool) -> None:
    if path.exists():
        return
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    if is_folder:
        path.mkdir(mode=0o755)
    else:
        path.touch(0o644)


def _mapping(uid: int) -> int:
    """A user namespace in which root stands for `uid`, to translate owners with."""
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ready)
        os.write(told, bytes([_LIBC.unshare(_NEW_USERS) == 0]))
        sys.stdin.read()
        os._exit(0)
    os.close(told)
    if os.read(ready, 1) != b"\1":
        raise OSError(0, "no user namespaces", "unshare")
    for kind in ("uid_map", "gid_map"):
        Path(f"/proc/{child}/{kind}").write_text(f"0 {uid} 1\n", encoding="ascii")
    return os.open(f"/proc/{child}/ns/user", os.O_RDONLY)


def _call(number: int, *arguments: object) -> int:
    return int(_LIBC.syscall(ctypes.c_long(number), *arguments))


def _checked(result: int, name: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)
    return result


if __name__ == "__main__":
    os.umask(0o022)
    main()
