"""Small functions to synthesise, numbers: signatures and shown tests."""


def sum_of_squares(n: int) -> int:
    """The sum of the squares of the numbers from 1 to n.

    >>> sum_of_squares(0)
    0
    >>> sum_of_squares(1)
    1
    >>> sum_of_squares(2)
    5
    >>> sum_of_squares(3)
    14
    >>> sum_of_squares(5)
    55
    """
    raise NotImplementedError


def is_leap_year(year: int) -> bool:
    """Whether a year of the Gregorian calendar is a leap year.

    >>> is_leap_year(2000)
    True
    >>> is_leap_year(1900)
    False
    >>> is_leap_year(2024)
    True
    >>> is_leap_year(2023)
    False
    >>> is_leap_year(2100)
    False
    >>> is_leap_year(1996)
    True
    >>> is_leap_year(2018)
    False
    >>> is_leap_year(2021)
    False
    >>> is_leap_year(1800)
    False
    >>> is_leap_year(1604)
    True
    """
    raise NotImplementedError


def grade(score: int) -> str:
    """'A' from 90 on, 'B' from 80 on, 'C' from 70 on, otherwise 'F'.

    >>> grade(95)
    'A'
    >>> grade(90)
    'A'
    >>> grade(89)
    'B'
    >>> grade(80)
    'B'
    >>> grade(75)
    'C'
    >>> grade(70)
    'C'
    >>> grade(69)
    'F'
    >>> grade(12)
    'F'
    """
    raise NotImplementedError


def lcm(a: int, b: int) -> int:
    """The least common multiple of a and b.

    >>> lcm(4, 6)
    12
    >>> lcm(3, 5)
    15
    >>> lcm(7, 7)
    7
    >>> lcm(2, 8)
    8
    >>> lcm(1, 9)
    9
    """
    raise NotImplementedError


def divisors(n: int) -> list[int]:
    """All numbers that divide n, in order.

    >>> divisors(1)
    [1]
    >>> divisors(6)
    [1, 2, 3, 6]
    >>> divisors(7)
    [1, 7]
    >>> divisors(12)
    [1, 2, 3, 4, 6, 12]
    """
    raise NotImplementedError


def is_perfect(n: int) -> bool:
    """Whether n is the sum of its divisors other than n.

    >>> is_perfect(6)
    True
    >>> is_perfect(28)
    True
    >>> is_perfect(12)
    False
    >>> is_perfect(7)
    False
    >>> is_perfect(1)
    False
    >>> is_perfect(8)
    False
    >>> is_perfect(20)
    False
    >>> is_perfect(9)
    False
    >>> is_perfect(15)
    False
    """
    raise NotImplementedError


def digital_root(n: int) -> int:
    """The digits of n are added, and those of the sum again, until one digit is left.

    >>> digital_root(0)
    0
    >>> digital_root(5)
    5
    >>> digital_root(38)
    2
    >>> digital_root(999)
    9
    >>> digital_root(10)
    1
    >>> digital_root(12345)
    6
    """
    raise NotImplementedError


def collatz_steps(n: int) -> int:
    """Steps to reach 1: an even number is halved, an odd one is tripled and 1 is added.

    >>> collatz_steps(1)
    0
    >>> collatz_steps(2)
    1
    >>> collatz_steps(3)
    7
    >>> collatz_steps(6)
    8
    >>> collatz_steps(7)
    16
    """
    raise NotImplementedError


def binary_digits(n: int) -> str:
    """The number n in binary.

    >>> binary_digits(0)
    '0'
    >>> binary_digits(1)
    '1'
    >>> binary_digits(5)
    '101'
    >>> binary_digits(8)
    '1000'
    """
    raise NotImplementedError


def is_power_of_two(n: int) -> bool:
    """Whether n is 1, 2, 4, 8, 16 and so on.

    >>> is_power_of_two(1)
    True
    >>> is_power_of_two(2)
    True
    >>> is_power_of_two(3)
    False
    >>> is_power_of_two(6)
    False
    >>> is_power_of_two(16)
    True
    >>> is_power_of_two(12)
    False
    >>> is_power_of_two(64)
    True
    >>> is_power_of_two(5)
    False
    >>> is_power_of_two(9)
    False
    >>> is_power_of_two(8)
    True
    """
    raise NotImplementedError


def hours_and_minutes(minutes: int) -> tuple[int, int]:
    """Full hours, and the minutes that are left.

    >>> hours_and_minutes(0)
    (0, 0)
    >>> hours_and_minutes(59)
    (0, 59)
    >>> hours_and_minutes(60)
    (1, 0)
    >>> hours_and_minutes(135)
    (2, 15)
    """
    raise NotImplementedError


def sum_of_multiples(n: int) -> int:
    """The sum of the numbers below n that are multiples of 3 or 5.

    >>> sum_of_multiples(1)
    0
    >>> sum_of_multiples(4)
    3
    >>> sum_of_multiples(10)
    23
    >>> sum_of_multiples(16)
    60
    """
    raise NotImplementedError
