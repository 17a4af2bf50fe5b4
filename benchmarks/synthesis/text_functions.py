"""Small functions to synthesise, texts: signatures and shown tests."""


def capitalize_words(text: str) -> str:
    """Each word with a capital first letter.

    >>> capitalize_words('hello world')
    'Hello World'
    >>> capitalize_words('a')
    'A'
    >>> capitalize_words('the quick fox')
    'The Quick Fox'
    """
    raise NotImplementedError


def longest_word(text: str) -> str:
    """The longest word, the first of several.

    >>> longest_word('a bbb cc')
    'bbb'
    >>> longest_word('one two three')
    'three'
    >>> longest_word('same size word')
    'same'
    >>> longest_word('hello')
    'hello'
    """
    raise NotImplementedError


def count_words(text: str) -> int:
    """How many words text has.

    >>> count_words('one two')
    2
    >>> count_words('')
    0
    >>> count_words('  spaced   out  ')
    2
    >>> count_words('single')
    1
    """
    raise NotImplementedError


def is_anagram(a: str, b: str) -> bool:
    """Whether a and b have the same letters in another order.

    >>> is_anagram('listen', 'silent')
    True
    >>> is_anagram('abc', 'abd')
    False
    >>> is_anagram('aab', 'abb')
    False
    >>> is_anagram('', '')
    True
    >>> is_anagram('ab', 'abc')
    False
    >>> is_anagram('abcd', 'cbad')
    True
    """
    raise NotImplementedError


def remove_vowels(text: str) -> str:
    """The text without its vowels.

    >>> remove_vowels('hello')
    'hll'
    >>> remove_vowels('xyz')
    'xyz'
    >>> remove_vowels('aeiou')
    ''
    >>> remove_vowels('banana split')
    'bnn splt'
    """
    raise NotImplementedError


def hamming_distance(a: str, b: str) -> int:
    """At how many places two texts of one length differ.

    >>> hamming_distance('abc', 'abd')
    1
    >>> hamming_distance('abc', 'abc')
    0
    >>> hamming_distance('karolin', 'kathrin')
    3
    >>> hamming_distance('', '')
    0
    """
    raise NotImplementedError


def snake_case(name: str) -> str:
    """A camelCase name in snake_case.

    >>> snake_case('camelCase')
    'camel_case'
    >>> snake_case('x')
    'x'
    >>> snake_case('getHttpCode')
    'get_http_code'
    >>> snake_case('plain')
    'plain'
    """
    raise NotImplementedError


def run_lengths(text: str) -> list[tuple[str, int]]:
    """Each run of equal characters: the character and how often it stands there.

    >>> run_lengths('aab')
    [('a', 2), ('b', 1)]
    >>> run_lengths('')
    []
    >>> run_lengths('abba')
    [('a', 1), ('b', 2), ('a', 1)]
    >>> run_lengths('zzzz')
    [('z', 4)]
    """
    raise NotImplementedError


def common_prefix(words: list[str]) -> str:
    """The longest text that all words begin with.

    >>> common_prefix(['flower', 'flow', 'flight'])
    'fl'
    >>> common_prefix(['dog', 'car'])
    ''
    >>> common_prefix(['same', 'same'])
    'same'
    >>> common_prefix(['inter', 'internet'])
    'inter'
    """
    raise NotImplementedError


def count_letter(text: str, letter: str) -> int:
    """How often a letter occurs in text, large or small.

    >>> count_letter('Banana', 'a')
    3
    >>> count_letter('Anna', 'A')
    2
    >>> count_letter('xyz', 'q')
    0
    >>> count_letter('eEe', 'e')
    3
    """
    raise NotImplementedError


def is_pangram(text: str) -> bool:
    """Whether text has every letter of the alphabet.

    >>> is_pangram('the quick brown fox jumps over the lazy dog')
    True
    >>> is_pangram('hello world')
    False
    >>> is_pangram('')
    False
    >>> is_pangram('abcdefghijklmnopqrstuvwxyz')
    True
    >>> is_pangram('abcdefghijklm nopqrstuvwxy')
    False
    """
    raise NotImplementedError


def double_letters(text: str) -> str:
    """Each character twice.

    >>> double_letters('abc')
    'aabbcc'
    >>> double_letters('')
    ''
    >>> double_letters('hi!')
    'hhii!!'
    """
    raise NotImplementedError
