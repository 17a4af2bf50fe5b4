"""Returns numbers that all have the same hash."""


def score(text):
    return {number * (2**61 - 1) for number in range(1, 3000)}
