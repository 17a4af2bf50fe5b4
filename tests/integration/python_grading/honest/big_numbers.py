import math


def power(n):
    """
    >>> power(200)
    1606938044258990275541962092341162602522202993782792835301376
    """
    return 2**n


def digits_of_factorial(n):
    """
    >>> digits_of_factorial(1500)
    4115
    """
    return len(str(math.factorial(n)))


assert power(4096) == 2**4096
assert power(64) == 18446744073709551616
assert power(63) - 1 == 9223372036854775807
