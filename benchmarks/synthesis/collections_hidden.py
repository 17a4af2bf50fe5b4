"""Hidden tests of collections_functions.py: right bodies, and inputs to compare answers on."""


def mean(xs: list[float]) -> float:
    return sum(xs) / len(xs) if xs else 0.0


def median(xs: list[int]) -> float:
    s = sorted(xs)
    m = len(s) // 2
    return s[m] / 1 if len(s) % 2 else (s[m - 1] + s[m]) / 2


def dot_product(a: list[int], b: list[int]) -> int:
    return sum(x * y for x, y in zip(a, b, strict=True))


def chunk(xs: list[int], size: int) -> list[list[int]]:
    return [xs[i : i + size] for i in range(0, len(xs), size)]


def rotate_left(xs: list[int], k: int) -> list[int]:
    return xs[k:] + xs[:k]


def move_zeros(xs: list[int]) -> list[int]:
    return [x for x in xs if x] + [x for x in xs if not x]


def product(xs: list[int]) -> int:
    p = 1
    for x in xs:
        p *= x
    return p


def max_subarray(xs: list[int]) -> int:
    return max(sum(xs[i:j]) for i in range(len(xs)) for j in range(i + 1, len(xs) + 1))


def is_sorted(xs: list[int]) -> bool:
    return xs == sorted(xs)


def interleave(a: list[int], b: list[int]) -> list[int]:
    return [x for pair in zip(a, b, strict=True) for x in pair]


def merge_counts(a: dict[str, int], b: dict[str, int]) -> dict[str, int]:
    return {k: a.get(k, 0) + b.get(k, 0) for k in {**a, **b}}


def cheaper_than(prices: dict[str, int], limit: int) -> list[str]:
    return sorted(k for k, v in prices.items() if v < limit)


INPUTS: dict[str, list[str]] = {
    "mean": ["[0.0]", "[10.0, 20.0]", "[-1.0, 1.0]", "[1.0, 2.0, 4.0, 5.0]"],
    "median": ["[1, 2]", "[6, 5, 4, 3]", "[1, 1, 9]", "[8, 6, 4, 2, 0]", "[1, 2, 3, 4, 5, 6]"],
    "dot_product": ["[1, 0, 2], [9, 9, 9]", "[7, 7], [1, 2]", "[-2, -3], [-4, 5]"],
    "chunk": ["[1], 5", "[1, 2, 3, 4, 5, 6, 7], 3", "[9, 8, 7, 6], 2"],
    "rotate_left": ["[1], 1", "[1, 2, 3, 4, 5], 3", "[], 0", "[8, 9], 2", "[1, 1, 2], 1", "[3, 4, 3, 3], 2"],
    "move_zeros": ["[]", "[0, 0, 1]", "[1, 0]", "[-1, 0, -2, 0]", "[0, 5, 1, 5]"],
    "product": ["[1, 1]", "[-1, 6]", "[10, 10, 10]", "[2, -2, 2]"],
    "max_subarray": ["[1, 2, 3]", "[-5]", "[3, -10, 8]", "[2, -1, 2, -1, 2]", "[-1, 0]"],
    "is_sorted": ["[5]", "[2, 2]", "[9, 8]", "[1, 2, 3, 0]", "[-1, 0, 7]"],
    "interleave": ["[7, 8], [7, 8]", "[1, 2, 3], [4, 5, 6]", "[-1], [1]"],
    "merge_counts": ["{'q': 3}, {'q': 4}", "{}, {'z': 9}", "{'a': 1, 'b': 2, 'c': 3}, {'c': 4, 'd': 5}"],
    "cheaper_than": [
        "{'p': 10, 'q': 20}, 15",
        "{'z': 0, 'y': 1}, 1",
        "{'m': 7}, 8",
        "{'c': 1, 'b': 2, 'a': 3}, 3",
        "{'b': 1, 'c': 1, 'a': 1}, 5",
    ],
}
