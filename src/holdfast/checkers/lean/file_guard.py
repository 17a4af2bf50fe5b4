"""What in a file runs code in the checker, goes around the kernel, or makes Lean read another text.

For files that are taken at their word: pure functions over tokens. Where Lean would cut a text into other
tokens than the lexer here, code could stand in what looks like a string or a comment, so whatever may cut it
otherwise counts as well: braces in strings, quotation marks that touch, tokens that a file defines.
"""

import re
from collections.abc import Iterator, Sequence

from holdfast.checkers.lean.document import begins_command
from holdfast.checkers.lean.guard import is_of_checker, parts, touches
from holdfast.checkers.lean.lexer import Kind, Token, tokens
from holdfast.checkers.lean.words import (
    CODE_ATTRIBUTES,
    COMMANDS,
    MODIFIERS,
    NOTATIONS,
    OPEN_COMMANDS,
    PLAIN_ATTRIBUTES,
    QUESTIONS,
    RUNS_CODE,
    THEOREMS,
)
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

__all__ = ["forbidden_words"]

_OPTIONS = frozenset({"debug", "bootstrap", "compiler", "interpreter", "doc"})
"""Families of options that weaken what Lean checks, or have it read comments as code."""
_FILLED = re.compile(r"(?:[^{}\\]|\\.|\{(?:[^{}\"'«/\\-]|(?<=\w)'|/(?!-)|-(?!-))*\})*", re.DOTALL)
"""Texts whose braces, as an interpolated string has them, end where they seem to."""
_WORDS = re.compile(r"[^\W\d][\w.!?]*%?|#\w+!?")
_SWALLOWING = ("/", "-", "@", ":")
"""How no token of a file's own may end: with what follows it would look like the beginning of something."""


def forbidden_words(text: str, words: Sequence[Token]) -> Iterator[Token]:
    """The tokens of a text that speak against it, in order.

    Of the commands that begin with `#`, those are let through that are known to run nothing, of attributes on
    what may be code those that are known to hand it to nobody.
    """
    found = [*_commands(text, words), *_attributes(words), *_strings(words)]
    yield from sorted(set(found), key=lambda token: token.start)


def _commands(text: str, words: Sequence[Token]) -> Iterator[Token]:
    for before, token, after in zip((None, *words), words, (*words[1:], None), strict=False):
        if token.kind is Kind.WORD:
            previous = "" if before is None else before.text
            family = token.text.replace("«", "").partition(".")[0].rstrip("»")
            weakens = previous == "set_option" and family in _OPTIONS
            is_import = previous in {"import", "all"}
            marked = token.text + ("%" if after is not None and after.text == "%" else "")
            reaches = (
                marked in RUNS_CODE or parts(token) & RUNS_CODE or (is_of_checker(token) and not is_import)
            )
            if reaches or weakens or _asks_something_else(text, token):
                yield token
        elif before is not None and before.text == "`" and _quotes(before, token):
            yield before


def _quotes(mark: Token, token: Token) -> bool:
    """Whether syntax stands in quotation marks: whatever is in it is no command."""
    return token.text in {"(", "[", "{"} and mark.end == token.start


def _asks_something_else(text: str, token: Token) -> bool:
    """Whether a command begins here with `#` that is not known to run nothing."""
    is_question = token.text.startswith("#") and begins_command(text, token, nested=False)
    return is_question and token.text not in QUESTIONS


def _attributes(words: Sequence[Token]) -> Iterator[Token]:
    """Attributes that hand code to the checker, and all unknown ones on what is no theorem."""
    at = 0
    while at < len(words):
        is_command = words[at].text == "[" and at > 0 and words[at - 1].text == "attribute"
        if words[at].text != "@[" and not is_command:
            at += 1
            continue
        end = _closing(words, at)
        may_be_code = is_command or _declared(words, end + 1) not in THEOREMS
        depth, is_head = 0, True
        for token in words[at + 1 : end]:
            if token.kind is Kind.WORD:
                is_unknown = depth == 0 and is_head and token.text not in PLAIN_ATTRIBUTES
                if parts(token) & CODE_ATTRIBUTES or (may_be_code and is_unknown):
                    yield token
                is_head = token.text in MODIFIERS
            depth += (token.text in {"(", "[", "{"}) - (token.text in {")", "]", "}"})
            is_head = is_head or (depth == 0 and token.text == ",")
        at = end + 1


def _closing(words: Sequence[Token], at: int) -> int:
    depth = 0
    for place in range(at, len(words)):
        depth += (words[place].text in {"[", "@["}) - (words[place].text == "]")
        if depth == 0:
            return place
    return len(words)


def _declared(words: Sequence[Token], at: int) -> str:
    """The word of the declaration that attributes before place `at` belong to."""
    while at < len(words):
        if words[at].text == "@[":
            at = _closing(words, at)
        elif words[at].text not in MODIFIERS:
            return words[at].text
        at += 1
    return ""


def _strings(words: Sequence[Token]) -> Iterator[Token]:
    """Strings in which code may stand, or that may not be strings to Lean."""
    is_notation = False
    for before, token in zip((None, *words), words, strict=False):
        if token.kind is Kind.WORD and token.text in COMMANDS:
            is_notation = token.text in NOTATIONS
        if token.kind is not Kind.STRING:
            is_notation = is_notation and token.text != "=>"
        elif touches(before, token):
            yield token
        elif is_notation:
            if not _is_plain_atom(token.text):
                yield token
        elif ("{" in token.text or "}" in token.text) and _is_code(token.text):
            yield token


def _is_code(string: str) -> bool:
    """Whether what stands in braces might run code, or might not end where it seems to."""
    if _FILLED.fullmatch(string) is None:
        return True
    return any(
        set(word.split(".")) & RUNS_CODE or word.startswith("Lean.") for word in _WORDS.findall(string)
    )


def _is_plain_atom(string: str) -> bool:
    """Whether a token that a file defines is cut here as it is by Lean, wherever it stands."""
    atom = string[1:-1].strip()
    if not string.startswith('"') or "\\" in atom or (len(atom) > 1 and atom.endswith(_SWALLOWING)):
        return False
    try:
        words = tokens(Source("", atom))
    except SourceError:
        return False
    if sum(len(word.text) for word in words) != len("".join(atom.split())):
        return False
    if len(words) == 1 and words[0].kind is Kind.WORD:
        return words[0].text not in COMMANDS | OPEN_COMMANDS | MODIFIERS
    return all(word.kind is Kind.SYMBOL and not set(word.text) & set("'\"«»`@") for word in words)
