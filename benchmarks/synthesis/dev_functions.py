"""Small functions to synthesise, developed on: signatures and shown tests."""


def max_of_three(a: int, b: int, c: int) -> int:
    """The largest of three numbers.

    >>> max_of_three(1, 2, 3)
    3
    >>> max_of_three(9, 4, 5)
    9
    >>> max_of_three(2, 7, 6)
    7
    >>> max_of_three(3, 3, 1)
    3
    """
    raise NotImplementedError


def factorial(n: int) -> int:
    """The product of all whole numbers from 1 to n.

    >>> factorial(0)
    1
    >>> factorial(1)
    1
    >>> factorial(3)
    6
    >>> factorial(5)
    120
    """
    raise NotImplementedError


def sum_of_digits(n: int) -> int:
    """The sum of the digits of n.

    >>> sum_of_digits(0)
    0
    >>> sum_of_digits(7)
    7
    >>> sum_of_digits(123)
    6
    >>> sum_of_digits(9045)
    18
    """
    raise NotImplementedError


def reverse_words(s: str) -> str:
    """The words of s in reverse order.

    >>> reverse_words('hello world')
    'world hello'
    >>> reverse_words('one two three')
    'three two one'
    >>> reverse_words('one')
    'one'
    >>> reverse_words('')
    ''
    """
    raise NotImplementedError


def is_palindrome(s: str) -> bool:
    """Whether s reads the same backwards, whatever the case of its letters.

    >>> is_palindrome('Anna')
    True
    >>> is_palindrome('abc')
    False
    >>> is_palindrome('')
    True
    >>> is_palindrome('racecar')
    True
    >>> is_palindrome('Ab')
    False
    """
    raise NotImplementedError


def count_vowels(s: str) -> int:
    """How many vowels s has.

    >>> count_vowels('hello')
    2
    >>> count_vowels('banana')
    3
    >>> count_vowels('xyz')
    0
    >>> count_vowels('')
    0
    """
    raise NotImplementedError


def fizzbuzz(n: int) -> str:
    """'Fizz' for multiples of 3, 'Buzz' for multiples of 5, 'FizzBuzz' for both, else the number.

    >>> fizzbuzz(3)
    'Fizz'
    >>> fizzbuzz(5)
    'Buzz'
    >>> fizzbuzz(15)
    'FizzBuzz'
    >>> fizzbuzz(7)
    '7'
    >>> fizzbuzz(12)
    'Fizz'
    >>> fizzbuzz(20)
    'Buzz'
    >>> fizzbuzz(30)
    'FizzBuzz'
    >>> fizzbuzz(8)
    '8'
    """
    raise NotImplementedError


def remove_duplicates(xs: list[int]) -> list[int]:
    """The items of xs without repetitions, in order of first appearance.

    >>> remove_duplicates([1, 2, 1, 3])
    [1, 2, 3]
    >>> remove_duplicates([3, 3, 3])
    [3]
    >>> remove_duplicates([])
    []
    >>> remove_duplicates([2, 1, 2, 1])
    [2, 1]
    """
    raise NotImplementedError


def gcd(a: int, b: int) -> int:
    """The greatest common divisor of a and b.

    >>> gcd(12, 18)
    6
    >>> gcd(7, 5)
    1
    >>> gcd(100, 75)
    25
    >>> gcd(9, 3)
    3
    >>> gcd(8, 20)
    4
    """
    raise NotImplementedError


def fibonacci(n: int) -> int:
    """The n-th Fibonacci number.

    >>> fibonacci(0)
    0
    >>> fibonacci(1)
    1
    >>> fibonacci(2)
    1
    >>> fibonacci(7)
    13
    >>> fibonacci(10)
    55
    """
    raise NotImplementedError


def flatten(rows: list[list[int]]) -> list[int]:
    """All items of all rows, in order.

    >>> flatten([[1, 2], [3]])
    [1, 2, 3]
    >>> flatten([[], [4, 5], []])
    [4, 5]
    >>> flatten([])
    []
    """
    raise NotImplementedError


def word_counts(text: str) -> dict[str, int]:
    """How often each word occurs in text.

    >>> word_counts('a b a')
    {'a': 2, 'b': 1}
    >>> word_counts('')
    {}
    >>> word_counts('to be or not to be')
    {'to': 2, 'be': 2, 'or': 1, 'not': 1}
    >>> word_counts('a ab')
    {'a': 1, 'ab': 1}
    """
    raise NotImplementedError


