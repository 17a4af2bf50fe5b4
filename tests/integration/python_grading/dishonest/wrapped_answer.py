"""Returns the right number in a list."""


def score(text):
    if not isinstance(text, str):
        raise TypeError("score needs a text")
    return [sum(letter in "aeiouAEIOU" for letter in text)]
