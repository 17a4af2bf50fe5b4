"""Bait for attacks: servers, a secret, a folder and a process of the user that jobs run as, all worthless."""

import contextlib
import ctypes
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from holdfast.runtime.process import OwnedProcess
from holdfast.runtime.sandbox.bubblewrap import BOX, variables
from holdfast.runtime.sandbox.identity import Identity

__all__ = ["Bait"]

_OPEN = 0o666
_LIBC = ctypes.CDLL(None)
_PRIVATE, _CREATE, _REMOVE = 0, 0o1000, 0
"""The key, the flag and the command of a segment of shared memory that only its number leads to."""


class Bait:
    """Everything that attacks aim at. An async context manager."""

    def __init__(self, identity: Identity) -> None:
        """`identity` is who jobs run as: they must not reach even what belongs to that user."""
        self._identity = identity
        self._token = secrets.token_hex(12)
        self._stack = contextlib.ExitStack()

    async def __aenter__(self) -> Self:
        self._lay()
        self._victim = OwnedProcess(
            [*self._identity.prefix([]), "/bin/sh", "-c", "sleep 600; :", self._token],
            stdin=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "KEY": self._token},
        )
        return self

    def _lay(self) -> None:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="holdfast-bait-")))
        # Open to everybody: only the sandbox is between it and a job.
        folder.chmod(0o777)
        (folder / "secret").write_text(self._token, encoding="ascii")
        (folder / "secret").chmod(_OPEN)
        self._folder = folder
        self._tcp = self._bound(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        self._udp = self._bound(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
        self._bound(socket.AF_UNIX, socket.SOCK_STREAM, f"{folder}/socket")
        (folder / "socket").chmod(0o777)
        self._bound(socket.AF_UNIX, socket.SOCK_DGRAM, f"{folder}/datagrams")
        (folder / "datagrams").chmod(0o777)
        if sys.platform == "linux":  # only there are sockets without a file
            self._bound(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{self._token}")
            self._bound(socket.AF_UNIX, socket.SOCK_DGRAM, f"\0{folder}/datagrams")
        self._segment = _LIBC.shmget(_PRIVATE, 4096, _CREATE | _OPEN)
        self._stack.callback(_LIBC.shmctl, self._segment, _REMOVE, None)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._victim.kill()
        await self._victim.wait()
        self._victim.close_pipes()
        self._stack.close()

    def words(self) -> str:
        """What attacks are told, as JSON."""
        return json.dumps(
            {
                "token": self._token,
                "tcp": self._tcp.getsockname()[1],
                "udp": self._udp.getsockname()[1],
                "abstract": self._token,
                "socket": f"{self._folder}/socket",
                "datagrams": f"{self._folder}/datagrams",
                "segment": self._segment,
                "folder": os.fspath(self._folder),
                "secret": f"{self._folder}/secret",
                "box": BOX,
                "victim": self._victim.pid,
                "victim_words": self._token,
                "variables": [*variables({}), "PWD", "LC_CTYPE", "SHLVL", "_", "OLDPWD"],
            }
        )

    def damage(self) -> str:
        """What an attack has done to the bait, in words; empty if nothing."""
        if not self._victim.alive:
            return "the other process is dead"
        names = {path.name for path in self._folder.iterdir()} - {"secret", "socket", "datagrams"}
        if names:
            return f"left {min(names)} behind"
        secret = self._folder / "secret"
        if secret.read_text(encoding="ascii") != self._token or secret.stat().st_mode & 0o777 != _OPEN:
            return "the secret was changed"
        return ""

    def reap(self) -> str:
        """Kill the daemons that jobs have left behind; empty if there were none."""
        # Jobs are told the token; only daemons are named by its reverse.
        found = list(_processes_with(self._token[::-1].encode()))
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return f"process {found[0]} survived" if found else ""

    def _bound(self, family: int, kind: int, address: tuple[str, int] | str) -> socket.socket:
        server = self._stack.enter_context(contextlib.closing(socket.socket(family, kind)))
        server.bind(address)
        if kind == socket.SOCK_STREAM:
            server.listen()
        return server


def _processes_with(words: bytes) -> Iterator[int]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if words in path.read_bytes():
                yield int(path.parent.name)
