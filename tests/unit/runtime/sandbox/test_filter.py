"""The filter, run here as the kernel would run it."""

import errno
import platform
import struct

import pytest

from holdfast.core.errors import MissingToolError
from holdfast.runtime.sandbox.filter import ON_DISK, WITHOUT_MOUNTS, filter_program

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="numbers of calls are those of x86-64")
ARCHITECTURE = 0xC000003E
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
KILLED = (0x00000000, 0x80000000)
READ, SOCKET, CLONE, CLONE3, UNSHARE, IOCTL, CHMOD, PTRACE = 0, 41, 56, 435, 272, 16, 90, 101
SENDMSG, SOCKETPAIR, MMAP, FCNTL, SETXATTR, LANDLOCK = 46, 53, 9, 72, 188, 444


def load(further: tuple[str, ...] = ()) -> bytes:
    try:
        return filter_program(further)
    except MissingToolError as error:
        pytest.skip(str(error))


def run(program: bytes, number: int, *arguments: int, architecture: int = ARCHITECTURE) -> int:  # noqa: C901
    """What a classic BPF program returns for a system call."""
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<iIQ6Q", number, architecture, 0, *padded)
    accumulator, index = 0, 0
    while True:
        code, yes, no, value = struct.unpack_from("<HBBI", program, index * 8)
        index += 1
        match code:
            case 0x20:
                accumulator = struct.unpack_from("<I", data, value)[0]
            case 0x54:
                accumulator &= value
            case 0x05:
                index += value
            case 0x15:
                index += yes if accumulator == value else no
            case 0x35:
                index += yes if accumulator >= value else no
            case 0x25:
                index += yes if accumulator > value else no
            case 0x06:
                return value
            case _:
                raise AssertionError(f"unknown instruction {code:#x}")


@pytest.mark.parametrize(
    ("number", "arguments", "expected"),
    [
        (READ, (), ALLOW),
        (SOCKET, (2, 1, 0), REFUSE | errno.EPERM),
        (PTRACE, (), REFUSE | errno.EPERM),
        (UNSHARE, (0x10000000,), REFUSE | errno.EPERM),
        (CLONE, (17,), ALLOW),
        (CLONE, (0x3D0F00,), ALLOW),
        (CLONE, (0x10000000 | 17,), REFUSE | errno.EPERM),
        (CLONE, (0x00020000 | 17,), REFUSE | errno.EPERM),
        (CLONE3, (), REFUSE | errno.ENOSYS),
        (IOCTL, (0, 0x5401), ALLOW),
        (IOCTL, (0, 0x5412), REFUSE | errno.EPERM),
        (IOCTL, (0, 0x5412 | 1 << 32), REFUSE | errno.EPERM),
        (CHMOD, (), ALLOW),
        (SENDMSG, (), ALLOW),
        (SOCKETPAIR, (1, 1), ALLOW),
        (SOCKETPAIR, (1, 1 | 0o2004000), ALLOW),
        (SOCKETPAIR, (1, 2 | 0o2004000), REFUSE | errno.EPERM),
        (SOCKETPAIR, (1, 3), REFUSE | errno.EPERM),
        (MMAP, (0, 4096, 3, 0x22), ALLOW),
        (MMAP, (0, 4096, 3, 0x01), ALLOW),
        (MMAP, (0, 4096, 3, 0x21), REFUSE | errno.EPERM),
        (MMAP, (0, 4096, 3, 0x4021), REFUSE | errno.EPERM),
        (FCNTL, (3, 6), ALLOW),
        (FCNTL, (3, 1024), REFUSE | errno.EPERM),
        (SETXATTR, (), REFUSE | errno.ENOTSUP),
        (LANDLOCK, (), REFUSE | errno.EPERM),
    ],
)
def test_calls(number: int, arguments: tuple[int, ...], expected: int) -> None:
    assert run(load(), number, *arguments) == expected


def test_further_calls() -> None:
    whole = load((*WITHOUT_MOUNTS, *ON_DISK))
    assert run(whole, CHMOD) == run(whole, SENDMSG) == REFUSE | errno.EPERM
    assert run(whole, IOCTL, 3, 0x5401) == ALLOW
    assert run(whole, IOCTL, 3, 0x40086602) == run(whole, IOCTL, 3, 0x40806685) == REFUSE | errno.EPERM


def test_calls_of_other_kinds_kill() -> None:
    assert run(load(), READ, architecture=0x40000003) in KILLED, "those of 32-bit programs"
    assert run(load(), READ | 0x40000000) in KILLED, "those of the x32 interface"
