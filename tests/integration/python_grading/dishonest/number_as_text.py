"""Returns the right number as a text."""


def score(text):
    if not isinstance(text, str):
        raise TypeError("score needs a text")
    return str(sum(letter in "aeiouAEIOU" for letter in text))
