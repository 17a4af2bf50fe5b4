"""Who jobs run as: the user who asks, or, where that is root, a user with no name, no groups and no files.

Root's own folders are closed to that user. Those that a job may read (an interpreter under /root, say) are
shown to it in a file tree of its own, in which everything else in such folders is absent.
"""

import functools
import os
import pwd
import stat
import threading
from collections.abc import Sequence
from pathlib import Path

from holdfast.core.errors import SandboxUnavailableError
from holdfast.runtime.sandbox.annex import Annex
from holdfast.runtime.sandbox.tree import tool

__all__ = ["Identity", "find_identity"]

_FIRST = 60999
"""Ordinary users are given smaller numbers, services and containers larger ones."""

_MOST_TREES = 32
"""File trees that are kept, those used last."""


class Identity:
    """How to become the user that jobs run as. Holds open file trees that it has built; nothing else."""

    def __init__(self, uid: int | None) -> None:
        """`uid` None stands for who we are already."""
        self.uid = uid
        self._annexes: dict[tuple[Path, ...], Annex] = {}
        self._lock = threading.Lock()

    def prefix(self, wanted: Sequence[Path]) -> list[str]:
        """The words before a command that start it as this user.

        The user can reach every path of `wanted`. Raises SandboxUnavailableError where that cannot be had.
        """
        if self.uid is None:
            return []
        doors = {path: door for path in sorted(set(wanted)) if (door := _door(path, self.uid)) is not None}
        user = str(self.uid)
        if not doors:
            words = [f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs", "--"]
            return [tool("setpriv"), *words]
        with self._lock:
            annex = self._annexes.pop(tuple(doors), None) or Annex(doors, self.uid)
            self._annexes[tuple(doors)] = annex
            if len(self._annexes) > _MOST_TREES:
                del self._annexes[next(iter(self._annexes))]
        # By our own number, so that the descriptor need not be inherited, and jobs never hold it.
        place = f"--mount=/proc/{os.getpid()}/fd/{annex.descriptor}"
        return [tool("nsenter"), place, f"--setuid={user}", f"--setgid={user}", "--"]

    def lend(self, folder: Path) -> None:
        """Give a folder that we made to this user, who may write to it from then on.

        Raises SandboxUnavailableError where the user cannot get there.
        """
        if self.uid is None:
            return
        os.chown(folder, self.uid, self.uid)
        door = _door(folder, self.uid)
        if door is not None:
            raise SandboxUnavailableError(
                f"programs in the sandbox cannot reach {folder} through {door}: set TMPDIR to /tmp"
            )


def find_identity() -> Identity:
    """Who jobs run as, here and now."""
    return Identity(_unused() if os.geteuid() == 0 else None)


@functools.cache
def _unused() -> int:
    for uid in range(_FIRST, _FIRST + 100):
        try:
            pwd.getpwuid(uid)
        except KeyError:
            return uid
    raise SandboxUnavailableError(
        f"every user number from {_FIRST} on is taken; run holdfast as an ordinary user"
    )


def _door(path: Path, uid: int) -> Path | None:
    """The outermost place on the way to `path` that user `uid` cannot pass, None where nothing is closed."""
    for place in (*reversed(path.parents), path):
        try:
            found = place.stat()
        except OSError as error:
            raise SandboxUnavailableError(f"the sandbox cannot show {path}: {error.strerror}") from error
        if found.st_uid == uid:  # one that was lent
            continue
        mode = found.st_mode
        needed = stat.S_IXOTH if place != path else stat.S_IROTH
        if place == path and stat.S_ISDIR(mode):
            needed |= stat.S_IXOTH
        if mode & needed != needed:
            return place
    return None
