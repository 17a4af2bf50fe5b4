import bisect
import heapq


def smallest(xs, k):
    """
    >>> smallest([5, 1, 4, 2], 2)
    [1, 2]
    """
    heap = list(xs)
    heapq.heapify(heap)
    return [heapq.heappop(heap) for _ in range(k)]


def place(xs, x):
    """
    >>> place([1, 3, 5], 4)
    2
    """
    return bisect.bisect(xs, x)
