"""A warm interpreter in a sandbox of its own, and the jobs that it was sent."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

from holdfast.core.errors import InfrastructureError
from holdfast.runtime.process import OwnedProcess, end
from holdfast.runtime.sandbox import tree
from holdfast.runtime.sandbox.born import Born
from holdfast.runtime.sandbox.bubblewrap import Inherited, words
from holdfast.runtime.sandbox.filter import filter_program
from holdfast.runtime.sandbox.identity import Identity
from holdfast.runtime.sandbox.jobs import FOLDER, PYTHON, Job, Warmth

__all__ = ["Nursery"]

_MAIN = Path(__file__).with_name("zygote_main.py")
_MOST_JOBS = 1000
"""Jobs after which the interpreter is replaced by a new one."""
_PATIENCE_S = 60.0
_PACKET = 4096
_AGAIN_S = 0.005


class Nursery:
    """One interpreter. Belongs to one event loop."""

    def __init__(self, identity: Identity, warmth: Warmth) -> None:
        """Start it as `identity` says."""
        self._loop = asyncio.get_running_loop()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        os.set_blocking(self._control.fileno(), False)
        self._ready = self._loop.create_future()
        self._sent = 0
        self._waiting: dict[int, Born] = {}
        self._living: dict[int, Born] = {}
        with theirs, Inherited() as inherited:
            argv = _words(warmth, theirs.fileno(), inherited)
            reached = [Path(argv[0]).resolve(), *tree.readable(warmth.readable).values()]
            self._process = OwnedProcess(
                [*identity.prefix(reached), *argv],
                stdin=subprocess.DEVNULL,
                env={},
                pass_fds=(theirs.fileno(), *inherited.all),
                dies_with_us=True,
            )
        self._process.exited.add_done_callback(lambda _: self._process.close_pipes())
        self._loop.add_reader(self._control, self._hear)

    @property
    def is_worn(self) -> bool:
        """Whether it takes no more jobs."""
        return self._sent >= _MOST_JOBS or self._control.fileno() < 0

    @property
    def is_used(self) -> bool:
        """Whether it is not over yet."""
        return self._process.alive

    async def ready(self) -> None:
        """Wait until it has imported everything. Raises InfrastructureError where it died on that."""
        async with asyncio.timeout(_PATIENCE_S):
            await asyncio.shield(self._ready)

    def send(self, job: Job, born: Born) -> None:
        """Have a job born."""
        self._sent += 1
        number = self._sent
        self._waiting[number] = born
        allowance = job.allowance
        request = {
            "job": number,
            "cpu_s": allowance.cpu_s,
            "memory_mb": allowance.memory_mb,
            "disk_mb": allowance.disk_mb,
            "processes": allowance.processes,
        }
        self._try(json.dumps(request).encode(), born)

    def _try(self, packet: bytes, born: Born) -> None:
        try:
            born.send(lambda descriptors: socket.send_fds(self._control, [packet], descriptors))
        except BlockingIOError:
            self._loop.call_later(_AGAIN_S, self._try, packet, born)
        except OSError:
            self._over()

    def _hear(self) -> None:
        while self._control.fileno() >= 0:
            try:
                packet, descriptors, _, _ = socket.recv_fds(self._control, _PACKET, 1)
            except BlockingIOError:
                return
            except OSError:
                packet, descriptors = b"", []
            if not packet:
                self._over()
                return
            self._take(json.loads(packet), descriptors)

    def _take(self, news: dict[str, Any], descriptors: list[int]) -> None:
        match news:
            case {"born": number, "pid": pid}:
                self._born(number, pid, descriptors[0])
            case {"gone": pid, "status": status, "cpu_s": cpu_s}:
                ended = self._living.pop(pid, None)
                if ended is not None:
                    ended.gone(os.waitstatus_to_exitcode(status), cpu_s)
            case {"failed": number, "why": why}:
                self._failed(number, why)
            case _:
                self._ready.set_result(None)
        if self.is_worn and not self._waiting and not self._living:
            os.set_blocking(self._process.stderr.fileno(), False)  # it still runs
            self._over()

    def _born(self, number: int, pid: int, handle: int) -> None:
        born = self._waiting.pop(number, None)
        if born is None:  # it has failed before we heard of its birth
            os.close(handle)
            return
        self._living[pid] = born
        born.born(handle)

    def _failed(self, number: int, why: str) -> None:
        unborn = self._waiting.pop(number, None)
        if unborn is not None:
            unborn.failed(why)

    def _over(self) -> None:
        """No more jobs; closing the socket ends the interpreter, and that ends all that it started."""
        if self._control.fileno() < 0:
            return
        self._loop.remove_reader(self._control)
        self._control.close()
        words = self._last_words()
        why = f"the warm interpreter ended: {words or 'it was closed'}"
        for born in (*self._waiting.values(), *self._living.values()):
            born.failed(why)
        if not self._ready.done():
            self._ready.set_exception(InfrastructureError(why))
            self._ready.exception()

    def _last_words(self) -> str:
        try:
            text = self._process.stderr.read() or b""
        except (OSError, ValueError):  # it has ended, and its pipes are closed
            return ""
        return " ".join(text.decode(errors="replace").split())[-300:]

    async def aclose(self) -> None:
        """End it and all its jobs."""
        if self._process.alive:
            os.set_blocking(self._process.stderr.fileno(), False)
        self._over()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_AGAIN_S * 200):
                    await self._process.wait()
        finally:
            await end(self._process)
            self._process.close_pipes()


def _words(warmth: Warmth, control: int, inherited: Inherited) -> list[str]:
    settings = {
        "control": control,
        "preload": list(warmth.preload),
        "path": [os.fspath(path) for path in warmth.readable],
        "filter": f"{FOLDER}/filter",
    }
    files = {"zygote.py": _MAIN.read_bytes(), "filter": filter_program()}
    outer = Job(argv=(PYTHON,), files=files, readable=warmth.readable, environment=warmth.environment)
    program = [os.fspath(tree.interpreter()), "-s", "-P", f"{FOLDER}/zygote.py", json.dumps(settings)]
    return [*words(outer, inherited, nested=True), "--", *program]
