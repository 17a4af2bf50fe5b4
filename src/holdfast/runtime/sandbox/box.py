"""One sandbox as a process: it starts held back, is let go once it is watched, and is killed as a whole."""

import contextlib
import json
import os
import signal
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import IO

from holdfast.runtime.sandbox.bubblewrap import Inherited
from holdfast.runtime.sandbox.census import children
from holdfast.runtime.sandbox.cgroups import Group, new_group
from holdfast.runtime.sandbox.guard import Guard
from holdfast.runtime.sandbox.jobs import Allowance, Ended
from holdfast.runtime.sandbox.outer import Outer
from holdfast.runtime.sandbox.watchdog import in_box

__all__ = ["Box"]


class Box(Outer):
    """A bubblewrap that runs one program.

    Its first process waits until it is watched before anything of the job runs. Killing is killing that first
    process: the kernel then kills all others, and bubblewrap reaps it and ends.
    """

    def __init__(
        self,
        prefix: Sequence[str],
        argv: Sequence[str],
        *,
        stdin: int | IO[bytes],
        allowance: Allowance,
        inherited: Inherited,
        folder: Path | None = None,
    ) -> None:
        """Start `argv`, which are bubblewrap, its options and the program; `prefix` goes before.

        `folder` is one on disk that the program may fill, and counts for it.
        """
        self._allowance = allowance
        self._folder = folder
        self._told, telling = os.pipe()
        waiting, self._release = os.pipe()
        with Inherited() as ends:
            gate = ["--info-fd", ends.take(telling), "--block-fd", ends.take(waiting)]
            super().__init__(
                [*prefix, argv[0], *gate, *argv[1:]],
                stdin=stdin,
                env={},
                cpu_s=allowance.cpu_s,
                pass_fds=(*inherited.all, *ends.all),
                dies_with_us=True,
            )
        self.guard = Guard(allowance, self.kill)
        """What holds it to its allowance."""
        self._let_go = False
        self._first: int | None = None
        self._handle: int | None = None
        self._doomed = False
        self._news = b""
        os.set_blocking(self._told, False)
        self._loop.add_reader(self._told, self._arrived)
        self.exited.add_done_callback(self._over)

    def kill(self) -> None:
        """Kill everything in the box; `exited` tells when it is gone."""
        self._doomed = True
        if self._handle is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def interrupt(self) -> None:
        """Send SIGINT to the program, not to what it started."""
        main = self._program()
        if main is not None and self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(main, signal.SIGINT)

    def how(self) -> tuple[Ended, int]:
        """How the program ended and its exit code; for use after the end."""
        code = self.exited.result()
        # Bubblewrap and the shell tell a death by signal as 128 and its number.
        if code - 128 in signal.Signals.__members__.values():
            code = 128 - code
        return self.guard.how(code, self.total_cpu_s), code

    def failure(self, stderr: bytes) -> str:
        """Why the program was never started, empty if it was."""
        words = " ".join(stderr.decode(errors="replace").split())[:300]
        return "" if self._let_go else words or "it was killed"

    def _arrived(self) -> None:
        """Take what bubblewrap tells of its first process; then have it watched and let the program start."""
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._told, 4096)
            self._news += data
            if not data:
                self._stop_listening()
        try:
            first = int(json.loads(self._news)["child-pid"])
        except ValueError:
            return
        self._stop_listening()
        with contextlib.suppress(ProcessLookupError):
            self._handle = os.pidfd_open(first)
            self._first = first
            self._start(first)

    def _start(self, first: int) -> None:
        if self._doomed:
            self.kill()
            return
        self.guard.group = self._grouped(first)
        self.guard.watch(first, partial(in_box, first, self._folder))
        self._let_go = True
        os.write(self._release, b"1")

    def _grouped(self, first: int) -> Group | None:
        group = new_group(self._allowance)
        if group is not None:
            try:
                group.put(first)
            except OSError:
                group.remove()
                return None
        return group

    def _find(self) -> int | None:
        return None if self._first is None else next(iter(children(self._first)), None)

    def _stop_listening(self) -> None:
        if self._told >= 0:
            self._loop.remove_reader(self._told)
            os.close(self._told)
            self._told = -1

    def _over(self, _: object) -> None:
        self._stop_listening()
        os.close(self._release)
        self.guard.stop()
        self.total_cpu_s = max(self.total_cpu_s, self.guard.seen_cpu_s)
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
