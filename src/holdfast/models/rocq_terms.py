"""Rocq terms as the checker prints them, cut into words and looked at just closely enough to compare goals.

Nothing here parses: notations are open-ended, so every function is total and tolerant, and right on what
the standard notations print.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Term", "is_identifier", "read_term", "root", "statement_parts", "tokenize"]

_TOKEN = re.compile(
    r'"(?:[^"]|"")*"'
    r"|[?@]?[^\W\d][\w']*(?:\.[^\W\d][\w']*)*"
    r"|\d+(?:\.\d+)?|[()\[\]{},;]"
    r"""|[^\w\s()\[\]{},;"]+""",
)
_BINDERS = frozenset({"forall", "fun", "exists", "exists2", "exists!", "∀", "∃", "λ", "fix", "cofix"})
_KEYWORDS = _BINDERS | {"let", "in", "match", "with", "end", "if", "then", "else", "as", "return", "where"}
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
_OPEN = frozenset("([{")
_CLOSE = frozenset(")]}")
_LEVELS = {
    "->": 99, "→": 99, "<->": 95, "↔": 95, "\\/": 85, "∨": 85, "/\\": 80, "∧": 80, "~": 75, "¬": 75,
    "::": 60, "++": 60, "||": 50, "+": 50, "-": 50, "&&": 40, "*": 40, "/": 40, "^": 30, "@": 20,
    "%": 1, ":": 100, "|": 5, "'": 1, "!": 1, ".": 1, "`": 1, "?": 1,
}  # fmt: skip
_RELATION = 70


@dataclass(frozen=True, slots=True)
class Term:
    """A term's words, and what they say at a glance."""

    words: tuple[str, ...]
    """As printed, in order."""
    abstract: tuple[str, ...]
    """The same words with bound names replaced by what they range over (`β:nat`)."""
    root: str
    """The outermost operator, binder or head symbol."""
    binders: tuple[str, ...]
    """Names bound by the outermost `forall`, in order."""


def tokenize(text: str) -> list[str]:
    """Identifiers (qualified ones whole), numbers, strings, brackets and runs of symbols, in order."""
    return _TOKEN.findall(text)


def is_identifier(word: str) -> bool:
    """Whether a word can be a name of something: no keyword, no operator."""
    return (word[0].isalpha() or word[0] == "_") and word not in _KEYWORDS and word != "_"


@lru_cache(maxsize=1 << 16)
def read_term(text: str) -> Term:
    """Read a printed term; the answers are kept, because goals repeat their hypotheses."""
    words = _TOKEN.findall(text)
    bound = _bound_names(words)
    abstract = [bound.get(word, word) for word in words] if bound else words
    return Term(tuple(words), tuple(abstract), root(words), _outer_binders(words))


def root(words: Sequence[str]) -> str:
    """The loosest operator outside brackets, else the head; empty for no words.

    >>> root(tokenize("n + 0 = n")), root(tokenize("forall x, P x")), root(tokenize("list (A -> B)"))
    ('=', 'forall', 'list')
    """
    words = _unwrap(words)
    if not words or words[0] in _KEYWORDS:
        return words[0] if words else ""
    best, level, depth = "", 1, 0
    for word in words:
        if word in _BRACKETS:
            depth += _BRACKETS[word]
        elif depth == 0 and word in _BINDERS:
            break
        elif depth == 0 and _level(word) > level:
            best, level = word, _level(word)
    return best or words[0]


def _level(word: str) -> int:
    """How loosely an operator binds; 0 for what is none. Unknown operators bind as relations do."""
    if word[0].isalnum() or word[0] in '_"?@,;':
        return 0
    return _LEVELS.get(word, _RELATION)


def _unwrap(words: Sequence[str]) -> Sequence[str]:
    """Without brackets that enclose the whole; in time that grows with the length alone."""
    around = 0
    while around < len(words) and words[around] == "(":
        around += 1
    if not around:
        return words
    closings = _closings(words, around)
    last = len(words) - 1
    taken = 0
    while taken < around and closings[taken] == last - taken and last - 2 * taken > 1:
        taken += 1
    return words[taken : len(words) - taken]


def _closings(words: Sequence[str], count: int) -> list[int]:
    """Where each of the `count` brackets that a term begins with is closed; past the end where it is not."""
    found = [len(words)] * count
    open_ = 0
    for index, word in enumerate(words):
        if word in _OPEN:
            open_ += 1
        elif word in _CLOSE:
            open_ -= 1
            if 0 <= open_ < count and found[open_] == len(words):
                found[open_] = index
    return found


def _bound_names(words: Sequence[str]) -> dict[str, str]:
    """Names bound anywhere in a term, each with the head of what it ranges over."""
    bound: dict[str, str] = {}
    for index, word in enumerate(words):
        if word in _BINDERS:
            _read_binder(words, index + 1, bound)
        elif word == "let" and index + 1 < len(words) and is_identifier(words[index + 1]):
            bound[words[index + 1]] = "β:let"
    return bound


def _read_binder(words: Sequence[str], start: int, bound: dict[str, str]) -> None:
    group: list[str] = []
    depth = 0
    typed = False
    for word in words[start : start + 60]:
        if word in {",", "=>", ":="} and depth <= 0:
            break
        if word in _OPEN:
            depth += 1
        elif word in _CLOSE:
            depth -= 1
            typed = typed and depth > 0
        elif word == ":" and not typed:
            typed = True
        elif typed and group and is_identifier(word):
            bound.update(dict.fromkeys(group, f"β:{word}"))
            group = []
        elif not typed and is_identifier(word):
            group.append(word)
    bound.update(dict.fromkeys(group, "β:"))


def _outer_binders(words: Sequence[str]) -> tuple[str, ...]:
    names: list[str] = []
    index = 0
    while index < len(words) and words[index] in {"forall", "∀"}:
        group: dict[str, str] = {}
        _read_binder(words, index + 1, group)
        names.extend(group)
        index = _after_comma(words, index)
    return tuple(names)


def _after_comma(words: Sequence[str], start: int) -> int:
    depth = 0
    for index in range(start, len(words)):
        if words[index] in _OPEN:
            depth += 1
        elif words[index] in _CLOSE:
            depth -= 1
        elif words[index] == "," and depth == 0:
            return index + 1
    return len(words)


def split_top(words: Sequence[str], operators: frozenset[str]) -> list[Sequence[str]]:
    """The parts between operators that stand outside brackets; a binder ends the cutting."""
    parts: list[Sequence[str]] = []
    begin = depth = 0
    for index, word in enumerate(words):
        if word in _OPEN:
            depth += 1
        elif word in _CLOSE:
            depth -= 1
        elif depth == 0 and word in operators:
            parts.append(words[begin:index])
            begin = index + 1
        elif depth == 0 and word in _BINDERS:
            break
    parts.append(words[begin:])
    return parts


_ARROW = frozenset({"->", "→"})


def statement_parts(words: Sequence[str]) -> tuple[list[Sequence[str]], Sequence[str]]:
    """The premises and the conclusion of a statement, its outer quantifiers left out."""
    premises: list[Sequence[str]] = []
    words = _unwrap(words)
    for _ in range(50):
        while words and words[0] in {"forall", "∀"}:
            words = _unwrap(words[_after_comma(words, 0) :])
        parts = split_top(words, _ARROW)
        premises.extend(parts[:-1])
        words = _unwrap(parts[-1])
        if not words or words[0] not in {"forall", "∀"}:
            break
    return premises, words
