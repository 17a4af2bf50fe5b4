"""The structure of a .v file: its modules and sections, declarations, and theorems with their proofs.

Structure is read off the text. Where only Rocq can know whether a sentence opens a proof, the sentence that
follows decides; a caller that has asked Rocq passes the answers to `read_document`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from holdfast.checkers.rocq.sentences import Positions, Sentence, SentenceKind, bare, split
from holdfast.checkers.rocq.vernacular import Command, Opens, Role, classify, declared
from holdfast.core.documents import Source

__all__ = ["Block", "Declaration", "Document", "Require", "Theorem", "read_document"]

_REQUIRE = re.compile(r"(?:(?P<prefix>[\w'.]+) )?Require(?: (?P<mode>Import|Export)(?: ?-?\([^)]*\))?)?(?= )")
_LOGICAL = re.compile(r"(?:[^\W\d][\w']*)(?:\.[^\W\d][\w']*)*")
_IN_PROOF = frozenset({Role.TACTIC, Role.PROOF, Role.PROOF_TERM, Role.END_PROOF})
_BLOCKS = frozenset({Role.SECTION, Role.MODULE, Role.MODULE_TYPE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Theorem:
    """A declaration whose body is given by tactics; indices count the sentences of its document."""

    names: tuple[str, ...]
    """The names that it declares, more than one for mutual theorems; never empty."""
    keyword: str
    """What it is declared with: `Lemma`, `Definition`, `Goal`, ..."""
    modules: tuple[str, ...]
    """The modules around it, outermost first."""
    sections: tuple[str, ...]
    """The sections around it, outermost first."""
    statement: int
    proof: int | None = None
    """The sentence `Proof ...`, None where there is none."""
    body: tuple[int, ...] = ()
    """Every sentence between; a theorem inside the proof keeps its own sentences to itself."""
    end: int | None = None
    """The sentence that ends the proof, None where the file ends first."""
    ending: str = ""
    """`Qed`, `Defined`, `Save`, `Admitted`, `Abort`, or `Proof` for `Proof term.`; empty like `end`."""
    depth: int = 0
    """How many unfinished proofs it stands in."""

    @property
    def name(self) -> str:
        """The first of its names."""
        return self.names[0]

    @property
    def path(self) -> str:
        """The first name behind the names of the modules around it."""
        return ".".join((*self.modules, self.name))


@dataclass(frozen=True, slots=True)
class Block:
    """A section, module or module type that has an `End`."""

    kind: Role
    name: str
    start: int
    """The sentence that opens it."""
    end: int | None
    """The sentence that ends it, None where the file ends first."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A name that the file puts in force."""

    name: str
    kind: str
    """`theorem`, `definition`, `inductive` or `constructor`."""
    keyword: str
    sentence: int
    modules: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The name behind the names of the modules around it."""
        return ".".join((*self.modules, self.name))


@dataclass(frozen=True, slots=True)
class Require:
    """A sentence that loads libraries."""

    sentence: int
    prefix: str
    """What stands behind `From`, else empty."""
    names: tuple[str, ...]
    """Logical names as written."""
    mode: str
    """`Import`, `Export` or empty."""


@dataclass(frozen=True, slots=True)
class Document:
    """A source, split and understood. `commands` has one entry a sentence, None for bullets and braces."""

    source: Source
    sentences: tuple[Sentence, ...]
    commands: tuple[Command | None, ...]
    theorems: tuple[Theorem, ...]
    """In the order of their statements."""
    blocks: tuple[Block, ...]
    declarations: tuple[Declaration, ...]
    requires: tuple[Require, ...]
    positions: Positions = field(repr=False)

    def text(self, index: int) -> str:
        """Return a sentence as written, without the blanks and comments in front."""
        sentence = self.sentences[index]
        return self.source.text[sentence.start : sentence.end]

    def in_module_type(self, index: int) -> bool:
        """Whether a sentence stands in a module type, where nothing is proved and nothing is put in force."""
        return any(
            block.kind is Role.MODULE_TYPE and block.start < index < (block.end or index)
            for block in self.blocks
        )

    def place(self, index: int) -> tuple[int, int]:
        """Return the 1-based line and column where a sentence begins."""
        return self.positions.line_column(self.sentences[index].start)


def read_document(
    source: Source,
    opens: Mapping[int, bool] | None = None,
    sentences: tuple[Sentence, ...] | None = None,
) -> Document:
    """Split a source and understand its structure.

    Args:
        source: the text of a .v file.
        opens: whether sentences open a proof, by index, where a live checker was asked.
        sentences: those of the source, where it was split already.

    Raises:
        SourceError: a comment, a string or a sentence does not end.
    """
    sentences = split(source) if sentences is None else sentences
    commands = tuple(_command(source.text, sentence) for sentence in sentences)
    reading = _Reading(commands, opens or {})
    reading.read()
    theorems = tuple(sorted(reading.closed, key=lambda theorem: theorem.statement))
    return Document(
        source=source,
        sentences=sentences,
        commands=commands,
        theorems=theorems,
        blocks=tuple(sorted(reading.blocks, key=lambda block: block.start)),
        declarations=tuple(reading.declarations),
        requires=tuple(reading.requires),
        positions=Positions(source.text),
    )


def _command(text: str, sentence: Sentence) -> Command | None:
    if sentence.kind is not SentenceKind.COMMAND:
        return None
    return _classified(text[sentence.start : sentence.end])


@lru_cache(maxsize=1 << 15)
def _classified(text: str) -> Command:
    """A file that is being worked on is read again and again."""
    return classify(bare(text))


@dataclass(slots=True)
class _Proof:
    """A proof that is being read."""

    names: tuple[str, ...]
    keyword: str
    statement: int
    certain: bool
    """Whether the sentence surely opened a proof; an unsure one that never ends was none."""
    proof: int | None = None
    body: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Reading:
    """One pass over the commands of a file."""

    commands: Sequence[Command | None]
    opens: Mapping[int, bool]
    proofs: list[_Proof] = field(default_factory=list)
    open_blocks: list[Block] = field(default_factory=list)
    closed: list[Theorem] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    declarations: list[Declaration] = field(default_factory=list)
    requires: list[Require] = field(default_factory=list)
    program: str = "unnamed"
    """The last definition, which the next obligation belongs to."""

    def read(self) -> None:
        """Take in every command, then what the end of the file leaves open."""
        for index, command in enumerate(self.commands):
            if command is None or command.role is Role.TACTIC:
                self._continue(index)
            elif command.role in {Role.PROOF, Role.PROOF_TERM, Role.END_PROOF}:
                self._delimit(index, command)
            else:
                self._declare(index, command)
        self._forget_unsure()
        while self.proofs:
            self._close(None, "")
        self.blocks += self.open_blocks

    def _continue(self, index: int) -> None:
        if self.proofs:
            self.proofs[-1].body.append(index)

    def _delimit(self, index: int, command: Command) -> None:
        if not self.proofs:
            return
        if command.role is Role.PROOF and (self.proofs[-1].proof is not None or self.proofs[-1].body):
            self._continue(index)
        elif command.role is Role.PROOF:
            self.proofs[-1].proof = index
        else:
            self._close(index, command.keyword)
        if command.keyword == "Abort" and command.rest == "All":
            while self.proofs:
                self._close(index, command.keyword)

    def _close(self, end: int | None, ending: str) -> None:
        proof = self.proofs.pop()
        theorem = Theorem(
            names=proof.names,
            keyword=proof.keyword,
            modules=self._modules(),
            sections=self._sections(),
            statement=proof.statement,
            proof=proof.proof,
            body=tuple(proof.body),
            end=end,
            ending=ending,
            depth=len(self.proofs),
        )
        self.closed.append(theorem)

    def _declare(self, index: int, command: Command) -> None:
        opens, certain = self._decide(index, command)
        if command.role in _BLOCKS or command.role is Role.END or (opens and certain):
            self._forget_unsure()
        if opens:
            names = command.names or (self._name(command),)
            self.proofs.append(_Proof(names, command.keyword, index, certain))
        else:
            self._continue(index)
        if command.role is Role.DEFINITION and command.names:
            self.program = command.names[0]
        for name, kind in declared(command):
            place = (self._modules(), self._sections())
            self.declarations.append(Declaration(name, kind, command.keyword, index, *place))
        if command.role in _BLOCKS or command.role is Role.END:
            self._nest(index, command)
        if command.role is Role.REQUIRE:
            self.requires.extend(_requires(index, command))

    def _decide(self, index: int, command: Command) -> tuple[bool, bool]:
        """Whether a sentence opens a proof, and whether that is sure."""
        if index in self.opens:
            return self.opens[index], True
        if command.opens is Opens.YES:
            return True, True
        follower = self._follower(index)
        if command.opens is Opens.MAYBE and not self.proofs:
            return follower in _IN_PROOF, follower is not Role.TACTIC
        may = command.opens is Opens.MAYBE or command.role is Role.DEFINITION
        starts = follower is Role.PROOF or (follower in _IN_PROOF - {Role.TACTIC} and not self.proofs)
        return may and starts, True

    def _follower(self, index: int) -> Role | None:
        if index + 1 >= len(self.commands):
            return None
        command = self.commands[index + 1]
        return Role.TACTIC if command is None else command.role

    def _name(self, command: Command) -> str:
        if command.keyword == "Goal":
            return "Unnamed_thm"
        if command.keyword.endswith("Obligation"):
            owner = re.search(r"\bof ([\w']+)", command.rest)
            return f"{owner[1] if owner else self.program}_obligation"
        found = _LOGICAL.search(command.rest)
        return f"{found[0] if found else command.keyword}_{command.keyword.lower()}"

    def _forget_unsure(self) -> None:
        """Drop proofs that perhaps never were, now that something shows that they are not open."""
        while self.proofs and not self.proofs[-1].certain:
            self.proofs.pop()

    def _nest(self, index: int, command: Command) -> None:
        name = command.names[0] if command.names else ""
        if command.role is not Role.END:
            self.open_blocks.append(Block(command.role, name, index, None))
        elif any(block.name == name for block in self.open_blocks):
            while self.open_blocks[-1].name != name:
                self.blocks.append(self.open_blocks.pop())
            block = self.open_blocks.pop()
            self.blocks.append(Block(block.kind, block.name, block.start, index))

    def _modules(self) -> tuple[str, ...]:
        return tuple(block.name for block in self.open_blocks if block.kind is not Role.SECTION)

    def _sections(self) -> tuple[str, ...]:
        return tuple(block.name for block in self.open_blocks if block.kind is Role.SECTION)


def _requires(index: int, command: Command) -> Iterator[Require]:
    rest = command.rest if command.keyword == "From" else f"Require {command.rest}"
    found = _REQUIRE.match(rest)
    if found:
        names = re.sub(r"\([^)]*\)", "", rest[found.end() :])
        yield Require(index, found["prefix"] or "", tuple(_LOGICAL.findall(names)), found["mode"] or "")
