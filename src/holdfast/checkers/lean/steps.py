"""The steps that a finished proof takes, as far as its layout tells them: by lines and semicolons."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from holdfast.checkers.lean.document import Theorem
from holdfast.checkers.lean.lexer import Token

__all__ = ["WrittenStep", "written_steps"]

_OPENING = frozenset({"(", "[", "{", "⟨"})
_CLOSING = frozenset({")", "]", "}", "⟩"})
_BEFORE = frozenset({"by", ";", "·", "=>"})
_NEVER = frozenset({"|", "·", "sorry", "admit", "case", "next", "<;>", "end", "where", "termination_by"})
"""Words that begin no step."""
_OPEN_ENDED = frozenset({"by", "=>", ":=", ","})


@dataclass(frozen=True, slots=True)
class WrittenStep:
    """A tactic as it stands in a proof."""

    text: str
    """White space folded; `with` and what follows it is left out."""
    start: int
    """Its first character in the file."""
    end: int
    """One past its last character in the file."""


def written_steps(text: str, theorem: Theorem) -> Iterator[WrittenStep]:
    """The steps of a tactic proof in order; none of a proof that is a term."""
    if not theorem.body or theorem.body[0].text != "by":
        return
    starts = [at for at in range(1, len(theorem.body)) if _begins(text, theorem.body, at)]
    for number, at in enumerate(starts):
        behind = starts[number + 1] if number + 1 < len(starts) else len(theorem.body)
        words = list(_own(theorem.body[at:behind]))
        if words and words[0].text not in _NEVER and words[-1].text not in _OPEN_ENDED:
            folded = " ".join(text[words[0].start : words[-1].end].split())
            yield WrittenStep(folded, words[0].start, words[-1].end)


def _begins(text: str, words: Sequence[Token], at: int) -> bool:
    depth = sum((word.text in _OPENING) - (word.text in _CLOSING) for word in words[:at])
    if depth:
        return False
    if words[at - 1].text in _BEFORE:
        return True
    line = text[text.rfind("\n", 0, words[at].start) + 1 : words[at].start]
    return not line.strip()


def _own(words: Sequence[Token]) -> Iterator[Token]:
    """The words of one step: without a dot before it, alternatives and separators behind it."""
    for at, word in enumerate(words):
        if word.text in {"with", ";", "·"} and at:
            return
        yield word
