"""Hidden tests of dev_functions.py: right bodies, and inputs to compare answers on."""


def max_of_three(a: int, b: int, c: int) -> int:
    return max(a, b, c)


def factorial(n: int) -> int:
    result = 1
    for i in range(2, n + 1):
        result *= i
    return result


def sum_of_digits(n: int) -> int:
    return sum(int(c) for c in str(n))


def reverse_words(s: str) -> str:
    return " ".join(s.split()[::-1])


def is_palindrome(s: str) -> bool:
    return s.lower() == s.lower()[::-1]


def count_vowels(s: str) -> int:
    return sum(c in "aeiou" for c in s)


def fizzbuzz(n: int) -> str:
    if n % 15 == 0:
        return "FizzBuzz"
    if n % 3 == 0:
        return "Fizz"
    if n % 5 == 0:
        return "Buzz"
    return str(n)


def remove_duplicates(xs: list[int]) -> list[int]:
    return list(dict.fromkeys(xs))


def gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


def fibonacci(n: int) -> int:
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def flatten(rows: list[list[int]]) -> list[int]:
    return [x for row in rows for x in row]


def word_counts(text: str) -> dict[str, int]:
    return {w: text.split().count(w) for w in text.split()}


def running_sum(xs: list[int]) -> list[int]:
    return [sum(xs[: i + 1]) for i in range(len(xs))]


def is_prime(n: int) -> bool:
    return n > 1 and all(n % d for d in range(2, n))


def invert(table: dict[str, int]) -> dict[int, str]:
    return {v: k for k, v in table.items()}


def second_largest(xs: list[int]) -> int:
    return sorted(set(xs))[-2]


def initials(name: str) -> str:
    return "".join(w[0] for w in name.split()).upper()


def to_fahrenheit(celsius: float) -> float:
    return celsius * 9 / 5 + 32


def sort_by_length(words: list[str]) -> list[str]:
    return sorted(words, key=len)


def transpose(matrix: list[list[int]]) -> list[list[int]]:
    return [list(row) for row in zip(*matrix, strict=True)]


def clamp(x: int, low: int, high: int) -> int:
    return max(low, min(x, high))


def group_by_first_letter(words: list[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for w in words:
        groups.setdefault(w[0], []).append(w)
    return groups


def caesar(text: str, k: int) -> str:
    return "".join(chr((ord(c) - 97 + k) % 26 + 97) for c in text)


def common_items(a: list[int], b: list[int]) -> list[int]:
    return sorted(set(a) & set(b))


INPUTS: dict[str, list[str]] = {
    "max_of_three": ["0, 0, 0", "-1, -5, -3", "10, 20, 5", "8, 8, 9", "100, 1, 50", "-3, 4, 4"],
    "factorial": ["2", "4", "6", "8", "10"],
    "sum_of_digits": ["10", "99", "1000", "48213", "77", "305060"],
    "reverse_words": ["'a b c d'", "'z'", "'to be or not'", "'x yy zzz'", "'the end'"],
    "is_palindrome": ["'Noon'", "'Noons'", "'x'", "'aA'", "'aBc'", "'Level'", "'abca'"],
    "count_vowels": ["'aeiou'", "'queue'", "'rhythm'", "'education'", "'a'", "'zebra'", "'aaa'"],
    "fizzbuzz": ["1", "2", "4", "6", "10", "9", "45", "98", "100", "60", "33"],
    "remove_duplicates": ["[5]", "[9, 8, 9, 7, 8]", "[1, 2, 3]", "[4, 4, 1, 1, 4]", "[0, -1, 0]"],
    "gcd": ["48, 36", "17, 17", "1, 9", "270, 192", "14, 49", "81, 57"],
    "fibonacci": ["3", "4", "5", "6", "8", "12", "20"],
    "flatten": ["[[1], [2], [3]]", "[[]]", "[[9, 8, 7]]", "[[0], [], [0, 1]]"],
    "word_counts": ["'x'", "'x x x'", "'one two one two three'", "'a ab abc a'"],
    "running_sum": ["[1, 1, 1, 1]", "[0, 0]", "[-5, 5, 10]", "[100, 20, 3]"],
    "is_prime": ["0", "3", "5", "8", "21", "29", "49", "51", "97"],
    "invert": ["{'q': 3, 'r': 4, 's': 5}", "{'one': 1}", "{'a': 0, 'b': -1}"],
    "second_largest": [
        "[3, 1, 2, 3]",
        "[9, 1, 2, 3]",
        "[0, -5]",
        "[8, 8, 8, 1]",
        "[4, 6, 5]",
        "[100, 50, 75, 100]",
    ],
    "initials": ["'alan turing'", "'George R R Martin'", "'x y'", "'Mary ann Evans'"],
    "to_fahrenheit": ["20.0", "37.0", "-10.0", "50.0"],
    "sort_by_length": ["['zz', 'y', 'aaa', 'b']", "['one']", "['apple', 'fig', 'kiwi']", "['dd', 'cc', 'a']"],
    "transpose": ["[[1]]", "[[1, 2, 3], [4, 5, 6]]", "[[1, 2], [3, 4], [5, 6]]"],
    "clamp": ["0, 0, 0", "15, 1, 15", "-10, -5, 5", "8, -2, 4", "2, 1, 3"],
    "group_by_first_letter": [
        "['a', 'b', 'c']",
        "['red', 'rose', 'blue', 'ring']",
        "['one', 'two', 'three', 'four', 'five']",
    ],
    "caesar": ["'python', 5", "'a', 25", "'z', 1", "'caesar', 13", "'', 4"],
    "common_items": ["[5, 6, 7], [7, 5]", "[], []", "[1, 1, 1], [1]", "[9, 2, 4], [4, 9, 11]"],
}
