"""Hidden tests of numbers_functions.py: right bodies, and inputs to compare answers on."""


def sum_of_squares(n: int) -> int:
    return sum(i * i for i in range(1, n + 1))


def is_leap_year(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def grade(score: int) -> str:
    if score >= 90:
        return "A"
    if score >= 80:
        return "B"
    if score >= 70:
        return "C"
    return "F"


def lcm(a: int, b: int) -> int:
    m = max(a, b)
    while m % a or m % b:
        m += 1
    return m


def divisors(n: int) -> list[int]:
    return [d for d in range(1, n + 1) if n % d == 0]


def is_perfect(n: int) -> bool:
    return n > 0 and n == sum(d for d in range(1, n) if n % d == 0)


def digital_root(n: int) -> int:
    while n > 9:
        n = sum(int(c) for c in str(n))
    return n


def collatz_steps(n: int) -> int:
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


def binary_digits(n: int) -> str:
    return format(n, "b")


def is_power_of_two(n: int) -> bool:
    return n > 0 and n & (n - 1) == 0


def hours_and_minutes(minutes: int) -> tuple[int, int]:
    return (minutes // 60, minutes % 60)


def sum_of_multiples(n: int) -> int:
    return sum(i for i in range(n) if i % 3 == 0 or i % 5 == 0)


INPUTS: dict[str, list[str]] = {
    "sum_of_squares": ["4", "6", "7", "10", "12"],
    "is_leap_year": ["1600", "1700", "2004", "2001", "2400", "2200", "1999", "1984"],
    "grade": ["100", "91", "85", "81", "79", "71", "68", "0", "88"],
    "lcm": ["6, 10", "12, 18", "5, 1", "9, 6", "8, 12", "10, 15"],
    "divisors": ["2", "4", "10", "16", "28", "30"],
    "is_perfect": ["496", "2", "10", "27", "24", "100", "30"],
    "digital_root": ["9", "18", "16", "942", "132189", "493193"],
    "collatz_steps": ["4", "5", "8", "9", "11", "16", "12"],
    "binary_digits": ["2", "3", "10", "255", "64", "37"],
    "is_power_of_two": ["4", "7", "10", "24", "32", "48", "100", "128", "1024"],
    "hours_and_minutes": ["1", "61", "600", "719", "90"],
    "sum_of_multiples": ["5", "6", "11", "20", "30", "0"],
}
