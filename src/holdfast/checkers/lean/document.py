"""Reads the text of a .lean file: its commands, the full names of its theorems, where their proofs stand.

Lean's grammar grows with every file, so only Lean can really parse one. What is needed here follows from its
fixed words: a command reaches to the word that begins the next one. Where a file is cut wrongly, whoever
compares two texts piece by piece sees pieces that differ, and the audit refuses.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from holdfast.checkers.lean.lexer import Kind, Positions, Token, tokens
from holdfast.checkers.lean.words import COMMANDS, LINE_COMMANDS, MODIFIERS, OPEN_COMMANDS, THEOREMS
from holdfast.core.documents import Source

__all__ = ["Command", "Document", "Theorem", "begins_command", "read_document"]

_OPENING = frozenset({"(", "[", "{", "⟨", "@["})
_CLOSING = frozenset({")", "]", "}", "⟩"})
_BINDERS = frozenset({"let", "have", "letI", "haveI", "let_fun"})
_NAMING = frozenset(
    {"axiom", "def", "abbrev", "opaque", "instance", "inductive", "structure", "class", "alias"}
)
"""Words of declarations that a name follows."""


@dataclass(frozen=True, slots=True)
class Theorem:
    """A theorem or lemma; offsets are characters."""

    name: str
    """In full, as Lean knows it; a private one as it is written in its file."""
    start: int
    """The word `theorem`."""
    body: tuple[Token, ...]
    """All tokens of the proof: behind `:=`, or from the first `|`. Empty where there is none."""
    is_example: bool = False
    """Whether it is an `example`, which has no name: it is called after its number in the file."""

    @property
    def body_start(self) -> int:
        """The first character of the proof."""
        return self.body[0].start

    @property
    def body_end(self) -> int:
        """One past the last character of the proof."""
        return self.body[-1].end


@dataclass(frozen=True, slots=True)
class Command:
    """A stretch of text from the word that begins a command, attributes included, to the next one."""

    start: int
    end: int
    theorem: Theorem | None = None
    axiom: str = ""
    """The full name of the axiom that it declares, where it declares one."""
    name: str = ""
    """The full name of what it declares, empty where it has none or declares nothing."""


@dataclass(frozen=True, slots=True)
class Document:
    """A source that was read."""

    source: Source
    commands: tuple[Command, ...]
    """In order; together with what stands before the first they are the whole text."""
    tokens: tuple[Token, ...]
    positions: Positions

    @property
    def theorems(self) -> tuple[Theorem, ...]:
        """Those that have a name and a proof, finished or not."""
        return tuple(each for each in self.provable if not each.is_example)

    @property
    def provable(self) -> tuple[Theorem, ...]:
        """Those and the examples, which may be no propositions."""
        return tuple(each.theorem for each in self.commands if each.theorem is not None and each.theorem.body)

    def command_of(self, theorem: Theorem) -> Command:
        """The command that declares a theorem."""
        return next(each for each in self.commands if each.theorem is theorem)


def read_document(source: Source) -> Document:
    """The commands of a source. Raises SourceError where a comment or a string does not end."""
    words = tuple(tokens(source))
    starts = list(_starts(source.text, words))
    firsts = [words[at].start for at in starts]
    scopes = _Scopes()
    commands = []
    for number, at in enumerate(starts):
        behind = starts[number + 1] if number + 1 < len(starts) else len(words)
        end = firsts[number + 1] if number + 1 < len(starts) else len(source.text)
        theorem, name, is_axiom = scopes.declared(words[at:behind])
        commands.append(Command(firsts[number], end, theorem, name if is_axiom else "", name))
    return Document(source, tuple(commands), words, Positions(source.text))


def begins_command(text: str, token: Token, *, nested: bool) -> bool:
    """Whether a token begins a command, or what may stand before one; `nested` is whether in brackets."""
    word = token.text
    line = text[text.rfind("\n", 0, token.start) + 1 : token.start]
    if word in COMMANDS and word not in LINE_COMMANDS:
        return not nested or not line
    if nested:
        return False
    if word.startswith("#") and token.kind is Kind.WORD:
        return not line.strip()
    if word in OPEN_COMMANDS:
        return not line
    return word == "@[" or (word in MODIFIERS | LINE_COMMANDS and not line.strip())


def _starts(text: str, words: Sequence[Token]) -> Iterator[int]:
    """The places of the tokens that begin commands."""
    depth = 0
    leading = False
    for at, token in enumerate(words):
        if begins_command(text, token, nested=depth > 0):
            depth = 0
            is_lead = token.text in MODIFIERS or token.text == "@["
            if not leading:
                yield at
            leading = is_lead
        elif depth == 0 and token.text not in MODIFIERS and token.text not in _CLOSING:
            leading = False
        if token.text in _OPENING:
            depth += 1
        elif token.text in _CLOSING:
            # The bracket that ends an attribute leaves what leads up to a declaration open.
            depth = max(0, depth - 1)


class _Scopes:
    """The namespaces and sections around a place."""

    def __init__(self) -> None:
        self._open: list[str | None] = []
        """A name for a namespace, None for a section or a mutual block, outermost first."""
        self._examples = 0

    def declared(self, words: Sequence[Token]) -> tuple[Theorem | None, str, bool]:
        """Take in one command; the theorem and the name that it declares, and whether that is an axiom."""
        at = _main_word(words)
        name = words[at + 1].text if at + 1 < len(words) else ""
        match words[at].text:
            case "namespace":
                self._open += name.split(".")
            case "section" | "mutual":
                named = words[at].text == "section" and words[at + 1 : at + 2] and _is_name(words[at + 1])
                self._open += [None] * (len(name.split(".")) if named else 1)
            case "end":
                closed = len(name.split(".")) if name and _is_name(words[at + 1]) else 1
                del self._open[len(self._open) - min(closed, len(self._open)) :]
            case word if word in THEOREMS and name:
                full = self._full(name)
                return Theorem(full, words[at].start, tuple(_body(words[at + 2 :]))), full, False
            case "example":
                self._examples += 1
                body = tuple(_body(words[at + 1 :]))
                return Theorem(f"example_{self._examples}", words[at].start, body, is_example=True), "", False
            case word if word in _NAMING and name and _is_name(words[at + 1]):
                return None, self._full(name), word == "axiom"
            case _:
                pass
        return None, "", False

    def _full(self, name: str) -> str:
        if name.startswith("_root_."):
            return name.removeprefix("_root_.")
        return ".".join([each for each in self._open if each is not None] + [name])


def _is_name(token: Token) -> bool:
    return token.kind is Kind.WORD


def _main_word(words: Sequence[Token]) -> int:
    """The place of the word behind attributes and modifiers."""
    depth = 0
    for at, token in enumerate(words):
        if token.text in _OPENING:
            depth += 1
        elif token.text in _CLOSING:
            depth -= 1
        elif depth <= 0 and token.text not in MODIFIERS:
            return at
    return 0


def _body(words: Sequence[Token]) -> Sequence[Token]:
    """The proof in what follows a theorem's name."""
    depth, waiting = 0, 0
    for at, token in enumerate(words):
        if token.text in _OPENING:
            depth += 1
        elif token.text in _CLOSING:
            depth -= 1
        elif depth == 0 and token.text in _BINDERS:
            waiting += 1
        elif depth == 0 and token.text == ":=":
            if waiting == 0:
                return words[at + 1 :]
            waiting -= 1
    bars = (at for at, token in enumerate(words) if token.text == "|")
    return words[next(bars, len(words)) :]
