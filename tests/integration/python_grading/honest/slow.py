def primes_below(n):
    """
    >>> len(primes_below(20000))
    2262
    """
    return [p for p in range(2, n) if all(p % d for d in range(2, int(p**0.5) + 1))]
