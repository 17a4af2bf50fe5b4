"""Returns a float that equals nothing, itself included."""


def score(text):
    return float("nan")
