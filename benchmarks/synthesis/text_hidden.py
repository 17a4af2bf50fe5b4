"""Hidden tests of text_functions.py: right bodies, and inputs to compare answers on."""


def capitalize_words(text: str) -> str:
    return " ".join(w.capitalize() for w in text.split())


def longest_word(text: str) -> str:
    return max(text.split(), key=len)


def count_words(text: str) -> int:
    return len(text.split())


def is_anagram(a: str, b: str) -> bool:
    return sorted(a) == sorted(b)


def remove_vowels(text: str) -> str:
    return "".join(c for c in text if c not in "aeiou")


def hamming_distance(a: str, b: str) -> int:
    return sum(x != y for x, y in zip(a, b, strict=True))


def snake_case(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() else c for c in name)


def run_lengths(text: str) -> list[tuple[str, int]]:
    out: list[tuple[str, int]] = []
    for c in text:
        if out and out[-1][0] == c:
            out[-1] = (c, out[-1][1] + 1)
        else:
            out.append((c, 1))
    return out


def common_prefix(words: list[str]) -> str:
    p = words[0]
    for w in words:
        while not w.startswith(p):
            p = p[:-1]
    return p


def count_letter(text: str, letter: str) -> int:
    return text.lower().count(letter.lower())


def is_pangram(text: str) -> bool:
    return all(c in text for c in "abcdefghijklmnopqrstuvwxyz")


def double_letters(text: str) -> str:
    return "".join(c * 2 for c in text)


INPUTS: dict[str, list[str]] = {
    "capitalize_words": ["'one two'", "'z y x'", "'python is fun'"],
    "longest_word": ["'to be or not'", "'alpha beta gamma delta'", "'x yy zz'", "'I am fine'"],
    "count_words": ["'a b c d'", "'   '", "'to be or not to be'"],
    "is_anagram": [
        "'dusty', 'study'",
        "'hello', 'world'",
        "'aa', 'a'",
        "'night', 'thing'",
        "'abcd', 'dcba'",
        "'abc', 'cbb'",
    ],
    "remove_vowels": ["'education'", "''", "'rhythm and blues'", "'queue'"],
    "hamming_distance": ["'a', 'b'", "'0000', '1111'", "'toned', 'roses'", "'1011101', '1001001'"],
    "snake_case": ["'aB'", "'someLongName'", "'already'", "'oneTwoThree'"],
    "run_lengths": ["'a'", "'aabbcc'", "'abab'", "'xxyxx'"],
    "common_prefix": [
        "['a']",
        "['abc', 'abd', 'ab']",
        "['x', 'y']",
        "['prefix', 'prelude', 'press']",
        "['axb', 'ayb']",
        "['end', 'bend']",
    ],
    "count_letter": ["'Mississippi', 's'", "'AAA', 'a'", "'', 'z'", "'Tomato', 'T'"],
    "is_pangram": [
        "'pack my box with five dozen liquor jugs'",
        "'zyxwvutsrqponmlkjihgfedcba'",
        "'the quick brown fox jumps over the dog'",
        "'almost all letters bcdefghijkmnopqrstuvwxy'",
        "'lazy zebra'",
        "'the quick brown fx jumps ver the lazy dg'",
    ],
    "double_letters": ["'x'", "'aab'", "'1 2'"],
}
