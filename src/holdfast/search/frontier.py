"""The queue of goals that wait for a turn, best first, ties in order of arrival."""

import heapq
from dataclasses import dataclass, field

from holdfast.search.nodes import Node, Status

__all__ = ["Frontier"]


@dataclass(slots=True)
class Frontier:
    """Open goals by priority; a goal that is ranked again leaves its older rank behind, unused."""

    exponent: float
    depth: int
    """Goals at this depth or deeper do not enter."""
    capped: bool = False
    """A goal was kept out for its depth."""
    _heap: list[tuple[float, int, int, Node]] = field(default_factory=list)
    _arrivals: int = 0

    def priority(self, node: Node) -> float:
        """Of the goal's next step, or of its path while no step of it is known; at most 0 without values.

        The log-probability of the path, next step included, over (its length ** exponent).
        """
        length, logprob = node.depth, node.logprob + node.value
        if node.offers:
            length += 1
            logprob += node.offers[min(node.cursor, len(node.offers) - 1)].logprob
        return float(logprob / max(length, 1) ** self.exponent)

    def push(self, node: Node) -> None:
        """Rank a goal; goals that are done or too deep stay out."""
        node.turn += 1
        if node.status is not Status.OPEN or node.closed:
            return
        if node.depth >= self.depth:
            self.capped = True
            return
        self._arrivals += 1
        heapq.heappush(self._heap, (-self.priority(node), self._arrivals, node.turn, node))

    def pop(self) -> Node | None:
        """The best goal, None where none waits."""
        self._discard_stale()
        return heapq.heappop(self._heap)[3] if self._heap else None

    def best(self) -> float:
        """The priority of the best goal, minus infinity where none waits."""
        self._discard_stale()
        return -self._heap[0][0] if self._heap else float("-inf")

    def _discard_stale(self) -> None:
        heap = self._heap
        while heap and (heap[0][3].turn != heap[0][2] or heap[0][3].status is not Status.OPEN):
            heapq.heappop(heap)