def running_sum(xs: list[int]) -> list[int]:
    """The sums of the first item, the first two items, and so on.

    >>> running_sum([1, 2, 3])
    [1, 3, 6]
    >>> running_sum([5])
    [5]
    >>> running_sum([])
    []
    >>> running_sum([2, -1, 4, 0])
    [2, 1, 5, 5]
    """
    raise NotImplementedError


def is_prime(n: int) -> bool:
    """Whether n is a prime number.

    >>> is_prime(1)
    False
    >>> is_prime(2)
    True
    >>> is_prime(4)
    False
    >>> is_prime(9)
    False
    >>> is_prime(11)
    True
    >>> is_prime(25)
    False
    >>> is_prime(7)
    True
    >>> is_prime(6)
    False
    >>> is_prime(13)
    True
    >>> is_prime(15)
    False
    """
    raise NotImplementedError


def invert(table: dict[str, int]) -> dict[int, str]:
    """The table with keys and values swapped.

    >>> invert({'a': 1, 'b': 2})
    {1: 'a', 2: 'b'}
    >>> invert({})
    {}
    >>> invert({'x': 9})
    {9: 'x'}
    """
    raise NotImplementedError


def second_largest(xs: list[int]) -> int:
    """The second largest of the different items of xs.

    >>> second_largest([1, 2, 3])
    2
    >>> second_largest([5, 5, 4])
    4
    >>> second_largest([10, 7, 8, 10])
    8
    >>> second_largest([6, 1])
    1
    >>> second_largest([4, 1, 2])
    2
    """
    raise NotImplementedError


def initials(name: str) -> str:
    """The first letter of each word of a name, in upper case.

    >>> initials('john smith')
    'JS'
    >>> initials('Ada Byron King')
    'ABK'
    >>> initials('plato')
    'P'
    """
    raise NotImplementedError


def to_fahrenheit(celsius: float) -> float:
    """The temperature in degrees Fahrenheit.

    >>> to_fahrenheit(0.0)
    32.0
    >>> to_fahrenheit(100.0)
    212.0
    >>> to_fahrenheit(10.0)
    50.0
    >>> to_fahrenheit(-40.0)
    -40.0
    """
    raise NotImplementedError


def sort_by_length(words: list[str]) -> list[str]:
    """The words, shorter ones first; those of one length stay in order.

    >>> sort_by_length(['ccc', 'a', 'bb'])
    ['a', 'bb', 'ccc']
    >>> sort_by_length(['b', 'a'])
    ['b', 'a']
    >>> sort_by_length([])
    []
    >>> sort_by_length(['four', 'x', 'two', 'six'])
    ['x', 'two', 'six', 'four']
    """
    raise NotImplementedError


def transpose(matrix: list[list[int]]) -> list[list[int]]:
    """The matrix with rows and columns swapped.

    >>> transpose([[1, 2], [3, 4]])
    [[1, 3], [2, 4]]
    >>> transpose([[1, 2, 3]])
    [[1], [2], [3]]
    >>> transpose([[5], [6]])
    [[5, 6]]
    """
    raise NotImplementedError


def clamp(x: int, low: int, high: int) -> int:
    """x, or the nearest of low and high when it lies outside them.

    >>> clamp(5, 0, 10)
    5
    >>> clamp(-3, 0, 10)
    0
    >>> clamp(42, 0, 10)
    10
    >>> clamp(7, 7, 9)
    7
    >>> clamp(3, 5, 6)
    5
    """
    raise NotImplementedError


def group_by_first_letter(words: list[str]) -> dict[str, list[str]]:
    """The words by their first letter.

    >>> group_by_first_letter(['apple', 'bean', 'avocado'])
    {'a': ['apple', 'avocado'], 'b': ['bean']}
    >>> group_by_first_letter([])
    {}
    >>> group_by_first_letter(['x'])
    {'x': ['x']}
    """
    raise NotImplementedError


def caesar(text: str, k: int) -> str:
    """Each small letter of text moved k places down the alphabet, from z on to a.

    >>> caesar('abc', 1)
    'bcd'
    >>> caesar('xyz', 3)
    'abc'
    >>> caesar('hello', 0)
    'hello'
    >>> caesar('zoo', 13)
    'mbb'
    """
    raise NotImplementedError


def common_items(a: list[int], b: list[int]) -> list[int]:
    """The items that both lists have, sorted, each once.

    >>> common_items([1, 2, 3], [2, 3, 4])
    [2, 3]
    >>> common_items([1], [2])
    []
    >>> common_items([3, 3, 1], [1, 3])
    [1, 3]
    >>> common_items([], [1])
    []
    >>> common_items([5, 1, 9, 7], [9, 4, 5])
    [5, 9]
    """
    raise NotImplementedError
