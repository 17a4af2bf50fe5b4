"""Returns a list nested so deeply that readers of it fail."""


def score(text):
    value = 2
    for _ in range(10**6):
        value = [value]
    return value
