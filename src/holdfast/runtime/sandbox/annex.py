"""A file tree in which a few of root's own files are open to the user that jobs run as, read-only."""

import contextlib
import json
import os
import subprocess
import sys
import weakref
from collections.abc import Mapping
from pathlib import Path

from holdfast.core.errors import SandboxUnavailableError

__all__ = ["Annex"]

_BUILDER = Path(__file__).with_name("annex_main.py")
_PATIENCE_S = 30.0


class Annex:
    """The tree, kept by an open descriptor of its mount namespace; gone with this object, or with us."""

    def __init__(self, doors: Mapping[Path, Path], uid: int) -> None:
        """Open the paths that are keys to `uid`; each value is the outermost closed place on the way there.

        Takes about as long as starting Python, once. Raises SandboxUnavailableError where the kernel refuses.
        """
        request = {"uid": uid, "doors": {os.fspath(path): os.fspath(door) for path, door in doors.items()}}
        builder = subprocess.Popen(
            [sys.executable, "-I", "-S", _BUILDER, json.dumps(request)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={},
        )
        with builder:
            assert builder.stdout is not None
            answer = builder.stdout.readline()
            if answer != b"ready\n":
                builder.kill()
                words = " ".join(answer.decode(errors="replace").split())
                raise SandboxUnavailableError(
                    f"the sandbox cannot show root's files ({words}): run holdfast as an ordinary user"
                )
            self.descriptor = os.open(f"/proc/{builder.pid}/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
            """Stands for the mount namespace of the tree."""
            weakref.finalize(self, _close, self.descriptor)
            builder.communicate(timeout=_PATIENCE_S)


def _close(descriptor: int) -> None:
    with contextlib.suppress(OSError):
        os.close(descriptor)
