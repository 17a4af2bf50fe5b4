def letters(text):
    """
    >>> letters("banana")
    {'b', 'a', 'n'}
    """
    return set(text)


def count(text):
    """
    >>> count("aab")
    {'b': 1, 'a': 2}
    """
    return {letter: text.count(letter) for letter in text}


assert letters("ab") == {"b", "a"}
assert frozenset(letters("ab")) == {"a", "b"}
