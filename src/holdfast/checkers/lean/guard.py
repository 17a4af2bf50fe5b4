"""Which texts may stand as a proof, decided before Lean sees them: pure functions over tokens.

What is let through is whole (brackets, comments and strings end in it), begins no command, leaves nothing
out, runs no code in the checker, and searches for no other proof than its own words say.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.checkers.lean.lexer import Kind, Token, tokens
from holdfast.checkers.lean.words import (
    COMMANDS,
    MODIFIERS,
    OPEN_COMMANDS,
    RUNS_CODE,
    SEARCHES,
    UNFINISHED,
)
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError
from holdfast.core.steps import RefusalReason

__all__ = ["Objection", "is_of_checker", "object_to", "parts", "touches"]

_PAIRS = {"(": ")", "[": "]", "{": "}", "⟨": "⟩"}
_DANGLING = frozenset(
    {"by", "=>", "<;>", ";", ":=", "|", "with", "from", "at", "using", "←", ",", ":", "fun", "λ", "·"}
)
"""What would take in the words behind a proof."""
_LONGEST = 20_000
_BEFORE_CHARACTERS = frozenset({"(", "[", "{", "⟨", ","})
_THEORIES = frozenset({"Omega", "Grind", "Order"})
"""Parts of Lean's own code that are theorems."""


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a text is no proof."""

    reason: RefusalReason
    message: str


def object_to(text: str, *, may_be_open: bool = False) -> Objection | None:
    """What speaks against a text as a proof or as a step of one; None where nothing does.

    A proof that `may_be_open` may hold `sorry` and `admit`.
    """
    if len(text) > _LONGEST:
        return Objection(RefusalReason.FORBIDDEN, f"a proof of more than {_LONGEST} characters is not read")
    try:
        words = tokens(Source("", text))
    except SourceError as error:
        return Objection(RefusalReason.SYNTAX, error.message)
    if not words:
        return Objection(RefusalReason.SYNTAX, "nothing stands here")
    if any(ord(character) < ord(" ") and character not in "\n\t\r" for character in text):
        return Objection(RefusalReason.FORBIDDEN, "control characters are no part of a proof")
    if words[-1].text in _DANGLING:
        return Objection(RefusalReason.SYNTAX, f"something is expected behind {words[-1].text}")
    if may_be_open:
        words = [token for token in words if token.text not in {"sorry", "admit"}]
    return _unbalanced(words) or _forbidden(words)


def touches(before: Token | None, token: Token) -> bool:
    """Whether a character in quotation marks follows something without a blank.

    It may begin inside of a token that ends in such a mark, as Mathlib has some.
    """
    if before is None or not token.text.startswith("'"):
        return False
    return before.end == token.start and before.text not in _BEFORE_CHARACTERS


def is_of_checker(token: Token) -> bool:
    """Whether a name is one of Lean's own code."""
    names = token.text.removeprefix("_root_.").replace("«", "").replace("»", "").split(".")
    return names[0] == "Lean" and (len(names) == 1 or names[1] not in _THEORIES)


def parts(token: Token) -> set[str]:
    """A word and its parts between dots, without guillemets."""
    plain = token.text.replace("«", "").replace("»", "").lstrip("#")
    return {token.text, plain, *plain.split(".")}


def _unbalanced(words: Sequence[Token]) -> Objection | None:
    waiting: list[str] = []
    for token in words:
        if token.kind is not Kind.SYMBOL:
            continue
        opening = token.text.removeprefix("@") if token.text == "@[" else token.text
        if opening in _PAIRS:
            waiting.append(_PAIRS[opening])
        elif token.text in _PAIRS.values() and (not waiting or waiting.pop() != token.text):
            return Objection(RefusalReason.SYNTAX, f"unexpected {token.text}")
    return Objection(RefusalReason.SYNTAX, f"expected {waiting[-1]}") if waiting else None


def _forbidden(words: Sequence[Token]) -> Objection | None:
    for at, token in enumerate(words):
        message = _against(token, words[at + 1].text if at + 1 < len(words) else "")
        if touches(words[at - 1] if at else None, token):
            message = "a quotation mark that touches what stands before it may hide code"
        if message:
            return Objection(RefusalReason.FORBIDDEN, message)
    return None


def _against(token: Token, following: str) -> str:
    """What speaks against one token, empty where nothing does."""
    word = token.text
    if token.kind is Kind.STRING:
        return "a string with braces may hide code" if "{" in word else ""
    if word == "@[":
        return "attributes are given by commands, not by proofs"
    if token.kind is not Kind.WORD:
        return ""
    if word in COMMANDS | OPEN_COMMANDS | MODIFIERS or word.startswith("#"):
        return f"{word} begins a command"
    plain = word.replace("«", "").replace("»", "")
    if plain in UNFINISHED or parts(token) & {"sorry", "sorryAx"}:
        return f"{word} leaves something unproved"
    if plain in SEARCHES:
        return f"{word} looks for a proof instead of giving one"
    return f"{word} runs code in the checker" if _runs_code(token, following) else ""


def _runs_code(token: Token, following: str) -> bool:
    is_option = following == ":=" and token.text.strip("«»") == "native"
    return (
        bool(parts(token) & RUNS_CODE)
        or is_of_checker(token)
        or is_option
        or token.text + following in RUNS_CODE
    )
