import re

WORD = re.compile(r"\w+")


def words(text):
    """
    >>> words("a, bc; d")
    ['a', 'bc', 'd']
    """
    return WORD.findall(text)


def renumber(text):
    return re.sub(r"\d+", lambda m: str(int(m[0]) + 1), text)


assert renumber("a1 b9") == "a2 b10"
