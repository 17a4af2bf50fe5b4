"""Children that work at the same time for one event loop, and a way to wait for any of them in place."""

import select
from collections.abc import Callable

__all__ = ["Crowd"]


class Crowd:
    """Short answers are waited for here, which costs a fraction of what a turn of the event loop costs.

    All children that one event loop serves at the same time must share a crowd, or they wait for each other.
    """

    def __init__(self) -> None:
        self._poll = select.poll()
        self._members: dict[int, Callable[[], bool]] = {}
        self.busy = 0
        """How many members have an answer due."""

    @property
    def has_idle(self) -> bool:
        """Whether the task that uses some member may be about to ask; it has to get a turn first."""
        return len(self._members) > self.busy

    def join(self, descriptor: int, read: Callable[[], bool]) -> None:
        """Watch a descriptor; `read` takes what is there, and says whether an answer is complete now."""
        self._poll.register(descriptor, select.POLLIN)
        self._members[descriptor] = read

    def leave(self, descriptor: int) -> None:
        """Watch it no longer; it must still be open."""
        if self._members.pop(descriptor, None) is not None:
            self._poll.unregister(descriptor)

    def wait(self, timeout_ms: int) -> bool:
        """Let whoever has something read it; True when an answer is complete."""
        done = False
        for descriptor, _ in self._poll.poll(timeout_ms):
            read = self._members.get(descriptor)
            done |= read is not None and read()
        return done
