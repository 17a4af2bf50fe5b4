"""Small functions on words; `holdfast prove words.py --diff` shows bodies for those that have none."""


def clean(word: str) -> str:
    """The word without blanks around it, in small letters.

    >>> clean("  Ada ")
    'ada'
    """
    return word.strip().lower()


def same(left: str, right: str) -> bool:
    """Whether two words are the same when they are cleaned.

    >>> same("Ada", " ada")
    True
    >>> same("Ada", "Ava")
    False
    >>> same("  x", "X  ")
    True
    >>> same("", "x")
    False
    >>> same("Ada ", "Bob ")
    False
    >>> same("bob", "bob")
    True
    """
    ...


def vowels(text: str) -> int:
    """How many vowels a text has.

    >>> vowels("banana")
    3
    >>> vowels("sky")
    0
    >>> vowels("queue")
    4
    >>> vowels("")
    0
    >>> vowels("aeiou")
    5
    """
    raise NotImplementedError


def lengths(words: list[str]) -> dict[str, int]:
    """How long each word is.

    >>> lengths(["to", "be", "or", "not"])
    {'to': 2, 'be': 2, 'or': 2, 'not': 3}
    >>> lengths([])
    {}
    >>> lengths(["words"])
    {'words': 5}
    """
    ...
