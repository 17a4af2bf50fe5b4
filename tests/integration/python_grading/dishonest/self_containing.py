"""Returns a list that contains itself."""


def score(text):
    value = [2]
    value.append(value)
    return value
