"""Small functions to synthesise, lists and tables: signatures and shown tests."""


def mean(xs: list[float]) -> float:
    """The arithmetic mean; 0.0 when there is nothing.

    >>> mean([1.0, 2.0, 6.0])
    3.0
    >>> mean([])
    0.0
    >>> mean([5.0])
    5.0
    >>> mean([2.0, 3.0])
    2.5
    """
    raise NotImplementedError


def median(xs: list[int]) -> float:
    """The middle of the sorted numbers, or the mean of the two in the middle.

    >>> median([3, 1, 2])
    2.0
    >>> median([4, 1, 3, 9])
    3.5
    >>> median([5])
    5.0
    >>> median([10, 2, 3, 4])
    3.5
    >>> median([7, 1, 9, 3, 4])
    4.0
    """
    raise NotImplementedError


def dot_product(a: list[int], b: list[int]) -> int:
    """The sum of the products of items at the same place.

    >>> dot_product([1, 2, 3], [4, 5, 6])
    32
    >>> dot_product([], [])
    0
    >>> dot_product([2], [5])
    10
    >>> dot_product([1, -1], [3, 3])
    0
    """
    raise NotImplementedError


def chunk(xs: list[int], size: int) -> list[list[int]]:
    """The list in pieces of the given size; the last may be shorter.

    >>> chunk([1, 2, 3, 4, 5], 2)
    [[1, 2], [3, 4], [5]]
    >>> chunk([], 3)
    []
    >>> chunk([1, 2, 3], 3)
    [[1, 2, 3]]
    >>> chunk([1, 2, 3, 4], 1)
    [[1], [2], [3], [4]]
    """
    raise NotImplementedError


def rotate_left(xs: list[int], k: int) -> list[int]:
    """The list with its first k items moved to the end.

    >>> rotate_left([1, 2, 3, 4], 1)
    [2, 3, 4, 1]
    >>> rotate_left([1, 2, 3], 0)
    [1, 2, 3]
    >>> rotate_left([5, 6, 7], 2)
    [7, 5, 6]
    """
    raise NotImplementedError


def move_zeros(xs: list[int]) -> list[int]:
    """The zeros last, the others in order.

    >>> move_zeros([0, 1, 0, 3])
    [1, 3, 0, 0]
    >>> move_zeros([1, 2])
    [1, 2]
    >>> move_zeros([0])
    [0]
    >>> move_zeros([4, 0, 5, 0, 0, 6])
    [4, 5, 6, 0, 0, 0]
    """
    raise NotImplementedError


def product(xs: list[int]) -> int:
    """All items multiplied.

    >>> product([2, 3, 4])
    24
    >>> product([])
    1
    >>> product([5])
    5
    >>> product([7, 0, 2])
    0
    """
    raise NotImplementedError


def max_subarray(xs: list[int]) -> int:
    """The largest sum of items that stand side by side.

    >>> max_subarray([1, -3, 2, 1, -1])
    3
    >>> max_subarray([-2, -1])
    -1
    >>> max_subarray([5])
    5
    >>> max_subarray([4, -1, 3])
    6
    >>> max_subarray([-2, 1, -3, 4, -1, 2, 1, -5, 4])
    6
    """
    raise NotImplementedError


def is_sorted(xs: list[int]) -> bool:
    """Whether no item is larger than the next.

    >>> is_sorted([1, 2, 3])
    True
    >>> is_sorted([3, 1])
    False
    >>> is_sorted([])
    True
    >>> is_sorted([1, 1, 2])
    True
    >>> is_sorted([1, 3, 2])
    False
    >>> is_sorted([2, 1, 3])
    False
    """
    raise NotImplementedError


def interleave(a: list[int], b: list[int]) -> list[int]:
    """Items of a and b in turn; both lists have one length.

    >>> interleave([1, 3], [2, 4])
    [1, 2, 3, 4]
    >>> interleave([], [])
    []
    >>> interleave([5], [6])
    [5, 6]
    >>> interleave([1, 1, 1], [0, 0, 0])
    [1, 0, 1, 0, 1, 0]
    """
    raise NotImplementedError


def merge_counts(a: dict[str, int], b: dict[str, int]) -> dict[str, int]:
    """The keys of both tables; where both have a key, the sum of the values.

    >>> merge_counts({'x': 1}, {'y': 2})
    {'x': 1, 'y': 2}
    >>> merge_counts({'x': 1, 'y': 5}, {'x': 2})
    {'x': 3, 'y': 5}
    >>> merge_counts({}, {})
    {}
    """
    raise NotImplementedError


def cheaper_than(prices: dict[str, int], limit: int) -> list[str]:
    """The names of what costs less than limit, sorted.

    >>> cheaper_than({'tea': 3, 'ham': 9, 'jam': 4}, 5)
    ['jam', 'tea']
    >>> cheaper_than({}, 1)
    []
    >>> cheaper_than({'b': 1, 'a': 1}, 2)
    ['a', 'b']
    >>> cheaper_than({'x': 5}, 5)
    []
    """
    raise NotImplementedError
