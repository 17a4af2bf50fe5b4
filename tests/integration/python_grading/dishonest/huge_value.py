"""Returns a text of a hundred million letters."""


def score(text):
    return "2" * 10**8
