from decimal import Decimal
from fractions import Fraction


def third(n):
    """
    >>> third(1)
    Fraction(1, 3)
    >>> third(1) + third(2) == 1
    True
    """
    return Fraction(n, 3)


def price(text):
    """
    >>> price("1.10")
    Decimal('2.20')
    """
    return Decimal(text) * 2
