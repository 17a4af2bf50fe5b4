"""Returns a number of millions of digits."""


def score(text):
    return 1 << (1 << 24)
